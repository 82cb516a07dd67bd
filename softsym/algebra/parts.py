"""What atoms are made of: the members of families, and the atoms within atoms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from softsym.algebra.polynomial import Atom, Index, Poly, Rational


@dataclass(frozen=True)
class Member:
    """One value of a family, or one value for each ``index`` that is not ``excluded``."""

    body: Rational
    index: Index | None = None
    excluded: tuple[Index, ...] = ()

    @property
    def free(self) -> frozenset[Index]:
        return (self.body.free - {self.index}) | frozenset(self.excluded)


def all_atoms(value: Rational | Poly | Atom) -> list[Atom]:
    """Every atom in a value and within its atoms, in the order of their numbers."""
    found: set[Atom] = set()
    stack: list[Any] = [value]
    while stack:
        top = stack.pop()
        if isinstance(top, Atom):
            if top not in found:
                found.add(top)
                stack.extend(parts(top))
        else:
            stack.extend(top.atoms)
    return sorted(found, key=lambda a: a.number)


def parts(atom: Atom) -> list[Any]:
    """The rational functions and atoms that an atom is made of."""
    if atom.head == "exp":
        mono, den = atom.data
        return [Rational(Poly({mono: fmpq(1)}), den)]
    found: list[Any] = []
    for item in atom.data:
        if isinstance(item, Rational | Atom):
            found.append(item)
        elif isinstance(item, tuple):
            found.extend(m.body for m in item if isinstance(m, Member))
    return found


def mentions(value: Rational | Poly | Atom, meant: Callable[[Atom], bool]) -> bool:
    """Whether an atom that is meant stands anywhere in a value or within its atoms."""
    return any(meant(atom) for atom in all_atoms(value))
