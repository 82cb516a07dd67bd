"""The table of edge cases in :mod:`softsym.numeric`: each of its rows has a test here, by its first column."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import softsym.numeric as sn

INF, NAN = np.inf, np.nan
Compute = Callable[..., Any]


def equal(got: Any, wanted: Any) -> None:
    np.testing.assert_allclose(np.asarray(got, float), wanted, rtol=1e-15)


def one_plus_inf(softmax: Compute, **how: Any) -> None:
    equal(softmax([3.0, INF, -INF], **how), [0.0, 1.0, 0.0])
    equal(sn.log_softmax([3.0, INF], **how), [-INF, 0.0])
    equal(sn.entropy([3.0, INF], **how), 0.0)


def ties_of_plus_inf(softmax: Compute, **how: Any) -> None:
    equal(softmax([INF, 0.0, INF], **how), [0.5, 0.0, 0.5])
    equal(sn.logsumexp([INF, INF], **how), INF)


def minus_inf_among_finite(softmax: Compute, **how: Any) -> None:
    equal(softmax([0.0, -INF, 0.0], **how), [0.5, 0.0, 0.5])
    equal(sn.entropy([0.0, -INF, 0.0], **how), np.log(2))
    equal(sn.cross_entropy([0.0, -INF], [1.0, 0.0], **how), 0.0)
    equal(sn.logsumexp([2.0, -INF], **how), 2.0)


def all_minus_inf(softmax: Compute, **how: Any) -> None:
    equal(softmax([-INF, -INF], **how), [0.5, 0.5])
    equal(sn.logsumexp([-INF, -INF], **how), -INF)


def not_a_number(softmax: Compute, **how: Any) -> None:
    equal(softmax([[0.0, NAN], [0.0, 0.0]], **how), [[NAN, NAN], [0.5, 0.5]])
    equal(sn.logsumexp([0.0, NAN], b=[1.0, 0.0], **how), NAN)


def empty(softmax: Compute, **how: Any) -> None:
    assert softmax(np.empty((2, 0)), **how).shape == (2, 0)
    equal(sn.logsumexp([], **how), -INF)
    equal(sn.entropy(np.empty((2, 0)), **how), [0.0, 0.0])
    equal(sn.boltzmann([], **how), NAN)


def a_number(softmax: Compute, **how: Any) -> None:
    equal(softmax(np.asarray(7.0), **how), 1.0)
    equal(sn.logsumexp(7.0, **how), 7.0)


def integers(softmax: Compute, **how: Any) -> None:
    equal(softmax(np.array([2**63 - 1, -(2**63), 2**63 - 1]), **how), [0.5, 0.0, 0.5])
    equal(softmax([True, True], **how), [0.5, 0.5])
    equal(sn.logsumexp([3, 4], b=[1, 0], beta=-1.0, **how), -3.0)


def narrow_floats(softmax: Compute, **how: Any) -> None:
    for dtype in (np.float16, np.float32):
        p = softmax(np.array([0.0, 0.0, 0.0], dtype), **how)
        assert (p.dtype, p[0]) == (dtype, dtype(1 / 3))
    assert sn.sigmoid(np.float32(-95.0), **how) == np.float32(5.521082277028533e-42)


def layouts(softmax: Compute, **how: Any) -> None:
    z = np.arange(12.0).reshape(3, 4)
    for view in (z[:, ::2], z.T, z[::-1]):
        equal(softmax(view, **how), softmax(view.copy(), **how))
    z.flags.writeable = False
    equal(softmax(z, **how)[0], softmax(z[0], **how))
    masked = softmax(np.ma.array([0.0, 9.0, 0.0], mask=[False, True, False]), **how)
    assert masked.mask.tolist() == [False, True, False]
    equal(masked.compressed(), [0.5, 0.5])


def left_out(softmax: Compute, **how: Any) -> None:
    equal(softmax([0.0, 9.0, 0.0], where=[True, False, True], **how), [0.5, 0.0, 0.5])
    equal(sn.log_softmax([0.0, 9.0], where=[True, False], **how), [0.0, -INF])


def into_the_input(softmax: Compute, **how: Any) -> None:
    z = np.array([[0.0, 1.0, 2.0, 3.0], [5.0, 5.0, 5.0, 5.0]])
    wanted = softmax(z[:, :3], **how)
    overlapping = z[:, 1:]
    assert softmax(z[:, :3], out=overlapping, **how) is overlapping
    equal(overlapping, wanted)


def beta_zero(softmax: Compute, **how: Any) -> None:
    equal(softmax([1e308, -1e308], 0.0, **how), [0.5, 0.5])
    equal(sn.boltzmann([1.0, 3.0], 0.0, **how), 2.0)
    equal(sn.entropy([1.0, 3.0], 0.0, **how), np.log(2))
    equal(sn.logsumexp([1.0, 3.0], beta=0.0, **how), np.log(2))
    equal(sn.softplus(2.0, 0.0, **how), INF)


def beta_negative(softmax: Compute, **how: Any) -> None:
    equal(softmax([0.0, 1e308], -1.0, **how), [1.0, 0.0])
    equal(sn.logsumexp([0.0, 0.0, 1e308], b=[1.0, -2.0, 0.0], beta=-1.0, return_sign=True, **how), [0.0, -1.0])


def beta_infinite(softmax: Compute, **how: Any) -> None:
    equal(softmax([1.0, 1.0, 0.0], INF, **how), [0.5, 0.5, 0.0])
    equal(softmax([1.0, 1.0, 0.0], -INF, **how), [0.0, 0.0, 1.0])
    equal(sn.boltzmann([1.0, 3.0], INF, **how), 3.0)


def beta_a_row(softmax: Compute, **how: Any) -> None:
    z = np.array([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    got = softmax(z, np.array([1.0, -2.0, INF]), **how)
    equal(got, [softmax(z[0], b, **how) for b in (1.0, -2.0, INF)])


CHECKS = {
    "one +inf": one_plus_inf,
    "ties of +inf": ties_of_plus_inf,
    "-inf among finite numbers": minus_inf_among_finite,
    "all -inf": all_minus_inf,
    "nan": not_a_number,
    "an empty axis": empty,
    "a number (0-d array)": a_number,
    "integers, booleans": integers,
    "float16, float32": narrow_floats,
    "strided, read-only, subclass": layouts,
    "``where=``": left_out,
    "``out=``": into_the_input,
    "beta = 0": beta_zero,
    "beta < 0": beta_negative,
    "beta = inf, -inf": beta_infinite,
    "beta an array": beta_a_row,
}


def test_every_row_of_the_table_has_a_test() -> None:
    table = re.split(r"^=+ +=+$", sn.__doc__ or "", flags=re.MULTILINE)[2]
    assert [line[:32].strip() for line in table.strip().splitlines()] == list(CHECKS)


@pytest.mark.parametrize("accuracy", ["fast", "high"])
@pytest.mark.parametrize("case", CHECKS)
def test_edges(case: str, accuracy: str) -> None:
    CHECKS[case](sn.softmax, accuracy=accuracy)


@pytest.mark.parametrize(
    ("z", "v", "beta", "expected"),
    [
        ([1.0, 2.0], [1.0, 3.0], INF, [0.0, 0.0]),
        ([2.0, 2.0], [1.0, 3.0], INF, [-INF, INF]),
        ([2.0, 2.0, 1.0], [1.0, 3.0, 9.0], INF, [-INF, INF, 0.0]),
        ([2.0, 2.0, 3.0], [1.0, 3.0, 9.0], -INF, [INF, -INF, 0.0]),
        ([2.0, 2.0, 2.0], [0.1, 0.1, 0.1], INF, [0.0, 0.0, 0.0]),
        ([2.0, 2.0], [1e-300, 0.0], INF, [INF, -INF]),
        ([INF, 1.0], [1.0, 2.0], INF, [0.0, 0.0]),
        ([NAN, 1.0], [1.0, 2.0], INF, [NAN, NAN]),
        ([[2.0, 2.0], [0.0, 0.0]], [[1.0, 3.0], [1.0, 0.0]], [INF, 1.0], [[-INF, INF], [0.25, -0.25]]),
    ],
)
def test_the_jacobian_at_infinite_beta(z: Any, v: Any, beta: Any, expected: Any) -> None:
    np.testing.assert_array_equal(sn.softmax_jvp(z, v, beta), expected)
    np.testing.assert_array_equal(sn.softmax_jvp(np.transpose(z), np.transpose(v), beta, axis=0).T, expected)
    narrow = beta if isinstance(beta, float) else np.float32(beta)
    assert sn.softmax_jvp(np.float32(z), np.float32(v), narrow).dtype == np.float32


@pytest.mark.parametrize("axis", [0, 1, 2, (0, 1), (1, 2), None])
@pytest.mark.parametrize("shape", [(3, 0, 2), (0, 3, 2), (3, 2, 0)])
def test_empty_axes_beside_others(axis: Any, shape: tuple[int, ...]) -> None:
    with np.errstate(divide="ignore"):
        expected = np.log(np.sum(np.exp(np.empty(shape)), axis=axis))
    np.testing.assert_array_equal(sn.logsumexp(np.empty(shape), axis=axis), expected)


def test_results_whose_sum_overflows() -> None:
    z = np.array([[True, False, False], [False, True, True]])
    expected = [[0.0, -1e308, -1e308], [-1e308, -np.log(2), -np.log(2)]]
    np.testing.assert_allclose(sn.log_softmax(z, 1e308), expected, rtol=1e-15)
