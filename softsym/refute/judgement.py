"""Whether a claim holds at one concrete point, decided by enclosures alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from math import inf
from typing import Literal, TypeAlias

from flint import arb, ctx, fmpq

from softsym.errors import DomainError
from softsym.evaluation.evaluator import Evaluator, Value
from softsym.evaluation.exact import is_certainly_zero
from softsym.evaluation.point import Divergent, Point, Undecided, Undefined
from softsym.evaluation.runs import Runs, evaluator_at
from softsym.evaluation.scalars import Scalar, ball_of, subtract
from softsym.language import Chain

Outcome: TypeAlias = Literal["holds", "fails", "undefined", "open"]

STRICT_BITS = (64, 256, 1024)
EQUAL_BITS = (200, 800)
FINE_BITS = (4_000, 20_000)
AGREEING_BITS, VANISHING_BITS = 120, 500
"""An equality holds once its sides differ by at most 2**-120 (1e-36) of their size, or by 2**-500."""


@dataclass(frozen=True)
class Judgement:
    """The outcome at a point and, where the claim fails, the relation and the entry (from 1) that fail.

    ``slack`` is how far the tightest inequality is from failing, relative to the size of its sides.
    """

    outcome: Outcome
    relation: int = 0
    entry: tuple[int, ...] = ()
    reason: str = ""
    slack: float = inf


def judge(chain: Chain, point: Point, deadline: float = inf) -> Judgement:
    """The claim of ``chain`` at ``point``; the precision rises while a relation is open.

    It ``holds`` if every relation certainly holds, where ``==`` and a case of equality of ``<=`` hold once the sides
    agree to 36 digits; it ``fails`` only if an enclosure excludes a relation, or the sides of a strict one are equal.
    Raises :class:`~softsym.errors.BudgetError` after the deadline.
    """
    judgement = Judgement("open", reason="the precision limit was reached")
    for bits in EQUAL_BITS if "==" in chain.relations else STRICT_BITS:
        with ctx.workprec(bits):
            try:
                judgement = _at_precision(chain, evaluator_at(point, deadline))
            except Undecided as undecided:
                judgement = Judgement("open", reason=str(undecided))
        if judgement.outcome != "open":
            break
    return judgement


def judge_finely(chain: Chain, point: Point, deadline: float = inf) -> Judgement:
    """The claim where :func:`judge` says that it holds, at the precision that ``exp(-1000) == 0`` needs to fail."""
    judgement = Judgement("open", reason="the precision limit was reached")
    for bits in FINE_BITS:
        with ctx.workprec(bits):
            try:
                judgement = _at_precision(chain, evaluator_at(point, deadline))
            except Undecided as undecided:
                judgement = Judgement("open", reason=str(undecided))
        if judgement.outcome == "fails":
            break
    return judgement


def _at_precision(chain: Chain, evaluator: Evaluator) -> Judgement:
    sides: list[Value] = []
    diverging: tuple[int, str] | None = None
    for number, side in enumerate(chain.sides):
        try:
            sides.append(evaluator.value(side))
        except Divergent as found:
            diverging = diverging or (max(number - 1, 0), str(found))
        except (Undefined, DomainError) as found:
            return Judgement("undefined", reason=str(found))
    if diverging is not None:
        return Judgement("fails", diverging[0], (), diverging[1])
    return _compared(chain, sides)


def _compared(chain: Chain, sides: list[Value]) -> Judgement:
    result = Judgement("holds")
    for number, relation in enumerate(chain.relations):
        for entry, left, right in entries(sides[number], sides[number + 1]):
            outcome, slack = compare(relation, left, right)
            if outcome == "fails":
                return Judgement("fails", number, entry, slack=slack)
            worst: Outcome = "open" if "open" in (outcome, result.outcome) else "holds"
            result = Judgement(worst, slack=min(slack, result.slack))
    return result


def entries(left: Value, right: Value, entry: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Scalar, Scalar]]:
    """The pairs that a relation compares, with their places; a scalar goes with every entry."""
    if not isinstance(left, tuple) and not isinstance(right, tuple):
        yield entry, left, right
        return
    size = len(left if isinstance(left, tuple) else right)
    rows = [v if isinstance(v, tuple) else (v,) * size for v in (left, right)]
    if len(rows[0]) != len(rows[1]):
        raise Undefined("vectors of unequal lengths at this point")
    counts = next((v.counts for v in (left, right) if isinstance(v, Runs)), (1,) * size)
    for number, a, b in zip(accumulate((1, *counts)), *rows, strict=False):
        yield from entries(a, b, (*entry, number))


def compare(relation: str, left: Scalar, right: Scalar) -> tuple[Outcome, float]:
    """Whether ``left relation right`` as far as this precision tells, and the relative slack of an inequality."""
    if relation in (">=", ">"):
        left, right, relation = right, left, "<=" if relation == ">=" else "<"
    gap = subtract(right, left)
    sign = _plain_order(gap)
    if relation == "==":
        return ("fails" if sign else "holds" if sign == 0 or _agree(gap, left, right) else "open"), inf
    slack = _slack(gap, left, right)
    if sign is None and relation == "<=" and _agree(gap, left, right):
        return "holds", slack
    if sign is None and relation == "<" and ctx.prec > STRICT_BITS[0]:
        sign = order(gap)
    if sign is None:
        return "open", slack
    return ("holds" if sign > 0 or (sign == 0 and relation == "<=") else "fails"), slack


def order(gap: Scalar) -> int | None:
    """The sign of a difference, proved where an enclosure does not show it; ``None`` while it is open."""
    sign = _plain_order(gap)
    if sign is None and gap.arb.is_finite() and is_certainly_zero(gap):
        return 0
    return sign


def _plain_order(gap: Scalar) -> int | None:
    if isinstance(gap, fmpq):
        return int(gap > 0) - int(gap < 0)
    if gap.arb.contains(0):
        return None
    return 1 if gap.arb > 0 else -1 if gap.arb < 0 else None


def _agree(gap: Scalar, left: Scalar, right: Scalar) -> bool:
    """Whether two sides whose difference may be zero agree to all the digits that are asked for."""
    scale = ball_of(left).abs_upper().max(ball_of(right).abs_upper())
    allowed = (scale * arb(2) ** -AGREEING_BITS).max(arb(2) ** -VANISHING_BITS)
    return bool(ball_of(gap).abs_upper() <= allowed)


def _slack(gap: Scalar, left: Scalar, right: Scalar) -> float:
    """``gap`` relative to the sides; 0 where the sides agree to all bits, as in a case of equality."""
    scale = abs(ball_of(left)) + abs(ball_of(right))
    if not scale > 0 or ball_of(gap).contains(0):
        return 0.0
    relative = float((ball_of(gap) / scale).mid())
    return relative if relative == relative else 1.0
