"""Functions of double words, by the names that NumPy gives them: generated code runs on both."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import factorial
from types import SimpleNamespace
from typing import Any

import numpy as real

from softsym.targets.double_word import HUGE, DoubleWord, as_double_word
from softsym.targets.double_word import T as _T

Array = Any
_INFO = real.finfo(_T)


def _series(terms: int) -> list[DoubleWord]:
    return [as_double_word(Fraction(1, factorial(n))) for n in range(1, terms + 1)]


_INVERSE_FACTORIALS = _series(16)
# log(2) to 60 digits, by Machin-like series in exact rationals
_LN2 = as_double_word(
    2 * sum(Fraction(1, (2 * n + 1) * 3 ** (2 * n + 1)) for n in range(80)),
)
_HALVINGS, _DOUBLE_TERMS = 5, 6
_MOST = _T(_INFO.maxexp - 1) * real.log(_T(2))


def _small_expm1(r: DoubleWord) -> DoubleWord:
    """``exp(r) - 1`` for |r| <= 0.36: a series at r/32, doubled five times by ``y*y + 2*y``.

    The terms from the seventh on are below 1e-15 of the whole, so that single words do for them.
    """
    scale = _T(2) ** -_HALVINGS
    r = DoubleWord(r.hi * scale, r.lo * scale)
    tail = _INVERSE_FACTORIALS[-1].hi
    for coefficient in reversed(_INVERSE_FACTORIALS[_DOUBLE_TERMS:-1]):
        tail = tail * r.hi + coefficient.hi
    total = as_double_word(tail)
    for coefficient in reversed(_INVERSE_FACTORIALS[:_DOUBLE_TERMS]):
        total = total * r + coefficient
    y = total * r
    for _ in range(_HALVINGS):
        y = y * y + DoubleWord(2 * y.hi, 2 * y.lo)
    return y


def _reduced(x: DoubleWord) -> tuple[Array, DoubleWord]:
    """``k`` and ``x - k*log(2)``, with x kept to where the exponential is finite or 0."""
    hi = real.clip(x.hi, -4 * _MOST, _MOST)
    x = DoubleWord(hi, real.where(hi == x.hi, x.lo, 0))
    k = real.rint(x.hi / _LN2.hi)
    return k, x - _LN2 * DoubleWord(k, real.zeros_like(k))


def _scaled(x: DoubleWord, k: Array) -> DoubleWord:
    k = real.asarray(k).astype(real.int32)
    return DoubleWord(real.ldexp(x.hi, k), real.ldexp(x.lo, k))


def exp(x: Any) -> DoubleWord:
    """The exponential; beyond the largest finite number it stays there, so that a later ``0 * exp(x)`` is 0."""
    k, r = _reduced(as_double_word(x))
    return _scaled(_small_expm1(r) + 1, k)


def expm1(x: Any) -> DoubleWord:
    """``exp(x) - 1``."""
    x = as_double_word(x)
    k, r = _reduced(x)
    small = _small_expm1(r)
    return where(k == 0, small, _scaled(small + 1, k) - 1)


def log1p(x: Any) -> DoubleWord:
    """``log(1 + x)``."""
    x = as_double_word(x)
    near = real.abs(x.hi) < 0.25
    return where(near, _small_log1p(where(near, x, 0)), log(x + 1))


def _small_log1p(f: DoubleWord) -> DoubleWord:
    """``log(1 + f)`` for f from -0.3 to 0.42: one Newton step from the extended double's value."""
    start = real.log1p(f.hi)
    y = DoubleWord(start, real.zeros_like(start))
    decay = _small_expm1(-y)
    return y + (f + f * decay + decay)


def log(x: Any) -> DoubleWord:
    """The natural logarithm."""
    x = as_double_word(x)
    positive = x.hi > 0
    safe = where(positive, x, 1)
    mantissa, k = real.frexp(safe.hi)
    k = real.where(mantissa < 0.70710678, k - 1, k)
    f = _scaled(safe, -k) - 1
    whole = k.astype(_T)
    value = _small_log1p(f) + _LN2 * DoubleWord(whole, real.zeros_like(whole))
    bad = real.where(x.hi == 0, -HUGE, real.where(real.isposinf(x.hi), x.hi, _T("nan")))
    return where(positive & real.isfinite(x.hi), value, as_double_word(bad))


def sqrt(x: Any) -> DoubleWord:
    """The square root."""
    x = as_double_word(x)
    root = real.sqrt(x.hi)
    start = DoubleWord(root, real.zeros_like(root))
    rest = (x - start * start).hi / (2 * root)
    return where((x.hi == 0) | ~real.isfinite(x.hi), start, start + DoubleWord(rest, real.zeros_like(rest)))


def square(x: DoubleWord) -> DoubleWord:
    """``x * x``."""
    return x * x


def power(x: Any, y: Any) -> DoubleWord:
    """``x ** y``, with ``0 ** 0 = 1``; a negative base needs an integer exponent."""
    x, y = as_double_word(x), as_double_word(y)
    if y.hi.size == 1 and abs(float(y.hi.ravel()[0])) <= 64 and float(y.hi.ravel()[0]).is_integer() and not y.lo.any():
        return _whole_power(x, int(y.hi.ravel()[0]), real.broadcast_shapes(x.shape, y.shape))
    size = absolute(x)
    whole = (real.rint(y.hi) == y.hi) & (y.lo == 0)
    value = exp(y * log(where(size.hi == 0, 1, size)))
    odd = real.fmod(y.hi, 2) != 0
    value = where((x.hi < 0) & whole & odd, -value, value)
    value = where((x.hi < 0) & ~whole, real.nan, value)
    at_zero = real.where(y.hi == 0, _T(1), real.where(y.hi > 0, _T(0), _T("inf")))
    return where(size.hi == 0, as_double_word(at_zero), value)


def _whole_power(x: DoubleWord, n: int, shape: tuple[int, ...]) -> DoubleWord:
    result = as_double_word(real.ones(shape, _T))
    base = 1 / x if n < 0 else x
    for digit in bin(abs(n))[2:]:
        result = result * result
        if digit == "1":
            result = result * base
    return result


def absolute(x: Any) -> DoubleWord:
    """The absolute value."""
    x = as_double_word(x)
    negative = x.hi < 0
    return DoubleWord(real.where(negative, -x.hi, x.hi), real.where(negative, -x.lo, x.lo))


def sign(x: Any) -> DoubleWord:
    """-1, 0 or 1."""
    return as_double_word(real.sign(as_double_word(x).hi))


def floor(x: DoubleWord) -> DoubleWord:
    """The largest whole number that is not larger."""
    high = real.floor(x.hi)
    return DoubleWord(high, real.where(high == x.hi, real.floor(x.lo), 0))


def where(condition: Array, x: Any, y: Any) -> DoubleWord:
    """Entries of x where the condition holds, else of y."""
    x, y = as_double_word(x), as_double_word(y)
    return DoubleWord(real.where(condition, x.hi, y.hi), real.where(condition, x.lo, y.lo))


def maximum(x: Any, y: Any) -> DoubleWord:
    """The larger of two, entry by entry; a nan wins."""
    x, y = as_double_word(x), as_double_word(y)
    larger = (x.hi > y.hi) | ((x.hi == y.hi) & (x.lo >= y.lo)) | real.isnan(x.hi)
    return where(larger, x, y)


def _tree(x: DoubleWord, axis: int, combine: Callable[[Any, Any], DoubleWord], neutral: float) -> DoubleWord:
    """A reduction by halves, which keeps its rounding errors to the logarithm of the length."""
    hi, lo = real.moveaxis(x.hi, axis, 0), real.moveaxis(x.lo, axis, 0)
    rows = DoubleWord(hi, lo)
    while rows.shape[0] > 1:
        half = rows.shape[0] // 2
        upper = combine(rows[:half], rows[half : 2 * half])
        rows = _appended(upper, rows[2 * half :]) if rows.shape[0] % 2 else upper
    if not rows.shape[0]:
        rows = as_double_word(real.full((1, *rows.shape[1:]), neutral, _T))
    return DoubleWord(real.moveaxis(rows.hi, 0, axis), real.moveaxis(rows.lo, 0, axis))


def _appended(x: DoubleWord, y: DoubleWord) -> DoubleWord:
    return DoubleWord(real.concatenate((x.hi, y.hi)), real.concatenate((x.lo, y.lo)))


def _reduction(combine: Callable[[Any, Any], DoubleWord], neutral: float) -> Callable[..., DoubleWord]:
    choose = where

    def reduce(x: Any, axis: int, keepdims: bool = True, where: Any = True, initial: float = neutral) -> DoubleWord:
        chosen = as_double_word(x) if where is True else choose(where, x, neutral)
        return _tree(chosen, axis, combine, neutral)

    return reduce


def _minimum(x: Any, y: Any) -> DoubleWord:
    return -maximum(-x, -y)


largest = _reduction(maximum, -real.inf)


def argmax(x: DoubleWord, axis: int, keepdims: bool = True) -> Array:
    """The position of the first largest entry."""
    return real.argmax((x == largest(x, axis)), axis=axis, keepdims=keepdims)


def _on_parts(name: str) -> Callable[..., DoubleWord]:
    function = getattr(real, name)

    def apply(x: Any, *args: Any, **options: Any) -> DoubleWord:
        x = as_double_word(x)
        return DoubleWord(function(x.hi, *args, **options), function(x.lo, *args, **options))

    return apply


def concatenate(parts: list[Any], axis: int) -> DoubleWord:
    """Arrays one after the other."""
    words = [as_double_word(p) for p in parts]
    return DoubleWord(*(real.concatenate([getattr(w, part) for w in words], axis=axis) for part in ("hi", "lo")))


def sort(x: DoubleWord, axis: int) -> DoubleWord:
    """The entries in rising order."""
    order = real.lexsort((x.lo, x.hi), axis=axis)
    return DoubleWord(real.take_along_axis(x.hi, order, axis), real.take_along_axis(x.lo, order, axis))


def cumsum(x: DoubleWord, axis: int) -> DoubleWord:
    """The sums of the first entries, along the last axis."""
    parts = [x[..., :1]]
    for k in range(1, x.shape[axis]):
        parts.append(parts[-1] + x[..., k : k + 1])
    return concatenate(parts, axis)


NAMESPACE = SimpleNamespace(
    **{n: _on_parts(n) for n in ("broadcast_to", "swapaxes", "take", "delete", "take_along_axis")},
    **{n: getattr(real, n) for n in ("arange", "inf", "nan", "pi", "broadcast_shapes", "newaxis")},
    asarray=as_double_word,
    sort=sort,
    cumsum=cumsum,
    exp=exp,
    expm1=expm1,
    log=log,
    log1p=log1p,
    sqrt=sqrt,
    square=square,
    power=power,
    abs=absolute,
    sign=sign,
    floor=floor,
    where=where,
    maximum=maximum,
    argmax=argmax,
    concatenate=concatenate,
    sum=_reduction(lambda x, y: x + y, 0.0),
    prod=_reduction(lambda x, y: x * y, 1.0),
    max=largest,
    min=_reduction(_minimum, real.inf),
)
"""What generated code finds under ``np``."""


def log_parts(whole: DoubleWord, rest: DoubleWord) -> DoubleWord:
    """``log(whole + rest)``: a double word holds 1 plus something tiny."""
    return log(whole + rest)
