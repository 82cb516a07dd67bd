"""Arrays in chunks and files larger than the memory allowed, beside the same in memory.

    python benchmarks/beyond_memory.py [--quick] [--repeat 5]

The first table has dask arrays on threads: softsym's functions along a chunked axis, the formula that one would write
with dask's own functions, and softsym on the same numbers in memory (one thread). The second runs each function on a
file of 1 GB in a process of its own, which may take 300 MB for its data (``resource.RLIMIT_DATA``, set before NumPy
is imported), and gives the memory that it holds in the end, apart from the files.
"""

from __future__ import annotations

import os

for _library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dask
import dask.array as da
import numpy as np

import softsym.numeric as numeric

SHAPES = (((1, 10**7), (1, 10**6)), ((100, 10**5), (50, 10**4)), ((10**5, 100), (10**4, 50)))
CAP, EXTRA = 300, 1 << 20
CALLS = {
    "logsumexp of all": "numeric.logsumexp(z)",
    "logsumexp of rows": "numeric.logsumexp(z.reshape(1024, -1), axis=-1)",
    "logsumexp of columns": "numeric.logsumexp(z.reshape(-1, 1024), axis=0)",
    "entropy of all": "numeric.entropy(z)",
    "boltzmann of all": "numeric.boltzmann(z, 2.0)",
    "softmax of all, into a file": "numeric.softmax(z, out=out)",
    "log_softmax of rows, into a file": "numeric.log_softmax(z.reshape(1024, -1), out=out.reshape(1024, -1))",
}
LIMITED = """
import resource, sys, time
resource.setrlimit(resource.RLIMIT_DATA, ({cap},) * 2)
import numpy as np, softsym.numeric as numeric
z = np.memmap(sys.argv[1], np.float64, "r")
out = np.memmap(sys.argv[2], np.float64, "r+")
start = time.perf_counter()
{call}
seconds = time.perf_counter() - start
held = [line.split()[1] for line in open("/proc/self/status") if line.startswith("RssAnon")][0]
print(seconds, int(held) / 1024)
"""


def naive(function: str, z: Any) -> Any:
    """The formula with dask's own functions."""
    m = z.max(axis=-1, keepdims=True)
    e = da.exp(z - m)
    total = e.sum(axis=-1, keepdims=True)
    if function == "logsumexp":
        return (da.log(total) + m)[..., 0]
    return e / total if function == "softmax" else z - m - da.log(total)


def medians(calls: dict[str, Callable[[], Any]], repeat: int) -> dict[str, float]:
    """Milliseconds of elapsed time, the calls taking turns."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(repeat + 1):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            if turn:
                times[name].append((time.perf_counter() - start) * 1e3)
    return {name: statistics.median(values) for name, values in times.items()}


def chunked(quick: bool, repeat: int) -> None:
    """The table of dask arrays."""
    rng = np.random.default_rng(0)
    for shape, chunks in SHAPES:
        used = tuple(max(n // 10, 1) if quick and n == max(shape) else n for n in shape)
        z = rng.normal(size=used) * 3
        lazy = da.from_array(z, chunks=tuple(min(c, n) for c, n in zip(chunks, used, strict=True)), name=False)
        for function in ("logsumexp", "softmax", "log_softmax"):
            own = getattr(numeric, function)
            calls = {
                "in memory": lambda own=own, z=z: own(z, axis=-1),
                "softsym": lambda own=own, lazy=lazy: own(lazy, axis=-1).compute(),
                "formula": lambda f=function, lazy=lazy: naive(f, lazy).compute(),
            }
            found = medians(calls, repeat)
            cells = "  ".join(f"{name} {ms:8.1f}" for name, ms in found.items())
            ratio = found["softsym"] / found["in memory"]
            faster = found["formula"] / found["softsym"]
            print(f"{function:<12}{used!s:<14} {cells}   to memory {ratio:4.1f}  formula/own {faster:4.1f}", flush=True)


def from_files(size: int) -> None:
    """The table of files."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "z", Path(folder) / "out"
        for path in (source, target):
            file = np.memmap(path, np.float64, "w+", shape=(size // 8,))
            for start in range(0, len(file), EXTRA):
                part = file[start : start + EXTRA]
                part[:] = np.random.default_rng(start).normal(size=part.shape) * 3
            file.flush()
            del file
        for title, call in CALLS.items():
            script = LIMITED.format(cap=CAP << 20, call=call)
            arguments = [sys.executable, "-c", script, str(source), str(target)]
            done = subprocess.run(arguments, capture_output=True, text=True, check=False)
            result = done.stdout.split() if done.returncode == 0 else None
            told = f"{float(result[0]):6.1f} s  {float(result[1]):6.0f} MB" if result else done.stderr.splitlines()[-1]
            print(f"{title:<36}{size >> 20} MB under {CAP} MB   {told}", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, and of the files")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    with dask.config.set(scheduler="threads"):
        chunked(options.quick, options.repeat)
    from_files(100 << 20 if options.quick else 1 << 30)


if __name__ == "__main__":
    main()
