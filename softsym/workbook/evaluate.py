"""The value of one formula: its tree walked with a spreadsheet's rules, without arrays that spill.

A range where a number is wanted is an error, as in every spreadsheet, unless ``SUMPRODUCT`` or another function of
arrays stands around it; ``IF`` is not carried out on arrays even there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from softsym.errors import UnsupportedError
from softsym.targets import excel_syntax as syntax
from softsym.targets.excel_syntax import Formula, Reference
from softsym.workbook import functions
from softsym.workbook.functions import VALUE, FormulaError, Grid
from softsym.workbook.plan import CellError, Value

if TYPE_CHECKING:
    from softsym.workbook.calculate import Calculator

_ARRAY_CALLS = ("SUMPRODUCT", "MMULT", "TRANSPOSE")


class Evaluation:
    """One formula's computation; ``array`` says whether a function of arrays stands around a node."""

    def __init__(self, calculator: Calculator, sheet: str) -> None:
        self.calculator, self.sheet = calculator, sheet

    def of(self, node: Formula, array: bool) -> Value | Grid:
        visit: Callable[[Formula, bool], Value | Grid] = getattr(self, f"of_{type(node).__name__}")
        try:
            return visit(node, array)
        except FormulaError as fault:
            return fault.error

    def of_NumberLiteral(self, node: syntax.NumberLiteral, array: bool) -> Value:
        return float(node.text)

    def of_TextLiteral(self, node: syntax.TextLiteral, array: bool) -> Value:
        return node.text

    def of_LogicalLiteral(self, node: syntax.LogicalLiteral, array: bool) -> Value:
        return node.value

    def of_ErrorLiteral(self, node: syntax.ErrorLiteral, array: bool) -> Value:
        return CellError(node.text)

    def of_Missing(self, node: syntax.Missing, array: bool) -> Value:
        return None

    def of_ArrayLiteral(self, node: syntax.ArrayLiteral, array: bool) -> Grid:
        return [[self.scalar(x) for x in row] for row in node.rows]

    def of_DefinedName(self, node: syntax.DefinedName, array: bool) -> Value | Grid:
        tree = self.calculator.names.get(node.text.casefold())
        return CellError("#NAME?") if tree is None else self.of(tree, array)

    def of_Reference(self, node: Reference, array: bool) -> Value | Grid:
        sheet = node.sheet or self.sheet
        if node.is_cell:
            return self.calculator.value(sheet, node.top, node.left)
        return self.calculator.block(sheet, node)

    def of_Unary(self, node: syntax.Unary, array: bool) -> Value | Grid:
        scale = {"-": -1.0, "+": 1.0, "%": 0.01}[node.sign]
        return self.entrywise(lambda x: functions.number(x) * scale, [node.operand], array)

    def of_Binary(self, node: syntax.Binary, array: bool) -> Value | Grid:
        return self.entrywise(_OPERATORS[node.sign], [node.left, node.right], array)

    def of_Call(self, node: syntax.Call, array: bool) -> Value | Grid:
        if node.name in functions.SCALAR:
            compute = functions.SCALAR[node.name]
            return self.entrywise(lambda *x: compute(*map(functions.number, x)), list(node.args), array)
        if node.name in functions.AGGREGATE:
            return functions.AGGREGATE[node.name](functions.numbers(self.of(a, array) for a in node.args))
        visit = getattr(self, f"call_{node.name.lower()}", None)
        if visit is None:
            raise UnsupportedError(f"the function {node.name} has no value here")
        result: Value | Grid = visit(node.args, array or node.name in _ARRAY_CALLS)
        return result

    # how arguments are read

    def scalar(self, node: Formula) -> Value:
        value = self.of(node, False)
        if isinstance(value, list):
            raise FormulaError(VALUE)
        return value

    def grid(self, node: Formula, array: bool) -> Grid:
        value = self.of(node, array)
        return value if isinstance(value, list) else [[value]]

    def entrywise(self, compute: Callable[..., Value], nodes: list[Formula], array: bool) -> Value | Grid:
        values = [self.of(node, array) for node in nodes]
        if not any(isinstance(v, list) for v in values):
            return entry_of(compute, values)  # type: ignore[arg-type]
        if not array:
            raise FormulaError(VALUE)
        grids = [v if isinstance(v, list) else [[v]] for v in values]
        rows, columns = max(len(g) for g in grids), max(len(g[0]) for g in grids)
        return [[entry_of(compute, [pick(g, r, c) for g in grids]) for c in range(columns)] for r in range(rows)]

    # functions that look at their arguments before they are computed

    def call_if(self, args: tuple[Formula, ...], array: bool) -> Value | Grid:
        condition = self.scalar(args[0])
        chosen = functions.number(condition) != 0
        if not chosen and len(args) < 3:
            return False
        return self.of(args[1 if chosen else 2], array)

    def call_iferror(self, args: tuple[Formula, ...], array: bool) -> Value | Grid:
        value = self.of(args[0], array)
        return self.of(args[1], array) if isinstance(value, CellError) else value

    def call_choose(self, args: tuple[Formula, ...], array: bool) -> Value | Grid:
        number = int(functions.number(self.scalar(args[0])))
        if not 1 <= number < len(args):
            raise FormulaError(VALUE)
        return self.of(args[number], array)

    def call_and(self, args: tuple[Formula, ...], array: bool) -> Value:
        return all(self._truths(args, array))

    def call_or(self, args: tuple[Formula, ...], array: bool) -> Value:
        return any(self._truths(args, array))

    def call_not(self, args: tuple[Formula, ...], array: bool) -> Value | Grid:
        return self.entrywise(lambda x: functions.number(x) == 0, list(args), array)

    def _truths(self, args: tuple[Formula, ...], array: bool) -> list[bool]:
        values = functions.flatten(self.of(a, array) for a in args)
        return [
            functions.number(v) != 0 for v, of_range in values if not (of_range and (v is None or isinstance(v, str)))
        ]

    def call_sumproduct(self, args: tuple[Formula, ...], array: bool) -> Value:
        return functions.sum_of_products([self.grid(a, True) for a in args])

    def call_mmult(self, args: tuple[Formula, ...], array: bool) -> Grid:
        return functions.matrix_product(self.grid(args[0], True), self.grid(args[1], True))

    def call_transpose(self, args: tuple[Formula, ...], array: bool) -> Grid:
        return [list(column) for column in zip(*self.grid(args[0], True), strict=True)]

    def call_rows(self, args: tuple[Formula, ...], array: bool) -> Value:
        return len(self.grid(args[0], array))

    def call_columns(self, args: tuple[Formula, ...], array: bool) -> Value:
        return len(self.grid(args[0], array)[0])

    def call_count(self, args: tuple[Formula, ...], array: bool) -> Value:
        values = functions.flatten(self.of(a, array) for a in args)
        return sum(isinstance(v, int | float) and not (isinstance(v, bool) and inside) for v, inside in values)

    def call_countif(self, args: tuple[Formula, ...], array: bool) -> Value:
        criterion = self.scalar(args[1])
        return sum(functions.matches(v, criterion) for row in self.grid(args[0], False) for v in row)

    def call_index(self, args: tuple[Formula, ...], array: bool) -> Value | Grid:
        grid = self.grid(args[0], array)
        row, column = (int(functions.number(self.scalar(a))) for a in (*args[1:], syntax.NumberLiteral("0"))[:2])
        if len(grid) == 1 and len(args) == 2:
            row, column = 1, row
        row, column = row or (len(grid) == 1), column or (len(grid[0]) == 1)
        if not (1 <= row <= len(grid) and 1 <= column <= len(grid[0])):
            raise FormulaError(functions.REF)
        return grid[row - 1][column - 1]

    def call_match(self, args: tuple[Formula, ...], array: bool) -> Value:
        wanted, values = self.scalar(args[0]), functions.flatten([self.grid(args[1], array)])
        for position, (value, _) in enumerate(values, 1):
            if functions.same(value, wanted):
                return position
        raise FormulaError(functions.NA)

    def call_iserror(self, args: tuple[Formula, ...], array: bool) -> Value | Grid:
        return self._test(args, array, lambda v: isinstance(v, CellError))

    def call_isnumber(self, args: tuple[Formula, ...], array: bool) -> Value | Grid:
        return self._test(args, array, lambda v: isinstance(v, int | float) and not isinstance(v, bool))

    def _test(self, args: tuple[Formula, ...], array: bool, test: Callable[[Value], bool]) -> Value | Grid:
        value = self.of(args[0], array)
        if not isinstance(value, list):
            return test(value)
        if not array:
            raise FormulaError(VALUE)
        return [[test(v) for v in row] for row in value]


def entry_of(compute: Callable[..., Value], values: list[Value]) -> Value:
    """A function's value, or the error that ends it."""
    try:
        return compute(*values)
    except FormulaError as fault:
        return fault.error


def pick(grid: Grid, row: int, column: int) -> Value:
    """The entry of an array that stands for a place in a larger one: single rows and columns are repeated."""
    row, column = (0 if len(grid) == 1 else row), (0 if len(grid[0]) == 1 else column)
    return grid[row][column] if row < len(grid) and column < len(grid[0]) else functions.NA


def _arithmetic(compute: Callable[[float, float], float]) -> Callable[[Value, Value], Value]:
    return lambda a, b: compute(functions.number(a), functions.number(b))


def _text(value: Value) -> str:
    if isinstance(value, CellError):
        raise FormulaError(value)
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value + 0.0:.15g}"  # a spreadsheet has no -0
    return "" if value is None else str(value)


def _relation(mark: str) -> Callable[[Value, Value], Value]:
    return lambda a, b: functions.compare(mark, a, b)


_OPERATORS: dict[str, Callable[[Value, Value], Value]] = {
    "+": _arithmetic(lambda a, b: functions.finite(a + b)),
    "-": _arithmetic(lambda a, b: functions.finite(a - b)),
    "*": _arithmetic(lambda a, b: functions.finite(a * b)),
    "/": _arithmetic(functions.divide),
    "^": _arithmetic(functions.power),
    "&": lambda a, b: _text(a) + _text(b),
    **{mark: _relation(mark) for mark in ("=", "<>", "<", "<=", ">", ">=")},
}
