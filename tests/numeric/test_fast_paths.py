"""What the fast functions choose between: shifts or none, layouts, exact sums near 1; all give the same values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import softsym.numeric as sn
from softsym import lambdify
from softsym.targets import near_one, rows
from softsym.targets.numpy import generated
from softsym.targets.program import steps
from softsym.targets.simplify import with_ones
from softsym.targets.totals import totals

from .test_accuracy import worst

RNG = np.random.default_rng(17)
FUNCTIONS = ["softmax", "log_softmax", "logsumexp", "entropy", "boltzmann"]


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("offsets", [[0, 1000], [0] * 9 + [-1000], [0] * 9 + [800], [-720], [300, -300, 0]])
@pytest.mark.parametrize("length", [3, 40])
def test_rows_that_need_shifts_among_others(name: str, offsets: list[float], length: int) -> None:
    z = RNG.normal(size=(90, length)) * 3 + np.resize(offsets, 90)[:, None]
    function = getattr(sn, name)
    np.testing.assert_allclose(function(z, axis=-1), function(z, axis=-1, accuracy="high"), rtol=2e-13, atol=1e-300)
    into = z.copy()
    if name in ("softmax", "log_softmax"):
        np.testing.assert_array_equal(function(into, out=into), function(z))


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("spread", [1e-3, 1.0, 400.0, 1e3, 1e200])
def test_spreads_of_all_sizes(name: str, spread: float) -> None:
    z = RNG.normal(size=(50, 30)) * spread
    function = getattr(sn, name)
    np.testing.assert_allclose(function(z, axis=-1), function(z, axis=-1, accuracy="high"), rtol=2e-12, atol=1e-300)


@pytest.mark.parametrize("shape", [(50, 60, 70), (3, 4, 5), (2, 3, 4, 50), (5000, 2), (2, 5000), (1, 3), (0, 3)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_axis_and_layout(shape: tuple[int, ...], dtype: Any) -> None:
    z = (RNG.normal(size=shape) * 3).astype(dtype)
    e = np.exp(z.astype(float))
    tight = {"rtol": 1e-6 if dtype == np.float32 else 1e-14}
    for axis in range(z.ndim):
        if not z.shape[axis]:
            continue
        total = e.sum(axis=axis, keepdims=True)
        for x in (z, np.asfortranarray(z), np.flip(z, -1).copy()[..., ::-1]):
            np.testing.assert_allclose(sn.softmax(x, axis=axis), e / total, **tight)
            out = np.empty(shape, dtype, order="F")
            np.testing.assert_allclose(sn.softmax(x, axis=axis, out=out), e / total, **tight)
            np.testing.assert_allclose(sn.logsumexp(x, axis=axis), np.log(total).squeeze(axis), atol=1e-6, **tight)


@pytest.mark.parametrize("length", [1, 2, 3, 50, 3000])
def test_a_log_sum_exp_close_to_0(length: int) -> None:
    z = RNG.normal(size=(200, length)) * 2
    z -= sn.logsumexp(z, axis=-1)[:, None] + RNG.uniform(-1, 1, size=(200, 1)) * 10.0 ** -RNG.uniform(
        0, 12, size=(200, 1)
    )
    exact = sn.logsumexp(z.astype(np.longdouble), axis=-1, accuracy="high")
    assert worst(sn.logsumexp(z, axis=-1), exact) <= 2
    assert max(worst(sn.logsumexp(row), x) for row, x in zip(z[:20], exact[:20], strict=True)) <= 2


def test_log_sums_near_1_are_left_open_only_where_they_are_tiny() -> None:
    x = np.log(np.array([[0.5, 0.25], [0.5, 0.75 + 1e-4]]))
    assert np.isnan(near_one.log_sums(x)).tolist() == [True, False]


@pytest.mark.parametrize("length", [1, 2, 4, 5, 16, 17, 33, 100, 255, 512, 513, 2000])
@pytest.mark.parametrize("order", ["C", "F"])
def test_sums_along_rows(length: int, order: Any) -> None:
    x = np.asarray(np.exp(RNG.normal(size=(40, length)) * 3), order=order)
    exact = x.astype(np.longdouble).sum(axis=-1, keepdims=True)
    for sums, bound in (
        (rows.row_sums, 8.0),
        (rows.share_sums, 2.5),
        (rows.rough_row_sums, 40.0),
    ):
        assert worst(sums(x), exact) <= bound
    largest = x.max(axis=-1, keepdims=True)
    order_ = np.sort(x.astype(np.longdouble), axis=-1)
    others = order_[:, :-1].sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(rows.relative_excess(x, rows.row_sums(x), largest), others / largest, rtol=2e-15)
    np.testing.assert_allclose(rows.excess(x / largest), others / largest, rtol=4e-15)


@pytest.mark.parametrize("length", [1, 2, 4, 5, 16, 17])
@pytest.mark.parametrize("order", ["C", "F"])
def test_one_value_a_row_against_many(length: int, order: Any) -> None:
    x = np.asarray(RNG.normal(size=(40, length)), order=order)
    y, out = RNG.normal(size=(40, 1)), np.empty_like(x)
    for operation in (np.subtract, np.divide):
        np.testing.assert_array_equal(rows.rowwise(operation, x, y, out), operation(x, y))
        np.testing.assert_array_equal(rows.rowwise(operation, y, x, out), operation(y, x))
        np.testing.assert_array_equal(rows.rowwise(operation, np.float64(2.0), x, out), operation(2.0, x))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("softmax(z)", 1),
        ("softmax(z, beta)", 1),
        ("logZ(z)", 1),
        ("log_softmax(z)", 1),
        ("boltzmann(z)", 0),
        ("prod(z)", None),
    ],
)
def test_what_tells_that_no_shift_was_needed(text: str, count: int | None) -> None:
    program = generated(lambdify(text).expr).unshifted
    assert (None if program is None else len(totals(program))) == count


def test_what_a_row_has_once_is_computed_once() -> None:
    made = generated(lambdify("log_softmax(z, beta)").expr)
    assert made.unshifted is not None
    program = with_ones(made.unshifted, frozenset({"beta"}))
    assert [op.slots for op in steps(program.result) if op.head in ("relative_excess", "log1p")] == [(), ()]


def test_the_beta_of_large_exponents() -> None:
    z = RNG.normal(size=(30, 50)) + 1000.0
    for beta in (0.3, 0.7):
        exact = sn.softmax(z.astype(np.longdouble), beta, accuracy="high")
        assert worst(sn.softmax(z, beta), exact) <= 20


@pytest.mark.parametrize("far", [-np.inf, -1e300, -746.5, -745.1, -720.0, -707.0])
@pytest.mark.parametrize("order", ["C", "F"])
def test_exponentials_far_down(far: float, order: Any) -> None:
    x = np.asarray(np.where(RNG.random((64, 30)) < 0.3, far, RNG.normal(size=(64, 30))), order=order)
    x[3, 4], x[60, 5] = np.nan, np.inf
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(rows.exponentials(x, np.empty_like(x)), np.exp(x))
        into = x.copy(order=order)
        np.testing.assert_array_equal(rows.exponentials(into, into), np.exp(x))


@pytest.mark.parametrize("offset", [-3.0, 4.0, 80.0, 1000.0])
@pytest.mark.parametrize("length", [3, 17, 100, 1000])
def test_large_log_sums_of_single_precision(offset: float, length: int) -> None:
    z = (RNG.normal(size=(300, length)) * 3 + offset).astype(np.float32)
    exact = sn.logsumexp(z.astype(float), axis=-1)
    got = sn.logsumexp(z, axis=-1)
    assert got.dtype == np.float32
    assert np.max(np.abs(got - exact) / np.spacing(np.abs(exact.astype(np.float32)))) <= 0.8
