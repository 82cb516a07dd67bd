"""Extrema, ties and products over families of values, the same under shifts, positive scales and monotone maps.

``max(z + c) = max(z) + c``, ``max(a*z) = a*max(z)`` for a > 0, ``max(exp(z)) = exp(max(z))``; the indicator and the
count of maximal values do not change under an increasing map; the product of positive values is the exponential of the
sum of their logarithms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import POSITIVE, Algebra
from softsym.algebra.polynomial import Index, Poly, Rational, cancelled, order_key
from softsym.algebra.signs import atom_sign, is_positive
from softsym.algebra.sums import sum_over


@dataclass(frozen=True)
class Member:
    """One value of a family, or one value for each ``index`` that is not ``excluded``."""

    body: Rational
    index: Index | None = None
    excluded: tuple[Index, ...] = ()

    @property
    def free(self) -> frozenset[Index]:
        return (self.body.free - {self.index}) | frozenset(self.excluded)


def make_family(alg: Algebra, head: str, leading: list[Any], members: list[Member]) -> Rational:
    """The atom of a family node, or what it simplifies to."""
    if head == "prod":
        return _product(alg, members)
    if len(members) == 1 and members[0].index is None:
        return members[0].body if head == "max" else Rational.of(1)
    shift, scale, members, leading = _normalised(alg, head, leading, members)
    if head in ("hard", "count") and all(m.body.is_zero for m in members):
        return _all_equal(alg, head, members)
    if head == "max":
        mapped = _through_exp(alg, members)
        if mapped is not None:
            inner = make_family(alg, "max", [], mapped)
            return shift + elementary.multiply(alg, scale, elementary.exp(alg, inner))
    if head in ("hard", "count", "first"):
        mapped = _through_exp(alg, members)
        if mapped is not None:
            values = [elementary.log(alg, v) if isinstance(v, Rational) else v for v in leading]
            return make_family(alg, head, values, mapped)
    if head == "max":
        members = _spliced(alg, members)
        if len(members) <= 2 and all(m.index is None for m in members):
            return shift + elementary.multiply(alg, scale, _larger(alg, members[0].body, members[-1].body))
    if head != "max" and len(members) == 2 and all(m.index is None for m in members):
        return _of_two(alg, head, leading, members)
    if head == "hard" and _is_largest(alg, leading[0], members):
        return elementary.integer_power(alg, make_family(alg, "count", [], members), -1)
    atom = _family_atom(alg, head, leading, members)
    return shift + elementary.multiply(alg, scale, atom)


def _side(leading: list[Any], members: list[Member]) -> int:
    """Which of two values, known by its place or else by what it is: 1 for the first, -1 for the second."""
    if len(leading) == 2:
        return 1 if leading[1][0] == 0 else -1
    return 1 if leading[0] == members[0].body else -1


def _of_two(alg: Algebra, head: str, leading: list[Any], members: list[Member]) -> Rational:
    """The indicator, the count or the sparsemax of two values through the sign s and the size of their gap.

    hard = (1 + s)/2, first = (1 + s + (1 - s**2))/2 for the first of them, count = 2 - s**2, and
    sparsemax = (1 + (|gap + 1| - |gap - 1|)/2)/2.
    """
    gap = members[0].body - members[1].body
    one, half = Rational.of(1), Rational.of(fmpq(1, 2))
    sign = elementary.signum(alg, gap)
    square = elementary.multiply(alg, sign, sign)
    if head == "count":
        return Rational.of(2) - square
    side = Rational.of(_side(leading, members))
    if head == "hard":
        return elementary.multiply(alg, half, one + elementary.multiply(alg, side, sign))
    if head == "first":
        inside = sign + one - square
        return elementary.multiply(alg, half, one + elementary.multiply(alg, side, inside))
    clipped = elementary.absolute(alg, gap + one) - elementary.absolute(alg, gap - one)
    return elementary.multiply(alg, half, one + elementary.multiply(alg, side, elementary.multiply(alg, half, clipped)))


def _is_largest(alg: Algebra, value: Rational, members: list[Member]) -> bool:
    """Whether a value is the maximum of the family itself, as a declared ``z[i] == max(z)`` makes it."""
    return any(a.head == "max" for a in value.atoms) and value == make_family(alg, "max", [], members)


def _all_equal(alg: Algebra, head: str, members: list[Member]) -> Rational:
    """The count, or the indicator of each, where all values are the same."""
    count = Rational.of(0)
    for member in members:
        size = Rational.of(1) if member.index is None else alg.length(alg.ranges[member.index])
        count = count + size - Rational.of(len(member.excluded))
    return count if head == "count" else elementary.integer_power(alg, count, -1)


def _larger(alg: Algebra, left: Rational, right: Rational) -> Rational:
    """The larger of two values: half their sum and half the size of their difference."""
    gap = elementary.absolute(alg, left - right)
    return elementary.multiply(alg, Rational.of(fmpq(1, 2)), left + right + gap)


def _product(alg: Algebra, members: list[Member]) -> Rational:
    result = Rational.of(1)
    for member in members:
        if member.index is None:
            result = elementary.multiply(alg, result, member.body)
        elif is_positive(alg, member.body) and not member.excluded:
            total = sum_over(alg, elementary.log(alg, member.body), member.index)
            result = elementary.multiply(alg, result, elementary.exp(alg, total))
        else:
            result = elementary.multiply(alg, result, _family_atom(alg, "prod", [], [member]))
    return result


def _normalised(
    alg: Algebra, head: str, leading: list[Any], members: list[Member]
) -> tuple[Rational, Rational, list[Member], list[Any]]:
    """Common terms taken out as a shift, then common positive factors as a scale; indicators drop both."""
    members = [Member(cancelled(m.body), m.index, m.excluded) for m in members]
    shift, scale = _common_terms(members), Rational.of(1)
    members = [Member(m.body - shift, m.index, m.excluded) for m in members]
    values = [v - shift if isinstance(v, Rational) else v for v in leading]
    if head != "sparse":
        scale = _common_factor(alg, members)
        down = elementary.integer_power(alg, scale, -1)
        members = [Member(elementary.multiply(alg, m.body, down), m.index, m.excluded) for m in members]
        values = [elementary.multiply(alg, v, down) if isinstance(v, Rational) else v for v in values]
    if head != "max":
        shift, scale = Rational.of(0), Rational.of(1)
    return shift, scale, members, values


def _common_terms(members: list[Member]) -> Rational:
    """The terms that every member has and that depend on no member's index."""
    first = members[0]
    if any(m.body.den != first.body.den for m in members) or any(m.index in p.free for m in members
                                                                 for p, _ in m.body.den):  # fmt: skip
        return Rational.of(0)
    indices = {m.index for m in members if m.index is not None}
    common = {
        mono: coefficient
        for mono, coefficient in first.body.num
        if all(m.body.num.terms.get(mono) == coefficient for m in members)
        and not any(a.free & indices for a, _ in mono)
    }
    return Rational(Poly(common), first.body.den if common else ())


def _common_factor(alg: Algebra, members: list[Member]) -> Rational:
    """The positive factor that every term of every member has, and that depends on no member's index."""
    bodies = [m.body for m in members if not m.body.is_zero]
    indices = {m.index for m in members if m.index is not None}
    if not bodies:
        return Rational.of(1)
    exponents = [dict(mono) for b in bodies for mono in b.num.terms]
    common: list[tuple[Any, Any]] = []
    for atom in sorted(set().union(*exponents), key=lambda a: a.number):
        powers = [e.get(atom, 0) for e in exponents]
        least = min(powers) if min(powers) > 0 else max(powers) if max(powers) < 0 else 0
        if least and not atom.free & indices and atom_sign(alg, atom) == POSITIVE:
            common.append((atom, least))
    size = min(abs(c) for b in bodies for _, c in b.num) if len({b.den for b in bodies}) == 1 else fmpq(1)
    shared = set(bodies[0].den).intersection(*(set(b.den) for b in bodies))
    den = tuple(
        f for f in bodies[0].den if f in shared and not f[0].free & indices and is_positive(alg, Rational(f[0]))
    )
    return Rational(Poly({tuple(common): size}), den)


def _through_exp(alg: Algebra, members: list[Member]) -> list[Member] | None:
    """The logarithms of the members, if each is one positive term in exponentials."""
    mapped = []
    for member in members:
        single = member.body.single()
        if single is None or single[1] < 0 or not any(a.head == "exp" for a, _ in single[0]):
            return None
        if any(atom_sign(alg, a) != POSITIVE for a, _ in single[0]):
            return None
        mapped.append(Member(elementary.log(alg, member.body), member.index, member.excluded))
    return mapped


def _spliced(alg: Algebra, members: list[Member]) -> list[Member]:
    """A member that is itself a maximum gives its members; equal members count once; a constant run is one value."""
    from softsym.algebra.renaming import rename

    result: list[Member] = []
    for member in members:
        single = member.body.single()
        inner = single[0][0][0] if single and len(single[0]) == 1 and single[1] == 1 and single[0][0][1] == 1 else None
        if member.index is not None and member.index not in member.body.free:
            member = Member(member.body)
        if inner is not None and inner.head == "max" and member.index is None:
            for part in inner.data[0]:
                fresh = None if part.index is None else alg.fresh_index(alg.ranges[part.index])
                body = part.body if fresh is None else rename(alg, part.body, {part.index: fresh})
                result.append(Member(body, fresh, part.excluded))
        else:
            result.append(member)
    return result


def _family_atom(alg: Algebra, head: str, leading: list[Any], members: list[Member]) -> Rational:
    depth = 1 + max([m.body.depth for m in members] + [v.depth for v in leading if isinstance(v, Rational)])
    named = [_named(alg, m, depth) for m in members]
    if head != "first":
        unique = dict.fromkeys(named) if head == "max" else named
        named = sorted(unique, key=_rank)
    free = frozenset().union(*(m.free for m in named), *(v.free for v in leading if isinstance(v, Rational)))
    free |= {v[1] for v in leading if isinstance(v, tuple)}
    return alg.of(alg.atom(head, *leading, tuple(named), free=free, depth=depth))


def _named(alg: Algebra, member: Member, depth: int) -> Member:
    from softsym.algebra.renaming import rename

    if member.index is None:
        return member
    name = alg.bound_index(depth, 0, alg.ranges[member.index])
    excluded = tuple(sorted(member.excluded, key=repr))
    return Member(rename(alg, member.body, {member.index: name}), name, excluded)


def _rank(member: Member) -> Any:
    numerator = sorted((order_key(m), str(c)) for m, c in member.body.num)
    return repr(member.index), repr(member.excluded), numerator, sorted(sorted(map(order_key, p.terms)) for p, _ in
                                                                        member.body.den)  # fmt: skip
