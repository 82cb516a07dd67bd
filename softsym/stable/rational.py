"""Cancellation before anything is rounded: ``1 - 1/(1 + exp(-x))`` is ``exp(-x)/(1 + exp(-x))``."""

from __future__ import annotations

from fractions import Fraction

from softsym.expression import Apply, Expr, Number, Symbol, apply, number, walk, with_args
from softsym.shapes import is_index
from softsym.stable import terms as t
from softsym.symbols import Kind

Addends = list[tuple[Fraction, Expr]]


def cancelled(node: Expr) -> Expr:
    """The expression with entries taken inside, and ``c - a/b`` as ``(c*b - a)/b`` where ``c*b - a`` loses a term.

    >>> import softsym as ss
    >>> cancelled(ss.parse("1 - 1/(1 + exp(-a))"))
    exp(-a)/(1 + exp(-a))
    """
    if not isinstance(node, Apply):
        return node
    args = tuple(cancelled(a) for a in node.args)
    if node.head == "item":
        return t.entry(args[0], *args[1:])
    made = with_args(node, args)
    return _combined(made) if isinstance(made, Apply) and made.head in ("add", "sub") else made


def _factors(node: Apply) -> Expr | None:
    """``(1 - u)*(1 + u)`` for ``1 - u**2``, where that cancels in the first factor."""
    left, right = node.args
    if node.head != "sub" or left != t.ONE or not (isinstance(right, Apply) and right.head == "pow"):
        return None
    base, exponent = right.args
    if t.rational(exponent) != 2:
        return None
    whole = t.fit(t.ONE, base.shape)
    plain = [apply(head, whole, base) for head in ("sub", "add")]
    parts = [_combined(p) if isinstance(p, Apply) else p for p in plain]
    return None if parts == plain else t.mul(*parts)


def _combined(node: Apply) -> Expr:
    if (factors := _factors(node)) is not None:
        return factors
    left, right = node.args
    sign = 1 if node.head == "add" else -1
    for whole, part, whole_sign, part_sign in ((left, right, 1, sign), (right, left, sign, 1)):
        if isinstance(part, Apply) and part.head == "div" and (value := t.rational(whole)) is not None:
            above, below = part.args
            terms = [(value * whole_sign * c, e) for c, e in addends(below)]
            terms += [(Fraction(part_sign) * c, e) for c, e in addends(above)]
            rest = collected(terms)
            if rest and len(rest) < len(addends(below)) and all(e.shape in ((), node.shape) for _, e in rest):
                return t.div(t.fit(total(rest), node.shape), below)
    return node


def without_one(node: Apply) -> Expr | None:
    """``sum(x) - x[i]`` or ``1 - x[i]/sum(x)``, where it is not 0, by the sum of the other entries; else ``None``.

    It is not 0 for two entries or more only, so ``drop`` leaves something to add up.
    """
    left, right = node.args
    if node.head != "sub" or (node.shape and len(node.shape) > 1):
        return None
    if left == t.ONE or (isinstance(left, Apply) and left.head == "ones"):
        above, below = t.fraction(right)
        others = _others(below, above)
        return None if others is None or below == t.ONE else apply("div", others, below)
    return _others(left, right)


def _others(whole: Expr, part: Expr) -> Expr | None:
    """The sum of the entries but one, if ``whole`` is the sum of a vector and ``part`` one of its entries or it."""
    if not isinstance(whole, Apply) or whole.head != "sum" or len(whole.args) != 1:
        return None
    vector = whole.args[0]
    if part == vector:
        index = t.fresh_index(Kind("index", "index", vector.shape[0]), vector)
        return t.vector_of(apply("sum", apply("drop", vector, index)), index)
    for node in walk(part):
        if _indexes(node, vector) and t.entry(vector, node) == part:
            return apply("sum", apply("drop", vector, node))
    return None


def _indexes(node: Expr, vector: Expr) -> bool:
    if isinstance(node, Symbol):
        return node.kind.type == "index" and node.kind.length == vector.shape[0]
    return isinstance(node, Number) and is_index(node)


def addends(expr: Expr) -> Addends:
    """The expression as a sum of numbers times terms."""
    value = t.rational(expr)
    if value is not None:
        return [(value, t.ONE)]
    if isinstance(expr, Apply):
        if expr.head == "neg":
            return [(-c, e) for c, e in addends(expr.args[0])]
        if expr.head in ("add", "sub"):
            sign = 1 if expr.head == "add" else -1
            return addends(expr.args[0]) + [(sign * c, e) for c, e in addends(expr.args[1])]
        if expr.head == "mul" and (factor := t.rational(expr.args[0])) is not None:
            return [(factor * c, e) for c, e in addends(expr.args[1])]
    return [(Fraction(1), expr)]


def collected(terms: Addends) -> Addends:
    """Equal terms added, zero ones dropped."""
    found: dict[Expr, Fraction] = {}
    for coefficient, expr in terms:
        found[expr] = found.get(expr, Fraction(0)) + coefficient
    return [(c, e) for e, c in found.items() if c]


def total(terms: Addends) -> Expr:
    """The sum that the terms make."""
    result: Expr = t.ZERO
    for coefficient, expr in terms:
        part = t.mul(number(abs(coefficient)), expr)
        result = t.add(result, part) if coefficient > 0 else t.sub(result, part)
    return result
