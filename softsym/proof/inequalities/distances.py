"""Sums of ``abs(w - x)`` for two vectors of positive terms: Pinsker's inequality, Kraft's, and single terms.

=======  ===========================================================================================
Cauchy   (sum v)**2 <= sum w*sum v**2/w for v = b*abs(u)
Pinsker  sum r*log(r/s) >= (sum abs(r - s))**2/2 for the shares r = w/sum w and s = x/sum x
Kraft    (sum w + sum x)**2 - 4*(sum sqrt(w*x))**2 >= (sum abs(w - x))**2
half     sum abs(u) >= 2*u_i where sum u = 0
span     2*sum u*v <= sum abs(u)*(max v - min v) where sum u = 0
=======  ===========================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations, product

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NONNEGATIVE, POSITIVE
from softsym.algebra.families import Member, make_family
from softsym.algebra.polynomial import Atom, Index, Poly, Rational, mono_mul
from softsym.algebra.renaming import entry, rename
from softsym.algebra.signs import is_positive, sign_of
from softsym.algebra.sums import sum_over
from softsym.expression import Symbol
from softsym.proof.inequalities.factors import Prove
from softsym.proof.inequalities.goal import Fact, Goal, Summand
from softsym.proof.steps import ProofStep


def distances(goal: Goal, atom: Atom, places: list[Index]) -> Iterator[Fact]:
    """What is known of an atom ``sum_k b_k*abs(u_k)``, as far as its other quantities stand in the goal."""
    split = _split(goal, atom)
    if split is None:
        return
    k, factor, u = split
    pair = _parts(goal, u)
    found = [_cauchy(goal, k, factor, u, w) for w in _weights(factor, pair)]
    if factor.constant() is not None:
        level = not sum_over(goal.alg, u, k).num
        yield from (*_halves(goal, atom, u, k, places), *_spans(goal, atom, u, k)) if level else ()
        if pair is not None:
            found += [*(_pinsker(goal, k, *p) for p in _pairs(pair) if level), _kraft(goal, k, *pair)]
    yield from (fact for fact in found if fact.value.atoms <= goal.value.atoms)


def _split(goal: Goal, atom: Atom) -> tuple[Index, Rational, Rational] | None:
    """The index, b and u of ``sum_k b_k*abs(u_k)`` with b > 0."""
    names, body = atom.data
    single = body.single()
    sizes = [a for a, e in single[0] if a.head == "abs" and e == 1] if single is not None else []
    if len(names) != 1 or len(sizes) != 1:
        return None
    k = goal.alg.fresh_index(goal.alg.ranges[names[0]])
    factor = elementary.divide(goal.alg, body, goal.alg.of(sizes[0]))
    factor, u = (rename(goal.alg, part, {names[0]: k}) for part in (factor, sizes[0].data[0]))
    return (k, factor, u) if is_positive(goal.alg, factor) else None


def _weights(factor: Rational, pair: tuple[Rational, Rational] | None) -> list[Rational]:
    """What may divide the squares: 1, b, and the parts of u and their sum."""
    plain = [Rational.of(1)] if factor.constant() is not None else [factor, Rational.of(1)]
    return [*plain, *((*pair, pair[0] + pair[1]) if pair is not None else ())]


def _cauchy(goal: Goal, k: Index, factor: Rational, u: Rational, w: Rational) -> Fact:
    alg = goal.alg
    v = elementary.multiply(alg, factor, elementary.absolute(alg, u))
    squares = elementary.divide(alg, elementary.multiply(alg, v, v), w)
    most = elementary.multiply(alg, sum_over(alg, w, k), sum_over(alg, squares, k))
    value = most - _squared(goal, sum_over(alg, v, k))
    return Fact(value, False, "(sum v)**2 <= sum w*sum v**2/w (Cauchy and Schwarz)", (Summand(k, (v, w)),))


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


def _spans(goal: Goal, atom: Atom, u: Rational, k: Index) -> Iterator[Fact]:
    """For the vectors with both extrema in a goal."""
    alg, length = goal.alg, goal.alg.ranges[k]
    for name in sorted(name for name, kind in alg.vectors.items() if kind.length == length):
        v = entry(alg, name, k)
        span = Rational.of(0)
        for x in (v, -v):
            own = alg.fresh_index(length)
            span = span + make_family(alg, "max", [], [Member(rename(alg, x, {k: own}), own)])
        if not span.atoms <= goal.value.atoms:
            continue
        for w in (u, -u):
            twice = elementary.multiply(alg, Rational.of(2), sum_over(alg, elementary.multiply(alg, w, v), k))
            value = elementary.multiply(alg, alg.of(atom), span) - twice
            vector = Symbol(name, alg.vectors[name])
            yield Fact(
                value, False, "2*sum u*v <= sum abs(u)*(max v - min v) where sum u = 0", (Summand(k, (w,)), vector)
            )


def by_spread(goal: Goal, prove: Prove) -> ProofStep | None:
    """``v - c*sum b*abs(u) >= 0`` if v, c >= 0 and ``v**2 >= c**2*sum b*sum b*u**2`` (Cauchy and Schwarz)."""
    if goal.value.den or goal.strict or goal.depth > 3:
        return None
    for mono, c in goal.value.num:
        atom = next((a for a, e in mono if a.head == "sum" and e == 1), None)
        split = _split(goal, atom) if atom is not None and c < 0 else None
        if atom is None or split is None:
            continue
        lower = Rational(Poly({mono: -c}))
        upper, size = goal.value + lower, Rational(Poly({mono_mul(mono, ((atom, -1),)): -c}))
        if sign_of(goal.alg, size) not in (POSITIVE, NONNEGATIVE):
            continue
        settled = sign_of(goal.alg, upper) in (POSITIVE, NONNEGATIVE)
        first = None if settled else prove(goal.sub(upper))
        if first is None and not settled:
            continue
        fact, factor = _cauchy(goal, *split, split[1]), _squared(goal, size)
        squares = goal.sub(_squared(goal, upper) - _squared(goal, lower))
        step = prove(squares.sub(squares.value - elementary.multiply(goal.alg, factor, fact.value)))
        if step is not None:
            whole = squares.combined([(factor, fact)], step)
            steps = (whole,) if first is None else (first, whole)
            return goal.step("squares of both sides", *steps, uses=(goal.terms(upper), goal.terms(lower)))
    return None
