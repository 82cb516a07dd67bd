"""The few functions that generated code calls besides NumPy's; a source that needs one contains its text.

They use ``np`` alone, so that the same text runs on arrays and on double words. Axes are counted from the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any


def sparsemax(x: Array, axis: int) -> Array:
    """The Euclidean projection of x on the simplex (Martins and Astudillo, 2016)."""
    x = np.swapaxes(x, axis, -1)
    top = np.max(x, axis=-1, keepdims=True)
    excess = np.cumsum(-np.sort(top - x, axis=-1), axis=-1) - 1.0
    threshold = np.max(excess / np.arange(1, x.shape[-1] + 1), axis=-1, keepdims=True)
    return np.swapaxes(np.maximum(x - top - threshold, 0.0), axis, -1)


def join(parts: list[Array], axis: int) -> Array:
    """Arrays one after the other, all other axes broadcast."""
    arrays = [np.asarray(part) for part in parts]
    rank = max(-axis, *(array.ndim for array in arrays))
    shapes = [(1,) * (rank - array.ndim) + array.shape for array in arrays]
    ones = [(*shape[:axis], 1, *shape[rank + axis + 1 :]) for shape in shapes]
    common = np.broadcast_shapes(*ones)
    filled = [(*common[:axis], shape[axis], *common[rank + axis + 1 :]) for shape in shapes]
    arrays = [np.broadcast_to(array, shape) for array, shape in zip(arrays, filled, strict=True)]
    return np.concatenate(arrays, axis=axis)


def diagonal(x: Array, kept: int, other: int) -> Array:
    """The entries at which two axes agree, along the first of them."""
    shape = [1] * x.ndim
    shape[kept] = x.shape[kept]
    return np.take_along_axis(x, np.arange(x.shape[kept]).reshape(shape), axis=other)


def drop_each(x: Array, position: Array, axis: int) -> Array:
    """x without the entry at each position."""
    rest = np.arange(x.shape[axis] - 1).reshape((-1,) + (1,) * (-axis - 1))
    index = rest + (rest >= position)
    return np.take_along_axis(x, index.reshape((1,) * (x.ndim - index.ndim) + index.shape), axis=axis)


def log_parts(whole: Array, rest: Array) -> Array:
    """``log(whole + rest)`` for a whole number and a rest that may be tiny."""
    excess = (whole - 1.0) + rest
    result = np.log1p(excess)
    return result if excess.min(initial=0.0) > -0.5 else np.where(excess > -0.5, result, np.log(whole + rest))


def row_sums(x: Array) -> Array:
    """The sums along the last axis; for lengths at which NumPy's own rounds most, by BLAS in short parts."""
    length = x.shape[-1]
    while length > 8 and x.ndim == 2 and x.strides[0] == x.itemsize and not x.flags.c_contiguous:
        folded = x[:, : length // 2] + x[:, length // 2 : length // 2 * 2]
        if length % 2:
            folded[:, 0] += x[:, -1]
        x, length = folded, length // 2
    if not x.flags.c_contiguous or not 64 <= length <= 512:
        return np.add.reduce(x, axis=-1, keepdims=True)
    ones = np.ones(length)
    if length <= 128:
        return np.vecdot(x, ones)[..., None]
    parts = length // 64
    size = length // parts
    cut = parts * size
    sums = np.vecdot(x[..., :cut].reshape(*x.shape[:-1], parts, size), ones[:size])
    total = np.add.reduce(sums, axis=-1, keepdims=True)
    return total if cut == length else total + np.vecdot(x[..., cut:], ones[cut:])[..., None]


def row_maxima(x: Array) -> Array:
    """The maxima along the last axis: for contiguous rows of moderate length the position is found faster."""
    if x.ndim == 2 and x.flags.c_contiguous and 8 < x.shape[-1] <= 1024:
        return x[np.arange(len(x)), np.argmax(x, axis=-1)][:, None]
    return np.maximum.reduce(x, axis=-1, keepdims=True)
