"""Processes for independent work, started anew: a fork of a process that has threads may wait forever."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context


def processes(jobs: int) -> ProcessPoolExecutor:
    """A pool of ``jobs`` processes, each a new interpreter, whatever threads the caller or a library of its runs.

    >>> with processes(1) as pool:
    ...     pool.submit(abs, -2).result()
    2
    """
    return ProcessPoolExecutor(jobs, get_context("spawn"))
