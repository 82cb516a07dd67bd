"""Expressions as one formula with ``LET``, ``LAMBDA`` and arrays that spill, for Excel 365 and what follows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from softsym.errors import ShapeError
from softsym.expression import Apply, Expr, Symbol, free_symbols
from softsym.symbols import LENGTH, Length
from softsym.targets.excel_cells import Place, places
from softsym.targets.excel_formulas import Cells, check_limits, check_names, find_lengths, measuring_vectors
from softsym.targets.excel_let import formula_text
from softsym.targets.excel_spill import Env, Slot
from softsym.targets.excel_spill_structures import SpillPrinter
from softsym.targets.excel_terms import ACROSS, DOWN, NUMBER, Term, Terms, walk_terms

_DIRECTED = {"TRANSPOSE", "SEQUENCE", "ROWS", "COLUMNS", "VSTACK", "HSTACK", "MMULT", "MUNIT", "MAP", "BYROW", "BYCOL"}
_DIRECTED |= {"MAKEARRAY", "FILTER"}
"""Functions whose result depends on whether a vector is a row or a column."""


class SpillMaker:
    """One prepared expression on given cells as a formula that spills; see :func:`softsym.targets.excel.to_excel`."""

    def __init__(self, expr: Expr, cells: Cells, *, accurate: bool = True, source: Expr | None = None) -> None:
        self.expr, self.places, self.accurate = expr, places(cells), accurate
        self.source = expr if source is None else source
        check_names(expr, self.places)
        self.vectors = measuring_vectors(expr, self.source, self.places)
        self.lengths = find_lengths(self.vectors, self.places)
        directions = [p.orientation for p in self.places.values() if p.orientation]
        self.native = ACROSS if directions and all(d == "row" for d in directions) else DOWN

    @property
    def size(self) -> tuple[int, int]:
        """How many rows and columns the formula fills."""
        shape = [length.value(self.lengths) for length in self.expr.shape]
        if len(shape) == 1:
            return (shape[0], 1) if self.native == DOWN else (1, shape[0])
        return (shape[0], shape[1]) if shape else (1, 1)

    def formula(self, index: tuple[int, ...] = ()) -> str:
        """The formula of the whole expression, or of the entry ``index``."""
        shape = [length.value(self.lengths) for length in self.expr.shape]
        if index and len(index) != len(shape):
            raise ShapeError(f"{self.expr} has {len(shape)} index(es), and {len(index)} were given")
        for position, length in zip(index, shape, strict=False):
            if not 1 <= position <= length:
                raise ShapeError(f"the entry {position} is outside 1 to {length}")
        printer = self._printer()
        env = _cells_of_indices(self.expr, printer)
        slots = tuple(Slot(printer.terms.number(k), k) for k in index)
        term = printer.at(self.expr, slots, env) if index else printer.whole(self.expr, env)
        text = "=" + formula_text(term, list(dict.fromkeys([*_names(self.source), *self.places])))
        check_limits(text)
        return text

    def _printer(self) -> SpillPrinter:
        terms = Terms()
        inputs = {name: self._input(terms, name, place) for name, place in self.places.items()}
        measures = _measures([s for s in self.vectors if self.places[s.name].orientation], inputs)
        return SpillPrinter(inputs, measures, self.lengths, terms, native=self.native, accurate=self.accurate)

    def _input(self, terms: Terms, name: str, place: Place) -> Term:
        is_vector = any(s.name == name and s.kind.type == "vector" for s in (*self.vectors, *free_symbols(self.expr)))
        if not is_vector:
            return terms.input(name, place.whole, NUMBER)
        if not place.orientation:  # single cells, or one
            joined = f"{'VSTACK' if self.native == DOWN else 'HSTACK'}({','.join(place.cells)})"
            return terms.input(name, joined if len(place.cells) > 1 else place.whole, frozenset({self.native}))
        return terms.input(name, place.whole, frozenset({DOWN if place.orientation == "column" else ACROSS}))


def function_text(expr: Expr, *, accurate: bool = True, source: Expr | None = None) -> str:
    """``LAMBDA`` of the names of a prepared expression, without ``=``, for a defined name or an immediate call.

    A vector may be given as a row or a column. A result that follows one vector entry by entry keeps its direction;
    else vectors become columns first, and so is a result that is a vector.
    """
    given = expr if source is None else source
    names = function_parameters(expr, given)
    term = _function_term(expr, given, accurate, as_columns=False)
    is_paired = sum(s.kind.type == "vector" for s in _parameters(expr, given)) > 1
    if is_paired or any(t.head in _DIRECTED for t in walk_terms(term)):
        term = _function_term(expr, given, accurate, as_columns=True)
    text = formula_text(term, names, as_function=True)
    check_limits(f"={text}")
    return text


def function_parameters(expr: Expr, source: Expr) -> list[str]:
    """The names that :func:`function_text` takes, in the order in which they are read in ``source``."""
    parameters = [s.name for s in _parameters(expr, source)]
    return [name for name in dict.fromkeys([*_names(source), *parameters]) if name in parameters]


def _function_term(expr: Expr, source: Expr, accurate: bool, *, as_columns: bool) -> Term:
    terms = Terms()
    inputs, vectors = {}, []
    for symbol in _parameters(expr, source):
        is_vector = symbol.kind.type == "vector"
        term = terms.input(symbol.name, symbol.name, frozenset({DOWN}) if is_vector else NUMBER)
        inputs[symbol.name] = terms.call("TOCOL", term) if is_vector and as_columns else term
        vectors += [symbol] if is_vector else []
    printer = SpillPrinter(inputs, _measures(vectors, inputs), {}, terms, accurate=accurate)
    return printer.whole(expr, _cells_of_indices(expr, printer))


def _parameters(expr: Expr, source: Expr) -> list[Symbol]:
    """The names of the expression, the vectors that give its lengths, and the lengths that no vector gives."""
    symbols = {s for s in free_symbols(expr) if s.kind.type not in ("constant", "length")}
    wanted = {s.name for s in free_symbols(expr) if s.kind.type == "length"}
    wanted |= {name for length in expr.shape for name in length.names}
    for symbol in sorted(free_symbols(source), key=lambda s: s.name):
        if symbol.kind.type == "vector" and wanted - _measured(symbols) & symbol.kind.vector_length.names:
            symbols.add(symbol)
    symbols |= {Symbol(name, LENGTH) for name in wanted - _measured(symbols)}
    return sorted(symbols, key=lambda s: s.name)


def _measured(symbols: set[Symbol]) -> set[str]:
    """The length names that a vector of just that length gives."""
    return {n for s in symbols if s.kind.type == "vector" for n in _own_length(s)}


def _own_length(vector: Symbol) -> tuple[str, ...]:
    length = vector.kind.vector_length
    return tuple(n for n in length.names if length == Length.of(n))


def _measures(vectors: Sequence[Symbol], inputs: Mapping[str, Term]) -> dict[str, Term]:
    """For each length name an input that has the length."""
    return {name: inputs[s.name] for s in reversed(vectors) for name in _own_length(s)}


def _cells_of_indices(expr: Expr, printer: SpillPrinter) -> Env:
    return {s: Slot(printer.inputs[s.name]) for s in free_symbols(expr) if s.kind.type == "index"}


def _names(expr: Expr) -> list[str]:
    """The names in the order in which they are read."""
    return list(dict.fromkeys(_walk_names(expr)))


def _walk_names(expr: Expr) -> Iterator[str]:
    if isinstance(expr, Symbol):
        yield expr.name
    for arg in expr.args if isinstance(expr, Apply) else ():
        yield from _walk_names(arg)
