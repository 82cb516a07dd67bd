"""Normal forms as expressions of the language, for the steps of a proof."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

from softsym.algebra.atom_writer import HOT
from softsym.algebra.context import Algebra
from softsym.algebra.polynomial import Index, Poly, Rational
from softsym.algebra.writer import Writer
from softsym.expression import Expr, Symbol, apply, as_expr
from softsym.symbols import LENGTH, Kind, Length


class Summand(NamedTuple):
    """The terms of a sum: normal forms in one bound index, which stands for the same index in each."""

    index: Index
    bodies: tuple[Rational, ...]


def written(alg: Algebra, quantity: Any) -> tuple[Expr, ...]:
    """A normal form or an index as one expression; a summand as its terms, and then the index that they have.

    A polynomial is written term by term, so that the signs of its terms show.
    Raises :class:`~softsym.errors.UnsupportedError` for what the language has no word for.
    """
    if isinstance(quantity, Expr):
        return (quantity,)
    writer = Writer(alg, symbols_of(alg))
    if isinstance(quantity, Summand):
        index = writer.bound[quantity.index] = writer.fresh(quantity.index)
        return *(writer.write(body) for body in quantity.bodies), index
    if isinstance(quantity, Poly):
        return (writer.sum_of_terms(quantity),)
    return (writer.write(quantity) if isinstance(quantity, Rational) else writer.index(quantity),)


def raised(base: Expr, power: Any) -> Expr:
    """A power by a number, written as a quotient where the number is negative."""
    exponent = Fraction(power)
    if exponent < 0:
        return apply("div", 1, raised(base, -exponent))
    return base if exponent == 1 else apply("pow", base, as_expr(exponent))


def symbols_of(alg: Algebra) -> dict[str, Symbol]:
    """The names of an algebra's context; an entry's own index, which no text can name, is written i_1."""
    names = {name: Symbol(name, kind) for name, kind in alg.vectors.items()}
    for name, domain in alg.scalars.items():
        names[name] = Symbol(name, LENGTH if domain == "length" else Kind("scalar", domain))
    for index, length in alg.ranges.items():
        if isinstance(index, str) and not index.startswith(HOT):
            names[index] = index_symbol(index, length)
    return names


def index_symbol(name: str, length: Length) -> Symbol:
    """The symbol of a free index."""
    return Symbol(f"i{name}" if name.startswith("_") else name, Kind("index", "index", length))
