"""Limits that are infinite: which sign they have, and the error that says so with the steps that lead there."""

from __future__ import annotations

from collections.abc import Sequence

from softsym.algebra.context import POSITIVE
from softsym.calculus.limits.context import Calculus, LimitStep
from softsym.calculus.limits.growth import shown
from softsym.calculus.limits.leading import leading
from softsym.calculus.limits.pieces import Pieces, Value
from softsym.errors import UnsupportedError
from softsym.expression import Apply, Expr, Symbol, apply
from softsym.symbols import CONSTANT

INFINITY = Symbol("oo", CONSTANT)
MINUS_INFINITY = apply("neg", INFINITY)


class InfiniteLimitError(UnsupportedError):
    """A limit is ``oo`` or ``-oo``, which is no number; ``value`` says which, and ``steps`` show it."""

    def __init__(self, node: Apply, value: Expr, steps: Sequence[LimitStep]) -> None:
        self.value, self.steps = value, list(steps)
        super().__init__(f"{node} is {value}, which is no number: no relation holds for it")


def is_infinite(expr: Expr) -> bool:
    """Whether an expression stands for an infinite limit."""
    return expr in (INFINITY, MINUS_INFINITY)


def infinite(calculus: Calculus, body: Expr, value: Value) -> Expr | None:
    """``oo`` or ``-oo`` where the leading term of a scalar function of x tends to it for all values of the names."""
    if isinstance(value, Pieces) or value.shape:
        return None
    try:
        lead, _ = leading(calculus, value)
    except UnsupportedError:
        return None
    grows = lead.size > (0, 0) if lead.rate.is_zero else calculus.facts.sign(lead.rate.expr) == POSITIVE
    if not grows:
        return None
    calculus.note("the leading term tends to infinity", body, shown(lead, calculus.x), "every other term is smaller")
    return INFINITY if calculus.facts.is_positive(lead.coefficient) else MINUS_INFINITY


def require_finite(*exprs: Expr) -> None:
    """Raise :class:`~softsym.errors.UnsupportedError` if a part of a limit is infinite."""
    if any(map(is_infinite, exprs)):
        raise UnsupportedError("a part of the limit, or one of its cases, is infinite")
