"""Polynomials and rational functions in atoms, beside SymPy."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from softsym.algebra.context import Algebra
from softsym.algebra.polynomial import Mono, Poly, Rational, cancelled, factored, inverse, mono_mul, mono_pow

ALGEBRA = Algebra(scalars=dict.fromkeys("abc", "positive"))
ATOMS = tuple(ALGEBRA.atom("scalar", name) for name in "abc")
SYMBOLS = dict(zip(ATOMS, sympy.symbols("a b c", positive=True), strict=True))
QUICK = settings(max_examples=25, deadline=None)
COEFFICIENTS = st.sampled_from([fmpq(n, d) for n in (-6, -2, -1, 1, 2, 3) for d in (1, 2, 5)])


def monomials(exponents: st.SearchStrategy[Any]) -> st.SearchStrategy[Mono]:
    return st.tuples(exponents, exponents, exponents).map(
        lambda powers: tuple((a, e) for a, e in zip(ATOMS, powers, strict=True) if e)
    )


NATURAL = monomials(st.integers(0, 2))
ANY = monomials(st.sampled_from([-2, -1, 0, 1, 2, Fraction(1, 2), Fraction(-3, 2), Fraction(1, 3)]))


def polys(mono: st.SearchStrategy[Mono], size: int = 3) -> st.SearchStrategy[Poly]:
    return st.dictionaries(mono, COEFFICIENTS, min_size=1, max_size=size).map(Poly)


def as_sympy(value: Poly | Rational) -> Any:
    if isinstance(value, Rational):
        return as_sympy(value.num) / sympy.Mul(*(as_sympy(p) ** n for p, n in value.den))
    return sympy.Add(*(_term(m, c) for m, c in value))


def _term(mono: Mono, coefficient: fmpq) -> Any:
    powers = (SYMBOLS[a] ** sympy.Rational(Fraction(e)) for a, e in mono)
    return sympy.Rational(int(coefficient.p), int(coefficient.q)) * sympy.Mul(*powers)


def same(left: Any, right: Any) -> bool:
    return bool(sympy.powsimp(sympy.expand(left - right)) == 0 or sympy.simplify(left - right) == 0)


@QUICK
@given(polys(ANY), polys(ANY), polys(ANY))
def test_polynomials_are_a_ring(p: Poly, q: Poly, r: Poly) -> None:
    assert p + q == q + p
    assert p * q == q * p
    assert p * (q + r) == p * q + p * r
    assert p + -p == Poly()
    assert hash(p * q) == hash(q * p)


@QUICK
@given(polys(ANY), polys(ANY))
def test_sums_and_products_are_sympys(p: Poly, q: Poly) -> None:
    assert same(as_sympy(p + q), as_sympy(p) + as_sympy(q))
    assert same(as_sympy(p * q), as_sympy(p) * as_sympy(q))


@QUICK
@given(ANY, ANY, st.sampled_from([0, 1, -2, Fraction(1, 2)]))
def test_monomials(m: Mono, n: Mono, power: Any) -> None:
    assert mono_mul(m, n) == mono_mul(n, m)
    assert mono_mul(m, mono_pow(m, -1)) == ()
    assert mono_pow(mono_mul(m, n), power) == mono_mul(mono_pow(m, power), mono_pow(n, power))
    assert [a.number for a, _ in mono_mul(m, n)] == sorted(a.number for a, _ in mono_mul(m, n))


@QUICK
@given(polys(ANY))
def test_primitive_parts(p: Poly) -> None:
    coefficient, mono, primitive = p.primitive()
    assert primitive.scaled(mono, coefficient) == p
    assert all(min(dict(m).get(a, 0) for m in primitive.terms) == 0 for a in primitive.atoms)
    assert primitive.primitive() == (fmpq(1), (), primitive)


@QUICK
@given(polys(ANY), COEFFICIENTS, ANY)
def test_a_term_does_not_change_the_primitive_part(p: Poly, coefficient: fmpq, mono: Mono) -> None:
    assert p.scaled(mono, coefficient).primitive()[2] == p.primitive()[2]


@QUICK
@given(polys(NATURAL), polys(NATURAL))
def test_factors_multiply_to_the_polynomial(p: Poly, q: Poly) -> None:
    unit, factors = factored(p * q)
    product = Poly.of(unit)
    for factor, power in factors:
        for _ in range(power):
            product = product * factor
    assert product == p * q
    whole = sympy.factor_list(as_sympy(p * q))[1]
    assert sum(n for _, n in factors) == sum(n for _, n in whole)


def quotient(num: Poly, *below: tuple[Poly, int]) -> Rational:
    value = Rational(num)
    for poly, power in below:
        for _ in range(power):
            value = value.times(inverse(Rational(poly)))
    return value


@QUICK
@given(polys(ANY), polys(NATURAL, 2), polys(NATURAL, 2), st.integers(1, 2))
def test_common_factors_are_cancelled(num: Poly, common: Poly, other: Poly, power: int) -> None:
    value = quotient(num * common, (common, power), (other, 1))
    found = cancelled(value)
    assert same(as_sympy(found), as_sympy(num * common) / as_sympy(common) ** power / as_sympy(other))
    assert cancelled(found) == found
    assert all(p.primitive() == (fmpq(1), (), p) for p, _ in found.den)


@QUICK
@given(polys(NATURAL), polys(NATURAL, 2), polys(NATURAL, 2))
def test_nothing_common_is_left(num: Poly, common: Poly, other: Poly) -> None:
    found = cancelled(quotient(num * common, (common, 1), (other, 1)))
    top = as_sympy(found.num.primitive()[2])
    assert all(sympy.gcd(top, as_sympy(p)).is_number for p, _ in found.den)


@QUICK
@given(polys(ANY), polys(NATURAL, 2), polys(NATURAL, 2))
def test_equal_quotients_have_a_zero_difference(num: Poly, below: Poly, factor: Poly) -> None:
    one = quotient(num, (below, 1))
    other = quotient(num * factor, (below, 1), (factor, 1))
    assert (one - other).is_zero
    assert not (one - other + Rational.of(1)).is_zero


def test_a_degree_beyond_reach_is_left_whole() -> None:
    long = Poly({((ATOMS[0], Fraction(3995999, 5002000)),): fmpq(1), (): fmpq(-1)})
    assert factored(long) == (1, [(long, 1)])
    quotient = Rational(long, ((Poly({((ATOMS[0], Fraction(1, 5002000)),): fmpq(1), (): fmpq(-1)}), 1),))
    assert cancelled(quotient) == quotient
