"""Values of goals in floating point at a few points: a goal that is clearly negative at one is not worth a search.

No proof rests on these values; they only tell the search where none can be found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from random import Random
from typing import Any

from softsym.algebra.context import Algebra
from softsym.algebra.parts import Member
from softsym.algebra.polynomial import Atom, Index, Mono, Poly, Rational
from softsym.proof.inequalities.goal import Fact, Goal
from softsym.symbols import Kind, Length

ENOUGH, TRIES = 14, 60
"""So many points are looked for among so many."""
TOLERANCE = 1e-9
"""A value is negative if it is so by more than this part of the sum of its terms' sizes."""
_SIZES, _SPREADS = (2, 3, 1, 4, 2, 3, 5, 2), (1.0, 0.3, 3.0, 0.05, 5.0)


class _Unknown(Exception):  # noqa: N818 - what is said of an atom, not an error
    """An atom has no value here."""


@dataclass(eq=False)
class Sample:
    """A point: the lengths, the values of names, and the values of atoms found so far."""

    alg: Algebra
    lengths: dict[str, int]
    values: dict[str, Any]
    number: int
    found: dict[tuple[Atom, tuple[int, ...]], float] = field(default_factory=dict)

    def size(self, length: Length) -> int:
        return length.value(self.lengths)

    def value(self, quantity: Rational, places: Mapping[Index, int]) -> tuple[float, float]:
        """The value of a rational function, and the sum of the sizes of its terms."""
        terms = [self._term(mono, places) * float(c) for mono, c in quantity.num]
        below = math.prod(self._sum(poly, places) ** float(power) for poly, power in quantity.den)
        return math.fsum(terms) / below, math.fsum(map(abs, terms)) / abs(below)

    def _sum(self, poly: Poly, places: Mapping[Index, int]) -> float:
        return math.fsum(self._term(mono, places) * float(c) for mono, c in poly)

    def _term(self, mono: Mono, places: Mapping[Index, int]) -> float:
        found = 1.0
        for atom, exponent in mono:
            base = self.atom(atom, places)
            if base < 0 and exponent != int(exponent):
                raise _Unknown
            found *= base ** (exponent if isinstance(exponent, int) else float(exponent))
        return found

    def atom(self, atom: Atom, places: Mapping[Index, int]) -> float:
        """The value of an atom where its free indices have these places."""
        key = (atom, tuple(places[i] if not isinstance(i, int) else i for i in sorted(atom.free, key=str)))
        if key not in self.found:
            self.found[key] = _BY_HEAD.get(atom.head, _unknown)(self, atom, places)
        return self.found[key]

    def place(self, index: Index, places: Mapping[Index, int]) -> int:
        return index if isinstance(index, int) else places[index]


def _unknown(point: Sample, atom: Atom, places: Mapping[Index, int]) -> float:
    raise _Unknown


def _entry(point: Sample, atom: Atom, places: Mapping[Index, int]) -> float:
    vector, index = atom.data
    return float(point.values[vector][point.place(index, places) - 1])


def _scalar(point: Sample, atom: Atom, places: Mapping[Index, int]) -> float:
    name = atom.data[0]
    return float(point.lengths[name] if name in point.lengths else point.values[name])


def _exp(point: Sample, atom: Atom, places: Mapping[Index, int]) -> float:
    mono, den = atom.data
    below = math.prod(point._sum(poly, places) ** float(power) for poly, power in den)
    return math.exp(point._term(mono, places) / below)


def _of(function: Callable[[float], float]) -> Callable[[Sample, Atom, Mapping[Index, int]], float]:
    return lambda point, atom, places: function(point.value(atom.data[0], places)[0])


def _sum(point: Sample, atom: Atom, places: Mapping[Index, int]) -> float:
    names, body = atom.data
    ranges = (range(1, point.size(point.alg.ranges[k]) + 1) for k in names)
    return math.fsum(point.value(body, {**places, **dict(zip(names, at, strict=True))})[0] for at in product(*ranges))


def _members(point: Sample, atom: Atom, places: Mapping[Index, int]) -> list[float]:
    return [point.value(member.body, at)[0] for member in atom.data[-1] for at in _member_places(point, member, places)]


def _member_places(point: Sample, member: Member, places: Mapping[Index, int]) -> Iterator[Mapping[Index, int]]:
    if member.index is None:
        yield places
        return
    out = {point.place(i, places) for i in member.excluded}
    every = range(1, point.size(point.alg.ranges[member.index]) + 1)
    yield from ({**places, member.index: k} for k in every if k not in out)


def _max(point: Sample, atom: Atom, places: Mapping[Index, int]) -> float:
    return max(_members(point, atom, places))


def _count(point: Sample, atom: Atom, places: Mapping[Index, int]) -> float:
    found = _members(point, atom, places)
    return float(sum(math.isclose(v, max(found), rel_tol=1e-12, abs_tol=1e-12) for v in found))


def _delta(point: Sample, atom: Atom, places: Mapping[Index, int]) -> float:
    first, second = (point.place(i, places) for i in atom.data)
    return float(first == second)


_BY_HEAD: dict[str, Callable[[Sample, Atom, Mapping[Index, int]], float]] = {
    "entry": _entry,
    "scalar": _scalar,
    "exp": _exp,
    "log": _of(math.log),
    "abs": _of(abs),
    "sign": _of(lambda x: float((x > 0) - (x < 0))),
    "root": _of(lambda x: x),
    "sum": _sum,
    "max": _max,
    "count": _count,
    "delta": _delta,
    "pi": lambda *args: math.pi,
}


class Samples:
    """Points at which what is known of a goal holds.

    >>> from softsym.algebra import ZeroTest, Assumptions
    >>> from softsym import parse
    >>> case = next(ZeroTest(Assumptions()).cases(parse("lse(z) - max(z) - 1/10")))
    >>> Samples(goal := Goal(case.algebra, case.difference)).refute(goal)
    True
    """

    def __init__(self, goal: Goal) -> None:
        self.points: list[Sample] = []
        random = Random(0)
        for number in range(TRIES):
            point = _drawn(goal, number, random)
            if point is not None and _holds(goal, point) is True:
                self.points.append(point)
            if len(self.points) == ENOUGH:
                break

    def refute(self, goal: Goal) -> bool:
        """Whether a goal is negative at a point at which what is known besides holds."""
        for n, point in enumerate(self.points):
            if _is_negative(goal, point):
                self.points.insert(0, self.points.pop(n))
                return True
        return False


def _is_negative(goal: Goal, point: Sample) -> bool:
    places = _places(goal, point)
    try:
        if places is None or _holds(goal, point) is not True:
            return False
        value, size = point.value(goal.value, places)
        return value < -TOLERANCE * size
    except (_Unknown, ArithmeticError, ValueError, KeyError, TypeError):
        return False


def _holds(goal: Goal, point: Sample) -> bool | None:
    """Whether the facts and equations of a goal hold at a point; ``None`` if that cannot be said."""
    try:
        places = _places(goal, point)
        if places is None:
            return None
        for atom, value in goal.alg.rules.items():
            if not atom.free and not _agree(point, atom, value):
                return False
        facts = [(f, places) for f in goal.facts]
        for known in goal.universal:
            every = range(1, point.size(goal.alg.ranges[known.bound]) + 1)
            facts += [(Fact(known.value, known.strict), {**places, known.bound: k}) for k in every]
        return all(_fact_holds(point, fact, at) for fact, at in facts)
    except (_Unknown, ArithmeticError, ValueError, KeyError, TypeError):
        return None


def _agree(point: Sample, atom: Atom, value: Rational) -> bool:
    return math.isclose(point.atom(atom, {}), point.value(value, {})[0], rel_tol=1e-9, abs_tol=1e-9)


def _fact_holds(point: Sample, fact: Fact, places: Mapping[Index, int]) -> bool:
    value, _ = point.value(fact.value, places)
    return value > 0 or (value == 0 and not fact.strict)


def _places(goal: Goal, point: Sample) -> dict[Index, int] | None:
    """Places for the free indices: different ones, except for those that may coincide with others."""
    free = goal.value.free.union(*(f.value.free for f in goal.facts), *(u.value.free for u in goal.universal))
    names = sorted(i for i in free if isinstance(i, str))
    found: dict[Index, int] = {}
    taken = {i for i in free if isinstance(i, int)}
    for n, name in enumerate(names):
        size = point.size(goal.alg.ranges[name])
        order = [(point.number + n + k) % size + 1 for k in range(size)]
        if name in goal.generic:
            found[name] = order[0]
            continue
        own = next((k for k in order if k not in taken), None)
        if own is None:
            return None
        found[name] = own
        taken.add(own)
    return found


def _drawn(goal: Goal, number: int, random: Random) -> Sample | None:
    """A point of the kinds of a goal's names."""
    alg = goal.alg
    lengths: dict[str, int] = {}
    known = [*alg.ranges.values(), *(k.length for k in alg.vectors.values() if k.length is not None)]
    for n, name in enumerate(sorted({n for length in known for n in length.names} | {"N"})):
        least = 2 if Length.of(name) in goal.several else 1
        lengths[name] = max(least, _SIZES[(number + n) % len(_SIZES)])
    spread = _SPREADS[number % len(_SPREADS)]
    values: dict[str, Any] = {}
    for name, kind in alg.vectors.items():
        size = kind.vector_length.value(lengths)
        values[name] = _vector(kind, size, spread, random)
    for name, domain in alg.scalars.items():
        if domain != "length":
            values[name] = _number(domain, spread, random)
    point = Sample(alg, lengths, values, number)
    _scale_weights(point)
    return point


def _vector(kind: Kind, size: int, spread: float, random: Random) -> list[float]:
    drawn = [random.gauss(0, spread) for _ in range(size)]
    if kind.domain == "vector":
        return drawn
    if kind.domain == "onehot":
        return [float(k == 0) for k in range(size)]
    parts = [math.exp(x) for x in drawn]
    return parts if kind.domain == "positive vector" else [x / math.fsum(parts) for x in parts]


def _number(domain: str, spread: float, random: Random) -> float:
    drawn = random.gauss(0, spread)
    if domain == "unit":
        return random.random()
    if domain == "integer":
        return float(round(drawn))
    sizes = {"positive": math.exp(drawn), "negative": -math.exp(drawn), "nonnegative": abs(drawn)}
    return sizes.get(domain, drawn)


def _scale_weights(point: Sample) -> None:
    """Vectors of positive terms whose declared sum is a number get that sum."""
    for atom, value in point.alg.rules.items():
        total, single = value.constant(), atom.data[1].single() if atom.head == "sum" else None
        if total is None or single is None or len(single[0]) != 1 or single[0][0][0].head != "entry":
            continue
        name = single[0][0][0].data[0]
        whole = math.fsum(point.values.get(name, ()))
        if whole > 0 and single[0][0][1] == 1 and single[1] == 1:
            point.values[name] = [x * float(total) / whole for x in point.values[name]]
