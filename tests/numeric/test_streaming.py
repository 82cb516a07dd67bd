"""Long rows in chunks: the same values, in the memory of a chunk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import softsym.numeric as sn
from softsym.targets import blocks

from .test_accuracy import worst

FUNCTIONS = ["softmax", "log_softmax", "logsumexp", "boltzmann", "entropy"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_chunks_give_the_same_values(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function = getattr(sn, name)
    z = np.random.default_rng(0).normal(size=(2, 3000)) * 3
    whole, high = function(z, axis=-1), function(z, axis=-1, accuracy="high")
    for bound in ("LONGEST", "LONGEST_ROW", "LONGEST_HIGH"):
        monkeypatch.setattr(blocks, bound, 100)
    np.testing.assert_allclose(function(z, axis=-1), whole, rtol=1e-14)
    np.testing.assert_array_equal(function(z, axis=-1, accuracy="high"), high)


@pytest.mark.parametrize("offset", [0.0, 1000.0, -1000.0, -16.0])
def test_chunks_of_rows_with_and_without_shifts(offset: float, monkeypatch: pytest.MonkeyPatch) -> None:
    z = np.random.default_rng(1).normal(size=(2, 5000)) * 3 + offset
    z[1] -= sn.logsumexp(z[1]) + 1e-7
    exact = sn.logsumexp(z.astype(np.longdouble), axis=-1, accuracy="high")
    monkeypatch.setattr(blocks, "LONGEST_ROW", 100)
    assert worst(sn.logsumexp(z, axis=-1), exact) <= 3
    np.testing.assert_allclose(sn.logsumexp(z, axis=-1, beta=0.5), sn.logsumexp(0.5 * z, axis=-1), rtol=1e-14)


def test_chunks_with_infinities(monkeypatch: pytest.MonkeyPatch) -> None:
    z = np.random.default_rng(0).normal(size=(2, 3000))
    z[0, 5], z[1, 7] = np.inf, -np.inf
    whole = sn.softmax(z)
    monkeypatch.setattr(blocks, "LONGEST", 100)
    np.testing.assert_allclose(sn.softmax(z), whole, rtol=1e-14)


SCRIPT = """
import sys, resource, numpy as np, softsym.numeric as sn
path, rows, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
z = np.memmap(path, np.float64, "r").reshape(rows, -1)
target = np.memmap(out, np.float64, "w+", shape=z.shape)
sn.softmax(z[:, :50], axis=-1)
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
resource.setrlimit(resource.RLIMIT_DATA, (used + 100_000_000,) * 2)
print(float(np.sum(sn.logsumexp(z, axis=-1))))
sn.softmax(z, axis=-1, out=target)
print(float(target[0].sum()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory differ")
@pytest.mark.parametrize("rows", [1, 1000])
def test_a_file_larger_than_the_memory_allowed(tmp_path: Path, rows: int) -> None:
    size = 30_000_000  # 240 MB
    z = np.memmap(tmp_path / "z", np.float64, "w+", shape=(size,))
    z[::1000] = 1.0
    del z
    arguments = [sys.executable, "-c", SCRIPT, str(tmp_path / "z"), str(rows), str(tmp_path / "p")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    total, one = (float(line) for line in done.stdout.split())
    part = size / rows
    assert total == pytest.approx(rows * np.log(part * (0.999 + 0.001 * np.e)), rel=1e-9)
    assert one == pytest.approx(1.0, abs=1e-12)
