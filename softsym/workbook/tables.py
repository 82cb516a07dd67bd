"""Tables of a workbook: staged workings one step a column, sweeps over a parameter, and grids over two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

from softsym.errors import DomainError, ShapeError, did_you_mean
from softsym.expression import Expr
from softsym.language import bare_text
from softsym.targets.excel import FormulaMaker
from softsym.targets.excel_syntax import column_letters
from softsym.workbook.audit import ACCEPTED
from softsym.workbook.domains import validation
from softsym.workbook.plan import ColourScale, Series, Sheet, address, area
from softsym.workbook.scope import Scope, column_place

WIDTH, WIDE = 17.0, 27.0
LINE = 15.0
_LONG = 50


def heading(sheet: Sheet, row: int, title: str, note: str) -> int:
    """A heading with a line under it; gives the next free row."""
    sheet.put(row, 1, title, style="Heading 1")
    sheet.heights[row] = 22
    if note:
        sheet.put(row + 1, 1, note, style="Explanatory Text")
    return row + 1 + bool(note)


def lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of a width.

    >>> lines("short", 10), lines("a sentence of some length", 10), lines("two\\nlines", 10)
    (1, 3, 2)
    """
    return sum(max(1, ceil(1.06 * len(line) / width)) for line in text.split("\n"))


class _Headed:
    """Rows under a row of mathematics and a row of headers."""

    def __init__(self, scope: Scope, sheet: Sheet, row: int, title: str, note: str, corner: str) -> None:
        self.scope, self.sheet, self.title = scope, sheet, title
        is_only = not any(cell.style == "Heading 1" for cell in sheet.cells.values())
        self.mathematics_row = heading(sheet, row, title, note)
        self.header_row = self.mathematics_row + 1
        self.top, self.right = self.header_row + 1, 1
        sheet.freeze = f"B{self.top}" if is_only else "B4"
        sheet.repeat_rows = f"{self.mathematics_row}:{self.header_row}" if is_only else ""
        self.head(1, corner, "")

    def head(self, column: int, header: str, mathematics: str) -> None:
        if mathematics:
            self.sheet.put(self.mathematics_row, column, mathematics, style="Mathematics")
        self.sheet.put(self.header_row, column, header, style="Heading 3")
        wanted = WIDE if len(mathematics) > _LONG else WIDTH
        width = self.sheet.widths[column] = max(self.sheet.widths.get(column, 0), wanted)
        for row, text in ((self.mathematics_row, mathematics), (self.header_row, header)):
            self.sheet.heights[row] = max(self.sheet.heights.get(row, LINE), LINE * lines(text, width) + 3)

    def accept(self, reason: str) -> None:
        """Say in a comment on the last column's header why it may overflow or fail."""
        if reason:
            self.sheet.cells[self.header_row, self.right].comment = f"{ACCEPTED} {reason}"


class Table(_Headed):
    """One row an entry: inputs and steps side by side, each step a formula on the columns before it."""

    def __init__(
        self, scope: Scope, sheet: Sheet, row: int, title: str, note: str, labels: Sequence[str], corner: str
    ) -> None:
        super().__init__(scope, sheet, row, title, note, corner)
        self.labels, self.length = tuple(labels), len(labels)
        self.bottom = self.top + self.length - 1
        self.columns: dict[str, int] = {}
        self.linked: dict[str, str] = {}
        self.totals: dict[str, int] = {}
        for offset, label in enumerate(labels):
            sheet.put(self.top + offset, 1, label, style="Heading 4")

    @property
    def end(self) -> int:
        """The last row of the table."""
        return self.bottom + len(self.totals)

    def place(self, column: int) -> str:
        return column_place(self.sheet.name, self.top, self.bottom, column)

    def link(self, name: str, header: str = "", *, number_format: str = "General") -> str:
        """A column that repeats an input or another column, so that the workings can be read on their own."""
        self.right += 1
        self.columns[name] = self.right
        self.head(self.right, header or name, name)
        maker = self.scope.maker(self.scope.read(name), self.sheet.name)
        self._formulas(maker.formula, "Linked Cell", number_format)
        self.linked[name] = self.place(self.right)
        return self.linked[name]

    def column(
        self,
        name: str,
        text: str | Expr,
        header: str = "",
        *,
        form: str = "plain",
        number_format: str = "0.0000",
        mathematics: str = "",
        output: bool = False,
        accurate: bool | None = None,
        accept: str = "",
    ) -> str:
        """A step: ``text`` is a vector expression in the inputs and the columns so far, and ``name`` is new.

        ``form`` "plain" lays the formula out as it is written, which may overflow; "stable" never does. The text stands
        above the header, unless ``mathematics`` is given. ``accurate`` prints log(1 + u) and exp(t) - 1 so that they
        keep their digits, as in the stable form. ``accept`` says why the column may overflow or fail; it is shown as a
        comment, the audit takes it as an answer, and a check of the column does not fail where it has no value. Gives
        the cells of the column.

        Raises :class:`~softsym.errors.ShapeError` if the expression is not a vector of the table's length.
        """
        expr = self.scope.read(text, form)
        if self.scope.size(expr) != self.length:
            raise ShapeError(f"{name} has {self.scope.size(expr)} entries, and the table has {self.length} rows")
        self.right += 1
        shown = mathematics or (text if isinstance(text, str) else bare_text(text))
        self.head(self.right, header or name, f"{name} = {shown}" if header else shown)
        self.accept(accept)
        kept = form == "stable" if accurate is None else accurate
        maker = self.scope.maker(expr, self.sheet.name, self.linked, accurate=kept)
        self._formulas(maker.formula, "Output" if output else "Calculation", number_format)
        self.columns[name] = self.right
        self.scope.add(name, "vector", self.place(self.right), self.length, meaning=expr, may_fail=bool(accept))
        return self.place(self.right)

    def _formulas(self, formula: Callable[[tuple[int, ...]], str], style: str, number_format: str) -> None:
        for k in range(1, self.length + 1):
            text = formula((k,)).removeprefix("=")
            self.sheet.put(self.top + k - 1, self.right, formula=text, style=style, number_format=number_format)

    def note(self, header: str, texts: Sequence[str]) -> None:
        """A column of figures or remarks as their source prints them; they stay text."""
        self.right += 1
        self.sheet.widths[self.right] = max([self.sheet.widths.get(self.right, WIDTH), *(len(t) + 4 for t in texts)])
        self.head(self.right, header, "")
        for offset, text in enumerate(texts):
            self.sheet.put(self.top + offset, self.right, text, style="Note")

    def total(self, name: str, label: str = "sum", *, function: str = "SUM", number_format: str = "0.0000") -> str:
        """A figure under a column, such as its ``SUM`` or ``MAX``; gives its cell.

        Raises :class:`~softsym.errors.DomainError` for a name that is no column of this table.
        """
        if name not in self.columns:
            raise DomainError(f"{name} is no column of this table; {did_you_mean(name, self.columns)}")
        column = self.columns[name]
        row = self.totals.setdefault(label, self.bottom + 1 + len(self.totals))
        self.sheet.put(row, 1, label, style="Total")
        formula = f"{function}({area(self.top, column, self.bottom, column)})"
        self.sheet.put(row, column, formula=formula, style="Total", number_format=number_format)
        return address(row, column, self.sheet.name, anchored=True)


class Sweep(_Headed):
    """One row a value of a parameter; each column a scalar expression at that value."""

    def __init__(
        self, scope: Scope, sheet: Sheet, row: int, title: str, note: str, parameter: str, values: Sequence[float]
    ) -> None:
        super().__init__(scope, sheet, row, title, note, parameter)
        self.parameter, self.bottom = parameter, self.top + len(values) - 1
        for offset, value in enumerate(values):
            sheet.put(self.top + offset, 1, value, style="Input")
        where = area(self.top, 1, self.bottom, 1, anchored=False)
        sheet.validations.append(validation(where, parameter, "real", note))

    @property
    def end(self) -> int:
        return self.bottom

    @property
    def x(self) -> str:
        """The cells of the parameter's values."""
        return column_place(self.sheet.name, self.top, self.bottom, 1)

    def column(
        self,
        text: str | Expr,
        header: str = "",
        *,
        form: str = "stable",
        number_format: str = "0.0000",
        mathematics: str = "",
        accept: str = "",
    ) -> Series:
        """A scalar expression at every value of the parameter; gives the series for a chart; see :class:`Table`."""
        expr = self.scope.read(text, form, [self.parameter])
        if expr.shape:
            raise ShapeError(f"a sweep takes one number a row, and {expr} is a vector: take entries, as in z[1]")
        self.right += 1
        shown = mathematics or (text if isinstance(text, str) else bare_text(text))
        self.head(self.right, header or shown, shown)
        self.accept(accept)

        def maker(row: int) -> FormulaMaker:
            place = {self.parameter: f"$A{row}"}
            return self.scope.maker(expr, self.sheet.name, place, accurate=form == "stable")

        for row in range(self.top, self.bottom + 1):
            formula = maker(row).formula()
            self.sheet.put(row, self.right, formula=formula[1:], style="Calculation", number_format=number_format)
        return Series(header or shown, column_place(self.sheet.name, self.top, self.bottom, self.right))


class Grid:
    """A scalar expression over the values of two parameters, coloured from small to large."""

    def __init__(
        self,
        scope: Scope,
        sheet: Sheet,
        row: int,
        title: str,
        note: str,
        text: str | Expr,
        across: tuple[str, Sequence[float]],
        down: tuple[str, Sequence[float]],
        form: str = "stable",
        number_format: str = "0.00",
    ) -> None:
        self.sheet, self.title = sheet, title
        shown = text if isinstance(text, str) else bare_text(text)
        self.header = heading(sheet, row, title, f"{shown}; {note}" if note else shown)
        self.top, self.bottom, self.right = self.header + 1, self.header + len(down[1]), 1 + len(across[1])
        sheet.put(self.header, 1, f"{down[0]} down, {across[0]} across", style="Heading 3")
        for column, value in enumerate(across[1], 2):
            sheet.put(self.header, column, value, style="Input")
            sheet.widths.setdefault(column, 8)
        expr = scope.read(text, form, [across[0], down[0]])
        for row, value in enumerate(down[1], self.top):
            sheet.put(row, 1, value, style="Input")
            for column in range(2, self.right + 1):
                cells = {across[0]: f"{column_letters(column)}${self.header}", down[0]: f"$A{row}"}
                formula = scope.maker(expr, sheet.name, cells, accurate=form == "stable").formula()[1:]
                sheet.put(row, column, formula=formula, style="Calculation", number_format=number_format)
        sheet.scales.append(ColourScale(area(self.top, 2, self.bottom, self.right, anchored=False)))
        for name, where in ((across[0], self.across), (down[0], self.x)):
            sheet.validations.append(validation(where.rpartition("!")[2].replace("$", ""), name, "real", ""))

    @property
    def end(self) -> int:
        return self.bottom

    @property
    def x(self) -> str:
        """The cells of the values down, the categories of a surface chart."""
        return column_place(self.sheet.name, self.top, self.bottom, 1)

    @property
    def across(self) -> str:
        """The cells of the values across."""
        return area(self.header, 2, self.header, self.right, self.sheet.name)

    def series(self) -> tuple[Series, ...]:
        """The columns of the grid, for a surface chart."""
        values = [self.sheet.cells[self.header, c].value for c in range(2, self.right + 1)]
        places = [column_place(self.sheet.name, self.top, self.bottom, c) for c in range(2, self.right + 1)]
        return tuple(Series(f"{v:g}", place) for v, place in zip(values, places, strict=True))
