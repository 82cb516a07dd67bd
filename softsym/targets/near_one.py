"""Logarithms of sums of exponentials that are close to 1, where float64 exponentials have too few digits.

Each exponential is split as ``exp(x) = exp(k/256)*(1 + l + q)``, with k/256 the nearest multiple to x, l the rest and
``q = exp(l) - 1 - l < 2**-18``. The first factor comes from a table of numbers ``high + low``, where high is a multiple
of 2**-28, so that the sums of all ``high`` and of all ``high*l`` (l cut to a multiple of 2**-31) are exact: the rest
is small, and its rounding errors are about 2**-70 in all.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

Array = Any
STEPS = 256
LOWEST = -64
"""Exponentials below this count as the exponential of this, which changes a sum by less than 2**-92 an entry."""
NEAREST = 2.0**-17
"""Closer to 0 a logarithm is left to double words."""
_GRID, _FINE = 2.0**28, 2.0**31
_STEP, _GRAIN = 1 / STEPS, 1 / _FINE


def near_zero(value: Array, x: Array, bound: float) -> Array:
    """``value``, a column of log-sum-exps of the rows of x: those between ``-bound`` and ``bound`` more exactly.

    Those very close to 0 become nan, to be worked out in double words.
    """
    rows = np.flatnonzero(np.abs(value[:, 0]) < bound)
    if rows.size:
        value[rows] = log_sums(np.take(x.T, rows, axis=-1))[:, None]
    return value


def log_sums(x: Array) -> Array:
    """``log(sum(exp(x)))`` along the first axis, for values between -1 and 1."""
    x = np.maximum(x, float(LOWEST))
    steps = np.rint(x * STEPS)
    rest = x - steps * _STEP
    coarse = np.rint(rest * _FINE) * _GRAIN
    high, low = (part.take(steps.astype(np.intp) - LOWEST * STEPS) for part in table())
    excess = (np.add.reduce(high, axis=0) - 1.0) + np.add.reduce(high * coarse, axis=0)
    bend = _beyond_linear(rest)
    small = high * ((rest - coarse) + bend) + (low + low * (rest + bend))
    result = np.log1p(excess + np.add.reduce(small, axis=0))
    return np.where(np.abs(result) < NEAREST, np.nan, result)


def _beyond_linear(x: Array) -> Array:
    """``exp(x) - 1 - x`` for ``|x| <= 1/512``."""
    tail = 1 / 24 + x * (1 / 120 + x / 720)
    result: Array = x * x * (0.5 + x * (1 / 6 + x * tail))
    return result


@cache
def table() -> tuple[Array, Array]:
    """``exp(k/256)`` for k/256 from the lowest exponent to 1 and a little more, in two parts."""
    from softsym.targets.double_exponential import exp

    whole, part = exp(np.arange(float(LOWEST), 2.0)[:, None]), exp(np.arange(STEPS)[None, :] / STEPS)
    values = whole * part
    high = np.rint(values.hi * _GRID) / _GRID
    return high.reshape(-1), (values - high).hi.reshape(-1)
