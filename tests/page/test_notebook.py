"""The notebook of the main flow, run from its first cell to its last."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).resolve().parents[2] / "reports" / "main_flow.ipynb"


@pytest.fixture(scope="module")
def cells() -> list[Any]:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    pytest.importorskip("matplotlib")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    root = str(NOTEBOOK.parents[1])
    client = nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3")
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")  # the client's own, of its event loop
        patch.setenv("PYTHONPATH", os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]))
        client.execute(cwd=root)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def shown(cells: list[Any], source: str, kind: str) -> str:
    """What the cell with this text shows, of a media type."""
    cell = next(c for c in cells if source in c.source)
    return str(cell.outputs[-1].get("data", {}).get(kind) or cell.outputs[-1].get("text", ""))


def test_cards_are_shown(cells: list[Any]) -> None:
    assert "<summary>definition</summary>" in shown(cells, "ss.lse(z, beta)", "text/html")
    assert "steps</summary><ol>" in shown(cells, "ss.derive(ss.lse", "text/html")


@pytest.mark.parametrize(("source", "status"), [("jacobian(", "proved"), ("hardmax", "proved"), ("<= max", "refuted")])
def test_verdicts(cells: list[Any], source: str, status: str) -> None:
    cell = next(c for c in cells if "ss.check" in c.source and source in c.source)
    assert f">{status}</b>" in cell.outputs[-1]["data"]["text/html"]


def test_numbers_and_figure(cells: list[Any]) -> None:
    assert "9.93307147e-01" in shown(cells, "softmax = ss.lambdify", "text/plain")
    assert shown(cells, "ss.plot", "image/png")
