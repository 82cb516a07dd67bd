"""Check the whole catalogue, print how it went, and with --record keep the verdicts that ``softsym list`` shows.

Run from the checkout: python benchmarks/catalog.py [--record] [--jobs 2] [--timeout 10]
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from functools import partial
from pathlib import Path

from softsym.catalog import VERDICTS, Entry, catalog
from softsym.cli.processes import processes
from softsym.proof import Verdict, check

RECORD = Path(__file__).resolve().parents[1] / "softsym" / "catalog" / VERDICTS


def verdict(timeout: float, entry: Entry) -> Verdict:
    """The verdict on one entry."""
    return check(entry.statement, timeout=timeout)


def main() -> None:
    """Check, print and record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=10.0)
    options = parser.parse_args()
    started = time.perf_counter()
    with processes(options.jobs) as pool:
        found = list(pool.map(partial(verdict, options.timeout), catalog(), chunksize=4))
    seconds = time.perf_counter() - started
    for entry, one in zip(catalog(), found, strict=True):
        if one.status != "proved":
            print(f"{one.status:<8} {entry.group:<12} {entry.name}: {entry.text}  ({one.detail})")
    times = sorted(v.seconds for v in found)
    print(f"{dict(Counter(v.status for v in found))}, {seconds:.0f} s with {options.jobs} processes")
    print(f"seconds a statement: median {times[len(times) // 2]:.2f}, largest {times[-1]:.2f}")
    if options.record:
        kept = {
            e.name: {"status": v.status, "method": v.method, "seconds": v.seconds}
            for e, v in zip(catalog(), found, strict=True)
        }
        RECORD.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
