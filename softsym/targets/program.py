"""The array program: elementwise steps and reductions along numbered axes, between an expression and its source code.

A vector's entries and every index run along an axis, called a *slot*. An operation's result has some of the slots; an
array lacks the others (they have length 1) and broadcasts along them. Batch axes stand in front and are never touched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from softsym.symbols import Length

Slots = tuple[tuple[int, Length], ...]

REDUCTIONS = frozenset(("sum", "max", "min", "prod"))


@dataclass(frozen=True)
class Op:
    """One operation: its operands, the slots of its result with their lengths, and what else it needs to know."""

    head: str
    args: tuple[Op, ...] = ()
    slots: Slots = ()
    data: tuple[object, ...] = ()
    _hash: int = field(default=0, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.head, self.args, self.slots, self.data)))

    def __hash__(self) -> int:
        return self._hash

    def has(self, slot: int) -> bool:
        """Whether the result varies along the slot."""
        return any(s == slot for s, _ in self.slots)

    def length(self, slot: int) -> Length:
        """The length of a slot that the result has."""
        return next(n for s, n in self.slots if s == slot)


@dataclass(frozen=True)
class Program:
    """A program: what it computes, the slots of its result in their order, and how many slots there are."""

    result: Op
    order: tuple[int, ...]
    rank: int


def joined(*ops: Op) -> Slots:
    """The slots of an elementwise operation's result."""
    found: dict[int, Length] = {}
    for op in ops:
        found.update(op.slots)
    return tuple(sorted(found.items()))


def elementwise(head: str, *args: Op) -> Op:
    """An operation entry by entry; operations on numbers alone are left to the source."""
    return Op(head, args, joined(*args))


def constant(value: Fraction | int) -> Op:
    """A number."""
    return Op("number", data=(Fraction(value),))


def length(value: Length) -> Op:
    """A length as a number."""
    return constant(value.constant) if value.is_literal else Op("length", data=(value,))


def reduction(head: str, value: Op, slot: int, size: Length) -> Op:
    """A reduction along a slot; a value that does not vary along it is repeated ``size`` times."""
    if value.has(slot):
        return Op(head, (value,), tuple(s for s in value.slots if s[0] != slot), (slot,))
    if head == "sum":
        return elementwise("mul", length(size), value)
    return elementwise("pow", value, length(size)) if head == "prod" else value


def steps(result: Op, smallest_first: bool = False) -> list[Op]:
    """The operations in an order in which each comes after its operands, without repetitions.

    With ``smallest_first`` the operands that vary along no slot come before the others, so that few large ones are
    held at a time.
    """
    order: list[Op] = []
    seen: set[Op] = set()
    stack: list[tuple[Op, bool]] = [(result, False)]
    while stack:
        op, ready = stack.pop()
        if ready:
            order.append(op)
        elif op not in seen:
            seen.add(op)
            stack.append((op, True))
            operands = op.args[::-1]
            later = sorted(operands, key=lambda a: not a.slots) if smallest_first else operands
            stack.extend((a, False) for a in later)
    return order
