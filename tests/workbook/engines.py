"""Spreadsheet programs that recalculate a workbook for the tests: LibreOffice, and two engines from PyPI."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import unescape
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

REQUIRED = bool(os.environ.get("SOFTSYM_REQUIRE_PROGRAMS"))
Where = tuple[str, int, int]
Values = dict[Where, Any]

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""
"""Always recalculate: LibreOffice otherwise trusts the values that it finds, and a test through it proves nothing."""


def missing(program: str) -> None:
    """Skip the test, or fail it where the programs are required."""
    if REQUIRED:
        pytest.fail(f"{program} is required and not installed")
    pytest.skip(f"{program} is not installed")


def engine(name: str) -> Any:
    """An engine's module."""
    try:
        return importlib.import_module(name)
    except ImportError:
        missing(name)


@lru_cache(maxsize=64)
def formulas(path: Path) -> list[Where]:
    """The cells of a workbook that hold formulas, or that a formula spills over."""
    book = openpyxl.load_workbook(path)
    cells = [(ws.title, c) for ws in book for row in ws.iter_rows() for c in row if c.data_type == "f"]
    return [(sheet, *where) for sheet, cell in cells for where in _filled(cell)]


def _filled(cell: Any) -> list[tuple[int, int]]:
    if not isinstance(cell.value, ArrayFormula):
        return [(cell.row, cell.column)]
    left, top, right, bottom = openpyxl.utils.cell.range_boundaries(cell.value.ref)
    return [(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)]


def formulon_values(path: Path, *turns: Mapping[Where, float]) -> list[Values]:
    """What formulon gives for every formula after each turn of edits."""
    formulon = engine("formulon")
    with formulon.Workbook.load(path.read_bytes()) as book:
        sheets = {book.sheet_name(n): n for n in range(book.sheet_count())}
        return [_formulon_turn(book, sheets, path, edits) for edits in turns or ({},)]


def _formulon_turn(book: Any, sheets: dict[str, int], path: Path, edits: Mapping[Where, float]) -> Values:
    for (sheet, row, column), value in edits.items():
        book.set_number(sheets[sheet], row - 1, column - 1, value)
    book.recalc()
    return {w: _formulon(book.get_value(sheets[w[0]], w[1] - 1, w[2] - 1)) for w in formulas(path)}


_ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")


def _formulon(value: Any) -> Any:
    if value.kind.name == "ERROR":
        return _ERRORS[value.error_code] if value.error_code < len(_ERRORS) else f"error {value.error_code}"
    return value.to_python()


def cellrune_values(path: Path, *turns: Mapping[Where, float]) -> list[Values]:
    """What cellrune gives for every formula after each turn of edits."""
    cellrune = engine("cellrune")
    return [_cellrune_turn(cellrune, path, edits) for edits in turns or ({},)]


def _cellrune_turn(cellrune: Any, path: Path, edits: Mapping[Where, float]) -> Values:
    found: Values = {}
    with cellrune.Workbook.open_path(str(path)) as book:
        changes = [
            {"kind": "set_value", "sheet": s, "address": _address(r, c), "value": {"kind": "number", "value": float(v)}}
            for (s, r, c), v in edits.items()
        ]
        if changes:
            book.apply_changes(book.summary()["semantic_revision"], changes)
        book.calculate()
        for sheet, rows, columns in _extents(path):
            offset: int | None = 0
            while offset is not None:
                page = book.read_range(sheet, "A1", _address(rows, columns), offset=offset, limit=10_000)
                found |= {(sheet, *_place(cell)): _cellrune(cell) for cell in page["cells"]}
                offset = page["next_offset"]
    return {where: found[where] for where in formulas(path)}


@lru_cache(maxsize=64)
def _extents(path: Path) -> list[tuple[str, int, int]]:
    return [(ws.title, ws.max_row, ws.max_column) for ws in openpyxl.load_workbook(path)]


def _address(row: int, column: int) -> str:
    return f"{openpyxl.utils.get_column_letter(column)}{row}"


def _place(cell: Any) -> tuple[int, int]:
    letters, row = openpyxl.utils.cell.coordinate_from_string(cell["address"])
    return row, openpyxl.utils.column_index_from_string(letters)


def _cellrune(cell: Any) -> Any:
    if cell["calculated"] is None:
        return cell["source_value"].get("value")
    found = cell["calculated"]
    return found["value"]["value"] if found["kind"] == "value" else f"unavailable: {found['message']}"


def libreoffice(folder: Path, files: Iterable[Path], target: str) -> Path:
    """Convert files with LibreOffice, recalculating; gives the folder of the results."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        missing("LibreOffice")
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE)
    out = folder / "out"
    command = [str(program), f"-env:UserInstallation=file://{profile}", "--headless", "--norestore"]
    given = [str(file) for file in files]
    command += ["--convert-to", target, "--outdir", str(out), *given]
    subprocess.run(command, check=True, capture_output=True, timeout=300 + 5 * len(given))
    return out


def libreoffice_values(folder: Path, files: Iterable[Path]) -> dict[str, Values]:
    """What LibreOffice gives for every cell of each file, by the file's name; it exports 15 digits."""
    files = list(files)
    out = libreoffice(folder, files, "xlsx")
    return {file.name: _values(out / file.name) for file in files}


def _values(path: Path) -> Values:
    sheets = openpyxl.load_workbook(path, data_only=True)
    return {(ws.title, c.row, c.column): c.value for ws in sheets for row in ws.iter_rows() for c in row}


def edited(path: Path, edits: Mapping[Where, float], target: Path) -> Path:
    """A copy of a workbook of softsym's with other values in some cells, and without charts, which take time."""
    parts = _sheet_parts(path)
    with ZipFile(path) as source, ZipFile(target, "w") as copy:
        content = {name: source.read(name) for name in source.namelist()}
        content |= {part: re.sub(b"<drawing [^>]*/>", b"", content[part]) for part in parts.values()}
        for (sheet, row, column), value in edits.items():
            content[parts[sheet]] = _replaced(content[parts[sheet]], _address(row, column), value)
        for name, data in content.items():
            copy.writestr(name, data)
    return target


def _sheet_parts(path: Path) -> dict[str, str]:
    """The parts of a file that hold its sheets, by the sheets' names."""
    with ZipFile(path) as source:
        names = re.findall(r'<sheet [^>]*?name="([^"]*)"', source.read("xl/workbook.xml").decode())
    return {unescape(name): f"xl/worksheets/sheet{k}.xml" for k, name in enumerate(names, 1)}


def _replaced(sheet: bytes, cell: str, value: float) -> bytes:
    pattern = f'<c r="{cell}"( s="[0-9]+")?[^>]*?>.*?</c>'.encode()
    new, count = re.subn(pattern, f'<c r="{cell}"\\g<1>><v>{value!r}</v></c>'.encode(), sheet, count=1)
    assert count == 1, f"there is no cell {cell} to edit"
    return new
