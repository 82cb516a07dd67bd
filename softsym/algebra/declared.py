"""Declared conditions made known to an algebra: signs of quantities, equations between scalars and between vectors.

An equation becomes a rule for an atom that it determines: ``sum(y) == 1`` for the sum, ``exp(a) == b`` for ``a``. An
equation between vectors that determines the entries of one, such as ``p == softmax(z)``, becomes its definition. Rules
hold for values, so they are used on what is left when derivatives are taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from operator import is_
from typing import Any, NamedTuple

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE, Algebra
from softsym.algebra.normal import Normalizer
from softsym.algebra.parts import mentions
from softsym.algebra.polynomial import Atom, Exponent, FlintRing, Index, Mono, Poly, Rational, linear_parts, mono_pow
from softsym.algebra.rebuilding import Rebuilding
from softsym.algebra.renaming import entry
from softsym.algebra.signs import SUM_ONE, atom_sign, gap_of_logarithms, poly_sign, sign_of
from softsym.algebra.sums import sum_over
from softsym.errors import BudgetError, UnsupportedError
from softsym.expression import Expr
from softsym.symbols import Length

FLIPPED = {POSITIVE: NEGATIVE, NONNEGATIVE: NONPOSITIVE, NEGATIVE: POSITIVE, NONPOSITIVE: NONNEGATIVE}
SOLVED = ("sum", "scalar", "entry", "exp", "max", "count", "log")
"""The sorts of atoms that an equation is solved for, those tried first in front."""
MAX_TAKEN = 2
"""Of both sides of an equation, so many logarithms and exponentials are taken in turn."""
_PREFERRED = ("vector", "positive vector")
"""The kinds of vectors whose entries an equation defines before those that it tells more about."""


@dataclass(frozen=True)
class Given:
    """A declared condition on a lowered scalar: its sign, or ``""`` where it is 0; at each value of ``own``, if any.

    ``text`` is the condition's own expression.
    """

    scalar: Any
    sign: str
    own: tuple[tuple[Any, Length], ...] = ()
    text: Expr | None = None


class Known(NamedTuple):
    """A declared quantity that is >= 0, or > 0 if ``strict``, for every value of the bound indices.

    ``stated`` is how it was declared, where equations have changed it.
    """

    value: Rational
    strict: bool
    bound: tuple[Index, ...] = ()
    stated: Expr | None = None


def assume(alg: Algebra, normalizer: Normalizer, given: list[Given]) -> tuple[tuple[Known, ...], list[Poly]]:
    """Tell the algebra the conditions; returns those about signs, and the equations that nothing solves."""
    known: list[tuple[Given, Known]] = []
    unsolved: list[Poly] = []
    for condition in sorted(given, key=lambda c: not c.sign):
        value = _known(alg, normalizer, condition)
        if value is None:
            continue
        if condition.sign:
            note_sign(alg, value, condition.sign)
            bound = tuple(normalizer.indices[symbol] for symbol, _ in condition.own)
            known.append((condition, Known(value, condition.sign == POSITIVE, bound)))
            continue
        solved = define(alg, value) if condition.own else solve(alg, value)
        unsolved += [] if solved or condition.own else [value.num]
        normalizer.cache.clear()  # what was made before the rule does not know it
    changed = _after_equations(alg, normalizer, known) if len(known) < len(given) else ()
    return (*(k for _, k in known), *changed), unsolved


def _after_equations(alg: Algebra, normalizer: Normalizer, signs: list[tuple[Given, Known]]) -> Iterator[Known]:
    """What is declared of the signs of scalars, where the equations have changed it."""
    for condition, old in signs:
        value = None if condition.own else _known(alg, normalizer, condition)
        if value is not None and value != old.value and not value.is_zero:
            yield Known(value, old.strict, (), condition.text)


def _known(alg: Algebra, normalizer: Normalizer, condition: Given) -> Rational | None:
    """The normal form of what a condition is about, if it is in the algebra."""
    for symbol, length in condition.own:
        normalizer.indices[symbol] = alg.fresh_index(length)
    try:
        return normalizer.normal(condition.scalar)
    except (UnsupportedError, BudgetError):
        return None


def note_sign(alg: Algebra, value: Rational, sign: str) -> None:
    """Note that a quantity is positive or nonnegative, as a fact about the primitive part of its numerator."""
    if value.is_zero or value.den:
        return
    coefficient, mono, primitive = value.num.primitive()
    sign = sign if coefficient > 0 else FLIPPED[sign]
    if len(primitive) == 1:
        if len(mono) == 1:
            _note_power(alg, *mono[0], sign)
    elif poly_sign(alg, Poly({mono: fmpq(1)})) == POSITIVE:
        alg.facts[primitive] = sign
        gap = gap_of_logarithms(alg, primitive)
        if gap is not None:
            scale, beside, logarithms = gap.num.primitive()
            if not beside and not gap.den:
                alg.deduced[logarithms] = sign if scale > 0 else FLIPPED[sign]


def _note_power(alg: Algebra, atom: Atom, exponent: Exponent, sign: str) -> None:
    """A power that is > 0 has a base that is, if it is a root or an odd power, or the base is >= 0 anyway."""
    if exponent == 1 or (sign == POSITIVE and (exponent % 2 or atom_sign(alg, atom) == NONNEGATIVE)):
        _note_atom(alg, atom, sign)


def _note_atom(alg: Algebra, atom: Atom, sign: str) -> None:
    if atom.head == "entry" and isinstance(atom.data[1], tuple):
        alg.entry_signs.setdefault(atom.data[0], sign)
    elif atom.head == "max" and sign in (NEGATIVE, NONPOSITIVE):
        for member in atom.data[0]:
            if not member.excluded:
                note_sign(alg, -member.body, FLIPPED[sign])
    elif atom.head == "scalar" and sign in (POSITIVE, NEGATIVE):
        alg.scalars[atom.data[0]] = sign
    else:
        alg.signs.setdefault(atom, sign)


def solve(alg: Algebra, value: Rational, taken: int = 0) -> bool:
    """Use an equation ``value = 0`` as a rule for an atom that it determines, and say whether there is one.

    ``taken`` is the number of logarithms and exponentials taken of both sides so far: ``t*exp(t) = 1`` has no end.
    """
    for atom, exponent, power in sorted(_solutions(alg, value.num), key=partial(_preference, alg)):
        if _note_rule(alg, atom, exponent, power, taken):
            _refresh(alg)
            return True
    return False


_Solution = tuple[Atom, Exponent, Rational]


def _preference(alg: Algebra, solution: _Solution) -> tuple[Any, ...]:
    atom, exponent, power = solution
    length = atom.head == "scalar" and alg.scalars.get(atom.data[0]) == "length"
    place = SOLVED.index(atom.head) if atom.head != "entry" else 1
    return length, place, exponent != 1, bool(power.den), -atom.number


def _solutions(alg: Algebra, num: Poly, *, inside: bool = False) -> Iterator[_Solution]:
    """The ways to write ``num = 0`` as ``atom**exponent = power``, the atom nowhere else, or else only ``inside``."""
    for atom in num.atoms:
        exponents = {dict(mono).get(atom, 0) for mono in num.terms} - {0}
        if atom.head not in SOLVED or len(exponents) != 1:
            continue
        (exponent,) = exponents
        factor, rest = linear_parts(num, atom, exponent)
        elsewhere = not inside and any(mentions(p, partial(is_, atom)) for p in (factor, rest))
        if elsewhere or poly_sign(alg, factor) not in (POSITIVE, NEGATIVE):
            continue
        yield atom, exponent, elementary.divide(alg, Rational(-rest), Rational(factor))


def _note_rule(alg: Algebra, atom: Atom, exponent: Exponent, power: Rational, taken: int) -> bool:
    """The rule that ``atom**exponent = power`` gives; an exponential and a logarithm tell of their arguments."""
    try:
        if atom.head == "exp":
            if taken == MAX_TAKEN:
                return False
            mono, den = atom.data
            body = Rational(mono_poly(mono), den)
            logarithm = elementary.multiply(alg, elementary.log(alg, power), Rational.of(1 / Fraction(exponent)))
            return solve(alg, body - logarithm, taken + 1)
        value = _root(alg, atom, exponent, power)
        if value is None:
            return False
        deeper = atom.head == "log" and taken < MAX_TAKEN
        if deeper and solve(alg, atom.data[0] - elementary.exp(alg, value), taken + 1):
            return True
    except (UnsupportedError, BudgetError):
        return False
    alg.rules[atom] = value
    return True


def _root(alg: Algebra, atom: Atom, exponent: Exponent, power: Rational) -> Rational | None:
    """What an atom is whose power is known, if it is one number: an odd root, or that of what is >= 0."""
    times = Fraction(exponent).numerator
    if times in (1, -1) or atom_sign(alg, atom) in (POSITIVE, NONNEGATIVE):
        return elementary.power(alg, power, Rational.of(1 / Fraction(exponent)))
    single = power.single()
    if single is None or times % 2 == 0 or any(Fraction(e, times).denominator > 1 for _, e in single[0]):
        return None
    size = elementary.power(alg, Rational.of(abs(single[1])), Rational.of(Fraction(1, times)))
    sign = Rational.of(1 if single[1] > 0 else -1)
    mono = Rational(mono_poly(mono_pow(single[0], Fraction(1, times))))
    return elementary.multiply(alg, elementary.multiply(alg, sign, size), mono)


def mono_poly(mono: Any) -> Poly:
    """A monomial as a polynomial."""
    return Poly({mono: fmpq(1)})


def define(alg: Algebra, value: Rational, taken: int = 0) -> bool:
    """Use an equation ``value = 0`` at every bound index as the definition of a vector's entries.

    ``taken`` is the number of logarithms taken of both sides so far.
    """
    candidates = []
    for atom, exponent, power in _solutions(alg, value.num, inside=True):
        index = atom.data[1] if atom.head == "entry" else None
        if not isinstance(index, tuple) or not atom.free <= value.free:
            continue
        found = _definition(alg, atom.data[0], index, _root(alg, atom, exponent, power))
        if found is not None:
            domain = alg.vectors[atom.data[0]].domain
            place = _PREFERRED.index(domain) if domain in _PREFERRED else len(_PREFERRED)
            candidates.append((place, -atom.number, atom, found))
    if not candidates:
        return taken < MAX_TAKEN and any(define(alg, equation, taken + 1) for equation in _logarithms(alg, value))
    _, _, atom, found = min(candidates, key=lambda c: c[:2])
    alg.defined[atom.data[0]] = atom.data[1], found
    _refresh(alg)
    return True


def _logarithms(alg: Algebra, value: Rational) -> Iterator[Rational]:
    """The equation of the logarithms, where ``value = 0`` says what an exponential is."""
    for atom, exponent, power in _solutions(alg, value.num, inside=True):
        if atom.head == "exp" and any(isinstance(i, tuple) for i in atom.free):
            mono, den = atom.data
            logarithm = elementary.multiply(alg, elementary.log(alg, power), Rational.of(1 / Fraction(exponent)))
            yield Rational(mono_poly(mono), den) - logarithm


def _definition(alg: Algebra, vector: str, index: Index, value: Rational | None) -> Rational | None:
    """What the entries of a vector are, where what all entries have in common may be said with the vector itself: it
    becomes a new number, as in ``z = w + lse(z)``, or what makes a distribution's sum 1."""
    if value is None or not _speaks_of(value, vector):
        return value
    found = _with_new_numbers(alg, vector, index, value)
    if found is None or alg.vectors[vector].domain not in SUM_ONE:
        return found
    return elementary.divide(alg, found, sum_over(alg, found, index))


def _with_new_numbers(alg: Algebra, vector: str, index: Index, value: Rational) -> Rational | None:
    """The value with new numbers for the factors that are free of the index and speak of the vector."""
    outside = tuple(f for f in value.den if index not in f[0].free)
    inside = tuple(f for f in value.den if index in f[0].free)
    factors: dict[Mono, Poly] = {}
    for mono, coefficient in value.num:
        bound = tuple(pair for pair in mono if index in pair[0].free)
        free = tuple(pair for pair in mono if index not in pair[0].free)
        factors[bound] = factors.get(bound, Poly()) + Poly({free: coefficient})
    total = Rational.of(0)
    for bound, factor in factors.items():
        common = Rational(factor, outside)
        common = _new_number(alg, common) if _speaks_of(common, vector) else common
        total = total + elementary.multiply(alg, common, Rational(mono_poly(bound), inside))
    return None if _speaks_of(total, vector) else total


def _new_number(alg: Algebra, value: Rational) -> Rational:
    """A new scalar with the sign of a value."""
    name = f"~{len(alg.scalars)}"
    alg.scalars[name] = sign_of(alg, value) or "real"
    return alg.of(alg.atom("scalar", name))


def _speaks_of(value: Rational, vector: str) -> bool:
    return mentions(value, lambda a: a.head == "entry" and a.data[0] == vector)


def _refresh(alg: Algebra) -> None:
    """Bring the rules, definitions and signs made before the last rule up to date with it."""
    rebuilding = Rebuilding(alg, lambda a: entry(alg, *a.data) if a.head == "entry" else None)
    for atom, value in list(alg.rules.items()):
        alg.rules[atom] = rebuilding.of(value)
    for name, (index, value) in list(alg.defined.items()):
        alg.defined[name] = index, rebuilding.of(value)
    for poly, sign in list(alg.facts.items()):
        note_sign(alg, rebuilding.of(Rational(poly)), sign)


def without_multiples(value: Rational, equations: list[Poly]) -> Rational:
    """Zero where the numerator is a multiple of a polynomial that is declared to be zero, else the value itself."""
    for equation in equations:
        if equation and value.num:
            num, zero = _without_inverses(value.num), _without_inverses(equation)
            ring = FlintRing([num, zero])
            if not divmod(ring.to_flint(num), ring.to_flint(zero))[1]:
                return Rational.of(0)
    return value


def _without_inverses(poly: Poly) -> Poly:
    """The polynomial times what makes its exponents nonnegative; it is zero at the same points."""
    inverses = tuple((a, e) for a, e in poly.lowest() if e < 0)
    return poly.scaled(mono_pow(inverses, -1), fmpq(1))
