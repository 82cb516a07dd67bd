"""Where the names of an expression stand in a workbook, and how pieces of a formula join."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from softsym.errors import ShapeError, UnsupportedError
from softsym.targets.excel_syntax import column_letters, parse_reference

COMPARISON, ADDITIVE, MULTIPLICATIVE, SIGN, ATOM = range(1, 6)
"""How tightly a piece of a formula binds; powers stand in parentheses always and so are atoms."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a formula: its text, how tightly it binds, and the axes of the array that it gives (none: a number).

    ``value`` is set for the zeros and ones that an index decides, so that they vanish from sums and products.
    """

    text: str
    level: int = ATOM
    axes: frozenset[int] = field(default=frozenset())
    orientation: str = ""
    value: int | None = None

    def within(self, level: int) -> str:
        """The text, in parentheses if it binds looser than ``level``."""
        return self.text if self.level >= level else f"({self.text})"


@dataclass(frozen=True, slots=True)
class At:
    """The entry at a known position, from 1; a ``running`` one is the formula's own entry, a column's next row."""

    position: int
    running: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Along:
    """The entries ``first`` to ``last`` at once, as an array along the axis, which counts from ``offset`` on."""

    axis: int
    first: int
    last: int
    offset: int = 0

    def moved(self, by: int) -> Along:
        """The same stretch of the axis in a vector that counts otherwise."""
        return Along(self.axis, self.first + by, self.last + by, self.offset + by)

    def cut(self, last: int) -> CutError:
        """What asks for two arrays instead of one, the first of which ends at ``last``."""
        return CutError(self.axis, last - self.offset)


@dataclass(frozen=True, slots=True)
class InCell:
    """The entry whose number a cell, or a part of a formula, holds."""

    text: str


Position: TypeAlias = At | Along | InCell


class CutError(Exception):
    """An array along the axis must be printed in two parts, the first of which ends at ``last``."""

    def __init__(self, axis: int, last: int) -> None:
        self.axis, self.last = axis, last
        super().__init__(axis, last)


class ScatterError(Exception):
    """The entries along the axis must be printed one by one."""

    def __init__(self, axis: int) -> None:
        self.axis = axis
        super().__init__(axis)


_CORNER = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([0-9]+)")


@dataclass(frozen=True, slots=True)
class Place:
    """A name's cells: one text a cell, or a range that a part can be taken of."""

    cells: tuple[str, ...]
    orientation: str = ""  # "column" or "row" for a range, else empty

    def entry(self, at: At) -> str:
        """One cell; a running entry is not anchored in the direction that the vector runs in."""
        text = self.cells[at.position - 1]
        if not at.running or not self.orientation:
            return text
        sheet, mark, address = text.rpartition("!")
        corner = _CORNER.fullmatch(address)
        assert corner is not None
        column, row = (corner[1], "") if self.orientation == "column" else ("", corner[3])
        return f"{sheet}{mark}{column}{corner[2]}{row}{corner[4]}"

    def part(self, first: int, last: int) -> str:
        """The range from one position to another."""
        if first == last:
            return self.cells[first - 1]
        end = self.cells[last - 1].rpartition("!")[2]
        return f"{self.cells[first - 1]}:{end}"

    @property
    def whole(self) -> str:
        return self.part(1, len(self.cells))


def place(where: str | Sequence[str]) -> Place:
    """The place that a text such as ``B1``, ``B2:B4`` or ``Inputs!$B$2:$D$2`` names, or a list of cells.

    Raises :class:`~softsym.errors.ShapeError` for a text that is no reference, and for a block of rows and columns.

    >>> place("Inputs!$B$2:$D$2").cells
    ('Inputs!$B$2', 'Inputs!$C$2', 'Inputs!$D$2')
    """
    if not isinstance(where, str):
        found = [place(cell) for cell in where]
        if not found or any(len(p.cells) > 1 for p in found):
            raise ShapeError("a list of cells holds single cells, as in ['B2', 'D2']")
        return Place(tuple(p.cells[0] for p in found))
    reference = parse_reference(where)
    if reference is None:
        raise ShapeError(f"{where!r} is no cell or range; write it as in B1, B2:B4 or Inputs!$B$2:$B$4")
    rows, columns = reference.size
    if rows > 1 and columns > 1:
        raise ShapeError(f"{where} has {rows} rows and {columns} columns; a vector is one row or one column")
    return _range(where, rows, columns)


def _range(where: str, rows: int, columns: int) -> Place:
    sheet, mark, address = where.rpartition("!")
    corner = _CORNER.match(address)
    if corner is None:
        raise ShapeError(f"{where!r} names whole rows or columns; give its first and last cell")
    reference = parse_reference(where)
    assert reference is not None
    cells = tuple(f"{sheet}{mark}{corner[1]}{column_letters(c)}{corner[3]}{r}" for r, c in reference.cells())
    return Place(cells, "column" if rows > 1 else "row" if columns > 1 else "")


def places(cells: Mapping[str, str | Sequence[str]]) -> dict[str, Place]:
    """The places of all names."""
    return {name: place(where) for name, where in cells.items()}


def literal_text(value: Fraction) -> str:
    """A number >= 0 as a spreadsheet reads it, exactly the nearest double: split in two where 15 digits do not do.

    >>> literal_text(Fraction(1, 10)), literal_text(Fraction(10**21)), literal_text(Fraction(0.1 + 0.2))
    ('0.1', '1E+21', '(0.3+5.55111512312578E-17)')

    Raises :class:`~softsym.errors.UnsupportedError` for a number outside the range that a spreadsheet reads.
    """
    try:
        wanted = float(value)
    except OverflowError:
        wanted = float("inf")
    if value and not 2.2250738585072014e-308 <= wanted <= 9.99999999999999e307:
        raise UnsupportedError(f"the number {value} is outside the range that a spreadsheet reads, 2.3E-308 to 1E+308")
    high = _fifteen(wanted)
    if float(high) == wanted:
        return high
    rest = Fraction(wanted) - Fraction(float(high))
    low = _fifteen(float(abs(rest)))
    sign = "+" if rest > 0 else "-"
    return f"({high}{sign}{low})"


def _fifteen(value: float) -> str:
    """15 significant digits, without trailing zeros, the exponent as spreadsheets write it."""
    text = f"{value:.15G}"
    mantissa, mark, exponent = text.partition("E")
    if not mark:
        return text
    return f"{mantissa}E{int(exponent):+d}"
