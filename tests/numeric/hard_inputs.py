"""Random inputs that are hard for the softmax family, and its values there by Arb, from the exact inputs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flint import arb

Row = np.ndarray[Any, Any]


def log_probabilities(rng: np.random.Generator, n: int) -> tuple[Row, float]:
    """Their log-sum-exp is about 0."""
    return np.log(np.maximum(rng.dirichlet(np.ones(n)), 1e-300)), 1.0


def tiny_gaps(rng: np.random.Generator, n: int) -> tuple[Row, float]:
    """A huge inverse temperature between neighbouring numbers."""
    return 1.7 + rng.integers(0, 40, n) * 2.0**-52, float(10.0 ** rng.uniform(12, 17))


def any_size(rng: np.random.Generator, n: int) -> tuple[Row, float]:
    """Products that leave the range of a double, above and below."""
    sign = float(rng.choice([1, -1]))
    return rng.normal(size=n) * 10.0 ** rng.uniform(-300, 300), sign * float(10.0 ** rng.uniform(-308, 308))


def extreme(rng: np.random.Generator, n: int) -> tuple[Row, float]:
    """Ties and gaps between the largest numbers."""
    z = rng.choice([1e308, -1e308, 1.7e308, -1.7e308, 0.0, 1.0], n)
    return z, float(rng.choice([1.0, 1e308, 1e-308, -1e308, 5e-324]))


def confident(rng: np.random.Generator, n: int) -> tuple[Row, float]:
    """A winner whose probability is 1 less something tiny."""
    z = rng.integers(0, 3, n).astype(float)
    z[rng.integers(n)] += rng.uniform(20, 800)
    return z, 1.0


def subnormal(rng: np.random.Generator, n: int) -> tuple[Row, float]:
    """Probabilities near the smallest number."""
    z = -rng.uniform(690, 760, n)
    z[0] = 0.0
    return z, 1.0


def symmetric(rng: np.random.Generator, n: int) -> tuple[Row, float]:
    """Weighted sums that cancel."""
    half = rng.normal(size=n) * 10.0 ** rng.uniform(-3, 3)
    return np.concatenate([half, -half]), float(10.0 ** rng.uniform(-30, -1))


def offset(rng: np.random.Generator, n: int) -> tuple[Row, float]:
    """A large common offset."""
    return 1e15 + rng.integers(0, 80, n), 1.0


def equal(rng: np.random.Generator, n: int) -> tuple[Row, float]:
    """Ties throughout, with a log-sum-exp of about 0."""
    return np.full(n, -math.log(n)), 1.0


def wide(rng: np.random.Generator, n: int) -> tuple[Row, float]:
    """Entries of very different sizes."""
    return rng.normal(size=n) * 10.0 ** rng.uniform(-3, 4, n), float(rng.choice([1.0, -1.0, 2.5, 1e-3]))


def half_precision(rng: np.random.Generator, n: int) -> tuple[Row, float]:
    """Inputs of 16 bits."""
    return (rng.normal(size=n) * 5).astype(np.float16), 1.0


def single_precision(rng: np.random.Generator, n: int) -> tuple[Row, float]:
    """Inputs of 32 bits, some with subnormal results."""
    return (rng.normal(size=n) * 60).astype(np.float32), 1.0


KINDS = (log_probabilities, tiny_gaps, any_size, extreme, confident, subnormal, symmetric, offset, equal, wide)
KINDS = (*KINDS, half_precision, single_precision)


def exact_values(name: str, z: Row, beta: float, other: Any) -> list[arb]:
    """The function's values at the exact inputs."""
    b = _ball(beta)
    if name == "sigmoid":
        return [1 / (1 + (-_ball(x)).exp()) for x in z]
    if name == "softplus":
        return [_softplus(b * _ball(x)) / b for x in z]
    scaled = [b * _ball(x) for x in z]
    top = max(scaled)
    terms = [(x - top).exp() for x in scaled]
    total = sum(terms, arb(0))
    p, logs = [t / total for t in terms], [x - top - total.log() for x in scaled]
    if name in ("softmax", "log_softmax"):
        return p if name == "softmax" else logs
    if name == "logsumexp":
        weights = [arb(1)] * len(z) if other is None else [_ball(w) for w in other]
        return [top + abs(_dot(weights, terms)).log()]
    if name == "boltzmann":
        return [_dot(p, [_ball(x) for x in z])]
    if name == "entropy":
        return [-_dot(p, logs)]
    if name == "cross_entropy":
        return [-logs[other]] if np.ndim(other) == 0 else [-_dot([_ball(q) for q in other], logs)]
    tangent = [_ball(v) for v in other]
    return [b * q * (v - _dot(p, tangent)) for q, v in zip(p, tangent, strict=True)]


def _ball(value: Any) -> arb:
    return arb(float(value))


def _softplus(x: arb) -> arb:
    return (-abs(x)).exp().log1p() + (x if x > 0 else arb(0))


def _dot(left: list[arb], right: list[arb]) -> arb:
    return sum((x * y for x, y in zip(left, right, strict=True)), arb(0))
