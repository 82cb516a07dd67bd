"""Where the language says that an expression has no value, and what stays undecided."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import arb, ctx

from softsym.evaluation import Divergent, Point, Undecided, Undefined, evaluate
from softsym.language import parse_expression

F = Fraction
AT: dict[str, Any] = {
    "z": (F(1), F(-1)),
    "p": (F(1, 2), F(1, 2)),
    "y": (F(0), F(1)),
    "t": F(0),
    "a": F(-2),
    "i": 2,
    "j": 1,
    "k": 3,
}

UNDEFINED = [
    "1/t",
    "1/(lse(z + 1) - lse(z) - 1)",
    "log(t)",
    "log(a)",
    "log(z)",
    "log(z)[1]",
    "sqrt(a)",
    "a**(1/2)",
    "a**(1/3)",
    "t**a",
    "t**(-1)",
    "(a*log(2))**(1/2)",
    "a**pi",
    "logit(t)",
    "logit(1)",
    "logit(-a)",
    "lse(z, t)",
    "mellowmax(z, t)",
    "softplus(a, t)",
    "normalize(z)",
    "kl(p, y)",
    "cross_entropy(p, y)",
    "norm(z, a)",
    "norm(z, t)",
    "z[k]",
    "basis(k)[1]",
    "drop(z, k)",
    "0*log(0)",
    "0/0",
]


@pytest.mark.parametrize("text", UNDEFINED)
def test_undefined(text: str) -> None:
    with pytest.raises(Undefined):
        evaluate(parse_expression(text), Point({"N": 2}, AT))


DEFINED = [
    ("0**0", F(1)),
    ("t**t", F(1)),
    ("z**0", (F(1), F(1))),
    ("sign(t)", F(0)),
    ("logZ(z, t) - log(2)", F(0)),
    ("softmax(z, t)", (F(1, 2), F(1, 2))),
    ("kl(y, p) - log(2)", F(0)),
    ("cross_entropy(y, y)", F(0)),
    ("entropy(y)", F(0)),
    ("a**3", F(-8)),
    ("t**(1/2)", F(0)),
    ("boltzmann(z, 0)", F(0)),
]


@pytest.mark.parametrize(("text", "wanted"), DEFINED)
def test_defined_at_the_edge(text: str, wanted: Any) -> None:
    assert evaluate(parse_expression(text), Point({"N": 2}, AT)) == wanted


def test_nothing_is_left_of_one_entry() -> None:
    with pytest.raises(Undefined):
        evaluate(parse_expression("drop(v, j)"), Point({"N": 1}, {"v": (F(5),), "j": 1}))


def test_towers_are_given_up_not_hung() -> None:
    with pytest.raises(Undecided):
        evaluate(parse_expression("exp(exp(exp(exp(exp(1000)))))"), Point())


def test_a_branch_that_an_enclosure_leaves_open_is_undecided() -> None:
    with ctx.workprec(60):
        near = arb(0, 1e-9)
    with pytest.raises(Undecided):
        evaluate(parse_expression("sign(a)"), Point({}, {"a": near}))


def test_a_divergent_limit_is_undefined() -> None:
    with pytest.raises(Divergent):
        evaluate(parse_expression("limit(1/t, t, 0) + 1"), Point())
    assert evaluate(parse_expression("limit((exp(t) - 1)/t, t, 0) + 1"), Point()) == 2
