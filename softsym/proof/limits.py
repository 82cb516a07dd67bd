"""Limits inside a statement, replaced by their values for every N before the rest is proved."""

from __future__ import annotations

from dataclasses import dataclass, replace

from softsym.expression import Apply, Expr, walk, with_args
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
    args = tuple(_replaced(a, statement, steps, deadline) for a in node.args)
    inner = with_args(node, args)
    if node.head != "limit" or not isinstance(inner, Apply):
        return inner
    from softsym.calculus.derivatives import resolve
    from softsym.calculus.limits import limit_steps

    plain = Apply("limit", (resolve(inner.args[0]), *inner.args[1:]), inner.shape, inner.depth)
    value, taken = limit_steps(plain, assumptions_of(statement), deadline, statement.claim.sides)
    notes = [f"{s.rule}: {bare_text(s.before)} -> {bare_text(s.after)}" + (f" [{s.condition}]" if s.condition else "")
             for s in taken[:-1]]  # fmt: skip
    steps.append(ProofStep("limit", Chain((inner, value), ("==",)), note="\n".join(notes)))
    return value
