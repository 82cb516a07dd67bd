"""Changes of atoms that make a normal form readable: shares of sums (softmax), sigmoids, softplus, covariances.

Each change is an identity, such as ``exp(u[i]) = Z*p[i]`` with ``p`` the shares of the sum ``Z`` of ``exp(u)``, carried
through the whole expression. Whether it makes the expression shorter is seen when it is written out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import comb
from typing import TypeAlias

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NONNEGATIVE, POSITIVE, Algebra
from softsym.algebra.parts import all_atoms, parts
from softsym.algebra.polynomial import Atom, Exponent, Index, Mono, Poly, Rational, mono_mul, mono_pow
from softsym.algebra.rebuilding import Rebuilding
from softsym.algebra.renaming import covariance, moment, raised, rename, rename_atom, share
from softsym.algebra.sums import sum_over

MAX_MOMENT = 9
"""Moments of this order and above stay as they are."""
Change: TypeAlias = Callable[[Rational], Rational]


def changes(alg: Algebra, value: Rational) -> Iterator[Change]:
    """The changes of atoms that may make a rational function shorter."""
    atoms = all_atoms(value)
    for pair in _pairs(value, atoms):
        yield from _sigmoids(alg, *pair)
    wholes = [a for a in atoms if a.head == "sum" and len(a.data[0]) == 1]
    divisors = _divisors(value, atoms)
    for atom in wholes:
        for pivot in _pivots(alg, atom) if atom in divisors else ():
            yield _shares(alg, atom, pivot)
    for atom in wholes:
        yield from _covariances(alg, atom)
    for atom in {a.data[0]: None for a in atoms if a.head == "share"}:
        yield from _log_shares(alg, atom)


def _divisors(value: Rational, atoms: list[Atom]) -> set[Atom]:
    """The atoms that stand below a fraction line."""
    found: set[Atom] = set()
    for rational in (value, *(v for a in atoms for v in parts(a) if isinstance(v, Rational))):
        found |= {a for p, _ in rational.den for a in p.atoms}
        found |= {a for poly in (rational.num,) for mono in poly.terms for a, e in mono if e < 0}
    return found


def settled(alg: Algebra, value: Rational, last: tuple[Index, ...]) -> Rational:
    """Where a term has the delta of i and j, its other factors have i for j; the indices ``last`` give way."""

    def firmness(index: Index) -> tuple[int, int, str]:
        return (int, str, tuple).index(type(index)), last.index(index) + 1 if index in last else 0, str(index)

    total = Rational.of(0)
    for mono, coefficient in value.num:
        total = total + _settled_term(alg, Rational(Poly({mono: coefficient}), value.den), firmness)
    return total


def _settled_term(alg: Algebra, term: Rational, firmness: Callable[[Index], object]) -> Rational:
    ((mono, _),) = term.num
    for delta in [a for a, _ in mono if a.head == "delta"]:
        stays, goes = sorted(delta.data, key=firmness)  # type: ignore[arg-type]
        rest = Rational(Poly({tuple(p for p in m if p[0] is not delta): c for m, c in term.num}), term.den)
        if goes in rest.free:
            moved = elementary.multiply(alg, rename(alg, rest, {goes: stays}), alg.of(delta))
            return settled(alg, moved, ()) if len(moved.num) != 1 else _settled_term(alg, moved, firmness)
    return term


# shares of a sum


def _pivots(alg: Algebra, whole: Atom) -> list[tuple[Atom, Exponent]]:
    """The factors of a sum's terms that the share of a term may replace."""
    (index,), body = whole.data
    ((mono, _),) = body.num
    own = [(a, e) for a, e in mono if index in a.free]
    exponentials = [(a, e) for a, e in own if a.head == "exp" and a.free == {index} and not _is_power(a)]
    if exponentials:
        return exponentials
    return own if [a.head for a, _ in own] == ["entry"] and own[0][1] == 1 and not body.den else []


def _is_power(exponential: Atom) -> bool:
    """Whether the exponential is a power ``exp(r*log(x[k]))``."""
    return any(a.head in ("log", "signedlog") and a.free for a, _ in exponential.data[0])


def _shares(alg: Algebra, whole: Atom, pivot: tuple[Atom, Exponent]) -> Change:
    (index,), body = whole.data
    atom, exponent = pivot
    rest = elementary.divide(alg, body, Rational(Poly({(pivot,): fmpq(1)})))

    def value(place: Index) -> Rational:
        own = share(alg, whole, place)
        alg.facts.setdefault((Rational.of(1) - own).num, NONNEGATIVE)
        term = elementary.multiply(alg, own, alg.of(whole))
        term = elementary.divide(alg, term, rename(alg, rest, {index: place}))
        return raised(alg, term, _inverted(exponent))

    def replacement(found: Atom) -> Rational | None:
        if found is whole:
            return alg.of(whole)
        place = _place(alg, atom, index, found)
        return None if place is None else value(place)

    return lambda value: Rebuilding(alg, replacement).of(value)


def _log_shares(alg: Algebra, whole: Atom) -> Iterator[Change]:
    """For shares of exp(c*z): the entries z[i] as (log(share[i]) + log(whole))/c."""
    (index,), body = whole.data
    single = body.single()
    if single is None or [a.head for a, _ in single[0]] != ["exp"] or single[0][0][0].data[1]:
        return
    exponential, times = single[0][0]
    own = [(a, e) for a, e in exponential.data[0] if index in a.free]
    if len(own) != 1 or own[0][0].head != "entry" or own[0][1] != 1:
        return
    scale = mono_mul(exponential.data[0], ((own[0][0], -1),))
    down = Rational(Poly({mono_pow(scale, -1): 1 / fmpq(times.numerator, times.denominator)}))

    def replacement(found: Atom) -> Rational | None:
        place = None if found is whole else _place(alg, own[0][0], index, found)
        if place is None:
            return alg.of(whole) if found is whole else None
        logs = elementary.log(alg, share(alg, whole, place)) + elementary.log(alg, alg.of(whole))
        return elementary.multiply(alg, logs, down)

    yield lambda value: Rebuilding(alg, replacement).of(value)


def _inverted(exponent: Exponent) -> Exponent:
    inverse = 1 / Fraction(exponent)
    return inverse.numerator if inverse.denominator == 1 else inverse


def _place(alg: Algebra, pattern: Atom, index: Index, found: Atom) -> Index | None:
    """The index at which an atom is the pattern's instance."""
    if found.head != pattern.head:
        return None
    for place in found.free:
        if isinstance(place, int) or alg.ranges.get(place) == alg.ranges.get(index):
            single = rename_atom(alg, pattern, {index: place}).single()
            if single is not None and single[0] == ((found, 1),):
                return place
    return None


# sigmoids


def _pairs(value: Rational, atoms: list[Atom]) -> Iterator[tuple[Mono, Mono]]:
    """The sums of two terms that stand in denominators, logarithms and powers."""
    logs = [a.data[0] for a in atoms if a.head == "log"]
    polys = [v.num for v in logs]
    for rational in (value, *(v for a in atoms for v in parts(a) if isinstance(v, Rational))):
        polys += [p for p, _ in rational.den]
    for poly in dict.fromkeys(polys):
        if len(poly) == 2 and len(set(poly.terms.values())) == 1:
            first, second = sorted(poly.terms, key=len)
            yield first, second
            if first:
                yield second, first


def _sigmoids(alg: Algebra, first: Mono, second: Mono) -> Iterator[Change]:
    """For 1 + exp(u): log(1 + exp(u)) as softplus(u), then exp(u) as s/(1 - s) with s = sigmoid(u)."""
    ratio = mono_mul(second, mono_pow(first, -1))
    if not ratio or any(a.head != "exp" for a, _ in ratio):
        return
    u = _logarithm(ratio)
    softplus = _softplus(alg, first, second, u)
    yield softplus
    for pivot, exponent in ratio:
        if abs(exponent) == 1:
            yield _after(softplus, _sigmoid(alg, u, ratio, (pivot, int(exponent))))


def _after(first: Change, second: Change) -> Change:
    return lambda value: second(first(value))


def _logarithm(mono: Mono) -> Rational:
    """The logarithm of a product of exponentials."""
    total = Rational.of(0)
    for atom, exponent in mono:
        total = total + Rational(Poly({atom.data[0]: fmpq(exponent.numerator, exponent.denominator)}), atom.data[1])
    return total


def _own_index(u: Rational, pivot: Atom) -> Index | None:
    """The one index that u depends on, so that the same change applies at every index."""
    free = tuple(u.free)
    return free[0] if len(free) == 1 and pivot.free == u.free and not isinstance(free[0], int) else None


def _function(alg: Algebra, head: str, u: Rational) -> Rational:
    return alg.of(alg.atom(head, u, free=u.free, depth=u.depth))


def _softplus(alg: Algebra, first: Mono, second: Mono, u: Rational) -> Change:
    argument = Rational(Poly({first: fmpq(1), second: fmpq(1)}))
    log = alg.atom("log", argument, free=argument.free, depth=argument.depth)
    value = elementary.log(alg, Rational(Poly({first: fmpq(1)}))) + _function(alg, "softplus", u)
    return _everywhere(alg, log, value, _own_index(u, log))


def _sigmoid(alg: Algebra, u: Rational, ratio: Mono, pivot: tuple[Atom, Exponent]) -> Change:
    atom, exponent = pivot
    own = _function(alg, "sigmoid", u)
    complement = Rational.of(1) - own
    alg.facts.setdefault(complement.num, POSITIVE)
    rest = Rational(Poly({mono_mul(ratio, ((atom, -exponent),)): fmpq(1)}))
    odds = elementary.divide(alg, elementary.divide(alg, own, complement), rest)
    return _everywhere(alg, atom, raised(alg, odds, exponent), _own_index(u, atom))


def _everywhere(alg: Algebra, pattern: Atom, value: Rational, index: Index | None) -> Change:
    """The change of an atom, and of its instances at other indices, into a value."""

    def replacement(found: Atom) -> Rational | None:
        if found is pattern:
            return value
        if found.head in ("sigmoid", "softplus"):
            return alg.of(found)
        place = None if index is None else _place(alg, pattern, index, found)
        return None if place is None else rename(alg, value, {index: place})

    return lambda value: Rebuilding(alg, replacement).of(value)


# covariances


def _covariances(alg: Algebra, second: Atom) -> Iterator[Change]:
    """For weights p with sum 1: the sum of p*f*g as a covariance and the product of the sums of p*f and p*g."""
    (index,), body = second.data
    ((mono, coefficient),) = body.num
    if body.den or coefficient != 1:
        return
    for weight in mono:
        if weight[1] != 1 or not _is_weight(alg, weight[0], index):
            continue
        own = [pair for pair in mono if pair != weight]
        if len(own) == 1 and own[0][1] in range(3, MAX_MOMENT):
            yield _central(alg, index, weight[0], own[0])
        rest = [a for a, e in own for _ in range(int(e) if e in (1, 2) else 9)]
        if len(rest) == 2:
            w, f, g = (Rational(Poly({((a, 1),): fmpq(1)})) for a in (weight[0], *rest))
            value = covariance(alg, index, w, f, g)
            means = [sum_over(alg, elementary.multiply(alg, w, x), index) for x in (f, g)]
            value = value + elementary.multiply(alg, *means)
            yield _everywhere(alg, second, value, None)


def _central(alg: Algebra, index: Index, weight: Atom, highest: tuple[Atom, Exponent]) -> Change:
    """The sums of p*f**n, up to an order, by the central moments and the mean."""
    w, f = (Rational(Poly({((a, 1),): fmpq(1)})) for a in (weight, highest[0]))

    def raw(order: int) -> Rational:
        return sum_over(alg, elementary.multiply(alg, w, elementary.integer_power(alg, f, order)), index)

    def expanded(order: int) -> Rational:
        total = Rational.of(0)
        for n in range(order + 1):
            power = elementary.integer_power(alg, raw(1), order - n)
            term = elementary.multiply(alg, moment(alg, index, w, f, n), power)
            total = total + elementary.multiply(alg, Rational.of(comb(order, n)), term)
        return total

    found = {raw(order): expanded(order) for order in range(2, int(highest[1]) + 1)}
    return lambda value: Rebuilding(alg, lambda atom: found.get(alg.of(atom))).of(value)


def _is_weight(alg: Algebra, atom: Atom, index: Index) -> bool:
    value = Rational(Poly({((atom, 1),): fmpq(1)}))
    return index in atom.free and sum_over(alg, value, index) == Rational.of(1)
