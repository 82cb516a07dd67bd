"""The ready-made functions on dask arrays: lazy, the same formulas, merged chunk by chunk.

They take no ``out`` and no ``where``, infinite entries and infinite beta follow IEEE arithmetic, and a class that does
not exist gives nan, since nothing is looked at before the result is computed.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from softsym.errors import ShapeError, UnsupportedError
from softsym.numeric.formulas import text_of
from softsym.targets.dask_arrays import DASK, DaskFunction

Array = Any


@cache
def formula(name: str, any_beta: bool = False) -> DaskFunction:
    """The dask function of a formula."""
    from softsym.expression import as_expr

    return DaskFunction(as_expr(text_of(name, any_beta)))


def along(name: str, vectors: tuple[Array, ...], beta: Array, axis: int, accuracy: str, **others: Any) -> Array:
    """A formula of vectors and beta; none of the ``others`` may be given."""
    _refuse(others)
    positive = isinstance(beta, int | float) and beta > 0
    return formula(name, not positive)(*vectors, beta, axis=axis, accuracy=accuracy)


def entrywise(name: str, x: Array, beta: tuple[Array, ...], accuracy: str, **others: Any) -> Array:
    """A formula of a number, for every entry."""
    _refuse(others)
    positive = all(isinstance(b, int | float) and b > 0 for b in beta)
    return formula(name, not positive and bool(beta))(x, *beta, accuracy=accuracy)


def _refuse(others: dict[str, Any]) -> None:
    given = sorted(name for name, value in others.items() if value is not None)
    if given:
        raise UnsupportedError(f"{', '.join(given)} is not for dask arrays; choose entries before the call")


def one_hot(z: Array, labels: Array, axis: int) -> Array:
    """The distributions that have probability 1 on each row's class, counted from 0, in the chunks of z."""
    da, size = DASK.module, z.shape[axis]
    rows = da.moveaxis(z, axis, -1)
    classes = da.asarray(labels)
    if classes.ndim and classes.shape != rows.shape[:-1]:
        raise ShapeError(
            f"the classes have the shape {classes.shape}, and there are rows of the shape {rows.shape[:-1]}"
        )
    spread = da.broadcast_to(classes, rows.shape[:-1])[..., None]
    exists = da.where((spread >= 0) & (spread < size), 1.0, np.nan)
    return da.moveaxis((da.arange(size, chunks=(rows.chunks[-1],)) == spread) * exists, -1, axis)


def logsumexp(
    a: Array, axes: tuple[int, ...], b: Array, keepdims: bool, beta: Array, accuracy: str
) -> tuple[Array, Array]:
    """The logarithm of ``abs(sum(b*exp(beta*a)))`` and the sum's sign, one axis after the other."""
    da = DASK.module
    value, weight = da.asarray(a), b
    shape = tuple(1 if k in axes else n for k, n in enumerate(np.broadcast_shapes(value.shape, np.shape(b))))
    scale = beta
    for axis in sorted(axes, reverse=True):
        if np.ndim(scale) == value.ndim > 0:
            scale = _row_values(scale, axis)
        if weight is None:
            value = along("logsumexp", (value,), scale, axis, accuracy)
        else:
            value, weight = da.broadcast_arrays(value, da.asarray(weight))
            pair = weight, value
            value = along("weighted_logsumexp", pair, scale, axis, accuracy)
            weight = along("weighted_sign", pair, scale, axis, accuracy)
        scale = 1.0
    sign = weight if weight is not None else da.where(da.isneginf(value), 0.0, value * 0.0 + 1.0)
    return (value.reshape(shape), sign.reshape(shape)) if keepdims else (value, sign)


def positive(value: Array, sign: Array) -> Array:
    """The logarithm of a sum, nan where it is negative."""
    return DASK.module.where(sign < 0, np.nan, value)


def _row_values(beta: Array, axis: int) -> Array:
    if beta.shape[axis] != 1:
        raise ShapeError("beta must have one value a row: length 1 along the axes that are summed over")
    return beta[(slice(None),) * axis + (0,)]
