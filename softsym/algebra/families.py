"""Extrema, ties and products over families of values, the same under shifts, positive scales and monotone maps.

``max(z + c) = max(z) + c``, ``max(a*z) = a*max(z)`` for a > 0, ``max(exp(z)) = exp(max(z))``; the indicator and the
count of maximal values do not change under an increasing map; the product of positive values is the exponential of the
sum of their logarithms.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NONNEGATIVE, POSITIVE, Algebra
from softsym.algebra.increasing import increasing_map
from softsym.algebra.indicators import is_simplex, of_indicators
from softsym.algebra.parts import Member
from softsym.algebra.polynomial import Poly, Rational, cancelled, order_key
from softsym.algebra.signs import atom_sign, is_positive, sign_of
from softsym.algebra.sums import sum_over
from softsym.algebra.uniting import distinct, dominated, has_value, multiplicity, refilled, spliced, united

__all__ = ["Member", "make_family"]

MAX_ORDERED = 12
"""The order of more single values than this is not worked out."""


def make_family(alg: Algebra, head: str, leading: list[Any], members: list[Member]) -> Rational:
    """The atom of a family node, or what it simplifies to."""
    if head == "prod":
        return _product(alg, members)
    if len(members) == 1 and members[0].index is None:
        return members[0].body if head == "max" else Rational.of(1)
    if head == "sparse" and is_simplex(alg, members):
        return leading[0]  # type: ignore[no-any-return]
    shift, scale, members, leading = _normalised(alg, head, leading, members)
    if head in ("hard", "count", "sparse") and all(m.body.is_zero for m in members):
        return _all_equal(alg, head, members)
    simpler = increasing_map(alg, members) if head != "sparse" else None
    if simpler is not None:
        values = [simpler.into(v) if isinstance(v, Rational) else v for v in leading]
        inner = make_family(alg, head, values, [Member(simpler.into(m.body), m.index, m.excluded) for m in members])
        return shift + elementary.multiply(alg, scale, simpler.back(inner)) if head == "max" else inner
    if head == "sparse" and is_simplex(alg, members):
        return leading[0]  # type: ignore[no-any-return]
    special = of_indicators(alg, head, leading, members)
    if special is not None:
        return shift + elementary.multiply(alg, scale, special)
    fewer = _fewer(alg, head, leading, members)
    if fewer is not None:
        return shift + elementary.multiply(alg, scale, fewer)
    if head == "max" and len(members) <= 2 and all(m.index is None for m in members):
        return shift + elementary.multiply(alg, scale, _larger(alg, members[0].body, members[-1].body))
    if head != "max" and len(members) == 2 and all(m.index is None for m in members):
        return _of_two(alg, head, leading, members)
    ordered = _by_order(alg, head, leading, members) if all(m.index is None for m in members) else None
    if ordered is not None:
        return shift + elementary.multiply(alg, scale, ordered)
    if head == "hard" and alg.facts and sign_of(alg, make_family(alg, "max", [], members) - leading[0]) == POSITIVE:
        return Rational.of(0)
    if head == "hard" and _is_largest(alg, leading[0], members):
        return elementary.integer_power(alg, make_family(alg, "count", [], members), -1)
    atom = _family_atom(alg, head, leading, members)
    return shift + elementary.multiply(alg, scale, atom)


def _fewer(alg: Algebra, head: str, leading: list[Any], members: list[Member]) -> Rational | None:
    """A family whose members can be put together, or of which some are never maximal or all stand as often."""
    if head in ("count", "hard"):
        times = multiplicity(alg, members)
        if times > 1:
            once = make_family(alg, head, leading, distinct(alg, members))
            return elementary.multiply(alg, once, Rational.of(times if head == "count" else fmpq(1, times)))
    if head in ("count", "hard", "max"):
        lower = dominated(alg, members, strictly=head != "max")
        if head == "hard" and any(has_value(alg, m, leading[0]) for m in lower):
            return Rational.of(0)
        if lower:
            return make_family(alg, head, leading, [m for m in members if m not in lower])
    whole = united(alg, spliced(alg, members)) if head == "max" else refilled(alg, members)
    changed = head != "first" and {*whole} != {*members}
    return make_family(alg, head, leading, whole) if changed else None


def _by_order(alg: Algebra, head: str, leading: list[Any], members: list[Member]) -> Rational | None:
    """The maximum, the indicator or the count of single values, as far as their order is known."""

    def exceeds(other: Member, value: Rational) -> bool:
        return sign_of(alg, other.body - value) == POSITIVE

    if head not in ("max", "hard", "first", "count") or len(members) > MAX_ORDERED:
        return None
    if head in ("hard", "first") and any(exceeds(m, leading[0]) for m in members):
        return Rational.of(0)
    kept = [m for m in members if not any(exceeds(other, m.body) for other in members)]
    if head == "max":
        kept = _without_smaller(alg, list(dict.fromkeys(kept)))
    elif all(m == kept[0] for m in kept) and head != "first":
        return Rational.of(len(kept) if head == "count" else fmpq(1, len(kept)))
    if len(kept) == len(members) or head == "first":
        return None
    return make_family(alg, head, leading, kept)


def _without_smaller(alg: Algebra, members: list[Member]) -> list[Member]:
    """Single values without those that another of them is known to be at least as large as."""
    for member in members if alg.facts else ():
        others = [m for m in members if m is not member]
        if any(sign_of(alg, m.body - member.body) in (POSITIVE, NONNEGATIVE) for m in others):
            return _without_smaller(alg, others)
    return members


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
        count = count + _size(alg, member)
    return count if head == "count" else elementary.integer_power(alg, count, -1)


def _larger(alg: Algebra, left: Rational, right: Rational) -> Rational:
    """The larger of two values: half their sum and half the size of their difference."""
    gap = elementary.absolute(alg, left - right)
    return elementary.multiply(alg, Rational.of(fmpq(1, 2)), left + right + gap)


def _product(alg: Algebra, members: list[Member]) -> Rational:
    result = Rational.of(1)
    for member in refilled(alg, members):
        factor = member.body if member.index is None else _product_of_run(alg, member)
        result = elementary.multiply(alg, result, factor)
    return result


def _product_of_run(alg: Algebra, member: Member) -> Rational:
    """The product over an index, factor by factor: what is positive by its logarithm, what is constant as a power."""
    body, result = cancelled(member.body), Rational.of(1)
    if body.is_zero:
        return body
    coefficient, mono, primitive = body.num.primitive()
    rest = Rational(primitive, body.den)
    if is_positive(alg, rest):
        result, rest = _by_logarithm(alg, member, rest), result
    for base, exponent in ((alg.of(atom), Fraction(e)) for atom, e in mono):
        power = _raised_product(alg, member, base, exponent)
        rest = rest if power is not None else elementary.multiply(alg, rest, _power(alg, base, exponent))
        result = result if power is None else elementary.multiply(alg, result, power)
    sign = Rational.of(1 if coefficient > 0 else -1)
    size = elementary.power(alg, Rational.of(abs(coefficient)), _size(alg, member))
    result, rest = elementary.multiply(alg, result, size), elementary.multiply(alg, rest, sign)
    if rest == Rational.of(1):
        return result
    left = _family_atom(alg, "prod", [], [Member(rest, member.index, member.excluded)])
    return elementary.multiply(alg, result, left)


def _raised_product(alg: Algebra, member: Member, base: Rational, exponent: Fraction) -> Rational | None:
    """The product over an index of a power of one atom, or ``None`` for a root of what may be negative."""
    whole = _power(alg, base, exponent)
    if is_positive(alg, base):
        return _by_logarithm(alg, member, whole)
    if exponent.denominator > 1:
        return None
    if member.index not in base.free:
        return elementary.power(alg, whole, _size(alg, member))
    product = _family_atom(alg, "prod", [], [Member(base, member.index, member.excluded)])
    return elementary.integer_power(alg, product, int(exponent))


def _by_logarithm(alg: Algebra, member: Member, body: Rational) -> Rational:
    """The product of positive values as the exponential of the sum of their logarithms."""
    from softsym.algebra.renaming import rename

    logarithm = elementary.log(alg, body)
    total = sum_over(alg, logarithm, member.index) if member.index is not None else logarithm
    for place in member.excluded:
        total = total - rename(alg, logarithm, {member.index: place})
    return elementary.exp(alg, total)


def _power(alg: Algebra, base: Rational, exponent: Fraction) -> Rational:
    if exponent.denominator == 1:
        return elementary.integer_power(alg, base, int(exponent))
    return elementary.power(alg, base, Rational.of(exponent))


def _size(alg: Algebra, member: Member) -> Rational:
    """How many values a member stands for."""
    whole = Rational.of(1) if member.index is None else alg.length(alg.ranges[member.index])
    return whole - Rational.of(len(member.excluded))


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
    """The terms that every member over an index has, or every one if there is none, and that depend on no index."""
    members = [m for m in members if m.index is not None] or members
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
