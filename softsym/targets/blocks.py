"""Runs generated bodies: blocks that fit the cache, the layout that suits their rows, rows that need more range.

A body knows nothing of these: it gets float64 arrays with their entries along the last axis, double words or balls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from softsym.targets.arithmetic import Arithmetic
from softsym.targets.body import PLAIN, Body, Call, Variant
from softsym.targets.certified import certified
from softsym.targets.panels import Panels, limit
from softsym.targets.planes import in_planes
from softsym.targets.rows import FEW
from softsym.targets.streaming import stream, stream_certified, stream_without_shifts

Array = Any
BLOCK = 1 << 15
"""Numbers in an argument's block where no arrays are reused, and four times that of double words."""
IN_CACHE = 1 << 19
"""Numbers in all arrays of a block that is written in place: 4 MB of float64, which a shared cache still holds when
they are read again, and few enough blocks that calls cost little; a quarter of that for short rows, whose columns are
read one after the other."""
RUN, WIDE = 5120, 1 << 20
"""Where the entries of a row are not adjacent: the fewest rows of a block, so that memory is read and written in long
runs, unless the block has more numbers than this."""
LINE = 16
"""The fewest rows of any such block, so that cache lines are read as a whole."""


def compute(body: Body, call: Call, target: Array, high: bool) -> None:
    """Fill the target, block by block along the longest batch axis."""
    if 0 in call.batch:
        return
    alike = bool(call.vectors) and all(v.shape[:-1] == call.batch for v in call.vectors.values())
    in_place = body.uniform and alike and call.mask is None and not high
    with np.errstate(all="ignore"):
        for part, piece in in_planes(call, target) if in_place else [(call, target)]:
            _compute(body, part, piece, high, in_place)


def _compute(body: Body, call: Call, target: Array, high: bool, in_place: bool) -> None:
    arguments = _laid_out(body, call)
    shared = any(np.may_share_memory(a, target) and not _same_place(a, target) for a in arguments.values())
    goal = np.empty_like(target) if shared else target
    aliased = any(np.may_share_memory(a, goal) for a in arguments.values())
    work = _Work(body, call, high)
    if in_place:
        work.panels = Panels(body, call, not aliased, work.mend)
    block_size = _in_cache(body, call) if in_place else BLOCK // 4 if high else BLOCK
    fill = work.way(arguments)
    for key, block in _blocks(body, call, arguments, block_size):
        fill(block, goal[key] if key else goal)
    if shared:
        target[...] = goal


def _in_cache(body: Body, call: Call) -> int:
    """Numbers of each vector in a block that is written in place."""
    short = int(next(iter(call.vectors.values())).shape[-1]) <= FEW
    return IN_CACHE // (len(body.vectors) + body.arrays) // (4 if short else 1)


def _same_place(a: Array, b: Array) -> bool:
    same = a.shape == b.shape and a.strides == b.strides and a.dtype == b.dtype
    return bool(same and a.__array_interface__["data"] == b.__array_interface__["data"])


def _laid_out(body: Body, call: Call) -> dict[str, Array]:
    arguments: dict[str, Array] = dict(call.vectors)
    arguments |= {n: s[(..., *(None,) * body.rank)] if s.ndim else s for n, s in call.scalars.items()}
    if call.mask is not None:
        arguments["where"] = call.mask
    return arguments | {n: np.asarray(call.sizes[n]) for n in call.sizes}


LONGEST, LONGEST_ROW, LONGEST_HIGH = 1 << 24, 1 << 20, 1 << 13
"""Rows longer than this are worked on in chunks, in several passes: in any case, for one number a row if that takes no
shifts, and for ``accuracy="high"``."""
Key = tuple[slice, ...]


def _blocks(body: Body, call: Call, arguments: dict[str, Array], block: int) -> Iterator[tuple[Key, dict[str, Array]]]:
    """Keys of the batch axes, and the arguments there: runs of rows along the longest batch axis."""
    longest = max([call.sizes[n] for n in call.sizes], default=1)
    size = int(np.prod(call.batch, dtype=np.int64)) * longest ** max(body.rank, 1)
    if not call.batch or size <= block:
        yield (), arguments
        return
    which = int(np.argmax(call.batch))
    rows = max(1, int(block * call.batch[which] // size))
    if block >= BLOCK and any(v.strides[-1] != v.itemsize for v in call.vectors.values()):
        rows = max(LINE, rows, min(RUN, int(WIDE * call.batch[which] // size)))
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

    def __init__(self, body: Body, call: Call, high: bool) -> None:
        self.body, self.high = body, high
        self.names = [name for name, _ in body.vectors]
        ones = frozenset(n for n, s in call.scalars.items() if not s.ndim and s == 1)
        self.shifted = Variant(masked=call.mask is not None, ones=ones)
        self.direct = replace(self.shifted, shifted=False)
        self.limit = 0.0 if call.mask is not None or high else limit(body, call)
        self.panels: Panels | None = None

    def way(self, arguments: dict[str, Array]) -> Callable[[dict[str, Array], Array], None]:
        """What puts the result of a block into its place; rows that leave the range of float64 are certified."""
        if self.streams(arguments):
            return self.stream
        if self.panels is not None:
            long = not self.body.result and arguments[self.names[0]].shape[-1] > LONGEST_ROW
            return partial(self.fill_long, self.panels) if long else self.panels.fill
        return self.fill_certified if self.high else self.fill_fast

    def fill_certified(self, block: dict[str, Array], target: Array) -> None:
        """The same with as much precision as it needs; in float64 where nothing is certain."""
        result = self.certified(block, target.shape, target.dtype)
        beyond = np.isnan(result)
        target[...] = np.where(beyond, self.fast(block, target, False), result) if beyond.any() else result

    def fill_fast(self, block: dict[str, Array], target: Array) -> None:
        """The same in float64: without shifts if the entries are small, and nothing cancels by that."""
        size = max((_size(block[name]) for name in self.names), default=0.0)
        direct = size <= self.limit != 0.0
        result = self.fast(block, target, direct)
        if direct and self.body.logarithmic and _near_zero(result):
            self.limit = -1.0  # and for the blocks that follow, which will be alike
            direct, result = False, self.fast(block, target, False)
        if not direct and not (np.isfinite(np.add.reduce(result, axis=None)) and size < _LARGE):
            result = np.array(result)
            self.mend(block, result, target.dtype)
        target[...] = result

    def fast(self, block: dict[str, Array], target: Array, direct: bool) -> Array:
        """The result in float64."""
        arguments = {n: v if v.dtype == np.float64 or n == "where" else v.astype(np.float64) for n, v in block.items()}
        result = self.run(self.direct if direct else self.shifted, arguments)
        return np.broadcast_to(_folded(self.body, result), target.shape)

    def streams(self, block: dict[str, Array]) -> bool:
        """Whether the rows are too long to be worked on as a whole."""
        if not self.names or self.shifted.masked or not all(block[n].ndim for n in self.names):
            return False
        vector = block[self.names[0]]
        copied = vector.dtype != np.float64 and bool(self.body.result)  # both the row and its result
        longest = LONGEST // 16 if copied else LONGEST
        long = vector.shape[-1] > (LONGEST_HIGH if self.high else longest)
        return bool(long and self.body.stages(PLAIN) is not None)

    def fill_long(self, panels: Panels, block: dict[str, Array], target: Array) -> None:
        """The same for numbers of rows so long that their arrays had better stay in the cache."""
        if not self.stream_quickly(block, target):
            panels.fill(block, target)

    def stream_quickly(self, block: dict[str, Array], target: Array) -> bool:
        """The same in chunks and without shifts; tell if that could be done."""
        return stream_without_shifts(self.body, block, target, self.chunk(target, BLOCK), self.shifted.ones)

    def chunk(self, target: Array, block: int) -> int:
        """How many entries of each row of a target are worked on at a time, with so many numbers in a block."""
        rows = math.prod(target.shape[: target.ndim - len(self.body.result)])
        return int(max(block // max(1, rows), 1024))

    def stream(self, block: dict[str, Array], target: Array) -> None:
        """The same for long rows, in chunks; ``target`` may be the input, which is read before it is written."""
        if not self.high:
            if self.stream_quickly(block, target):
                return
            stream(self.body, block, target, self.chunk(target, BLOCK), PLAIN)
            if np.isfinite(np.add.reduce(target, axis=None)):
                return
        result = np.empty_like(target)
        stream_certified(self.body, block, result, self.chunk(target, BLOCK // 4))
        target[...] = np.where(np.isnan(result) & ~self.high, target, result)

    def mend(self, block: dict[str, Array], result: Array, dtype: Any) -> None:
        """Do rows again: results of nan, infinite ones of finite entries, entries that are too far apart."""
        batch = result.shape[: result.ndim - len(self.body.result)]
        flat = result.reshape((*batch, -1))
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
        shape = (int(wrong.sum()), *result.shape[len(batch) :])
        again = self.certified(rows, shape, dtype)
        result[wrong] = np.where(np.isnan(again), result[wrong], again)

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
        function = self.body.run(variant)
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        if variant.masked:
            arguments = arguments | _counts(self.body, arguments, names, variant.arithmetic)
        return function(*[arguments[n] for n in names])


def _near_zero(result: Array) -> bool:
    """Whether a logarithm of a sum is so close to 0 that only a sum of 1 plus something small gives all its digits."""
    return bool(np.minimum.reduce(np.absolute(result), axis=None) < 1.0)


_LARGE = float(np.finfo(float).max) / 4


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
