"""Sums of ``abs(w - x)`` for two vectors of positive terms: Pinsker's inequality, Kraft's, and single terms.

=======  ===========================================================================================
Pinsker  sum r*log(r/s) >= (sum abs(r - s))**2/2 for the shares r = w/sum w and s = x/sum x
Kraft    (sum w + sum x)**2 - 4*(sum sqrt(w*x))**2 >= (sum abs(w - x))**2
half     sum abs(u) >= 2*u_i where sum u = 0
=======  ===========================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations, product

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.polynomial import Atom, Index, Poly, Rational
from softsym.algebra.renaming import rename
from softsym.algebra.signs import is_positive
from softsym.algebra.sums import sum_over
from softsym.proof.inequalities.goal import Fact, Goal, Summand


def distances(goal: Goal, atom: Atom, places: list[Index]) -> Iterator[Fact]:
    """What is known of an atom ``sum_k abs(w_k - x_k)``, as far as its other quantities stand in the goal."""
    names, body = atom.data
    single = body.single()
    if len(names) != 1 or single is None or [(a.head, e) for a, e in single[0]] != [("abs", 1)]:
        return
    inside = single[0][0][0].data[0]
    k = goal.alg.fresh_index(goal.alg.ranges[names[0]])
    u = rename(goal.alg, inside, {names[0]: k})
    level = not sum_over(goal.alg, u, k).num
    if level:
        yield from _halves(goal, atom, u, k, places)
    pair = _parts(goal, u)
    if pair is None:
        return
    for fact in (*(_pinsker(goal, k, *p) for p in _pairs(pair) if level), _kraft(goal, k, *pair)):
        if fact.value.atoms <= goal.value.atoms:
            yield fact


def _parts(goal: Goal, u: Rational) -> tuple[Rational, Rational] | None:
    """Positive w and x with ``u = w - x``."""
    plus, minus = (Poly({m: s * c for m, c in u.num if s * c > 0}) for s in (1, -1))
    if not plus or not minus:
        return None
    w, x = (Rational(part, u.den) for part in (plus, minus))
    return (w, x) if is_positive(goal.alg, w) and is_positive(goal.alg, x) else None


def _pairs(pair: tuple[Rational, Rational]) -> Iterator[tuple[Rational, Rational]]:
    """Two vectors and their mean, whose differences are in proportion, in pairs."""
    mean = pair[0] + pair[1]
    half = Rational(mean.num.scaled((), fmpq(1, 2)), mean.den)
    yield from permutations((*pair, half), 2)


def _pinsker(goal: Goal, k: Index, w: Rational, x: Rational) -> Fact:
    alg = goal.alg
    r, s = (elementary.divide(alg, v, sum_over(alg, v, k)) for v in (w, x))
    ratio = elementary.log(alg, elementary.divide(alg, r, s))
    divergence = sum_over(alg, elementary.multiply(alg, r, ratio), k)
    distance = sum_over(alg, elementary.absolute(alg, r - s), k)
    half = elementary.multiply(alg, Rational.of(fmpq(1, 2)), elementary.multiply(alg, distance, distance))
    return Fact(divergence - half, False, "sum r*log(r/s) >= (sum abs(r - s))**2/2 (Pinsker)", (Summand(k, (w, x)),))


def _kraft(goal: Goal, k: Index, w: Rational, x: Rational) -> Fact:
    alg = goal.alg
    whole = sum_over(alg, w, k) + sum_over(alg, x, k)
    root = elementary.power(alg, elementary.multiply(alg, w, x), Rational.of(Fraction(1, 2)))
    twice = elementary.multiply(alg, Rational.of(2), sum_over(alg, root, k))
    distance = sum_over(alg, elementary.absolute(alg, w - x), k)
    value = _squared(goal, whole) - _squared(goal, twice) - _squared(goal, distance)
    return Fact(value, False, "(sum abs(w - x))**2 <= (W + X)**2 - 4*(sum sqrt(w*x))**2 (Kraft)", (Summand(k, (w, x)),))


def _squared(goal: Goal, value: Rational) -> Rational:
    return elementary.multiply(goal.alg, value, value)


def _halves(goal: Goal, atom: Atom, u: Rational, k: Index, places: list[Index]) -> Iterator[Fact]:
    for i, v in product(places, (u, -u)):
        twice = elementary.multiply(goal.alg, Rational.of(2), rename(goal.alg, v, {k: i}))
        yield Fact(goal.alg.of(atom) - twice, False, "sum abs(u) >= 2*u_i where sum u = 0", (Summand(k, (v,)), i))
