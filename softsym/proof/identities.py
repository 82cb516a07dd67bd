"""Proofs of equations by the zero test."""

from __future__ import annotations

from softsym.algebra import Assumptions, ZeroTest
from softsym.errors import BudgetError, SoftsymError, UnsupportedError
from softsym.expression import Expr, apply, free_symbols
from softsym.language import Chain, bare_text
from softsym.proof.steps import NORMAL_FORM, ProofStep


def prove_equal(left: Expr, right: Expr, known: Assumptions, deadline: float) -> ProofStep | str:
    """A proof that ``left == right``, or a sentence that says why there is none."""
    difference = apply("sub", left, right)
    reasons = []
    for written_out in (False, True):
        try:
            test = ZeroTest(known, deadline=deadline)
            cases = list(test.cases(difference, written_out=written_out))
        except (UnsupportedError, BudgetError) as error:
            reasons.append(str(error).splitlines()[0])
            continue
        except RecursionError:
            return "the expression is too deep for the algebra"
        except SoftsymError as error:
            return str(error).splitlines()[0]
        if all(case.difference.is_zero for case in cases):
            note = _note(left, right, len(cases), written_out) + _where(left, right, known)
            return ProofStep(NORMAL_FORM, Chain((left, right), ("==",)), note=note)
        reasons.append("the normal forms of the two sides differ")
    return "; ".join(dict.fromkeys(reasons))


def _where(left: Expr, right: Expr, known: Assumptions) -> str:
    """The declared equations about names of the two sides."""
    names = free_symbols(left) | free_symbols(right)
    used = [f"{bare_text(e)} == 0" for e in known.equations if names & free_symbols(e)]
    return f"; where {', '.join(used)}" if used else ""


def _note(left: Expr, right: Expr, cases: int, written_out: bool) -> str:
    names = sorted(s.name for s in free_symbols(left) | free_symbols(right) if s.kind.type == "index")
    how = "sums written out" if written_out else "sums over symbolic lengths kept as atoms"
    note = f"both sides, definitions unfolded, are the same rational function of independent atoms; {how}"
    if cases > 1:
        which = f"the indices {', '.join(names)} may coincide" if names else "of positions and entries"
        note += f"; {cases} cases: {which}"
    return note
