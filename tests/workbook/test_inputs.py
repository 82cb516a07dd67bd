"""What stands in an input's cell may be anything: the Checks sheet says which input is no number of its kind."""

from __future__ import annotations

from typing import Any

import pytest

from softsym.errors import DomainError
from softsym.workbook import Book, Scalar, Vector
from softsym.workbook.calculate import calculate
from softsym.workbook.checks import FAIL, RESULT
from softsym.workbook.domains import DOMAINS, domain_of
from softsym.workbook.plan import Plan
from tests.workbook.expected import check_rows, places

INSIDE: dict[str, Any] = {
    "real": -1.5, "vector": [0.0, -2.0], "positive": 1e-300, "positive vector": [1.0, 2.0], "negative": -1.0,
    "nonnegative": 0.0, "nonzero": -3.0, "integer": -4.0, "unit": 1.0, "distribution": [0.25, 0.75],
    "simplex": [0.0, 1.0], "onehot": [0.0, 1.0],
}  # fmt: skip
OUTSIDE = (
    ("positive", 0.0), ("positive vector", -1.0), ("negative", 0.0), ("nonnegative", -1e-9), ("nonzero", 0.0),
    ("integer", 1.5), ("unit", 1.0001), ("unit", -1.0), ("distribution", 0.0), ("simplex", -0.25), ("onehot", 0.5),
    ("simplex", 0.5), ("onehot", 1.0),
)  # fmt: skip
"""A number in the place of the first of the inputs, by its kind."""


def a_book(kind: str) -> Book:
    values = INSIDE[kind]
    given = Vector("v", values, kind=kind) if isinstance(values, list) else Scalar("v", values, kind=kind)
    book = Book("Inputs", "An input of a kind.", [given, Scalar("other", 1.0)])
    book.result("copy", "sum(v)" if isinstance(values, list) else "v + 0")
    return book


def typed(book: Book, value: Any) -> Plan:
    """The workbook with something else in the first cell of the input."""
    plan = book.finish()
    (_, row, column), *_ = places(book.scope.cells["v"])
    plan.sheet("Inputs").cells[row, column].value = value
    calculate(plan)
    return plan


def failed(plan: Plan) -> set[object]:
    """What is checked and fails."""
    cells = plan.sheet("Checks").cells
    return {cells[row, 2].value for (row, column), cell in cells.items() if column == RESULT and cell.value == FAIL}


@pytest.mark.parametrize("kind", DOMAINS)
def test_inputs_within_their_domains_pass(kind: str) -> None:
    assert set(INSIDE) == set(DOMAINS)
    assert a_book(kind).finish().sheet("Checks").cells[5, 3].value == "all checks pass"


@pytest.mark.parametrize(("kind", "number"), OUTSIDE)
def test_a_number_outside_its_domain_fails_and_is_named(kind: str, number: float) -> None:
    found = failed(typed(a_book(kind), number))
    assert found
    assert found <= {f"v: {domain_of(kind).words}", "v sums to one"}


@pytest.mark.parametrize("value", [None, "abc", ""])
@pytest.mark.parametrize("kind", ["real", "vector"])
def test_what_is_no_number_fails_and_is_named(kind: str, value: str | None) -> None:
    plan = typed(a_book(kind), value)
    assert "every input is a number" in failed(plan)
    assert "fail" in str(plan.sheet("Checks").cells[5, 3].value)


def test_the_values_of_sweeps_and_grids_are_inputs_too() -> None:
    book = Book("Sweeps", "Shaded cells beside tables.", [Scalar("beta", 2.0)])
    book.sweep("Sigmoid", "t", [0.0, 1.0]).column("sigmoid(beta*t)")
    book.grid("Product", "a*b", ("a", [1.0, 2.0]), ("b", [3.0, 4.0, 5.0]))
    plan = book.finish()
    for sheet in plan.sheets:
        shaded = (
            {where for where, cell in sheet.cells.items() if cell.style == "Input"} if sheet.name != "README" else set()
        )
        validated = {w[1:] for v in sheet.validations for w in places(f"{sheet.name}!{v.where}")}
        assert shaded == validated
    plan.sheet("Sweep").cells[9, 1].value = "abc"
    plan.sheet("Surfaces").cells[7, 3].value = None
    calculate(plan)
    assert failed(plan) == {"Sigmoid: every t is a number", "Product: every a and every b is a number"}


def test_a_condition_without_a_value_does_not_say_that_it_failed() -> None:
    book = Book("Checks", "A condition.", [Scalar("a", 2.0)])
    book.check("exp is a number", "log(a)", "709.78", "<=", otherwise="it overflows")
    plan = book.finish()
    plan.sheet("Inputs").cells[7, 2].value = -1.0
    calculate(plan)
    (row,) = check_rows(plan, "exp is a number")
    assert plan.sheet("Checks").cells[row, RESULT].value == "n/a, as it has no value"


def test_a_kind_that_no_input_can_be_of_is_refused() -> None:
    with pytest.raises(DomainError, match="cannot be of the kind 'index'"):
        domain_of("index")
