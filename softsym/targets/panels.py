"""Fast runs of bodies that write in place, on blocks of rows with one batch axis: layout, buffers, shifts or none.

A body without shifts is tried first: it is faster, and more exact since ``z - max(z)`` is never rounded. Rows in which
its totals leave a safe range are done again with shifts. What even those do not give goes to ``mend``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from softsym.targets.arithmetic import DOUBLES
from softsym.targets.body import Body, Call, Variant
from softsym.targets.intervals import in_range
from softsym.targets.rows import FEW, by_columns
from softsym.targets.totals import LARGEST

Array = Any
Written = tuple[Callable[..., Any], tuple[str, ...]]
"""A body's function in one of its variants, and the names of its parameters."""
SHORT = 24
"""Shifted rows up to this length are worked on column by column."""
LARGE_LOGARITHM, LARGEST_SINGLE = 8.0, 1e38
"""From the first on an error of 2.5 ulp of float32 in a number is one of a third of an ulp in its logarithm; beyond the
second numbers overflow."""
LOWEST = -100.0
"""Exponents from here on give exponentials with all digits, and quotients by them that do not overflow."""
_DOUBLE = np.dtype(float)
_LARGE = float(np.finfo(float).max) / 4
_LIMITS = (300.0, 100.0, 30.0, 10.0, 3.0)


class Mend(Protocol):
    """Does those rows of a result again that float64 cannot give, in place."""

    def __call__(self, block: dict[str, Array], result: Array, dtype: Any) -> None: ...


class Panels:
    """The blocks of one call."""

    def __init__(self, body: Body, call: Call, may_write: bool, mend: Mend) -> None:
        self.body, self.may_write, self.mend = body, may_write, mend
        self.names = [name for name, _ in body.vectors]
        ones = frozenset(n for n, s in call.scalars.items() if not s.ndim and s == 1)
        self.variant = Variant(DOUBLES, in_place=True, ones=ones, narrow=call.dtype.itemsize < 8)
        self.limit, self.highest = limit(body, call), body.highest(ones)
        self.tries = self.highest > 0 or self.limit > 0
        single = call.dtype == np.float32 and all(v.dtype == np.float32 for v in call.vectors.values())
        self.roughly = single and len(self.names) == 1 and body.is_log_sum(self.highest)
        self.singles = np.empty((0, 0), np.float32)
        self.kept: dict[tuple[tuple[int, ...], str], list[Array]] = {}
        self.used: dict[tuple[tuple[int, ...], str], int] = {}

    @cached_property
    def shifted(self) -> Written:
        """The body with shifts."""
        return _written(self.body, self.variant)

    @cached_property
    def direct(self) -> Written:
        """The body without."""
        return _written(self.body, replace(self.variant, shifted=False))

    @cached_property
    def coarse(self) -> Written:
        """The body without shifts, in single precision."""
        return _written(self.body, replace(self.variant, shifted=False, single_precision=True))

    def fill(self, block: dict[str, Array], target: Array) -> None:
        """Put the result of a block into its place."""
        self.roughly = self.roughly and self.large(block, target)
        if not self.roughly:
            self.exactly(block, target)

    def exactly(self, block: dict[str, Array], target: Array) -> None:
        """The same in double precision."""
        if self.tries:
            self.tries = self.told(block, target) if self.highest else self.bounded(block, target)
            if self.tries:
                return
        self.careful(block, target)

    def large(self, block: dict[str, Array], target: Array) -> bool:
        """Try a logarithm of a sum in single precision, enough for large ones; whether that is worth while."""
        x = block[self.names[0]]
        if x.shape[-1] <= FEW or x.strides[-1] != x.itemsize:
            return False
        function, names = self.coarse
        if self.singles.shape != x.shape:
            self.singles = np.empty(x.shape, np.float32)
        arguments = {**block, "array": lambda shape: self.singles, "shape": x.shape}
        value, total = function(*[arguments[n] for n in names])
        wrong = ~((value >= LARGE_LOGARITHM) & (total <= LARGEST_SINGLE))[:, 0]
        count = np.count_nonzero(wrong)
        if 4 * count > len(wrong):
            return False
        target[...] = value[:, 0]
        if count:
            again = np.empty(count, target.dtype)
            self.exactly(_rows(block, wrong), again)
            target[wrong] = again
        return True

    def told(self, block: dict[str, Array], target: Array) -> bool:
        """Try it without shifts; the totals tell which rows that suits. Whether it is worth while."""
        vectors = self.arranged(block, self.body.has_maxima_unshifted and self.short(block))
        value, *totals = self.run(self.direct, block, vectors, target)
        wrong = self.outside(totals, self.unchanged(block, vectors), len(target))
        if wrong is None:
            self.store(block, value, target)
            return True
        count = np.count_nonzero(wrong)
        if 4 * count > len(wrong):
            return False
        self.partly(block, value, target, wrong)
        return True

    def outside(self, totals: list[Array], vectors: dict[str, Array], count: int) -> Array | None:
        """The rows whose totals leave the safe range, if there are any and the entries may have caused that."""
        if all(map(self.safe, totals)) or self.in_reach(totals, vectors):
            return None
        wrong = np.zeros(count, bool)
        for total in totals:
            wrong |= ~((total >= 1.0) & (total <= self.highest))[:, 0]
        return wrong

    def safe(self, total: Array) -> bool:
        """Whether all of a column of totals are in the safe range."""
        return bool(np.minimum.reduce(total, axis=None) >= 1.0 and np.maximum.reduce(total, axis=None) <= self.highest)

    def in_reach(self, totals: list[Array], vectors: dict[str, Array]) -> bool:
        """Whether the entries tell that no exponential has too few digits, though some totals are small."""
        if self.highest < LARGEST:
            return bool(self.limit and _size(vectors) <= self.limit)
        within = all(np.maximum.reduce(t, axis=None) <= self.highest for t in totals)
        return within and all(np.minimum.reduce(v, axis=None) >= LOWEST for v in vectors.values())

    def partly(self, block: dict[str, Array], value: Array, target: Array, wrong: Array) -> None:
        """The result, and the wrong rows again with shifts."""
        rows = _rows(block, wrong)  # before the target, maybe z, is written
        self.store(block, value, target)
        again = np.empty((np.count_nonzero(wrong), *target.shape[1:]), target.dtype)
        self.careful(rows, again)
        target[wrong] = again

    def bounded(self, block: dict[str, Array], target: Array) -> bool:
        """Without shifts, if all entries are small enough."""
        vectors = self.arranged(block, self.body.has_maxima_unshifted and self.short(block))
        if not _all_within(vectors, self.limit):
            return False
        self.store(block, self.run(self.direct, block, vectors, target)[0], target)
        return True

    def careful(self, block: dict[str, Array], target: Array) -> None:
        """With shifts."""
        vectors = self.arranged(block, self.short(block))
        value = np.atleast_1d(self.run(self.shifted, block, vectors, target))
        given = self.unchanged(block, vectors)
        if not _all_within({**given, "": value}, np.inf) and not (
            np.isfinite(np.add.reduce(value, axis=None)) and _size(given) < _LARGE
        ):
            value = value if value is target else np.array(value)
            self.mend(block, self.shaped(value, target), target.dtype)
        self.store(block, value, target)

    def store(self, block: dict[str, Array], value: Array, target: Array) -> None:
        """Put a value into the target, if it is not there; what a row's value leaves open is mended first."""
        shaped = self.shaped(value, target)
        if self.left_open(shaped):
            self.mend_rows(block, shaped, target.dtype)
        if value is not target:
            target[...] = shaped

    def mend_rows(self, block: dict[str, Array], value: Array, dtype: Any) -> None:
        """Mend those rows of a value that are not finite, in place."""
        wrong = ~np.isfinite(value.reshape(len(value), -1)).all(axis=-1)
        if wrong.any():  # a sum of finite numbers may overflow too
            again = value[wrong]
            self.mend(_rows(block, wrong), again, dtype)
            value[wrong] = again

    def left_open(self, value: Array) -> bool:
        """Whether totals in range do not tell that a value is right: nan, or a difference that overflowed."""
        if not self.body.result:
            return bool(np.isnan(value.dot(value)))
        return self.body.may_overflow(self.highest) and not np.isfinite(np.add.reduce(value, axis=None))

    def shaped(self, value: Array, target: Array) -> Array:
        """A value of the body in the target's shape."""
        value = np.asarray(value)
        if value.ndim == 2 and target.ndim == 1:
            return value[:, 0] if len(value) == len(target) else np.broadcast_to(value[:, 0], target.shape)
        return value if value.shape == target.shape else np.broadcast_to(value, target.shape)

    def short(self, block: dict[str, Array]) -> bool:
        """Whether rows are so short that their maxima are found faster by columns."""
        return bool(block[self.names[0]].shape[-1] <= SHORT)

    def arranged(self, block: dict[str, Array], columns: bool) -> dict[str, Array]:
        """The vectors in float64, all in the same layout: as they are if that will do."""
        self.used.clear()
        vectors = {n: block[n] for n in self.names}
        columns = columns or all(map(by_columns, vectors.values()))
        for name, vector in vectors.items():
            if not _is_laid_out(vector, columns):
                vectors[name] = self.copied(vector, columns)
        return vectors

    def unchanged(self, block: dict[str, Array], vectors: dict[str, Array]) -> dict[str, Array]:
        """The vectors as they were before a body ran."""
        return {n: block[n] for n in self.names} if self.variant.narrow else vectors

    def copied(self, vector: Array, columns: bool) -> Array:
        copy = self.taken(vector.shape, "F" if columns else "C")
        np.copyto(copy, vector)
        return copy

    def taken(self, shape: tuple[int, ...], order: str) -> Array:
        """An array that no other holds during this block; the next block gets the same one."""
        kept = self.kept.setdefault((shape, order), [])
        used = self.used.get((shape, order), 0)
        self.used[shape, order] = used + 1
        if used == len(kept):
            kept.append(np.empty(shape, order="F" if order == "F" else "C"))
        return kept[used]

    def run(self, written: Written, block: dict[str, Array], vectors: dict[str, Array], target: Array) -> Any:
        """The body's value in one of its variants."""
        function, names = written
        like = vectors[self.names[0]]
        columns = by_columns(like)
        fits = self.may_write and target.shape == like.shape and _is_laid_out(target, columns)
        source = self.source("F" if columns else "C", target if fits else None)
        arguments = {**block, **vectors, "array": source, "shape": like.shape}
        return function(*[arguments[n] for n in names])

    def source(self, order: str, target: Array | None) -> Callable[[tuple[int, ...]], Array]:
        """What gives a body its arrays, the first of which holds the result."""
        first = [target] if target is not None else []

        def array(shape: tuple[int, ...]) -> Array:
            return first.pop() if first else self.taken(shape, order)

        return array


def _written(body: Body, variant: Variant) -> Written:
    function = body.run(variant)
    return function, function.__code__.co_varnames[: function.__code__.co_argcount]


def _rows(block: dict[str, Array], chosen: Array) -> dict[str, Array]:
    """Some rows of a block."""
    return {n: a[chosen] if a.ndim > 1 else a for n, a in block.items()}


def _is_laid_out(array: Array, columns: bool) -> bool:
    """Whether an array is of float64, with the rows adjacent (by columns) or the entries of a row."""
    if array.dtype is not _DOUBLE and array.dtype != _DOUBLE:
        return False
    return by_columns(array) if columns else bool(array.strides[-1] == array.itemsize or array.shape[-1] == 1)


def _all_within(arrays: dict[str, Array], bound: float) -> bool:
    """Whether all entries are known to be smaller than a bound, or finite; nothing is known of some that are."""
    return all(_square(a) < bound * bound or (bound < np.inf and _size({"": a}) <= bound) for a in arrays.values())


def _square(array: Array) -> Any:
    """The sum of squares of an array of two axes, or that of its largest row or column."""
    flat = array.T if by_columns(array) else array
    if not flat.flags.c_contiguous:
        return np.vecdot(flat, flat).max()
    flat = flat.reshape(-1)
    return flat.dot(flat)


def _size(arrays: dict[str, Array]) -> float:
    """The largest absolute value; nan if there is one."""
    sizes = [(np.maximum.reduce(a, axis=None), -np.minimum.reduce(a, axis=None)) for a in arrays.values()]
    return float(np.max(sizes))


def limit(body: Body, call: Call) -> float:
    """A size of the vectors' entries up to which the program without shifts stays in range; 0 if there is none."""
    scalars = {n: (float(s.min()), float(s.max())) for n, s in call.scalars.items() if s.size}
    return limit_of(body, scalars, {n: float(v) for n, v in call.sizes.items()})


def limit_of(body: Body, scalars: dict[str, tuple[float, float]], sizes: dict[str, float]) -> float:
    """The same for scalars between bounds."""
    if body.unshifted is None:
        return 0.0
    for size in _LIMITS:
        known = scalars | {n: (-size, size) for n, _ in body.vectors}
        if in_range(body.unshifted, known, sizes):
            return size
    return 0.0


__all__ = ["Panels", "limit", "limit_of"]
