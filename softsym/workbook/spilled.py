"""The dialect excel365 in a workbook: one formula an expression, which spills, and functions that any cell may call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from softsym.definitions import FUNCTIONS
from softsym.expression import Apply, Expr, free_symbols
from softsym.language import bare_text
from softsym.targets.excel365 import SpillMaker, function_parameters, function_text
from softsym.targets.excel_formulas import prepared
from softsym.targets.excel_names import NameGiver
from softsym.workbook.book import Book
from softsym.workbook.checks import STABLE
from softsym.workbook.plan import Sheet, area, sheet_prefix
from softsym.workbook.scope import defined_name
from softsym.workbook.tables import heading

_WIDTH = 17.0
_WORKINGS = "One formula an expression: it stands in the first cell and spills over the others. It needs Excel 365."
_FUNCTIONS = "Functions of this workbook, kept by name: call them in any cell, on any range. They need Excel 365."

USE = (
    "Change the shaded cells of the Inputs sheet; every figure and chart follows at once.",
    "Each result on the Workings sheet is one formula: it stands in the first cell of its block and spills over it.",
    "The Functions sheet has the same formulas as functions; they work in any cell, on a row or a column of numbers.",
    "See the Checks sheet if the flag under a sheet's title is red: it names what does not hold, and by how much.",
)
"""How to use a workbook of this dialect, for its first sheet."""


def lay(book: Book, name: str, title: str, source: Expr, labels: Sequence[str] = ()) -> str:
    """Lay out an expression as one formula; gives the cells that it fills, which ``name`` then stands for."""
    page, expr = book.working("Workings", _WORKINGS), prepared(source)
    row = heading(page, book.next_row(page), title, bare_text(source))
    cells = {n: where for n, where in _local(book.scope.cells, page).items() if n in _used(book, expr, source)}
    maker = SpillMaker(expr, cells, source=source)
    where = _block(page, row, name, maker.formula()[1:], maker.size, labels)
    if len(expr.shape) < 2:
        kind, length = ("vector", maker.size[0]) if expr.shape else ("real", None)
        book.scope.add(name, kind, where, length, meaning=expr)
    if defined_name(name):
        book.plan.names.setdefault(name, where)
    return where


def define_function(book: Book, expr: Expr, own: Mapping[str, str], result: str) -> str:
    """Keep an expression as a function under a name; ``own`` are the inputs of the call that must give ``result``."""
    form = prepared(expr)
    name = NameGiver({*book.plan.names, *book.scope.cells}).name(_function_name(expr))
    definition, parameters = function_text(form, source=expr), function_parameters(form, expr)
    book.plan.names[name] = definition
    page = book.working("Functions", _FUNCTIONS)
    row = heading(page, book.next_row(page), f"{name}({', '.join(parameters)})", bare_text(expr))
    cells = _local(book.scope.cells, page)
    call = f"{name}({','.join(cells[own.get(p, p)] for p in parameters)})"
    where = _block(page, row, name, call, SpillMaker(form, _own_cells(cells, own), source=expr).size)
    book.checks.add_formula(f"the function {name} gives the result", f"SUMPRODUCT(ABS({where}-{result}))", 0)
    return name


def _used(book: Book, *exprs: Expr) -> set[str]:
    """The names of the expressions, and the input vectors, which give lengths."""
    return {s.name for e in exprs for s in free_symbols(e)} | {*book.vectors}


def _function_name(expr: Expr) -> str:
    """SOFTMAX for softmax(z, beta); else FORMULA."""
    return expr.head.upper() if isinstance(expr, Apply) and expr.head in FUNCTIONS else "FORMULA"


def _own_cells(cells: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """The cells of the expression's own names."""
    return {**cells, **{name: cells[input_name] for name, input_name in own.items()}}


def _local(cells: Mapping[str, str], page: Sheet) -> dict[str, str]:
    prefix = sheet_prefix(page.name)
    return {name: where.removeprefix(prefix) for name, where in cells.items()}


def _block(page: Sheet, row: int, name: str, formula: str, size: tuple[int, int], labels: Sequence[str] = ()) -> str:
    """A header, the labels of the rows, and the formula with the cells that it fills; gives these."""
    rows, columns = size
    page.put(row, 1, "entry" if rows > 1 else "", style="Heading 3")
    for column in range(1, columns + 1):
        page.put(row, column + 1, column if columns > 1 else name, style="Heading 3")
        page.widths.setdefault(column + 1, _WIDTH)
    for i in range(1, rows + 1):
        page.put(row + i, 1, labels[i - 1] if len(labels) == rows else i, style="Heading 4")
    page.spill(row + 1, 2, formula, size, style="Output", number_format="0.000000")
    page.cells[row + 1, 2].comment = STABLE
    return area(row + 1, 2, row + rows, columns + 1, page.name)
