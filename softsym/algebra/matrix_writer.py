"""Matrices written as sums of ``diag`` and ``outer``, or entry by entry as functions of such matrices."""

from __future__ import annotations

from flint import fmpq

from softsym.algebra.polynomial import Atom, Factors, Index, Mono, Poly, Rational, cancelled
from softsym.algebra.writer import Writer, negated
from softsym.errors import UnsupportedError
from softsym.expression import Apply, Expr, apply, as_expr, length_expr


def write_matrix(writer: Writer, value: Rational, row: Index, column: Index) -> Expr:
    """The matrix whose entry at (row, column) is ``value``: a common factor times diagonals and outer products.

    Raises :class:`~softsym.errors.UnsupportedError` where an entry is no sum of products of a function of the row and
    one of the column.
    """
    if value.is_zero:
        return apply("mul", 0, apply("outer", *(_ones(writer, i) for i in (row, column))))
    scale, terms = _common(cancelled(value), row, column)
    diagonal, outer = _split(terms, row, column)
    parts = [] if diagonal.is_zero else [_diagonal(writer, diagonal, row, column)]
    parts += _outers(writer, outer, row, column)
    if parts[0][0] < 0:  # the diagonal, if there is one, reads best with a plus
        scale, parts = -scale, [(-sign, part) for sign, part in parts]
    factor = writer.write(scale)
    return _scaled(factor, _total(parts))


def _split(value: Rational, row: Index, column: Index) -> tuple[Rational, Rational]:
    """What the delta of row and column multiplies, and the other terms."""
    diagonal, rest = Rational.of(0), Rational.of(0)
    for mono, coefficient in value.num:
        plain = tuple(p for p in mono if not (p[0].head == "delta" and set(p[0].data) == {row, column}))
        term = Rational(Poly({plain: coefficient}), value.den)
        diagonal, rest = (diagonal + term, rest) if plain != mono else (diagonal, rest + term)
    return diagonal, rest


class EntrywiseMatrix(Writer):
    """Writes a matrix by functions of its entries: what depends on the row alone is ``outer(f, ones(N))``."""

    def matrix(self, value: Rational, row: Index, column: Index) -> Expr:
        """The matrix whose entry at (row, column) is ``value``, which may mix the two."""
        diagonal, rest = _split(cancelled(value), row, column)
        if not diagonal.is_zero and column not in diagonal.free:
            sign, matrix = _diagonal(self, diagonal, row, column)
            return _total([(sign, matrix), *([] if rest.is_zero else [_signed(self.matrix(rest, row, column))])])
        found = self.write(value, (row, column))
        return found if found.shape else _scaled(found, apply("outer", _ones(self, row), _ones(self, column)))

    def varies(self, free: frozenset[Index], whole: Index | None) -> bool:
        return bool(free.intersection(whole)) if isinstance(whole, tuple) and len(whole) == 2 else whole in free

    def atom(self, atom: Atom, whole: Index | None = None) -> Expr:
        if not (isinstance(whole, tuple) and len(whole) == 2):
            return super().atom(atom, whole)
        row, column = whole
        if not self.varies(atom.free, whole):
            return super().atom(atom, None)
        if column not in atom.free:
            return apply("outer", super().atom(atom, row), _ones(self, column))
        if row not in atom.free:
            return apply("outer", _ones(self, row), super().atom(atom, column))
        if atom.head == "delta":
            return apply("identity", length_expr(self.alg.ranges[row]))
        return super().atom(atom, whole)


def _signed(matrix: Expr) -> tuple[int, Expr]:
    return (-1, matrix.args[0]) if isinstance(matrix, Apply) and matrix.head == "neg" else (1, matrix)


def _scaled(factor: Expr, matrix: Expr) -> Expr:
    if factor == as_expr(1):
        return matrix
    if getattr(factor, "head", "") == "div":
        top, bottom = factor.args  # type: ignore[attr-defined]
        return apply("div", _scaled(top, matrix), bottom)
    return negated(matrix) if factor == as_expr(-1) else apply("mul", factor, matrix)


def _common(value: Rational, row: Index, column: Index) -> tuple[Rational, Rational]:
    """The factor that depends neither on the row nor on the column, and the rest."""
    coefficient, mono, primitive = value.num.primitive()
    if primitive.terms and all(c < 0 for c in primitive.terms.values()):
        coefficient, primitive = -coefficient, -primitive
    outside = tuple((a, e) for a, e in mono if not a.free & {row, column})
    inside = tuple(pair for pair in mono if pair not in outside)
    den = tuple((p, n) for p, n in value.den if not p.free & {row, column})
    rest = tuple(f for f in value.den if f not in den)
    return Rational(Poly({outside: coefficient}), den), Rational(primitive.scaled(inside, fmpq(1)), rest)


def _diagonal(writer: Writer, value: Rational, row: Index, column: Index) -> tuple[int, Expr]:
    if column in value.free:
        raise UnsupportedError("a diagonal that depends on the column")
    sign = -1 if all(c < 0 for _, c in value.num) else 1
    vector = writer.write(value if sign > 0 else -value, row)
    if vector.shape:
        return sign, apply("diag", vector)
    return sign, _scaled(vector, apply("identity", length_expr(writer.alg.ranges[row])))


def _outers(writer: Writer, value: Rational, row: Index, column: Index) -> list[tuple[int, Expr]]:
    """The value as a sum of products, the terms with the same function of the column taken together."""
    rows_den = tuple((p, n) for p, n in value.den if column not in p.free)
    columns_den = tuple((p, n) for p, n in value.den if column in p.free)
    if any(row in p.free for p, _ in columns_den):
        raise UnsupportedError("a denominator that mixes row and column; take an entry such as [i, j]")
    by_column: dict[Mono, Poly] = {}
    for mono, coefficient in value.num:
        mine = tuple(p for p in mono if column in p[0].free)
        if any(row in a.free for a, _ in mine):
            raise UnsupportedError("entries that mix row and column have no whole-matrix form; take an entry [i, j]")
        rest = tuple(p for p in mono if column not in p[0].free)
        by_column[mine] = by_column.get(mine, Poly()) + Poly({rest: coefficient})
    by_row: dict[tuple[Poly, Factors], Poly] = {}
    for mine, poly in by_column.items():
        coefficient, mono, primitive = poly.primitive()
        scalar = tuple((a, e) for a, e in mono if row not in a.free)
        primitive = primitive.scaled(tuple(p for p in mono if p not in scalar), fmpq(1))
        key = (primitive, rows_den)
        by_row[key] = by_row.get(key, Poly()) + Poly({_merged(mine, scalar): coefficient})
    return [_outer(writer, Rational(*left), Rational(right, columns_den), row, column)
            for left, right in by_row.items()]  # fmt: skip


def _merged(left: Mono, right: Mono) -> Mono:
    return tuple(sorted((*left, *right), key=lambda pair: pair[0].number))


def _outer(writer: Writer, left: Rational, right: Rational, row: Index, column: Index) -> tuple[int, Expr]:
    sign = -1 if all(c < 0 for _, c in right.num) else 1
    return sign, apply("outer", writer.vector(left, row), writer.vector(right if sign > 0 else -right, column))


def _ones(writer: Writer, index: Index) -> Expr:
    return apply("ones", length_expr(writer.alg.ranges[index]))


def _total(parts: list[tuple[int, Expr]]) -> Expr:
    parts = sorted(parts, key=lambda part: -part[0])
    sign, total = parts[0]
    total = total if sign > 0 else negated(total)
    for sign, part in parts[1:]:
        total = total + part if sign > 0 else total - part
    return total
