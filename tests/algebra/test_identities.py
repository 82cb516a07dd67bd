"""The zero test on tables of true and of false equations; a false one also differs in value at an exact point."""

from __future__ import annotations

import pytest

from softsym.language import parse_statement
from softsym.refute import search
from tests.algebra import families, identities
from tests.algebra.deciding import differ, point_of, vanishes
from tests.algebra.identities import lines

TRUE = [*lines(identities.TRUE), *lines(families.TRUE)]
FALSE = [*lines(identities.FALSE), *lines(families.FALSE)]


@pytest.mark.parametrize("text", TRUE)
def test_true_equations_vanish(text: str) -> None:
    assert vanishes(text)


@pytest.mark.parametrize("text", TRUE[::4])
def test_true_equations_hold_at_points(text: str) -> None:
    found = search(parse_statement(text), seconds=1.0)
    assert found.counterexample is None
    assert found.points


@pytest.mark.parametrize("text", FALSE)
def test_false_equations_do_not_vanish(text: str) -> None:
    statement = parse_statement(text)
    found = search(statement, seconds=5).counterexample
    assert found is not None
    assert differ(*statement.claim.sides, point_of(statement, found))
    assert not vanishes(text)
