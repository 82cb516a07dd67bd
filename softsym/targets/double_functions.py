"""Functions of double words, by the names that NumPy gives them: generated code runs on both."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np

from softsym.targets.double_exponential import exp, expm1
from softsym.targets.double_logarithm import full_exp, full_expm1, full_log, full_log1p, log, log1p
from softsym.targets.double_word import Decision, DoubleWord, U, as_double_word, two_sum

Array = Any


def sqrt(x: Any) -> DoubleWord:
    """The square root, and the error of one Newton step."""
    x = as_double_word(x)
    root = np.sqrt(x.hi)
    start = DoubleWord(root)
    safe = np.where(root == 0, 1.0, root)
    rest = x - start * start
    result = start + DoubleWord(rest.hi / (2 * safe))
    radius = np.where(root == 0, 0.0, rest.whole(rest.radius) / safe + root * (16 * U * U))
    fine = x.whole(x.radius) <= np.abs(x.hi) * 0.5
    return DoubleWord(result.hi, result.lo, np.where(fine, radius, np.inf))


def square(x: DoubleWord) -> DoubleWord:
    """``x * x``."""
    return x * x


def power(x: Any, y: Any) -> DoubleWord:
    """``x ** y``, with ``0 ** 0 = 1``; a negative base needs an integer exponent."""
    x, y = as_double_word(x), as_double_word(y)
    number = float(y.hi.ravel()[0]) if y.hi.size == 1 and y.lo is None and y.radius is None else 0.5
    if abs(number) <= 64 and number.is_integer():
        return _whole_power(x, int(number), np.broadcast_shapes(x.shape, y.shape))
    size = absolute(x)
    zero = (size.hi == 0) & (x.whole(x.radius) == 0)
    value = exp(y * log(where(zero, 1.0, size)))
    whole = (np.rint(y.hi) == y.hi) & (y.whole(y.lo) == 0) & (y.whole(y.radius) == 0)
    value = where((x.hi < 0) & whole & (np.fmod(y.hi, 2) != 0), -value, value)
    value = where((x.hi < 0) & ~whole, np.nan, value)
    at_zero = np.where(y.hi == 0, 1.0, np.where(y.hi > 0, 0.0, np.inf))
    return where(zero, DoubleWord(at_zero), value)


def _whole_power(x: DoubleWord, n: int, shape: tuple[int, ...]) -> DoubleWord:
    result = DoubleWord(np.ones(shape))
    base = 1.0 / x if n < 0 else x
    for digit in bin(abs(n))[2:]:
        result = result * result
        if digit == "1":
            result = result * base
    return result


def absolute(x: Any) -> DoubleWord:
    """The absolute value."""
    x = as_double_word(x)
    lo = None if x.lo is None else np.where(x.hi < 0, -x.lo, x.lo)
    return DoubleWord(np.abs(x.hi), lo, x.radius)


def sign(x: Any) -> DoubleWord:
    """-1, 0 or 1."""
    x = as_double_word(x)
    if x.radius is None:
        return DoubleWord(np.sign(x.hi))
    return DoubleWord(np.sign(x.hi), None, np.where(np.abs(x.hi) <= 2 * x.radius, 2.0 * (x.radius > 0), 0.0))


def floor(x: DoubleWord) -> DoubleWord:
    """The largest whole number that is not larger than the leading part; exact.

    The programs use it to part numbers from their rests, where any whole number would do.
    """
    return DoubleWord(np.floor(x.hi))


def where(condition: Any, x: Any, y: Any) -> DoubleWord:
    """Entries of x where the condition holds, else of y; nothing is certain where the condition is open."""
    x, y = as_double_word(x), as_double_word(y)
    value = condition.value if isinstance(condition, Decision) else condition
    chosen = DoubleWord(np.where(value, x.hi, y.hi), _picked(value, x, y, "lo"), _picked(value, x, y, "radius"))
    if isinstance(condition, Decision) and condition.open.any():
        return DoubleWord(chosen.hi, chosen.lo, np.where(condition.open, np.inf, chosen.whole(chosen.radius)))
    return chosen


def _picked(condition: Array, x: DoubleWord, y: DoubleWord, name: str) -> Array | None:
    left, right = getattr(x, name), getattr(y, name)
    return None if left is right is None else np.where(condition, x.whole(left), y.whole(right))


def maximum(x: Any, y: Any) -> DoubleWord:
    """The larger of two, entry by entry; a nan wins."""
    x, y = as_double_word(x), as_double_word(y)
    if x.lo is None and y.lo is None:
        value = DoubleWord(np.maximum(x.hi, y.hi))
    else:
        behind = (x.hi == y.hi) & (x.whole(x.lo) >= y.whole(y.lo))
        larger = (x.hi > y.hi) | behind | np.isnan(x.hi)
        value = DoubleWord(np.where(larger, x.hi, y.hi), _picked(larger, x, y, "lo"))
    if x.radius is None and y.radius is None:
        return value
    return DoubleWord(value.hi, value.lo, np.maximum(x.whole(x.radius), y.whole(y.radius)))


def _minimum(x: Any, y: Any) -> DoubleWord:
    return -maximum(-as_double_word(x), -as_double_word(y))


_FEW = 128


def _total(x: DoubleWord, axis: int) -> DoubleWord:
    """The sum, of few entries at a time."""
    if x.shape[axis] <= _FEW:
        return _total_of_few(x, axis)
    rows = x.mapped(lambda part: np.moveaxis(part, axis, -1))
    cut = rows.shape[-1] // _FEW * _FEW
    parts = rows[..., :cut].mapped(lambda part: part.reshape((*part.shape[:-1], cut // _FEW, _FEW)))
    sums = _total_of_few(parts, -1)[..., 0]
    if cut < rows.shape[-1]:
        sums = concatenate([sums, _total_of_few(rows[..., cut:], -1)], -1)
    return _total(sums, -1).mapped(lambda part: np.moveaxis(part, -1, axis))


def _total_of_few(x: DoubleWord, axis: int) -> DoubleWord:
    """The sum: of leading parts that add up exactly, and of the rests (Rump, Ogita, Oishi, 2008).

    With ``n + 2`` times the largest entry below a power of two, the leading parts are multiples of its last place.
    """
    count = x.shape[axis]
    if count == 1:
        return x
    top = np.maximum.reduce(np.abs(x.hi), axis=axis, keepdims=True)
    power = np.ldexp(1.0, np.frexp(top * (count + 2))[1])
    leading = x.hi + power
    leading -= power
    rest = x.hi - leading
    if x.lo is not None:
        rest += x.lo
    hi, lo = two_sum(*(np.add.reduce(part, axis=axis, keepdims=True) for part in (leading, rest)))
    radius = power * (4.0 * count * count * U * U)
    if x.radius is not None:
        radius = radius + np.add.reduce(x.whole(x.radius), axis=axis, keepdims=True)
    return DoubleWord(hi, lo, radius)


def _largest(x: DoubleWord, axis: int) -> DoubleWord:
    if x.lo is not None:
        return _tree(x, axis, maximum)
    radius = None if x.radius is None else np.maximum.reduce(x.whole(x.radius), axis=axis, keepdims=True)
    return DoubleWord(np.maximum.reduce(x.hi, axis=axis, keepdims=True), None, radius)


def _smallest(x: DoubleWord, axis: int) -> DoubleWord:
    return -_largest(-x, axis)


def _product(x: DoubleWord, axis: int) -> DoubleWord:
    return _tree(x, axis, lambda a, b: a * b)


def _tree(x: DoubleWord, axis: int, combine: Callable[[Any, Any], DoubleWord]) -> DoubleWord:
    """A reduction by halves."""
    x = x.mapped(lambda part: np.moveaxis(part, axis, 0))
    while (size := x.shape[0]) > 1:
        half = size // 2
        upper = combine(x[:half], x[half : 2 * half])
        x = concatenate([upper, x[2 * half :]], 0) if size % 2 else upper
    return x.mapped(lambda part: np.moveaxis(part, 0, axis))


def _reduction(reduce: Callable[[DoubleWord, int], DoubleWord], neutral: float) -> Callable[..., DoubleWord]:
    choose = where

    def along(x: Any, axis: int, keepdims: bool = True, where: Any = True, initial: float = neutral) -> DoubleWord:
        chosen = as_double_word(x) if where is True else choose(where, x, neutral)
        if not chosen.shape[axis]:
            chosen = DoubleWord(np.full_like(chosen.hi.sum(axis=axis, keepdims=True), neutral))
        return reduce(chosen, axis)

    return along


largest = _reduction(_largest, -np.inf)


def argmax(x: DoubleWord, axis: int, keepdims: bool = True) -> DoubleWord:
    """The position of the first largest entry; open where another one may be larger."""
    top = largest(x, axis)
    equal = x == top
    position = np.argmax(equal.value, axis=axis, keepdims=True)
    several = np.sum(equal.value | equal.open, axis=axis, keepdims=True) > np.sum(equal.value, axis=axis, keepdims=True)
    return DoubleWord(position.astype(float), None, np.where(several, np.inf, 0.0))


def _on_parts(name: str) -> Callable[..., DoubleWord]:
    function = getattr(np, name)

    def apply(x: Any, *args: Any, **options: Any) -> DoubleWord:
        return as_double_word(x).mapped(lambda part: function(part, *args, **options))

    return apply


def concatenate(parts: list[Any], axis: int) -> DoubleWord:
    """Arrays one after the other."""
    words = [as_double_word(p) for p in parts]
    joined = []
    for name in ("lo", "radius"):
        none = all(getattr(w, name) is None for w in words)
        joined.append(None if none else np.concatenate([w.whole(getattr(w, name)) for w in words], axis=axis))
    return DoubleWord(np.concatenate([w.hi for w in words], axis=axis), *joined)


def sort(x: DoubleWord, axis: int) -> DoubleWord:
    """The entries in rising order, each within the largest radius."""
    order = np.lexsort((x.whole(x.lo), x.hi), axis=axis)
    ordered = x.mapped(lambda part: np.take_along_axis(part, order, axis))
    if x.radius is not None:
        ordered.radius = np.broadcast_to(np.max(x.whole(x.radius), axis=axis, keepdims=True), x.shape)
    return ordered


def cumsum(x: DoubleWord, axis: int) -> DoubleWord:
    """The sums of the first entries, along the last axis."""
    parts = [x[..., :1]]
    for k in range(1, x.shape[axis]):
        parts.append(parts[-1] + x[..., k : k + 1])
    return concatenate(parts, axis)


NAMESPACE = SimpleNamespace(
    **{n: _on_parts(n) for n in ("broadcast_to", "swapaxes", "take", "delete", "take_along_axis")},
    **{n: getattr(np, n) for n in ("arange", "inf", "nan", "broadcast_shapes", "newaxis")},
    pi=as_double_word(Fraction(314159265358979323846264338327950288419716939937510, 10**50)),
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
    sum=_reduction(_total, 0.0),
    prod=_reduction(_product, 1.0),
    max=largest,
    min=_reduction(_smallest, np.inf),
)
"""What generated code finds under ``np``."""
FULL_NAMESPACE = SimpleNamespace(
    **vars(NAMESPACE) | {"exp": full_exp, "expm1": full_expm1, "log": full_log, "log1p": full_log1p}
)
"""The same with all the digits that double words hold."""


def log_parts(whole: DoubleWord, rest: DoubleWord) -> DoubleWord:
    """``log(whole + rest)`` for a whole number and a rest that may be tiny."""
    return log1p((whole - 1.0) + rest)


def full_log_parts(whole: DoubleWord, rest: DoubleWord) -> DoubleWord:
    """The same to more than 100 bits."""
    return full_log1p((whole - 1.0) + rest)
