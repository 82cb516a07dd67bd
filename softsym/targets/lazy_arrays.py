"""Which values are dask arrays, told without importing dask or what treats them."""

from __future__ import annotations

from typing import Any


def is_lazy(value: Any) -> bool:
    """Whether a value is a dask array.

    >>> is_lazy([1.0, 2.0])
    False
    """
    return type(value).__module__.partition(".")[0] == "dask" and hasattr(value, "chunks")


def any_lazy(*values: Any) -> bool:
    """Whether one of the values is a dask array."""
    return any(map(is_lazy, values))
