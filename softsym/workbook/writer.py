"""Carries a plan out: an .xlsx file whose formula cells hold their values, the same bytes at every build.

openpyxl writes everything but the rows of the sheets. Those are written here as text, since openpyxl writes a formula
without its value, numbers with 16 digits (a quarter of all doubles need 17), and text that begins with ``=`` as one.
"""

from __future__ import annotations

import math
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import openpyxl
from openpyxl.comments import Comment
from openpyxl.comments.comment_sheet import CommentRecord
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import ARC_STYLE, ARC_WORKBOOK_RELS

from softsym.errors import DomainError
from softsym.targets.excel_names import file_text
from softsym.targets.excel_syntax import column_letters
from softsym.workbook import dressing, dynamic
from softsym.workbook.plan import Cell, CellError, Column, Plan, Sheet, Value, address, area

WRITTEN = datetime(2000, 1, 1)
"""The time that every file states, so that equal plans give equal bytes."""
MAX_CELL_TEXT = 32_767
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LINE_END = re.compile("\r\n?")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_ROWS_A_CHUNK = 2_000


def write(plan: Plan, path: str | os.PathLike[str], progress: Callable[[int], None] | None = None) -> None:
    """Write the plan to ``path``, which is replaced whole or left as it is; ``progress`` is told the rows written.

    Raises :class:`~softsym.errors.DomainError` where a value is nan or infinite, and :class:`OSError` where the path
    cannot be written.
    """
    target = Path(path)
    handle, temporary = tempfile.mkstemp(prefix=".softsym-", suffix=".xlsx", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream, _Archive(stream, "w", ZIP_DEFLATED) as archive:
            _PlanWriter(plan, archive, progress or (lambda rows: None)).save()
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


class _Archive(ZipFile):
    """A zip file whose members all carry the same time; ``edits`` change members as they are written, by name."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.edits: dict[str, Callable[[bytes], bytes]] = {}

    def writestr(self, zinfo_or_arcname: Any, data: Any, *args: Any, **options: Any) -> None:
        named = isinstance(zinfo_or_arcname, str)
        if named and zinfo_or_arcname in self.edits:
            data = self.edits[zinfo_or_arcname](data)
        super().writestr(member_info(zinfo_or_arcname) if named else zinfo_or_arcname, data, *args, **options)


def member_info(name: str) -> ZipInfo:
    """A member of an archive at the fixed time."""
    info = ZipInfo(name, (WRITTEN.year, WRITTEN.month, WRITTEN.day, 0, 0, 0))
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


class _PlanWriter(ExcelWriter):  # type: ignore[misc]
    """openpyxl's writer, with the rows of each sheet put in from the plan."""

    def __init__(self, plan: Plan, archive: _Archive, progress: Callable[[int], None]) -> None:
        self.plan, self.progress = plan, progress
        workbook = openpyxl.Workbook()
        workbook.remove(workbook.active)
        dressing.dress_workbook(workbook, plan, WRITTEN)
        self.styles = _StyleNumbers(workbook)
        super().__init__(workbook, archive)

    def write_data(self) -> None:
        self._archive.edits[ARC_STYLE] = dressing.fonts_in_order
        if dynamic.spills(self.plan):
            self._archive.edits[ARC_WORKBOOK_RELS] = dynamic.related
            self._archive.writestr(dynamic.PART, dynamic.METADATA)
            self.manifest.append(dynamic.MetadataPart)
        super().write_data()

    def write_worksheet(self, ws: Any) -> None:
        sheet = next(s for s in self.plan.sheets if s.name == ws.title)
        head, tail = self._around_rows(ws, sheet)
        with self._archive.open(member_info(ws.path[1:]), "w", force_zip64=True) as stream:
            stream.write(head)
            for chunk in _chunks(sheet, self.styles):
                stream.write("".join(chunk).encode())
                self.progress(len(chunk))
            stream.write(tail)
        self.manifest.append(ws)

    def _around_rows(self, ws: Any, sheet: Sheet) -> tuple[bytes, bytes]:
        """What openpyxl writes before and after the rows."""
        from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing

        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
        ws.calculate_dimension = lambda: f"A1:{address(max(sheet.bottom, 1), sheet.right)}"
        writer = WorksheetWriter(ws, BytesIO())
        _note_comments_and_links(ws, sheet)
        writer.write()
        ws._rels = writer._rels
        head, mark, tail = re.split(rb"(<sheetData\s*/>|<sheetData></sheetData>)", writer.read(), maxsplit=1)
        del mark
        return head + b"<sheetData>", b"</sheetData>" + tail


def _note_comments_and_links(ws: Any, sheet: Sheet) -> None:
    for (row, column), cell in sorted(sheet.cells.items()):
        if cell.comment:
            note = Comment(cell.comment, "softsym", height=90, width=260)
            holder = openpyxl.cell.Cell(ws, row, column)
            note.bind(holder)
            holder._comment = note
            ws._comments.append(CommentRecord.from_cell(holder))
        if cell.link.startswith("#"):
            ws._hyperlinks.append(Hyperlink(ref=address(row, column), location=cell.link[1:]))
        elif cell.link:
            ws._hyperlinks.append(Hyperlink(ref=address(row, column), target=cell.link))


class _StyleNumbers:
    """The numbers under which a workbook keeps the combinations of a style and a number format."""

    def __init__(self, workbook: Any) -> None:
        self.workbook, self.known = workbook, dict[tuple[str, str, bool], int]()

    def __call__(self, style: str, number_format: str, value: Value = None) -> int:
        """The number for a cell with this typed value; text that begins as a formula does stays text when edited."""
        key = (style, number_format, isinstance(value, str) and value.startswith(_FORMULA_MARKS))
        if key not in self.known:
            sample = openpyxl.cell.Cell(self.workbook.worksheets[0], 1, 1)
            sample.style = style
            sample.number_format = number_format
            sample.quotePrefix = key[2]
            self.known[key] = sample.style_id
        return self.known[key]


_FORMULA_MARKS = ("=", "+", "-", "@")


def _chunks(sheet: Sheet, styles: _StyleNumbers) -> Iterator[list[str]]:
    chunk: list[str] = []
    for row in _rows(sheet, styles):
        chunk.append(row)
        if len(chunk) == _ROWS_A_CHUNK:
            yield chunk
            chunk = []
    yield chunk


def _rows(sheet: Sheet, styles: _StyleNumbers) -> Iterator[str]:
    """The rows in order, from single cells and from columns of many."""
    singles = {
        row: list(group) for row, group in groupby(sorted(sheet.cells.items(), key=_place), key=lambda i: i[0][0])
    }
    columns = [_ColumnText(column, styles) for column in sorted(sheet.columns, key=lambda c: c.column)]
    rows = sorted({*singles, *sheet.heights, *(row for c in sheet.columns for row in range(c.top, c.bottom + 1))})
    for row in rows:
        parts = [(column, cell_xml(row, column, cell, styles)) for (_, column), cell in singles.get(row, [])]
        parts += [(c.column, c.at(row)) for c in columns if c.top <= row <= c.bottom]
        parts.sort(key=lambda part: part[0])
        height = f' ht="{sheet.heights[row]:g}" customHeight="1"' if row in sheet.heights else ""
        yield f'<row r="{row}"{height}>{"".join(text for _, text in parts)}</row>'


def _place(item: tuple[tuple[int, int], Cell]) -> tuple[int, int]:
    return item[0]


def cell_xml(row: int, column: int, cell: Cell, styles: _StyleNumbers) -> str:
    """The cell as the file has it: its formula and its value."""
    kind, content = value_xml(cell.value, f"{column_letters(column)}{row}", formula=bool(cell.formula))
    formula = f"<f>{escape(cell.formula)}</f>" if cell.formula else ""
    mark = ""
    if cell.spill:
        bottom, right = row + cell.spill[0] - 1, column + cell.spill[1] - 1
        where = area(row, column, bottom, right, anchored=False)
        formula = f'<f t="array" ref="{where}">{escape(file_text(cell.formula))}</f>'
        mark = ' cm="1"'
    number = styles(cell.style, cell.number_format, None if cell.formula else cell.value)
    return f'<c r="{column_letters(column)}{row}" s="{number}"{kind}{mark}>{formula}{content}</c>'


class _ColumnText:
    """The text of a column's cells, with what they share made once."""

    def __init__(self, column: Column, styles: _StyleNumbers) -> None:
        self.column, self.top, self.bottom = column.column, column.top, column.bottom
        self.values, self.letters = column.values, column_letters(column.column)
        self.style = partial(styles, column.style, column.number_format)
        self.plain = self.style()
        self.formula = escape(column.formula)

    def at(self, row: int) -> str:
        value = self.values[row - self.top]
        where = f"{self.letters}{row}"
        kind, content = value_xml(value, where, formula=bool(self.formula))
        formula = f"<f>{self.formula.replace('{row}', str(row))}</f>" if self.formula else ""
        number = self.style(value) if isinstance(value, str) and not formula else self.plain
        return f'<c r="{where}" s="{number}"{kind}>{formula}{content}</c>'


def value_xml(value: Value | Any, where: str, *, formula: bool) -> tuple[str, str]:
    """The attribute that tells a value's type, and the value; 17 digits give every double back.

    >>> value_xml(0.1 + 0.2, "A1", formula=True)
    ('', '<v>0.30000000000000004</v>')
    """
    if value is None or (value == "" and not formula):
        return "", ""
    if isinstance(value, CellError):
        return ' t="e"', f"<v>{escape(value.code)}</v>"
    if isinstance(value, bool):
        return ' t="b"', f"<v>{int(value)}</v>"
    if isinstance(value, str):
        text = _escaped(clean_text(value))
        if formula:
            return ' t="str"', f"<v>{escape(text)}</v>"
        kept = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
        return ' t="inlineStr"', f"<is><t{kept}>{escape(text)}</t></is>"
    number = float(value)
    if not math.isfinite(number):
        raise DomainError(f"the value {number} at {where} is no number of a spreadsheet; write an error value instead")
    return "", f"<v>{number!r}</v>" if number != int(number) or abs(number) >= 1e15 else f"<v>{int(number)}</v>"


def clean_text(text: str) -> str:
    """Text without characters that a file cannot hold, cut to the length that a cell holds."""
    cleaned = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", _LINE_END.sub("\n", text))
    return cleaned if len(cleaned) <= MAX_CELL_TEXT else cleaned[: MAX_CELL_TEXT - 1] + "…"


def _escaped(text: str) -> str:
    """Text that reads as an escape of the file format, as ``_x0041_`` does for A, so that it stays what it is."""
    return _ESCAPE.sub("_x005F_", text)
