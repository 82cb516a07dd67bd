"""The search: rules tried in order, each reducing a goal to simpler ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from softsym.algebra.polynomial import Poly, Rational, cancelled, mono_mul, mono_pow
from softsym.algebra.signs import sign_of
from softsym.errors import BudgetError, UnsupportedError
from softsym.proof.inequalities import (
    convexity,
    distances,
    elimination,
    factors,
    quadratic,
    shifting,
    splitting,
    tangents,
    termwise,
)
from softsym.proof.inequalities.goal import EQUAL, Budget, Goal
from softsym.proof.inequalities.points import Samples
from softsym.proof.steps import ProofStep

Rule: TypeAlias = "Callable[[Goal, Callable[[Goal], ProofStep | None]], ProofStep | None]"

DEPTHS = {2: 60, 3: 150, 4: 300, 5: 600, 7: 800}
"""The depths to which proofs are looked for in turn, and how many goals are tried at each."""

RULES: tuple[Rule, ...] = (
    factors.by_factors,
    elimination.by_one_fact,
    shifting.by_centring,
    splitting.by_members,
    splitting.by_absolute_value,
    factors.by_powers,
    tangents.by_roots,
    factors.by_two_exponentials,
    factors.by_logarithms,
    convexity.by_variational_bound,
    convexity.by_log_sum,
    convexity.by_single_logarithm,
    tangents.by_tangent,
    tangents.by_tangents,
    factors.by_squares,
    elimination.by_endpoints,
    elimination.by_coefficients,
    quadratic.by_diagonal,
    termwise.by_dropping,
    termwise.by_pairs,
    elimination.by_facts,
    distances.by_spread,
    termwise.by_terms,
    splitting.by_argmax,
    splitting.by_declared_argmax,
)
"""The rules in the order in which they are tried, cheap and safe ones first."""


def prove(goal: Goal, depth: int) -> ProofStep | None:
    """A proof of a goal that is not deeper than that, or ``None``."""
    try:
        search = _Search(depth, Samples(goal))
        return search.prove(replace(goal, budget=Budget(DEPTHS[depth], goal.budget.deadline)))
    except BudgetError:
        if time.monotonic() > goal.budget.deadline:
            raise
    return None


def _by_declaration(goal: Goal, value: Rational) -> ProofStep | None:
    """A multiple, with a factor of one term that is > 0, of a declared quantity."""
    scale, mono, primitive = value.num.primitive()
    for fact in goal.facts if len(primitive) > 1 else ():
        if fact.value.is_zero:
            continue
        own, own_mono, declared = fact.value.num.primitive()
        if fact.value.den or declared not in (primitive, -primitive) or (goal.strict and not fact.strict):
            continue
        size = scale / own if declared == primitive else -scale / own
        factor = Rational(Poly({mono_mul(mono, mono_pow(own_mono, -1)): size}), value.den)
        if sign_of(goal.alg, factor) == "positive":
            return goal.combined([(factor, fact)], None)
    return None


class _Search:
    def __init__(self, deepest: int, samples: Samples) -> None:
        self.deepest, self.samples = deepest, samples
        self.failed: dict[tuple[object, ...], int] = {}

    def prove(self, goal: Goal) -> ProofStep | None:
        """Prove a goal by its sign or by the first rule that works."""
        goal.budget.spend()
        value = cancelled(goal.value)
        if value.is_zero:
            return None if goal.strict else goal.step(EQUAL)
        sign = sign_of(goal.alg, value)
        if sign == "positive" or (sign == "nonnegative" and not goal.strict):
            return _by_declaration(goal, value) or goal.step("every term has this sign", uses=(goal.terms(value),))
        if sign in ("negative", "nonpositive") or goal.depth >= self.deepest:
            return None
        key = (value, goal.strict, frozenset(f.value for f in goal.facts), goal.universal)
        if self.failed.get(key, self.deepest + 1) <= goal.depth:
            return None
        self.failed[key] = goal.depth
        if self.samples.refute(replace(goal, value=value)):
            goal.budget.goals += 1  # it costs little
            return None
        return self._by_rules(goal, value)

    def _by_rules(self, goal: Goal, value: Rational) -> ProofStep | None:
        goal = replace(goal, value=value)
        for rule in RULES:
            try:
                step = rule(goal, self.prove)
            except UnsupportedError:
                continue
            if step is not None:
                return step
        return None
