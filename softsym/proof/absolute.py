"""Equations between scalars with absolute values or extrema: the difference is 0 for each sign of what is inside."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain

from softsym.algebra import Assumptions, ZeroTest
from softsym.algebra.parts import all_atoms
from softsym.algebra.zero import Case
from softsym.errors import SoftsymError
from softsym.expression import Expr, apply, number
from softsym.language import Chain
from softsym.proof.inequalities.goal import CASES, EQUAL
from softsym.proof.inequalities.writing import written
from softsym.proof.steps import ProofStep, at_most

MAX_SIGNS = 4
"""The signs of at most so many quantities are told apart."""


@dataclass(frozen=True)
class _Difference:
    """A quantity that is to be shown to be 0 where certain quantities are >= 0."""

    quantity: Expr
    known: Assumptions
    deadline: float
    written_out: bool
    given: tuple[Chain, ...] = ()

    def where(self, value: Expr) -> _Difference:
        known = replace(self.known, nonnegative=(*self.known.nonnegative, value))
        return replace(self, known=known, given=(*self.given, Chain((value, number(0)), (">=",))))

    def step(self, rule: str, *steps: ProofStep, uses: tuple[Expr, ...] = (), note: str = "") -> ProofStep:
        claim = Chain((self.quantity, number(0)), (">=",))
        return ProofStep(rule, claim, steps, uses, self.given, note)

    def proved(self) -> ProofStep | None:
        """That the quantity is 0, by cases of the sign of the innermost quantity of open sign."""
        test = ZeroTest(self.known, deadline=self.deadline)
        left = [case for case in test.cases(self.quantity, written_out=self.written_out) if not case.difference.is_zero]
        if not left:
            return self.step(EQUAL)
        inside = _inside(left[0]) if len(self.given) < MAX_SIGNS else None
        if inside is None:
            return None
        steps = []
        for value in (inside, apply("neg", inside)):
            step = self.where(value).proved()
            if step is None:
                return None
            steps.append(step)
        note = "it stands in an absolute value or a maximum"
        return self.step("by the sign of a quantity", *steps, uses=(inside,), note=note)


def prove_by_signs(left: Expr, right: Expr, known: Assumptions, deadline: float) -> ProofStep | None:
    """That two scalars are equal, as two inequalities, each by the signs of what stands in absolute values.

    >>> from softsym import parse
    >>> sides = parse("abs(exp(a) - exp(b))"), parse("exp(max([a, b])) - exp(min([a, b]))")
    >>> prove_by_signs(*sides, Assumptions(), float("inf")).rule
    'two inequalities'
    """
    if left.shape or right.shape:
        return None
    for written_out in (False, True):
        steps = []
        for lower, upper in ((left, right), (right, left)):
            step = _proved(_Difference(apply("sub", upper, lower), known, deadline, written_out))
            if step is None:
                break
            steps.append(ProofStep(CASES, at_most(lower, upper), (step,), note="the difference"))
        else:
            return ProofStep("two inequalities", Chain((left, right), ("==",)), tuple(steps))
    return None


def _proved(difference: _Difference) -> ProofStep | None:
    try:
        return difference.proved()
    except SoftsymError:
        return None


def _inside(case: Case) -> Expr | None:
    """What stands in an absolute value of the difference, or the gap of two values of which one is the maximum; the
    innermost of those that depend on no bound index."""
    polys = (case.difference.num, *(poly for poly, _ in case.difference.den))
    for atom in chain.from_iterable(map(all_atoms, polys)):
        singles = atom.head == "max" and all(member.index is None for member in atom.data[0])
        if (atom.head == "abs" or singles) and all(isinstance(i, int | str) for i in atom.free):
            inside = atom.data[0] if atom.head == "abs" else atom.data[0][0].body - atom.data[0][1].body
            return written(case.algebra, inside)[0]
    return None
