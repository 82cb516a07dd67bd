"""The zero test on whole statements, and the values of both sides at the points that the refuter gives."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

from flint import arb

from softsym.evaluation import Point, evaluate
from softsym.expression import Expr
from softsym.language import Statement, parse_statement
from softsym.proof.assumptions import assumptions_of
from softsym.proof.identities import prove_equal
from softsym.refute import Counterexample


def vanishes(text: str) -> bool:
    """Whether the zero test shows that the two sides of an equation are the same under its declarations."""
    statement = parse_statement(text)
    left, right = statement.claim.sides
    return not isinstance(prove_equal(left, right, assumptions_of(statement), time.monotonic() + 20), str)


def point_of(statement: Statement, found: Counterexample) -> Point:
    """The exact point of a counterexample, read back from its texts."""
    kinds = {s.name: s.kind.type for s in statement.symbols}
    lengths = {n: v for n, v in found.point.items() if n not in kinds or kinds[n] == "length"}
    values = {n: _value(v) for n, v in found.point.items() if n not in lengths}
    return Point(lengths, values)


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_value(v) for v in value)
    return value if isinstance(value, int) else arb(value) if "+/-" in value else Fraction(value)


def differ(left: Expr, right: Expr, at: Point) -> bool:
    """Whether enclosures of the two sides exclude that they are equal in every entry."""
    return any(not _ball(a).overlaps(_ball(b)) for a, b in _pairs(evaluate(left, at), evaluate(right, at)))


def _pairs(left: Any, right: Any) -> list[tuple[Any, Any]]:
    if not isinstance(left, tuple) and not isinstance(right, tuple):
        return [(left, right)]
    size = len(left) if isinstance(left, tuple) else len(right)
    rows = [v if isinstance(v, tuple) else (v,) * size for v in (left, right)]
    return [pair for a, b in zip(*rows, strict=True) for pair in _pairs(a, b)]


def _ball(value: Any) -> arb:
    return arb(value.numerator) / value.denominator if isinstance(value, Fraction) else arb(value)
