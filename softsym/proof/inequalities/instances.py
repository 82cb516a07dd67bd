"""Claims that hold for every value of a part: shares by exponentials as any distribution, one share as any number.

========  =============================================================================================
shares    a claim about z by way of softmax(z) alone holds if it holds for every distribution
a number  a claim about vectors by way of one share alone holds if it holds for every s with 0 < s <= 1
========  =============================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from softsym.algebra import Assumptions
from softsym.expression import Apply, Expr, Symbol, apply, exchanged, free_symbols, number, substitute, walk, with_args
from softsym.language import Chain
from softsym.proof.inequalities.segments import Claim
from softsym.proof.steps import ProofStep, supposing
from softsym.symbols import Kind

Prove: TypeAlias = "Callable[[Claim], ProofStep | None]"
_SHARE = Symbol("s_share", Kind("scalar", "positive"))


def shares_named(left: Expr, right: Expr, known: Assumptions) -> tuple[dict[Symbol, Expr], Expr, Expr] | None:
    """New names for the softmax of a claim, and its sides with them, if their vectors stand nowhere else.

    >>> from softsym import parse
    >>> values, *sides = shares_named(parse("-log_softmax(z)[i]"), parse("1/min(softmax(z))"), Assumptions())
    >>> sides[1]
    1/min(shares_1) where shares_1: distribution
    """
    lower, upper = map(_without_logarithms, (left, right))
    whole = free_symbols(left) | free_symbols(right)
    values: dict[Symbol, Expr] = {}
    for part in sorted(_parts((lower, upper), "softmax"), key=str):
        if not free_symbols(part) <= whole:
            continue
        name = Symbol(f"shares_{len(values) + 1}", Kind("vector", "distribution", part.shape[0]))
        values[name] = part
        lower, upper = (exchanged(side, part, name) for side in (lower, upper))
    gone = _names(*values.values())
    left_over = _names(lower, upper, *known.equations, *known.positive, *known.nonnegative)
    if not values or any(s.kind.type == "vector" and s in left_over for s in gone):
        return None
    return values, lower, upper


def instance_of(step: ProofStep, values: Mapping[Symbol, Expr]) -> ProofStep:
    """The proof for these values of names that a step has it for every value of."""
    for name, value in values.items():
        sides = tuple(substitute(side, {name: value}) for side in step.claim.sides)
        step = ProofStep("an instance", Chain(sides, step.claim.relations), (step,), (name, value))
    return step


def _without_logarithms(expr: Expr) -> Expr:
    """The expression with ``log_softmax(z)`` as ``log(softmax(z))``."""
    if not isinstance(expr, Apply):
        return expr
    vector, *places = expr.args
    if expr.head == "item" and isinstance(vector, Apply) and vector.head == "log_softmax":
        return apply("log", apply("item", apply("softmax", *vector.args), *places))
    if expr.head == "log_softmax":
        return apply("log", apply("softmax", *expr.args))
    return with_args(expr, tuple(map(_without_logarithms, expr.args)))


def _parts(sides: tuple[Expr, ...], head: str) -> set[Apply]:
    return {n for side in sides for n in walk(side) if isinstance(n, Apply) and n.head == head}


def _names(*exprs: Expr) -> frozenset[Symbol]:
    return frozenset[Symbol]().union(*map(free_symbols, exprs))


def prove_by_share(claim: Claim, prove: Prove) -> ProofStep | None:
    """The step of a proof of a claim about one share by the claim for every number from 0 to 1."""
    sides = tuple(map(_without_logarithms, (claim.left, claim.right)))
    for part in _single_shares(sides):
        left, right = (exchanged(side, part, _SHARE) for side in sides)
        names = _names(left, right)
        gone = free_symbols(part).isdisjoint(names) and not any(s.kind.type in ("vector", "index") for s in names)
        if left.shape or right.shape or _SHARE not in names or not gone or _SHARE in _names(*sides):
            continue
        rest = apply("sub", 1, _SHARE)
        known = replace(claim.known, nonnegative=(*claim.known.nonnegative, rest))
        inner = replace(claim, left=left, right=right, known=known)
        step = None if right == number(1) else inner.holds(left, right) or prove(inner)
        most = None if step is None else claim.holds(part, number(1))
        if most is not None and step is not None:
            step = supposing(step, Chain((rest, number(0)), (">=",)))
            return claim.step("a number from 0 to 1", most, step, uses=(apply("sub", right, left), _SHARE, part))
    return None


def _single_shares(sides: tuple[Expr, ...]) -> Iterator[Expr]:
    """Entries of a softmax and of a distribution."""
    for part in sorted(_parts(sides, "item"), key=str):
        vector = part.args[0]
        given = isinstance(vector, Symbol) and vector.kind.domain == "distribution"
        if given or (isinstance(vector, Apply) and vector.head in ("softmax", "softmin")):
            yield part
