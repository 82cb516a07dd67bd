"""Interval arithmetic over a program: does everything stay in the range of a double for all inputs between bounds?"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache

from softsym.symbols import Length
from softsym.targets.program import Op, Program, steps

Interval = tuple[float, float]
HIGHEST = 690.0
"""Exponents up to this size have an exponential that is neither 0 nor inf, with room for a sum of 1e8 of them."""


def in_range(program: Program, inputs: Mapping[str, Interval], lengths: Mapping[str, float]) -> bool:
    """Whether no step overflows, underflows or divides by something that may be 0; ``False`` where that is not seen."""
    values: dict[Op, Interval] = {}
    for op in _order(program):
        value = _bounds(op, [values[a] for a in op.args], inputs, lengths)
        if value is None or not (-1e290 < value[0] <= value[1] < 1e290):
            return False
        values[op] = value
    return True


@lru_cache(maxsize=256)
def _order(program: Program) -> tuple[Op, ...]:
    return tuple(steps(program.result))


def _bounds(
    op: Op, args: list[Interval], inputs: Mapping[str, Interval], lengths: Mapping[str, float]
) -> Interval | None:
    if op.head == "input":
        return inputs.get(str(op.data[0]))
    if op.head == "number":
        value = op.data[0]
        assert isinstance(value, Fraction)
        return float(value), float(value)
    if op.head == "length":
        size = _size(op.data[0], lengths)
        return None if size is None else (size, size)
    if op.head == "sum":
        slot = op.data[0]
        assert isinstance(slot, int)
        size = _size(op.args[0].length(slot), lengths)
        return None if size is None else (size * args[0][0], size * args[0][1])
    rule = _RULES.get(op.head)
    return rule(*args) if rule else None


def _size(length: object, lengths: Mapping[str, float]) -> float | None:
    assert isinstance(length, Length)
    if any(name not in lengths for name, _ in length.terms):
        return None
    return length.constant + sum(factor * lengths[name] for name, factor in length.terms)


def _product(x: Interval, y: Interval) -> Interval:
    corners = [a * b for a in x for b in y]
    return min(corners), max(corners)


def _quotient(x: Interval, y: Interval) -> Interval | None:
    if y[0] < 1e-290 and y[1] > -1e-290:
        return None
    return _product(x, (1 / y[1], 1 / y[0]))


def _exp(x: Interval) -> Interval | None:
    return (math.exp(x[0]), math.exp(x[1])) if -HIGHEST < x[0] <= x[1] < HIGHEST else None


def _log(x: Interval) -> Interval | None:
    return (math.log(x[0]), math.log(x[1])) if x[0] > 0 else None


def _log1p(x: Interval) -> Interval | None:
    return (math.log1p(x[0]), math.log1p(x[1])) if x[0] > -1 else None


def _relative_excess(terms: Interval, total: Interval, largest: Interval) -> Interval | None:
    return (0.0, total[1] / largest[0]) if largest[0] > 1e-290 else None


def _abs(x: Interval) -> Interval:
    return (0.0 if x[0] <= 0 <= x[1] else min(abs(x[0]), abs(x[1]))), max(abs(x[0]), abs(x[1]))


_RULES: dict[str, Callable[..., Interval | None]] = {
    "add": lambda x, y: (x[0] + y[0], x[1] + y[1]),
    "sub": lambda x, y: (x[0] - y[1], x[1] - y[0]),
    "mul": _product,
    "div": _quotient,
    "neg": lambda x: (-x[1], -x[0]),
    "exp": _exp,
    "log": _log,
    "log1p": _log1p,
    "max": lambda x: x,
    "min": lambda x: x,
    "relative_excess": _relative_excess,
    "abs": _abs,
    "square": lambda x: _product(_abs(x), _abs(x)),
}
