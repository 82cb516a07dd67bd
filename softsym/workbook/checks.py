"""The Checks sheet: each check a row of live formulas, and one flag over all of them that every sheet shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from softsym.expression import Expr, apply
from softsym.workbook.plan import Highlight, Plan, Sheet, area
from softsym.workbook.scope import Scope
from softsym.workbook.tables import heading

FLAG, CHANGED, TOLERANCE = "Checks!$B$5", "Checks!$B$6", "Checks!$B$7"
_FIRST = 11
_HEADERS = ("", "what is checked", "this workbook", "expected", "difference", "allowed", "result")


@dataclass
class Checks:
    """Collects the checks of a workbook and lays them out."""

    scope: Scope
    sheet: Sheet
    rows: int = 0
    inputs: list[tuple[str, list[float]]] = field(default_factory=list)

    def add(self, what: str, left: str, right: str, relation: str = "==", *, skip_errors: bool = False) -> None:
        """Two formulas that must be equal or in order; with ``skip_errors`` an error on the left is no failure."""
        row = self._row(what)
        self._figure(row, 3, left)
        self._figure(row, 4, right)
        self._figure(row, 5, f"C{row}-D{row}")
        self.sheet.put(row, 6, formula=f"{TOLERANCE.removeprefix('Checks!')}*MAX(1,ABS(D{row}))", style="Calculation")
        self.sheet.cells[row, 6].number_format = "0.0E+00"
        size = {"==": f"ABS(E{row})", "<=": f"E{row}", ">=": f"-E{row}"}[relation]
        failed = '"n/a, the formula fails here"' if skip_errors else '"FAIL"'
        self._result(row, f'IF(ISERROR(E{row}),{failed},IF({size}<=F{row},"OK","FAIL"))')

    def add_printed(self, what: str, cell: str, printed: float, half_unit: float, agrees: bool = True) -> None:
        """A figure of a source: ours must round to it, unless it is known to be off; no verdict once inputs change."""
        row = self._row(what)
        self._figure(row, 3, cell)
        self.sheet.put(row, 4, printed, style="Note")
        self._figure(row, 5, f"C{row}-D{row}")
        self.sheet.put(row, 6, half_unit, style="Note", number_format="0.0E+00")
        near, far = ('"OK"', '"FAIL"') if agrees else ('"FAIL"', '"OK, differs as noted"')
        verdict = f"IF(ABS(E{row})<=F{row},{near},{far})"
        self._result(row, f'IF($B$6>0,"n/a, inputs changed",IF(ISERROR(E{row}),"FAIL",{verdict}))')

    def add_no_errors(self, what: str, where: str) -> None:
        """No cell of a range may hold an error."""
        self.add(f"no errors in {what}", f"SUMPRODUCT(--ISERROR({where}))", "0")

    def _row(self, what: str) -> int:
        self.rows += 1
        row = _FIRST + self.rows - 1
        self.sheet.put(row, 1, self.rows, style="Heading 4")
        self.sheet.put(row, 2, what, style="Body")
        self.sheet.heights[row] = 15.0 * (1 + len(what) // 62) + 1
        return row

    def _figure(self, row: int, column: int, formula: str) -> None:
        style = "Linked Cell" if "!" in formula and "(" not in formula else "Calculation"
        number_format = "0.0E+00" if column == 5 else "General"
        self.sheet.put(row, column, formula=formula.removeprefix("="), style=style, number_format=number_format)

    def _result(self, row: int, formula: str) -> None:
        self.sheet.put(row, 7, formula=formula, style="Check Cell")

    def finish(self, plan: Plan) -> None:
        """The head of the sheet, and the flag on every other sheet."""
        sheet, last = self.sheet, max(_FIRST, _FIRST + self.rows - 1)
        results = f"$G${_FIRST}:$G${last}"
        failed = f'COUNTIF({results},"FAIL")'
        heading(sheet, 3, "Overall", "")
        self._headline(5, "flag", f'IF({failed}=0,"all checks pass",{failed}&" of "&ROWS({results})&" checks fail")')
        sheet.cells[5, 2].style = "Check Cell"
        self._headline(6, "inputs changed since the export", self._changes())
        sheet.put(7, 1, "tolerance", style="Heading 4")
        sheet.put(
            7,
            2,
            1e-9,
            style="Input",
            number_format="0.0E+00",
            comment="Relative to the expected figure where that is above 1.",
        )
        heading(sheet, 9, "Checks", "")
        for column, text in enumerate(_HEADERS, 1):
            sheet.put(10, column, text, style="Heading 3")
        sheet.widths.update({1: 30, 2: 62, 3: 18, 4: 18, 5: 14, 6: 12, 7: 26, 8: 3, 9: 16})
        sheet.highlights += [Highlight(f"G{_FIRST}:G{last}", f'LEFT(G{_FIRST},4)="FAIL"', "Bad")]
        sheet.highlights += [Highlight(f"G{_FIRST}:G{last}", f'LEFT(G{_FIRST},2)="OK"', "Good")]
        sheet.repeat_rows = "10:10"
        for other in plan.sheets:
            where = "B5" if other is sheet else "A3"
            if other is not sheet:
                other.put(3, 1, formula=FLAG, style="Check Cell", link="#Checks!A1")
            other.highlights.append(Highlight(where, f'{where}="all checks pass"', "Good"))
            other.highlights.append(Highlight(where, f'{where}<>"all checks pass"', "Bad"))

    def _headline(self, row: int, label: str, formula: str) -> None:
        self.sheet.put(row, 1, label, style="Heading 4")
        self.sheet.put(row, 2, formula=formula, style="Calculation")

    def _changes(self) -> str:
        """How many inputs differ from the values that the file was written with, which stand beside the checks."""
        parts, row = [], _FIRST
        self.sheet.put(10, 9, "inputs as exported", style="Heading 3")
        for where, values in self.inputs:
            first = row
            for value in values:
                self.sheet.put(row, 9, value, style="Note")
                row += 1
            exported = area(first, 9, row - 1, 9)
            parts.append(f"SUMPRODUCT(--({where}<>{exported}))")
        return "+".join(parts) or "0"


def difference(scope: Scope, left: str | Expr, right: str | Expr) -> tuple[Expr, Expr]:
    """Two sides of a check as scalars: vectors are compared by their largest difference, which must be 0."""
    sides = [scope.read(left), scope.read(str(right))]
    if not (sides[0].shape or sides[1].shape):
        return sides[0], sides[1]
    return apply("max", apply("abs", apply("sub", *sides))), scope.read("0")
