"""Theorems of calculus that turn a bound on differences into a bound on derivatives.

=====================  ============================================================================================
monotone in a scalar   F(a) <= F(b) for a <= b if dF/ds >= 0 between them
convex                 F(t*x + (1 - t)*y) <= t*F(x) + (1 - t)*F(y) if v'Hv >= 0 for every point and every v
first order            F(x) + grad F(x)'(y - x) <= F(y) if v'Hv >= 0
Lipschitz              ||F(x) - F(y)||_r <= K*||x - y||_q if every Jacobian has that operator norm at most K
monotone operator      (F(x) - F(y))'(x - y) >= 0 if v'Jv >= 0
cocoercive             ||F(x) - F(y)||_2**2 <= K*(F(x) - F(y))'(x - y) if J is symmetric and 0 <= v'Jv <= K*v'v
=====================  ============================================================================================

Each needs F to be smooth everywhere (:mod:`softsym.proof.inequalities.smooth`); the derivative is integrated along the
segment from one point to the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from softsym.algebra import Assumptions, ZeroTest
from softsym.errors import SoftsymError
from softsym.expression import Apply, Expr, Symbol, apply, free_symbols, number, substitute, walk
from softsym.proof.inequalities.goal import Steps
from softsym.proof.inequalities.smooth import is_smooth
from softsym.proof.verdict import ProofStep
from softsym.symbols import Kind

Bound: TypeAlias = "Callable[[Expr, Expr, Assumptions], Steps | str]"
"""Proves ``left <= right``."""


@dataclass(frozen=True)
class Claim:
    """``left <= right`` under what is known, with the way to prove the claims that it is reduced to."""

    left: Expr
    right: Expr
    known: Assumptions
    bound: Bound

    def holds(self, left: Expr, right: Expr, known: Assumptions | None = None) -> Steps | None:
        found = self.bound(left, right, known or self.known)
        return None if isinstance(found, str) else found

    def equal(self, left: Expr, right: Expr) -> bool:
        try:
            return ZeroTest(self.known).is_zero(apply("sub", left, right))
        except SoftsymError:
            return False

    def step(self, rule: str, after: str) -> ProofStep:
        return ProofStep(rule, f"{self.left} <= {self.right}", after)


def prove_by_derivative(claim: Claim) -> Steps | None:
    """The steps of a proof by one of the theorems of this module, or ``None``."""
    for theorem in (_monotone, _convex, _lipschitz, _operator):
        steps = theorem(claim)
        if steps is not None:
            return steps
    return None


# a scalar that grows


def _monotone(claim: Claim) -> Steps | None:
    scalars = [s for s in free_symbols(claim.left) | free_symbols(claim.right) if s.kind.type == "scalar"]
    for low in scalars:
        for high in scalars:
            gap = apply("sub", high, low)
            if low != high and (gap in claim.known.nonnegative or gap in claim.known.positive):
                steps = _between(claim, low, high)
                if steps is not None:
                    return steps
    return None


def _between(claim: Claim, low: Symbol, high: Symbol) -> Steps | None:
    name = Symbol("s_between", Kind("scalar", "positive" if _is_nonnegative(claim, low) else "real"))
    at_low, at_high = substitute(claim.left, {low: name}), substitute(claim.right, {high: name})
    rising = low in free_symbols(claim.left) and at_low == at_high
    if not rising:
        at_low, at_high = substitute(claim.left, {high: name}), substitute(claim.right, {low: name})
        if high not in free_symbols(claim.left) or at_low != at_high:
            return None
    if {low, high} & free_symbols(at_low) or not is_smooth(at_low, name, claim.known):
        return None
    slope = apply("diff", at_low, name)
    zero = number(0)
    steps = claim.holds(zero, slope) if rising else claim.holds(slope, zero)
    relation = f"0 <= {slope}" if rising else f"{slope} <= 0"
    rule = f"monotone between {low.name} and {high.name}"
    return None if steps is None else (claim.step(rule, relation), *steps)


def _is_nonnegative(claim: Claim, low: Symbol) -> bool:
    declared = apply("sub", low, number(0))
    return low.kind.domain in ("positive", "nonnegative", "unit") or declared in (
        *claim.known.nonnegative,
        *claim.known.positive,
    )


# convex functions of a vector


def _convex(claim: Claim) -> Steps | None:
    for convex, inner, outer in ((True, claim.left, claim.right), (False, claim.right, claim.left)):
        for x, y in _vector_pairs(claim):
            found = _mixed(claim, inner, outer, x, y)
            if found is None:
                found = _tangent(claim, outer, inner, x, y)
            if found is not None and is_smooth(found, x, claim.known):
                steps = _curvature(claim, found, x, convex)
                if steps is not None:
                    return steps
    return None


def _vector_pairs(claim: Claim) -> Iterator[tuple[Symbol, Symbol]]:
    vectors = sorted((s for s in free_symbols(claim.left) | free_symbols(claim.right)
                      if s.kind.domain == "vector"), key=lambda s: s.name)  # fmt: skip
    yield from ((x, y) for x in vectors for y in vectors if x != y and x.shape == y.shape)


def _mixed(claim: Claim, inner: Expr, outer: Expr, x: Symbol, y: Symbol) -> Expr | None:
    """F with ``inner == F(t*x + (1 - t)*y)`` and ``outer == t*F(x) + (1 - t)*F(y)`` for a t in [0, 1]."""
    for node in walk(inner):
        if not isinstance(node, Apply) or node.shape != x.shape or not {x, y} <= free_symbols(node):
            continue
        for share in (*(s for s in free_symbols(node) if s.kind.domain == "unit"), apply("div", 1, 2)):
            rest = apply("sub", 1, share)
            if not claim.equal(node, share * x + rest * y):
                continue
            function = replaced(inner, node, x)
            mean = share * function + rest * substitute(function, {x: y})
            if y not in free_symbols(function) and claim.equal(outer, mean):
                return function
    return None


def _tangent(claim: Claim, outer: Expr, inner: Expr, x: Symbol, y: Symbol) -> Expr | None:
    """F with ``inner == F(x) + grad F(x)'(y - x)`` and ``outer == F(y)``."""
    if x in free_symbols(outer) or y not in free_symbols(outer):
        return None
    function = substitute(outer, {y: x})
    if function.shape:
        return None
    line = function + apply("dot", apply("grad", function, x), y - x)
    return function if claim.equal(inner, line) else None


def _curvature(claim: Claim, function: Expr, x: Symbol, convex: bool) -> Steps | None:
    v = _direction(claim, x)
    form = apply("dot", v, apply("matmul", apply("hessian", function, x), v))
    zero = number(0)
    steps = claim.holds(zero, form) if convex else claim.holds(form, zero)
    relation = f"0 <= {form}" if convex else f"{form} <= 0"
    rule = "convex, by its Hessian" if convex else "concave, by its Hessian"
    return None if steps is None else (claim.step(rule, relation), *steps)


def _direction(claim: Claim, x: Symbol) -> Symbol:
    taken = {s.name for s in free_symbols(claim.left) | free_symbols(claim.right)}
    name = next(n for n in ("v", "u", "direction") if n not in taken)
    return Symbol(name, Kind("vector", "vector", x.kind.length))


def replaced(expr: Expr, node: Expr, by: Expr) -> Expr:
    """The expression with every occurrence of a node replaced."""
    if expr == node:
        return by
    if not isinstance(expr, Apply):
        return expr
    args = tuple(replaced(a, node, by) for a in expr.args)
    return expr if args == expr.args else apply(expr.head, *args)


# differences of a map at two points


def _difference(claim: Claim, node: Expr, x: Symbol, y: Symbol) -> Expr | None:
    """F with ``node == F(x) - F(y)``."""
    if not isinstance(node, Apply) or node.head != "sub":
        return None
    first, second = node.args
    if y in free_symbols(first) or x not in free_symbols(first) or substitute(first, {x: y}) != second:
        return None
    return first if is_smooth(first, x, claim.known) else None


def _lipschitz(claim: Claim) -> Steps | None:
    """``norm(F(x) - F(y), r) <= K*norm(x - y, q)``, and ``abs(f(x) - f(y))`` likewise."""
    node = claim.left
    if not isinstance(node, Apply) or node.head not in ("norm", "abs"):
        return None
    for x, y in _vector_pairs(claim):
        function = _difference(claim, node.args[0], x, y)
        if function is None:
            continue
        for distance in {n for n in walk(claim.right) if isinstance(n, Apply) and n.head == "norm"}:
            if not _is_gap(claim, distance.args[0], x, y):
                continue
            factor = replaced(claim.right, distance, number(1))
            if {x, y} & free_symbols(factor) or not claim.equal(claim.right, factor * distance):
                continue
            target = node.args[1] if node.head == "norm" else None
            steps = _operator_norm(claim, function, x, factor, target, distance.args[1])
            if steps is not None:
                return steps
    return None


def _is_gap(claim: Claim, node: Expr, x: Symbol, y: Symbol) -> bool:
    return claim.equal(node, x - y) or claim.equal(node, y - x)


def _operator_norm(
    claim: Claim, function: Expr, x: Symbol, factor: Expr, target: Expr | None, source: Expr
) -> Steps | None:
    """The Jacobian's norm from ``source`` to ``target`` is at most ``factor``."""
    names = {"1": "oo", "oo": "1", "2": "2"}
    dual = names.get(str(source))
    if dual is None:
        return None
    if target is None:
        bound = apply("norm", apply("grad", function, x), _order(dual))
        return _reduced(claim, f"the gradient's {dual}-norm bounds the slope", bound, factor)
    jacobian = apply("jacobian", function, x)
    row, column = (Symbol(n, Kind("index", "index", x.kind.length)) for n in ("i_row", "j_column"))
    if str(source) == "1" and str(target) == "oo":
        return _reduced(claim, "from 1 to oo: the largest entry", apply("abs", jacobian[row, column]), factor)
    if str(source) == "1" and str(target) == "1":
        bound = apply("sum", apply("abs", jacobian[row, column]), row)
        return _reduced(claim, "from 1 to 1: the largest column sum", bound, factor)
    if str(source) == "oo" and str(target) == "oo":
        bound = apply("sum", apply("abs", jacobian[row, column]), column)
        return _reduced(claim, "from oo to oo: the largest row sum", bound, factor)
    return _spectral(claim, function, x, factor) if str(source) == str(target) == "2" else None


def _order(name: str) -> Expr:
    from softsym.expression import symbol

    return symbol("oo") if name == "oo" else number(int(name))


def _reduced(claim: Claim, rule: str, bound: Expr, factor: Expr) -> Steps | None:
    steps = claim.holds(bound, factor)
    return None if steps is None else (claim.step(f"Lipschitz; {rule}", f"{bound} <= {factor}"), *steps)


def _spectral(claim: Claim, function: Expr, x: Symbol, factor: Expr) -> Steps | None:
    """For a symmetric Jacobian, ``-K*v'v <= v'Jv <= K*v'v``."""
    jacobian, v = apply("jacobian", function, x), _direction(claim, x)
    if not claim.equal(jacobian, apply("transpose", jacobian)):
        return None
    form, size = apply("dot", v, apply("matmul", jacobian, v)), factor * apply("dot", v, v)
    upper = claim.holds(form, size)
    lower = None if upper is None else claim.holds(apply("neg", size), form)
    if upper is None or lower is None:
        return None
    rule = "Lipschitz; the Jacobian is symmetric, so its quadratic form bounds it"
    return (claim.step(rule, f"-({size}) <= {form} <= {size}"), *upper, *lower)


def _operator(claim: Claim) -> Steps | None:
    """``c*dot(D, D) <= d*dot(D, x - y)`` or ``0 <= dot(D, x - y)`` for ``D = F(x) - F(y)``."""
    for x, y in _vector_pairs(claim):
        for node in {n for n in walk(claim.right) if isinstance(n, Apply) and n.head == "dot"}:
            for one, other in (node.args, node.args[::-1]):
                function = _difference(claim, one, x, y)
                if function is None or not claim.equal(other, x - y):
                    continue
                steps = _coercive(claim, function, x, one, node)
                if steps is not None:
                    return steps
    return None


def _coercive(claim: Claim, function: Expr, x: Symbol, difference: Expr, product: Expr) -> Steps | None:
    jacobian, v = apply("jacobian", function, x), _direction(claim, x)
    form = apply("dot", v, apply("matmul", jacobian, v))
    size = replaced(claim.right, product, number(1))
    if not claim.equal(claim.right, size * product) or claim.holds(number(0), size) is None:
        return None
    lower = claim.holds(number(0), form)
    if lower is None:
        return None
    if claim.equal(claim.left, number(0)):
        return (claim.step("a monotone operator, by its Jacobian", f"0 <= {form}"), *lower)
    square = apply("dot", difference, difference)
    share = replaced(claim.left, square, number(1))
    if {x} & free_symbols(share) or not claim.equal(claim.left, share * square):
        return None
    if not claim.equal(jacobian, apply("transpose", jacobian)) or claim.holds(number(0), share) is None:
        return None
    upper = claim.holds(share * form, size * apply("dot", v, v))
    rule = "cocoercive: a symmetric Jacobian between 0 and K (Baillon and Haddad)"
    after = f"0 <= {form} and ({share})*({form}) <= ({size})*dot({v}, {v})"
    return None if upper is None else (claim.step(rule, after), *lower, *upper)
