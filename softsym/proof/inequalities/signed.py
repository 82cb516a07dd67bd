"""Absolute values and the larger of two numbers, by cases, in claims that theorems of calculus may then prove.

===============  ==========================================================================================
abs(x) <= u      if x <= u and -x <= u; max([x, y]) <= u likewise
u <= abs(x)      if u <= x or u <= -x; u <= max([x, y]) likewise
elsewhere        the claim with x for abs(x) where x >= 0, and with -x where -x >= 0
===============  ==========================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

from softsym.expression import Apply, Expr, apply, exchanged, free_symbols, number, walk
from softsym.language import Chain
from softsym.proof.inequalities.segments import Claim
from softsym.proof.steps import ProofStep, supposing

BY_CASES = "by the sign of a quantity"
BELOW = "the smaller of two"
ABOVE = "a maximum is at least what one of its values is"
MAX_CASES = 3
Prove: TypeAlias = "Callable[[Claim], ProofStep | None]"
Cases: TypeAlias = "tuple[tuple[Expr, Expr], ...]"
"""The values that a quantity may have, each with what is >= 0 where it has it; none for more than two."""


def prove_by_signs(claim: Claim, prove: Prove, depth: int = 0) -> ProofStep | None:
    """The step of a proof of a claim about scalars by cases, where each case is proved by ``prove`` or by the rules."""
    node = next(_nodes(claim), None) if depth < MAX_CASES and _is_about_scalars(claim) else None
    if node is None:
        return None
    alone = [_case(claim, node, value, None) for value, _ in _cases_of(node)]
    if node == claim.right and node.head != "min":
        step = next((step for case in alone if (step := _settled(case, prove, depth)) is not None), None)
        if step is not None:
            return claim.step(ABOVE, step, uses=(node, claim.left))
    plain = node == claim.left and node.head != "min" and not _is_simple(node)
    cases = alone if plain else [_case(claim, node, *case) for case in _cases_of(node)]
    steps = _all_settled(cases, prove, depth)
    if steps is None or plain:
        return None if steps is None else claim.step(BELOW, *steps)
    conditions = [condition for _, condition in _cases_of(node)]
    steps = tuple(supposing(s, Chain((c, number(0)), (">=",))) for s, c in zip(steps, conditions, strict=True))
    return claim.step(BY_CASES, *steps, uses=(conditions[0],))


def _is_simple(node: Apply) -> bool:
    """Whether it is an extremum of names, whose order says much."""
    return all(not isinstance(n, Apply) or n == node or n.head in ("sub", "list", "neg") for n in walk(node))


def _is_about_scalars(claim: Claim) -> bool:
    names = free_symbols(claim.left) | free_symbols(claim.right)
    return not (claim.left.shape or claim.right.shape) and all(s.kind.type == "scalar" for s in names)


def _nodes(claim: Claim) -> Iterator[Apply]:
    """The absolute values and maxima: those of names first, then a whole side."""
    inside = sorted({n for side in (claim.left, claim.right) for n in walk(side)}, key=str)
    found = [n for n in (claim.left, claim.right, *inside) if isinstance(n, Apply) and n.head in _CASES]
    yield from sorted((n for n in found if len(_cases_of(n)) == 2), key=lambda n: not _is_simple(n))


def _cases_of(node: Apply) -> Cases:
    return _CASES[node.head](node)


def _of_two(node: Apply) -> Cases:
    inner = node.args[0]
    if not isinstance(inner, Apply) or inner.head != "list" or len(inner.args) != 2:
        return ()
    one, other = inner.args
    if node.head == "max":
        return (one, one - other), (other, other - one)
    return (other, one - other), (one, other - one)


def _of_one(node: Apply) -> Cases:
    x = node.args[0]
    opposite = apply("sub", x.args[1], x.args[0]) if isinstance(x, Apply) and x.head == "sub" else apply("neg", x)
    return (x, x), (opposite if node.head == "abs" else number(0), opposite)


_CASES: dict[str, Callable[[Apply], Cases]] = {
    "abs": _of_one, "relu": _of_one, "max": _of_two, "min": _of_two,
}  # fmt: skip


def _case(claim: Claim, node: Apply, value: Expr, condition: Expr | None) -> Claim:
    known = claim.known
    if condition is not None:
        known = replace(known, nonnegative=(*known.nonnegative, condition))
    return replace(
        claim, left=exchanged(claim.left, node, value), right=exchanged(claim.right, node, value), known=known
    )


def _all_settled(cases: list[Claim], prove: Prove, depth: int) -> tuple[ProofStep, ...] | None:
    collected: list[ProofStep] = []
    for case in cases:
        step = _settled(case, prove, depth)
        if step is None:
            return None
        collected.append(step)
    return tuple(collected)


def _settled(case: Claim, prove: Prove, depth: int) -> ProofStep | None:
    return prove_by_signs(case, prove, depth + 1) or prove(case) or case.holds(case.left, case.right)
