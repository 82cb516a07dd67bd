"""The value of an expression at a concrete point, node by node, at the working precision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import inf
from time import monotonic
from typing import Any, Self, TypeAlias

from flint import arb, ctx, fmpq

from softsym.errors import BudgetError, DomainError, UnsupportedError
from softsym.evaluation import scalars, selection
from softsym.evaluation.jets import Frame, Monomial, derivative, is_plain, variable
from softsym.evaluation.point import Point, Undecided, Undefined
from softsym.evaluation.scalars import ONE, ZERO, Ball, Scalar
from softsym.expansion import unfold
from softsym.expression import DERIVATIVES, Apply, Expr, Number, Symbol, free_symbols, walk
from softsym.shapes import literal

MAX_LIMIT_SECONDS = 5.0
Value: TypeAlias = Any
"""A scalar, or a tuple of values."""


class Evaluator:
    """Values of expressions in one environment; indices are shared with the environments of derivatives within."""

    def __init__(self, point: Point, deadline: float = inf) -> None:
        self.deadline = deadline
        self.lengths = dict(point.lengths)
        self.indices: dict[str, int] = {}
        self.values: dict[str, Value] = {}
        self.memo: dict[Any, Value] = {}
        self.outer: Evaluator | None = None
        self.seeded: frozenset[str] = frozenset()
        self.level = 0
        for name, given in point.values.items():
            self._take(name, given)

    def _take(self, name: str, given: Any) -> None:
        if isinstance(given, int) and not isinstance(given, bool):
            self.indices[name] = given
        self.values[name] = scalar_values(name, given)

    def within(self, seeds: Mapping[str, Value]) -> Self:
        """The environment in which some names have jets for values."""
        inner = type(self).__new__(type(self))
        inner.__dict__.update(self.__dict__)
        inner.values = {**self.values, **seeds}
        inner.memo, inner.outer, inner.seeded, inner.level = {}, self, frozenset(seeds), self.level + 1
        return inner

    def value(self, expr: Expr) -> Value:
        """The value of an expression; each node is evaluated once for the indices that it depends on."""
        if isinstance(expr, Number):
            return fmpq(expr.value.numerator, expr.value.denominator)
        if isinstance(expr, Symbol):
            return self.symbol(expr)
        assert isinstance(expr, Apply)
        names, bound = _names(expr)
        if self.outer is not None and not (names & self.seeded):
            return self.outer.value(expr)
        key = (expr, *[self.indices.get(name) for name in bound])
        if key not in self.memo:
            self.memo[key] = self.compute(expr)
        return self.memo[key]

    def symbol(self, symbol: Symbol) -> Value:
        if symbol.kind.type == "length":
            return fmpq(self.lengths[symbol.name])
        if symbol.name == "pi":
            return scalars.pi()
        if symbol.kind.type == "index" and symbol.name in self.indices:  # a bound one hides a value of the point
            return fmpq(self.indices[symbol.name])
        if symbol.name not in self.values:
            raise DomainError(f"the point has no value for {symbol.name}; it has {', '.join(sorted(self.values))}")
        return self.values[symbol.name]

    def compute(self, expr: Apply) -> Value:
        if monotonic() > self.deadline:
            raise BudgetError("the evaluation took longer than it may")
        rule = _RULES.get(expr.head)
        if expr.head in DERIVATIVES and _has_limit(expr.args[0]):
            rule = _limit  # no jet passes through a limit, but an asymptotic expansion can be differentiated
        if rule is not None:
            return rule(self, expr)
        if expr.head == "norm":
            self.require_positive_order(expr.args[1])
        operation = ON_VALUES.get(expr.head)
        if operation is None:
            return self.value(_unfolded(expr))
        return operation(*[self.value(a) for a in expr.args])

    def require_positive_order(self, order: Expr) -> None:
        """A norm of an order <= 0 has no value, though its formula may have one."""
        if not (isinstance(order, Symbol) and order.name == "oo") and scalars.sign(self.value(order)) <= 0:
            raise Undefined("a norm of an order <= 0")

    def index(self, expr: Expr) -> int:
        """The number that an index argument is, from 1."""
        number = literal(expr)
        return number if number is not None else self.indices[expr.name]  # type: ignore[attr-defined]

    def variable(self, expr: Expr) -> tuple[str, int]:
        """The (name, entry) that an argument of diff is, entry 0 for a scalar name."""
        if isinstance(expr, Symbol):
            return expr.name, 0
        vector, index = expr.args  # type: ignore[attr-defined]
        return vector.name, _checked(self.index(index), len(self.values[vector.name]))

    def length(self, expr: Expr, axis: int = 0) -> int:
        return expr.shape[axis].value(self.lengths)


def scalar_values(name: str, given: Any) -> Value:
    """What a point gives a name, as scalars."""
    if isinstance(given, tuple):
        return tuple(_scalar(f"{name}[{n}]", v) for n, v in enumerate(given))
    return _scalar(name, given)


def _scalar(name: str, given: Any) -> Scalar:
    if isinstance(given, arb):
        return scalars.enclosed(name, given)
    return fmpq(given.numerator, given.denominator)


@lru_cache(maxsize=1 << 14)
def _names(expr: Expr) -> tuple[frozenset[str], tuple[str, ...]]:
    """The free names of an expression, and those among them that are indices."""
    found = free_symbols(expr)
    return frozenset(s.name for s in found), tuple(sorted(s.name for s in found if s.kind.type == "index"))


@lru_cache(maxsize=1 << 12)
def _has_limit(expr: Expr) -> bool:
    return any(isinstance(node, Apply) and node.head == "limit" for node in walk(expr))


@lru_cache(maxsize=1 << 12)
def _unfolded(expr: Apply) -> Expr:
    """The definition of a named function; one level at a time, since a definition may repeat its arguments."""
    definition = unfold(expr)
    if definition is None:
        raise UnsupportedError(f"{expr.head} has no value at a point")
    return definition


def entrywise(operation: Callable[..., Scalar], *values: Value) -> Value:
    """A scalar operation applied entry by entry; a scalar goes with every entry."""
    sizes = {len(v) for v in values if isinstance(v, tuple)}
    if not sizes:
        return operation(*values)
    if len(sizes) > 1:
        raise Undefined("vectors of unequal lengths at this point")
    (size,) = sizes
    columns = [v if isinstance(v, tuple) else (v,) * size for v in values]
    return tuple(entrywise(operation, *row) for row in zip(*columns, strict=True))


def _dot(left: tuple[Scalar, ...], right: tuple[Scalar, ...]) -> Scalar:
    return scalars.total([scalars.multiply(a, b) for a, b in zip(left, right, strict=True)])


def _matmul(left: Value, right: Value) -> Value:
    if right and isinstance(right[0], tuple):
        columns = tuple(zip(*right, strict=True))
        return tuple(tuple(_dot(row, column) for column in columns) for row in left)
    return tuple(_dot(row, right) for row in left)


def _diag(v: tuple[Scalar, ...]) -> Value:
    return tuple(tuple(x if i == j else ZERO for j in range(len(v))) for i, x in enumerate(v))


def _sum(self: Evaluator, expr: Apply) -> Value:
    if len(expr.args) == 1:
        return scalars.total(list(self.value(expr.args[0])))
    body, bound = expr.args
    assert isinstance(bound, Symbol)
    size = bound.kind.vector_length.value(self.lengths)
    before = self.indices.get(bound.name)
    terms = []
    try:
        for number in range(1, size + 1):
            self.indices[bound.name] = number
            terms.append(self.value(body))
    finally:
        _restore(self.indices, bound.name, before)
    return entrywise(lambda *column: scalars.total([*column]), *terms)


def _restore(indices: dict[str, int], name: str, before: int | None) -> None:
    if before is None:
        del indices[name]
    else:
        indices[name] = before


def _item(self: Evaluator, expr: Apply) -> Value:
    value = self.value(expr.args[0])
    for argument in expr.args[1:]:
        value = value[_checked(self.index(argument), len(value)) - 1]
    return value


def _checked(number: int, length: int) -> int:
    if not 1 <= number <= length:
        raise Undefined(f"the index {number} is beyond the length {length}")
    return number


def _drop(self: Evaluator, expr: Apply) -> Value:
    value = self.value(expr.args[0])
    if len(value) == 1:
        raise Undefined("drop of a vector of length 1")
    number = _checked(self.index(expr.args[1]), len(value))
    return value[: number - 1] + value[number:]


def _basis(self: Evaluator, expr: Apply) -> Value:
    size = self.length(expr)
    number = _checked(self.index(expr.args[0]), size)
    return tuple(ONE if n == number else ZERO for n in range(1, size + 1))


def _delta(self: Evaluator, expr: Apply) -> Value:
    return ONE if self.index(expr.args[0]) == self.index(expr.args[1]) else ZERO


def _limit(self: Evaluator, expr: Apply) -> Value:
    """A limit, or a derivative of one, at this point; the values of bound indices are part of the point."""
    from softsym.evaluation.limits import limit_value

    names, _ = _names(expr)
    given: dict[str, Any] = {}
    for name in names - self.lengths.keys():
        given[name] = self.indices[name] if name in self.indices else _plain(self.values[name])
    seconds = min(MAX_LIMIT_SECONDS, self.deadline - monotonic())
    found = limit_value(expr, Point(self.lengths, given), _digits(), seconds=seconds)
    tag = (expr, tuple(sorted((n, v) for n, v in given.items() if n in self.indices)))
    return _limit_result(tag, found)


def _plain(value: Value) -> Any:
    """A value as a point holds it."""
    if isinstance(value, tuple):
        return tuple(_plain(v) for v in value)
    if not is_plain(value):
        raise Undecided("the derivative of a limit is not evaluated")
    return value.arb if isinstance(value, Ball) else fraction(value)


def _limit_result(tag: tuple[Any, ...], found: Any) -> Value:
    """The limit as a value; an enclosure is known by its expression, the indices and its place alone."""
    if isinstance(found, tuple):
        return tuple(_limit_result((*tag, n), part) for n, part in enumerate(found))
    return Ball(found, ("opaque", tag)) if isinstance(found, arb) else _scalar("", found)


def derivatives(self: Evaluator, expr: Expr, variables: list[tuple[str, int]], order: int, cap: int) -> _Seeded:
    """The derivatives of an expression by variables (name, entry), up to an order: a function of their numbers."""
    frame = Frame(self.level + 1, order, dict.fromkeys(range(len(variables)), cap))
    return _Seeded(self, expr, {v: n for n, v in enumerate(variables)}, frame)


class _Seeded:
    """An expression evaluated with jets in some variables: (name, entry), entry 0 for a scalar name."""

    def __init__(self, outer: Evaluator, expr: Expr, numbers: dict[tuple[str, int], int], frame: Frame) -> None:
        self.frame = frame
        seeds = {name: outer.values[name] for name, _ in numbers}
        for (name, entry), number in numbers.items():
            seeds[name] = _seeded(seeds[name], entry, frame, number)
        self.value = outer.within(seeds).value(expr)

    def __call__(self, *monomial: int) -> Value:
        ordered: Monomial = tuple(sorted(monomial))
        return entrywise(lambda x: derivative(x, self.frame, ordered), self.value)


def _seeded(value: Value, entry: int, frame: Frame, number: int) -> Value:
    if not entry:
        return variable(frame, number, value)
    return (*value[: entry - 1], variable(frame, number, value[entry - 1]), *value[entry:])


def _diff(self: Evaluator, expr: Apply) -> Value:
    body, *names = expr.args
    order = literal(names[-1]) if len(names) == 2 else None
    variables = [self.variable(n) for n in (names if order is None else names[:1] * order)]
    counts = {v: variables.count(v) for v in variables}
    numbers = {v: n for n, v in enumerate(counts)}
    frame = Frame(self.level + 1, len(variables), {numbers[v]: c for v, c in counts.items()})
    return _Seeded(self, body, numbers, frame)(*[numbers[v] for v in variables])


def _entries(self: Evaluator, expr: Apply) -> list[tuple[str, int]]:
    name = expr.args[1].name  # type: ignore[attr-defined]
    return [(name, n) for n in range(1, len(self.values[name]) + 1)]


def _grad(self: Evaluator, expr: Apply) -> Value:
    entries = _entries(self, expr)
    by = derivatives(self, expr.args[0], entries, 1, 1)
    return tuple(by(n) for n in range(len(entries)))


def _jacobian(self: Evaluator, expr: Apply) -> Value:
    return tuple(zip(*_grad(self, expr), strict=True))


def _hessian(self: Evaluator, expr: Apply) -> Value:
    size = range(len(_entries(self, expr)))
    by = derivatives(self, expr.args[0], _entries(self, expr), 2, 2)
    return tuple(tuple(by(m, n) for n in size) for m in size)


def fraction(value: fmpq) -> Fraction:
    """The rational as the standard library's."""
    return Fraction(int(value.p), int(value.q))


def _digits() -> int:
    """The digits that the working precision holds, less a few for rounding."""
    return max(15, int(ctx.dps) - 5)


_RULES: dict[str, Callable[[Evaluator, Apply], Value]] = {
    "sum": _sum,
    "item": _item,
    "drop": _drop,
    "basis": _basis,
    "delta": _delta,
    "len": lambda self, e: fmpq(self.length(e.args[0])),
    "ones": lambda self, e: (ONE,) * self.length(e),
    "identity": lambda self, e: _diag((ONE,) * self.length(e)),
    "list": lambda self, e: tuple(self.value(a) for a in e.args),
    "diff": _diff,
    "grad": _grad,
    "jacobian": _jacobian,
    "hessian": _hessian,
    "limit": _limit,
}

ON_VALUES: dict[str, Callable[..., Value]] = {
    "add": lambda a, b: entrywise(lambda x, y: scalars.trimmed(x + y), a, b),
    "sub": lambda a, b: entrywise(lambda x, y: scalars.trimmed(scalars.subtract(x, y)), a, b),
    "mul": lambda a, b: entrywise(scalars.multiply, a, b),
    "div": lambda a, b: entrywise(scalars.divide, a, b),
    "pow": lambda a, b: entrywise(scalars.power, a, b),
    "neg": lambda a: entrywise(lambda x: -x, a),
    "exp": lambda a: entrywise(scalars.exp, a),
    "log": lambda a: entrywise(scalars.log, a),
    "abs": lambda a: entrywise(scalars.absolute, a),
    "sign": lambda a: entrywise(scalars.signum, a),
    "xlogy": lambda a, b: entrywise(scalars.xlogy, a, b),
    "matmul": _matmul,
    "prod": selection.product,
    "max": selection.maximum,
    "argmax_count": selection.argmax_count,
    "hardmax": selection.hardmax,
    "onehot_argmax": selection.onehot_argmax,
    "sparsemax": selection.sparsemax,
    "concat": lambda a, b: a + b,
    "diag": _diag,
    "outer": lambda a, b: tuple(tuple(scalars.multiply(x, y) for y in b) for x in a),
    "transpose": lambda a: tuple(zip(*a, strict=True)),
    "trace": lambda a: scalars.total([row[n] for n, row in enumerate(a)]),
}
