"""What the functions on arrays mean in the language: entries, blocks, arrays that spill, and functions of functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from softsym.errors import ShapeError, UnsupportedError
from softsym.expression import Apply, Expr, Symbol, apply, free_symbols, number
from softsym.symbols import Length
from softsym.targets.excel_fields import (
    Field,
    aligned,
    block,
    column,
    flipped,
    index_along,
    is_index_like,
    length_expr,
    replaced,
    row,
    to_matrix,
    to_vector,
)
from softsym.targets.excel_reading import Args, CallReader, First, Function, Value, common_indices, joined, truth


class ArrayReader(CallReader):
    """Reads functions that take or give arrays."""

    fresh = count(1)

    def call_index(self, args: Args) -> Field:
        """``INDEX(v, k)`` and ``INDEX(A, i, j)``, at whole numbers, indices, or the first entry that is found."""
        array = self.field(args[0])
        if not array.indices and all(self.field(a).body == number(1) for a in args[1:]):
            return array
        if len(args) == 3 and len(array.indices) == 1:
            args = self._along_line(array, args)
        if len(array.indices) != len(args) - 1:
            raise UnsupportedError("INDEX is read with one position for a row or column, and two for a block")
        found = self.read(args[1])
        if isinstance(found, First) and len(args) == 2:
            return Field(apply("dot", found.chosen, self.vector(array)))
        positions = [self.field(a) for a in args[1:]]
        if len(positions) == 1:
            after = _after_hole(positions[0].body)
            if after is not None:
                dropped = apply("drop", self.vector(array), after[1])
                return replace(positions[0], body=apply("item", dropped, after[0]), logical=array.logical)
        if not all(is_index_like(p.body) for p in positions):
            raise UnsupportedError("INDEX at a computed position is not read; give a whole number or an index")

        def entry(*numbers: Expr) -> Expr:
            return replaced(array.body, dict(zip(array.indices, numbers, strict=True)))

        return self.together(entry, *positions, logical=array.logical)

    def _along_line(self, array: Field, args: Args) -> Args:
        """The arguments without the position across a column, or down a row, which is 1 there."""
        kept, other = args[1:] if array.across is None else args[:0:-1]
        return (args[0], kept) if self.field(other).body == number(1) else args

    # arrays

    def call_transpose(self, args: Args) -> Field:
        return flipped(self.field(args[0]))

    def call_tocol(self, args: Args) -> Field:
        found = self.field(args[0])
        if len(found.indices) == 2:
            raise UnsupportedError("TOCOL of a block with rows and columns is not read")
        return found if found.across is None else flipped(found)

    def call_mmult(self, args: Args) -> Field:
        left, right = (self.numbers(a) for a in args)
        if left.across is None or right.down is None or left.across.kind.length != right.down.kind.length:
            raise ShapeError("MMULT takes as many columns on the left as rows on the right")
        if left.down is None and right.across is None:
            return Field(apply("dot", self.vector(left), self.vector(right)))
        if left.down is None:
            return row(apply("matmul", apply("transpose", _matrix(right)), self.vector(left)))
        if right.across is None:
            return column(apply("matmul", _matrix(left), self.vector(right)))
        return block(apply("matmul", _matrix(left), _matrix(right)))

    def call_munit(self, args: Args) -> Field:
        length = self.length(args[0])
        down, across = index_along("down", length), index_along("across", length)
        return Field(apply("delta", down, across), down, across)

    def call_sequence(self, args: Args) -> Field:
        lengths = [self.length(a) for a in args[:2]] + [Length.of(1)]
        start, step = ([*(self.single(a) for a in args[2:]), number(1), number(1)])[:2]
        if len(args) < 4 and len(args) > 2:
            start, step = self.single(args[2]), number(1)
        axes = [(axis, n) for axis, n in zip(("down", "across"), lengths, strict=False) if n != Length.of(1)]
        if step == number(0):
            return self._constant(start, axes)
        if len(axes) > 1:
            raise UnsupportedError("SEQUENCE over rows and columns is not read")
        if not axes:
            return Field(start)
        index = index_along(*axes[0])
        body: Expr = index if (start, step) == (number(1), number(1)) else start + step * (index - 1)
        return Field(body, index) if axes[0][0] == "down" else Field(body, None, index)

    def _constant(self, value: Expr, axes: Sequence[tuple[str, Length]]) -> Field:
        """The same number for every entry."""
        found = Field(value)
        for axis, length in axes:
            ones = apply("ones", length_expr(length))
            line = column(ones) if axis == "down" else row(ones)
            found = line if found.body == number(1) else self.together(lambda x, y: x * y, found, line)
        return found

    def _stacked(self, args: Args, axis: str) -> Field:
        parts = [self.field(a) for a in args]
        if any(i.name.startswith("across" if axis == "down" else "down") for f in parts for i in f.indices):
            raise UnsupportedError("arrays are joined along their own direction only")
        whole = joined([self.vector(f) for f in parts])
        stacked = (column if axis == "down" else row)(self.named(whole))
        return replace(stacked, logical=any(f.logical for f in parts))

    def named(self, vector: Expr) -> Expr:
        """The vector of a name, where a list has all of its entries in order."""
        entries = vector.args if isinstance(vector, Apply) and vector.head == "list" else ()
        first = entries[0] if entries else None
        if not isinstance(first, Apply) or first.head != "item" or len(first.args) != 2:
            return vector
        target = first.args[0]
        wanted = tuple(apply("item", target, k) for k in range(1, len(entries) + 1))
        is_whole = isinstance(target, Symbol) and self.size_of(target.shape[0]) == len(entries) and entries == wanted
        return target if is_whole else vector

    def call_vstack(self, args: Args) -> Field:
        return self._stacked(args, "down")

    def call_hstack(self, args: Args) -> Field:
        return self._stacked(args, "across")

    def call_filter(self, args: Args) -> Field:
        """``FILTER(v, SEQUENCE(n)<>k)``, the vector without an entry."""
        array, kept = self.field(args[0]), self.field(args[1])
        hole = _hole(kept.body, kept.indices)
        if hole is None or len(array.indices) != 1 or array.indices != kept.indices:
            raise UnsupportedError("FILTER is read only where it leaves out one entry: FILTER(v,SEQUENCE(ROWS(v))<>k)")
        dropped = (row if array.down is None else column)(apply("drop", self.vector(array), hole))
        return replace(dropped, logical=array.logical)

    # functions of functions

    def call_map(self, args: Args) -> Field:
        arrays = aligned([self.field(a) for a in args[:-1]], self.size_of)
        over = Field(number(0), *common_indices(arrays))
        return self._each(self.function(args[-1]), [f.body for f in arrays], over)

    def call_makearray(self, args: Args) -> Field:
        down, across = (index_along(a, self.length(n)) for a, n in zip(("down", "across"), args[:2], strict=True))
        return self._each(self.function(args[2]), [down, across], Field(number(0), down, across))

    def _each(self, function: Function, bodies: Sequence[Expr], over: Field) -> Field:
        """A function of the entries, whose numbers get names of their own while it is read."""
        names = {i: Symbol(f"each'{next(self.fresh)}", i.kind) for i in over.indices}
        found = self._one(self.invoke(function, [Field(replaced(b, names)) for b in bodies]))
        return replace(over, body=replaced(found.body, {new: old for old, new in names.items()}), logical=found.logical)

    def _one(self, found: Value) -> Field:
        if not isinstance(found, Field) or found.indices:
            raise UnsupportedError("a LAMBDA that is called for each entry must give one number")
        return found

    def call_byrow(self, args: Args) -> Field:
        return self._by_line(self.field(args[0]), self.function(args[1]))

    def call_bycol(self, args: Args) -> Field:
        return flipped(self._by_line(flipped(self.field(args[0])), self.function(args[1])))

    def _by_line(self, array: Field, function: Function) -> Field:
        names = {i: Symbol(f"each'{next(self.fresh)}", i.kind) for i in (array.down,) if i is not None}
        line = Field(replaced(array.body, names), None, array.across, array.logical)
        found = self._one(self.invoke(function, [line]))
        return Field(replaced(found.body, {new: old for old, new in names.items()}), array.down, None, found.logical)


def _hole(body: Expr, indices: Sequence[Symbol]) -> Expr | None:
    """The ``k`` of ``1 - delta(i, k)`` at the index i."""
    if isinstance(body, Apply) and body.head == "sub" and isinstance(body.args[1], Apply) and len(indices) == 1:
        other = body.args[1]
        if other.head == "delta" and other.args[0] == indices[0] and body.args[0] == number(1):
            return other.args[1]
    return None


def _after_hole(body: Expr) -> tuple[Expr, Expr] | None:
    """The ``k`` and ``h`` of ``k+(k>=h)``: the number of entry k of a vector without entry h."""
    if not (isinstance(body, Apply) and body.head == "add" and is_index_like(body.args[0])):
        return None
    k, step = body.args
    for hole in [*sorted(free_symbols(step), key=str), *_numbers(step)]:
        if is_index_like(hole) and step == truth(">=", k, hole):
            return k, hole
    return None


def _numbers(expr: Expr) -> list[Expr]:
    """The whole numbers in an expression."""
    if isinstance(expr, Apply):
        return [n for a in expr.args for n in _numbers(a)]
    return [expr] if is_index_like(expr) and not isinstance(expr, Symbol) else []


def _matrix(field: Field) -> Expr:
    assert field.down is not None and field.across is not None  # noqa: PT018
    found = to_matrix(field.body, field.down, field.across)
    if not found.shape:
        ones = (apply("ones", length_expr(i.kind.vector_length)) for i in field.indices)
        found = found * apply("outer", *ones)
    return found


def whole_of(field: Field) -> Expr:
    """A field as a number, a vector or a matrix."""
    if len(field.indices) == 2:
        return _matrix(field)
    if not field.indices:
        return field.body
    found = to_vector(field.body, field.indices[0])
    return found if found.shape else found * apply("ones", length_expr(field.indices[0].kind.vector_length))
