"""Families whose values are indicators or shares: what is maximal among them shows at once."""

from __future__ import annotations

from typing import Any

from softsym.algebra import elementary
from softsym.algebra.context import NONNEGATIVE, POSITIVE, Algebra
from softsym.algebra.parts import Member
from softsym.algebra.polynomial import Atom, Rational
from softsym.algebra.signs import sign_of
from softsym.algebra.sums import sum_over
from softsym.errors import UnsupportedError


def is_simplex(alg: Algebra, members: list[Member]) -> bool:
    """Whether the values of a family are known to be >= 0 and to sum to 1."""
    total = Rational.of(0)
    for member in members:
        if member.excluded or sign_of(alg, member.body) not in (POSITIVE, NONNEGATIVE):
            return False
        total = total + (member.body if member.index is None else sum_over(alg, member.body, member.index))
    return total == Rational.of(1)


def of_indicators(alg: Algebra, head: str, leading: list[Any], members: list[Member]) -> Rational | None:
    """A family over one index of a multiple of an indicator, or whose values differ at one place only."""
    if len(members) != 1 or members[0].index is None:
        return None
    (member,) = members
    single = member.body.single()
    if single is not None and len(single[0]) == 1 and single[1] == 1 and single[0][0][1] == 1:
        found = _of_maximal(alg, head, leading, single[0][0][0], member)
        if found is not None:
            return found
    deltas = sorted((a for a in member.body.num.atoms if a.head == "delta"), key=lambda a: a.number)
    places = (_at_one_place(alg, head, leading, member, a) for a in deltas if member.index in a.data)
    return next((found for found in places if found is not None), None)


def _of_maximal(alg: Algebra, head: str, leading: list[Any], atom: Atom, member: Member) -> Rational | None:
    """A family of the indicators of a family's m maximal values: 1/m of m of them, or 1 at the first. The indicator of
    what is maximal among these is the same as theirs."""
    from softsym.algebra.families import make_family
    from softsym.algebra.sums import own_family

    if atom.head not in ("hard", "first") or member.excluded or not own_family(alg, atom, member.index):
        return None
    count = Rational.of(1) if atom.head == "first" else make_family(alg, "count", [], list(atom.data[-1]))
    if head == "max":
        return elementary.integer_power(alg, count, -1)
    return count if head == "count" else leading[0] if head == "hard" else None


def _at_one_place(alg: Algebra, head: str, leading: list[Any], member: Member, delta: Atom) -> Rational | None:
    """The family of ``delta(k, i)*u + v[k]``: its value at k = i, and the others, of which there may be none."""
    from softsym.algebra.families import make_family
    from softsym.algebra.renaming import rename, with_delta

    assert member.index is not None
    left, right = delta.data
    place = right if left == member.index else left
    rest = with_delta(alg, member.body, delta, 0)
    if place in member.excluded:
        return make_family(alg, head, leading, [Member(rest, member.index, member.excluded)])
    top = rename(alg, member.body, {member.index: place})
    above = _least_sign(alg, top - rest)
    if head == "max":
        if above in (POSITIVE, NONNEGATIVE):
            return top
        others = alg.length(alg.ranges[member.index]) - Rational.of(len(member.excluded) + 1)
        run = Member(rest, member.index, (*member.excluded, place))
        return make_family(alg, "max", [], [Member(top), run]) if sign_of(alg, others) == POSITIVE else None
    if above != POSITIVE or head == "sparse":
        return None
    return Rational.of(1) if head == "count" else _is_top(alg, leading[0], top, rest)


def _least_sign(alg: Algebra, value: Rational) -> str | None:
    """The sign of a value at each value of its deltas, if it is the same or 0 and another."""
    from softsym.algebra.renaming import with_delta

    delta = elementary.delta_in(value)
    if delta is None:
        return NONNEGATIVE if value.is_zero else sign_of(alg, value)
    cases = {_least_sign(alg, with_delta(alg, value, delta, case)) for case in (0, 1)}
    return cases.pop() if len(cases) == 1 else NONNEGATIVE if cases == {POSITIVE, NONNEGATIVE} else None


def _is_top(alg: Algebra, value: Rational, top: Rational, rest: Rational) -> Rational | None:
    """1 where a value is the one at the place, 0 where it is another."""
    delta = elementary.delta_in(value)

    def indicator(own: Algebra, case: Rational) -> Rational:
        if case not in (top, rest):
            raise UnsupportedError("a value of an indicator that is none of its family")
        return Rational.of(int(case == top))

    try:
        return indicator(alg, value) if delta is None else elementary.split_delta(alg, value, delta, indicator)
    except UnsupportedError:
        return None
