"""The check of a derivation's step: by the algebra for every N, else at exact points, and it says which."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from random import Random
from typing import Any

from flint import arb

from softsym.algebra.chain import Chain
from softsym.errors import BudgetError, SoftsymError, UnsupportedError
from softsym.evaluation import Point, evaluate
from softsym.evaluation.drawing import drawn
from softsym.evaluation.limits import NoLimit
from softsym.expression import Expr, free_symbols

PROVED = "equal for every N, by the zero test"
SECONDS = 3.0
POINTS = 6


class FalseStepError(SoftsymError):
    """A step of a derivation turned out false: a fault of softsym, never shown as a result."""


class Checker:
    """Checks the steps of one derivation; what stands before one step is remembered from after the last."""

    def __init__(self) -> None:
        self.chain = Chain(SECONDS)

    def check(self, before: Expr, after: Expr) -> str:
        """How ``before == after`` was verified.

        Raises :class:`FalseStepError` where the two sides differ.
        """
        reason = self.unproved(before, after)
        return PROVED if not reason else f"not proved ({reason}); {said(agreements(before, after))}"

    def unproved(self, before: Expr, after: Expr) -> str:
        """Why the algebra does not prove ``before == after``; nothing if it does."""
        try:
            return "" if self.chain.equal(before, after) else "the normal forms differ"
        except (UnsupportedError, BudgetError) as error:
            return str(error).splitlines()[0]


@lru_cache(maxsize=4096)
def agreements(before: Expr, after: Expr) -> int:
    """At how many exact points, of those tried, both sides have the same value to 15 digits.

    Raises :class:`FalseStepError` at the first where they have not.
    """
    random = Random(1)
    agreed = 0
    for n in range(POINTS):
        point = _point((before, after), 1 + n % 4, random)
        try:
            left, right = (evaluate(e, point, digits=15) for e in (before, after))
        except SoftsymError:  # undefined there, or out of reach
            continue
        if not _same(left, right):
            raise FalseStepError(f"the step {before} -> {after} is false at {point.values}")
        agreed += 1
    return agreed


def divergences(limit: Expr, value: str) -> int:
    """At how many exact points, of those tried, a limit certainly is infinite, with the sign that is given.

    Raises :class:`FalseStepError` at the first where it is not.
    """
    random, found = Random(1), 0
    for n in range(POINTS):
        point = _point((limit,), 1 + n % 4, random)
        try:
            evaluate(limit, point, digits=15)
        except NoLimit as error:
            if {error.left or value, error.right or value} != {value}:
                raise FalseStepError(f"the limit {limit} is not {value} at {point.values}") from None
            found += 1
        except SoftsymError:  # undefined there, or out of reach
            continue
        else:
            raise FalseStepError(f"the limit {limit} is a number at {point.values}")
    return found


def said(agreed: int) -> str:
    """The number of agreements in words."""
    return f"both sides agree at {agreed} exact points" if agreed else "no point was found to compare the sides at"


def _point(exprs: tuple[Expr, ...], size: int, random: Random) -> Point:
    """Exact values within the kinds of all names, every length being ``size``."""
    symbols = sorted({s for e in exprs for s in free_symbols(e)}, key=lambda s: s.name)
    names = {n for s in symbols if s.kind.length is not None for n in s.kind.length.names}
    names |= {s.name for s in symbols if s.kind.type == "length"}
    lengths = dict.fromkeys(sorted(names), size)
    values = {s.name: drawn(s.kind, lengths, random, _number) for s in symbols if s.kind.type != "length"}
    return Point(lengths, values)


def _number(domain: str, random: Random) -> Fraction:
    size = Fraction(random.randint(1, 40), random.choice((3, 7, 10)))
    if domain == "integer":
        return Fraction(random.randint(1, 9))
    if domain == "unit":
        return Fraction(random.randint(1, 9), 10)
    return size * {"negative": -1, "real": random.choice((1, -1)), "nonzero": random.choice((1, -1))}.get(domain, 1)


def _flat(value: Any) -> list[Any]:
    return [s for part in value for s in _flat(part)] if isinstance(value, tuple) else [value]


def _same(left: Any, right: Any) -> bool:
    """Whether two values of any shapes that can be compared may be the same in every entry."""
    one, other = _flat(left), _flat(right)
    if len(other) == 1:
        other *= len(one)
    return all(_overlap(a, b) for a, b in zip(one, other, strict=True))


def _overlap(left: Any, right: Any) -> bool:
    """Whether two values may be the same number."""
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return left == right
    return bool(_ball(left).overlaps(_ball(right)))


def _ball(value: Any) -> arb:
    return value if isinstance(value, arb) else arb(value.numerator) / arb(value.denominator)
