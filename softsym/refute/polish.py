"""The last digits of a point at which a bound is tight: where it fails by a hair only, inside of what is allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import inf
from time import monotonic

from softsym.refute.conditions import Admissible, Candidate
from softsym.refute.judgement import Judgement
from softsym.refute.moves import Move, lines

STEPS = tuple(Fraction(1, 10**n) for n in range(1, 9))
MAX_LINES = 8
FARTHEST = 4
"""A step along a parabola goes no farther than so many steps that it was fitted to."""
DIGITS = 12


def polished(
    admissible: Admissible,
    judged: Callable[[Candidate], Judgement],
    start: Candidate,
    slack: float,
    until: float,
) -> Candidate | None:
    """A failure close to ``start``: along each line, to the vertex of the parabola through three slacks."""
    best = start
    for step in STEPS:
        for move in _lines(admissible, best):
            if monotonic() > until:
                return None
            for candidate in _along(admissible, judged, best, move, (slack, step)):
                judgement = judged(candidate)
                if judgement.outcome == "fails":
                    return candidate
                if judgement.outcome == "holds" and judgement.slack < slack:
                    best, slack = candidate, judgement.slack
    return None


def _lines(admissible: Admissible, candidate: Candidate) -> list[Move]:
    """Some of the lines through a point of exact numbers."""
    found = [m for s in admissible.symbols for m in lines(s, candidate.point)]
    return admissible.random.sample(found, min(MAX_LINES, len(found)))


def _along(
    admissible: Admissible,
    judged: Callable[[Candidate], Judgement],
    best: Candidate,
    move: Move,
    here: tuple[float, Fraction],
) -> Iterator[Candidate]:
    """Points one step to either side, and the vertex."""
    slack, step = here
    slacks: list[float] = []
    for parameter in (-step, step):
        candidate = admissible.admitted(best, move.applied(best.point, parameter))
        if candidate is None:
            return
        yield candidate
        judgement = judged(candidate)
        slacks.append(judgement.slack if judgement.outcome == "holds" else inf)
    bend = slacks[0] - 2 * slack + slacks[1]
    if not 0 < bend < inf:
        return
    vertex = float(step) * max(-FARTHEST, min(FARTHEST, (slacks[0] - slacks[1]) / (2 * bend)))
    candidate = admissible.admitted(best, move.applied(best.point, Fraction(f"{vertex:.{DIGITS}f}")))
    if candidate is not None:
        yield candidate
