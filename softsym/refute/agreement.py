"""Whether two expressions agree at points with moderate values, where no term hides another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from math import inf
from random import Random
from time import monotonic
from typing import Any

from softsym.errors import BudgetError
from softsym.evaluation import Point
from softsym.evaluation.drawing import drawn
from softsym.expansion import expand
from softsym.expression import Expr, Symbol, number
from softsym.language import Chain, Statement
from softsym.refute.conditions import Admissible, Candidate
from softsym.refute.judgement import Outcome, judge
from softsym.refute.literals import USUAL, Literals, critical_lengths
from softsym.refute.search import length_names
from softsym.signs import ANY, UP, positive_where_defined, signs
from softsym.symbols import Kind

SIZES = (2, 3, 1, 4, 2, 3, 5, 2, 3)
"""The values of N that are tried in turn."""
LARGER = (*range(6, 13), *range(14, 65, 5), 100, 101, 200, 500, 1000)
"""Those that are tried after them, while there are not enough points."""
ENOUGH = 3
"""An equality must hold at so many of the points, and fail at none."""
TRIES = 6
SHARE, LEAST_SECONDS = 0.3, 0.25
"""The part of the time that is left that one point may take, and the time that every point may."""


def agree(left: Expr, right: Expr, points: Iterator[Point], deadline: float = inf) -> bool:
    """Whether two expressions are equal, to 36 digits, at every point at which both are defined.

    >>> from softsym import parse_statement
    >>> statement = parse_statement("sum(a*y) == a where sum(y) == 1")
    >>> agree(*statement.claim.sides, moderate_points(statement, statement.symbols))
    True
    """
    if left == right:
        return True
    holding = 0
    for point in points:
        outcome = _outcome(Chain((left, right), ("==",)), point, deadline)
        if outcome == "fails":
            return False
        holding += outcome == "holds"
    return holding >= ENOUGH


def _outcome(chain: Chain, point: Point, deadline: float) -> Outcome:
    """What holds at a point; it is open where that takes more than a part of the time that is left."""
    now = monotonic()
    try:
        return judge(chain, point, min(deadline, now + max(LEAST_SECONDS, SHARE * (deadline - now)))).outcome
    except BudgetError:
        if monotonic() > deadline:
            raise
        return "open"


def moderate_points(statement: Statement, symbols: Sequence[Symbol], deadline: float = inf) -> Iterator[Point]:
    """The same points at every call: for several lengths, within the kinds of the symbols and the conditions.

    Longer vectors are tried only where the conditions leave too few points of the usual lengths, and around the places
    and lengths that the statement names.
    """
    values = [s for s in symbols if s.kind.type not in ("length", "constant")]
    named = [n for n in critical_lengths(statement.claim, *statement.conditions) if n <= LARGER[-1]]
    usual, found = (*SIZES, *named * 2), 0
    for turn, size in enumerate((*usual, *LARGER * 3)):
        if turn >= len(usual) and found > ENOUGH:
            return
        point = _moderate_point(statement, values, turn, size, deadline)
        if point is not None:
            found += 1
            yield point


def _moderate_point(
    statement: Statement, values: Sequence[Symbol], turn: int, size: int, deadline: float
) -> Point | None:
    random = Random(f"{turn} {size}")
    lengths = {name: size if name == "N" else random.randint(1, 3) for name in length_names(statement)}
    lengths |= {name: length.value(lengths) for name, length in statement.lengths if name in lengths}
    admissible = Admissible(statement, values, random, deadline)
    where_defined = Admissible(_with_logarithms(statement, values), values, random, deadline)
    for _ in range(TRIES if admissible.allows(lengths) else 0):
        candidate = Candidate(
            Point(lengths, {s.name: _value(s.kind, lengths, admissible.known, random) for s in values})
        )
        found = where_defined.repaired(candidate) or admissible.repaired(candidate)
        if found is not None:
            return found.point
    return None


def _value(kind: Kind, lengths: dict[str, int], known: Literals, random: Random) -> Any:
    """A value of a kind; an index is often at a place beyond the usual ones that the statement names."""
    place = known.place(kind.vector_length.value(lengths), random) if kind.type == "index" else None
    return place if place is not None and place > USUAL else drawn(kind, lengths, random, _scalar)


@lru_cache(maxsize=256)
def _conditions_of_logarithms(sides: tuple[Expr, ...], symbols: tuple[Symbol, ...]) -> tuple[Chain, ...]:
    """That what stands in logarithms is > 0, where its sign does not show."""
    inside = dict.fromkeys(e for side in sides for e in positive_where_defined(side))
    return tuple(Chain((e, number(0)), (">",)) for e in inside if signs(expand(e), lambda part: ANY) != UP)


def _with_logarithms(statement: Statement, values: Sequence[Symbol]) -> Statement:
    new = _conditions_of_logarithms(statement.claim.sides, tuple(values))
    return replace(statement, conditions=(*statement.conditions, *new))


def _scalar(domain: str, random: Random) -> Fraction:
    size = Fraction(random.randint(1, 9), random.choice((1, 2, 3, 5)))
    if domain == "unit":
        return Fraction(random.randint(0, 8), 8)
    if domain == "integer":
        return Fraction(random.randint(-3, 5))
    return {"positive": size, "nonnegative": size, "negative": -size}.get(domain, size * random.choice((1, -1)))
