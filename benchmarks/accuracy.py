"""Errors in ulp of the ready-made functions beside SciPy's, PyTorch's and JAX's (where installed), against Arb's balls.

    python benchmarks/accuracy.py [--rows 200]

Each line is the largest error over rows of 3, 100 and 10,000 normal numbers of standard deviation 3 (fixed seeds), or
over a list of hard inputs; ``inf`` stands for a wrong nan or inf, ``-`` for a function that a library lacks.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import Any

import flint
import numpy as np
import scipy.special as special
from flint import arb

import softsym.numeric as numeric

try:
    import torch
except ImportError:
    torch = None
try:
    import jax

    jax.config.update("jax_enable_x64", True)
except ImportError:
    jax = None

Row = np.ndarray[Any, Any]
Call = Callable[[Row], Any]
TANGENT = np.random.default_rng(9).normal(size=10_000)
HARD = (
    [800.0, 100.5, -800.0],
    [36.5, 0.0],
    [20.25, 0.125, -3.0],
    [50.0, 0.0],
    [1e15 + 40, 1e15],
    [333.3333333333333, -333.1],
    [-700.3, 0.4],
    np.log([0.1, 0.2, 0.3, 0.4]).tolist(),
    [-6.907755278982137] * 1000,
    [1e-20, -50.0],
    [0.0, -700.0],
    [720.0, 0.0],
    [1e308, -1e308, 0.0],
    [3e-12, -3e-12],
    [-745.0, -710.0, 0.0],
)
OWN: dict[str, Callable[..., Any]] = {
    "softmax": numeric.softmax,
    "log_softmax": numeric.log_softmax,
    "logsumexp": numeric.logsumexp,
    "boltzmann": numeric.boltzmann,
    "entropy": numeric.entropy,
    "cross_entropy": lambda z, **options: numeric.cross_entropy(z, 0, **options),
    "softmax_jvp": lambda z, **options: numeric.softmax_jvp(z, _tangent(z), **options),
    "sigmoid": numeric.sigmoid,
    "softplus": numeric.softplus,
}
SCIPY: dict[str, Call] = {
    "softmax": special.softmax,
    "log_softmax": special.log_softmax,
    "logsumexp": special.logsumexp,
    "boltzmann": lambda z: np.sum(special.softmax(z) * z),
    "entropy": lambda z: np.sum(special.entr(special.softmax(z))),
    "cross_entropy": lambda z: -special.log_softmax(z)[0],
    "softmax_jvp": lambda z: _jvp(special.softmax(z), _tangent(z)),
    "sigmoid": special.expit,
    "softplus": lambda z: np.logaddexp(z.dtype.type(0), z),
}


def _tangent(z: Row) -> Row:
    return TANGENT[: len(z)].astype(z.dtype)


def _jvp(p: Any, v: Any) -> Any:
    return p * (v - (p * v).sum())


def torch_calls() -> dict[str, Call]:
    """What PyTorch has of the functions."""
    if torch is None:
        return {}
    calls: dict[str, Callable[[Any], Any]] = {
        "softmax": lambda z: torch.softmax(z, -1),
        "log_softmax": lambda z: torch.log_softmax(z, -1),
        "logsumexp": lambda z: torch.logsumexp(z, -1),
        "entropy": lambda z: torch.distributions.Categorical(logits=z).entropy(),
        "cross_entropy": lambda z: -torch.log_softmax(z, -1)[0],
        "softmax_jvp": lambda z: _jvp(torch.softmax(z, -1), torch.from_numpy(_tangent(z.numpy()))),
        "sigmoid": torch.sigmoid,
        "softplus": torch.nn.functional.softplus,
    }
    return {name: lambda z, call=call: call(torch.from_numpy(z)).numpy() for name, call in calls.items()}  # type: ignore[misc]


def jax_calls() -> dict[str, Call]:
    """What JAX has of the functions."""
    if jax is None:
        return {}
    return {
        "softmax": jax.nn.softmax,
        "log_softmax": jax.nn.log_softmax,
        "logsumexp": jax.nn.logsumexp,
        "cross_entropy": lambda z: -jax.nn.log_softmax(z)[0],
        "softmax_jvp": lambda z: jax.jvp(jax.nn.softmax, (z,), (_tangent(z),))[1],
        "sigmoid": jax.nn.sigmoid,
        "softplus": jax.nn.softplus,
    }


def exactly(function: str, row: Row) -> list[arb]:
    """The balls of a function's values on a row."""
    z = [arb(float(x)) for x in row]
    if function == "sigmoid":
        return [1 / (1 + (-x).exp()) for x in z]
    if function == "softplus":
        return [(-abs(x)).exp().log1p() + max(x, arb(0)) for x in z]
    top = max(z)
    terms = [(x - top).exp() for x in z]
    total = sum(terms, arb(0))
    if function == "softmax":
        return [t / total for t in terms]
    if function == "logsumexp":
        return [top + total.log()]
    p, logs = [t / total for t in terms], [x - top - total.log() for x in z]
    if function in ("log_softmax", "cross_entropy"):
        return logs if function == "log_softmax" else [-logs[0]]
    if function == "softmax_jvp":
        v = [arb(float(x)) for x in _tangent(row)]
        mean = _dot(p, v)
        return [q * (x - mean) for q, x in zip(p, v, strict=True)]
    return [_dot(p, z)] if function == "boltzmann" else [-_dot(p, logs)]


def _dot(left: list[arb], right: list[arb]) -> arb:
    return sum((x * y for x, y in zip(left, right, strict=True)), arb(0))


def ulps(got: Any, balls: list[arb], dtype: Any) -> float:
    """The largest error in units of the exact value's last place in the type."""
    worst = 0.0
    for value, ball in zip(np.atleast_1d(np.asarray(got)), balls, strict=True):
        with np.errstate(over="ignore"):
            nearest = dtype(float(ball.mid()))
        if np.isfinite(value) and np.isfinite(nearest):
            unit = arb(float(np.spacing(abs(nearest))))
            worst = max(worst, abs(float((arb(float(value)) - ball).mid() / unit)))
        elif value != nearest:
            return float("inf")
    return worst


def peers(function: str) -> Iterator[tuple[str, Call | None]]:
    """The contestants for a function."""
    own = OWN[function]
    yield "fast", own
    yield "high", lambda z: own(z, accuracy="high")
    yield "SciPy", SCIPY[function]
    for name, calls in (("torch", torch_calls()), ("JAX", jax_calls())):
        if calls:
            yield name, calls.get(function)


def inputs(rows: int) -> Iterator[tuple[str, list[Row], int]]:
    """Named lists of rows, and the bits that their exact values need."""
    rng = np.random.default_rng(0)
    lengths = ((3, rows), (100, max(rows // 10, 1)), (10_000, 1))
    normal = [rng.normal(size=length) * 3 for length, count in lengths for _ in range(count)]
    yield "normal", normal, 200
    yield "float32", [z.astype(np.float32) for z in normal], 200
    yield "hard", [np.array(z) for z in HARD], 2600


def cell(call: Call | None, rows: list[Row], exact: list[list[arb]]) -> str:
    """The largest error of a contestant."""
    if call is None:
        return "-"
    with np.errstate(all="ignore"):
        worst = max(ulps(call(z), balls, z.dtype.type) for z, balls in zip(rows, exact, strict=True))
    return f"{worst:.1f}" if worst < 1000 else f"{worst:.0e}".replace("e+", "e")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200)
    options = parser.parse_args()
    names = [name for name, _ in peers("softmax")]
    print(f"| inputs | function | {' | '.join(names)} |\n|---|---|{'--:|' * len(names)}")
    for title, rows, bits in inputs(options.rows):
        flint.ctx.prec = bits
        for function in OWN:
            exact = [exactly(function, row) for row in rows]
            cells = [cell(call, rows, exact) for _, call in peers(function)]
            print(f"| {title} | {function} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
