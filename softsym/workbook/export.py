"""A workbook for any expressions and inputs: staged workings, results as live formulas, checks and charts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from softsym.bindings import point, read_number, read_numbers
from softsym.errors import DomainError, UnsupportedError, did_you_mean
from softsym.expression import Expr, Symbol, as_expr, free_symbols, substitute
from softsym.language import bare_text
from softsym.targets.excel import FormulaMaker, prepared
from softsym.targets.excel_syntax import DIALECTS
from softsym.workbook import spilled, writer
from softsym.workbook.acceptance import accept
from softsym.workbook.book import Book
from softsym.workbook.plan import Plan, area, sheet_prefix
from softsym.workbook.scope import Scalar, Vector, entry_cells
from softsym.workbook.staging import Staging, Step
from softsym.workbook.tables import Table, heading

MAX_SCENARIOS = 64
MAX_LISTED = 50
"""How many entries of a vector are listed on the Results sheet; all of them stand in the workings."""
_FUNCTIONS = {"max": "MAX", "min": "MIN", "sum": "SUM", "prod": "PRODUCT"}


@dataclass(frozen=True, slots=True)
class Scenario:
    """One choice of values: which input each name of the expressions stands for, and a label."""

    label: str
    names: Mapping[str, str]


def write_workbook(
    exprs: Expr | str | Sequence[Expr | str],
    path: str | os.PathLike[str],
    *,
    title: str = "",
    derivations: Sequence[tuple[str, Iterable[Sequence[str]], str]] = (),
    labels: Mapping[str, Sequence[str]] | None = None,
    dialect: str = "classic",
    progress: Callable[[int], None] | None = None,
    **values: Any,
) -> Plan:
    """Write a live workbook of the expressions to ``path``; gives its plan.

    ``values`` are the inputs by name. A vector is a sequence of numbers, or a text such as ``"1, 2, 1/2"``; a scalar
    is a number, or a list of numbers, which makes a scenario of each. ``labels`` name the entries of vectors, and
    ``derivations`` are texts for the Derivation sheet: (title, steps of (rule, expression, condition), verdict).
    ``dialect`` is "classic", formulas that every spreadsheet has, one step a column, or "excel365": one formula an
    expression, which spills, and a ``LAMBDA`` of each by name, as in ``=SOFTMAX(A2:A6, B1)``.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     plan = write_workbook("softmax(z, beta)", folder + "/demo.xlsx", z=[0.95, 0.99, 0.98], beta=[1, 500])
    >>> [sheet.name for sheet in plan.sheets]
    ['README', 'Inputs', 'Workings', 'Results', 'Checks']

    Raises :class:`~softsym.errors.DomainError` for inputs that are missing, too many or no numbers,
    :class:`~softsym.errors.UnsupportedError` for what has no classic formula, and :class:`OSError` for the path.
    """
    given = [as_expr(e) for e in ([exprs] if isinstance(exprs, Expr | str) else exprs)]
    if not given:
        raise DomainError("a workbook needs at least one expression")
    if dialect not in DIALECTS:
        raise DomainError(f"the dialect {dialect!r} is unknown; {did_you_mean(dialect, DIALECTS)}")
    return _Export(given, values, title, labels or {}, dialect == "excel365").write(path, derivations, progress)


class _Export:
    def __init__(
        self,
        exprs: list[Expr],
        values: Mapping[str, Any],
        title: str,
        labels: Mapping[str, Sequence[str]],
        spilling: bool,
    ) -> None:
        self.exprs, self.spilling = exprs, spilling
        self.symbols = {s.name: s for e in exprs for s in free_symbols(e)}
        self.values, self.scenarios = self._scenarios(values)
        inputs = [*self._scalars(), *self._vectors(labels)]
        shown = ", ".join(bare_text(e) for e in exprs)
        purpose, use = f"Live formulas of {shown}, computed from the inputs.", spilled.USE if spilling else ()
        self.book = Book(title or shown, purpose, inputs, how_to_use=use)
        self.taken = {*self.values, *(s for scenario in self.scenarios for s in scenario.names.values())}

    def _scenarios(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[Scenario]]:
        """The value of every input by its own name, and the combinations of them that are laid out."""
        found: dict[str, Any] = {}
        choices: list[list[tuple[str, str, str]]] = []
        for name, value in values.items():
            kind = self.symbols[name].kind.type if name in self.symbols else "scalar"
            several = kind != "vector" and isinstance(value, list | tuple)
            options = [read_number(v, name) for v in value] if several else [value]
            names = [f"{name}_{n}" for n in range(1, len(options) + 1)] if len(options) > 1 else [name]
            found |= dict(zip(names, options, strict=True))
            choices.append([(name, own, f"{name} = {_shown(v)}") for own, v in zip(names, options, strict=True)])
        if len(list(product(*choices))) > MAX_SCENARIOS:
            raise DomainError(f"these lists make more than {MAX_SCENARIOS} scenarios; give fewer values")
        several_names = {c[0][0] for c in choices if len(c) > 1}
        scenarios = [_scenario(chosen, several_names) for chosen in product(*choices)]
        self._validate(found, scenarios)
        return found, scenarios

    def _validate(self, found: Mapping[str, Any], scenarios: list[Scenario]) -> None:
        """Every expression must have what it needs, of fitting lengths and kinds."""
        for expr in self.exprs:
            names = {s.name for s in free_symbols(expr)} | self._lengths()
            for scenario in scenarios:
                point(expr, {n: found[own] for n, own in scenario.names.items() if n in names})
        unused = sorted(n for n in scenarios[0].names if n not in self.symbols)
        if unused:
            raise DomainError(f"no expression has the name {unused[0]}; names are {', '.join(sorted(self.symbols))}")

    def _lengths(self) -> set[str]:
        return {n for s in self.symbols.values() if s.kind.type == "length" for n in [s.name]}

    def _scalars(self) -> list[Scalar | Vector]:
        scalars: list[Scalar | Vector] = []
        for scenario in self.scenarios:
            for name, own in scenario.names.items():
                kind = self.symbols[name].kind
                if kind.type == "vector" or any(s.name == own for s in scalars):
                    continue
                domain = "integer" if kind.type in ("index", "length") else kind.domain
                scalars.append(Scalar(own, float(read_number(self.values[own], own)), kind=domain))
        return scalars

    def _vectors(self, labels: Mapping[str, Sequence[str]]) -> list[Vector]:
        names = [n for n, s in self.symbols.items() if s.kind.type == "vector"]
        order = [n for n in self.values if n in names]
        return [self._vector(n, labels.get(n, ())) for n in order]

    def _vector(self, name: str, labels: Sequence[str]) -> Vector:
        values = [float(v) for v in read_numbers(self.values[name], name)]
        domain = self.symbols[name].kind.domain
        return Vector(name, values, kind="simplex" if domain == "distribution" else domain, labels=labels)

    def write(
        self,
        path: str | os.PathLike[str],
        derivations: Sequence[tuple[str, Iterable[Sequence[str]], str]],
        progress: Callable[[int], None] | None,
    ) -> Plan:
        for number, expr in enumerate(self.exprs, 1):
            columns: list[tuple[str, str]] = []
            for scenario in self.scenarios:
                layout = _Layout(self, expr, scenario, number)
                layout.spill(columns) if self.spilling else layout.lay(columns)
            self._chart(expr, columns)
        for title, steps, verdict in derivations:
            self.book.derivation(title, steps, verdict)
        plan = self.book.finish()
        accept(plan)
        writer.write(plan, path, progress)
        return plan

    def _chart(self, expr: Expr, columns: list[tuple[str, str]]) -> None:
        if not columns:
            return
        self.book.bars(bare_text(expr), {label or "value": where for label, where in columns})


class _Layout:
    """One expression under one scenario."""

    def __init__(self, export: _Export, expr: Expr, scenario: Scenario, number: int) -> None:
        self.export, self.book, self.scenario = export, export.book, scenario
        self.source, self.expr = expr, self._renamed(expr)
        self.form = prepared(self.expr)
        self.title = bare_text(expr) + (f" at {scenario.label}" if scenario.label else "")
        self.name = export_name(export, "result" if len(export.exprs) == 1 else f"result_{number}")

    def _renamed(self, expr: Expr) -> Expr:
        """The expression in the names of the inputs, vectors with the lengths that the workbook gives them."""
        scope = self.book.scope
        changed: dict[Symbol, Expr] = {}
        for symbol in free_symbols(expr):
            own = self.scenario.names.get(symbol.name, symbol.name)
            changed[symbol] = Symbol(own, scope.kinds[own]) if symbol.kind.type == "scalar" else symbol
        return substitute(expr, changed)

    def lay(self, columns: list[tuple[str, str]]) -> None:
        vectors = [s for s in free_symbols(self.form) if s.kind.type == "vector"]
        main = next((n for n in self.book.vectors if any(s.name == n for s in vectors)), None)
        table = None
        rest = self.form
        if main is not None:
            length = next(s for s in vectors if s.name == main).kind.vector_length
            staging = Staging(length, taken=self.export.taken)
            rest = staging.split(self.form)
            whole = rest.shape == (length,)
            if staging.steps or whole:
                table = self._table(main, staging.steps, vectors)
            if table is not None and whole:
                where = table.column(self.name, rest, self.title, accurate=True, number_format="0.000000", output=True)
                columns.append((self.scenario.label, where))
                for label, cell in zip(table.labels, entry_cells(where)[:MAX_LISTED], strict=False):
                    self.book.listed(f"entry {label}", self.title, cell)
                self._check(where)
                return
        self._result(rest)

    def spill(self, columns: list[tuple[str, str]]) -> None:
        """One formula for the whole expression, and a function of it for the first scenario."""
        main = next(
            (v for v in self.book.vectors.values() if v.name in {s.name for s in free_symbols(self.form)}), None
        )
        labels = list(main.labels) if main is not None else []
        where = spilled.lay(self.book, self.name, self.title, self.expr, labels)
        rank = len(self.form.shape)
        if rank == 0:
            self.book.listed(self.name, self.title, where)
        elif rank == 1:
            columns.append((self.scenario.label, where))
            for number, cell in enumerate(entry_cells(where)[:MAX_LISTED], 1):
                self.book.listed(f"entry {number}", self.title, cell)
        if self.scenario is self.export.scenarios[0]:
            spilled.define_function(self.book, self.source, self.scenario.names, where)
        length = self.book.scope.kinds[self.name].length if rank < 2 else None
        if rank < 2 and self.form.shape == (() if length is None else (length,)):
            self._check(where)
        else:
            self.book.no_errors(self.title, where)

    def _table(self, main: str, steps: Sequence[Step], vectors: Sequence[Symbol]) -> Table:
        table = self.book.table(self.title, main)
        size = len(self.book.vectors[main].values)
        used = {s.name for step in steps for s in free_symbols(step.expr)} | {main}
        for name, vector in self.book.vectors.items():
            if name in used and name != main and len(vector.values) == size:
                table.link(name)
        for step in steps:
            self._step(table, step)
        return table

    def _step(self, table: Table, step: Step) -> None:
        if not step.is_figure:
            table.column(step.name, step.expr, accurate=True, mathematics=bare_text(step.expr))
            return
        head, column = step.expr.head, step.expr.args[0].name  # type: ignore[attr-defined]
        label = f"{step.name} = {bare_text(step.expr)}"
        where = table.total(column, label, function=_FUNCTIONS[head])
        self.book.scope.add(step.name, "real", where, meaning=step.expr)

    def _result(self, rest: Expr) -> None:
        shown = bare_text(self.expr)
        if not rest.shape:
            where = self.book.result(self.name, rest, self.title, form="plain", accurate=True, mathematics=shown)
            self._check(where)
            return
        self._block(rest)

    def _block(self, rest: Expr) -> None:
        """A matrix, or a vector whose entries are not those of an input."""
        page = self.book.working("Matrices", "Results with rows and columns; entry (1, 1) stands at the top left.")
        row = heading(page, self.book.next_row(page), self.title, "")
        maker = FormulaMaker(rest, self._cells(rest, page.name))
        sizes = maker.shape(len(rest.shape))
        rows, columns = sizes if len(sizes) == 2 else (sizes[0], 1)
        for column in range(1, columns + 1):
            page.put(row, column + 1, column, style="Heading 3")
            page.widths.setdefault(column + 1, 14)
        for i in range(1, rows + 1):
            page.put(row + i, 1, i, style="Heading 4")
            for j in range(1, columns + 1):
                formula = maker.formula((i, j)[: len(sizes)])[1:]
                page.put(row + i, j + 1, formula=formula, style="Output", number_format="0.000000")
        self.book.no_errors(self.title, area(row + 1, 2, row + rows, columns + 1, page.name))

    def _cells(self, expr: Expr, sheet: str) -> dict[str, str]:
        names = {s.name for s in free_symbols(expr)} | {
            n for n, k in self.book.scope.kinds.items() if k.type == "vector"
        }
        prefix = sheet_prefix(sheet)
        return {n: c.removeprefix(prefix) for n, c in self.book.scope.cells.items() if n in names}

    def _check(self, where: str) -> None:
        """The formula as it is defined, which may overflow, and the staged one must agree where both have a value."""
        self.book.no_errors(self.title, where)
        if self.expr == self.form:
            return
        with suppress(UnsupportedError):  # the definition may be too long for one formula, or have none
            self.book.check(f"{self.title}: as defined and as staged", self.expr, self.name, skip_errors=True)


def _scenario(chosen: Sequence[tuple[str, str, str]], several: set[str]) -> Scenario:
    return Scenario(", ".join(t for n, _, t in chosen if n in several), {n: own for n, own, _ in chosen})


def export_name(export: _Export, wanted: str) -> str:
    """A name for a result that nothing else has."""
    name, number = wanted, 1
    while name in export.taken:
        number += 1
        name = f"{wanted}_{number}"
    export.taken.add(name)
    return name


def _shown(value: Any) -> str:
    return f"{float(value):g}" if isinstance(value, int | float | Fraction) else str(value)
