"""What is computed on the chunks of a row, and how its results merge: functions that can be sent to other processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from softsym.targets import shared_functions
from softsym.targets.array_source import Place, SharedWriter
from softsym.targets.partials import Pass
from softsym.targets.program import Op, Program, steps
from softsym.targets.rows import row_maxima, row_sums

Array = Any
CELL = 1 << 16
"""Numbers that are worked on at a time: what is made of them stays in the cache, and in memory that is kept for it."""
_HUGE = float(np.finfo(float).max)
_NEAR_ONE = 1.5
"""From here on the rounding of a sum changes its logarithm by less than 2.5 ulp."""
_SHIFTS = frozenset(("max", "min"))


@dataclass(frozen=True)
class Kernel:
    """A program as the text of a NumPy function of names."""

    names: tuple[str, ...]
    text: str

    def __call__(self, values: Mapping[str, Any]) -> Any:
        return _compiled(self.text)(*(values[name] for name in self.names))


@lru_cache(maxsize=512)
def _compiled(text: str) -> Callable[..., Any]:
    space: dict[str, Any] = {"xp": np, "sums": _sums, "maxima": _maxima}
    space |= {name: value for name, value in vars(shared_functions).items() if callable(value)}
    exec(compile(text, "<softsym chunks>", "exec"), space)
    return space["body"]  # type: ignore[no-any-return]


def kernel(program: Program, sizes: Mapping[str, str]) -> Kernel:
    """The kernel of a program; ``sizes`` are the texts of lengths within a chunk."""
    inside = " ".join(sizes.values())
    names = dict.fromkeys(_name(op) for op in steps(program.result) if op.head in ("input", "length"))
    if any(op.head == "fill" for op in steps(program.result)):
        names |= dict.fromkeys(part.split(".")[0] for part in inside.split())
    writer = _RowWriter(program, set(names), Place("float", "", sizes), "")
    lines, result = writer.write()
    if program.result.head in ("number", "constant"):
        result = writer.array(program.result)
    constants = [f"{k} = {float(v)!r}" for k, v in writer.constants.items()]
    body = [*constants, *lines, f"return {result}"]
    return Kernel(tuple(names), "\n".join([f"def body({', '.join(names)}):", *(f"    {line}" for line in body)]))


class _RowWriter(SharedWriter):
    """The shared text, with the faster ways to add up rows."""

    def reduction(self, op: Op) -> str:
        name = {"sum": "sums", "max": "maxima"}.get(op.head)
        return f"{name}({self.texts[op.args[0]][0]})" if name else super().reduction(op)


def _sums(x: Array) -> Array:
    return row_sums(x) if x.ndim == 2 else np.add.reduce(x, axis=-1, keepdims=True)


def _maxima(x: Array) -> Array:
    return row_maxima(x) if x.ndim == 2 else np.maximum.reduce(x, axis=-1, keepdims=True)


def _name(op: Op) -> str:
    return str(op.data[0])


@dataclass(frozen=True)
class PassKernel:
    """A pass on the chunks of rows: ``vectors`` are cut into chunks, all else has one value a row.

    The partial results of a chunk stand along the last axis of an array: those of the pass by their names, and what its
    factors need besides (``kept``).
    """

    work: Pass
    plain: Kernel
    riders: Kernel
    quick: Kernel
    factors: Kernel
    kept: tuple[str, ...]
    vectors: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many numbers a partial result has."""
        return len(self.work.names) + len(self.kept)

    def on_chunk(self, values: Mapping[str, Any]) -> Array:
        """The partial result ``batch + (1, width)`` of a chunk; first the reductions that others wait for."""
        batch = batch_of(values)
        with np.errstate(all="ignore"):
            plain = self.over_cells(self.plain, self.work.heads, values, batch)
            found = dict(zip(self.work.names, plain, strict=False))
            shifts = [n for n, head in zip(self.work.names, self.work.heads, strict=False) if head in _SHIFTS]
            given = {**values, **found, **{n: np.clip(found[n], -_HUGE, _HUGE) for n in shifts}}
            columns = [*plain, *self.sums(given, batch), *(values[name] for name in self.kept)]
        return np.stack([np.broadcast_to(column, (*batch, 1)) for column in columns], axis=-1)

    def sums(self, values: Mapping[str, Any], batch: tuple[int, ...]) -> list[Array]:
        """The riders' sums; whole and broken parts apart only for rows where their sum is close to 1."""
        heads = ("sum",) * len(self.work.rider_names)
        if not self.work.rests:
            return self.over_cells(self.riders, heads, values, batch)
        found = self.over_cells(self.quick, heads, values, batch)
        small = np.any([found[rest] < _NEAR_ONE for _, rest in self.work.rests], axis=0)[..., 0]
        if small.any():
            rows = {n: _chosen(v, small) for n, v in values.items()}
            exact = self.over_cells(self.riders, heads, rows, (int(small.sum()),))
            for sums, part in zip(found, exact, strict=True):
                sums[small] = part
        return found

    def over_cells(
        self, work: Kernel, heads: tuple[str, ...], values: Mapping[str, Any], batch: tuple[int, ...]
    ) -> list[Array]:
        """Some reductions ``batch + (1,)`` of a chunk, worked on in cells."""
        found = [np.empty((*batch, 1)) for _ in heads]
        for rows, cells in cells_of(values, self.vectors, batch) if heads else ():
            parts = [work(cell) for _, cell in cells]
            for n, head in enumerate(heads):
                several = [np.atleast_1d(part[n]) for part in parts]
                found[n][rows] = several[0] if len(several) == 1 else _REDUCED[head](np.concatenate(several, axis=-1))
        return found

    def merged(self, parts: Array) -> Array:
        """The partial results ``batch + (count, width)`` of several chunks as one ``batch + (1, width)``."""
        columns = {name: parts[..., n] for n, name in enumerate((*self.work.names, *self.kept))}
        done = {n: _REDUCED[h](columns[n]) for n, h in zip(self.work.names, self.work.heads, strict=False)}
        done |= {n: columns[n][..., :1] for n in self.kept}
        moves = {f"old_{n}": np.clip(columns[n], -_HUGE, _HUGE) for n in done}
        moves |= {f"new_{n}": np.clip(done[n], -_HUGE, _HUGE) for n in done}
        factors = self.factors(columns | moves)
        sums = self.rescaled([columns[n] for n in self.work.rider_names], factors)
        done |= {n: s.sum(axis=-1, keepdims=True) for n, s in zip(self.work.rider_names, sums, strict=True)}
        return np.stack([done[n] for n in (*self.work.names, *self.kept)], axis=-1)

    def rescaled(self, sums: list[Array], factors: tuple[Array, ...]) -> list[Array]:
        """The riders of each part as they are with the shifts of all."""
        changed = [s * f for s, f in zip(sums, factors, strict=True)]
        for whole, rest in self.work.rests:
            same = np.equal(factors[whole], 1.0)
            moved = (sums[whole] + sums[rest]) * factors[whole]
            changed[whole] = np.where(same, sums[whole], 0.0)
            changed[rest] = np.where(same, sums[rest], moved)
        return changed


_REDUCED: dict[str, Callable[[Array], Array]] = {
    "max": lambda x: np.max(x, axis=-1, keepdims=True),
    "min": lambda x: np.min(x, axis=-1, keepdims=True),
    "sum": lambda x: np.sum(x, axis=-1, keepdims=True),
    "prod": lambda x: np.prod(x, axis=-1, keepdims=True),
}


def pass_kernel(work: Pass, vectors: tuple[str, ...], sizes: Mapping[str, str]) -> PassKernel:
    """The kernels of a pass."""
    factors = kernel(work.factors, {})
    kept = tuple(n for n in factors.names if not n.startswith(("old_", "new_")))
    plain, riders, quick = (kernel(program, sizes) for program in (work.plain, work.riders, work.quick))
    return PassKernel(work, plain, riders, quick, factors, kept, vectors)


def _chosen(value: Any, rows: Array) -> Any:
    """The chosen rows of an array with entries last; one without batch axes stays as it is."""
    if np.ndim(value) <= 1:
        return value
    return np.broadcast_to(value, (*rows.shape, value.shape[-1]))[rows]


def batch_of(values: Mapping[str, Any]) -> tuple[int, ...]:
    """The batch axes of arrays whose last axis is that of the entries, or has length 1."""
    return tuple(np.broadcast_shapes(*(np.shape(v)[:-1] for v in values.values() if np.ndim(v))))


Cells = Iterator[tuple[slice, dict[str, Any]]]


Rows = Iterator[tuple[Any, Cells]]


def cells_of(values: Mapping[str, Any], vectors: tuple[str, ...], batch: tuple[int, ...]) -> Rows:
    """Runs of rows along the first batch axis, each with the runs of entries that make a cell together."""
    length = max(np.shape(values[name])[-1] for name in vectors)
    others = int(np.prod(batch[1:], dtype=np.int64))
    rows = max(1, CELL // max(1, others * min(length, CELL)))
    if not batch:
        yield (), _entries(values, vectors, CELL)
        return
    for start in range(0, batch[0], rows):
        run = slice(start, start + rows)
        part = {n: v[run] if np.ndim(v) == len(batch) + 1 and len(v) > 1 else v for n, v in values.items()}
        yield run, _entries(part, vectors, max(1, CELL // max(1, others * min(rows, batch[0]))))


def _entries(values: Mapping[str, Any], vectors: tuple[str, ...], step: int) -> Cells:
    length = max(np.shape(values[name])[-1] for name in vectors)
    for start in range(0, length, step):
        place = slice(start, start + step)
        yield place, {n: np.asarray(v[..., place], float) if n in vectors else v for n, v in values.items()}


@dataclass(frozen=True)
class EntryKernel:
    """The last step: a number for each entry of a chunk, given the reductions."""

    final: Kernel
    vectors: tuple[str, ...]
    dtype: Any

    def on_chunk(self, values: Mapping[str, Any]) -> Array:
        """The result ``batch + (n,)`` of a chunk."""
        batch = batch_of(values)
        length = max(np.shape(values[name])[-1] for name in self.vectors)
        out = np.empty((*batch, length), self.dtype)
        with np.errstate(all="ignore"):
            for rows, cells in cells_of(values, self.vectors, batch):
                for place, cell in cells:
                    out[rows][..., place] = self.final(cell)
        return out

    def on_row(self, values: Mapping[str, Any]) -> Array:
        """The result ``batch`` of a program without entries, given the reductions."""
        with np.errstate(all="ignore"):
            result = np.asarray(self.final(values))
        return np.broadcast_to(result, (*batch_of(values), 1)).astype(self.dtype)
