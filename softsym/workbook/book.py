"""Builds the plan of a workbook that a reviewer can read: README, Inputs, Workings, Results, Derivation, Checks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from softsym.errors import DomainError
from softsym.expression import Expr
from softsym.language import bare_text
from softsym.workbook import exercise, front, writer
from softsym.workbook.calculate import calculate
from softsym.workbook.checks import Checks, sides_to_check
from softsym.workbook.plan import Chart, Plan, Series, Sheet, address
from softsym.workbook.printed import printed_number
from softsym.workbook.scope import Scalar, Scope, Vector, define
from softsym.workbook.tables import Grid, Sweep, Table, heading

_CHARTS_A_ROW, _CHART_ROWS, _FIRST_RESULT = 2, 20, 7


class Book:
    """A workbook in the making; every figure in it is a formula on its inputs.

    >>> book = Book("Softmax", "What softmax does.", [Scalar("beta", 1.0), Vector("z", [1.0, 2.0])])
    >>> steps = book.table("softmax, step by step", "z")
    >>> steps.column("e", "exp(beta*z - max(beta*z))")
    'Workings!$C$8:$C$9'
    >>> steps.column("p", "e/sum(e)")
    'Workings!$D$8:$D$9'
    >>> book.result("log_sum", "lse(z, beta)", "the smooth maximum")
    'Results!$C$7'
    >>> book.check("the probabilities sum to one", "sum(p)", "1")
    >>> plan = book.finish()
    >>> plan.sheet("Results").cells[7, 3].value
    2.313261687518223

    Raises :class:`~softsym.errors.DomainError` for names used twice and inputs that are no numbers.
    """

    def __init__(
        self,
        title: str,
        purpose: str,
        inputs: Sequence[Scalar | Vector],
        *,
        how_to_use: Sequence[str] = (),
        sources: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.plan = Plan(title, description=purpose, keywords="softmax, softsym", subject=purpose[:200])
        self.scope = Scope()
        self.readme = self._sheet("README", purpose)
        self._sheet("Inputs", "Change the shaded cells; everything else follows.")
        self.sheets: dict[str, int] = {}
        self.results = Sheet("Results")
        self.derivations: list[Sheet] = []
        self.checks = Checks(self.scope, Sheet("Checks"))
        self._open(self.results, "The results, live, and the charts.")
        self._open(self.checks.sheet, "What must hold whatever the inputs are.")
        self.how_to_use, self.sources = how_to_use, sources
        self._result_row, self._charts = 3, 0
        front.inputs(self.plan.sheet("Inputs"), inputs, self.scope, self.plan.names)
        self.vectors = {i.name: i for i in inputs if isinstance(i, Vector)}
        self.checks.add_inputs(
            [(i.name, i.kind, [float(v) for v in (i.values if isinstance(i, Vector) else [i.value])]) for i in inputs]
        )
        self.results.widths.update({1: 22, 2: 48, 3: 22, 4: 60})

    def _sheet(self, name: str, purpose: str) -> Sheet:
        sheet = self.plan.sheet(name)
        self._open(sheet, purpose)
        return sheet

    def _open(self, sheet: Sheet, purpose: str) -> None:
        title = self.plan.title if sheet.name in ("README", "") else f"{self.plan.title}: {sheet.name}"
        sheet.put(1, 1, title, style="Title")
        sheet.heights[1] = 28
        sheet.put(2, 1, purpose, style="Explanatory Text")
        sheet.widths[1] = 30

    def working(self, sheet: str = "Workings", purpose: str = "One step a column; the mathematics above it.") -> Sheet:
        """A sheet of workings, made when it is first asked for."""
        if sheet not in self.sheets:
            self._sheet(sheet, purpose).widths[1] = 22
            self.sheets[sheet] = 5
        return self.plan.sheet(sheet)

    def table(self, title: str, over: str, *, note: str = "", sheet: str = "Workings", link: bool = True) -> Table:
        """A table with a row for each entry of the input vector ``over``, which is its first column if ``link``."""
        vector = self.vectors.get(over)
        if vector is None:
            raise DomainError(f"{over} is not an input vector; inputs are {', '.join(self.vectors) or 'missing'}")
        labels = list(vector.labels) or [str(k) for k in range(1, len(vector.values) + 1)]
        page = self.working(sheet)
        table = Table(self.scope, page, self.next_row(page), title, note, labels, "entry")
        if link:
            table.link(over, number_format=vector.number_format)
        self.sheets[sheet] = -1
        return table

    def next_row(self, page: Sheet) -> int:
        """The row at which the next block of a sheet begins."""
        return 5 if page.bottom < 5 else page.bottom + 3

    def sweep(
        self, title: str, parameter: str, values: Sequence[float], *, note: str = "", sheet: str = "Sweep"
    ) -> Sweep:
        """A table with a row for each value of a scalar ``parameter``, which stands for itself in its columns."""
        page = self.working(sheet, "The same quantities over a range of a parameter; the shaded values can be changed.")
        made = Sweep(self.scope, page, self.next_row(page), title, note, parameter, [float(v) for v in values])
        self.checks.add_formula(f"{title}: every {parameter} is a number", f"COUNT({made.x})", len(values))
        return made

    def grid(
        self,
        title: str,
        text: str | Expr,
        across: tuple[str, Sequence[float]],
        down: tuple[str, Sequence[float]],
        *,
        note: str = "",
        sheet: str = "Surfaces",
        form: str = "stable",
        number_format: str = "0.00",
    ) -> Grid:
        """A block of a scalar expression over the values of two parameters."""
        page = self.working(sheet, "A figure for each pair of values, shaded from small to large.")
        row = self.next_row(page)
        made = Grid(self.scope, page, row, title, note, text, across, down, form, number_format)
        what = f"{title}: every {across[0]} and every {down[0]} is a number"
        counts, size = f"COUNT({made.across})+COUNT({made.x})", len(across[1]) + len(down[1])
        self.checks.add_formula(what, counts, size)
        return made

    def result(
        self,
        name: str,
        text: str | Expr,
        meaning: str = "",
        *,
        form: str = "stable",
        number_format: str = "0.000000",
        mathematics: str = "",
        accurate: bool | None = None,
    ) -> str:
        """A scalar result with a name, which later expressions may use; gives its cell. See :meth:`Table.column`."""
        row, expr = self._next_result(), self.scope.read(text, form)
        kept = form == "stable" if accurate is None else accurate
        formula = self.scope.maker(expr, "Results", accurate=kept).formula()
        self.results.put(row, 1, name, style="Heading 4")
        self.results.put(row, 2, mathematics or _text(text), style="Explanatory Text")
        self.results.put(row, 3, formula=formula[1:], style="Output", number_format=number_format)
        self.results.put(row, 4, meaning, style="Body")
        where = address(row, 3, "Results", anchored=True)
        self.scope.add(name, "real", where, meaning=expr)
        define(self.plan.names, name, where)
        return where

    def listed(self, name: str, mathematics: str, cell: str, *, number_format: str = "0.000000") -> None:
        """A figure of the workings, shown on the Results sheet too."""
        row = self._next_result()
        self.results.put(row, 1, name, style="Heading 4")
        self.results.put(row, 2, mathematics, style="Explanatory Text")
        self.results.put(row, 3, formula=cell, style="Linked Cell", number_format=number_format)

    def _next_result(self) -> int:
        """The row of the next result, under a heading."""
        if self._result_row < _FIRST_RESULT:
            heading(self.results, _FIRST_RESULT - 2, "Results", "")
            self.results.row(_FIRST_RESULT - 1, ["name", "mathematics", "value", "meaning"], style="Heading 3")
            self._result_row = _FIRST_RESULT - 1
        self._result_row += 1
        return self._result_row

    def check(
        self,
        what: str,
        left: str | Expr,
        right: str | Expr,
        relation: str = "==",
        *,
        skip_errors: bool = False,
        otherwise: str = "",
    ) -> None:
        """``left`` and ``right`` must be equal (``==``), or in order (``<=``, ``>=``), for all inputs.

        Vectors are compared by their largest difference. The formulas are those of the stable forms; with
        ``skip_errors`` they are laid out as written, and an error on the left, as of a naive formula that overflows, is
        shown and does not fail. With ``otherwise`` it is a condition for other formulas: where it does not hold the row
        says so in these words, and the flag stays. Two stable forms that are one formula are no check: then one side is
        laid out as it is written, and may overflow.

        Raises :class:`~softsym.errors.UnsupportedError` where both ways of laying the sides out are one formula.
        """
        mathematics = " ".join((_text(left), relation, _text(right)))
        sides = sides_to_check(self.scope, left, right, "plain" if skip_errors else "stable")
        self.checks.add(what, mathematics, sides, relation, skip_errors=skip_errors, otherwise=otherwise)

    def no_errors(self, what: str, where: str) -> None:
        """No cell of the range may hold an error."""
        self.checks.add_no_errors(what, where)

    def printed(self, what: str, printed: str, cell: str, *, agrees: bool = True) -> None:
        """A figure as a source prints it (``"0.9933"``, ``"99.33%"``): ours, in ``cell``, must round to it.

        ``agrees`` False states that it is known to be off, and checks that it is. After an edit of the inputs the row
        says so and stays out of the flag.
        """
        value, half_unit = printed_number(printed)
        self.checks.add_printed(what, printed, cell, value, half_unit, agrees)

    def derivation(self, title: str, steps: Iterable[Sequence[str]], verdict: str = "") -> None:
        """Steps as text: (rule, expression, condition), and the verdict on what they show."""
        if not self.derivations:
            self.derivations.append(Sheet("Derivation"))
            self._open(self.derivations[0], "The steps that lead to the formulas, each checked by exact algebra.")
        front.derivation(self.derivations[0], title, steps, verdict)

    def exercise(self, title: str, where: str, labels: Sequence[str] = (), *, number_format: str = "0.000000") -> None:
        """An exercise: each figure of the range ``where`` shows itself once the reader has typed a guess beside it."""
        page = self.working("Exercise", exercise.PURPOSE)
        cells = exercise.single_cells(where)
        names = list(labels) or [f"entry {k}" for k in range(1, len(cells) + 1)]
        exercise.lay(page, self.next_row(page), title, names, cells, number_format)

    def bars(
        self,
        title: str,
        columns: Mapping[str, str],
        y_title: str = "value",
        y_range: tuple[float, float] | None = None,
    ) -> None:
        """Bars of the columns of one table: their cells by name, with the entries of the table under them."""
        series = tuple(Series(name, where) for name, where in columns.items())
        sheet, _, cells = series[0].values.rpartition("!")
        rows = [part.rpartition("$")[2] for part in cells.split(":")]
        entries = f"{sheet}!$A${rows[0]}:$A${rows[-1]}"
        self.chart(Chart("bar", title, "", entries, series, "entry", y_title, y_range=y_range))

    def chart(self, chart: Chart, sheet: Sheet | None = None) -> None:
        """Add a chart to ``sheet``, or to Results below the others."""
        if sheet is not None:
            sheet.charts.append(chart)
            return
        self._charts += 1
        self.results.charts.append(chart)

    def finish(self) -> Plan:
        """The plan, with the value of every formula in it."""
        has_results = self._result_row >= _FIRST_RESULT or self.results.charts
        self.plan.sheets += [*([self.results] if has_results else []), *self.derivations, self.checks.sheet]
        self._place_charts()
        front.readme(self.readme, self.plan, self.how_to_use, self.sources)
        self.checks.finish(self.plan)
        for sheet in self.plan.sheets:
            sheet.freeze = sheet.freeze or "A4"
        calculate(self.plan)
        return self.plan

    def _place_charts(self) -> None:
        first = self._result_row + 2
        for number, chart in enumerate(self.results.charts):
            row = first + _CHART_ROWS * (number // _CHARTS_A_ROW)
            self.results.charts[number] = front.anchored(chart, "AD"[number % _CHARTS_A_ROW] + str(row))

    def write(self, path: str | os.PathLike[str], progress: Callable[[int], None] | None = None) -> Plan:
        """Finish the plan and write it to ``path``."""
        plan = self.finish()
        writer.write(plan, path, progress)
        return plan


def _text(given: str | Expr) -> str:
    return given if isinstance(given, str) else bare_text(given)
