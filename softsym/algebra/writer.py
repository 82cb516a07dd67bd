"""Rational functions in atoms written as expressions of the language: entry by entry, or as whole vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from flint import fmpq

from softsym.algebra.atom_writer import AtomWriter, family, single_atom
from softsym.algebra.polynomial import Atom, Index, Mono, Poly, Rational, cancelled, factored, mono_pow
from softsym.errors import UnsupportedError
from softsym.expression import Apply, Expr, apply, as_expr, number, walk
from softsym.language.printer import bare_text


class Writer(AtomWriter):
    """Writes rational functions of one algebra: sums, products, quotients and powers of atoms."""

    def write(self, value: Rational, whole: Index | None = None) -> Expr:
        """The shortest of the expanded, the partly and the wholly factored form."""
        if value.is_zero:
            return as_expr(0)
        value = cancelled(value)
        return min(self._forms(value, whole), key=cost)

    def _forms(self, value: Rational, whole: Index | None) -> Iterator[Expr]:
        below = [(p, -n) for p, n in value.den]
        coefficient, mono, primitive = _integral(*value.num.primitive())
        if len(primitive) > 2:
            scale, factors = factored(primitive)
            if len(factors) > 1 or factors[0][1] > 1:
                yield self._signed(self._product(coefficient * scale, mono, [*factors, *below], whole))
        yield self._signed(self._product(coefficient, mono, [(primitive, 1), *below], whole))
        if len(primitive) > 1 and (mono or coefficient != 1):
            nearest = _nearest(value.num)
            rest = value.num.scaled(mono_pow(nearest, -1), 1 / coefficient)
            yield self._signed(self._product(coefficient, nearest, [(rest, 1), *below], whole))
            if below:
                yield self._signed(self._product(fmpq(1), (), [(value.num, 1), *below], whole))
            else:
                yield self.sum_of_terms(value.num, whole)

    def sum_of_terms(self, poly: Poly, whole: Index | None = None) -> Expr:
        """A polynomial written term by term, the positive ones first."""
        written = [(self._term_order(m), self._product(c, m, [], whole)) for m, c in poly]
        terms = [term for _, term in sorted(written, key=lambda w: (w[0], bare_text(w[1][1])))]
        positive = [e for sign, e in terms if sign > 0]
        negative = [e for sign, e in terms if sign < 0]
        if not positive:
            positive, negative = [apply("neg", negative[0])], negative[1:]
        total = positive[0]
        for term in positive[1:]:
            total = total + term
        for term in negative:
            total = total - term
        return total

    @staticmethod
    def _term_order(mono: Mono) -> tuple[Any, ...]:
        """Deltas first, then by descending degree, the constant last."""
        return not mono, -sum(a.head == "delta" for a, _ in mono), -sum(e for _, e in mono)

    @staticmethod
    def _signed(term: tuple[int, Expr]) -> Expr:
        sign, expr = term
        return expr if sign > 0 else negated(expr)

    def _product(
        self, coefficient: fmpq, mono: Mono, factors: Sequence[tuple[Poly, int]], whole: Index | None
    ) -> tuple[int, Expr]:
        """The sign and the rest of a product of a number, atoms and polynomials to powers."""
        sign = 1 if coefficient > 0 else -1
        size = abs(Fraction(int(coefficient.p), int(coefficient.q)))
        above: list[tuple[Any, Expr]] = []
        below: list[tuple[Any, Expr]] = []
        powers, exponent = self._powers(mono, factors)
        for atom, expr in self._named_quantities(powers, whole):
            above.append((self._rank(atom), expr))
        powers = {base: power for base, power in powers.items() if not power.is_zero}
        sign, powers = _signs_apart(sign, powers)
        for base, power in powers.items():
            value = power.constant()
            expr = self._base(base, whole)
            if value in (1, -1) and isinstance(expr, Apply) and expr.head == "neg":
                sign, expr = -sign, expr.args[0]
            if value is not None and value < 0:
                below.append((self._base_rank(base), self._raised(expr, -power, whole)))
            else:
                above.append((self._base_rank(base), self._raised(expr, power, whole)))
        if not exponent.is_zero:
            above.append((_EXP_RANK, apply("exp", self.write(exponent, whole))))
        top = [number(size.numerator)] if size.numerator != 1 else []
        bottom = [number(size.denominator)] if size.denominator != 1 else []
        top += [e for _, e in sorted(above, key=_place)]
        bottom += [e for _, e in sorted(below, key=_place)]
        return sign, quotient(top, bottom)

    def _powers(self, mono: Mono, factors: Sequence[tuple[Poly, int]]) -> tuple[dict[Rational, Rational], Rational]:
        """The bases with their exponents, and the exponent of all exponentials together."""
        powers: dict[Rational, Rational] = {}
        exponent = Rational.of(0)

        def raise_(base: Rational, power: Rational) -> None:
            powers[base] = powers.get(base, Rational.of(0)) + power

        for atom, times in mono:
            power = Rational.of(Fraction(times))
            if atom.head == "root":
                raise_(atom.data[0], power)
            elif atom.head != "exp":
                raise_(self.alg.of(atom), power)
            else:
                body, den = atom.data
                logs = [a for a, e in body if a.head in ("log", "signedlog") and e == 1]
                rest = Poly({tuple(p for p in body if p[0] not in logs[:1]): fmpq(1)})
                if len(logs) == 1:
                    raise_(logs[0].data[0], Rational(rest, den).times(power))
                else:
                    exponent = exponent + Rational(Poly({body: fmpq(1)}), den).times(power)
        for poly, times in factors:
            if poly != Poly.of(1):
                raise_(Rational(poly), Rational.of(times))
        return powers, exponent

    def _named_quantities(self, powers: dict[Rational, Rational], whole: Index | None) -> Iterator[tuple[Atom, Expr]]:
        """The logarithm of a partition function over its inverse temperature as lse, softplus with its parameter, a sum
        over its length as a mean; what they are made of leaves the powers."""
        for base in list(powers):
            atom = single_atom(base)
            if atom is None or powers[base] != Rational.of(1) or self.varies(atom.free, whole):
                continue
            makers = {"log": self._lse, "sum": self._mean, "softplus": self._softplus}
            found = makers[atom.head](atom, powers) if atom.head in makers else None
            if found is not None:
                powers[base] = Rational.of(0)
                yield atom, found

    def _lse(self, atom: Atom, powers: dict[Rational, Rational]) -> Expr | None:
        partition = self.partition(single_atom(atom.data[0]))
        single = None if partition is None else partition.scale.single()
        if partition is None or single is None or single[1] != 1 or not self._taken(single[0], powers):
            return None
        return family("lse", self.vector(partition.values, partition.index), self.write(partition.scale))

    def _taken(self, mono: Mono, powers: dict[Rational, Rational]) -> bool:
        """Take 1 over the product of atoms from the powers, if it is there."""
        for atom, times in mono:
            present = powers.get(self.alg.of(atom), Rational.of(0)).constant()
            if present is None or -present / fmpq(times.numerator, times.denominator) < 1:
                return False
        for atom, times in mono:
            powers[self.alg.of(atom)] += Rational.of(Fraction(times))
        return True

    def _softplus(self, atom: Atom, powers: dict[Rational, Rational]) -> Expr | None:
        (u,) = atom.data
        _, mono = u.num.content()
        for pair in mono:
            if pair[1] == 1 and pair[0].head == "scalar" and self._taken((pair,), powers):
                scale = self.alg.of(pair[0])
                rest = Rational(u.num.scaled(((pair[0], -1),), fmpq(1)), u.den)
                return apply("softplus", self.write(rest), self.write(scale))
        return None

    def _mean(self, atom: Atom, powers: dict[Rational, Rational]) -> Expr | None:
        if atom.head != "sum" or len(atom.data[0]) != 1:
            return None
        (index,), body = atom.data
        length = self.alg.length(self.alg.ranges[index])
        if powers.get(length) != Rational.of(-1):
            return None
        try:
            vector = self.vector(body, index)
        except UnsupportedError:
            return None
        powers[length] = Rational.of(0)
        return apply("mean", vector)

    def _base(self, base: Rational, whole: Index | None) -> Expr:
        """The base of a power."""
        atom = single_atom(base)
        if atom is not None:
            return self.atom(atom, whole)
        if base.den or len(base.num) == 1:
            return self.write(base, whole)
        return self.sum_of_terms(base.num, whole)

    def _rank(self, atom: Atom) -> tuple[int, ...]:
        """Where an atom stands in a product."""
        domain = self.alg.scalars.get(atom.data[0], "") if atom.head == "scalar" else ""
        return _ORDER.index(atom.head), {"length": 0, "positive": 1}.get(domain, 2)

    def _base_rank(self, base: Rational) -> tuple[int, ...]:
        atom = single_atom(base)
        return self._rank(atom) if atom is not None else (len(_ORDER) + 1, len(base.num))

    def _raised(self, base: Expr, power: Rational, whole: Index | None) -> Expr:
        if power == Rational.of(1):
            return base
        if power == Rational.of(Fraction(1, 2)):
            return apply("sqrt", base)
        return base ** self.write(power, whole)


_ORDER = ("scalar", "pi", "position", "count", "sum", "log", "covariance", "moment", "max", "prod", "root", "entry",
          "abs", "sign", "hard", "first", "sparse", "share", "sigmoid", "softplus", "delta", "signedlog")  # fmt: skip
_EXP_RANK = (len(_ORDER), 0)


def _place(factor: tuple[tuple[int, ...], Expr]) -> tuple[tuple[int, ...], str]:
    """Where a factor stands in a product: by what it is, then by its text."""
    return factor[0], bare_text(factor[1])


def _nearest(poly: Poly) -> Mono:
    """The atoms that all terms have with exponents of one sign, each to its exponent nearest to 0."""
    exponents = [dict(mono) for mono in poly.terms]
    found = []
    for atom in sorted(poly.atoms, key=lambda a: a.number):
        own = [e.get(atom, 0) for e in exponents]
        if min(own) > 0 or max(own) < 0:
            found.append((atom, min(own) if min(own) > 0 else max(own)))
    return tuple(found)


def _integral(coefficient: fmpq, mono: Mono, primitive: Poly) -> tuple[fmpq, Mono, Poly]:
    """The same product with coprime integers as the polynomial's coefficients."""
    numbers = list(primitive.terms.values())
    scale = fmpq(gcd(*(int(c.p) for c in numbers)), lcm(*(int(c.q) for c in numbers)))
    return coefficient * scale, mono, primitive.scaled((), 1 / scale)


def _signs_apart(sign: int, powers: dict[Rational, Rational]) -> tuple[int, dict[Rational, Rational]]:
    """A sign taken out of sums with negative terms only, and given to a sum with terms of both signs."""
    result: dict[Rational, Rational] = {}
    for base, power in powers.items():
        odd = (value := power.constant()) is not None and value.q == 1 and value.p % 2 != 0
        if odd and len(base.num) > 1 and all(c < 0 for _, c in base.num):
            base, sign = -base, -sign
        result[base] = power
    if sign > 0:
        return sign, result
    for base, power in result.items():
        if power == Rational.of(1) and not base.den and len(base.num) > 1:
            return 1, {(-b if b is base else b): p for b, p in result.items()}
    return sign, result


def negated(expr: Expr) -> Expr:
    """-expr, its sign put where it reads best."""
    if isinstance(expr, Apply) and expr.head == "neg":
        return expr.args[0]
    if isinstance(expr, Apply) and expr.head == "sub":
        return apply("sub", expr.args[1], expr.args[0])
    if isinstance(expr, Apply) and expr.head in ("mul", "div"):
        return apply(expr.head, negated(expr.args[0]), expr.args[1])
    return apply("neg", expr)


def quotient(top: list[Expr], bottom: list[Expr]) -> Expr:
    """The product of ``top`` over the product of ``bottom``."""
    above, below = product(top), product(bottom)
    return above if not bottom else apply("div", above, below)


def product(factors: list[Expr]) -> Expr:
    """The product, 1 if there are no factors."""
    result = factors[0] if factors else as_expr(1)
    for factor in factors[1:]:
        result = apply("mul", result, factor)
    return result


def cost(expr: Expr) -> int:
    """How long an expression is to read; explicit bound indices, exponentials, logarithms and entropies count more."""
    total = 0
    for node in walk(expr):
        head = getattr(node, "head", "")
        total += 1 + 3 * (head in ("exp", "log", "entropy")) + 3 * (head == "sum" and len(node.args) == 2)  # type: ignore[attr-defined]
    return total
