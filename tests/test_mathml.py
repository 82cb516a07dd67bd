"""MathML: well-formed, of the elements of MathML Core only, each with the children that it must have."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from softsym.definitions import FUNCTIONS
from softsym.expression import Expr
from softsym.language import parse
from softsym.targets.mathml import to_mathml
from tests.strategies import expressions
from tests.test_latex import example

CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "munderover": 3, "math": 1, "msqrt": 1}
TOKENS = {"mi", "mn", "mo", "mtext", "mspace"}


def check(mathml: str) -> None:
    for element in ElementTree.fromstring(mathml).iter():
        if element.tag in TOKENS:
            assert len(element) == 0
        else:
            assert len(element) == CHILDREN.get(element.tag, len(element)), element.tag
            assert element.tag == "mrow" or element.tag in CHILDREN


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function(name: str) -> None:
    check(to_mathml(example(name)))


@settings(max_examples=100, deadline=None)
@given(expressions())
def test_any_expression(expr: Expr) -> None:
    check(to_mathml(expr))


def test_a_statement_is_escaped_and_on_its_own_line() -> None:
    mathml = to_mathml(parse("max(z) < lse(z) where N >= 2"), block=True)
    check(mathml)
    assert mathml.startswith('<math display="block">')
    assert "<mo>&lt;</mo>" in mathml
    assert "<mtext>where\u00a0</mtext>" in mathml
