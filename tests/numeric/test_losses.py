"""Losses as people write them, against balls: high within 1 ulp, fast finite, and right where nothing cancels."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx

from softsym import lambdify
from softsym.evaluation import Point, Undecided, Undefined, evaluate
from softsym.targets.lowering import index_names
from softsym.targets.numpy import ArrayFunction

from .cases import LENGTHS, point_for

CANCELLING = """
T**2*kl(softmax(z/T), softmax(w/T)) | kl(softmax(z), softmax(w)) + kl(softmax(w), softmax(z))
(kl(softmax(z), (softmax(z) + softmax(w))/2) + kl(softmax(w), (softmax(z) + softmax(w))/2))/2
log(sum(softmax(z)**r))/(1 - r) where r: positive | (1 - sum(softmax(z)**r))/(r - 1) where r: positive
log(sum(softmax(z)**r*softmax(w)**(1 - r)))/(r - 1) where r: positive | -log(sum(sqrt(softmax(z)*softmax(w))))
log(1 - softmax(z, beta)) | dot(v, softmax(z)*v) - dot(softmax(z), v)**2 | hessian(lse(z), z) @ v
grad(kl(softmax(z), softmax(w)), z) | grad(boltzmann(z, beta), z) | diff(entropy(softmax(z, beta)), beta)
softmax(z) - softmax(w) | softmax(z, 2) - softmax(z) | mellowmax(z, omega) - mean(z) | softplus(a) - softplus(b)
sigmoid(a) - sigmoid(b) | cosh(a) - 1 | sqrt(1 + a**2) - 1 | lse(z) - lse(w) | log(mean(exp(z - mean(z))))
-log(1 - prod(1 - softmax(z))) | sum(exp(z - w))/N - 1 | -log(sum(softmax(z)*exp(-(a - w)**2/2)))
""".replace("\n", " | ").split(" | ")
"""Differences of nearly equal numbers at some inputs, where float64 keeps only the digits that do not cancel."""

LOSSES = """
-sum(((1 - t)*y + t/N)*log_softmax(z, beta)) where t: unit, y: onehot | -log(exp(a/T)/(exp(a/T) + sum(exp(z/T))))
-sum(y*(1 - softmax(z))**c*log_softmax(z)) where y: onehot, c: positive | z[i] - lse(drop(z, i))
log(1 + sum(exp(drop(z, i) - z[i]))) | relu(1 + max(drop(z, i)) - z[i]) | softmax(z)[i] - softmax(z)[j]
lse(z, beta) - max(z) | max(z) - boltzmann(z, beta) | diff(lse(z, beta), beta) | 1 - tanh(a)**2 | a*sigmoid(beta*a)
a*tanh(softplus(a)) | log(softmax(z)[i]/(1 - softmax(z)[i])) | exp(entropy(softmax(z))) | 1/sum(softmax(z)**2)
sparsemax(z) | lse(2*z) - 2*lse(z) | sum(softplus(z)) - dot(y, z) where y: simplex
norm(softmax(z) - y, 2)**2 where y: onehot
log(exp(a) - 1) where a: positive | log(1 - exp(-a)) where a: positive | log(1 + a**2)
""".replace("\n", " | ").split(" | ")
WINNERS = (
    """
jacobian(log_softmax(z), z) | grad(-log_softmax(z)[i], z) | softmax(z)*(1 - softmax(z)) | 1 - softmax(z, beta)
onehot_argmax(z) - softmax(z, 5) | softmax(z) - onehot_argmax(z) | delta(i, j) - softmax(z)[j]
""".replace("\n", " | ")
    .strip(" |")
    .split(" | ")
)
"""What is left of 1 where one probability is nearly that: float64 has all its digits."""
SCALES = (1.0, 400.0, 1e-7, 1e154)


def numbers(value: Any) -> list[Any]:
    if isinstance(value, tuple):
        return [x for part in value for x in numbers(part)]
    return [arb(value.numerator) / value.denominator if isinstance(value, Fraction) else value]


def exact_values(function: ArrayFunction, point: dict[str, Any]) -> list[Any]:
    names = index_names(function.expr)
    exact = {k: tuple(map(Fraction, v.tolist())) if np.ndim(v) else Fraction(v) for k, v in point.items()}
    found = []
    for places in itertools.product(*(range(n.kind.vector_length.value(LENGTHS)) for n in names)):
        at = exact | {n.name: k + 1 for n, k in zip(names, places, strict=True)}
        with ctx.workprec(2500):
            found += numbers(evaluate(function.expr, Point(LENGTHS, at), digits=25))
    return found


def ulps(got: Any, exact: list[Any]) -> float:
    worst = 0.0
    for value, ball in zip(np.ravel(got), exact, strict=True):
        nearest = float(ball)
        if np.isfinite(nearest):
            with ctx.workprec(2500):
                error = abs(float((arb(float(value)) - ball).mid())) if np.isfinite(value) else np.inf
            worst = max(worst, error / float(np.spacing(abs(nearest))))
    return worst


@pytest.mark.parametrize("text", [t for t in (*LOSSES, *CANCELLING) if t])
def test_losses(text: str) -> None:
    function = lambdify(text)
    for scale in SCALES:
        point = point_for(function, scale, np.random.default_rng(3))
        try:
            exact = exact_values(function, point)
        except (Undefined, Undecided):
            continue
        tiny = min((abs(x) for x in exact if x != 0), default=arb(1)) < 1e-300
        assert ulps(function(**point, accuracy="high"), exact) <= (4.0 if tiny else 1.01)
        fast = function(**point)
        assert all(np.isfinite(g) or not np.isfinite(float(x)) for g, x in zip(np.ravel(fast), exact, strict=True))
        assert text in CANCELLING or scale == 1e154 or ulps(fast, exact) <= 2000


@pytest.mark.parametrize("text", WINNERS)
@pytest.mark.parametrize("scale", [1.0, 30.0, 700.0])
def test_what_is_left_of_one(text: str, scale: float) -> None:
    function = lambdify(text)
    point = point_for(function, scale, np.random.default_rng(5))
    exact = function(**point, accuracy="high")
    several = function(**{n: np.stack([v] * 3) if np.ndim(v) else np.full(3, v) for n, v in point.items()})
    bounds = {"rtol": 1e-15 * (8 + scale), "atol": 1e-290}  # an exponent of this size is rounded
    np.testing.assert_allclose(function(**point), exact, **bounds)
    np.testing.assert_allclose(several[1], exact, **bounds)
