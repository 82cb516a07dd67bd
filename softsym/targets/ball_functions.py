"""Arrays of balls (Arb) of any precision, with NumPy's functions: generated code runs on them where doubles fall short.

The precision is flint's own; :mod:`softsym.targets.certified` raises it until the result is certain. At the last one,
:data:`LAST_PRECISION`, what cannot be told from equal is taken to be equal.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import flint
import numpy as np
from flint import arb

from softsym.targets.double_word import Decision

Array = Any

LAST_PRECISION = 8192
"""Bits: the sum of a number near 1e308 and one near 1e-308, times another such number, has 4200."""
HUGE = arb(2) ** (1 << 20)
"""Stands for infinity in an input: any double times it is still far beyond the doubles."""


class Balls:
    """An array of balls, with arithmetic and indexing as on arrays."""

    __slots__ = ("values",)
    __array_ufunc__ = None

    def __init__(self, values: Any) -> None:
        self.values: Array = np.asarray(values, object)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.values.shape)

    @property
    def ndim(self) -> int:
        return int(self.values.ndim)

    def __neg__(self) -> Balls:
        return Balls(-self.values)

    def __add__(self, other: Any) -> Balls:
        return Balls(self.values + as_balls(other).values)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Balls:
        return Balls(self.values - as_balls(other).values)

    def __rsub__(self, other: Any) -> Balls:
        return Balls(as_balls(other).values - self.values)

    def __mul__(self, other: Any) -> Balls:
        return Balls(self.values * as_balls(other).values)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Balls:
        return Balls(self.values / as_balls(other).values)

    def __rtruediv__(self, other: Any) -> Balls:
        return as_balls(other) / self

    def __pow__(self, other: Any) -> Balls:
        return power(self, other)

    def __rpow__(self, other: Any) -> Balls:
        return power(as_balls(other), self)

    def __eq__(self, other: object) -> Decision:  # type: ignore[override]
        signs = _signs(self - other)
        return Decision(signs == 0, np.isnan(signs))

    __hash__ = None  # type: ignore[assignment]

    def __int__(self) -> int:
        return int(float(self.values.ravel()[0]))  # a length, the same for all rows

    def __getitem__(self, key: Any) -> Balls:
        return Balls(self.values[key])

    def finished(self, dtype: Any) -> tuple[Array, Array]:
        """The nearest numbers of a type, and which of them are certain."""
        info = np.finfo(dtype)
        least = max(3 * 2.0**-1074, float(info.smallest_subnormal / 4))
        certain = np.frompyfunc(lambda ball: _is_certain(ball, 8 - int(np.log2(info.eps)), least), 1, 1)(self.values)
        high = np.asarray(np.frompyfunc(float, 1, 1)(self.values), float)
        if info.bits <= 64:
            return high.astype(dtype), np.asarray(certain, bool)
        rest = np.frompyfunc(lambda ball, near: float(ball - near), 2, 1)(self.values, high)
        return high.astype(dtype) + np.asarray(rest, float), np.asarray(certain, bool)


def as_balls(value: Any) -> Balls:
    """A number, a fraction or an array as balls, exact or to the precision; infinities are large numbers."""
    if isinstance(value, Balls):
        return value
    if isinstance(value, Fraction):
        return Balls(arb(flint.fmpq(value.numerator, value.denominator)))
    return Balls(_BALL(np.asarray(value)))


def _ball(value: Any) -> arb:
    high = float(value)
    if math.isinf(high):
        return HUGE if high > 0 else -HUGE
    rest = 0.0 if isinstance(value, float) else float(value - type(value)(high))
    return arb(high) + arb(rest) if rest else arb(high)


def _is_certain(value: arb, bits: int, least: float) -> bool:
    if not value.is_finite():
        return False
    return bool(value.rel_accuracy_bits() >= bits or value.rad() <= least)


def _sign(value: arb) -> float:
    """-1, 0 or 1; nan where the precision does not tell."""
    if value > 0:
        return 1.0
    if value < 0:
        return -1.0
    return 0.0 if value.is_zero() or flint.ctx.prec >= LAST_PRECISION else float("nan")


def _logarithm(value: arb) -> arb:
    sign = _sign(value)
    return value.log() if sign > 0 else -HUGE if sign == 0 else arb.nan()


def _power(x: arb, y: arb) -> arb:
    if y.is_integer() and y.is_exact() and abs(y) < 1 << 30:
        return arb(x ** int(float(y)))
    sign = _sign(x)
    if sign == 0:
        return arb(0) if y > 0 else HUGE if y < 0 else arb(1)
    return (y * x.log()).exp() if sign > 0 else arb.nan()


_NAN = np.asarray(arb.nan(), object)
_BALL = np.frompyfunc(_ball, 1, 1)
_SIGN = np.frompyfunc(_sign, 1, 1)
_POWER = np.frompyfunc(_power, 2, 1)
_MAXIMUM = np.frompyfunc(arb.max, 2, 1)
_MINIMUM = np.frompyfunc(arb.min, 2, 1)


def _signs(x: Balls) -> Array:
    return np.asarray(_SIGN(x.values), float)


def sign(x: Balls) -> Balls:
    """-1, 0 or 1."""
    return as_balls(_signs(x))


def power(x: Any, y: Any) -> Balls:
    """``x ** y``, with ``0 ** 0 = 1``; a negative base needs an integer exponent."""
    return Balls(_POWER(as_balls(x).values, as_balls(y).values))


def floor(x: Balls) -> Balls:
    """The largest whole number that is not larger, of the ball's middle; exact, as for double words."""
    return _entrywise(lambda value: value.mid().floor() if value.is_finite() else value)(x)


def where(condition: Any, x: Any, y: Any) -> Balls:
    """Entries of x where the condition holds, else of y; nan where it is open."""
    chosen = condition.value if isinstance(condition, Decision) else condition
    values = np.where(chosen, as_balls(x).values, as_balls(y).values)
    return Balls(np.where(condition.open, _NAN, values) if isinstance(condition, Decision) else values)


def maximum(x: Any, y: Any) -> Balls:
    """The larger of two, entry by entry."""
    return Balls(_MAXIMUM(as_balls(x).values, as_balls(y).values))


def argmax(x: Balls, axis: int, keepdims: bool = True) -> Balls:
    """The position of the first largest entry; nan while another one may be larger."""
    equal = x == largest(x, axis)
    position = np.argmax(equal.value, axis=axis, keepdims=True).astype(float)
    return as_balls(np.where(np.any(equal.open, axis=axis, keepdims=True), np.nan, position))


def concatenate(parts: list[Any], axis: int) -> Balls:
    """Arrays one after the other."""
    return Balls(np.concatenate([as_balls(p).values for p in parts], axis=axis))


def sort(x: Balls, axis: int) -> Balls:
    """The entries in rising order, each within the largest radius."""
    middles = np.sort(_entrywise(arb.mid)(x).values, axis=axis)
    radius = _MAXIMUM.reduce(_entrywise(arb.rad)(x).values, axis=axis, keepdims=True)
    return Balls(middles) + Balls(np.frompyfunc(lambda r: arb(0, r), 1, 1)(radius))


def cumsum(x: Balls, axis: int) -> Balls:
    """The sums of the first entries."""
    return Balls(np.add.accumulate(x.values, axis=axis))


def _entrywise(function: Callable[[arb], arb]) -> Callable[[Any], Balls]:
    ufunc = np.frompyfunc(function, 1, 1)
    return lambda x: Balls(ufunc(as_balls(x).values))


def _on_values(name: str) -> Callable[..., Balls]:
    function = getattr(np, name)
    return lambda x, *args, **options: Balls(function(as_balls(x).values, *args, **options))


def _reduction(ufunc: Any, neutral: arb) -> Callable[..., Balls]:
    def along(x: Any, axis: int, keepdims: bool = True, where: Any = True, initial: float = 0.0) -> Balls:
        values = as_balls(x).values
        chosen = values if where is True else np.where(where, values, np.asarray(neutral, object))
        empty = not chosen.shape[axis]
        return Balls(ufunc.reduce(chosen, axis=axis, keepdims=True, **({"initial": neutral} if empty else {})))

    return along


largest = _reduction(_MAXIMUM, -HUGE)
log1p = _entrywise(arb.log1p)


class _Namespace(SimpleNamespace):
    @property
    def pi(self) -> Balls:
        return Balls(arb.pi())


NAMESPACE = _Namespace(
    **{n: _on_values(n) for n in ("broadcast_to", "swapaxes", "take", "delete", "take_along_axis")},
    **{n: getattr(np, n) for n in ("arange", "inf", "nan", "broadcast_shapes", "newaxis")},
    **{n: _entrywise(getattr(arb, n)) for n in ("exp", "expm1", "sqrt")},
    asarray=as_balls,
    sort=sort,
    cumsum=cumsum,
    log=_entrywise(_logarithm),
    log1p=log1p,
    square=lambda x: x * x,
    power=power,
    abs=_entrywise(abs),
    sign=sign,
    floor=floor,
    where=where,
    maximum=maximum,
    argmax=argmax,
    concatenate=concatenate,
    sum=_reduction(np.add, arb(0)),
    prod=_reduction(np.multiply, arb(1)),
    max=largest,
    min=_reduction(_MINIMUM, HUGE),
)
"""What generated code finds under ``np``."""


def log_parts(whole: Balls, rest: Balls) -> Balls:
    """``log(whole + rest)`` for a whole number and a rest that may be tiny."""
    return log1p((whole - 1.0) + rest)
