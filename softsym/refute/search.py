"""The search for a counterexample: draw points, climb towards failure, shorten what fails, certify it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, count
from math import inf, log
from random import Random
from time import monotonic

from softsym.errors import BudgetError
from softsym.expression import Apply, Symbol, walk
from softsym.language import Statement
from softsym.refute.boundaries import between, pushed
from softsym.refute.conditions import Admissible, Candidate
from softsym.refute.findings import Findings, describe
from softsym.refute.judgement import Judgement, judge, judge_finely
from softsym.refute.literals import USUAL, named_lengths
from softsym.refute.moves import lengths_of, magnitude, resized, stepped
from softsym.refute.polish import polished
from softsym.refute.runs import RunSearch
from softsym.refute.shorten import shortened

PLENTY, PLENTY_PIECEWISE = 30, 150
"""Holding points after which a claim of equalities is left: more where a case distinction may hide a failure."""
DRAWS_A_CLIMB, CLIMBS_A_SECOND = 20, 20
PATIENCE, LEAST_GAIN = 60, 0.01
"""A climb ends after so many steps without a gain of a hundredth of the slack."""
TIGHT = 0.02
"""A climb that ends with less slack than this, and less than half of all before, goes on to the last digits."""
CLIMB_SHARE, GROWTH = 0.1, 4.0
"""A climb's share of the time, and how far its numbers may grow: a shift makes any slack small beside its sides."""
MAX_LENGTH = 5_000
"""Vectors longer than this are not searched: one evaluation would take longer than any search may. A statement without
vectors has no such bound."""
SCANNED = 100
"""The N up to which the conditions on lengths are tried one by one for the ends of what they allow."""
NAMED_TURNS = 6
"""How often the lengths around places that a statement names are tried."""
FAR_SHARE, FAR_SECONDS = 0.45, 2.0
"""The part of the time, and the most of it, for lengths far beyond those that are searched entry by entry."""
FINE_POINTS, FINE_SIZE = 12, 4
"""So many points with vectors so short are looked at with thousands of digits."""
SHORTENING = 0.4
"""The seconds that a counterexample may be shortened for even after the time of the search."""
_PIECEWISE = {"max", "abs", "sign", "hardmax", "onehot_argmax", "sparsemax", "argmax_count", "limit", "relu", "min"}
_FIRST_SIZES = (2, 3, 1, 2, 4, 3, 2, 5, 1, 3, 2, 8)
_SIZES = (2, 3, 17, 1, 5, 2, 12, 3, 25, 4, 40, 2, 30, 6, 100, 3, 20, 2, 700, 8)
_LARGE_SIZES = (50, 100, 200, 500, 1000)


def search(statement: Statement, *, seconds: float = 2.0, seed: int = 0, far: bool = False) -> Findings:
    """Look for a point at which ``statement`` certainly fails, for at most about ``seconds``.

    With ``far``, bounds are first tried at vectors of up to 10**100 entries, of which few are different.

    The same seed draws the same points, as far as the time allows. Nothing counts as a counterexample unless enclosures
    exclude the claim.

    >>> from softsym import parse_statement
    >>> search(parse_statement("lse(z) <= max(z)")).counterexample.point
    {'z': ['0', '0'], 'N': 2}
    >>> search(parse_statement("lse(z) >= max(z)"), seconds=0.2).counterexample is None
    True
    """
    return Search(statement, monotonic() + seconds, seconds, Random(seed), far).findings()


def value_symbols(statement: Statement) -> tuple[Symbol, ...]:
    """The names that need a value of their own."""
    return tuple(s for s in statement.symbols if s.kind.type not in ("length", "constant"))


def length_names(statement: Statement) -> list[str]:
    """The lengths that the statement speaks of, N first."""
    found = {"N"}
    for side in chain(*(c.sides for c in (statement.claim, *statement.conditions))):
        for node in walk(side):
            if isinstance(node, Symbol):
                found |= node.kind.length.names if node.kind.length else set()
                found |= {node.name} if node.kind.type == "length" else set()
            found |= {name for length in node.shape for name in length.names}
    return sorted(found, key=lambda name: (name != "N", name))


def is_flat(statement: Statement) -> bool:
    """Whether the lengths in a statement are numbers only: it has no vectors, and no sums over an index."""
    nodes = [n for c in (statement.claim, *statement.conditions) for side in c.sides for n in walk(side)]
    return not any(n.shape or (isinstance(n, Apply) and n.head in ("sum", "limit")) for n in nodes)


class Search:
    """One search; its state is what was found so far."""

    def __init__(
        self, statement: Statement, deadline: float, seconds: float, random: Random, far: bool = False
    ) -> None:
        self.statement, self.claim, self.random, self.far = statement, statement.claim, random, far
        self.deadline, self.seconds = deadline, seconds
        self.symbols = value_symbols(statement)
        self.names = length_names(statement)
        self.variable_lengths = [
            n for n in lengths_of(self.symbols) if n in self.names and n not in dict(statement.lengths)
        ]
        self.admissible = Admissible(statement, self.symbols, random, deadline)
        self.longest = 10**100 if is_flat(statement) else MAX_LENGTH
        self.holding: list[tuple[float, Candidate]] = []
        self.defined = False
        self.costs: dict[int, float] = {}
        self.sizes: set[int] = set()
        self.climbed: set[int] = set()
        self.climbs, self.climbing, self.tightest = 0, 0.0, inf

    def findings(self) -> Findings:
        failed = self._far_away()
        if failed is not None:
            return Findings(describe(self.claim, failed.point, judge(self.claim, failed.point)), 0, (), True)
        with suppress(BudgetError):
            failed = self._explored()
            if failed is None and self.far:
                failed = self._finely()
        lengths = tuple(sorted({c.point.lengths["N"] for _, c in self.holding}))
        if failed is None:
            return Findings(None, len(self.holding), lengths, self.defined)
        candidate, judgement = self._short(failed)
        if judgement.outcome != "fails":
            judgement = judge_finely(self.claim, failed.point)
        shown = describe(self.claim, candidate.point, judgement)
        return Findings(shown, len(self.holding), lengths, True)

    def _far_away(self) -> Candidate | None:
        """A failure of a bound at a large length, looked for in a part of the time."""
        if not self.far or {*self.claim.relations} == {"=="}:
            return None
        until = monotonic() + min(FAR_SECONDS, FAR_SHARE * self.seconds)
        return RunSearch(self.statement, self.symbols, self.admissible, self.random, until).failure()

    def _finely(self) -> Candidate | None:
        """Of the points at which the two sides of an equation agree to many digits, one at which they differ."""
        if "==" not in self.claim.relations:
            return None
        until = max(self.deadline, monotonic() + SHORTENING)
        small = [c for _, c in self.holding if c.point.lengths["N"] <= FINE_SIZE][:FINE_POINTS]
        return next((c for c in small if judge_finely(self.claim, c.point, until).outcome == "fails"), None)

    def _explored(self) -> Candidate | None:
        """Points drawn at random, and climbs from the tightest in between, until one fails or enough hold."""
        plenty, started = self._plenty(), monotonic()
        for number, lengths in enumerate(self._lengths(), start=1):
            if monotonic() > self.deadline or len(self.holding) >= plenty or max(lengths.values()) > self.longest:
                return None
            candidate = self._drawn(lengths)
            if candidate is not None and self._fails(candidate):
                return candidate
            found = self._climbed() if number % DRAWS_A_CLIMB == 0 and self._may_climb(started) else None
            if found is not None or self.climbs > CLIMBS_A_SECOND * max(0.5, self.seconds):
                return found
        return None

    def _drawn(self, lengths: dict[str, int]) -> Candidate | None:
        """An admissible point, sometimes at the edge of what the conditions allow."""
        candidate = self.admissible.draw(lengths)
        if candidate is None or self.random.random() < 0.6:
            return candidate
        return pushed(self.admissible, candidate) or candidate

    def _may_climb(self, started: float) -> bool:
        """Whether the claim has bounds to climb to, and climbs have not had more than their half of the time yet."""
        return {*self.claim.relations} != {"=="} and 2 * self.climbing <= monotonic() - started

    def _plenty(self) -> int:
        if {*self.claim.relations} != {"=="}:
            return 10**9
        heads = {n.head for side in self.claim.sides for n in walk(side) if isinstance(n, Apply)}
        return (PLENTY_PIECEWISE if heads & _PIECEWISE else PLENTY) + len(self._named_sizes())

    def _lengths(self) -> Iterator[dict[str, int]]:
        """Values for the lengths that the conditions allow, small ones first, large ones only where they are cheap."""
        for first in chain(_FIRST_SIZES, self._named_sizes(), self._last_sizes(), self._later_sizes()):
            if first > 5 and not self._affordable(first):
                continue
            lengths = self._lengths_at(first)
            if lengths is not None:
                self.sizes.add(first)
                yield lengths

    def _lengths_at(self, first: int) -> dict[str, int] | None:
        """Every length where N is ``first``, if the conditions allow it."""
        fixed = dict(self.statement.lengths)
        free = {name: first if name == "N" else self._other_size(first) for name in self.names}
        lengths = {n: fixed[n].value(free) if n in fixed else free[n] for n in free}
        for _ in range(2):  # a length may be fixed by another fixed one
            lengths = {n: fixed[n].value(lengths) if n in fixed else lengths[n] for n in lengths}
        return lengths if min(lengths.values()) >= 1 and self.admissible.allows(lengths) else None

    def _named_sizes(self) -> list[int]:
        """The lengths around the numbers that the statement names, several times where it names far places."""
        far = any(n > USUAL for n in self.admissible.known.places)
        return [n for n in named_lengths(self.statement) if n <= self.longest] * (NAMED_TURNS if far else 1)

    def _last_sizes(self) -> list[int]:
        """The smallest and the largest N that the conditions allow, if they bound it."""
        if not self.admissible.on_lengths:
            return []
        allowed = [n for n in range(1, SCANNED + 1) if self._lengths_at(n) is not None]
        ends = {min(allowed), max(allowed)} - {SCANNED} if allowed else set[int]()
        return sorted(ends) * 3

    def _later_sizes(self) -> Iterator[int]:
        for number in count():
            yield _SIZES[number % len(_SIZES)]
            if number > 20 and not self.sizes & {*_SIZES}:  # the conditions want other lengths
                yield from (number - 20, _LARGE_SIZES[number % len(_LARGE_SIZES)], *self.sizes)
            if number > 10_000:
                return

    def _other_size(self, first: int) -> int:
        return self.random.choice((1, 2, 3, first, self.random.randint(1, max(2, first))))

    def _affordable(self, size: int) -> bool:
        """Whether a point of this size can be expected to take less than an eighth of the time that is left."""
        if not self.costs or self.longest > MAX_LENGTH:
            return True
        known = max(self.costs)
        expected: float = self.costs[known] * max(1.0, size / known) ** self._growth()
        return expected < (self.deadline - monotonic()) / 8

    def _growth(self) -> float:
        """The power of the size with which the time of a point has grown so far."""
        large = max(self.costs)
        small = [n for n in self.costs if n <= large / 2]
        if large < 16 or not small:
            return 2.5
        grown = log(self.costs[large] / self.costs[max(small)]) / log(large / max(small))
        return min(max(grown, 1.0), 3.0)

    def _judged(self, candidate: Candidate) -> Judgement:
        started = monotonic()
        judgement = self._judged_in_time(candidate, started)
        size = max(candidate.point.lengths.values())
        self.costs[size] = max(self.costs.get(size, 0.0), monotonic() - started)
        return judgement

    def _judged_in_time(self, candidate: Candidate, now: float) -> Judgement:
        """The judgement; open if one point alone would take most of the time that is left."""
        share = now + max(0.25, 0.4 * (self.deadline - now))
        try:
            return judge(self.claim, candidate.point, min(self.deadline, share))
        except BudgetError:
            if share >= self.deadline:
                raise
            return Judgement("open", reason="the evaluation took too long")
        except RecursionError:
            return Judgement("open", reason="the expression is too deep for this length")

    def _fails(self, candidate: Candidate) -> bool:
        judgement = self._judged(candidate)
        if judgement.outcome == "holds":
            self.holding.append((judgement.slack, candidate))
        self.defined |= judgement.outcome in ("holds", "fails")
        return judgement.outcome == "fails"

    def _climbed(self) -> Candidate | None:
        """Steps towards failure from a fresh point: by turns the tightest, any, the tightest, a case of equality."""
        fresh = [n for n, (slack, _) in enumerate(self.holding) if slack < inf and n not in self.climbed]
        tight = [n for n in fresh if self.holding[n][0] > 0]
        if not fresh:
            return None
        ties = [n for n in fresh if self.holding[n][0] == 0]
        turn = self.climbs % 4
        if turn in (0, 2) and tight:
            start = min(tight, key=lambda n: self.holding[n][0])
        else:
            start = self.random.choice((ties if turn == 3 else tight) or fresh)
        self.climbs += 1
        self.climbed.add(start)
        before = monotonic()
        found = self._climb(*self.holding[start])
        self.climbing += monotonic() - before
        return found

    def _climb(self, slack: float, start: Candidate) -> Candidate | None:
        best, patience, ceiling = start, PATIENCE, GROWTH * max(10.0, magnitude(start.point))
        until = monotonic() + max(0.1, CLIMB_SHARE * self.seconds)
        while patience > 0 and monotonic() < until:
            patience -= 1
            neighbour = self._neighbour(best)
            candidate = between(self.admissible, best, neighbour.point) or self.admissible.repaired(neighbour)
            if candidate is None or magnitude(candidate.point) > ceiling:
                continue
            judgement = self._judged(candidate)
            if judgement.outcome == "fails":
                return candidate
            if judgement.outcome == "holds" and 0 < judgement.slack < slack:
                gain = (slack - judgement.slack) / slack
                best, slack, patience = candidate, judgement.slack, PATIENCE if gain > LEAST_GAIN else patience
        if not 0 < slack < min(TIGHT, self.tightest / 2):
            return None
        self.tightest = slack
        return polished(self.admissible, self._judged, best, slack, until)

    def _neighbour(self, candidate: Candidate) -> Candidate:
        point = candidate.point
        if self.variable_lengths and self.random.random() < 0.2:
            name = self.random.choice(self.variable_lengths)
            entry, copies = self.random.randrange(point.lengths[name]), self.random.choice((0, 2, 2, 3))
            changed = resized(self.symbols, point, name, entry, copies)
            if changed is not None and self.admissible.allows(dict(changed.lengths)):
                return Candidate(changed)
        moving = [s for s in self.symbols if s.kind.type != "index"] or self.symbols
        return Candidate(stepped(moving, point, self.random)) if moving else candidate

    def _short(self, failed: Candidate) -> tuple[Candidate, Judgement]:
        """The failure made short, within a time of its own."""
        now = monotonic()
        deadline = max(now + min(SHORTENING, 0.3 * self.seconds), min(self.deadline, now + 2 * SHORTENING))
        self.admissible.deadline = deadline

        def still_fails(candidate: Candidate) -> Candidate | None:
            if not self.admissible.allows(dict(candidate.point.lengths)):
                return None
            try:
                repaired = self.admissible.repaired(candidate, rounds=3)
                fails = repaired is not None and judge(self.claim, repaired.point, deadline).outcome == "fails"
            except BudgetError:
                return None
            return repaired if fails else None

        best = shortened(failed, self.symbols, still_fails, deadline)
        return best, judge(self.claim, best.point)
