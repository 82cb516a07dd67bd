"""What code that writes in place calls besides NumPy: operations along the rows of a block, an array of two axes.

In memory either the entries of a row are adjacent, or ("by columns") those of neighbouring rows. Which way is the
fastest depends on that and on the length of the rows; the results differ by rounding alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from softsym.targets.near_one import BOUND, near_zero

Array = Any
FEW = 4
"""Rows up to this length are done one column after the other."""
SPREAD = 16
"""Rows up to this length get one value a row as an array of their own shape, longer ones by broadcasting."""
MANY = 512
"""Rows up to this length are added up by BLAS where a few ulp do not matter, longer ones by NumPy's pairwise sums."""
LANES = 32
"""Rows up to half this length are added up as they are: half an ulp for each of the few additions."""
PARTED = 96
"""Rows from this length on are added up in parts, if the parts can be of the same length: their rounding errors average
out."""
LONG, PART = 1024, 128
"""Rows from the first length on are added up in parts of the second; then the largest part, in which one entry may be
most of the whole, is added up again."""
EVEN = 20_000
"""Rows of normal numbers from this length on have no entry that is a large share of the sum."""
LEADING = np.int64(-1 << 36)
"""The bits that come first: a sign, an exponent and 16 binary places."""
STRIP = 40_000
"""Numbers of a block by columns that are added up at a time."""
ADJACENT, NO_BUFFER = 256, 128
"""Runs of at least so many adjacent numbers are worked on where they are, which a ufunc does if its buffer is short;
with a long one it copies them together with the value of each row, which pays for shorter runs."""

SAMPLE = 4096
"""Entries of a row that are looked at to guess what the others are like."""
FAR, NOTHING = -707.0, -746.0
"""Below the first ``np.exp`` takes a hundred times as long, below the second it gives 0."""


def by_columns(x: Array) -> bool:
    """Whether neighbouring rows, rather than the entries of a row, are adjacent in memory."""
    return bool(x.ndim == 2 and x.strides[0] == x.itemsize and len(x) > 1)


@cache
def ones(length: int) -> Array:
    """As many ones as rows up to ``MANY`` entries need; not to be written to."""
    return np.ones(length)


def row_sums(x: Array) -> Array:
    """The sums along the rows. Each addition may round by half an ulp of the total, so there must not be many."""
    length = x.shape[-1]
    if by_columns(x):
        return column_sums(x.T)[:, None]
    if length <= FEW:
        return _by_column(np.add, x)
    if length <= LANES // 2:
        return x.dot(ones(length))[:, None]
    return np.add.reduce(x, axis=-1, keepdims=True)


def share_sums(x: Array) -> Array:
    """The sums along the rows, for quotients by them, where each ulp counts."""
    length = x.shape[-1]
    if by_columns(x) and length > FEW:
        return _split_column_sums(x.T)[:, None]
    if length <= LANES // 2:
        return row_sums(x)
    return _split_sums(_part_sums(x))[:, None]


def _split_sums(x: Array) -> Array:
    """The sum of the leading bits of all entries, which is nearly exact, and of the others."""
    leading, weights = np.empty(x.shape), ones(x.shape[1])
    np.bitwise_and(x.view(np.int64), LEADING, out=leading.view(np.int64))
    total = leading.dot(weights)
    total += np.subtract(x, leading, out=leading).dot(weights)
    return total


def _part_sums(x: Array) -> Array:
    """The sums of parts of each row, where there are many."""
    rows, length = x.shape
    if length >= LONG:
        return _long_part_sums(x)
    size = part_size(length)
    return x.reshape(-1, size).dot(ones(size)).reshape(rows, -1) if size and x.flags.c_contiguous else x


def _long_part_sums(x: Array) -> Array:
    count = x.shape[1] // PART
    parts, rest = x[:, : count * PART].reshape(-1, count, PART), x[:, count * PART :]
    sums = np.empty((len(x), count + 1))
    np.add.reduce(parts, axis=-1, out=sums[:, :-1])
    np.add.reduce(rest, axis=-1, out=sums[:, -1])
    rows, largest = np.arange(len(x)), sums[:, :-1].argmax(axis=-1)
    sums[rows, largest] = _split_sums(parts[rows, largest])
    return sums


@cache
def part_size(length: int) -> int:
    """Of how many entries the equal parts of a row are; 0 if it cannot be parted, or is short."""
    sizes = [size for size in range(5, 11) if length % size == 0]
    return sizes[-1] if sizes and length >= PARTED else 0


def _split_column_sums(x: Array) -> Array:
    """The same as :func:`_split_sums` along the first axis, of parts where there are many."""
    if len(x) >= PARTED:
        x = _sums_of_pairs(x)
    leading, rest = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    count = max(8, STRIP // x.shape[1])
    parts = np.empty((count, x.shape[1]))
    for start in range(0, len(x), count):
        some = x[start : start + count]
        part = parts[: len(some)]
        np.bitwise_and(some.view(np.int64), LEADING, out=part.view(np.int64))
        leading += np.add.reduce(part, axis=0)
        rest += np.add.reduce(np.subtract(some, part, out=part), axis=0)
    return leading + rest


def column_sums(x: Array) -> Array:
    """The sums along the first axis, four at a time."""
    while len(x) > 4:
        cut = len(x) - len(x) % 4
        parts = np.add.reduce(x[:cut].reshape(-1, 4, x.shape[1]), axis=1)
        if cut < len(x):
            parts[0] += np.add.reduce(x[cut:], axis=0)
        x = parts
    return np.add.reduce(x, axis=0)


def _sums_of_pairs(x: Array) -> Array:
    """The sums of the first half and the second, entry by entry, and what is over."""
    half = len(x) // 2
    sums = np.empty((len(x) - half, x.shape[1]))
    np.add(x[:half], x[half : 2 * half], out=sums[:half])
    sums[half:] = x[2 * half :]
    return sums


def rough_row_sums(x: Array) -> Array:
    """The sums along the rows in float64 for a result with fewer digits: the fastest way."""
    if by_columns(x):
        return np.add.reduce(x, axis=-1, keepdims=True)
    length = x.shape[-1]
    if x.dtype != np.float64:
        size = part_size(length)
        x = x.reshape(-1, size).dot(np.ones(size, x.dtype)).reshape(len(x), -1) if size else x
        return x.dot(ones(x.shape[1]))[:, None]
    return x.dot(ones(length))[:, None] if FEW < length <= MANY else row_sums(x)


def row_maxima(x: Array) -> Array:
    """The maxima along the rows: for rows of moderate length their places are found faster."""
    if by_columns(x) or not x.flags.c_contiguous:
        return np.maximum.reduce(x, axis=-1, keepdims=True)
    if x.shape[-1] <= FEW:
        return _by_column(np.maximum, x)
    if x.shape[-1] > MANY:
        return np.maximum.reduce(x, axis=-1, keepdims=True)
    return x[np.arange(len(x)), x.argmax(axis=-1)][:, None]


def _by_column(operation: np.ufunc, x: Array) -> Array:
    if x.shape[-1] == 1:
        return x.copy()
    total = operation(x[:, 0], x[:, 1])
    for k in range(2, x.shape[-1]):
        operation(total, x[:, k], out=total)
    return total[:, None]


def product_sums(x: Array, y: Array) -> Array:
    """The sums of products along the rows."""
    if by_columns(x) or by_columns(y) or x.shape[-1] > MANY:
        return row_sums(np.multiply(x, y))
    return np.vecdot(x, y)[:, None]


def excess(x: Array) -> Array:
    """``sum(x) - 1`` along the rows, also where it is small, for entries from 0 to 1 of which the largest is 1."""
    if by_columns(x) and x.shape[-1] <= 2 * FEW:
        return _beside_the_largest(x.T)[:, None]
    rest = row_sums(x) - 1.0
    small = np.flatnonzero(rest[:, 0] < 1.0)
    if small.size:  # the sum without the largest entry
        rows = x[small]
        rows[np.arange(small.size), np.argmax(rows, axis=-1)] = 0.0
        rest[small] = row_sums(np.ascontiguousarray(rows))
    return rest


def relative_excess(x: Array, total: Array, largest: Array) -> Array:
    """``total/largest - 1`` along the rows, also where it is small: the other entries, all positive, to the largest."""
    if by_columns(x) and x.shape[-1] <= 2 * FEW:
        return _beside_the_largest(x.T)[:, None] / largest
    rest = total - largest
    small = np.flatnonzero(rest[:, 0] < largest[:, 0])
    if small.size:  # the sum without the largest entry
        rows = x[small]
        rows[np.arange(small.size), np.argmax(rows, axis=-1)] = 0.0
        rest[small] = row_sums(np.ascontiguousarray(rows))
    return rest / largest


def _beside_the_largest(x: Array) -> Array:
    """The sums along the first axis without the largest entry."""
    largest, rest = x[0].copy(), np.zeros(x.shape[1])
    lesser = np.empty(x.shape[1])
    for column in x[1:]:
        np.minimum(largest, column, out=lesser)
        np.maximum(largest, column, out=largest)
        np.add(rest, lesser, out=rest)
    return rest


def rowwise(operation: Callable[..., Array], x: Array, y: Array, out: Array) -> Array:
    """``operation(x, y, out=out)`` where one of the two has one value a row."""
    rows, length = out.shape
    if (rows if by_columns(out) else length) >= ADJACENT:
        return unbuffered(operation, x, y, out)
    if not 1 < length <= SPREAD or rows < 2 or by_columns(out):
        return operation(x, y, out=out)
    if length > FEW:
        row = ones(length)[None]
        x, y = (v.dot(row) if v.shape == (rows, 1) else v for v in (x, y))
        return operation(x, y, out=out)
    for k in range(length):
        operation(_column(x, k), _column(y, k), out=out[:, k])
    return out


def unbuffered(operation: Callable[..., Array], x: Array, y: Array, out: Array) -> Array:
    """``operation(x, y, out=out)``, with long runs of adjacent numbers."""
    usual = np.setbufsize(NO_BUFFER)
    operation(x, y, out=out)
    np.setbufsize(usual)
    return out


def shares(x: Array, total: Array, out: Array) -> Array:
    """The quotients of rows by their sums; by products, which round twice, where the sums are as good as exact: of
    few entries, or of so many that none is a large part."""
    if PARTED <= x.shape[-1] < EVEN:
        return rowwise(np.divide, x, total, out)
    return rowwise(np.multiply, x, 1.0 / total, out)


def exponentials(x: Array, out: Array) -> Array:
    """``np.exp(x, out=out)``, without its slow ways to 0 where many entries of the first rows are that far down."""
    first = x[: 1 + len(x) // 16, :SAMPLE]
    if 16 * np.count_nonzero(first < FAR) < first.size:
        return np.exp(x, out=out)
    near = x >= FAR
    small = (x > NOTHING) > near
    rest = x[small] if np.count_nonzero(small) else None
    np.exp(np.maximum(x, FAR, out=out), out=out)
    np.multiply(out, near, out=out)
    if rest is not None:
        out[small] = np.exp(rest)
    return out


def _column(x: Array, k: int) -> Array:
    """A column of an array, of one value a row or of one value."""
    return x if not x.ndim else x[:, min(k, x.shape[1] - 1)]


def single_excess(x: Array) -> Any:
    """:func:`excess` of one row, an array of one axis."""
    rest = np.add.reduce(x) - 1.0
    if rest < 1.0:
        others = x.copy()
        others[others.argmax()] = 0.0
        rest = np.add.reduce(others)
    return rest


def single_relative_excess(x: Array, total: Any, largest: Any) -> Any:
    """:func:`relative_excess` of one row."""
    rest = total - largest
    if rest < largest:
        others = x.copy()
        others[others.argmax()] = 0.0
        rest = np.add.reduce(others)
    return rest / largest


def single_near_zero(value: Any, x: Array) -> Any:
    """:func:`near_zero` of one row."""
    return near_zero(np.array([[value]]), x[None], BOUND)[0, 0] if abs(value) < BOUND else value
