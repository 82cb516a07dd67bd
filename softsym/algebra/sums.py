"""Indexed sums in normal form: what does not depend on the index leaves, deltas contract, the rest is a generator.

A generator is an atom ``sum(bounds, body)`` whose body is one monomial, possibly over denominators that depend on the
bounds; its bound indices have canonical names and carry their ranges, so that sums over N and over M differ.
"""

from __future__ import annotations

from itertools import permutations
from math import comb
from typing import Any

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import Algebra
from softsym.algebra.polynomial import (
    ONE,
    Atom,
    Factors,
    Index,
    Mono,
    Poly,
    Rational,
    cancelled,
    order_key,
)
from softsym.algebra.quotients import expanded
from softsym.errors import BudgetError, UnsupportedError
from softsym.symbols import Length

MAX_BOUND = 5


def sum_over(alg: Algebra, value: Rational, index: Index) -> Rational:
    """The sum of ``value`` over a bound index."""
    if index in frozenset().union(*(p.free for p, _ in value.den)):
        total = Rational.of(0)
        for part in _proper(alg, cancelled(value), index):
            total = total + _sum_terms(alg, part, index)
        return total
    return _sum_terms(alg, value, index)


def _sum_terms(alg: Algebra, value: Rational, index: Index) -> Rational:
    outside = tuple((p, n) for p, n in value.den if index not in p.free)
    inside = tuple((p, n) for p, n in value.den if index in p.free)
    total = Rational.of(0)
    for mono, coefficient in value.num:
        total = total + _sum_term(alg, mono, coefficient, inside, index)
    return elementary.multiply(alg, total, Rational(ONE, outside))


def _sum_term(alg: Algebra, mono: Mono, coefficient: fmpq, inside: Factors, index: Index) -> Rational:
    free = tuple(pair for pair in mono if index not in pair[0].free)
    bound = tuple(pair for pair in mono if index in pair[0].free)
    scale = Rational(Poly({free: coefficient}))
    return elementary.multiply(alg, scale, make_generator(alg, [index], Rational(Poly({bound: fmpq(1)}), inside)))


def make_generator(alg: Algebra, bounds: list[Index], body: Rational) -> Rational:
    """The sum of ``body`` over several bound indices."""
    single = len(body.num) == 1
    if not single:
        for index in bounds:
            body = sum_over(alg, body, index)
        return body
    for index in bounds:
        parts = _proper(alg, body, index)
        if len(parts) > 1:
            total = Rational.of(0)
            for part in parts:
                total = total + make_generator(alg, bounds, part)
            return total
    ((mono, coefficient),) = body.num
    mono, den, bounds = _flattened(alg, mono, body.den, list(bounds))
    if len(bounds) > MAX_BOUND:
        raise BudgetError(f"a sum over {len(bounds)} indices at once is too large")
    body = Rational(Poly({mono: coefficient}), den)
    contracted = _contract(alg, bounds, body) or _hard(alg, bounds, body)
    if contracted is not None:
        return contracted
    return _components(alg, bounds, mono, coefficient, body.den)


def _flattened(alg: Algebra, mono: Mono, den: Factors, bounds: list[Index]) -> tuple[Mono, Factors, list[Index]]:
    """Inner sums that depend on a bound index become further bound indices, each factor with its own."""
    from softsym.algebra.renaming import rename

    result = Rational(ONE, den)
    for atom, exponent in mono:
        natural = isinstance(exponent, int) and 0 < exponent <= MAX_BOUND
        if atom.head != "sum" or not natural or not atom.free & set(bounds):
            result = result.times(Rational(Poly({((atom, exponent),): fmpq(1)})))
            continue
        for _ in range(int(exponent)):
            fresh = {k: alg.fresh_index(alg.ranges[k]) for k in atom.data[0]}
            result = result.times(rename(alg, atom.data[1], fresh))
            bounds.extend(fresh.values())
    ((flat, _),) = result.num  # a generator's body is one term, and renaming to fresh indices keeps it so
    return flat, result.den, bounds


def _contract(alg: Algebra, bounds: list[Index], body: Rational) -> Rational | None:
    """The sum with one delta contracted: the sum over k of delta(k, i)*f(k) is f(i), if i is in the range of k."""
    from softsym.algebra.renaming import rename

    ((mono, _),) = body.num
    delta = next((a for a, _ in mono if a.head == "delta" and set(a.data) & set(bounds)), None)
    if delta is None:
        return None
    left, right = delta.data
    bound, other = (left, right) if left in bounds else (right, left)
    _check_range(alg, bound, other)
    rest = Rational(Poly({tuple(p for p in m if p[0] is not delta): c for m, c in body.num}), body.den)
    remaining = [k for k in bounds if k != bound]
    value = rename(alg, rest, {bound: other})
    return make_generator(alg, remaining, value) if remaining else value


def _check_range(alg: Algebra, bound: Index, other: Index) -> None:
    if isinstance(other, int):
        length = alg.ranges[bound]
        if length.is_literal and other > length.constant:
            raise UnsupportedError(f"the index {other} is beyond the length {length}")
    elif alg.ranges.get(bound) != alg.ranges.get(other):
        raise UnsupportedError("a Kronecker delta of indices with different ranges")


def _hard(alg: Algebra, bounds: list[Index], body: Rational) -> Rational | None:
    """Where hard(z[k]) is not 0, z[k] is the maximum: the sum of hard(z[k])*f(z[k]) is f(max z); so for first.

    The sparsemax of a family sums to 1.
    """
    if len(bounds) != 1 or body.den:
        return None
    ((mono, coefficient),) = body.num
    found = next(
        (a for a, e in mono if a.head in ("hard", "first", "sparse") and bounds[0] in a.data[0].free and e == 1), None
    )
    if found is None or not own_family(alg, found, bounds[0]):
        return None
    value, members = found.data[0], found.data[-1]
    from softsym.algebra.families import make_family

    largest = make_family(alg, "max", [], list(members))
    rest = tuple(pair for pair in mono if pair[0] is not found)
    single = value.single()
    if any(bounds[0] in a.free for a, _ in rest):
        if found.head == "sparse" or single is None or len(single[0]) != 1 or single[0][0][1] != 1:
            return None
        atom, by = single[0][0][0], elementary.multiply(alg, largest, Rational.of(1 / single[1]))
        replaced = _replace(alg, Rational(Poly({rest: coefficient})), atom, by)
        return None if replaced is None or bounds[0] in replaced.free else replaced
    return Rational(Poly({rest: coefficient}))


def own_family(alg: Algebra, hard: Atom, index: Index) -> bool:
    """Whether the sum's index runs over exactly the family whose maximum the indicator is about."""
    from softsym.algebra.renaming import rename

    value, members = hard.data[0], hard.data[-1]
    if len(members) != 1 or members[0].index is None or members[0].excluded:
        return False
    member = members[0]
    return alg.ranges[member.index] == alg.ranges[index] and rename(alg, member.body, {member.index: index}) == value


def _replace(alg: Algebra, value: Rational, atom: Atom, by: Rational) -> Rational | None:
    """The monomial with an entry replaced where it stands bare or in an exponential."""
    ((mono, coefficient),) = value.num
    result = Rational.of(coefficient)
    for factor, exponent in mono:
        base = alg.of(factor)
        if factor is atom:
            base = by
        elif factor.head == "exp" and not factor.data[1] and any(a is atom for a, _ in factor.data[0]):
            inner = _replace(alg, Rational(Poly({factor.data[0]: fmpq(1)})), atom, by)
            if inner is None:
                return None
            base = elementary.exp(alg, inner)
        result = elementary.multiply(alg, result, elementary.power(alg, base, Rational.of(exponent)))
    return result


def _components(alg: Algebra, bounds: list[Index], mono: Mono, coefficient: fmpq, den: Factors) -> Rational:
    """A product of sums where the body separates."""
    parts: list[tuple[set[Index], list[Any], list[Any]]] = [({k}, [], []) for k in bounds]
    outer: list[Any] = []
    outer_den: list[Any] = []
    for number, (item, uses) in enumerate([*((p, p[0].free) for p in mono), *((f, f[0].free) for f in den)]):
        touched = [p for p in parts if p[0] & uses]
        slot = 1 if number < len(mono) else 2
        if not touched:
            (outer if slot == 1 else outer_den).append(item)
            continue
        merged = touched[0]
        for other in touched[1:]:
            merged = (merged[0] | other[0], merged[1] + other[1], merged[2] + other[2])
            parts.remove(other)
        parts[parts.index(touched[0])] = merged
        (merged[1] if slot == 1 else merged[2]).append(item)
    result = Rational(Poly({tuple(outer): coefficient}), tuple(outer_den))
    for indices, atoms, factors in parts:
        mine = [k for k in bounds if k in indices]
        atoms.sort(key=lambda pair: pair[0].number)
        result = elementary.multiply(alg, result, _canonical(alg, mine, tuple(atoms), tuple(factors)))
    return result


def _canonical(alg: Algebra, bounds: list[Index], mono: Mono, den: Factors) -> Rational:
    """The generator of a body that does not separate, its bound indices named canonically."""
    if not mono and not den:
        return alg.length(alg.ranges[bounds[0]])
    if not den and len(mono) == 1 and _sums_to_one(alg, mono[0]):
        return Rational.of(1)
    if not den and len(mono) == 1 and mono[0][0].head == "position" and isinstance(mono[0][1], int) and mono[0][1] > 0:
        return _power_sum(alg, alg.ranges[bounds[0]], mono[0][1])
    depth = 1 + max([a.depth for a, _ in mono] + [p.depth for p, _ in den], default=0)
    best = min((_named(alg, order, mono, den, depth) for order in permutations(bounds)), key=_rank)
    names, body = best
    free = body.free - set(names)
    return alg.of(alg.atom("sum", names, body, free=free, depth=depth))


def _power_sum(alg: Algebra, length: Length, power: int) -> Rational:
    """1**m + 2**m + ... + n**m, by Faulhaber's formula."""
    total, n = Rational.of(0), alg.length(length)
    for j in range(power + 1):
        number = fmpq.bernoulli(j) * (-1) ** j * comb(power + 1, j) / (power + 1)
        term = elementary.integer_power(alg, n, power + 1 - j)
        total = total + elementary.multiply(alg, Rational.of(number), term)
    return total


def _sums_to_one(alg: Algebra, pair: tuple[Atom, Any]) -> bool:
    atom, exponent = pair
    if atom.head == "share":
        return exponent == 1 and isinstance(atom.data[1], tuple) and not _inside(atom)
    return (
        exponent == 1
        and atom.head == "entry"
        and isinstance(atom.data[1], tuple)
        and alg.vectors[atom.data[0]].domain in ("distribution", "simplex", "onehot")
    )


def _inside(share: Atom) -> bool:
    """Whether the whole depends on the index of the share, so that the shares do not sum to 1 over it."""
    return share.data[1] in share.data[0].free


def _named(
    alg: Algebra, order: tuple[Index, ...], mono: Mono, den: Factors, depth: int
) -> tuple[tuple[Index, ...], Rational]:
    from softsym.algebra.renaming import rename

    names = tuple(alg.bound_index(depth, n, alg.ranges[k]) for n, k in enumerate(order))
    renamed = rename(alg, Rational(Poly({mono: fmpq(1)}), den), dict(zip(order, names, strict=True)))
    return names, renamed


def _rank(named: tuple[tuple[Index, ...], Rational]) -> Any:
    names, body = named
    below = sorted(sorted(map(order_key, p.terms)) for p, _ in body.den)
    return names, sorted(order_key(m) for m, _ in body.num), below


def _proper(alg: Algebra, value: Rational, index: Index) -> list[Rational]:
    """The parts of a quotient whose one denominator that depends on the index its numerator is expanded in."""
    inside = [p for p, _ in value.den if index in p.free]
    main = _main_atom(alg, inside[0], index) if len(inside) == 1 else None
    return [value] if main is None else expanded(alg, value, inside[0], main)


def _main_atom(alg: Algebra, poly: Poly, index: Index) -> Atom | None:
    """The atom in whose powers a denominator is divided by, the same however the bound index is called."""
    from softsym.algebra.renaming import rename_atom

    own = [a for a in poly.atoms if index in a.free]
    if len(own) == 1:
        return own[0]
    if any(isinstance(k, tuple) for k in poly.free - {index}):
        return None  # for each of several bound indices another atom would be the main one
    name = alg.bound_index(poly.depth + 1, 0, alg.ranges[index])
    ranked = {a: rename_atom(alg, a, {index: name}).single() for a in own}
    return min(own, key=lambda a: order_key(ranked[a][0]) if ranked[a] else (), default=None)  # type: ignore[index]
