"""What the atoms of a goal tell: an extremum bounds its members, a sum of positive terms exceeds each of them, ..."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import combinations, permutations

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.atom_writer import HOT
from softsym.algebra.context import NONNEGATIVE, POSITIVE
from softsym.algebra.families import Member, make_family
from softsym.algebra.polynomial import Atom, Index, Poly, Rational, mono_pow
from softsym.algebra.renaming import rename
from softsym.algebra.signs import sign_of
from softsym.algebra.sums import sum_over
from softsym.expression import Symbol
from softsym.proof.inequalities.distances import distances
from softsym.proof.inequalities.goal import Fact, Goal, Summand
from softsym.proof.inequalities.merging import merged, mixed, of_two
from softsym.symbols import Length

_MAXIMUM = "a maximum is at least each of its values"
_EACH = "a sum of terms >= 0 is at least each of them"
MAX_FACTS = 60
MAX_PAIRED = 4
"""So many logarithms, or exponentials, are compared with each other."""


def facts_about(goal: Goal) -> list[Fact]:
    """The facts that may help with a goal: the known ones, and those that its atoms tell."""
    found = {f.value: f for f in goal.facts}
    for bound, value, strict in goal.universal:
        for i in free_names(goal.value):
            if in_range(goal, i, bound):
                own = rename(goal.alg, value, {bound: i})
                found.setdefault(own, Fact(own, strict, "given", (own,)))
    declared = frozenset[Atom]().union(*(f.value.atoms for f in goal.facts))
    for atom in sorted(goal.value.atoms | declared, key=lambda a: a.number):
        for fact in _of_atom(goal, atom):
            found.setdefault(fact.value, fact)
    for fact in (
        *_of_logarithms(goal),
        *_of_powers(goal),
        *_of_terms(goal),
        *mixed(goal),
        *of_two(goal),
        *_increasing(goal, [*found.values()]),
    ):
        found.setdefault(fact.value, fact)
    return list(found.values())[:MAX_FACTS]


def _increasing(goal: Goal, known: list[Fact]) -> Iterator[Fact]:
    """``exp(x) >= exp(y)`` and ``log(x) >= log(y)`` for atoms of the goal with arguments that are known to be so."""
    by_value = {f.value: f for f in known}
    for head in ("exp", "log"):
        atoms = [a for a in sorted(goal.value.num.atoms, key=lambda a: a.number) if a.head == head][:MAX_PAIRED]
        for x, reason in ((_argument(a), by_value.get(_argument(a))) for a in atoms if head == "exp"):
            if reason is not None and reason.lemma == _MAXIMUM:
                more = elementary.exp(goal.alg, x) - Rational.of(1)
                yield Fact(more, False, "exp is increasing", (x, Rational.of(0), *reason.about))
        for upper, lower in permutations(atoms, 2):
            x, y = _argument(upper), _argument(lower)
            value, reason = goal.alg.of(upper) - goal.alg.of(lower), by_value.get(x - y)
            if sign_of(goal.alg, x - y) in (POSITIVE, NONNEGATIVE) or (reason is not None and reason.lemma == "given"):
                yield Fact(value, False, f"{head} is increasing", (x, y, x - y))
            elif reason is not None and (head, reason.lemma) == ("exp", _MAXIMUM):
                yield Fact(value, False, "exp is increasing", (x, y, *reason.about))
            elif reason is not None and (head, reason.lemma) == ("log", _EACH):
                yield Fact(value, False, "log of a sum of terms > 0 is at least that of each of them", reason.about)


def _argument(atom: Atom) -> Rational:
    return atom.data[0] if atom.head == "log" else Rational(Poly({atom.data[0]: fmpq(1)}), atom.data[1])


def free_names(value: Rational) -> list[Index]:
    """The free indices of a rational function: names and literals."""
    return sorted((i for i in value.free if not isinstance(i, tuple)), key=str)


def _known_names(goal: Goal) -> list[Index]:
    """The free indices of a goal and of what is known."""
    found = goal.value.free.union(*(f.value.free for f in goal.facts))
    return sorted((i for i in found if not isinstance(i, tuple)), key=str)


def _of_atom(goal: Goal, atom: Atom) -> Iterator[Fact]:
    rule = _RULES.get(atom.head)
    if rule is not None:
        yield from rule(goal, atom)


def in_range(goal: Goal, index: Index, bound: Index) -> bool:
    """Whether a free index lies in the range of a bound one."""
    length = goal.alg.ranges[bound]
    if isinstance(index, int):
        return not length.is_literal or index <= length.constant
    return goal.alg.ranges.get(index) == length


def _extremum(goal: Goal, atom: Atom) -> Iterator[Fact]:
    whole = goal.alg.of(atom)
    for member in atom.data[0]:
        if member.index is None:
            yield Fact(whole - member.body, False, _MAXIMUM, (whole, member.body))
            continue
        for i in free_names(goal.value):
            if in_range(goal, i, member.index) and i not in member.excluded:
                if member.excluded and (i in goal.generic or any(e in goal.generic for e in member.excluded)):
                    continue
                value = rename(goal.alg, member.body, {member.index: i})
                yield Fact(whole - value, False, _MAXIMUM, (whole, value))
                for plain in _without_abs(value):
                    yield Fact(whole - plain, False, "a maximum is at least x and -x for each abs(x)", (whole, plain))


def _without_abs(value: Rational) -> list[Rational]:
    """For a positive multiple of ``abs(x)``, that multiple of x and of -x."""
    single = value.single()
    if single is None or single[1] < 0 or len(single[0]) != 1 or single[0][0][0].head != "abs" or single[0][0][1] != 1:
        return []
    inside = Rational(single[0][0][0].data[0].num.scaled((), single[1]), single[0][0][0].data[0].den)
    return [inside, -inside]


def _sum(goal: Goal, atom: Atom) -> Iterator[Fact]:
    names, body = atom.data
    if len(names) != 1:
        return
    places = [i for i in _known_names(goal) if in_range(goal, i, names[0])]
    usable = [i for i in places if not _is_hot(i)]
    yield from merged(goal, atom, usable)
    if sign_of(goal.alg, body) not in (POSITIVE, NONNEGATIVE):
        return
    whole = goal.alg.of(atom)
    terms = Summand(names[0], (body,))
    values = {i: rename(goal.alg, body, {names[0]: i}) for i in places}
    positive = sign_of(goal.alg, body) == POSITIVE and goal.alg.ranges[names[0]] in goal.several
    yield from distances(goal, atom, usable)
    for i in places:
        place = Symbol(i[1:], goal.alg.vectors[i[1:]]) if _is_hot(i) else i
        yield Fact(whole - values[i], positive, _EACH, (terms, place))
    yield from _between_extremes(goal, names[0], body)
    yield from _squares_of_others(goal, atom, usable)
    for i, j in combinations([i for i in usable if i not in goal.generic], 2):
        yield Fact(whole - values[i] - values[j], False, "a sum of terms >= 0 is at least two of them", (terms, i, j))


def _is_hot(index: Index) -> bool:
    """Whether an index is the place of the 1 of a one-hot vector, which the language has no name for."""
    return isinstance(index, str) and index.startswith(HOT)


def _squares_of_others(goal: Goal, atom: Atom, places: list[Index]) -> Iterator[Fact]:
    """For a sum of x**2 with x >= 0: ``(sum x - x_i)**2 >= sum x**2 - x_i**2``."""
    alg, (names, body) = goal.alg, atom.data
    single = body.single()
    if single is None or single[1] != 1 or any(e % 2 for _, e in single[0]):
        return
    x = Rational(Poly({mono_pow(single[0], Fraction(1, 2)): fmpq(1)}))
    if sign_of(alg, x) not in (POSITIVE, NONNEGATIVE):
        return
    k = alg.fresh_index(alg.ranges[names[0]])
    whole = sum_over(alg, rename(alg, x, {names[0]: k}), k)
    for i in places:
        own = rename(alg, x, {names[0]: i})
        rest = whole - own
        value = elementary.multiply(alg, rest, rest) - alg.of(atom) + elementary.multiply(alg, own, own)
        about = (Summand(names[0], (x,)), i)
        yield Fact(value, False, "(sum x - x_i)**2 >= sum x**2 - x_i**2 for x >= 0", about)


def _between_extremes(goal: Goal, index: Index, body: Rational) -> Iterator[Fact]:
    """For a sum of w*v**2 with w >= 0: sum of w*(max v - v)*(v - min v) >= 0 (Bhatia and Davis)."""
    single = body.single()
    squares = [a for a, e in single[0] if a.head == "entry" and e == 2] if single else []
    if len(squares) != 1:
        return
    alg, v = goal.alg, Rational(Poly({((squares[0], 1),): fmpq(1)}))
    weight = elementary.divide(alg, body, elementary.multiply(alg, v, v))
    if sign_of(alg, weight) not in (POSITIVE, NONNEGATIVE):
        return
    length = alg.ranges[index]
    above, below = (make_family(alg, "max", [], [Member(_renewed(goal, s, index, k), k)])
                    for s in (v, -v) for k in (alg.fresh_index(length),))  # fmt: skip
    if above.atoms | below.atoms <= goal.value.atoms:
        k = alg.fresh_index(length)
        w, x = _renewed(goal, weight, index, k), _renewed(goal, v, index, k)
        product = elementary.multiply(alg, above - x, x + below)
        total = sum_over(alg, elementary.multiply(alg, w, product), k)
        vector = Symbol(squares[0].data[0], alg.vectors[squares[0].data[0]])
        about = (Summand(k, (w,)), vector)
        yield Fact(total, False, "each value lies between the smallest and the largest", about)


def _renewed(goal: Goal, value: Rational, index: Index, by: Index) -> Rational:
    return rename(goal.alg, value, {index: by})


def _share(goal: Goal, atom: Atom) -> Iterator[Fact]:
    share = goal.alg.of(atom)
    yield Fact(Rational.of(1) - share, False, "a share is at most 1", (share,))


def _absolute(goal: Goal, atom: Atom) -> Iterator[Fact]:
    whole = goal.alg.of(atom)
    for value in (atom.data[0], -atom.data[0]):
        yield Fact(whole - value, False, "abs(x) >= x", (value,))


def _entry(goal: Goal, atom: Atom) -> Iterator[Fact]:
    vector, _ = atom.data
    if goal.alg.vectors[vector].domain in ("distribution", "simplex"):
        kind = goal.alg.vectors[vector]
        strict = kind.length in goal.several and kind.domain == "distribution"
        share = goal.alg.of(atom)
        yield Fact(Rational.of(1) - share, strict, "a share is at most 1", (share,))


def _length(goal: Goal, atom: Atom) -> Iterator[Fact]:
    if goal.alg.scalars.get(atom.data[0]) == "length":
        least = 2 if Length.of(atom.data[0]) in goal.several else 1
        length = goal.alg.of(atom)
        yield Fact(length - Rational.of(least), False, f"a length is at least {least}", (length,))


def _count(goal: Goal, atom: Atom) -> Iterator[Fact]:
    whole = goal.alg.of(atom)
    yield Fact(whole - Rational.of(1), False, "at least one value is the maximum", (whole,))
    size = Rational.of(0)
    for member in atom.data[-1]:
        size = size + (Rational.of(1) if member.index is None else goal.alg.length(goal.alg.ranges[member.index]))
    yield Fact(size - whole, False, "at most all values are the maximum", (whole, size))


def _exp(goal: Goal, atom: Atom) -> Iterator[Fact]:
    mono, den = atom.data
    if den or any(a.head in ("sum", "max", "abs") for a, _ in mono):
        return  # the tangent at 0 says little of these
    whole = goal.alg.of(atom)
    exponent = Rational(Poly({mono: fmpq(1)}))
    yield Fact(whole - Rational.of(1) - exponent, False, "exp(x) >= 1 + x", (exponent,))


def _log(goal: Goal, atom: Atom) -> Iterator[Fact]:
    value = atom.data[0]
    if any(a.head in ("sum", "max", "abs") for a in value.atoms):
        return  # the tangent at 1 says little of these
    whole = goal.alg.of(atom)
    yield Fact(value - Rational.of(1) - whole, False, "log(x) <= x - 1", (value,))
    if value.constant() is None:
        below = elementary.integer_power(goal.alg, value, -1)
        yield Fact(whole - Rational.of(1) + below, False, "log(x) >= 1 - 1/x", (value,))


def _of_terms(goal: Goal) -> Iterator[Fact]:
    """``log(x + y) >= log(x)`` for the terms of a sum of two or three terms > 0."""
    for atom in sorted(goal.value.num.atoms, key=lambda a: a.number):
        value = atom.data[0] if atom.head == "log" else Rational.of(0)
        if value.den or not 2 <= len(value.num) <= 3 or sign_of(goal.alg, value) != POSITIVE:
            continue
        for mono, c in value.num:
            x = Rational(Poly({mono: c}))
            if sign_of(goal.alg, value - x) in (POSITIVE, NONNEGATIVE) and sign_of(goal.alg, x) == POSITIVE:
                more = goal.alg.of(atom) - elementary.log(goal.alg, x)
                yield Fact(more, False, "log is increasing", (value, x, value - x))


def _of_powers(goal: Goal) -> Iterator[Fact]:
    """``1 + log(y) <= y`` for ``y = x**e`` and ``y = x**-e`` where the goal has log(x) and a power of x."""
    logs = {a.data[0].num: a for a in goal.value.num.atoms if a.head == "log" and not a.data[0].den}
    powers = {(a, abs(e)) for m, _ in goal.value.num for a, e in m if isinstance(e, Fraction)}
    found = [Rational(Poly({((a, s * e),): fmpq(1)})) for a, e in powers for s in (1, -1)
             if Poly({((a, 1),): fmpq(1)}) in logs]  # fmt: skip
    exponents = [a for a in goal.value.num.atoms if a.head == "exp" and any(b.head == "log" for b, _ in a.data[0])]
    found += [Rational(Poly({((a, -1),): fmpq(1)})) for a in exponents]
    for y in sorted(found[: 2 * MAX_PAIRED], key=lambda y: str(y.num.terms)):
        yield Fact(y - Rational.of(1) - elementary.log(goal.alg, y), False, "log(x) <= x - 1", (y,))


def _of_logarithms(goal: Goal) -> Iterator[Fact]:
    """The tangent at one argument of a logarithm, for the logarithm of another."""
    logs = [a for a in sorted(goal.value.num.atoms, key=lambda a: a.number) if a.head == "log"]
    plain = [a for a in logs if not any(b.head in ("sum", "max", "abs") for b in a.data[0].atoms)]
    for x, y in permutations(plain[:MAX_PAIRED], 2):
        ratio = elementary.divide(goal.alg, y.data[0], x.data[0])
        value = goal.alg.of(x) - goal.alg.of(y) - Rational.of(1) + ratio
        yield Fact(value, False, "log(x) - log(y) >= 1 - y/x", (x.data[0], y.data[0]))


_RULES: dict[str, Callable[[Goal, Atom], Iterator[Fact]]] = {
    "max": _extremum,
    "count": _count,
    **dict.fromkeys(("hard", "first", "sparse"), _share),
    "sum": _sum,
    "abs": _absolute,
    "entry": _entry,
    "scalar": _length,
    "log": _log,
    "exp": _exp,
}
