"""The public functions: their signatures, and the few choices that a formula does not make."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from softsym.errors import DomainError, ShapeError
from softsym.numeric.formulas import formula
from softsym.targets.lazy_arrays import any_lazy

Array = Any


def softmax(
    z: Array, beta: Array = 1.0, *, axis: int = -1, out: Array = None, where: Array = None, accuracy: str = "fast"
) -> Array:
    """``exp(beta*z)/sum(exp(beta*z))`` along an axis.

    ``where`` leaves entries out (their probability is 0); ``accuracy="high"`` is within 1 ulp for every input.

    >>> softmax([0.0, 0.0, 1000.0]), softmax([1.0, 1.0, 0.0], beta=float("inf"))
    (array([0., 0., 1.]), array([0.5, 0.5, 0. ]))
    """
    return _along("softmax", (z,), beta, axis, out, where, accuracy, left_out=0.0)


def log_softmax(
    z: Array, beta: Array = 1.0, *, axis: int = -1, out: Array = None, where: Array = None, accuracy: str = "fast"
) -> Array:
    """``log(softmax(z, beta))`` along an axis, exact also for the winner, whose value is close to 0.

    >>> log_softmax([800.0, 100.5], accuracy="high")
    array([-1.62558584e-304, -6.99500000e+002])
    """
    return _along("log_softmax", (z,), beta, axis, out, where, accuracy, left_out=-np.inf)


def softmax_jvp(
    z: Array,
    v: Array,
    beta: Array = 1.0,
    *,
    axis: int = -1,
    out: Array = None,
    where: Array = None,
    accuracy: str = "fast",
) -> Array:
    """The Jacobian of ``softmax(z, beta)`` times v: ``beta*p*(v - sum(p*v))``.

    At infinite beta its limit: 0 if one entry is the largest; of several the value is infinite, with the sign of
    ``v - mean(v)`` over those, unless that is 0.

    >>> softmax_jvp([0.0, 0.0], [1.0, 0.0])
    array([ 0.25, -0.25])
    >>> softmax_jvp([3.0, 3.0, 1.0], [1.0, 0.0, 5.0], beta=float("inf"))
    array([ inf, -inf,   0.])
    """
    if any_lazy(z, v, beta) or not (hard := np.isinf(np.asarray(beta))).any():
        return _along("softmax_jvp", (z, v), beta, axis, out, where, accuracy, left_out=0.0)
    finite = np.where(hard, 1.0, beta) if hard.ndim else 1.0
    usual = _along("softmax_jvp", (z, v), finite, axis, None, where, accuracy, left_out=0.0)
    rows = (np.expand_dims(hard, axis) if hard.ndim else hard) & ~np.isnan(usual)
    limits = _hard_jvp(z, v, beta, axis, where).astype(usual.dtype)
    return _stored(np.where(rows, limits, usual)[()], out)


def _hard_jvp(z: Array, v: Array, beta: Array, axis: int, where: Array) -> Array:
    """The limit of :func:`softmax_jvp` at infinite beta."""
    largest = softmax(z, beta, axis=axis, where=where) > 0
    slopes = softmax_jvp(np.zeros(largest.shape), v, axis=axis, where=largest, accuracy="high")
    signs = np.sign(np.expand_dims(beta, axis) if np.ndim(beta) else beta)
    return np.where(slopes == 0, 0.0, np.copysign(np.inf, slopes * signs))


def boltzmann(
    z: Array, beta: Array = 1.0, *, axis: int = -1, out: Array = None, where: Array = None, accuracy: str = "fast"
) -> Array:
    """The mean of z weighted by ``softmax(z, beta)``, along an axis.

    >>> boltzmann([3.0, -3.0], 1e-12, accuracy="high")
    np.float64(9e-12)
    """
    return _along("boltzmann", (z,), beta, axis, out, where, accuracy, empty=np.nan)


def entropy(
    z: Array, beta: Array = 1.0, *, axis: int = -1, out: Array = None, where: Array = None, accuracy: str = "fast"
) -> Array:
    """The entropy of ``softmax(z, beta)`` in nats, along an axis.

    >>> entropy([0.0, 0.0]) == np.log(2)
    np.True_
    """
    return _along("entropy", (z,), beta, axis, out, where, accuracy, empty=0.0)


def cross_entropy(
    z: Array,
    target: Array,
    beta: Array = 1.0,
    *,
    axis: int = -1,
    out: Array = None,
    where: Array = None,
    accuracy: str = "fast",
) -> Array:
    """``-sum(target*log(softmax(z, beta)))`` along an axis; integers are classes, counted from 0.

    >>> cross_entropy([100.0, 0.0], 0, accuracy="high"), cross_entropy([0.0, -np.inf], [1.0, 0.0])
    (np.float64(3.720075976020836e-44), np.float64(0.0))

    Raises :class:`~softsym.errors.DomainError` for a class that does not exist, and
    :class:`~softsym.errors.ShapeError` for classes of another shape than the batch.
    """
    if any_lazy(z, target, beta):
        from softsym.numeric import chunked

        y = target if np.ndim(target) == np.ndim(z) else chunked.one_hot(z, target, axis)
        return chunked.along("cross_entropy", (y, z), beta, axis, accuracy, out=out, where=where)
    logits, labels = np.asanyarray(z), np.asanyarray(target)
    if labels.dtype.kind in "iu" and labels.ndim < max(logits.ndim, 1):
        logs = log_softmax(logits, beta, axis=axis, where=where, accuracy=accuracy)
        return _stored(-_picked(logs, labels, axis), out)
    return _along("cross_entropy", (logits, labels), beta, axis, out, where, accuracy, empty=0.0)


def logsumexp(
    a: Array,
    axis: int | tuple[int, ...] | None = None,
    b: Array = None,
    keepdims: bool = False,
    return_sign: bool = False,
    *,
    beta: Array = 1.0,
    accuracy: str = "fast",
) -> Array:
    """``log(sum(b*exp(beta*a)))`` over one, several or all axes, with SciPy's signature.

    With ``return_sign`` the logarithm of the sum's absolute value, and its sign; without it a negative sum gives nan.

    >>> logsumexp([1000.0, 1000.0])
    np.float64(1000.6931471805599)
    >>> logsumexp([1.0, 1.0], b=[1.0, -2.0], return_sign=True)
    (np.float64(1.0), np.float64(-1.0))
    """
    if any_lazy(a, b, beta):
        from softsym.numeric import chunked

        pair = chunked.logsumexp(a, _axes(axis, np.ndim(a)), b, keepdims, beta, accuracy)
        return pair if return_sign else chunked.positive(*pair)
    values = np.asanyarray(a)
    weights = None if b is None else np.asanyarray(b)
    if weights is not None:
        values, weights = np.broadcast_arrays(values, weights, subok=True)
    axes = _axes(axis, values.ndim)
    rows = _flattened(values, axes)
    scale = _flattened_beta(beta, axes, values.ndim)
    if weights is None:
        result = _along("logsumexp", (rows,), scale, -1, None, None, accuracy, empty=-np.inf)
        if not return_sign:
            return _kept(result, values.shape, axes) if keepdims else result
        sign = np.where(np.isnan(result), np.nan, np.where(np.isneginf(result), 0.0, 1.0)).astype(result.dtype)
    else:
        flat = _flattened(weights, axes)
        arguments = (flat, _without_weight(rows, flat, scale))
        result = _along("weighted_logsumexp", arguments, scale, -1, None, None, accuracy, empty=-np.inf)
        sign = _along("weighted_sign", arguments, scale, -1, None, None, accuracy, empty=0.0)
    if not return_sign:
        result = np.where(sign < 0, np.nan, result)[()]
    if keepdims:
        result, sign = _kept(result, values.shape, axes), _kept(sign, values.shape, axes)
    return (result, sign) if return_sign else result


def _kept(result: Array, shape: tuple[int, ...], axes: tuple[int, ...]) -> Array:
    """The result with the axes that were summed over, of length 1."""
    return np.reshape(result, tuple(1 if k in axes else n for k, n in enumerate(shape)))


def sigmoid(x: Array, *, out: Array = None, accuracy: str = "fast") -> Array:
    """``1/(1 + exp(-x))``, entry by entry.

    >>> sigmoid([-800.0, 0.0, 800.0])
    array([0. , 0.5, 1. ])
    """
    if any_lazy(x):
        from softsym.numeric import chunked

        return chunked.entrywise("sigmoid", x, (), accuracy, out=out)
    return formula("sigmoid")(x, out=out, accuracy=accuracy)


def softplus(x: Array, beta: Array = 1.0, *, out: Array = None, accuracy: str = "fast") -> Array:
    """``log(1 + exp(beta*x))/beta``, entry by entry.

    >>> softplus([-1e308, 0.0, 1e308])
    array([0.00000000e+000, 6.93147181e-001, 1.00000000e+308])
    """
    if any_lazy(x, beta):
        from softsym.numeric import chunked

        return chunked.entrywise("softplus", x, (beta,), accuracy, out=out)
    return formula("softplus", _any_sign(beta))(x, beta, out=out, accuracy=accuracy)


def _any_sign(beta: Array) -> bool:
    """Whether beta is not known to be positive throughout."""
    return not beta > 0 if isinstance(beta, int | float) else not bool(np.all(np.asarray(beta) > 0))


def _along(
    name: str,
    vectors: tuple[Array, ...],
    beta: Array,
    axis: int,
    out: Array,
    where: Array,
    accuracy: str,
    left_out: float | None = None,
    empty: float | None = None,
) -> Array:
    """A formula of vectors and beta; ``left_out`` stands where ``where`` is false, ``empty`` is that of nothing."""
    ordered = vectors if name != "cross_entropy" else vectors[::-1]
    if type(beta) is float and beta > 0 and out is None is where:
        value = formula(name).quick(*ordered, beta, axis=axis, accuracy=accuracy)
        if value is not None:
            return value
    if any_lazy(*vectors, beta):
        from softsym.numeric import chunked

        return chunked.along(name, ordered, beta, axis, accuracy, out=out, where=where)
    arrays = tuple(np.asanyarray(v) for v in vectors)
    if not arrays[0].ndim:
        arrays = tuple(a.reshape(1) if not a.ndim else a for a in arrays)
        if axis not in (0, -1):
            raise ShapeError(f"axis {axis} does not exist: a number has no axes, and counts as a vector of length 1")
        result = _along(name, arrays, beta, axis, None, where, accuracy, left_out, empty)
        return _stored(result[0] if left_out is not None else result, out)
    if not arrays[0].shape[axis if -arrays[0].ndim <= axis < arrays[0].ndim else 0]:
        return _stored(_of_nothing(arrays[0], axis, empty), out)
    function = formula(name, _any_sign(beta))
    ordered = arrays if name != "cross_entropy" else arrays[::-1]
    result = function(*ordered, beta, axis=axis, out=out, where=where, accuracy=accuracy)
    if where is not None and left_out is not None:
        kept = np.asarray(where)
        aligned = kept if kept.ndim != 1 or result.ndim == 1 else np.expand_dims(kept, _others(axis, result.ndim))
        result[~np.broadcast_to(aligned, result.shape)] = left_out
    return result


def _others(axis: int, ndim: int) -> tuple[int, ...]:
    """The axes behind ``axis``, which a vector along that axis lacks."""
    return tuple(range(-1, axis - (ndim if axis >= 0 else 0), -1))


def _of_nothing(array: Array, axis: int, empty: float | None) -> Array:
    dtype = array.dtype if array.dtype.kind == "f" else np.dtype(float)
    if empty is None:
        return np.empty(array.shape, dtype)
    return np.full(np.delete(array.shape, axis), empty, dtype)[()]


def _stored(result: Array, out: Array) -> Array:
    if out is None:
        return result
    out[...] = result
    return out


def _picked(logs: Array, labels: Array, axis: int) -> Array:
    """The log-probability of each row's class."""
    rows = np.moveaxis(np.atleast_1d(logs), axis, -1)
    if labels.shape != rows.shape[:-1] and labels.ndim:
        raise ShapeError(
            f"the classes have the shape {labels.shape}, and there are rows of the shape {rows.shape[:-1]}"
        )
    size = rows.shape[-1]
    if labels.size and (labels.min() < 0 or labels.max() >= size):
        raise DomainError(f"a class must be from 0 to {size - 1}, and {labels.min()} to {labels.max()} were given")
    index = np.broadcast_to(labels, rows.shape[:-1])[..., None]
    return np.take_along_axis(rows, index, axis=-1)[..., 0][()]


def _without_weight(rows: Array, weights: Array, beta: Array) -> Array:
    """The rows with the limit at which an exponential is 0 where the weight is 0: what is not added sets no scale."""
    if isinstance(rows, np.ma.MaskedArray) or isinstance(weights, np.ma.MaskedArray) or (weights != 0).all():
        return rows
    least = np.where(np.asarray(beta) < 0, np.inf, -np.inf)
    absent = (weights == 0) & ~np.isnan(rows)
    changed = np.where(absent, least[..., None] if least.ndim else least, rows)
    return changed.astype(np.result_type(rows, np.float16) if rows.dtype.kind == "f" else float)


def _axes(axis: int | Sequence[int] | None, ndim: int) -> tuple[int, ...]:
    """The axes that are summed over, counted from 0."""
    if axis is None:
        return tuple(range(ndim))
    given = (axis,) if isinstance(axis, int | np.integer) else tuple(axis)
    if not all(-max(ndim, 1) <= k < max(ndim, 1) for k in given):
        raise ShapeError(f"axis {axis} does not exist: the array has {ndim} axes")
    return tuple(sorted({k % max(ndim, 1) for k in given}))


def _flattened(array: Array, axes: tuple[int, ...]) -> Array:
    """The array with the given axes as one last axis."""
    if not array.ndim:
        return array.reshape(1)
    if axes == (array.ndim - 1,):
        return array
    moved = np.moveaxis(array, axes, range(-len(axes), 0))
    kept = moved.shape[: array.ndim - len(axes)]
    return moved.reshape((*kept, math.prod(moved.shape[len(kept) :])))


def _flattened_beta(beta: Array, axes: tuple[int, ...], ndim: int) -> Array:
    """Beta as one value a row: given so, or with length 1 along the axes that are summed over."""
    scale = np.asarray(beta)
    if scale.ndim != ndim or not ndim:
        return beta
    if any(scale.shape[k] != 1 for k in axes):
        raise ShapeError("beta must have one value a row: length 1 along the axes that are summed over")
    return np.squeeze(scale, axis=axes)
