"""Concrete values within the kinds of names: exact, varied, and adversarial on purpose.

Claims about softmax fail at ties, in corners, for one dominant entry, for tiny and for huge gaps, and where two vectors
are close to each other or differ by a constant, so these occur as often as plain random numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import log
from random import Random
from typing import Any, TypeAlias

from flint import arb, ctx, fmpq

from softsym.evaluation.point import Point
from softsym.expression import Symbol
from softsym.refute.literals import NOTHING, Literals
from softsym.symbols import Kind

Vector: TypeAlias = "tuple[Fraction, ...]"

_F = Fraction
SIZES = (_F(1), _F(2), _F(1, 2), _F(3), _F(1, 10), _F(10), _F(1, 100), _F(100), _F(1, 10**6), _F(1000))
"""Magnitudes for scalars, gaps and scales, the common ones first."""
LARGEST = 10**12
NAMED_SHARE = 0.1
"""How often a name has a value near a number of the statement."""


def size(random: Random) -> Fraction:
    """A positive number: mostly moderate, sometimes tiny or huge."""
    if random.random() < 0.5:
        return SIZES[min(int(random.expovariate(0.6)), len(SIZES) - 1)]
    return short(10 ** random.uniform(-1.5, 1.5))


def short(value: float) -> Fraction:
    """A float as a fraction of two or three digits."""
    if abs(value) > LARGEST:
        return _F(LARGEST if value > 0 else -LARGEST)
    return _F(f"{value:.2g}") if abs(value) < 10 else _F(f"{value:.3g}")


def sample(symbols: Sequence[Symbol], lengths: dict[str, int], random: Random, known: Literals = NOTHING) -> Point:
    """A point within the kinds; later names are sometimes related to earlier ones of the same kind of shape.

    Some faults show only where all the names are special at once: all at extremes, or all vectors close together;
    others only at the places and numbers ``known`` of the statement.
    """
    draw = random.choice((_value, _value, _extreme, _near))
    values: dict[str, Any] = {}
    for symbol in symbols:
        if symbol.kind.type in ("length", "constant"):
            continue
        value = _named(symbol.kind, lengths, known, random)
        values[symbol.name] = draw(symbol.kind, values, lengths, random) if value is None else value
    return Point(lengths, values)


def _named(kind: Kind, lengths: dict[str, int], known: Literals, random: Random) -> Any:
    """A value at a place or near a number that the statement names, now and then; else ``None``."""
    if kind.type == "index":
        return known.place(kind.vector_length.value(lengths), random)
    if not known.numbers or random.random() > NAMED_SHARE:
        return None
    if kind.type == "scalar":
        value = known.number(random)
        return value if in_domain(kind.domain, value) else None
    levels = (_F(0), _F(1), known.number(random))
    vector = tuple(random.choice(levels) for _ in range(kind.vector_length.value(lengths)))
    return vector if vector_in_domain(kind.domain, vector) else None


def _value(kind: Kind, values: dict[str, Any], lengths: dict[str, int], random: Random) -> Any:
    if kind.type == "scalar":
        return _related_scalar(kind.domain, values, random)
    length = kind.vector_length.value(lengths)
    if kind.type == "index":
        taken = [v for v in values.values() if isinstance(v, int) and v <= length]
        if taken and random.random() < 0.3:
            return random.choice(taken)
        return 1 if random.random() < 0.2 else random.randint(1, length)
    if kind.domain != "onehot" and random.random() < 0.4:
        related = _related(
            kind.domain, [v for v in values.values() if isinstance(v, tuple) and len(v) == length], random
        )
        if related is not None:
            return related
    return VECTORS[kind.domain](length, random)


def _extreme(kind: Kind, values: dict[str, Any], lengths: dict[str, int], random: Random) -> Any:
    """A value at an extreme: one of the vectors in which a few entries win, a corner, a small or middle number."""
    if kind.type == "index":
        return _value(kind, values, lengths, random)
    if kind.type == "scalar":
        plain = [x for x in (_F(1), _F(1, 2), _F(-1), _F(0), _F(2)) if in_domain(kind.domain, x)]
        return random.choice((plain[0], *plain))
    rule = _EXTREMES.get(kind.domain, VECTORS[kind.domain])
    return rule(kind.vector_length.value(lengths), random)


def _near(kind: Kind, values: dict[str, Any], lengths: dict[str, int], random: Random) -> Any:
    """A vector a little aside from an earlier one, or the first one of its length at a simple place."""
    if kind.type != "vector" or kind.domain == "onehot":
        return _value(kind, values, lengths, random)
    n = kind.vector_length.value(lengths)
    others = [v for v in values.values() if isinstance(v, tuple) and len(v) == n]
    if not others:
        return _simple_place(kind.domain, n, random)
    moved = _aside(random.choice(others), random)
    return moved if vector_in_domain(kind.domain, moved) else VECTORS[kind.domain](n, random)


def _simple_place(domain: str, n: int, random: Random) -> Vector:
    if domain in ("distribution", "simplex") and random.random() < 0.5:
        return (_F(1, n),) * n
    if domain == "vector" and random.random() < 0.5:
        return random.choice((_winners(n, random), (_F(0),) * n))
    return VECTORS[domain](n, random)


def _aside(start: Vector, random: Random) -> Vector:
    """A step in a direction of few values, mostly without a part along (1, ..., 1)."""
    n, step = len(start), random.choice((_F(1, 10), _F(1, 2), _F(1, 100), _F(1), _F(1, 10**4)))
    up = {*random.sample(range(n), random.choice((1, (n + 1) // 2)))}
    down = {*random.sample(range(n), min(n, len(up)))} - up if random.random() < 0.7 else frozenset[int]()
    return tuple(x + (step if k in up else -step if k in down else 0) for k, x in enumerate(start))


def scalar(domain: str, random: Random) -> Fraction:
    """A number of a scalar kind."""
    signed = size(random) * random.choice((1, 1, -1))
    if domain == "real":
        return _F(0) if random.random() < 0.1 else signed
    if domain == "integer":
        return _F(random.choice((0, 1, 2, 3, -1, -2, 5, 10, random.randint(-50, 50))))
    if domain == "unit":
        return random.choice((_F(1, 2), _F(0), _F(1), _F(1, 4), _F(1, 10), _F(99, 100), short(random.random())))
    if domain == "nonnegative":
        return _F(0) if random.random() < 0.15 else abs(signed)
    return {"positive": abs(signed), "negative": -abs(signed), "nonzero": signed}[domain]


def _related_scalar(domain: str, values: dict[str, Any], random: Random) -> Fraction:
    others = [v for v in values.values() if isinstance(v, Fraction)]
    if others and random.random() < 0.2:
        other = random.choice(others)
        candidate = random.choice((other, other * (1 + SIZES[-2]), -other, 1 - other, other + random.choice((1, -1))))
        if in_domain(domain, candidate):
            return candidate
    return scalar(domain, random)


def in_domain(domain: str, value: Any) -> bool:
    """Whether a number, exact or enclosed, certainly lies in a scalar kind."""
    rules: dict[str, Callable[[Any], bool]] = {
        "real": lambda x: True,
        "positive": lambda x: bool(x > 0),
        "negative": lambda x: bool(x < 0),
        "nonnegative": lambda x: bool(x >= 0),
        "nonzero": lambda x: bool(x > 0) or bool(x < 0),
        "integer": lambda x: isinstance(x, Fraction) and x.denominator == 1,
        "unit": lambda x: bool(x >= 0) and bool(x <= 1),
    }
    return rules[domain](value)


def _gaussian(n: int, random: Random) -> Vector:
    scale = random.choice((0.5, 1, 2, 4))
    return tuple(_F(f"{random.gauss(0, scale):.1f}") for _ in range(n))


def _small_integers(n: int, random: Random) -> Vector:
    top = random.choice((1, 2, 5))
    return tuple(_F(random.randint(-top, top)) for _ in range(n))


def _two_levels(n: int, random: Random) -> Vector:
    gap = size(random) * random.choice((1, -1))
    return tuple(random.choice((_F(0), gap)) for _ in range(n))


def _dominant(n: int, random: Random) -> Vector:
    gap, place = size(random) * random.choice((1, 1, -1)), random.randrange(n)
    return tuple(gap if k == place else _F(0) for k in range(n))


def _winners(n: int, random: Random) -> Vector:
    """A few equal entries above all others, by a gap at which both groups have a share in a softmax."""
    count = random.choice((1, 1, 1, 2, n // 2, n - 1)) if n > 1 else 1
    excess = random.uniform(-1, 3) if random.random() < 0.7 else random.uniform(3, 15)
    gap = _F(f"{log(max(1, n - count) / max(1, count)) + excess:.1f}") * random.choice((1, 1, 1, -1))
    places = {*random.sample(range(n), max(1, count))} if n < 10 else range(max(1, count))
    return tuple(gap if k in places else _F(0) for k in range(n))


def _equal(n: int, random: Random) -> Vector:
    return (random.choice((_F(0), _F(1), scalar("real", random))),) * n


def _gaps(n: int, random: Random) -> Vector:
    return tuple(size(random) * random.choice((1, -1)) for _ in range(n))


def _close(n: int, random: Random) -> Vector:
    return tuple(1 + _F(random.randint(-3, 3), 10**6) for _ in range(n))


_REAL_VECTORS = (_gaussian, _gaussian, _small_integers, _two_levels, _dominant, _winners, _equal, _gaps, _close)


def _real_vector(n: int, random: Random) -> Vector:
    if random.random() < 0.15:
        return VECTORS[random.choice(("distribution", "simplex", "onehot", "positive vector"))](n, random)
    return random.choice(_REAL_VECTORS)(n, random)


def _positive_vector(n: int, random: Random) -> Vector:
    if random.random() < 0.2:
        return (size(random),) * n
    return tuple(size(random) for _ in range(n))


def weights(given: Sequence[Fraction]) -> Vector:
    """Nonnegative numbers divided by their sum."""
    total = sum(given, _F(0))
    return tuple(_F(g) / total for g in given)


def _distribution(n: int, random: Random) -> Vector:
    style = random.random()
    if style < 0.15 or n == 1:
        return (_F(1, n),) * n
    if style < 0.5:  # close to a corner or to a face
        epsilon = random.choice((_F(1, 10), _F(1, 100), _F(1, 10**6)))
        corner, place = random.random() < 0.5, random.randrange(n)
        return weights([_F(1) if k == place or (not corner and random.random() < 0.4) else epsilon for k in range(n)])
    return weights([_F(random.randint(1, 9)) for _ in range(n)])


def _simplex(n: int, random: Random) -> Vector:
    if random.random() < 0.5:
        return _distribution(n, random)
    given = [_F(random.choice((0, 0, 1, 2))) for _ in range(n)]
    given[random.randrange(n)] += 1
    return weights(given)


def _corner(n: int, random: Random) -> Vector:
    """A distribution that is nearly all in one entry, or in some of them alike."""
    epsilon = _F(1, 10 ** random.choice((2, 6, 9, 20)))
    places = {*random.sample(range(n), random.choice((1, 1, (n + 1) // 2)))}
    return weights([_F(1) if k in places else epsilon for k in range(n)])


def _onehot(n: int, random: Random) -> Vector:
    place = random.randrange(n)
    return tuple(_F(int(k == place)) for k in range(n))


VECTORS: dict[str, Callable[[int, Random], Vector]] = {
    "vector": _real_vector,
    "positive vector": _positive_vector,
    "distribution": _distribution,
    "simplex": _simplex,
    "onehot": _onehot,
}
"""How to draw a vector of each kind."""
_EXTREMES: dict[str, Callable[[int, Random], Vector]] = {
    "vector": _winners,
    "distribution": _corner,
    "simplex": _corner,
}


def _related(domain: str, others: list[Vector], random: Random) -> Vector | None:
    """A vector close to, a shift, a rearrangement or a multiple of an earlier one, if the kind allows it."""
    if not others:
        return None
    other = random.choice(others)
    step = size(random) * random.choice((1, -1))
    candidates = [
        lambda: tuple(x + (step if k == 0 else 0) for k, x in enumerate(other)),
        lambda: tuple(x + step for x in other),
        lambda: _shuffled_difference(other, step, random),
        lambda: tuple(random.sample(other, len(other))),
        lambda: tuple(-x for x in other),
        lambda: tuple(x * abs(step) for x in other),
        lambda: other,
        lambda: _towards(other, VECTORS[domain](len(other), random), random),
    ]
    candidate = random.choice(candidates)()
    return candidate if vector_in_domain(domain, candidate) else None


def _shuffled_difference(start: Vector, step: Fraction, random: Random) -> Vector:
    """One entry up and another down by the same step."""
    places = random.sample(range(len(start)), min(2, len(start)))
    return tuple(x + (step if k == places[0] else -step if k in places else 0) for k, x in enumerate(start))


def _towards(start: Vector, target: Vector, random: Random) -> Vector:
    part = random.choice((_F(1, 10), _F(1, 100), _F(1, 2)))
    return tuple(x + part * (y - x) for x, y in zip(start, target, strict=True))


def vector_in_domain(domain: str, value: Sequence[Any]) -> bool:
    """Whether a vector lies in a vector kind.

    A sum of enclosed entries can only be seen to be 1 up to their radii; every move that makes one keeps the sum.
    """
    if domain == "vector":
        return True
    fits = all(x > 0 if domain in ("positive vector", "distribution") else x >= 0 for x in value)
    if domain == "positive vector" or not fits:
        return fits
    exact = all(isinstance(x, Fraction) for x in value)
    if domain == "onehot":
        return exact and sorted(value) == [0] * (len(value) - 1) + [1]
    return bool(sum(value) == 1) if exact else _encloses_one(value)


def _encloses_one(value: Sequence[Any]) -> bool:
    with ctx.workprec(1000):
        total = sum((arb(fmpq(x.numerator, x.denominator)) if isinstance(x, Fraction) else x for x in value), arb(0))
    return bool(total.contains(1)) and bool(total.rad() < arb(2) ** -200)
