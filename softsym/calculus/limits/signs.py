"""Expressions with ``sign`` and ``abs``, put together from their values where the argument is > 0, < 0 and 0."""

from __future__ import annotations

from fractions import Fraction

from softsym.calculus.limits import coefficients as co
from softsym.expression import Apply, Expr, apply, length_expr, number, walk, with_args

_HEADS = ("sign", "abs")
MAX_NESTED = 4


def by_cases(expr: Expr, depth: int = 0) -> Expr:
    """The same expression, with each sign in the first or second power outside, but within the sum that it stands in.

    With s = sign(u), what is f(s) for s = 1, -1 and 0 is
    ``f(1)*(s + s**2)/2 + f(-1)*(s**2 - s)/2 + f(0)*(1 - s**2)``.
    """
    expr = _with_sums_by_cases(expr, depth)
    argument = _innermost(expr)
    if argument is None or depth > MAX_NESTED:
        return expr
    values = {sign: by_cases(_where(expr, argument, sign), depth + 1) for sign in (1, -1, 0)}
    if not all(partial_parts(value) <= partial_parts(expr) for value in values.values()):
        return expr  # one of the three may have no value where another one is meant
    s = apply("sign", argument)
    square, half = co.power(s, Fraction(2)), number(Fraction(1, 2))
    even = co.multiply(half, co.subtract(co.add(values[1], values[-1]), co.multiply(number(2), values[0])))
    odd = co.multiply(half, co.subtract(values[1], values[-1]))
    return co.add(values[0], co.multiply(odd, s), co.multiply(even, square))


def _with_sums_by_cases(expr: Expr, depth: int) -> Expr:
    """The expression with the summands of its sums by cases."""
    if not isinstance(expr, Apply) or not (expr.head == "sum" or expr.head in co.ENTRYWISE):
        return expr
    if expr.head == "sum":
        body = by_cases(expr.args[0], depth)
        if body.shape != expr.args[0].shape:  # a scalar stands for equal entries
            return co.total(body, length_expr(expr.args[0].shape[0]))
        return with_args(expr, (body, *expr.args[1:]))
    return with_args(expr, tuple(_with_sums_by_cases(a, depth) for a in expr.args))


def partial_parts(expr: Expr) -> set[Expr]:
    """What is divided by, and what has a logarithm or a power taken of it."""
    found = set()
    for node in walk(expr):
        if co.is_head(node, "div"):
            found.add(co.args_of(node)[1])
        elif co.is_head(node, "log", "pow", "xlogy"):
            found.add(node)
    return {e for e in found if not co.constant_of(e) and not _is_square(e)}


def _is_square(expr: Expr) -> bool:
    exponent = co.constant_of(co.args_of(expr)[1]) if co.is_head(expr, "pow") else None
    return exponent is not None and exponent.denominator == 1 and exponent > 0


def _innermost(expr: Expr) -> Expr | None:
    """The argument of a sign or an absolute value that has none of these inside, reached through arithmetic only."""
    if not co.is_head(expr, *co.ENTRYWISE):
        return None
    for arg in co.args_of(expr):
        found = _innermost(arg)
        if found is not None:
            return found
    if not co.is_head(expr, *_HEADS):
        return None
    return _normalised(co.args_of(expr)[0])[1]


def _normalised(argument: Expr) -> tuple[Fraction, Expr]:
    """An argument as a number times one whose first term has the number 1."""
    terms = co.linear_terms(argument)
    first = next(iter(terms.values()), Fraction(1))
    return first, co.combine({e: c / first for e, c in terms.items()})


def _where(expr: Expr, argument: Expr, sign: int) -> Expr:
    """The expression where the argument has a sign."""
    if co.is_head(expr, *_HEADS):
        inner = _where(co.args_of(expr)[0], argument, sign)
        return _sized(expr, inner, argument, sign)
    if not co.is_head(expr, *co.ENTRYWISE):
        return expr
    if sign == 0 and expr == argument:
        return co.ZERO
    return co.rebuilt(expr, [_where(a, argument, sign) for a in co.args_of(expr)])


def _sized(expr: Expr, inner: Expr, argument: Expr, sign: int) -> Expr:
    value = co.constant_of(inner)
    size = co.is_head(expr, "abs")
    if value is not None:
        return number(abs(value) if size else (value > 0) - (value < 0))
    factor, core = _normalised(inner)
    if core == argument:
        direction = sign * (1 if factor > 0 else -1)
        return co.multiply(number(direction), inner) if size else number(direction)
    return apply("abs" if size else "sign", inner)
