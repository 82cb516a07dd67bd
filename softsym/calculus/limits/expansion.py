"""From an expression to its growth, one visitor method an operator or function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from softsym.algebra.context import NONNEGATIVE, POSITIVE
from softsym.calculus.limits import coefficients as co
from softsym.calculus.limits import extrema, leading, series, sums
from softsym.calculus.limits import pieces as pc
from softsym.calculus.limits.context import Calculus, ScaleError
from softsym.calculus.limits.growth import Growth, add, multiply, scale, shown, still, transformed
from softsym.calculus.limits.matrices import applied, as_vector, diagonal, matrix_entry
from softsym.calculus.limits.pieces import Pieces, Value, entrywise
from softsym.errors import UnsupportedError
from softsym.expression import Apply, Expr, Symbol, apply, free_symbols, length_expr, number
from softsym.shapes import literal

SHOWN = ("exp", "log", "sum", "pow")
"""The functions whose power series make a step of their own."""


class IndexUnsettledError(UnsupportedError):
    """Whether an index is that of the entry that moves decides the limit."""

    def __init__(self, index: Expr) -> None:
        self.index = index
        super().__init__(f"whether {index} is the entry that moves is not settled")


class ZeroUnsettledError(UnsupportedError):
    """Whether a vector is zero decides how its powers behave."""

    def __init__(self, vector: Expr) -> None:
        self.vector = vector
        super().__init__(f"whether {vector} is zero is left open")


@dataclass(frozen=True)
class Moving:
    """What moves: a scalar name or an entry of a vector, as a function of x; and what its case is.

    ``single``: the vector has that entry only; ``same`` and ``apart``: indices that are, or are not, that entry's;
    ``nonzero``: vectors of which some entry is not 0.
    """

    symbol: Symbol
    growth: Growth
    index: Expr | None = None
    single: bool = False
    same: frozenset[Expr] = frozenset()
    apart: frozenset[Expr] = frozenset()
    nonzero: frozenset[Expr] = frozenset()

    def value(self) -> Value:
        """The moving name as a function of x."""
        if self.index is None:
            return self.growth
        parts = (self.growth,) if self.single else (self.growth, still(self.symbol))
        return Pieces("split", parts, self.symbol.shape, self.index)


class Expansion:
    """The growth of expressions in which something moves."""

    def __init__(self, calculus: Calculus, moving: Moving) -> None:
        self.calculus, self.moving = calculus, moving
        self._known: dict[Expr, Value] = {}

    def of(self, expr: Expr) -> Value:
        """The growth of an expression of primitives."""
        if expr not in self._known:
            self._known[expr] = self._find(expr)
            self._note_series(expr, self._known[expr])
        return self._known[expr]

    def _note_series(self, expr: Expr, value: Value) -> None:
        """Show the leading terms of what a power series was taken of."""
        if not co.is_head(expr, *SHOWN) or isinstance(value, Pieces) or all(b.small for b in value.bounds):
            return
        leading_terms = sorted(value.terms, key=lambda t: t.size, reverse=True)[:2]
        after = co.sum_of(shown(t, self.calculus.x) for t in leading_terms)
        condition = f"up to terms of higher order in {co.power(self.calculus.x, Fraction(-1))}"
        self.calculus.note("power series, leading terms", expr, after, condition)

    def scalar(self, expr: Expr) -> Growth:
        """The growth of what is no vector in pieces."""
        found = self.of(expr)
        if isinstance(found, Pieces):
            raise UnsupportedError(f"{expr} needs its entries together")
        return found

    def is_still(self, expr: Expr) -> bool:
        """Whether nothing in the expression moves."""
        return self.moving.symbol not in free_symbols(expr)

    def _find(self, expr: Expr) -> Value:
        if self.is_still(expr):
            return still(expr)
        if isinstance(expr, Symbol):
            return self.moving.value()
        assert isinstance(expr, Apply)
        visit: Callable[..., Value] | None = getattr(self, "_on_" + expr.head, None)
        if visit is None:
            raise UnsupportedError(f"{expr.head} of what moves has no rule for limits")
        return visit(*expr.args)

    # arithmetic and scalar functions, entry by entry

    def _on_add(self, left: Expr, right: Expr) -> Value:
        return entrywise(add, self.of(left), self.of(right))

    def _on_sub(self, left: Expr, right: Expr) -> Value:
        return entrywise(add, self.of(left), entrywise(_negated, self.of(right)))

    def _on_neg(self, arg: Expr) -> Value:
        return entrywise(_negated, self.of(arg))

    def _on_mul(self, left: Expr, right: Expr) -> Value:
        joined = co.with_one_exponential(apply("mul", left, right))
        return entrywise(multiply, self.of(left), self.of(right)) if joined is None else self.of(joined)

    def _on_div(self, left: Expr, right: Expr) -> Value:
        joined = co.with_one_exponential(apply("div", left, right))
        if joined is not None:
            return self.of(joined)
        exponent = co.constant_of(co.args_of(right)[1]) if co.is_head(right, "pow") else None
        if exponent is not None:
            return self.of(apply("mul", left, apply("pow", co.args_of(right)[0], number(-exponent))))

        def inverse(g: Growth) -> Growth:
            return series.power(self.calculus, g, number(-1))

        return entrywise(multiply, self.of(left), entrywise(inverse, self.of(right)))

    def _on_pow(self, base: Expr, exponent: Expr) -> Value:
        if self.is_still(exponent) and not exponent.shape:
            return entrywise(lambda g: series.power(self.calculus, g, exponent), self.of(base))
        return entrywise(self._general_power, self.of(base), self.of(exponent))

    def _general_power(self, base: Growth, exponent: Growth) -> Growth:
        if base.is_still and not self.calculus.facts.is_positive(base.value):
            return self._power_of_size(base, exponent)
        try:
            return series.exponential(self.calculus, multiply(exponent, series.logarithm(self.calculus, base)))
        except ScaleError:
            raise
        except UnsupportedError:
            found = series.continuous_power(self.calculus, base, exponent)
            if found is None:
                raise
            return found

    def _power_of_size(self, base: Growth, exponent: Growth) -> Growth:
        """``abs(v)**r`` as ``exp(r*log(abs(v)))`` with log(0) = -oo: r tends to oo, v is not 0."""
        found = series.continuous_power(self.calculus, base, exponent)
        if found is not None:
            return found
        size = base.value
        lead, _ = leading.leading(self.calculus, exponent)
        is_positive = self.calculus.facts.is_positive(lead.coefficient)
        if is_positive and self.calculus.facts.is_zero(size):
            return Growth((), (), base.shape)
        grows = is_positive and lead.rate.is_zero and lead.size > (0, 0)
        if not (co.is_head(size, "abs") and size.shape and grows):
            raise UnsupportedError(f"a power of {size}, which may be 0 or negative")
        (vector,) = co.args_of(size)
        if vector not in self.moving.nonzero:
            raise ZeroUnsettledError(vector)
        return series.exponential(self.calculus, multiply(exponent, still(apply("log", size))))

    def _on_exp(self, arg: Expr) -> Value:
        return entrywise(lambda g: series.exponential(self.calculus, g), self.of(arg))

    def _on_log(self, arg: Expr) -> Value:
        if co.is_head(arg, "exp"):
            return self.of(*co.args_of(arg))
        return entrywise(lambda g: series.logarithm(self.calculus, g), self.of(arg))

    def _on_xlogy(self, x: Expr, y: Expr) -> Value:
        return entrywise(self._xlogy, self.of(x), self.of(y))

    def _xlogy(self, x: Growth, y: Growth) -> Growth:
        # Where y has a positive leading term, xlogy(x, y) is x*log(y), even at x = 0.
        if not y.is_still or self.calculus.facts.is_positive(y.value):
            return multiply(x, series.logarithm(self.calculus, y))
        if not x.is_still:
            raise UnsupportedError(f"xlogy where {y.value} may be 0")
        return still(apply("xlogy", x.value, y.value))

    def _on_abs(self, arg: Expr) -> Value:
        if self.calculus.facts.sign(arg) in (POSITIVE, NONNEGATIVE):
            return self.of(arg)
        return entrywise(lambda g: pc.size(self.calculus, g, "abs"), self.of(arg))

    def _on_sign(self, arg: Expr) -> Value:
        return entrywise(lambda g: pc.size(self.calculus, g, "sign"), self.of(arg))

    # vectors

    def _on_sum(self, body: Expr, bound: Symbol | None = None) -> Growth:
        if bound is None:
            return pc.total(self.calculus, self.of(body))
        vector = as_vector(body, bound)
        if vector is not None and vector.shape:
            return pc.total(self.calculus, self.of(vector))
        growth = self.scalar(body)
        if any(bound in free_symbols(t.rate.expr) for t in growth.parts):
            raise UnsupportedError(f"a sum over {bound} of exponentials whose rates depend on it in no plain way")
        return transformed(growth, lambda c: apply("sum", c, bound), lambda r: r, growth.shape)

    def _on_prod(self, arg: Expr) -> Growth:
        return pc.product(self.calculus, self.of(arg))

    def _on_max(self, arg: Expr) -> Growth:
        return self._extreme(arg, 1)

    def _extreme(self, expr: Expr, sign: int) -> Growth:
        """The maximum, or for ``sign = -1`` the minimum, taken through monotone functions first."""
        if self.is_still(expr):
            found = extrema.largest(self.calculus, expr if sign > 0 else co.negate(expr))
            return still(found if sign > 0 else co.negate(found))
        if co.is_head(expr, "exp"):
            return series.exponential(self.calculus, self._extreme(co.args_of(expr)[0], sign))
        if co.is_head(expr, "log"):
            return series.logarithm(self.calculus, self._extreme(co.args_of(expr)[0], sign))
        if co.is_head(expr, "neg"):
            return _negated(self._extreme(co.args_of(expr)[0], -sign))
        if co.is_head(expr, "abs") and self.calculus.facts.sign(co.args_of(expr)[0]) in (POSITIVE, NONNEGATIVE):
            return self._extreme(co.args_of(expr)[0], sign)
        inner = self._affine(expr)
        if inner is not None:
            vector, factor, direction, shift = inner
            return add(multiply(self._extreme(vector, sign * direction), factor), shift)
        value = self.of(expr)
        if sign > 0:
            return pc.largest(self.calculus, value)
        return _negated(pc.largest(self.calculus, entrywise(_negated, value)))

    def _affine(self, expr: Expr) -> tuple[Expr, Growth, int, Growth] | None:
        """``vector*factor + shift``, with scalars factor (of the sign given next) and shift."""
        if not co.is_head(expr, "add", "sub", "mul", "div"):
            return None
        left, right = co.args_of(expr)
        scalar_first = not left.shape
        vector, other = (right, left) if scalar_first else (left, right)
        if other.shape:
            return None
        zero, one = still(co.ZERO), still(co.ONE)
        if co.is_head(expr, "add", "sub"):
            shift = self.scalar(other)
            if co.is_head(expr, "add"):
                return vector, one, 1, shift
            return (vector, one, 1, _negated(shift)) if not scalar_first else (apply("neg", vector), one, 1, shift)
        if co.is_head(expr, "div") and scalar_first:
            return None
        factor = self.scalar(other)
        if co.is_head(expr, "div"):
            factor = series.power(self.calculus, factor, number(-1))
        try:
            lead = leading.leading(self.calculus, factor)[0].coefficient
        except UnsupportedError:
            return None
        return vector, factor, 1 if self.calculus.facts.is_positive(lead) else -1, zero

    def _on_argmax_count(self, arg: Expr) -> Value:
        return self._selected("argmax_count", arg)

    def _on_hardmax(self, arg: Expr) -> Value:
        return self._selected("hardmax", arg)

    def _on_onehot_argmax(self, arg: Expr) -> Value:
        return self._selected("onehot_argmax", arg)

    def _selected(self, head: str, expr: Expr, sign: int = 1) -> Value:
        """The places of the maxima, which increasing functions do not move."""
        if self.is_still(expr):
            return still(apply(head, expr if sign > 0 else co.negate(expr)))
        if co.is_head(expr, "exp", "log"):
            return self._selected(head, co.args_of(expr)[0], sign)
        if co.is_head(expr, "neg"):
            return self._selected(head, co.args_of(expr)[0], -sign)
        inner = self._affine(expr)
        if inner is not None:
            return self._selected(head, inner[0], sign * inner[2])
        value = self.of(expr)
        return pc.selected(self.calculus, head, value if sign > 0 else entrywise(_negated, value))

    def _on_sparsemax(self, arg: Expr) -> Value:
        return pc.sparse(self.calculus, self.of(arg))

    def _on_len(self, arg: Expr) -> Value:
        return still(length_expr(arg.shape[0]))

    def _on_list(self, *entries: Expr) -> Value:
        parts = tuple(self.scalar(e) for e in entries)
        return Pieces("list", parts, apply("list", *entries).shape)

    def _on_concat(self, left: Expr, right: Expr) -> Value:
        parts: list[Growth] = []
        for value in (self.of(left), self.of(right)):
            if isinstance(value, Pieces) and value.kind == "split":
                raise UnsupportedError("a concatenation of a vector of which one entry moves")
            parts += value.parts if isinstance(value, Pieces) else (value,)
        return Pieces("concat", tuple(parts), apply("concat", left, right).shape)

    def _on_item(self, target: Expr, *indices: Expr) -> Growth:
        if len(indices) == 2:
            return self.scalar(matrix_entry(target, *indices))
        value, (index,) = self.of(target), indices
        if isinstance(value, Growth):
            return sums.entry(value, index)
        if value.kind == "list" and literal(index) is not None:
            return value.parts[(literal(index) or 1) - 1]
        if value.kind == "concat" and _lies_in(index, value.parts[0]):
            return sums.entry(value.parts[0], index)
        if value.kind != "split":
            raise UnsupportedError(f"the entry {index} of a vector in pieces")
        if self._is_moving(index):
            return value.parts[0]
        return sums.entry(value.parts[1], index)

    def _is_moving(self, index: Expr) -> bool:
        if index == self.moving.index or index in self.moving.same or self.moving.single:
            return True
        own = self.moving.index
        if index in self.moving.apart or (own is not None and None not in (literal(index), literal(own))):
            return False
        raise IndexUnsettledError(index)

    def _on_drop(self, target: Expr, index: Expr) -> Value:
        value = self.of(target)
        if isinstance(value, Growth):
            return sums.dropped(value, index)
        if value.kind == "split" and len(value.parts) > 1 and self._is_moving(index):
            return sums.dropped(value.parts[1], index)
        raise UnsupportedError("drop of a vector in pieces")

    def _on_matmul(self, matrix: Expr, vector: Expr) -> Value:
        if len(vector.shape) == 2:
            raise UnsupportedError("a product of matrices of which one moves")
        plain = applied(matrix, vector)
        if plain is not None:
            return self.of(plain)
        if not self.is_still(matrix):
            raise UnsupportedError("a matrix that moves, times a vector")
        growth = self.scalar(vector)
        if any(t.rate.vector is not None for t in growth.parts):
            raise UnsupportedError("a matrix times a vector of exponentials")
        shape = apply("matmul", matrix, vector).shape
        return transformed(growth, lambda c: apply("matmul", matrix, c), lambda r: r, shape)

    def _on_trace(self, matrix: Expr) -> Value:
        return self.of(apply("sum", diagonal(matrix)))


def _lies_in(index: Expr, first: Growth) -> bool:
    """Whether an index is one of the first vector of a concatenation, whatever its length."""
    (length,) = first.shape
    place = literal(index)
    if place is not None:
        return place <= (length.constant if length.is_literal else 1)
    return isinstance(index, Symbol) and index.kind.length == length


def _negated(growth: Growth) -> Growth:
    return scale(growth, number(-1))
