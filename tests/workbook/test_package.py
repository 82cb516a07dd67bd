"""The files as packages: valid by the schemas, sound as a whole, the same bytes everywhere, kept by a re-save."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from math import isclose
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator, ValidationSeverity

from softsym.workbook import write_rows, write_workbook
from tests.conftest import REPORTS
from tests.workbook.engines import libreoffice

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetProtection", "autoFilter",
    "mergeCells", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup",
    "headerFooter", "rowBreaks", "drawing", "legacyDrawing", "tableParts",
)  # fmt: skip
"""The order that the schema fixes for the parts of a sheet."""
NAMES = (*sorted(path.stem for path in REPORTS.glob("*.py")), "scenarios", "matrix", "rows", "spilled")
HARD = ["=cmd|' /C calc'!A0", "#NUM!", "+1", "x" * 40_000, "bell\x07", "مرحبا", "😀", "two\nlines", "_x0041_"]


@pytest.fixture(scope="module")
def files(reports, tmp_path_factory) -> dict[str, Path]:
    """The reports' workbooks, and exported ones."""
    folder = tmp_path_factory.mktemp("package")
    found = {name: folder / f"{name}.xlsx" for name in ("scenarios", "matrix", "rows", "spilled")}
    write_workbook("softmax(z, beta)", found["scenarios"], z=[1, 2, 3], beta=[1, 500])
    write_workbook("hessian(lse(z, beta), z)", found["matrix"], z=[1, 2, 3], beta=2)
    write_workbook("softmax(z, beta)", found["spilled"], z=[1, 2, 3], beta=2, dialect="excel365")
    rows = [[float(k), 2.0, -1.0] for k in range(len(HARD))]
    write_rows("softmax(z, beta)", ["=a", "b" * 300, "😀"], rows, found["rows"], labels=HARD, beta=2.0)
    return {**{name: reports.folder / f"{name}.xlsx" for name in reports.made}, **found}


def faults(path: Path) -> list[str]:
    found = OpenXmlValidator().validate(str(path)).errors
    return [f"{e.part_uri}: {e.description}" for e in found if e.severity == ValidationSeverity.ERROR]


@pytest.mark.parametrize("name", NAMES)
def test_every_part_is_valid(files, name: str) -> None:
    assert faults(files[name]) == []


def test_the_validator_finds_a_part_out_of_order(files, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    with ZipFile(files["scenarios"]) as good, ZipFile(bad, "w") as copy:
        for member in good.namelist():
            text = good.read(member)
            if member.endswith("sheet2.xml"):
                text = re.sub(rb"(<sheetData>.*</sheetData>)(<sheetProtection[^>]*/>)", rb"\2\1", text, flags=re.DOTALL)
            copy.writestr(member, text)
    assert faults(bad) != []


@pytest.mark.parametrize("name", NAMES)
def test_the_package_is_sound(files, name: str) -> None:
    with ZipFile(files[name]) as archive:
        members = archive.namelist()
        parts = {n: ElementTree.fromstring(archive.read(n)) for n in members}
    assert len(members) == len({n.casefold() for n in members})
    _assert_relations_lead_somewhere(parts)
    types = parts["[Content_Types].xml"]
    named = {n.get("PartName", "").lstrip("/") for n in types} | {f".{n.get('Extension')}" for n in types}
    assert [n for n in members if n not in named and f".{n.rpartition('.')[2]}" not in named] == []
    assert {n for n in named if "." not in n[:1] and n} <= set(members)
    for part, root in parts.items():
        if part.startswith("xl/worksheets/sheet"):
            _assert_sheet_is_sound(root, parts["xl/styles.xml"])
        ids = [node.get("id") for node in root.iter() if node.tag.endswith("}cNvPr")]
        assert len(ids) == len(set(ids)), part
    names = [n.get("name", "").casefold() for n in parts["xl/workbook.xml"].iter(f"{MAIN}definedName")]
    own = [n for n in names if not n.startswith("_xlnm")]
    assert len(own) == len(set(own))


def _assert_relations_lead_somewhere(parts: dict[str, Any]) -> None:
    for name, root in parts.items():
        if not name.endswith(".rels"):
            continue
        folder = dirname(dirname(name))
        ids = [node.get("Id") for node in root]
        assert len(ids) == len(set(ids)), name
        for node in root:
            target = node.get("Target", "")
            if node.get("TargetMode") != "External":
                where = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
                assert where in parts, f"{name}: {target}"
        owner = join(folder, name.rpartition("/")[2].removesuffix(".rels"))
        used = {v for n in parts[owner].iter() for k, v in n.items() if k == RELATION} if owner in parts else set()
        assert used <= set(ids), name


def _assert_sheet_is_sound(root: Any, styles: Any) -> None:
    tags = [node.tag.removeprefix(MAIN) for node in root]
    assert tags == sorted(tags, key=ORDER.index)
    for rule in root.iter(f"{MAIN}dataValidation"):
        assert max(len(rule.get(key, "")) for key in ("promptTitle", "errorTitle")) <= 32
        assert max(len(rule.get(key, "")) for key in ("prompt", "error")) <= 255
        assert all(len(node.text or "") <= 255 for node in rule)
    sizes = {key: len(styles.find(f"{MAIN}{key}")) for key in ("cellXfs", "dxfs")}
    assert {int(c.get("s", 0)) < sizes["cellXfs"] for c in root.iter(f"{MAIN}c")} <= {True}
    assert all(int(r.get("dxfId", 0)) < max(sizes["dxfs"], 1) for r in root.iter(f"{MAIN}cfRule"))
    places = [cell.get("r") for cell in root.iter(f"{MAIN}c")]
    assert len(places) == len(set(places))
    rows = [int(row.get("r")) for row in root.iter(f"{MAIN}row")]
    assert rows == sorted(set(rows))


BUILD = """
import sys
from softsym.workbook import write_workbook
write_workbook(["softmax(z, beta)", "grad(lse(z, beta), z)"], sys.argv[1], z=[1, 2, 3], beta=[1, 500])
"""


def test_builds_are_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    settings = ({"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
                {"PYTHONHASHSEED": "2", "TZ": "America/Lima", "LC_ALL": "de_DE.UTF-8"})  # fmt: skip
    built = []
    for number, setting in enumerate(settings):
        path = tmp_path / f"{number}.xlsx"
        subprocess.run([sys.executable, "-c", BUILD, str(path)], check=True, env={**os.environ, **setting})
        built.append(path.read_bytes())
    assert built[0] == built[1]


def test_a_re_save_keeps_everything(files, tmp_path: Path) -> None:
    chosen = [files["beta_tables"], files["soft_maximum"]]
    out = libreoffice(tmp_path, chosen, "xlsx")
    for path in chosen:
        book = openpyxl.load_workbook(path)
        again = tmp_path / path.name
        book.save(again)
        _assert_kept(book, openpyxl.load_workbook(again))
        _assert_kept(book, openpyxl.load_workbook(out / path.name))


def _assert_kept(book: Any, other: Any) -> None:
    assert other.sheetnames == book.sheetnames
    assert {n: d.attr_text for n, d in other.defined_names.items()} == {
        n: d.attr_text for n, d in book.defined_names.items()
    }
    for sheet in book:
        same = other[sheet.title]
        assert len(same._charts) == len(sheet._charts)
        assert same.protection.sheet
        assert _validated(same) == _validated(sheet)
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    twin = same[cell.coordinate]
                    assert _is_kept(cell.value, twin.value), cell.coordinate
                    if cell.number_format != "General":  # which LibreOffice replaces by that of the cells referred to
                        assert twin.number_format == cell.number_format, cell.coordinate
                    assert twin.protection.locked == cell.protection.locked, cell.coordinate
                    assert twin.font.b == cell.font.b, cell.coordinate


def _is_kept(value: Any, again: Any) -> bool:
    """Whether a value is the same, but for the spaces of formulas and the digits of numbers after the fifteenth."""
    if isinstance(value, int | float) and isinstance(again, int | float):
        return isclose(value, again, rel_tol=1e-14)
    return str(value).replace(" ", "") == str(again).replace(" ", "")


def _validated(sheet: Any) -> set[str]:
    return {cell for rule in sheet.data_validations.dataValidation for cell in str(rule.sqref).split()}
