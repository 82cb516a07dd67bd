"""Expressions of the language as functions of variables that tend to a limit: germs.

The environment is that of :mod:`softsym.evaluation.evaluator`, with exp-log expressions for scalars. Branches
(``max``, ``abs``, ``sparsemax``, ...) are decided by the signs that their differences have near the limit, so that what
remains is an exp-log expression; derivatives are those of that expression.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from flint import fmpq

from softsym.errors import DomainError
from softsym.evaluation.asymptotics import nodes
from softsym.evaluation.asymptotics.balls import ball
from softsym.evaluation.asymptotics.derivatives import derivative, substitute
from softsym.evaluation.asymptotics.field import Field
from softsym.evaluation.asymptotics.nodes import ONE, ZERO, Node, Value, Variable
from softsym.evaluation.asymptotics.zeros import vanishes
from softsym.evaluation.evaluator import Evaluator, entrywise
from softsym.evaluation.point import Divergent, Point, Undecided, Undefined
from softsym.evaluation.scalars import Ball
from softsym.expression import Apply, Expr, Symbol
from softsym.language.printer import bare_text
from softsym.shapes import literal

Germ: TypeAlias = Any
"""A value, or a tuple of germs."""

CLOSURES: dict[str, tuple[int | None, int | None]] = {
    **dict.fromkeys(("real", "nonzero", "vector"), (None, None)),
    **dict.fromkeys(("positive", "nonnegative", "positive vector"), (0, None)),
    "negative": (None, 0),
    **dict.fromkeys(("unit", "distribution", "simplex"), (0, 1)),
}
"""The closures of the kinds whose values can approach a point."""


class NoLimit(Divergent):
    """A limit is infinite or differs by side; ``left`` and ``right`` are what the function tends to, as texts.

    ``left`` is ``None`` where the limit is taken from one side only.
    """

    def __init__(self, message: str, left: str | None, right: str | None) -> None:
        self.left, self.right = left, right
        super().__init__(message)


@dataclass(eq=False)
class Context:
    """What one evaluation shares: the asymptotic field, and where the variables of derivatives are."""

    hardy: Field
    points: dict[Variable, Value] = field(default_factory=dict)
    rank: int = 0

    def tending(self, name: str) -> Variable:
        """A new variable that tends to infinity faster than all those before it."""
        self.rank += 1
        return Variable(name, self.rank)

    def sign(self, value: Value) -> int:
        """The sign of a value near the limit; where it is 0 it is 0 around the point of every derivative too."""
        resolved = self.resolve(value)
        found = self.hardy.sign(resolved)
        if found == 0 and resolved is not value and not vanishes(value):
            raise Undecided("a derivative where a branch changes, such as that of max at a tie")
        return found

    def resolve(self, value: Value) -> Value:
        """The value with the variables of derivatives at their points."""
        while isinstance(value, Node) and not value.variables.isdisjoint(self.points):
            value = substitute(value, self.points)
        return value


class Germs(Evaluator):
    """Germs of expressions in one environment."""

    def __init__(self, point: Point, context: Context) -> None:
        super().__init__(point)
        self.context = context

    def symbol(self, symbol: Symbol) -> Germ:
        if symbol.name == "pi":
            return nodes.Pi()
        value = super().symbol(symbol)
        entrywise(_require_exact, value)
        return value

    def compute(self, expr: Apply) -> Germ:
        if expr.head in _RULES:
            return _RULES[expr.head](self, expr)
        if expr.head in _ENTRYWISE:
            operation = _ENTRYWISE[expr.head]
            return entrywise(lambda *v: operation(self.context, *v), *[self.value(a) for a in expr.args])
        if expr.head in _SELECTIONS:
            return _SELECTIONS[expr.head](self.context, self.value(expr.args[0]))
        result = super().compute(expr)
        entrywise(_require_exact, result)
        return result


def _require_exact(value: Any) -> None:
    if isinstance(value, Ball):
        raise Undecided("a limit needs exact numbers, and one is known by an enclosure only")


# --- scalar functions ---------------------------------------------------------------------------------------------


def _divide(context: Context, left: Value, right: Value) -> Value:
    if context.sign(right) == 0:
        raise Undefined("division by zero")
    return nodes.divide(left, right)


def _log(context: Context, value: Value) -> Value:
    if context.sign(value) <= 0:
        raise Undefined("log of a number <= 0")
    return nodes.log(value)


def _xlogy(context: Context, left: Value, right: Value) -> Value:
    return nodes.multiply(left, _log(context, right)) if context.sign(left) else ZERO


def _abs(context: Context, value: Value) -> Value:
    return (nodes.negate(value), ZERO, value)[context.sign(value) + 1]


def _power(context: Context, base: Value, exponent: Value) -> Value:
    if isinstance(exponent, fmpq) and exponent.q == 1 and exponent >= 0:
        return nodes.power(base, exponent)
    direction = context.sign(base)
    if direction == 0:
        return _power_of_zero(context.sign(exponent))
    if isinstance(exponent, fmpq) and (direction > 0 or exponent.q == 1):
        return nodes.power(base, exponent)
    if direction < 0:
        raise _negative_base(exponent)
    return nodes.exp(nodes.multiply(exponent, nodes.log(base)))


def _power_of_zero(direction: int) -> Value:
    if direction < 0:
        raise Undefined("zero to a negative power")
    return ZERO if direction else ONE


def _negative_base(exponent: Value) -> Undefined | Undecided:
    if isinstance(exponent, fmpq):
        return Undefined("a negative number to a non-integer power")
    return Undecided("a negative number to a power that may be an integer")


# --- functions of the order of entries ------------------------------------------------------------------------------


def _maximal(context: Context, entries: tuple[Value, ...]) -> list[int]:
    best = [0]
    for position in range(1, len(entries)):
        order = context.sign(nodes.subtract(entries[position], entries[best[0]]))
        if order >= 0:
            best = [position] if order else [*best, position]
    return best


def _hardmax(context: Context, entries: tuple[Value, ...]) -> Germ:
    best = _maximal(context, entries)
    return tuple(fmpq(1, len(best)) if n in best else ZERO for n in range(len(entries)))


def _onehot_argmax(context: Context, entries: tuple[Value, ...]) -> Germ:
    first = _maximal(context, entries)[0]
    return tuple(ONE if n == first else ZERO for n in range(len(entries)))


def _sparsemax(context: Context, entries: tuple[Value, ...]) -> Germ:
    left, support = [*range(len(entries))], list[int]()
    sum_: Value = ZERO
    while left:
        best = left.pop(_maximal(context, tuple(entries[n] for n in left))[0])
        larger = nodes.add(sum_, entries[best])
        # The largest k entries are the support for the last k with 1 + k*z_(k) > z_(1) + ... + z_(k).
        if context.sign(nodes.total((ONE, nodes.scaled_value(fmpq(len(support) + 1), entries[best]), -larger))) <= 0:
            break
        support, sum_ = [*support, best], larger
    tau = nodes.scaled_value(fmpq(1, len(support)), nodes.subtract(sum_, ONE))
    return tuple(nodes.subtract(z, tau) if n in support else ZERO for n, z in enumerate(entries))


# --- derivatives and limits -----------------------------------------------------------------------------------------


def _replaced(value: Germ, entry: int, new: Value) -> Germ:
    return (*value[: entry - 1], new, *value[entry:]) if entry else new


class _Partial:
    """A germ in which some (name, entry) are free variables, to be differentiated by."""

    def __init__(self, germs: Germs, body: Expr, targets: list[tuple[str, int]]) -> None:
        self.points: dict[Variable, Value] = {}
        self.variables: dict[tuple[str, int], Variable] = {}
        seeds = {name: germs.values[name] for name, _ in targets}
        for name, entry in dict.fromkeys(targets):
            own = Variable(name)
            self.points[own] = seeds[name][entry - 1] if entry else seeds[name]
            self.variables[name, entry] = own
            seeds[name] = _replaced(seeds[name], entry, own)
        germs.context.points.update(self.points)
        self.value = germs.within(seeds).value(body)

    def by(self, *targets: tuple[str, int]) -> Germ:
        """The derivative by the targets, at the point."""
        return entrywise(lambda v: self._by(v, targets), self.value)

    def _by(self, value: Value, targets: tuple[tuple[str, int], ...]) -> Value:
        for target in targets:
            value = derivative(value, self.variables[target])
        return substitute(value, self.points)


def _target(germs: Germs, expr: Expr) -> tuple[str, int]:
    """The (name, entry) that a derivative or limit is taken by, entry 0 for a scalar name."""
    if isinstance(expr, Symbol):
        return expr.name, 0
    vector, index = expr.args  # type: ignore[attr-defined]
    number = germs.index(index)
    if not 1 <= number <= len(germs.values[vector.name]):
        raise Undefined(f"the index {number} is beyond the length of {vector}")
    return vector.name, number


def _diff(germs: Germs, expr: Apply) -> Germ:
    body, *names = expr.args
    order = literal(names[-1]) if len(names) == 2 else None
    targets = [_target(germs, n) for n in (names if order is None else names[:1] * order)]
    return _Partial(germs, body, targets).by(*targets)


def _entries(germs: Germs, expr: Apply) -> list[tuple[str, int]]:
    name = expr.args[1].name  # type: ignore[attr-defined]
    return [(name, n) for n in range(1, len(germs.values[name]) + 1)]


def _grad(germs: Germs, expr: Apply) -> Germ:
    targets = _entries(germs, expr)
    partial = _Partial(germs, expr.args[0], targets)
    return tuple(partial.by(t) for t in targets)


def _hessian(germs: Germs, expr: Apply) -> Germ:
    targets = _entries(germs, expr)
    partial = _Partial(germs, expr.args[0], targets)
    return tuple(tuple(partial.by(s, t) for t in targets) for s in targets)


def _limit(germs: Germs, expr: Apply) -> Germ:
    body, variable, point = expr.args
    name, entry = _target(germs, variable)
    results = []
    for rank, towards in _approaches(germs, variable, point):
        seeds = {name: _replaced(germs.values.get(name), entry, towards)}
        value = germs.within(seeds).value(body)
        results.append(entrywise(lambda v, rank=rank: _Outcome(*germs.context.hardy.limit(v, rank)), value))
    return entrywise(
        lambda *sides: _agreed(germs.context, f"{bare_text(variable)} -> {bare_text(point)}", *sides), *results
    )


@dataclass(frozen=True)
class _Outcome:
    """What a function tends to: infinity in a direction, or a value."""

    direction: int
    value: Value

    def __str__(self) -> str:
        if self.direction:
            return "oo" if self.direction > 0 else "-oo"
        if isinstance(self.value, Node) and not self.value.variables:
            return str(ball(self.value, 100).str(15))
        return str(self.value)


def _agreed(context: Context, where: str, *sides: _Outcome) -> Value:
    left, right = str(sides[0]) if len(sides) > 1 else None, str(sides[-1])
    if any(s.direction for s in sides):
        message = f"tends to {right}" if left in (None, right) else f"tends to {left} from below and {right} from above"
        raise NoLimit(f"the function {message} as {where}", left, right)
    if len(sides) > 1 and context.sign(nodes.subtract(sides[0].value, sides[1].value)):
        raise NoLimit(f"the function tends to {left} from below and to {right} from above as {where}", left, right)
    return sides[-1].value


def _approaches(germs: Germs, variable: Expr, point: Expr) -> Iterator[tuple[int, Value]]:
    """The ways, from below and from above, in which values of the variable's kind tend to the point."""
    symbol = variable if isinstance(variable, Symbol) else variable.args[0]  # type: ignore[attr-defined]
    domain = symbol.kind.domain
    infinite = _infinite_direction(point)
    if infinite:
        own = _own_variable(germs, symbol, domain, infinite)
        yield own.rank, own if infinite > 0 else nodes.negate(own)
        return
    if domain not in CLOSURES or (domain in ("distribution", "simplex") and len(germs.values[symbol.name]) == 1):
        raise DomainError(f"the values of {variable}, of kind {symbol.kind}, cannot tend to {point}")
    value, signs = germs.value(point), germs.context.sign
    low, high = CLOSURES[domain]
    below = 1 if low is None else signs(nodes.subtract(value, fmpq(low)))
    above = 1 if high is None else signs(nodes.subtract(fmpq(high), value))
    if below < 0 or above < 0:
        raise DomainError(f"{point} lies outside the values of {variable}, of kind {symbol.kind}")
    for allowed, side in ((below, -1), (above, 1)):
        if allowed:
            step = germs.context.tending(symbol.name)
            yield step.rank, nodes.add(value, nodes.scaled_value(fmpq(side), nodes.power(step, fmpq(-1))))


def _infinite_direction(point: Expr) -> int:
    """1 for oo, -1 for -oo, else 0."""
    inner = point.args[0] if isinstance(point, Apply) and point.head == "neg" else point
    if not (isinstance(inner, Symbol) and inner.name == "oo"):
        return 0
    return 1 if inner is point else -1


def _own_variable(germs: Germs, symbol: Symbol, domain: str, direction: int) -> Variable:
    low, high = CLOSURES.get(domain, (None, None) if domain == "integer" else (0, 1))
    if (low if direction < 0 else high) is not None:
        raise DomainError(f"{symbol.name}, of kind {symbol.kind}, cannot tend to {'oo' if direction > 0 else '-oo'}")
    return germs.context.tending(symbol.name)


_ENTRYWISE: dict[str, Callable[..., Value]] = {
    "exp": lambda context, v: nodes.exp(v),
    "log": _log,
    "xlogy": _xlogy,
    "abs": _abs,
    "sign": lambda context, v: fmpq(context.sign(v)),
    "div": _divide,
    "pow": _power,
}
_SELECTIONS: dict[str, Callable[[Context, Any], Germ]] = {
    "max": lambda context, entries: entries[_maximal(context, entries)[0]],
    "argmax_count": lambda context, entries: fmpq(len(_maximal(context, entries))),
    "hardmax": _hardmax,
    "onehot_argmax": _onehot_argmax,
    "sparsemax": _sparsemax,
}
_RULES: dict[str, Callable[[Germs, Apply], Germ]] = {
    "diff": _diff,
    "grad": _grad,
    "jacobian": lambda germs, expr: tuple(zip(*_grad(germs, expr), strict=True)),
    "hessian": _hessian,
    "limit": _limit,
}
