"""A second evaluator, on mpmath's 60-digit floats and textbook definitions: it shares nothing with softsym's but the
expression classes, and serves the tests as an independent judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import mpmath as mp

from softsym.expression import Apply, Expr, Number, Symbol
from softsym.shapes import literal

DIGITS = 60


def value(expr: Expr, names: Mapping[str, Any]) -> Any:
    """The value with mpmath at the current precision; vectors are lists, lengths are names too."""
    if isinstance(expr, Number):
        return mp.mpf(expr.value.numerator) / expr.value.denominator
    if isinstance(expr, Symbol):
        return mp.pi if expr.name == "pi" else mp.inf if expr.name == "oo" else names[expr.name]
    assert isinstance(expr, Apply)
    if expr.head in _BY_NODE:
        return _BY_NODE[expr.head](expr, names)
    args = [value(a, names) for a in expr.args]
    return _VECTOR[expr.head](*args) if expr.head in _VECTOR else entrywise(_SCALAR[expr.head], *args)


def entrywise(operation: Callable[..., Any], *args: Any) -> Any:
    size = next((len(a) for a in args if isinstance(a, list)), None)
    if size is None:
        return operation(*args)
    return [entrywise(operation, *[a[n] if isinstance(a, list) else a for a in args]) for n in range(size)]


def _index(expr: Expr, names: Mapping[str, Any]) -> int:
    return literal(expr) or int(names[expr.name])  # type: ignore[attr-defined]


def _sum(expr: Apply, names: Mapping[str, Any]) -> Any:
    if len(expr.args) == 1:
        return mp.fsum(value(expr.args[0], names))
    body, bound = expr.args
    size = bound.kind.vector_length.value({n: int(v) for n, v in names.items() if n.isupper()})  # type: ignore[attr-defined]
    parts = [value(body, {**names, bound.name: k}) for k in range(1, size + 1)]  # type: ignore[attr-defined]
    return entrywise(lambda *column: mp.fsum(column), *parts)


def _item(expr: Apply, names: Mapping[str, Any]) -> Any:
    result = value(expr.args[0], names)
    for index in expr.args[1:]:
        result = result[_index(index, names) - 1]
    return result


def _drop(expr: Apply, names: Mapping[str, Any]) -> Any:
    v, i = value(expr.args[0], names), _index(expr.args[1], names)
    return v[: i - 1] + v[i:]


def softmax(z: list[Any], beta: Any = 1) -> list[Any]:
    top = max(beta * x for x in z)
    parts = [mp.exp(beta * x - top) for x in z]
    return [p / mp.fsum(parts) for p in parts]


def log_partition(z: list[Any], beta: Any = 1) -> Any:
    top = max(beta * x for x in z)
    return top + mp.log(mp.fsum(mp.exp(beta * x - top) for x in z))


def _dot(u: list[Any], v: list[Any]) -> Any:
    return mp.fsum(a * b for a, b in zip(u, v, strict=True))


def _xlogy(x: Any, y: Any) -> Any:
    return mp.mpf(0) if x == 0 else x * mp.log(y)


def _central(p: list[Any], f: list[Any], n: Any) -> Any:
    mean = _dot(p, f)
    return mp.fsum(w * (x - mean) ** int(n) for w, x in zip(p, f, strict=True))


def _norm(v: list[Any], order: Any) -> Any:
    return max(abs(x) for x in v) if order == mp.inf else mp.fsum(abs(x) ** order for x in v) ** (1 / mp.mpf(order))


def _sparsemax(z: list[Any]) -> list[Any]:
    """By bisection for the threshold, unlike softsym's algorithm."""
    low, high = min(z) - 1, max(z)
    for _ in range(250):
        middle = (low + high) / 2
        low, high = (middle, high) if mp.fsum(max(x - middle, 0) for x in z) > 1 else (low, middle)
    return [max(x - low, mp.mpf(0)) for x in z]


_BY_NODE: dict[str, Callable[[Apply, Mapping[str, Any]], Any]] = {
    "sum": _sum,
    "item": _item,
    "drop": _drop,
    "list": lambda e, names: [value(a, names) for a in e.args],
    "len": lambda e, names: mp.mpf(len(value(e.args[0], names))),
    "delta": lambda e, names: mp.mpf(_index(e.args[0], names) == _index(e.args[1], names)),
    "basis": lambda e, names: [mp.mpf(k + 1 == _index(e.args[0], names)) for k in range(int(names["N"]))],
    "identity": lambda e, names: _VECTOR["diag"]([mp.mpf(1)] * int(value(e.args[0], names))),
    "ones": lambda e, names: [mp.mpf(1)] * int(value(e.args[0], names)),
}

_SCALAR: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "pow": lambda x, y: x**y,
    "neg": lambda x: -x,
    "exp": mp.exp,
    "log": mp.log,
    "sqrt": mp.sqrt,
    "abs": abs,
    "sign": mp.sign,
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "tanh": mp.tanh,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "logit": lambda x: mp.log(x / (1 - x)),
    "softplus": lambda x, beta=1: mp.log1p(mp.exp(beta * x)) / beta,
    "log_sigmoid": lambda x: -mp.log1p(mp.exp(-x)),
    "xlogy": _xlogy,
    "relu": lambda x: max(x, mp.mpf(0)),
}

_VECTOR: dict[str, Callable[..., Any]] = {
    "mean": lambda v: mp.fsum(v) / len(v),
    "prod": mp.fprod,
    "max": max,
    "min": min,
    "dot": _dot,
    "norm": _norm,
    "argmax_count": lambda v: mp.mpf(v.count(max(v))),
    "concat": lambda u, v: u + v,
    "centered": lambda v: [x - mp.fsum(v) / len(v) for x in v],
    "softmax": softmax,
    "softmin": lambda z, beta=1: softmax(z, -beta),
    "log_softmax": lambda z, beta=1: [beta * x - log_partition(z, beta) for x in z],
    "lse": lambda z, beta=1: log_partition(z, beta) / beta,
    "logZ": log_partition,
    "mellowmax": lambda z, omega=1: (log_partition(z, omega) - mp.log(len(z))) / omega,
    "boltzmann": lambda z, beta=1: _dot(softmax(z, beta), z),
    "hardmax": lambda z: [mp.mpf(x == max(z)) / z.count(max(z)) for x in z],
    "onehot_argmax": lambda z: [mp.mpf(k == z.index(max(z))) for k in range(len(z))],
    "normalize": lambda x: [a / mp.fsum(x) for a in x],
    "sparsemax": _sparsemax,
    "entropy": lambda p: -mp.fsum(_xlogy(x, x) for x in p),
    "cross_entropy": lambda p, q: -mp.fsum(_xlogy(x, y) for x, y in zip(p, q, strict=True)),
    "kl": lambda p, q: mp.fsum(_xlogy(x, x / y) for x, y in zip(p, q, strict=True)),
    "expectation": _dot,
    "variance": lambda p, f: _central(p, f, 2),
    "covariance": lambda p, f, g: _dot(p, [a * b for a, b in zip(f, g, strict=True)]) - _dot(p, f) * _dot(p, g),
    "moment": _central,
    "matmul": lambda a, v: [_dot(row, v) for row in a],
    "diag": lambda v: [[x if i == j else mp.mpf(0) for j in range(len(v))] for i, x in enumerate(v)],
    "outer": lambda u, v: [[x * y for y in v] for x in u],
    "transpose": lambda a: [[*row] for row in zip(*a, strict=True)],
    "trace": lambda a: mp.fsum(row[k] for k, row in enumerate(a)),
}
