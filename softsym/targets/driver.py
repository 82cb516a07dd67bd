"""Calls of array functions: names, axes, types, masks and ``out`` brought into the layout that bodies work in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from softsym.errors import DomainError, ShapeError, did_you_mean
from softsym.targets.blocks import compute
from softsym.targets.body import Body, Call
from softsym.targets.demands import check_lengths

Array = Any
OPTIONS = ("axis", "out", "where", "accuracy")
ACCURACIES = ("fast", "high")


def evaluate(body: Body, values: Sequence[Any], options: Mapping[str, Any], label: str = "this function") -> Any:
    """The body's value at the arguments, as a NumPy array or number of the arguments' floating type."""
    if (result := quick(body, values, options)) is not None:
        return result
    given, chosen = bind(body, values, options, label)
    axis, out, where, accuracy = (chosen.get(o) for o in OPTIONS)
    if accuracy not in (None, *ACCURACIES):
        raise DomainError(f"accuracy must be 'fast' or 'high', and {accuracy!r} was given")
    axis = -1 if axis is None else axis
    masks = {n: np.ma.getmaskarray(v) for n, v in given.items() if isinstance(v, np.ma.MaskedArray)}
    call = prepared(body, given, axis, _mask(body, given, where, masks))
    check_lengths(body.demands, call.sizes, label)
    target = _target(body, call, out, axis)
    compute(body, call, target, accuracy == "high" or call.dtype.itemsize > 8)
    result = placed(target, len(body.result), axis) if out is None else out
    if masks and out is None and body.result and call.mask is not None:
        left_out = np.broadcast_to(~call.mask, target.shape) if len(body.result) == 1 else np.isnan(target)
        return np.ma.array(result, mask=placed(left_out, len(body.result), axis))
    return result if out is not None or result.ndim else result[()]


def quick(body: Body, values: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """The value for single rows of float64 and plain numbers, without a batch to prepare; ``None`` if it needs more."""
    count, size = len(body.vectors), getattr(values[0], "size", 0) if values else 0
    if not 0 < size <= 1000 or not body.uniform or body.lengths or body.demands or len(values) != len(body.names):
        return None
    for name, value in options.items():
        if _USUAL.get(name, options) is not value:
            return None
    for value in values[:count]:
        if type(value) is not np.ndarray or value.dtype != np.float64 or value.shape != (size,):
            return None
    plain = True
    for value in values[count:]:
        if type(value) is not float:
            return None
        plain = plain and value == 1.0
    return _of_one_row(body, values, count, size, plain) if body.one_length else None


def _of_one_row(body: Body, values: Sequence[Any], count: int, size: int, plain: bool) -> Any:
    shifted, direct, highest = body.for_one_row_of_ones if plain else body.for_one_row
    arguments = (*values, size) if body.takes_length else values
    with np.errstate(all="ignore"):
        if highest:
            result, *totals = direct(*arguments)
            if all(1.0 <= total <= highest for total in totals) and _is_told(body, result, highest):
                return result
        result = shifted(*arguments)
        if not all(math.isfinite(array.dot(array)) for array in values[:count]):
            return None
        if not math.isfinite(result.dot(result) if body.result else result):
            return None
    return result if getattr(result, "shape", ()) == ((size,) if body.result else ()) else None


def _is_told(body: Body, result: Any, highest: float) -> bool:
    """Whether totals in range tell that a result is right: differences that are multiplied may have overflowed."""
    if not body.result:
        return bool(result == result)
    return not body.may_overflow(highest) or math.isfinite(result.dot(result))


_USUAL: dict[str, Any] = {"axis": -1, "out": None, "where": None, "accuracy": "fast"}


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
