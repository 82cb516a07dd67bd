"""Entries of lists, concatenations, basis vectors and matrices as pieces of a formula."""

from __future__ import annotations

from softsym.errors import UnsupportedError
from softsym.expression import Apply, Expr, Symbol
from softsym.shapes import literal
from softsym.targets.excel_cells import SIGN, Along, At, InCell, Piece, Position, ScatterError
from softsym.targets.excel_printer import Env
from softsym.targets.excel_selections import SelectionPrinter

ZERO, ONE = Piece("0", value=0), Piece("1", value=1)
Positions = tuple[Position, ...]


class FormulaPrinter(SelectionPrinter):
    """Prints every expression of the language that has no calculus in it."""

    def position(self, index: Expr, env: Env) -> Position:
        """Where an index points: a literal, a bound index at its present position, or a cell."""
        number = literal(index)
        if number is not None:
            return At(number)
        assert isinstance(index, Symbol)
        return env[index]

    def print_item(self, expr: Apply, positions: Positions, env: Env) -> Piece:
        where = tuple(self.position(index, env) for index in expr.args[1:])
        for position, length in zip(where, expr.args[0].shape, strict=True):
            self._check_inside(expr, position, length.value(self.lengths))
        return self.at(expr.args[0], where, env)

    def _check_inside(self, expr: Expr, position: Position, length: int) -> None:
        last = position.position if isinstance(position, At) else position.last if isinstance(position, Along) else 1
        if last > length:
            raise UnsupportedError(f"an index of {expr} is beyond the {length} cell(s) of the vector")

    def print_list(self, expr: Apply, positions: Positions, env: Env) -> Piece:
        position = positions[0]
        if isinstance(position, At):
            return self.at(expr.args[position.position - 1], (), env)
        if isinstance(position, InCell):
            return self.choose(expr, position, env)
        raise ScatterError(position.axis)

    def print_concat(self, expr: Apply, positions: Positions, env: Env) -> Piece:
        (position,) = positions
        first, second = expr.args
        length = self.size(first)
        if isinstance(position, InCell):
            return self.choose(expr, position, env)
        if isinstance(position, At):
            inside = position.position <= length
            moved: Position = position if inside else At(position.position - length)
        else:
            if position.first <= length < position.last:
                raise position.cut(length)
            inside = position.last <= length
            moved = position if inside else position.moved(-length)
        return self.at(first if inside else second, (moved,), env)

    def print_drop(self, expr: Apply, positions: Positions, env: Env) -> Piece:
        (position,), dropped = positions, self.position(expr.args[1], env)
        if isinstance(dropped, At) and not isinstance(position, InCell):
            return self.at(expr.args[0], (_around(position, dropped.position),), env)
        for along in (position, dropped):
            if isinstance(along, Along):
                raise ScatterError(along.axis)
        index, hole = self.index(position), self.index(dropped)
        return self.at(expr.args[0], (InCell(f"{index.text}+({index.text}>={hole.text})"),), env)

    def print_ones(self, expr: Apply, positions: Positions, env: Env) -> Piece:
        return ONE

    def print_basis(self, expr: Apply, positions: Positions, env: Env) -> Piece:
        return self.equal(positions[0], self.position(expr.args[0], env))

    def print_delta(self, expr: Apply, positions: Positions, env: Env) -> Piece:
        return self.equal(*(self.position(index, env) for index in expr.args))

    def print_identity(self, expr: Apply, positions: Positions, env: Env) -> Piece:
        return self.equal(*positions)

    def equal(self, left: Position, right: Position) -> Piece:
        """1 where two positions are the same, else 0."""
        if left == right:
            return ONE
        if isinstance(left, At) and isinstance(right, At):
            return ZERO
        if isinstance(right, Along) and not isinstance(left, Along):
            left, right = right, left
        if isinstance(left, Along) and isinstance(right, At):
            return self._decide_along(left, right.position)
        pieces = self.index(left), self.index(right)
        return self.join(f"--({pieces[0].text}={pieces[1].text})", SIGN, *pieces)

    def _decide_along(self, along: Along, position: int) -> Piece:
        """An array of zeros with a one in it is printed in up to three parts, so that only the one remains."""
        if not along.first <= position <= along.last:
            return ZERO
        raise along.cut(position if position == along.first else position - 1)

    def print_diag(self, expr: Apply, positions: Positions, env: Env) -> Piece:
        on = self.equal(*positions)
        return on if on.value == 0 else self.operate("mul", on, self.at(expr.args[0], positions[:1], env))

    def print_outer(self, expr: Apply, positions: Positions, env: Env) -> Piece:
        left, right = (self.at(v, (p,), env) for v, p in zip(expr.args, positions, strict=True))
        return self.operate("mul", left, right)

    def print_transpose(self, expr: Apply, positions: Positions, env: Env) -> Piece:
        return self.at(expr.args[0], positions[::-1], env)

    def print_trace(self, expr: Apply, positions: Positions, env: Env) -> Piece:
        (matrix,) = expr.args
        return self.total(lambda k: self.at(matrix, (k, k), env), 1, matrix.shape[0].value(self.lengths))

    def print_matmul(self, expr: Apply, positions: Positions, env: Env) -> Piece:
        left, right = expr.args

        def term(k: Position) -> Piece:
            return self.operate("mul", self.at(left, (positions[0], k), env), self.at(right, (k, *positions[1:]), env))

        return self.total(term, 1, right.shape[0].value(self.lengths))


def _around(position: At | Along, hole: int) -> At | Along:
    """The position in a vector that the position in the vector without entry ``hole`` stands for."""
    if isinstance(position, At):
        return At(position.position + (position.position >= hole))
    if position.first < hole <= position.last:
        raise position.cut(hole - 1)
    return position.moved(1) if position.first >= hole else position
