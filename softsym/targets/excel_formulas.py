"""What prints the formulas of one expression on given cells in the classic dialect, and the limits of every dialect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from softsym.errors import ShapeError, SoftsymError, UnsupportedError, did_you_mean
from softsym.expression import Apply, Expr, Symbol, as_expr, free_symbols, substitute, walk, with_args
from softsym.language.reader import constant
from softsym.stable import stable
from softsym.stable.form import resolved
from softsym.stable.powers import PLAIN_ORDER, as_exponential, as_product
from softsym.symbols import DEFAULT_KINDS, Kind, Length
from softsym.targets.excel_cells import ADDITIVE, At, InCell, Place, Position, places
from softsym.targets.excel_structures import FormulaPrinter
from softsym.targets.excel_syntax import (
    MAX_ARGUMENTS,
    MAX_CHARACTERS,
    MAX_LEVELS,
    MAX_NAMES,
    Call,
    Formula,
    children,
    parse_formula,
)

Cells = Mapping[str, "str | Sequence[str]"]


def prepared(expr: Expr | str, form: str = "stable") -> Expr:
    """The expression that is printed: calculus carried out and, for the stable form, made free of overflow."""
    if form not in ("stable", "plain"):
        raise SoftsymError(f"the form {form!r} is unknown; {did_you_mean(form, ['stable', 'plain'])}")
    given = as_expr(expr)
    return _without_underflow(stable(_in_cells(given))) if form == "stable" else resolved(given)


def _without_underflow(expr: Expr) -> Expr:
    """The expression without powers that may be too small for a number, which is an error in LibreOffice."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(_without_underflow(a) for a in expr.args)
    same = with_args(expr, args)
    written = (as_exponential(same), as_product(same))
    return next((form for form in written if form is not None), same)


def _in_cells(expr: Expr) -> Expr:
    """The expression for what cells may hold: a probability there may be 0, so that formulas must not rely on more.

    Where probabilities are raised to high powers they are taken as they are declared, as positive: then the powers have
    a stable form, by logarithms, and a 0 shows an error.
    """
    found = [s for s in free_symbols(expr) if s.kind.domain == "distribution"]
    if any(_may_underflow(node, found) for node in walk(expr)):
        return expr
    return substitute(expr, {s: Symbol(s.name, Kind("vector", "simplex", s.kind.length)) for s in found})


def _may_underflow(node: Expr, probabilities: Sequence[Symbol]) -> bool:
    """Whether a node is a power of probabilities that may leave the range of numbers."""
    if not (isinstance(node, Apply) and node.head == "pow" and free_symbols(node.args[0]) & {*probabilities}):
        return False
    order = constant(node.args[1])
    return order is None or abs(order) > PLAIN_ORDER


class FormulaMaker:
    """One prepared expression on given cells; each entry is a formula of its own.

    With ``accurate``, log(1 + u) and exp(t) - 1 keep their digits; without, the formula is laid out as it is written.
    ``source`` is the expression before it was prepared, whose vectors give lengths that are still needed.
    """

    def __init__(self, expr: Expr, cells: Cells, *, accurate: bool = True, source: Expr | None = None) -> None:
        self.expr, self.places, self.accurate = expr, places(cells), accurate
        check_names(self.expr, self.places)
        self.vectors = measuring_vectors(expr, expr if source is None else source, self.places)
        self.lengths = find_lengths(self.vectors, self.places)

    def shape(self, rank: int) -> tuple[int, ...]:
        """The lengths of the expression, which must have the given rank."""
        if len(self.expr.shape) != rank:
            raise ShapeError(f"{self.expr} has {len(self.expr.shape)} index(es), and {rank} were given")
        return tuple(length.value(self.lengths) for length in self.expr.shape)

    def formula(self, index: tuple[int, ...] = ()) -> str:
        """The formula of the scalar, or of the entry ``index``."""
        for position, length in zip(index, self.shape(len(index)), strict=True):
            if not 1 <= position <= length:
                raise ShapeError(f"the entry {position} is outside 1 to {length}")
        env: dict[Symbol, Position] = {
            s: InCell(self.places[s.name].whole) for s in free_symbols(self.expr) if s.kind.type == "index"
        }
        piece = self._printer().at(self.expr, tuple(At(k, running=True) for k in index), env)
        # Spreadsheets snap the last sum or difference of a formula to 0 when it nearly cancels; not inside parentheses.
        text = "=" + (f"({piece.text})" if piece.level == ADDITIVE else piece.text)
        check_limits(text)
        return text

    def _printer(self) -> FormulaPrinter:
        measures = {
            s.kind.vector_length.terms[0][0]: self.places[s.name]
            for s in reversed(self.vectors)
            if s.kind.vector_length == Length.of(next(iter(length_names(s)), "")) and self.places[s.name].orientation
        }
        return FormulaPrinter(self.places, self.lengths, measures, accurate=self.accurate)


def measuring_vectors(expr: Expr, source: Expr, where: Mapping[str, Place]) -> list[Symbol]:
    """The vectors whose ranges give the lengths: the expression's own, else given ones of a kind by default."""
    symbols = free_symbols(expr) | {s for s in free_symbols(source) if s.name in where}
    found = [s for s in symbols if s.kind.type == "vector"]
    if not found:
        found = [Symbol(n, k) for n, k in DEFAULT_KINDS.items() if n in where and k.type == "vector"][:1]
    return sorted(found, key=lambda s: (len(length_names(s)), s.name))


def find_lengths(vectors: Sequence[Symbol], where: Mapping[str, Place]) -> dict[str, int]:
    """The values of N, M, ... that the ranges of the vectors give."""
    lengths: dict[str, int] = {}
    for symbol in vectors:
        size, known = len(where[symbol.name].cells), symbol.kind.vector_length.at(lengths)
        if len(known.terms) == 1 and known.terms[0][1] == 1:
            lengths[known.terms[0][0]] = size - known.constant
        elif known != Length.of(size):
            raise ShapeError(f"{symbol.name} has {size} cell(s), and its length is {known}: they must agree")
    if any(value < 1 for value in lengths.values()):
        raise ShapeError("a length is at least 1; the ranges given are too short")
    return lengths


def length_names(symbol: Symbol) -> frozenset[str]:
    """The names in the length of a vector."""
    return symbol.kind.vector_length.names


def check_names(expr: Expr, where: Mapping[str, Place]) -> None:
    """Raise :class:`~softsym.errors.ShapeError` where a name has no cells, or a number several."""
    for symbol in sorted(free_symbols(expr), key=lambda s: s.name):
        if symbol.kind.type == "length":
            continue
        if symbol.name not in where:
            raise ShapeError(f"no cell is given for {symbol.name}; {did_you_mean(symbol.name, where)}")
        if symbol.kind.type != "vector" and len(where[symbol.name].cells) > 1:
            raise ShapeError(f"{symbol.name} is one number, and {where[symbol.name].whole} has several cells")


def check_limits(text: str) -> None:
    """Raise :class:`~softsym.errors.UnsupportedError` where a formula is more than Excel takes."""
    if len(text) > MAX_CHARACTERS:
        raise UnsupportedError(
            f"the formula has {len(text)} characters, and Excel takes {MAX_CHARACTERS}; lay its parts out in columns"
        )
    levels = _levels(parse_formula(text))
    if levels > MAX_LEVELS:
        raise UnsupportedError(f"the formula nests {levels} functions, and Excel takes {MAX_LEVELS}")


def _levels(node: Formula) -> int:
    if isinstance(node, Call):
        _check_arguments(node)
    return isinstance(node, Call) + max((_levels(child) for child in children(node)), default=0)


def _check_arguments(call: Call) -> None:
    if call.name == "LET" and len(call.args) > 2 * MAX_NAMES + 1:
        raise UnsupportedError(f"LET gives {len(call.args) // 2} names, and Excel takes {MAX_NAMES}; split the formula")
    if len(call.args) > MAX_ARGUMENTS:
        raise UnsupportedError(f"{call.name} has {len(call.args)} arguments, and Excel takes {MAX_ARGUMENTS}")
