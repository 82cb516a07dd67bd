"""Spreadsheet formulas as expressions of the language, in both dialects.

Numbers, operators and functions keep Excel's meaning: ``-2^2`` is 4, ``2^3^2`` is 64. A comparison is 1 or 0, written
with ``sign``; ``IF(c, x, y)`` becomes ``c*x + (1 - c)*y``, which is defined only where both branches are. Rows and
columns are told apart: ``z*TRANSPOSE(y)`` is ``outer(z, y)``. Only ``0^0``, an error in a spreadsheet, is 1 here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from softsym.errors import ShapeError, UnsupportedError, did_you_mean
from softsym.expression import Expr, Symbol, apply, number, symbol
from softsym.symbols import DEFAULT_KINDS, REAL, Kind, Length
from softsym.targets import excel_syntax as syntax
from softsym.targets.excel_array_reading import ArrayReader, whole_of
from softsym.targets.excel_cells import Place, places
from softsym.targets.excel_fields import Field, column, is_index_like, plain_indices, row
from softsym.targets.excel_reading import First, Function, Value, truth
from softsym.targets.excel_syntax import Call, Formula, Reference, parse_formula, parse_reference
from softsym.targets.excel_tables import Table, is_structured, with_cells

MAX_NEW_LENGTH = 1000
"""Ranges that no name stands for become vectors of their own up to this length."""
_OPERATORS = {"+": "add", "-": "sub", "*": "mul", "/": "div", "^": "pow"}


def read_excel(
    formula: str,
    cells: Mapping[str, str | Sequence[str]] | None = None,
    kinds: Mapping[str, Kind] | None = None,
    *,
    tables: Sequence[Table] = (),
    at: str = "A1",
) -> Expr:
    """The expression of a formula.

    ``cells`` says which name stands where, as for :func:`softsym.targets.excel.to_excel`; ``kinds`` are the kinds of
    names that have none by default. A part of a vector's range is the list of its entries. Cells that no name stands
    for become names of their own: ``B1`` a real scalar, ``B2:B4`` the vector ``B2_B4``. The parameters of a ``LAMBDA``
    that nothing calls are names too. ``tables`` are the tables of structured references, and ``at`` is the formula's
    own cell, for ``Sales[@price]``.

    >>> read_excel("=LN(SUMPRODUCT(EXP(B1*B2:B4)))/B1", {"z": "B2:B4", "beta": "B1"})
    log(sum(exp(beta*z)))/beta
    >>> read_excel("=LET(e,EXP(B1*B2:B4),e/SUM(e))", {"z": "B2:B4", "beta": "B1"})
    exp(beta*z)/sum(exp(beta*z))
    >>> read_excel("=-2^2 + 2^3^2")
    (-2)**2 + (2**3)**2
    >>> read_excel("=IF(A1>0, A1, 0)")
    (sign(A1) + abs(sign(A1)))/2*A1 + (1 - (sign(A1) + abs(sign(A1)))/2)*0 where A1: real

    Raises :class:`~softsym.errors.LanguageError` for what is no formula, :class:`~softsym.errors.UnsupportedError` for
    a function, text, error or reference that the language has no expression for, named in the message, and
    :class:`~softsym.errors.ShapeError` where ranges do not fit together.
    """
    own = parse_reference(at)
    if own is None:
        raise ShapeError(f"at={at!r} is no cell; give the formula's own cell, such as Data!D5")
    tree = with_cells(parse_formula(formula), tables, own.sheet, own.top)
    return _Reader(_Names(cells or {}, kinds or {}), {}).whole(tree)


class _Names:
    """What names and cells stand for in the whole formula."""

    def __init__(self, cells: Mapping[str, str | Sequence[str]], kinds: Mapping[str, Kind]) -> None:
        self.places, self.kinds = places(cells), kinds
        self.symbols = {name: self._symbol(name) for name in self.places}
        self.ranges = {_corners(place): name for name, place in self.places.items() if place.orientation}
        self.entries: dict[tuple[str, int, int], Expr] = {}
        self.sizes: dict[Length, int] = {}
        for name, place in self.places.items():
            found = self.symbols[name]
            if found.shape:
                self.sizes[found.shape[0]] = len(place.cells)
            for position, cell in enumerate(place.cells, 1):
                self.entries[_corner(cell)] = apply("item", found, position) if found.shape else found

    def _symbol(self, name: str) -> Symbol:
        if name in self.kinds:
            return Symbol(name, self.kinds[name])
        if name in DEFAULT_KINDS:
            return symbol(name)
        size = len(self.places[name].cells)
        return Symbol(name, Kind("vector", "vector", Length.of(size)) if size > 1 else REAL)

    def known(self, text: str) -> Symbol | None:
        """The name of the language that a text is, in small or capital letters."""
        found = next((s for name, s in self.symbols.items() if name.casefold() == text.casefold()), None)
        if found is None and text in self.kinds:
            return Symbol(text, self.kinds[text])
        if found is None and text in DEFAULT_KINDS and DEFAULT_KINDS[text].type in ("scalar", "vector"):
            return symbol(text)
        return found

    def field(self, found: Symbol) -> Field:
        """A name's value: a vector lies as its cells do, else down."""
        if not found.shape:
            return Field(found)
        place = self.places.get(found.name)
        return row(found) if place is not None and place.orientation == "row" else column(found)


class _Reader(ArrayReader):
    """Reads the parts of a formula; ``local`` is what the names of ``LET`` and ``LAMBDA`` stand for."""

    def __init__(self, names: _Names, local: Mapping[str, Value]) -> None:
        self.names, self.local = names, local

    def whole(self, node: Formula) -> Expr:
        """The expression of the whole formula."""
        if isinstance(node, Call) and node.name == "LAMBDA":
            return _Reader(self.names, self._parameters(node)).whole(node.args[-1])
        return plain_indices(whole_of(self.field(node)))

    def _parameters(self, node: Call) -> dict[str, Value]:
        """The parameters of a function that nothing calls, as names of the language."""
        self.function(node)  # which refuses parameters that are no names
        texts = [p.text for p in node.args[:-1] if isinstance(p, syntax.DefinedName)]
        return {text.casefold(): self.names.field(self._parameter(text)) for text in texts}

    def _parameter(self, text: str) -> Symbol:
        for name in (text, text.rstrip("_")):  # the printer puts _ after names that are functions or cells
            known = self.names.known(name)
            if known is not None:
                return known
            if name in DEFAULT_KINDS and DEFAULT_KINDS[name].type != "constant":
                return symbol(name)
        return Symbol(text.rstrip("_"), REAL)

    def size_of(self, length: Length) -> int | None:
        return length.constant if length.is_literal else self.names.sizes.get(length)

    def read(self, node: Formula) -> Value:
        visit: Callable[[Formula], Value] = getattr(self, f"read_{type(node).__name__}")
        return visit(node)

    def read_NumberLiteral(self, node: syntax.NumberLiteral) -> Field:
        return Field(number(Fraction(node.text)))

    def read_TextLiteral(self, node: syntax.TextLiteral) -> Field:
        raise UnsupportedError(f'the text "{node.text}" has no value in the language')

    def read_LogicalLiteral(self, node: syntax.LogicalLiteral) -> Field:
        return Field(number(int(node.value)), logical=True)

    def read_ErrorLiteral(self, node: syntax.ErrorLiteral) -> Field:
        raise UnsupportedError(f"the error value {node.text} has no value in the language")

    def read_Missing(self, node: syntax.Missing) -> Field:
        return Field(number(0))

    def read_ArrayLiteral(self, node: syntax.ArrayLiteral) -> Field:
        if len(node.rows) > 1 and len(node.rows[0]) > 1:
            raise UnsupportedError("an array of constants with rows and columns has no expression in the language")
        entries = [self.single(x) for line in node.rows for x in line]
        if len(entries) == 1:
            return Field(entries[0])
        return (column if len(node.rows) > 1 else row)(apply("list", *entries))

    def read_DefinedName(self, node: syntax.DefinedName) -> Value:
        if node.text.casefold() in self.local:
            return self.local[node.text.casefold()]
        found = self.names.known(node.text)
        if is_structured(node):
            raise UnsupportedError(f"no table, column or row is known for {node.text}; give its table in tables=[...]")
        if found is None:
            known = self.names.symbols
            advice = did_you_mean(node.text, known) if known else "give its cells in cells={...}"
            raise UnsupportedError(f"the name {node.text} stands for no cells here; {advice}")
        return self.names.field(found)

    def read_Reference(self, node: Reference) -> Field:
        if ":" in node.sheet:
            raise UnsupportedError(f"{node.text} is cells of several sheets; a vector is one row or one column of one")
        name = self.names.ranges.get((node.sheet, node.top, node.left, node.bottom, node.right))
        if name is not None:
            return self.names.field(self.names.symbols[name])
        if node.is_cell:
            own = Symbol(_name_of(node), REAL)
            return Field(self.names.entries.get((node.sheet, node.top, node.left), own))
        if node.size[0] > 1 and node.size[1] > 1:
            raise UnsupportedError(f"the block {node.text} has rows and columns; a vector is one row or one column")
        return (column if node.size[0] > 1 else row)(self._part(node))

    def _part(self, node: Reference) -> Expr:
        """A range that no name stands for: entries of a name, or a vector of its own."""
        if max(node.size) > MAX_NEW_LENGTH:
            raise UnsupportedError(f"the range {node.text} has more than {MAX_NEW_LENGTH} cells; give it a name")
        cells = [(node.sheet, r, c) for r, c in node.cells()]
        known = [self.names.entries[cell] for cell in cells if cell in self.names.entries]
        if known and len(known) < len(cells):
            raise ShapeError(f"{node.text} reaches beyond the cells of the names that it holds")
        if known:
            return apply("list", *known)
        return Symbol(_name_of(node), Kind("vector", "vector", Length.of(len(cells))))

    def read_Unary(self, node: syntax.Unary) -> Field:
        inner = node.operand
        if node.sign == "-" and isinstance(inner, syntax.Unary) and inner.sign == "-":
            twice = self.field(inner.operand)
            if twice.logical:
                return replace(twice, logical=False)  # a comparison made a number
        if node.sign == "+":
            return self.field(inner)
        if node.sign == "%":
            return self.together(lambda x: x / 100, self.field(inner))
        return self.together(lambda x: -x, self.field(inner))

    def read_Binary(self, node: syntax.Binary) -> Field:
        if node.sign == "&":
            raise UnsupportedError("the operator & joins texts; the language has numbers only")
        if node.sign in syntax.REFERENCE_SIGNS:
            raise UnsupportedError(
                f"{syntax.REFERENCE_SIGNS[node.sign]} references ({node.sign!r} between them) is not read; "
                "name the cells themselves, and put * where a product is meant"
            )
        head = _OPERATORS.get(node.sign)
        if head is not None:
            return self.together(lambda x, y: apply(head, x, y), self.field(node.left), self.field(node.right))
        return self._compared(node)

    def _compared(self, node: syntax.Binary) -> Field:
        """A comparison as 1 or 0; the position of an entry that is found is compared by that entry."""
        left, right = self.read(node.left), self.read(node.right)
        if isinstance(left, First):
            left, right = right, left
        if isinstance(right, First) and isinstance(left, Field) and node.sign == "=" and is_index_like(left.body):
            chosen = right.chosen
            return self.together(lambda k: apply("item", chosen, k), left, logical=True)
        sides = self.field(node.left), self.field(node.right)
        if sides[0].logical != sides[1].logical:
            raise UnsupportedError(
                f"{node.sign} between a logical value and a number is not read: they are never equal"
            )
        return self.together(lambda x, y: truth(node.sign, x, y), *sides, logical=True)

    # names and functions of a formula's own

    def call_let(self, args: tuple[Formula, ...]) -> Value:
        if len(args) % 2 == 0 or not all(isinstance(name, syntax.DefinedName) for name in args[:-1:2]):
            raise UnsupportedError("LET is read with pairs of a name, such as m, and its value, and then the result")
        reader = self
        for name, value in zip(args[:-1:2], args[1:-1:2], strict=True):
            assert isinstance(name, syntax.DefinedName)
            reader = _Reader(self.names, {**reader.local, name.text.casefold(): reader.read(value)})
        return reader.read(args[-1])

    def call_lambda(self, args: tuple[Formula, ...]) -> Function:
        return self.function(Call("LAMBDA", args))

    def function(self, node: Formula) -> Function:
        if isinstance(node, Call) and node.name == "LAMBDA":
            names = [p.text.casefold() for p in node.args[:-1] if isinstance(p, syntax.DefinedName)]
            if len(names) < len(node.args) - 1:
                raise UnsupportedError("LAMBDA is read with names such as x as its parameters")
            return Function(tuple(names), node.args[-1], self.local)
        found = self.read(node)
        if not isinstance(found, Function):
            raise UnsupportedError("a function is read where a LAMBDA, or the name of one, stands")
        return found

    def invoke(self, function: Function, args: Sequence[Value]) -> Value:
        if len(args) != len(function.parameters):
            raise UnsupportedError(f"a LAMBDA of {len(function.parameters)} is called with {len(args)} argument(s)")
        names = {**function.names, **dict(zip(function.parameters, args, strict=True))}
        return _Reader(self.names, names).read(function.body)

    def read_Invoke(self, node: syntax.Invoke) -> Value:
        return self.invoke(self.function(node.function), [self.read(a) for a in node.args])

    def read_Call(self, node: Call) -> Value:
        own = self.local.get(node.name.casefold())
        if isinstance(own, Function):
            return self.invoke(own, [self.read(a) for a in node.args])
        return super().read_Call(node)


def _corners(place: Place) -> tuple[str, int, int, int, int]:
    found = parse_reference(place.whole)
    assert found is not None
    return found.sheet, found.top, found.left, found.bottom, found.right


def _corner(cell: str) -> tuple[str, int, int]:
    found = parse_reference(cell)
    assert found is not None
    return found.sheet, found.top, found.left


def _name_of(node: Reference) -> str:
    """A name for cells that nothing names: ``B2`` or ``B2_B4``, after its sheet if it has one."""
    corners = [(node.top, node.left), (node.bottom, node.right)][: 1 if node.is_cell else 2]
    parts = [f"{syntax.column_letters(column)}{row}" for row, column in corners]
    sheet = "".join(c if c.isascii() and c.isalnum() else "_" for c in node.sheet)
    return "_".join([*([sheet] if sheet else []), *parts])[:32]
