"""Expressions in plain SymPy: ``Sum``, ``Indexed`` and ``KroneckerDelta`` for symbolic N, symbols z1, z2 for a given N.

The translation itself is that of the algebra (:mod:`softsym.algebra.lowering`): one lowering for proofs and for people.
Here its nodes become SymPy's own, deltas are contracted, and bound indices get readable names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import sympy
from sympy import And, Eq, Integer, KroneckerDelta, Lambda, Limit, Max, Piecewise, Product, Sum, true

from softsym.algebra import nodes
from softsym.algebra.blocks import MAX_EXPANDED, Block, Matrix, length_symbol
from softsym.algebra.lowering import Lowering
from softsym.errors import UnsupportedError
from softsym.expression import Apply, Expr, Symbol, free_symbols, walk
from softsym.symbols import Length

MAX_SUBSETS = 8
"""The sparsemax of at most so many entries is written as the maximum over all supports."""

Node = Any
"""A SymPy object (SymPy has no types of its own)."""


class Maximum(sympy.Function):  # type: ignore[misc]
    """``Maximum(Lambda(k, body), n)``: the largest value of the body for k = 1..n; SymPy's ``Max`` once n is a number.

    >>> z, k, n = sympy.IndexedBase("z", real=True), sympy.Symbol("k", integer=True), sympy.Symbol("n", integer=True)
    >>> Maximum(Lambda(k, z[k]), n).subs(n, 2)
    Max(z[1], z[2])
    """

    nargs = 2
    is_extended_real = True

    @classmethod
    def eval(cls, function: Node, n: Node) -> Node | None:
        """The values compared one by one, for a number n."""
        return Max(*(function(Integer(m)) for m in range(1, int(n) + 1))) if n.is_Integer else None


def to_sympy(expr: Expr, lengths: Mapping[str, int] | None = None) -> Node:
    """The expression in SymPy, with assumptions from the kinds of its names.

    A scalar gives a scalar. A vector of symbolic length gives its entry at a free index i, a matrix at i and j; of
    known length, a column or a matrix. Derivatives are taken by SymPy on entries whose bound indices are all distinct,
    so that none is captured. With ``lengths``, entries become symbols (``z1``), unless a symbolic index remains.

    Raises :class:`~softsym.errors.UnsupportedError` for a node without a SymPy form, such as a limit in an entry.

    >>> from softsym import parse
    >>> to_sympy(parse("jacobian(normalize(z), z)"))
    KroneckerDelta(i, j)/Sum(z[k], (k, 1, N)) - z[i]/Sum(z[k], (k, 1, N))**2
    >>> to_sympy(parse("softmax(z)"), {"N": 2})
    Matrix([
    [exp(z1)/(exp(z1) + exp(z2))],
    [exp(z2)/(exp(z1) + exp(z2))]])
    """
    lengths = dict(lengths or {})
    try:
        return _translated(expr, _PlainLowering(lengths, written_out=_writable(expr, lengths)))
    except UnsupportedError:  # such as an entry left out at an index without a value: sums stay sums
        return _translated(expr, _PlainLowering(lengths))


def _translated(expr: Expr, lowering: Lowering) -> Node:
    names = {s.name for s in free_symbols(expr)}
    free = [name for name in "ijklm" if name not in names] + [f"i_{n}" for n in range(1, 3)]
    indices = [sympy.Symbol(name, integer=True, positive=True) for name in free[: len(expr.shape)]]
    for index, length in zip(indices, expr.shape, strict=True):
        lowering.ranges[index] = length.at(lowering.lengths)
    value = _entries(lowering.lower(expr), indices)
    plain = _Plain(lowering.ranges, names).plain
    result = value.applyfunc(plain) if isinstance(value, sympy.MatrixBase) else plain(value)
    return _numbered(result, names)


def _writable(expr: Expr, lengths: Mapping[str, int]) -> bool:
    """Whether every vector of known length is short enough to be written out."""
    known = (n.at(lengths) for node in walk(expr) for n in (*node.shape, *_range(node)))
    return all(length.constant <= MAX_EXPANDED for length in known if length.is_literal)


def _range(node: Expr) -> tuple[Length, ...]:
    return (node.kind.length,) if isinstance(node, Symbol) and node.kind.length is not None else ()


class _PlainLowering(Lowering):
    """The algebra's lowering, which also keeps a limit in a scalar as SymPy's ``Limit``."""

    def _on_limit(self, f: Expr, x: Expr, point: Expr) -> Any:
        if isinstance(x, Apply) or f.shape:
            raise UnsupportedError("SymPy has no limit of a vector or in an entry; take it first, with softsym.limit")
        at = self._visit(point)
        side = "-" if at == sympy.oo else "+" if at == -sympy.oo else "+-"
        positive = isinstance(x, Symbol) and x.kind.domain in ("positive", "nonnegative", "unit")
        return Limit(self._visit(f), self._visit(x), at, "+" if positive and at == 0 else side)


def _entries(value: Any, indices: list[Node]) -> Node:
    """What a value of the lowering is at free indices, or a column or matrix if its blocks are written out."""
    if isinstance(value, Matrix):
        if _written(value.rows) and _written(value.columns):
            rows, columns = range(len(value.rows)), range(len(value.columns))
            entries = [[value.entry(a, Integer(a + 1), b, Integer(b + 1)) for b in columns] for a in rows]
            return sympy.ImmutableDenseMatrix(entries)
        return _piecewise(
            (And(condition, other), value.entry(a, i, b, j))
            for a, i, condition in _places(value.rows, indices[0])
            for b, j, other in _places(value.columns, indices[1])
        )
    if not isinstance(value, tuple):
        return value
    if _written(value):
        return sympy.ImmutableDenseMatrix([[block.entry(Integer(1))] for block in value])
    return _piecewise((condition, value[n].entry(i)) for n, i, condition in _places(value, indices[0]))


def _written(blocks: tuple[Block, ...]) -> bool:
    return all(block.length is None for block in blocks)


def _piecewise(cases: Iterator[tuple[Node, Node]]) -> Node:
    branches = [(value, condition) for condition, value in cases]
    return branches[0][0] if len(branches) == 1 else Piecewise(*branches[:-1], (branches[-1][0], True))


def _places(blocks: tuple[Block, ...], i: Node) -> Iterator[tuple[int, Node, Node]]:
    """For each block, its number, the index within it, and the condition that i lies there if not before it."""
    offset: Node = Integer(0)
    for number, block in enumerate(blocks):
        size = Integer(1) if block.length is None else length_symbol(block.length) - len(block.excluded)
        inner = i - offset
        last = true if number == len(blocks) - 1 else i <= offset + size
        for excluded in block.excluded:
            yield number, inner, And(last, inner < excluded)
            inner += 1
        yield number, inner, last
        offset += size


class _Plain:
    """Rewrites the algebra's nodes into SymPy's, one method a node; ``taken`` names are not given to bound indices."""

    def __init__(self, ranges: Mapping[Node, Length], taken: set[str]) -> None:
        self.ranges, self.taken = ranges, taken

    def plain(self, node: Node) -> Node:
        return self.rename(self.rewrite(node), frozenset())

    def rewrite(self, node: Node) -> Node:
        """The node with families spelled out and deltas contracted, innermost first."""
        if not node.args or isinstance(node, sympy.Indexed):
            return node
        args = [self.rewrite(arg) for arg in node.args]
        node = node if tuple(args) == node.args else node.func(*args)
        name = "Sum" if isinstance(node, Sum) else type(node).__name__  # the algebra's own sums are written as SymPy's
        method = getattr(self, f"_on_{name}", None)
        return node if method is None else method(node)

    def _on_Sum(self, node: Node) -> Node:
        body = node.function
        for k, _, upper in node.limits:  # the innermost first
            body = self._contracted(body, k, upper)
        return body

    def _contracted(self, body: Node, k: Node, upper: Node) -> Node:
        """The sum of the body over k, without the deltas that pick one value of k."""
        kept, picked = [], []
        for term in sympy.Add.make_args(sympy.expand_mul(body)) if body.has(KroneckerDelta) else ():
            other = self._partner(term, k, upper)
            if other is None:
                kept.append(term)
            else:
                picked.append((term / KroneckerDelta(k, other)).xreplace({k: other}))
        if not picked:
            return Sum(body, (k, 1, upper)) if body.has(k) else upper * body
        return sympy.Add(Sum(sympy.Add(*kept), (k, 1, upper)) if kept else Integer(0), *picked)

    def _partner(self, term: Node, k: Node, upper: Node) -> Node | None:
        """The index that a delta in the term sets k to, if it is known to lie in the range of k."""
        for factor in sympy.Mul.make_args(term):
            if isinstance(factor, KroneckerDelta) and k in factor.args:
                other = factor.args[0] if factor.args[1] == k else factor.args[1]
                reach = self.ranges.get(other)
                if other == 1 or (reach is not None and length_symbol(reach) == upper):
                    return other
        return None

    def _on_MaxOf(self, node: Node) -> Node:
        return Max(*(self._extremum(member) for member in node.family))

    @staticmethod
    def _extremum(member: Node) -> Node:
        if len(member) == 1:
            return member[0]
        given, index, upper, *excluded = member
        k = sympy.Dummy("k", integer=True, positive=True)  # the member's own index may be bound around this
        body = given.xreplace({index: k})
        cases = [(-sympy.oo, Eq(k, e)) for e in excluded]
        return Maximum(Lambda(k, Piecewise(*cases, (body, True)) if cases else body), upper)

    def _on_ProdOf(self, node: Node) -> Node:
        factors = []
        for member in node.family:
            if len(member) == 1:
                factors.append(member[0])
                continue
            body, k, upper, *excluded = member
            cases = [(1, Eq(k, e)) for e in excluded]
            factors.append(Product(Piecewise(*cases, (body, True)) if cases else body, (k, 1, upper)))
        return sympy.Mul(*factors)

    def _on_CountOf(self, node: Node) -> Node:
        top = self._on_MaxOf(node)
        return sympy.Add(*(nodes.sum_member(member, KroneckerDelta(member[0], top)) for member in node.family))

    def _on_HardOf(self, node: Node) -> Node:
        return KroneckerDelta(node.args[0], self._on_MaxOf(node)) / self._on_CountOf(node)

    def _on_FirstOf(self, node: Node) -> Node:
        value, (block, position) = node.args[0], node.args[1]
        top, own = self._on_MaxOf(node), node.family[int(block)]
        earlier = [self._extremum(member) for member in node.family[: int(block)]]
        if len(own) > 1:
            earlier.append(self._extremum(sympy.Tuple(*own[:2], position - 1, *own[3:])))
        before = (1 - KroneckerDelta(largest, top) for largest in earlier)
        return sympy.Mul(KroneckerDelta(value, top), *before)

    def _on_SparseOf(self, node: Node) -> Node:
        values = [member[0] for member in node.family]
        if any(len(member) > 1 for member in node.family) or len(values) > MAX_SUBSETS:
            raise UnsupportedError(f"SymPy has no sparsemax; give a length of at most {MAX_SUBSETS} for its definition")
        supports = (s for size in range(1, len(values) + 1) for s in combinations(values, size))
        threshold = Max(*((sympy.Add(*support) - 1) / len(support) for support in supports))
        return Max(0, node.args[0] - threshold)

    def _on_AbsOf(self, node: Node) -> Node:
        return sympy.Abs(node.args[0])

    def _on_SignOf(self, node: Node) -> Node:
        return sympy.sign(node.args[0])

    def _on_XLogY(self, node: Node) -> Node:
        x, y = node.args
        if x.has(Piecewise):  # SymPy folds cases within conditions, and binds their indices wrongly
            return x * sympy.log(y + KroneckerDelta(x, 0) * (1 - y))
        return Piecewise((0, Eq(x, 0)), (x * sympy.log(y), True))

    def rename(self, node: Node, used: frozenset[str]) -> Node:
        """The node with k, l, m, ... for its bound indices, outermost first, none of them captured."""
        if not node.args or isinstance(node, sympy.Indexed):
            return node
        for k in _bound(node):
            names = {s.name for s in node.free_symbols if s.is_Symbol} | self.taken | used
            fresh = _index(names)
            node = node.xreplace({k: fresh})
            used |= {fresh.name}
        args = [self.rename(arg, used) for arg in node.args]
        return node if tuple(args) == node.args else node.func(*args)


def _bound(node: Node) -> list[Node]:
    """The indices without a name that a node binds, the outermost first."""
    if isinstance(node, Sum | Product):
        return [k for k in reversed(node.bound_symbols) if k.is_Dummy]
    return [k for k in node.variables if k.is_Dummy] if isinstance(node, Lambda) else []


def _index(taken: set[str]) -> Node:
    names = (*"klmij", *(f"k_{n}" for n in range(1, len(taken) + 2)))
    return sympy.Symbol(next(name for name in names if name not in taken), integer=True, positive=True)


def _numbered(node: Node, taken: set[str]) -> Node:
    """Entries ``z[1]`` as symbols ``z1``, for vectors all of whose entries stand at numbers."""
    entries = node.atoms(sympy.Indexed)
    mixed = {e.base for e in entries if not e.indices[0].is_Integer}
    names = {e: f"{e.base.label}{e.indices[0]}" for e in entries if e.base not in mixed}
    clash = {e.base for e, name in names.items() if name in taken}
    return node.xreplace(
        {e: sympy.Symbol(n, **e.base.label._assumptions_orig) for e, n in names.items() if e.base not in clash}
    )
