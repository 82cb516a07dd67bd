"""Limits at concrete points: exact, with a proof of divergence where there is none."""

from __future__ import annotations

from fractions import Fraction
from time import monotonic
from typing import Any, TypeAlias

from flint import arb, fmpq

from softsym.errors import BudgetError
from softsym.evaluation.asymptotics.balls import ball
from softsym.evaluation.asymptotics.field import Field
from softsym.evaluation.asymptotics.germs import Context, Germs, NoLimit
from softsym.evaluation.asymptotics.nodes import Value
from softsym.evaluation.evaluator import entrywise
from softsym.evaluation.point import Point
from softsym.expansion import expand
from softsym.expression import Expr

Result: TypeAlias = "Fraction | arb | tuple[Any, ...]"
MAX_BITS = 6000


def limit_value(expr: Expr, point: Point, digits: int = 30, *, seconds: float = 5.0) -> Result:
    """The value at a point of an expression with limits in it, such as ``limit(f, x, oo)`` itself.

    A limit is read off the leading term of an exact asymptotic expansion, never off numbers. The result is a
    ``Fraction`` where the expansion's coefficient is rational, else an enclosure with ``digits`` digits; a vector's is
    a tuple.

    Raises :class:`NoLimit` where the function tends to infinity or to different values by side,
    :class:`~softsym.evaluation.Undefined` where it has no values near the point,
    :class:`~softsym.errors.DomainError` where the variable's kind cannot tend to the point,
    :class:`~softsym.evaluation.Undecided` where a sign stays open, and :class:`~softsym.errors.BudgetError` after
    ``seconds``.

    >>> from softsym import parse
    >>> at = Point({"N": 3}, {"z": (Fraction(1), Fraction(2), Fraction(2))})
    >>> limit_value(parse("limit(softmax(z, beta), beta, oo)"), at)
    (Fraction(0, 1), Fraction(1, 2), Fraction(1, 2))
    >>> limit_value(parse("limit(entropy(softmax(z, beta)), beta, oo)"), at).str(15)
    '[0.693147180559945 +/- 3.10e-16]'
    >>> limit_value(parse("limit(abs(t)/t, t, 0)"), at)
    Traceback (most recent call last):
      ...
    softsym.evaluation.asymptotics.germs.NoLimit: the function tends to -1 from below and to 1 from above as t -> 0
    """
    context = Context(Field(monotonic() + seconds))
    try:
        value = Germs(point, context).value(expand(expr))
    except RecursionError:
        raise BudgetError("the expression nests too deep for an asymptotic expansion") from None
    return entrywise(lambda v: _number(v, digits), value)  # type: ignore[no-any-return]


def _number(value: Value, digits: int) -> Fraction | arb:
    if isinstance(value, fmpq):
        return Fraction(int(value.p), int(value.q))
    wanted = int(digits * 3.33) + 4
    bits = wanted + 30
    while (found := ball(value, bits)).rel_accuracy_bits() < wanted and bits < MAX_BITS:
        bits *= 3
    return found


__all__ = ["NoLimit", "limit_value"]
