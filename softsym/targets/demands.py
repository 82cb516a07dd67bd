"""The entries that a program takes by their position, and which lengths must therefore be how large."""

from __future__ import annotations

from collections.abc import Mapping

from softsym.errors import ShapeError
from softsym.symbols import Length
from softsym.targets.program import Op, Program, steps

Demand = tuple[Length, Length]


def demands(program: Program) -> tuple[Demand, ...]:
    """Pairs of a length and what it must at least be, where the lengths' names alone do not tell.

    >>> from softsym import parse
    >>> from softsym.targets.numpy import generated
    >>> found = demands(generated(parse("z[3] + w[i] where w: vector(M)")).program)
    >>> [(str(size), str(least)) for size, least in found]
    [('N', '3'), ('M', 'N')]
    """
    found = [pair for op in steps(program.result) for pair in _of(op)]
    return tuple(pair for pair in dict.fromkeys(found) if not _always(*pair))


def _of(op: Op) -> list[Demand]:
    if op.head in ("take", "drop"):
        slot, position = op.data
        assert isinstance(slot, int)
        assert isinstance(position, int)
        return [(op.args[0].length(slot), Length.of(max(position + 1, 2 if op.head == "drop" else 1)))]
    if op.head == "drop_each":
        slot = op.data[0]
        assert isinstance(slot, int)
        return [(op.args[0].length(slot), Length.of(2))]
    if op.head == "resize":
        slot, size = op.data
        assert isinstance(slot, int)
        assert isinstance(size, Length)
        return [(op.args[0].length(slot), size)]
    return []


def _always(size: Length, least: Length) -> bool:
    """Whether the length suffices for all values of its names, which are at least 1."""
    spare = size - 0
    for name, factor in least.terms:
        spare = spare + Length(((name, -factor),), 0)
    spare = spare - least.constant
    return all(f >= 0 for _, f in spare.terms) and spare.constant + sum(f for _, f in spare.terms) >= 0


def check_lengths(found: tuple[Demand, ...], sizes: Mapping[str, int], label: str) -> None:
    """Raise :class:`~softsym.errors.ShapeError` where a vector is too short for an entry that is taken."""
    for size, least in found:
        given, wanted = size.value(sizes), least.value(sizes)
        if given < wanted:
            raise ShapeError(
                f"{label} takes entry {wanted} of a vector of length {given}; give at least {wanted} entries"
            )
