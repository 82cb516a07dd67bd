"""A constant added to every entry of a vector, in a normal form."""

from __future__ import annotations

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import Algebra
from softsym.algebra.polynomial import Atom, Poly, Rational
from softsym.algebra.renaming import rename
from softsym.algebra.sums import make_generator
from softsym.errors import UnsupportedError

SHIFT = "shift'"
"""The name of the constant; no name of the language has a prime."""


def shifted(alg: Algebra, value: Rational, vector: str) -> Rational:
    """The rational function with ``v + c`` in the place of ``v``.

    Raises :class:`~softsym.errors.UnsupportedError` if the vector stands inside an extremum or an absolute value.
    """
    alg.scalars[SHIFT] = "real"
    total = Rational.of(0)
    for mono, coefficient in value.num:
        term = Rational.of(coefficient)
        for atom, exponent in mono:
            base = _atom(alg, atom, vector)
            term = elementary.multiply(alg, term, elementary.power(alg, base, Rational.of(exponent)))
        total = total + term
    for poly, power in value.den:
        below = shifted(alg, Rational(poly), vector)
        total = elementary.multiply(alg, total, elementary.integer_power(alg, below, -power))
    return total


def _atom(alg: Algebra, atom: Atom, vector: str) -> Rational:
    own = Rational(Poly({((atom, 1),): fmpq(1)}))
    if atom.head == "entry":
        return own + alg.of(alg.atom("scalar", SHIFT)) if atom.data[0] == vector else own
    if atom.head == "exp":
        return elementary.exp(alg, shifted(alg, Rational(Poly({atom.data[0]: fmpq(1)}), atom.data[1]), vector))
    if atom.head == "log":
        return elementary.log(alg, shifted(alg, atom.data[0], vector))
    if atom.head == "sum":
        fresh = {k: alg.fresh_index(alg.ranges[k]) for k in atom.data[0]}
        body = shifted(alg, rename(alg, atom.data[1], fresh), vector)
        return make_generator(alg, list(fresh.values()), body)
    if atom.head in ("scalar", "pi", "delta", "position"):
        return own
    raise UnsupportedError(f"a shift inside {atom.head}")
