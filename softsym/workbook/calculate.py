"""The values of a plan's formulas, as a spreadsheet computes them from the plan's constants."""

from __future__ import annotations

from softsym.errors import ShapeError
from softsym.targets import excel_syntax as syntax
from softsym.targets.excel_syntax import Formula, Reference
from softsym.workbook.arrays import ArrayEvaluation, as_grid
from softsym.workbook.evaluate import Evaluation
from softsym.workbook.functions import VALUE, Grid
from softsym.workbook.plan import Cell, CellError, Plan, Sheet, Value, address


def calculate(plan: Plan) -> None:
    """Put into every formula cell of ``plan`` the value that its formula gives.

    Raises :class:`~softsym.errors.UnsupportedError` for a function that is not in :mod:`softsym.workbook.functions`.
    """
    calculator = Calculator(plan)
    for sheet in plan.sheets:
        for (row, column), cell in sorted(sheet.cells.items()):
            if cell.formula or (sheet.name, row, column) in calculator.spilled:
                cell.value = calculator.value(sheet.name, row, column)


class Calculator:
    """Values of cells, each computed once."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.sheets: dict[str, Sheet] = {sheet.name: sheet for sheet in plan.sheets}
        self.names = {name.casefold(): syntax.parse_formula(where) for name, where in plan.names.items()}
        self.columns = {(s.name, c.column): c for s in plan.sheets for c in s.columns}
        self.known: dict[tuple[str, int, int], Value] = {}
        self.trees: dict[str, Formula] = {}
        self.spilled = {place: anchor for anchor in self._spilling() for place in self._filled(*anchor)}

    def _spilling(self) -> list[tuple[str, int, int]]:
        """The cells whose formulas spill."""
        return [(s.name, *where) for s in self.plan.sheets for where, cell in s.cells.items() if cell.spill]

    def _filled(self, sheet: str, row: int, column: int) -> list[tuple[str, int, int]]:
        """The cells that a formula fills besides its own."""
        rows, columns = self.sheets[sheet].cells[row, column].spill or (1, 1)
        places = [(sheet, row + r, column + c) for r in range(rows) for c in range(columns)]
        return places[1:]

    def value(self, sheet: str, row: int, column: int) -> Value:
        key = (sheet, row, column)
        if key not in self.known:
            self.known[key] = VALUE  # what a circular reference finds
            self.known[key] = self._compute(sheet, row, column)
        return self.known[key]

    def _compute(self, sheet: str, row: int, column: int) -> Value:
        anchor = self.spilled.get((sheet, row, column))
        if anchor is not None:
            self.value(*anchor)
            return self.known[sheet, row, column]
        cell = self._cell(sheet, row, column)
        if cell.spill:
            return self._spill(cell, sheet, row, column)
        return self.evaluate(cell.formula, sheet) if cell.formula else cell.value

    def _spill(self, cell: Cell, sheet: str, row: int, column: int) -> Value:
        """The value of the formula's own cell; the others that it fills become known. An error fills its own only."""
        grid = as_grid(ArrayEvaluation(self, sheet).of(self._tree(cell.formula), True))
        if isinstance(grid[0][0], CellError) and len(grid) == len(grid[0]) == 1:
            self.known |= dict.fromkeys(self._filled(sheet, row, column))
        elif (len(grid), len(grid[0])) != cell.spill:
            where, sizes = address(row, column, sheet), f"{len(grid)} by {len(grid[0])}"
            raise ShapeError(f"the formula of {where} gives {sizes} cells, and {cell.spill} are set aside for it")
        else:
            entries = ((r, c) for r in range(len(grid)) for c in range(len(grid[0])))
            self.known |= {(sheet, row + r, column + c): _plain(grid[r][c]) for r, c in entries}
        return _plain(grid[0][0])

    def _cell(self, sheet: str, row: int, column: int) -> Cell:
        if sheet not in self.sheets:
            return Cell(CellError("#REF!"))
        found = self.sheets[sheet].cells.get((row, column))
        if found is not None:
            return found
        many = self.columns.get((sheet, column))
        return Cell(many.values[row - many.top]) if many is not None and many.top <= row <= many.bottom else Cell()

    def block(self, sheet: str, node: Reference) -> Grid:
        """The values of a range."""
        columns = range(node.left, node.right + 1)
        many = [self.columns.get((sheet, c)) for c in columns]
        if any(m is None or m.top > node.top or m.bottom < node.bottom for m in many):
            return [[self.value(sheet, r, c) for c in columns] for r in range(node.top, node.bottom + 1)]
        slices = [m.values[node.top - m.top : node.bottom + 1 - m.top] for m in many if m is not None]
        return [list(row) for row in zip(*slices, strict=True)]

    def evaluate(self, formula: str, sheet: str) -> Value:
        """The value of a formula on a sheet."""
        result = Evaluation(self, sheet).of(self._tree(formula), False)
        if isinstance(result, list):
            return VALUE if len(result) > 1 or len(result[0]) > 1 else result[0][0]
        return _plain(result)

    def _tree(self, formula: str) -> Formula:
        if formula not in self.trees:
            self.trees[formula] = syntax.parse_formula(formula)
        return self.trees[formula]


def _plain(value: Value) -> Value:
    """A blank is 0, and a spreadsheet has no -0."""
    return 0 if value is None or value == 0 else value
