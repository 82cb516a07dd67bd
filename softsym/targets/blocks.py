"""Runs generated bodies: blocks that fit the cache, the layout that suits their rows, rows that need more range.

A body knows nothing of these: it gets float64 arrays with their entries along the last axis, double words or balls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from softsym.errors import UnsupportedError
from softsym.symbols import Length
from softsym.targets.arithmetic import DOUBLES, Arithmetic
from softsym.targets.certified import certified
from softsym.targets.intervals import in_range
from softsym.targets.program import Program
from softsym.targets.stages import Stages
from softsym.targets.streaming import stream, stream_certified

Array = Any
BLOCK = 1 << 15
"""Numbers in a block: 256 KB of float64, so that a block and its temporaries stay in the second-level cache."""
SHORT = 24
"""Rows up to this length are worked on column by column, longer ones are made contiguous."""
MEDIUM = 1024
"""Rows up to this length stay where they are if equal entries of neighbouring rows are adjacent."""
LINE = 16
"""The fewest rows of a block whose entries are not adjacent, so that cache lines are read as a whole."""


@dataclass(frozen=True)
class Variant:
    """How a body is written: for which arithmetic, with left-out entries, writing in place, with or without shifts.

    ``ones`` are the scalars that it takes to be 1.
    """

    arithmetic: Arithmetic = DOUBLES
    masked: bool = False
    in_place: bool = False
    shifted: bool = True
    ones: frozenset[str] = frozenset()


PLAIN = Variant()


def _no_stage(level: int, arithmetic: Arithmetic) -> Callable[..., Any]:
    raise UnsupportedError(f"this body has no stage {level}")


@dataclass(frozen=True)
class Body:
    """A generated body: its parameters, and the lengths and slots of its result's axes."""

    vectors: tuple[tuple[str, Length], ...]
    scalars: tuple[str, ...]
    lengths: tuple[str, ...]
    result: tuple[Length, ...]
    order: tuple[int, ...]
    rank: int
    run: Callable[[Variant], Callable[..., Any]]
    unshifted: Program | None = None
    uniform: bool = False
    logarithmic: bool = False
    stages: Stages | None = None
    run_stage: Callable[[int, Arithmetic], Callable[..., Any]] = field(default=_no_stage)

    @cached_property
    def quick(self) -> tuple[Callable[..., Any], Callable[..., Any]]:
        """The body's functions for single rows: with shifts and without."""
        shifted = Variant(in_place=True)
        return self.run(shifted), self.run(replace(shifted, shifted=False))

    @cached_property
    def limits(self) -> dict[tuple[float, ...], float]:
        """How large a row's entries may be without shifts, by the row's length and the values of the scalars."""
        return {}

    @cached_property
    def one_length(self) -> bool:
        """Whether all vectors have the same length, given by a name."""
        return len({length for _, length in self.vectors}) == 1 and not self.vectors[0][1].is_literal

    @cached_property
    def takes_length(self) -> bool:
        """Whether the body wants the vectors' length besides the parameters."""
        return self.quick[0].__code__.co_argcount > len(self.names) + 2

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The parameters in their order."""
        return (*(name for name, _ in self.vectors), *self.scalars, *self.lengths)


@dataclass
class Call:
    """A call's arguments, ready for the body: vectors as ``batch + (n,)``, scalars as ``batch``."""

    vectors: dict[str, Array]
    scalars: dict[str, Array]
    sizes: dict[str, int]
    mask: Array | None
    batch: tuple[int, ...]
    dtype: Any


def compute(body: Body, call: Call, target: Array, high: bool) -> None:
    """Fill the target, block by block along the longest batch axis."""
    arguments = _laid_out(body, call)
    shared = any(np.may_share_memory(a, target) and not _same_place(a, target) for a in arguments.values())
    goal = np.empty_like(target) if shared else target
    aliased = any(np.may_share_memory(a, goal) for a in arguments.values())
    work = _Work(body, call, high, not aliased)
    with np.errstate(all="ignore"):
        for key, block in _blocks(body, call, arguments, BLOCK // 4 if high else BLOCK):
            work.fill(block, goal[key] if key else goal)
    if shared:
        target[...] = goal


def _same_place(a: Array, b: Array) -> bool:
    same = a.shape == b.shape and a.strides == b.strides and a.dtype == b.dtype
    return bool(same and a.__array_interface__["data"] == b.__array_interface__["data"])


def _laid_out(body: Body, call: Call) -> dict[str, Array]:
    arguments: dict[str, Array] = dict(call.vectors)
    arguments |= {n: s[(..., *(None,) * body.rank)] if s.ndim else s for n, s in call.scalars.items()}
    if call.mask is not None:
        arguments["where"] = call.mask
    return arguments | {n: np.asarray(call.sizes[n]) for n in call.sizes}


LONGEST, LONGEST_HIGH = 1 << 24, 1 << 13
"""Rows longer than this are worked on in chunks, in several passes."""
Key = tuple[slice, ...]


def _blocks(body: Body, call: Call, arguments: dict[str, Array], block: int) -> Iterator[tuple[Key, dict[str, Array]]]:
    """Keys of the batch axes, and the arguments there: runs of rows along the longest batch axis."""
    longest = max([call.sizes[n] for n in call.sizes], default=1)
    size = int(np.prod(call.batch, dtype=np.int64)) * longest ** max(body.rank, 1)
    if not call.batch or size <= block:
        yield (), arguments
        return
    which = int(np.argmax(call.batch))
    adjacent = all(v.strides[-1] == v.itemsize for v in call.vectors.values())
    rows = max(1 if adjacent or block < BLOCK else LINE, int(block * call.batch[which] // size))
    places = {n: _place(a, which, len(call.batch), _own_axes(n, body)) for n, a in arguments.items()}
    for start in range(0, call.batch[which], rows):
        run = slice(start, start + rows)
        yield _key(which, run), {n: a if places[n] < 0 else a[_key(places[n], run)] for n, a in arguments.items()}


def _key(axis: int, run: slice) -> Key:
    return (*(slice(None),) * axis, run)


def _place(array: Array, which: int, batch: int, own: int) -> int:
    """The axis of an argument that a batch axis is, or -1 if the argument does not vary along it."""
    axis = array.ndim - own - batch + which
    return axis if axis >= 0 and array.shape[axis] > 1 else -1


def _own_axes(name: str, body: Body) -> int:
    """How many axes of an argument are not batch axes."""
    return 1 if name == "where" or any(name == n for n, _ in body.vectors) else body.rank


class _Work:
    """How the blocks of one call are done."""

    def __init__(self, body: Body, call: Call, high: bool, may_write: bool) -> None:
        self.body, self.high, self.may_write = body, high, may_write
        self.names = [name for name, _ in body.vectors]
        alike = all(v.shape[:-1] == call.batch for v in call.vectors.values()) and bool(call.vectors)
        in_place = body.uniform and alike
        ones = frozenset(n for n, s in call.scalars.items() if not s.ndim and s == 1)
        self.shifted = Variant(masked=call.mask is not None, in_place=in_place, ones=ones)
        self.direct = replace(self.shifted, shifted=False)
        self.limit = 0.0 if call.mask is not None or high else _limit(body, call)
        self.kept: dict[tuple[tuple[int, ...], str], list[Array]] = {}
        self.used: dict[tuple[tuple[int, ...], str], int] = {}
        self.functions: dict[Variant, tuple[Callable[..., Any], tuple[str, ...]]] = {}

    def fill(self, block: dict[str, Array], target: Array) -> None:
        """Put the result of a block into its place; rows that leave the range of float64 are certified."""
        if self.streams(block):
            self.stream(block, target)
            return
        self.used.clear()
        vectors = {name: self.arranged(block[name]) for name in self.names}
        if self.high:
            result = self.certified(block, target.shape, target.dtype)
            beyond = np.isnan(result)  # where nothing is certain
            target[...] = (
                np.where(beyond, self.fast(block | vectors, target, False), result) if beyond.any() else result
            )
            return
        size = max((_size(v) for v in vectors.values()), default=0.0)
        direct = size <= self.limit != 0.0
        result = self.fast(block | vectors, target, direct)
        if direct and self.body.logarithmic and _near_zero(result):
            self.limit = -1.0  # and for the blocks that follow, which will be alike
            self.used.clear()
            vectors = {name: self.arranged(block[name]) for name in self.names}
            result = self.fast(block | vectors, target, False)
            direct = False
        if not direct and not (np.isfinite(np.add.reduce(result, axis=None)) and size < _LARGE):
            result = result if result is target else np.array(result)
            self.mend(block, result, target.dtype)
        if result is not target:
            target[...] = result

    def streams(self, block: dict[str, Array]) -> bool:
        """Whether the rows are too long to be worked on as a whole."""
        if self.body.stages is None or self.shifted.masked or not self.shifted.in_place:
            return False
        return bool(block[self.names[0]].shape[-1] > (LONGEST_HIGH if self.high else LONGEST))

    def stream(self, block: dict[str, Array], target: Array) -> None:
        """The same for long rows, in chunks; ``target`` may be the input, which is read before it is written."""
        rows = max(1, int(np.prod(target.shape[: target.ndim - len(self.body.result)])))
        if not self.high:
            stream(self.body, block, target, max(BLOCK // rows, 1024), DOUBLES)
            if np.isfinite(np.add.reduce(target, axis=None)):
                return
        result = np.empty_like(target)
        stream_certified(self.body, block, result, max(BLOCK // 4 // rows, 1024))
        target[...] = np.where(np.isnan(result) & ~self.high, target, result)

    def arranged(self, vector: Array) -> Array:
        """A vector's block as float64: short rows column by column, long ones contiguous."""
        length = vector.shape[-1]
        adjacent = vector.strides[-1] == vector.itemsize
        if vector.ndim == 2 and 1 < length <= SHORT and vector.size > 8 * SHORT and adjacent:
            return self.copied(vector, "F")
        if _by_columns(vector) and length <= MEDIUM and vector.dtype == np.float64:
            return vector
        if length > SHORT and not adjacent:
            return self.copied(vector, "C")
        return vector if vector.dtype == np.float64 else self.copied(vector, "C")

    def copied(self, vector: Array, order: str) -> Array:
        """A copy in float64."""
        copy = self.taken(vector.shape, order)
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

    def fast(self, block: dict[str, Array], target: Array, direct: bool) -> Array:
        """The result in float64, written into the target if that has the right type."""
        arguments = {n: v if v.dtype == np.float64 or n == "where" else v.astype(np.float64) for n, v in block.items()}
        if self.shifted.in_place:
            like = arguments[self.names[0]]
            layout = "F" if _by_columns(like) else "C"
            fits = target.dtype == np.float64 and target.flags.c_contiguous == like.flags.c_contiguous
            into = target if fits and self.may_write and target.shape == like.shape and layout == "C" else None
            arguments |= {"array": self.source(layout, into), "shape": like.shape}
        result = self.run(self.direct if direct else self.shifted, arguments)
        return result if result is target else np.broadcast_to(_folded(self.body, result), target.shape)

    def source(self, layout: str, target: Array | None) -> Callable[[tuple[int, ...]], Array]:
        """What gives a body its arrays, the first of which holds the result."""
        first = [target] if target is not None else []

        def array(shape: tuple[int, ...]) -> Array:
            return first.pop() if first else self.taken(shape, layout)

        return array

    def mend(self, block: dict[str, Array], target: Array, dtype: Any) -> None:
        """Do rows again: results of nan, infinite ones of finite entries, entries that are too far apart."""
        batch = target.shape[: target.ndim - len(self.body.result)]
        flat = target.reshape((*batch, -1))
        wrong, infinite = np.isnan(flat).any(axis=-1), np.isinf(flat).any(axis=-1)
        for name in self.names:
            high, low = block[name].max(axis=-1), block[name].min(axis=-1)
            infinite = infinite & np.isfinite(low) & np.isfinite(high)
            wrong = wrong | ~np.isfinite(high - np.maximum(low, -np.finfo(float).max))
        wrong = wrong | infinite
        for name in self.names:
            wrong = wrong & ~np.isnan(block[name].max(axis=-1))
        if not wrong.any():
            return
        rows = {n: _rows(a, batch, wrong, _own_axes(n, self.body)) for n, a in block.items()}
        shape = (int(wrong.sum()), *target.shape[len(batch) :])
        again = self.certified(rows, shape, dtype)
        target[wrong] = np.where(np.isnan(again), target[wrong], again)

    def certified(self, block: dict[str, Array], shape: tuple[int, ...], dtype: Any) -> Array:
        """The result of one block with as much precision as it needs; nan where nothing is certain."""

        def evaluate(arithmetic: Arithmetic, arguments: dict[str, Any], shape: tuple[int, ...]) -> Any:
            variant = Variant(arithmetic, self.shifted.masked, ones=self.shifted.ones)
            value = self.run(variant, arguments)
            return [np.broadcast_to(_folded(self.body, part), shape) for part in arithmetic.finished(value, dtype)]

        own = {name: _own_axes(name, self.body) for name in block}
        return certified(evaluate, block, own, shape, len(shape) - len(self.body.result))

    def run(self, variant: Variant, arguments: dict[str, Any]) -> Any:
        """The body's value in one of its variants."""
        if variant not in self.functions:
            function = self.body.run(variant)
            self.functions[variant] = function, function.__code__.co_varnames[: function.__code__.co_argcount]
        function, names = self.functions[variant]
        if variant.masked:
            arguments = arguments | _counts(self.body, arguments, names, variant.arithmetic)
        return function(*[arguments[n] for n in names])


def _near_zero(result: Array) -> bool:
    """Whether a logarithm of a sum is so close to 0 that only a sum of 1 plus something small gives all its digits."""
    return bool(np.minimum.reduce(np.absolute(result), axis=None) < 1.0)


_LARGE = float(np.finfo(float).max) / 4
_LIMITS = (650.0, 300.0, 100.0, 30.0, 10.0, 3.0)


def _limit(body: Body, call: Call) -> float:
    """A size of the vectors' entries up to which the program without shifts stays in range; 0 if there is none."""
    if body.unshifted is None:
        return 0.0
    scalars = {n: (float(s.min()), float(s.max())) for n, s in call.scalars.items() if s.size}
    return limit_of(body, scalars, {n: float(v) for n, v in call.sizes.items()})


def limit_of(body: Body, scalars: dict[str, tuple[float, float]], sizes: dict[str, float]) -> float:
    """The same for scalars between bounds."""
    if body.unshifted is None:
        return 0.0
    for limit in _LIMITS:
        known = scalars | {n: (-limit, limit) for n, _ in body.vectors}
        if in_range(body.unshifted, known, sizes):
            return limit
    return 0.0


def _by_columns(array: Array) -> bool:
    """Whether neighbouring rows, rather than the entries of a row, are adjacent in memory."""
    return bool(array.ndim == 2 and array.strides[0] == array.itemsize and array.shape[0] > 1)


def _size(array: Array) -> float:
    """The largest absolute value; nan if there is one."""
    return max(float(np.maximum.reduce(array, axis=None)), -float(np.minimum.reduce(array, axis=None)))


def _rows(array: Array, batch: tuple[int, ...], chosen: Array, own: int) -> Array:
    """The chosen rows of an argument; one that has no batch axes stays as it is."""
    if array.ndim <= own:
        return array
    return np.broadcast_to(array, (*batch, *array.shape[array.ndim - own :]))[chosen]


def _counts(body: Body, block: dict[str, Array], names: Sequence[str], arithmetic: Arithmetic) -> dict[str, Any]:
    """The number of entries that count, in place of the length."""
    length = body.vectors[0][1]
    if length.is_literal or length.terms[0][0] not in names:
        return {}
    count = np.sum(block["where"], axis=-1)[(..., *(None,) * body.rank)].astype(float)
    return {length.terms[0][0]: arithmetic.convert(count)}


def _folded(body: Body, result: Any) -> Array:
    """The body's result with the slots that it keeps, in their order."""
    array = np.asarray(result)
    if array.ndim < body.rank:
        array = array.reshape((1,) * (body.rank - array.ndim) + array.shape)
    gone = tuple(slot - body.rank for slot in range(body.rank) if slot not in body.order)
    array = np.squeeze(array, axis=gone) if gone else array
    ranks = sorted(body.order)
    if list(body.order) == ranks:
        return array
    front = array.ndim - len(ranks)
    return np.transpose(array, (*range(front), *(front + ranks.index(s) for s in body.order)))
