"""Comments that answer the audit in advance, where a formula's numbers and exponentials are its expression's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from softsym.workbook.audit import ACCEPTED, Audited, FormulaCell, Where
from softsym.workbook.audit_patterns import odd_formulas
from softsym.workbook.audit_rules import constants
from softsym.workbook.exponents import unbounded_exponents
from softsym.workbook.plan import Plan, Sheet

UNBOUNDED = f"{ACCEPTED} no maximum can be taken out of this expression; where EXP overflows, the checks say so."
CONSTANTS = f"{ACCEPTED} the numbers belong to the expression."
OWN = f"{ACCEPTED} each entry of this expression has a formula of its own."
_LISTS = ("Results", "Checks")
"""Sheets whose columns hold figures of all sorts, so that a comment stands at the figure and not at the header."""


def accept(plan: Plan) -> None:
    """Say in comments why formulas of ``plan`` hold numbers, or an EXP without a bound, as their expressions do."""
    planned = _Planned(plan)
    for _, cell in planned.distinct:
        reason = "" if planned.is_accepted(cell.where) else _reason(planned, cell)
        if reason:
            _comment(plan.sheet(cell.where[0]), cell.where, planned.copies[cell.where], reason)
    for sheet, row, column in odd_formulas(planned):
        odd = plan.sheet(sheet).cells[row, column]
        odd.comment = odd.comment or OWN


def _reason(planned: Audited, cell: FormulaCell) -> str:
    if cell.tree is None:
        return ""
    if next(unbounded_exponents(planned, cell.tree, cell.where[0]), None) is not None:
        return UNBOUNDED
    return CONSTANTS if constants(cell.tree) else ""


def _comment(sheet: Sheet, where: Where, bottom: int, reason: str) -> None:
    """Put the comment on the header of the formulas, or on each of them where a header stands for more."""
    _, row, column = where
    top = row
    while (top - 1, column) in sheet.cells and sheet.cells[top - 1, column].formula:
        top -= 1
    header = sheet.cells.get((top - 1, column))
    if header is not None and isinstance(header.value, str) and sheet.name not in _LISTS:
        header.comment = header.comment or reason
        return
    for number in range(row, bottom + 1):
        sheet.cells[number, column].comment = reason


@dataclass(frozen=True, slots=True)
class _Note:
    text: str


@dataclass(frozen=True, slots=True)
class _Cell:
    value: Any
    data_type: str
    comment: _Note | None


class _Planned(Audited):
    """A workbook that is still a plan, as the audit sees it; of many rows of one formula only the first."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @cached_property
    def cells(self) -> dict[Where, Any]:
        """Every cell that holds something."""
        found = {where: cell for sheet in self.plan.sheets for where, cell in _cells(sheet)}
        return dict(sorted(found.items()))

    @property
    def tables(self) -> tuple[()]:
        return ()

    @property
    def sheets(self) -> list[str]:
        return [sheet.name for sheet in self.plan.sheets]

    def value(self, where: Where) -> Any:
        """The value of a cell."""
        return self.cells[where].value if where in self.cells else None

    def allowed(self, sheet: str, row: int, column: int) -> tuple[float, float]:
        """No bounds: those of the file's own validations are found when the file is audited."""
        return float("-inf"), float("inf")


def _cells(sheet: Sheet) -> Iterator[tuple[Where, _Cell]]:
    for (row, column), cell in sheet.cells.items():
        note = _Note(cell.comment) if cell.comment else None
        kind = "f" if cell.formula else "s" if isinstance(cell.value, str) else "n"
        if cell.formula or cell.value is not None:
            yield (sheet.name, row, column), _Cell(cell.formula or cell.value, kind, note)
    for many in sheet.columns:
        if many.formula:
            text = many.formula.replace("{row}", str(many.top))
            yield (sheet.name, many.top, many.column), _Cell(text, "f", None)
