"""The exact form proves zeros that precision cannot show, and never one that is none."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from softsym.evaluation import Point
from softsym.evaluation.evaluator import Evaluator
from softsym.evaluation.exact import is_certainly_zero
from softsym.evaluation.scalars import Ball
from softsym.language import parse_expression

F = Fraction
AT = Point({"N": 3}, {"z": (F(1), F(2), F(-1, 2)), "w": (F(0), F(1, 3), F(4)), "a": F(3), "b": F(2, 5), "i": 1, "j": 3})

ZEROS = [
    "log(exp(a)) - a",
    "exp(a)*exp(-a) - 1",
    "exp(a + log(b)) - b*exp(a)",
    "log(6) - log(2) - log(3)",
    "log(8)/3 - log(2)",
    "sqrt(8) - 2*sqrt(2)",
    "2**(1/3)*4**(1/3) - 2",
    "3**b*3**(1 - b) - 3",
    "(exp(a) + 1)**2 - exp(2*a) - 2*exp(a) - 1",
    "1/(1 + exp(a)) + 1/(1 + exp(-a)) - 1",
    "log(1 + exp(a)) - a - log(1 + exp(-a))",
    "tanh(a) - 2*sigmoid(2*a) + 1",
    "lse(concat(z, w)) - lse([lse(z), lse(w)])",
    "lse(a*z, b) - a*lse(z, a*b)",
    "softmax(z, log(a))[i] - a**z[i]/sum(a**z)",
    "norm(exp(z), a) - exp(lse(z, a))",
    "kl(softmax(z), softmax(w)) - lse(w) + lse(z) + dot(softmax(z), w - z)",
    "entropy(softmax(z)) - lse(z) + boltzmann(z)",
    "sum(softmax(z)) - 1",
    "variance(softmax(z), z) - boltzmann(z*z)*0 - dot(softmax(z), z**2) + boltzmann(z)**2",
    "diff(lse(z), z[i]) - softmax(z)[i]",
    "sqrt(exp(a)) - exp(a/2)",
    "log(sqrt(1 + exp(a))) - log(1 + exp(a))/2",
]

NOT_ZEROS = [
    "log(2)*log(3) - log(6)",
    "exp(1) - 2.71828182845904523536028747135",
    "sqrt(2) + sqrt(3) - sqrt(5)",
    "lse(z) - max(z) - 0.3733",
    "exp(a) - 3**a",
    "pi - 22/7",
    "tanh(a) - sigmoid(a)",
]


def balls(text: str, bits: int = 60) -> Ball:
    with ctx.workprec(bits):
        found = Evaluator(AT).value(parse_expression(text))
    assert isinstance(found, Ball)
    return found


@pytest.mark.parametrize("text", ZEROS)
def test_zeros_are_proved(text: str) -> None:
    assert is_certainly_zero(balls(text))


@pytest.mark.parametrize("text", NOT_ZEROS)
def test_nothing_else_is(text: str) -> None:
    assert not is_certainly_zero(balls(text))


terms = st.recursive(
    st.sampled_from(["a", "b", "z[1]", "w[2]", "2", "1/3"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*"]), inner),
        st.builds("exp({})".format, inner),
        st.builds("log(1 + exp({}))".format, inner),
        st.builds("1/(1 + ({})**2)".format, inner),
        st.builds("sqrt(1 + ({})**2)".format, inner),
    ),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None)
@given(terms, terms)
def test_a_proved_zero_is_zero_to_300_digits(left: str, right: str) -> None:
    """Whatever two expressions are: if the form says that they are equal, so do a thousand bits."""
    with ctx.workprec(1000):
        found = Evaluator(AT).value(parse_expression(f"{left} - ({right})"))
        if isinstance(found, Ball) and is_certainly_zero(found):
            assert found.arb.contains(0)


@settings(max_examples=30, deadline=None)
@given(terms)
def test_rewritings_are_recognised(text: str) -> None:
    with ctx.workprec(100):
        for other in (f"({text} + exp(a)) - exp(a)", f"({text})*(1 + exp(b))/(1 + exp(b))"):
            found = Evaluator(AT).value(parse_expression(f"{other} - ({text})"))
            assert not isinstance(found, Ball) or is_certainly_zero(found), other
