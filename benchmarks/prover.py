"""The identities of the catalogue through softsym and through stock SymPy, side by side.

SymPy simplifies the difference of the two sides, with symbolic N and with N = 3, 8 and 12; each attempt has a time
limit and a process of its own, since some do not end. Run: python benchmarks/prover.py [--timeout 10] [--every 4]
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from softsym.catalog import Entry, catalog
from softsym.expression import apply
from softsym.proof import check

LENGTHS = (None, 3, 8, 12)


def by_sympy(entry: Entry, length: int | None) -> bool:
    """Whether ``simplify`` brings the difference of the two sides to zero."""
    import sympy

    left, right = entry.statement.claim.sides
    difference = apply("sub", left, right).to_sympy({} if length is None else {"N": length})
    parts = list(difference) if hasattr(difference, "__iter__") else [difference]
    return all(sympy.simplify(part.doit()) == 0 for part in parts)


def by_softsym(entry: Entry, length: int | None) -> bool:
    """Whether softsym proves the statement."""
    return check(entry.statement).status == "proved"


def attempt(prove: Callable[[Entry, int | None], bool], entry: Entry, length: int | None, answer: Any) -> None:
    """Run in a process of its own; a crash is an answer too."""
    try:
        answer.put("proved" if prove(entry, length) else "not proved")
    except Exception as error:
        answer.put(f"error: {type(error).__name__}")


def timed(prove: Callable[[Entry, int | None], bool], entry: Entry, length: int | None, timeout: float) -> Any:
    """The answer and its seconds; ``timeout`` where there was none in time."""
    answer: Any = multiprocessing.Queue()
    process = multiprocessing.Process(target=attempt, args=(prove, entry, length, answer))
    started = time.perf_counter()
    process.start()
    process.join(timeout)
    if process.is_alive():
        process.terminate()
        process.join()
        return "timeout", timeout
    return answer.get(), time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--timeout", type=float, default=10.0)
    parser.add_argument("--every", type=int, default=1, help="take every n-th identity")
    options = parser.parse_args()
    identities = [e for e in catalog() if e.statement.claim.relations == ("==",) and "limit(" not in e.text]
    identities = identities[:: options.every]
    print(f"{len(identities)} identities, {options.timeout:g} s each")
    runs = [("softsym, every N", by_softsym, None)]
    runs += [(f"SymPy, {'symbolic N' if n is None else f'N = {n}'}", by_sympy, n) for n in LENGTHS]
    for name, prove, length in runs:
        found = [timed(prove, entry, length, options.timeout) for entry in identities]
        proved = sum(answer == "proved" for answer, _ in found)
        errors = sum(answer.startswith("error") for answer, _ in found)
        late = sum(answer == "timeout" for answer, _ in found)
        seconds = [s for _, s in found]
        print(
            f"{name:<20} proved {proved:>3}, errors {errors:>3}, timeouts {late:>3};"
            f" median {median(seconds):.2f} s, total {sum(seconds):.0f} s"
        )


if __name__ == "__main__":
    main()
