"""Proofs of equations by the zero test."""

from __future__ import annotations

from softsym.algebra import Assumptions, ZeroTest
from softsym.errors import BudgetError, SoftsymError, UnsupportedError
from softsym.expansion import expand
from softsym.expression import Expr, apply, free_symbols
from softsym.language import bare_text
from softsym.proof.verdict import ProofStep


def prove_equal(left: Expr, right: Expr, known: Assumptions, deadline: float) -> tuple[ProofStep, ...] | str:
    """The steps of a proof that ``left == right``, or a sentence that says why there is none."""
    difference = apply("sub", left, right)
    reasons = []
    for written_out in (False, True):
        try:
            test = ZeroTest(known, deadline=deadline)
            cases = list(test.cases(difference, written_out=written_out))
        except (UnsupportedError, BudgetError) as error:
            reasons.append(str(error).splitlines()[0])
            continue
        except SoftsymError as error:
            return str(error).splitlines()[0]
        if all(case.difference.is_zero for case in cases):
            return _steps(left, right, [case.coincide for case in cases], written_out)
        reasons.append("the normal forms of the two sides differ")
    return "; ".join(dict.fromkeys(reasons))


def _steps(
    left: Expr, right: Expr, cases: list[tuple[tuple[str, ...], ...]], written_out: bool
) -> tuple[ProofStep, ...]:
    sides = [f"{bare_text(side)} == {bare_text(expand(side))}" for side in (left, right)]
    steps = [ProofStep("definitions", *sides)]
    names = sorted(s.name for s in free_symbols(left) | free_symbols(right) if s.kind.type == "index")
    if len(cases) > 1:
        ways = "; ".join(_way(case) for case in cases)
        steps.append(ProofStep("cases", f"the indices {', '.join(names) or 'and positions'} may coincide", ways))
    how = "sums written out" if written_out else "sums over symbolic lengths kept as atoms"
    zero = f"{bare_text(apply('sub', left, right))} == 0"
    steps.append(ProofStep("normal form", zero, "", f"a rational function of independent atoms; {how}"))
    return tuple(steps)


def _way(case: tuple[tuple[str, ...], ...]) -> str:
    return ", ".join(" = ".join(block) for block in case) or "none"
