"""Values with a requested number of digits: the working precision rises until it suffices."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, TypeAlias

from flint import arb, ctx, fmpq

from softsym.evaluation.evaluator import Value, entrywise, fraction
from softsym.evaluation.exact import is_certainly_zero
from softsym.evaluation.point import Point, Undecided
from softsym.evaluation.runs import evaluator_at
from softsym.evaluation.scalars import Ball, Scalar
from softsym.expression import Expr

MAX_BITS = 6000
"""The precision at which an open branch stays open."""

MAX_SIMPLE = 10_000
"""The size and the denominator up to which a rational is recognised behind an enclosure."""

Result: TypeAlias = "Fraction | arb | tuple[Any, ...]"


def evaluate(expr: Expr, point: Point, *, digits: int = 30) -> Result:
    """The value of ``expr`` at ``point``: exact where it is known exactly, else an enclosure.

    A scalar is a ``Fraction`` or a ``flint.arb``, a vector a tuple of scalars, a matrix a tuple of rows. The precision
    rises until an enclosure has ``digits`` correct digits; where a cancellation leaves none at 6000 bits, the enclosure
    is returned as it is, wide but certain.

    Raises :class:`~softsym.evaluation.Undefined` where the value does not exist and
    :class:`~softsym.evaluation.Undecided` where the precision limit leaves a branch open.

    >>> from softsym import parse
    >>> at = Point({"N": 2}, {"z": (Fraction(0), Fraction(0)), "beta": Fraction(2)})
    >>> evaluate(parse("softmax(z, beta)"), at)
    (Fraction(1, 2), Fraction(1, 2))
    >>> evaluate(parse("lse(z, beta)"), at).str(15)
    '[0.346573590279973 +/- 3.46e-16]'
    """
    wanted = int(digits * 3.33) + 4
    last: Undecided | None = None
    result: Value = None
    for bits in precisions(wanted + 30):
        with ctx.workprec(bits):
            try:
                result = entrywise(settled, evaluator_at(point).value(expr))
                last = None
            except Undecided as open_branch:
                last = open_branch
                continue
        if all(is_accurate(s, wanted) for s in flat(result)):
            break
    if last is not None and result is None:
        raise last
    return entrywise(_plain, result)  # type: ignore[no-any-return]


def precisions(first: int) -> Iterator[int]:
    """The working precisions to try, in bits."""
    bits = first
    while bits < MAX_BITS:
        yield bits
        bits *= 3
    yield MAX_BITS


def settled(value: Scalar) -> Scalar:
    """The value, as a rational where it certainly is a simple one."""
    if not isinstance(value, Ball) or not abs(value.arb) < MAX_SIMPLE:
        return value
    near = Fraction(float(value.arb.mid())).limit_denominator(MAX_SIMPLE)
    simple = fmpq(near.numerator, near.denominator)
    return simple if value.arb.contains(simple) and is_certainly_zero(value - simple) else value


def is_accurate(value: Scalar, bits: int) -> bool:
    """Whether a scalar is known to so many bits."""
    return not isinstance(value, Ball) or value.arb.rel_accuracy_bits() >= bits


def flat(value: Value) -> Iterator[Scalar]:
    """The scalars of a value, row by row."""
    if isinstance(value, tuple):
        for part in value:
            yield from flat(part)
    else:
        yield value


def _plain(value: Scalar) -> Fraction | arb:
    return value.arb if isinstance(value, Ball) else fraction(value)
