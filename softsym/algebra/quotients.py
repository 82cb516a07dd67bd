"""Quotients as sums of parts: a numerator expanded in powers of a denominator, by powers of one atom of it."""

from __future__ import annotations

from flint import fmpq

from softsym.algebra.context import NEGATIVE, POSITIVE, Algebra
from softsym.algebra.polynomial import Atom, Exponent, FlintRing, Mono, Poly, Rational, mono_mul
from softsym.algebra.signs import atom_sign


def expanded(alg: Algebra, value: Rational, poly: Poly, main: Atom) -> list[Rational]:
    """The parts of a quotient, its numerator expanded in powers of one of its denominators by those of its main atom:
    ``x**2/(1 + x)**2`` is ``1 - 2/(1 + x) + 1/(1 + x)**2``, and ``1/(x*(1 + x))`` is ``1/x - 1/(1 + x)``."""
    power = dict(value.den).get(poly, 0)
    outside = tuple((p, n) for p, n in value.den if p != poly)
    found, rest = [], value.num
    while power and rest:
        divided = _divided(alg, rest, poly, main)
        if divided is None:
            return [value]
        rest, remainder = divided
        found.append(Rational(remainder, (*outside, (poly, power))))
        power -= 1
    found.append(Rational(rest, outside))
    return [part for part in found if not part.is_zero]


def parts(alg: Algebra, value: Rational) -> list[Rational]:
    """The parts of a quotient, expanded in each of its denominators that has an atom of its own.

    They are the same for equal quotients: ``(2 - a)/(1 - a)`` and ``1 + 1/(1 - a)`` both give ``1`` and ``1/(1 - a)``.
    """
    found = [value]
    for poly, _ in value.den:
        main = _own_atom(value, poly)
        if main is not None:
            found = [p for part in found for p in expanded(alg, part, poly, main)]
    return found


def _own_atom(value: Rational, poly: Poly) -> Atom | None:
    """The atom of a denominator, or its first without bound indices, that no other denominator has."""
    others = frozenset().union(*(p.atoms for p, _ in value.den if p != poly))
    own = [a for a in poly.atoms - others if len(poly.atoms) == 1 or not any(isinstance(i, tuple) for i in a.free)]
    return min(own, key=lambda a: a.number, default=None)


def _divided(alg: Algebra, num: Poly, poly: Poly, atom: Atom) -> tuple[Poly, Poly] | None:
    """Quotient and remainder by the powers of one atom, if the divisor's ends are single terms as far as needed.

    Powers below 0 are divided away from the lowest term of the divisor, those above from its highest.
    """
    quotient, rest = Poly(), num
    if FlintRing([poly, num]).scale[atom] != 1:
        return None
    degrees = [dict(m).get(atom, 0) for m in poly.terms]
    for degree, above in ((min(degrees), False), (max(degrees), True)):
        leading = {m: c for m, c in poly if dict(m).get(atom, 0) == degree}
        while (top := _beyond(rest, atom, degree if above else None)) is not None:
            if len(leading) != 1 or not _never_zero(alg, leading, atom):
                return None
            ((lead, factor),) = leading.items()
            step = mono_mul(top, tuple((a, -e) for a, e in lead))
            coefficient = rest.terms[top] / factor
            quotient = quotient + Poly({step: coefficient})
            rest = rest + -(poly.scaled(step, coefficient))
    return quotient, rest


def _beyond(poly: Poly, atom: Atom, highest: Exponent | None) -> Mono | None:
    """A term in which the atom's power is at least ``highest``, or below 0 where that is ``None``."""
    powers = ((m, dict(m).get(atom, 0)) for m in poly.terms)
    return next((m for m, e in powers if (e < 0 if highest is None else e >= highest)), None)


def _never_zero(alg: Algebra, leading: dict[Mono, fmpq], atom: Atom) -> bool:
    """Whether the other factors of a leading term may be divided by."""
    return all(a is atom or atom_sign(alg, a) in (POSITIVE, NEGATIVE) for m in leading for a, _ in m)
