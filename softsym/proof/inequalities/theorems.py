"""Theorems of calculus that turn a bound on differences into a bound on derivatives.

=====================  ============================================================================================
monotone in a scalar   F(a) <= F(b) for a <= b if dF/ds >= 0 everywhere, or everywhere above 0
convex                 F(t*x + (1 - t)*y) <= t*F(x) + (1 - t)*F(y) if v'Hv >= 0 for every point and every v
first order            F(x) + grad F(x)'(y - x) <= F(y) if v'Hv >= 0
Lipschitz              ||F(x) - F(y)||_r <= K*||x - y||_q if every Jacobian has that operator norm at most K
monotone operator      (F(x) - F(y))'(x - y) >= 0 if v'Jv >= 0
cocoercive             ||F(x) - F(y)||_2**2 <= K*(F(x) - F(y))'(x - y) if J is symmetric and 0 <= v'Jv <= K*v'v
=====================  ============================================================================================

Norms and products are recognised however they are written.
"""

from __future__ import annotations

from dataclasses import replace

from softsym.algebra.fold import fold
from softsym.errors import SoftsymError
from softsym.expression import Apply, Expr, apply, as_expr, exchanged, free_symbols, number, walk
from softsym.proof.inequalities.differences import lipschitz, operator
from softsym.proof.inequalities.segments import Claim, convex_or_concave, monotone
from softsym.proof.inequalities.spelling import respelled, root_of_square
from softsym.proof.steps import ProofStep, at_most


def prove_by_derivative(claim: Claim) -> ProofStep | None:
    """The step of a proof by one of the theorems, or ``None``."""
    plain = replace(claim, left=respelled(claim.left), right=respelled(claim.right))
    for theorem in (monotone, convex_or_concave, lipschitz, operator, _by_roots):
        step = theorem(plain)
        if step is not None:
            return replace(step, claim=at_most(claim.left, claim.right))
    return None


def _by_roots(claim: Claim) -> ProofStep | None:
    """``a**2 <= K*b**2`` for sizes a and b, if ``a <= sqrt(K)*b``."""
    size = _root(claim.left)
    if size is None:
        return None
    for node in sorted(set(walk(claim.right)), key=str):
        distance, factor = _root(node), exchanged(claim.right, node, number(1))
        if distance is None or free_symbols(factor) & free_symbols(node):
            continue
        if claim.equal(claim.right, factor * node):
            step = lipschitz(replace(claim, left=size, right=_shorter_root(factor) * distance))
            if step is not None:
                uses = (claim.right, claim.left, as_expr(1) / 2)
                return ProofStep("powers of both sides", at_most(claim.left, claim.right), (step,), uses)
    return None


def _root(expr: Expr) -> Expr | None:
    """The size of which an expression is the square."""
    if isinstance(expr, Apply) and expr.head == "pow" and not expr.shape and expr.args[1] == number(2):
        return apply("abs", expr.args[0])
    return root_of_square(expr)


def _shorter_root(factor: Expr) -> Expr:
    root = apply("sqrt", factor)
    try:
        return fold(root)
    except SoftsymError:
        return root
