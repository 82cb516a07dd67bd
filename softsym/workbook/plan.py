"""A workbook as pure data: sheets of cells, names, validations, charts. The writer carries it out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from softsym.errors import DomainError
from softsym.targets.excel_syntax import MAX_COLUMNS, MAX_ROWS, column_letters


@dataclass(frozen=True, slots=True)
class CellError:
    """An error value of a spreadsheet, such as ``#NUM!``."""

    code: str

    def __str__(self) -> str:
        return self.code


Value: TypeAlias = "float | int | str | bool | CellError | None"


@dataclass(slots=True)
class Cell:
    """One cell: a constant, or a formula (without its ``=``) together with the value that it gives.

    ``style`` is a name of :mod:`softsym.workbook.styles`; ``link`` is a sheet's cell (``#Checks!A1``) or an address.
    ``spill`` is how many rows and columns a formula of the dialect excel365 fills; other formulas have none.
    """

    value: Value = None
    formula: str = ""
    style: str = "Normal"
    number_format: str = "General"
    comment: str = ""
    link: str = ""
    spill: tuple[int, int] | None = None


@dataclass(slots=True)
class Column:
    """Many cells in one column from the row ``top`` down: values, and their formula with ``{row}`` in it."""

    top: int
    column: int
    values: Sequence[float | int | str | CellError]
    formula: str = ""
    style: str = "Calculation"
    number_format: str = "General"

    @property
    def bottom(self) -> int:
        return self.top + len(self.values) - 1


@dataclass(frozen=True, slots=True)
class Validation:
    """What a range of input cells accepts, and what it says when it is entered or refuses.

    ``kind`` is decimal, whole, list or custom; ``operator`` is that of the format, such as ``greaterThan``.
    """

    where: str
    kind: str
    formula: str
    operator: str = "between"
    second: str = ""
    title: str = ""
    prompt: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One curve or set of bars: its name and the range of its values, with their sheet."""

    name: str
    values: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of a kind (scatter, bar or surface) at a cell; ``x`` is the range of abscissae or of categories.

    ``x_range`` and ``y_range`` fix the axes; sizes are in centimetres.
    """

    kind: str
    title: str
    anchor: str
    x: str
    series: tuple[Series, ...]
    x_title: str = ""
    y_title: str = ""
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None
    x_format: str = "General"
    y_format: str = "General"
    width: float = 16.0
    height: float = 9.0
    markers: bool = False


@dataclass(frozen=True, slots=True)
class ColourScale:
    """A range coloured from its smallest to its largest value."""

    where: str


@dataclass(frozen=True, slots=True)
class Highlight:
    """A range shown in the style Good or Bad where a formula is true."""

    where: str
    formula: str
    style: str


@dataclass(slots=True)
class Sheet:
    """A sheet; cells are put by row and column, from 1. Columns after ``printed_right``, unless 0, are not printed."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)
    widths: dict[int, float] = field(default_factory=dict)
    heights: dict[int, float] = field(default_factory=dict)
    freeze: str = ""
    validations: list[Validation] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    scales: list[ColourScale] = field(default_factory=list)
    highlights: list[Highlight] = field(default_factory=list)
    landscape: bool = True
    repeat_rows: str = ""
    printed_right: int = 0

    def put(self, row: int, column: int, value: Value = None, **settings: Any) -> Cell:
        """Put a cell; ``settings`` are the other fields of :class:`Cell`."""
        if not (1 <= row <= MAX_ROWS and 1 <= column <= MAX_COLUMNS):
            raise DomainError(f"a sheet has {MAX_ROWS} rows and {MAX_COLUMNS} columns; split the data over workbooks")
        cell = self.cells[row, column] = Cell(value, **settings)
        return cell

    def spill(self, row: int, column: int, formula: str, size: tuple[int, int], **settings: Any) -> None:
        """Put a formula of the dialect excel365, and the cells that it fills."""
        for r in range(size[0]):
            for c in range(size[1]):
                self.put(row + r, column + c, **settings)
        self.put(row, column, formula=formula, spill=size, **settings)

    def row(self, row: int, values: Sequence[Value], column: int = 1, style: str = "Normal") -> None:
        """Put values side by side."""
        for offset, value in enumerate(values):
            if value is not None:
                self.put(row, column + offset, value, style=style)

    @property
    def bottom(self) -> int:
        """The last row that has a cell."""
        return max([0, *(row for row, _ in self.cells), *(c.bottom for c in self.columns)])

    @property
    def right(self) -> int:
        """The last column that has a cell."""
        return max([1, *(column for _, column in self.cells), *(c.column for c in self.columns)])


@dataclass(slots=True)
class Plan:
    """A workbook: its sheets in order, the names of inputs and outputs, and what the file says of itself."""

    title: str
    sheets: list[Sheet] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    subject: str = ""
    description: str = ""
    keywords: str = ""

    def sheet(self, name: str) -> Sheet:
        """The sheet of that name, made if there is none yet."""
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        self.sheets.append(Sheet(name))
        return self.sheets[-1]


def address(row: int, column: int, sheet: str = "", *, anchored: bool = False) -> str:
    """The text of a cell's reference.

    >>> address(2, 3), address(2, 3, "My sheet", anchored=True)
    ('C2', "'My sheet'!$C$2")
    """
    mark = "$" if anchored else ""
    return f"{sheet_prefix(sheet)}{mark}{column_letters(column)}{mark}{row}"


def area(top: int, left: int, bottom: int, right: int, sheet: str = "", *, anchored: bool = True) -> str:
    """The text of a range's reference; one cell is a single reference.

    >>> area(2, 2, 4, 2, "Inputs"), area(2, 2, 2, 2)
    ('Inputs!$B$2:$B$4', '$B$2')
    """
    first = address(top, left, sheet, anchored=anchored)
    return first if (top, left) == (bottom, right) else f"{first}:{address(bottom, right, anchored=anchored)}"


CELL_LIKE = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*|[Cc][0-9]*|[Rr][0-9]*[Cc][0-9]*|(?i:true|false)")
"""What reads as a cell or a truth value, so that it is no name, and in quotes as that of a sheet."""


def sheet_prefix(sheet: str) -> str:
    """``Sheet!``, in quotes where the name needs them."""
    if not sheet:
        return ""
    is_word = sheet.isascii() and sheet.replace("_", "a").isalnum() and sheet[0].isalpha()
    plain = is_word and not CELL_LIKE.fullmatch(sheet)
    return f"{sheet}!" if plain else "'" + sheet.replace("'", "''") + "'!"
