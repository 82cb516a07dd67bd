"""Double-word arithmetic on arrays: each number is an unevaluated sum ``hi + lo`` of two extended doubles.

With the 64-bit significand and the 15-bit exponent of x86's extended double, a number has about 128 significant bits
and reaches from 1e-4950 to 1e4930, so that neither cancellation nor overflow of any usual formula is in sight; a number
such as 1 + 1e-304 is held exactly. What overflows even so becomes nan. Where NumPy's ``longdouble`` is a double, it has
106 bits and the range of a double.

:mod:`softsym.targets.double_functions` has the functions of them. Algorithms: Dekker (1971), Knuth's TwoSum; M. Joldes,
J.-M. Muller, V. Popescu, "Tight and rigorous error bounds for basic building blocks of double-word arithmetic", ACM
TOMS 44 (2017).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as real

Array = Any

T = real.longdouble
"""The type of the parts."""
_T = T
_INFO = real.finfo(_T)
_SPLITTER = _T(2) ** ((_INFO.nmant + 2) // 2) + _T(1)
HUGE = _T(2) ** (_INFO.maxexp // 2 - 64)
"""Stands for infinity in an input: products of two such numbers are still finite."""


def two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """``a + b`` rounded, and the exact rounding error."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def quick_two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """``a + b`` rounded, and the exact rounding error, for ``|a| >= |b|``."""
    s = a + b
    return s, b - (s - a)


def two_prod(a: Array, b: Array) -> tuple[Array, Array]:
    """``a * b`` rounded, and the exact rounding error (Dekker's product)."""
    p = a * b
    ah, al = _halves(a)
    bh, bl = _halves(b)
    return p, ((ah * bh - p) + ah * bl + al * bh) + al * bl


def _halves(a: Array) -> tuple[Array, Array]:
    t = _SPLITTER * a
    high = t - (t - a)
    return high, a - high


class DoubleWord:
    """An array of double words, with arithmetic and indexing as on arrays."""

    __slots__ = ("hi", "lo")
    __array_ufunc__ = None

    def __init__(self, hi: Array, lo: Array) -> None:
        self.hi, self.lo = hi, lo

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.hi.shape)

    @property
    def ndim(self) -> int:
        return int(self.hi.ndim)

    def __neg__(self) -> DoubleWord:
        return DoubleWord(-self.hi, -self.lo)

    def __add__(self, other: Any) -> DoubleWord:
        other = as_double_word(other)
        s, e = two_sum(self.hi, other.hi)
        t, f = two_sum(self.lo, other.lo)
        s, e = quick_two_sum(s, e + t)
        return DoubleWord(*quick_two_sum(s, e + f))

    __radd__ = __add__

    def __sub__(self, other: Any) -> DoubleWord:
        return self.__add__(-as_double_word(other))

    def __rsub__(self, other: Any) -> DoubleWord:
        return as_double_word(other) + (-self)

    def __mul__(self, other: Any) -> DoubleWord:
        other = as_double_word(other)
        p, e = two_prod(self.hi, other.hi)
        return DoubleWord(*quick_two_sum(p, e + (self.hi * other.lo + self.lo * other.hi)))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> DoubleWord:
        other = as_double_word(other)
        first = self.hi / other.hi
        rest = self - other * DoubleWord(first, real.zeros_like(first))
        second = rest.hi / other.hi
        rest = rest - other * DoubleWord(second, real.zeros_like(second))
        high, low = quick_two_sum(first, second)
        value = DoubleWord(*quick_two_sum(high, low + rest.hi / other.hi))
        fine = real.isfinite(first)
        return DoubleWord(real.where(fine, value.hi, first), real.where(fine, value.lo, 0))

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

    def __eq__(self, other: object) -> Array:
        other = as_double_word(other)
        return (self.hi == other.hi) & (self.lo == other.lo)

    __hash__ = None  # type: ignore[assignment]

    def __gt__(self, other: Any) -> Array:
        other = as_double_word(other)
        return (self.hi > other.hi) | ((self.hi == other.hi) & (self.lo > other.lo))

    def __ge__(self, other: Any) -> Array:
        return (self > other) | (self == other)

    def __int__(self) -> int:
        return int(self.hi)

    def __getitem__(self, key: Any) -> DoubleWord:
        return DoubleWord(self.hi[key], self.lo[key])

    def rounded(self, dtype: Any) -> Array:
        """The nearest numbers of a type."""
        with real.errstate(all="ignore"):
            return real.asarray(self.hi + self.lo + 0).astype(dtype)  # no negative zero


def as_double_word(value: Any) -> DoubleWord:
    """A number, a fraction or an array as double words; a fraction is rounded to 128 bits."""
    if isinstance(value, DoubleWord):
        return value
    if isinstance(value, Fraction):
        hi = _nearest(value)
        return DoubleWord(hi, _nearest(value - _exactly(hi)))
    if isinstance(value, int):
        return as_double_word(Fraction(value))
    hi = real.asarray(value, _T)
    return DoubleWord(hi, real.zeros_like(hi))


def from_input(value: Any) -> DoubleWord:
    """An array of inputs: exact, with infinities replaced by numbers that only their products exceed."""
    array = real.asarray(value, _T)
    return as_double_word(real.where(real.isinf(array), real.copysign(HUGE, array), array))


def _exactly(value: Array) -> Fraction:
    mantissa, exponent = real.frexp(value)
    return Fraction(int(mantissa * _T(2) ** 64)) * Fraction(2) ** (int(exponent) - 64)


def _nearest(value: Fraction) -> Array:
    if value == 0:
        return real.asarray(_T(0))
    shift = max(value.numerator.bit_length() - value.denominator.bit_length() - _INFO.nmant, -16000)
    whole = round(value * Fraction(2) ** -shift)
    upper, lower = divmod(abs(whole), 2**40)  # an integer of 64 bits passes through two exact conversions
    size = real.ldexp(_T(upper), 40) + _T(lower)
    return real.asarray(real.ldexp(-size if whole < 0 else size, shift))
