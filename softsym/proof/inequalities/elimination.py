"""Facts used as in linear arithmetic: a negative term is cancelled by a multiple of a fact that has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flint import fmpq

from softsym.algebra import elementary
from softsym.algebra.context import NONNEGATIVE, POSITIVE
from softsym.algebra.polynomial import Mono, Poly, Rational, mono_mul, mono_pow
from softsym.algebra.signs import poly_sign
from softsym.proof.inequalities.facts import facts_about
from softsym.proof.inequalities.goal import Fact, Goal, Steps
from softsym.proof.inequalities.text import text_of

MAX_TERMS = 60
MAX_TRIES = 8


def by_facts(goal: Goal, prove: Callable[[Goal], Steps | None]) -> Steps | None:
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
        steps = prove(goal.sub(rest, strict=goal.strict and not positive))
        if steps is not None:
            multiple = "" if factor.constant() == 1 else f"{text_of(factor)} times "
            used = f"{multiple}({text_of(fact.value)} {'>' if fact.strict else '>='} 0)"
            return goal.step("a known inequality subtracted", used, fact.reason), *steps
    return None


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
    for mono, coefficient in goal.value.num:
        if poly_sign(goal.alg, Poly({mono: coefficient})) in (POSITIVE, NONNEGATIVE):
            continue
        for own, factor in fact.value.num:
            scale = coefficient / factor
            quotient = mono_mul(mono, mono_pow(own, -1))
            if scale <= 0 or (quotient, scale) in seen:
                continue
            seen.add((quotient, scale))
            value = Poly({quotient: scale})
            if poly_sign(goal.alg, value) in (POSITIVE, NONNEGATIVE):
                yield Rational(value)
