"""Boxes that formulas are set in: what LaTeX, MathML and plain text have in common.

A formula is decided once, by :mod:`softsym.targets.notation`, as a tree of these boxes; a printer for a format has one
method a box. Characters are Unicode; each printer spells them in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Style = Literal["italic", "word", "upright", "bold", "blackboard"]
"""``word`` is a variable's name of several letters, ``upright`` a function's name."""


@dataclass(frozen=True, slots=True)
class Ident:
    """A name."""

    text: str
    style: Style = "italic"


@dataclass(frozen=True, slots=True)
class Digits:
    """A number as its decimal digits."""

    text: str


@dataclass(frozen=True, slots=True)
class Op:
    """An operator, a relation or punctuation; ``spaced`` ones have two operands."""

    sign: str
    spaced: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Plain words within a formula, with a ``gap`` around those that part it."""

    text: str
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Boxes side by side."""

    items: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Fraction:
    """One box above another, with a bar between them."""

    above: Box
    below: Box


@dataclass(frozen=True, slots=True)
class Sub:
    """A box with a subscript."""

    base: Box
    script: Box


@dataclass(frozen=True, slots=True)
class Sup:
    """A box with a superscript."""

    base: Box
    script: Box


@dataclass(frozen=True, slots=True)
class Big:
    """A large operator, such as a sum, with what stands below it and above it."""

    sign: str
    below: Box
    above: Box | None = None


@dataclass(frozen=True, slots=True)
class Fence:
    """A box in brackets that grow with it."""

    opening: str
    inner: Box
    closing: str


@dataclass(frozen=True, slots=True)
class Root:
    """A box under a square root."""

    inner: Box


Box: TypeAlias = Ident | Digits | Op | Words | Row | Fraction | Sub | Sup | Big | Fence | Root


def row(*items: Box) -> Box:
    """The boxes side by side; one alone is itself, and rows within rows are one row.

    >>> row(Ident("a"), row(Op("+"), Ident("b"))) == row(Ident("a"), Op("+"), Ident("b"))
    True
    """
    flat = tuple(part for item in items for part in (item.items if isinstance(item, Row) else (item,)))
    return flat[0] if len(flat) == 1 else Row(flat)


def fenced(inner: Box, pair: str = "()") -> Fence:
    """The box in a pair of brackets."""
    return Fence(pair[0], inner, pair[1])


def is_tall(box: Box) -> bool:
    """Whether the box is taller than a line of text, so that it does not fit into an exponent."""
    if isinstance(box, Fraction | Big | Sup):
        return True
    if isinstance(box, Row):
        return any(is_tall(item) for item in box.items)
    if isinstance(box, Fence | Root):
        return is_tall(box.inner)
    return isinstance(box, Sub) and is_tall(box.base)
