"""Values of expressions by their definitions, in mpmath with many digits: the oracle of the numeric tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath as mp
import numpy as np

from softsym.expansion import expand
from softsym.expression import Apply, Expr, Number, Symbol, as_expr
from softsym.stable.form import resolved
from softsym.symbols import Length

Value = Any  # an mpf, or nested lists of them


def value_of(
    expr: Expr | str, point: dict[str, Any], indices: dict[str, int] | None = None, digits: int = 900
) -> Value:
    """The expression at a point: numbers and lists of numbers by name, index names counted from 0."""
    with mp.workdps(digits):
        node = expand(resolved(as_expr(expr)))
        exact = {name: _exact(v) for name, v in point.items()}
        lengths = {"N": 3, "M": 4} | {n: len(v) for n, v in _vector_lengths(node, exact).items()}
        return _Oracle(exact, lengths).value(node, indices or {})


def _exact(value: Any) -> Value:
    return [_exact(v) for v in value] if isinstance(value, Sequence | np.ndarray) else mp.mpf(float(value))


def _vector_lengths(node: Expr, point: dict[str, Value]) -> dict[str, list[Value]]:
    from softsym.expression import walk

    found = {}
    for n in walk(node):
        if isinstance(n, Symbol) and n.kind.type == "vector" and n.name in point:
            for name, _ in n.kind.vector_length.terms:
                found[name] = point[n.name]
    return found


class _Oracle:
    """One method for each primitive; vectors are lists, matrices lists of lists."""

    def __init__(self, point: dict[str, Value], lengths: dict[str, int]) -> None:
        self.point, self.lengths = point, lengths

    def value(self, node: Expr, env: dict[str, int]) -> Value:
        if isinstance(node, Number):
            return mp.mpf(node.value.numerator) / node.value.denominator
        if isinstance(node, Symbol):
            return self.name(node, env)
        assert isinstance(node, Apply)
        if node.head == "sum" and len(node.args) == 2:
            return self.sum_over(node, env)
        special = getattr(self, f"on_{node.head}", None)
        if special:
            return special(node, env)
        args = [self.value(a, env) for a in node.args]
        if node.head in _ENTRYWISE:
            return _map(_ENTRYWISE[node.head], *args)
        return _WHOLE[node.head](*args)

    def name(self, node: Symbol, env: dict[str, int]) -> Value:
        if node.name in env:
            return mp.mpf(env[node.name] + 1)
        if node.kind.type == "length":
            return mp.mpf(self.lengths[node.name])
        return mp.pi if node.name == "pi" else self.point[node.name]

    def size(self, length: Length) -> int:
        return length.value(self.lengths)

    def sum_over(self, node: Apply, env: dict[str, int]) -> Value:
        body, bound = node.args
        terms = [self.value(body, env | {bound.name: k}) for k in range(self.size(bound.kind.vector_length))]
        total = terms[0]
        for term in terms[1:]:
            total = _map(lambda x, y: x + y, total, term)
        return total

    def position(self, node: Expr, env: dict[str, int]) -> int:
        return int(node.value) - 1 if isinstance(node, Number) else env[node.name]

    def on_item(self, node: Apply, env: dict[str, int]) -> Value:
        value = self.value(node.args[0], env)
        for index in node.args[1:]:
            value = value[self.position(index, env)]
        return value

    def on_delta(self, node: Apply, env: dict[str, int]) -> Value:
        return mp.mpf(self.position(node.args[0], env) == self.position(node.args[1], env))

    def on_basis(self, node: Apply, env: dict[str, int]) -> Value:
        at = self.position(node.args[0], env)
        return [mp.mpf(k == at) for k in range(self.size(node.shape[0]))]

    def on_ones(self, node: Apply, env: dict[str, int]) -> Value:
        return [mp.mpf(1)] * self.size(node.shape[0])

    def on_identity(self, node: Apply, env: dict[str, int]) -> Value:
        n = self.size(node.shape[0])
        return [[mp.mpf(i == j) for j in range(n)] for i in range(n)]

    def on_len(self, node: Apply, env: dict[str, int]) -> Value:
        return mp.mpf(self.size(node.args[0].shape[0]))

    def on_list(self, node: Apply, env: dict[str, int]) -> Value:
        return [self.value(a, env) for a in node.args]

    def on_drop(self, node: Apply, env: dict[str, int]) -> Value:
        vector, at = self.value(node.args[0], env), self.position(node.args[1], env)
        return vector[:at] + vector[at + 1 :]


def _map(function: Any, *args: Value) -> Value:
    lists = [a for a in args if isinstance(a, list)]
    if not lists:
        return function(*args)
    return [_map(function, *(a[k] if isinstance(a, list) else a for a in args)) for k in range(len(lists[0]))]


def _power(x: Value, y: Value) -> Value:
    return x ** int(y) if y == int(y) else mp.power(x, y)


_ENTRYWISE = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "pow": _power,
    "exp": mp.exp,
    "log": mp.log,
    "abs": abs,
    "sign": mp.sign,
    "xlogy": lambda x, y: mp.mpf(0) if x == 0 else x * mp.log(y),
}


def _hardmax(v: Value) -> Value:
    won = [mp.mpf(x == max(v)) for x in v]
    return [w / sum(won) for w in won]


def _first(v: Value) -> Value:
    return [mp.mpf(k == v.index(max(v))) for k in range(len(v))]


def _sparsemax(v: Value) -> Value:
    falling = sorted(v, reverse=True)
    size = max(k for k in range(1, len(v) + 1) if 1 + k * falling[k - 1] > sum(falling[:k]))
    threshold = (sum(falling[:size]) - 1) / size
    return [max(x - threshold, mp.mpf(0)) for x in v]


def _matmul(a: Value, b: Value) -> Value:
    if isinstance(b[0], list):
        return [[sum(x * row[c] for x, row in zip(line, b, strict=True)) for c in range(len(b[0]))] for line in a]
    return [sum(x * y for x, y in zip(line, b, strict=True)) for line in a]


_WHOLE = {
    "sum": lambda v: mp.fsum(v),
    "prod": lambda v: mp.fprod(v),
    "max": max,
    "argmax_count": lambda v: mp.mpf(v.count(max(v))),
    "concat": lambda u, v: u + v,
    "diag": lambda v: [[x if i == j else mp.mpf(0) for j in range(len(v))] for i, x in enumerate(v)],
    "outer": lambda u, v: [[x * y for y in v] for x in u],
    "transpose": lambda a: [list(row) for row in zip(*a, strict=True)],
    "trace": lambda a: mp.fsum(a[k][k] for k in range(len(a))),
    "matmul": _matmul,
    "hardmax": _hardmax,
    "onehot_argmax": _first,
    "sparsemax": _sparsemax,
}


def flat(value: Value) -> list[Any]:
    """The numbers of a value, row by row."""
    return [x for part in value for x in flat(part)] if isinstance(value, list) else [value]
