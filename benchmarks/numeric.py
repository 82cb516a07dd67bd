"""Speed of the ready-made functions beside SciPy, PyTorch (where installed) and a bare ``np.exp``, on one thread.

    python benchmarks/numeric.py [--quick] [--repeat 7] [--only float32]

All contestants are timed in turn within one run, several times; the table has the medians of their CPU time (of the
calling thread, so that other programs on the machine count little). Inputs are normal with standard deviation 3.
"""

from __future__ import annotations

import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as special

import softsym.numeric as numeric
from softsym import lambdify

try:
    import torch
except ImportError:
    torch = None

SHAPES = (
    ((10**6, 3), -1),
    ((10**5, 100), -1),
    ((10**4, 1000), -1),
    ((100, 10**5), -1),
    ((100, 10**5), 0),
    ((1, 10**7), -1),
)
FUNCTIONS = ("softmax", "logsumexp", "log_softmax")
LOSS = "-sum(((1 - t)*y + t/N)*log_softmax(z)) where t: unit"


def contestants(function: str, z: np.ndarray[Any, Any], axis: int) -> dict[str, Callable[[], Any]]:
    """What is timed: by name, calls without arguments."""
    out = np.empty_like(z)
    found: dict[str, Callable[[], Any]] = {"np.exp": lambda: np.exp(z, out=out)}
    scipy = {"softmax": special.softmax, "log_softmax": special.log_softmax, "logsumexp": special.logsumexp}[function]
    found["scipy"] = lambda: scipy(z, axis=axis)
    own = getattr(numeric, function)
    into = {} if function == "logsumexp" else {"out": out}
    found["softsym"] = lambda: own(z, axis=axis, **into)
    if torch is not None:
        torch.set_num_threads(1)
        tensor, target = torch.from_numpy(z), torch.from_numpy(out)
        if function == "logsumexp":
            found["torch"] = lambda: torch.logsumexp(tensor, axis)
        else:
            found["torch"] = lambda: getattr(torch, function)(tensor, axis, out=target)
    return found


def loss_contestants(rows: int, count: int) -> dict[str, Callable[[], Any]]:
    """A user's loss, generated and written by hand."""
    rng = np.random.default_rng(1)
    z, t = rng.normal(size=(rows, count)) * 3, 0.1
    y = np.eye(count)[rng.integers(count, size=rows)]
    generated, gradient = lambdify(LOSS), lambdify(f"grad({LOSS.split(' where')[0]}, z) where t: unit")

    def by_hand() -> Any:
        shifted = z - z.max(axis=-1, keepdims=True)
        logs = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        return -(((1 - t) * y + t / count) * logs).sum(axis=-1)

    def gradient_by_hand() -> Any:
        e = np.exp(z - z.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True) - ((1 - t) * y + t / count)

    return {
        "loss, softsym": lambda: generated(y, z, t),
        "loss, by hand": by_hand,
        "gradient, softsym": lambda: gradient(y, z, t),
        "gradient, by hand": gradient_by_hand,
    }


def medians(calls: dict[str, Callable[[], Any]], repeat: int) -> dict[str, float]:
    """Milliseconds of CPU time, the calls taking turns."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(repeat + 1):
        for name, call in calls.items():
            start = time.thread_time()
            call()
            if turn:
                times[name].append((time.thread_time() - start) * 1e3)
    return {name: statistics.median(values) for name, values in times.items()}


HEAD = ("", "np.exp", "SciPy", "torch", "softsym", "faster than SciPy", "time to torch", "time to np.exp")
NAMES = ("np.exp", "scipy", "torch", "softsym")


def row(title: str, found: dict[str, float], digits: int = 1) -> str:
    """One line of the table: times, and ratios of them."""
    own = found["softsym"]
    times = [f"{found[name]:.{digits}f}" if name in found else "" for name in NAMES]
    ratios = [f"{found['scipy'] / own:.1f}" if "scipy" in found else ""]
    ratios += [f"{own / found[name]:.2f}" if name in found else "" for name in ("torch", "np.exp")]
    return "| " + " | ".join([title, *times, *ratios]) + " |"


def heading(title: str) -> str:
    """The first two lines of a table."""
    return "\n| " + " | ".join([title, *HEAD[1:]]) + " |\n|---" + "|---:" * (len(HEAD) - 1) + "|"


def small(repeat: int) -> None:
    """A vector of three numbers: microseconds a call."""
    z = np.array([0.95, 0.99, 0.98])
    print(heading("a vector of 3, microseconds"))
    for function in FUNCTIONS:
        calls = {name: call for name, call in contestants(function, z, -1).items() if name != "np.exp"}
        calls["softsym"] = lambda function=function: getattr(numeric, function)(z)  # type: ignore[misc]
        found = medians({n: (lambda c=c: [c() for _ in range(1000)]) for n, c in calls.items()}, repeat)
        print(row(function, found), flush=True)


def losses(rows: int, repeat: int) -> None:
    """A user's loss and its gradient beside the same by hand."""
    found = medians(loss_contestants(rows, 100), repeat)
    print("\n| label-smoothed cross-entropy, ms | by hand in NumPy | softsym | faster |\n|---|---:|---:|---:|")
    for name in ("loss", "gradient"):
        hand, own = found[f"{name}, by hand"], found[f"{name}, softsym"]
        print(f"| {name} ({rows}, 100) | {hand:.1f} | {own:.1f} | {hand / own:.1f} |", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    parser.add_argument("--repeat", type=int, default=7)
    parser.add_argument("--only", default="", help="a word that the line must hold, such as float32 or log_softmax")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    for dtype in (np.float64, np.float32):
        print(heading(f"{np.dtype(dtype)}, milliseconds"))
        for function in FUNCTIONS:
            for shape, axis in SHAPES:
                used = tuple(max(n // 10, 1) if options.quick and n == max(shape) else n for n in shape)
                title = f"{function} {used}, axis {axis}"
                if options.only in f"{np.dtype(dtype)} {title}":
                    z = (rng.normal(size=used) * 3).astype(dtype)
                    print(row(title, medians(contestants(function, z, axis), options.repeat)), flush=True)
    if not options.only:
        losses(10**4 if options.quick else 10**5, options.repeat)
        small(options.repeat)


if __name__ == "__main__":
    main()
