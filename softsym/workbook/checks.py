"""The Checks sheet: each check a row of live formulas, and one flag over all of them that every sheet shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from softsym.errors import UnsupportedError
from softsym.expression import Expr, apply
from softsym.language.reader import constant
from softsym.targets.excel_formulas import check_limits
from softsym.targets.excel_syntax import parse_formula
from softsym.workbook.audit import ACCEPTED
from softsym.workbook.audit_rules import constants
from softsym.workbook.domains import domain_of, validation
from softsym.workbook.plan import Highlight, Plan, Sheet, Value, area
from softsym.workbook.rounding import Rounding
from softsym.workbook.scope import Scope
from softsym.workbook.tables import heading, lines

FLAG, CHANGED, TOLERANCE, ROUNDING = "$C$5", "$C$6", "$C$7", "$C$8"
_ROUNDING = "Of the size of the terms that are added up: what spreadsheets, which keep 15 digits, may be off by."
ALL_PASS = "all checks pass"
NAIVE = f"{ACCEPTED} the formula as it is defined, which overflows for large inputs; it counts where it has a value."
STABLE = f"{ACCEPTED} the stable form, which overflows only where the quantity itself does; its numbers belong to it."
CONSTANTS = f"{ACCEPTED} the numbers belong to what is checked."
TERMS = f"{ACCEPTED} each check has terms of its own."
_HEADERS = (
    "",
    "what is checked",
    "mathematics",
    "this workbook",
    "must be",
    "expected",
    "difference",
    "size of terms",
    "allowed",
    "if not, or an error",
    "result",
)
_PRINTED_HEADERS = {3: "source", 6: "as printed", 8: "", 9: "half a unit"}
"""What stands in the place of some headers over the figures of a source."""
_WIDTHS = {1: 5, 2: 34, 3: 46, 4: 18, 5: 11, 6: 18, 7: 11, 8: 13, 9: 10, 10: 27, 11: 24, 12: 3, 13: 20}
OTHERWISE, RESULT, _EXPORTED = 10, 11, 13
"""The columns of what a row says where the check does not hold, of its result, which is the last that is printed,
and of the inputs as they were at the export."""
_HEADER_ROW = 12
NONE = "no checks"
FAIL, NO_VALUE = "FAIL", "n/a, as it has no value"
_RELATIONS = {"==": "equal to", "<=": "at most", ">=": "at least"}


@dataclass(frozen=True, slots=True)
class Check:
    """Two formulas, or a formula and a figure, and the word that must be true of them.

    ``allowed`` is the half unit of a printed figure. With ``skip_errors`` an error is no failure; with ``otherwise``
    nothing is: the row says so instead. ``terms`` is the formula of the size of the terms that cancel in the sides,
    which rounding leaves a part of; without one it is that of the expected figure.
    """

    what: str
    mathematics: str
    left: str
    word: str
    right: Value
    right_formula: str = ""
    allowed: float | None = None
    skip_errors: bool = False
    otherwise: str = ""
    terms: str = ""


@dataclass
class Checks:
    """Collects the checks of a workbook and lays them out."""

    scope: Scope
    sheet: Sheet
    live: list[Check] = field(default_factory=list)
    printed: list[Check] = field(default_factory=list)
    inputs: list[tuple[str, Sequence[float]]] = field(default_factory=list)
    results: list[str] = field(default_factory=list)

    def add(
        self,
        what: str,
        mathematics: str,
        sides: Sides,
        relation: str = "==",
        *,
        skip_errors: bool = False,
        otherwise: str = "",
    ) -> None:
        """Two expressions that must be equal or in order; with ``skip_errors`` an error on the left is no failure."""
        figure = constant(sides.right)
        formulas = [self.scope.maker(side, "Checks").formula()[1:] for side in (sides.left, sides.right)]
        value = None if figure is None else float(figure)
        formula = formulas[1] if figure is None else ""
        word = _RELATIONS[relation]
        naive = skip_errors or sides.may_fail
        terms = "" if sides.terms is None else self._terms(sides.terms)
        self.live.append(Check(what, mathematics, formulas[0], word, value, formula, None, naive, otherwise, terms))

    def _terms(self, expr: Expr) -> str:
        """The formula of the size of the terms, which may be beyond the range of numbers, or over a 0."""
        formula = f'IFERROR({self.scope.maker(expr, "Checks").formula()[1:]},"n/a")'
        check_limits(f"={formula}")
        return formula

    def add_formula(self, what: str, formula: str, figure: float, mathematics: str = "") -> None:
        """A formula that must give a figure."""
        self.live.append(Check(what, mathematics, formula, _RELATIONS["=="], figure))

    def add_inputs(self, inputs: Sequence[tuple[str, str, Sequence[float]]]) -> None:
        """The inputs, (name, kind, values): each must be a number of its kind, whatever was pasted over it."""
        self.inputs = [(self.scope.cells[name], values) for name, _, values in inputs]
        if inputs:
            counts = "+".join(f"COUNT({where})" for where, _ in self.inputs)
            self.add_formula("every input is a number", counts, sum(len(values) for _, values in self.inputs))
        for name, kind, _ in inputs:
            domain, where = domain_of(kind), self.scope.cells[name]
            if domain.outside:
                self.add_formula(f"{name}: {domain.words}", f"SUMPRODUCT(--({domain.outside.format(where)}))", 0)
            if domain.sums_to_one:
                self.add_formula(f"{name} sums to one", f"SUM({where})", 1, f"sum({name}) == 1")

    def add_no_errors(self, what: str, where: str) -> None:
        """No cell of a range may hold an error."""
        self.live.append(Check(f"no errors in {what}", "", f"SUMPRODUCT(--ISERROR({where}))", _RELATIONS["=="], 0))

    def add_printed(
        self, what: str, printed: str, cell: str, figure: float, half_unit: float, agrees: bool = True
    ) -> None:
        """A figure of a source: ours must round to it, unless it is known to be off; no verdict once inputs change."""
        word = "rounded to" if agrees else "off from"
        self.printed.append(Check(what, f"the source prints {printed}", cell, word, figure, allowed=half_unit))

    def finish(self, plan: Plan) -> None:
        """Lay out the sheet, and put the flag on every other sheet."""
        sheet = self.sheet
        sheet.widths.update(_WIDTHS)
        self._heading(3, "Overall", "")
        sheet.printed_right = RESULT
        row = self._section(_HEADER_ROW - 2, "Checks", "They hold whatever the inputs are.", self.live)
        if self.printed:
            note = "The source's figures; they are compared as long as the inputs are those of the export."
            self._section(row + 2, "Figures as the source prints them", note, self.printed, _PRINTED_HEADERS)
        else:
            sheet.repeat_rows = f"{_HEADER_ROW}:{_HEADER_ROW}"
        self._overall()
        for other in plan.sheets:
            self._show_flag(other)

    def _section(
        self, row: int, title: str, note: str, checks: list[Check], headers: Mapping[int, str] = MappingProxyType({})
    ) -> int:
        row = self._heading(row, title, note)
        for column, text in enumerate(_HEADERS, 1):
            self.sheet.put(row, column, headers.get(column, text), style="Heading 3")
        self.sheet.cells[row, _HEADERS.index("size of terms") + 1].comment = "" if headers else TERMS
        for number, check in enumerate(checks, 1):
            self._lay(row + number, number, check)
        first, last = row + 1, row + len(checks)
        if checks:
            where = f"K{first}:K{last}"
            self.sheet.highlights += [
                Highlight(where, f'K{first}="{FAIL}"', "Bad"),
                Highlight(where, f'K{first}="OK"', "Good"),
            ]
            self.results.append(area(first, RESULT, last, RESULT))
        return last

    def _heading(self, row: int, title: str, note: str) -> int:
        """A heading whose line runs on, as the first column is narrow."""
        for column in (2, 3):
            self.sheet.put(row, column, style="Heading 1")
        return heading(self.sheet, row, title, note)

    def _lay(self, row: int, number: int, check: Check) -> None:
        put = self.sheet.put
        put(row, 1, number, style="Heading 4")
        put(row, 2, check.what, style="Body")
        put(row, 3, check.mathematics, style="Explanatory Body")
        texts = {2: check.what, 3: check.mathematics, OTHERWISE: _otherwise(check)}
        self.sheet.heights[row] = 15.0 * max(lines(text, _WIDTHS[column]) for column, text in texts.items()) + 2
        is_link = "!" in check.left and "(" not in check.left
        left = put(row, 4, formula=check.left.removeprefix("="), style="Linked Cell" if is_link else "Calculation")
        left.comment = _comment(check)
        put(row, 5, check.word, style="Body")
        style = "Calculation" if check.right_formula else "Note"
        put(row, 6, check.right, formula=check.right_formula, style=style, comment=left.comment)
        gap = put(row, 7, formula=f"D{row}-F{row}", style="Calculation", number_format="0.0E+00")
        gap.comment = left.comment if check.skip_errors or check.otherwise else ""
        self._verdict(row, check)

    def _verdict(self, row: int, check: Check) -> None:
        self.sheet.put(row, OTHERWISE, _otherwise(check), style="Body")
        result = self._live_verdict(row, check) if check.allowed is None else self._printed_verdict(row, check.allowed)
        self.sheet.put(row, RESULT, formula=result, style="Check Cell")

    def _live_verdict(self, row: int, check: Check) -> str:
        put, shown = self.sheet.put, "0.0E+00"
        terms = put(row, 8, formula=check.terms or f"MAX(1,ABS(F{row}))", style="Calculation", number_format=shown)
        terms.comment = _comment_on(check, check.terms)
        formula = f"{TOLERANCE}*MAX(1,ABS(F{row}))+IF(ISNUMBER(H{row}),{ROUNDING}*H{row},0)"
        allowed = put(row, 9, formula=formula, style="Calculation", number_format=shown)
        allowed.comment = NAIVE if check.skip_errors else ""
        gap = f'IF(E{row}="equal to",ABS(G{row}),IF(E{row}="at most",G{row},-G{row}))'
        failed = f'IF(J{row}="{NO_VALUE}","{FAIL}",J{row})'  # a naive formula fails where it has a value
        told = f'IF({gap}<=I{row},"OK",IF(ISNUMBER(H{row}),{failed},"{NO_VALUE}"))'
        return f'IF(ISERROR(G{row}),IF(J{row}="{FAIL}",J{row},"{NO_VALUE}"),{told})'

    def _printed_verdict(self, row: int, allowed: float) -> str:
        self.sheet.put(row, 9, allowed, style="Note", number_format="0.0E+00")
        verdict = f'IF((ABS(G{row})<=I{row})=(E{row}="rounded to"),"OK","{FAIL}")'
        return f'IF({CHANGED}>0,"n/a, inputs changed",IF(ISERROR(G{row}),J{row},{verdict}))'

    def _overall(self) -> None:
        failed = "+".join(f'COUNTIF({where},"{FAIL}")' for where in self.results) or "0"
        number = "+".join(f"ROWS({where})" for where in self.results) or "0"
        flag = f'IF({failed}=0,"{ALL_PASS}",{failed}&" of "&{number}&" checks fail")' if self.results else f'"{NONE}"'
        self._headline(5, "flag", flag)
        self.sheet.cells[5, 3].style = "Check Cell"
        self._headline(6, "inputs changed since the export", self._changes())
        self._limit(7, "tolerance", 1e-9, "Relative to the expected figure where that is above 1.")
        self._limit(8, "rounding", 1e-12, _ROUNDING)

    def _limit(self, row: int, label: str, value: float, advice: str) -> None:
        self.sheet.put(row, 1, label, style="Heading 4")
        self.sheet.put(row, 3, value, style="Input", number_format="0.0E+00")
        self.sheet.put(row, 4, advice, style="Remark")
        self.sheet.validations.append(validation(f"C{row}", label, "unit", advice.removesuffix(".")))

    def _headline(self, row: int, label: str, formula: str) -> None:
        self.sheet.put(row, 1, label, style="Heading 4")
        self.sheet.put(row, 3, formula=formula, style="Calculation")

    def _changes(self) -> str:
        """How many inputs differ from the values that the file was written with, which stand beside the checks."""
        parts, row = [], _HEADER_ROW + 1
        self.sheet.put(_HEADER_ROW, _EXPORTED, "inputs as exported", style="Heading 3")
        for where, values in self.inputs:
            first = row
            for value in values:
                self.sheet.put(row, _EXPORTED, value, style="Note")
                row += 1
            parts.append(f"SUMPRODUCT(--({where}<>{area(first, _EXPORTED, row - 1, _EXPORTED)}))")
        return "+".join(parts) or "0"

    def _show_flag(self, other: Sheet) -> None:
        where = FLAG.replace("$", "") if other is self.sheet else "A3"
        if other is not self.sheet:
            other.put(3, 1, formula=f"Checks!{FLAG}", style="Check Cell", link="#Checks!A1")
        other.highlights.append(Highlight(where, f'{where}="{ALL_PASS}"', "Good"))
        other.highlights.append(Highlight(where, f'{where}<>"{ALL_PASS}"', "Bad"))


def _otherwise(check: Check) -> str:
    """What a row says where the check does not hold, or has no value."""
    return check.otherwise or (NO_VALUE if check.skip_errors else FAIL)


def _comment(check: Check) -> str:
    return _comment_on(check, check.left, check.right_formula)


def _comment_on(check: Check, *formulas: str) -> str:
    """What the audit is told of the formulas of a check."""
    texts = [text for text in formulas if text]
    if check.skip_errors and texts:
        return NAIVE
    if any("EXP(" in text for text in texts):
        return STABLE
    return CONSTANTS if any(constants(parse_formula(text)) for text in texts) else ""


@dataclass(frozen=True, slots=True)
class Sides:
    """Two sides of a check as scalars, whether one may have no value, and the terms that cancel in them, if some do.

    A side that is laid out as it is written may overflow; so may one of a column that is accepted to fail.
    """

    left: Expr
    right: Expr
    may_fail: bool
    terms: Expr | None = None


def sides_to_check(scope: Scope, left: str | Expr, right: str | Expr, form: str) -> Sides:
    """Two sides as scalars whose formulas differ.

    Vectors are compared by their largest difference over 1 + the largest entry, which must be 0. Where both stable
    forms are one formula, a check of them could not fail: then one side is laid out as it is written.

    Raises :class:`~softsym.errors.UnsupportedError` where that is the same formula too, as for a limit and its value.
    """
    for forms in ((form, form), (form, "plain"), ("plain", form)):
        sides = scope.read(left, forms[0]), scope.read(right, forms[1])
        if _formula(scope, sides[0]) != _formula(scope, sides[1]):
            return _scalars(scope, *sides, "plain" in forms or any(map(scope.may_fail, sides)))
    raise UnsupportedError(f"{left} and {right} are one formula here, so that a check of them could not fail")


def _formula(scope: Scope, side: Expr) -> str:
    return scope.maker(side, "Checks").formula((1,) * len(side.shape))


def _scalars(scope: Scope, left: Expr, right: Expr, may_fail: bool) -> Sides:
    rounding = Rounding(scope.meanings)
    kept = rounding.keeps_digits(left) and rounding.keeps_digits(right)
    terms = None if kept else apply("add", rounding.terms(left), rounding.terms(right))
    if not (left.shape or right.shape):
        return Sides(left, right, may_fail, terms)
    difference = apply("max", apply("abs", apply("sub", left, right)))
    largest = None if terms is None else apply("max", terms)
    if right.shape:
        size = apply("add", scope.read("1"), apply("max", apply("abs", right)))
        difference, largest = apply("div", difference, size), None if largest is None else apply("div", largest, size)
    return Sides(difference, scope.read("0"), may_fail, largest)
