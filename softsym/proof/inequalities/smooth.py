"""Whether an expression is defined and continuously differentiable for every value of a name."""

from __future__ import annotations

from softsym.algebra import Assumptions, ZeroTest
from softsym.algebra.signs import sign_of
from softsym.errors import SoftsymError
from softsym.expansion import expand
from softsym.expression import Apply, Expr, Symbol, free_symbols, walk
from softsym.language.reader import constant

_SMOOTH = frozenset(
    [
        "add",
        "sub",
        "mul",
        "neg",
        "matmul",
        "item",
        "list",
        "exp",
        "sum",
        "len",
        "concat",
        "drop",
        "ones",
        "basis",
        "delta",
        "diag",
        "outer",
        "identity",
        "transpose",
        "trace",
    ]
)


def is_smooth(expr: Expr, name: Symbol, known: Assumptions) -> bool:
    """Whether ``expr`` is smooth in ``name`` everywhere: its denominators and logarithms keep positive.

    >>> from softsym import parse, vector
    >>> is_smooth(parse("softmax(z, beta)"), vector("z"), Assumptions())
    True
    >>> is_smooth(parse("abs(z)"), vector("z"), Assumptions())
    False
    """
    return all(
        _node_is_smooth(node, name, known)
        for node in walk(expand(expr))
        if isinstance(node, Apply) and name in free_symbols(node)
    )


def _node_is_smooth(node: Apply, name: Symbol, known: Assumptions) -> bool:
    if node.head in _SMOOTH:
        return True
    if node.head == "div":
        return name not in free_symbols(node.args[1]) or is_always_positive(node.args[1], known)
    if node.head == "log":
        return is_always_positive(node.args[0], known)
    if node.head == "xlogy":
        return all(is_always_positive(a, known) for a in node.args if name in free_symbols(a))
    if node.head == "pow":
        exponent = constant(node.args[1])
        natural = exponent is not None and exponent.denominator == 1 and exponent >= 0
        return natural or is_always_positive(node.args[0], known)
    return False


def is_always_positive(expr: Expr, known: Assumptions) -> bool:
    """Whether every entry of an expression is > 0 by the signs of its parts."""
    try:
        return all(sign_of(c.algebra, c.difference) == "positive" for c in ZeroTest(known).cases(expr))
    except SoftsymError:
        return False
