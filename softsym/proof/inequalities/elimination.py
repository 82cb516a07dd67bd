"""Facts used as in linear arithmetic: a negative term is cancelled by a multiple of a fact that has it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NEGATIVE, NONNEGATIVE, POSITIVE
from softsym.algebra.parts import all_atoms
from softsym.algebra.polynomial import Atom, Mono, Poly, Rational, mono_mul, mono_pow
from softsym.algebra.signs import atom_sign, poly_sign
from softsym.proof.inequalities.factors import Prove
from softsym.proof.inequalities.facts import facts_about
from softsym.proof.inequalities.goal import COMBINATION, Fact, Goal
from softsym.proof.steps import ProofStep, Use

MAX_TERMS = 60
MAX_TRIES = 8


def by_facts(goal: Goal, prove: Prove) -> ProofStep | None:
    """``value - factor*fact >= 0`` for a factor >= 0 suffices."""
    if goal.value.den or len(goal.value.num) > MAX_TERMS:
        return None
    for number, (fact, factor) in enumerate(_candidates(goal)):
        if number >= MAX_TRIES:
            break
        rest = goal.value - elementary.multiply(goal.alg, factor, fact.value)
        positive = fact.strict and poly_sign(goal.alg, factor.num) == POSITIVE
        if len(rest.num) > len(goal.value.num) + 1:
            continue
        step = prove(goal.sub(rest, strict=goal.strict and not positive))
        if step is not None:
            return goal.combined([(factor, fact)], step)
    return None


def by_one_fact(goal: Goal, prove: Prove) -> ProofStep | None:
    """A multiple of one fact leaves nothing of the whole goal, or terms >= 0 alone."""
    if goal.value.den or goal.depth > 0 or len(goal.value.num) > MAX_TERMS:
        return None
    fact, factor = next(_candidates(goal), (None, None))
    if fact is None or factor is None:
        return None
    rest = goal.value - elementary.multiply(goal.alg, factor, fact.value)
    if goal.strict or _unsettled(goal, rest):
        return None
    step = prove(goal.sub(rest))
    return None if step is None else goal.combined([(factor, fact)], step)


def _candidates(goal: Goal) -> Iterator[tuple[Fact, Rational]]:
    """Facts with the multiples that cancel a negative term of the goal, those that shorten it most first."""
    found: list[tuple[tuple[int, int], int, Fact, Rational]] = []
    for fact in facts_about(goal):
        if fact.value.den:
            continue
        for factor in _multiples(goal, fact):
            rest = goal.value - elementary.multiply(goal.alg, factor, fact.value)
            found.append((_badness(goal, rest), len(found), fact, factor))
    for _, _, fact, factor in sorted(found, key=lambda t: t[:2]):
        yield fact, factor


def _badness(goal: Goal, rest: Rational) -> tuple[int, int]:
    return _unsettled(goal, rest), len(rest.num)


def _unsettled(goal: Goal, value: Rational) -> int:
    return sum(poly_sign(goal.alg, Poly({m: c})) not in (POSITIVE, NONNEGATIVE) for m, c in value.num)


def _multiples(goal: Goal, fact: Fact) -> Iterator[Rational]:
    seen: set[tuple[Mono, fmpq]] = set()
    bounds_several = len(fact.value.num) > 2 or _completes_a_square(goal, fact)
    for mono, coefficient in goal.value.num:
        spare = poly_sign(goal.alg, Poly({mono: coefficient})) in (POSITIVE, NONNEGATIVE)
        for own, factor in fact.value.num:
            if spare and (own != mono or factor < 0 or not bounds_several):
                continue  # a term >= 0 is used up only by a fact that bounds several others
            scale = coefficient / factor
            quotient = _without_division(mono_mul(mono, mono_pow(own, -1)))
            if scale <= 0 or (quotient, scale) in seen:
                continue
            seen.add((quotient, scale))
            if any(e < 0 and atom_sign(goal.alg, a) not in (POSITIVE, NEGATIVE) for a, e in quotient):
                continue  # the multiple would be undefined where that atom is 0
            value = Poly({quotient: scale})
            if poly_sign(goal.alg, value) in (POSITIVE, NONNEGATIVE):
                yield Rational(value)


def _completes_a_square(goal: Goal, fact: Fact) -> bool:
    """Whether a fact puts a square ``x**2`` in the place of a term, where the goal has a term with x as a factor."""
    squares = [m for m, c in fact.value.num if c < 0 and m and all(e in (1, 2) for _, e in mono_pow(m, Fraction(1, 2)))]
    roots = [dict(mono_pow(m, Fraction(1, 2))) for m in squares]
    return any(all(dict(m).get(a) == e for a, e in root.items()) for root in roots for m, _ in goal.value.num)


def _without_division(mono: Mono) -> Mono:
    """The monomial with ``x**2/abs(x)`` as ``abs(x)``."""
    powers = dict(mono)
    for atom, exponent in mono:
        inner = atom.data[0].single() if atom.head == "abs" and exponent == -1 else None
        if inner is not None and inner[1] == 1 and len(inner[0]) == 1 and powers.get(inner[0][0][0]) == 2:
            mono = mono_mul(mono, ((atom, 2),))
            mono = mono_mul(mono, ((inner[0][0][0], -2),))
    return mono


def by_endpoints(goal: Goal, prove: Prove) -> ProofStep | None:
    """A goal that is linear in a bounded scalar holds if it holds at both bounds, all else as it is."""
    if goal.value.den:
        return None
    for atom in sorted(goal.value.num.atoms, key=lambda a: a.number):
        if atom.head != "scalar" or any(dict(m).get(atom, 0) not in (0, 1) for m in goal.value.num.terms):
            continue
        low, high = _bounds(goal, atom)
        if low is None or high is None or low == high:
            continue
        collected: list[ProofStep] = []
        for bound in (low, high):
            step = prove(goal.sub(_with_value(goal, atom, bound), strict=goal.strict))
            if step is None:
                break
            collected.append(step)
        else:
            value = Rational(Poly({((atom, 1),): fmpq(1)}))
            shares = (Rational.of(high) - value, value - Rational.of(low))
            uses = tuple(Use(goal.write(s.times(Rational.of(1 / (high - low)))), "step") for s in shares)
            return goal.step(COMBINATION, *collected, uses=uses, note=f"linear in {atom.data[0]} from {low} to {high}")
    return None


def by_coefficients(goal: Goal, prove: Prove) -> ProofStep | None:
    """A polynomial in scalars >= 0 that stand nowhere else is >= 0 if its coefficients are."""
    free = _free_scalars(goal)
    if goal.value.den or goal.strict or not free:
        return None
    groups: dict[Mono, dict[Mono, fmpq]] = {}
    for mono, c in goal.value.num:
        own = tuple(p for p in mono if p[0] in free)
        groups.setdefault(own, {})[tuple(p for p in mono if p[0] not in free)] = c
    parts = [(Rational(Poly({mono: fmpq(1)})), Rational(Poly(terms))) for mono, terms in groups.items()]
    if len(parts) < 2:
        return None
    collected: list[ProofStep] = []
    for _, part in parts:
        step = prove(goal.sub(part))
        if step is None:
            return None
        collected.append(step)
    uses = tuple(Use(goal.write(factor), "step") for factor, _ in parts)
    return goal.step(COMBINATION, *collected, uses=uses, note="coefficient by coefficient")


def _free_scalars(goal: Goal) -> set[Atom]:
    """The scalars that may be 0 or more, and that stand in no other atom of a goal."""
    alone = {a for a in goal.value.num.atoms if a.head == "scalar" and goal.alg.scalars.get(a.data[0]) == "nonnegative"}
    inside = {a for b in goal.value.num.atoms - alone for a in all_atoms(b)}
    return alone - inside


def _bounds(goal: Goal, atom: Atom) -> tuple[fmpq | None, fmpq | None]:
    """The numbers between which declarations and its kind put a scalar."""
    sign = atom_sign(goal.alg, atom)
    low = fmpq(0) if sign in (POSITIVE, NONNEGATIVE) else None
    high = fmpq(0) if sign in ("negative", "nonpositive") else None
    for fact in goal.facts:
        terms = dict(fact.value.num.terms)
        slope, constant = terms.pop(((atom, 1),), None), terms.pop((), fmpq(0))
        if slope is None or terms or fact.value.den:
            continue
        bound = -constant / slope
        if slope > 0:
            low = bound if low is None else max(low, bound)
        else:
            high = bound if high is None else min(high, bound)
    return low, high


def _with_value(goal: Goal, atom: Atom, value: fmpq) -> Rational:
    plain = Poly({m: c for m, c in goal.value.num if dict(m).get(atom, 0) == 0})
    times = Poly({mono_mul(m, ((atom, -1),)): c for m, c in goal.value.num if dict(m).get(atom, 0) == 1})
    return Rational(plain + times.scaled((), value)) if value else Rational(plain)
