"""How long ``import softsym`` and ``softsym --help`` take, beside ``import sympy``: medians over fresh processes.

Run from the checkout: python benchmarks/startup.py [--runs 9]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from statistics import median

COMMANDS = {
    "python": "pass",
    "import sympy": "import sympy",
    "import sympy, softsym": "import sympy, softsym; softsym.parse; softsym.softmax",
    "import softsym": "import softsym",
    "softsym --help": "import sys; sys.argv = ['softsym', '--help']; from softsym.cli import main; main()",
}


def seconds(code: str) -> float:
    """The time of one fresh process."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Measure, interleaved, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    found: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, code in COMMANDS.items():
            found[name].append(seconds(code))
    for name, times in found.items():
        print(f"{name:<24} {median(times):.3f} s")


if __name__ == "__main__":
    main()
