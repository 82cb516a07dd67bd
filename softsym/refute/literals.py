"""The numbers that a statement names: a claim may fail only at the places, lengths and values around them.

``delta(i, 7) == 0`` holds for all vectors with fewer than 7 entries, ``relu(N - 977) == 0`` up to N = 977.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from random import Random

from softsym.expression import Apply, Expr, Number, Symbol, apply, walk
from softsym.language import Chain, Statement

PLACED = ("item", "basis", "drop", "delta")
"""The functions that take indices."""
USUAL = 5
"""Lengths up to this one are tried for every statement."""
MAX_EXPONENT = 400
"""Powers of numbers with larger exponents are not worked out."""


@dataclass(frozen=True)
class Literals:
    """The places (indices) that a statement names, and the numbers."""

    places: tuple[int, ...] = ()
    numbers: tuple[Fraction, ...] = ()

    def place(self, length: int, random: Random) -> int | None:
        """One of the places that a vector of this length has, every other time."""
        fitting = [n for n in self.places if n <= length]
        return random.choice(fitting) if fitting and random.random() < 0.5 else None

    def number(self, random: Random) -> Fraction:
        """A number that is named, or one on either side of it, near or far."""
        found = random.choice(self.numbers)
        return random.choice((found, found / 2, found * 2, -found, found * Fraction(1001, 1000), found + 1, found - 1))


NOTHING = Literals()


def literals(statement: Statement) -> Literals:
    """The places and the numbers other than 0 in the claim and in the conditions.

    >>> from softsym import parse_statement
    >>> literals(parse_statement("z[7] <= r where r > -1/10**3"))
    Literals(places=(7,), numbers=(Fraction(-1, 1000),))
    """
    chains = (statement.claim, *statement.conditions)
    numbers = dict.fromkeys(n for c in chains for side in c.sides for n in _numbers(side) if n)
    return Literals(tuple(sorted({*places(*chains)})), tuple(numbers))


def places(*chains: Chain) -> Iterator[int]:
    """The literal indices."""
    for node in (n for c in chains for side in c.sides for n in walk(side)):
        if isinstance(node, Apply) and node.head in PLACED:
            yield from (int(a.value) for a in node.args if isinstance(a, Number))


def critical_lengths(*chains: Chain) -> tuple[int, ...]:
    """Lengths beyond the usual ones: around the places that are named, and around the zero of ``N - 13``."""
    found = {*places(*chains)}
    for c in chains:
        gaps = (apply("sub", a, b) for a, b in pairwise(c.sides) if not a.shape and not b.shape)
        for side in (*c.sides, *gaps):
            found |= {root for node in walk(side) for root in _crossing(node)}
    return _around(found)


def named_lengths(statement: Statement) -> tuple[int, ...]:
    """Lengths beyond the usual ones: on both sides of every integer of the statement."""
    chains = (statement.claim, *statement.conditions)
    numbers = {abs(n) for c in chains for side in c.sides for n in _all_numbers(side)}
    return _around({*critical_lengths(*chains), *(int(n) for n in numbers if n.denominator == 1)})


def _around(numbers: set[int]) -> tuple[int, ...]:
    near = {n + step for n in numbers if n > USUAL for step in (-1, 0, 1)}
    return tuple(sorted(n for n in near if n > USUAL))


def _crossing(node: Expr) -> Iterator[int]:
    """Where a difference of lengths and numbers changes its sign, as the length of the first name."""
    if not (isinstance(node, Apply) and node.head in ("add", "sub")) or node.shape:
        return
    terms = _affine(node)
    if terms is None:
        return
    constant, slopes = terms.get("", Fraction(0)), [c for name, c in terms.items() if name and c]
    if len(slopes) == 1 and slopes[0]:
        yield int(-constant / slopes[0])


def _affine(expr: Expr) -> dict[str, Fraction] | None:
    """The coefficients of the lengths in a sum, and that of the name ``""``, which is the constant."""
    constant = rational(expr)
    if constant is not None:
        return {"": constant}
    if isinstance(expr, Symbol):
        return {expr.name: Fraction(1)} if expr.kind.type == "length" else None
    if not isinstance(expr, Apply) or expr.head not in ("add", "sub", "neg", "mul", "div"):
        return None
    parts = [_affine(a) for a in expr.args]
    first, last = parts[0], parts[-1]
    if first is None or last is None:
        return None
    if expr.head == "neg":
        return _scaled(first, Fraction(-1))
    if expr.head in ("add", "sub"):
        other = last if expr.head == "add" else _scaled(last, Fraction(-1))
        return {n: first.get(n, Fraction(0)) + other.get(n, Fraction(0)) for n in first.keys() | other.keys()}
    factor = last.get("", Fraction(0))
    if last.keys() - {""} or (expr.head == "div" and not factor):
        return _scaled(last, first.get("", Fraction(0))) if expr.head == "mul" and not first.keys() - {""} else None
    return _scaled(first, factor if expr.head == "mul" else 1 / factor)


def _scaled(terms: dict[str, Fraction], factor: Fraction) -> dict[str, Fraction]:
    return {n: c * factor for n, c in terms.items()}


def _numbers(expr: Expr) -> Iterator[Fraction]:
    """The largest parts that are numbers; exponents and places count for nothing."""
    value = rational(expr)
    if value is not None:
        yield value
    elif isinstance(expr, Apply):
        kept = expr.args[:1] if expr.head in ("pow", *PLACED) else expr.args
        for arg in kept:
            yield from _numbers(arg)


def _all_numbers(expr: Expr) -> Iterator[Fraction]:
    for node in walk(expr):
        value = rational(node)
        if value is not None:
            yield value


@lru_cache(maxsize=20_000)
def rational(expr: Expr) -> Fraction | None:
    """The rational number that an expression of numbers alone is, or ``None``."""
    if isinstance(expr, Number):
        return expr.value
    if not isinstance(expr, Apply) or expr.head not in ("neg", "add", "sub", "mul", "div", "pow") or expr.shape:
        return None
    values = [rational(a) for a in expr.args]
    return None if None in values else _combined(expr.head, *(v for v in values if v is not None))


def _combined(head: str, first: Fraction, second: Fraction = Fraction(0)) -> Fraction | None:
    if head == "pow":
        whole = second.denominator == 1 and abs(second) <= MAX_EXPONENT and (first or second >= 0)
        return first ** int(second) if whole else None
    if head == "div":
        return first / second if second else None
    results = {"neg": -first, "add": first + second, "sub": first - second, "mul": first * second}
    return results[head]
