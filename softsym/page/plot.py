"""A figure of an expression over one of its scalars, for notebooks; it needs matplotlib, which is an extra."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from softsym.errors import DomainError, UnsupportedError
from softsym.expression import Expr, as_expr, free_symbols
from softsym.language import bare_text
from softsym.page.play import spoken
from softsym.targets.javascript import arguments
from softsym.targets.numpy import lambdify

if TYPE_CHECKING:
    from matplotlib.figure import Figure  # type: ignore[import-not-found,unused-ignore]

DASHES: tuple[Any, ...] = ("-", "--", ":", "-.", (0, (5, 1)), (0, (1, 4)))


def plot(expr: Expr | str, *, samples: int = 241, **values: float | Sequence[float]) -> Figure:
    """A matplotlib figure of the expression over the scalar whose value is a pair ``(low, high)``.

    All other names need a value: a number, or the entries of a vector. A positive range that spans a factor of 20 or
    more is drawn on a logarithmic axis. A vector gives one curve for each entry, told apart by dashes too.

    Raises :class:`~softsym.errors.DomainError` where values are missing or no scalar has a range, and
    :class:`~softsym.errors.UnsupportedError` without matplotlib.

    >>> plot("softmax(z, beta)", z=[1, 2, 3], beta=2.0)
    Traceback (most recent call last):
    softsym.errors.DomainError: exactly one scalar needs a range, as in beta=(0.01, 100)
    """
    given = as_expr(expr)
    over = _ranged(given, values)
    low, high = (float(v) for v in values[over])  # type: ignore[union-attr]
    if not np.isfinite([low, high]).all() or not low < high:
        raise DomainError(
            f"the range of {over} must go from a smaller to a larger number, not from {low:g} to {high:g}"
        )
    logarithmic = low > 0 and high / low >= 20
    x = np.geomspace(low, high, samples) if logarithmic else np.linspace(low, high, samples)
    fixed = {name: np.asarray(v, dtype=float) for name, v in values.items() if name != over}
    return _figure(given, over, x, _curves(given, over, x, fixed), logarithmic)


def _ranged(expr: Expr, values: dict[str, float | Sequence[float]]) -> str:
    """The scalar that has a range."""
    names = arguments(expr)
    missing, unknown = [n for n in names if n not in values], [n for n in values if n not in names]
    if missing or unknown:
        told = [f"needs a value for {', '.join(missing)}"] * bool(missing)
        told += [f"has no {', '.join(unknown)}"] * bool(unknown)
        raise DomainError(f"{bare_text(expr)} {' and '.join(told)}; its names are {', '.join(names)}")
    scalars = _scalars(expr)
    ranged = [n for n in names if n in scalars and np.ndim(values[n]) == 1 and np.size(values[n]) == 2]
    if len(ranged) != 1:
        raise DomainError(f"exactly one scalar needs a range, as in {next(iter(scalars), 'beta')}=(0.01, 100)")
    return ranged[0]


def _scalars(expr: Expr) -> dict[str, None]:
    found = sorted((s for s in free_symbols(expr) if s.kind.type == "scalar"), key=lambda s: s.name)
    return dict.fromkeys(s.name for s in found)


def _curves(expr: Expr, over: str, x: Any, fixed: dict[str, Any]) -> Any:
    """The values, one column a curve."""
    if len(expr.shape) > 1:
        raise DomainError(f"{bare_text(expr)} is a matrix; plot one of its entries, as in ...[1, 2]")
    function = lambdify(expr)
    found = [function(**fixed, **{over: value}) for value in x]
    return np.asarray(found, dtype=float).reshape(len(x), -1)


def _figure(expr: Expr, over: str, x: Any, curves: Any, logarithmic: bool) -> Figure:
    try:
        from matplotlib.figure import Figure  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        raise UnsupportedError("plot needs matplotlib: pip install 'softsym[plot]'") from None
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for n, curve in enumerate(curves.T):
        label = f"entry {n + 1}" if expr.shape else None
        axes.plot(x, curve, linestyle=DASHES[n % len(DASHES)], label=label)
    if logarithmic:
        axes.set_xscale("log")
    axes.set_xlabel(spoken(over))
    axes.set_ylabel(bare_text(expr))
    axes.grid(visible=True, alpha=0.3)
    if expr.shape and curves.shape[1] <= 12:
        axes.legend()
    return figure
