"""The ready-made functions: hard inputs within 4 ulp at high accuracy, and the table of edge cases."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import mpmath as mp
import numpy as np
import pytest

import softsym.numeric as sn
from softsym.errors import DomainError, ShapeError

from .oracle import flat, value_of

INF, NAN = np.inf, np.nan

HARD = [
    ("softmax", {"z": [333.3333333333333, -333.1], "beta": 1.0}),
    ("softmax", {"z": [1.7, 1.7000000000000002], "beta": 1e15}),
    ("softmax", {"z": [-700.3, 0.4, 0.1], "beta": 1.0}),
    ("softmax", {"z": [1.0, 1.0000000000000002, 0.5], "beta": -3e14}),
    ("log_softmax", {"z": [700.0, 0.5, -800.0], "beta": 1.0}),
    ("log_softmax", {"z": [36.5, 0.0], "beta": 1.0}),
    ("log_softmax", {"z": [1e15 + 40, 1e15], "beta": 1.0}),
    ("log_softmax", {"z": [1.0, 0.0], "beta": 50.0}),
    (
        "logsumexp",
        {"z": [-2.3025850929940455, -1.6094379124341003, -1.2039728043259361, -0.916290731874155], "beta": 1.0},
    ),
    ("logsumexp", {"z": [-6.907755278982137] * 1000, "beta": 1.0}),
    ("logsumexp", {"z": [0.0, -700.0], "beta": 1.0}),
    ("logsumexp", {"z": [1e-20, -50.0], "beta": 1.0}),
    ("boltzmann", {"z": [3.0, -3.0], "beta": 1e-12}),
    ("boltzmann", {"z": [1e8, 1e8 + 1e-8, 1e8], "beta": 1e8}),
    ("entropy", {"z": [50.0, 0.0], "beta": 1.0}),
    ("entropy", {"z": [720.0, 0.0], "beta": 1.0}),
    ("entropy", {"z": [0.0, 1e-9, 2e-9], "beta": 1.0}),
]
FORMULAS = {
    "softmax": "softmax(z, b) where b: real",
    "log_softmax": "log_softmax(z, b) where b: real",
    "logsumexp": "logZ(z, b) where b: real",
    "boltzmann": "boltzmann(z, b) where b: real",
    "entropy": "entropy(softmax(z, b)) where b: real",
}


def worst_ulps(got: Any, exact: list[Any]) -> float:
    pairs = zip(np.atleast_1d(got).ravel(), exact, strict=True)
    return max(
        float(abs(mp.mpf(float(g)) - x) / mp.mpf(float(np.spacing(abs(g.dtype.type(float(x))))))) for g, x in pairs
    )


@pytest.mark.parametrize(("name", "arguments"), HARD, ids=[f"{n}-{k}" for k, (n, _) in enumerate(HARD)])
def test_hard_inputs(name: str, arguments: dict[str, Any]) -> None:
    z, beta = arguments["z"], arguments["beta"]
    exact = flat(value_of(FORMULAS[name], {"z": z, "b": beta}, digits=800))
    got = getattr(sn, name)(z, beta=beta, accuracy="high")
    assert worst_ulps(got, exact) <= 1.0


def test_weights() -> None:
    assert sn.logsumexp([0.0, -800.0], b=[1e-320, 1e308], accuracy="high") == pytest.approx(
        -90.80379135783393, rel=1e-15
    )
    assert sn.logsumexp([1.0, 0.99999], b=[1, -1], accuracy="high") == pytest.approx(-10.512930464970613, rel=4e-16)
    assert np.isnan(sn.logsumexp([0.0, 1.0], b=[1.0, -1.0]))
    value, sign = sn.logsumexp([0.0, 1.0], b=[1.0, -1.0], return_sign=True)
    assert (sign, value) == (-1.0, pytest.approx(np.log(np.e - 1)))
    assert sn.logsumexp([0.0, INF], b=[1.0, 0.0]) == 0.0


def test_tangents_and_losses() -> None:
    got = sn.softmax_jvp([0.0, 0.5], [1e8, 100000000.00000001], accuracy="high")
    np.testing.assert_allclose(got, [-3.501828196668543e-09, 3.501828196668543e-09], rtol=1e-15)
    got = sn.softmax_jvp([0.0, 0.5], [1e8, 100000000.00000001])
    np.testing.assert_allclose(got, [-3.501828196668543e-09, 3.501828196668543e-09], rtol=1e-15)
    assert sn.cross_entropy([100.0, 0.0, 0.0, 0.0], 0, accuracy="high") == pytest.approx(
        1.1160227928062508e-43, rel=1e-15
    )
    assert sn.softplus(21.0) == pytest.approx(21.000000000758256, rel=1e-15)
    assert sn.sigmoid(np.float32(-95.0)) == np.float32(5.521082277028533e-42)


SOFTMAX_EDGES = [
    ([0.0, INF], 1.0, [0.0, 1.0]),
    ([INF, 0.0, INF], 1.0, [0.5, 0.0, 0.5]),
    ([0.0, -INF], 1.0, [1.0, 0.0]),
    ([-INF, -INF], 1.0, [0.5, 0.5]),
    ([0.0, NAN], 1.0, [NAN, NAN]),
    ([0.0, 1.0], NAN, [NAN, NAN]),
    ([], 1.0, []),
    (3.0, 1.0, 1.0),
    ([True, True], 1.0, [0.5, 0.5]),
    (np.array([2**63 - 1, -(2**63)], np.int64), 1.0, [1.0, 0.0]),
    (np.zeros(4, np.float16), 1.0, [0.25] * 4),
    ([0.0, 5.0], 0.0, [0.5, 0.5]),
    ([1e308, -1e308], 0.0, [0.5, 0.5]),
    ([0.0, 1000.0], -1.0, [1.0, 0.0]),
    ([1.0, 1.0, 0.0], INF, [0.5, 0.5, 0.0]),
    ([1.0, 1.0, 0.0], -INF, [0.0, 0.0, 1.0]),
    ([1e308, -1e308], 1e308, [1.0, 0.0]),
    ([1e308, -1e308], 1e-308, [0.8807970779778823, 0.11920292202211755]),
]


@pytest.mark.parametrize("accuracy", ["fast", "high"])
@pytest.mark.parametrize(("z", "beta", "p"), SOFTMAX_EDGES)
def test_softmax_edges(z: Any, beta: float, p: Any, accuracy: str) -> None:
    got = sn.softmax(z, beta, accuracy=accuracy)
    np.testing.assert_allclose(np.asarray(got, float), p, rtol=1e-15)


@pytest.mark.parametrize("accuracy", ["fast", "high"])
@pytest.mark.parametrize(
    ("a", "value"),
    [
        ([], -INF),
        ([-INF, -INF], -INF),
        ([INF, 0.0], INF),
        ([INF, INF], INF),
        ([-INF, 2.0], 2.0),
        ([NAN, 0.0], NAN),
        (5.0, 5.0),
        ([[0.0, 0.0], [0.0, 0.0]], np.log(4)),
        ([1e308, 1e308], 1e308),
    ],
)
def test_logsumexp_edges(a: Any, value: float, accuracy: str) -> None:
    np.testing.assert_allclose(sn.logsumexp(a, accuracy=accuracy), value, rtol=1e-15)


def test_the_other_edges() -> None:
    assert sn.entropy([-INF, 0.0]) == 0.0
    assert sn.entropy([]) == 0.0
    assert np.isnan(sn.boltzmann([]))
    assert sn.boltzmann([1.0, 3.0], 0.0) == 2.0
    assert sn.boltzmann([1.0, 3.0], -INF) == 1.0
    assert sn.cross_entropy([0.0, -INF], [1.0, 0.0]) == 0.0
    np.testing.assert_array_equal(sn.log_softmax([0.0, -INF]), [0.0, -INF])
    assert sn.softplus(0.0, 0.0) == sn.softplus(0.0, 0.0, accuracy="high") == INF
    np.testing.assert_array_equal(sn.softplus([-INF, INF]), [0.0, INF])
    np.testing.assert_array_equal(sn.sigmoid([-INF, INF, NAN]), [0.0, 1.0, NAN])


def test_logsumexp_has_scipys_signature() -> None:
    special = pytest.importorskip("scipy.special")
    a, b = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    for axis in (None, 0, -1, (0, 2), (1,)):
        for keepdims in (False, True):
            for weights in (None, b, b[0]):
                got = sn.logsumexp(a, axis, weights, keepdims, True)
                want = special.logsumexp(a, axis, weights, keepdims, True)
                np.testing.assert_allclose(got[0], want[0], rtol=1e-12)
                np.testing.assert_array_equal(got[1], want[1])


def test_where_out_and_beta_a_row() -> None:
    z = np.random.default_rng(1).normal(size=(3, 4))
    keep = np.array([True, True, False, True])
    p = sn.softmax(z, where=keep)
    np.testing.assert_allclose(p[:, keep], sn.softmax(z[:, keep]))
    assert (p[:, 2] == 0).all()
    assert (sn.log_softmax(z, where=keep)[:, 2] == -INF).all()
    q = sn.softmax(z.T, where=keep, axis=0)
    np.testing.assert_array_equal(q.T, p)
    beta = np.array([1.0, -2.0, 0.0])
    np.testing.assert_allclose(sn.softmax(z, beta)[1], sn.softmax(-2 * z[1]))
    expected = sn.softmax(z)
    assert sn.softmax(z, out=z) is z
    np.testing.assert_array_equal(z, expected)


def test_classes() -> None:
    z = np.random.default_rng(2).normal(size=(5, 3))
    labels = np.array([0, 1, 2, 1, 0])
    losses = sn.cross_entropy(z, labels)
    np.testing.assert_allclose(losses, sn.cross_entropy(z, np.eye(3)[labels]))
    np.testing.assert_allclose(losses, sn.cross_entropy(z.T, labels, axis=0))
    with pytest.raises(DomainError, match="from 0 to 2"):
        sn.cross_entropy(z, labels + 1)
    with pytest.raises(ShapeError, match="the classes have the shape"):
        sn.cross_entropy(z, labels[:4])


def test_the_jvp_is_the_jacobian_times_v() -> None:
    from softsym import lambdify

    z, v = np.random.default_rng(3).normal(size=(2, 4))
    jacobian = lambdify("jacobian(softmax(z, beta), z)")(z, 1.5)
    np.testing.assert_allclose(sn.softmax_jvp(z, v, 1.5), jacobian @ v, rtol=1e-13, atol=1e-16)


def test_no_sympy_is_imported() -> None:
    code = "import softsym.numeric as n, sys; n.softmax([1., 2.]); n.logsumexp([1., 2.]); print('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_derivatives_do_not_cancel_for_the_winner() -> None:
    from softsym import lambdify

    p = [1.0, 5.2539064576179122e-25]  # beta = 60, by 25 digits
    diagonal = lambdify("diff(softmax(z, beta)[i], z[i])")([1.0, 0.0], 60.0)
    np.testing.assert_allclose(diagonal, [p[1], p[1]], rtol=1e-15)
    matrix = lambdify("jacobian(softmax(z, beta), z)")([1.0, 0.0], 60.0)
    np.testing.assert_allclose(matrix, [[p[1], -p[1]], [-p[1], p[1]]], rtol=1e-15)
    hessian = lambdify("hessian(lse(z, beta), z)")([[1.0, 0.0], [0.0, 0.0]], 60.0)
    np.testing.assert_allclose(hessian, [[[p[1], -p[1]], [-p[1], p[1]]], [[15.0, -15.0], [-15.0, 15.0]]], rtol=1e-15)


def test_masks_of_minus_infinity() -> None:
    z = np.full((5, 4), -INF)
    z[:, 0], z[2:, 1] = 1.0, 3.0
    np.testing.assert_array_equal(sn.log_softmax(z)[0], [0.0, -INF, -INF, -INF])
    np.testing.assert_array_equal(sn.log_softmax(z), sn.log_softmax(z, accuracy="high"))
    np.testing.assert_allclose(sn.cross_entropy(z, sn.softmax(z)), sn.entropy(z))
