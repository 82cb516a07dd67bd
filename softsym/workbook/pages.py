"""Where a sheet breaks over printed pages: a table or a chart that fits on one page is not cut.

Only where each page repeats the headers may one be, so that no page is left half empty.
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil

from softsym.targets.excel_syntax import Reference, parse_formula
from softsym.workbook.plan import Chart, Sheet

PAPER = (595.3, 841.9)
"""Width and height of a sheet of A4, in points."""
MARGIN_SIDE, MARGIN_TOP, MARGIN_BOTTOM, MARGIN_FOOTER = 0.5, 0.6, 0.8, 0.4
"""In inches, as the file states them."""
_INCH, _CM = 72.0, 28.35
_ROW, _COLUMN = 15.0, 8.43
"""The height of a row in points, and the width of a column in digits, where none is given."""
_SPARE = 0.94
"""The share of a page that is counted on, as programs differ in the heights of rows."""
_WORTH_BEGINNING = 100.0
"""A table that is cut begins on a page that has room for so much of it, in points."""


def breaks(sheet: Sheet) -> list[int]:
    """The rows after which a page of the sheet, one page wide, ends before it is full.

    >>> sheet = Sheet("Tables")
    >>> for row in (1, 20, 40):
    ...     _ = sheet.put(row, 1, "a table", style="Heading 1"), sheet.put(row + 15, 1, "its last row")
    >>> breaks(sheet)
    [19, 39]
    """
    page, titles = _page_height(sheet), _titles_height(sheet)
    found: list[int] = []
    used, above = 0.0, 0
    for first, last in _parts(sheet):
        used += _height(sheet, above + 1, first - 1)
        size = _height(sheet, first, last)
        is_whole = titles + size <= page and not (titles and used < page / 2)
        least = size if is_whole else min(size, _WORTH_BEGINNING)
        if above and used > titles and used + least > page:
            found.append(first - 1)
            used = titles
        used, above = _flow(used, size, page, titles), last
    return found


def _flow(used: float, size: float, page: float, titles: float) -> float:
    """How much of the last page is used when so much more stands under what a page holds already."""
    beyond = used + size - page
    return used + size if beyond <= 0 else titles + beyond % max(page - titles, _ROW)


def _parts(sheet: Sheet) -> list[tuple[int, int]]:
    """First and last rows of what stays together: each heading with what is under it, and each row of charts."""
    starts = sorted(row for (row, column), cell in sheet.cells.items() if column == 1 and cell.style == "Heading 1")
    tables = [(s, _last_filled(sheet, s, e - 1)) for s, e in pairwise([*starts, sheet.bottom + 1])]
    found: list[tuple[int, int]] = []
    for first, last in sorted([*tables, *map(_rows, sheet.charts)]):
        if found and first <= found[-1][1]:  # side by side
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return found


def _last_filled(sheet: Sheet, first: int, last: int) -> int:
    """The last row from ``first`` to ``last`` that has a cell."""
    if any(column.top <= last <= column.bottom for column in sheet.columns):
        return last
    return max((row for row, _ in sheet.cells if first <= row <= last), default=first)


def _rows(chart: Chart) -> tuple[int, int]:
    """The rows of a chart, and the one above it, or the page before would show the chart's upper edge."""
    corner = parse_formula(f"={chart.anchor}")
    assert isinstance(corner, Reference)
    return max(corner.top - 1, 1), corner.top + ceil(chart.height * _CM / _ROW)


def _height(sheet: Sheet, first: int, last: int) -> float:
    """The height of rows, in points."""
    given = [height for row, height in sheet.heights.items() if first <= row <= last]
    return sum(given) + _ROW * (max(last - first + 1, 0) - len(given))


def _page_height(sheet: Sheet) -> float:
    """How much of a sheet fits on a page as high as it is, in points: it is made smaller until it is one page wide."""
    width, height = reversed(PAPER) if sheet.landscape else PAPER
    across = sum(7 * sheet.widths.get(c, _COLUMN) + 5 for c in range(1, _printed_right(sheet) + 1)) * 0.75
    scale = min(1.0, (width - 2 * _INCH * MARGIN_SIDE) / across)
    return _SPARE * (height - _INCH * (MARGIN_TOP + MARGIN_BOTTOM)) / scale


def _printed_right(sheet: Sheet) -> int:
    return sheet.printed_right or sheet.right


def _titles_height(sheet: Sheet) -> float:
    """The height of the rows that each page repeats."""
    first, _, last = sheet.repeat_rows.partition(":")
    return _height(sheet, int(first), int(last)) if first else 0.0
