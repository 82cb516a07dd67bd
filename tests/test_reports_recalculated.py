"""The reports' workbooks in LibreOffice: as written, and after every input is changed, they give what softsym gives."""

from __future__ import annotations

from math import isclose
from typing import Any

import pytest

from softsym.workbook.calculate import calculate
from softsym.workbook.plan import CellError, Plan
from tests.conftest import REPORTS
from tests.workbook.engines import Values, edited, libreoffice_values

NAMES = sorted(path.stem for path in REPORTS.glob("*.py"))
CHANGED = "changed-"


def change(plan: Plan) -> dict[tuple[str, int, int], float]:
    """Other values in the input cells of a plan, and its formulas computed from them."""
    edits = {}
    for (row, column), cell in plan.sheet("Inputs").cells.items():
        if cell.style == "Input" and isinstance(cell.value, int | float):
            cell.value = edits["Inputs", row, column] = round(0.7 * cell.value + 0.15 * row, 6)
    calculate(plan)
    return edits


def values(plan: Plan) -> Values:
    """The values of all formulas of a plan by sheet, row and column."""
    found: Values = {}
    for sheet in plan.sheets:
        for (row, column), cell in sheet.cells.items():
            if cell.formula:
                found[sheet.name, row, column] = cell.value
    return found


@pytest.fixture(scope="module")
def recalculated(reports, tmp_path_factory) -> dict[str, tuple[Values, Values]]:
    """By file, what softsym gives for its formulas and what LibreOffice gives; one start of the program for all."""
    folder = tmp_path_factory.mktemp("recalculated")
    ours: dict[str, Values] = {}
    files = []
    for name, made in reports.made.items():
        file, plan = reports.folder / f"{name}.xlsx", made.book.plan
        ours[file.name] = values(plan)
        target = folder / f"{CHANGED}{name}.xlsx"
        edited(file, change(plan), target)
        ours[target.name] = values(plan)
        files += [file, target]
    theirs = libreoffice_values(folder, files)
    return {name: (ours[name], theirs[name]) for name in ours}


def agree(ours: Any, theirs: Any) -> bool:
    """Equal to 1e-12, or the same error or text; LibreOffice exports 15 digits, and #NUM! for what it calls Err:502."""
    if isinstance(ours, CellError):
        return str(theirs) in (str(ours), "#VALUE!", "#NUM!", "Err:502", "Err:503")
    if isinstance(ours, bool | str):
        return ours == theirs
    return isinstance(theirs, int | float) and isclose(ours, theirs, rel_tol=1e-12, abs_tol=1e-12)


@pytest.mark.parametrize("name", [*NAMES, *(CHANGED + name for name in NAMES)])
def test_libreoffice_gives_the_same_values(recalculated, name):
    ours, theirs = recalculated[f"{name}.xlsx"]
    assert len(ours) > 10
    off = [(where, ours[where], theirs.get(where)) for where in ours if not agree(ours[where], theirs.get(where))]
    assert off == []
