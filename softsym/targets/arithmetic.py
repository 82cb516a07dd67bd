"""The arithmetics that generated code runs in: doubles, double words with error bounds, balls of any precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from softsym.targets import array_functions, double_functions, double_word

Array = Any


@dataclass(frozen=True, eq=False)
class Arithmetic:
    """What code finds under ``np``, how inputs and constants are brought in, and the functions of its own.

    ``finished`` gives the rounded numbers of a result, and which of them are certain.
    """

    namespace: Any
    functions: Any
    convert: Callable[[Array], Any]
    constant: Callable[[Fraction], Any]
    finished: Callable[[Any, Any], tuple[Array, Array]]


def _as_double(array: Array) -> Array:
    return np.asarray(array, np.float64)


DOUBLES = Arithmetic(np, array_functions, _as_double, float, lambda value, dtype: (value, np.isfinite(value)))
DOUBLE_WORDS, FULL_DOUBLE_WORDS = (
    Arithmetic(
        namespace,
        SimpleNamespace(log_parts=log_parts),
        double_word.as_double_word,
        double_word.as_double_word,
        lambda value, dtype: double_word.as_double_word(value).finished(dtype),
    )
    for namespace, log_parts in (
        (double_functions.NAMESPACE, double_functions.log_parts),
        (double_functions.FULL_NAMESPACE, double_functions.full_log_parts),
    )
)
"""The first has exponentials of 75 bits, the second of 100, at several times the cost."""


@cache
def balls() -> Arithmetic:
    """The arithmetic of balls, which needs flint."""
    from softsym.targets import ball_functions

    return Arithmetic(
        ball_functions.NAMESPACE,
        ball_functions,
        ball_functions.as_balls,
        lambda value: value,  # a fraction becomes a ball where it is used, to the precision there
        lambda value, dtype: ball_functions.as_balls(value).finished(dtype),
    )
