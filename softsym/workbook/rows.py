"""A workbook for many rows of one vector: classes across, one example a row, every figure a live formula."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import numpy as np

from softsym.bindings import read_number
from softsym.errors import DomainError, UnsupportedError
from softsym.expression import Expr, Symbol, as_expr, free_symbols
from softsym.language import bare_text
from softsym.targets.excel import FormulaMaker, prepared
from softsym.targets.excel_syntax import MAX_COLUMNS, MAX_ROWS, column_letters
from softsym.targets.numpy import lambdify
from softsym.workbook import writer
from softsym.workbook.acceptance import accept
from softsym.workbook.book import Book
from softsym.workbook.domains import validation
from softsym.workbook.functions import NUM
from softsym.workbook.plan import Column, Plan, Sheet, area
from softsym.workbook.scope import Scalar
from softsym.workbook.staging import Staging
from softsym.workbook.writer import clean_text

SHEET, TOP = "Rows", 7
_FORMATS = {"Calculation": "0.0000", "Output": "0.000000"}
_WIDTH, _MOST_LINES = 14.0, 3
MOST_ROWS = MAX_ROWS - TOP + 1
"""How many rows a sheet holds under its headers."""
_SENTINEL = 1_000_003
"""The row that formulas are printed for; its number then gives way to that of each row."""


def write_rows(
    expr: Expr | str,
    classes: Sequence[str],
    rows: Any,
    path: str | os.PathLike[str],
    *,
    labels: Sequence[str] = (),
    title: str = "",
    progress: Callable[[int], None] | None = None,
    **scalars: Any,
) -> Plan:
    """Write a live workbook that computes ``expr`` for each row of numbers; gives its plan.

    ``expr`` has one vector name, whose entries are the ``classes`` across; ``rows`` is an array with a row for each
    example, ``labels`` name them (else 1, 2, ...), ``scalars`` are the values of the other names. ``progress`` is told
    the number of rows at each step of the writing.

    Raises :class:`~softsym.errors.DomainError` where a number is missing or not finite, or a sheet is too small, and
    :class:`~softsym.errors.UnsupportedError` for an expression of several vectors or with a matrix as its value.
    """
    given = as_expr(expr)
    table = _Table(given, classes, _checked(rows, len(classes)), scalars)
    plan = table.plan(title or bare_text(given), labels)
    accept(plan)
    writer.write(plan, path, progress)
    return plan


def _checked(rows: Any, width: int) -> np.ndarray[Any, Any]:
    """The rows as an array; refused before anything is written if no sheet holds them."""
    array = np.asarray(rows, dtype=float)
    if array.ndim != 2 or array.shape[1] != width or not array.size:
        raise DomainError(f"the rows must have {width} numbers each, as there are {width} classes")
    if len(array) > MOST_ROWS:
        raise DomainError(f"{len(array)} rows are more than the {MOST_ROWS} that a sheet holds; split the file")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        row, column = (int(n) + 1 for n in bad[0])
        raise DomainError(
            f"row {row}, column {column} is {array[row - 1, column - 1]}; every cell must be a finite number"
        )
    return array


@dataclass
class _Table:
    """The columns of the sheet, as they are laid out from left to right."""

    expr: Expr
    classes: Sequence[str]
    rows: np.ndarray[Any, Any]
    scalars: Mapping[str, Any]
    values: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    right: int = 1

    def __post_init__(self) -> None:
        vectors = [s for s in free_symbols(self.expr) if s.kind.type == "vector"]
        if len(vectors) != 1 or len(self.expr.shape) > 1:
            raise UnsupportedError(
                "rows of numbers need an expression of one vector, with a number or a vector as its value"
            )
        self.vector = vectors[0]
        names = {s.name: s for s in free_symbols(self.expr) if s.kind.type not in ("vector", "length")}
        missing, extra = sorted(names.keys() - self.scalars.keys()), sorted(self.scalars.keys() - names.keys())
        if missing or extra:
            raise DomainError(f"{missing[0]} needs a value" if missing else f"the expression has no name {extra[0]!r}")
        self.inputs = [
            Scalar(n, float(read_number(self.scalars[n], n)), kind=_domain(s)) for n, s in sorted(names.items())
        ]

    def plan(self, title: str, labels: Sequence[str]) -> Plan:
        book = Book(title, f"{bare_text(self.expr)} for each of {len(self.rows)} rows.", self.inputs)
        sheet = book.working(SHEET, "One example a row, classes across; steps from left to right.")
        texts = [clean_text(str(x)) for x in labels] or [str(k) for k in range(1, len(self.rows) + 1)]
        sheet.columns.append(Column(TOP, 1, texts, style="Heading 4"))
        sheet.put(TOP - 1, 1, "row", style="Heading 3")
        sheet.freeze, sheet.repeat_rows = f"B{TOP}", f"{TOP - 2}:{TOP - 1}"
        self.cells = dict(book.scope.cells)
        self.values = {s.name: s.value for s in self.inputs}
        self._place(sheet, self.vector.name, self.vector.name, self.rows, None, "Input")
        staging = Staging(self.vector.kind.vector_length, taken={*self.cells})
        rest = staging.split(prepared(self.expr))
        for step in staging.steps:
            self._step(sheet, step.name, step.expr, bare_text(step.expr), "Calculation")
        first = self.right + 1
        self._step(sheet, "result", rest, bare_text(self.expr), "Output")
        bottom = TOP + len(self.rows) - 1
        given = (TOP, 2, bottom, 1 + len(self.classes))
        sheet.validations.append(
            validation(area(*given, anchored=False), self.vector.name, "real", "an entry of its row")
        )
        book.checks.add_formula("every entry is a number", f"COUNT({area(*given, SHEET)})", float(self.rows.size))
        book.no_errors("the results", area(TOP, first, bottom, self.right, SHEET))
        ours = f"COUNT({area(TOP, first, bottom, self.right, SHEET)})"
        book.checks.add_formula("every row has its results", ours, float(len(self.rows) * (self.right - first + 1)))
        return book.finish()

    def _step(self, sheet: Sheet, name: str, expr: Expr, shown: str, style: str) -> None:
        function = lambdify(expr)
        with np.errstate(all="ignore"):
            given = {**self.values, **{n: len(self.classes) for n in self.vector.kind.vector_length.names}}
            values = np.asarray(function(*(given[n] for n in function.names)), dtype=float)
        shape = (len(self.rows), len(self.classes)) if expr.shape else (len(self.rows),)
        self._place(sheet, name, shown, np.broadcast_to(values, shape), FormulaMaker(expr, self._local(expr)), style)

    def _local(self, expr: Expr) -> dict[str, str]:
        used = {s.name for s in free_symbols(expr)} | {self.vector.name}
        return {n: where.removeprefix(f"{SHEET}!") for n, where in self.cells.items() if n in used}

    def _place(
        self, sheet: Sheet, name: str, shown: str, values: np.ndarray[Any, Any], maker: FormulaMaker | None, style: str
    ) -> None:
        """Put the columns of one quantity, with its mathematics above the first of them."""
        first, width = self.right + 1, values.shape[1] if values.ndim == 2 else 1
        if self.right + width > MAX_COLUMNS:
            raise DomainError(f"the steps need more than the {MAX_COLUMNS} columns of a sheet; give fewer classes")
        sheet.put(TOP - 2, first, shown, style="Explanatory Text")
        for k in range(width):
            self.right += 1
            entry = values if values.ndim == 1 else values[:, k]
            header = f"{name} {clean_text(self.classes[k])}" if values.ndim == 2 else name
            sheet.put(TOP - 1, self.right, header, style="Heading 3")
            sheet.widths[self.right] = _WIDTH
            lines = min(ceil(1.15 * len(header) / _WIDTH), _MOST_LINES)
            sheet.heights[TOP - 1] = max(sheet.heights.get(TOP - 1, 0), 15.0 * lines + 3)
            formula = maker.formula((k + 1,) if values.ndim == 2 else ()) if maker else ""
            template = formula.removeprefix("=").replace(str(_SENTINEL), "{row}")
            shown = _FORMATS.get(style, "General")
            sheet.columns.append(Column(TOP, self.right, _cell_values(entry), template, style, shown))
        self.values[name] = values
        corners = [f"${column_letters(c)}{_SENTINEL}" for c in (first, self.right)]
        self.cells[name] = f"{SHEET}!{corners[0]}" + (f":{corners[1]}" if values.ndim == 2 and width > 1 else "")


def _domain(symbol: Symbol) -> str:
    return "integer" if symbol.kind.type == "index" else symbol.kind.domain


def _cell_values(values: np.ndarray[Any, Any]) -> list[Any]:
    """Numbers as Python's own, what is none as the error that a spreadsheet shows."""
    found: list[Any] = values.tolist()
    if not np.isfinite(values).all():
        found = [x if ok else NUM for x, ok in zip(found, np.isfinite(values), strict=True)]
    return found
