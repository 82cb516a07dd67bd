"""Structured references, such as ``Sales[price]`` and ``Sales[[#This Row],[price]]``, as the cells that they name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from softsym.targets.excel_syntax import DefinedName, Formula, Reference, column_letters, with_children

_ITEM = re.compile(r"\[((?:'.|[^\[\]'])*)\]")
_PARTS = re.compile(rf"(?:{_ITEM.pattern}\s*[,:]\s*)*(?:{_ITEM.pattern}|([^\[\],:'#@]+))")
"""Parts in brackets; the last may stand without, as some programs write ``[[#This Row],price]``."""
_BARE = re.compile(r"\][,:]\s*([^\[\],:]+)$")
_ESCAPED = re.compile("'(.)")
_ROWS = ("#all", "#data", "#headers", "#totals", "#this row")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a workbook: its name, sheet and corners, its columns' names, and whether it has headers and totals."""

    name: str
    sheet: str
    corners: tuple[int, int, int, int]
    columns: tuple[str, ...]
    has_headers: bool = True
    has_totals: bool = False

    def rows(self, which: str, row: int) -> tuple[int, int] | None:
        """First and last row of a part of the table; ``row`` is that of the formula."""
        top, _, bottom, _ = self.corners
        data = top + self.has_headers, bottom - self.has_totals
        if which == "#this row":
            return (row, row) if data[0] <= row <= data[1] else None
        if which in ("#headers", "#totals"):
            there = self.has_headers if which == "#headers" else self.has_totals
            return ((top, top) if which == "#headers" else (bottom, bottom)) if there else None
        return data if which == "#data" else (top, bottom)

    def column(self, name: str) -> int | None:
        """The number of a column of the sheet, by its name in the table."""
        names = [column.casefold() for column in self.columns]
        return self.corners[1] + names.index(name.casefold()) if name.casefold() in names else None


def is_structured(node: Formula) -> bool:
    """Whether a name is a structured reference, and none to another file."""
    return isinstance(node, DefinedName) and node.text.endswith("]") and "!" not in node.text


def with_cells(node: Formula, tables: Sequence[Table], sheet: str, row: int) -> Formula:
    """A formula that stands in a row of a sheet, with the cells that its structured references name in their places.

    What names no table, column or row that is there is left as it is.

    >>> from softsym.targets.excel_syntax import parse_formula
    >>> prices = Table("Prices", "Data", (1, 1, 4, 2), ("item", "net price"))
    >>> for text in ("Prices[net price]", "Prices[[#This Row],[net price]]", "[@item]", "Prices", "Prices[lost]"):
    ...     print(getattr(with_cells(parse_formula(text), [prices], "Data", 3), "text", ""))
    Data!$B$2:$B$4
    Data!$B$3
    Data!$A$3
    Data!$A$2:$B$4
    Prices[lost]
    """
    if isinstance(node, DefinedName):
        return _cells(node.text, tables, sheet, row) or node
    return with_children(node, lambda part: with_cells(part, tables, sheet, row))


def _cells(text: str, tables: Sequence[Table], sheet: str, row: int) -> Reference | None:
    name, bracket, _ = text.partition("[")
    parts = _parts(text[len(name) + 1 : -1]) if bracket else ([], [])
    if parts is None:
        return None
    found = (_cells_of(table, *parts, row) for table in _named(name, tables, sheet, row))
    return next((reference for reference in found if reference is not None), None)


def _cells_of(table: Table, which: list[str], names: list[str], row: int) -> Reference | None:
    spans = [table.rows(part, row) for part in which or ["#data"]]
    columns = [table.column(column) for column in names] or [table.corners[1], table.corners[3]]
    rows = [number for span in spans if span is not None for number in span]
    known = [column for column in columns if column is not None]
    if not rows or len(known) < len(columns):
        return None
    return _reference(table.sheet, min(rows), min(known), max(rows), max(known))


def _named(name: str, tables: Sequence[Table], sheet: str, row: int) -> list[Table]:
    """The table of a name; without one, those of the formula's own row."""
    if name:
        return [table for table in tables if table.name.casefold() == name.casefold()]
    return [t for t in tables if t.sheet == sheet and t.corners[0] <= row <= t.corners[2]]


def _parts(inner: str) -> tuple[list[str], list[str]] | None:
    """What stands between the outer brackets: rows such as ``#data``, and names of columns."""
    which: list[str] = []
    if inner.startswith("@"):
        which, inner = ["#this row"], inner[1:]
    if not inner.startswith("["):
        items = [inner] if inner else []
    elif _PARTS.fullmatch(inner):
        items = [*_ITEM.findall(inner), *_BARE.findall(inner)]
    else:
        return None
    which += [item.casefold() for item in items if item.casefold() in _ROWS]
    return which, [_ESCAPED.sub(r"\1", item) for item in items if item.casefold() not in _ROWS]


def _reference(sheet: str, top: int, left: int, bottom: int, right: int) -> Reference:
    first, last = (f"${column_letters(c)}${r}" for r, c in ((top, left), (bottom, right)))
    where = first if first == last else f"{first}:{last}"
    plain = sheet.isidentifier() and sheet.isascii()
    mark = sheet if plain else "'" + sheet.replace("'", "''") + "'"
    return Reference(sheet, top, left, bottom, right, f"{mark}!{where}")
