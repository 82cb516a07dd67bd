"""The logarithm of double words, and both functions to more than 100 bits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import factorial
from typing import Any

import numpy as np

from softsym.targets.double_exponential import LOG2, expm1
from softsym.targets.double_word import SMALLEST, DoubleWord, U, as_double_word, quick_two_sum

Array = Any
Function = Callable[[DoubleWord], DoubleWord]

_HALVINGS, _TERMS = 5, 14
_LEAST, _MOST = -800.0, 709.0
_INVERSE_FACTORIALS = [as_double_word(Fraction(1, factorial(n))) for n in range(1, _TERMS + 1)]
_REMAINDER = 2.0**-120
"""What the terms left out of ``(exp(r/32) - 1)/r`` may add to, for ``|r| <= 0.4``."""


def log1p(x: Any, expm1: Function = expm1) -> DoubleWord:
    """``log(1 + x)``, as exact as the function that gives ``exp(y) - 1``."""
    x = as_double_word(x)
    usual = (x.hi > -0.5) & (x.hi < 2.0**20)
    if usual.all():
        return _small_log1p(x, expm1)
    return _chosen(usual, _small_log1p(_chosen(usual, x, as_double_word(0.0)), expm1), log(x + 1.0, expm1))


def _small_log1p(f: DoubleWord, expm1: Function) -> DoubleWord:
    """``log(1 + f)`` for f from -0.5 to 2**20: one Newton step from the double's value y, to ``y + log(1 + step)``."""
    y = np.log1p(f.hi)
    decay = expm1(DoubleWord(-y))
    step = f + f * decay + decay
    size = np.abs(step.hi) + step.radius
    hi, lo = quick_two_sum(y, step.hi)
    error = 2.0 * step.radius + size * size
    error += np.abs(lo) * 4 * U
    lo += step.lo
    return DoubleWord(hi, lo, np.where(size < 0.25, error, np.inf))


def log(x: Any, expm1: Function = expm1) -> DoubleWord:
    """The natural logarithm; that of an exact 0 is the limit, that of a number which may be 0 is not certain."""
    x = as_double_word(x)
    below = x.hi if x.radius is None else x.hi * 0.5 - x.radius
    fine = (below > 0) & np.isfinite(x.hi)
    safe = _chosen(fine, x, as_double_word(1.0))
    mantissa, exponent = np.frexp(safe.hi)
    exponent = np.where(mantissa < 0.70710678, exponent - 1, exponent)
    f = safe.mapped(lambda part: np.ldexp(part, -exponent)) - 1.0
    value = _small_log1p(f, expm1) + LOG2 * DoubleWord(exponent.astype(np.float64))
    if fine.all():
        return value
    exact_zero = (x.hi == 0) & (x.whole(x.radius) == 0)
    return _chosen(fine, value, DoubleWord(np.where(exact_zero, -np.inf, np.nan)))


def _chosen(condition: Array, x: DoubleWord, y: DoubleWord) -> DoubleWord:
    parts = ((x.lo, y.lo), (x.radius, y.radius))
    rest = (None if a is b is None else np.where(condition, x.whole(a), y.whole(b)) for a, b in parts)
    return DoubleWord(np.where(condition, x.hi, y.hi), *rest)


def full_exp(x: Any) -> DoubleWord:
    """The exponential to about 100 bits: a series at r/32 for ``x = k*log(2) + r``, squared five times."""
    x = as_double_word(x)
    k, small = _reduced(x)
    value = _doubled(small + 1.0, k)
    inside, least = (x.hi >= _LEAST) & (x.hi <= _MOST), 2 * SMALLEST
    return _chosen(inside, value, DoubleWord(value.hi, None, np.where(x.hi < _LEAST, least, np.inf)))


def full_expm1(x: Any) -> DoubleWord:
    """``exp(x) - 1`` to about 100 bits."""
    x = as_double_word(x)
    k, small = _reduced(x)
    value = _chosen(k == 0, small, _doubled(small + 1.0, k) - 1.0)
    inside = (x.hi >= _LEAST) & (x.hi <= _MOST)
    return _chosen(inside, value, DoubleWord(value.hi, None, np.where(x.hi < _LEAST, 2.0**-1000, np.inf)))


def _reduced(x: DoubleWord) -> tuple[Array, DoubleWord]:
    """k, and ``exp(x - k*log(2)) - 1``, for x kept to where the exponential is in range."""
    kept = np.clip(x.hi, _LEAST, _MOST)
    k = np.rint(kept / 0.6931471805599453)
    return k, _series(_chosen(kept == x.hi, x, DoubleWord(kept)) - LOG2 * DoubleWord(k))


def _doubled(x: DoubleWord, k: Array) -> DoubleWord:
    value = x.mapped(lambda part: np.ldexp(part, k.astype(np.int32)))
    return DoubleWord(value.hi, value.lo, value.radius + 2 * SMALLEST * (k < -900))


def _series(r: DoubleWord) -> DoubleWord:
    scale = 2.0**-_HALVINGS
    small = r.mapped(lambda part: part * scale)
    total = _INVERSE_FACTORIALS[-1]
    for coefficient in reversed(_INVERSE_FACTORIALS[:-1]):
        total = total * small + coefficient
    y = DoubleWord(total.hi, total.lo, total.radius + _REMAINDER) * small
    for _ in range(_HALVINGS):
        y = y * y + y.mapped(lambda part: 2.0 * part)
    return y


def full_log1p(x: Any) -> DoubleWord:
    """``log(1 + x)`` to about 100 bits."""
    return log1p(x, full_expm1)


def full_log(x: Any) -> DoubleWord:
    """The natural logarithm to about 100 bits."""
    return log(x, full_expm1)
