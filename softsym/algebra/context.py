"""What an algebraic computation knows: its atoms, the ranges of indices, the signs of names, and declared equations."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from flint import fmpq

from softsym.algebra.polynomial import Atom, Index, Poly, Rational
from softsym.errors import BudgetError
from softsym.symbols import Kind, Length

POSITIVE, NONNEGATIVE, NEGATIVE, NONPOSITIVE = "positive", "nonnegative", "negative", "nonpositive"


@dataclass(eq=False)
class Algebra:
    """One computation's context.

    ``ranges`` gives the length that an index runs over; ``vectors`` and ``scalars`` the kinds of names; ``facts`` the
    signs of primitive polynomials that declarations give, ``signs`` those of atoms and ``entry_signs`` those of the
    entries of vectors; ``rules`` replace an atom that a declared equation solves for, and ``defined`` gives the entries
    of vectors that declared equations define, at a bound index. Two different free indices are different numbers here:
    that two may coincide is tried by the zero test, which makes one of them the other. With ``open_deltas`` whether
    they are the same stays open, as a Kronecker delta: for expressions that are to be shown. With
    ``deduces_signs`` a sum of what is >= 0 less some of its own terms, a product of factors, and what is ``deduced``
    from facts, have a sign by themselves; a proof, whose indices may coincide, shows these as steps. ``asked`` holds
    what such a sign is being asked of.
    """

    vectors: dict[str, Kind] = field(default_factory=dict)
    scalars: dict[str, str] = field(default_factory=dict)
    ranges: dict[Index, Length] = field(default_factory=dict)
    hot: dict[str, Index] = field(default_factory=dict)
    facts: dict[Poly, str] = field(default_factory=dict)
    deduced: dict[Poly, str] = field(default_factory=dict)
    signs: dict[Atom, str] = field(default_factory=dict)
    entry_signs: dict[str, str] = field(default_factory=dict)
    rules: dict[Atom, Rational] = field(default_factory=dict)
    defined: dict[str, tuple[Index, Rational]] = field(default_factory=dict)
    deadline: float = float("inf")
    open_deltas: bool = False
    deduces_signs: bool = True
    asked: set[Poly] = field(default_factory=set)
    _atoms: dict[tuple[str, tuple[Any, ...]], Atom] = field(default_factory=dict)
    _fresh: int = 0

    def atom(self, head: str, *data: Any, free: frozenset[Index] = frozenset(), depth: int = 0) -> Atom:
        """The one atom with this head and data."""
        key = (head, data)
        found = self._atoms.get(key)
        if found is None:
            self.check_time()
            found = self._atoms[key] = Atom(head, data, free, depth, len(self._atoms))
        return found

    def of(self, atom: Atom) -> Rational:
        """An atom as a rational function, or what a declared equation says that it is."""
        return self.rules.get(atom) or Rational(Poly({((atom, 1),): fmpq(1)}))

    def fresh_index(self, length: Length) -> Index:
        """A new bound index over 1..length."""
        self._fresh += 1
        index = ("fresh", self._fresh)
        self.ranges[index] = length
        return index

    def bound_index(self, depth: int, position: int, length: Length) -> Index:
        """The canonical name of a generator's bound index."""
        index = ("bound", depth, position, str(length))
        self.ranges[index] = length
        return index

    def check_time(self) -> None:
        """Raise :class:`~softsym.errors.BudgetError` if the computation's time is over."""
        if time.monotonic() > self.deadline:
            raise BudgetError("the time for this computation is over")

    def length(self, length: Length) -> Rational:
        """A length as a rational function."""
        total = Rational.of(length.constant)
        for name, coefficient in length.terms:
            self.scalars.setdefault(name, "length")
            total = total + Rational(Poly({((self.atom("scalar", name), 1),): fmpq(coefficient)}))
        return total
