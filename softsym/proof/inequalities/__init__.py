"""Inequalities: a goal in normal form, a table of rules, and a small search; every step names its rule."""

from __future__ import annotations

from dataclasses import replace

from softsym.algebra import Assumptions, ZeroTest
from softsym.algebra.zero import Case
from softsym.expression import Apply, Expr, Symbol, apply, free_symbols, substitute, walk
from softsym.proof.inequalities.goal import Budget, Fact, Goal, Steps
from softsym.proof.inequalities.search import prove
from softsym.symbols import Kind


def prove_at_most(
    left: Expr,
    right: Expr,
    known: Assumptions,
    *,
    strict: bool = False,
    written_out: bool = False,
    deadline: float = float("inf"),
) -> Steps | str:
    """The steps of a proof that ``left <= right`` (``<`` if ``strict``) in every entry, or why there is none."""
    values = parameters(apply("sub", right, left))
    difference = substitute(apply("sub", right, left), values)
    test = ZeroTest(_in_parameters(known, values), deadline=deadline)
    collected: list[Steps] = []
    for case in test.cases(difference, written_out=written_out):
        steps = prove(_goal(case, known, strict, deadline))
        if steps is None:
            return "no rule for this inequality applies"
        collected.append(steps)
    return tuple(s for steps in collected for s in steps)


def _goal(case: Case, known: Assumptions, strict: bool, deadline: float) -> Goal:
    distinct = [block for block in case.coincide if block]
    ranges = [case.algebra.ranges.get(block[0]) for block in distinct]
    several = _at_least_two(known) or any(r is not None and ranges.count(r) > 1 for r in ranges)
    return Goal(case.algebra, case.difference, strict, several=several, budget=Budget(deadline=deadline),
                facts=tuple(Fact(v, s, "declared") for v, s in case.known))  # fmt: skip


def _at_least_two(known: Assumptions) -> bool:
    return any(str(e) in ("N - 2", "N - 1 - 1") for e in known.nonnegative) or any(
        str(e) == "N - 1" for e in known.positive
    )


def parameters(expr: Expr) -> dict[Symbol, Expr]:
    """Every distribution p as softmax(x) of a free x, and every t in [0, 1] as a/(a + b) with a, b >= 0, a + b > 0.

    Names by which the expression differentiates stay.
    """
    by = {s for n in walk(expr) if isinstance(n, Apply) and n.head in _DERIVATIVES for a in n.args[1:] for s in walk(a)}
    values: dict[Symbol, Expr] = {}
    for symbol in free_symbols(expr) - by:
        if symbol.kind.domain == "distribution":
            logits = Symbol(f"{symbol.name}_logits", Kind("vector", "vector", symbol.kind.length))
            values[symbol] = apply("softmax", logits)
        if symbol.kind.domain == "unit":
            above, below = (Symbol(f"{symbol.name}_{n}", Kind("scalar", "nonnegative")) for n in (1, 0))
            values[symbol] = apply("div", above, apply("add", above, below))
    return values


_DERIVATIVES = ("diff", "grad", "jacobian", "hessian", "limit")


def _in_parameters(known: Assumptions, values: dict[Symbol, Expr]) -> Assumptions:
    sums = tuple(v.args[1] for v in values.values() if isinstance(v, Apply) and v.head == "div")
    return replace(
        known,
        equations=tuple(substitute(e, values) for e in known.equations),
        positive=tuple(substitute(e, values) for e in known.positive) + sums,
        nonnegative=tuple(substitute(e, values) for e in known.nonnegative),
    )


__all__ = ["prove_at_most"]
