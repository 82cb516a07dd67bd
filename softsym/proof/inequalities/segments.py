"""A claim about the values of a function at two points, and the theorems for a number that grows and for convexity.

The derivative is integrated along the segment from one point to the other, on which the conditions declared for its
ends need not hold: they are not used. Each theorem needs a function that is smooth everywhere
(:mod:`softsym.proof.inequalities.smooth`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from softsym.algebra import Assumptions, ZeroTest
from softsym.algebra.context import NONNEGATIVE, POSITIVE
from softsym.algebra.fold import fold
from softsym.algebra.signs import sign_of
from softsym.entries import entry, fresh_index
from softsym.errors import SoftsymError
from softsym.expression import Apply, Expr, Symbol, apply, exchanged, free_symbols, number, substitute, walk
from softsym.language.reader import constant
from softsym.proof.inequalities.smooth import is_smooth
from softsym.proof.steps import ProofStep, at_most
from softsym.symbols import Kind

CONVEX_KINDS = ("vector", "positive vector", "distribution", "real", "positive", "nonnegative", "unit")
"""The kinds whose values are convex sets of numbers or vectors."""

Bound: TypeAlias = "Callable[[Expr, Expr, Assumptions], ProofStep | str]"
"""Proves ``left <= right``."""


@dataclass(frozen=True)
class Claim:
    """``left <= right`` under what is known, with the way to prove the claims that it is reduced to."""

    left: Expr
    right: Expr
    known: Assumptions
    bound: Bound
    deadline: float = float("inf")

    def holds(self, left: Expr, right: Expr) -> ProofStep | None:
        found = self.bound(left, right, self.known)
        return None if isinstance(found, str) else found

    def without(self, name: Symbol) -> Claim:
        """The claim without what is known about a name."""
        return replace(self, known=_without(self.known, name))

    def equal(self, left: Expr, right: Expr) -> bool:
        try:
            return ZeroTest(self.known, deadline=self.deadline).is_zero(apply("sub", left, right))
        except SoftsymError:
            return False

    def step(self, rule: str, *steps: ProofStep, uses: tuple[Expr, ...] = ()) -> ProofStep:
        return ProofStep(rule, at_most(self.left, self.right), steps, uses)


def _without(known: Assumptions, name: Symbol) -> Assumptions:
    def kept(exprs: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple(e for e in exprs if name not in free_symbols(e))

    return replace(known, equations=kept(known.equations), positive=kept(known.positive),
                   nonnegative=kept(known.nonnegative))  # fmt: skip


# a scalar that grows


def monotone(claim: Claim) -> ProofStep | None:
    """F(a) <= F(b), where the two sides differ in the place of one number."""
    pair = _apart(claim.left, claim.right)
    if pair is None or any(e.shape for e in pair) or pair == (claim.left, claim.right):
        return None
    if not free_symbols(pair[0]) | free_symbols(pair[1]) <= free_symbols(claim.left) | free_symbols(claim.right):
        return None  # a bound name
    for low, high in (pair, pair[::-1]):
        if _is_ordered(claim, low, high):
            return _between(claim, pair, low, high)
    return None


def _apart(left: Expr, right: Expr) -> tuple[Expr, Expr] | None:
    """The smallest parts in which alone two expressions differ, in all places in the same way."""
    if not isinstance(left, Apply) or not isinstance(right, Apply) or left.head != right.head:
        return left, right
    if len(left.args) != len(right.args):
        return left, right
    parts = {_apart(a, b) for a, b in zip(left.args, right.args, strict=True) if a != b}
    return parts.pop() if len(parts) == 1 else (left, right)


def _common(left: Expr, right: Expr, pair: tuple[Expr, Expr], name: Symbol) -> Expr:
    """The expression of which both are, with a name where they differ."""
    if (left, right) == pair:
        return name
    if left == right or not isinstance(left, Apply) or not isinstance(right, Apply):
        return left
    return apply(left.head, *(_common(a, b, pair, name) for a, b in zip(left.args, right.args, strict=True)))


def _is_ordered(claim: Claim, low: Expr, high: Expr) -> bool:
    """Whether ``low <= high`` shows by a declaration or by its sign."""
    gap = apply("sub", high, low)
    if gap in claim.known.nonnegative or gap in claim.known.positive:
        return True
    try:
        cases = list(ZeroTest(claim.known, deadline=claim.deadline).cases(gap))
    except SoftsymError:
        return False
    return all(sign_of(case.algebra, case.difference) in (POSITIVE, NONNEGATIVE) for case in cases)


def _between(claim: Claim, pair: tuple[Expr, Expr], low: Expr, high: Expr) -> ProofStep | None:
    zero = number(0)
    positive = _is_ordered(claim, zero, low)
    name = Symbol("s_between", Kind("scalar", "positive" if positive else "real"))
    function = _common(claim.left, claim.right, pair, name)
    if not is_smooth(function, name, claim.known):
        return None
    slope = apply("diff", function, name)
    ends = [claim.holds(low, high), *([claim.holds(zero, low)] if positive else [])]
    step = claim.holds(zero, slope) if low == pair[0] else claim.holds(slope, zero)
    if step is None or None in ends:
        return None
    return claim.step("monotone between two values", *(e for e in ends if e), step, uses=(function, name, low, high))


# convex functions


def convex_or_concave(claim: Claim) -> ProofStep | None:
    """A mean of values against the value at the mean, or a tangent against the function, by the second derivative."""
    for convex, inner, outer in ((True, claim.left, claim.right), (False, claim.right, claim.left)):
        for x, y in pairs(claim):
            mixed = _mixed(claim, inner, outer, x, y)
            found, share = mixed if mixed is not None else (_tangent(claim, outer, inner, x, y), None)
            if found is not None and is_smooth(found, x, claim.without(x).known):
                bounds, step = _within(claim, share), _curved(claim.without(x), found, x, convex)
                if step is not None and bounds is not None:
                    points = (share, x, y) if share is not None else (x, y)
                    return claim.step("convex by its Hessian" if convex else "concave by its Hessian", *bounds, step,
                                      uses=(found, *points, *directions(claim, x)))  # fmt: skip
    return None


def _within(claim: Claim, share: Expr | None) -> tuple[ProofStep, ...] | None:
    """The steps that a share is between 0 and 1, where its kind does not say so."""
    if share is None or constant(share) is not None or (isinstance(share, Symbol) and share.kind.domain == "unit"):
        return ()
    lower = claim.holds(number(0), share)
    upper = None if lower is None else claim.holds(share, number(1))
    return None if lower is None or upper is None else (lower, upper)


def pairs(claim: Claim) -> Iterator[tuple[Symbol, Symbol]]:
    """Two names of one kind, in which the segment between two values lies."""
    names = sorted((s for s in free_symbols(claim.left) | free_symbols(claim.right)
                    if s.kind.domain in CONVEX_KINDS), key=lambda s: s.name)  # fmt: skip
    yield from ((x, y) for x in names for y in names if x != y and x.kind == y.kind)


def _mixed(claim: Claim, inner: Expr, outer: Expr, x: Symbol, y: Symbol) -> tuple[Expr, Expr] | None:
    """F, t with ``inner == F(t*x + (1 - t)*y)`` and ``outer == t*F(x) + (1 - t)*F(y)``, t in [0, 1]."""
    for node in walk(inner):
        if not isinstance(node, Apply) or node.shape != x.shape or not {x, y} <= free_symbols(node):
            continue
        share = _share(node, x)
        if share is not None and not {x, y} & free_symbols(share):
            rest = apply("sub", 1, share)
            if not claim.equal(node, share * x + rest * y):
                continue
            function = exchanged(inner, node, x)
            mean = share * function + rest * substitute(function, {x: y})
            own = y not in free_symbols(function) and substitute(function, {x: node}) == inner
            if own and claim.equal(outer, mean):
                return function, share
    return None


def _share(node: Apply, x: Symbol) -> Expr | None:
    """The factor of x in a mean of x and another."""
    if node.head not in ("add", "sub", "mul", "div"):
        return None
    try:
        if not x.shape:
            return fold(apply("diff", node, x))
        index = fresh_index(x.shape[0], {s.name for s in walk(node) if isinstance(s, Symbol)})
        return fold(apply("diff", entry(node, index), apply("item", x, index)))
    except SoftsymError:
        return None


def _tangent(claim: Claim, outer: Expr, inner: Expr, x: Symbol, y: Symbol) -> Expr | None:
    """F with ``inner == F(x) + grad F(x)'(y - x)`` and ``outer == F(y)``."""
    if x in free_symbols(outer) or y not in free_symbols(outer):
        return None
    function = substitute(outer, {y: x})
    if function.shape:
        return None
    slope = apply("dot", apply("grad", function, x), y - x) if x.shape else apply("diff", function, x) * (y - x)
    return function if claim.equal(inner, function + slope) else None


def _curved(claim: Claim, function: Expr, x: Symbol, convex: bool) -> ProofStep | None:
    form, zero = curvature(claim, function, x), number(0)
    return claim.holds(zero, form) if convex else claim.holds(form, zero)


def curvature(claim: Claim, function: Expr, x: Symbol) -> Expr:
    """The second derivative, for a vector as a quadratic form in a new one."""
    if not x.shape:
        return apply("diff", function, x, 2)
    (v,) = directions(claim, x)
    return apply("dot", v, apply("matmul", apply("hessian", function, x), v))


def directions(claim: Claim, x: Symbol) -> tuple[Symbol, ...]:
    """The new vector in which the second derivative by a vector is a quadratic form; none for a number."""
    return (direction(claim, x),) if x.shape else ()


def direction(claim: Claim, x: Symbol) -> Symbol:
    """A new vector of the length of x."""
    taken = {s.name for s in free_symbols(claim.left) | free_symbols(claim.right)}
    name = next(n for n in ("v", "u", "direction") if n not in taken)
    return Symbol(name, Kind("vector", "vector", x.kind.length))
