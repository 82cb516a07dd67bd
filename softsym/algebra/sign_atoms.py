"""Signs next to what they are the signs of: ``sign(x)*abs(x) = x`` and ``sign(x)*x = abs(x)``."""

from __future__ import annotations

from softsym.algebra.context import Algebra
from softsym.algebra.polynomial import Atom, Poly, Rational, mono_mul, mono_pow


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
    if own is not None and powers.get(absolute_value) == -1:
        rest = mono_mul(mono_mul(mono, ((absolute_value, 1),)), ((sign, -1),))
        return Rational(Poly({mono_mul(rest, mono_pow(own[0], -1)): coefficient / own[1]}))
    if own is not None and len(own[0]) == 1 and own[0][0][1] == 1 and powers.get(own[0][0][0], 0) >= 1:
        rest = mono_mul(mono_mul(mono, ((own[0][0][0], -1),)), ((sign, -1),))
        return Rational(Poly({mono_mul(rest, ((absolute_value, 1),)): coefficient / own[1]}))
    return term
