"""Ways to change one name's value within its kind: along a line, to solve or to climb, and by whole entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from random import Random
from typing import Any

from flint import arb, fmpq

from softsym.evaluation.point import Point
from softsym.expression import Symbol
from softsym.refute.sampling import VECTORS, in_domain, scalar, short, vector_in_domain, weights
from softsym.symbols import Kind

SUM_KINDS = ("distribution", "simplex")


@dataclass(frozen=True)
class Move:
    """A line through the value of ``name``: the value at the parameter 0 is the present one."""

    name: str
    at: Callable[[Any], Any]

    def applied(self, point: Point, parameter: Any) -> Point:
        """The point at a parameter, a Fraction or an enclosure."""
        return with_value(point, self.name, self.at(parameter))


def with_value(point: Point, name: str, value: Any) -> Point:
    """The point with one name's value replaced."""
    return Point(point.lengths, {**point.values, name: value})


def plus(x: Any, step: Any) -> Any:
    """A sum of Fractions or enclosures."""
    if isinstance(x, Fraction) and isinstance(step, Fraction):
        return x + step
    return as_arb(x) + as_arb(step)


def as_arb(x: Any) -> arb:
    """A number as an enclosure."""
    return x if isinstance(x, arb) else arb(fmpq(x.numerator, x.denominator))


def in_kind(kind: Kind, value: Any) -> bool:
    """Whether a value, exact or enclosed, certainly lies in a kind."""
    if kind.type == "scalar":
        return in_domain(kind.domain, value)
    return kind.type != "vector" or vector_in_domain(kind.domain, value)


def lines(symbol: Symbol, point: Point) -> Iterator[Move]:
    """The lines along which the value of a name can move within its kind, for small parameters at least."""
    value, name = point.values[symbol.name], symbol.name
    if symbol.kind.type == "scalar":
        yield Move(name, lambda s: plus(value, s))
    elif symbol.kind.type == "vector" and symbol.kind.domain != "onehot":
        assert isinstance(value, tuple)
        yield from _vector_lines(name, symbol.kind.domain, value)


def _vector_lines(name: str, domain: str, value: tuple[Any, ...]) -> Iterator[Move]:
    size = range(len(value))
    if domain not in SUM_KINDS:
        for k in size:
            yield Move(name, partial(_with_step, value, (k,), ()))
        if not any(isinstance(x, arb) for x in value):
            yield Move(name, lambda s: tuple(_scaled(x, s) for x in value))
        yield Move(name, partial(_with_step, value, size, ()))
    for k in size:
        other = (k + 1) % len(value)
        if other != k:
            yield Move(name, partial(_with_step, value, (k,), (other,)))
            if domain in SUM_KINDS:
                yield Move(name, partial(_mixed, value, tuple(Fraction(int(n == k)) for n in size)))
    if domain in SUM_KINDS:
        yield Move(name, partial(_mixed, value, (Fraction(1, len(value)),) * len(value)))


def _with_step(value: tuple[Any, ...], up: Sequence[int], down: Sequence[int], step: Any) -> tuple[Any, ...]:
    """A vector with a step added at some places and taken off at others."""
    signs = {**dict.fromkeys(up, 1), **dict.fromkeys(down, -1)}
    return tuple(plus(x, step * signs[k]) if k in signs else x for k, x in enumerate(value))


def _mixed(value: tuple[Any, ...], target: tuple[Fraction, ...], part: Any) -> tuple[Any, ...]:
    """The vector at ``part`` of the way to a target."""
    exact = isinstance(part, Fraction) and all(isinstance(x, Fraction) for x in value)
    gaps = (t - x if exact else as_arb(t) - as_arb(x) for x, t in zip(value, target, strict=True))
    return tuple(plus(x, gap * (part if exact else as_arb(part))) for x, gap in zip(value, gaps, strict=True))


def _scaled(x: Fraction, s: Any) -> Any:
    return x * (1 + s) if isinstance(s, Fraction) else as_arb(x) * (1 + s)


def resampled(symbols: Sequence[Symbol], point: Point, random: Random) -> Point:
    """The point with one of the names drawn anew, or exchanged with, or pulled towards, another of its kind."""
    symbol = random.choice(symbols)
    twins = [s for s in symbols if s != symbol and _exchangeable(s, symbol, point)]
    if twins and random.random() < 0.5:
        return _paired(symbol, random.choice(twins), point, random)
    return with_value(point, symbol.name, drawn(symbol, point, random))


def drawn(symbol: Symbol, point: Point, random: Random) -> Any:
    """A new value for a name."""
    if symbol.kind.type == "scalar":
        return scalar(symbol.kind.domain, random)
    length = symbol.kind.vector_length.value(dict(point.lengths))
    return random.randint(1, length) if symbol.kind.type == "index" else VECTORS[symbol.kind.domain](length, random)


def _exchangeable(left: Symbol, right: Symbol, point: Point) -> bool:
    if left.kind.type != right.kind.type:
        return False
    a, b = point.values[left.name], point.values[right.name]
    if left.kind.type == "index":
        return left.kind.vector_length == right.kind.vector_length
    return in_kind(left.kind, b) and in_kind(right.kind, a) and (not isinstance(a, tuple) or len(a) == len(b))  # type: ignore[arg-type]


def _paired(symbol: Symbol, twin: Symbol, point: Point, random: Random) -> Point:
    a, b = point.values[symbol.name], point.values[twin.name]
    pulled = _pulled(a, b, random.choice((Fraction(1, 2), Fraction(1, 10), Fraction(1, 1000))))
    if pulled is not None and random.random() < 0.6:
        return with_value(point, symbol.name, pulled)
    return Point(point.lengths, {**point.values, symbol.name: b, twin.name: a})


def _pulled(start: Any, end: Any, part: Fraction) -> tuple[Fraction, ...] | None:
    """The vector at ``part`` of the way from ``end`` to ``start``, if both are exact vectors."""
    if not isinstance(start, tuple) or not all(isinstance(x, Fraction) for x in (*start, *end)):
        return None
    return tuple(y + part * (x - y) for x, y in zip(start, end, strict=True))


def stepped(symbols: Sequence[Symbol], point: Point, random: Random) -> Point:
    """The point with one name moved by a step of a random size, for climbing."""
    symbol = random.choice(symbols)
    value = point.values[symbol.name]
    twins = [s for s in symbols if s != symbol and isinstance(value, tuple) and _exchangeable(s, symbol, point)]
    if twins and random.random() < 0.3:
        return _spread(symbol, random.choice(twins), point, random)
    if symbol.kind.type == "index" or symbol.kind.domain == "onehot":
        return with_value(point, symbol.name, drawn(symbol, point, random))
    factor = 10 ** random.uniform(-2.5, 0.7) * random.choice((1, -1))
    if not isinstance(value, tuple):
        return with_value(point, symbol.name, _stepped_number(value, factor, random))
    if symbol.kind.domain in SUM_KINDS:
        return with_value(point, symbol.name, _reweighted(value, factor, random))
    return with_value(point, symbol.name, _stepped_vector(value, factor, random))


def _spread(symbol: Symbol, twin: Symbol, point: Point, random: Random) -> Point:
    """One of two vectors moved on the line through both: towards, through or away from the other."""
    factor = random.choice(
        (Fraction(1, 2), Fraction(9, 10), Fraction(3, 2), Fraction(-1), Fraction(1, 10), Fraction(3))
    )
    moved = _pulled(point.values[symbol.name], point.values[twin.name], factor)
    if moved is None:
        return point
    coarse = moved if symbol.kind.domain in SUM_KINDS else tuple(short(float(x)) for x in moved)
    return with_value(point, symbol.name, coarse if in_kind(symbol.kind, coarse) else moved)


def _stepped_number(value: Any, factor: float, random: Random) -> Fraction:
    start = float(value)
    step = start * factor if random.random() < 0.6 else factor
    return short(start + step)


def _stepped_vector(value: tuple[Any, ...], factor: float, random: Random) -> tuple[Any, ...]:
    style = random.random()
    if style < 0.15:
        return tuple(short(float(x) * (1 + factor / 3)) for x in value)
    if style < 0.3:  # one entry onto another: ties
        return _shifted_onto(value, random)
    k = random.randrange(len(value))
    if style < 0.45 and len(value) > 1:  # one entry up and another down
        other = random.choice([n for n in range(len(value)) if n != k])
        return tuple(short(float(x) + factor * ((n == k) - (n == other))) for n, x in enumerate(value))
    same = {n for n, x in enumerate(value) if x is value[k] or x == value[k]} if random.random() < 0.5 else {k}
    moved = short(float(value[k]) + (factor if random.random() < 0.5 else factor * float(value[k])))
    return tuple(moved if n in same else x for n, x in enumerate(value))


def _shifted_onto(value: tuple[Any, ...], random: Random) -> tuple[Any, ...]:
    k, other = random.randrange(len(value)), random.randrange(len(value))
    return tuple(value[other] if n == k else x for n, x in enumerate(value))


def _reweighted(value: tuple[Any, ...], factor: float, random: Random) -> tuple[Any, ...]:
    k = random.randrange(len(value))
    scale = Fraction(f"{2**factor:.2g}")
    changed = [
        (Fraction(float(x)) if isinstance(x, arb) else x) * (scale if n == k else 1) for n, x in enumerate(value)
    ]
    coarse = [x if x == 0 else max(Fraction(round(x * 1000), 1000), Fraction(1, 10**6)) for x in weights(changed)]
    return weights(coarse) if sum(coarse) else value


def magnitude(point: Point) -> float:
    """The largest absolute value at a point."""
    numbers = [x for v in point.values.values() for x in (v if isinstance(v, tuple) else (v,))]
    return max((_size_of(x) for x in numbers), default=0.0)


def _size_of(x: Any) -> float:
    """The absolute value as a float, which an exact number may be too large for."""
    return float(min(abs(x), Fraction(10**100))) if isinstance(x, Fraction) else float(abs(x))


def lengths_of(symbols: Sequence[Symbol]) -> list[str]:
    """The lengths that vectors or indices have and that can change."""
    return sorted({str(s.kind.length) for s in symbols if s.kind.length is not None and not s.kind.length.is_literal})


def resized(symbols: Sequence[Symbol], point: Point, name: str, entry: int, copies: int) -> Point | None:
    """The point with an entry (from 0) of every vector of length ``name`` removed (0 copies) or repeated."""
    size = point.lengths[name] - 1 + copies
    if size < 1:
        return None
    values: dict[str, Any] = dict(point.values)
    for symbol in symbols:
        length = symbol.kind.length
        if length is None or symbol.name not in values or name not in length.names:
            continue
        if str(length) != name:
            return None
        values[symbol.name] = _resized(symbol.kind, values[symbol.name], entry, copies, size)
    return Point({**point.lengths, name: size}, values)


def _resized(kind: Kind, value: Any, entry: int, copies: int, size: int) -> Any:
    if isinstance(value, int):
        return value if copies or value <= entry else max(1, value - 1)
    result = value[:entry] + (value[entry],) * copies + value[entry + 1 :]
    if kind.domain == "onehot":
        place = next((n for n, x in enumerate(result) if x == 1), 0)
        return tuple(Fraction(int(n == place)) for n in range(size))
    if kind.domain in SUM_KINDS:
        exact = [Fraction(float(x)) if isinstance(x, arb) else x for x in result]
        return weights(exact) if sum(exact) else (Fraction(1, size),) * size
    return result
