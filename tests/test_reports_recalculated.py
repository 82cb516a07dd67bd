"""The reports' workbooks in three programs, as written and after random edits: they show what their mathematics gives.

``SOFTSYM_EDITS=200`` makes as many edits of each workbook; by default there are a few.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from softsym.workbook import Book, Scalar, Vector
from softsym.workbook.plan import Plan
from softsym.workbook.scope import Scope
from tests.conftest import REPORTS
from tests.workbook.edits import random_edit
from tests.workbook.engines import Where, cellrune_values, edited, formulon_values, libreoffice_values
from tests.workbook.expected import Expected, differences, wrong_verdicts

EDITS = int(os.environ.get("SOFTSYM_EDITS", "2"))
LENGTHS = (1, 2, 7)
FAMILY = {
    "softmax": "softmax(z, beta)", "softmin": "softmin(z, beta)", "log": "log_softmax(z, beta)", "hard": "hardmax(z)",
    "one": "onehot_argmax(z)", "sparse": "sparsemax(z)", "naive": "exp(beta*z)/sum(exp(beta*z))",
}  # fmt: skip
FIGURES = {
    "lse": "lse(z, beta)", "partition": "logZ(z, beta)", "mellow": "mellowmax(z, beta)",
    "boltzmann": "boltzmann(z, beta)", "entropy": "entropy(softmax(z, beta))", "ties": "argmax_count(z)",
}  # fmt: skip
NAMES = [*sorted(path.stem for path in REPORTS.glob("*.py")), *(f"family_{n}" for n in LENGTHS)]


def family(length: int) -> Book:
    """The softmax family over a vector of a length."""
    values = [0.25 * (k % 3) - 1 for k in range(length)]
    book = Book(
        f"The family at N = {length}", "Every function.", [Scalar("beta", 2.0, kind="nonzero"), Vector("z", values)]
    )
    table = book.table("Vectors", "z")
    for name, text in FAMILY.items():
        form, accept = ("plain", "it overflows.") if name == "naive" else ("stable", "")
        table.column(f"p_{name}", text, name, form=form, accept=accept)
    for name, text in FIGURES.items():
        book.result(f"r_{name}", text)
    book.check("softmax sums to one", "sum(p_softmax)", "1")
    book.check("softmax is its definition", "softmax(z, beta)", "exp(beta*z)/sum(exp(beta*z))")
    book.no_errors("softmax", book.scope.cells["p_softmax"])
    return book


@pytest.fixture(scope="module")
def books(reports, tmp_path_factory) -> dict[str, tuple[Path, Plan, Scope]]:
    """Every workbook by name: its file, its plan and what its names mean."""
    found = {n: (reports.folder / f"{n}.xlsx", m.book.plan, m.book.scope) for n, m in reports.made.items()}
    folder = tmp_path_factory.mktemp("family")
    for length in LENGTHS:
        book, path = family(length), folder / f"family_{length}.xlsx"
        found[path.stem] = (path, book.write(path), book.scope)
    return found


@pytest.fixture(scope="module")
def turns(books) -> dict[str, list[Expected]]:
    """What each workbook must show: as written, and after every edit."""
    found = {}
    for name, (_, plan, scope) in books.items():
        rng = random.Random(name)
        edits: list[dict[Where, float]] = [{}, *(random_edit(plan, scope, rng) for _ in range(EDITS))]
        found[name] = [Expected(plan, scope, edit) for edit in edits]
    return found


@pytest.fixture(scope="module")
def saved(books, turns, tmp_path_factory) -> dict[str, list[dict[Where, object]]]:
    """What LibreOffice gives for copies with the edits in them; one start of the program for all."""
    folder = tmp_path_factory.mktemp("saved")
    files = {
        name: [edited(books[name][0], turn.edits, folder / f"{k}_{name}.xlsx") for k, turn in enumerate(turns[name])]
        for name in books
    }
    theirs = libreoffice_values(folder, [file for group in files.values() for file in group])
    return {name: [theirs[file.name] for file in group] for name, group in files.items()}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("values_of", [formulon_values, cellrune_values])
def test_engines_show_what_the_mathematics_gives(values_of: Callable, name: str, books, turns) -> None:
    found = values_of(books[name][0], *(turn.edits for turn in turns[name]))
    for turn, values in zip(turns[name], found, strict=True):
        assert len(turn.cells) > 10
        assert differences(turn, values) == []
        assert wrong_verdicts(turn, values) == []


@pytest.mark.parametrize("name", NAMES)
def test_libreoffice_shows_what_the_mathematics_gives(name: str, turns, saved) -> None:
    for turn, values in zip(turns[name], saved[name], strict=True):
        assert differences(turn, values) == []
        assert wrong_verdicts(turn, values) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_has_an_expected_value(name: str, books, turns) -> None:
    """No formula cell is left out, but for the arithmetic of the Checks sheet and the hidden figures of exercises."""
    (turn, *_), (_, plan, _) = turns[name], books[name]
    formulas = {
        (sheet.name, *where)
        for sheet in plan.sheets
        for where, cell in sheet.cells.items()
        if cell.formula and sheet.name not in ("Checks", "Exercise")
    }
    assert formulas - turn.cells.keys() - turn.flags.keys() == set()
