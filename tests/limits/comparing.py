"""Values for every N compared with exact limits at concrete points."""

from __future__ import annotations

import random
import time
from fractions import Fraction
from typing import Any

from flint import arb, ctx

from softsym import parse
from softsym.calculus.derivatives import resolve
from softsym.calculus.limits import limit_steps
from softsym.errors import BudgetError, DomainError
from softsym.evaluation import Point, Undecided, Undefined, evaluate
from softsym.evaluation.limits import NoLimit, limit_value
from softsym.expression import Apply, Expr, Symbol, apply, free_symbols
from softsym.language import Statement
from softsym.proof.assumptions import assumptions_of


def statement_of(text: str) -> Statement:
    found = parse(text)
    assert isinstance(found, Statement)
    return found


def taken(statement: Statement) -> tuple[Apply, Expr]:
    """The limit in a statement, and its value for every N."""
    node = next(s for s in statement.claim.sides if isinstance(s, Apply) and s.head == "limit")
    plain = apply("limit", resolve(node.args[0]), *node.args[1:])
    assert isinstance(plain, Apply)
    known = assumptions_of(statement)
    return node, limit_steps(plain, known, time.monotonic() + 3, statement.claim.sides)[0]


def value_for(symbol: Symbol, lengths: dict[str, int], choose: random.Random) -> Any:
    """A value in the symbol's kind; vectors often have ties."""

    def any_number() -> Fraction:
        return Fraction(choose.randint(-4, 4), choose.choice((1, 1, 2, 3)))

    def positive() -> Fraction:
        return Fraction(choose.randint(1, 6), choose.choice((1, 2, 3)))

    kind = symbol.kind
    size = 0 if kind.length is None else kind.length.value(lengths)
    if kind.type == "index":
        return choose.randint(1, size)
    if kind.type == "vector" and kind.domain == "vector":
        return tuple(choose.choice((Fraction(0), Fraction(1), any_number())) for _ in range(size))
    if kind.domain == "onehot":
        place = choose.randrange(size)
        return tuple(Fraction(int(n == place)) for n in range(size))
    if kind.type == "vector":
        weights = [choose.choice((1, 1, 2, 3)) for _ in range(size)]
        whole = sum(weights) if kind.domain == "distribution" else 1
        return tuple(Fraction(w, whole) for w in weights)
    return any_number() if kind.domain == "real" else positive()


def points(statement: Statement, exprs: tuple[Expr, ...], seed: int) -> list[Point]:
    choose = random.Random(seed)
    text = str(statement)
    symbols = frozenset(statement.symbols).union(*(free_symbols(e) for e in exprs))
    found = []
    for size in (1, 2, 3, 3):
        lengths = {"N": size, "M": choose.randint(1, 3), **{n: v.constant for n, v in statement.lengths}}
        if lengths["N"] == 1 and ("N >= 2" in text or "drop(" in text or "i != j" in text):
            continue
        values = {s.name: value_for(s, lengths, choose) for s in symbols if s.kind.type != "length"}
        if "i != j" in text:
            values |= {"i": 1, "j": 2}
        if "z[i] < max" in text and min(values["z"]) == max(values["z"]):
            continue
        if "z[i] < max" in text:
            values["i"] = 1 + values["z"].index(min(values["z"]))
        if "z[i] > max" in text:
            raised = [*values["z"]]
            raised[values["i"] - 1] = max(raised) + 1
            values["z"] = tuple(raised)
        found.append(Point(lengths, values))
    return found


def flat(value: Any) -> list[arb]:
    if isinstance(value, tuple):
        return [x for v in value for x in flat(v)]
    return [value if isinstance(value, arb) else arb(value.numerator) / arb(value.denominator)]


def compare(node: Apply, found: Expr, at: Point) -> bool:
    """Assert that the value for every N is the limit at a point; ``False`` where the point has none."""
    try:
        wanted = limit_value(node, at)
    except NoLimit:
        raise
    except (Undefined, Undecided, DomainError, BudgetError):
        return False
    with ctx.workprec(200):
        for got, want in zip(flat(evaluate(found, at)), flat(wanted), strict=True):
            assert abs(got - want) < 1e-15, f"{node} is not {found} at {at}"
    return True
