"""Points whose vectors have few different entries, each many times: for claims that first fail at a large length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from math import isqrt, log
from random import Random
from time import monotonic
from typing import Any

from softsym.errors import BudgetError, UnsupportedError
from softsym.evaluation.point import Point, Undecided
from softsym.evaluation.runs import MAX_WRITTEN, RunPoint, Runs
from softsym.expression import Symbol
from softsym.language import Statement
from softsym.refute.conditions import Admissible, Candidate
from softsym.refute.judgement import judge
from softsym.refute.sampling import in_domain, scalar, size, weights

LENGTHS = tuple(10**n for n in (3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 100))
"""The lengths that are tried in turn."""
POINTS_A_LENGTH = 12
LISTED = 1000
"""A counterexample with a vector of at most so many entries is given in full."""


class RunSearch:
    """The search among such points; nothing is drawn where a length of a vector is fixed by another name."""

    def __init__(
        self, statement: Statement, symbols: Sequence[Symbol], admissible: Admissible, random: Random, deadline: float
    ) -> None:
        self.statement, self.symbols, self.admissible = statement, symbols, admissible
        self.random, self.deadline = random, deadline
        lengths = {s.kind.length for s in symbols if s.kind.length is not None}
        self.names = sorted({name for length in lengths for name in length.names} | {"N"})
        fixed = dict(statement.lengths)
        self.possible = "N" not in fixed and not fixed.keys() & {*self.names}
        self.indices = [s for s in symbols if s.kind.type == "index"]
        self.alone = max([len(self.indices), *admissible.known.places])
        self.alone = max(self.alone, int(any(s.kind.domain == "onehot" for s in symbols)))
        self.possible &= self.alone <= MAX_WRITTEN

    def failure(self) -> Candidate | None:
        """A point at which the claim certainly fails, made smaller as far as it goes."""
        with suppress(BudgetError):
            for point in self._points() if self.possible else ():
                if self._fails(point):
                    return Candidate(_listed(self._smaller(point)))
        return None

    def _fails(self, point: RunPoint) -> bool:
        candidate = Candidate(point)
        if not self.admissible.allows(dict(point.lengths)):
            return False
        if not all(self.admissible.satisfied(c, candidate) for c in self.admissible.conditions):
            return False
        try:
            return judge(self.statement.claim, point, self.deadline).outcome == "fails"
        except (Undecided, UnsupportedError):
            return False

    def _points(self) -> Iterator[RunPoint]:
        while monotonic() < self.deadline:
            for length in LENGTHS:
                for _ in range(POINTS_A_LENGTH):
                    if monotonic() > self.deadline:
                        return
                    yield self._drawn(length)

    def _drawn(self, length: int) -> RunPoint:
        lengths = {n: self.random.choice((self.alone + 1, length)) for n in self.names} | {"N": length}
        runs = {name: self._counts(lengths[name]) for name in self.names}
        over: dict[str, str] = {}
        values: dict[str, Any] = {}
        for symbol in self.symbols:
            kind, name = symbol.kind, symbol.name
            if kind.type == "scalar":
                values[name] = self._number(kind.domain)
            elif kind.type == "index":
                values[name] = self.random.randint(1, min(self.alone, kind.vector_length.value(lengths)))
            else:
                over[name] = str(kind.vector_length)
                if kind.vector_length.is_literal:
                    runs[over[name]] = (1,) * kind.vector_length.constant
                values[name] = self._vector(kind.domain, runs[over[name]])
        return RunPoint(lengths, values, runs, over)

    def _number(self, domain: str) -> Fraction:
        usual = self.random.random() < 0.5 and in_domain(domain, Fraction(1))
        return Fraction(1) if usual else scalar(domain, self.random)

    def _counts(self, length: int) -> tuple[int, ...]:
        """The runs of a length: the first entries alone, perhaps a few more of the others, and the rest."""
        rest = length - self.alone
        if rest < 4:
            return (1,) * length
        some = self.random.choice((0, 1, 2, isqrt(rest), rest // 10, rest // 2, rest - 1))
        return (1,) * self.alone + ((some, rest - some) if some else (rest,))

    def _vector(self, domain: str, counts: tuple[int, ...]) -> Runs:
        if domain == "onehot":
            place = self.random.randrange(max(1, min(self.alone, len(counts))))
            return Runs((Fraction(int(n == place)) for n in range(len(counts))), counts)
        if domain in ("distribution", "simplex"):
            return self._shares(counts)
        if domain == "positive vector":
            return Runs((size(self.random) for _ in counts), counts)
        levels = [self._level(counts, n) for n in range(len(counts))]
        if self.random.random() < 0.2:
            levels = levels[-1:] * len(counts)
        return Runs(levels, counts)

    def _level(self, counts: tuple[int, ...], number: int) -> Fraction:
        """A value over 0, which the rest has: most often one at which both have a share in a softmax."""
        if number == len(counts) - 1:
            return Fraction(self.random.choice((0, 0, 0, 0, 1, -1)))
        if self.random.random() < 0.3:
            return self.random.choice((Fraction(0), Fraction(1), size(self.random) * self.random.choice((1, -1))))
        excess = self.random.choice((0.0, self.random.uniform(-2, 3), self.random.uniform(-10, 15)))
        balance = log(sum(counts)) - log(counts[number])
        least = log(1 + balance) if self.random.random() < 0.6 else 0.0
        return Fraction(f"{balance - least + excess:.1f}") * self.random.choice((1, 1, 1, -1))

    def _shares(self, counts: tuple[int, ...]) -> Runs:
        """Shares of the runs, divided among their entries; the same for all one time in five."""
        if self.random.random() < 0.2:
            return Runs((Fraction(1, sum(counts)) for _ in counts), counts)
        sizes = (Fraction(1), Fraction(1), Fraction(1, 10), Fraction(1, sum(counts)))
        shares = weights([self.random.choice(sizes) for _ in counts])
        return Runs((share / n for share, n in zip(shares, counts, strict=True)), counts)

    def _smaller(self, point: RunPoint) -> RunPoint:
        """The point with fewer entries in its longest run, as long as the claim fails there."""
        for factor in (100, 10, 2):
            while True:
                changed = _thinned(point, factor)
                if changed is None or not self._fails(changed):
                    break
                point = changed
        return point


def _thinned(point: RunPoint, factor: int) -> RunPoint | None:
    """The point with the longest run of N shorter, the share of that run in a vector that sums to 1 as before."""
    counts = point.runs["N"]
    number = max(range(len(counts)), key=counts.__getitem__)
    fewer = counts[number] // factor
    if fewer < 1:
        return None
    changed = (*counts[:number], fewer, *counts[number + 1 :])
    values: dict[str, Any] = dict(point.values)
    for name in (n for n, over in point.over.items() if over == "N"):
        old = values[name]
        assert isinstance(old, Runs)
        is_share = sum(x * n for x, n in zip(old, counts, strict=True)) == 1
        own = old[number] * (Fraction(counts[number], fewer) if is_share else 1)
        values[name] = Runs((*old[:number], own, *old[number + 1 :]), changed)
    lengths = {**point.lengths, "N": sum(changed)}
    return replace(point, lengths=lengths, values=values, runs={**point.runs, "N": changed})


def _listed(point: RunPoint) -> Point:
    """The point with its vectors in full, if they are short enough."""
    if max(point.lengths.values()) > LISTED:
        return point
    values = {
        name: tuple(x for x, n in zip(v, v.counts, strict=True) for _ in range(n)) if isinstance(v, Runs) else v
        for name, v in point.values.items()
    }
    return Point(point.lengths, values)


__all__ = ["RunSearch"]
