"""Generators of sums and families of values: what is the same is one atom, what is not is two."""

from __future__ import annotations

import pytest

from softsym.algebra import elementary
from softsym.algebra.context import Algebra
from softsym.algebra.families import Member, make_family
from softsym.algebra.polynomial import Index, Rational
from softsym.algebra.renaming import entry, kronecker, rename
from softsym.algebra.sums import sum_over
from softsym.symbols import VECTOR, Length

N, M = Length.of("N"), Length.of("M")
HEADS = ["max", "count"]


@pytest.fixture
def alg() -> Algebra:
    return Algebra(vectors={"z": VECTOR, "w": VECTOR}, ranges={"i": N, "j": N})


def exponential(alg: Algebra, vector: str, index: Index) -> Rational:
    return elementary.exp(alg, entry(alg, vector, index))


def total(alg: Algebra, length: Length = N, vector: str = "z") -> Rational:
    k = alg.fresh_index(length)
    return sum_over(alg, exponential(alg, vector, k), k)


def test_a_sum_is_the_same_whatever_its_index_is_called(alg: Algebra) -> None:
    assert total(alg) == total(alg)
    assert total(alg) != total(alg, vector="w")


def test_sums_over_two_lengths_are_two(alg: Algebra) -> None:
    assert total(alg, N) != total(alg, M)
    assert total(alg, N) != total(alg, N - 1)


def test_double_sums_do_not_depend_on_their_order(alg: Algebra) -> None:
    found = []
    for first in (0, 1):
        k, m = alg.fresh_index(N), alg.fresh_index(N)
        body = elementary.exp(alg, elementary.multiply(alg, entry(alg, "z", k), entry(alg, "w", m)))
        inner, outer = ((k, m), (m, k))[first]
        found.append(sum_over(alg, sum_over(alg, body, inner), outer))
    assert found[0] == found[1]


def test_a_product_of_sums_separates(alg: Algebra) -> None:
    k, m = alg.fresh_index(N), alg.fresh_index(M)
    body = elementary.multiply(alg, exponential(alg, "z", k), exponential(alg, "w", m))
    double = sum_over(alg, sum_over(alg, body, k), m)
    assert double == elementary.multiply(alg, total(alg), total(alg, M, "w"))


def test_deltas_contract(alg: Algebra) -> None:
    k = alg.fresh_index(N)
    body = elementary.multiply(alg, kronecker(alg, k, "i"), exponential(alg, "z", k))
    assert sum_over(alg, body, k) == exponential(alg, "z", "i")
    assert kronecker(alg, "i", "j").is_zero
    assert kronecker(alg, "i", "i") == Rational.of(1)


def test_a_constant_sums_to_the_length(alg: Algebra) -> None:
    k, m = alg.fresh_index(N), alg.fresh_index(M)
    assert sum_over(alg, Rational.of(1), k) == alg.length(N)
    assert sum_over(alg, exponential(alg, "z", "i"), m) == elementary.multiply(
        alg, alg.length(M), exponential(alg, "z", "i")
    )


def test_renaming_a_free_index_reaches_into_sums(alg: Algebra) -> None:
    k = alg.fresh_index(N)
    product = elementary.multiply(alg, entry(alg, "z", k), entry(alg, "z", "i"))
    value = sum_over(alg, elementary.exp(alg, product), k)
    assert value.free == {"i"}
    moved = rename(alg, value, {"i": "j"})
    assert moved != value
    assert rename(alg, moved, {"j": "i"}) == value


def test_a_bound_denominator_is_written_in_its_own_powers(alg: Algebra) -> None:
    k = alg.fresh_index(N)
    below = Rational.of(1) + exponential(alg, "z", k)
    share = elementary.divide(alg, exponential(alg, "z", k), below)
    rest = elementary.divide(alg, Rational.of(1), below)
    whole = sum_over(alg, share, k) + sum_over(alg, rest, k)
    assert (whole - alg.length(N)).is_zero


def family(alg: Algebra, head: str, body: Rational, index: Index) -> Rational:
    return make_family(alg, head, [], [Member(body, index)])


def test_extrema_take_shifts_and_scales_out(alg: Algebra) -> None:
    k = alg.fresh_index(N)
    plain = family(alg, "max", entry(alg, "z", k), k)
    shifted = family(alg, "max", entry(alg, "z", k) + entry(alg, "w", "i"), k)
    assert shifted == plain + entry(alg, "w", "i")
    doubled = family(alg, "max", entry(alg, "z", k) + entry(alg, "z", k), k)
    assert doubled == plain + plain
    flipped = family(alg, "max", -entry(alg, "z", k), k)
    assert flipped != -plain


@pytest.mark.parametrize("head", HEADS)
def test_families_are_canonical_under_renaming(alg: Algebra, head: str) -> None:
    k, m, n = alg.fresh_index(N), alg.fresh_index(N), alg.fresh_index(M)
    assert family(alg, head, entry(alg, "z", k), k) == family(alg, head, entry(alg, "z", m), m)
    assert family(alg, head, entry(alg, "z", k), k) != family(alg, head, entry(alg, "z", n), n)


def test_members_in_any_order_are_one_maximum(alg: Algebra) -> None:
    def largest(*vectors: str) -> Rational:
        indices = [alg.fresh_index(N) for _ in vectors]
        return make_family(alg, "max", [], [Member(entry(alg, v, k), k) for v, k in zip(vectors, indices, strict=True)])

    assert largest("z", "w") == largest("w", "z")
    assert largest("z", "z") == largest("z")


def test_ties_count_every_member(alg: Algebra) -> None:
    k, m = alg.fresh_index(N), alg.fresh_index(N)
    both = make_family(alg, "count", [], [Member(entry(alg, "z", k), k), Member(entry(alg, "z", m), m)])
    assert both != family(alg, "count", entry(alg, "z", k), k)
    same = make_family(alg, "count", [], [Member(Rational.of(0), k), Member(Rational.of(0), m)])
    assert same == alg.length(N) + alg.length(N)


def test_the_exponential_goes_through_a_maximum(alg: Algebra) -> None:
    k = alg.fresh_index(N)
    assert family(alg, "max", exponential(alg, "z", k), k) == elementary.exp(
        alg, family(alg, "max", entry(alg, "z", k), k)
    )
