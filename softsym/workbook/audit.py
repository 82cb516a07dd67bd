"""Reads any workbook, ours or not, and lists what a reviewer would mend."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from softsym.errors import DomainError, SoftsymError
from softsym.targets.excel_inline import without_names
from softsym.targets.excel_syntax import Formula, column_letters, column_number, parse_formula, tokens
from softsym.targets.excel_tables import Table, with_cells
from softsym.workbook.plan import address, area

ACCEPTED = "Accepted:"
"""A comment that begins so, on a cell or on its column's header, accepts what the audit would say of it."""

Where = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend: where it is, what it is, why it matters and what to do."""

    rule: str
    cell: str
    detail: str
    why: str
    advice: str

    def as_dict(self) -> dict[str, str]:
        """The finding as an object of JSON."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.cell}: {self.detail}. {self.why} {self.advice}"


@dataclass(frozen=True)
class FormulaCell:
    """A cell with a formula: its text, and whether it is an array formula."""

    where: Where
    text: str
    is_array: bool
    tables: tuple[Table, ...] = ()

    @cached_property
    def tree(self) -> Formula | None:
        """The formula as a tree, ``None`` if it cannot be read.

        The names of ``LET`` and ``LAMBDA`` are unfolded, and cells stand for structured references.
        """
        try:
            return with_cells(without_names(parse_formula(self.text)), self.tables, *self.where[:2])
        except SoftsymError:
            return None

    @cached_property
    def shape(self) -> str:
        """The formula with its references as steps from its own cell, so that copies of one formula have one text."""
        _, row, column = self.where

        def step(match: re.Match[str]) -> str:
            there = column_number(match[2])
            down = f"R{match[4]}" if match[3] else f"R[{int(match[4]) - row}]"
            return down + (f"C{there}" if match[1] else f"C[{there - column}]")

        body = self.text.removeprefix("=")
        if not _QUOTED.search(body):
            return _CORNER.sub(step, body)
        try:
            parts = tokens(body)
        except SoftsymError:
            return body
        return "".join(_CORNER.sub(step, t.text) if t.kind == "operand" else t.text for t in parts)


_QUOTED = re.compile("[\"'\\[{]")
_CORNER = re.compile(r"(?<![\w.\\])(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]{0,6})(?![\w(.])")


class Audited:
    """A workbook opened for the audit."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path, self.book = path, _opened(path)

    @cached_property
    def cells(self) -> dict[Where, Any]:
        """Every cell that holds something."""
        found = {}
        for sheet in self.book.worksheets:
            for cell in sheet._cells.values():
                if cell.value is not None:
                    found[sheet.title, cell.row, cell.column] = cell
        return dict(sorted(found.items()))

    @cached_property
    def formulas(self) -> dict[Where, FormulaCell]:
        """Every cell that holds a formula."""
        return {w: _formula(w, c.value, self.tables) for w, c in self.cells.items() if c.data_type == "f"}

    @cached_property
    def copies(self) -> dict[Where, int]:
        """The first cell of each run of copies of one formula down a column, and the row of the last."""
        found: dict[Where, int] = {}
        first: Where | None = None
        for where in sorted(self.formulas, key=by_column):
            if first is None or not self._is_copy(first, found[first], where):
                first = where
            found[first] = where[1]
        return dict(sorted(found.items()))

    def _is_copy(self, first: Where, last: int, where: Where) -> bool:
        if where != (first[0], last + 1, first[2]):
            return False
        mine, other = self.formulas[first], self.formulas[where]
        same = mine.shape == other.shape and mine.is_array == other.is_array
        return same and self.is_accepted(first) == self.is_accepted(where)

    @property
    def distinct(self) -> Iterator[tuple[str, FormulaCell]]:
        """One formula of each run of copies, with the place of all of them."""
        for (sheet, row, column), bottom in self.copies.items():
            yield area(row, column, bottom, column, sheet, anchored=False), self.formulas[sheet, row, column]

    @cached_property
    def names(self) -> dict[str, str]:
        """The defined names and what they stand for."""
        local = {n: d.attr_text for ws in self.book.worksheets for n, d in ws.defined_names.items()}
        return {n: d.attr_text or "" for n, d in self.book.defined_names.items()} | local

    @property
    def sheets(self) -> list[str]:
        return list(self.book.sheetnames)

    def has_sheets(self, name: str) -> bool:
        """Whether there is a sheet of that name, in any case, or all that ``first:last`` begins and ends with."""
        known = {sheet.casefold() for sheet in self.sheets}
        return all(part.casefold() in known for part in name.split(":"))

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The tables, which structured references name."""
        return tuple(_table(sheet.title, table) for sheet in self.book.worksheets for table in sheet.tables.values())

    def book_has_table(self, name: str) -> bool:
        """Whether a table has the name."""
        return name.casefold() in {table.name.casefold() for table in self.tables}

    @cached_property
    def values(self) -> dict[Where, Any]:
        """The values that the cells with formulas were saved with."""
        book = _opened(self.path, data_only=True, read_only=True)
        try:
            return {where: x for sheet in book.worksheets for where, x in _saved(sheet) if where in self.formulas}
        finally:
            book.close()

    def value(self, where: Where) -> Any:
        """The value that a cell was saved with."""
        if where in self.formulas:
            return self.values.get(where)
        return self.cells[where].value if where in self.cells else None

    def allowed(self, sheet: str, row: int, column: int) -> tuple[float, float]:
        """The least and the largest number that the data validation of a cell lets in."""
        least, most = float("-inf"), float("inf")
        for rule in self._validations.get(sheet, []):
            if f"{column_letters(column)}{row}" not in rule.sqref or rule.type not in ("decimal", "whole"):
                continue
            first, second = _number(rule.formula1), _number(rule.formula2)
            if first is not None and rule.operator in ("greaterThan", "greaterThanOrEqual", "between", None):
                least = max(least, first)
            top = second if rule.operator in ("between", None) else first
            if top is not None and rule.operator in ("lessThan", "lessThanOrEqual", "between", None):
                most = min(most, top)
        return least, most

    @cached_property
    def _validations(self) -> dict[str, list[Any]]:
        return {sheet.title: list(sheet.data_validations.dataValidation) for sheet in self.book.worksheets}

    def is_accepted(self, where: Where) -> bool:
        """Whether a comment on the cell, or on the header above it, accepts it."""
        return self._has_note(where) or where in self._under_notes

    @cached_property
    def _under_notes(self) -> frozenset[Where]:
        """The cells of runs down a column that stand right under texts of which one has a note."""
        found: set[Where] = set()
        last: Where = ("", 0, 0)
        noted = was_text = False
        for where in sorted(self.cells, key=by_column):
            follows = where == (last[0], last[1] + 1, last[2])
            if self.cells[where].data_type == "s":
                noted = self._has_note(where) or (noted and follows and was_text)
                was_text = True
            else:
                noted, was_text = noted and follows, False
            if noted and not was_text:
                found.add(where)
            last = where
        return frozenset(found)

    def _has_note(self, where: Where) -> bool:
        cell = self.cells.get(where)
        return cell is not None and cell.comment is not None and cell.comment.text.startswith(ACCEPTED)


Rule = Callable[[Audited], Iterator[Finding]]


def audit(path: str | os.PathLike[str]) -> list[Finding]:
    """What a reviewer would mend in the workbook at ``path``, sheet by sheet; an empty list if there is nothing.

    The rules are those of :data:`softsym.workbook.audit_rules.RULES`: numbers in formulas, a formula unlike its
    neighbours, a number typed over one, exponentials that overflow, a minus before a power, sums of rounded
    probabilities, broken names and links, volatile functions, implicit intersections, errors, missing values, missing
    checks, unprotected formulas, numbers stored as text and text that looks like a formula. Copies of one formula down
    a column are one finding.

    >>> audit("no such file.xlsx")
    Traceback (most recent call last):
        ...
    softsym.errors.DomainError: no such file.xlsx cannot be read: no such file

    Raises :class:`~softsym.errors.DomainError` for a file that is missing or no .xlsx workbook.
    """
    from softsym.workbook.audit_rules import RULES

    audited = Audited(path)
    found = [finding for rule in RULES for finding in _merged(rule(audited))]
    order = {name: number for number, name in enumerate(audited.sheets)}
    return sorted(found, key=lambda f: (order.get(f.cell.rpartition("!")[0].strip("'"), -1), f.rule))


def by_column(where: Where) -> tuple[str, int, int]:
    """What sorts cells down each column in turn."""
    return where[0], where[2], where[1]


def _merged(findings: Iterable[Finding]) -> list[Finding]:
    """Findings that say the same of cells under or beside each other as one, of their range."""
    return _beside(_below(findings))


def _below(findings: Iterable[Finding]) -> list[Finding]:
    found: dict[tuple[str, int, Finding], Finding] = {}
    for finding in findings:
        cells = _CELLS.fullmatch(finding.cell)
        if cells is None:
            found["", len(found), finding] = finding
            continue
        column, top, bottom = cells[1] + cells[2], cells[3], int(cells[4] or cells[3])
        above = found.pop((column, int(top) - 1, replace(finding, cell="")), None)
        if above is not None:
            top = _CELLS.fullmatch(above.cell)[3]  # type: ignore[index]
        where = f"{column}{top}" + (f":{cells[2]}{bottom}" if bottom > int(top) else "")
        found[column, bottom, replace(finding, cell="")] = replace(finding, cell=where)
    return list(found.values())


def _beside(findings: Iterable[Finding]) -> list[Finding]:
    """Columns of cells of equal heights that stand side by side, each run of them as one."""
    found: dict[tuple[str, str, str, int, Finding], Finding] = {}
    for finding in findings:
        cells = _CELLS.fullmatch(finding.cell)
        if cells is None:
            found["", "", "", len(found), finding] = finding
            continue
        sheet, left, top, bottom = cells[1], cells[2], cells[3], cells[4] or cells[3]
        right, bare = column_number(left), replace(finding, cell="")
        before = found.pop((sheet, top, bottom, right - 1, bare), None)
        if before is not None:
            first = before.cell.partition(":")[0]
            finding = replace(finding, cell=f"{first}:{column_letters(right)}{bottom}")
        found[sheet, top, bottom, right, bare] = finding
    return list(found.values())


_CELLS = re.compile(r"(.*!)([A-Z]+)([0-9]+)(?::[A-Z]+([0-9]+))?")


def place(where: Where) -> str:
    """A cell's address with its sheet."""
    return address(where[1], where[2], where[0])


def _saved(sheet: Any) -> Iterator[tuple[Where, Any]]:
    """The cells of a sheet that is opened for reading only, without the empty ones that openpyxl puts between them."""
    book = sheet.parent
    with sheet._get_source() as source:
        formats = {"date_formats": book._date_formats, "timedelta_formats": book._timedelta_formats}
        parser = WorkSheetParser(source, sheet._shared_strings, data_only=True, epoch=book.epoch, **formats)
        for _, row in parser.parse():
            yield from (((sheet.title, cell["row"], cell["column"]), cell["value"]) for cell in row)


def _opened(path: str | os.PathLike[str], **options: bool) -> Any:
    if not Path(path).is_file():
        raise DomainError(f"{path} cannot be read: {'it is a folder' if Path(path).is_dir() else 'no such file'}")
    with Path(path).open("rb") as file:
        if file.read(len(_OLD_OFFICE)) == _OLD_OFFICE:
            raise DomainError(f"{path} cannot be read: it has a password, or is an old .xls; save it as plain .xlsx")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # extensions that openpyxl does not know are no concern of the audit
            return openpyxl.load_workbook(path, **options)
    except Exception as error:  # openpyxl raises all sorts on a damaged file
        raise DomainError(f"{path} cannot be read as an .xlsx workbook: {error}") from None


_OLD_OFFICE = bytes.fromhex("D0CF11E0A1B11AE1")
"""How files begin that are encrypted, or in the format before 2007."""


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _formula(where: Where, value: Any, tables: tuple[Table, ...]) -> FormulaCell:
    if isinstance(value, DataTableFormula):
        inputs = ",".join(cell for cell in (value.r1, value.r2) if cell)
        return FormulaCell(where, f"=TABLE({inputs})", True, tables)
    is_array = isinstance(value, ArrayFormula)
    return FormulaCell(where, str((value.text if is_array else value) or ""), is_array, tables)


def _table(sheet: str, found: Any) -> Table:
    """A table as openpyxl reads it."""
    left, top, right, bottom = range_boundaries(found.ref)
    columns = tuple(column.name for column in found.tableColumns)
    return Table(
        found.displayName,
        sheet,
        (top, left, bottom, right),
        columns,
        found.headerRowCount != 0,
        bool(found.totalsRowCount),
    )
