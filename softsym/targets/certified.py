"""``accuracy="high"``: results that are certain, each with as much precision as it needs.

Every row is done in double words, whose radii say whether its results are certain. The few that are not (what nearly
cancels, what leaves the range of a double) are done again: with exponentials of 100 bits, then in balls of 128 bits, of
512, and so on. A result that even the last precision leaves open (a division by what may be 0) is nan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

import numpy as np

from softsym.targets.arithmetic import DOUBLE_WORDS, FULL_DOUBLE_WORDS, Arithmetic, balls

Array = Any
PRECISIONS = (128, 512, 2048, 8192)
BY_COLUMNS = 128
"""Rows up to this length are worked on with equal entries of neighbouring rows adjacent."""
_LARGE, _SPAN = 2.0**900, (2.0**-700, 2.0**90)


class Evaluation(Protocol):
    """The rounded results of some rows in an arithmetic, and which of them are certain."""

    def __call__(self, arithmetic: Arithmetic, arguments: dict[str, Any], shape: tuple[int, ...]) -> Any: ...


def certified(
    evaluate: Evaluation, block: Mapping[str, Array], own: Mapping[str, int], shape: tuple[int, ...], batch: int
) -> Array:
    """The results of a block: its first ``batch`` axes are those of rows, ``own`` counts an argument's others."""
    result, still = _in_double_words(evaluate, block, shape, batch)
    if not still.any():
        return result
    for name, array in block.items():
        if name != "where":
            still &= ~_in_rows(np.isnan(array), shape[:batch], own[name]).reshape((*shape[:batch], -1)).any(axis=-1)
    attempts: list[Callable[..., Any]] = [_in_full_double_words, *(partial(in_balls, bits=b) for b in PRECISIONS)]
    for attempt in attempts:
        if not still.any():
            return result
        rows = {n: _in_rows(a, shape[:batch], own[n])[still] for n, a in block.items()}
        again, certain = attempt(evaluate, rows, (int(still.sum()), *shape[batch:]))
        result[still] = again
        still[still] = ~certain.reshape((len(certain), -1)).all(axis=-1)
    result[still] = np.nan
    return result


def _in_full_double_words(evaluate: Evaluation, rows: Mapping[str, Array], shape: tuple[int, ...]) -> Any:
    arguments = {n: a if n == "where" else FULL_DOUBLE_WORDS.convert(_arranged(a, False)) for n, a in rows.items()}
    return evaluate(FULL_DOUBLE_WORDS, arguments, shape)


def in_balls(evaluate: Evaluation, rows: Mapping[str, Array], shape: tuple[int, ...], bits: int) -> Any:
    """The results of rows in balls of a precision."""
    import flint

    with flint.ctx.workprec(bits):
        arguments = {n: a if n == "where" else balls().convert(a) for n, a in rows.items()}
        return evaluate(balls(), arguments, shape)


def _in_rows(array: Array, batch: tuple[int, ...], own: int) -> Array:
    """An argument with all batch axes before its own; a plain number gets its own axes first."""
    array = array if array.ndim >= own else array.reshape((1,) * (own - array.ndim) + array.shape)
    return np.broadcast_to(array, (*batch, *array.shape[array.ndim - own :]))


def _in_double_words(
    evaluate: Evaluation, block: Mapping[str, Array], shape: tuple[int, ...], batch: int
) -> tuple[Array, Array]:
    """The results in double words, and the rows in which some are not certain."""
    infinite = any(not np.isfinite(a).all() for a in block.values())
    if infinite and not all(_in_span(a) for n, a in block.items() if n != "where"):
        return np.full(shape, np.nan), np.ones(shape[:batch], bool)
    words = {n: a if n == "where" else DOUBLE_WORDS.convert(_arranged(a, infinite)) for n, a in block.items()}
    result, certain = evaluate(DOUBLE_WORDS, words, shape)
    if not infinite and certain.all():
        return result, np.zeros(shape[:batch], bool)
    if infinite:
        size = np.abs(result)
        certain = certain & ((size == 0) | (size > 2.0**800) | ((size < 2.0**400) & (size > 2.0**-400)))
        result = np.where(size > 2.0**800, np.copysign(np.inf, result), result)
    return np.array(result), np.array(~certain.reshape((*shape[:batch], -1)).all(axis=-1))


def _in_span(array: Array) -> bool:
    """Whether a large number can stand for infinity beside these: as a factor too, and products stay in range."""
    size = np.abs(array[np.isfinite(array) & (array != 0)], dtype=float)
    return not size.size or bool(size.min() > _SPAN[0] and size.max() < _SPAN[1])


def _arranged(array: Array, infinite: bool) -> Array:
    """An argument with few entries along the first axis in memory, and large numbers for infinities."""
    if infinite and (where := np.isinf(array)).any():
        array = np.where(where, np.copysign(_LARGE, array), array)
    if array.ndim < 2 or not 1 < array.shape[-1] <= BY_COLUMNS:
        return array
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(array, -1, 0)), 0, -1)


__all__: list[str] = ["PRECISIONS", "certified", "in_balls"]
