"""Many rows of logits, classes across: live, as NumPy gives them, and refused in time if they do not fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest

from softsym.errors import DomainError, UnsupportedError
from softsym.targets.numpy import lambdify
from softsym.workbook import audit, write_rows
from tests.workbook.engines import cellrune_values

Z = np.array([[0.95, 0.99, 0.98], [1000.0, 0.0, 1000.0], [-700.0, 700.0, 0.0], [2.0, 2.0, 2.0]])


@pytest.mark.parametrize("text", ["softmax(z, beta)", "lse(z, beta)", "z/3.7 + beta", "hardmax(z)"])
def test_rows_are_numpys_and_follow_edits(text: str, tmp_path: Path) -> None:
    function = lambdify(text)
    scalars = {"beta": 2.0} if "beta" in function.names else {}
    plan = write_rows(text, ["a", "=b", "c"], Z, tmp_path / "a.xlsx", labels=["=cmd()", "x", "y", "😀"], **scalars)
    sheet = plan.sheet("Rows")
    columns = [c for c in sheet.columns if c.style == "Output"]
    expected = np.asarray(function(Z, *scalars.values())).reshape(len(Z), -1)
    found = openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True)["Rows"]
    for k, column in enumerate(columns):
        for row in range(len(Z)):
            assert found.cell(column.top + row, column.column).value == pytest.approx(expected[row, k], rel=1e-12)
    changed = Z.copy()
    changed[0] = [5.0, -3.0, 5.0]
    (values,) = cellrune_values(tmp_path / "a.xlsx", {("Rows", 7, 2 + k): x for k, x in enumerate(changed[0])})
    expected = np.asarray(function(changed, *scalars.values())).reshape(len(Z), -1)
    for k, column in enumerate(columns):
        assert values["Rows", 7, column.column] == pytest.approx(expected[0, k], rel=1e-12)
    assert values["Checks", 5, 3] == "all checks pass"
    assert audit(tmp_path / "a.xlsx") == []


@pytest.mark.parametrize(
    ("text", "rows", "error", "says"),
    [
        ("softmax(z)", np.zeros((1_048_571, 1)), DomainError, "split"),
        ("softmax(z)", [[float("nan")]], DomainError, "row 1, column 1"),
        ("softmax(z)", [[1.0, 2.0]], DomainError, "1 numbers each"),
        ("dot(z, y)", [[1.0]], UnsupportedError, "one vector"),
        ("outer(z, z)", [[1.0]], UnsupportedError, "one vector"),
        ("softmax(z, beta)", [[1.0]], DomainError, "beta needs a value"),
    ],
)
def test_what_does_not_fit_is_refused(
    text: str, rows: object, error: type[Exception], says: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=says):
        write_rows(text, ["a"], rows, tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []
