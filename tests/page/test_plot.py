"""Figures of expressions: the curves are NumPy's values, and what is missing is said."""

from __future__ import annotations

import numpy as np
import pytest

from softsym.errors import DomainError
from softsym.page.plot import plot


def test_curves_over_beta() -> None:
    pytest.importorskip("matplotlib")
    figure = plot("softmax(z, beta)", z=[1.0, 2.0, 3.0], beta=(0.01, 100), samples=11)
    (axes,) = figure.axes
    assert axes.get_xscale() == "log"
    assert axes.get_xlabel() == "β"
    x = np.geomspace(0.01, 100, 11)
    e = np.exp(x[:, None] * (np.array([1.0, 2.0, 3.0]) - 3))
    for line, expected in zip(axes.lines, (e / e.sum(axis=1, keepdims=True)).T, strict=True):
        np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-13)


def test_a_scalar_over_a_real_range() -> None:
    pytest.importorskip("matplotlib")
    figure = plot("sigmoid(a)", a=(-5, 5), samples=5)
    assert figure.axes[0].get_xscale() == "linear"
    np.testing.assert_allclose(figure.axes[0].lines[0].get_ydata()[2], 0.5)


@pytest.mark.parametrize(
    ("text", "values", "message"),
    [
        ("softmax(z, beta)", {"z": [1.0]}, "needs a value for beta"),
        ("softmax(z, beta)", {"z": [1.0], "beta": (1, 2), "w": 3.0}, "has no w"),
        ("softmax(z, beta)", {"z": [1.0], "beta": 3.0}, "exactly one scalar needs a range"),
        ("beta*a", {"a": (1, 2), "beta": (3, 4)}, "exactly one scalar needs a range"),
        ("sigmoid(a)", {"a": (2, 1)}, "smaller to a larger"),
        ("sigmoid(a)", {"a": (0, float("inf"))}, "smaller to a larger"),
        ("beta*outer(z, z)", {"z": [1.0], "beta": (1, 2)}, "matrix"),
    ],
)
def test_what_is_missing_is_said(text: str, values: dict[str, object], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        plot(text, **values)  # type: ignore[arg-type]
