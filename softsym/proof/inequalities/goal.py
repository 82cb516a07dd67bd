"""A goal ``value >= 0`` (or ``> 0``) in normal form, with what is known when it is proved."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from softsym.algebra import elementary
from softsym.algebra.context import Algebra
from softsym.algebra.polynomial import Index, Poly, Rational
from softsym.algebra.writer import product
from softsym.errors import BudgetError
from softsym.expression import Expr, apply, number
from softsym.language import Chain
from softsym.proof.inequalities.writing import Summand, raised, written
from softsym.proof.steps import ProofStep, Use
from softsym.symbols import Length

COMBINATION = "a sum of multiples of what is known"
CASES = "cases"
EQUAL = "equal"


@dataclass(frozen=True)
class Fact:
    """``value >= 0``, or ``> 0`` if ``strict``, by a lemma about some quantities.

    ``about`` are normal forms, summands, indices or expressions; ``value`` is the lemma's quantity times ``scale``.
    """

    value: Rational
    strict: bool
    lemma: str = "given"
    about: tuple[Any, ...] = ()
    scale: Rational | None = None


class Everywhere(NamedTuple):
    """``value >= 0``, or ``> 0`` if ``strict``, for every value of a bound index."""

    bound: Index
    value: Rational
    strict: bool = False


@dataclass
class Budget:
    """How many goals the search may still try, and until when."""

    goals: int = 1
    deadline: float = float("inf")

    def spend(self) -> None:
        self.goals -= 1
        if self.goals < 0 or time.monotonic() > self.deadline:
            raise BudgetError("the search for a proof was stopped")


@dataclass(frozen=True)
class Goal:
    """``value >= 0`` (``> 0`` if ``strict``).

    ``facts`` are known besides what the atoms themselves tell, ``universal`` ones at every index; ``given`` are the
    hypotheses of the case as expressions; ``generic`` are indices that may coincide with others; ``several`` are the
    lengths that are at least 2; ``budget`` is shared.
    """

    alg: Algebra
    value: Rational
    strict: bool = False
    facts: tuple[Fact, ...] = ()
    universal: tuple[Everywhere, ...] = ()
    given: tuple[Chain, ...] = ()
    generic: frozenset[Index] = frozenset()
    several: frozenset[Length] = frozenset()
    depth: int = 0
    budget: Budget = field(default_factory=Budget)

    def sub(self, value: Rational, *, strict: bool | None = None) -> Goal:
        """A goal one level deeper."""
        own = self.strict if strict is None else strict
        return replace(self, value=value, strict=own, depth=self.depth + 1)

    def where(self, value: Rational) -> Goal:
        """The goal in the case that a quantity is >= 0."""
        return replace(self, facts=(*self.facts, Fact(value, False, "given", (value,))),
                       given=(*self.given, nonnegative(self.write(value))))  # fmt: skip

    def same(self, value: Rational) -> Goal:
        """An equivalent goal, at the same level."""
        return replace(self, value=value)

    def write(self, quantity: Any) -> Expr:
        """A normal form, or an index, as an expression of the language."""
        return written(self.alg, quantity)[0]

    def terms(self, value: Rational) -> Expr:
        """A normal form so that its sign shows: term by term, or what a declaration is about apart from its factor."""
        coefficient, mono, primitive = value.num.primitive()
        top = self.write(value.num)
        if primitive in self.alg.facts and len(primitive) > 1:
            top = apply("mul", self.write(Poly({mono: coefficient})), self.write(primitive))
        below = [raised(self.write(p), n) for p, n in value.den]
        return apply("div", top, product(below)) if below else top

    def combined(self, multiples: Iterable[tuple[Rational, Fact]], rest: ProofStep | None) -> ProofStep:
        """The step that this goal is the rest plus multiples, with factors >= 0, of known inequalities."""
        uses = tuple(self._use(factor, fact) for factor, fact in multiples)
        if rest is None or rest.rule == EQUAL:
            return self.step(COMBINATION, uses=uses)
        return self.step(COMBINATION, rest, uses=(*uses, Use(number(1), "step")))

    def _use(self, factor: Rational, fact: Fact) -> Use:
        scaled = factor if fact.scale is None else elementary.multiply(self.alg, factor, fact.scale)
        return Use(self.write(scaled), fact.lemma, tuple(e for a in fact.about for e in written(self.alg, a)))

    def step(self, rule: str, *steps: ProofStep, uses: tuple[Any, ...] = (), note: str = "") -> ProofStep:
        """A step of a proof of this goal."""
        return ProofStep(rule, nonnegative(self.write(self.value), self.strict), steps, uses, self.given, note)


def nonnegative(expr: Expr, strict: bool = False) -> Chain:
    """``expr >= 0``, or ``> 0``."""
    return Chain((expr, number(0)), (">" if strict else ">=",))


__all__ = ["Budget", "Fact", "Goal", "Summand", "nonnegative"]
