"""The file itself: values beside formulas, every double back, text that stays text, the same bytes at every build."""

from __future__ import annotations

import math
import random
import time
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from softsym.errors import DomainError
from softsym.workbook.plan import CellError, Chart, Column, Plan, Series, Validation, address, area
from softsym.workbook.writer import MAX_CELL_TEXT, write
from tests.workbook.engines import libreoffice

TEXTS = (
    "=cmd|' /C calc'!A0", "=1+1", "+1", "-1", "@SUM(A1)", "#NUM!", "1e5", "TRUE", " lead", "two\nlines", "שלום", "😀",
    "a" * 40_000, "nul\x00bell\x07", "<b>&amp;</b>", "\ud800", "'quoted", "_x0041_",
)  # fmt: skip


def plan_of(cells: dict[tuple[int, int], object]) -> Plan:
    plan = Plan("test")
    sheet = plan.sheet("Sheet")
    for (row, column), value in cells.items():
        sheet.put(row, column, value)  # type: ignore[arg-type]
    return plan


def test_every_double_comes_back(tmp_path: Path) -> None:
    random.seed(1)
    numbers = [random.uniform(-1, 1) * 10.0 ** random.randint(-300, 300) for _ in range(2000)]
    numbers += [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, -0.0, 2.0**53, 1e22, 123456789012345678.0]
    write(plan_of({(k, 1): x for k, x in enumerate(numbers, 1)}), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Sheet"]
    assert [float(sheet.cell(k, 1).value) for k in range(1, len(numbers) + 1)] == numbers


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused_and_nothing_is_left(value: float, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_text("before")
    with pytest.raises(DomainError, match="B3"):
        write(plan_of({(3, 2): value}), tmp_path / "a.xlsx")
    assert [p.name for p in tmp_path.iterdir()] == ["a.xlsx"]
    assert (tmp_path / "a.xlsx").read_text() == "before"


def test_text_stays_text(tmp_path: Path) -> None:
    write(plan_of({(k, 1): text for k, text in enumerate(TEXTS, 1)}), tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Sheet"]
    for k, text in enumerate(TEXTS, 1):
        cell = sheet.cell(k, 1)
        assert cell.data_type == "s", text[:20]
        assert len(cell.value) <= MAX_CELL_TEXT
        if text.isprintable() and len(text) < 100:
            assert cell.value == text.replace("_x0041_", "_x005F_x0041_")  # what programs read as the text itself


def full_plan() -> Plan:
    plan = Plan("full", description="everything at once")
    sheet = plan.sheet("Data & more")
    for k in range(1, 11):
        sheet.put(k, 1, k / 10, style="Input", comment="a value" if k == 1 else "")
        sheet.put(k, 2, (k / 10) ** 2, formula=f"(A{k}^2)", style="Calculation", number_format="0.000")
    sheet.put(12, 1, CellError("#NUM!"), formula="EXP(1000)")
    sheet.put(13, 1, "yes", formula='IF(A1>0,"yes","no")')
    sheet.put(14, 1, True, formula="A1>0")
    sheet.put(15, 1, "a link", link="#'Data & more'!A1", style="Hyperlink")
    sheet.columns.append(Column(20, 3, [1.5, 2.5, CellError("#DIV/0!")], "1/A{row}"))
    where = area(1, 1, 10, 1, sheet.name)
    series = (Series("square", area(1, 2, 10, 2, sheet.name)),)
    for kind in ("scatter", "bar", "surface"):
        sheet.charts.append(Chart(kind, kind, "E2", where, series, "x", "x²", markers=True))
    sheet.validations.append(
        Validation("A1:A10", "decimal", "0", "greaterThan", title="x", prompt="above 0", error="no")
    )
    plan.names["total"] = address(1, 2, sheet.name, anchored=True)
    return plan


def test_two_builds_are_the_same_bytes(tmp_path: Path) -> None:
    write(full_plan(), tmp_path / "a.xlsx")
    time.sleep(1.1)
    write(full_plan(), tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_formulas_hold_their_values(tmp_path: Path) -> None:
    write(full_plan(), tmp_path / "a.xlsx")
    formulas = openpyxl.load_workbook(tmp_path / "a.xlsx")["Data & more"]
    values = openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True)["Data & more"]
    found = {a: (formulas[a].value, values[a].value) for a in ("B3", "A12", "A13", "A14", "C21", "C22")}
    assert found == {
        "B3": ("=(A3^2)", 0.09),
        "A12": ("=EXP(1000)", "#NUM!"),
        "A13": ('=IF(A1>0,"yes","no")', "yes"),
        "A14": ("=A1>0", True),
        "C21": ("=1/A21", 2.5),
        "C22": ("=1/A22", "#DIV/0!"),
    }
    assert formulas["A1"].style == "Input"
    assert not formulas["A1"].protection.locked
    assert formulas["B1"].protection.locked
    assert formulas.protection.sheet


def test_no_member_is_written_twice(tmp_path: Path) -> None:
    write(full_plan(), tmp_path / "a.xlsx")
    with ZipFile(tmp_path / "a.xlsx") as archive:
        assert len(archive.namelist()) == len(set(archive.namelist()))
        assert {info.date_time[0] for info in archive.infolist()} == {2000}
        assert b'fullCalcOnLoad="1"' in archive.read("xl/workbook.xml")


def test_openpyxl_and_libreoffice_save_it_again_unchanged(tmp_path: Path) -> None:
    write(full_plan(), tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book.save(tmp_path / "b.xlsx")
    out = libreoffice(tmp_path, [tmp_path / "a.xlsx"], "xlsx")
    for other in (tmp_path / "b.xlsx", out / "a.xlsx"):
        again = openpyxl.load_workbook(other)["Data & more"]
        for row in book["Data & more"].iter_rows():
            for cell in row:
                if cell.value is not None:
                    assert str(again[cell.coordinate].value).replace(" ", "") == str(cell.value).replace(" ", "")
    assert len(openpyxl.load_workbook(out / "a.xlsx")["Data & more"]._charts) == 3


def test_a_cell_outside_the_sheet_is_refused() -> None:
    with pytest.raises(DomainError, match="split"):
        Plan("x").sheet("Sheet").put(1_048_577, 1, 1)
