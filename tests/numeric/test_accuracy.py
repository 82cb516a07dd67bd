"""Errors in ulp of the fast functions on normal inputs, by double words, which the other tests hold against mpmath."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import softsym.numeric as sn

SHAPES = [(2000, 3), (300, 100), (30, 1000), (2, 20_000)]


def worst(got: Any, exact: Any) -> float:
    """The largest error in ulp; ``exact`` has more digits."""
    unit = np.spacing(np.abs(exact).astype(got.dtype))
    return float(np.max(np.abs(got.astype(np.longdouble) - exact) / unit))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("name", "bound"), [("softmax", 4.0), ("logsumexp", 2.0), ("log_softmax", 4.0)])
@pytest.mark.parametrize("axis", [-1, 0])
def test_fast_on_normal_inputs(name: str, bound: float, shape: tuple[int, int], axis: int) -> None:
    z = np.random.default_rng(1).normal(size=shape) * 3
    z = z if axis == -1 else np.ascontiguousarray(z.T)
    function = getattr(sn, name)
    exact = function(z.astype(np.longdouble), axis=axis)
    got = function(z, axis=axis)
    assert worst(got, exact) <= bound


@pytest.mark.parametrize("name", ["softmax", "logsumexp", "log_softmax", "boltzmann", "entropy"])
@pytest.mark.parametrize("shape", SHAPES[:2])
def test_float32_is_rounded_once(name: str, shape: tuple[int, int]) -> None:
    z = (np.random.default_rng(2).normal(size=shape) * 3).astype(np.float32)
    function = getattr(sn, name)
    assert worst(function(z, axis=-1), function(z.astype(np.longdouble), axis=-1)) <= 0.51


def test_sums_of_many_float32_do_not_drift() -> None:
    z = np.random.default_rng(3).normal(size=(300_000, 2)).astype(np.float32)
    p = sn.softmax(z, axis=0)
    e = np.exp(z.astype(float))
    np.testing.assert_allclose(p, e / e.sum(axis=0), rtol=6e-8)
