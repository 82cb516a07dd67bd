"""Selections, lists, parts of vectors and matrices as arrays that spill."""

from __future__ import annotations

from softsym.errors import UnsupportedError
from softsym.expression import Apply, Expr, Symbol, apply
from softsym.shapes import literal
from softsym.symbols import Length
from softsym.targets.excel_spill import (
    ArrayPrinter,
    Env,
    Line,
    NoAxisError,
    Position,
    Positions,
    Slot,
    axes_of,
)
from softsym.targets.excel_terms import ACROSS, DOWN, NUMBER, Term


class SpillPrinter(ArrayPrinter):
    """Prints every expression of the language that has no calculus in it."""

    def whole(self, expr: Expr, env: Env) -> Term:
        """The whole expression: a vector spills along the native axis, a matrix over rows and columns."""
        if not expr.shape:
            return self.at(expr, (), env)
        axes = (self.native,) if len(expr.shape) == 1 else (DOWN, ACROSS)
        lines = [Line(axis, length) for axis, length in zip(axes, expr.shape, strict=True)]
        try:
            return self.full(self.at(expr, tuple(lines), env), *lines)
        except NoAxisError:
            return self._by_entries(expr, lines, env)

    def _by_entries(self, expr: Expr, lines: list[Line], env: Env) -> Term:
        """The entries one by one, by a ``LAMBDA`` of their numbers."""
        variables = [self.terms.variable(name) for name in "ij"[: len(lines)]]
        term = self.at(expr, tuple(Slot(v) for v in variables), env)
        if len(lines) == 1:
            return self.mapped(self.sequence(lines[0]), variables[0], term)
        sizes = [self.length(line.length) for line in lines]
        function = self.terms.function(variables, term)
        return self.terms.call("MAKEARRAY", *sizes, function, axes=frozenset({DOWN, ACROSS}))

    def closed(self, expr: Expr, env: Env) -> Term:
        """A vector as an array along the native axis, in which no outer index may take part."""
        if self.outer_axes(expr, (), env):
            raise NoAxisError
        line = Line(self.native, expr.shape[0])
        return self.full(self.at(expr, (line,), env), line)

    # which entries are the largest

    def is_largest(self, v: Expr, positions: Positions, env: Env) -> Term:
        """Whether an entry is the maximum: the difference is compared, since ``=`` compares 15 digits only."""
        return self.terms.test("=", self._below_largest(v, positions, env), self.terms.number(0))

    def _below_largest(self, v: Expr, positions: Positions, env: Env) -> Term:
        return self.at(apply("sub", v, apply("max", v)), positions, env)

    def print_argmax_count(self, expr: Apply, positions: Positions, env: Env) -> Term:
        v = expr.args[0]
        outer = self.outer_axes(v, (), env)
        return self.reduce("SUM", lambda p: self.terms.counted(self.is_largest(v, (p,), env)), v.shape[0], outer)

    def print_hardmax(self, expr: Apply, positions: Positions, env: Env) -> Term:
        number = self.at(apply("argmax_count", expr.args[0]), (), env)
        return self.terms.operate("/", self.terms.counted(self.is_largest(expr.args[0], positions, env)), number)

    def print_onehot_argmax(self, expr: Apply, positions: Positions, env: Env) -> Term:
        gap = self.closed(apply("sub", expr.args[0], apply("max", expr.args[0])), env)
        first = self.terms.call("XMATCH", self.terms.number(0), gap, axes=NUMBER)
        return self.terms.counted(self.terms.test("=", self.index(positions[0]), first))

    def print_sparsemax(self, expr: Apply, positions: Positions, env: Env) -> Term:
        """max(v - threshold, 0); the threshold is the largest (sum of the k largest - 1)/k."""
        v = expr.args[0]
        outer = self.outer_axes(v, (), env)
        cut = self.reduce("MAX", lambda p: self._threshold(v, p, env), v.shape[0], outer)
        return self.positive_part(self.terms.operate("-", self._below_largest(v, positions, env), cut))

    def _threshold(self, v: Expr, j: Position, env: Env) -> Term:
        """(sum of the entries that are at least entry j - 1) over their number, entries less the maximum."""
        outer = self.outer_axes(v, (j,), env)

        def at_least(p: Position) -> Term:
            return self.terms.counted(self.terms.test(">=", self.at(v, (p,), env), self.at(v, (j,), env)))

        def kept(p: Position) -> Term:
            return self.terms.operate("*", at_least(p), self._below_largest(v, (p,), env))

        total, number = (self.reduce("SUM", body, v.shape[0], outer) for body in (kept, at_least))
        return self.terms.operate("/", self.terms.operate("-", total, self.terms.number(1)), number)

    # entries, lists and parts of vectors

    def position(self, index: Expr, env: Env) -> Position:
        """Where an index points: a number, a bound index at its present position, or a cell."""
        number = literal(index)
        if number is not None:
            return Slot(self.terms.number(number), number)
        assert isinstance(index, Symbol)
        return env[index]

    def print_item(self, expr: Apply, positions: Positions, env: Env) -> Term:
        where = [self.position(index, env) for index in expr.args[1:]]
        inside = [self._inside(expr, p, length) for p, length in zip(where, expr.args[0].shape, strict=True)]
        return self.at(expr.args[0], tuple(inside), env)

    def _inside(self, expr: Apply, position: Position, length: Length) -> Position:
        """The position in a vector of the length, which may be longer than the range of the index."""
        known = length.at(self.lengths)
        last = position.length.at(self.lengths) if isinstance(position, Line) else Length.of(position.number or 1)
        if known.is_literal and last.is_literal and last.constant > known.constant:
            raise UnsupportedError(f"an index of {expr} is beyond the {known} cell(s) of the vector")
        if isinstance(position, Line) and position.length != length:
            return Slot(self.sequence(position))
        return position

    def print_list(self, expr: Apply, positions: Positions, env: Env) -> Term:
        position = positions[0]
        if isinstance(position, Slot) and position.number is not None:
            return self.at(expr.args[position.number - 1], (), env)
        entries = [self.at(a, (), env) for a in expr.args]
        if any(e.axes for e in entries):
            raise NoAxisError
        return self.entry(self.stacked(entries), position)

    def stacked(self, entries: list[Term]) -> Term:
        """Numbers or arrays one after the other along the native axis."""
        name = "HSTACK" if self.native == ACROSS else "VSTACK"
        return self.terms.call(name, *entries, axes=frozenset({self.native}))

    def print_concat(self, expr: Apply, positions: Positions, env: Env) -> Term:
        return self.entry(self.stacked([self.closed(v, env) for v in expr.args]), positions[0])

    def print_drop(self, expr: Apply, positions: Positions, env: Env) -> Term:
        (position,), v = positions, expr.args[0]
        hole = self.position(expr.args[1], env)
        if isinstance(position, Line):
            if not axes_of(hole):
                return self._filtered(v, position.axis, self.index(hole), env)
            if position.axis in axes_of(hole):
                raise NoAxisError
        if isinstance(position, Slot) and position.number and isinstance(hole, Slot) and hole.number:
            moved = position.number + (position.number >= hole.number)
            return self.at(v, (Slot(self.terms.number(moved), moved),), env)
        index = self.index(position)
        later = self.terms.test(">=", index, self.index(hole))
        return self.at(v, (Slot(self.terms.make("+", index, later)),), env)

    def _filtered(self, v: Expr, axis: str, hole: Term, env: Env) -> Term:
        line = Line(axis, v.shape[0])
        term = self.full(self.at(v, (line,), env), line)
        kept = self.terms.test("<>", self.sequence(line), hole)
        return self.terms.call("FILTER", term, kept, axes=term.axes)

    def print_ones(self, expr: Apply, positions: Positions, env: Env) -> Term:
        return self.one

    def print_basis(self, expr: Apply, positions: Positions, env: Env) -> Term:
        return self.equal(positions[0], self.position(expr.args[0], env))

    def print_delta(self, expr: Apply, positions: Positions, env: Env) -> Term:
        return self.equal(*(self.position(index, env) for index in expr.args))

    def equal(self, left: Position, right: Position) -> Term:
        """1 where two positions are the same, else 0."""
        if left == right:
            return self.one
        if isinstance(left, Slot) and isinstance(right, Slot) and left.number and right.number:
            return self.zero
        if isinstance(left, Line) and isinstance(right, Line) and left.length == right.length:
            return self.terms.call("MUNIT", self.length(left.length), axes=frozenset({DOWN, ACROSS}))
        return self.terms.counted(self.terms.test("=", self.index(left), self.index(right)))

    # matrices

    def print_identity(self, expr: Apply, positions: Positions, env: Env) -> Term:
        return self.equal(*positions)

    def print_diag(self, expr: Apply, positions: Positions, env: Env) -> Term:
        on = self.equal(*positions)
        return on if on.value == 0 else self.terms.operate("*", on, self.at(expr.args[0], positions[:1], env))

    def print_outer(self, expr: Apply, positions: Positions, env: Env) -> Term:
        left, right = (self.at(v, (p,), env) for v, p in zip(expr.args, positions, strict=True))
        return self.terms.operate("*", left, right)

    def print_transpose(self, expr: Apply, positions: Positions, env: Env) -> Term:
        return self.at(expr.args[0], positions[::-1], env)

    def print_trace(self, expr: Apply, positions: Positions, env: Env) -> Term:
        (matrix,) = expr.args
        outer = self.outer_axes(matrix, (), env)
        return self.reduce("SUM", lambda k: self.at(matrix, (k, k), env), matrix.shape[0], outer)

    def print_matmul(self, expr: Apply, positions: Positions, env: Env) -> Term:
        left, right = expr.args
        axes = [p.axis for p in positions if isinstance(p, Line)]
        if len(axes) == len(positions) and len(set(axes)) == len(axes) and not self.outer_axes(expr, (), env):
            product = self._product(left, right, env)
            return product if axes[0] == DOWN else self.flipped(product)

        def term(k: Position) -> Term:
            pair = self.at(left, (positions[0], k), env), self.at(right, (k, *positions[1:]), env)
            return self.terms.operate("*", *pair)

        return self.reduce("SUM", term, right.shape[0], self.outer_axes(expr, positions, env))

    def _product(self, left: Expr, right: Expr, env: Env) -> Term:
        """``MMULT`` of whole arrays; a vector is a column."""
        blocks = []
        for matrix in (left, right):
            lines = [Line(axis, length) for axis, length in zip((DOWN, ACROSS), matrix.shape, strict=False)]
            blocks.append(self.full(self.at(matrix, tuple(lines), env), *lines))
        axes = (DOWN, ACROSS)[: len(right.shape)]
        return self.terms.call("MMULT", *blocks, axes=frozenset(axes))
