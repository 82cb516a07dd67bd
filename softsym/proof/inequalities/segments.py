"""Theorems of calculus that turn a bound on differences into a bound on derivatives.

=====================  ============================================================================================
monotone in a scalar   F(a) <= F(b) for a <= b if dF/ds >= 0 everywhere, or everywhere above 0
convex                 F(t*x + (1 - t)*y) <= t*F(x) + (1 - t)*F(y) if v'Hv >= 0 for every point and every v
first order            F(x) + grad F(x)'(y - x) <= F(y) if v'Hv >= 0
Lipschitz              ||F(x) - F(y)||_r <= K*||x - y||_q if every Jacobian has that operator norm at most K
monotone operator      (F(x) - F(y))'(x - y) >= 0 if v'Jv >= 0
cocoercive             ||F(x) - F(y)||_2**2 <= K*(F(x) - F(y))'(x - y) if J is symmetric and 0 <= v'Jv <= K*v'v
=====================  ============================================================================================

Each needs F to be smooth everywhere (:mod:`softsym.proof.inequalities.smooth`); the derivative is integrated along the
segment from one point to the other, on which the conditions declared for its ends need not hold: they are not used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from softsym.algebra import Assumptions, ZeroTest
from softsym.algebra.context import NONNEGATIVE, POSITIVE
from softsym.algebra.signs import sign_of
from softsym.errors import SoftsymError
from softsym.expression import Apply, Expr, Symbol, apply, exchanged, free_symbols, number, substitute, walk
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


def prove_by_derivative(claim: Claim) -> ProofStep | None:
    """The step of a proof by one of the theorems of this module, or ``None``."""
    for theorem in (_monotone, _convex, _lipschitz, _operator):
        step = theorem(claim)
        if step is not None:
            return step
    return None


# a scalar that grows


def _monotone(claim: Claim) -> ProofStep | None:
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


def _convex(claim: Claim) -> ProofStep | None:
    for convex, inner, outer in ((True, claim.left, claim.right), (False, claim.right, claim.left)):
        for x, y in pairs(claim):
            mixed = _mixed(claim, inner, outer, x, y)
            found, share = mixed if mixed is not None else (_tangent(claim, outer, inner, x, y), None)
            if found is not None and is_smooth(found, x, claim.without(x).known):
                step = _curved(claim.without(x), found, x, convex)
                if step is not None:
                    points = (share, x, y) if share is not None else (x, y)
                    return claim.step("convex by its Hessian" if convex else "concave by its Hessian", step,
                                      uses=(found, *points, *directions(claim, x)))  # fmt: skip
    return None


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
        for share in (*(s for s in free_symbols(node) if s.kind.domain == "unit"), apply("div", 1, 2)):
            rest = apply("sub", 1, share)
            if not claim.equal(node, share * x + rest * y):
                continue
            function = exchanged(inner, node, x)
            mean = share * function + rest * substitute(function, {x: y})
            own = y not in free_symbols(function) and substitute(function, {x: node}) == inner
            if own and claim.equal(outer, mean):
                return function, share
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
    return (_direction(claim, x),) if x.shape else ()


def _direction(claim: Claim, x: Symbol) -> Symbol:
    taken = {s.name for s in free_symbols(claim.left) | free_symbols(claim.right)}
    name = next(n for n in ("v", "u", "direction") if n not in taken)
    return Symbol(name, Kind("vector", "vector", x.kind.length))


# differences of a map at two points


def _difference(claim: Claim, node: Expr, x: Symbol, y: Symbol) -> Expr | None:
    """F with ``node == F(x) - F(y)``."""
    if not isinstance(node, Apply) or node.head != "sub":
        return None
    first, second = node.args
    if y in free_symbols(first) or x not in free_symbols(first) or substitute(first, {x: y}) != second:
        return None
    return first if is_smooth(first, x, claim.without(x).known) else None


def _lipschitz(claim: Claim) -> ProofStep | None:
    """``norm(F(x) - F(y), r) <= K*norm(x - y, q)``, and ``abs(f(x) - f(y))`` likewise."""
    node = claim.left
    if not isinstance(node, Apply) or node.head not in ("norm", "abs"):
        return None
    for x, y in pairs(claim):
        function = _difference(claim, node.args[0], x, y)
        if function is None:
            continue
        for distance in _nodes(claim.right, "norm" if x.shape else "abs"):
            factor = exchanged(claim.right, distance, number(1))
            if not _is_gap(claim, distance.args[0], x, y) or {x, y} & free_symbols(factor):
                continue
            if not claim.equal(claim.right, factor * distance):
                continue
            norms = (*distance.args[1:], *node.args[1:])
            steps = _slopes(claim.without(x), function, x, factor, norms)
            if steps is not None:
                return claim.step("Lipschitz by the norm of the derivative", *steps,
                                  uses=(function, x, y, factor, *_new_names(claim, x, norms)))  # fmt: skip
    return None


def _new_names(claim: Claim, x: Symbol, norms: tuple[Expr, ...]) -> tuple[Symbol, ...]:
    """The names that the steps below a bound on a vector's difference have for a direction or for two indices."""
    names = tuple(map(str, norms))
    if len(names) < 2:
        return _row_and_column(x)[1:] if names == ("1",) else ()
    return _row_and_column(x) if names in _BY_ENTRIES else directions(claim, x)


_BY_ENTRIES = (("1", "oo"), ("1", "1"), ("oo", "oo"))
"""The norms, from one to the other, that the entries of a matrix give."""


def _row_and_column(x: Symbol) -> tuple[Symbol, ...]:
    return tuple(Symbol(n, Kind("index", "index", x.kind.length)) for n in ("i_row", "j_column"))


def _nodes(expr: Expr, head: str) -> list[Apply]:
    return sorted({n for n in walk(expr) if isinstance(n, Apply) and n.head == head}, key=str)


def _slopes(
    claim: Claim, function: Expr, x: Symbol, factor: Expr, norms: tuple[Expr, ...]
) -> tuple[ProofStep, ...] | None:
    if not norms:
        return _one(claim, apply("abs", apply("diff", function, x)), factor)
    return _operator_norm(claim, function, x, factor, norms[1] if len(norms) > 1 else None, norms[0])


def _is_gap(claim: Claim, node: Expr, x: Symbol, y: Symbol) -> bool:
    return claim.equal(node, x - y) or claim.equal(node, y - x)


def _operator_norm(
    claim: Claim, function: Expr, x: Symbol, factor: Expr, target: Expr | None, source: Expr
) -> tuple[ProofStep, ...] | None:
    """The Jacobian's norm from ``source`` to ``target`` is at most ``factor``."""
    if target is None:
        if str(source) == "1":
            _, column = _row_and_column(x)
            return _one(claim, apply("abs", apply("grad", function, x)[column]), factor)
        dual = {"oo": "1", "2": "2"}.get(str(source))
        return None if dual is None else _one(claim, apply("norm", apply("grad", function, x), _order(dual)), factor)
    norms = str(source), str(target)
    if norms == ("2", "2"):
        return _spectral(claim, function, x, factor)
    jacobian = apply("jacobian", function, x)
    row, column = _row_and_column(x)
    size = apply("abs", jacobian[row, column])
    over = dict(zip(_BY_ENTRIES, (None, row, column), strict=True))
    if norms not in over:
        v = _direction(claim, x)
        return _one(claim, apply("norm", apply("matmul", jacobian, v), target), factor * apply("norm", v, source))
    index = over[norms]
    return _one(claim, size if index is None else apply("sum", size, index), factor)


def _order(name: str) -> Expr:
    from softsym.expression import symbol

    return symbol("oo") if name == "oo" else number(int(name))


def _one(claim: Claim, bound: Expr, factor: Expr) -> tuple[ProofStep, ...] | None:
    step = claim.holds(bound, factor)
    return None if step is None else (step,)


def _spectral(claim: Claim, function: Expr, x: Symbol, factor: Expr) -> tuple[ProofStep, ...] | None:
    """For a symmetric Jacobian, ``-K*v'v <= v'Jv <= K*v'v``."""
    jacobian, v = apply("jacobian", function, x), _direction(claim, x)
    if not claim.equal(jacobian, apply("transpose", jacobian)):
        return None
    form, size = apply("dot", v, apply("matmul", jacobian, v)), factor * apply("dot", v, v)
    upper = claim.holds(form, size)
    lower = None if upper is None else claim.holds(apply("neg", size), form)
    return None if upper is None or lower is None else (upper, lower)


def _operator(claim: Claim) -> ProofStep | None:
    """``c*dot(D, D) <= d*dot(D, x - y)`` or ``0 <= dot(D, x - y)`` for ``D = F(x) - F(y)``."""
    for x, y in pairs(claim):
        for node in _nodes(claim.right, "dot"):
            for one, other in (node.args, node.args[::-1]):
                function = _difference(claim, one, x, y)
                if function is None or not claim.equal(other, x - y):
                    continue
                step = _coercive(claim, function, (x, y), one, node)
                if step is not None:
                    return step
    return None


def _coercive(
    claim: Claim, function: Expr, points: tuple[Symbol, Symbol], difference: Expr, product: Expr
) -> ProofStep | None:
    x = points[0]
    jacobian, v = apply("jacobian", function, x), _direction(claim, x)
    form = apply("dot", v, apply("matmul", jacobian, v))
    size = exchanged(claim.right, product, number(1))
    if set(points) & free_symbols(size) or not claim.equal(claim.right, size * product):
        return None
    claim = claim.without(x)
    above, lower = claim.holds(number(0), size), claim.holds(number(0), form)
    if above is None or lower is None:
        return None
    if claim.equal(claim.left, number(0)):
        return claim.step("a monotone operator by its Jacobian", above, lower, uses=(function, *points, size, v))
    square = apply("dot", difference, difference)
    share = exchanged(claim.left, square, number(1))
    if set(points) & free_symbols(share) or not claim.equal(claim.left, share * square):
        return None
    least = claim.holds(number(0), share) if claim.equal(jacobian, apply("transpose", jacobian)) else None
    upper = None if least is None else claim.holds(share * form, size * apply("dot", v, v))
    if least is None or upper is None:
        return None
    rule = "cocoercive by a symmetric Jacobian between 0 and K (Baillon and Haddad)"
    return claim.step(rule, above, lower, least, upper, uses=(function, *points, size, v, share))
