"""The files that the command line writes: whole or not at all, and what it says when it cannot."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import openpyxl
import pytest

from softsym.cli import main

SCRIPT = '''
"""A report."""
from pathlib import Path
from softsym import Report
from softsym.workbook import Scalar, Vector


def build(folder: Path) -> None:
    made = Report("Mine", "A report of a user.", [Scalar("beta", 2.0), Vector("z", [1.0, 2.0])])
    made.section("Sums")
    made.check("For every N", "sum(softmax(z, beta)) == 1")
    made.book.result("smooth", "lse(z, beta)")
    made.write(folder, "mine")
'''

BROKEN = """
def build(folder):
    (folder / "half.xlsx").write_text("half")
    raise ValueError("no more")
"""


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run a command line in this process and an empty folder; gives the exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["softsym", *args])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call


def test_a_workbook_with_two_betas(run):
    args = ["workbook", "softmax(z, beta)", "--z", "0.95,0.99,0.98", "--beta", "1", "--beta", "500", "-o", "demo.xlsx"]
    assert run(*args) == (0, "demo.xlsx\n", "")
    book = openpyxl.load_workbook("demo.xlsx")
    kept = openpyxl.load_workbook("demo.xlsx", data_only=True)
    formulas = [(ws.title, c.coordinate) for ws in book for row in ws.iter_rows() for c in row if c.data_type == "f"]
    assert len(formulas) > 20
    assert all(kept[sheet][cell].value is not None for sheet, cell in formulas)


def test_a_workbook_that_spills(run):
    args = ["workbook", "softmax(z, beta)", "--z", "1,2,3", "--beta", "2", "--dialect", "excel365", "-o", "spill.xlsx"]
    assert run(*args)[0] == 0
    book = openpyxl.load_workbook("spill.xlsx")
    assert book["Workings"]["B8"].value.ref == "B8:B10"
    assert "SOFTMAX" in book.defined_names


def test_a_table_with_classes_across_does_not_spill(run):
    Path("logits.csv").write_text("a,b\n1,2\n")
    code, _, error = run("workbook", "softmax(z)", "--csv", "logits.csv", "--dialect", "excel365", "-o", "rows.xlsx")
    assert code == 2
    assert "classic formulas" in error


def test_a_workbook_from_a_csv_file(run):
    Path("logits.csv").write_text("z,y,beta\n2.0,1,1\n1.0,0,\n0.1,0,\n")
    text = "cross_entropy(y, softmax(z, beta))"
    code, out, _ = run("workbook", text, "--csv", "logits.csv", "-o", "loss.xlsx")
    assert (code, out) == (0, "loss.xlsx\n")


def test_a_page(run):
    code, out, _ = run("page", "softmax(z, beta)", "--z", "1,2", "--beta", "2", "-o", "softmax.html")
    assert (code, out) == (0, "softmax.html\n")
    assert "<math" in Path("softmax.html").read_text(encoding="utf-8")


def test_a_page_as_markdown(run):
    assert run("page", "entropy(p)", "--p", "0.5,0.5", "-o", "entropy.md")[0] == 0
    assert Path("entropy.md").read_text(encoding="utf-8").startswith("# entropy(p)")


# arguments, a CSV file's text or none, a part of the message
FAULTS = (
    (["workbook", "lse(z)", "--z", "1,2"], None, "Missing option '-o'"),
    (["workbook", "lse(z)", "--z", "1,2", "-o", "demo.txt"], None, "must end in .xlsx"),
    (["workbook", "lse(z)", "--z", "1,2", "-o", "missing/demo.xlsx"], None, "there is no folder 'missing'"),
    (["workbook", "lse(z)", "-o", "demo.xlsx"], None, "z"),
    (["workbook", "lse(z)", "--z", "1,nan", "-o", "demo.xlsx"], None, "finite number"),
    (["workbook", "lse(z)", "--z", "1", "--q", "1", "-o", "demo.xlsx"], None, "q"),
    (["workbook", "dot(z, w)", "--z", "1,2", "--w", "1", "-o", "demo.xlsx"], None, "equal"),
    (["workbook", "lze(z)", "--z", "1", "-o", "demo.xlsx"], None, "did you mean 'lse'?"),
    (["workbook", "lse(z)", "--csv", "none.csv", "-o", "demo.xlsx"], None, "none.csv"),
    (["workbook", "lse(z)", "--csv", "in.csv", "-o", "demo.xlsx"], "z\n1\nnan\n", "in.csv, line 3: z must be"),
    (["workbook", "lse(z)", "--csv", "in.csv", "-o", "demo.xlsx"], "z\n1,2\n", "line 2: 2 cells under a header of 1"),
    (["workbook", "lse(z)", "--csv", "in.csv", "-o", "demo.xlsx"], "z\n", "needs a header"),
    (["page", "lse(z)", "--z", "1", "-o", "page.pdf"], None, "must end in .html or .md"),
    (["audit", "none.xlsx"], None, "none.xlsx"),
    (["build"], None, "there is no report in"),
    (["build", "none"], None, "there is no report 'none'"),
)


@pytest.mark.parametrize(("args", "table", "message"), FAULTS, ids=lambda v: " ".join(v) if isinstance(v, list) else "")
def test_faults_leave_no_file(run, args, table, message):
    if table is not None:
        Path("in.csv").write_text(table)
    code, out, err = run(*args)
    assert code == 2
    assert out == ""
    assert err.startswith("Error: ")
    assert message in err
    assert [p.name for p in Path().iterdir() if p.name != "in.csv"] == []


def test_a_report_of_a_user_is_built(run):
    Path("mine.py").write_text(SCRIPT)
    code, out, _ = run("build", "mine.py", "-o", "out")
    assert code == 0
    assert sorted(p.name for p in Path("out").iterdir()) == ["index.html", "mine.html", "mine.md", "mine.xlsx"]
    assert "out/mine.xlsx" in out


@pytest.mark.parametrize(
    ("text", "values", "shown"),
    [
        ("lse(z, beta) - z[i]", ["--z", "1,2", "--beta", "2", "--i", "2"], "lse(z, beta) - z[2]"),
        ("lse(z, beta) + sum(w) where w: vector(M)", ["--z", "1,2", "--w", "3", "--beta", "2"], "5.0634"),
    ],
)
def test_pages_of_any_names(run, text, values, shown):
    assert run("page", text, *values, "-o", "a.html")[0] == 0
    assert shown in Path("a.html").read_text()


def test_processes_are_not_forks_of_one_that_may_have_threads(run, monkeypatch):
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("a fork"))
    Path("mine.py").write_text(SCRIPT)
    assert run("build", "mine.py", "-o", "out")[0] == 0
    assert run("check", "--jobs", "2", "max(z) <= lse(z)", "sum(softmax(z)) == 1")[0] == 0


def test_reports_are_found_by_name(run):
    Path("reports").mkdir()
    Path("reports/mine.py").write_text(SCRIPT)
    assert run("build")[0] == 0
    assert run("build", "mine")[0] == 0
    assert "did you mean 'mine'?" in run("build", "mina")[2]


def test_a_script_that_fails_leaves_nothing(run):
    Path("broken.py").write_text(BROKEN)
    code, _, err = run("build", "broken.py", "-o", "out")
    assert code == 2
    assert "broken: ValueError: no more" in err
    assert not Path("out/half.xlsx").exists()


def test_a_script_without_build_is_told_so(run):
    Path("empty.py").write_text("x = 1\n")
    code, _, err = run("build", "empty.py")
    assert code == 2
    assert "it has no function build(folder)" in err


def test_an_unwritable_path_is_one_message(run):
    Path("file").write_text("")
    code, out, err = run("build", "-o", "file/x", "mine.py")
    assert code == 2
    Path("mine.py").write_text(SCRIPT)
    code, out, err = run("build", "mine.py", "-o", "file/x")
    assert (code, out) == (2, "")
    assert "Traceback" not in err
