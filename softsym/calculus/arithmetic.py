"""Sums and products without needless zeros and ones."""

from __future__ import annotations

from softsym.algebra.writer import negated
from softsym.expression import Apply, Expr, apply, as_expr, with_args

ZERO, ONE = as_expr(0), as_expr(1)


def plus(left: Expr, right: Expr) -> Expr:
    """left + right."""
    if ZERO in (left, right):
        return right if left == ZERO else left
    if isinstance(right, Apply) and right.head == "neg":
        return left - right.args[0]
    return left + right


def minus(left: Expr, right: Expr) -> Expr:
    """left - right."""
    if right == ZERO:
        return left
    return negated(right) if left == ZERO else left - right


def times(left: Expr, right: Expr) -> Expr:
    """left*right; a sign in front of either goes to the front."""
    if ZERO in (left, right):
        return ZERO
    if ONE in (left, right):
        return right if left == ONE else left
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Apply) and one.head == "neg":
            product = times(one.args[0], other) if one is left else times(other, one.args[0])
            return apply("neg", product)
    if isinstance(right, Apply) and right.head == "mul":
        return times(times(left, right.args[0]), right.args[1])
    return left * right


def over(above: Expr, below: Expr) -> Expr:
    """above/below, as one fraction."""
    if above == ZERO or below == ONE:
        return above
    if isinstance(above, Apply) and above.head == "div":
        return above.args[0] / times(below, above.args[1])
    return above / below


def _nests(head: str, args: tuple[Expr, ...]) -> bool:
    """Whether a fraction stands in a numerator, or a product on the right of one."""
    inner = {"div": args[0], "mul": args[-1]}.get(head)
    return isinstance(inner, Apply) and inner.head == head


def cleared(expr: Expr) -> Expr:
    """The expression without terms that are 0 and factors that are 1."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(cleared(a) for a in expr.args)
    makers = {"add": plus, "sub": minus, "mul": times, "div": over}
    if expr.head in makers and (ZERO in args or ONE in args or _nests(expr.head, args)):
        return makers[expr.head](*args)
    if expr.head in ("neg", "sum", "diff") and args[0] == ZERO:
        return ZERO
    return with_args(expr, args)
