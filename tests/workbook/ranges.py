"""Mathematics as text, and whether its parts stay within the range of the numbers of a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any

from softsym.bindings import point
from softsym.errors import SoftsymError
from softsym.evaluation import Undecided, Undefined, evaluate
from softsym.expansion import expand
from softsym.expression import Apply, Expr, free_symbols, walk
from softsym.language import parse_expression

LARGEST, SMALLEST, DIGITS = 1.7976931348623157e308, 1e-300, 30


class _Failure:
    """What stands for a number where there is none: undefined, or beyond the range of doubles."""

    def __repr__(self) -> str:
        return "an error"


FAILURE = _Failure()


@cache
def parsed(text: str, names: tuple[tuple[str, int], ...]) -> Expr:
    """The text as an expression in names that are vectors of a length, or (0) numbers."""
    words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", text))
    letters: dict[int, str] = {}
    declared = []
    for name, size in names:
        if name not in words:
            continue
        if size:
            letter = letters.setdefault(size, "N" if not letters else f"M{len(letters)}")
            declared.append(f"{name}: vector({letter})" if letter != "N" else f"{name}: vector")
        else:
            declared.append(f"{name}: real")
    try:
        return parse_expression(f"{text} where {', '.join(declared)}" if declared else text)
    except SoftsymError as error:
        raise AssertionError(f"{text!r} with {declared} cannot be read: {error}") from error


def leaves_the_range(expr: Expr, names: Mapping[str, Any], lengths: Mapping[int, str]) -> bool:
    """Whether a power in an expression is too large or too small for a number.

    Then programs differ: 0 times one that is too large is an error in all, and LibreOffice has an error in the place
    of one that is too small.
    """
    powers = {n for n in walk(expand(expr)) if isinstance(n, Apply) and n.head == "pow"}
    return any(_is_outside(power, names, lengths) for power in powers)


def _is_outside(power: Expr, names: Mapping[str, Any], lengths: Mapping[int, str]) -> bool:
    used = {s.name for s in free_symbols(power)}
    given = {n: v for n, v in names.items() if n in used and v is not FAILURE}
    sizes = {n: size for size, n in lengths.items() if n in used}
    with suppress(SoftsymError, Undefined, Undecided):  # it has a bound index, or no value
        found = evaluate(power, point(power, {**given, **sizes}), digits=DIGITS)
        return any(abs(x) > LARGEST or 0 < abs(x) < SMALLEST for x in _entries(found))
    return False


def _entries(found: Any) -> Iterator[Any]:
    if isinstance(found, tuple):
        for part in found:
            yield from _entries(part)
    else:
        yield found
