"""Expressions of the language to SymPy: entries of vectors as ``Indexed``, reductions as ``Sum`` over fresh indices.

A vector is a tuple of :class:`Block`: ``concat(z, w)`` has two, ``drop(z, i)`` one with an excluded index, ``[a, b]``
two single values. A matrix has blocks for its rows and its columns. Every bound index is a fresh ``Dummy``, so SymPy's
``diff`` captures nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import sympy
from sympy import Integer, KroneckerDelta, Rational, Tuple

from softsym.algebra import nodes
from softsym.algebra.blocks import (
    MAX_EXPANDED,
    Block,
    BlockAlgebra,
    Matrix,
    Scalar,
    Value,
    Vector,
    length_symbol,
    scalar_symbol,
    single,
    vector_base,
)
from softsym.errors import UnsupportedError
from softsym.expansion import expand
from softsym.expression import Apply, Expr, Number, Symbol
from softsym.shapes import as_length, literal
from softsym.symbols import Kind, Length, N


class Lowering(BlockAlgebra):
    """The translation under given values of length names and index names."""

    def __init__(
        self,
        lengths: Mapping[str, Length | int] | None = None,
        indices: Mapping[str, Scalar] | None = None,
        *,
        written_out: bool = False,
    ) -> None:
        super().__init__(lengths, written_out=written_out)
        self.bound: dict[str, Scalar] = dict(indices or {})
        self.kinds: dict[str, Kind] = {}
        self.units: set[str] = set()
        self.known: dict[Expr, Value] = {}

    def lower(self, expr: Expr) -> Value:
        """The SymPy form of an expression: a scalar, a tuple of blocks or a :class:`Matrix`.

        Raises :class:`~softsym.errors.UnsupportedError` for what has no such form (``limit``, entries at positions
        that depend on a symbolic length).
        """
        return self._visit(expand(expr))

    def _visit(self, node: Expr) -> Value:
        if isinstance(node, Number):
            return _rational(node.value)
        if isinstance(node, Symbol):
            return self._symbol(node)
        assert isinstance(node, Apply)
        if node not in self.known:
            visit = getattr(self, "_on_" + node.head, None)
            if visit is None:
                raise UnsupportedError(f"{node.head} has no all-N algebraic form")
            self.known[node] = visit(*node.args)
        return self.known[node]

    # names and indices

    def _symbol(self, node: Symbol) -> Value:
        kind = node.kind
        if kind.type == "constant":
            return sympy.pi if node.name == "pi" else sympy.oo
        if kind.type == "vector":
            return self._blocks(self._vector_entry(node), kind.vector_length)
        if kind.type == "index":
            return self.index(node)
        if kind.type == "length" and node.name in self.lengths:
            return length_symbol(Length.of(node.name).at(self.lengths))
        if kind.domain == "unit":
            self.units.add(node.name)
        return scalar_symbol(node.name, kind)

    def _vector_entry(self, node: Symbol) -> Callable[[Scalar], Scalar]:
        base = vector_base(node.name, node.kind)
        self.kinds[node.name] = node.kind.at(self.lengths)
        return lambda k: base[k]

    def index(self, node: Expr) -> Scalar:
        """The SymPy index of an index name or literal."""
        if isinstance(node, Number):
            return Integer(node.value.numerator)
        assert isinstance(node, Symbol)
        if node.name not in self.bound:
            self.bound[node.name] = scalar_symbol(node.name, node.kind)
        found = self.bound[node.name]
        if not found.is_Integer:
            self.ranges.setdefault(found, self._range(node))
        return found

    def _range(self, node: Symbol) -> Length:
        return node.kind.vector_length.at(self.lengths)

    # operators and functions; one method a head

    def _on_add(self, left: Expr, right: Expr) -> Value:
        return self._both(lambda x, y: x + y, self._visit(left), self._visit(right))

    def _on_sub(self, left: Expr, right: Expr) -> Value:
        return self._both(lambda x, y: x - y, self._visit(left), self._visit(right))

    def _on_mul(self, left: Expr, right: Expr) -> Value:
        return self._both(lambda x, y: x * y, self._visit(left), self._visit(right))

    def _on_div(self, left: Expr, right: Expr) -> Value:
        return self._both(_quotient, self._visit(left), self._visit(right))

    def _on_pow(self, left: Expr, right: Expr) -> Value:
        return self._both(lambda x, y: x**y, self._visit(left), self._visit(right))

    def _on_neg(self, arg: Expr) -> Value:
        return self._each(lambda x: -x, self._visit(arg))

    def _on_exp(self, arg: Expr) -> Value:
        return self._each(sympy.exp, self._visit(arg))

    def _on_log(self, arg: Expr) -> Value:
        return self._each(_logarithm, self._visit(arg))

    def _on_abs(self, arg: Expr) -> Value:
        return self._each(nodes.AbsOf, self._visit(arg))

    def _on_sign(self, arg: Expr) -> Value:
        return self._each(nodes.SignOf, self._visit(arg))

    def _on_xlogy(self, x: Expr, y: Expr) -> Value:
        return self._both(nodes.XLogY, self._visit(x), self._visit(y))

    def _on_list(self, *entries: Expr) -> Vector:
        return tuple(single(self._visit(e)) for e in entries)

    def _on_item(self, target: Expr, *indices: Expr) -> Scalar:
        value = self._visit(target)
        chosen = [self.index(i) for i in indices]
        if isinstance(value, Matrix):
            (a, i), (b, j) = self.locate(value.rows, chosen[0]), self.locate(value.columns, chosen[1])
            return value.entry(a, i, b, j)
        return self.entry(value, chosen[0])

    def _on_sum(self, body: Expr, bound: Symbol | None = None) -> Value:
        if bound is None:
            return self.total(self._visit(body))
        length = self._range(bound)
        if self.written_out and length.is_literal:
            if length.constant > MAX_EXPANDED:
                raise UnsupportedError(f"a sum of {length} terms cannot be written out")
            values = [self._with(bound, Integer(n), body) for n in range(1, length.constant + 1)]
            total = values[0]
            for value in values[1:]:
                total = self._both(lambda x, y: x + y, total, value)
            return total
        k = self.fresh(length, bound.name)
        size = length_symbol(length)
        return self._each(lambda x: nodes.IndexedSum(x, (k, 1, size)), self._with(bound, k, body))

    def _with(self, bound: Symbol, value: Scalar, body: Expr) -> Value:
        before, known = self.bound.get(bound.name), self.known
        self.bound[bound.name], self.known = value, {}
        try:
            return self._visit(body)
        finally:
            self.bound.pop(bound.name)
            self.known = known
            if before is not None:
                self.bound[bound.name] = before

    def _on_prod(self, vector: Expr) -> Scalar:
        return nodes.ProdOf(*self.family(self._visit(vector)))

    def _on_max(self, vector: Expr) -> Scalar:
        return nodes.MaxOf(*self.family(self._visit(vector)))

    def _on_argmax_count(self, vector: Expr) -> Scalar:
        return nodes.CountOf(*self.family(self._visit(vector)))

    def _on_hardmax(self, vector: Expr) -> Vector:
        value = self._visit(vector)
        family = self.family(value)
        return tuple(block.map(lambda x: nodes.HardOf(x, *family)) for block in value)

    def _on_onehot_argmax(self, vector: Expr) -> Vector:
        value = self._visit(vector)
        family = self.family(value)

        def first(n: int, block: Block) -> Block:
            place = Integer(n)
            return Block(
                lambda k: nodes.FirstOf(block.entry(k), Tuple(place, k), *family), block.length, block.excluded
            )

        return tuple(first(n, b) for n, b in enumerate(value))

    def _on_sparsemax(self, vector: Expr) -> Vector:
        value = self._visit(vector)
        family = self.family(value)
        return tuple(block.map(lambda x: nodes.SparseOf(x, *family)) for block in value)

    def _on_len(self, vector: Expr) -> Scalar:
        return length_symbol(vector.shape[0].at(self.lengths))

    def _on_concat(self, left: Expr, right: Expr) -> Vector:
        return (*self._visit(left), *self._visit(right))

    def _on_drop(self, vector: Expr, index: Expr) -> Vector:
        value = self._visit(vector)
        number, place = self.locate(value, self.index(index))
        block = value[number]
        without = () if block.length is None else (Block(block.entry, block.length, (*block.excluded, place)),)
        return (*value[:number], *without, *value[number + 1 :])

    def _on_ones(self, length: Expr) -> Vector:
        return self._blocks(lambda k: sympy.S.One, _as_length(length))

    def _on_basis(self, index: Expr, length: Expr | None = None) -> Vector:
        i = self.index(index)
        own = _as_length(length) if length is not None else (self._range(index) if isinstance(index, Symbol) else N)
        return self._blocks(lambda k: KroneckerDelta(k, i), own)

    def _on_delta(self, left: Expr, right: Expr) -> Scalar:
        return KroneckerDelta(self.index(left), self.index(right))

    # matrices

    def _on_diag(self, vector: Expr) -> Matrix:
        value = self._visit(vector)
        return Matrix(value, value, lambda a, i, b, j: _same(value, a, i, b, j) * value[a].entry(i))

    def _on_identity(self, length: Expr) -> Matrix:
        value = self._on_ones(length)
        return Matrix(value, value, lambda a, i, b, j: _same(value, a, i, b, j))

    def _on_outer(self, left: Expr, right: Expr) -> Matrix:
        rows, columns = self._visit(left), self._visit(right)
        return Matrix(rows, columns, lambda a, i, b, j: rows[a].entry(i) * columns[b].entry(j))

    def _on_transpose(self, matrix: Expr) -> Matrix:
        value = self._visit(matrix)
        return Matrix(value.columns, value.rows, lambda a, i, b, j: value.entry(b, j, a, i))

    def _on_trace(self, matrix: Expr) -> Scalar:
        value = self._visit(matrix)
        return self.total(tuple(_diagonal_block(value, n, b) for n, b in enumerate(value.rows)))

    def _on_matmul(self, left: Expr, right: Expr) -> Value:
        first, second = self._visit(left), self._visit(right)
        if isinstance(second, Matrix):
            return Matrix(
                first.rows,
                second.columns,
                lambda a, i, b, j: self._inner(first, a, i, _column(second, b, j)),
            )

        def product(a: int, block: Block) -> Block:
            return Block(lambda i: self._inner(first, a, i, second), block.length, block.excluded)

        return tuple(product(a, b) for a, b in enumerate(first.rows))

    def _inner(self, matrix: Matrix, a: int, i: Scalar, vector: Vector) -> Scalar:
        return self.total(self._both(lambda x, y: x * y, _row(matrix, a, i), vector))

    # derivatives: SymPy differentiates the entry, whose bound indices are all fresh

    def _on_diff(self, f: Expr, *names: Expr) -> Value:
        order = literal(names[-1]) if len(names) == 2 else None
        by = [names[0]] * order if order is not None else list(names)
        variables = [self._variable(n) for n in by]
        return self._each(lambda x: _derivative(x, *variables), self._visit(f))

    def _variable(self, name: Expr) -> Scalar:
        if isinstance(name, Apply):
            base = name.args[0]
            assert isinstance(base, Symbol)
            return self._vector_entry(base)(self.index(name.args[1]))
        assert isinstance(name, Symbol)
        return scalar_symbol(name.name, name.kind)

    def _on_grad(self, f: Expr, z: Expr) -> Vector:
        assert isinstance(z, Symbol)
        value, entry = self._visit(f), self._vector_entry(z)
        return self._blocks(lambda i: _derivative(value, entry(i)), z.shape[0])

    def _on_jacobian(self, f: Expr, z: Expr) -> Matrix:
        assert isinstance(z, Symbol)
        rows, entry = self._visit(f), self._vector_entry(z)
        columns = self._blocks(entry, z.shape[0])
        return Matrix(rows, columns, lambda a, i, b, j: _derivative(rows[a].entry(i), columns[b].entry(j)))

    def _on_hessian(self, f: Expr, z: Expr) -> Matrix:
        assert isinstance(z, Symbol)
        value, entry = self._visit(f), self._vector_entry(z)
        blocks = self._blocks(entry, z.shape[0])
        return Matrix(blocks, blocks, lambda a, i, b, j: _derivative(value, blocks[a].entry(i), blocks[b].entry(j)))


def _diagonal_block(matrix: Matrix, n: int, block: Block) -> Block:
    return Block(lambda k: matrix.entry(n, k, n, k), block.length, block.excluded)


def _row(matrix: Matrix, a: int, i: Scalar) -> Vector:
    def part(n: int, block: Block) -> Block:
        return Block(lambda k: matrix.entry(a, i, n, k), block.length, block.excluded)

    return tuple(part(n, block) for n, block in enumerate(matrix.columns))


def _column(matrix: Matrix, b: int, j: Scalar) -> Vector:
    def part(n: int, block: Block) -> Block:
        return Block(lambda k: matrix.entry(n, k, b, j), block.length, block.excluded)

    return tuple(part(n, block) for n, block in enumerate(matrix.rows))


def _rational(value: Fraction) -> Scalar:
    return Rational(value.numerator, value.denominator)


def _quotient(x: Scalar, y: Scalar) -> Scalar:
    if y.is_zero:
        raise UnsupportedError("a division by zero")
    return x / y


def _logarithm(x: Scalar) -> Scalar:
    if x.is_nonpositive:
        raise UnsupportedError("a logarithm of a number <= 0")
    return sympy.log(x)


def _derivative(x: Scalar, *variables: Scalar) -> Scalar:
    try:
        return sympy.diff(x, *variables)
    except NotImplementedError as error:
        raise UnsupportedError(f"{error} is outside the algebra") from None


def _same(blocks: Vector, a: int, i: Scalar, b: int, j: Scalar) -> Scalar:
    """Whether two positions are one: the delta within a block, 0 across blocks."""
    if a != b:
        return sympy.S.Zero
    return sympy.S.One if blocks[a].length is None else KroneckerDelta(i, j)


def _as_length(expr: Expr) -> Length:
    found = as_length(expr)
    assert found is not None  # shapes saw to it
    return found


__all__ = ["Block", "Lowering", "Matrix", "length_symbol", "scalar_symbol", "vector_base"]
