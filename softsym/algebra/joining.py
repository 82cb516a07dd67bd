"""Sums over the same ranges joined: the sum of f and the sum of g are the sum of f + g, where terms may cancel.

Quotients whose denominators have bound indices have no unique form as one sum each: ``1/(1 - x**2)`` is half of
``1/(1 - x)`` and ``1/(1 + x)``. Joined under one sum they are one rational function, which is 0 if its numerator is. Of
a sum over several indices of one range only what is the same under exchanging them counts: the sum over i and j of
``tanh(z[i] - z[j])`` is 0. Signs are joined with what they are the signs of.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any, TypeAlias

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import Algebra
from softsym.algebra.polynomial import ONE, Index, Mono, Poly, Rational, cancelled, divided, linear_parts
from softsym.algebra.renaming import rename
from softsym.algebra.sums import make_generator
from softsym.symbols import Length

MAX_JOINED = 4
"""Sums over more indices at once are left as they are."""
Joint: TypeAlias = "tuple[Mono, tuple[Length, ...]]"
"""What stands beside a product of sums, and the ranges of its indices."""


def joined(alg: Algebra, value: Rational, *, inside: bool = False) -> Rational:
    """The rational function with its sums of quotients over the same ranges put together, those beside the same
    factors, or all of them with their factors ``inside``."""
    bodies: dict[Joint, Rational] = {}
    bounds: dict[tuple[Length, ...], list[Index]] = {}
    total = Rational.of(0)
    for mono, coefficient in value.num:
        beside, factors = _apart(mono)
        ranges = tuple(sorted((alg.ranges[k] for names, _ in factors for k in names), key=str))
        if not 0 < len(ranges) <= MAX_JOINED:
            total = total + Rational(Poly({mono: coefficient}))
            continue
        places = bounds.setdefault(ranges, [alg.fresh_index(r) for r in ranges])
        body = elementary.multiply(alg, Rational.of(coefficient), _body(alg, factors, places))
        if inside:
            body, beside = elementary.multiply(alg, Rational(Poly({beside: fmpq(1)})), body), ()
        bodies[beside, ranges] = bodies.get((beside, ranges), Rational.of(0)) + body
    for (beside, ranges), body in bodies.items():
        whole = make_generator(alg, bounds[ranges], cancelled(_symmetric(alg, body, bounds[ranges])))
        total = total + elementary.multiply(alg, Rational(Poly({beside: fmpq(1)})), whole)
    return elementary.multiply(alg, total, Rational(ONE, value.den))


def _apart(mono: Mono) -> tuple[Mono, list[tuple[tuple[Index, ...], Rational]]]:
    """The factors that are no sums of quotients, and the indices and bodies of those that are."""
    sums = [(a, e) for a, e in mono if a.head == "sum" and a.data[1].den and isinstance(e, int) and e > 0]
    beside = tuple(pair for pair in mono if pair not in sums)
    return beside, [a.data for a, e in sums for _ in range(int(e))]


def _body(alg: Algebra, factors: list[tuple[tuple[Index, ...], Rational]], places: list[Index]) -> Rational:
    """The body of a product of sums as one sum over the given indices."""
    left = list(places)
    result = Rational.of(1)
    for names, body in factors:
        own = {}
        for k in names:
            own[k] = next(p for p in left if alg.ranges[p] == alg.ranges[k])
            left.remove(own[k])
        result = elementary.multiply(alg, result, rename(alg, body, own))
    return result


def _symmetric(alg: Algebra, body: Rational, places: list[Index]) -> Rational:
    """The mean of a body over the exchanges of its indices within their ranges."""
    exchanged = [rename(alg, body, names) for names in _exchanges(alg, places)]
    total = Rational.of(0)
    for one in exchanged:
        total = total + one
    return elementary.multiply(alg, total, Rational.of(fmpq(1, len(exchanged))))


def _exchanges(alg: Algebra, places: list[Index]) -> Iterator[dict[Any, Any]]:
    for order in permutations(places):
        if all(alg.ranges[a] == alg.ranges[b] for a, b in zip(places, order, strict=True)):
            yield dict(zip(places, order, strict=True))


def signs_divided(alg: Algebra, value: Rational) -> Rational:
    """The value with the factors of sign(u) divided by u, where ``sign(u)*u = abs(u)`` and ``sign(u)**2*u = u``."""
    num = value.num
    for sign in [a for a in num.atoms if a.head == "sign" and not a.data[0].den and len(a.data[0].num) > 1]:
        own = sign.data[0]
        size = alg.of(alg.atom("abs", own, free=sign.free, depth=sign.depth))
        for power, size_or_own in ((1, size), (2, own)):
            inside, rest = linear_parts(num, sign, power)
            quotient, remainder = divided(inside, own.num)
            if quotient:
                left = Rational(rest + remainder.scaled(((sign, power),), fmpq(1)))
                num = (left + elementary.multiply(alg, Rational(quotient), size_or_own)).num
    return Rational(num, value.den)
