"""Reads any workbook, ours or not, and lists what a reviewer would mend."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.formula import ArrayFormula

from softsym.errors import DomainError, SoftsymError
from softsym.targets.excel_inline import without_names
from softsym.targets.excel_syntax import Formula, column_letters, parse_formula
from softsym.workbook.plan import address

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


@dataclass(frozen=True, slots=True)
class FormulaCell:
    """A cell with a formula: its text, its tree (``None`` if it cannot be read) and whether it is an array formula.

    In the tree the names of ``LET`` and ``LAMBDA`` are unfolded.
    """

    where: Where
    text: str
    tree: Formula | None
    is_array: bool


class Audited:
    """A workbook opened for the audit."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.book, self.values = _opened(path, False), _opened(path, True)

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
        return {w: _formula(w, c.value) for w, c in self.cells.items() if c.data_type == "f"}

    @cached_property
    def names(self) -> dict[str, str]:
        """The defined names and what they stand for."""
        local = {n: d.attr_text for ws in self.book.worksheets for n, d in ws.defined_names.items()}
        return {n: d.attr_text or "" for n, d in self.book.defined_names.items()} | local

    @property
    def sheets(self) -> list[str]:
        return list(self.book.sheetnames)

    def book_has_table(self, name: str) -> bool:
        """Whether a table has the name."""
        return any(name in sheet.tables for sheet in self.book.worksheets)

    def value(self, where: Where) -> Any:
        """The value that a cell was saved with."""
        return self.values[where[0]].cell(*where[1:]).value

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
        sheet, _, column = where
        return self._has_note(where) or any(self._has_note((sheet, r, column)) for r in self._headers(where))

    def _headers(self, where: Where) -> Iterator[int]:
        """The rows of the texts right above a run of cells."""
        sheet, row, column = where
        while (sheet, row, column) in self.cells and self.cells[sheet, row, column].data_type != "s":
            row -= 1
        while (sheet, row, column) in self.cells and self.cells[sheet, row, column].data_type == "s":
            yield row
            row -= 1

    def _has_note(self, where: Where) -> bool:
        cell = self.cells.get(where)
        return cell is not None and cell.comment is not None and cell.comment.text.startswith(ACCEPTED)


Rule = Callable[[Audited], Iterator[Finding]]


def audit(path: str | os.PathLike[str]) -> list[Finding]:
    """What a reviewer would mend in the workbook at ``path``, sheet by sheet; an empty list if there is nothing.

    The rules are those of :data:`softsym.workbook.audit_rules.RULES`: numbers in formulas, a formula unlike its
    neighbours, exponentials that overflow, sums of rounded probabilities, broken names and links, volatile functions,
    implicit intersections, errors, missing values, missing checks, unprotected formulas and text that looks like one.

    >>> audit("no such file.xlsx")
    Traceback (most recent call last):
        ...
    softsym.errors.DomainError: no such file.xlsx cannot be read: no such file

    Raises :class:`~softsym.errors.DomainError` for a file that is missing or no .xlsx workbook.
    """
    from softsym.workbook.audit_rules import RULES

    audited = Audited(path)
    found = [finding for rule in RULES for finding in rule(audited)]
    order = {name: number for number, name in enumerate(audited.sheets)}
    return sorted(found, key=lambda f: (order.get(f.cell.rpartition("!")[0].strip("'"), -1), f.rule))


def place(where: Where) -> str:
    """A cell's address with its sheet."""
    return address(where[1], where[2], where[0])


def _opened(path: str | os.PathLike[str], data_only: bool) -> Any:
    if not Path(path).is_file():
        raise DomainError(f"{path} cannot be read: no such file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # extensions that openpyxl does not know are no concern of the audit
            return openpyxl.load_workbook(path, data_only=data_only)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
        raise DomainError(f"{path} cannot be read as an .xlsx workbook: {error}") from None


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _formula(where: Where, value: Any) -> FormulaCell:
    is_array = isinstance(value, ArrayFormula)
    text = str((value.text if is_array else value) or "")
    try:
        tree = without_names(parse_formula(text))
    except SoftsymError:
        tree = None
    return FormulaCell(where, text, tree, is_array)
