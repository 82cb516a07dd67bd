"""Increasing maps under which maxima and ties are the same: exponentials, logarithms and powers taken off a family.

``max(exp(z)) = exp(max(z))``, ``max(-exp(z)) = -exp(min(z))``, ``max(log(x)) = log(max(x))``,
``max(sqrt(x)) = sqrt(max(x))`` and ``max(1/x) = 1/min(x)``: which entries are maximal is the same before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from math import gcd, lcm
from operator import is_
from typing import NamedTuple

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NEGATIVE, NONNEGATIVE, POSITIVE, Algebra
from softsym.algebra.parts import Member, mentions
from softsym.algebra.polynomial import Atom, Exponent, Mono, Poly, Rational, cancelled, linear_parts, mono_mul, mono_pow
from softsym.algebra.signs import atom_sign, poly_sign, sign_of


class Increasing(NamedTuple):
    """An increasing map of the values of a family into simpler ones, and the way back."""

    into: Callable[[Rational], Rational]
    back: Callable[[Rational], Rational]


def increasing_map(alg: Algebra, members: Sequence[Member]) -> Increasing | None:
    """A map that makes all values of a family simpler, or ``None``."""
    bodies = [member.body for member in members]
    log, exp = partial(elementary.log, alg), partial(elementary.exp, alg)
    if all(_is_exponential(alg, body) for body in bodies):
        return Increasing(log, exp)
    if all(_is_exponential(alg, -body) for body in bodies):
        return Increasing(lambda value: -log(-value), lambda value: -exp(-value))
    if all(_is_logarithm(body) for body in bodies):
        return Increasing(exp, log)
    found = _power(alg, bodies) or _odd_power(alg, bodies)
    return found or (_fraction(alg, members[0]) if len(members) == 1 else None)


def _is_exponential(alg: Algebra, body: Rational) -> bool:
    """Whether a value is one positive term with an exponential in it."""
    single = body.single()
    if single is None or single[1] < 0 or not any(a.head == "exp" for a, _ in single[0]):
        return False
    return all(atom_sign(alg, a) == POSITIVE for a, _ in single[0])


def _is_logarithm(body: Rational) -> bool:
    """Whether a value is a sum of logarithms with rational factors."""
    terms = body.num.terms
    return bool(terms) and not body.den and all(len(m) == 1 and m[0][0].head == "log" and m[0][1] == 1 for m in terms)


def _power(alg: Algebra, bodies: Sequence[Rational]) -> Increasing | None:
    """For values ``m**n`` of one sign, m >= 0: the map to m, or to -m where ``m**n`` falls as m grows."""
    monos = []
    for body in bodies:
        single = body.single()
        mono = None if single is None or abs(single[1]) != 1 else _sizes(alg, single[0])
        if not mono:
            return None
        monos.append(mono)
    if len({body.single()[1] for body in bodies}) > 1:  # type: ignore[index]
        return None
    exponents = [Fraction(e) for mono in monos for _, e in mono]
    content = Fraction(gcd(*(e.numerator for e in exponents)), lcm(*(e.denominator for e in exponents)))
    power = content if min(monos[0], key=_name)[1] > 0 else -content
    if power == 1:
        return None
    sign = bodies[0].single()[1]  # type: ignore[index]
    return Increasing(partial(_root, alg, sign, power), partial(_raised, alg, sign, power))


def _odd_power(alg: Algebra, bodies: Sequence[Rational]) -> Increasing | None:
    """For values ``c*m**n`` of any sign, n odd and the same rational c: the map to m, or to -m where c < 0."""
    singles = [single for body in bodies if (single := body.single()) is not None and single[0]]
    if len(singles) < len(bodies) or len({c for _, c in singles}) > 1:
        return None
    exponents = [e for mono, _ in singles for _, e in mono]
    power = gcd(*(int(e) for e in exponents)) if all(isinstance(e, int) for e in exponents) else 0
    power //= power & -power or 1
    if power < 2:
        return None
    coefficient = singles[0][1]
    sign = fmpq(1 if coefficient > 0 else -1)

    def into(value: Rational) -> Rational:
        ((mono, _),) = value.num
        return Rational(Poly({mono_pow(mono, Fraction(1, power)): sign}))

    def back(value: Rational) -> Rational:
        return elementary.multiply(alg, Rational.of(abs(coefficient)), elementary.integer_power(alg, value, power))

    return Increasing(into, back)


def _sizes(alg: Algebra, mono: Mono) -> Mono | None:
    """A product of what is >= 0; an even power of what may be negative is a power of its absolute value."""
    sizes: Mono = ()
    for atom, exponent in mono:
        signless = atom_sign(alg, atom) not in (POSITIVE, NONNEGATIVE)
        if signless and exponent % 2:
            return None
        own = elementary.absolute(alg, alg.of(atom)).single() if signless else (((atom, 1),), fmpq(1))
        if own is None or own[1] != 1:
            return None
        sizes = mono_mul(sizes, tuple((a, e * exponent) for a, e in own[0]))
    return sizes


def _name(pair: tuple[Atom, Exponent]) -> tuple[str, str, int]:
    """What orders factors, whatever the bound index is called."""
    atom, _ = pair
    return atom.head, str(atom.data[0]) if atom.head in ("entry", "scalar") else "", atom.number


def _root(alg: Algebra, sign: fmpq, power: Fraction, value: Rational) -> Rational:
    """What ``sign*m**power`` is mapped to: m or -m."""
    ((mono, _),) = value.num
    size = Rational(Poly({_sizes(alg, mono) or (): fmpq(1)}))
    rooted = elementary.power(alg, size, Rational.of(1 / power))
    return rooted if (sign > 0) == (power > 0) else -rooted


def _raised(alg: Algebra, sign: fmpq, power: Fraction, value: Rational) -> Rational:
    """The inverse of :func:`_root`."""
    size = value if (sign > 0) == (power > 0) else -value
    return elementary.multiply(alg, Rational.of(sign), elementary.power(alg, size, Rational.of(power)))


def _fraction(alg: Algebra, member: Member) -> Increasing | None:
    """For ``(a*x + b)/(c*x + d)`` in the only quantity x > 0 that varies: the map to x, or to -x where it falls."""
    body = member.body
    own = [a for a in body.atoms if member.index in a.free]
    if len(own) != 1 or len(body.den) != 1 or body.den[0][1] != 1 or atom_sign(alg, own[0]) != POSITIVE:
        return None
    exponents = {dict(mono).get(own[0], 0) for poly in (body.num, body.den[0][0]) for mono in poly.terms}
    power = max(exponents)
    if exponents != {0, power} or power <= 0:
        return None
    (a, b), (c, d) = (linear_parts(poly, own[0], power) for poly in (body.num, body.den[0][0]))
    slope = sign_of(alg, Rational(a * d + -(b * c)))
    if slope not in (POSITIVE, NEGATIVE) or poly_sign(alg, body.den[0][0]) is None:
        return None
    sign = Rational.of(1 if slope == POSITIVE else -1)
    return Increasing(
        partial(_fraction_inverted, alg, sign, (a, b, c, d)), partial(_fraction_of, alg, sign, (a, b, c, d))
    )


def _fraction_of(alg: Algebra, sign: Rational, parts: Sequence[Poly], value: Rational) -> Rational:
    a, b, c, d = map(Rational, parts)
    x = elementary.multiply(alg, sign, value)
    return elementary.divide(alg, elementary.multiply(alg, a, x) + b, elementary.multiply(alg, c, x) + d)


def _fraction_inverted(alg: Algebra, sign: Rational, parts: Sequence[Poly], value: Rational) -> Rational:
    a, b, c, d = map(Rational, parts)
    x = elementary.divide(alg, b - elementary.multiply(alg, d, value), elementary.multiply(alg, c, value) - a)
    return elementary.multiply(alg, sign, cancelled(x))


def increasing_in(alg: Algebra, body: Rational, atom: Atom) -> Callable[[Rational], Rational] | None:
    """A value as a function of an atom in which it does not fall, or ``None``."""
    own = [(m, c) for m, c in body.num if any(mentions(a, partial(is_, atom)) for a, _ in m)]
    if body.den or len(own) != 1:
        return None
    ((mono, coefficient),) = own
    factor, exponent = next((a, e) for a, e in mono if mentions(a, partial(is_, atom)))
    beside = mono_mul(mono, ((factor, -exponent),))
    if exponent <= 0 or any(mentions(a, partial(is_, atom)) for a, _ in beside):
        return None
    rises = factor is not atom or exponent == 1 or atom_sign(alg, atom) in (POSITIVE, NONNEGATIVE)
    scale = Rational(Poly({beside: coefficient}))
    if not rises or sign_of(alg, scale) not in (POSITIVE, NONNEGATIVE):
        return None
    rest = Rational(Poly({m: c for m, c in body.num if m != mono}))
    inner = _identity if factor is atom else _exponential_of(alg, factor, atom)
    if inner is None:
        return None

    def value(at: Rational) -> Rational:
        power = elementary.power(alg, inner(at), Rational.of(Fraction(exponent)))
        return rest + elementary.multiply(alg, scale, power)

    return value


def _identity(value: Rational) -> Rational:
    return value


def _exponential_of(alg: Algebra, exponential: Atom, atom: Atom) -> Callable[[Rational], Rational] | None:
    """An exponential as a function of an atom that stands in its exponent with a positive factor."""
    if exponential.head != "exp":
        return None
    mono, den = exponential.data
    beside = Rational(Poly({mono_mul(mono, ((atom, -1),)): fmpq(1)}), den)
    if dict(mono).get(atom) != 1 or any(atom in p.atoms for p, _ in den) or sign_of(alg, beside) != POSITIVE:
        return None
    return lambda at: elementary.exp(alg, elementary.multiply(alg, beside, at))
