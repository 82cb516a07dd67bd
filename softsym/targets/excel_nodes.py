"""The nodes of formulas of spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class NumberLiteral:
    """A number as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class TextLiteral:
    """A text in quotes, without them."""

    text: str


@dataclass(frozen=True, slots=True)
class LogicalLiteral:
    """``TRUE`` or ``FALSE``."""

    value: bool


@dataclass(frozen=True, slots=True)
class ErrorLiteral:
    """An error value such as ``#N/A``; ``#REF!`` is also what a lost reference leaves."""

    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """An argument that is left out, as in ``IF(A1,,2)``."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell or a range; rows and columns count from 1, ``sheet`` is empty for the formula's own sheet."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int
    text: str = ""

    @property
    def is_cell(self) -> bool:
        return (self.top, self.left) == (self.bottom, self.right)

    @property
    def size(self) -> tuple[int, int]:
        """How many rows and columns the range has."""
        return self.bottom - self.top + 1, self.right - self.left + 1

    def cells(self) -> Iterator[tuple[int, int]]:
        """(row, column) of every cell, row by row."""
        return ((r, c) for r in range(self.top, self.bottom + 1) for c in range(self.left, self.right + 1))


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A name of the workbook, or a structured or external reference that stays unread."""

    text: str


@dataclass(frozen=True, slots=True)
class ArrayLiteral:
    """``{1,2;3,4}`` by rows."""

    rows: tuple[tuple[Formula, ...], ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x``, ``+x`` or ``x%``."""

    sign: str
    operand: Formula


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two operands; for those that make a reference of references see :data:`REFERENCE_SIGNS`."""

    sign: str
    left: Formula
    right: Formula


@dataclass(frozen=True, slots=True)
class Call:
    """A function, its name in capitals and without the prefixes that files put before new functions."""

    name: str
    args: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Invoke:
    """A function that a formula gives, called at once: ``LAMBDA(x,x+1)(2)``."""

    function: Formula
    args: tuple[Formula, ...]


Formula: TypeAlias = (
    NumberLiteral
    | TextLiteral
    | LogicalLiteral
    | ErrorLiteral
    | Missing
    | Reference
    | DefinedName
    | ArrayLiteral
    | Unary
    | Binary
    | Call
    | Invoke
)


REFERENCE_SIGNS = {":": "the range between", " ": "the overlap of", ",": "the union of"}
"""The operators that make a reference of two references, and what they give."""
_GIVE_REFERENCES = frozenset(("INDEX", "OFFSET", "INDIRECT", "CHOOSE", "IF", "IFS", "SWITCH", "XLOOKUP", "SINGLE"))


def is_reference(node: Formula) -> bool:
    """Whether a node may give cells rather than a value, so that an operator on references may stand beside it."""
    if isinstance(node, Binary):
        return node.sign in REFERENCE_SIGNS
    return isinstance(node, Reference | DefinedName) or (isinstance(node, Call) and node.name in _GIVE_REFERENCES)


def children(node: Formula) -> tuple[Formula, ...]:
    """The operands of a node."""
    if isinstance(node, Unary):
        return (node.operand,)
    if isinstance(node, Binary):
        return node.left, node.right
    if isinstance(node, Call):
        return node.args
    if isinstance(node, Invoke):
        return node.function, *node.args
    return tuple(x for row in node.rows for x in row) if isinstance(node, ArrayLiteral) else ()


def walk_formula(node: Formula) -> Iterator[Formula]:
    """Every node, parents first."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(children(top)))
