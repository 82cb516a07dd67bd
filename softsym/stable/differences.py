"""Sums of several addends in an order in which what cancels does so before anything small is added.

``max(z) + log(s) - max(z)`` is ``log(s)``, and ``1 + x - y`` is ``(x - y) + 1`` for data x and y: a difference of two
inputs is rounded to its own last place, while ``1 + x`` is rounded to that of x.
"""

from __future__ import annotations

from softsym.expression import Apply, Expr, Number, Symbol
from softsym.stable import scale as ls
from softsym.stable import terms as t
from softsym.stable.scale import Scale, Term

_SELECTIONS = frozenset(("item", "max", "min", "drop"))
_LINEAR = frozenset(("neg", "add", "sub"))


def ordered(total: Expr) -> Expr:
    """The sum without addends that cancel, and with the data of both signs in front.

    >>> import softsym as ss
    >>> ordered(ss.parse("1 + max(z) - z[1]")), ordered(ss.parse("max(z) + log(a) - max(z)"))
    (max(z) - z[1] + 1, log(a))
    """
    terms = ls.linear(total)
    if len(terms) < _count(total):
        return ls.to_expr(terms) if all(_fits(term, total) for term in terms) else total
    data = tuple(term for term in terms if _is_data(term.base) and not term.factors)
    rest = tuple(term for term in terms if term not in data)
    if not rest or len({term.coefficient > 0 for term in data}) < 2 or _leads(total, data) or any(map(_folds, rest)):
        return total
    return t.add(ls.to_expr(data), ls.to_expr(rest))


def _fits(term: Term, total: Expr) -> bool:
    return not term.base.shape or term.base.shape == total.shape


def _count(node: Expr) -> int:
    """The addends as they are written."""
    if isinstance(node, Apply) and node.head in _LINEAR:
        return sum(_count(a) for a in node.args)
    if isinstance(node, Apply) and node.head == "mul" and isinstance(node.args[0], Number):
        return _count(node.args[1])
    return 1


def _folds(term: Term) -> bool:
    """Whether a term may undo what stands before it, as ``abs(u)`` does in ``u + abs(u)``."""
    return isinstance(term.base, Apply) and term.base.head in ("abs", "relu")


def _leads(total: Expr, data: Scale) -> bool:
    """Whether the data are one side of the sum already."""
    sides = total.args if isinstance(total, Apply) else ()
    return any(ls.linear(side) in (data, ls.plus((), data, -1)) for side in sides)


def _is_data(base: Expr) -> bool:
    """Whether a term is as large as the inputs: an input, one of its entries, their extreme or their weighted mean."""
    if isinstance(base, Symbol):
        return base.kind.type in ("vector", "scalar")
    if not isinstance(base, Apply):
        return False
    if base.head in _SELECTIONS:
        return _is_data(base.args[0])
    if base.head in _LINEAR:
        return all(_is_data(a) for a in base.args)
    return base.head == "sum" and len(base.args) == 1 and _has_data_factor(base.args[0])


def _has_data_factor(body: Expr) -> bool:
    if isinstance(body, Apply) and body.head in ("mul", "div"):
        return _has_data_factor(body.args[0]) or (body.head == "mul" and _has_data_factor(body.args[1]))
    return isinstance(body, Symbol) and body.kind.domain == "vector"
