"""The Checks sheet: each check a row of live formulas, and one flag over all of them that every sheet shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil

from softsym.expression import Expr, apply
from softsym.language.reader import constant
from softsym.targets.excel_syntax import parse_formula
from softsym.workbook.audit import ACCEPTED
from softsym.workbook.audit_rules import constants
from softsym.workbook.plan import Highlight, Plan, Sheet, Value, area
from softsym.workbook.scope import Scope
from softsym.workbook.tables import heading

FLAG, CHANGED, TOLERANCE = "$B$5", "$B$6", "$B$7"
ALL_PASS = "all checks pass"
NAIVE = f"{ACCEPTED} the formula as it is defined, which overflows for large inputs; it counts where it has a value."
STABLE = f"{ACCEPTED} the stable form, which overflows only where the quantity itself does; its numbers belong to it."
CONSTANTS = f"{ACCEPTED} the numbers belong to what is checked."
_HEADERS = (
    "",
    "what is checked",
    "this workbook",
    "must be",
    "expected",
    "difference",
    "allowed",
    "an error is",
    "result",
)
_WIDTHS = {1: 30, 2: 62, 3: 18, 4: 12, 5: 18, 6: 13, 7: 12, 8: 22, 9: 24, 10: 3, 11: 16}
_EXPORTED = 11
_RELATIONS = {"==": "equal to", "<=": "at most", ">=": "at least"}


@dataclass(frozen=True, slots=True)
class Check:
    """Two formulas, or a formula and a figure, and the word that must be true of them."""

    what: str
    left: str
    word: str
    right: Value
    right_formula: str = ""
    allowed: float | None = None
    skip_errors: bool = False


@dataclass
class Checks:
    """Collects the checks of a workbook and lays them out."""

    scope: Scope
    sheet: Sheet
    live: list[Check] = field(default_factory=list)
    printed: list[Check] = field(default_factory=list)
    inputs: list[tuple[str, list[float]]] = field(default_factory=list)
    results: list[str] = field(default_factory=list)

    def add(self, what: str, left: Expr, right: Expr, relation: str = "==", *, skip_errors: bool = False) -> None:
        """Two expressions that must be equal or in order; with ``skip_errors`` an error on the left is no failure."""
        figure = constant(right)
        formulas = [self.scope.maker(side, "Checks").formula()[1:] for side in (left, right)]
        value = None if figure is None else float(figure)
        formula = formulas[1] if figure is None else ""
        self.live.append(Check(what, formulas[0], _RELATIONS[relation], value, formula, skip_errors=skip_errors))

    def add_formula(self, what: str, formula: str, figure: float) -> None:
        """A formula that must give a figure."""
        self.live.append(Check(what, formula, _RELATIONS["=="], figure))

    def add_no_errors(self, what: str, where: str) -> None:
        """No cell of a range may hold an error."""
        self.live.append(Check(f"no errors in {what}", f"SUMPRODUCT(--ISERROR({where}))", _RELATIONS["=="], 0))

    def add_printed(self, what: str, cell: str, printed: float, half_unit: float, agrees: bool = True) -> None:
        """A figure of a source: ours must round to it, unless it is known to be off; no verdict once inputs change."""
        word = "rounded to" if agrees else "off from"
        self.printed.append(Check(what, cell, word, printed, allowed=half_unit))

    def finish(self, plan: Plan) -> None:
        """Lay out the sheet, and put the flag on every other sheet."""
        sheet = self.sheet
        sheet.widths.update(_WIDTHS)
        heading(sheet, 3, "Overall", "")
        row = self._section(9, "Checks", "They hold whatever the inputs are.", self.live)
        if self.printed:
            note = "The source's figures; they are compared as long as the inputs are those of the export."
            self._section(row + 2, "Figures as the source prints them", note, self.printed)
        self._overall()
        for other in plan.sheets:
            self._show_flag(other)

    def _section(self, row: int, title: str, note: str, checks: list[Check]) -> int:
        row = heading(self.sheet, row, title, note)
        for column, text in enumerate(_HEADERS, 1):
            self.sheet.put(row, column, text, style="Heading 3")
        for number, check in enumerate(checks, 1):
            self._lay(row + number, number, check)
        first, last = row + 1, row + len(checks)
        if checks:
            where = f"I{first}:I{last}"
            self.sheet.highlights += [
                Highlight(where, f'I{first}="FAIL"', "Bad"),
                Highlight(where, f'I{first}="OK"', "Good"),
            ]
            self.results.append(area(first, 9, last, 9))
        return last

    def _lay(self, row: int, number: int, check: Check) -> None:
        put = self.sheet.put
        put(row, 1, number, style="Heading 4")
        put(row, 2, check.what, style="Body")
        self.sheet.heights[row] = 15.0 * ceil(len(check.what) / 60) + 2
        is_link = "!" in check.left and "(" not in check.left
        left = put(row, 3, formula=check.left.removeprefix("="), style="Linked Cell" if is_link else "Calculation")
        left.comment = _comment(check)
        put(row, 4, check.word, style="Body")
        style = "Calculation" if check.right_formula else "Note"
        put(row, 5, check.right, formula=check.right_formula, style=style, comment=left.comment)
        gap = put(row, 6, formula=f"C{row}-E{row}", style="Calculation", number_format="0.0E+00")
        gap.comment = NAIVE if check.skip_errors else ""
        if check.allowed is None:
            formula = f"{TOLERANCE}*MAX(1,ABS(E{row}))"
            put(row, 7, formula=formula, style="Calculation", number_format="0.0E+00")
            put(row, 8, "n/a, as it overflows" if check.skip_errors else "FAIL", style="Body")
            size = f'IF(D{row}="equal to",ABS(F{row}),IF(D{row}="at most",F{row},-F{row}))'
            result = f'IF(ISERROR(F{row}),H{row},IF({size}<=G{row},"OK","FAIL"))'
        else:
            put(row, 7, check.allowed, style="Note", number_format="0.0E+00")
            put(row, 8, "FAIL", style="Body")
            verdict = f'IF((ABS(F{row})<=G{row})=(D{row}="rounded to"),"OK","FAIL")'
            result = f'IF({CHANGED}>0,"n/a, inputs changed",IF(ISERROR(F{row}),H{row},{verdict}))'
        put(row, 9, formula=result, style="Check Cell")

    def _overall(self) -> None:
        failed = "+".join(f'COUNTIF({where},"FAIL")' for where in self.results) or "0"
        number = "+".join(f"ROWS({where})" for where in self.results) or "0"
        flag = f'IF({failed}=0,"{ALL_PASS}",{failed}&" of "&{number}&" checks fail")'
        self._headline(5, "flag", flag)
        self.sheet.cells[5, 2].style = "Check Cell"
        self._headline(6, "inputs changed since the export", self._changes())
        self.sheet.put(7, 1, "tolerance", style="Heading 4")
        advice = "Relative to the expected figure where that is above 1."
        self.sheet.put(7, 2, 1e-9, style="Input", number_format="0.0E+00", comment=advice)

    def _headline(self, row: int, label: str, formula: str) -> None:
        self.sheet.put(row, 1, label, style="Heading 4")
        self.sheet.put(row, 2, formula=formula, style="Calculation")

    def _changes(self) -> str:
        """How many inputs differ from the values that the file was written with, which stand beside the checks."""
        parts, row = [], 12
        self.sheet.put(11, _EXPORTED, "inputs as exported", style="Heading 3")
        for where, values in self.inputs:
            first = row
            for value in values:
                self.sheet.put(row, _EXPORTED, value, style="Note")
                row += 1
            parts.append(f"SUMPRODUCT(--({where}<>{area(first, _EXPORTED, row - 1, _EXPORTED)}))")
        return "+".join(parts) or "0"

    def _show_flag(self, other: Sheet) -> None:
        where = "B5" if other is self.sheet else "A3"
        if other is not self.sheet:
            other.put(3, 1, formula=f"Checks!{FLAG}", style="Check Cell", link="#Checks!A1")
        other.highlights.append(Highlight(where, f'{where}="{ALL_PASS}"', "Good"))
        other.highlights.append(Highlight(where, f'{where}<>"{ALL_PASS}"', "Bad"))


def _comment(check: Check) -> str:
    if check.skip_errors:
        return NAIVE
    texts = [text for text in (check.left, check.right_formula) if text]
    if any("EXP(" in text for text in texts):
        return STABLE
    return CONSTANTS if any(constants(parse_formula(text)) for text in texts) else ""


def difference(scope: Scope, left: str | Expr, right: str | Expr, form: str) -> tuple[Expr, Expr]:
    """Two sides of a check as scalars: vectors are compared by their largest difference, which must be 0."""
    sides = [scope.read(left, form), scope.read(right, form)]
    if not (sides[0].shape or sides[1].shape):
        return sides[0], sides[1]
    return apply("max", apply("abs", apply("sub", *sides))), scope.read("0")
