"""Programs in stages, for rows too long to be worked on as a whole: a pass over the data for each level of reductions.

A sum, product, maximum or minimum over a row is that of its parts, so that a reduction can be taken chunk by chunk;
what depends on it waits for the next pass. Memory is that of a chunk, whatever the length of the rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from softsym.targets.program import REDUCTIONS, Op, Program, steps
from softsym.targets.totals import totals

NEEDS_ALL = frozenset(("onehot_argmax", "sparsemax", "counter", "drop", "take", "concat", "list", "relative_excess"))


@dataclass(frozen=True)
class Stages:
    """The passes: ``levels`` hold (head, name) of the reductions of each, ``programs`` give their values on a chunk.

    The last program is the result, with the reductions as scalars by their names. ``totals`` are the names of those
    that tell whether shifts are needed.
    """

    levels: tuple[tuple[tuple[str, str], ...], ...]
    programs: tuple[Program, ...]
    totals: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all reductions."""
        return tuple(name for level in self.levels for _, name in level)


def in_stages(program: Program) -> Stages | None:
    """The stages of a program with one slot, or ``None`` where an operation needs whole rows."""
    order = steps(program.result)
    if program.rank != 1 or any(op.head in NEEDS_ALL for op in order):
        return None
    depth: dict[Op, int] = {}
    for op in order:
        below = max((depth[a] for a in op.args), default=0)
        depth[op] = below + (op.head in REDUCTIONS)
    done: dict[Op, Op] = {}
    levels, programs = [], []
    for level in range(1, max(depth.values(), default=0) + 1):
        members = [op for op in order if op.head in REDUCTIONS and depth[op] == level]
        names = [f"r_{level}_{k}" for k in range(len(members))]
        values = [_replaced(op, done) for op in members]
        programs.append(Program(Op("tuple", tuple(values)), (), 1))
        levels.append(tuple((op.head, name) for op, name in zip(members, names, strict=True)))
        for op, name in zip(members, names, strict=True):
            done[op] = Op("input", data=(name, None))
    programs.append(Program(_replaced(program.result, done), program.order, 1))
    told = tuple(str(done[total].data[0]) for total in totals(program))
    return Stages(tuple(levels), tuple(programs), told)


def _replaced(op: Op, done: dict[Op, Op]) -> Op:
    if op in done:
        return done[op]
    args = tuple(_replaced(a, done) for a in op.args)
    return op if args == op.args else Op(op.head, args, op.slots, op.data)
