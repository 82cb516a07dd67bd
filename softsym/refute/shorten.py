"""A counterexample made short: fewer entries, smaller and rounder numbers, as long as the claim certainly fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import floor, inf
from time import monotonic
from typing import Any

from softsym.evaluation.point import Point
from softsym.expression import Symbol
from softsym.refute.conditions import Candidate
from softsym.refute.moves import SUM_KINDS, resized, with_value
from softsym.refute.sampling import weights

_SIMPLE = tuple(Fraction(s) for s in ("0", "1", "2", "-1", "1/2", "-2", "3", "1/10", "10", "100"))

MOST_ENTRIES = 10_000
"""Lengths beyond this one are those of no vector written out, and stay as they are."""


def cost(point: Point) -> float:
    """How long a point is to write down, the number of entries first."""
    return sum(point.lengths.values()) * 8 + sum(_cost(v) for v in point.values.values())


def _cost(value: Any) -> float:
    if isinstance(value, tuple):
        return sum(_cost(v) for v in value) + 0.1 * len({*map(str, value)})
    if isinstance(value, int):
        return value / 10
    if not isinstance(value, Fraction):
        return 12.0
    digits = len(str(abs(value.numerator))) + (len(str(value.denominator)) + 1 if value.denominator > 1 else 0)
    return digits * 2 + (value < 0) + (value != 0) + (abs(value.numerator) > 1) * 0.5


def shortened(
    found: Candidate,
    symbols: Sequence[Symbol],
    still_fails: Callable[[Candidate], Candidate | None],
    deadline: float,
) -> Candidate:
    """The shortest candidate reached by steps that each keep the failure; ``still_fails`` repairs and tests one."""
    best, before = found, inf
    while cost(best.point) < before and monotonic() < deadline:
        before = cost(best.point)
        for proposals in (_levelled, _smaller, _simpler_values):
            best = _exhausted(best, lambda point, p=proposals: p(point, symbols), still_fails, deadline)  # type: ignore[misc]
    return best


def _exhausted(
    best: Candidate,
    proposals: Callable[[Point], Iterator[Point]],
    still_fails: Callable[[Candidate], Candidate | None],
    deadline: float,
) -> Candidate:
    """The candidate after all the steps of one sort that shorten it."""
    improved = True
    while improved:
        improved = False
        for point in proposals(best.point):
            if monotonic() > deadline:
                return best
            if cost(point) >= cost(best.point):
                continue
            tested = still_fails(Candidate(point))
            if tested is not None and cost(tested.point) < cost(best.point):
                best, improved = tested, True
                break
    return best


def _levelled(point: Point, symbols: Sequence[Symbol]) -> Iterator[Point]:
    """Long vectors of real numbers with few distinct entries: rounded, or flat but for one entry."""
    for symbol in symbols:
        value = point.values.get(symbol.name)
        if not isinstance(value, tuple) or len(value) < 4 or symbol.kind.domain not in ("vector", "positive vector"):
            continue
        numbers = sorted(Fraction(float(v)) for v in value)
        top = max(range(len(value)), key=lambda n: float(value[n]))
        for level in (numbers[0], numbers[len(value) // 2], sum(numbers[:-1]) / (len(value) - 1)):
            flat = Fraction(f"{float(level):.1g}")
            yield with_value(point, symbol.name, tuple(v if n == top else flat for n, v in enumerate(value)))
        for digits in (1, 2):
            yield with_value(point, symbol.name, tuple(Fraction(f"{float(v):.{digits}g}") for v in value))


def _smaller(point: Point, symbols: Sequence[Symbol]) -> Iterator[Point]:
    """Points with fewer entries: the first few of every vector, then without whole blocks, then without one each."""
    lengths = {name: size for name, size in point.lengths.items() if size <= MOST_ENTRIES}
    for size in (1, 2, 3) if len(lengths) == len(point.lengths) else ():
        yield from _first(symbols, point, size)
    for name, size in lengths.items():
        for parts in (2, 4, 8, 16, 32):
            for start in range(parts if size >= 4 * parts else 0):
                block = range(start * size // parts, (start + 1) * size // parts)
                yield from _without(symbols, point, name, block)
        for entry in reversed(range(size)):
            yield from _without(symbols, point, name, range(entry, entry + 1))


def _first(symbols: Sequence[Symbol], point: Point, size: int) -> Iterator[Point]:
    """The point with at most the first few entries of every vector."""
    found = [point]
    for name, length in point.lengths.items():
        found = [p for q in found for p in _without(symbols, q, name, range(min(size, length), length))]
    yield from found


def _without(symbols: Sequence[Symbol], point: Point, name: str, block: range) -> Iterator[Point]:
    """The point without the entries of a block, if there is one."""
    smaller: Point | None = point
    for entry in reversed(block):
        smaller = resized(symbols, smaller, name, entry, 0) if smaller is not None else None
    if smaller is not None:
        yield smaller


def _simpler_values(point: Point, symbols: Sequence[Symbol]) -> Iterator[Point]:
    """Points with one name's value simpler, the boldest first."""
    for symbol in symbols:
        if symbol.name in point.values:
            for value in _simpler(symbol, point.values[symbol.name]):
                yield with_value(point, symbol.name, value)


def _simpler(symbol: Symbol, value: Any) -> Iterator[Any]:
    if isinstance(value, tuple):
        yield from _simpler_vectors(symbol.kind.domain, value)
    elif isinstance(value, int):
        yield from range(1, value)
    else:
        yield from _simpler_numbers(value)


def _simpler_numbers(value: Any) -> Iterator[Fraction]:
    yield from _SIMPLE
    number = float(value)
    for digits in (1, 2, 3, 6, 9):
        yield Fraction(f"{number:.{digits}g}")
    yield Fraction(floor(number)) if abs(number) < 10**9 else Fraction(0)
    if isinstance(value, Fraction):
        yield value.limit_denominator(10)


def _simpler_vectors(domain: str, value: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    size = len(value)
    for k in range(size):
        yield tuple(Fraction(int(n == k)) for n in range(size))
    if domain == "onehot":
        return
    if domain in SUM_KINDS:
        yield from _simpler_weights(value)
        return
    yield (Fraction(0),) * size
    yield (Fraction(1),) * size
    numbers = [v if isinstance(v, Fraction) else Fraction(float(v)) for v in value]
    for base in dict.fromkeys((min(numbers), max(numbers), numbers[0])):
        yield tuple(v - base for v in numbers)
    yield tuple(Fraction(round(v)) for v in numbers)
    yield tuple(Fraction(f"{float(v):.1g}") for v in numbers)
    for k in range(size):
        for number in (*_SIMPLE, *_simpler_numbers(value[k]), numbers[k - 1]):
            yield (*value[:k], number, *value[k + 1 :])


def _simpler_weights(value: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    size = len(value)
    yield weights([Fraction(1)] * size)
    numbers = [float(v) for v in value]
    for scale in (2, 3, 4, 5, 10, 100, 1000, 10**4, 10**6):
        parts = [Fraction(max(0, round(x * scale))) for x in numbers]
        if sum(parts):
            yield weights(parts)
            yield weights([p + (p == 0) for p in parts])
