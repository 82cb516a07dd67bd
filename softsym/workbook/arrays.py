"""The value of a formula that spills: arrays everywhere, ``LET``, ``LAMBDA`` and the functions that take one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import TYPE_CHECKING, TypeAlias

from softsym.targets import excel_syntax as syntax
from softsym.targets.excel_syntax import Formula
from softsym.workbook import functions
from softsym.workbook.evaluate import Evaluation, pick
from softsym.workbook.functions import NA, NAME, REF, VALUE, FormulaError, Grid
from softsym.workbook.plan import CellError, Value

if TYPE_CHECKING:
    from softsym.workbook.calculate import Calculator

Args: TypeAlias = "tuple[Formula, ...]"


@dataclass(frozen=True, slots=True)
class Function:
    """A ``LAMBDA`` with what its names stood for where it was written."""

    parameters: tuple[str, ...]
    body: Formula
    names: Mapping[str, Value | Grid | Function]


Found: TypeAlias = "Value | Grid | Function"


class ArrayEvaluation(Evaluation):
    """One formula's computation where every function takes arrays, and ``IF`` chooses entry by entry."""

    def __init__(self, calculator: Calculator, sheet: str, names: Mapping[str, Found] | None = None) -> None:
        super().__init__(calculator, sheet)
        self.local = names or {}

    def within(self, names: Mapping[str, Found]) -> ArrayEvaluation:
        """The computation of a part that has more names."""
        return ArrayEvaluation(self.calculator, self.sheet, {**self.local, **names})

    def array(self, node: Formula) -> Grid:
        return self.grid(node, True)

    def whole(self, node: Formula) -> int:
        """An argument that is a whole number."""
        return int(functions.number(self.single(node)))

    def single(self, node: Formula) -> Value:
        """An argument that is one value."""
        return only(self.array(node))

    def of(self, node: Formula, array: bool) -> Value | Grid:
        return super().of(node, True)

    def of_DefinedName(self, node: syntax.DefinedName, array: bool) -> Value | Grid:
        found = self.local.get(node.text.casefold())
        if isinstance(found, Function):
            raise FormulaError(VALUE)
        return super().of_DefinedName(node, array) if node.text.casefold() not in self.local else found

    def of_Call(self, node: syntax.Call, array: bool) -> Value | Grid:
        function = self._named(node.name)
        if function is not None:
            return self.invoke(function, [self.of(a, True) for a in node.args])
        return super().of_Call(node, array)

    def of_Invoke(self, node: syntax.Invoke, array: bool) -> Value | Grid:
        return self.invoke(self.function(node.function), [self.of(a, True) for a in node.args])

    def _named(self, name: str) -> Function | None:
        """The function that a name of ``LET`` or of the workbook stands for."""
        found = self.local.get(name.casefold())
        if isinstance(found, Function):
            return found
        tree = self.calculator.names.get(name.casefold())
        return self.function(tree) if isinstance(tree, syntax.Call) and tree.name == "LAMBDA" else None

    def function(self, node: Formula) -> Function:
        """The function that a formula gives: a ``LAMBDA``, or a name of one."""
        if isinstance(node, syntax.Call) and node.name == "LAMBDA":
            parameters = tuple(p.text.casefold() for p in node.args[:-1] if isinstance(p, syntax.DefinedName))
            return Function(parameters, node.args[-1], self.local)
        found = self._named(node.text) if isinstance(node, syntax.DefinedName) else None
        if found is None:
            raise FormulaError(VALUE)
        return found

    def invoke(self, function: Function, args: Sequence[Value | Grid]) -> Value | Grid:
        """The function's value."""
        if len(args) != len(function.parameters):
            raise FormulaError(VALUE)
        names = {**function.names, **dict(zip(function.parameters, args, strict=True))}
        return ArrayEvaluation(self.calculator, self.sheet, names).of(function.body, True)

    def entry(self, function: Function, *args: Value | Grid) -> Value:
        """The function's value, which must be a single one."""
        return only(as_grid(self.invoke(function, args)))

    # functions

    def call_let(self, args: Args, array: bool) -> Value | Grid:
        inner = self
        for name, value in zip(args[:-1:2], args[1:-1:2], strict=True):
            if not isinstance(name, syntax.DefinedName):
                raise FormulaError(NAME)
            is_function = isinstance(value, syntax.Call) and value.name == "LAMBDA"
            found: Found = inner.function(value) if is_function else inner.of(value, True)
            inner = inner.within({name.text.casefold(): found})
        return inner.of(args[-1], True)

    def call_lambda(self, args: Args, array: bool) -> Value:
        raise FormulaError(VALUE)  # a function that nothing calls

    def call_if(self, args: Args, array: bool) -> Value | Grid:
        grids = [self.array(a) for a in args] + ([[[False]]] if len(args) == 2 else [])
        return spread(_chosen, grids)

    def call_iferror(self, args: Args, array: bool) -> Value | Grid:
        return spread(lambda v, other: other if isinstance(v, CellError) else v, [self.array(a) for a in args])

    def call_index(self, args: Args, array: bool) -> Value | Grid:
        grid = self.array(args[0])
        numbers = [self.array(a) for a in args[1:]]
        if len(numbers) == 1:
            numbers = [[[1]], numbers[0]] if len(grid) == 1 else [numbers[0], [[1]]]
        return spread(lambda r, c: _entry_at(grid, r, c), numbers)

    def call_choose(self, args: Args, array: bool) -> Value | Grid:
        number = self.whole(args[0])
        if not 1 <= number < len(args):
            raise FormulaError(VALUE)
        return self.of(args[number], True)

    def call_map(self, args: Args, array: bool) -> Grid:
        function = self.function(args[-1])
        result = spread(lambda *entries: self.entry(function, *entries), [self.array(a) for a in args[:-1]])
        return as_grid(result)

    def call_byrow(self, args: Args, array: bool) -> Grid:
        function = self.function(args[1])
        return [[self.entry(function, [row])] for row in self.array(args[0])]

    def call_bycol(self, args: Args, array: bool) -> Grid:
        function = self.function(args[1])
        columns = zip(*self.array(args[0]), strict=True)
        return [[self.entry(function, [[x] for x in column]) for column in columns]]

    def call_makearray(self, args: Args, array: bool) -> Grid:
        rows, columns, function = self.whole(args[0]), self.whole(args[1]), self.function(args[2])
        return [[self.entry(function, r, c) for c in range(1, columns + 1)] for r in range(1, rows + 1)]

    def call_reduce(self, args: Args, array: bool) -> Value | Grid:
        result, function = self.of(args[0], True), self.function(args[2])
        for entry in chain.from_iterable(self.array(args[1])):
            result = self.invoke(function, [result, entry])
        return result

    def call_sequence(self, args: Args, array: bool) -> Grid:
        given = [self.single(a) if not isinstance(a, syntax.Missing) else 1 for a in args]
        rows, columns, start, step = (functions.number(v) for v in [*given, 1, 1, 1, 1][:4])
        if rows < 1 or columns < 1:
            raise FormulaError(VALUE)
        width = int(columns)
        return [[start + step * (r * width + c) for c in range(width)] for r in range(int(rows))]

    def call_munit(self, args: Args, array: bool) -> Grid:
        size = self.whole(args[0])
        return [[float(r == c) for c in range(size)] for r in range(size)]

    def call_vstack(self, args: Args, array: bool) -> Grid:
        return stacked(self.array(a) for a in args)

    def call_hstack(self, args: Args, array: bool) -> Grid:
        return flipped(stacked(flipped(self.array(a)) for a in args))

    def call_tocol(self, args: Args, array: bool) -> Grid:
        return [[entry] for entry in chain.from_iterable(self.array(args[0]))]

    def call_filter(self, args: Args, array: bool) -> Grid:
        grid, kept = self.array(args[0]), self.array(args[1])
        by_row = len(kept) == len(grid) and len(kept[0]) == 1
        flags = [functions.number(v) != 0 for v in chain.from_iterable(kept)]
        rows = [row for row, flag in zip(grid if by_row else flipped(grid), flags, strict=True) if flag]
        if not rows:
            raise FormulaError(CellError("#CALC!"))
        return rows if by_row else flipped(rows)

    def call_xmatch(self, args: Args, array: bool) -> Value:
        return self.call_match(args, True)


def only(grid: Grid) -> Value:
    """The value of an array that has one."""
    if len(grid) != 1 or len(grid[0]) != 1:
        raise FormulaError(VALUE)
    return grid[0][0]


def as_grid(value: Value | Grid) -> Grid:
    """A single value is an array of one."""
    return value if isinstance(value, list) else [[value]]


def flipped(grid: Grid) -> Grid:
    """Rows and columns exchanged."""
    return [list(column) for column in zip(*grid, strict=True)]


def stacked(grids: Iterable[Grid]) -> Grid:
    """Arrays one under the other; narrower rows end in ``#N/A``."""
    rows = list(chain.from_iterable(grids))
    width = max(map(len, rows))
    return [[*row, *[NA] * (width - len(row))] for row in rows]


def spread(compute: Callable[..., Value], grids: Sequence[Grid]) -> Grid:
    """A function entry by entry; a single row, column or value stands for all."""
    rows, columns = max(len(g) for g in grids), max(len(g[0]) for g in grids)
    result: Grid = [[None] * columns for _ in range(rows)]
    for r, c in product(range(rows), range(columns)):
        try:
            result[r][c] = compute(*(pick(g, r, c) for g in grids))
        except FormulaError as fault:
            result[r][c] = fault.error
    return result


def _chosen(condition: Value, value: Value, other: Value) -> Value:
    return value if functions.number(condition) != 0 else other


def _entry_at(grid: Grid, row: Value, column: Value) -> Value:
    r, c = int(functions.number(row)), int(functions.number(column))
    if not (1 <= r <= len(grid) and 1 <= c <= len(grid[0])):
        raise FormulaError(REF)
    return grid[r - 1][c - 1]
