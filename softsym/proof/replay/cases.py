"""Cases: together they must leave nothing out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from softsym.evaluation import Point
from softsym.expression import Expr, apply, free_symbols, number
from softsym.language import Chain
from softsym.proof.replay.setting import Setting, gap, require
from softsym.proof.replay.table import Values, matches, rows
from softsym.proof.steps import ProofStep
from softsym.refute.agreement import ENOUGH
from softsym.refute.judgement import Outcome, judge


def covered(step: ProofStep, setting: Setting) -> list[tuple[ProofStep, Setting]]:
    """At every point, for every entry, some case's hypotheses hold, and its quantity is the claim's there."""
    whole, strictly = gap(step.claim)
    cases: list[tuple[ProofStep, Setting]] = []
    for below in step.steps:
        hypotheses = below.given[len(setting.given) :]
        sides = [side for c in (below.claim, *hypotheses) for side in c.sides]
        new = {s for side in sides for s in free_symbols(side) if s.name not in setting.kinds}
        own = setting.having(*new)
        require(gap(below.claim)[1] >= strictly and all(s.kind.type == "index" for s in new), "another kind of case")
        before = (own.where(*hypotheses[:n]) for n in range(len(hypotheses)))
        require(all(map(_is_case, before, hypotheses)), "the hypotheses are no cases")
        cases.append((below, own.supposing(*hypotheses)))
    found = 0
    for point in setting.points(whole):
        for entry in _entries(whole, point):
            outcomes = {o for case, own in cases for o in _outcomes(case, own, entry, point, len(setting.given))}
            defined = _outcome(Chain((entry, entry), ("==",)), point) == "holds"
            require(bool(outcomes & {"holds", "open"}) or not defined, f"no case for {entry} at {point}")
            found += "holds" in outcomes
    require(found >= ENOUGH, "at too few points")
    return cases


def _is_case(setting: Setting, hypothesis: Chain) -> bool:
    for row in rows("a case"):
        values: Values = {}
        same = row.case.relations == hypothesis.relations and setting.has(*hypothesis.sides)
        if same and all(matches(p, e, values) for p, e in zip(row.case.sides, hypothesis.sides, strict=True)):
            return all(setting.agree(*row.stated(need.chain, values).sides) for need in row.needs)
    return False


def _entries(whole: Expr, point: Point) -> Iterator[Expr]:
    sizes = [length.value(point.lengths) for length in whole.shape]
    for place in product(*(range(1, n + 1) for n in sizes)):
        yield apply("item", whole, *map(number, place)) if place else whole


def _outcomes(case: ProofStep, setting: Setting, entry: Expr, point: Point, known: int) -> Iterator[Outcome]:
    """Whether a case's quantity is the entry's, for each value of its new indices at which its hypotheses hold."""
    new = {n: k.vector_length.value(point.lengths) for n, k in setting.kinds.items()
           if k.type == "index" and n not in point.values}  # fmt: skip
    for numbers in product(*(range(1, size + 1) for size in new.values())):
        own = Point(point.lengths, {**point.values, **dict(zip(new, numbers, strict=True))})
        if all(_outcome(c, own) == "holds" for c in case.given[known:]):
            yield _outcome(Chain((entry, gap(case.claim)[0]), ("==",)), own)


def _outcome(chain: Chain, point: Point) -> Outcome:
    if chain.relations == ("!=",):
        opposite = judge(Chain(chain.sides, ("==",)), point).outcome
        return {"fails": "holds", "holds": "fails"}.get(opposite, opposite)  # type: ignore[return-value]
    return judge(chain, point).outcome
