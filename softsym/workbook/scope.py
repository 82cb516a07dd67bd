"""The names of a workbook: inputs and computed columns, with their kinds and the cells that they stand in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from softsym.errors import DomainError, ShapeError, did_you_mean
from softsym.expression import Expr, free_symbols
from softsym.language import parse_expression
from softsym.symbols import DEFAULT_KINDS, REAL, Kind, Length, kind_named
from softsym.targets.excel import FormulaMaker, prepared
from softsym.targets.excel_cells import place
from softsym.workbook.plan import CELL_LIKE, area, sheet_prefix

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Scalar:
    """An input of one number; ``kind`` is a kind of the language (real, positive, unit, ...)."""

    name: str
    value: float
    meaning: str = ""
    unit: str = ""
    kind: str = "real"
    number_format: str = "General"


@dataclass(frozen=True, slots=True)
class Vector:
    """An input of several numbers in a column; ``labels`` name its entries (else 1, 2, ...)."""

    name: str
    values: Sequence[float]
    meaning: str = ""
    unit: str = ""
    kind: str = "vector"
    labels: Sequence[str] = ()
    number_format: str = "General"


@dataclass(slots=True)
class Scope:
    """What names mean: kinds and cells. Vectors of one length share a length name: N for the first, then M, K, ..."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    lengths: dict[int, str] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    """Columns that the workbook says may overflow or fail, and what is computed from them."""
    meanings: dict[str, Expr] = field(default_factory=dict)
    """What computed names stand for, in the names before them."""

    def add(
        self,
        name: str,
        kind: str,
        where: str,
        length: int | None = None,
        *,
        meaning: Expr | None = None,
        may_fail: bool = False,
    ) -> None:
        """Add a name; a vector has a ``length``, and a computed one a ``meaning``.

        What is computed from a name that ``may_fail``, or whose meaning may, may fail too.

        Raises :class:`~softsym.errors.DomainError` for a second name of the same spelling, or an unknown kind.
        """
        if name in self.kinds:
            raise DomainError(f"the name {name} is used twice; every input and column needs a name of its own")
        found = kind_named(kind, Length.of(self.length_name(length)) if length else Length.of("N"))
        if found is None:
            raise DomainError(f"unknown kind {kind!r} for {name}; {did_you_mean(kind, ['real', 'positive', 'vector'])}")
        self.kinds[name], self.cells[name] = found, where
        if meaning is not None:
            self.meanings[name] = meaning
        if may_fail or (meaning is not None and self.may_fail(meaning)):
            self.accepted.add(name)

    def may_fail(self, expr: Expr) -> bool:
        """Whether an expression is computed from a column that may overflow or fail."""
        return any(s.name in self.accepted for s in free_symbols(expr))

    def length_name(self, length: int) -> str:
        """The name of a length."""
        if length not in self.lengths:
            taken = {*self.lengths.values(), *self.kinds}
            names = (n for n in ("N", "M", "K", "L", *(f"L_{k}" for k in range(1, 100))) if n not in taken)
            self.lengths[length] = next(names)
        return self.lengths[length]

    def read(self, text: str | Expr, form: str = "plain", parameters: Sequence[str] = ()) -> Expr:
        """The expression that a text means here, ready to print; ``parameters`` are more names, real if unknown."""
        if isinstance(text, Expr):
            return prepared(text, form)
        words = dict.fromkeys(_IDENTIFIER.findall(text))
        known = {**{p: DEFAULT_KINDS.get(p, REAL) for p in parameters}, **self.kinds}
        kinds = [(w, known[w]) for w in words if w in known and DEFAULT_KINDS.get(w) != known[w]]
        declared = ", ".join(f"{word}: {kind}" for word, kind in kinds)
        return prepared(parse_expression(f"{text} where {declared}" if declared else text), form)

    def maker(
        self, expr: Expr, sheet: str, cells: Mapping[str, str] | None = None, *, accurate: bool = True
    ) -> FormulaMaker:
        """What prints the entries of an expression as formulas on ``sheet``; ``cells`` override those of the scope."""
        known = {**self.cells, **(cells or {})}
        used = {s.name for s in free_symbols(expr)}
        missing = sorted(s.name for s in free_symbols(expr) if s.kind.type != "length" and s.name not in known)
        if missing:
            raise ShapeError(f"{missing[0]} is neither an input nor a column; {did_you_mean(missing[0], known)}")
        if not any(s.kind.type == "vector" for s in free_symbols(expr)):
            used |= {n for n, k in self.kinds.items() if k.type == "vector" and n in DEFAULT_KINDS}
        prefix = sheet_prefix(sheet)
        local = {n: where.removeprefix(prefix) for n, where in known.items() if n in used}
        return FormulaMaker(expr, local, accurate=accurate)

    def size(self, expr: Expr) -> int:
        """The length of a vector expression."""
        if len(expr.shape) != 1:
            raise ShapeError(f"a column holds a vector, and {expr} is none")
        return expr.shape[0].value({name: length for length, name in self.lengths.items()})


def column_place(sheet: str, top: int, bottom: int, column: int) -> str:
    """The anchored reference of a part of a column."""
    return area(top, column, bottom, column, sheet)


def defined_name(name: str) -> str | None:
    """The name under which a workbook can keep an input, or ``None`` if it would read as a cell or a truth value.

    >>> defined_name("beta"), defined_name("z1"), defined_name("R")
    ('beta', None, None)
    """
    return None if CELL_LIKE.fullmatch(name) else name


def define(names: dict[str, str], name: str, where: str) -> None:
    """Add a name to those of a workbook, unless it would read as a cell, or as one of them: case makes no difference.

    >>> names = {}
    >>> for name in ("T", "t", "z1", "beta"):
    ...     define(names, name, "Inputs!$B$1")
    >>> list(names)
    ['T', 'beta']
    """
    if defined_name(name) and name.casefold() not in {known.casefold() for known in names}:
        names[name] = where


def entry_cells(where: str) -> tuple[str, ...]:
    """The cells of all entries of a column's cells."""
    return place(where).cells


def entry_cell(where: str, position: int) -> str:
    """The cell of one entry, from 1, of a column's cells.

    >>> entry_cell("Workings!$C$9:$C$10", 2)
    'Workings!$C$10'
    """
    return place(where).cells[position - 1]
