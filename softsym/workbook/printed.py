"""Figures as a source prints them: the number, and how far a value may lie from it and still be printed so."""

from __future__ import annotations

import re
from fractions import Fraction

from softsym.errors import DomainError

_FIGURE = re.compile(r"([+-]?[0-9]*\.?[0-9]+)(?:[eE]([+-]?[0-9]+))?(%?)")
_DOUBLE = 17


def printed_number(text: str) -> tuple[float, float]:
    """The number and half a unit of its last digit; a few units in the last place where all digits of a double stand.

    >>> printed_number("99.33%")
    (0.9933, 5e-05)

    Raises :class:`~softsym.errors.DomainError` for a text that is no figure.
    """
    match = _FIGURE.fullmatch(text.strip().replace("\N{MINUS SIGN}", "-"))
    if match is None:
        raise DomainError(f"{text!r} is no figure; write it as in 0.9933, 99.33% or 1.9e206")
    digits, exponent, percent = match.groups()
    scale = Fraction(10) ** int(exponent or 0) / (100 if percent else 1)
    unit = Fraction(1, 10 ** len(digits.partition(".")[2])) * scale
    value = Fraction(digits) * scale
    significant = len(digits.lstrip("+-0.").replace(".", ""))
    slack = unit / 2 if significant < _DOUBLE - 1 else abs(value) * Fraction(1, 2**51)
    return float(value), float(slack)
