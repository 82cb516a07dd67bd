"""Limits inside a statement, replaced by their values for every N before the rest is proved."""

from __future__ import annotations

from dataclasses import dataclass, replace

from softsym.calculus.derivatives import resolve
from softsym.calculus.limits import LimitStep, limit_steps
from softsym.expression import Apply, Expr, Symbol, free_symbols, walk, with_args
from softsym.language import Chain, Statement, bare_text
from softsym.proof.assumptions import assumptions_of
from softsym.proof.steps import ProofStep


@dataclass(frozen=True)
class LimitsTaken:
    """A statement without limits, and the steps in which they were taken."""

    statement: Statement
    steps: tuple[ProofStep, ...] = ()


def without_limits(statement: Statement, deadline: float) -> LimitsTaken:
    """The statement with every limit replaced by its value.

    Raises :class:`~softsym.errors.SoftsymError` where a limit is not known to exist or is outside the rules.
    """
    if not any(isinstance(n, Apply) and n.head == "limit" for s in statement.claim.sides for n in walk(s)):
        return LimitsTaken(statement)
    steps: list[ProofStep] = []
    sides = tuple(_replaced(side, statement, steps, deadline) for side in statement.claim.sides)
    claim = Chain(sides, statement.claim.relations)
    return LimitsTaken(replace(statement, claim=claim), tuple(steps))


def _replaced(node: Expr, statement: Statement, steps: list[ProofStep], deadline: float) -> Expr:
    if not isinstance(node, Apply):
        return node
    own = list[ProofStep]()
    inner = with_args(node, tuple(_replaced(a, statement, own, deadline) for a in node.args))
    steps += own
    if node.head != "limit" or not isinstance(inner, Apply):
        return inner
    plain = Apply("limit", (resolve(inner.args[0]), *inner.args[1:]), inner.shape, inner.depth)
    value, taken = limit_steps(plain, assumptions_of(statement), deadline, statement.claim.sides)
    note = "; ".join(_said(s) for s in taken[:-1])
    within = [s for s in own if not free_symbols(node.args[1]).isdisjoint(free_symbols(s.claim.sides[0]))]
    if within and isinstance(node.args[1], Symbol):
        # the limits inside depend on the name that this one binds: they are taken with it, in one step
        steps[:] = [s for s in steps if s not in within]
        inner, note = node, "; ".join((*(s.note for s in within), note))
    steps.append(ProofStep("limit", Chain((inner, value), ("==",)), note=note))
    return value


def _said(step: LimitStep) -> str:
    """A step of a limit in words."""
    condition = f" [{step.condition}]" if step.condition else ""
    return f"{step.rule}: {bare_text(step.before)} -> {bare_text(step.after)}{condition}"
