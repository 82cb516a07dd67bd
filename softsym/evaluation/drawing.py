"""Exact values drawn at random within the kinds of names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random
from typing import Any

from softsym.symbols import Kind


def drawn(kind: Kind, lengths: Mapping[str, int], random: Random, number: Callable[[str, Random], Fraction]) -> Any:
    """A value of a kind; ``number`` draws those of a scalar's domain.

    >>> from softsym.symbols import Length
    >>> drawn(Kind("vector", "distribution", Length.of(2)), {}, Random(0), lambda domain, random: Fraction(3))
    (Fraction(1, 2), Fraction(1, 2))
    """
    if kind.type == "scalar":
        return number(kind.domain, random)
    length = kind.vector_length.value(lengths)
    if kind.type == "index":
        return random.randint(1, length)
    if kind.domain == "onehot":
        place = random.randrange(length)
        return tuple(Fraction(int(k == place)) for k in range(length))
    entries = [number("real" if kind.domain == "vector" else "positive", random) for _ in range(length)]
    total = sum(entries) if kind.domain in ("distribution", "simplex") else Fraction(1)
    return tuple(entry / total for entry in entries)
