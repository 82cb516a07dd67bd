"""Bounds by second derivatives: a function that is least at a known point, and means of convex functions.

======================  ===========================================================================================
convex with a minimum   G(x) >= 0 if G(c) = 0, grad G(c) = 0 and v'Hv >= 0 between c and x
growing from a point    G(x) >= 0 if G(c) = 0, dG/ds >= 0 for s >= c and dG/ds <= 0 for s <= c
Jensen                  F(sum w*v) <= sum w*F(v) if F'' >= 0, for weights w >= 0 that sum to 1
======================  ===========================================================================================

The point c is another name of the same kind, or a constant. Tangent lines, the descent lemma, strong convexity,
second-order bounds of logarithms and exponentials, Hoeffding's lemma and Bregman divergences are such.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from softsym.algebra import Assumptions
from softsym.algebra.fold import fold
from softsym.calculus.derivatives import resolve
from softsym.errors import SoftsymError
from softsym.expression import (
    Apply,
    Expr,
    Symbol,
    apply,
    as_expr,
    exchanged,
    free_symbols,
    number,
    substitute,
    walk,
)
from softsym.language import Chain
from softsym.proof.inequalities.instances import prove_by_share
from softsym.proof.inequalities.segments import CONVEX_KINDS, Claim, curvature, directions
from softsym.proof.inequalities.signed import prove_by_signs
from softsym.proof.inequalities.smooth import is_smooth
from softsym.proof.inequalities.spelling import respelled
from softsym.proof.steps import ProofStep, at_most, supposing
from softsym.symbols import Kind

_CENTRES = {"real": (0, 1), "positive": (1, 0), "nonnegative": (0, 1), "unit": (Fraction(1, 2),),
            "vector": (0,), "positive vector": (1,)}  # fmt: skip
"""The constants that are tried as the place of a minimum."""
_CLOSED = {"positive": "nonnegative"}


def prove_by_curvature(claim: Claim) -> ProofStep | None:
    """The step of a proof by one of the theorems of this module, or ``None``."""
    plain = replace(claim, left=respelled(claim.left), right=respelled(claim.right))
    step = prove_by_share(plain, _least) or _jensen(plain) or _least(plain) or prove_by_signs(plain, _least)
    return None if step is None else replace(step, claim=at_most(claim.left, claim.right))


# the least value of a difference


def _least(claim: Claim) -> ProofStep | None:
    gap = apply("sub", claim.right, claim.left)
    for name, centre in _places(gap) if not gap.shape else ():
        try:
            step = _least_at(claim, gap, name, centre)
        except SoftsymError:
            continue
        if step is not None:
            return step
    return None


def _places(gap: Expr) -> Iterator[tuple[Symbol, Expr]]:
    """The names in which a difference may be least, and where."""
    names = sorted((s for s in free_symbols(gap) if s.kind.domain in CONVEX_KINDS), key=lambda s: s.name)
    for name in names:
        yield from ((name, other) for other in names if other != name and other.kind == name.kind)
        for value in _CENTRES.get(name.kind.domain, ()):
            yield name, apply("mul", as_expr(value), apply("pow", name, 0)) if name.shape else as_expr(value)


def _least_at(claim: Claim, gap: Expr, name: Symbol, centre: Expr) -> ProofStep | None:
    s, scale = _variable(name, centre), number(1)
    function = substitute(gap, {name: s})
    if s.kind != name.kind:  # at the end of a kind a quotient by the name may have no value
        function, scale = fold(apply("mul", s, function)), name
    if not claim.equal(substitute(function, {s: centre}), number(0)):
        return None
    own = replace(claim, known=_on_the_way(claim, name, s, centre))
    if not is_smooth(function, s, own.known):
        return None
    slope = apply("grad" if s.shape else "diff", function, s)
    if _is_level(claim, slope, s, centre):
        form = own.holds(number(0), curvature(claim, function, s))
        if form is not None:
            rule = "convex, with its minimum 0 at a point, by its second derivative"
            return claim.step(rule, form, uses=(function, s, name, centre, scale, *directions(claim, s)))
    steps = None if s.shape else _growth(own, slope, s, centre)
    rule = "0 at a point, and growing away from it by its derivative"
    return None if steps is None else claim.step(rule, *steps, uses=(function, s, name, centre, scale))


def _variable(name: Symbol, centre: Expr) -> Symbol:
    """The variable between the name and the centre, of a kind that has both."""
    domain = name.kind.domain
    own = _CLOSED.get(domain, domain) if centre == number(0) else domain
    return Symbol(f"{name.name}_between", Kind(name.kind.type, own, name.kind.length))


def _is_level(claim: Claim, slope: Expr, s: Symbol, centre: Expr) -> bool:
    """Whether the slope is zero at the centre; for distributions, whether all its entries are the same."""
    value = substitute(resolve(slope), {s: centre})
    return claim.equal(value - apply("mean", value) if s.kind.domain == "distribution" else value, number(0))


def _on_the_way(claim: Claim, name: Symbol, s: Symbol, centre: Expr) -> Assumptions:
    """What is known of the name and linear in it holds between the centre and the name if it holds at both."""
    known = claim.without(name).known
    if name.shape:
        return known

    def linear(exprs: tuple[Expr, ...]) -> tuple[Expr, ...]:
        about = (substitute(e, {name: s}) for e in exprs if name in free_symbols(e) and not e.shape)
        return tuple(e for e in about if claim.equal(apply("diff", e, s, 2), number(0)))

    return replace(known, positive=(*known.positive, *linear(claim.known.positive)),
                   nonnegative=(*known.nonnegative, *linear(claim.known.nonnegative)))  # fmt: skip


def _growth(claim: Claim, slope: Expr, s: Symbol, centre: Expr) -> tuple[ProofStep, ...] | None:
    """That the slope is >= 0 above the centre and <= 0 below it, as far as the name may be there."""
    above, below = apply("sub", s, centre), apply("sub", centre, s)
    known = [e for e in (*claim.known.nonnegative, *claim.known.positive) if s in free_symbols(e) and not e.shape]
    found: list[ProofStep | None] = []
    if not any(claim.equal(e, below) for e in known):
        found.append(_where(claim, above, number(0), slope))
    if None not in found and not any(claim.equal(e, above) for e in known) and not _starts_at(s, centre):
        found.append(_where(claim, below, slope, number(0)))
    return None if None in found else tuple(step for step in found if step is not None)


def _starts_at(s: Symbol, centre: Expr) -> bool:
    return s.kind.domain == "nonnegative" and centre == number(0)


def _where(claim: Claim, quantity: Expr, left: Expr, right: Expr) -> ProofStep | None:
    """``left <= right`` where a quantity is >= 0."""
    known = replace(claim.known, nonnegative=(*claim.known.nonnegative, quantity))
    found = replace(claim, known=known).holds(left, right)
    return None if found is None else supposing(found, Chain((quantity, number(0)), (">=",)))


# means


def _jensen(claim: Claim) -> ProofStep | None:
    for convex, inner, outer in ((True, claim.left, claim.right), (False, claim.right, claim.left)):
        for node, weights, values in _means(inner) if not inner.shape else ():
            try:
                step = _between(claim, convex, (inner, outer), node, weights, values)
            except SoftsymError:
                continue
            if step is not None:
                return step
    return None


def _means(inner: Expr) -> Iterator[tuple[Expr, Expr, Expr]]:
    """The means in an expression, with their weights and values."""
    for node in sorted({n for n in walk(inner) if isinstance(n, Apply) and not n.shape}, key=str):
        if node.head == "mean":
            yield node, apply("div", apply("pow", node.args[0], 0), apply("len", node.args[0])), node.args[0]
        elif node.head in ("dot", "expectation"):
            yield node, node.args[0], node.args[1]
            yield node, node.args[1], node.args[0]
        elif node.head == "boltzmann":
            yield node, apply("softmax", *node.args), node.args[0]


def _between(
    claim: Claim, convex: bool, sides: tuple[Expr, Expr], node: Expr, weights: Expr, values: Expr
) -> ProofStep | None:
    positive = isinstance(values, Symbol) and values.kind.domain == "positive vector"
    s = Symbol("s_mean", Kind("scalar", "positive" if positive else "real"))
    function = exchanged(sides[0], node, s)
    if s not in free_symbols(function) or not claim.equal(apply("sum", weights), number(1)):
        return None
    mean = apply("dot", weights, substitute(function, {s: values}))
    if not claim.equal(sides[1], mean) or not is_smooth(function, s, claim.known):
        return None
    second, zero = apply("diff", function, s, 2), number(0)
    step = claim.holds(zero, second) if convex else claim.holds(second, zero)
    rule = f"{'convex' if convex else 'concave'}, by its second derivative, between values (Jensen)"
    return None if step is None else claim.step(rule, step, uses=(function, s, weights, values))
