"""A goal ``value >= 0`` (or ``> 0``) in normal form, with what is known when it is proved."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from softsym.algebra.context import Algebra
from softsym.algebra.polynomial import Index, Rational
from softsym.errors import BudgetError
from softsym.proof.inequalities.text import text_of
from softsym.proof.verdict import ProofStep

Steps: TypeAlias = "tuple[ProofStep, ...]"


@dataclass(frozen=True)
class Fact:
    """``value >= 0``, or ``> 0`` if ``strict``, and why."""

    value: Rational
    strict: bool
    reason: str


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

    ``facts`` are known besides what the atoms themselves tell, ``universal`` ones (a bound index, a quantity >= 0 for
    every value of it, the reason) at every index; ``generic`` are indices that may coincide with others;
    ``several`` says that two different indices exist, so that the length is at least 2; ``budget`` is shared.
    """

    alg: Algebra
    value: Rational
    strict: bool = False
    facts: tuple[Fact, ...] = ()
    universal: tuple[tuple[Index, Rational, str], ...] = ()
    generic: frozenset[Index] = frozenset()
    several: bool = False
    depth: int = 0
    budget: Budget = field(default_factory=Budget)

    def sub(self, value: Rational, *, strict: bool | None = None, facts: tuple[Fact, ...] = ()) -> Goal:
        """A goal one level deeper."""
        own = self.strict if strict is None else strict
        return replace(self, value=value, strict=own, facts=(*self.facts, *facts), depth=self.depth + 1)

    def same(self, value: Rational) -> Goal:
        """An equivalent goal, at the same level."""
        return replace(self, value=value)

    def step(self, rule: str, after: str = "", condition: str = "") -> ProofStep:
        """A step of a proof of this goal."""
        return ProofStep(rule, f"{text_of(self.value)} {'>' if self.strict else '>='} 0", after, condition)
