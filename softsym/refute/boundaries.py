"""Points at the edge of what the conditions allow: a claim that needs a condition is tightest where it ends to hold."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from softsym.evaluation import Point
from softsym.refute.conditions import Admissible, Candidate, Condition
from softsym.refute.moves import lines, with_value

_DISTANCES = tuple(Fraction(s) for s in ("1/100", "1/10", "1", "10", "1000"))
_PUSH_HALVINGS, _STEP_HALVINGS = 30, 6
_SHORT, _LONG = 1000, 10**9
"""Denominators: of an edge that may be exactly there, and of any other."""


def pushed(admissible: Admissible, candidate: Candidate) -> Candidate | None:
    """The candidate moved along a line to where it is about to leave what the inequalities declared allow."""
    random = admissible.random
    symbols = [s for c in _bounds(admissible) for s in c.symbols]
    moves = list(lines(random.choice(symbols), candidate.point)) if symbols else []
    if not moves:
        return None
    move, sign = random.choice(moves), random.choice((1, -1))

    def at(parameter: Fraction) -> Candidate | None:
        return admissible.admitted(candidate, move.applied(candidate.point, parameter))

    outside = next((sign * d for d in _DISTANCES if at(sign * d) is None), None)
    if outside is None:
        return None
    edge = _edge(at, Fraction(0), outside, _PUSH_HALVINGS)
    simple = edge.limit_denominator(_SHORT)
    close = abs(simple - edge) * 2 ** (_PUSH_HALVINGS - 1) <= abs(outside)
    return (at(simple) if close else None) or at(edge.limit_denominator(_LONG)) or at(edge)


def between(admissible: Admissible, start: Candidate, end: Point) -> Candidate | None:
    """The point ``end``, or the last one on the way to it from ``start`` that the inequalities declared allow."""
    if not _bounds(admissible) or start.point.lengths != end.lengths:
        return None
    whole = admissible.admitted(start, end)
    changed = [n for n, v in end.values.items() if v is not start.point.values[n]]
    if whole is not None or len(changed) != 1 or not _are_exact(start.point, end, changed[0]):
        return whole

    def at(parameter: Fraction) -> Candidate | None:
        value = _on_the_way(start.point.values[changed[0]], end.values[changed[0]], parameter)
        return admissible.admitted(start, with_value(end, changed[0], value))

    return at(_edge(at, Fraction(0), Fraction(1), _STEP_HALVINGS))


def _bounds(admissible: Admissible) -> list[Condition]:
    return [c for c in admissible.conditions if not c.is_equation and "!=" not in c.chain.relations]


def _edge(at: Callable[[Fraction], Candidate | None], inside: Fraction, outside: Fraction, halvings: int) -> Fraction:
    """A parameter that is admitted, close to one that is not."""
    for _ in range(halvings):
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if at(middle) is None else (middle, outside)
    return inside


def _are_exact(start: Point, end: Point, name: str) -> bool:
    values = (start.values[name], end.values[name])
    numbers = [x for v in values for x in (v if isinstance(v, tuple) else (v,))]
    return all(isinstance(x, Fraction) for x in numbers)


def _on_the_way(start: Any, end: Any, part: Fraction) -> Any:
    if isinstance(start, tuple):
        return tuple(_on_the_way(x, y, part) for x, y in zip(start, end, strict=True))
    return start + part * (end - start)
