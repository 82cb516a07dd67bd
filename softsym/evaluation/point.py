"""A concrete point: a value for every name and length; and the two ways in which a value can fail to exist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from flint import arb

from softsym.errors import SoftsymError

PointValue: TypeAlias = "int | Fraction | arb | tuple[Fraction | arb, ...]"


class Undefined(SoftsymError):  # noqa: N818 - a fact about the point, no fault
    """The expression certainly has no value at the point, such as ``log(0)`` or the derivative of ``abs`` at 0."""


class Divergent(Undefined):
    """A limit that certainly is infinite or does not exist; the message says which. It makes every relation false."""


class Undecided(SoftsymError):  # noqa: N818
    """The precision limit was reached before a branch, such as which of two entries is larger, was decided."""


@dataclass(frozen=True)
class Point:
    """A value for every name: exact rationals, tuples of them for vectors, 1-based integers for indices.

    An ``arb`` may stand where a value is a verified enclosure of a number that no rational gives.

    >>> Point({"N": 2}, {"z": (Fraction(0), Fraction(1)), "i": 1}).lengths
    {'N': 2}
    """

    lengths: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, PointValue] = field(default_factory=dict)
