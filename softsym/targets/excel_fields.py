"""Arrays of a spreadsheet as scalar expressions in the numbers of their rows and columns, and back to vectors.

``z*TRANSPOSE(y)`` is the field ``z[d]*y[a]`` over the rows d and the columns a. Fields of one size have the same
indices, so that what a spreadsheet computes entry by entry is computed on their bodies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from softsym.errors import ShapeError, UnsupportedError
from softsym.expression import Apply, Expr, Number, Symbol, apply, as_expr, free_symbols
from softsym.shapes import as_length
from softsym.symbols import Kind, Length

ENTRYWISE = frozenset(
    {"add", "sub", "mul", "div", "pow", "neg", "exp", "log", "abs", "sign", "sinh", "cosh", "tanh", "xlogy", "sqrt"}
)
MAX_SIZE = 20_000
"""A formula whose names unfold to an expression of more parts is not read."""
_RESERVED = "'"


@dataclass(frozen=True, slots=True)
class Field:
    """An entry for each row and column: ``body`` in the indices ``down`` and ``across``; a number has neither.

    A ``logical`` field is TRUE or FALSE, as 1 or 0.
    """

    body: Expr
    down: Symbol | None = None
    across: Symbol | None = None
    logical: bool = False

    @property
    def indices(self) -> tuple[Symbol, ...]:
        return tuple(i for i in (self.down, self.across) if i is not None)


def index_along(axis: str, length: Length) -> Symbol:
    """The index of all fields that have the length along an axis."""
    return Symbol(f"{axis}{_RESERVED}", Kind("index", "index", length))


def column(vector: Expr) -> Field:
    """A vector down the rows."""
    down = index_along("down", vector.shape[0])
    return Field(apply("item", vector, down), down)


def row(vector: Expr) -> Field:
    """A vector across the columns."""
    across = index_along("across", vector.shape[0])
    return Field(apply("item", vector, across), None, across)


def block(matrix: Expr) -> Field:
    """A matrix."""
    down, across = index_along("down", matrix.shape[0]), index_along("across", matrix.shape[1])
    return Field(apply("item", matrix, down, across), down, across)


def flipped(field: Field) -> Field:
    """Rows and columns exchanged."""
    down = None if field.across is None else index_along("down", field.across.kind.vector_length)
    across = None if field.down is None else index_along("across", field.down.kind.vector_length)
    pairs = ((field.down, across), (field.across, down))
    changed = {old: new for old, new in pairs if old is not None and new is not None}
    return Field(replaced(field.body, changed), down, across, field.logical)


def replaced(expr: Expr, changed: Mapping[Symbol, Expr]) -> Expr:
    """The expression with indices replaced at once; each shared part is walked once, and no index is captured."""
    done: dict[int, Expr] = {}

    def walk(node: Expr) -> Expr:
        if isinstance(node, Symbol):
            return changed.get(node, node)
        if not isinstance(node, Apply) or not free_symbols(node) & changed.keys():
            return node
        if id(node) not in done:
            done[id(node)] = apply(node.head, *(walk(a) for a in node.args))
        return done[id(node)]

    return walk(expr)


def to_vector(body: Expr, index: Symbol) -> Expr:
    """The vector whose entries are ``body``; what does not depend on the index stays a number.

    Raises :class:`~softsym.errors.UnsupportedError` where the language has no such vector.
    """
    done: dict[int, Expr] = {}

    def walk(node: Expr) -> Expr:
        if index not in free_symbols(node):
            return node
        if id(node) not in done:
            done[id(node)] = found(node)
        return done[id(node)]

    def found(node: Expr) -> Expr:
        if not isinstance(node, Apply):
            return _listed(node, index)
        if node.head == "item" and index not in free_symbols(node.args[0]):
            return _line_of(node, index)
        if node.head == "delta":
            other = node.args[1] if node.args[0] == index else node.args[0]
            return apply("basis", other, length_expr(index.kind.vector_length))
        if node.head in ENTRYWISE:
            return apply(node.head, *(walk(a) for a in node.args))
        if node.head == "sum" and len(node.args) == 2:
            return apply("sum", walk(node.args[0]), node.args[1])
        return _listed(node, index)

    return walk(body)


def _line_of(node: Apply, index: Symbol) -> Expr:
    """The vector of the entries of ``v[index]``, or of a row or column of a matrix."""
    target, *indices = node.args
    lengths = [n for n, i in zip(target.shape, indices, strict=True) if i == index]
    if lengths != [index.kind.vector_length]:  # a part of a longer vector, or a diagonal
        return _listed(node, index)
    if len(indices) == 1:
        return target
    matrix, other = (target, indices[1]) if indices[0] == index else (apply("transpose", target), indices[0])
    return apply("matmul", matrix, apply("basis", other, length_expr(matrix.shape[1])))


def _listed(node: Expr, index: Symbol) -> Expr:
    """The entries one by one, where it is known how many there are."""
    length = index.kind.vector_length
    if not length.is_literal:
        raise UnsupportedError("the language has no vector of these entries: they are not computed one by one alike")
    return apply("list", *(replaced(node, {index: as_expr(k)}) for k in range(1, length.constant + 1)))


def to_matrix(body: Expr, down: Symbol, across: Symbol) -> Expr:
    """The matrix whose entries are ``body``; what does not depend on the indices stays a number."""
    free = free_symbols(body)
    if down not in free and across not in free:
        return body
    if across not in free:
        return apply("outer", to_vector(body, down), _ones(across))
    if down not in free:
        return apply("outer", _ones(down), to_vector(body, across))
    assert isinstance(body, Apply)
    if body.head == "item" and not free_symbols(body.args[0]) & {down, across}:
        return _block_of(body, down, across)
    if body.head == "delta":
        return apply("identity", length_expr(down.kind.vector_length))
    if body.head == "mul":
        return _product(body, down, across)
    if body.head in ENTRYWISE:
        return apply(body.head, *(to_matrix(a, down, across) for a in body.args))
    raise UnsupportedError("the language has no matrix of these entries")


def _block_of(body: Apply, down: Symbol, across: Symbol) -> Expr:
    """The matrix of the entries of a matrix, or of its transpose."""
    found = body.args[0] if body.args[1:] == (down, across) else apply("transpose", body.args[0])
    if {*body.args[1:]} != {down, across} or found.shape != tuple(i.kind.vector_length for i in (down, across)):
        raise UnsupportedError("a part of a matrix is no matrix of the language")
    return found


def _product(body: Apply, down: Symbol, across: Symbol) -> Expr:
    """``outer(u, v)`` and ``diag(v)`` where a product is one, else the product of two matrices."""
    left, right = body.args
    if across not in free_symbols(left) and down not in free_symbols(right):
        return apply("outer", to_vector(left, down), to_vector(right, across))
    if down not in free_symbols(left) and across not in free_symbols(right):
        return apply("outer", to_vector(right, down), to_vector(left, across))
    if left == apply("delta", down, across) and across not in free_symbols(right) and down in free_symbols(right):
        return apply("diag", to_vector(right, down))
    return apply("mul", to_matrix(left, down, across), to_matrix(right, down, across))


def _ones(index: Symbol) -> Expr:
    return apply("ones", length_expr(index.kind.vector_length))


def length_expr(length: Length) -> Expr:
    """A length as an expression."""
    total: Expr | None = as_expr(length.constant) if length.constant > 0 or not length.terms else None
    for name, factor in reversed(length.terms):
        term: Expr = Symbol(name, Kind("length", "length"))
        for _ in range(factor):
            total = term if total is None else apply("add", term, total)
    assert total is not None
    return total if length.constant >= 0 else apply("sub", total, as_expr(-length.constant))


def length_of(expr: Expr) -> Length | None:
    """The length that a number of a formula states, such as ``len(z) - 1``."""
    if isinstance(expr, Apply) and expr.head == "len":
        return expr.args[0].shape[0]
    if isinstance(expr, Apply) and expr.head in ("add", "sub"):
        parts = [length_of(a) for a in expr.args]
        if parts[0] is None or parts[1] is None or (expr.head == "sub" and not parts[1].is_literal):
            return None
        return parts[0] + parts[1] if expr.head == "add" else parts[0] - parts[1].constant
    return as_length(expr)


def reduced(head: str, field: Field, axis: str) -> Field:
    """``sum``, ``max``, ``min`` or ``prod`` of a field along an axis."""
    index = field.down if axis == "down" else field.across
    if index is None:
        return field
    body = _reduced(head, field.body, index)
    return Field(body, None, field.across) if axis == "down" else Field(body, field.down)


def _reduced(head: str, body: Expr, index: Symbol) -> Expr:
    if index not in free_symbols(body):
        size = length_expr(index.kind.vector_length)
        return {"sum": lambda: size * body, "prod": lambda: body**size}.get(head, lambda: body)()
    if head != "sum":
        return apply(head, to_vector(body, index))
    bound = Symbol(f"{index.name}{_count_of(body)}", index.kind)  # a sum of a vector in the end, where it can be
    return apply("sum", replaced(body, {index: bound}), bound)


def _count_of(body: Expr) -> int:
    """A number that no bound index inside has: how deep the expression is."""
    return body.depth


def aligned(fields: list[Field], sizes: Callable[[Length], int | None]) -> list[Field]:
    """Fields on the same rows and columns.

    Lengths that are equal only by the number of cells, which ``sizes`` knows, become that number.
    Raises :class:`~softsym.errors.ShapeError` where lengths differ.
    """
    for axis in ("down", "across"):
        found = {getattr(f, axis) for f in fields} - {None}
        if len(found) > 1:
            counts = {sizes(i.kind.vector_length) for i in found}
            if len(counts) > 1 or None in counts:
                shown = " and ".join(sorted(str(i.kind.vector_length) for i in found))
                raise ShapeError(f"ranges of different lengths, {shown}, in one formula")
            size = counts.pop()
            assert size is not None
            fields = [_counted(f, axis, size) for f in fields]
    return fields


def _counted(field: Field, axis: str, size: int) -> Field:
    """The field with a number as its length along an axis, and named vectors as lists of that many entries."""
    old: Symbol | None = getattr(field, axis)
    if old is None or old.kind.vector_length.is_literal:
        return field
    new = index_along(axis, Length.of(size))
    body = _with_lists(field.body, old, new, size)
    return replace(field, body=body, down=new) if axis == "down" else replace(field, body=body, across=new)


def _with_lists(node: Expr, old: Symbol, new: Symbol, size: int) -> Expr:
    if node == old:
        return new
    if not isinstance(node, Apply) or old not in free_symbols(node):
        return node
    if node.head == "item" and node.args[1:] == (old,):
        entries = [replaced(node, {old: as_expr(k)}) for k in range(1, size + 1)]
        return apply("item", apply("list", *entries), new)
    return apply(node.head, *(_with_lists(a, old, new, size) for a in node.args))


def plain_indices(expr: Expr) -> Expr:
    """The expression with sums of vectors where they can be, and else with indices that are called k, l, m, ..."""
    if _size(expr, {}) > MAX_SIZE:
        raise UnsupportedError(f"the formula's names unfold to more than {MAX_SIZE} parts")
    taken = {s.name for s in free_symbols(expr)}
    free = [n for n in ("k", "l", "m", "i", "j", *(f"k_{n}" for n in range(1, 99))) if n not in taken]
    return _with_plain_names(_with_vector_sums(expr), free)


def _with_vector_sums(node: Expr) -> Expr:
    if not isinstance(node, Apply):
        return node
    args = tuple(_with_vector_sums(a) for a in node.args)
    if _has_own_index(node) and not args[0].shape:
        assert isinstance(args[1], Symbol)
        with suppress(UnsupportedError, ShapeError):
            return apply("sum", to_vector(args[0], args[1]))
    return apply(node.head, *args)


def _has_own_index(node: Apply) -> bool:
    """Whether a node is a sum over an index that the reader made."""
    return node.head == "sum" and len(node.args) == 2 and _RESERVED in getattr(node.args[1], "name", "")


def _with_plain_names(node: Expr, names: list[str]) -> Expr:
    if not isinstance(node, Apply):
        return node
    if not _has_own_index(node):
        return apply(node.head, *(_with_plain_names(a, names) for a in node.args))
    bound = node.args[1]
    assert isinstance(bound, Symbol)
    plain = Symbol(names[0], bound.kind)
    return apply("sum", _with_plain_names(replaced(node.args[0], {bound: plain}), names[1:]), plain)


def _size(expr: Expr, known: dict[int, int]) -> int:
    if not isinstance(expr, Apply):
        return 1
    if id(expr) not in known:
        known[id(expr)] = 1 + sum(_size(a, known) for a in expr.args)
    return known[id(expr)]


def is_index_like(expr: Expr) -> bool:
    """Whether an expression is the number of an entry: an index, or a positive whole number."""
    if isinstance(expr, Symbol):
        return expr.kind.type == "index"
    return isinstance(expr, Number) and expr.value.denominator == 1 and expr.value >= 1
