"""Signs that hold for every value which the kinds allow."""

from __future__ import annotations

from functools import lru_cache

from softsym.expression import Apply, Expr, Symbol
from softsym.stable.terms import rational
from softsym.symbols import SIGN_OF_DOMAIN

POSITIVE, NONNEGATIVE, NONPOSITIVE, NEGATIVE = "positive", "nonnegative", "nonpositive", "negative"

_FLIPPED = {POSITIVE: NEGATIVE, NEGATIVE: POSITIVE, NONNEGATIVE: NONPOSITIVE, NONPOSITIVE: NONNEGATIVE, None: None}
_PASSED_ON = frozenset(("sum", "max", "min", "prod", "item", "concat", "drop", "list", "transpose", "mean"))
_NEVER_NEGATIVE = frozenset(("abs", "relu", "hardmax", "onehot_argmax", "sparsemax", "basis", "delta", "identity"))


@lru_cache(maxsize=8192)
def sign_of(expr: Expr) -> str | None:
    """The sign of every entry of an expression, or ``None`` where the kinds do not tell.

    >>> import softsym as ss
    >>> sign_of(ss.parse("sum(exp(beta*z))")), sign_of(ss.parse("-abs(z)")), sign_of(ss.parse("z"))
    ('positive', 'nonpositive', None)
    """
    value = rational(expr)
    if value is not None:
        return POSITIVE if value > 0 else NEGATIVE if value < 0 else NONNEGATIVE
    if isinstance(expr, Symbol):
        return SIGN_OF_DOMAIN.get(expr.kind.domain)
    if not isinstance(expr, Apply):
        return None
    if expr.head in _NEVER_NEGATIVE:
        return NONNEGATIVE
    if expr.head in ("exp", "len", "ones", "argmax_count", "sigmoid"):
        return POSITIVE
    return _composed(expr)


def _composed(expr: Apply) -> str | None:
    signs = [sign_of(a) for a in expr.args]
    if expr.head == "log":
        value = rational(expr.args[0])
        return None if value is None else POSITIVE if value > 1 else NEGATIVE if value < 1 else NONNEGATIVE
    if expr.head == "sign":
        return signs[0]
    if expr.head == "neg":
        return _FLIPPED[signs[0]]
    if expr.head == "add":
        return _of_sum(signs[0], signs[1])
    if expr.head == "sub":
        return _of_sum(signs[0], _FLIPPED[signs[1]])
    if expr.head in ("mul", "div", "outer"):
        return _of_product(signs[0], signs[1])
    if expr.head == "pow":
        return _of_power(expr, signs[0])
    if expr.head == "sum":
        return signs[0]
    if expr.head in _PASSED_ON:
        relevant = signs[:1] if expr.head in ("item", "drop") else signs
        return relevant[0] if len(set(relevant)) == 1 else None
    return None


def _of_sum(left: str | None, right: str | None) -> str | None:
    for strict, weak in ((POSITIVE, NONNEGATIVE), (NEGATIVE, NONPOSITIVE)):
        if {left, right} <= {strict, weak}:
            return strict if strict in (left, right) else weak
    return None


def _of_product(left: str | None, right: str | None) -> str | None:
    if left is None or right is None:
        return None
    negative = (left in (NEGATIVE, NONPOSITIVE)) != (right in (NEGATIVE, NONPOSITIVE))
    strict = {left, right} <= {POSITIVE, NEGATIVE}
    return (NEGATIVE if strict else NONPOSITIVE) if negative else (POSITIVE if strict else NONNEGATIVE)


def _of_power(expr: Apply, base: str | None) -> str | None:
    exponent = rational(expr.args[1])
    if base == POSITIVE:
        return POSITIVE
    if base == NONNEGATIVE or (exponent is not None and exponent.denominator == 1 and exponent % 2 == 0):
        return NONNEGATIVE
    return None


def is_positive(expr: Expr) -> bool:
    """Whether every entry is > 0."""
    return sign_of(expr) == POSITIVE


def is_nonnegative(expr: Expr) -> bool:
    """Whether every entry is >= 0."""
    return sign_of(expr) in (POSITIVE, NONNEGATIVE)


def is_nonpositive(expr: Expr) -> bool:
    """Whether every entry is <= 0."""
    return sign_of(expr) in (NEGATIVE, NONPOSITIVE)
