"""Like terms are added up before they multiply an array, which changes no value."""

from __future__ import annotations

import numpy as np
import pytest

from softsym import lambdify
from softsym.targets.numpy import generated
from softsym.targets.program import steps

CASES = [
    ("t*z - y*a + z - 3*y", 2),
    ("z - t*z", 1),
    ("a*softmax(z) + softmax(z)*t - y", 1),
    ("softmax(z)*sum(y) - a*softmax(z)/3 + y/N - y", 2),
    ("-(z + t*z) - (y - z)", 1),
    ("z - y", 0),
    ("y*z + t*y*z", 3),
]
RNG = np.random.default_rng(3)


@pytest.mark.parametrize(("text", "products"), CASES)
def test_each_array_is_multiplied_once(text: str, products: int) -> None:
    program = generated(lambdify(text).expr).program
    assert len([op for op in steps(program.result) if op.head == "mul" and op.slots]) == products


@pytest.mark.parametrize("text", [text for text, _ in CASES])
@pytest.mark.parametrize("rows", [1, 50])
def test_the_value_is_the_same(text: str, rows: int) -> None:
    function = lambdify(text)
    values = {n: RNG.normal(size=(rows, 40)) if n in "yz" else RNG.uniform(0.1, 1, size=rows) for n in function.names}
    exact = function(**values, accuracy="high")
    size = sum(np.abs(v).max() for v in values.values())
    np.testing.assert_allclose(function(**values), exact, rtol=1e-14, atol=1e-15 * size)
