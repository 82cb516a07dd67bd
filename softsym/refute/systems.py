"""Lines on which the linear equations of a system keep holding, so that another equation can be solved along them.

With ``sum(z) == 0`` and ``norm(z, 2) == 1`` declared, a point of the plane is moved within the plane to the sphere. The
root is enclosed, not exact; that the plane's equation holds at it is known from the line: a linear equation that holds
at a point and whose coefficients annihilate the direction holds all along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

from flint import fmpq

from softsym.evaluation.point import Point
from softsym.expansion import expand
from softsym.expression import Apply, Expr, Symbol, free_symbols, has_calculus, substitute
from softsym.language import Chain
from softsym.refute.moves import SUM_KINDS, as_arb, plus
from softsym.refute.sampling import VECTORS

if TYPE_CHECKING:
    from softsym.refute.conditions import Admissible, Candidate, Condition

MAX_COORDINATES = 16
ATTEMPTS = 12
_TARGETS = tuple(Fraction(s) for s in ("0", "1", "-1", "0", "1/2", "2", "-2", "1/3"))
_LINEAR = frozenset({"add", "sub", "neg", "sum", "list", "concat", "item", "drop", "trace", "transpose", "diag"})
Row = list[Fraction]
Reduced = list[tuple[int, Row]]


@dataclass(frozen=True)
class KeptLine:
    """A line through a point, given by the direction of each coordinate (name, place); place -1 is that of a scalar.

    The equations with the numbers ``kept`` hold all along.
    """

    direction: Mapping[tuple[str, int], Fraction]
    kept: frozenset[int]

    def applied(self, point: Point, parameter: Any) -> Point:
        """The point at a parameter, a Fraction or an enclosure."""
        values: dict[str, Any] = dict(point.values)
        for (name, place), slope in self.direction.items():
            if not slope:
                continue
            step = parameter * slope if isinstance(parameter, Fraction) else as_arb(parameter) * as_arb(slope)
            old = values[name]
            values[name] = plus(old, step) if place < 0 else (*old[:place], plus(old[place], step), *old[place + 1 :])
        return Point(point.lengths, values)


def assignments(chain: Chain) -> Iterator[tuple[Symbol, Expr]]:
    """The sides of an equation that are a name which the other does not contain, each with the other."""
    if chain.relations == ("==",):
        left, right = chain.sides
        for name, other in ((left, right), (right, left)):
            if isinstance(name, Symbol) and name not in free_symbols(other):
                yield name, other


def is_assignment(chain: Chain) -> bool:
    """Whether an equation says what a name is."""
    return next(assignments(chain), None) is not None


def eliminated(chains: Sequence[Chain]) -> list[Chain]:
    """The conditions with the names that equations give replaced in the others, so that these are solved first."""
    result = list(chains)
    for number in range(len(result)):
        name, other = next(assignments(result[number]), (None, None))
        if name is None or other is None or name.shape != other.shape or name.kind.type not in ("scalar", "vector"):
            continue
        for place, chain in enumerate(result):
            bound = any(map(has_calculus, chain.sides))
            if place != number and not bound and any(name in free_symbols(side) for side in chain.sides):
                sides = tuple(substitute(side, {name: other}) for side in chain.sides)
                result[place] = Chain(sides, chain.relations)
    return result


def kept_lines(admissible: Admissible, condition: Condition, candidate: Candidate) -> Iterator[KeptLine]:
    """Lines that move the names of an equation, and keep the linear equations that hold for them."""
    names = [s for s in condition.symbols if s.kind.type in ("scalar", "vector") and s.kind.domain != "onehot"]
    coordinates = [place for s in names for place in _coordinates(s.name, candidate.point.values[s.name])]
    if not coordinates or len(coordinates) > MAX_COORDINATES or not _are_exact(names, candidate.point):
        return
    linear = [c for c in admissible.conditions if c is not condition and c.names & condition.names]
    rows: list[Row] = [
        [Fraction(int(n == s.name)) for n, _ in coordinates] for s in names if s.kind.domain in SUM_KINDS
    ]
    kept = set[int]()
    for other in linear:
        found = _coefficients(admissible, other, candidate, names, coordinates)
        if found:
            rows += found
            kept.add(other.number)
    if kept or len(names) > 1:
        for _ in range(ATTEMPTS):
            targets = [x for s in names for x in _target(s, candidate.point, admissible.random)]
            direction = _direction(candidate.point, coordinates, targets, _reduced(rows))
            if any(direction):
                yield KeptLine(dict(zip(coordinates, direction, strict=True)), frozenset(kept))


def _coordinates(name: str, value: Any) -> list[tuple[str, int]]:
    return [(name, n) for n in range(len(value))] if isinstance(value, tuple) else [(name, -1)]


def _are_exact(names: Sequence[Symbol], point: Point) -> bool:
    values = (point.values[s.name] for s in names)
    return all(isinstance(x, Fraction) for v in values for x in (v if isinstance(v, tuple) else (v,)))


def _coefficients(
    admissible: Admissible,
    other: Condition,
    candidate: Candidate,
    names: Sequence[Symbol],
    coordinates: Sequence[tuple[str, int]],
) -> list[Row]:
    """The coefficients of a condition's equations, if they are linear in the names and hold exactly; else nothing."""
    moving = frozenset(names)
    if {*other.chain.relations} != {"=="} or any(_degree(expand(s), moving) > 1 for s in other.chain.sides):
        return []
    columns: list[list[fmpq]] = []
    for place in (None, *coordinates):
        point = (
            candidate.point
            if place is None
            else KeptLine({place: Fraction(1)}, frozenset()).applied(candidate.point, Fraction(1))
        )
        gaps = admissible.gaps(other, point, 64)
        if not gaps or not all(isinstance(g, fmpq) for g in gaps) or (place is None and any(gaps)):
            return []
        columns.append(gaps)
    return [[Fraction(int(g.p), int(g.q)) for g in row] for row in zip(*columns[1:], strict=True)]


def _degree(expr: Expr, names: frozenset[Symbol]) -> int:
    """The degree of a primitive expression in some names, as far as it is at most 1; 2 for whatever else."""
    if not names & free_symbols(expr):
        return 0
    if not isinstance(expr, Apply):
        return 1
    degrees = [_degree(a, names) for a in expr.args]
    if expr.head in _LINEAR:
        return max(degrees)
    if expr.head in ("mul", "matmul", "outer"):
        return min(2, sum(degrees))
    return degrees[0] if expr.head == "div" and not degrees[1] else 2


def _reduced(rows: Sequence[Row]) -> Reduced:
    """The rows reduced, each with the place of its leading 1."""
    done: Reduced = []
    for row in rows:
        for place, other in done:
            row = [x - row[place] * y for x, y in zip(row, other, strict=True)]
        lead = next((n for n, x in enumerate(row) if x), None)
        if lead is None:
            continue
        own = [x / row[lead] for x in row]
        done = [(p, [x - o[lead] * y for x, y in zip(o, own, strict=True)]) for p, o in done] + [(lead, own)]
    return done


def _target(name: Symbol, point: Point, random: Random) -> Row:
    """A simple value of a name, as far as its kind asks for it."""
    value = point.values[name.name]
    if isinstance(value, tuple) and name.kind.domain in SUM_KINDS:
        return [*VECTORS[name.kind.domain](len(value), random)]
    return [random.choice(_TARGETS) for _ in (value if isinstance(value, tuple) else (value,))]


def _direction(point: Point, coordinates: Sequence[tuple[str, int]], targets: Row, reduced: Reduced) -> Row:
    """Towards the target, as far as the rows are annihilated."""
    towards = [target - _number(point, place) for target, place in zip(targets, coordinates, strict=True)]
    for place, row in reduced:
        others = (x * d for n, (x, d) in enumerate(zip(row, towards, strict=True)) if n != place)
        towards[place] = -sum(others, Fraction(0))
    return towards


def _number(point: Point, place: tuple[str, int]) -> Fraction:
    value = point.values[place[0]]
    return value if place[1] < 0 else value[place[1]]  # type: ignore[index,return-value]
