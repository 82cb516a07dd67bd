"""The few functions that the shared text calls besides the module's own; a source that needs one contains its text.

They use the module ``xp`` alone, here NumPy. Axes are counted from the end.
"""

from __future__ import annotations

from typing import Any

import numpy as xp

Array = Any


def sparsemax(x: Array, falling: Array, counts: Array, axis: int) -> Array:
    """The Euclidean projection of x on the simplex, from its entries in falling order (Martins and Astudillo, 2016)."""
    largest = xp.amax(x, axis=axis, keepdims=True)
    thresholds = (xp.cumsum(falling - largest, axis=axis) - 1.0) / counts
    return xp.clip(x - largest - xp.amax(thresholds, axis=axis, keepdims=True), min=0.0)


def join(parts: list[Array], axis: int) -> Array:
    """Arrays one after the other, all other axes broadcast."""
    rank = max(-axis, *(part.ndim for part in parts))
    shapes = [[*(1,) * (rank - part.ndim), *part.shape] for part in parts]
    common = list(xp.broadcast_shapes(*((*shape[:axis], 1, *shape[rank + axis + 1 :]) for shape in shapes)))
    filled = [(*common[:axis], shape[axis], *common[rank + axis + 1 :]) for shape in shapes]
    return xp.concatenate([xp.broadcast_to(p, s) for p, s in zip(parts, filled, strict=True)], axis=axis)


def diagonal(x: Array, kept: int, other: int) -> Array:
    """The entries at which two axes agree, along the first of them; the other has length 1."""
    found = xp.diagonal(x, 0, kept, other)
    first, second = sorted((kept, other))
    spread = found[(..., None)] if kept < other else found[(..., None, slice(None))]
    return xp.moveaxis(spread, (-2, -1), (first, second))


def xlogy(x: Array, y: Array) -> Array:
    """``x*log(y)``, and 0 where x is 0."""
    return xp.where(x == 0.0, 0.0, x * xp.log(xp.where(x == 0.0, 1.0, y)))


def log_parts(whole: Array, rest: Array) -> Array:
    """``log(whole + rest)`` for a whole number and a rest that may be tiny."""
    excess = (whole - 1.0) + rest
    near = excess > -0.5
    return xp.where(near, xp.log1p(xp.where(near, excess, 0.0)), xp.log(xp.where(near, 1.0, whole + rest)))
