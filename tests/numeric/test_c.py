"""The printed C functions, compiled without a warning: the values of NumPy, also where the definition overflows."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from softsym import lambdify
from softsym.errors import SoftsymError
from softsym.targets.c import parameters, to_c
from tests.workbook.engines import missing

from .cases import EXPRESSIONS, LENGTHS, point_for

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O2")
EXTRA = [
    "lse(concat(concat(z, w), [a, b]), beta) where w: vector(M)",
    "concat(z, w)[2] + drop(z, 2)[1] where w: vector(M)",
    "sparsemax(drop(z, i))",
    "onehot_argmax(z*w[i])",
    "softmax(concat(z, [double, switch])) where double: real, switch: real",
    "sum(k*t*m*z) + s*low*more where m: real, k: real, low: real, more: real",
    "identity(N)*beta + 0*z[i]",
    "(N - 1)/3 + 10**20 + z[1] - z[1]",
    "z[i] + w[i] where w: vector(M)",
]
TEXTS = [*EXPRESSIONS, *EXTRA]
Function = Callable[..., Any]


class Compiled:
    """Functions in C, called with the values of names as NumPy functions are."""

    def __init__(self, texts: list[str], folder: Path) -> None:
        compiler = shutil.which("gcc")
        if compiler is None:
            missing("gcc")
        self.numbers = {text: n for n, text in enumerate(texts)}
        source, built = folder / "all.c", folder / "all.so"
        source.write_text("\n\n".join(to_c(text, f"f{n}") for text, n in self.numbers.items()))
        command = [str(compiler), *STRICT, "-shared", "-fPIC", "-o", str(built), str(source), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[:4000]
        self.library = ctypes.CDLL(str(built))

    def __call__(self, text: str, point: Mapping[str, Any], shape: tuple[int, ...]) -> Any:
        out = np.full(shape, np.nan)
        arrays = {n: np.ascontiguousarray(v, float) for n, v in point.items()}
        sizes = LENGTHS | {str(s.kind.vector_length): len(point[s.name]) for s in vectors(text)}
        values = {"size_t": lambda n: ctypes.c_size_t(sizes[n]), "double": lambda n: ctypes.c_double(point[n])}
        places = {"const double *restrict": lambda n: _pointer(arrays[n])}
        arguments = [(values | places)[kind](name) for kind, name in parameters(text)]
        code = getattr(self.library, f"f{self.numbers[text]}")(*arguments, _pointer(out))
        return out if code == 0 else code


def _pointer(array: Any) -> Any:
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_double))


def vectors(text: str) -> list[Any]:
    return [s for s in lambdify(text).symbols if s.kind.type == "vector"]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return Compiled(TEXTS, tmp_path_factory.mktemp("c"))


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_the_values_are_those_of_numpy(text: str, scale: float, compiled: Compiled) -> None:
    function = lambdify(text)
    point = point_for(function, scale, np.random.default_rng(7))
    expected = np.asarray(function(**point, **{n: LENGTHS[n] for n in function.names if n in LENGTHS}))
    largest = np.max(np.abs(expected)) or 1.0
    found = compiled(text, point, expected.shape)
    np.testing.assert_allclose(found / largest, expected / largest, rtol=0, atol=2e-13)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("softmax(z, beta)", {"z": [1e308, -1e308, 0.0], "beta": 1e308}),
        ("softmax(z, beta)", {"z": [-np.inf, 1.0, np.nan], "beta": 1.0}),
        ("lse(z, beta)", {"z": [1e308, 1e308, -np.inf], "beta": 1e-300}),
        ("log_softmax(z, beta)", {"z": [800.0, 100.5], "beta": 1.0}),
        ("1 - softmax(z)", {"z": [40.0, 0.0, 0.0]}),
        ("sparsemax(z)", {"z": [5.0, 5.0, 1e300]}),
        ("sparsemax(z)", {"z": [0.1, 0.2, 0.15]}),
        ("max(softmax(z, beta))", {"z": [np.nan, 1.0], "beta": 1.0}),
    ],
)
def test_the_form_is_the_stable_one(text: str, point: dict[str, Any], compiled: Compiled) -> None:
    expected = np.asarray(lambdify(text)(**point, accuracy="high"))
    np.testing.assert_allclose(compiled(text, point, expected.shape), expected, rtol=1e-14, atol=0)


def test_long_sums_are_compensated(compiled: Compiled) -> None:
    z = np.random.default_rng(1).normal(size=1_000_000)
    exact = lambdify("lse(z, beta)")(z, 1.0, accuracy="high")
    found = compiled("lse(z, beta)", {"z": z, "beta": 1.0}, ())
    assert abs(found - exact) <= 2 * np.spacing(exact)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("drop(z, 1)", {"z": [1.0]}),
        ("concat(z, w)[2] + drop(z, 2)[1] where w: vector(M)", {"z": [1.0], "w": [1.0, 2.0]}),
        ("z[i] + w[i] where w: vector(M)", {"z": [1.0, 2.0, 3.0], "w": [1.0, 2.0]}),
        ("softmax(z, beta)", {"z": [], "beta": 1.0}),
    ],
)
def test_vectors_that_are_too_short(text: str, point: dict[str, Any], compiled: Compiled) -> None:
    assert compiled(text, point, (3,)) == 1


def test_a_row_of_a_batch_at_a_time(compiled: Compiled) -> None:
    z, beta = np.random.default_rng(2).normal(size=(5, 7)), np.arange(1.0, 6.0)
    rows = [compiled("softmax(z, beta)", {"z": row, "beta": b}, (7,)) for row, b in zip(z, beta, strict=True)]
    np.testing.assert_allclose(rows, lambdify("softmax(z, beta)")(z, beta), rtol=1e-14)


@pytest.mark.parametrize("name", ["f(){}; evil", "double", "a b", "", "1f", "exp"])
def test_a_function_name_is_a_name(name: str) -> None:
    with pytest.raises(SoftsymError, match="cannot name a function"):
        to_c("lse(z)", name)


def test_the_function_stands_alone() -> None:
    text = to_c("log_softmax(z, beta)", "log_probabilities")
    assert [line for line in text.splitlines() if line.startswith("#include")] == [
        "#include <math.h>",
        "#include <stddef.h>",
    ]
    assert "int log_probabilities(size_t N, const double *restrict z, double beta, double *restrict out)" in text
    assert "malloc" not in text
