"""Vectors and matrices as blocks of entries, each a function of an index; reductions of them over fresh indices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import sympy
from sympy import Dummy, Integer, Tuple

from softsym.algebra.nodes import IndexedSum
from softsym.errors import ShapeError, UnsupportedError
from softsym.symbols import Kind, Length

Scalar: TypeAlias = Any
"""A SymPy expression (SymPy has no types of its own)."""

MAX_EXPANDED = 24
"""Lengths up to this are written out where a proof needs single entries."""

_ASSUMPTIONS: dict[str, dict[str, bool]] = {
    "real": {"real": True},
    "unit": {"nonnegative": True},
    "nonzero": {"real": True, "zero": False},
    "vector": {"real": True},
    "positive vector": {"positive": True},
    "distribution": {"positive": True},
    "simplex": {"nonnegative": True},
    "onehot": {"nonnegative": True},
}


@dataclass(frozen=True)
class Block:
    """The entries ``entry(k)`` for the indices k in 1..length that are not excluded; length ``None`` is one value."""

    entry: Callable[[Scalar], Scalar]
    length: Length | None
    excluded: tuple[Scalar, ...] = ()

    @property
    def signature(self) -> tuple[Length | None, tuple[Scalar, ...]]:
        return self.length, self.excluded

    def map(self, function: Callable[[Scalar], Scalar]) -> Block:
        return Block(remembered(lambda k: function(self.entry(k))), self.length, self.excluded)


@dataclass(frozen=True)
class Matrix:
    """Row and column blocks and ``entry(row block, i, column block, j)``."""

    rows: tuple[Block, ...]
    columns: tuple[Block, ...]
    entry: Callable[[int, Scalar, int, Scalar], Scalar]


Vector: TypeAlias = tuple[Block, ...]
Value: TypeAlias = Any  # Scalar | Vector | Matrix


def scalar_symbol(name: str, kind: Kind) -> sympy.Symbol:
    """The SymPy symbol of a scalar, a length or an index."""
    if kind.type in ("length", "index"):
        return sympy.Symbol(name, integer=True, positive=True)
    return sympy.Symbol(name, **_ASSUMPTIONS.get(kind.domain, {kind.domain: True}))


def vector_base(name: str, kind: Kind) -> sympy.IndexedBase:
    """The SymPy base of a vector; its label carries the assumptions."""
    return sympy.IndexedBase(sympy.Symbol(name, **_ASSUMPTIONS[kind.domain]))


def length_symbol(length: Length) -> Scalar:
    """A length as a SymPy expression."""
    terms = [c * sympy.Symbol(n, integer=True, positive=True) for n, c in length.terms]
    return sympy.Add(Integer(length.constant), *terms)


def single(value: Scalar) -> Block:
    """The block of one value."""
    return Block(lambda _: value, None)


def _zipped(function: Callable[[Scalar, Scalar], Scalar], left: Block, right: Block) -> Block:
    return Block(remembered(lambda k: function(left.entry(k), right.entry(k))), left.length, left.excluded)


def remembered(entry: Callable[[Scalar], Scalar]) -> Callable[[Scalar], Scalar]:
    """Entries worked out once for each index, so that what nested functions repeat is worked out once."""
    known: dict[Scalar, Scalar] = {}

    def value(k: Scalar) -> Scalar:
        if k not in known:
            known[k] = entry(k)
        return known[k]

    return value


class BlockAlgebra:
    """Operations on blocks under given values of length names.

    ``written_out`` says whether blocks of literal length become single values, as proofs for a fixed N need.
    """

    def __init__(self, lengths: Mapping[str, Length | int] | None = None, *, written_out: bool = False) -> None:
        self.lengths = dict(lengths or {})
        self.written_out = written_out
        self.ranges: dict[Scalar, Length] = {}

    def fresh(self, length: Length, name: str = "k") -> Dummy:
        """A fresh bound index that runs over 1..length."""
        k = Dummy(name, integer=True, positive=True)
        self.ranges[k] = length
        return k

    def _blocks(self, entry: Callable[[Scalar], Scalar], length: Length, excluded: tuple[Scalar, ...] = ()) -> Vector:
        length = length.at(self.lengths)
        if self.written_out and length.is_literal:
            return self._written(Block(entry, length, excluded))
        return (Block(entry, length, excluded),)

    @staticmethod
    def _written(block: Block) -> Vector:
        assert block.length is not None
        if not block.length.is_literal or block.length.constant > MAX_EXPANDED:
            raise UnsupportedError(f"a vector of length {block.length} cannot be written out entry by entry")
        if any(not e.is_Integer for e in block.excluded):
            raise UnsupportedError("dropping an entry at an unknown index of a written-out vector")
        positions = [k for k in range(1, block.length.constant + 1) if Integer(k) not in block.excluded]
        return tuple(single(block.entry(Integer(k))) for k in positions)

    def align(self, left: Vector, right: Vector) -> tuple[Vector, Vector]:
        """Two vectors cut into the same blocks, or an error where their lengths do not settle how."""
        if [b.signature for b in left] == [b.signature for b in right]:
            return left, right
        written = tuple(
            tuple(single for b in v for single in ((b,) if b.length is None else self._written(b)))
            for v in (left, right)
        )
        if len(written[0]) != len(written[1]):
            raise ShapeError(f"vectors of lengths {len(written[0])} and {len(written[1])} do not fit together")
        return written[0], written[1]

    def entry(self, vector: Vector, index: Scalar) -> Scalar:
        """The entry at an index, if the blocks settle in which of them it lies."""
        number, place = self.locate(vector, index)
        return vector[number].entry(place)

    def locate(self, vector: Vector, index: Scalar) -> tuple[int, Scalar]:
        """The number of the block in which an index lies, and the index of the block's entry there."""
        offset = 0
        for number, block in enumerate(vector):
            if block.length is None:
                if index == offset + 1:
                    return number, index
                offset += 1
                continue
            place = self._within(index - offset, block, alone=len(vector) == 1)
            if place is not None:
                return number, place
            if not block.length.is_literal or any(not e.is_Integer for e in block.excluded):
                break
            offset += block.length.constant - len(set(block.excluded))
        raise UnsupportedError(f"an entry at index {index} of a vector put together from parts")

    def _within(self, index: Scalar, block: Block, *, alone: bool) -> Scalar | None:
        """The index in the block itself, if it lies there for every length; alone, a block has no entries elsewhere."""
        assert block.length is not None
        if not index.is_Integer:
            return index if self.ranges.get(index) == block.length and not block.excluded else None
        if index < 1 or any(not e.is_Integer for e in block.excluded):
            return None
        for excluded in sorted(set(block.excluded)):
            index = index + 1 if index >= excluded else index
        least = block.length.constant + sum(c for _, c in block.length.terms)
        return index if alone or index <= least else None

    def _each(self, function: Callable[[Scalar], Scalar], value: Value) -> Value:
        if isinstance(value, tuple):
            return tuple(block.map(function) for block in value)
        if isinstance(value, Matrix):
            entry = value.entry
            return Matrix(value.rows, value.columns, lambda a, i, b, j: function(entry(a, i, b, j)))
        return function(value)

    def _both(self, function: Callable[[Scalar, Scalar], Scalar], left: Value, right: Value) -> Value:
        if isinstance(left, Matrix) and isinstance(right, Matrix):
            self._same_blocks(left, right)
            return Matrix(
                left.rows, left.columns, lambda a, i, b, j: function(left.entry(a, i, b, j), right.entry(a, i, b, j))
            )
        if isinstance(left, tuple) and isinstance(right, tuple):
            left, right = self.align(left, right)
            return tuple(_zipped(function, p, q) for p, q in zip(left, right, strict=True))
        if isinstance(left, tuple | Matrix):
            return self._each(lambda x: function(x, right), left)
        return self._each(lambda y: function(left, y), right)

    @staticmethod
    def _same_blocks(left: Matrix, right: Matrix) -> None:
        for one, other in ((left.rows, right.rows), (left.columns, right.columns)):
            if [b.signature for b in one] != [b.signature for b in other]:
                raise UnsupportedError("matrices put together from unlike parts")

    def total(self, vector: Vector) -> Scalar:
        """The sum of the entries."""
        return sympy.Add(*(self._block_sum(b) for b in vector))

    def _block_sum(self, block: Block) -> Scalar:
        if block.length is None:
            return block.entry(Integer(1))
        k = self.fresh(block.length)
        left_out = sympy.Add(*(block.entry(e) for e in block.excluded))
        return IndexedSum(block.entry(k), (k, 1, length_symbol(block.length))) - left_out

    def family(self, vector: Vector) -> tuple[Tuple, ...]:
        """The entries as the members of a family (see :mod:`softsym.algebra.nodes`)."""
        members = []
        for block in vector:
            if block.length is None:
                members.append(Tuple(block.entry(Integer(1))))
            else:
                k = self.fresh(block.length)
                members.append(Tuple(block.entry(k), k, length_symbol(block.length), *block.excluded))
        return tuple(members)
