"""accuracy="high" against Arb on random hard inputs: within 1 ulp, 4 of the smallest number where results are tiny."""

from __future__ import annotations

import math
from typing import Any

import flint
import numpy as np
import pytest
from flint import arb

import softsym.numeric as sn
from softsym import lambdify

from .hard_inputs import KINDS, exact_values


def ulps(value: Any, ball: arb) -> float:
    """The error in units of the last place that the exact value has in the result's type."""
    with np.errstate(over="ignore"):
        nearest = value.dtype.type(float(ball.mid()))
    if not np.isfinite(nearest):
        return 0.0 if value == nearest else math.inf
    return abs(float((arb(float(value)) - ball).mid() / arb(float(np.spacing(abs(nearest))))))


def bound(value: Any) -> float:
    return 1.0 if abs(value) >= 8 * np.finfo(value.dtype).tiny else 4.0


def others(name: str, n: int, rng: np.random.Generator) -> list[Any]:
    """Weights, targets or tangents."""
    if name == "logsumexp":
        alternating = np.where(np.arange(n) % 2, -1.0, 1.0)
        return [None, rng.normal(size=n), rng.normal(size=n) * 10.0 ** rng.uniform(-308, 307, n), alternating]
    if name == "cross_entropy":
        return [int(rng.integers(n)), rng.dirichlet(np.ones(n)), np.eye(n)[0]]
    if name == "softmax_jvp":
        return [rng.normal(size=n), 1e8 + rng.integers(0, 5, n) * 2.0**-26, np.full(n, 0.3)]
    return [None]


def value(name: str, z: Any, beta: float, other: Any, accuracy: str) -> Any:
    if name == "logsumexp":
        return sn.logsumexp(z, b=other, beta=beta, return_sign=True, accuracy=accuracy)[0]
    if name == "sigmoid":
        return sn.sigmoid(z, accuracy=accuracy)
    arguments = (z,) if other is None else (z, other)
    return getattr(sn, name)(*arguments, beta, accuracy=accuracy)


NAMES = ("softmax", "log_softmax", "logsumexp", "boltzmann", "entropy", "cross_entropy", "softmax_jvp")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", [*NAMES, "softplus", "sigmoid"])
def test_hard_inputs(name: str, kind: Any) -> None:
    rng = np.random.default_rng(5)
    for n in (1, 2, 5):
        z, beta = kind(rng, n)
        for other in others(name, len(z), rng):
            with flint.ctx.workprec(5000):
                exact = exact_values(name, z, beta, other)
            if any(not x.is_finite() for x in exact):
                continue  # a sum of weighted terms that is 0
            got = np.atleast_1d(value(name, z, beta, other, "high"))
            assert all(ulps(g, x) <= bound(g) for g, x in zip(got, exact, strict=True))
            fast = np.atleast_1d(value(name, z, beta, other, "fast"))
            finite = [np.isfinite(fast.dtype.type(np.clip(float(x), -1e308, 1e308))) for x in exact]
            assert all(np.isfinite(g) or not f or abs(x) > 1e307 for g, f, x in zip(fast, finite, exact, strict=True))


@pytest.mark.parametrize("shape", [(40, 7), (7, 40), (3, 300), (20_000,)])
def test_rows_need_different_precision(shape: tuple[int, ...]) -> None:
    rng = np.random.default_rng(6)
    z = rng.normal(size=shape) * 3
    if len(shape) == 2:
        z[1], z[2, :2] = -math.log(shape[1]), (800.0, -800.0)
    got = sn.log_softmax(z, accuracy="high")
    rows = np.atleast_2d(z)
    for row, values in list(zip(rows, np.atleast_2d(got), strict=True))[:3]:
        with flint.ctx.workprec(400):
            exact = exact_values("log_softmax", row, 1.0, None)
        assert max(ulps(g, x) for g, x in zip(values[:40], exact, strict=False)) <= 1.0


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "boltzmann", "logsumexp"])
@pytest.mark.parametrize("beta", [5e-324, 1e-308, -0.5, 1e15])
def test_rows_of_a_batch_that_need_more_precision(name: str, beta: float) -> None:
    row = np.array([-1.7e308, 1.7e308, -1.7e308, 1.0])
    z = np.stack([row, row[::-1], np.arange(4.0)])
    for accuracy in ("high", "fast"):
        got = getattr(sn, name)(z, axis=-1, beta=beta, accuracy=accuracy)
        with flint.ctx.workprec(5000):
            for values, line in zip(got.reshape(3, -1), z, strict=True):
                exact = exact_values(name, line, beta, None)
                assert max(ulps(g, x) for g, x in zip(values, exact, strict=True)) <= (
                    1.0 if accuracy == "high" else 8.0
                )


def test_lengths_as_arguments() -> None:
    assert lambdify("ones(N)")(N=3, accuracy="high").tolist() == [1.0, 1.0, 1.0]
    assert lambdify("c*ones(N) - c*ones(N)/3")(c=1e300, N=2, accuracy="high").tolist() == [2e300 / 3] * 2
    assert lambdify("(c*c - c*c/3)/c*ones(N)")(c=1e300, N=2, accuracy="high").tolist() == [2e300 / 3] * 2
