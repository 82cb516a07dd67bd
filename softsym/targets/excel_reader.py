"""Spreadsheet formulas as expressions of the language.

Numbers, operators and functions keep Excel's meaning: ``-2^2`` is 4, ``2^3^2`` is 64. A comparison is 1 or 0, written
with ``sign``; ``IF(c, x, y)`` becomes ``c*x + (1 - c)*y``, which is defined only where both branches are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from softsym.errors import ShapeError, UnsupportedError, did_you_mean
from softsym.expression import Apply, Expr, Symbol, apply, free_symbols, number, substitute, symbol
from softsym.symbols import DEFAULT_KINDS, REAL, Kind, Length
from softsym.targets import excel_syntax as syntax
from softsym.targets.excel_cells import Place, places
from softsym.targets.excel_syntax import Formula, Reference, parse_formula, parse_reference

MAX_NEW_LENGTH = 1000
"""Ranges that no name stands for become vectors of their own up to this length."""


def read_excel(
    formula: str, cells: Mapping[str, str | Sequence[str]] | None = None, kinds: Mapping[str, Kind] | None = None
) -> Expr:
    """The expression of a formula.

    ``cells`` says which name stands where, as for :func:`softsym.targets.excel.to_excel`; ``kinds`` are the kinds of
    names that have none by default. A part of a vector's range is the list of its entries. Cells that no name stands
    for become names of their own: ``B1`` a real scalar, ``B2:B4`` the vector ``B2_B4``.

    >>> read_excel("=LN(SUMPRODUCT(EXP(B1*B2:B4)))/B1", {"z": "B2:B4", "beta": "B1"})
    log(sum(exp(beta*z)))/beta
    >>> read_excel("=-2^2 + 2^3^2")
    (-2)**2 + (2**3)**2
    >>> read_excel("=IF(A1>0, A1, 0)")
    (sign(A1) + abs(sign(A1)))/2*A1 + (1 - (sign(A1) + abs(sign(A1)))/2)*0 where A1: real

    Raises :class:`~softsym.errors.LanguageError` for what is no formula, :class:`~softsym.errors.UnsupportedError` for
    a function, text, error or reference that the language has no expression for, named in the message, and
    :class:`~softsym.errors.ShapeError` where ranges do not fit together.
    """
    return _Reader(cells or {}, kinds or {}).read(parse_formula(formula))


class _Reader:
    def __init__(self, cells: Mapping[str, str | Sequence[str]], kinds: Mapping[str, Kind]) -> None:
        self.places = places(cells)
        self.symbols = {name: self._symbol(name, kinds) for name in self.places}
        self.whole = {_corners(place): name for name, place in self.places.items() if place.orientation}
        self.entries: dict[tuple[str, int, int], Expr] = {}
        for name, place in self.places.items():
            for position, cell in enumerate(place.cells, 1):
                found = self.symbols[name]
                self.entries[_corner(cell)] = apply("item", found, position) if found.shape else found

    def _symbol(self, name: str, kinds: Mapping[str, Kind]) -> Symbol:
        if name in kinds:
            return Symbol(name, kinds[name])
        if name in DEFAULT_KINDS:
            return symbol(name)
        size = len(self.places[name].cells)
        return Symbol(name, Kind("vector", "vector", Length.of(size)) if size > 1 else REAL)

    def read(self, node: Formula) -> Expr:
        visit: Callable[[Formula], Expr] = getattr(self, f"read_{type(node).__name__}")
        return visit(node)

    def read_NumberLiteral(self, node: syntax.NumberLiteral) -> Expr:
        return number(Fraction(node.text))

    def read_TextLiteral(self, node: syntax.TextLiteral) -> Expr:
        raise UnsupportedError(f'the text "{node.text}" has no value in the language')

    def read_LogicalLiteral(self, node: syntax.LogicalLiteral) -> Expr:
        return number(int(node.value))

    def read_ErrorLiteral(self, node: syntax.ErrorLiteral) -> Expr:
        raise UnsupportedError(f"the error value {node.text} has no value in the language")

    def read_Missing(self, node: syntax.Missing) -> Expr:
        return number(0)

    def read_ArrayLiteral(self, node: syntax.ArrayLiteral) -> Expr:
        if len(node.rows) > 1 and len(node.rows[0]) > 1:
            raise UnsupportedError("an array of constants with rows and columns has no expression in the language")
        return apply("list", *(self.read(x) for row in node.rows for x in row))

    def read_DefinedName(self, node: syntax.DefinedName) -> Expr:
        found = next((s for name, s in self.symbols.items() if name.casefold() == node.text.casefold()), None)
        if found is not None:
            return found
        if node.text in DEFAULT_KINDS and DEFAULT_KINDS[node.text].type in ("scalar", "vector"):
            return symbol(node.text)
        raise UnsupportedError(
            f"the name {node.text} stands for no cells here; {did_you_mean(node.text, self.symbols)}"
        )

    def read_Reference(self, node: Reference) -> Expr:
        name = self.whole.get((node.sheet, node.top, node.left, node.bottom, node.right))
        if name is not None:
            return self.symbols[name]
        if node.is_cell:
            return self.entries.get((node.sheet, node.top, node.left), Symbol(_name_of(node), REAL))
        if node.size[0] > 1 and node.size[1] > 1:
            raise UnsupportedError(f"the block {node.text} has rows and columns; a vector is one row or one column")
        return self._part(node)

    def _part(self, node: Reference) -> Expr:
        if max(node.size) > MAX_NEW_LENGTH:
            raise UnsupportedError(f"the range {node.text} has more than {MAX_NEW_LENGTH} cells; give it a name")
        places = [(node.sheet, row, column) for row, column in node.cells()]
        known = [self.entries[place] for place in places if place in self.entries]
        if known and len(known) < len(places):
            raise ShapeError(f"{node.text} reaches beyond the cells of the names that it holds")
        if known:
            return apply("list", *known)
        return Symbol(_name_of(node), Kind("vector", "vector", Length.of(len(places))))

    def read_Unary(self, node: syntax.Unary) -> Expr:
        operand = self.read(node.operand)
        if node.sign == "-" and isinstance(node.operand, syntax.Unary) and node.operand.sign == "-":
            inner = self.read(node.operand.operand)
            return inner if _is_comparison(node.operand.operand) else apply("neg", operand)
        if node.sign == "%":
            return apply("div", operand, 100)
        return operand if node.sign == "+" else apply("neg", operand)

    def read_Binary(self, node: syntax.Binary) -> Expr:
        head = {"+": "add", "-": "sub", "*": "mul", "/": "div", "^": "pow"}.get(node.sign)
        if head is None:
            return self.compare(node)
        return apply(head, *self.fitted(self.read(node.left), self.read(node.right)))

    def fitted(self, left: Expr, right: Expr) -> tuple[Expr, Expr]:
        """Two operands of one shape: beside an array of constants, a named vector is the list of its entries."""
        if len(left.shape) == len(right.shape) == 1 and left.shape != right.shape:
            left, right = self._listed(left), self._listed(right)
        if len(left.shape) == len(right.shape) == 1 and left.shape != right.shape:
            raise ShapeError(f"{left} and {right} have different lengths in one formula")
        return left, right

    def _listed(self, expr: Expr) -> Expr:
        if expr.shape[0].is_literal:
            return expr
        vectors = [s for s in free_symbols(expr) if s.kind.type == "vector" and s.name in self.places]
        sizes = {s: len(self.places[s.name].cells) for s in vectors}
        lists = {s: apply("list", *(apply("item", s, k) for k in range(1, n + 1))) for s, n in sizes.items()}
        return substitute(expr, lists)

    def compare(self, node: syntax.Binary) -> Expr:
        """A comparison as 1 or 0, by the sign of the difference."""
        if node.sign == "&":
            raise UnsupportedError("the operator & joins texts; the language has numbers only")
        left, right = self.fitted(self.read(node.left), self.read(node.right))
        return truth(node.sign, left, right)

    def read_Call(self, node: syntax.Call) -> Expr:
        special = getattr(self, f"call_{node.name.lower()}", None)
        if special is not None:
            result: Expr = special(node)
            return result
        if node.name not in _CALLS:
            raise UnsupportedError(f"the function {node.name} is not read; known: {', '.join(sorted(KNOWN_CALLS))}")
        least, most, make = _CALLS[node.name]
        if not least <= len(node.args) <= most:
            raise UnsupportedError(f"{node.name} with {len(node.args)} argument(s) is not read")
        return make([self.read(a) for a in node.args])

    def call_if(self, node: syntax.Call) -> Expr:
        if len(node.args) not in (2, 3):
            raise UnsupportedError(f"IF with {len(node.args)} argument(s) is not read")
        guarded = self._guarded(node)
        if guarded is not None:
            return guarded
        condition = self.read(node.args[0])
        chosen = self.read(node.args[1])
        other = self.read(node.args[2]) if len(node.args) == 3 else number(0)
        return condition * chosen + (1 - condition) * other

    def _guarded(self, node: syntax.Call) -> Expr | None:
        """``IF(x=0,0,x*LN(y))`` and ``IF(e=0,1,b^e)``, whose value is defined where the other branch is not."""
        test = node.args[0]
        if len(node.args) != 3 or not (isinstance(test, syntax.Binary) and test.sign == "="):
            return None
        if test.right != syntax.NumberLiteral("0") or not isinstance(node.args[1], syntax.NumberLiteral):
            return None
        chosen, other = node.args[1].text, node.args[2]
        if not isinstance(other, syntax.Binary):
            return None
        if chosen == "0" and other.sign == "*" and other.left == test.left and _is_log(other.right):
            assert isinstance(other.right, syntax.Call)
            return apply("xlogy", self.read(other.left), self.read(other.right.args[0]))
        if chosen == "1" and other.sign == "^" and other.right == test.left:
            return self.read(other)
        return None

    def call_countif(self, node: syntax.Call) -> Expr:
        """How many entries meet a criterion: the sum of the comparisons."""
        values, criterion = self.read(node.args[0]), node.args[1]
        mark, wanted = "=", criterion
        if isinstance(criterion, syntax.TextLiteral):
            mark = next((m for m in ("<=", ">=", "<>", "<", ">", "=") if criterion.text.startswith(m)), "")
            wanted = parse_formula(criterion.text.removeprefix(mark) or "0")
            if not isinstance(wanted, syntax.NumberLiteral | syntax.Unary):
                raise UnsupportedError(f'the criterion "{criterion.text}" of COUNTIF is not read')
        return apply("sum", truth(mark or "=", values, self.read(wanted)))

    def call_match(self, node: syntax.Call) -> Expr:
        """The position of the first entry that equals a value, which must be there: ``MATCH(x, v, 0)``."""
        if len(node.args) != 3 or self.read(node.args[2]) != number(0):
            raise UnsupportedError("MATCH is read with 0 as its third argument only: the first exact match")
        wanted, values = self.read(node.args[0]), self.read(node.args[1])
        length = values.shape[0]
        if not length.is_literal:
            raise UnsupportedError("MATCH is read on ranges that are no named vector only")
        positions = apply("list", *range(1, length.constant + 1))
        return apply("dot", apply("onehot_argmax", -apply("abs", values - wanted)), positions)

    def call_index(self, node: syntax.Call) -> Expr:
        """``INDEX(v, k)`` with a whole number or a cell that is an index."""
        if len(node.args) != 2:
            raise UnsupportedError("INDEX is read with two arguments only: a row or column and a position")
        return apply("item", self.read(node.args[0]), self.read(node.args[1]))

    def call_choose(self, node: syntax.Call) -> Expr:
        return apply("item", apply("list", *(self.read(a) for a in node.args[1:])), self.read(node.args[0]))


def truth(mark: str, left: Expr, right: Expr) -> Expr:
    """A comparison as 1 or 0.

    >>> from softsym import parse
    >>> truth(">=", parse("a"), parse("b"))
    1 - (sign(b - a) + abs(sign(b - a)))/2
    """
    if mark in ("<", "<="):
        left, right, mark = right, left, {"<": ">", "<=": ">="}[mark]
    gap = left if right == number(0) else apply("sub", left, right)
    if mark in ("=", "<>"):
        unequal = apply("abs", apply("sign", gap))
        return unequal if mark == "<>" else 1 - unequal
    if mark == ">=":
        return 1 - _is_positive(right if left == number(0) else apply("sub", right, left))
    return _is_positive(gap)


def _is_positive(gap: Expr) -> Expr:
    sign = apply("sign", gap)
    return (sign + apply("abs", sign)) / 2


def _is_comparison(node: Formula) -> bool:
    return isinstance(node, syntax.Binary) and node.sign in ("=", "<>", "<", ">", "<=", ">=")


def _is_log(node: Formula) -> bool:
    return isinstance(node, syntax.Call) and node.name == "LN" and len(node.args) == 1


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


Maker = Callable[[list[Expr]], Expr]


def _one(head: str) -> tuple[int, int, Maker]:
    return 1, 1, lambda args: apply(head, args[0])


def _joined(args: list[Expr]) -> Expr:
    """All arguments as one vector."""
    parts: list[Expr] = []
    for arg in args:
        if not arg.shape and parts and isinstance(parts[-1], Apply) and parts[-1].head == "list":
            parts[-1] = apply("list", *parts[-1].args, arg)
        else:
            parts.append(arg if arg.shape else apply("list", arg))
    whole = parts[0]
    for part in parts[1:]:
        whole = apply("concat", whole, part)
    return whole


def _total(args: list[Expr]) -> Expr:
    """The sum of all arguments, as few sums as the shapes allow."""
    terms = [apply("sum", a) if len(a.shape) == 1 else a for a in args]
    result = terms[0]
    for term in terms[1:]:
        result = result + term
    return result


def _reduced(head: str) -> tuple[int, int, Maker]:
    return 1, 255, lambda args: args[0] if len(args) == 1 and not args[0].shape else apply(head, _joined(args))


def _products(args: list[Expr]) -> Expr:
    result = args[0]
    for arg in args[1:]:
        if arg.shape != args[0].shape:
            raise ShapeError("SUMPRODUCT takes ranges of one size")
        result = result * arg
    return apply("sum", result) if result.shape else result


def _logarithm(args: list[Expr]) -> Expr:
    base = args[1] if len(args) == 2 else number(10)
    return apply("log", args[0]) / apply("log", base)


def _count(args: list[Expr]) -> Expr:
    return _total([apply("len", a) if a.shape else number(1) for a in args])


def _all(args: list[Expr]) -> Expr:
    return apply("prod", _joined([_truth_of(a) for a in args]))


def _truth_of(value: Expr) -> Expr:
    """A condition is true where it is not 0."""
    return apply("abs", apply("sign", value))


_CALLS: dict[str, tuple[int, int, Maker]] = {
    **{name: _one(name.lower()) for name in ("EXP", "SQRT", "ABS", "SIGN", "TANH", "SINH", "COSH", "TRANSPOSE")},
    "LN": _one("log"),
    "LOG": (1, 2, _logarithm),
    "LOG10": (1, 1, _logarithm),
    "POWER": (2, 2, lambda args: args[0] ** args[1]),
    "ATANH": (1, 1, lambda args: apply("log", (1 + args[0]) / (1 - args[0])) / 2),
    "PI": (0, 0, lambda args: symbol("pi")),
    "N": (1, 1, lambda args: args[0]),
    "MAX": _reduced("max"),
    "MIN": _reduced("min"),
    "PRODUCT": _reduced("prod"),
    "AVERAGE": _reduced("mean"),
    "SUM": (1, 255, _total),
    "SUMSQ": (1, 255, lambda args: _total([a**2 for a in args])),
    "SUMPRODUCT": (1, 255, _products),
    "COUNT": (1, 255, _count),
    "ROWS": (1, 1, _count),
    "COLUMNS": (1, 1, _count),
    "MMULT": (2, 2, lambda args: args[0] @ args[1]),
    "AND": (1, 255, _all),
    "OR": (1, 255, lambda args: apply("max", _joined([_truth_of(a) for a in args]))),
    "NOT": (1, 1, lambda args: 1 - _truth_of(args[0])),
}
KNOWN_CALLS = frozenset(_CALLS) | {"IF", "COUNTIF", "MATCH", "INDEX", "CHOOSE"}
"""The functions that are read."""

__all__ = ["KNOWN_CALLS", "read_excel", "truth"]
