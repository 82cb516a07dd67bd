"""The size of the terms that cancel: a check never fails for rounding alone, and fails for a mistake."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from softsym import lambdify, parse
from softsym.workbook import Book, Scalar, Vector
from softsym.workbook.checks import RESULT
from softsym.workbook.rounding import Rounding
from tests.workbook.engines import Where, cellrune_values
from tests.workbook.expected import check_rows, places

KEPT = (
    "softmax(z, beta)", "z - max(z)", "sum(p)", "sqrt(sum(z**2))", "norm(z, 7)", "hardmax(z)", "sum(p*softmax(z))",
    "onehot_argmax(z) - ones(N)", "log(x) where x: positive", "abs(z)*softmin(z)", "min(z) - max(z)", "z**0",
)  # fmt: skip
"""What is off by units in its own last place, as it is written."""
TRUE = (
    ("variance(p, z)", "==", "sum(p*z**2) - sum(p*z)**2"),
    ("dot(w, hessian(lse(z, beta), z) @ w)", "==", "beta*variance(softmax(z, beta), w)"),
    ("jacobian(softmax(z, beta), z) @ w", "==", "beta*softmax(z, beta)*(w - sum(softmax(z, beta)*w))"),
    ("covariance(p, z, w)", "==", "sum(p*z*w) - sum(p*z)*sum(p*w)"),
    ("moment(p, z, 3)", "==", "sum(p*z**3) - 3*sum(p*z)*sum(p*z**2) + 2*sum(p*z)**3"),
    ("z - mean(z)", "==", "(len(z)*z - sum(z))/len(z)"),
    ("sum(z - mean(z))", "==", "0"),
    ("lse(z + w[1], beta)", "==", "lse(z, beta) + w[1]"),
    ("log_softmax(z)", "==", "z - lse(z)"),
    ("kl(p, softmax(z))", "==", "cross_entropy(p, softmax(z)) - entropy(p)"),
    ("lse(z, beta) - boltzmann(z, beta)", "==", "entropy(softmax(z, beta))/beta"),
    ("sum(sparsemax(z))", "==", "1"),
    ("(sum(z) - sum(w))**3", "==", "(sum(z) - sum(w))*(sum(z)**2 - 2*sum(z)*sum(w) + sum(w)**2)"),
    ("sum((z - w)**2)", "==", "sum(z**2) - 2*dot(z, w) + sum(w**2)"),
    ("trace(outer(z, z) - diag(z))", "==", "sum(z**2) - sum(z)"),
    ("sum(drop(z, 1)) + z[1]", "==", "sum(z)"),
    ("exp(dot(z, w)/1000000 - sum(z*w)/1000000)", "==", "1"),
    ("sum(z**2) - sum(z)**2/len(z)", ">=", "0"),
    ("abs(sum(p*z) - mean(z))", "<=", "max(z) - min(z)"),
    ("dot(z, w)**2", "<=", "sum(z**2)*sum(w**2)"),
    ("column - sum(p*z**2)", "==", "-sum(p*z)**2*ones(N)"),
    ("figure", "==", "sum(p*z**2) - sum(p*z)**2"),
)
"""What holds whatever the inputs are, and cancels for some of them."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Book]:
    """A workbook with every statement, and under them every equation with a mistake of a part in 10,000 or so."""
    inputs = [
        Scalar("beta", 2.0, kind="positive"), Vector("z", [1.0, 2.5, -0.5, 3.0]), Vector("w", [0.25, -1.0, 1.5, 2.0]),
        Vector("p", [0.4, 0.3, 0.2, 0.1], kind="simplex"),
    ]  # fmt: skip
    book = Book("Rounding", "Statements whose terms cancel.", inputs)
    book.table("A column", "z").column("column", "sum(p*z**2) - sum(p*z)**2 + 0*z")
    book.result("figure", "variance(p, z) + sum(z) - sum(z)")
    for left, relation, right in TRUE:
        book.check("true", left, right, relation)
    for left, relation, right in TRUE:
        if relation == "==":
            book.check("false", left, f"({right})*1.0001 + 1/100000")
    path = tmp_path_factory.mktemp("rounding") / "a.xlsx"
    book.write(path)
    return path, book


def edit(book: Book, scale: float, rng: random.Random) -> dict[Where, float]:
    """Inputs of a size, close together or apart."""
    cells, edits = book.scope.cells, {}
    for name in "zw":
        centre, spread = rng.choice([0.0, scale]), rng.choice([1e-3, 1.0, scale])
        edits |= {where: centre + rng.uniform(-1, 1) * spread for where in places(cells[name])}
    weights = [rng.choice([rng.random(), 1e-9]) for _ in places(cells["p"])]
    edits |= {where: w / sum(weights) for where, w in zip(places(cells["p"]), weights, strict=True)}
    return edits | {where: 10 ** rng.uniform(-3, 3) for where in places(cells["beta"])}


def test_checks_fail_for_mistakes_and_never_for_rounding(written: tuple[Path, Book]) -> None:
    path, book = written
    rng, true, false = random.Random(3), *(check_rows(book.plan, what) for what in ("true", "false"))
    edits = [{}, *(edit(book, scale, rng) for scale in 4 * [1.0, 1e3, 1e4, 1e6])]
    for turn, values in zip(edits, cellrune_values(path, *edits), strict=True):
        verdicts = {row: values["Checks", row, RESULT] for row in (*true, *false)}
        assert [(TRUE[k], values["Checks", row, 7]) for k, row in enumerate(true) if verdicts[row] == "FAIL"] == [], (
            turn
        )
        if not turn:
            assert {verdicts[row] for row in true} == {"OK"}
            assert {verdicts[row] for row in false} == {"FAIL"}


@pytest.mark.parametrize("text", KEPT)
def test_nothing_cancels_in_what_keeps_its_digits(text: str) -> None:
    assert Rounding({}).keeps_digits(parse(text))


@pytest.mark.parametrize("text", sorted({side for left, _, right in TRUE[:-2] for side in (left, right)}))
def test_the_terms_are_at_least_what_they_belong_to(text: str) -> None:
    rng, terms = random.Random(text), Rounding({}).terms(parse(text))
    own, sizes = lambdify(text), lambdify(terms)
    for _ in range(10):
        given = {n: [rng.uniform(-3, 3) for _ in range(4)] for n in "zw"} | {"p": [0.4, 0.3, 0.2, 0.1], "beta": 2.0}
        values, largest = (np.asarray(f(*(given[n] for n in f.names))) for f in (own, sizes))
        assert (abs(values) <= largest * (1 + 1e-9)).all()
