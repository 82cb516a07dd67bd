"""Double-word arithmetic on arrays, with bounds: a number is ``hi + lo`` of two doubles, known to within ``radius``.

About 106 significant bits in pure NumPy, on every machine: an extended ``longdouble`` exists on x86 alone, and is
twenty times slower there. Every operation adds what it may have rounded to the radius, so that the last one tells which
results are certain; :mod:`softsym.targets.certified` does the others again in balls of any precision. What leaves the
range of a double gets an infinite radius or becomes nan, and is not certain either.

:mod:`softsym.targets.double_functions` has the functions of them. Algorithms: Dekker (1971), Knuth's TwoSum; M. Joldes,
J.-M. Muller, V. Popescu, "Tight and rigorous error bounds for basic building blocks of double-word arithmetic", ACM
TOMS 44 (2017), whose bounds are taken with room to spare, since the radii are rounded themselves.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

Array = Any
Part = Any
"""An array that broadcasts to the number's shape, or ``None`` for 0 throughout."""

U = 2.0**-53
"""A double's rounding error, relative to it."""
SMALLEST = 2.0**-1074
_SPLITTER = 2.0**27 + 1
_PRODUCT, _QUOTIENT, _TAIL = 8 * U * U, 20 * U * U, 4 * U
_UNDERFLOW = 4 * SMALLEST
"""What the parts of a product lose where they are subnormal."""
_LEAST = 2.0**-1020


def two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """``a + b`` rounded, and the exact rounding error."""
    s = a + b
    t = s - a
    error = less(a, s - t)
    error += less(b, t)
    return s, error


def quick_two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """``a + b`` rounded, and the exact rounding error, for ``|a| >= |b|``."""
    s = a + b
    return s, less(b, s - a)


def two_prod(a: Array, b: Array) -> tuple[Array, Array]:
    """``a * b`` rounded, and the exact rounding error (Dekker's product)."""
    p = a * b
    ah, al = _halves(a)
    bh, bl = _halves(b)
    error = ah * bh
    error -= p
    error += ah * bl
    error += al * bh
    error += al * bl
    return p, error


def _halves(a: Array) -> tuple[Array, Array]:
    t = _SPLITTER * a
    high = less(t, t - a)
    return high, a - high


def less(a: Array, b: Array) -> Array:
    """``a - b`` in the place of b, which nothing else uses."""
    return np.subtract(a, b, out=b if b.ndim else None)


def plus(*parts: Part) -> Part:
    """The sum of those parts that are not ``None``."""
    total = None
    for part in parts:
        if part is not None:
            total = part if total is None else total + part
    return total


def times(factor: Array, part: Part) -> Part:
    """A part times a number."""
    return None if part is None else factor * part


class DoubleWord:
    """An array of double words with their radii, and arithmetic and indexing as on arrays."""

    __slots__ = ("hi", "lo", "radius")
    __array_ufunc__ = None

    def __init__(self, hi: Array, lo: Part = None, radius: Part = None) -> None:
        self.hi, self.lo, self.radius = hi, lo, radius

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.hi.shape)

    @property
    def ndim(self) -> int:
        return int(self.hi.ndim)

    def whole(self, part: Part) -> Array:
        """A part as an array of the number's shape."""
        if np.shape(part) == self.hi.shape and part is not None:
            return part
        return np.broadcast_to(0.0 if part is None else part, self.hi.shape)

    def mapped(self, change: Any) -> DoubleWord:
        """The same rearrangement of every part."""
        parts = (None if p is None else change(self.whole(p)) for p in (self.lo, self.radius))
        return DoubleWord(change(self.hi), *parts)

    def __neg__(self) -> DoubleWord:
        return DoubleWord(-self.hi, times(-1.0, self.lo), self.radius)

    def __add__(self, other: Any) -> DoubleWord:
        other = as_double_word(other)
        s, e = two_sum(self.hi, other.hi)
        radius = plus(self.radius, other.radius)
        tail = plus(self.lo, other.lo)
        if tail is None:
            return DoubleWord(s, e, radius)
        slack = None if self.lo is None or other.lo is None else np.abs(tail)
        e = e + tail
        return DoubleWord(*quick_two_sum(s, e), plus(radius, _TAIL * plus(np.abs(e), slack)))

    __radd__ = __add__

    def __sub__(self, other: Any) -> DoubleWord:
        return self.__add__(-as_double_word(other))

    def __rsub__(self, other: Any) -> DoubleWord:
        return as_double_word(other) + (-self)

    def __mul__(self, other: Any) -> DoubleWord:
        other = as_double_word(other)
        p, e = two_prod(self.hi, other.hi)
        radius = plus(_of_product(self, other), _UNDERFLOW)
        if self.lo is other.lo is None:
            return DoubleWord(p, e, radius)
        for cross in (times(self.hi, other.lo), times(other.hi, self.lo)):
            if cross is not None:
                e += cross
        size = np.abs(p)
        size *= _PRODUCT
        size += radius
        return DoubleWord(*quick_two_sum(p, e), size)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> DoubleWord:
        other = as_double_word(other)
        q = self.hi / other.hi
        p, e = two_prod(q, other.hi)
        rest = less(self.hi, p)
        rest -= e
        for part in (self.lo, times(-q, other.lo)):
            if part is not None:
                rest += part
        rest /= other.hi
        size = np.abs(q)
        tiny = bool((size < _LEAST).any())
        value = DoubleWord(*quick_two_sum(q, rest), _of_quotient(self, other, size))
        return _subnormal_quotient(self, other, value, q) if tiny else value

    def __rtruediv__(self, other: Any) -> DoubleWord:
        return as_double_word(other) / self

    def __pow__(self, other: Any) -> DoubleWord:
        from softsym.targets.double_functions import power

        result: DoubleWord = power(self, other)
        return result

    def __rpow__(self, other: Any) -> DoubleWord:
        from softsym.targets.double_functions import power

        result: DoubleWord = power(as_double_word(other), self)
        return result

    def __eq__(self, other: object) -> Decision:  # type: ignore[override]
        return _compared(self - as_double_word(other), np.equal)

    __hash__ = None  # type: ignore[assignment]

    def __gt__(self, other: Any) -> Decision:
        return _compared(self - as_double_word(other), np.greater)

    def __ge__(self, other: Any) -> Decision:
        return _compared(self - as_double_word(other), np.greater_equal)

    def __int__(self) -> int:
        return int(np.ravel(self.hi)[0])  # a length, the same for all rows

    def __getitem__(self, key: Any) -> DoubleWord:
        return self.mapped(lambda part: part[key])

    def finished(self, dtype: Any) -> tuple[Array, Array]:
        """The nearest numbers of a type, and which of them are certain to a unit in the last place.

        Where the numbers are subnormal the unit is that of the smallest one, and the error up to 4 of it.
        """
        hi = self.hi.astype(np.promote_types(dtype, np.float64), copy=False)
        result = hi + (0.0 if self.lo is None else self.lo)
        result += 0.0  # no negative zero
        return result.astype(dtype, copy=False), self._certain(np.finfo(dtype))

    def _certain(self, info: Any) -> Array:
        if self.radius is None:
            return np.isfinite(self.hi)
        size = np.abs(self.hi)
        fine = self.radius < size * float(info.eps / 4)
        if not fine.all():
            fine |= (self.radius <= max(3 * SMALLEST, float(info.smallest_subnormal / 4))) & (size < np.inf)
        return fine


def _of_quotient(above: DoubleWord, below: DoubleWord, size: Array) -> Array:
    """The radius of a quotient of a size, whose place it takes."""
    inverse = _largest_inverse(below)
    size *= _QUOTIENT if below.radius is None else _QUOTIENT + below.radius * inverse
    size += inverse * _UNDERFLOW + SMALLEST
    if above.radius is not None:
        size += above.radius * inverse
    return size


def _largest_inverse(value: DoubleWord) -> Array:
    """A bound for ``1/|value|``."""
    least = np.abs(value.hi) * (1 - 4 * U)
    if value.radius is not None:
        least = least - value.radius
    return np.where(least > 0, 1 / least, np.inf)


def _subnormal_quotient(above: DoubleWord, below: DoubleWord, value: DoubleWord, q: Array) -> DoubleWord:
    """A quotient that is its leading part alone where that is subnormal: its own rounding is then what it is off by."""
    size, tiny, inverse = np.abs(q), np.abs(q) < _LEAST, _largest_inverse(below)
    errors = plus(above.whole(above.radius), np.abs(above.whole(above.lo)), size * below.whole(below.radius))
    radius = errors * inverse + size * (4 * U) + SMALLEST
    return DoubleWord(
        np.where(tiny, q, value.hi),
        np.where(tiny, 0.0, value.whole(value.lo)),
        np.where(tiny, radius, value.whole(value.radius)),
    )


class Decision:
    """A condition entry by entry, and where the radii leave it open."""

    __slots__ = ("open", "value")

    def __init__(self, value: Array, left_open: Array) -> None:
        self.value, self.open = value, left_open


def _compared(difference: DoubleWord, compare: Any) -> Decision:
    """A comparison of a difference with 0: that of two exact numbers has no radius where it is exact."""
    value = compare(difference.hi, 0.0)
    if difference.radius is None:
        return Decision(value, np.False_)
    return Decision(value, (np.abs(difference.hi) <= 2 * difference.radius) & (difference.radius > 0))


def _of_product(a: DoubleWord, b: DoubleWord) -> Part:
    """What the factors' radii make of a product."""
    left, right = _spread(a, b), _spread(b, a)
    if left is None or right is None:
        return plus(left, right)
    left = left + right
    left += a.radius * b.radius
    return left


def _spread(a: DoubleWord, b: DoubleWord) -> Part:
    """What b's radius makes of a product with a, whose leading part is known to 53 bits."""
    return None if b.radius is None else np.abs(a.hi) * (b.radius * (1 + 4 * U))


def as_double_word(value: Any) -> DoubleWord:
    """A number, a fraction or an array as double words; a fraction is rounded to 106 bits."""
    if isinstance(value, DoubleWord):
        return value
    if isinstance(value, Fraction):
        return _of_fraction(value)
    array = np.asarray(value)
    hi = array.astype(np.float64)
    if array.dtype.itemsize <= 8:
        return DoubleWord(hi)
    lo = (array - hi).astype(np.float64)
    return DoubleWord(hi, lo if lo.any() else None)


def _of_fraction(value: Fraction) -> DoubleWord:
    high = float(value)
    rest = float(value - Fraction(high))
    return DoubleWord(np.asarray(high), np.asarray(rest), abs(rest) * 2 * U) if rest else DoubleWord(np.asarray(high))
