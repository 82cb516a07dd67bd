"""The ready-made functions on dask arrays give what they give on NumPy arrays, and stay lazy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import softsym.numeric as sn
from softsym.errors import ShapeError, UnsupportedError
from tests.workbook.engines import engine

RNG = np.random.default_rng(4)
Z = RNG.normal(size=(6, 20)) * 4
ROWS = RNG.exponential(size=6)


@pytest.fixture
def da() -> Any:
    return engine("dask.array")


def close(lazy: Any, expected: Any) -> None:
    assert type(lazy).__module__.startswith("dask")
    largest = np.max(np.abs(expected), initial=0.0, where=np.isfinite(expected))
    np.testing.assert_allclose(lazy.compute(scheduler="sync"), expected, rtol=1e-12, atol=1e-14 * largest)


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "boltzmann", "entropy"])
@pytest.mark.parametrize(("axis", "beta"), [(-1, ROWS), (0, -2.0), (1, 3)])
def test_functions_along_an_axis(name: str, axis: int, beta: Any, da: Any) -> None:
    function = getattr(sn, name)
    close(function(da.from_array(Z, chunks=(4, 7)), beta, axis=axis), function(Z, beta, axis=axis))


def test_products_with_the_jacobian(da: Any) -> None:
    v = RNG.normal(size=Z.shape)
    close(sn.softmax_jvp(da.from_array(Z, chunks=7), da.from_array(v, chunks=5), 2.0), sn.softmax_jvp(Z, v, 2.0))


@pytest.mark.parametrize("axis", [-1, 0])
def test_cross_entropy(axis: int, da: Any) -> None:
    classes = RNG.integers(6, size=20 if axis == 0 else 6)
    lazy = da.from_array(Z, chunks=(4, 7))
    close(sn.cross_entropy(lazy, classes, axis=axis), sn.cross_entropy(Z, classes, axis=axis))
    close(sn.cross_entropy(lazy, da.from_array(classes), 2.0, axis=axis), sn.cross_entropy(Z, classes, 2.0, axis=axis))
    targets = np.abs(Z) / np.abs(Z).sum(axis=axis, keepdims=True)
    close(sn.cross_entropy(lazy, targets, axis=axis), sn.cross_entropy(Z, targets, axis=axis))
    close(sn.cross_entropy(lazy, 3), sn.cross_entropy(Z, 3))
    assert np.isnan(sn.cross_entropy(lazy, 20).compute()).all()
    with pytest.raises(ShapeError, match="the classes have the shape"):
        sn.cross_entropy(lazy, [1, 2])


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_logsumexp(axis: Any, keepdims: bool, weighted: bool, da: Any) -> None:
    weights = RNG.normal(size=20) if weighted else None
    options = {"axis": axis, "b": weights, "keepdims": keepdims, "beta": 0.5}
    lazy = da.from_array(Z, chunks=(4, 7))
    expected, sign = sn.logsumexp(Z, return_sign=True, **options)
    found, found_sign = sn.logsumexp(lazy, return_sign=True, **options)
    close(found, expected)
    close(found_sign, sign)
    close(sn.logsumexp(lazy, **options), sn.logsumexp(Z, **options))


def test_logsumexp_with_a_beta_for_each_row(da: Any) -> None:
    lazy = da.from_array(Z, chunks=(4, 7))
    close(sn.logsumexp(lazy, axis=1, beta=ROWS[:, None]), sn.logsumexp(Z, axis=1, beta=ROWS[:, None]))
    with pytest.raises(ShapeError, match="one value a row"):
        sn.logsumexp(lazy, axis=0, beta=ROWS[:, None])


def test_functions_of_numbers(da: Any) -> None:
    lazy = da.from_array(Z, chunks=(4, 7))
    close(sn.sigmoid(lazy), sn.sigmoid(Z))
    close(sn.softplus(lazy, -2.0), sn.softplus(Z, -2.0))


def test_what_is_refused(da: Any) -> None:
    lazy = da.from_array(Z, chunks=(4, 7))
    with pytest.raises(UnsupportedError, match="out is not for dask arrays"):
        sn.softmax(lazy, out=np.empty_like(Z))
    with pytest.raises(UnsupportedError, match="where is not for dask arrays"):
        sn.softmax(lazy, where=Z > 0)
