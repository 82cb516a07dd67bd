"""The exercise of a workbook: a figure is hidden until a guess is typed beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from softsym.workbook import Book, Scalar, Vector, audit
from tests.workbook.engines import cellrune_values


def test_a_figure_shows_itself_once_a_guess_is_typed(tmp_path: Path):
    book = Book("Exercise", "Guess softmax.", [Scalar("beta", 1.0), Vector("z", [0.0, 1.0])])
    table = book.table("softmax", "z")
    table.column("e", "exp(beta*z - max(beta*z))")
    cells = table.column("p", "e/sum(e)", output=True)
    book.exercise("predict, then reveal", cells)
    book.check("the probabilities sum to one", "sum(p)", "1")
    path = tmp_path / "exercise.xlsx"
    plan = book.write(path)
    (row,) = (r for (r, c), cell in plan.sheet("Exercise").cells.items() if c == 1 and cell.value == "entry 2")
    before, after = cellrune_values(path, {}, {("Exercise", row, 2): 0.7})
    assert (before["Exercise", row, 3], before["Exercise", row, 4]) == ("guess first", "n/a")
    assert after["Exercise", row, 3] == pytest.approx(0.7310585786300049, rel=1e-12)
    assert after["Exercise", row, 4] == pytest.approx(0.0310585786300049, rel=1e-9)
    assert after["Exercise", row - 1, 3] == "guess first"
    assert audit(path) == []
