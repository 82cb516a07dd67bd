"""Functions of expressions on dask arrays: lazy, and along a chunked axis a tree of partial results.

=================================  ====================================================================================
the vectors' axis                  how
=================================  ====================================================================================
in one chunk                       the NumPy function on every block of rows, with all that it can do
in chunks, a program of sums,      a pass for each level (:mod:`softsym.targets.partials`): every chunk gives a few
products, maxima, minima           numbers a row, which merge as a tree; then, if the result has entries, one more pass
in chunks, other programs          the same text as for PyTorch and JAX, on dask's own functions
=================================  ====================================================================================

No step brings a whole row together. A chunk that is lost with its worker is computed again from what it was made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from softsym.errors import ShapeError, UnsupportedError
from softsym.expression import Expr
from softsym.language.printer import to_text
from softsym.targets.demands import check_lengths
from softsym.targets.driver import bind, destinations, prepared
from softsym.targets.kernels import EntryKernel, Kernel, PassKernel, kernel, pass_kernel
from softsym.targets.lazy_arrays import is_lazy
from softsym.targets.numpy import ArrayFunction, Generated, generated
from softsym.targets.partials import passes
from softsym.targets.simplify import with_ones
from softsym.targets.tensors import Library, check_names, compiled, shaped

Array = Any


class Dask(Library):
    """dask, where rows are in chunks and a program needs more than sums and maxima of them."""

    name, package = "dask", "dask.array"
    names: Mapping[str, str] = {
        "amax": "max",
        "amin": "min",
        "broadcast_shapes": "core.broadcast_shapes",
        "falling": "",  # nothing sorts along chunks
    }


DASK = Dask()


class DaskFunction:
    """A function of an expression's names on dask arrays; see :func:`softsym.lambdify`.

    Called as ``f(*values, axis=-1, accuracy="fast")``; nothing is computed before the result is. ``accuracy="high"``
    needs the vectors' axis in one chunk. ``source`` is the NumPy function that blocks of whole rows go through.
    """

    def __init__(self, expr: Expr, axis: int = -1) -> None:
        self.expr, self.axis, self._label = expr, axis, str(expr)
        self._made = generated(expr)
        check_names(self._made)
        self.names = self._made.parameters
        self.symbols = (*self._made.vectors, *self._made.scalars)
        self.source = ArrayFunction(expr, axis).source
        self.__doc__ = f"{to_text(expr)} as a function of {', '.join(self.names) or 'nothing'}, for dask."

    def __repr__(self) -> str:
        return f"lambdify({str(self.expr)!r}, modules='dask')"

    def __call__(self, *values: Any, **options: Any) -> Any:
        body = self._made.body
        given, chosen = bind(body, values, {"axis": self.axis, "accuracy": "fast"} | options, self._label)
        refused = sorted(set(chosen) - {"axis", "accuracy"})
        if refused:
            raise UnsupportedError(f"{', '.join(refused)} is not for dask arrays; choose entries before the call")
        axis, high = chosen["axis"], chosen["accuracy"] == "high"
        _refuse_unknown_chunks(given)
        known = {n: v if n in body.lengths or not is_lazy(v) else shaped(v, v.dtype) for n, v in given.items()}
        call = prepared(body, known, axis, None)
        check_lengths(self._made.body.demands, call.sizes, self._label)
        task = _Task(self._made, call, {n: v for n, v in given.items() if n not in body.lengths}, axis)
        return _placed(task.result(high, self._label), len(body.result), axis)


def _refuse_unknown_chunks(given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        if is_lazy(value) and any(np.isnan(size) for size in value.shape):
            raise ShapeError(f"{name} has chunks of unknown size; compute_chunk_sizes() finds them")


class _Task:
    """One call: the arguments as arrays with their entries last, and how the result is put together."""

    def __init__(self, made: Generated, call: Any, given: Mapping[str, Any], axis: int) -> None:
        self.made, self.call = made, call
        self.da = DASK.module
        arrays = {n: v if is_lazy(v) else self.da.asarray(np.asarray(v)) for n, v in given.items()}
        self.vectors = {v.name: self.da.moveaxis(arrays[v.name], axis, -1) for v in made.vectors}
        self.scalars = {s.name: arrays[s.name] for s in made.scalars}
        self.ones = frozenset(n for n in self.scalars if isinstance(given[n], int | float) and given[n] == 1)
        self.batch = tuple(range(len(call.batch)))
        self.entry = len(self.batch)

    def result(self, high: bool, label: str) -> Array:
        """The result with its own axes last."""
        if all(len(v.chunks[-1]) == 1 for v in self.vectors.values()):
            return self.on_whole_rows("high" if high else "fast")
        if high:
            raise UnsupportedError(f"{label}: accuracy='high' needs whole rows; rechunk the axis to one chunk")
        plan = planned(self.made.expr, self.ones) if self.made.uniform else None
        return self.by_text() if plan is None else self.in_passes(*plan)

    def on_whole_rows(self, accuracy: str) -> Array:
        """The NumPy function on every block of rows."""
        arguments: list[Any] = []
        for n, vector in enumerate(self.vectors.values()):
            arguments += [vector, (*self.ids(vector, 1), self.entry + n)]
        for scalar in self.scalars.values():
            arguments += [scalar, self.ids(scalar, 0)]
        own = [self.entry + len(self.vectors) + k for k in range(len(self.made.body.result))]
        sizes = [length.value(self.call.sizes) for length in self.made.body.result]
        told = [self.call.sizes[n] for n in self.made.body.lengths]
        work = WholeRows(self.made.expr, accuracy, tuple(told), self.call.dtype)
        return self.blocks(work, (*self.batch, *own), arguments, self.call.dtype, dict(zip(own, sizes, strict=True)))

    def ids(self, array: Array, own: int) -> tuple[int, ...]:
        """The batch axes that an argument has."""
        return self.batch[len(self.batch) - (array.ndim - own) :]

    def blocks(self, work: Any, out: tuple[int, ...], arguments: list[Any], dtype: Any, new: Any, **more: Any) -> Array:
        """A function of blocks, for every block."""
        meta = np.empty((0,) * len(out), dtype)
        options = {"concatenate": True, "dtype": dtype, "meta": meta, "new_axes": new or None, "name": None}
        return self.da.blockwise(work, out, *arguments, **(options | more))

    def in_passes(self, plan: tuple[PassKernel, ...], final: Kernel) -> Array:
        """The reductions, a pass for each level, then the result."""
        found: list[tuple[tuple[str, ...], Array]] = []
        for kernels in plan:
            found.append(((*kernels.work.names, *kernels.kept), self.reduced(kernels, found)))
        last = EntryKernel(final, tuple(self.vectors), self.call.dtype)
        entries = bool(self.made.body.result)
        arguments, told = self.arguments(found, entries)
        on_blocks = OnBlocks(last.on_chunk if entries else last.on_row, told, self.numbers)
        result = self.blocks(on_blocks, (*self.batch, self.entry), arguments, self.call.dtype, None)
        return result if entries else result[..., 0]

    @cached_property
    def numbers(self) -> tuple[tuple[str, float], ...]:
        """The lengths of whole rows."""
        return tuple((name, float(size)) for name, size in self.call.sizes.items())

    def arguments(self, found: list[tuple[tuple[str, ...], Array]], entries: bool = True) -> tuple[list[Any], Told]:
        """The arrays of a step with their axes, and the names of what stands in each."""
        arrays: list[Any] = []
        told: list[tuple[str, ...]] = []
        if entries:
            for name, vector in self.vectors.items():
                arrays += [vector, (*self.ids(vector, 1), self.entry)]
                told.append((name,))
        for name, scalar in self.scalars.items():
            spread = scalar[..., None] if scalar.ndim else scalar
            arrays += [spread, (*self.ids(scalar, 0), self.entry) if scalar.ndim else ()]
            told.append((name,))
        for n, (names, reductions) in enumerate(found):
            arrays += [reductions, (*self.batch, self.entry, self.entry + 2 + n)]
            told.append(("", *names))
        return arrays, tuple(told)

    def reduced(self, kernels: PassKernel, found: list[tuple[tuple[str, ...], Array]]) -> Array:
        """The values ``batch + (1, width)`` of a pass: partial results of chunks, merged as a tree."""
        arguments, told = self.arguments(found)
        out = (*self.batch, self.entry, self.entry + 1)
        work = OnBlocks(kernels.on_chunk, told, self.numbers)
        new = {self.entry + 1: kernels.width}
        parts = self.blocks(work, out, arguments, float, new, adjust_chunks={self.entry: 1})
        merge = Merge(kernels)
        return self.da.reduction(
            parts, merge, merge, combine=merge, axis=self.entry, keepdims=True, dtype=float, concatenate=True,
            meta=np.empty((0,) * parts.ndim),
        )  # fmt: skip

    def by_text(self) -> Array:
        """The program on dask's own functions."""
        function = compiled(self.made.expr, DASK)
        arrays = [a.astype(float) for a in (*self.vectors.values(), *self.scalars.values())]
        told = [self.call.sizes[n] for n in self.made.body.lengths]
        return function(*arrays, *told).astype(self.call.dtype)


@lru_cache(maxsize=128)
def planned(expr: Expr, ones: frozenset[str]) -> tuple[tuple[PassKernel, ...], Kernel] | None:
    """What is done on the chunks of an expression's vectors, with some scalars 1; ``None`` if that needs whole rows."""
    made = generated(expr)
    plan = passes(with_ones(made.program, ones))
    if plan is None:
        return None
    vectors = tuple(v.name for v in made.vectors)
    return tuple(pass_kernel(work, vectors, made.sizes) for work in plan[0]), kernel(plan[1], made.sizes)


Told = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class WholeRows:
    """The NumPy function of an expression, to be sent to other processes."""

    expr: Expr
    accuracy: str
    lengths: tuple[int, ...]
    dtype: Any

    def __call__(self, *values: Any) -> Array:
        function = _array_function(self.expr)
        return np.asarray(function(*values, *self.lengths, axis=-1, accuracy=self.accuracy), self.dtype)


@lru_cache(maxsize=64)
def _array_function(expr: Expr) -> ArrayFunction:
    return ArrayFunction(expr)


@dataclass(frozen=True)
class OnBlocks:
    """A kernel on blocks, to be sent to other processes; a block told by "" first holds values along its last axis."""

    work: Callable[[Mapping[str, Any]], Array]
    told: Told
    numbers: tuple[tuple[str, float], ...]

    def __call__(self, *blocks: Any) -> Array:
        values: dict[str, Any] = dict(self.numbers)
        for names, block in zip(self.told, blocks, strict=True):
            several = {n: block[..., k] for k, n in enumerate(names[1:])}
            values |= several if not names[0] else {names[0]: block}
        return self.work(values)


@dataclass(frozen=True)
class Merge:
    """The partial results of neighbouring chunks as one."""

    kernels: PassKernel

    def __call__(self, parts: Array, axis: Any, keepdims: bool) -> Array:
        with np.errstate(all="ignore"):
            return self.kernels.merged(parts)


def _placed(result: Array, count: int, axis: int) -> Array:
    """The result with its last axes in the place of the vectors' axis."""
    return DASK.module.moveaxis(result, range(-count, 0), destinations(count, axis)) if count and axis != -1 else result
