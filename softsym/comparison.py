"""Figures that a source prints, beside the exact values at the printed precision."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cached_property
from math import ulp

from softsym.bindings import Given, Values, value
from softsym.errors import DomainError, SoftsymError
from softsym.expression import Expr

DIGITS = 40
FLOAT_DIGITS = 15
"""A figure of more significant digits than this was printed by float64 arithmetic."""
FLOAT_ULPS = 4
_NUMBER = re.compile(r"(-?\d+)(\.\d+)?(?:e([+-]?\d+))?(%?)", re.IGNORECASE)

EQUAL, FLOAT64, DIFFERS = "equal", "equal up to float64 rounding", "differs"


@dataclass(frozen=True)
class Figure:
    """One printed figure and the expression, with its values, whose value it states.

    >>> figure = Figure("softmax, entry 2", "99.33%", "softmax(z, beta)[2]", {"z": "0.95,0.99,0.98", "beta": 500})
    >>> figure.ours, figure.status
    ('99.33%', 'equal')
    >>> Figure("softmax(z)^T z", "4.46", "boltzmann(z)", {"z": "1,2,3,4,5"}).ours
    '4.45'
    """

    what: str
    printed: str
    text: str | Expr
    values: Mapping[str, Given] = field(default_factory=dict)
    note: str = ""

    @cached_property
    def exact(self) -> Decimal | None:
        """The value with 40 digits; ``None`` where the expression has none."""
        try:
            found = value(self.text, DIGITS, **self.values)
        except SoftsymError:
            return None
        if isinstance(found, tuple):
            raise DomainError(
                f"{self.what}: a figure is one number, and {self.text} has several; take entries, as in z[1]"
            )
        return found

    @cached_property
    def ours(self) -> str:
        """The exact value as the source would print it: the same number of decimals, exponent form and percent sign."""
        if self.exact is None:
            return "undefined"
        return printed_like(self.printed, self.exact)

    @cached_property
    def status(self) -> str:
        """``equal``, ``equal up to float64 rounding`` or ``differs``."""
        if self.ours == self.printed or (self.exact is None and not _NUMBER.fullmatch(self.printed)):
            return EQUAL
        if self.exact is None or not _NUMBER.fullmatch(self.printed):
            return DIFFERS
        given = number(self.printed)
        if given == self.exact.normalize():
            return EQUAL
        close = abs(float(given) - float(self.exact)) <= FLOAT_ULPS * ulp(float(self.exact))
        return FLOAT64 if close and len(given.as_tuple().digits) >= FLOAT_DIGITS else DIFFERS


def figures(what: str, printed: Sequence[str], text: str | Expr, note: str = "", **values: Given) -> list[Figure]:
    """Figures of the entries of a vector, each named by ``what`` and its index.

    >>> [f.ours for f in figures("linear", ["0.2222", "0.4444"], "normalize(z)", z="2,4,2,1")]
    ['0.2222', '0.4444']
    """
    from softsym.expression import as_expr

    expr = as_expr(text)
    return [Figure(f"{what}, entry {n}", shown, expr[n], values, note) for n, shown in enumerate(printed, 1)]


def number(printed: str) -> Decimal:
    """The number that a printed figure states.

    >>> number("0.67%"), number("1.95e206")
    (Decimal('0.0067'), Decimal('1.95E+206'))
    """
    if not _NUMBER.fullmatch(printed):
        raise DomainError(f"{printed!r} is not a figure; write it as 0.67, 99.33% or 1.95e206")
    found = Decimal(printed.rstrip("%"))
    return found / 100 if printed.endswith("%") else found


def printed_like(printed: str, exact: Decimal) -> str:
    """A number in the form of a printed figure, rounded half up as people round.

    >>> printed_like("0.03", Decimal("0.0316849")), printed_like("9.5e214", Decimal("9.457E+214"))
    ('0.03', '9.5e214')
    """
    match = _NUMBER.fullmatch(printed)
    if match is None:
        return str(+exact)
    _, decimals, exponent, percent = match.groups()
    places = len(decimals or ".") - 1
    with localcontext() as context:
        context.prec = DIGITS + 10
        scaled = exact * 100 if percent else exact
        power = scaled.adjusted() if exponent is not None and scaled else 0
        rounded = (scaled.scaleb(-power)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    shown = f"{rounded:f}"
    if not rounded:
        shown = shown.lstrip("-")
    return shown + (f"e{power}" if exponent is not None else "") + percent


__all__ = ["DIFFERS", "EQUAL", "FLOAT64", "Figure", "Values", "figures", "number", "printed_like"]
