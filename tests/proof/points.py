"""Exact points drawn by kind, apart from the refuter's own; a claim's outcome at them is by ball arithmetic."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

from softsym.evaluation import Point
from softsym.expression import Symbol
from softsym.language import Statement
from softsym.refute.judgement import judge

SIZES = (1, 2, 2, 3, 3, 4, 6, 11)


def number(rng: Random) -> Fraction:
    """A short rational, now and then a large or a small one."""
    return Fraction(rng.randint(-6, 6), rng.choice((1, 1, 2, 3))) * rng.choice((1, 1, 1, 1, 20, Fraction(1, 50)))


def positive(rng: Random) -> Fraction:
    return abs(number(rng)) or Fraction(1, 3)


SCALARS = {
    "real": number,
    "positive": positive,
    "negative": lambda rng: -positive(rng),
    "nonnegative": lambda rng: abs(number(rng)),
    "nonzero": lambda rng: number(rng) or Fraction(-2),
    "integer": lambda rng: Fraction(rng.randint(-4, 4)),
    "unit": lambda rng: Fraction(rng.randint(0, 6), 6),
}


def shares(rng: Random, size: int, least: int) -> tuple[Fraction, ...]:
    parts = [Fraction(rng.randint(least, 9)) for _ in range(size)]
    parts[rng.randrange(size)] += 1
    return tuple(p / sum(parts) for p in parts)


def vector(rng: Random, domain: str, size: int) -> tuple[Fraction, ...]:
    if domain == "onehot":
        place = rng.randrange(size)
        return tuple(Fraction(int(k == place)) for k in range(size))
    if domain in ("distribution", "simplex"):
        return shares(rng, size, int(domain == "distribution"))
    draw = positive if domain == "positive vector" else number
    entries = [draw(rng) for _ in range(size)]
    if rng.random() < 0.4:  # ties
        entries = [rng.choice(entries[:2]) for _ in entries]
    return tuple(entries)


def point(statement: Statement, rng: Random) -> Point:
    """A value for every name, the declared lengths kept."""
    names = {"N"} | {n for s in statement.symbols if s.kind.length for n in s.kind.length.names}
    names |= {s.name for s in statement.symbols if s.kind.type == "length"}
    lengths = {n: statement.lengths[n] if n in statement.lengths else rng.choice(SIZES) for n in sorted(names)}
    drawn = [s for s in statement.symbols if s.kind.type in ("scalar", "vector", "index")]
    return Point(lengths, {s.name: value(s, lengths, rng) for s in drawn})


def value(symbol: Symbol, lengths: dict[str, int], rng: Random) -> Any:
    if symbol.kind.type == "scalar":
        return SCALARS[symbol.kind.domain](rng)
    assert symbol.kind.length is not None
    size = symbol.kind.length.at(lengths).constant
    return rng.randint(1, size) if symbol.kind.type == "index" else vector(rng, symbol.kind.domain, size)


def outcomes(statement: Statement, rng: Random, count: int) -> list[tuple[str, Point]]:
    """What the claim does at up to ``count`` points that meet the declarations and where it is defined."""
    found: list[tuple[str, Point]] = []
    for _ in range(6 * count):
        at = point(statement, rng)
        if any(judge(condition, at).outcome != "holds" for condition in statement.conditions):
            continue
        outcome = judge(statement.claim, at).outcome
        if outcome != "undefined":
            found.append((outcome, at))
        if len(found) == count:
            break
    return found
