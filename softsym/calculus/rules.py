"""The rules of differentiation, one table: what a derivative becomes, and under which condition.

Every rule takes the function ``f`` of a node ``diff(f, x)`` and x, a scalar name or an entry ``z[i]``, and gives the
expression without this derivative (with derivatives of smaller functions), or ``None`` where it does not apply.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from softsym.calculus.arithmetic import ONE, ZERO, cleared, minus, over, plus, times
from softsym.entries import ENTRYWISE, entry, fresh_index
from softsym.expansion import unfold
from softsym.expression import Apply, Expr, Symbol, apply, as_expr, free_symbols, substitute, walk

Rewrite = Callable[[Expr, Expr], "Expr | None"]


@dataclass(frozen=True)
class Rule:
    """One rule: its name, its rewriting, its condition; rules of one ``stage`` are applied in one step."""

    name: str
    stage: str
    rewrite: Rewrite
    condition: str = ""


def derivative(f: Expr, x: Expr) -> Expr:
    """``diff(f, x)``, or 0 where f does not depend on x."""
    return ZERO if is_constant(f, x) else apply("diff", f, x)


def is_constant(f: Expr, x: Expr) -> bool:
    """Whether x (or, for an entry, its vector) does not occur in f."""
    return variable(x) not in free_symbols(f)


def variable(x: Expr) -> Symbol:
    """The name that is differentiated by."""
    found = x.args[0] if isinstance(x, Apply) else x
    assert isinstance(found, Symbol)
    return found


# rules, by the head of f


def _head(*heads: str) -> Callable[[Callable[..., Expr | None]], Rewrite]:
    """A rewriting of functions with one of these heads, given their arguments and x."""

    def decorate(rewrite: Callable[..., Expr | None]) -> Rewrite:
        def apply_rule(f: Expr, x: Expr) -> Expr | None:
            return rewrite(*f.args, x) if isinstance(f, Apply) and f.head in heads else None

        return apply_rule

    return decorate


def _constant(f: Expr, x: Expr) -> Expr | None:
    return ZERO if is_constant(f, x) else None


def _variable(f: Expr, x: Expr) -> Expr | None:
    if f == x:
        return ONE
    target = f.args[0] if isinstance(f, Apply) and f.head == "item" else None
    if isinstance(x, Apply) and isinstance(f, Apply) and target == x.args[0]:
        return apply("delta", f.args[1], x.args[1])
    return None


@_head("add")
def _sum_of_two(a: Expr, b: Expr, x: Expr) -> Expr:
    return plus(derivative(a, x), derivative(b, x))


@_head("sub")
def _difference(a: Expr, b: Expr, x: Expr) -> Expr:
    return minus(derivative(a, x), derivative(b, x))


@_head("neg")
def _negation(a: Expr, x: Expr) -> Expr:
    return apply("neg", derivative(a, x))


@_head("mul")
def _constant_factor(a: Expr, b: Expr, x: Expr) -> Expr | None:
    if is_constant(a, x):
        return times(a, derivative(b, x))
    return times(derivative(a, x), b) if is_constant(b, x) else None


@_head("div")
def _constant_divisor(a: Expr, b: Expr, x: Expr) -> Expr | None:
    return over(derivative(a, x), b) if is_constant(b, x) else None


@_head("mul")
def _product(a: Expr, b: Expr, x: Expr) -> Expr:
    return plus(times(derivative(a, x), b), times(a, derivative(b, x)))


@_head("div")
def _quotient(a: Expr, b: Expr, x: Expr) -> Expr:
    first, second = times(derivative(a, x), b), times(a, derivative(b, x))
    return over(minus(first, second), b**2)


@_head("pow")
def _power(a: Expr, b: Expr, x: Expr) -> Expr:
    if is_constant(b, x):
        lower = a if b == as_expr(2) else a ** _less_one(b)
        return times(times(b, lower), derivative(a, x))
    if is_constant(a, x):
        return times(times(a**b, apply("log", a)), derivative(b, x))
    inner = plus(times(derivative(b, x), apply("log", a)), over(times(b, derivative(a, x)), a))
    return times(a**b, inner)


def _less_one(exponent: Expr) -> Expr:
    value = getattr(exponent, "value", None)
    return as_expr(value - 1) if value is not None else exponent - 1


@_head("exp")
def _exponential(u: Expr, x: Expr) -> Expr:
    return times(apply("exp", u), derivative(u, x))


@_head("log")
def _logarithm(u: Expr, x: Expr) -> Expr:
    return over(derivative(u, x), u)


@_head("log")
def _log_of_quotient(u: Expr, x: Expr) -> Expr | None:
    """log(exp(a)/b) is a - log(b): the exponential is positive, and so is b where the logarithm is defined."""
    quotient = unfolded(u)
    if not (isinstance(quotient, Apply) and quotient.head == "div"):
        return None
    above, below = quotient.args
    if not (isinstance(above, Apply) and above.head == "exp"):
        return None
    return apply("diff", cleared(above.args[0] - apply("log", below)), x)


@_head("abs")
def _absolute_value(u: Expr, x: Expr) -> Expr:
    return times(apply("sign", u), derivative(u, x))


@_head("xlogy")
def _xlogy(a: Expr, b: Expr, x: Expr) -> Expr:
    if is_constant(a, x):
        return times(a, apply("diff", apply("log", b), x))
    return plus(times(derivative(a, x), apply("log", b)), over(times(a, derivative(b, x)), b))


def _sum(f: Expr, x: Expr) -> Expr | None:
    if not (isinstance(f, Apply) and f.head == "sum"):
        return None
    body, k = _summand(f, x)
    return ZERO if is_constant(body, x) else apply("sum", apply("diff", body, x), k)


def _summand(f: Apply, *avoid: Expr) -> tuple[Expr, Symbol]:
    """The term of a sum at an index whose name is not taken."""
    taken = {s.name for e in (f, *avoid) for s in walk(e) if isinstance(s, Symbol)}
    if len(f.args) == 2:
        body, k = f.args
        assert isinstance(k, Symbol)
        if any(k in free_symbols(e) for e in avoid):
            fresh = fresh_index(k.kind.vector_length, taken)
            return substitute(body, {k: fresh}), fresh
        return body, k
    k = fresh_index(f.args[0].shape[0], taken)
    return entry(f.args[0], k), k


@_head("max")
def _maximum(v: Expr, x: Expr) -> Expr:
    def weighted(u: Expr, k: Expr) -> Expr:
        return times(apply("hardmax", v)[k], apply("diff", u, x))

    return _over_entries(v, x, weighted)


@_head("prod")
def _long_product(v: Expr, x: Expr) -> Expr:
    return times(apply("prod", v), _over_entries(v, x, lambda u, k: over(apply("diff", u, x), u)))


def _over_entries(v: Expr, x: Expr, term: Callable[[Expr, Expr], Expr]) -> Expr:
    """The sum of a term made of each entry of a vector and its index."""
    v = parts_outside(v)
    if isinstance(v, Apply) and v.head == "list":
        total = ZERO
        for n, u in enumerate(v.args, 1):
            total = total if is_constant(u, x) else plus(total, term(u, as_expr(n)))
        return total
    taken = {s.name for e in (v, x) for s in walk(e) if isinstance(s, Symbol)}
    k = fresh_index(v.shape[0], taken)
    return apply("sum", term(entry(v, k), k), k)


def _parts_of_sum(f: Expr, x: Expr) -> Expr | None:
    """The sum of a list, of two vectors put together, or without one entry, in its parts."""
    if not (isinstance(f, Apply) and f.head == "sum" and len(f.args) == 1):
        return None
    whole = parts_outside(f.args[0])
    if not isinstance(whole, Apply) or whole.head not in PUT_TOGETHER:
        return None
    if whole.head == "concat":
        return apply("diff", apply("sum", whole.args[0]) + apply("sum", whole.args[1]), x)
    if whole.head == "drop":
        return apply("diff", apply("sum", whole.args[0]) - entry(whole.args[0], whole.args[1]), x)
    total = whole.args[0]
    for part in whole.args[1:]:
        total = total + part
    return apply("diff", total, x)


PUT_TOGETHER = ("list", "concat", "drop")


def parts_outside(vector: Expr) -> Expr:
    """An entrywise function of lists, concatenations or vectors without an entry as the list or so of the function.

    >>> from softsym import parse
    >>> parts_outside(parse("exp(beta*[a, b])"))
    [exp(beta*a), exp(beta*b)]
    """
    if not isinstance(vector, Apply) or vector.head not in ENTRYWISE:
        return vector
    args = tuple(parts_outside(a) if a.shape else a for a in vector.args)
    made = [a for a in args if isinstance(a, Apply) and a.shape and a.head in PUT_TOGETHER]
    if not made or len(made) != sum(bool(a.shape) for a in args):
        return vector
    first = made[0]
    if any(m.head != first.head or [p.shape for p in m.args] != [p.shape for p in first.args] for m in made):
        return vector
    if first.head == "drop" and any(m.args[1] != first.args[1] for m in made):
        return vector
    moving = 1 if first.head == "drop" else len(first.args)
    parts = [
        apply(vector.head, *(a.args[n] if isinstance(a, Apply) and a.shape else a for a in args)) for n in range(moving)
    ]
    return apply(first.head, *parts, *first.args[moving:])


def _locally_constant(f: Expr, x: Expr) -> Expr | None:
    """sign, the count of maxima, and the entries of hardmax and onehot_argmax do not move with small changes."""
    inner = f.args[0] if isinstance(f, Apply) and f.head == "item" else f
    flat = ("sign", "argmax_count", "hardmax", "onehot_argmax", "len")
    return ZERO if isinstance(inner, Apply) and inner.head in flat else None


def _definition(f: Expr, x: Expr) -> Expr | None:
    value = unfolded(f)
    return None if value == f else apply("diff", cleared(value), x)


def unfolded(f: Expr) -> Expr:
    """The function by its definition, one level deep; an entry of it, with the index moved inwards."""
    if isinstance(f, Apply) and f.head == "item":
        target = f.args[0]
        inner = unfold(target) if isinstance(target, Apply) else None
        return entry(parts_outside(target if inner is None else inner), *f.args[1:])
    if isinstance(f, Apply):
        value = unfold(f)
        return f if value is None else value
    return f


RULES = (
    Rule("a constant has derivative 0", "linear", _constant),
    Rule("variable", "linear", _variable),
    Rule("the derivative of a sum", "linear", _sum_of_two),
    Rule("the derivative of a difference", "linear", _difference),
    Rule("a sign leaves the derivative", "linear", _negation),
    Rule("a constant factor leaves the derivative", "linear", _constant_factor),
    Rule("a constant divisor leaves the derivative", "linear", _constant_divisor),
    Rule("product rule", "rules", _product),
    Rule("quotient rule", "rules", _quotient, "the denominator is not 0"),
    Rule("power rule", "rules", _power, "the power is differentiable there"),
    Rule("chain rule for exp", "rules", _exponential),
    Rule("logarithm of a quotient", "definitions", _log_of_quotient, "the argument of the logarithm is positive"),
    Rule("chain rule for log", "rules", _logarithm, "the argument of the logarithm is positive"),
    Rule("chain rule for the absolute value", "rules", _absolute_value, "the derivative exists (not at a kink)"),
    Rule("product rule with 0*log(0) = 0", "rules", _xlogy, "terms of weight 0 stay 0"),
    Rule("the sum in its parts", "definitions", _parts_of_sum),
    Rule("a sum is differentiated term by term", "sums", _sum),
    Rule("the slope of the maximum is that of the maximal entry", "sums", _maximum, "the derivative exists (no tie)"),
    Rule("logarithmic derivative of a product", "sums", _long_product, "no factor is 0"),
    Rule("locally constant", "linear", _locally_constant, "the derivative exists (no tie, no kink)"),
    Rule("definition", "definitions", _definition),
)
"""Every rule; of those that apply to a node the first is taken."""


def rule_for(f: Expr, x: Expr) -> tuple[Rule, Expr] | None:
    """The first rule that applies to ``diff(f, x)``, and what it gives."""
    for rule in RULES:
        found = rule.rewrite(f, x)
        if found is not None:
            return rule, found
    return None
