"""Runs generated bodies on arrays: arguments, axes, types, blocks that fit the cache, rows that need more range.

A body knows nothing of these: it gets float64 arrays with their entries along the last axis, or double words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from softsym.errors import DomainError, ShapeError, did_you_mean
from softsym.symbols import Length
from softsym.targets import double_word

Array = Any
BLOCK = 1 << 15
"""Numbers in a block: 256 KB of float64, so that a block and its temporaries stay in the second-level cache."""
OPTIONS = ("axis", "out", "where", "accuracy")
ACCURACIES = ("fast", "high")


class Run(Protocol):
    """Gives the body's function for arrays or double words, and with or without left-out entries."""

    def __call__(self, *, double: bool, masked: bool) -> Callable[..., Any]: ...


@dataclass(frozen=True)
class Body:
    """A generated body: its parameters, and the lengths and slots of its result's axes."""

    vectors: tuple[tuple[str, Length], ...]
    scalars: tuple[str, ...]
    lengths: tuple[str, ...]
    result: tuple[Length, ...]
    order: tuple[int, ...]
    rank: int
    run: Run

    @property
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


def evaluate(body: Body, values: Sequence[Any], options: Mapping[str, Any], label: str = "this function") -> Any:
    """The body's value at the arguments, as a NumPy array or number of the arguments' floating type."""
    given, chosen = bind(body, values, options, label)
    axis, out, where, accuracy = (chosen.get(o) for o in OPTIONS)
    if accuracy not in (None, *ACCURACIES):
        raise DomainError(f"accuracy must be 'fast' or 'high', and {accuracy!r} was given")
    axis = -1 if axis is None else axis
    masks = {n: np.ma.getmaskarray(v) for n, v in given.items() if isinstance(v, np.ma.MaskedArray)}
    call = prepared(body, given, axis, _mask(body, given, where, masks))
    target = _target(body, call, out, axis)
    compute(body, call, target, accuracy == "high")
    result = placed(target, len(body.result), axis) if out is None else out
    if masks and out is None and body.result and call.mask is not None:
        left_out = np.broadcast_to(~call.mask, target.shape) if len(body.result) == 1 else np.isnan(target)
        return np.ma.array(result, mask=placed(left_out, len(body.result), axis))
    return result if out is not None or result.ndim else result[()]


def bind(
    body: Body, values: Sequence[Any], options: Mapping[str, Any], label: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values by name, and the options."""
    names = body.names
    if len(values) > len(names):
        raise ShapeError(f"{label} takes {len(names)} values ({', '.join(names)}), and {len(values)} were given")
    given = dict(zip(names, values, strict=False))
    chosen: dict[str, Any] = {}
    for name, value in options.items():
        if name in names:
            if name in given:
                raise ShapeError(f"{label}: {name} was given twice")
            given[name] = value
        elif name in OPTIONS:
            chosen[name] = value
        else:
            raise ShapeError(f"{label} has no argument {name!r}; {did_you_mean(name, (*names, *OPTIONS))}")
    missing = [n for n in names if n not in given]
    if missing:
        raise ShapeError(f"{label} needs a value for {', '.join(missing)}; it is a function of {', '.join(names)}")
    return given, chosen


def numbers(value: Any, name: str) -> Array:
    """A value as an array of real numbers."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise ShapeError(f"{name} has rows of unequal lengths") from None
    if array.dtype.kind not in "biuf":
        raise DomainError(f"{name} must hold real numbers, and holds {array.dtype} ({str(value)[:40]})")
    return array


def prepared(body: Body, given: Mapping[str, Any], axis: int, mask: Array | None) -> Call:
    """The arguments checked and brought into the body's layout."""
    arrays = {name: numbers(given[name], name) for name in (*(n for n, _ in body.vectors), *body.scalars)}
    vectors = {name: along_last(arrays[name], axis, name) for name, _ in body.vectors}
    scalars = {name: arrays[name] for name in body.scalars}
    sizes = lengths_of(body, vectors, given)
    shapes = {n: v.shape[:-1] for n, v in vectors.items()} | {n: s.shape for n, s in scalars.items()}
    batch = _batch(shapes)
    if mask is not None:
        first = body.vectors[0][0]
        mask = _broadcast_mask(mask, axis, vectors[first].shape[-1])
        batch = _batch(shapes | {"where": mask.shape[:-1]})
    return Call(vectors, scalars, sizes, mask, batch, result_type(arrays.values(), given))


def along_last(array: Array, axis: int, name: str) -> Array:
    """The array with a vector's entries along the last axis."""
    if not array.ndim:
        raise ShapeError(f"{name} is a vector: give an array or a list with at least one axis, not the number {array}")
    if not isinstance(axis, int | np.integer) or not -array.ndim <= axis < array.ndim:
        raise ShapeError(f"axis {axis} does not exist: {name} has {array.ndim} axes")
    return np.moveaxis(array, axis, -1)


def lengths_of(body: Body, vectors: Mapping[str, Array], given: Mapping[str, Any]) -> dict[str, int]:
    """The value of each length, the same for all vectors that have it."""
    found: dict[str, int] = {}
    told: dict[str, str] = {}
    for name in body.lengths:
        found[name] = int(given[name])
    for name, length in body.vectors:
        size = vectors[name].shape[-1]
        if size == 0:
            raise ShapeError(f"{name} is empty: a vector has at least one entry")
        if length.is_literal:
            if size != length.constant:
                raise ShapeError(f"{name} has {length.constant} entries, and an array with {size} was given")
            continue
        label = length.terms[0][0]
        if found.setdefault(label, size) != size:
            other = told.get(label, label)
            raise ShapeError(
                f"{name} and {other} have the same length {label}, and {size} and {found[label]} were given"
            )
        told.setdefault(label, name)
    return found


def _batch(shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    try:
        return tuple(np.broadcast_shapes(*shapes.values()))
    except ValueError:
        told = ", ".join(f"{n} {s}" for n, s in shapes.items() if s)
        raise ShapeError(f"the batch axes do not broadcast: {told}") from None


def result_type(arrays: Any, given: Mapping[str, Any]) -> Any:
    """The floating type of the result: the arguments' own, float64 for integers; Python numbers follow the others."""
    python = {id(v) for v in given.values() if isinstance(v, int | float) and not isinstance(v, np.generic)}
    types = [a.dtype for a, v in zip(arrays, given.values(), strict=False) if id(v) not in python]
    floats = [t if t.kind == "f" else np.dtype(float) for t in types]
    return np.result_type(*floats) if floats else np.dtype(float)


def _mask(body: Body, given: Mapping[str, Any], where: Any, masks: Mapping[str, Array]) -> Array | None:
    """The entries that count: those of ``where`` that no masked array hides."""
    if where is None and not masks:
        return None
    if not body.vectors:
        raise ShapeError("where leaves entries of a vector out, and there is no vector")
    mask = np.asarray(True if where is None else where)
    if mask.dtype != bool:
        raise DomainError(f"where must hold booleans, and holds {mask.dtype}")
    for hidden in masks.values():
        mask = mask & ~hidden
    return mask


def _broadcast_mask(mask: Array, axis: int, size: int) -> Array:
    if not mask.ndim:
        return np.broadcast_to(mask, (size,))
    moved = np.moveaxis(mask, axis, -1) if mask.ndim > 1 else mask
    if moved.shape[-1] not in (1, size):
        raise ShapeError(f"where has {moved.shape[-1]} entries along the vectors' axis, and they have {size}")
    return np.broadcast_to(moved, (*moved.shape[:-1], size))


def _target(body: Body, call: Call, out: Any, axis: int) -> Array:
    """Where the result goes, in the body's layout: batch axes first."""
    shape = (*call.batch, *(length.value(call.sizes) for length in body.result))
    if out is None:
        return np.empty(shape, call.dtype)
    count = len(body.result)
    if not isinstance(out, np.ndarray) or out.dtype.kind != "f":
        raise DomainError("out must be a NumPy array of a floating type")
    view = taken_apart(out, count, axis) if out.ndim >= count else out
    if view.shape != shape:
        wanted = placed(np.empty(shape, bool), count, axis).shape
        raise ShapeError(f"out has the shape {out.shape}, and the result has the shape {wanted}")
    return view


def destinations(count: int, axis: int) -> list[int]:
    """Where the result's own axes stand, so that they take the place of the vectors' axis."""
    return [axis - count + 1 + k if axis < 0 else axis + k for k in range(count)]


def placed(result: Array, count: int, axis: int) -> Array:
    """The result with its last ``count`` axes in the place of the vectors' axis."""
    return np.moveaxis(result, range(-count, 0), destinations(count, axis)) if count and axis != -1 else result


def taken_apart(out: Array, count: int, axis: int) -> Array:
    """The reverse of :func:`placed`."""
    return np.moveaxis(out, destinations(count, axis), range(-count, 0)) if count and axis != -1 else out


def compute(body: Body, call: Call, target: Array, high: bool) -> None:
    """Fill the target, block by block along the longest batch axis."""
    arguments = _laid_out(body, call)
    arrays = [a for a in arguments.values() if isinstance(a, np.ndarray)]
    shared = any(np.may_share_memory(a, target) and not _same_place(a, target) for a in arrays)
    goal = np.empty_like(target) if shared else target
    for key in _blocks(body, call):
        block = {n: _sliced(a, key, len(call.batch), n, body) for n, a in arguments.items()}
        goal[key] = one_block(body, block, goal[key].shape, goal.dtype, high)
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


def _blocks(body: Body, call: Call) -> list[tuple[slice, ...]]:
    """Keys of the batch axes."""
    longest = max([call.sizes[n] for n in call.sizes], default=1)
    size = int(np.prod(call.batch, dtype=np.int64)) * longest ** max(body.rank, 1)
    if not call.batch or size <= BLOCK:
        return [()]
    which = int(np.argmax(call.batch))
    rows = max(1, int(BLOCK * call.batch[which] // size))
    before = (slice(None),) * which
    return [(*before, slice(start, start + rows)) for start in range(0, call.batch[which], rows)]


def _sliced(array: Array, key: tuple[slice, ...], batch: int, name: str, body: Body) -> Array:
    own = 1 if name == "where" or any(name == n for n, _ in body.vectors) else body.rank
    axes = array.ndim - own
    if not key or axes <= 0:
        return array
    position = axes - batch + len(key) - 1
    if position < 0 or array.shape[position] == 1:
        return array
    return array[(*(slice(None),) * position, key[-1])]


def one_block(body: Body, block: dict[str, Array], shape: tuple[int, ...], dtype: Any, high: bool) -> Array:
    """The result of one block; rows at which float64 leaves its range are computed again in double words."""
    if high:
        return in_double_words(body, block, shape, dtype)
    result = np.broadcast_to(_folded(body, _run(body, block, False)), shape)
    bad = ~np.isfinite(result)
    if not bad.any():
        return result
    again = in_double_words(body, block, shape, dtype)
    return np.where(bad, again, result)


def in_double_words(body: Body, block: dict[str, Array], shape: tuple[int, ...], dtype: Any) -> Array:
    """The result of one block by double-word arithmetic, rounded once."""
    result = _run(body, {n: a if n == "where" else double_word.from_input(a) for n, a in block.items()}, True)
    rounded = double_word.as_double_word(result).rounded(dtype)
    return np.broadcast_to(_folded(body, rounded), shape)


def _run(body: Body, block: dict[str, Array], double: bool) -> Any:
    masked = "where" in block
    needed = body.run(double=double, masked=masked)
    names = needed.__code__.co_varnames[: needed.__code__.co_argcount]
    arguments = {n: block[n] if double or n == "where" else _working(block[n]) for n in names}
    if masked:
        arguments |= _counts(body, block, names, double)
    with np.errstate(all="ignore"):
        return needed(**arguments)


def _working(array: Array) -> Array:
    return array.astype(np.float64) if array.dtype != np.float64 else array


def _counts(body: Body, block: dict[str, Array], names: Sequence[str], double: bool) -> dict[str, Any]:
    """The number of entries that count, in place of the length."""
    length = body.vectors[0][1]
    if length.is_literal or length.terms[0][0] not in names:
        return {}
    count = np.sum(block["where"], axis=-1)[(..., *(None,) * body.rank)].astype(float)
    return {length.terms[0][0]: double_word.from_input(count) if double else count}


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
