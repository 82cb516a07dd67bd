"""Taking a limit: the substitution that sends x to infinity, each side, each case of an index and of N."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from time import monotonic

from softsym.algebra import Assumptions
from softsym.algebra.context import NEGATIVE, NONNEGATIVE, POSITIVE
from softsym.algebra.fold import fold
from softsym.calculus.limits import coefficients as co
from softsym.calculus.limits import pieces
from softsym.calculus.limits.context import Calculus, EntriesUnsettledError, LimitStep, ScaleError
from softsym.calculus.limits.expansion import Expansion, IndexUnsettledError, Moving, ZeroUnsettledError
from softsym.calculus.limits.facts import Facts
from softsym.calculus.limits.growth import Growth, Term
from softsym.calculus.limits.infinite import InfiniteLimitError, infinite, is_infinite, require_finite
from softsym.calculus.limits.matrices import from_entries, matrix_entry, new_indices, spread
from softsym.calculus.limits.scales import PLAIN, Scale, scale_for
from softsym.calculus.limits.signs import by_cases, partial_parts
from softsym.errors import BudgetError, DomainError, SoftsymError, UnsupportedError
from softsym.expansion import expand
from softsym.expression import (
    Apply,
    Expr,
    Symbol,
    apply,
    exchanged,
    free_symbols,
    length_expr,
    number,
    substitute,
    walk,
    with_args,
)
from softsym.symbols import Length

ORDERS = (2, 3, 4, 6)
"""To how many orders power series are taken, one attempt after another."""
SHORTENING = 1.0
"""The time, in seconds, that the search for a short form of a limit may take."""
CLOSURES: dict[str, tuple[int | None, int | None]] = {
    **dict.fromkeys(("real", "nonzero", "vector"), (None, None)),
    **dict.fromkeys(("positive", "nonnegative", "positive vector"), (0, None)),
    "negative": (None, 0),
    "unit": (0, 1),
    **dict.fromkeys(("distribution", "simplex"), (0, 1)),
}
"""The closures of the kinds whose values can tend to a point."""
Taken = tuple[Expr, list[LimitStep]]


def limit_steps(
    node: Apply,
    assumptions: Assumptions | None = None,
    deadline: float = float("inf"),
    alongside: Sequence[Expr] = (),
) -> Taken:
    """The value of ``limit(f, x, point)`` for every N and every value of the names, and the steps that show it.

    ``f`` has no derivatives and no limits left. The limit is read off an expansion in terms
    ``c * x**p * log(x)**q * exp(x*r)``, whose remainder is bounded at each step; ``alongside`` are the expressions of
    the statement, whose being defined may be presupposed (``drop(z, i)`` needs N >= 2). Without ``assumptions``, which
    is no way to prove anything, a value with ``drop(z, i)`` in it is given for N >= 2, where alone it is defined,
    whatever the limit at N = 1 is.

    Raises :class:`~softsym.errors.UnsupportedError` where the expansion, the order of two terms or the sign of a
    coefficient is not settled, :class:`InfiniteLimitError`, which is one, where the limit is infinite,
    :class:`~softsym.errors.DomainError` where the variable's kind cannot tend to the point,
    and :class:`~softsym.errors.BudgetError` after the deadline.

    >>> from softsym import parse
    >>> limit_steps(parse("limit(log(softmax(z, beta)[i])/beta, beta, oo)"))[0]
    z[i] - max(z)
    >>> limit_steps(parse("limit((softmax(z, beta) - 1/N)/beta, beta, 0)"))[0]
    (z - mean(z))/N
    """
    facts = Facts(assumptions or Assumptions(), deadline)
    given = None if assumptions is None else alongside
    body = _with_leaders(facts, expand(node.args[0]), _moving_name(node.args[1]))
    taken = _both_sides(facts, body, node, given)
    value, steps = taken[-1]
    if len(taken) > 1:
        _require_equal(facts, taken[0][0], value, node)
        steps = [
            *steps,
            LimitStep("both sides agree", taken[0][0], value, "the limit exists from below and from above"),
        ]
    definitions = LimitStep("definitions", node.args[0], body)
    if is_infinite(value):
        raise InfiniteLimitError(node, value, [definitions, *steps])
    short = _short(facts, pieces.shaped_as(value, node.shape) if len(node.shape) < 2 else value)
    return short, [definitions, *steps, LimitStep("limit", node, short)]


def _both_sides(facts: Facts, body: Expr, node: Apply, given: Sequence[Expr] | None) -> list[Taken]:
    """The limits from each side; in another scale if what stands in an exponential asks for one."""
    try:
        return [_one_side(facts, body, node, moving, x, given) for moving, x in _approaches(facts, node)]
    except ScaleError as error:
        scale = scale_for(error.part)
        if scale is None:
            raise
        return [_one_side(facts, body, node, moving, x, given) for moving, x in _approaches(facts, node, scale)]


def _with_leaders(facts: Facts, expr: Expr, moving: Symbol) -> Expr:
    """``max(v)`` as the entry that is declared to be larger than the others, unless v moves."""
    if not isinstance(expr, Apply) or not facts.assumptions.positive:
        return expr
    args = tuple(_with_leaders(facts, a, moving) for a in expr.args)
    if expr.head == "max" and moving not in free_symbols(args[0]):
        leader = facts.leader(args[0])
        if leader is not None:
            return apply("item", args[0], leader)
    return with_args(expr, args)


def _moving_name(variable: Expr) -> Symbol:
    symbol = variable if isinstance(variable, Symbol) else co.args_of(variable)[0]
    assert isinstance(symbol, Symbol)
    return symbol


def _require_equal(facts: Facts, left: Expr, right: Expr, node: Apply) -> None:
    if left != right and (is_infinite(left) or is_infinite(right) or not facts.is_zero(co.subtract(left, right))):
        raise UnsupportedError(f"{node}: from below {left}, from above {right}, and these are not proved equal")


def _short(facts: Facts, value: Expr) -> Expr:
    """The value in its shortest form, if the algebra finds one that has a value wherever the value itself has one."""
    try:
        found = fold(value, max(0.0, min(SHORTENING, facts.deadline - monotonic())))
    except SoftsymError:
        return value
    if sum(1 for _ in walk(found)) >= sum(1 for _ in walk(value)):
        return value
    return found if facts.is_total(found) or partial_parts(found) <= partial_parts(value) else value


# --- how the variable tends to the point ----------------------------------------------------------------------------


def _approaches(facts: Facts, node: Apply, scale: Scale = PLAIN) -> Iterator[tuple[Moving, Expr]]:
    """What moves, from below and from above, and x in terms of the variable."""
    _, variable, point = node.args
    symbol = _moving_name(variable)
    index = None if variable is symbol else co.args_of(variable)[1]
    low, high = _closure(symbol, node)
    direction = _direction(point)
    if direction:
        if (high if direction > 0 else low) is not None:
            raise DomainError(f"{variable}, of kind {symbol.kind}, cannot tend to {point}")
        size = co.multiply(number(direction), variable)
        yield _moving(symbol, index, [scale.term(number(direction))]), scale.of(size)
        return
    for side in (-1, 1):
        if _is_open(facts, point, low if side < 0 else high, side):
            terms = [Term(point), scale.inverse(number(side))]
            size = co.power(co.multiply(number(side), co.subtract(variable, point)), Fraction(-1))
            yield _moving(symbol, index, [t for t in terms if t.coefficient != co.ZERO]), scale.of(size)


def _moving(symbol: Symbol, index: Expr | None, terms: list[Term]) -> Moving:
    return Moving(symbol, Growth(tuple(terms)), index)


def _closure(symbol: Symbol, node: Apply) -> tuple[int | None, int | None]:
    domain = symbol.kind.domain
    if domain == "integer" and _direction(node.args[2]):
        return None, None
    if domain not in CLOSURES:
        raise DomainError(f"values of kind {symbol.kind} cannot tend to {node.args[2]}")
    return CLOSURES[domain]


def _direction(point: Expr) -> int:
    inner = co.args_of(point)[0] if co.is_head(point, "neg") else point
    if not (isinstance(inner, Symbol) and inner.name == "oo"):
        return 0
    return 1 if inner is point else -1


def _is_open(facts: Facts, point: Expr, end: int | None, side: int) -> bool:
    """Whether values on one side of the point belong to the kind, whose end on that side is given."""
    if end is None:
        return True
    inside = co.multiply(number(side), co.subtract(number(end), point))
    sign = facts.sign(inside)
    if facts.is_zero(inside):
        return False
    if sign == NEGATIVE:
        raise DomainError(f"{point} lies outside the values of the variable")
    if sign in (POSITIVE, NONNEGATIVE):
        return True  # where the point is the end itself, the other side's limit is the same
    raise UnsupportedError(f"whether {point} lies among the values of the variable is not settled")


# --- one side: cases of N and of indices ----------------------------------------------------------------------------


def _one_side(
    facts: Facts, body: Expr, node: Apply, moving: Moving, x: Expr, alongside: Sequence[Expr] | None
) -> Taken:
    if moving.index is None:
        return _by_order(facts, body, moving, x)
    length = moving.symbol.kind.vector_length
    if length.is_literal and length.constant == 1:
        return _alone(facts, body, moving, x)
    value, steps = _by_index(facts, body, moving, x)
    if _at_least_two(facts, length, (node, *(alongside or ()))):
        return value, steps
    if alongside is None and _has_drop(value, length):
        return value, [*steps, LimitStep("more than one entry", node, value, f"{length} >= 2")]
    return value, [*steps, _same_alone(facts, body, moving, x, value)]


def _has_drop(expr: Expr, length: Length) -> bool:
    drops = (n for n in walk(expr) if isinstance(n, Apply) and n.head == "drop")
    return any(n.args[0].shape == (length,) for n in drops)


def _same_alone(facts: Facts, body: Expr, moving: Moving, x: Expr, value: Expr) -> LimitStep:
    """The step that the value for several entries is right where there is one entry only."""
    length = moving.symbol.kind.vector_length
    try:
        alone, _ = _alone(facts, body, moving, x)
    except UnsupportedError as error:
        raise UnsupportedError(f"the limit is {value} for {length} >= 2, and at {length} = 1: {error}") from None
    _require_equal_alone(facts, value, alone, length)
    return LimitStep("both cases of the length agree", alone, value, f"{length} >= 2 and {length} = 1")


def _at_least_two(facts: Facts, length: Length, exprs: Sequence[Expr]) -> bool:
    """Whether the length is at least 2, by declaration or since ``drop`` of such a vector is defined."""
    if length.is_literal:
        return length.constant >= 2
    if facts.sign(co.subtract(length_expr(length), number(2))) in (NONNEGATIVE, POSITIVE):
        return True
    if any(e.kind.length == length for pair in facts.assumptions.apart for e in pair if isinstance(e, Symbol)):
        return True
    return any(_has_drop(e, length) for e in exprs)


def _alone(facts: Facts, body: Expr, moving: Moving, x: Expr) -> Taken:
    """The limit where the vector has the moving entry only: every index is that entry's."""
    assert moving.index is not None
    return _by_order(facts, body, replace(moving, single=True), x)


def _require_equal_alone(facts: Facts, general: Expr, alone: Expr, length: Length) -> None:
    """The two cases give one expression if the general one is right for length 1 as well."""
    if general == alone:
        return
    require_finite(general, alone)
    names = [n for n, _ in length.terms]
    known = replace(facts.assumptions, lengths={**facts.assumptions.lengths, **dict.fromkeys(names, Length.of(1))})
    at_one = Facts(known, facts.deadline)
    difference = _with_length_one(co.subtract(general, alone), length)
    if not at_one.is_zero(difference):
        raise UnsupportedError(f"the limit is {general} for {length} >= 2 and {alone} for {length} = 1")


def _with_length_one(expr: Expr, length: Length) -> Expr:
    names = {n for n, _ in length.terms}
    found = {s for s in walk(expr) if isinstance(s, Symbol)}
    lengths = {n: Length.of(1) for n in names}
    values: dict[Symbol, Expr] = {
        s: number(1) if s.kind.type in ("length", "index") else Symbol(s.name, s.kind.at(lengths))
        for s in found
        if s.name in names or s.kind.length == length
    }
    return substitute(expr, values)


def _by_index(facts: Facts, body: Expr, moving: Moving, x: Expr) -> Taken:
    """The limit, with the cases that another index is the moving entry's or is not."""
    try:
        return _by_order(facts, body, _with_declared(facts, moving), x)
    except IndexUnsettledError as error:
        unsettled = error
    index = unsettled.index
    assert moving.index is not None
    together, first = _by_index(facts, body, replace(moving, same=moving.same | {index}), x)
    separate, second = _by_index(facts, body, replace(moving, apart=moving.apart | {index}), x)
    if together == separate:
        return together, [*first, *second]
    require_finite(together, separate)
    if not (facts.is_total(together) and facts.is_total(separate)):
        raise unsettled
    delta = apply("delta", moving.index, index)
    value = co.add(co.multiply(delta, together), co.multiply(co.subtract(co.ONE, delta), separate))
    step = LimitStep("cases", delta, value, f"{index} is {moving.index}, or it is not")
    return value, [*first, *second, step]


def _with_declared(facts: Facts, moving: Moving) -> Moving:
    def partners(pairs: Sequence[tuple[Expr, Expr]]) -> frozenset[Expr]:
        return frozenset(b for a, b in (*pairs, *((b, a) for a, b in pairs)) if a == moving.index)

    known = facts.assumptions
    return replace(moving, same=moving.same | partners(known.same), apart=moving.apart | partners(known.apart))


def _by_order(facts: Facts, body: Expr, moving: Moving, x: Expr) -> Taken:
    """The limit by power series of rising order."""
    failure: SoftsymError = UnsupportedError("no order of expansion was tried")
    orders, by_entry = list(ORDERS), False
    while orders:
        calculus = Calculus(facts, x, orders[0], by_entry)
        try:
            return _value(Expansion(calculus, moving), body), calculus.steps
        except IndexUnsettledError:
            raise
        except ZeroUnsettledError as open_case:
            return _zero_or_not(facts, body, moving, x, open_case.vector)
        except EntriesUnsettledError as error:
            failure, by_entry = error, True
        except (UnsupportedError, BudgetError) as error:
            failure = error
            if not _may_need_more(error):
                break
            orders.pop(0)
    raise failure


def _zero_or_not(facts: Facts, body: Expr, moving: Moving, x: Expr, vector: Expr) -> Taken:
    """The limit where a vector is not zero, if it is right where the vector is zero too."""
    value, steps = _by_order(facts, body, replace(moving, nonzero=moving.nonzero | {vector}), x)
    if not facts.is_total(value):
        raise UnsupportedError(f"the limit {value} may have no value where an entry of {vector} is zero")
    zero = apply("mul", co.ZERO, apply("ones", length_expr(vector.shape[0])))

    def at_zero(expr: Expr) -> Expr:
        return expand(exchanged(expr, vector, zero))

    there = _by_order(facts, at_zero(body), moving, x)[0]
    require_finite(value, there)
    if not facts.is_zero(co.subtract(at_zero(value), there)):
        raise UnsupportedError(f"the limit is {value} unless {vector} is zero, and {there} there")
    return value, [*steps, LimitStep("the zero vector", vector, there, f"{vector} = 0 has the same formula")]


def _may_need_more(error: SoftsymError) -> bool:
    return any(sign in str(error) for sign in ("cancel", "far enough", "is zero is not settled"))


def _value(expansion: Expansion, body: Expr) -> Expr:
    """The limit of a scalar or vector; a matrix's is that of its parts, or else that of its entries."""
    if expansion.is_still(body):
        return body
    if len(body.shape) < 2:
        return _value_of(expansion, body, expansion.of(body))
    try:
        return _by_parts(expansion, spread(body))
    except UnsupportedError:
        row, column = new_indices(body.shape, body)
        entry = _value(expansion, matrix_entry(body, row, column))
        require_finite(entry)
        return from_entries(entry, row, column)


def _value_of(expansion: Expansion, body: Expr, value: pieces.Value) -> Expr:
    """The limit of a scalar or vector, ``oo`` and ``-oo`` among them."""
    try:
        return pieces.shaped_as(by_cases(pieces.limit(expansion.calculus, value)), body.shape)
    except UnsupportedError:
        found = infinite(expansion.calculus, body, value)
        if found is None:
            raise
        return found


def _by_parts(expansion: Expansion, body: Expr) -> Expr:
    assert isinstance(body, Apply)
    if body.head not in ("add", "sub", "neg", "mul", "div", "diag", "outer", "transpose", "matmul"):
        raise UnsupportedError(f"{body.head} of what moves has no rule for limits of matrices")
    parts = [_value(expansion, a) for a in body.args]
    require_finite(*parts)
    if body.head == "div" and expansion.calculus.facts.sign(parts[1]) not in (POSITIVE, NEGATIVE):
        raise UnsupportedError("a matrix over what may tend to 0")
    return apply(body.head, *parts)
