"""The exponential and the logarithm of double words, to about 77 bits.

``exp(x) = 2**q * 2**(j/2048) * exp(r)`` with ``|r| <= log(2)/4096``: a table and a series of six terms. The table's
leading parts have 26 bits, and so have those of r, so that their products are exact.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt, ldexp
from typing import Any

import numpy as np

from softsym.targets.double_word import SMALLEST, DoubleWord, U, as_double_word, plus, quick_two_sum, two_sum

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
_LOG2_WORD = as_double_word(Fraction(_LOG2, 1 << _BITS))
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


def _reduced(x: DoubleWord) -> tuple[Array, Array, Array]:
    """k, and ``x - k*log(2)/2048`` as two doubles."""
    k = np.rint(x.hi * _PER_STEP)
    high, error = two_sum(x.hi - k * _STEP_1, k * -_STEP_2)
    high, low = quick_two_sum(high, plus(error, x.lo, k * -_STEP_3))
    return k, high, low


def _small_expm1(r: Array, low: Array) -> tuple[Array, Array]:
    """``exp(r + low) - 1`` for ``|r| <= 2**-12``, as two doubles."""
    part = (r + _CUT) - _CUT
    rest = r - part
    square = r * r
    series = square * r * (1 / 6 + r * (1 / 24) + square * (1 / 120 + r * (1 / 720)))
    high, error = quick_two_sum(r, part * part * 0.5)
    return high, error + (low + (rest * (part + 0.5 * rest) + r * low + series))


def _powered(k: Array, high: Array, low: Array) -> tuple[Array, Array, Array]:
    """``2**(j/2048) * (1 + high + low)`` as two doubles, and q, for ``k = 2048*q + j``."""
    whole = k.astype(np.int64)
    j = whole & (_STEPS - 1)
    table = _TABLE[j]
    part = (high + _CUT) - _CUT
    first, error = quick_two_sum(table, table * part)
    second = _TABLE_LOW[j] * (1.0 + (high + low)) + table * ((high - part) + low)
    return *quick_two_sum(first, error + second), whole >> 11


def _doubled(x: Array, q: Array) -> Array:
    """``x * 2**q``, rounded once where that is subnormal."""
    if q.size and q.min() > -1000 and q.max() < 1000:
        return x * ((q + 1023) << 52).view(np.float64)
    return np.ldexp(x, q.astype(np.int32))


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
    k, r, low = _reduced(x)
    hi, lo, q = _powered(k, *_small_expm1(r, low))
    hi, lo = _doubled(hi, q), _doubled(lo, q)
    error = np.minimum(np.abs(x.hi) * (4 * U), _ACCURACY)
    error = error if x.radius is None else error + _growth(x.radius)
    radius = hi * error
    return DoubleWord(hi, lo, radius if q.size and q.min() > -900 else radius + SMALLEST)


def expm1(x: Any) -> DoubleWord:
    """``exp(x) - 1``."""
    x = as_double_word(x)
    kept = _bounded(x)
    k, r, low = _reduced(kept)
    small = k == 0
    hi, lo = _small_expm1(r, low)
    if not small.all():
        far, far_low, q = _powered(k, hi, lo)
        far, error = two_sum(_doubled(far, q), -1.0)
        hi, lo = np.where(small, hi, far), np.where(small, lo, error + _doubled(far_low, q))
    hi, lo = quick_two_sum(hi, lo)
    size = np.where(small, np.abs(kept.hi), hi + 1.0)
    radius = plus(size * _ACCURACY, np.abs(hi) * _ROUNDING)
    grown = None if x.radius is None else np.where(small, 2.0, hi + 1.0) * _growth(kept.whole(kept.radius))
    return DoubleWord(hi, lo, plus(radius, grown))


def log1p(x: Any) -> DoubleWord:
    """``log(1 + x)``."""
    x = as_double_word(x)
    near = np.abs(x.hi) < 0.25
    if near.all():
        return _small_log1p(x)
    return _chosen(near, _small_log1p(_chosen(near, x, as_double_word(0.0))), log(x + 1.0))


def _small_log1p(f: DoubleWord) -> DoubleWord:
    """``log(1 + f)`` for f from -0.3 to 0.42: one Newton step from the double's value y, to ``y + log(1 + step)``."""
    y = DoubleWord(np.log1p(f.hi))
    decay = expm1(-y)
    step = f + f * decay + decay
    bound = np.abs(step.hi) + step.whole(step.radius)
    result = y + DoubleWord(step.hi, step.lo)
    radius = np.where(bound < 0.25, 2 * step.whole(step.radius) + bound * bound, np.inf)
    return DoubleWord(result.hi, result.lo, plus(result.radius, radius))


def log(x: Any) -> DoubleWord:
    """The natural logarithm; that of an exact 0 is the limit, that of a number which may be 0 is not certain."""
    x = as_double_word(x)
    below = x.hi if x.radius is None else x.hi * 0.5 - x.radius
    fine = (below > 0) & np.isfinite(x.hi)
    safe = _chosen(fine, x, as_double_word(1.0))
    mantissa, exponent = np.frexp(safe.hi)
    exponent = np.where(mantissa < 0.70710678, exponent - 1, exponent)
    f = safe.mapped(lambda part: np.ldexp(part, -exponent)) - 1.0
    value = _small_log1p(f) + _LOG2_WORD * DoubleWord(exponent.astype(np.float64))
    if fine.all():
        return value
    exact_zero = (x.hi == 0) & (x.whole(x.radius) == 0)
    return _chosen(fine, value, DoubleWord(np.where(exact_zero, -np.inf, np.nan)))


def _chosen(condition: Array, x: DoubleWord, y: DoubleWord) -> DoubleWord:
    parts = ((x.lo, y.lo), (x.radius, y.radius))
    rest = (None if a is b is None else np.where(condition, x.whole(a), y.whole(b)) for a, b in parts)
    return DoubleWord(np.where(condition, x.hi, y.hi), *rest)


__all__ = ["exp", "expm1", "log", "log1p"]
