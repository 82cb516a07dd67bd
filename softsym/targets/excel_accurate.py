"""Where a formula would lose digits: log(1 + u) and exp(t) - 1, which spreadsheets have no functions for."""

from __future__ import annotations

from softsym.expression import Apply, Expr, Number
from softsym.stable.signs import NEGATIVE, NONNEGATIVE, NONPOSITIVE, POSITIVE, sign_of


def log1p_argument(expr: Expr) -> Expr | None:
    """The ``u`` of ``log(1 + u)``, if it is at least 0 for all values of its names.

    >>> from softsym import parse
    >>> log1p_argument(parse("log(1 + exp(-abs(a)))"))
    exp(-abs(a))
    """
    if not (isinstance(expr, Apply) and expr.head == "log" and isinstance(expr.args[0], Apply)):
        return None
    inner = expr.args[0]
    if inner.head != "add":
        return None
    for one, u in (inner.args, inner.args[::-1]):
        if _is_one(one) and sign_of(u) in (POSITIVE, NONNEGATIVE):
            return u
    return None


def is_at_most_one(u: Expr) -> bool:
    """Whether an expression is an exponential of what is never above 0."""
    return _is_exp(u) and sign_of(_exponent(u)) in (NONPOSITIVE, NEGATIVE)


def expm1_argument(expr: Apply) -> tuple[Expr, bool] | None:
    """The exponent ``t`` of ``exp(t) - 1``, and whether the expression is ``1 - exp(t)`` instead.

    >>> from softsym import parse
    >>> expm1_argument(parse("1 - exp(-2*abs(a))"))
    (-2*abs(a), True)
    """
    if expr.head != "sub":
        return None
    left, right = expr.args
    if _is_exp(left) and _is_one(right):
        return _exponent(left), False
    return (_exponent(right), True) if _is_one(left) and _is_exp(right) else None


def _is_one(expr: Expr) -> bool:
    return isinstance(expr, Number) and expr.value == 1


def _is_exp(expr: Expr) -> bool:
    return isinstance(expr, Apply) and expr.head == "exp"


def _exponent(expr: Expr) -> Expr:
    assert isinstance(expr, Apply)
    return expr.args[0]
