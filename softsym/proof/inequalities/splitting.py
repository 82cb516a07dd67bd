"""Rules for extrema and absolute values."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE
from softsym.algebra.families import Member
from softsym.algebra.polynomial import Atom, Index, Poly, Rational
from softsym.algebra.renaming import rename
from softsym.algebra.signs import is_positive, poly_sign, sign_of
from softsym.language import Chain
from softsym.proof.inequalities.factors import Prove
from softsym.proof.inequalities.goal import CASES, Everywhere, Fact, Goal
from softsym.proof.steps import ProofStep


def by_members(goal: Goal, prove: Prove) -> ProofStep | None:
    """A goal that an extremum makes smaller holds if it holds with each value in its place."""
    atom = _of_sign(goal, "max", negative=True) or _with_powers(goal)
    if atom is None:
        return None
    collected: list[ProofStep] = []
    for member in atom.data[0]:
        case, value = _at_member(goal, atom, member)
        step = prove(case.sub(replaced(case, case.value, atom, value)))
        if step is None:
            return None
        collected.append(step)
    return goal.step(CASES, *collected, note="the maximum is one of its values")


def _at_member(goal: Goal, atom: Atom, member: Member) -> tuple[Goal, Rational]:
    if member.index is None:
        return goal, member.body
    index, goal = new_index(goal, member.index)
    value = rename(goal.alg, member.body, {member.index: index})
    return with_largest(goal, atom, value), value


def with_largest(goal: Goal, atom: Atom, best: Rational) -> Goal:
    """The goal with the knowledge that ``best`` is at least every member of a maximum."""
    known = []
    for member in atom.data[0]:
        if member.index is not None and not member.excluded:
            bound = goal.alg.fresh_index(goal.alg.ranges[member.index])
            known.append(Everywhere(bound, best - rename(goal.alg, member.body, {member.index: bound})))
    largest = Chain((goal.write(best), goal.write(goal.alg.of(atom))), (">=",))
    return replace(goal, universal=(*goal.universal, *known), given=(*goal.given, largest))


def new_index(goal: Goal, bound: Index) -> tuple[Index, Goal]:
    """A fresh free index over the range of a bound one; it may coincide with any other."""
    length = goal.alg.ranges[bound]
    taken = goal.generic.union(
        goal.value.free, *(f.value.free for f in goal.facts), *(known.value.free for known in goal.universal)
    )
    names = (f"k{n}" for n in count(1))
    name = next(n for n in names if n not in taken and goal.alg.ranges.get(n, length) == length)
    goal.alg.ranges[name] = length
    return name, replace(goal, generic=goal.generic | {name})


def replaced(goal: Goal, value: Rational, atom: Atom, by: Rational) -> Rational:
    """The rational function with an atom replaced where it stands bare or in an exponential."""
    alg = goal.alg
    total = Rational.of(0)
    for mono, coefficient in value.num:
        term = Rational.of(coefficient)
        for factor, exponent in mono:
            base = _factor(goal, factor, atom, by)
            term = elementary.multiply(alg, term, elementary.power(alg, base, Rational.of(exponent)))
        total = total + term
    for poly, power in value.den:
        below = replaced(goal, Rational(poly), atom, by)
        total = elementary.multiply(alg, total, elementary.integer_power(alg, below, -power))
    return total


def _factor(goal: Goal, factor: Atom, atom: Atom, by: Rational) -> Rational:
    if factor is atom:
        return by
    if factor.head == "exp" and any(a is atom for a, _ in factor.data[0]):
        inner = replaced(goal, Rational(Poly({factor.data[0]: fmpq(1)}), factor.data[1]), atom, by)
        return elementary.exp(goal.alg, inner)
    function = _UNARY.get(factor.head)
    if function is not None and any(a is atom for a in factor.data[0].atoms):
        return function(goal.alg, replaced(goal, factor.data[0], atom, by))
    return Rational(Poly({((factor, 1),): fmpq(1)}))


_UNARY = {"abs": elementary.absolute, "log": elementary.log}


def _of_sign(goal: Goal, head: str, *, negative: bool) -> Atom | None:
    """An atom that stands bare, linearly, with a coefficient of known sign, and nowhere else."""
    for atom in sorted(goal.value.num.atoms, key=lambda a: a.number):
        if atom.head != head or goal.value.den:
            continue
        with_atom = Poly({m: c for m, c in goal.value.num if any(a is atom for a, _ in m)})
        if any(dict(m).get(atom) != 1 for m in with_atom.terms):
            continue
        factor = Poly({tuple(p for p in m if p[0] is not atom): c for m, c in with_atom})
        sign = sign_of(goal.alg, Rational(-factor if negative else factor))
        if sign in (POSITIVE, NONNEGATIVE):
            return atom
    return None


def _with_powers(goal: Goal) -> Atom | None:
    """A maximum that stands only in terms <= 0, with powers."""
    for atom in sorted((a for a in goal.value.num.atoms if a.head == "max"), key=lambda a: a.number):
        signs = {poly_sign(goal.alg, Poly({m: c})) for m, c in goal.value.num if any(a is atom for a, _ in m)}
        if signs <= {NEGATIVE, NONPOSITIVE} and not goal.value.den:
            return atom
    return None


def by_absolute_value(goal: Goal, prove: Prove) -> ProofStep | None:
    """``b - abs(x) >= 0`` if ``b - x >= 0`` and ``b + x >= 0``; ``abs(x)`` on the other side by the sign of x."""
    atom = _of_sign(goal, "abs", negative=True)
    if atom is None:
        return _by_sign(goal, prove)
    collected: list[ProofStep] = []
    for value in (atom.data[0], -atom.data[0]):
        step = prove(goal.sub(replaced(goal, goal.value, atom, value)))
        if step is None:
            return None
        collected.append(step)
    return goal.step("the smaller of two", *collected, note="abs(x) is x or -x")


def _by_sign(goal: Goal, prove: Prove) -> ProofStep | None:
    atom = next((a for a in sorted(goal.value.num.atoms, key=lambda a: a.number) if a.head == "abs"), None)
    if atom is None or goal.depth > 4 or goal.value.den:
        return None
    collected: list[ProofStep] = []
    for value in (atom.data[0], -atom.data[0]):
        known = tuple(replace(f, value=replaced(goal, f.value, atom, value)) for f in goal.facts)
        case = replace(goal, facts=known).where(value)
        case = replace(case, facts=(*case.facts, *exponentiated(goal, value)))
        step = prove(case.sub(replaced(goal, goal.value, atom, value)))
        if step is None:
            return None
        collected.append(step)
    return goal.step("by the sign of a quantity", *collected, uses=(goal.write(atom.data[0]),))


def exponentiated(goal: Goal, value: Rational) -> tuple[Fact, ...]:
    """Where ``log(x) - log(y) >= 0``, with number factors, ``x - y >= 0``."""
    numbers = all(len(m) == 1 and m[0][0].head == "log" and m[0][1] == 1 for m in value.num.terms)
    if not numbers or value.den:
        return ()
    gap = elementary.exp(goal.alg, value) - Rational.of(1)
    coefficient, mono, primitive = gap.num.primitive()
    if not all(is_positive(goal.alg, Rational(p)) for p in (Poly({mono: fmpq(1)}), *(p for p, _ in gap.den))):
        return ()
    own = Rational(primitive.scaled((), coefficient))
    return (Fact(own, False, "exp(x) >= 1 for x >= 0", (value,), elementary.divide(goal.alg, own, gap)),)


def by_argmax(goal: Goal, prove: Prove) -> ProofStep | None:
    """A maximum is attained: it is the value at some index, and at least every other value."""
    for atom in _maxima(goal.value):
        members = atom.data[0]
        if len(members) != 1 or members[0].index is None or members[0].excluded or goal.depth > 5:
            continue
        index, case = new_index(goal, members[0].index)
        best = rename(goal.alg, members[0].body, {members[0].index: index})
        case = with_largest(case, atom, best)
        step = prove(case.sub(replaced(case, case.value, atom, best)))
        if step is not None:
            return goal.step(CASES, step, note=f"the maximum is attained, at an index {index}")
    return None


def by_declared_argmax(goal: Goal, prove: Prove) -> ProofStep | None:
    """A maximum that something is declared to be at most is attained: then that is at most the value at some index."""
    if goal.depth > 1:
        return None
    for fact in goal.facts:
        for atom in (a for a in _maxima(fact.value) if _grows(goal, fact, a)):
            case = _attained(goal, fact, atom)
            step = None if case is None else prove(case)
            if step is not None:
                return goal.step(CASES, step, note="the maximum is attained, at an index")
    return None


def _grows(goal: Goal, fact: Fact, atom: Atom) -> bool:
    """Whether a fact is a bound on a maximum from below, without denominators."""
    if fact.lemma != "given" or fact.value.den:
        return False
    factor = {m: c for m, c in fact.value.num if any(a is atom for a, _ in m)}
    return all(dict(m).get(atom) == 1 for m in factor) and sign_of(
        goal.alg, Rational(Poly({tuple(p for p in m if p[0] is not atom): c for m, c in factor.items()}))
    ) in (POSITIVE, NONNEGATIVE)


def _attained(goal: Goal, fact: Fact, atom: Atom) -> Goal | None:
    """The goal with a new index at which the maximum is attained; other than those that the maximum leaves out."""
    member = atom.data[0][0]
    if len(atom.data[0]) != 1 or member.index is None:
        return None
    index, case = new_index(goal, member.index)
    if member.excluded:
        if {i for i in goal.value.free | fact.value.free if isinstance(i, str)} != {*member.excluded}:
            return None
        apart = tuple(Chain((goal.write(i), case.write(index)), ("!=",)) for i in member.excluded)
        case = replace(case, generic=case.generic - {index}, given=(*case.given, *apart))
    best = rename(goal.alg, member.body, {member.index: index})
    case = with_largest(case, atom, best)
    known = replaced(case, fact.value, atom, best)
    case = replace(case, facts=(*case.facts, Fact(known, fact.strict, "given", (known,))))
    return case.sub(replaced(case, goal.value, atom, best))


def _maxima(value: Rational) -> list[Atom]:
    """The maxima that stand bare or in an exponential."""
    found = {a for a in value.num.atoms if a.head == "max"}
    for atom in value.num.atoms:
        if atom.head == "exp":
            found |= {a for a, _ in atom.data[0] if a.head == "max"}
    return sorted(found, key=lambda a: a.number)
