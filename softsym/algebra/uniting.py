"""Members of families put together: maxima of maxima, runs with what they leave out, what never is the largest."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NONNEGATIVE, POSITIVE, Algebra
from softsym.algebra.increasing import increasing_in
from softsym.algebra.parts import Member, all_atoms
from softsym.algebra.polynomial import Atom, Index, Rational
from softsym.algebra.signs import sign_of

MAX_COMPARED = 12
"""More members than this are not compared with each other."""


def spliced(alg: Algebra, members: list[Member]) -> list[Member]:
    """A member that is a maximum, or rises with one, gives that maximum's members; a constant run is one value."""
    from softsym.algebra.renaming import rename

    result: list[Member] = []
    for member in members:
        if member.index is not None and member.index not in member.body.free:
            member = Member(member.body)
        inner, value = _inner_maximum(alg, member) if member.index is None else (None, None)
        if inner is None or value is None:
            result.append(member)
            continue
        for part in inner.data[0]:
            fresh = None if part.index is None else alg.fresh_index(alg.ranges[part.index])
            body = part.body if fresh is None else rename(alg, part.body, {part.index: fresh})
            result.append(Member(value(body), fresh, part.excluded))
    return result


def _inner_maximum(alg: Algebra, member: Member) -> tuple[Atom | None, Callable[[Rational], Rational] | None]:
    """A maximum in which a value rises, and the value as a function of it."""
    for atom in all_atoms(member.body):
        value = increasing_in(alg, member.body, atom) if atom.head == "max" else None
        if value is not None:
            return atom, value
    return None, None


def united(alg: Algebra, members: list[Member]) -> list[Member]:
    """Members over one index with the same values become one, without what both leave out; a value of a member is no
    member of its own."""
    result: list[Member] = []
    for member in sorted(members, key=lambda m: m.index is None):
        for number, other in enumerate(result):
            united = _union(alg, other, member)
            if united is not None:
                result[number] = united
                break
        else:
            result.append(member)
    return result


def _union(alg: Algebra, run: Member, other: Member) -> Member | None:
    """The values of a run over an index and of another member as one run, if they are."""
    from softsym.algebra.renaming import rename

    if run.index is None:
        return run if other == run else None
    if other.index is None:
        fits = (i for i in other.body.free if isinstance(i, int) or alg.ranges.get(i) == alg.ranges[run.index])
        place = next((i for i in fits if at(alg, run, i) == other.body), None)
        return None if place is None else Member(run.body, run.index, tuple(e for e in run.excluded if e != place))
    if alg.ranges[run.index] != alg.ranges[other.index]:
        return None
    other = Member(rename(alg, other.body, {other.index: run.index}), run.index, other.excluded)
    if other.body != run.body:
        return _both_signs(alg, run, other)
    return Member(run.body, run.index, tuple(e for e in run.excluded if e in other.excluded))


def _both_signs(alg: Algebra, run: Member, other: Member) -> Member | None:
    """The values of ``c + u`` and of ``c - u``, u varying with the index, as those of ``c + abs(u)``."""
    half = Rational.of(fmpq(1, 2))
    middle = elementary.multiply(alg, half, run.body + other.body)
    if run.index in middle.free or run.excluded != other.excluded:
        return None
    return Member(middle + elementary.absolute(alg, run.body - middle), run.index, run.excluded)


def refilled(alg: Algebra, members: list[Member]) -> list[Member]:
    """Runs over an index with the single values that they leave out and that stand beside them."""
    for run in members if len(members) > 1 else ():
        for place, single in ((p, m) for p in run.excluded for m in members if m.index is None):
            if at(alg, run, place) == single.body:
                kept = tuple(e for e in run.excluded if e != place)
                others = list(members)
                others.remove(single)
                return refilled(alg, [Member(m.body, m.index, kept) if m is run else m for m in others])
    return members


def at(alg: Algebra, run: Member, place: Index) -> Rational:
    """The value of a run at one place."""
    from softsym.algebra.renaming import rename

    return rename(alg, run.body, {run.index: place})


def places(alg: Algebra, run: Member, value: Rational) -> Iterator[Index]:
    """The free indices of a value that a run surely has, and has a value for."""
    for index in value.free:
        inside = isinstance(index, int) or alg.ranges.get(index) == alg.ranges[run.index]
        if inside and index not in run.excluded and not (run.excluded and isinstance(index, tuple)):
            yield index


def has_value(alg: Algebra, member: Member, value: Rational) -> bool:
    """Whether a value is one of a member's, at an index that it does not exclude."""
    if member.index is None:
        return member.body == value
    return any(at(alg, member, i) == value for i in places(alg, member, value))


def multiplicity(alg: Algebra, members: list[Member]) -> int:
    """How often each member stands among the members, if each stands as often; else 1."""
    if not 1 < len(members) <= MAX_COMPARED:
        return 1
    times = {sum(_same(alg, one, other) for other in members) for one in members}
    return times.pop() if len(times) == 1 else 1


def distinct(alg: Algebra, members: list[Member]) -> list[Member]:
    """Each member once."""
    kept: list[Member] = []
    for member in members:
        if not any(_same(alg, member, other) for other in kept):
            kept.append(member)
    return kept


def _same(alg: Algebra, one: Member, other: Member) -> bool:
    """Whether two members have the same values."""
    if one.index is None or other.index is None:
        return one == other
    same_range = alg.ranges[one.index] == alg.ranges[other.index] and {*one.excluded} == {*other.excluded}
    return same_range and at(alg, other, one.index) == one.body


def dominated(alg: Algebra, members: list[Member], *, strictly: bool) -> list[Member]:
    """The members each of whose values is below some value of another member; at most that one if not ``strictly``."""
    if not 1 < len(members) <= MAX_COMPARED or all(m.index is None for m in members):
        return []
    left, lower = list(members), []
    for member in members:
        if any(_exceeds(alg, other, member, strictly) for other in left if other is not member):
            left.remove(member)
            lower.append(member)
    return lower


def _exceeds(alg: Algebra, upper: Member, lower: Member, strictly: bool) -> bool:
    """Whether each value of the one is below one of the other: place by place, or by declared maxima."""
    enough = (POSITIVE,) if strictly else (POSITIVE, NONNEGATIVE)
    if alg.facts and sign_of(alg, _largest(alg, upper) - _largest(alg, lower)) in enough:
        return True
    if upper.index is None:
        tops = [upper.body]
    elif lower.index is None:
        tops = [at(alg, upper, i) for i in places(alg, upper, lower.body)]
    elif alg.ranges[upper.index] == alg.ranges[lower.index] and {*upper.excluded} <= {*lower.excluded}:
        tops = [at(alg, upper, lower.index)]
    else:
        return False
    return any(sign_of(alg, top - lower.body) in enough for top in tops)


def _largest(alg: Algebra, member: Member) -> Rational:
    """The largest value of a member."""
    from softsym.algebra.families import make_family

    return make_family(alg, "max", [], [member])
