"""Calls brought to one batch axis, so that a block is an array of two axes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from softsym.targets.body import Call

Array = Any
SMALL = 4096
"""Pieces with fewer numbers than this are not worth a run of their own: the arrays are copied instead."""


def in_planes(call: Call, target: Array) -> Iterator[tuple[Call, Array]]:
    """The call with one batch axis and its target, in one piece or several, each filled before the next is asked for.

    All vectors have the call's batch axes.
    """
    count = len(call.batch)
    if count == 1:
        yield call, target
    elif all(_merge(a, count) for a in (*call.vectors.values(), target)):
        yield _merged(call), target.reshape((-1, *target.shape[count:]))
    elif math.prod(call.batch[1:]) * max(v.shape[-1] for v in call.vectors.values()) >= SMALL:
        for k in range(call.batch[0]):
            yield from in_planes(_piece(call, k), target[k])
    else:
        copies = {n: np.ascontiguousarray(v) for n, v in call.vectors.items()}
        goal = np.empty((math.prod(call.batch), *target.shape[count:]), target.dtype)
        yield _merged(replace(call, vectors=copies)), goal
        target[...] = goal.reshape(target.shape)


def _merge(array: Array, count: int) -> bool:
    """Whether the first axes can be one without a copy."""
    axes = [(n, s) for n, s in zip(array.shape[:count], array.strides[:count], strict=True) if n != 1]
    return all(s == n * t for (_, s), (n, t) in pairwise(axes))


def _merged(call: Call) -> Call:
    rows = math.prod(call.batch)
    vectors = {n: v.reshape((rows, v.shape[-1])) for n, v in call.vectors.items()}
    scalars = {n: np.broadcast_to(s, call.batch).reshape(rows) if s.ndim else s for n, s in call.scalars.items()}
    return replace(call, vectors=vectors, scalars=scalars, batch=(rows,))


def _piece(call: Call, k: int) -> Call:
    """What stands at a place of the first batch axis."""
    vectors = {n: v[k] for n, v in call.vectors.items()}
    scalars = {n: np.broadcast_to(s, call.batch)[k] if s.ndim else s for n, s in call.scalars.items()}
    return replace(call, vectors=vectors, scalars=scalars, batch=call.batch[1:])
