"""Random expressions in exponentials and sums: their rewritings are zero or undecided, never a fault; what an enclosure
tells apart is never zero."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softsym.language import parse_statement
from softsym.refute import search
from softsym.refute.judgement import judge
from tests.algebra.deciding import vanishes
from tests.proof.points import point

QUICK = settings(max_examples=40, deadline=None)
FACTORS = st.sampled_from(
    ["z[i]", "z[j]", "z[1]", "w[i]", "beta", "a", "p[i]", "2", "-1/3", "N", "i", "delta(i, j)", "exp(z[i])", "exp(a)"]
)
VECTORS = st.sampled_from(["z", "w", "beta*z", "z - w", "z + a", "-z", "p", "z*w", "log(p)", "basis(i)", "z**2"])
SUMS = st.sampled_from(
    ["sum({})", "sum(exp({}))", "lse({})", "dot(softmax(z), {})", "sum(p*exp({}))", "mean({})", "sum(sigmoid({}))",
     "softmax({})[i]", "softmax({})[1]", "variance(p, {})", "diff(lse({}), z[j])", "sum(sum(z[i]*({})[j], i), j)"]
)  # fmt: skip
EXPRESSIONS = st.recursive(
    st.one_of(FACTORS, st.builds(lambda s, v: s.format(v), SUMS, VECTORS)),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner),
        st.builds("({})/(1 + exp({}))".format, inner, inner),
        st.builds("exp({})".format, inner),
        st.builds("sum(({})*z)".format, inner),
    ),
    max_leaves=4,
)

REWRITINGS = [
    "{e}*sum(softmax(w))",
    "({e} + lse(w)) - lse(w)",
    "sum(p*({e}))",
    "({e})*exp(z[i])*exp(-z[i])",
    "log(exp({e}))",
    "(({e})**2 - 1)/(({e}) - 1) - 1",
    "sum(delta(j, k)*({e}), k)",
    "({e})*(sigmoid(a) + sigmoid(-a))",
    "sum(sum(p[k]*p[l]*({e}), k), l)",
    "diff(a*({e}), a) - a*diff({e}, a)",
]
PERTURBATIONS = ["{e} + 1/N", "{e}*(1 + 1/1000)", "-({e})", "{e} + delta(i, j)", "{e} + z[i] - z[1]", "({e})**2"]


@QUICK
@given(EXPRESSIONS, st.sampled_from(REWRITINGS))
def test_rewritings_are_zero_or_undecided(text: str, rewriting: str) -> None:
    equation = f"{text} == {rewriting.format(e=text)}"
    vanishes(equation)  # whatever it answers, no error escapes
    assert search(parse_statement(equation), seconds=0.05).counterexample is None


@QUICK
@given(EXPRESSIONS, st.sampled_from(PERTURBATIONS), st.integers(0, 10**6))
def test_what_differs_at_a_point_is_not_zero(text: str, perturbation: str, seed: int) -> None:
    equation = f"{text} == {perturbation.format(e=text)}"
    statement, rng = parse_statement(equation), Random(seed)
    if any(judge(statement.claim, point(statement, rng)).outcome == "fails" for _ in range(4)):
        assert not vanishes(equation)


@QUICK
@given(EXPRESSIONS, EXPRESSIONS)
def test_what_is_zero_holds_at_points(left: str, right: str) -> None:
    equation = f"({left})*({right}) - ({right}) == (({left}) - 1)*({right})"
    statement, rng = parse_statement(equation), Random(left + right)
    if vanishes(equation):
        assert all(judge(statement.claim, point(statement, rng)).outcome != "fails" for _ in range(4))


SIMPLE = [
    "lse(z + a)",
    "softmax(z)[i]*z[j]",
    "sum(exp(beta*z))*a",
    "variance(p, z - w)",
    "sum(sigmoid(z))",
    "exp(z[i])*N",
]


@pytest.mark.parametrize("rewriting", REWRITINGS)
@pytest.mark.parametrize("text", SIMPLE)
def test_rewritings_of_simple_expressions_are_zero(text: str, rewriting: str) -> None:
    assert vanishes(f"{text} == {rewriting.format(e=text)}")
