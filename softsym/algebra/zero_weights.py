"""Logarithms of what may be 0, kept where a weight of 0 makes up for them: ``x*log(y)`` as ``xlogy(x, y)``."""

from __future__ import annotations

from functools import reduce
from operator import mul

from softsym.expansion import expand
from softsym.expression import Apply, Expr, Number, Symbol, apply, flattened, has_calculus, number, walk, with_args
from softsym.signs import ANY, ZERO_UP, Signs, signs


def with_weights(expr: Expr) -> Expr:
    """The expression with weighted logarithms of what may be 0 so that a weight of 0 gives 0.

    >>> from softsym import parse
    >>> print(with_weights(parse("2*a*log(a) + b*log(b) where a: nonnegative, b: positive")))
    2*xlogy(a, a) + b*log(b) where a: nonnegative, b: positive
    """
    if not isinstance(expr, Apply):
        return expr
    args = tuple(map(with_weights, expr.args))
    if expr.head == "dot" and any(map(_is_open, args)):
        return apply("sum", with_weights(apply("mul", *args)))
    factors = flattened(with_args(expr, args), "mul")
    logs = [f for f in factors if _is_open(f)]
    weights = [f for f in factors if f not in logs and not isinstance(f, Number)]
    if len(logs) != 1 or not weights:
        return with_args(expr, args)
    weighted = apply("xlogy", reduce(mul, weights), logs[0].args[0])  # type: ignore[attr-defined]
    return reduce(mul, [*(f for f in factors if isinstance(f, Number)), weighted])


def loses_values(before: Expr, after: Expr) -> bool:
    """Whether a logarithm of what may be 0 stands in the second form and not in the first, which has no derivatives.

    >>> from softsym import parse
    >>> loses_values(parse("xlogy(t, t) where t: unit"), parse("t*log(t) where t: unit"))
    True
    """
    return not has_calculus(before) and any(map(_is_open, walk(after))) and not any(map(_is_open, walk(expand(before))))


def _is_open(expr: Expr) -> bool:
    """A logarithm of what is 0 or more, for all that its writing shows."""
    return isinstance(expr, Apply) and expr.head == "log" and _signs(expr.args[0]) == ZERO_UP


def _signs(expr: Expr) -> Signs:
    return signs(expand(expr), _complement)


def _complement(expr: Expr) -> Signs:
    """What is known of 1 - t for t in [0, 1]."""
    if isinstance(expr, Apply) and expr.head == "sub" and expr.args[0] == number(1):
        return ZERO_UP if isinstance(expr.args[1], Symbol) and expr.args[1].kind.domain == "unit" else ANY
    return ANY
