"""Points that satisfy declared conditions: by drawing again, by solving an equation exactly, or by enclosing a root."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import islice, pairwise
from math import inf
from random import Random
from typing import Any

from flint import arb, ctx, fmpq

from softsym.errors import BudgetError
from softsym.evaluation.evaluator import Evaluator, Value
from softsym.evaluation.exact import is_certainly_zero
from softsym.evaluation.point import Point, Undecided, Undefined
from softsym.evaluation.runs import evaluator_at
from softsym.evaluation.scalars import Ball, Scalar, ball_of, subtract
from softsym.expression import Expr, Symbol, free_symbols
from softsym.language import Chain, Statement
from softsym.refute.judgement import entries, order
from softsym.refute.literals import literals
from softsym.refute.moves import Move, in_kind, lines, resampled, with_value
from softsym.refute.sampling import sample
from softsym.refute.systems import KeptLine, assignments, eliminated, is_assignment, kept_lines

TRIES, DRAWS = 12, 8
"""How many points are drawn for some lengths before there is said to be none that the conditions allow;
and how many values what a name is given by."""
CHECK_BITS = (64, 250)
ROOT_BITS = 280
"""A root is enclosed to about this many bits, far beyond what any comparison needs."""
ASSIGNED_BITS = 640
"""A name takes the other side's value to this many bits, so that what vanishes with it is seen to (2**-500)."""
MAX_DENOMINATOR = 100_000
"""The denominator up to which an enclosed root is tried as a rational, which then is checked exactly."""
_BRACKETS = tuple(Fraction(s) for s in ("1/10", "1/100", "1/2", "1", "3", "10", "100"))
_STRIDES = tuple(Fraction(sign * 10**n) for n in (1, 2, 3, 4, 6) for sign in (1, -1))
_TINY = tuple(Fraction(1, 10**n) for n in (6, 20, 60))


@dataclass(frozen=True)
class Candidate:
    """A point, and the conditions (by number) that it satisfies through an enclosed root."""

    point: Point
    enclosed: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Condition:
    """One declared chain that is not a plain equation of lengths."""

    number: int
    chain: Chain

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """Its free names that have values of their own."""
        found = {s for side in self.chain.sides for s in free_symbols(side)}
        return tuple(sorted((s for s in found if s.kind.type not in ("length", "constant")), key=lambda s: s.name))

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(s.name for s in self.symbols)

    @property
    def is_equation(self) -> bool:
        return "==" in self.chain.relations


class Admissible:
    """Draws points within the kinds and the conditions of a statement."""

    def __init__(self, statement: Statement, symbols: Sequence[Symbol], random: Random, deadline: float = inf) -> None:
        self.symbols, self.random, self.deadline = symbols, random, deadline
        self.known = literals(statement)
        self.failures: dict[tuple[tuple[str, int], ...], int] = {}
        chains = [Condition(n, c) for n, c in enumerate(eliminated(statement.conditions))]
        self.conditions = sorted(
            (c for c in chains if c.symbols), key=lambda c: (c.is_equation, is_assignment(c.chain))
        )
        self.on_lengths = [c for c in chains if not c.symbols]
        self.kinds = {s.name: s.kind for s in symbols}

    def allows(self, lengths: dict[str, int]) -> bool:
        """Whether the conditions on lengths alone hold."""
        return all(self.satisfied(c, Candidate(Point(lengths, {}))) for c in self.on_lengths)

    def draw(self, lengths: dict[str, int]) -> Candidate | None:
        """A new admissible point; the more often there was none for these lengths, the fewer tries it gets."""
        key = tuple(sorted(lengths.items()))
        for _ in range(max(1, TRIES >> 2 * self.failures.get(key, 0))):
            found = self.repaired(Candidate(sample(self.symbols, lengths, self.random, self.known)))
            if found is not None:
                self.failures.pop(key, None)
                return found
        self.failures[key] = self.failures.get(key, 0) + 1
        return None

    def repaired(self, candidate: Candidate, rounds: int = 8) -> Candidate | None:
        """The candidate changed as little as possible so that it satisfies every condition and kind."""
        current: Candidate | None = candidate
        for _ in range(rounds):
            if current is None or not self._in_kinds(current.point):
                return None
            broken = next((c for c in self.conditions if not self.satisfied(c, current)), None)
            if broken is None:
                return current
            current = self._mended(broken, current)
        return None

    def admitted(self, candidate: Candidate, point: Point) -> Candidate | None:
        """The candidate moved to ``point``, if every condition and kind holds there."""
        changed = self._after(candidate, point)
        holds = self._in_kinds(point) and all(self.satisfied(c, changed) for c in self.conditions)
        return changed if holds else None

    def _in_kinds(self, point: Point) -> bool:
        return all(in_kind(self.kinds[name], value) for name, value in point.values.items())

    def satisfied(self, condition: Condition, candidate: Candidate) -> bool:
        """Whether a condition certainly holds: exactly, or since a root of it was enclosed."""
        enclosed = condition.number in candidate.enclosed
        for bits in CHECK_BITS:
            with ctx.workprec(bits):
                try:
                    return self._holds(condition.chain, evaluator_at(candidate.point, self.deadline), enclosed)
                except Undecided:
                    continue
                except Undefined:
                    return False
        return False

    def _holds(self, chain: Chain, evaluator: Evaluator, enclosed: bool) -> bool:
        sides = [evaluator.value(side) for side in chain.sides]
        for relation, left, right in zip(chain.relations, sides, sides[1:], strict=False):
            if enclosed and relation == "==":
                continue
            outcomes = [_certain(relation, a, b) for _, a, b in entries(left, right)]
            if not (any(outcomes) if relation == "!=" else all(outcomes)):
                return False
        return True

    def _mended(self, condition: Condition, candidate: Candidate) -> Candidate | None:
        if condition.is_equation:
            found = self._assigned(condition, candidate) or self._redrawn(condition, candidate)
            found = found or self._solved(condition, candidate)
            if found is not None:
                return found
        for _ in range(30):
            point = resampled(condition.symbols, candidate.point, self.random)
            changed = self._after(candidate, point)
            if self._in_kinds(point) and self.satisfied(condition, changed):
                return changed
        return self._strode(condition, candidate)

    def _strode(self, condition: Condition, candidate: Candidate) -> Candidate | None:
        """The candidate after one long step, or with one number made tiny, for bounds far from what is usual."""
        moves = [m for s in condition.symbols for m in lines(s, candidate.point)]
        self.random.shuffle(moves)
        for move in moves[:6]:
            value = candidate.point.values[move.name]
            tiny = [value * (size - 1) for size in _TINY] if isinstance(value, Fraction) else []
            for step in (*_STRIDES, *tiny):
                changed = self._after(candidate, move.applied(candidate.point, step))
                if self._in_kinds(changed.point) and self.satisfied(condition, changed):
                    return changed
        return None

    def _after(self, candidate: Candidate, point: Point) -> Candidate:
        """The candidate moved to ``point``: enclosed roots of equations whose names changed are lost."""
        moved = {n for n, v in point.values.items() if v is not candidate.point.values[n]}
        kept = {c.number for c in self.conditions if c.number in candidate.enclosed and not c.names & moved}
        return Candidate(point, frozenset(kept))

    def _assigned(self, condition: Condition, candidate: Candidate) -> Candidate | None:
        """One side is a name that the other does not contain: it takes the other side's value."""
        for name, other in assignments(condition.chain):
            if name.name in self.kinds:
                return self._given(condition, candidate, name, other)
        return None

    def _redrawn(self, condition: Condition, candidate: Candidate) -> Candidate | None:
        """The candidate with other values for what a name is given by, so that it has its kind."""
        for _ in range(DRAWS if is_assignment(condition.chain) else 0):
            other = self._after(candidate, resampled(condition.symbols, candidate.point, self.random))
            found = self._assigned(condition, other)
            if found is not None:
                return found
        return None

    def _given(self, condition: Condition, candidate: Candidate, name: Symbol, other: Expr) -> Candidate | None:
        with ctx.workprec(ASSIGNED_BITS):
            try:
                value = Evaluator(candidate.point, self.deadline).value(other)
            except (Undefined, Undecided):
                return None
            if name.shape and not isinstance(value, tuple):
                value = (value,) * len(candidate.point.values[name.name])  # type: ignore[arg-type]
            taken = _as_point_value(value)
            if name.kind.type == "index":
                taken = _as_index(taken, name.kind.vector_length.value(dict(candidate.point.lengths)))
            if taken is None or not in_kind(name.kind, taken) or not _sums_to_one(name, value):
                return None
        changed = self._after(candidate, with_value(candidate.point, name.name, taken))
        return Candidate(changed.point, changed.enclosed | {condition.number})

    def _solved(self, condition: Condition, candidate: Candidate) -> Candidate | None:
        """The candidate with the equations of a condition solved one by one, the others kept where some line can."""
        for entry in range(self._parts(condition, candidate)):
            moves: list[Move | KeptLine] = [m for s in condition.symbols for m in lines(s, candidate.point)]
            self.random.shuffle(moves)
            moves = [*kept_lines(self, condition, candidate), *moves[:24]]
            steps = (self._along(condition, candidate, move, entry) for move in moves)
            found = self._best(s for s in steps if s is not None)
            if found is None:
                return None
            candidate = found
        return candidate

    def _best(self, candidates: Iterator[Candidate]) -> Candidate | None:
        """The first candidate that satisfies every condition, else the best of the first four."""
        best, most = None, -1
        for candidate in islice(candidates, 4):
            kept = sum(self.satisfied(c, candidate) for c in self.conditions)
            if kept > most:
                best, most = candidate, kept
            if kept == len(self.conditions):
                break
        return best

    def _parts(self, condition: Condition, candidate: Candidate) -> int:
        """The number of scalar equations that a condition is."""
        return len(self.gaps(condition, candidate.point, 64) or ())

    def gaps(self, condition: Condition, point: Point, bits: int) -> list[Scalar] | None:
        """``left - right`` for every scalar equation of the condition, ``None`` where it is undefined."""
        try:
            with ctx.workprec(bits):
                evaluator = Evaluator(point, self.deadline)
                sides = [evaluator.value(side) for side in condition.chain.sides]
                rows = zip(condition.chain.relations, pairwise(sides), strict=True)
                return [subtract(a, b) for r, (x, y) in rows if r == "==" for _, a, b in entries(x, y)]
        except (Undefined, Undecided, BudgetError):
            return None

    def _along(self, condition: Condition, candidate: Candidate, move: Move | KeptLine, entry: int) -> Candidate | None:
        """The candidate moved along a line to where one scalar equation of the condition holds."""

        def gap(parameter: Any, bits: int = 64) -> Scalar | None:
            gaps = self.gaps(condition, moved(parameter), bits)
            return None if gaps is None else gaps[entry]

        def moved(parameter: Any) -> Point:
            with ctx.workprec(2 * ROOT_BITS):
                return move.applied(candidate.point, parameter)

        if _is_zero(gap(Fraction(0))):
            return candidate
        exact = _linear_root(gap)
        if exact is not None:
            point = moved(exact)
            return self._after(candidate, point) if self._in_kinds(point) else None
        root = _enclosed_root(gap)
        if root is None:
            return None
        simple = Fraction(float(root)).limit_denominator(MAX_DENOMINATOR)
        if _is_zero(gap(simple)):
            point = moved(simple)
            return self._after(candidate, point) if self._in_kinds(point) else None
        point = moved(root)
        if not self._in_kinds(point) or self._parts(condition, candidate) > 1:
            return None
        changed = self._after(candidate, point)
        kept = move.kept if isinstance(move, KeptLine) else frozenset[int]()
        return Candidate(point, changed.enclosed | kept | {condition.number})


def _certain(relation: str, left: Scalar, right: Scalar) -> bool:
    """Whether a relation certainly holds."""
    sign = order(subtract(left, right))
    if sign is None and relation != "==":
        raise Undecided("a condition is open at this precision")
    holds = {"==": sign == 0, "!=": sign in (1, -1), "<=": sign != 1, ">=": sign != -1}
    return holds.get(relation, sign == {"<": -1, ">": 1}.get(relation))


def _is_zero(gap: Scalar | None) -> bool:
    if gap is None or isinstance(gap, fmpq):
        return gap is not None and bool(gap == 0)
    return bool(gap.arb.contains(0)) and is_certainly_zero(gap)


def _as_point_value(value: Value) -> Any:
    if isinstance(value, tuple):
        return tuple(_as_point_value(v) for v in value)
    return value.arb if isinstance(value, Ball) else Fraction(int(value.p), int(value.q))


def _as_index(value: Any, size: int) -> int | None:
    """The index in 1..size that a value is, if it is one."""
    fits = isinstance(value, Fraction) and value.denominator == 1 and 1 <= value <= size
    return int(value) if fits else None


def _sums_to_one(name: Symbol, value: Value) -> bool:
    """Whether a vector given to a name whose kind fixes the sum certainly has that sum."""
    if name.kind.domain not in ("distribution", "simplex", "onehot"):
        return True
    result: Scalar = fmpq(-1)
    for entry in value:
        result = result + entry
    return _is_zero(result)


def _linear_root(gap: Callable[..., Scalar | None]) -> Fraction | None:
    """The exact root of a gap that is linear with rational coefficients; it is checked by evaluation."""
    start, ahead = gap(Fraction(0)), gap(Fraction(1, 64))
    if not (isinstance(start, fmpq) and isinstance(ahead, fmpq)) or start == ahead:
        return None
    root = start / (start - ahead) / 64
    found = Fraction(int(root.p), int(root.q))
    return found if _is_zero(gap(found)) else None


def _enclosed_root(gap: Callable[..., Scalar | None]) -> arb | None:
    """An enclosure that certainly contains a root: opposite signs at its ends, and a gap defined, hence continuous,
    on the whole of it."""
    bracket = _bracket(gap)
    if bracket is None:
        return None
    middle = _refined(gap, *bracket)
    width = Fraction(1, 2**ROOT_BITS)
    ends = [_sign(gap(middle - width, 2 * ROOT_BITS)), _sign(gap(middle + width, 2 * ROOT_BITS))]
    with ctx.workprec(2 * ROOT_BITS):
        center, radius = (arb(fmpq(x.numerator, x.denominator)) for x in (middle, width))
        enclosure = (center - radius).union(center + radius)
    if ends[0] * ends[1] != -1 or gap(enclosure, 2 * ROOT_BITS) is None:
        return None
    return enclosure


def _sign(gap: Scalar | None) -> int:
    if gap is None:
        return 0
    value = ball_of(gap)
    return int(bool(value > 0)) - int(bool(value < 0))


def _bracket(gap: Callable[..., Scalar | None]) -> tuple[Fraction, Fraction] | None:
    """Two parameters between which the gap changes its sign."""
    here = _sign(gap(Fraction(0)))
    signs = {Fraction(0): here}
    for distance in _BRACKETS:
        for end in (distance, -distance):
            signs[end] = _sign(gap(end))
        for a, b in pairwise(sorted(s for s in signs if signs[s])):
            if signs[a] != signs[b]:
                return a, b
    return None


def _refined(gap: Callable[..., Scalar | None], low: Fraction, high: Fraction) -> Fraction:
    """A parameter very close to a root: bisection, then secant steps at high precision."""
    rising = _sign(gap(high))
    for _ in range(10):
        middle = (low + high) / 2
        low, high = (low, middle) if _sign(gap(middle)) == rising else (middle, high)
    for _ in range(9):
        left, right = gap(low, 2 * ROOT_BITS), gap(high, 2 * ROOT_BITS)
        if left is None or right is None or not _sign(right):
            break
        with ctx.workprec(2 * ROOT_BITS):
            a, b = ball_of(left).mid(), ball_of(right).mid()
            if a == b:
                break
            start, step = (arb(fmpq(x.numerator, x.denominator)) for x in (high, high - low))
            low, high = high, _dyadic(start - b * step / (b - a))
    return high


def _dyadic(value: arb) -> Fraction:
    mantissa, exponent = value.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
