"""Expressions as formulas in classic functions that every spreadsheet has.

An entry of a vector is printed at its cell; a reduction is printed over whole ranges inside ``SUMPRODUCT``, which
evaluates arrays without being entered as an array formula. Where an array cannot be printed in one piece (a
concatenation, a sum over two indices, cells that are not in line) its entries are printed one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from softsym.errors import ShapeError, SoftsymError, UnsupportedError, did_you_mean
from softsym.expression import Expr, Symbol, as_expr, free_symbols, substitute
from softsym.stable import stable
from softsym.stable.form import resolved
from softsym.symbols import DEFAULT_KINDS, Kind, Length
from softsym.targets.excel_cells import ADDITIVE, At, InCell, Place, Position, places
from softsym.targets.excel_structures import FormulaPrinter
from softsym.targets.excel_syntax import MAX_ARGUMENTS, MAX_CHARACTERS, MAX_LEVELS, Call, Formula, children
from softsym.targets.excel_syntax import parse_formula as parse_formula

Cells = Mapping[str, "str | Sequence[str]"]


def to_excel(
    expr: Expr | str, cells: Cells, index: int | tuple[int, ...] | None = None, *, form: str = "stable"
) -> str:
    """The formula, with its leading ``=``, of a scalar expression or of one entry of a vector or matrix.

    ``cells`` says where each name stands: ``{"z": "B2:B4", "beta": "B1"}``; sheets and ``$`` are kept, and a vector may
    be a list of cells. The length N follows from the ranges. ``index`` is the entry, from 1, or the pair of a matrix.
    ``form`` is "stable", the overflow-free form, or "plain", the expression as it is written.

    >>> to_excel("lse(z, beta)", {"z": "B2:B4", "beta": "B1"}, form="plain")
    '=LN(SUMPRODUCT(EXP(B1*B2:B4)))/B1'
    >>> to_excel("z - mean(z)", {"z": "B2:B4"}, 2, form="plain")
    '=(B3-SUM(B2:B4)/ROWS(B2:B4))'
    >>> to_excel("exp(z)/sum(exp(z))", {"z": "$B$2:$B$4"}, 2, form="plain")
    '=EXP($B3)/SUMPRODUCT(EXP($B$2:$B$4))'

    Raises :class:`~softsym.errors.ShapeError` where the cells do not fit the names, and
    :class:`~softsym.errors.UnsupportedError` for what classic functions cannot state or Excel's limits forbid.
    """
    return _maker(expr, cells, form).formula(_indices(index))


def to_excel_entries(expr: Expr | str, cells: Cells, *, form: str = "stable") -> list[str]:
    """The formulas of all entries of a vector expression.

    >>> to_excel_entries("z/sum(z)", {"z": "B2:C2"})
    ['=B2/SUM(B2:C2)', '=C2/SUM(B2:C2)']
    """
    maker = _maker(expr, cells, form)
    (length,) = maker.shape(1)
    return [maker.formula((k,)) for k in range(1, length + 1)]


def to_excel_grid(expr: Expr | str, cells: Cells, *, form: str = "stable") -> list[list[str]]:
    """The formulas of all entries of a matrix expression, by rows.

    >>> to_excel_grid("outer(z, z)", {"z": "A1:A2"})
    [['=A1*A1', '=A1*A2'], ['=A2*A1', '=A2*A2']]
    """
    maker = _maker(expr, cells, form)
    rows, columns = maker.shape(2)
    return [[maker.formula((i, j)) for j in range(1, columns + 1)] for i in range(1, rows + 1)]


def _maker(expr: Expr | str, cells: Cells, form: str) -> FormulaMaker:
    given = as_expr(expr)
    return FormulaMaker(prepared(given, form), cells, accurate=form == "stable", source=given)


def prepared(expr: Expr | str, form: str = "stable") -> Expr:
    """The expression that is printed: calculus carried out and, for the stable form, made free of overflow."""
    if form not in ("stable", "plain"):
        raise SoftsymError(f"the form {form!r} is unknown; {did_you_mean(form, ['stable', 'plain'])}")
    given = as_expr(expr)
    return stable(_in_cells(given)) if form == "stable" else resolved(given)


def _in_cells(expr: Expr) -> Expr:
    """The expression for what cells may hold: a probability there may be 0, so that formulas must not rely on more."""
    found = [s for s in free_symbols(expr) if s.kind.domain == "distribution"]
    return substitute(expr, {s: Symbol(s.name, Kind("vector", "simplex", s.kind.length)) for s in found})


class FormulaMaker:
    """One prepared expression on given cells; each entry is a formula of its own.

    With ``accurate``, log(1 + u) and exp(t) - 1 keep their digits; without, the formula is laid out as it is written.
    ``source`` is the expression before it was prepared, whose vectors give lengths that are still needed.
    """

    def __init__(self, expr: Expr, cells: Cells, *, accurate: bool = True, source: Expr | None = None) -> None:
        self.expr, self.places, self.accurate = expr, places(cells), accurate
        _check_names(self.expr, self.places)
        self.vectors = _vectors(expr, expr if source is None else source, self.places)
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
            if s.kind.vector_length == Length.of(next(iter(_names(s)), "")) and self.places[s.name].orientation
        }
        return FormulaPrinter(self.places, self.lengths, measures, accurate=self.accurate)


def _vectors(expr: Expr, source: Expr, where: Mapping[str, Place]) -> list[Symbol]:
    """The vectors whose ranges give the lengths: the expression's own, else given ones of a kind by default."""
    symbols = free_symbols(expr) | {s for s in free_symbols(source) if s.name in where}
    found = [s for s in symbols if s.kind.type == "vector"]
    if not found:
        found = [Symbol(n, k) for n, k in DEFAULT_KINDS.items() if n in where and k.type == "vector"][:1]
    return sorted(found, key=lambda s: (len(_names(s)), s.name))


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


def _names(symbol: Symbol) -> frozenset[str]:
    return symbol.kind.vector_length.names


def _check_names(expr: Expr, where: Mapping[str, Place]) -> None:
    for symbol in sorted(free_symbols(expr), key=lambda s: s.name):
        if symbol.kind.type == "length":
            continue
        if symbol.name not in where:
            raise ShapeError(f"no cell is given for {symbol.name}; {did_you_mean(symbol.name, where)}")
        if symbol.kind.type != "vector" and len(where[symbol.name].cells) > 1:
            raise ShapeError(f"{symbol.name} is one number, and {where[symbol.name].whole} has several cells")


def _indices(index: int | tuple[int, ...] | None) -> tuple[int, ...]:
    return () if index is None else (index,) if isinstance(index, int) else tuple(index)


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
    if isinstance(node, Call) and len(node.args) > MAX_ARGUMENTS:
        raise UnsupportedError(f"{node.name} has {len(node.args)} arguments, and Excel takes {MAX_ARGUMENTS}")
    return isinstance(node, Call) + max((_levels(child) for child in children(node)), default=0)
