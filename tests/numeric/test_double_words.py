"""The radii of double words: each result's ball holds the exact value, by Arb at 3000 bits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flint
import numpy as np
import pytest
from flint import arb

from softsym.targets.double_functions import FULL_NAMESPACE, NAMESPACE
from softsym.targets.double_word import SMALLEST, Decision, DoubleWord, as_double_word

COUNT = 150


def numbers(rng: np.random.Generator, scale: float, kind: str) -> tuple[DoubleWord, list[arb]]:
    """Double words, and an exact number within the radius of each."""
    size = 10.0 ** rng.uniform(-scale, scale, COUNT)
    hi = rng.normal(size=COUNT) * size if kind != "positive" else rng.uniform(0.5, 2, COUNT) * size
    if kind == "single":
        return DoubleWord(hi), [arb(x) for x in hi.tolist()]
    lo = hi * rng.uniform(-1, 1, COUNT) * 2.0**-54
    radius = np.abs(hi) * 2.0**-70 * rng.choice([0.0, 1.0], COUNT)
    place = rng.uniform(-1, 1, COUNT)
    exact = [arb(h) + arb(e) + arb(r) * arb(t) for h, e, r, t in zip(hi, lo, radius, place, strict=True)]
    return DoubleWord(hi, lo, radius), exact


def held(result: DoubleWord, exact: list[arb]) -> bool:
    """Whether every ball that is finite holds its exact value."""
    hi, lo, radius = (np.ravel(p) for p in (result.hi, result.whole(result.lo), result.whole(result.radius)))
    for h, e, r, x in zip(hi.tolist(), lo.tolist(), radius.tolist(), exact, strict=True):
        finite = np.isfinite([h, e, r]).all()
        if finite and not abs(arb(h) + arb(e) - x) <= arb(r) + arb(2.0**-2000):
            return False
    return True


@pytest.fixture(autouse=True)
def many_bits() -> Any:
    with flint.ctx.workprec(3000), np.errstate(all="ignore"):
        yield


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
}


@pytest.mark.parametrize("scale", [0.5, 20.0, 300.0])
@pytest.mark.parametrize("kinds", [("single", "single"), ("single", "both"), ("both", "single"), ("both", "both")])
@pytest.mark.parametrize("operation", BINARY)
def test_arithmetic(operation: str, kinds: tuple[str, str], scale: float) -> None:
    rng = np.random.default_rng(1)
    x, exact_x = numbers(rng, scale, kinds[0])
    y, exact_y = numbers(rng, scale, kinds[1])
    apply = BINARY[operation]
    assert held(apply(x, y), [apply(a, b) for a, b in zip(exact_x, exact_y, strict=True)])


def test_near_cancellation() -> None:
    rng = np.random.default_rng(2)
    x, exact_x = numbers(rng, 3.0, "both")
    y = DoubleWord(x.hi, x.lo * rng.choice([1.0, 1 + 2.0**-50, -1.0], COUNT))
    exact_y = [arb(h) + arb(e) for h, e in zip(y.hi, y.lo, strict=True)]
    assert held(x - y, [a - b for a, b in zip(exact_x, exact_y, strict=True)])


UNARY: dict[str, tuple[Callable[[arb], arb], list[float]]] = {
    "exp": (arb.exp, [-20.0, -3.0, 0.5, 2.5]),
    "expm1": (arb.expm1, [-20.0, -3.0, 0.5, 2.0]),
    "log": (arb.log, [-300.0, 0.1, 300.0]),
    "log1p": (arb.log1p, [-20.0, -3.0, 0.5, 300.0]),
    "sqrt": (arb.sqrt, [-300.0, 0.5, 300.0]),
    "square": (lambda x: x * x, [-150.0, 0.5, 150.0]),
}


@pytest.mark.parametrize("home", [NAMESPACE, FULL_NAMESPACE], ids=["usual", "full"])
@pytest.mark.parametrize("kind", ["single", "both", "positive"])
@pytest.mark.parametrize("name", UNARY)
def test_functions(name: str, kind: str, home: Any) -> None:
    exact_function, scales = UNARY[name]
    for scale in scales:
        x, exact = numbers(np.random.default_rng(3), 0.3, kind)
        factor = 10.0**scale if name != "log" or scale != 0.1 else 1.0
        x, exact = DoubleWord(x.hi * factor, x.whole(x.lo) * factor), exact
        exact = [arb(h) + arb(e) for h, e in zip(x.hi, x.lo, strict=True)]
        if name in ("log", "sqrt"):
            x, exact = NAMESPACE.abs(x), [abs(a) for a in exact]
        if name == "log1p":
            x = NAMESPACE.where(x.hi > -0.9, x, 0.5)
            exact = [arb(h) + arb(e) for h, e in zip(x.hi, x.lo, strict=True)]
        assert held(getattr(home, name)(x), [exact_function(a) for a in exact])


@pytest.mark.parametrize("home", [NAMESPACE, FULL_NAMESPACE], ids=["usual", "full"])
@pytest.mark.parametrize("name", ["exp", "expm1", "log", "log1p", "sqrt"])
def test_functions_of_inexact_numbers(name: str, home: Any) -> None:
    x, exact = numbers(np.random.default_rng(4), 1.0, "both")
    x, exact = NAMESPACE.abs(x), [abs(a) for a in exact]
    assert held(getattr(home, name)(x), [getattr(a, name)() for a in exact])


@pytest.mark.parametrize("exponent", [-2.0, 0.0, 3.0, 0.5, 1.5, -0.25])
def test_powers(exponent: float) -> None:
    x, exact = numbers(np.random.default_rng(5), 3.0, "positive")
    assert held(NAMESPACE.power(x, exponent), [a ** arb(exponent) for a in exact])


@pytest.mark.parametrize("length", [1, 2, 3, 7, 50, 150])
def test_sums_and_products(length: int) -> None:
    x, exact = numbers(np.random.default_rng(6), 8.0, "both")
    rows = x[np.arange(COUNT // length * length)].mapped(lambda p: p.reshape(-1, length))
    lines = [exact[k * length : (k + 1) * length] for k in range(COUNT // length)]
    assert held(NAMESPACE.sum(rows, axis=-1), [sum(line, arb(0)) for line in lines])
    products = [np.prod(np.array(line, object)) for line in lines]
    assert held(NAMESPACE.prod(rows, axis=-1), products)


@pytest.mark.parametrize("home", [NAMESPACE, FULL_NAMESPACE], ids=["usual", "full"])
@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_number(name: str, home: Any) -> None:
    exact = UNARY[name][0]
    for x in (1e-3, 0.7, 1.9, 30.0):
        assert held(getattr(home, name)(as_double_word(np.asarray(x))), [exact(arb(x))])


def test_exact_results_have_no_error() -> None:
    assert NAMESPACE.exp(as_double_word(np.zeros(2))).radius.tolist() == [0.0, 0.0]
    assert (as_double_word(np.array([1e300])) - as_double_word(np.array([1e-300]))).radius is None
    below = NAMESPACE.exp(as_double_word(np.array([-1e4])))
    assert (below.hi.tolist(), below.radius.tolist()) == ([0.0], [SMALLEST])


def test_open_conditions_are_not_certain() -> None:
    near = DoubleWord(np.array([1.0, 2.0]), None, np.array([1e-20, 0.0]))
    condition = near == 1.0
    assert isinstance(condition, Decision)
    assert condition.open.tolist() == [True, False]
    assert NAMESPACE.where(condition, 1.0, 0.0).finished(np.float64)[1].tolist() == [False, True]
    assert NAMESPACE.where(near == near, 5.0, 0.0).finished(np.float64)[1].tolist() == [False, True]
