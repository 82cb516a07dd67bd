"""Every expression of the language against its definition in mpmath: stable forms, fast and high accuracy."""

from __future__ import annotations

import itertools
from typing import Any

import mpmath as mp
import numpy as np
import pytest

from softsym import lambdify
from softsym.stable import stable
from softsym.targets.lowering import index_names
from softsym.targets.numpy import ArrayFunction

from .cases import EXPRESSIONS, LENGTHS, point_for
from .oracle import flat, value_of


def exact_values(function: ArrayFunction, point: dict[str, Any]) -> list[Any]:
    names = index_names(function.expr)
    ranges = [range(n.kind.vector_length.value(LENGTHS)) for n in names]
    values = []
    for places in itertools.product(*ranges):
        env = dict(zip((n.name for n in names), places, strict=True))
        values += flat(value_of(function.expr, point, env, digits=400))
    return values


def scaled_error(got: Any, exact: list[Any]) -> float:
    """The largest error relative to the largest entry."""
    numbers = np.asarray(got, float).ravel()
    assert len(numbers) == len(exact)
    largest = max(abs(x) for x in exact) or 1
    return float(max(abs(mp.mpf(float(g)) - x) for g, x in zip(numbers, exact, strict=True)) / largest)


def ulps(got: Any, exact: list[Any]) -> float:
    """The largest error in units of each entry's own last place."""
    pairs = zip(np.asarray(got, float).ravel(), exact, strict=True)
    return max(float(abs(mp.mpf(float(g)) - x) / mp.mpf(float(np.spacing(abs(float(x)))))) for g, x in pairs)


@pytest.mark.parametrize("text", EXPRESSIONS)
@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_values(text: str, scale: float) -> None:
    function = lambdify(text)
    point = point_for(function, scale, np.random.default_rng(7))
    exact = exact_values(function, point)
    assert scaled_error(function(**point), exact) < 1e-13 or text in HARD
    assert ulps(function(**point, accuracy="high"), exact) <= 1.0


HARD = {
    # the value itself is a difference of nearly equal numbers; accuracy="high" gives it
    "1 - softmax(z)",
    "beta*softmax(z, beta)[i]*(delta(i, j) - softmax(z, beta)[j])",
    "diag(softmax(z)) - outer(softmax(z), softmax(z))",
    "cross_entropy(y, softmax(z, beta)) where y: onehot",
    "-log(sum(y*softmax(z))) where y: onehot",
    "-log(sum(y*softmax(z))) where y: simplex",
    "-log(1 - softmax(z, beta)[i])",
    "log(sum(exp(z)**2)/sum(exp(z))**2)",
    "log(1 - softmax(z))",
    "log(cosh(a))",
    "variance(softmax(z, beta), z)",
    "moment(softmax(z, beta), z, 3)",
    "covariance(softmax(z), z, w)",
    "entropy(softmax(z, beta))",
    "kl(softmax(z), softmax(w))",
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_stable_form_is_equal(text: str) -> None:
    function = lambdify(text)
    point = point_for(function, 1.0, np.random.default_rng(11))
    names = [n.name for n in index_names(function.expr)]
    env = dict.fromkeys(names, 0)
    with mp.workdps(60):
        got = flat(value_of(stable(text), point, env, digits=60))
        exact = flat(value_of(text, point, env, digits=60))
        assert max(abs(g - x) for g, x in zip(got, exact, strict=True)) < mp.mpf(10) ** -45 * max(1, *map(abs, exact))


@pytest.mark.parametrize("text", ["softmax(z, beta)", "lse(z, beta)", "boltzmann(z, beta)", "log_softmax(z, beta)"])
@pytest.mark.parametrize("beta", [1e-308, 1.0, 1e15, 1e308])
@pytest.mark.parametrize("z", [[1e308, -1e308, 0.0], [1.7, 1.7000000000000002, 1.0], [3.0, 3.0, 3.0], [-1e308] * 3])
def test_no_overflow_for_any_finite_input(text: str, beta: float, z: list[float]) -> None:
    value = np.asarray(lambdify(text)(z, beta))
    finite = np.isfinite(value)
    assert not np.isnan(value).any()
    assert finite.all() or text == "log_softmax(z, beta)"
