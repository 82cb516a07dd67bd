"""Workbooks of the dialect excel365: what the file says, and that its figures follow every edit as NumPy gives them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import openpyxl
import pytest

from softsym import parse_expression
from softsym.errors import DomainError, ShapeError
from softsym.targets.excel import to_excel
from softsym.targets.numpy import lambdify
from softsym.workbook import Book, Vector, audit, spilled, write_workbook
from softsym.workbook.calculate import calculate
from softsym.workbook.checks import RESULT
from softsym.workbook.plan import CellError, Plan
from softsym.workbook.writer import write
from tests.test_excel_target import EXPRESSIONS, POINTS, agree, numpy_value, place
from tests.workbook.engines import Values, Where, cellrune_values, formulon_values
from tests.workbook.expected import check_rows
from tests.workbook.test_export import edits_of, input_places, random_values

CASES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("softmax(z, beta) where beta: nonzero", {"z": [0.95, 0.99, 0.98], "beta": 500.0}),
    ("lse(z, beta) where beta: nonzero", {"z": [1.0, 2.0, 3.0, 4.0], "beta": 2.0}),
    ("jacobian(softmax(z, beta), z) where beta: nonzero", {"z": [1.0, 1.0, 0.5], "beta": 10.0}),
    ("concat(z, [beta])", {"z": [3.0], "beta": 1.0}),
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, dict[str, Any], Path, Plan]]:
    folder = tmp_path_factory.mktemp("spilled")
    paths = [folder / f"book{number}.xlsx" for number in range(len(CASES))]
    return [
        (text, values, path, write_workbook(text, path, dialect="excel365", **values))
        for (text, values), path in zip(CASES, paths, strict=True)
    ]


def spilled_cells(plan: Plan, sheet: str = "Workings") -> list[Where]:
    """The cells that the result's formula fills."""
    (where, cell), *_ = [(w, c) for w, c in plan.sheet(sheet).cells.items() if c.spill]
    rows, columns = cell.spill or (1, 1)
    return [(sheet, where[0] + r, where[1] + c) for r in range(rows) for c in range(columns)]


def expected(text: str, values: dict[str, Any]) -> list[float]:
    function = lambdify(text)
    return [float(x) for x in np.ravel(function(*(values[n] for n in function.names)))]


def test_the_file_says_that_formulas_spill(written: list[Any]) -> None:
    for _, _, path, plan in written:
        with ZipFile(path) as archive:
            parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(("xml", "rels"))}
        assert '<bk><rc t="1" v="0"/></bk>' in parts["xl/metadata.xml"]
        assert 'PartName="/xl/metadata.xml"' in parts["[Content_Types].xml"]
        assert 'relationships/sheetMetadata" Target="metadata.xml"' in parts["xl/_rels/workbook.xml.rels"]
        sheets = "".join(text for name, text in parts.items() if name.startswith("xl/worksheets/sheet"))
        spilling = [c for sheet in plan.sheets for c in sheet.cells.values() if c.spill]
        assert len(re.findall(r'<c [^>]* cm="1"><f t="array" ref="[A-Z0-9:]+">', sheets)) == len(spilling) > 1
        assert not re.search(r"(?<!_xlfn\.)\b(LET|LAMBDA|TOCOL|MUNIT|VSTACK)\(", sheets + parts["xl/workbook.xml"])


def test_a_classic_workbook_has_no_metadata(tmp_path: Path) -> None:
    write_workbook("softmax(z)", tmp_path / "classic.xlsx", z=[1, 2])
    with ZipFile(tmp_path / "classic.xlsx") as archive:
        assert "xl/metadata.xml" not in archive.namelist()


def test_every_cell_of_a_spill_holds_its_value(written: list[Any]) -> None:
    for text, values, path, plan in written:
        book = openpyxl.load_workbook(path, data_only=True)
        for sheet in ("Workings", "Functions"):
            found = [book[s].cell(r, c).value for s, r, c in spilled_cells(plan, sheet)]
            assert found == pytest.approx(expected(text, values), rel=1e-12, abs=1e-15), text


@pytest.mark.parametrize("values_of", [formulon_values, cellrune_values])
def test_edits_are_followed(values_of: Callable[..., list[Values]], written: list[Any]) -> None:
    rng = random.Random(5)
    for text, values, path, plan in written:
        inputs = input_places(plan, list(values))
        turns = [values, *(random_values(values, rng) for _ in range(6))]
        for changed, found in zip(turns, values_of(path, *(edits_of(t, inputs) for t in turns)), strict=True):
            wanted = expected(text, changed)
            for sheet in ("Workings", "Functions"):
                given = [found[w] for w in spilled_cells(plan, sheet)]
                assert given == pytest.approx(wanted, rel=1e-12, abs=1e-14 * abs(changed["beta"])), f"{text} {changed}"
            assert "all checks pass" in found.values(), f"{text} at {changed}"


def test_functions_are_kept_by_name(written: list[Any]) -> None:
    names = openpyxl.load_workbook(written[0][2]).defined_names
    assert names["SOFTMAX"].attr_text.startswith("_xlfn.LAMBDA(_xlpm.z,_xlpm.beta,_xlfn.LET(")
    assert written[3][3].names["CONCAT_"].startswith("LAMBDA(z,beta,VSTACK(")


def test_our_own_workbooks_come_out_clean(written: list[Any]) -> None:
    for text, _, path, _ in written:
        assert [str(finding) for finding in audit(path)] == [], text


def test_equal_plans_give_equal_files(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook("softmax(z)", tmp_path / name, dialect="excel365", z=[1, 2])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_an_unknown_dialect_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="excel365"):
        write_workbook("softmax(z)", tmp_path / "a.xlsx", dialect="excel", z=[1, 2])


@pytest.mark.parametrize(("point", "orientation"), [(POINTS[0], "column"), (POINTS[3], "row")])
def test_our_own_calculator_spills_as_numpy_gives(point: dict[str, Any], orientation: str) -> None:
    plan, wanted, row = Plan("spilled"), {}, 20
    sheet, values = plan.sheet("S"), {**point, "w": [0.5, -1.5], "omega": 2.5}
    cells = place(sheet, values, orientation)
    for text in EXPRESSIONS:
        expr = parse_expression(text)
        array = np.asarray(numpy_value(expr, values), dtype=float)
        lines = array if array.ndim == 2 else array.reshape((1, -1) if orientation == "row" else (-1, 1))
        sheet.spill(row, 30, to_excel(expr, cells, dialect="excel365")[1:], lines.shape)
        wanted[row] = text, lines
        row += len(lines)
    calculate(plan)
    for top, (text, lines) in wanted.items():
        for (r, c), number in np.ndenumerate(lines):
            found = sheet.cells[top + r, 30 + c].value
            assert agree(found, number, text), f"{text}: {found}, not {number}"


def test_an_error_fills_its_own_cell_only(tmp_path: Path) -> None:
    plan = Plan("errors")
    sheet = plan.sheet("S")
    sheet.spill(1, 1, "FILTER({1;2},{0;0})", (2, 1))
    sheet.spill(1, 2, "LN({1;0})", (2, 1))
    calculate(plan)
    assert [sheet.cells[r, 1].value for r in (1, 2)] == [CellError("#CALC!"), None]
    assert [sheet.cells[r, 2].value for r in (1, 2)] == [0.0, CellError("#NUM!")]
    write(plan, tmp_path / "errors.xlsx")


def test_a_formula_that_fills_other_cells_is_refused() -> None:
    plan = Plan("sizes")
    plan.sheet("S").spill(1, 1, "SEQUENCE(3)", (2, 1))
    with pytest.raises(ShapeError, match="3 by 1"):
        calculate(plan)


def test_a_formula_on_a_column_that_is_accepted_to_overflow_may_overflow_too() -> None:
    book = Book("Spilled", "An accepted overflow.", [Vector("x", [1000.0, 2.0])])
    book.table("Powers", "x").column("naive", "exp(x)", accept="a large power overflows.")
    spilled.lay(book, "total", "their sum", book.scope.read("sum(naive)"))
    book.check("the total is at least 1", "total", "1", ">=")
    plan = book.finish()
    sheet, (row,) = plan.sheet("Checks"), check_rows(plan, "the total is at least 1")
    assert [sheet.cells[row, RESULT].value, sheet.cells[5, 3].value] == ["n/a, as it has no value", "all checks pass"]
