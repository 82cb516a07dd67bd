"""Workbooks of any expression: their figures follow every edit, in every program, as NumPy gives them."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from softsym import bindings
from softsym.errors import DomainError, SoftsymError, UnsupportedError
from softsym.targets.numpy import lambdify
from softsym.workbook import Book, Scalar, Vector, audit, write_workbook
from softsym.workbook.checks import RESULT
from softsym.workbook.plan import Plan
from tests.workbook.engines import Values, Where, cellrune_values, edited, formulon_values, libreoffice_values
from tests.workbook.expected import check_rows

CASES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("softmax(z, beta)", {"z": [0.95, 0.99, 0.98], "beta": 500.0}),
    ("lse(z, beta)", {"z": [1.0, 2.0, 3.0, 4.0], "beta": 2.0}),
    ("boltzmann(z, beta)", {"z": [1.0, 5.0], "beta": 1.0}),
    ("log_softmax(z, beta)", {"z": [3.0], "beta": 1.0}),
    ("-dot(y, log_softmax(z, beta))", {"z": [1.0, 2.0, 3.0], "y": [0.0, 1.0, 0.0], "beta": 1.0}),
    ("hardmax(z) - softmax(z, beta)", {"z": [1.0, 1.0, 0.5], "beta": 10.0}),
)

ULP_OF_ONE = 1e-15
"""The log of a sum near 1, and 1 less a number near it, are exact to an ulp of 1 there, where NumPy's is to its own."""


def output_places(plan: Plan) -> list[Where]:
    return [
        (sheet.name, *where)
        for sheet in plan.sheets
        for where, cell in sorted(sheet.cells.items())
        if cell.style == "Output" and cell.formula
    ]


def input_places(plan: Plan, names: list[str]) -> dict[str, list[Where]]:
    """Where each input stands: its name's cells."""
    found = {}
    for name in names:
        cells = openpyxl.utils.cell.range_boundaries(plan.names[name].rpartition("!")[2].replace("$", ""))
        left, top, right, bottom = (int(c) for c in cells)  # type: ignore[arg-type]
        found[name] = [("Inputs", r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)]
    return found


def random_values(values: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Other values, hard ones among them: ties, zeros, gaps of hundreds, beta from -1000 to 10000."""
    changed = dict(values)
    changed["beta"] = rng.choice([-1e3, -1.0, 1e-3, 1.0, 50.0, 1e4, rng.uniform(-1e3, 1e4)])
    scale = rng.choice([1.0, 1e-3, 700.0])
    changed["z"] = [rng.choice([0.0, scale, rng.uniform(-scale, scale)]) for _ in values["z"]]
    return changed


def expected_values(text: str, values: dict[str, Any]) -> list[float]:
    function = lambdify(text + " where beta: nonzero")
    found = function(*(values[name] for name in function.names))
    return [float(x) for x in (found if getattr(found, "shape", ()) else [found])]


def assert_close(found: Values, places: list[Where], expected: list[float], context: str) -> None:
    for where, value in zip(places, expected, strict=True):
        given = found[where]
        assert isinstance(given, int | float), f"{context}: {where} shows {given}, NumPy gives {value}"
        absolute = ULP_OF_ONE if any(part in context for part in ("log", "lse", ") - ")) else 1e-300
        assert math.isclose(given, value, rel_tol=1e-12, abs_tol=absolute), f"{context}: {where} {given} {value}"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, dict[str, Any], Path, Plan]]:
    folder = tmp_path_factory.mktemp("books")
    found = []
    for number, (text, values) in enumerate(CASES):
        path = folder / f"book{number}.xlsx"
        plan = write_workbook(text + " where beta: nonzero", path, **values)
        found.append((text, values, path, plan))
    return found


def test_the_values_in_the_file_are_numpys(written: list[tuple[str, dict[str, Any], Path, Plan]]) -> None:
    for text, values, path, plan in written:
        book = openpyxl.load_workbook(path, data_only=True)
        places = output_places(plan)
        found = {w: book[w[0]].cell(*w[1:]).value for w in places}
        assert_close(found, places, expected_values(text, values), text)


@pytest.mark.parametrize("values_of", [formulon_values, cellrune_values])
def test_edits_are_followed(values_of: Any, written: list[tuple[str, dict[str, Any], Path, Plan]]) -> None:
    rng = random.Random(7)
    for text, values, path, plan in written:
        places, inputs = output_places(plan), input_places(plan, list(values))
        turns = [random_values(values, rng) for _ in range(34)]  # some 200 in all
        for changed, found in zip(turns, values_of(path, *(edits_of(t, inputs) for t in turns)), strict=True):
            assert_close(found, places, expected_values(text, changed), f"{text} at {changed}")
            assert found["Checks", 5, 3] == "all checks pass", f"{text} at {changed}"


def edits_of(changed: dict[str, Any], inputs: dict[str, list[Where]]) -> dict[Where, float]:
    edits = {}
    for name, where in inputs.items():
        given = changed[name] if isinstance(changed[name], list) else [changed[name]]
        edits |= dict(zip(where, given, strict=True))
    return edits


def test_libreoffice_follows_edits(written: list[tuple[str, dict[str, Any], Path, Plan]], tmp_path: Path) -> None:
    rng, cases, files = random.Random(11), [], []
    for number, (text, values, path, plan) in enumerate(written):
        for turn in range(2):
            changed = random_values(values, rng)
            file = edited(path, edits_of(changed, input_places(plan, list(values))), tmp_path / f"{number}_{turn}.xlsx")
            files.append(file)
            cases.append((text, changed, plan, file.name))
    found = libreoffice_values(tmp_path, files)
    for text, changed, plan, name in cases:
        assert_close(found[name], output_places(plan), expected_values(text, changed), f"{text} at {changed}")
        assert found[name]["Checks", 5, 3] == "all checks pass", f"{text} at {changed}"


def test_an_as_exported_check_stands_back_after_an_edit(tmp_path: Path) -> None:
    book = Book("Printed", "A figure beside its source.", [Scalar("a", 2.0)])
    cell = book.result("root", "sqrt(a)")
    book.printed("the root of two", "1.414", cell)
    plan = book.write(tmp_path / "a.xlsx")
    where = (*check_rows(plan, "the root of two"), RESULT)
    assert plan.sheet("Checks").cells[where].value == "OK"
    (a,) = input_places(plan, ["a"])["a"]
    (found,) = cellrune_values(tmp_path / "a.xlsx", {a: 3.0})
    assert found[("Checks", *where)] == "n/a, inputs changed"
    assert found["Checks", 5, 3] == "all checks pass"


def test_a_figure_that_is_off_fails(tmp_path: Path) -> None:
    book = Book("Printed", "A figure beside its source.", [Scalar("a", 2.0)])
    cell = book.result("root", "sqrt(a)")
    book.printed("the root of two", "1.415", cell)
    book.printed("known to be off", "1.5", cell, agrees=False)
    plan = book.finish()
    assert plan.sheet("Checks").cells[5, 3].value == "1 of 3 checks fail"


def test_a_check_of_a_formula_against_itself_is_refused() -> None:
    book = Book("Checks", "What can fail.", [Scalar("beta", 2.0), Vector("z", [1.0, 2.0])])
    book.check("the definition", "softmax(z, beta)", "exp(beta*z)/sum(exp(beta*z))")
    stable, naive = book.checks.live[-1].left.split("-EXP(", 1)
    assert "SIGN" in stable
    assert "SIGN" not in naive.partition("/(1+")[0].partition("SUMPRODUCT")[0]
    with pytest.raises(UnsupportedError, match="could not fail"):
        book.check("a limit", "limit(softmax(z, beta), beta, 0)", "ones(N)/N")


def test_a_condition_says_what_follows_and_leaves_the_flag(tmp_path: Path) -> None:
    book = Book("Checks", "A condition.", [Scalar("a", 2.0)])
    book.check("exp is a number", "a", "709.78", "<=", otherwise="it overflows")
    plan = book.write(tmp_path / "a.xlsx")
    (a,) = input_places(plan, ["a"])["a"]
    written, edited_values = cellrune_values(tmp_path / "a.xlsx", {}, {a: 800.0})
    (row,) = check_rows(plan, "exp is a number")
    assert [written["Checks", row, RESULT], edited_values["Checks", row, RESULT]] == ["OK", "it overflows"]
    assert edited_values["Checks", 5, 3] == "all checks pass"


@pytest.mark.parametrize("left", ["naive", "derived", "total*p"])
def test_a_check_of_a_column_that_is_accepted_to_overflow_fails_only_where_it_has_a_value(left, tmp_path: Path) -> None:
    book = Book("Checks", "An accepted overflow.", [Scalar("b", 3.0), Vector("x", [1.0, 2.0])])
    table = book.table("Bases", "x")
    table.column("naive", "b**x/sum(b**x)", "naive", accept="a large power overflows.")
    table.column("derived", "naive + 0", "derived")
    table.column("p", "softmax(x, log(3))", "p", form="stable")
    book.result("total", "sum(naive)")
    book.check("both ways", left, "p")
    book.check("the stable form alone", "sum(p)", "1")
    plan = book.write(tmp_path / "a.xlsx")
    where = input_places(plan, ["b", "x"])
    (b,), x = where["b"], where["x"]
    values = cellrune_values(tmp_path / "a.xlsx", {}, {x[0]: 800.0}, {b: 2.0})
    rows = [*check_rows(plan, "both ways"), *check_rows(plan, "the stable form alone")]
    verdicts = [[v["Checks", row, RESULT] for row in rows] for v in values]
    assert verdicts[:2] == [["OK", "OK"], ["n/a, as it has no value", "OK"]]
    assert values[1]["Checks", 5, 3] == "all checks pass"
    assert verdicts[2] == ["OK" if "total" in left else "FAIL", "OK"]


def test_names_that_differ_in_case_only_are_one_name() -> None:
    book = Book("Names", "Case.", [Scalar("T", 4.0), Scalar("t", 0.5)])
    assert list(book.plan.names) == ["T"]


def test_scenarios_stand_side_by_side(tmp_path: Path) -> None:
    plan = write_workbook("softmax(z, beta)", tmp_path / "a.xlsx", z="0.95, 0.99, 0.98", beta=[1, 500])
    values = [c.value for c in plan.sheet("Workings").cells.values() if c.style == "Output"]
    assert sorted(round(float(v), 4) for v in values) == [0.0, 0.0067, 0.3256, 0.3355, 0.3389, 0.9933]  # type: ignore[arg-type]


OTHERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("jacobian(softmax(z, beta), z)", {"z": [1, 2, 3], "beta": 1}),
    ("hessian(lse(z), z)", {"z": [1, 2]}),
    ("concat(z, w) where w: vector(M)", {"z": [1, 2], "w": [3]}),
    ("sum(concat(z, w)) where w: vector(M)", {"z": [1, 2], "w": [3]}),
    ("softmax(z)[i]", {"z": [1, 2], "i": 2}),
    ("a**2 + b", {"a": "1/2", "b": 2}),
    ("entropy(p)", {"p": [0.5, 0.5]}),
    ("sparsemax(z)", {"z": [1, 2, 2]}),
    ("dot(sparsemax(beta*z), sparsemax(2*sparsemax(z)))", {"z": [0.3, 0.4, 0.1, 0.3], "beta": 3}),
    ("norm(z, beta)", {"z": [3, -4, 0], "beta": 1000}),
    ("limit(softmax(z, beta), beta, oo)", {"z": [1, 2, 2]}),
    ("max(z)*x1 where x1: real", {"z": [1, 2], "x1": 3}),
    ("softmax(softmax(softmax(z, beta), beta), beta)", {"z": [1, 2, 2], "beta": 1e4}),
    ("softmax(z + softmax(w, beta))[i] where w: vector", {"z": [1, 2, 2], "w": [1, 2, 3], "beta": 3, "i": 2}),
    ("exp(z/100) + 0.1234567890123456789", {"z": [1, 2, 2]}),
    ("exp(-sum(softmax(z)*log_softmax(z)))", {"z": [1, 2, 2]}),
    ("softmax(drop(z, i), beta)", {"z": [1, 2, 2], "beta": 3, "i": 2}),
    ("hessian(dot(p, z**2), z)", {"z": [1, 2, 3], "p": [0.2, 0.3, 0.5]}),
    ("basis(2)*z", {"z": [1, 2, 3]}),
    ("hardmax([a, b, a])", {"a": 1, "b": 1}),
    ("(1 - sum(softmax(z, beta)**2))/(N - 1)", {"z": [1, 2, 2], "beta": 1}),
    ("p**(1/T)/sum(p**(1/T))", {"p": [0.2, 0.3, 0.5], "T": 1e-3}),
    ("log(sum(p**beta))/(1 - beta) where beta: real", {"p": [0.2, 0.3, 0.5], "beta": -1000}),
    ("norm(z, 7)", {"z": [1, 2, 3]}),
)


@pytest.mark.parametrize(("text", "values"), OTHERS, ids=[t for t, _ in OTHERS])
def test_every_kind_of_expression_has_a_workbook_that_passes_the_audit(
    text: str, values: dict[str, Any], tmp_path: Path
) -> None:
    plan = write_workbook(text, tmp_path / "a.xlsx", **values)
    expected = np.ravel(np.asarray(bindings.value(text, **values), dtype=float))
    assert plan.sheet("Checks").cells[5, 3].value == "all checks pass"
    assert [plan.sheet(w[0]).cells[w[1:]].value for w in output_places(plan)] == pytest.approx(expected, rel=1e-12)
    assert audit(tmp_path / "a.xlsx") == []
    assert not {"x1", "R", "C"} & set(plan.names)


def test_sparsemax_of_many_entries_has_short_steps(tmp_path: Path) -> None:
    z = [k * k % 17 / 8 for k in range(120)]
    plan = write_workbook("sparsemax(z)", tmp_path / "a.xlsx", z=z)
    assert max(len(c.formula) for c in plan.sheet("Workings").cells.values()) < 120
    found = [plan.sheet(w[0]).cells[w[1:]].value for w in output_places(plan)]
    assert found == pytest.approx(lambdify("sparsemax(z)")(np.array(z)).tolist(), rel=1e-12, abs=1e-15)
    assert audit(tmp_path / "a.xlsx") == []


@pytest.mark.parametrize(
    ("text", "values", "error", "says"),
    [
        ("softmax(z)", {}, DomainError, "z needs a value"),
        ("softmax(z)", {"z": [1, math.nan]}, DomainError, "finite"),
        ("softmax(z)", {"z": "1, x"}, DomainError, "entry 2"),
        ("softmax(z)", {"z": [1], "beta": 2}, DomainError, "beta"),
        ("dot(z, y)", {"z": [1, 2], "y": [1]}, SoftsymError, "lengths must be equal"),
        ("softmax(z, beta)", {"z": [1], "beta": list(range(1, 99))}, DomainError, "scenarios"),
        ("onehot_argmax(z)[i]", {"z": [1] * 300, "i": 1}, UnsupportedError, "lay its parts out"),
    ],
)
def test_bad_input_is_refused_and_leaves_no_file(
    text: str, values: dict[str, Any], error: type[Exception], says: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=says):
        write_workbook(text, tmp_path / "a.xlsx", **values)
    assert list(tmp_path.iterdir()) == []


def test_names_of_a_book_are_its_own() -> None:
    with pytest.raises(DomainError, match="twice"):
        Book("x", "y", [Scalar("a", 1.0), Scalar("a", 2.0)])
    with pytest.raises(DomainError, match="not an input vector"):
        Book("x", "y", [Vector("z", [1.0])]).table("t", "w")
    with pytest.raises(DomainError, match="kind"):
        Book("x", "y", [Scalar("a", 1.0, kind="colour")])
