"""What a search for a counterexample found, as data that can be printed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, ctx

from softsym.evaluation import Divergent, Point, evaluate
from softsym.evaluation.runs import RunPoint, Runs
from softsym.expression import apply, number
from softsym.language import Chain
from softsym.refute.judgement import Judgement

DIGITS = 20


@dataclass(frozen=True)
class Counterexample:
    """A point at which a claim certainly fails.

    ``point`` gives numbers as exact text such as ``"3/5"`` (a decimal with ``+/-`` for an enclosed root of a declared
    equation), vectors as lists of them, and indices and lengths as integers. Relation ``relation`` (from 0) of the
    chain fails at ``entry`` (from 1; empty for scalars); ``left`` and ``right`` enclose its two sides there, or say
    that a limit does not exist; ``explanation`` says it in words.
    """

    point: dict[str, Any]
    relation: int
    entry: tuple[int, ...]
    left: str
    right: str
    explanation: str


@dataclass(frozen=True)
class Findings:
    """The outcome of a search.

    ``points`` counts the admissible points at which the whole claim is defined and holds, ``lengths`` lists the N that
    were among them, and ``admissible`` says whether any admissible point was found at which the claim is defined.
    """

    counterexample: Counterexample | None
    points: int
    lengths: tuple[int, ...]
    admissible: bool


def describe(chain: Chain, point: Point, judgement: Judgement) -> Counterexample:
    """The counterexample that a failed judgement is."""
    which = judgement.relation
    left, right = (_side(chain.sides[n], point, judgement.entry) for n in (which, which + 1))
    relation = chain.relations[which]
    place = f" at entry {', '.join(map(str, judgement.entry))}" if judgement.entry else ""
    apart = f"; the sides differ by {_gap(chain, point, judgement)}" if left == right else ""
    reason = judgement.reason or f"{left} {relation} {right} is false{place}{apart}"
    return Counterexample(_point_text(point), which, judgement.entry, left, right, reason)


def _gap(chain: Chain, point: Point, judgement: Judgement) -> str:
    """The difference of two sides that look the same to the digits shown."""
    left, right = chain.sides[judgement.relation : judgement.relation + 2]
    return _side(apply("sub", left, right), point, judgement.entry)


def _side(side: Any, point: Point, entry: tuple[int, ...]) -> str:
    if isinstance(point, RunPoint) and side.shape:
        side, entry = apply("item", side, *map(number, entry)), ()
    try:
        value = evaluate(side, point, digits=DIGITS)
    except Divergent as found:
        return str(found)
    for place in entry:
        value = value[place - 1] if isinstance(value, tuple) else value
    return _side_text(value)


def _side_text(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_side_text(v) for v in value) + "]"
    return _number_text(value)


def _point_text(point: Point) -> dict[str, Any]:
    texts: dict[str, Any] = {name: _value_text(value) for name, value in point.values.items()}
    return {**texts, **point.lengths}


def _value_text(value: Any) -> Any:
    if isinstance(value, Runs):
        return [_number_text(v) + (f" ({n} times)" if n > 1 else "") for v, n in zip(value, value.counts, strict=True)]
    if isinstance(value, tuple):
        return [_number_text(v) for v in value]
    return value if isinstance(value, int) else _number_text(value)


def _number_text(value: Any) -> str:
    if isinstance(value, Fraction):
        return str(value)
    assert isinstance(value, arb)
    with ctx.workprec(400):
        text: str = value.str(DIGITS)
    return text
