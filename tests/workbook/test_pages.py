"""Printed pages: no table or chart that fits on a page is cut, and no heading stands alone at the foot of one."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from softsym.workbook import Book, Chart, Scalar, Vector
from softsym.workbook.pages import breaks
from softsym.workbook.plan import Column, Sheet


def sheet_of(*blocks: tuple[int, int], repeat_rows: str = "", landscape: bool = True) -> Sheet:
    """A sheet with tables from a heading's row to a last row."""
    sheet = Sheet("Tables", repeat_rows=repeat_rows, landscape=landscape)
    sheet.put(1, 1, "a title", style="Title")
    for first, last in blocks:
        sheet.put(first, 1, "a heading", style="Heading 1")
        for row in range(first + 1, last + 1):
            sheet.put(row, 1, row)
    return sheet


@pytest.mark.parametrize(
    ("sheet", "wanted"),
    [
        (sheet_of((5, 15), (18, 28)), []),  # both fit
        (sheet_of((5, 15), (18, 40)), [17]),  # the second would be cut
        (sheet_of((5, 15), (18, 40), landscape=False), []),
        (sheet_of((5, 15), (18, 90)), []),  # it is cut wherever it begins
        (sheet_of((5, 27), (29, 90)), [28]),  # its heading would stand alone
        (sheet_of((5, 90)), []),
        (sheet_of((5, 12), (15, 40), repeat_rows="4:4"), []),  # headers are repeated: better than half a page empty
        (sheet_of((5, 22), (25, 45), repeat_rows="4:4"), [24]),
        (sheet_of((5, 15), (18, 28), (31, 41), (44, 54), (57, 67)), [30, 56]),
        (Sheet("empty"), []),
    ],
)
def test_pages_end_before_a_table_that_would_be_cut(sheet: Sheet, wanted: list[int]) -> None:
    assert breaks(sheet) == wanted


def test_a_row_of_charts_stays_whole() -> None:
    sheet = sheet_of((5, 12))
    for anchor in ("A15", "D15", "A35", "D35"):
        sheet.charts.append(Chart("bar", "", anchor, "Tables!$A$6:$A$9", ()))
    assert breaks(sheet) == [13, 33]


def test_rows_by_the_thousand_are_one_table() -> None:
    sheet = sheet_of((5, 6))
    sheet.columns.append(Column(7, 1, [0.0] * 50_000))
    assert breaks(sheet) == []


def test_what_is_printed_of_a_workbook(tmp_path: Path) -> None:
    values = [0.1 * k for k in range(12)]
    book = Book("Pages", "Three tables.", [Scalar("beta", 1.0), Vector("z", values)])
    for name in "pqr":
        book.table(f"table {name}", "z").column(name, "softmax(z, beta)", form="stable")
    for number in range(30):
        book.derivation(f"derivation {number}", [("rule", "expression " * 20, "condition")], "proved " * 40)
    book.check("sum", "sum(p)", "1")
    book.write(tmp_path / "a.xlsx")
    sheets = openpyxl.load_workbook(tmp_path / "a.xlsx")
    ends = {ws.title: [b.id for b in ws.row_breaks.brk] for ws in sheets}
    headings = {ws.title: [c.row for c in ws["A"] if c.style == "Heading 1"] for ws in sheets}
    assert ends["Workings"]
    assert all(end + 1 in headings[sheet] for sheet, rows in ends.items() for end in rows)
    assert sheets["Derivation"].print_title_rows == "$5:$5"
    assert sheets["Derivation"].max_column == 3
    assert sheets["Checks"].print_area == "'Checks'!$A$1:$K$14"  # without the inputs as they were exported
    assert sheets["README"].page_setup.orientation == "portrait"
