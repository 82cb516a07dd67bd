"""The README, Inputs and Derivation sheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from softsym.errors import DomainError
from softsym.workbook import dynamic
from softsym.workbook.domains import domain_of, validation
from softsym.workbook.plan import Chart, Plan, Sheet, address, area, sheet_prefix
from softsym.workbook.scope import Scalar, Scope, Vector, define
from softsym.workbook.styles import LOOKS
from softsym.workbook.tables import heading, lines
from softsym.workbook.writer import clean_text

_FEW_VECTORS = 3
_STEP_HEADERS, _STEP_WIDTHS = 5, (44.0, 90.0, 40.0)
_UNITS = {
    "integer": "count", "unit": "share", "distribution": "probability", "simplex": "probability", "onehot": "0 or 1",
}  # fmt: skip
"""The units of kinds of inputs that state none; other kinds are plain numbers."""


def inputs(sheet: Sheet, given: Sequence[Scalar | Vector], scope: Scope, names: dict[str, str]) -> None:
    """Lay out the inputs: scalars down the sheet, then vectors side by side, each with its unit, domain and meaning."""
    scalars = [i for i in given if isinstance(i, Scalar)]
    vectors = [i for i in given if isinstance(i, Vector)]
    sheet.widths.update({1: 30, 2: 18, 3: 18, 4: 24, 5: 50 if len(vectors) <= _FEW_VECTORS else 18})
    row = 5
    if scalars:
        row = heading(sheet, row, "Scalars", "")
        sheet.row(row, ["name", "value", "unit", "domain", "meaning"], style="Heading 3")
        for offset, scalar in enumerate(scalars, 1):
            _scalar(sheet, row + offset, scalar, scope)
        row += len(scalars) + 2
    if vectors:
        _vectors(sheet, heading(sheet, row, "Vectors", ""), vectors, scope)
    for name, where in scope.cells.items():
        define(names, name, where)


def _scalar(sheet: Sheet, row: int, scalar: Scalar, scope: Scope) -> None:
    sheet.put(row, 1, scalar.name, style="Heading 4")
    sheet.put(row, 2, _finite(scalar.name, scalar.value), style="Input", number_format=scalar.number_format)
    sheet.put(row, 3, _unit(scalar), style="Body")
    sheet.put(row, 4, domain_of(scalar.kind).words, style="Body")
    sheet.put(row, 5, scalar.meaning, style="Remark")  # it may run on over the cells beside it
    scope.add(scalar.name, scalar.kind, address(row, 2, sheet.name, anchored=True))
    sheet.validations.append(validation(address(row, 2), scalar.name, scalar.kind, scalar.meaning))


def _vectors(sheet: Sheet, row: int, vectors: Sequence[Vector], scope: Scope) -> None:
    for offset, label in enumerate(("", "unit", "domain", "meaning")):
        sheet.put(row + offset, 1, label or "name", style="Heading 3" if not label else "Heading 4")
    top = row + 4
    longest = max(vectors, key=lambda v: len(v.values))
    labels = longest.labels or [str(k) for k in range(1, len(longest.values) + 1)]
    for offset, text in enumerate(labels):
        sheet.put(top + offset, 1, clean_text(text), style="Heading 4")
    for column, vector in enumerate(vectors, 2):
        sheet.widths[column] = max(sheet.widths.get(column, 0), 18)
        sheet.put(row, column, vector.name, style="Heading 3")
        _vector(sheet, row, column, vector, scope)


def _vector(sheet: Sheet, row: int, column: int, vector: Vector, scope: Scope) -> None:
    if not len(vector.values):
        raise DomainError(f"the input {vector.name} has no entries; a vector has at least one")
    texts = (_unit(vector), domain_of(vector.kind).words, vector.meaning)
    for offset, text in enumerate(texts, 1):
        sheet.put(row + offset, column, text, style="Mathematics")
        height = 15.0 * lines(text, sheet.widths[column]) + 2
        sheet.heights[row + offset] = max(sheet.heights.get(row + offset, 16.0), height)
    top, bottom = row + 4, row + 3 + len(vector.values)
    for offset, value in enumerate(vector.values):
        cell = _finite(vector.name, value)
        sheet.put(top + offset, column, cell, style="Input", number_format=vector.number_format)
    scope.add(vector.name, vector.kind, area(top, column, bottom, column, sheet.name), len(vector.values))
    where = area(top, column, bottom, column, anchored=False)
    sheet.validations.append(validation(where, vector.name, vector.kind, vector.meaning))


def _unit(given: Scalar | Vector) -> str:
    return given.unit or _UNITS.get(given.kind, "number")


def _finite(name: str, value: float) -> float:
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        raise DomainError(f"the input {name} holds {value}; a cell holds a finite number")
    return value if isinstance(value, int) else number


def derivation(sheet: Sheet, title: str, steps: Iterable[Sequence[str]], verdict: str) -> None:
    """Append the steps of a derivation as text, under the headers of all."""
    if not sheet.repeat_rows:
        sheet.widths.update(enumerate(_STEP_WIDTHS, 1))
        sheet.row(_STEP_HEADERS, ["rule", "expression", "condition"], style="Heading 3")
        sheet.repeat_rows, sheet.freeze = f"{_STEP_HEADERS}:{_STEP_HEADERS}", f"A{_STEP_HEADERS + 1}"
    first = heading(sheet, sheet.bottom + 2, title, "")
    for row, step in enumerate(steps, first):
        for column, text in enumerate(step, 1):
            sheet.put(row, column, clean_text(text), style="Body")
        sheet.heights[row] = 15.0 * max(1, *map(lines, step, _STEP_WIDTHS)) + 2
    if verdict:
        row = sheet.bottom + 1
        sheet.put(row, 1, "verdict", style="Heading 4")
        sheet.put(row, 2, clean_text(verdict), style="Verdict")
        sheet.heights[row] = 15.0 * lines(verdict, _STEP_WIDTHS[1]) + 2


def readme(sheet: Sheet, plan: Plan, how_to_use: Sequence[str], sources: Sequence[tuple[str, str]]) -> None:
    """The first sheet: how to use the workbook, its sheets, the key to its cells, version and sources."""
    sheet.widths.update({1: 30, 2: 100})
    sheet.landscape = False
    row = _list(sheet, 5, "How to use", [("", text) for text in how_to_use or _USE])
    row = heading(sheet, row + 1, "Sheets", "")
    for other in plan.sheets[1:]:
        sheet.put(row, 1, other.name, style="Hyperlink", link=f"#{sheet_prefix(other.name)}A1")
        sheet.put(row, 2, other.cells[2, 1].value, style="Body")
        row += 1
    row = heading(sheet, row + 1, "Key to the cells", "")
    for name, look in LOOKS.items():
        if look.meaning:
            sheet.put(row, 1, name, style=name)
            sheet.put(row, 2, look.meaning, style="Body")
            row += 1
    from softsym import __version__  # the package, which imports nothing, stands behind its parts

    about = [("written by", f"softsym {__version__}"), ("purpose", plan.description), *_notes(plan)]
    row = _list(sheet, row + 1, "About", about)
    if sources:
        row = heading(sheet, row + 1, "Sources", "")
        for offset, (text, link) in enumerate(sources):
            sheet.put(row + offset, 1, text, style="Hyperlink" if link else "Body", link=link)


def _list(sheet: Sheet, row: int, title: str, rows: Sequence[tuple[str, str]]) -> int:
    row = heading(sheet, row, title, "")
    for number, (label, text) in enumerate(rows, 1):
        sheet.put(row, 1, label or f"{number}.", style="Heading 4")
        sheet.put(row, 2, text, style="Body")
        sheet.heights[row] = 15.0 * lines(text, 110) + 2
        row += 1
    return row


def anchored(chart: Chart, where: str) -> Chart:
    """The chart at a cell."""
    return replace(chart, anchor=where)


_USE = (
    "Change the shaded cells of the Inputs sheet; every figure and chart follows at once.",
    "Read the workings from left to right: one step a column, with its mathematics above it.",
    "See the Checks sheet if the flag under a sheet's title is red: it names what does not hold, and by how much.",
)


def _notes(plan: Plan) -> list[tuple[str, str]]:
    """What a reader should know of the formulas and of the protection."""
    formulas = _SPILLING if dynamic.spills(plan) else _CLASSIC
    return [("formulas", f"{formulas} {_PARENTHESES}"), ("protection", _PROTECTION)]


_CLASSIC = "Only classic functions, the same in Excel, LibreOffice and Google Sheets."
_SPILLING = "The results are formulas with LET, LAMBDA and arrays that spill: they need Excel 365 or Excel 2024."
_PARENTHESES = "Parentheses around a whole difference keep a spreadsheet from rounding it to 0."
_PROTECTION = "The sheets are protected without a password, against slips; unprotect them to build on them."
