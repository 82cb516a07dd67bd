"""Errors in ulp of the ready-made functions beside SciPy's, PyTorch's and JAX's (where installed), against Arb's balls.

    python benchmarks/accuracy.py [--rows 200]

Each line is the largest error over random rows or over a list of hard inputs; ``inf`` stands for a wrong nan or inf.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import Any

import flint
import numpy as np
import scipy.special as special

import softsym.numeric as numeric

try:
    import torch
except ImportError:
    torch = None
try:
    import jax
except ImportError:
    jax = None

Row = np.ndarray[Any, Any]
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
)


def exactly(function: str, row: Row) -> list[flint.arb]:
    """The balls of a function's values on a row."""
    z = [flint.arb(float(x)) for x in row]
    top = flint.arb(float(row.max()))
    terms = [(x - top).exp() for x in z]
    total = sum(terms, flint.arb(0))
    if function == "softmax":
        return [t / total for t in terms]
    logs = [x - top - total.log() for x in z]
    if function == "log_softmax":
        return logs
    if function == "logsumexp":
        return [top + total.log()]
    if function == "boltzmann":
        return [sum((t / total * x for t, x in zip(terms, z, strict=True)), flint.arb(0))]
    return [-sum((t / total * log for t, log in zip(terms, logs, strict=True)), flint.arb(0))]


def ulps(got: Any, balls: list[flint.arb], dtype: Any) -> float:
    """The largest error in units of the exact value's last place in the type."""
    worst = 0.0
    for value, ball in zip(np.atleast_1d(np.asarray(got)), balls, strict=True):
        if not np.isfinite(value):
            return float("inf")
        unit = float(np.spacing(abs(dtype(float(ball.mid())))))
        worst = max(worst, abs(float((flint.arb(float(value)) - ball).mid())) / unit)
    return worst


def peers(function: str) -> Iterator[tuple[str, Callable[[Row], Any]]]:
    """The contestants for a function."""
    own = getattr(numeric, function)
    yield "fast", own
    yield "high", lambda z: own(z, accuracy="high")
    scipy: dict[str, Callable[[Row], Any]] = {
        "softmax": special.softmax,
        "log_softmax": special.log_softmax,
        "logsumexp": special.logsumexp,
        "boltzmann": lambda z: np.sum(special.softmax(z) * z),
        "entropy": lambda z: np.sum(special.entr(special.softmax(z))),
    }
    yield "scipy", scipy[function]
    if torch is not None and function in ("softmax", "log_softmax", "logsumexp"):
        yield "torch", lambda z: getattr(torch, function)(torch.from_numpy(z), -1).numpy()
    if jax is not None and function in ("softmax", "log_softmax", "logsumexp"):
        jax.config.update("jax_enable_x64", True)
        home = jax.scipy.special if function == "logsumexp" else jax.nn
        yield "jax", lambda z: np.asarray(getattr(home, function)(z))


def inputs(rows: int) -> Iterator[tuple[str, list[Row]]]:
    """Named lists of rows."""
    rng = np.random.default_rng(0)
    for length, count in ((3, rows), (100, max(rows // 10, 1)), (10_000, 1)):
        normal = [rng.normal(size=length) * 3 for _ in range(count)]
        yield f"normal, N = {length}", normal
        yield f"normal, N = {length}, float32", [z.astype(np.float32) for z in normal]
    yield "hard inputs", [np.array(z) for z in HARD]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200)
    options = parser.parse_args()
    flint.ctx.prec = 4200
    for title, rows in inputs(options.rows):
        for function in ("softmax", "log_softmax", "logsumexp", "boltzmann", "entropy"):
            flint.ctx.prec = 2600 if title == "hard inputs" else 200
            exact = [exactly(function, row) for row in rows]
            cells = []
            for name, call in peers(function):
                worst = max(ulps(call(z), balls, z.dtype.type) for z, balls in zip(rows, exact, strict=True))
                cells.append(f"{name} {worst:9.3g}")
            print(f"{title:<28}{function:<12}" + "  ".join(cells), flush=True)


if __name__ == "__main__":
    main()
