"""Replacement of atoms by rational functions, wherever they stand: within sums, exponents and families too."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import Algebra
from softsym.algebra.families import make_family
from softsym.algebra.parts import Member
from softsym.algebra.polynomial import Atom, Poly, Rational
from softsym.algebra.renaming import covariance, moment, raised, rename
from softsym.algebra.sums import make_generator

Replacement: TypeAlias = Callable[[Atom], "Rational | None"]
"""What an atom becomes, or ``None`` if its parts are to be rebuilt."""


class Rebuilding:
    """One replacement carried through rational functions; whatever changes is normalised again."""

    def __init__(self, alg: Algebra, replacement: Replacement) -> None:
        self.alg, self.replacement = alg, replacement
        self.done: dict[Atom, Rational] = {}

    def of(self, value: Rational) -> Rational:
        """The rational function with its atoms replaced."""
        if all(self.atom(a) == Rational(Poly({((a, 1),): fmpq(1)})) for a in value.atoms):
            return value
        result = self.poly(value.num)
        for poly, power in value.den:
            below = elementary.integer_power(self.alg, self.poly(poly), -power)
            result = elementary.multiply(self.alg, result, below)
        return result

    def poly(self, poly: Poly) -> Rational:
        """A polynomial with its atoms replaced."""
        total = Rational.of(0)
        for mono, coefficient in poly:
            term = Rational.of(coefficient)
            for atom, exponent in mono:
                term = elementary.multiply(self.alg, term, raised(self.alg, self.atom(atom), exponent))
            total = total + term
        return total

    def atom(self, atom: Atom) -> Rational:
        """What becomes of one atom."""
        found = self.done.get(atom)
        if found is None:
            found = self.replacement(atom)
            found = self._parts(atom) if found is None else found
            self.done[atom] = found
        return found

    def _parts(self, atom: Atom) -> Rational:
        rebuild = getattr(self, "_on_" + atom.head, None)
        if rebuild is not None:
            return rebuild(atom)  # type: ignore[no-any-return]
        if atom.head in ("max", "prod", "count", "hard", "first", "sparse"):
            *leading, members = atom.data
            values = [self.of(v) if isinstance(v, Rational) else v for v in leading]
            return make_family(self.alg, atom.head, values, [self._member(m) for m in members])
        return self.alg.of(atom)

    def _member(self, member: Member) -> Member:
        if member.index is None:
            return Member(self.of(member.body))
        fresh = self.alg.fresh_index(self.alg.ranges[member.index])
        return Member(self.of(rename(self.alg, member.body, {member.index: fresh})), fresh, member.excluded)

    def _on_exp(self, atom: Atom) -> Rational:
        mono, den = atom.data
        return elementary.exp(self.alg, self.of(Rational(Poly({mono: fmpq(1)}), den)))

    def _on_log(self, atom: Atom) -> Rational:
        return elementary.log(self.alg, self.of(atom.data[0]))

    def _on_root(self, atom: Atom) -> Rational:
        return elementary.exp(self.alg, elementary.log(self.alg, self.of(atom.data[0])))

    def _on_abs(self, atom: Atom) -> Rational:
        return elementary.absolute(self.alg, self.of(atom.data[0]))

    def _on_sign(self, atom: Atom) -> Rational:
        return elementary.signum(self.alg, self.of(atom.data[0]))

    def _function(self, atom: Atom) -> Rational:
        value = self.of(atom.data[0])
        return self.alg.of(self.alg.atom(atom.head, value, free=value.free, depth=value.depth))

    _on_signedlog = _on_sigmoid = _on_softplus = _function

    def _on_sum(self, atom: Atom) -> Rational:
        bounds, body = atom.data
        fresh = {k: self.alg.fresh_index(self.alg.ranges[k]) for k in bounds}
        return make_generator(self.alg, list(fresh.values()), self.of(rename(self.alg, body, fresh)))

    def _on_covariance(self, atom: Atom) -> Rational:
        index, *parts = atom.data
        fresh = self.alg.fresh_index(self.alg.ranges[index])
        return covariance(self.alg, fresh, *(self.of(rename(self.alg, part, {index: fresh})) for part in parts))

    def _on_moment(self, atom: Atom) -> Rational:
        index, weight, value, order = atom.data
        fresh = self.alg.fresh_index(self.alg.ranges[index])
        inside = tuple(self.of(rename(self.alg, part, {index: fresh})) for part in (weight, value))
        return moment(self.alg, fresh, inside[0], inside[1], order)
