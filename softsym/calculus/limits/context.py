"""What the rules of a limit share: facts, x, the order of power series, and the steps so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from softsym.calculus.limits import coefficients as co
from softsym.calculus.limits.facts import Facts
from softsym.calculus.limits.growth import Bound, Term
from softsym.errors import UnsupportedError
from softsym.expression import Expr


@dataclass
class LimitStep:
    """One step of a limit: the rule, the expression before and after, and the condition under which the rule holds."""

    rule: str
    before: Expr
    after: Expr
    condition: str = ""


@dataclass
class Calculus:
    """What the rules share: facts, x in terms of the limit's variable, the order of power series, the steps so far.

    ``by_entry``: entries that may or may not decay, one by one, are told apart before they are added up.
    """

    facts: Facts
    x: Expr
    order: int = 2
    by_entry: bool = False
    steps: list[LimitStep] = field(default_factory=list)

    def note(self, rule: str, before: Expr, after: Expr, condition: str) -> None:
        """Record a step once."""
        step = LimitStep(rule, before, after, condition)
        if step not in self.steps:
            self.steps.append(step)


class EntriesUnsettledError(UnsupportedError):
    """Which entries of a vector do not decay is left open: they may have to be told apart one by one."""


class CoefficientUnsettledError(UnsupportedError):
    """Whether the coefficient of the leading term is 0 is left open."""

    def __init__(self, term: Term) -> None:
        self.term = term
        super().__init__(f"whether {term.coefficient} is zero is not settled")


class ScaleError(UnsupportedError):
    """What stands in an exponential grows faster or slower than x itself: another scale may fit."""

    def __init__(self, part: Term | Bound) -> None:
        self.part = part
        super().__init__("an exponential of what grows faster than x, or of a multiple of log(x)")


def log_of(calculus: Calculus, expr: Expr) -> Expr:
    """The logarithm of a positive expression."""
    if calculus.facts.is_zero(co.subtract(expr, co.ONE)):
        return co.ZERO
    return co.logarithm(expr, calculus.facts.is_positive)
