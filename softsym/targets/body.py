"""What is generated for an expression, and what a call of it brings: bodies, their variants, and arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from softsym.errors import UnsupportedError
from softsym.symbols import Length
from softsym.targets.arithmetic import DOUBLES, Arithmetic
from softsym.targets.demands import Demand
from softsym.targets.program import Program, steps
from softsym.targets.stages import Stages
from softsym.targets.totals import LARGEST

Array = Any


@dataclass(frozen=True)
class Variant:
    """How a body is written: for which arithmetic, with left-out entries, writing in place, with or without shifts.

    ``ones`` are the scalars that it takes to be 1. What writes in place is for blocks of rows; it is ``narrow`` if the
    result has fewer digits than float64; in ``single_precision`` the inputs stay as they are, and sums alone have more.
    What is for a ``single`` row has numbers in the place of reductions. Without shifts both give, besides the result,
    the totals that tell whether shifts were needed.
    """

    arithmetic: Arithmetic = DOUBLES
    masked: bool = False
    in_place: bool = False
    shifted: bool = True
    single: bool = False
    narrow: bool = False
    single_precision: bool = False
    ones: frozenset[str] = frozenset()


PLAIN = Variant()


def _no_stage(level: int, variant: Variant) -> Callable[..., Any]:
    raise UnsupportedError(f"this body has no stage {level}")


@dataclass(frozen=True)
class Body:
    """A generated body: its parameters, and the lengths and slots of its result's axes.

    ``unshifted`` is its program without shifts; if all totals that this gives lie between 1 and ``highest`` for the
    scalars that are 1, shifts were not needed (``highest`` is 0 if no totals tell that). A ``uniform`` one can write in
    place, into so many ``arrays``.
    """

    vectors: tuple[tuple[str, Length], ...]
    scalars: tuple[str, ...]
    lengths: tuple[str, ...]
    result: tuple[Length, ...]
    order: tuple[int, ...]
    rank: int
    run: Callable[[Variant], Callable[..., Any]]
    highest: Callable[[frozenset[str]], float]
    unshifted: Program | None = None
    uniform: bool = False
    arrays: int = 0
    logarithmic: bool = False
    demands: tuple[Demand, ...] = ()
    stages: Callable[[Variant], Stages | None] = field(default=lambda variant: None)
    run_stage: Callable[[int, Variant], Callable[..., Any]] = field(default=_no_stage)

    @cached_property
    def for_one_row(self) -> tuple[Callable[..., Any], Callable[..., Any], float]:
        """The functions for a single row, with shifts and without, and up to where totals of the latter are trusted."""
        return self._for_one_row(frozenset())

    @cached_property
    def for_one_row_of_ones(self) -> tuple[Callable[..., Any], Callable[..., Any], float]:
        """The same where all scalars are 1."""
        return self._for_one_row(frozenset(self.scalars))

    def _for_one_row(self, ones: frozenset[str]) -> tuple[Callable[..., Any], Callable[..., Any], float]:
        shifted = Variant(single=True, ones=ones)
        return self.run(shifted), self.run(replace(shifted, shifted=False)), self.highest(ones)

    @cached_property
    def one_length(self) -> bool:
        """Whether all vectors have the same length, given by a name."""
        return len({length for _, length in self.vectors}) == 1 and not self.vectors[0][1].is_literal

    @cached_property
    def has_maxima_unshifted(self) -> bool:
        """Whether the program without shifts still takes the maximum of a row."""
        return self.unshifted is not None and any(op.head == "max" for op in steps(self.unshifted.result))

    def is_log_sum(self, highest: float) -> bool:
        """Whether it is the logarithm of a sum of exponentials of inputs, where ``highest`` is that of its totals."""
        result = self.unshifted.result if self.unshifted is not None else None
        return highest == LARGEST and result is not None and result.head == "log" and result.args[0].head == "sum"

    def may_overflow(self, highest: float) -> bool:
        """Whether differences to a maximum may overflow though totals up to ``highest`` do not tell: if multiplied."""
        return self.has_maxima_unshifted and highest < LARGEST

    @cached_property
    def takes_length(self) -> bool:
        """Whether the body wants the vectors' length besides the parameters."""
        return self.run(PLAIN).__code__.co_argcount > len(self.names)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The parameters in their order."""
        return (*(name for name, _ in self.vectors), *self.scalars, *self.lengths)


@dataclass
class Call:
    """A call's arguments, ready for the body: vectors as ``batch + (n,)``, scalars as ``batch``."""

    vectors: dict[str, Array]
    scalars: dict[str, Array]
    sizes: dict[str, int]
    mask: Array | None
    batch: tuple[int, ...]
    dtype: Any
