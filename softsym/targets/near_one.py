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
BOUND = 1.25
"""Up to here a logarithm has an error of more than 2 ulp if its sum has one of 2."""
STEPS = 256
LOWEST = -64
"""Exponentials below this count as the exponential of this, which changes a sum by less than 2**-92 an entry."""
NEAREST = 2.0**-17
"""Closer to 0 a logarithm is left to double words."""
AT_ONCE = 1 << 14
"""Numbers that are worked on at a time."""
_GRID, _FINE = 2.0**28, 2.0**31
_STEP, _GRAIN = 1 / STEPS, 1 / _FINE


def near_zero(value: Array, x: Array, bound: float) -> Array:
    """``value``, a column of log-sum-exps of the rows of x: those between ``-bound`` and ``bound`` more exactly.

    Those very close to 0 become nan, to be worked out in double words.
    """
    rows = np.flatnonzero(np.abs(value[:, 0]) < bound)
    count = max(1, AT_ONCE // x.shape[1])
    for start in range(0, rows.size, count):
        some = rows[start : start + count]
        chosen = x.T.take(some, axis=1) if x.T.flags.c_contiguous else x.take(some, axis=0).T
        value[some, 0] = log_sums(np.ascontiguousarray(chosen))
    return value


def log_sums(x: Array) -> Array:
    """``log(sum(exp(x)))`` along the first axis, for values between -1.5 and 1.5."""
    if np.minimum.reduce(x, axis=None) < LOWEST:
        x = np.maximum(x, float(LOWEST))
    steps = np.rint(x * STEPS)
    rest = x - steps * _STEP
    coarse = np.rint(rest * _FINE)
    coarse *= _GRAIN
    place = steps.astype(np.intp)
    place -= LOWEST * STEPS
    high, low = (part.take(place, mode="clip") for part in table())
    bend = _beyond_linear(rest)
    excess = (np.add.reduce(high, axis=0) - 1.0) + np.add.reduce(np.multiply(high, coarse, out=steps), axis=0)
    fine = np.subtract(rest, coarse, out=coarse)
    fine += bend
    fine *= high
    bend += rest
    bend += 1.0
    bend *= low
    fine += bend  # high*(rest - coarse + bend) + low*(1 + rest + bend)
    small = np.add.reduce(fine, axis=0)
    total = excess + small
    small -= total - excess  # what the last addition rounded away
    result = np.log1p(total) + small / (1.0 + total)
    result[np.abs(result) < NEAREST] = np.nan
    return result


def _beyond_linear(x: Array) -> Array:
    """``exp(x) - 1 - x`` for ``|x| <= 1/512``."""
    series = x * (1 / 720)
    for coefficient in (1 / 120, 1 / 24, 1 / 6, 0.5):
        series += coefficient
        series *= x
    series *= x
    return series


@cache
def table() -> tuple[Array, Array]:
    """``exp(k/256)`` for k/256 from the lowest exponent to 1 and a little more, in two parts."""
    from softsym.targets.double_exponential import exp

    whole, part = exp(np.arange(float(LOWEST), 2.0)[:, None]), exp(np.arange(STEPS)[None, :] / STEPS)
    values = whole * part
    high = np.rint(values.hi * _GRID) / _GRID
    return high.reshape(-1), (values - high).hi.reshape(-1)
