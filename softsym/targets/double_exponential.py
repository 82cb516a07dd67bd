"""The exponential of double words to about 75 bits, which is what most results need.

``exp(x) = 2**q * 2**(j/2048) * exp(r)`` with ``|r| <= log(2)/4096``: a table and a series of six terms. The table's
leading parts have 26 bits, and so have those of r, so that their products are exact.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt, ldexp
from typing import Any

import numpy as np

from softsym.targets.double_word import SMALLEST, DoubleWord, Part, U, as_double_word, plus, quick_two_sum, two_sum

Array = Any

_STEPS = 2048
_BITS = 200


def _powers() -> list[int]:
    """``2**(j/2048)`` for every j, times 2**200."""
    root = 2 << _BITS
    for _ in range(_STEPS.bit_length() - 1):
        root = isqrt(root << _BITS)
    values = [1 << _BITS]
    for _ in range(_STEPS - 1):
        values.append(values[-1] * root >> _BITS)
    return values


def _parted(value: int, bits: int) -> tuple[float, int]:
    """The first so many binary places of ``value / 2**200``, and what is left, times 2**200."""
    leading = value >> (_BITS - bits)
    return ldexp(leading, -bits), value - (leading << (_BITS - bits))


_LOG2 = sum((2 << _BITS) // ((2 * n + 1) * 3 ** (2 * n + 1)) for n in range(64))
LOG2 = as_double_word(Fraction(_LOG2, 1 << _BITS))
_STEP_1, _rest = _parted(_LOG2 // _STEPS, 42)
_STEP_2, _rest = _parted(_rest, 73)
_STEP_3 = ldexp(_rest, -_BITS)
_PARTS = [_parted(p, 25) for p in _powers()]
_TABLE = np.array([leading for leading, _ in _PARTS])
_TABLE_LOW = np.array([ldexp(rest, -_BITS) for _, rest in _PARTS])
_PER_STEP = _STEPS / 0.6931471805599453
_CUT = 1.5 * 2.0**14
"""Adding and subtracting it rounds a number below 1/4096 to 26 bits."""
_LEAST, _MOST = -800.0, 709.0
_ACCURACY, _ROUNDING = 2.0**-75, 8 * U * U
"""The relative errors of the exponential (of ``exp(x) - 1`` where the table is not involved) and of a sum."""


def _reduced(x: Array, low: Part) -> tuple[Array, Array, Array]:
    """k, and ``x + low - k*log(2)/2048`` as two doubles."""
    k = x * _PER_STEP
    k = np.rint(k, out=k if k.ndim else None)
    high, error = two_sum(x - k * _STEP_1, k * -_STEP_2)
    error -= k * _STEP_3
    if low is not None:
        error += low
    return k, *quick_two_sum(high, error)


def _small_expm1(r: Array, low: Array) -> tuple[Array, Array]:
    """``exp(r + low) - 1`` for ``|r| <= 2**-12``, as two doubles, with a relative error below 2**-76."""
    part = (r + _CUT) - _CUT
    rest = r - part
    square = r * r
    tail = _polynomial(r, (1 / 6, 1 / 24, 1 / 120, 1 / 720)) * (square * r)
    tail += rest * (part + 0.5 * rest)
    tail += low * (1.0 + r)
    part *= part
    high, error = quick_two_sum(r, 0.5 * part)
    tail += error
    return high, tail


def _polynomial(r: Array, coefficients: tuple[float, ...]) -> Array:
    value = r * coefficients[-1]
    for coefficient in coefficients[-2:0:-1]:
        value += coefficient
        value *= r
    value += coefficients[0]
    return value


def _powered(k: Array, high: Array, low: Array) -> tuple[Array, Array, Array]:
    """``2**(j/2048) * (1 + high + low)`` as two doubles, and q, for ``k = 2048*q + j``."""
    whole = k.astype(np.int64)
    j = whole & (_STEPS - 1)
    table = _TABLE[j]
    part = (high + _CUT) - _CUT
    first, error = quick_two_sum(table, table * part)
    rest = high - part
    rest += low
    error += table * rest
    part += rest
    part += 1.0
    error += _TABLE_LOW[j] * part
    whole >>= _STEPS.bit_length() - 1
    return *quick_two_sum(first, error), whole


def _doubled(hi: Array, lo: Array, q: Array) -> tuple[Array, Array]:
    """Two doubles times ``2**q``, rounded once where that is subnormal."""
    if q.size and q.min() > -1000 and q.max() < 1000:
        scale = ((q + 1023) << 52).view(np.float64)
        return hi * scale, lo * scale
    q = q.astype(np.int32)
    return np.ldexp(hi, q), np.ldexp(lo, q)


def _bounded(x: DoubleWord) -> DoubleWord:
    """x kept to where the exponential is a positive number or 0; nothing is certain beyond the largest."""
    if x.hi.size and x.hi.min() >= _LEAST and x.hi.max() <= _MOST:
        return x
    hi = np.clip(x.hi, _LEAST, _MOST)
    beyond = np.where(x.hi > _MOST, np.inf, np.where(x.hi < _LEAST, 0.0, x.whole(x.radius)))
    return DoubleWord(hi, np.where(hi == x.hi, x.whole(x.lo), 0.0), beyond)


def _growth(radius: Array) -> Array:
    """A bound for ``exp(radius) - 1``."""
    return 2.0 * radius if np.size(radius) == 0 or np.max(radius) < 0.5 else np.where(radius < 0.5, 2 * radius, np.inf)


def exp(x: Any) -> DoubleWord:
    """The exponential."""
    given = as_double_word(x)
    x = _bounded(given)
    k, r, low = _reduced(x.hi, x.lo)
    low += _polynomial(r, (1 / 2, 1 / 6, 1 / 24, 1 / 120)) * (r * r)
    hi, lo, q = _powered(k, r, low)
    hi, lo = _doubled(hi, lo, q)
    error = np.abs(x.hi)
    error *= 4 * U
    error = np.minimum(error, _ACCURACY, out=error if error.ndim else None)
    if x.radius is not None:
        error = error + _growth(x.radius)
    error *= hi
    if not q.size or q.min() < -900:
        error += SMALLEST
    return DoubleWord(hi, lo, error)


def expm1(x: Any) -> DoubleWord:
    """``exp(x) - 1``."""
    x = as_double_word(x)
    kept = _bounded(x)
    k, r, low = _reduced(kept.hi, kept.lo)
    small = k == 0
    hi, lo = _small_expm1(r, low)
    if not small.all():
        far, far_low, q = _powered(k, hi, lo)
        far, far_low = _doubled(far, far_low, q)
        far, error = two_sum(far, -1.0)
        hi, lo = np.where(small, hi, far), np.where(small, lo, error + far_low)
    hi, lo = quick_two_sum(hi, lo)
    size = np.where(small, np.abs(kept.hi), hi + 1.0)
    radius = plus(size * _ACCURACY, np.abs(hi) * _ROUNDING)
    grown = None if x.radius is None else np.where(small, 2.0, hi + 1.0) * _growth(kept.whole(kept.radius))
    return DoubleWord(hi, lo, plus(radius, grown))
