"""Norms and products as the theorems of calculus have them, however a claim writes them."""

from __future__ import annotations

from fractions import Fraction

from softsym.entries import ENTRYWISE
from softsym.expression import Apply, Expr, apply, free_symbols, symbol, with_args
from softsym.language.reader import constant


def respelled(expr: Expr) -> Expr:
    """The expression with the sums, maxima and roots that are norms or products of vectors as such.

    >>> from softsym import parse
    >>> print(respelled(parse("max(abs(z - w)) + sum(abs(z[k] - w[k]), k) + sqrt(sum((z - w)**2)) + sum(z*w)")))
    norm(z - w, oo) + norm(z - w, 1) + norm(z - w, 2) + dot(z, w)
    """
    if not isinstance(expr, Apply):
        return expr
    node = with_args(expr, tuple(map(respelled, expr.args)))
    found = _RULES[expr.head](node) if expr.head in _RULES and isinstance(node, Apply) else None
    return node if found is None else found


def _sum(node: Apply) -> Expr | None:
    """``sum(abs(x))``, ``sum(x*y)`` and ``sum(x**2)``, also with an index."""
    term = node.args[0] if len(node.args) == 1 else _whole(node.args[0], node.args[1])
    if not isinstance(term, Apply) or len(term.shape) != 1:
        return None
    if term.head == "abs":
        return apply("norm", term.args[0], 1)
    if term.head == "mul" and all(len(a.shape) == 1 for a in term.args):
        return apply("dot", *term.args)
    if term.head == "pow" and constant(term.args[1]) == 2:
        return apply("dot", term.args[0], term.args[0])
    return None


def _whole(term: Expr, index: Expr) -> Expr | None:
    """The vector of which a term is the entry at an index; ``None`` if it is not written entry by entry."""
    if index not in free_symbols(term):
        return term
    if not isinstance(term, Apply):
        return None
    if term.head == "item" and term.args[1:] == (index,) and index not in free_symbols(term.args[0]):
        return term.args[0]
    args = [_whole(a, index) for a in term.args] if term.head in ENTRYWISE else [None]
    return apply(term.head, *(a for a in args if a is not None)) if None not in args else None


def _max(node: Apply) -> Expr | None:
    inner = node.args[0]
    if isinstance(inner, Apply) and inner.head == "abs" and len(inner.shape) == 1:
        return apply("norm", inner.args[0], symbol("oo"))
    return None


def root_of_square(expr: Expr) -> Expr | None:
    """The 2-norm of a vector whose product with itself an expression is."""
    if isinstance(expr, Apply) and expr.head == "dot" and expr.args[0] == expr.args[1]:
        return apply("norm", expr.args[0], 2)
    return None


def _root(node: Apply) -> Expr | None:
    return root_of_square(node.args[0])


def _power(node: Apply) -> Expr | None:
    base, exponent = node.args[0], constant(node.args[1])
    if exponent == Fraction(1, 2):
        return _root(node)
    if exponent == 2 and isinstance(base, Apply) and base.head == "norm" and constant(base.args[1]) == 2:
        return apply("dot", base.args[0], base.args[0])
    return None


_RULES = {"sum": _sum, "max": _max, "sqrt": _root, "pow": _power}
