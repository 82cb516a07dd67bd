"""An exercise: the reader types a guess beside each hidden figure, and the figure shows itself."""

from __future__ import annotations

from collections.abc import Sequence

from softsym.targets.excel_syntax import Reference, parse_formula
from softsym.workbook.domains import validation
from softsym.workbook.plan import Sheet, address
from softsym.workbook.tables import heading

PURPOSE = "Type a guess into each shaded cell: the figure beside it is hidden until then."
_HEADERS = ("figure", "your guess", "revealed", "off by")


def lay(sheet: Sheet, row: int, title: str, labels: Sequence[str], cells: Sequence[str], number_format: str) -> None:
    """Lay an exercise out from ``row`` down; ``cells`` are the figures' cells, one a label."""
    row = heading(sheet, row, title, "")
    sheet.row(row, list(_HEADERS), style="Heading 3")
    sheet.widths.update({1: 18, 2: 16, 3: 20, 4: 14})
    for offset, (label, cell) in enumerate(zip(labels, cells, strict=True), 1):
        _line(sheet, row + offset, label, cell, number_format)
    guesses = f"B{row + 1}:B{row + len(cells)}"
    sheet.validations.append(validation(guesses, "a guess", "real", "your guess"))


def _line(sheet: Sheet, row: int, label: str, cell: str, number_format: str) -> None:
    guess = address(row, 2)
    sheet.put(row, 1, label, style="Heading 4")
    sheet.put(row, 2, style="Input", number_format=number_format)
    hidden = f'IF(ISNUMBER({guess}),{cell},"guess first")'
    sheet.put(row, 3, formula=hidden, style="Output", number_format=number_format)
    off = f'IF(ISNUMBER({guess}),ABS({guess}-C{row}),"n/a")'
    sheet.put(row, 4, formula=off, style="Calculation", number_format=number_format)


def single_cells(where: str) -> list[str]:
    """The cells of a range, row by row.

    >>> single_cells("Workings!$D$8:$D$9")
    ['Workings!$D$8', 'Workings!$D$9']
    """
    node = parse_formula(f"={where}")
    assert isinstance(node, Reference)
    return [address(row, column, node.sheet, anchored=True) for row, column in node.cells()]
