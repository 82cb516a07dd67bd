"""Values of derivatives that do not come from the algebra: jets of the evaluator, and SymPy at a concrete N."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import sympy

from softsym.evaluation import Point, evaluate
from softsym.expression import Expr, Symbol, free_symbols
from softsym.symbols import Kind

POSITIVE = ("positive", "positive vector", "distribution", "simplex", "unit")


def random_point(exprs: tuple[Expr, ...], n: int, seed: int = 0) -> Point:
    """An exact point within the kinds; every length is ``n``, entries of a vector differ."""
    random = Random(seed)
    names = sorted({s for e in exprs for s in free_symbols(e)}, key=lambda s: s.name)
    lengths = {"N": n, "M": n}
    return Point(lengths, {s.name: _value(s.kind, lengths, random) for s in names if s.kind.type != "length"})


def _value(kind: Kind, lengths: dict[str, int], random: Random) -> Any:
    if kind.type == "scalar":
        return _number(random, kind.domain)
    length = kind.vector_length.value(lengths)
    if kind.type == "index":
        return random.randint(1, length)
    if kind.domain == "onehot":
        hot = random.randrange(length)
        return tuple(Fraction(int(k == hot)) for k in range(length))
    entries = [_number(random, kind.domain) + Fraction(k, 97) for k in range(length)]
    total = sum(entries) if kind.domain in ("distribution", "simplex") else 1
    return tuple(e / total for e in entries)


def _number(random: Random, domain: str) -> Fraction:
    size = Fraction(random.randint(1, 25), 13)
    if domain == "unit":
        return size / 2
    return size if domain in POSITIVE else size * random.choice((1, -1))


def flat(value: Any) -> list[Any]:
    """The entries of a value, rows one after the other."""
    return [s for part in value for s in flat(part)] if isinstance(value, tuple | list) else [value]


def as_float(value: Any) -> float:
    """A value of the evaluator as a float."""
    return float(value)


def assert_same(left: Expr, right: Expr, point: Point) -> None:
    """Both expressions have the same value at the point, to 20 digits."""
    one, other = flat(evaluate(left, point, digits=20)), flat(evaluate(right, point, digits=20))
    other = other * len(one) if len(other) == 1 else other
    assert len(one) == len(other)
    for a, b in zip(one, other, strict=True):
        assert abs(as_float(a) - as_float(b)) <= 1e-12 * max(1.0, abs(as_float(a))), (left, right, point)


def sympy_gradient(f: Expr, z: Symbol, point: Point) -> list[float]:
    """SymPy's derivatives of the plain expression at the point's length, as numbers."""
    n = point.lengths["N"]
    plain = f.to_sympy({"N": n})
    values = {
        symbol: sympy.Rational(v.numerator, v.denominator)
        for name, given in point.values.items()
        for symbol, v in _symbols(plain, name, given)
    }
    by = [next((s for s in plain.free_symbols if s.name == f"{z.name}{k}"), None) for k in range(1, n + 1)]
    return [0.0 if s is None else float(plain.diff(s).subs(values).evalf(30)) for s in by]


def _symbols(plain: Any, name: str, given: Any) -> list[tuple[Any, Fraction]]:
    entries = {f"{name}{k}": v for k, v in enumerate(given, 1)} if isinstance(given, tuple) else {name: given}
    return [(s, Fraction(entries[s.name])) for s in plain.free_symbols if s.name in entries]
