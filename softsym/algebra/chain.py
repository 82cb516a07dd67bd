"""Equalities between many expressions with the same names, each brought to normal form once."""

from __future__ import annotations

import time
from typing import Any

from softsym.algebra.context import Algebra
from softsym.algebra.lowering import Lowering
from softsym.algebra.normal import Normalizer
from softsym.algebra.polynomial import Rational
from softsym.algebra.zero import MAX_FREE, ZeroTest, partitions
from softsym.errors import BudgetError
from softsym.expression import Expr, apply


class Chain(ZeroTest):
    """A zero test that remembers the scalars it has seen; ``seconds`` is the time for each question.

    >>> from softsym import parse
    >>> chain = Chain()
    >>> chain.equal(parse("lse(z + a)"), parse("lse(z) + a")), chain.equal(parse("lse(z) + a"), parse("lse(z)"))
    (True, False)
    """

    def __init__(self, seconds: float = float("inf")) -> None:
        super().__init__()
        self.seconds = seconds
        self.lowering = Lowering()
        self.scalars: dict[Expr, Any] = {}
        self.settings: dict[tuple[str, ...], list[_Setting]] = {}

    def equal(self, left: Expr, right: Expr) -> bool:
        """Whether two expressions are equal in every entry, for every N and every value of their names."""
        self.deadline = time.monotonic() + self.seconds
        if left.shape or right.shape:
            return self.is_zero(apply("sub", left, right))
        one, other = self._lowered(left), self._lowered(right)
        return all(s.normal(one, self.deadline) == s.normal(other, self.deadline) or
                   (s.normal(one, self.deadline) - s.normal(other, self.deadline)).is_zero
                   for s in self._settings_for(one, other))  # fmt: skip

    def _lowered(self, expr: Expr) -> Any:
        if expr not in self.scalars:
            self.scalars[expr] = self.lowering.lower(expr)
        return self.scalars[expr]

    def _settings_for(self, *scalars: Any) -> list[_Setting]:
        """The ways in which the free indices of some scalars coincide."""
        found = {str(i): i for scalar in scalars for i in self._free_indices(self.lowering, [scalar])}
        key = tuple(sorted(found))
        if len(key) > MAX_FREE:
            raise BudgetError(f"{len(key)} free indices coincide in too many ways")
        if key not in self.settings:
            ways = partitions([found[k] for k in key], lambda a, b: self._may_coincide(self.lowering, a, b))
            self.settings[key] = [_Setting(*self._algebra(self.lowering, blocks)) for blocks in ways]
        return self.settings[key]


class _Setting:
    """One way in which the free indices coincide, with the normal forms found there."""

    def __init__(self, alg: Algebra, normalizer: Normalizer) -> None:
        self.alg, self.normalizer = alg, normalizer
        self.found: dict[Any, Rational] = {}

    def normal(self, scalar: Any, deadline: float) -> Rational:
        if scalar not in self.found:
            self.alg.deadline = deadline
            self.found[scalar] = self.normalizer.normal(scalar)
        return self.found[scalar]
