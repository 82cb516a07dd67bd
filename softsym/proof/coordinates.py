"""Vectors of a small fixed length written by their coordinates, so that what is known of numbers applies to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from softsym.algebra import Assumptions
from softsym.errors import ShapeError
from softsym.expression import Expr, Symbol, apply, free_symbols, number, substitute
from softsym.symbols import Kind

MAX_LENGTH = 3
COORDINATES = "in coordinates"
Coordinates: TypeAlias = "tuple[Expr, tuple[Expr, ...]]"
"""A vector by its coordinates, and what of them is > 0 besides."""


def in_coordinates(
    left: Expr, right: Expr, known: Assumptions
) -> tuple[dict[Symbol, Expr], Expr, Expr, Assumptions] | None:
    """The vectors as lists of new scalars, and the claim with them, if all are that short, no index is free, and
    nothing is differentiated by a whole vector.

    >>> from softsym import parse
    >>> from softsym.symbols import Length
    >>> values, *_ = in_coordinates(parse("z[1]"), parse("max(z)"), Assumptions(lengths={"N": Length.of(2)}))
    >>> [symbol.name for value in values.values() for symbol in value.args]
    ['z_1', 'z_2']
    """
    facts = (*known.equations, *known.positive, *known.nonnegative)
    names = frozenset[Symbol]().union(*(free_symbols(e) for e in (left, right, *facts)))
    vectors = sorted((s for s in names if s.kind.type == "vector"), key=lambda s: s.name)
    if not vectors or any(s.kind.type == "index" for s in names):
        return None
    values: dict[Symbol, Expr] = {}
    positive: list[Expr] = []
    for symbol in vectors:
        length, rule = symbol.kind.vector_length.at(known.lengths), _RULES.get(symbol.kind.domain)
        if rule is None or not length.is_literal or length.constant > MAX_LENGTH:
            return None
        values[symbol], own = rule(symbol.name, length.constant)
        positive += own
    try:
        return values, substitute(left, values), substitute(right, values), _with(known, values, positive)
    except ShapeError:  # a gradient by a vector has no form in coordinates
        return None


def _with(known: Assumptions, values: dict[Symbol, Expr], positive: list[Expr]) -> Assumptions:
    def inside(exprs: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple(substitute(e, values) for e in exprs)

    return replace(known, equations=inside(known.equations), positive=(*inside(known.positive), *positive),
                   nonnegative=inside(known.nonnegative))  # fmt: skip


def _entries(domain: str) -> Callable[[str, int], Coordinates]:
    def rule(name: str, size: int) -> Coordinates:
        return apply("list", *(Symbol(f"{name}_{k}", Kind("scalar", domain)) for k in range(1, size + 1))), ()

    return rule


def _shares(name: str, size: int) -> Coordinates:
    """Two shares are t and 1 - t; three are numbers > 0, the last of them 1, by their sum."""
    if size == 2:
        t = Symbol(f"{name}_1", Kind("scalar", "unit"))
        return apply("list", t, 1 - t), (t, 1 - t)
    parts = [Symbol(f"{name}_{k}", Kind("scalar", "positive")) for k in range(1, size)]
    whole: Expr = number(1)
    for part in parts:
        whole = whole + part
    return apply("list", *(part / whole for part in (*parts, number(1)))), ()


_RULES: dict[str, Callable[[str, int], Coordinates]] = {
    "vector": _entries("real"),
    "positive vector": _entries("positive"),
    "distribution": _shares,
}
