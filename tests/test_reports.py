"""Every report: its figures against the source's, its files, and its workbook in a real spreadsheet program."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from softsym.comparison import DIFFERS, EQUAL, FLOAT64
from softsym.page import Checked
from softsym.workbook import audit

REPORTS = sorted((Path(__file__).resolve().parents[1] / "reports").glob("*.py"))
NAMES = [path.stem for path in REPORTS]
KNOWN_DIFFERENCES = {"soft_maximum": ["softmax(z)^T z"]}
"""Figures of the sources that are off, by report."""

FIGURES = {
    "beta_tables": 24,
    "soft_maximum": 13,
    "normalisation": 25,
}
"""How many figures the sources of a report print."""


def test_the_reports_of_the_project_are_there():
    assert {"beta_tables", "soft_maximum", "normalisation", "smooth_maximum", "binary", "cross_entropy"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_writes_a_workbook_a_text_and_a_page(reports, name):
    folder = reports.folder
    for ending in ("xlsx", "md", "html"):
        assert (folder / f"{name}.{ending}").stat().st_size > 1000


@pytest.mark.parametrize("name", FIGURES)
def test_every_printed_figure_is_compared_and_agrees(reports, name):
    made = reports.made
    figures = made[name].figures_shown
    assert len(figures) == FIGURES[name]
    off = [f.what for f in figures if f.status == DIFFERS]
    assert off == KNOWN_DIFFERENCES.get(name, [])
    assert {f.status for f in figures} <= {EQUAL, FLOAT64, DIFFERS}


@pytest.mark.parametrize("name", FIGURES)
def test_printed_figures_stand_in_the_text(reports, name):
    folder, made = reports.folder, reports.made
    text = (folder / f"{name}.md").read_text(encoding="utf-8")
    for figure in made[name].figures_shown:
        assert f"| {figure.printed} | {figure.ours} | {figure.status}" in text


@pytest.mark.parametrize("name", NAMES)
def test_no_statement_of_a_report_is_undecided(reports, name):
    made = reports.made
    for _, blocks in made[name].sections:
        for block in blocks:
            if isinstance(block, Checked):
                assert [v.statement for v in block.verdicts if v.status == "unknown"] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_checks_of_each_workbook_pass(reports, name):
    folder = reports.folder
    book = openpyxl.load_workbook(folder / f"{name}.xlsx", data_only=True)
    assert book["Checks"]["C5"].value == "all checks pass"


@pytest.mark.parametrize("name", NAMES)
def test_verdicts_in_a_workbook_do_not_depend_on_time(reports, name):
    """How many points a search came to is told nowhere, so that two builds are the same bytes."""
    plan = reports.made[name].book.plan
    cells = [cell for sheet in plan.sheets for cell in sheet.cells.values() if cell.style == "Verdict"]
    assert [cell.value for cell in cells if "proved" in str(cell.value) and "points" in str(cell.value)] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_audit_finds_nothing(reports, name):
    assert [str(finding) for finding in audit(reports.folder / f"{name}.xlsx")] == []


def test_the_soft_maximum_of_the_source_is_a_sum_over_rounded_numbers(reports):
    made = reports.made
    by_name = {f.what: f for f in made["soft_maximum"].figures_shown}
    assert str(by_name["softmax(z)^T z"].exact).startswith("4.4519")
    assert by_name["the sum over the rounded probabilities"].status == EQUAL
