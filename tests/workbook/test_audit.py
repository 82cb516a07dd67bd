"""The audit on faults put in one at a time, and on files that it cannot read."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import DataTableFormula
from openpyxl.worksheet.table import Table

from softsym.errors import DomainError
from softsym.workbook import audit
from softsym.workbook.audit import Finding


def sheet_of(cells: dict[str, Any]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for where, value in cells.items():
        book.active[where] = value
    book.active.protection.sheet = True
    return book


def findings(book: openpyxl.Workbook, tmp_path: Path) -> list[Finding]:
    book.save(tmp_path / "a.xlsx")
    return [f for f in audit(tmp_path / "a.xlsx") if f.rule != "no value"]  # openpyxl writes none


FAULTS: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"A1": 2, "B1": "=A1*1.05"}, "hard-coded number", "1.05"),
    ({"A1": 2, "B1": "=SUM(A1,3)/12"}, "hard-coded number", "12, 3"),
    ({**{f"A{k}": k for k in range(1, 6)}, "B1": "=A1*2", "B2": "=A2*2", "B3": "=A3+2", "B4": "=A4*2", "B5": "=A5*2"},
     "inconsistent formula", "differs"),
    ({"A1": 0.95, "A2": 500, "B1": "=EXP($A$2*A1)"}, "EXP without its maximum subtracted", "747.1"),
    ({"A1": 1000, "B1": "=EXP(A1)/SUM(A1:A3)"}, "EXP without its maximum subtracted", "709.8"),
    ({"A1": 0.33, "A2": 0.33, "A3": 0.33, "A4": "=SUM(A1:A3)"}, "sum of rounded probabilities", "rounded"),
    ({"A1": "=ROUND(B1,2)", "A2": "=ROUND(B2,2)", "A3": "=SUM(A1:A2)"}, "sum of rounded probabilities", "rounded"),
    ({"A1": "=Nowhere!B2+1"}, "broken reference", "no sheet Nowhere"),
    ({"A1": "=#REF!+1"}, "broken reference", "deleted"),
    ({"A1": "=rate*2"}, "broken reference", "rate is not defined"),
    ({"A1": "=[1]Other!B2"}, "broken reference", "another file"),
    ({"A1": r"='C:\lists\[Other.xlsx]Data'!A1"}, "broken reference", "another file"),
    ({"A1": "=RAND()"}, "volatile function", "RAND"),
    ({"A1": "=OFFSET(B1,1,0)+NOW()"}, "volatile function", "NOW, OFFSET"),
    ({"A1": "=SUM(IF(B1:B3>0,1,0))"}, "implicit intersection", "range"),
    ({"A1": "=MAX(B1:B3*2)"}, "implicit intersection", "range"),
    ({"A1": "=SUMPRODUCT(IF(B1:B3>0,1,0))"}, "implicit intersection", "range"),
    ({"A1": "#DIV/0!"}, "error", "#DIV/0!"),
    ({f"A{k}": f"=B{k}+1" for k in range(1, 7)}, "no checks", "6 formulas"),
    ({"A1": "=1+*2"}, "unreadable formula", "cannot be read"),
    ({"A1": "=EXP(A2*LN())+EXP(EXP()+A2)"}, "EXP without its maximum subtracted", "large inputs"),
    ({"A1": "=B1*2", "A2": "=B2*2", "A3": 7, "A4": "=B4*2"}, "number typed over a formula", "7"),
    ({"A1": "=EXP(-B1^2)"}, "minus before a power", "minus"),
    ({"A1": "=SUMPRODUCT(ROUND(B1:B3,2))"}, "sum of rounded probabilities", "rounded"),
    ({"A1": "=ROUND(B1,2)", "A2": "=ROUND(B2,2)", "A3": "=A1+A2"}, "sum of rounded probabilities", "rounded"),
    ({"A1": "12", "A2": "=SUM(A1:A1)*2"}, "number stored as text", "12"),
    ({"A1": "=SUM(Lost[x])"}, "broken reference", "no table Lost"),
    ({f"A{k}": f"=B{k}*1.5" for k in range(1, 5)}, "hard-coded number", "1.5"),
    ({f"{c}1": f"={c}2*1.5" for c in "ABCD"}, "hard-coded number", "1.5"),
    ({**{f"A{k}": f"=B{k}*C{k}" for k in range(1, 9)}, "A4": "=B4+C4", "A5": "=B4*C5"}, "inconsistent formula",
     "above"),
    ({**{f"A{k}": f"=B{k}*C{k}" for k in range(1, 9)}, "A8": "=B8*C7"}, "inconsistent formula", "above"),
    ({**{f"{c}1": f"={c}2-{c}3" for c in "ABCDEF"}, "D1": "=D2+D3"}, "inconsistent formula", "left and right"),
    ({"A1": "=POWER(EXP(1),B1)"}, "EXP without its maximum subtracted", "large inputs"),
    ({"A1": 3, "B1": "=2.71828^A1"}, "EXP without its maximum subtracted", "709.8"),
    ({"A1": 3, "B1": "=IF(A1>=0,EXP(A1),1)"}, "EXP without its maximum subtracted", "709.8"),
    ({"A1": "=SUM(Sheet:Gone!B1)"}, "broken reference", "no sheet Sheet:Gone"),
    ({"A1": "=Sheet!B1:B9 Nowhere!A3:C3"}, "broken reference", "no sheet Nowhere"),
    ({"A1": "=B1:INDEX(B1:B9,3)*2"}, "implicit intersection", "range"),
    ({"A1": 5, "B1": "=EXP(A1-MIN(A1:A3))"}, "EXP without its maximum subtracted", "large inputs"),
    ({"A1": 5, "B1": "=EXP(A1-AVERAGE(A1:A3))"}, "EXP without its maximum subtracted", "large inputs"),
    ({"A1": 0.13, "A2": 0.27, "A3": 0.4, "A4": 0.19, "B1": "=A1+A2+A3+A4"}, "sum of rounded probabilities", "rounded"),
    ({**{f"A{k}": f"=B{k}*2" for k in range(1, 9)}, "A4": "30"}, "number typed over a formula", "30"),
    ({**{f"{c}1": f"={c}2-{c}3" for c in "ABCDEF"}, "D1": 40}, "number typed over a formula", "40"),
    ({"A1": "1,234.50", "A2": "=SUM(A1:A1)*2"}, "number stored as text", "1,234.50"),
)  # fmt: skip


@pytest.mark.parametrize(("cells", "rule", "says"), FAULTS)
def test_each_fault_is_found(cells: dict[str, Any], rule: str, says: str, tmp_path: Path) -> None:
    found = [f for f in findings(sheet_of(cells), tmp_path) if f.rule == rule]
    assert len(found) == 1
    assert says in found[0].detail
    assert found[0].why.endswith(".")
    assert found[0].advice.endswith(".")


SOUND: tuple[dict[str, Any], ...] = (
    {"A1": 1, "A2": 2, "B1": "=EXP(A1-MAX($A$1:$A$2))", "B2": "=EXP(A2-MAX($A$1:$A$2))", "B3": "=SUM(B1:B2)"},
    {"A1": 1, "B1": "=MAX(A1:A3)", "C1": "=A1-$B$1", "D1": "=EXP(C1)"},
    {"A1": 1, "B1": "=1/(1+EXP(-ABS(A1)))", "B2": "=EXP(-(A1^2)/2)"},
    {"A1": 1, "B1": "=SUMPRODUCT(EXP(A1:A3-MAX(A1:A3)))", "B2": "=INDEX(A1:A9,3)+ROUND(A1,4)"},
    {"A1": "=EXP(-(B1^2))", "A2": "=EXP(-C1*C1/2)", "A3": "=EXP(MEDIAN(B1,-1,1))", "A4": "=VLOOKUP(B1,C1:D9,2,FALSE)"},
    {"A1": "=_xlfn.STDEV.S(B1:B3)", "A2": "=XLOOKUP(B1,C1:C9,D1:D9)", "H1": "12", "A3": "=(-B2)^2"},
    {"A1": "=SUBTOTAL(9,B1:B3)", "A2": "=AGGREGATE(14,6,B1:B3,1)"},
    {"A1": 1, "B1": "=A1", "C1": "=B1", "D1": "=E1*(A1-C1)", "F1": "=EXP(D1)"},
    {"A1": 0.25, "A2": 0.75, "A3": "=SUM(A1:A2)", "A4": "-log(p), a text", "A5": "+ and -"},
    {"A1": "=IF(B1>=0,1/(1+EXP(-B1)),EXP(B1)/(1+EXP(B1)))", "A2": "=IF(0>B2,EXP(B2),1)", "A3": "=B3*100%"},
    {
        "A1": "=SUM(B1:B9 A3:C3)",
        "A2": "=SUM((B1:B2,B4))",
        "A3": "=SUM(B1:INDEX(B1:B9,C1))",
        "A4": "=SUM(sheet:SHEET!B1)",
    },
    {**{f"A{k}": f"=B{k}*C{k}" for k in range(1, 5)}, "A5": "=SUM(A1:A4)", "Z1": "check"},
    {**{f"A{k}": f"=B{k}*C{k}" for k in range(1, 9)}, "A5": "=SUM(A1:A4)", "A9": "=A5+SUM(A6:A8)", "Z1": "check"},
    {"A1": "=B1", **{f"A{k}": f"=A{k - 1}+B{k}" for k in range(2, 6)}, "A6": "=A5-A1", "Z1": "check"},
    {"A1": "=0", "A2": "=B2*2", "A3": "=0"},
    {"A1": "=D1*2", "B1": 5, "C1": "=F1*2", "A3": "=SUM(A:XFD)", "A4": "=SUMPRODUCT(EXP(MIN(B1:B3)-B1:B3))"},
    {"A1": "=SMALL(B1:B3,1)", "C1": "=EXP(A1-B1)", "C2": "=EXP(-(B1-A1))", "D1": "=EXP(G1*(A1-B1))", "H1": "check"},
    {"A1": 5, "B1": "=A1-MAX($A$1:$A$3)", "C1": "=$E$1*B1/$F$1", "D1": "=EXP(C1)"},
    {"A1": "=EXP(B1-MAX(B1:B3)+EXP(C1-MAX(C1:C3))/SUMPRODUCT(EXP(C1:C3-MAX(C1:C3))))"},
)


@pytest.mark.parametrize("cells", SOUND)
def test_sound_formulas_are_left_in_peace(cells: dict[str, Any], tmp_path: Path) -> None:
    assert findings(sheet_of(cells), tmp_path) == []


def test_names_links_protection_and_text(tmp_path: Path) -> None:
    book = sheet_of({"A1": 1, "B1": "=A1*2", "C1": "x"})
    book.active.protection.sheet = False
    book.active["C1"].value = "=cmd()"
    book.active["C1"].data_type = "s"
    book.active["D1"].value = "link"
    book.active["D1"].hyperlink = "#Nowhere!A1"
    book.defined_names["z1"] = DefinedName("z1", attr_text="Sheet!$A$1")
    book.defined_names["T"] = DefinedName("T", attr_text="Sheet!$A$1")
    book.defined_names["t"] = DefinedName("t", attr_text="Sheet!$A$1")
    book.defined_names["lost"] = DefinedName("lost", attr_text="#REF!")
    rules = {f.rule for f in findings(book, tmp_path)}
    assert rules >= {"unprotected formulas", "text that looks like a formula", "name like a cell", "broken name"}
    assert "name used twice" in rules


@pytest.mark.parametrize(
    ("link", "is_broken"),
    [("#Nowhere!A1", True), ("#lost", True), ("#Sheet!A9", False), ("#B2", False), ("#rate", False), ("#Sales", False),
     ("https://example.org/#part", False), ("other.xlsx#Nowhere!A1", False)],
)  # fmt: skip
def test_links_lead_somewhere(link: str, is_broken: bool, tmp_path: Path) -> None:
    book = sheet_of({"A1": "item", "A2": "a", "C1": "link"})
    book.active.add_table(Table(displayName="Sales", ref="A1:A2"))
    book.defined_names["rate"] = DefinedName("rate", attr_text="Sheet!$A$1")
    book.active["C1"].hyperlink = link
    wanted = [("broken link", "Sheet!C1", f"the link leads to {link[1:]}")] if is_broken else []
    assert [(f.rule, f.cell, f.detail) for f in findings(book, tmp_path)] == wanted


def test_two_numbers_typed_over_a_column_and_a_name_of_a_table_column(tmp_path: Path) -> None:
    book = sheet_of({**{f"A{k}": f"=B{k}*2" for k in range(1, 9)}, "A4": 30, "A5": 40, "D1": "check"})
    book.defined_names["prices"] = DefinedName("prices", attr_text="Sales[price]")
    found = findings(book, tmp_path)
    assert [(f.rule, f.cell) for f in found] == [("number typed over a formula", f"Sheet!A{k}") for k in (4, 5)]


def test_data_tables_are_formulas_of_their_inputs(tmp_path: Path) -> None:
    book = sheet_of({"A1": 1, "C5": "=A1*2", "B6": 1})
    book.active["C6"] = DataTableFormula(ref="C6:C7", dt2D=False, dtr=False, r1="A1")
    assert findings(book, tmp_path) == []


def test_text_that_a_quote_keeps_as_text_is_none_that_looks_like_a_formula(tmp_path: Path) -> None:
    book = sheet_of({"A1": "x"})
    book.active["A1"].value, book.active["A1"].data_type = "=cmd|x", "s"
    assert [f.rule for f in findings(book, tmp_path)] == ["text that looks like a formula"]
    book.active["A1"].quotePrefix = True
    assert findings(book, tmp_path) == []


def with_table(formulas: dict[str, str], tmp_path: Path) -> list[Finding]:
    """What is found in a workbook with the table Sales (item, price, net price) in A1:C4 and formulas beside it."""
    rows = (("item", "price", "net price"), ("a", 0.33, 900), ("b", 0.33, 2), ("c", 0.33, 3))
    book = sheet_of({f"{'ABC'[c]}{r}": x for r, row in enumerate(rows, 1) for c, x in enumerate(row)} | formulas)
    book.active.add_table(Table(displayName="Sales", ref="A1:C4"))
    return findings(book, tmp_path)


@pytest.mark.parametrize(
    "formula",
    ["=SUM(Sales[net price])", "=Sales[[#This Row],[price]]*2", "=SUM(Sales[[price]:[net price]])", "=COUNTA(Sales)",
     "=MAX(Sales[[#All],[price]])", "=[[#This Row],price]*2",
     "=SUM(Sales[price]:Sales[net price])", "=Sales[[#Headers],[item]]", "=EXP(Sales[@price]-MAX(Sales[price]))"],
)  # fmt: skip
def test_structured_references_are_followed(formula: str, tmp_path: Path) -> None:
    assert with_table({"E2": formula}, tmp_path) == []


@pytest.mark.parametrize(
    ("formula", "rule", "says"),
    [
        ("=SUM(Sales[lost])", "broken reference", "no such column or row: Sales[lost]"),
        ("=SUM(Sales[[#Totals],[price]])", "broken reference", "no such column or row"),
        ("=SUM(Lost[price])", "broken reference", "no table Lost"),
        ("=SUM(Sales[price])", "sum of rounded probabilities", "rounded"),
        ("=EXP(Sales[[#This Row],[net price]])", "EXP without its maximum subtracted", "Sheet!C2"),
        ("=Sales[price]*2", "implicit intersection", "whole range"),
    ],
)
def test_faults_behind_structured_references_are_found(formula: str, rule: str, says: str, tmp_path: Path) -> None:
    (found,) = with_table({"E2": formula}, tmp_path)
    assert found.rule == rule
    assert says in found.detail


def test_a_comment_accepts(tmp_path: Path) -> None:
    book = sheet_of({"A1": 2, "B1": "=A1*1.05"})
    book.active["B1"].comment = openpyxl.comments.Comment("Accepted: the rate is fixed by law.", "me")
    assert findings(book, tmp_path) == []


def test_copies_of_one_formula_are_one_finding(tmp_path: Path) -> None:
    cells = {f"{c}{k}": f"={c}{k + 9}*1.5" for k in range(1, 5) for c in "ABC"} | {"E2": "=E9*1.5", "H1": "check"}
    found = findings(sheet_of(cells), tmp_path)
    assert [(f.rule, f.cell) for f in found] == [
        ("hard-coded number", "Sheet!A1:C4"),
        ("hard-coded number", "Sheet!E2"),
    ]


def test_formulas_without_values_are_named(tmp_path: Path) -> None:
    sheet_of({"A1": 2, "B1": "=A1*2"}).save(tmp_path / "a.xlsx")
    assert [f.rule for f in audit(tmp_path / "a.xlsx")] == ["no value"]


OLD = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(100)


def test_a_folder_is_no_workbook(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="folder"):
        audit(tmp_path)


def test_a_damaged_part_is_refused(tmp_path: Path) -> None:
    sheet_of({"A1": 1}).save(tmp_path / "a.xlsx")
    with ZipFile(tmp_path / "a.xlsx") as good, ZipFile(tmp_path / "b.xlsx", "w") as bad:
        for name in good.namelist():
            bad.writestr(name, good.read(name)[:-20] if "sheet1" in name else good.read(name))
    with pytest.raises(DomainError, match="cannot be read"):
        audit(tmp_path / "b.xlsx")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 broken", OLD])
def test_files_that_are_no_workbooks_are_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(DomainError, match="cannot be read"):
        audit(tmp_path / "a.xlsx")
