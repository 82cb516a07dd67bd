"""Random statements made true by rewriting are never refuted; a perturbation of one side always is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softsym.language import parse_statement
from softsym.refute import search

SCALARS = st.sampled_from(
    ["a", "beta", "z[i]", "z[j]", "p[i]", "2", "1/3", "N", "lse(z, beta)", "max(w)", "entropy(p)"]
)
VECTORS = st.sampled_from(["z", "w", "p", "z*beta", "z - w", "centered(z)", "ones(N)", "basis(i)"])
SMOOTH = ["tanh", "sigmoid", "softplus", "abs", "relu", "sign", "cosh", "exp"]
REDUCTIONS = ["lse", "mean", "max", "min", "sum", "boltzmann", "logZ", "argmax_count"]
ENTRYWISE = ["softmax", "hardmax", "sparsemax", "centered", "tanh", "log_softmax", "abs"]


def vectors(scalars: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        VECTORS,
        st.builds("{}({})".format, st.sampled_from(ENTRYWISE), VECTORS),
        st.builds("({} {} {})".format, VECTORS, st.sampled_from("+-*"), scalars),
    )


EXPRESSIONS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner),
        st.builds("{}({})".format, st.sampled_from(SMOOTH), inner),
        st.builds("{}({})".format, st.sampled_from(REDUCTIONS), vectors(inner)),
        st.builds("({})/(1 + ({})**2)".format, inner, inner),
        st.builds("diff(sigmoid({}), z[i])".format, inner),
    ),
    max_leaves=5,
)

REWRITINGS = [
    "{e}",
    "({e})*1 + 0",
    "log(exp({e}))",
    "({e} + a) - a",
    "({e})*sum(p)",
    "dot(p, ({e})*ones(N))",
    "max([{e}, {e}])",
    "sum({e}*softmax(z, beta))",
    "2*({e})/(1 + sum(softmax(w)))",
    "({e} + 3)**2 - ({e})**2 - 6*({e}) + ({e}) - 9",
    "lse([{e}, {e}]) - log(2)",
    "mean(({e})*ones(N))",
]
PERTURBATIONS = ["{e} + 1e-25", "({e})*2 + 1", "{e} - 1/N", "-({e}) - 1e-3 + 2*({e})"]


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS, st.sampled_from(REWRITINGS))
def test_rewritings_are_not_refuted(text: str, rewriting: str) -> None:
    statement = parse_statement(f"{text} == {rewriting.format(e=text)}")
    assert search(statement, seconds=0.1).counterexample is None


@settings(max_examples=40, deadline=None)
@given(EXPRESSIONS, st.sampled_from(REWRITINGS), st.sampled_from(["<=", ">="]))
def test_cases_of_equality_are_not_refuted(text: str, rewriting: str, relation: str) -> None:
    statement = parse_statement(f"{text} {relation} {rewriting.format(e=text)}")
    assert search(statement, seconds=0.1).counterexample is None


@settings(max_examples=40, deadline=None)
@given(EXPRESSIONS, st.sampled_from(PERTURBATIONS))
def test_perturbations_are_refuted(text: str, perturbation: str) -> None:
    found = search(parse_statement(f"{text} == {perturbation.format(e=text)}"), seconds=10)
    assert found.counterexample is not None or not found.admissible


@pytest.mark.parametrize("relation", ["<", ">"])
def test_a_strict_claim_fails_at_exact_equality(relation: str) -> None:
    found = search(parse_statement(f"lse(z, beta) {relation} log(sum(exp(beta*z + a)))/beta - a/beta"))
    assert found.counterexample is not None
