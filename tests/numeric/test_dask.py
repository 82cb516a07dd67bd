"""Functions on dask arrays: NumPy's values, nothing computed before it is asked for, workers that may die."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import numpy as np
import pytest

from softsym import lambdify
from softsym.errors import ShapeError, UnsupportedError
from softsym.targets.numpy import generated
from softsym.targets.partials import passes
from tests.workbook.engines import engine

from .cases import EXPRESSIONS, point_for

RNG = np.random.default_rng(9)


@pytest.fixture
def da() -> Any:
    return engine("dask.array")


def in_chunks(da: Any, point: dict[str, Any], size: Any) -> dict[str, Any]:
    return {n: da.from_array(np.asarray(v), chunks=size) if np.ndim(v) else v for n, v in point.items()}


def compared(da: Any, text: str, point: dict[str, Any], size: Any, **options: Any) -> None:
    expected = np.asarray(lambdify(text)(**point, **options))
    value = lambdify(text, modules="dask")(**in_chunks(da, point, size), **options)
    assert isinstance(value, da.Array)
    assert (value.shape, value.dtype) == (expected.shape, expected.dtype)
    found = value.compute(scheduler="sync")
    assert found.shape == expected.shape
    largest = np.max(np.abs(expected)) or 1.0
    np.testing.assert_allclose(found / largest, expected / largest, rtol=0, atol=2e-13)


SORTING = [text for text in EXPRESSIONS if "sparsemax" in text]


@pytest.mark.parametrize("text", [text for text in EXPRESSIONS[::2] if text not in SORTING])
def test_the_values_of_numpy_along_a_chunked_axis(text: str, da: Any) -> None:
    compared(da, text, point_for(lambdify(text), 1.0, np.random.default_rng(7)), 2)


@pytest.mark.parametrize("text", [*EXPRESSIONS[1::12], *SORTING])
def test_the_values_of_numpy_on_whole_rows(text: str, da: Any) -> None:
    compared(da, text, point_for(lambdify(text), 1.0, np.random.default_rng(7)), -1)


ROWS = [
    "softmax(z, beta)",
    "log_softmax(z, beta)",
    "logZ(z, beta)",
    "entropy(softmax(z, beta))",
    "boltzmann(z, beta)",
    "1 - softmax(z, beta)",
    "variance(softmax(z, beta), z)",
    "norm(beta*z, 3)",
    "min(z)*beta + N",
    "prod(1 + z**2/N)/beta",
    "beta*ones(N) + mean(z)",
    "outer(softmax(z, beta), z)",
]


@pytest.mark.parametrize("text", ROWS)
@pytest.mark.parametrize("axis", [-1, 0])
def test_batches_axes_and_a_beta_for_each_row(text: str, axis: int, da: Any) -> None:
    z, beta = RNG.normal(size=(3, 4, 17)) * 5, RNG.exponential(size=4)
    z[0, 0, 3], z[1, 0, 12] = z[0, 0].max() + 1, z[1, 0].max()  # a single winner, and a tie across chunks
    compared(da, text, {"z": np.moveaxis(z, -1, axis), "beta": beta}, 5, axis=axis)


def test_large_chunks_are_done_in_cells(da: Any) -> None:
    z, beta = RNG.normal(size=(2, 100_000)) * 3, np.array([1.0, 50.0])
    for text in ("softmax(z, beta)", "log_softmax(z, beta)", "lse(z, beta)"):
        compared(da, text, {"z": z, "beta": beta}, 60_000)
    tall = RNG.normal(size=(50_000, 7))
    compared(da, "log_softmax(z, beta)", {"z": tall, "beta": 2.0}, (25_000, 4))


@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.float16])
def test_types_are_those_of_numpy(dtype: Any, da: Any) -> None:
    z = (RNG.normal(size=40) * 3).astype(dtype)
    for size in (7, -1):
        value = lambdify("softmax(z, beta)", modules="dask")(da.from_array(z, chunks=size), 2.0).compute()
        expected = lambdify("softmax(z, beta)")(z, 2.0)
        assert value.dtype == expected.dtype
        np.testing.assert_allclose(value, expected, rtol=4 * float(np.finfo(value.dtype).eps))


@pytest.mark.parametrize(
    ("z", "text"),
    [
        ([-np.inf, -np.inf, 1.0, 2.0], "logZ(z, beta)"),
        ([1e308, -1e308, 1e308, 0.0], "lse(z, beta)"),
        ([800.0, 0.0, 100.5, 1.0], "log_softmax(z, beta)[1]"),
        ([100.5, 0.0, 800.0, 1.0], "log_softmax(z, beta)"),
        ([-5.0, -6.0, 5.0, 40.0], "1 - softmax(z, beta)"),
    ],
)
def test_chunks_that_are_unlike(z: list[float], text: str, da: Any) -> None:
    value = lambdify(text, modules="dask")(da.from_array(np.array(z), chunks=2), 1.0).compute()
    np.testing.assert_allclose(value, lambdify(text)(z, 1.0, accuracy="high"), rtol=1e-14)


def test_a_sum_near_one_keeps_its_digits_when_chunks_merge(da: Any) -> None:
    z = np.full(12, -40.0)
    z[5] = 0.0
    value = lambdify("lse(z, beta)", modules="dask")(da.from_array(z, chunks=3), 1.0).compute()
    np.testing.assert_allclose(value, np.log1p(11 * np.exp(-40.0)), rtol=1e-14)


@pytest.mark.parametrize("text", ["lse(z, beta)", "log_softmax(z, beta)", "softmax(z, beta)", "softmax(z*w, beta)"])
def test_maximum_and_sum_take_one_pass(text: str) -> None:
    plan = passes(generated(lambdify(text).expr).program)
    assert plan is not None
    assert len(plan[0]) == 1


def test_nothing_is_computed_and_no_row_brought_together(da: Any) -> None:
    def refuse(block: Any) -> Any:
        raise AssertionError("computed")

    z = da.zeros((4, 200), chunks=(2, 10)).map_blocks(refuse, dtype=float, meta=np.empty((0, 0)))
    for text in ("softmax(z, beta)", "lse(z, beta)", "boltzmann(z, beta)", "log_softmax(z, beta)[i]*beta"):
        value = lambdify(text, modules="dask")(z, 1.0)
        assert all(max(sizes) <= 10 for sizes in value.chunks)


def test_what_is_refused(da: Any) -> None:
    z = da.from_array(np.arange(6.0), chunks=2)
    with pytest.raises(UnsupportedError, match="sparsemax needs whole rows: rechunk"):
        lambdify("sparsemax(z)", modules="dask")(z)
    with pytest.raises(UnsupportedError, match="accuracy='high' needs whole rows"):
        lambdify("softmax(z)", modules="dask")(z, accuracy="high")
    with pytest.raises(UnsupportedError, match="where is not for dask arrays"):
        lambdify("softmax(z)", modules="dask")(z, where=z > 0)
    with pytest.raises(ShapeError, match="chunks of unknown size"):
        lambdify("softmax(z)", modules="dask")(z[z > 1])
    with pytest.raises(ShapeError, match="takes entry 9"):
        lambdify("z[9]", modules="dask")(z)
    high = lambdify("log_softmax(z)", modules="dask")(da.from_array(np.array([800.0, 100.5])), accuracy="high")
    np.testing.assert_array_equal(high, lambdify("log_softmax(z)")([800.0, 100.5], accuracy="high"))


def slowly(block: Any) -> Any:
    time.sleep(0.05)
    return block


@pytest.mark.filterwarnings("ignore")
def test_a_worker_that_is_killed_in_the_middle(da: Any) -> None:
    distributed = engine("distributed")
    z = RNG.normal(size=(4, 4000)) * 3
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options, silence_logs=50) as cluster, distributed.Client(cluster) as client:
        lazy = da.from_array(z, chunks=(4, 100)).map_blocks(slowly, dtype=float)
        future = client.compute(lambdify("log_softmax(z, beta)", modules="dask")(lazy, 2.0))
        time.sleep(0.6)
        assert not future.done()
        os.kill(client.run(os.getpid)[next(iter(client.scheduler_info()["workers"]))], signal.SIGKILL)
        found = future.result(timeout=60)
    np.testing.assert_allclose(found, lambdify("log_softmax(z, beta)")(z, 2.0), rtol=1e-13)
