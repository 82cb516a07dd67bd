"""Signs next to what they are the signs of: ``sign(x)*abs(x) = x`` and ``sign(x)*x = abs(x)``."""

from __future__ import annotations

from fractions import Fraction

from softsym.algebra.context import Algebra
from softsym.algebra.parts import Member
from softsym.algebra.polynomial import Atom, Exponent, Poly, Rational, mono_mul, mono_pow


def signs_joined(alg: Algebra, num: Poly) -> Poly:
    """The polynomial with every sign joined with the absolute values, or the atoms, that it is the sign of."""
    total = Poly()
    for mono, coefficient in num:
        term = Rational(Poly({mono: coefficient}))
        for atom, _ in mono:
            if atom.head == "sign":
                term = _sign_joined(alg, term, atom)
        total = total + term.num
    return total


def _sign_joined(alg: Algebra, term: Rational, sign: Atom) -> Rational:
    """A term with sign(x) times abs(x) as x, over abs(x) as 1/x, or, where x is one atom, times x as abs(x)."""
    ((mono, coefficient),) = term.num
    own = sign.data[0].single()
    absolute_value = alg.atom("abs", sign.data[0], free=sign.free, depth=sign.depth)
    powers = dict(mono)
    if powers.get(sign, 0) < 1:
        return term
    if powers.get(absolute_value, 0) >= 1 and not sign.data[0].den:
        rest = mono_mul(mono, ((absolute_value, -1),))
        rest = mono_mul(rest, ((sign, -1),))
        return Rational(sign.data[0].num.scaled(rest, coefficient))
    if powers[sign] >= 2 and _is_below(powers.get(absolute_value, 0)):
        return Rational(Poly({mono_mul(mono, ((sign, -2),)): coefficient}))
    if own is not None and powers.get(absolute_value) == -1:
        rest = mono_mul(mono_mul(mono, ((absolute_value, 1),)), ((sign, -1),))
        return Rational(Poly({mono_mul(rest, mono_pow(own[0], -1)): coefficient / own[1]}))
    if own is not None and len(own[0]) == 1 and own[0][0][1] == 1 and powers.get(own[0][0][0], 0) >= 1:
        rest = mono_mul(mono_mul(mono, ((own[0][0][0], -1),)), ((sign, -1),))
        return Rational(Poly({mono_mul(rest, ((absolute_value, 1),)): coefficient / own[1]}))
    return term


def _is_below(exponent: Exponent) -> bool:
    """Whether a power is one that its base divides by."""
    return Fraction(exponent) < 0


def sign_by_indicators(alg: Algebra, value: Rational) -> Rational | None:
    """The sign of the gap between a maximum and one of its values, 0 at the m maximal ones; that of an indicator."""
    from softsym.algebra import elementary
    from softsym.algebra.uniting import has_value

    single = value.single()
    if single is not None and len(single[0]) == 1 and single[0][0][0].head in ("hard", "first"):
        return _as_indicator(alg, single[0][0][0], alg.of(single[0][0][0]))
    for atom in value.atoms:
        coefficient = value.num.terms.get(((atom, 1),))
        if atom.head == "max" and not value.den and coefficient is not None and coefficient.q == abs(coefficient) == 1:
            upward = Rational.of(coefficient)
            rest = alg.of(atom) - elementary.multiply(alg, upward, value)
            if atom not in rest.atoms and any(has_value(alg, member, rest) for member in atom.data[0]):
                return elementary.multiply(alg, upward, Rational.of(1) - _at_maximum(alg, rest, list(atom.data[0])))
    return None


def _at_maximum(alg: Algebra, value: Rational, members: list[Member]) -> Rational:
    """1 if a value of a family is maximal in it, else 0."""
    from softsym.algebra import elementary
    from softsym.algebra.families import make_family

    count = make_family(alg, "count", [], members)
    return elementary.multiply(alg, count, make_family(alg, "hard", [value], members))


def _as_indicator(alg: Algebra, atom: Atom, value: Rational) -> Rational:
    """1 where an indicator is not 0."""
    return value if atom.head == "first" else _at_maximum(alg, atom.data[0], list(atom.data[-1]))
