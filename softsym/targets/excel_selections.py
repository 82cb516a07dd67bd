"""Which entries are the largest, as pieces of a formula: hardmax, onehot_argmax, argmax_count and sparsemax."""

from __future__ import annotations

from softsym.expression import Apply, Expr, apply
from softsym.targets.excel_cells import (
    ADDITIVE,
    ATOM,
    MULTIPLICATIVE,
    SIGN,
    Along,
    At,
    InCell,
    Piece,
    Position,
    ScatterError,
)
from softsym.targets.excel_printer import Body, Env, PiecePrinter


class SelectionPrinter(PiecePrinter):
    """Prints what depends on which entries are the largest."""

    def is_largest(self, v: Expr, env: Env) -> Body:
        """Whether an entry is the maximum: the difference is compared, since ``=`` compares 15 digits only."""
        gap = apply("sub", v, apply("max", v))

        def test(position: Position) -> Piece:
            piece = self.at(gap, (position,), env)
            return self.join(f"(({piece.text})=0)", ATOM, piece)

        return test

    def counted(self, test: Body) -> Body:
        def number(position: Position) -> Piece:
            piece = test(position)
            return self.join("--" + piece.text, SIGN, piece)

        return number

    def print_argmax_count(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        return self.total(self.counted(self.is_largest(expr.args[0], env)), 1, self.size(expr.args[0]))

    def print_hardmax(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        return self.operate(
            "div", self.is_largest(expr.args[0], env)(positions[0]), self.print_argmax_count(expr, (), env)
        )

    def print_onehot_argmax(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        position, test = positions[0], self.is_largest(expr.args[0], env)
        if isinstance(position, InCell):
            return self.choose(expr, position, env)
        if isinstance(position, Along):
            raise ScatterError(position.axis)
        if position.position == 1:
            return self.counted(test)(position)
        earlier = self.total(self.counted(test), 1, position.position - 1)
        return self.join(f"{test(position).text}*({earlier.text}=0)", MULTIPLICATIVE, earlier)

    def choose(self, expr: Expr, position: InCell, env: Env) -> Piece:
        entries = [self.at(expr, (At(k),), env) for k in range(1, self.size(expr) + 1)]
        return self.call("CHOOSE", Piece(position.text), *entries)

    def print_sparsemax(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        """max(v - threshold, 0); the threshold is the largest (sum of the k largest - 1)/k."""
        gap = apply("sub", expr.args[0], apply("max", expr.args[0]))
        size = self.size(gap)

        def threshold(j: int) -> Piece:
            def at_least(position: Position) -> Piece:
                pair = [self.at(expr.args[0], (p,), env) for p in (position, At(j))]
                return self.join(f"({pair[0].within(ADDITIVE)}>={pair[1].within(ADDITIVE)})", ATOM, *pair)

            kept = self.total(lambda p: self.operate("mul", at_least(p), self.at(gap, (p,), env)), 1, size)
            number = self.total(self.counted(at_least), 1, size)
            return self.operate("div", self.operate("sub", kept, Piece("1")), number)

        cut = self.call("MAX", *(threshold(j) for j in range(1, size + 1)))
        return self.positive_part(self.operate("sub", self.at(gap, positions, env), cut))
