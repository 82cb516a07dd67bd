"""Sums of monomials in ``e**q`` and atoms: the polynomials of :mod:`softsym.evaluation.exact`, within a budget."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import Any, TypeAlias

from flint import fmpq

MAX_TERMS = 400
MAX_PRODUCTS = 3_000
MAX_EXPANDED_POWER = 12


class Work:
    """How many products of monomials the present test may still form, and how many terms a sum may have."""

    left = 0
    terms = MAX_TERMS

    @classmethod
    def begin(cls, effort: int = 1) -> None:
        """A new test with its whole budget, or a multiple of it."""
        cls.left, cls.terms = effort * MAX_PRODUCTS, effort * MAX_TERMS


class TooLargeError(Exception):
    """The exact form outgrew its budget."""


@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """A number that is kept whole; equal tags are equal numbers."""

    tag: tuple[Any, ...]
    code: int
    is_positive: bool

    def __hash__(self) -> int:
        return self.code

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Atom) and self.code == other.code and self.tag == other.tag)


def atom(*tag: Any, is_positive: bool = False) -> Atom:
    """The atom of a tag."""
    return Atom(tag, hash(tag), is_positive)


class Monomial:
    """``e**exponent`` times powers of atoms, sorted by the atoms' codes; its hash is kept, since flint's is slow."""

    __slots__ = ("code", "exponent", "powers")

    def __init__(self, exponent: fmpq, powers: tuple[tuple[Atom, fmpq], ...]) -> None:
        self.exponent, self.powers = exponent, powers
        parts = [(int(exponent.p), int(exponent.q)), *((a.code, int(e.p), int(e.q)) for a, e in powers)]
        self.code = hash(tuple(parts))

    def __hash__(self) -> int:
        return self.code

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Monomial) or self.code != other.code:
            return False
        return bool(self.exponent == other.exponent) and self.powers == other.powers


Sum: TypeAlias = "dict[Monomial, fmpq]"
UNIT = Monomial(fmpq(0), ())
ONE: Sum = {UNIT: fmpq(1)}


def plus(left: Sum, right: Sum) -> Sum:
    """The sum of two sums."""
    result = dict(left)
    for monomial, c in right.items():
        total = result.get(monomial, 0) + c
        if total == 0:
            del result[monomial]
        else:
            result[monomial] = total
    return _bounded(result)


def _bounded(terms: Sum) -> Sum:
    if len(terms) > Work.terms:
        raise TooLargeError
    return terms


def times(left: Sum, right: Sum) -> Sum:
    """The product of two sums; raises :class:`TooLargeError` beyond the budget."""
    if left is ONE or right is ONE:
        return right if left is ONE else left
    Work.left -= len(left) * len(right)
    if Work.left < 0:
        raise TooLargeError
    result: Sum = {}
    whole: list[Sum] = []
    for m, c in left.items():
        for n, d in right.items():
            factor, monomial = _joined(m, n)
            if factor is not None:
                whole.append(times({monomial: c * d}, factor))
                continue
            total = result.get(monomial, 0) + c * d
            if total == 0:
                result.pop(monomial, None)
            else:
                result[monomial] = total
    for part in whole:
        result = plus(result, part)
    return _bounded(result)


def _joined(left: Monomial, right: Monomial) -> tuple[Sum | None, Monomial]:
    """The product of two monomials; roots whose powers reach an integer come out as a factor."""
    if not left.powers or not right.powers:
        return None, Monomial(left.exponent + right.exponent, left.powers or right.powers)
    powers = dict(left.powers)
    factor: Sum | None = None
    for single, power in right.powers:
        total = powers.pop(single, fmpq(0)) + power
        if single.tag[0] == "root":
            whole = floor_of(total)
            total -= whole
            factor = times(factor or ONE, expanded(dict(single.tag[1]), whole)) if whole else factor
        if total != 0:
            powers[single] = total
    ordered = tuple(sorted(powers.items(), key=lambda item: item[0].code))
    return factor, Monomial(left.exponent + right.exponent, ordered)


def floor_of(value: fmpq) -> int:
    """The floor of a rational."""
    return int(floor(value))  # noqa: RUF046 - the floor of a fmpq is a fmpz


def expanded(terms: Sum, power: int) -> Sum:
    """A sum of positive terms to an integer power; a negative one only of a single term."""
    if len(terms) == 1:
        ((monomial, c),) = terms.items()
        if monomial == UNIT and abs(power) < 2000:
            return {UNIT: c**power}
    if not 0 <= power <= MAX_EXPANDED_POWER:
        raise TooLargeError
    result = ONE
    for _ in range(power):
        result = times(result, terms)
    return result


def monomial_power(monomial: Monomial, power: int) -> Monomial:
    """A monomial to an integer power."""
    return Monomial(monomial.exponent * power, tuple((a, e * power) for a, e in monomial.powers))


def leading(terms: Sum) -> Monomial:
    """The first monomial in an order that products keep as far as the exponentials go."""
    return max(terms, key=lambda m: (m.exponent, [(a.code, e) for a, e in m.powers]))
