"""Kronecker deltas: the sums over an index of one carried out."""

from __future__ import annotations

from softsym.algebra.writer import negated
from softsym.calculus.arithmetic import ONE, minus, over, plus, times
from softsym.expression import Apply, Expr, Symbol, apply, free_symbols, length_expr, substitute, walk, with_args


def contracted(expr: Expr) -> Expr:
    """The expression with the sums over an index of a Kronecker delta carried out: sum(f(k)*delta(k, i), k) is f(i)."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(contracted(a) for a in expr.args)
    node = with_args(expr, args)
    if isinstance(node, Apply) and node.head == "sum" and len(node.args) == 2 and isinstance(node.args[1], Symbol):
        return _contract(node.args[0], node.args[1])
    return node


def _contract(body: Expr, k: Symbol) -> Expr:
    if k not in free_symbols(body):
        return times(length_expr(k.kind.vector_length), body)
    if not isinstance(body, Apply):
        return apply("sum", body, k)
    head, args = body.head, body.args
    if head in ("add", "sub"):
        left, right = (_contract(a, k) for a in args)
        return plus(left, right) if head == "add" else minus(left, right)
    if head == "neg":
        return apply("neg", _contract(args[0], k))
    if head == "div" and k not in free_symbols(args[1]):
        return over(_contract(args[0], k), args[1])
    if head in ("mul", "div") or (head == "delta" and k in args):
        return _contract_product(body, k)
    return apply("sum", body, k)


def _contract_product(body: Expr, k: Symbol) -> Expr:
    above, below = factors(body)
    for n, factor in enumerate(above):
        if isinstance(factor, Apply) and factor.head == "delta" and k in factor.args:
            other = factor.args[1] if factor.args[0] == k else factor.args[0]
            rest = [substitute(a, {k: other}) for a in above[:n] + above[n + 1 :]]
            return _joined(rest, [substitute(b, {k: other}) for b in below])
    for n, factor in enumerate(above):
        if isinstance(factor, Apply) and factor.head in ("add", "sub", "neg") and has_delta(factor, k):
            parts = [_contract(_joined([*above[:n], a, *above[n + 1 :]], below), k) for a in factor.args]
            if factor.head == "neg":
                return negated(parts[0])
            return plus(*parts) if factor.head == "add" else minus(*parts)
    outside = [a for a in above if k not in free_symbols(a)]
    under = [b for b in below if k not in free_symbols(b)]
    inside = _joined([a for a in above if a not in outside], [b for b in below if b not in under])
    return times(_joined(outside, under), apply("sum", inside, k))


def has_delta(expr: Expr, k: Symbol | None = None) -> bool:
    """Whether a Kronecker delta (of k) stands in the expression."""
    return any(isinstance(n, Apply) and n.head == "delta" and (k is None or k in n.args) for n in walk(expr))


def factors(expr: Expr) -> tuple[list[Expr], list[Expr]]:
    """The factors above and below the fraction line."""
    if isinstance(expr, Apply) and expr.head == "mul":
        (a, b), (c, d) = factors(expr.args[0]), factors(expr.args[1])
        return a + c, b + d
    if isinstance(expr, Apply) and expr.head == "div":
        (a, b), (c, d) = factors(expr.args[0]), factors(expr.args[1])
        return a + d, b + c
    return [expr], []


def _joined(above: list[Expr], below: list[Expr]) -> Expr:
    total, bottom = ONE, ONE
    for a in above:
        total = times(total, a)
    for b in below:
        bottom = times(bottom, b)
    return over(total, bottom)
