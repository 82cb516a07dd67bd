"""Derivations: every step is an equality, the chain is unbroken, the result is the derivative; their renderings."""

from __future__ import annotations

from itertools import pairwise

import pytest

import softsym as ss
from softsym import parse
from softsym.calculus import Step, derive, resolve
from softsym.calculus.checking import PROVED, Checker, FalseStepError, agreements
from softsym.errors import ShapeError, SoftsymError
from tests.calculus.oracle import assert_same, random_point

CASES = (
    # what, by what, order, result
    ("lse(z, beta)", "z", 1, "softmax(z, beta)"),
    ("softmax(z, beta)", "z", 1, "beta*(diag(softmax(z, beta)) - outer(softmax(z, beta), softmax(z, beta)))"),
    ("softmax(z, beta)", "beta", 1, "softmax(z, beta)*(z - boltzmann(z, beta))"),
    ("softmax(z, beta)[i]", "z[j]", 1, "beta*softmax(z, beta)[i]*(delta(i, j) - softmax(z, beta)[j])"),
    ("lse(z, beta)", "z", 2, "beta*(diag(softmax(z, beta)) - outer(softmax(z, beta), softmax(z, beta)))"),
    ("lse(z, beta)", "beta", 1, "(boltzmann(z, beta) - lse(z, beta))/beta"),
    ("boltzmann(z, beta)", "beta", 1, "variance(softmax(z, beta), z)"),
    ("boltzmann(z, beta)", "z", 1, "softmax(z, beta)*(beta*z + 1 - beta*boltzmann(z, beta))"),
    ("cross_entropy(y, softmax(z)) where y: onehot", "z", 1, "softmax(z) - y where y: onehot"),
    ("cross_entropy(y, softmax(z)) where y: onehot", "z", 2, "diag(softmax(z)) - outer(softmax(z), softmax(z))"),
    ("sigmoid(t)", "t", 1, "sigmoid(t)*(1 - sigmoid(t))"),
    ("sigmoid(t)", "t", 3, None),
    ("softplus(t, beta)", "t", 1, "sigmoid(beta*t)"),
    ("mellowmax(z, omega)", "z", 1, "softmax(z, omega)"),
    ("max(z)", "z", 1, "hardmax(z)"),
    ("max([a, b, c])", "a", 1, "hardmax([a, b, c])[1]"),
    ("onehot_argmax(z)", "z", 1, "0*outer(ones(N), ones(N))"),
    ("hardmax(z)", "z", 1, "0*outer(ones(N), ones(N))"),
    ("normalize(x)", "x", 1, "(identity(N) - outer(normalize(x), ones(N)))/sum(x)"),
    ("normalize(b**z) where b: positive", "z", 1, None),
    ("softmax(exp(z))", "z", 1, None),
    ("normalize(1 + exp(z))", "z", 1, None),
    ("prod(z)", "z", 1, "prod(z)/z"),
    ("norm(z, 2)", "z", 1, "z/sqrt(sum(z**2))"),
    ("sum(relu(1 - y*z))", "z", 1, None),
    ("lse(drop(z, i))", "z", 1, None),
    ("lse(concat(z, w)) where w: vector(M)", "w", 1, None),
    ("softmax([a, b], beta)[1]", "a", 1, None),
    ("softmax(concat(z, [r]))", "r", 1, None),
    ("b**t where b: positive", "t", 1, None),
    ("t**t where t: positive", "t", 1, None),
    ("sum(sum((z[i] - z[j])**2, i), j)", "z", 1, "4*(N*z - sum(z))"),
    ("lse(z)", "z", 3, None),
)


@pytest.mark.parametrize(("text", "wrt", "order", "expected"), CASES, ids=[f"{c[0]} by {c[1]} {c[2]}" for c in CASES])
def test_every_step_is_proved(text: str, wrt: str, order: int, expected: str | None) -> None:
    found = derive(text, wrt, order)
    assert expected is None or str(found.result) == expected
    assert found.steps
    assert all(step.checked == PROVED for step in found.steps)
    for n in (2, 3):  # an oracle that is not the algebra
        assert_same(found.before, found.result, random_point((found.before,), n, seed=n))


@pytest.mark.parametrize("text", ["lse(z, beta)", "softmax(z, beta)", "boltzmann(z, beta)", "log_softmax(z)"])
def test_steps_follow_each_other_and_are_few(text: str) -> None:
    steps = derive(text, "z").steps
    assert 4 <= len(steps) <= 11
    assert all(a.after == b.before for a, b in pairwise(steps[:-1]))
    assert steps[-1].rule == "all entries together"
    assert steps[-1].after == resolve(steps[-1].before)


LIMITS = (
    ("limit(softmax(z, beta), beta, oo)", "hardmax(z)"),
    ("limit(lse(z, beta), beta, oo)", "max(z)"),
    ("limit(boltzmann(z, beta), beta, oo)", "max(z)"),
    ("limit(boltzmann(z, beta), beta, 0)", "mean(z)"),
    ("limit(lse(z, beta), beta, -oo) where beta: real", "min(z)"),
    ("limit(softmax(z), z[i], oo)", "basis(i)"),
)


@pytest.mark.parametrize(("text", "expected"), LIMITS)
def test_limits(text: str, expected: str) -> None:
    found = derive(text)
    assert str(found.result) == expected
    assert found.steps[-1].after == found.result
    assert "6 exact points" in found.steps[-1].checked


def test_the_limit_of_a_derivative() -> None:
    found = derive("limit(grad(lse(z, beta), z), beta, oo)")
    assert str(found.result) == "hardmax(z)"
    assert [s.rule for s in found.steps][1] == "definition of lse"


def test_a_derivative_within_an_expression() -> None:
    found = derive("sum(grad(lse(z), z)*w)")
    assert str(found.result) == "sum(softmax(z)*w)"
    assert found.steps[-1].rule == "put together"


def test_without_calculus_an_expression_is_shortened() -> None:
    found = derive("sum(softmax(z)*z) - boltzmann(z) + sum(p)")
    assert str(found.result) == "1"
    assert all(step.checked == PROVED for step in found.steps)


def test_conditions_are_named() -> None:
    conditions = " ".join(step.condition for step in derive("max(z)", "z").steps)
    assert "no tie" in conditions
    assert "not 0" in " ".join(step.condition for step in derive("normalize(x)", "x").steps)


def test_a_false_step_is_never_made() -> None:
    with pytest.raises(FalseStepError):
        Checker().check(parse("softmax(z)"), parse("softmax(z + z)"))
    with pytest.raises(FalseStepError):
        agreements(parse("limit(softmax(z, beta), beta, oo)"), parse("softmax(z)"))


def test_a_step_outside_the_algebra_says_so() -> None:
    how = Checker().check(parse("limit(lse(z, beta), beta, oo)"), parse("max(z)"))
    assert how.startswith("not proved (limit has no all-N algebraic form); both sides agree at 6")


def test_renderings() -> None:
    found = ss.derive("lse(z, beta)", "z")
    assert isinstance(found.steps[0], Step)
    text, markdown, latex = str(found), found.to_markdown(), found.to_latex()
    assert text.startswith("grad(lse(z, beta), z)\n  1. the entry [i]\n")
    assert text.endswith("Result: softmax(z, beta)")
    assert f"[{PROVED}]" in text
    assert markdown.count("$$") % 2 == 0
    assert "1. **the entry [i]**" in markdown
    assert latex.startswith("\\begin{align*}\n")
    assert latex.count("&=") == len(found.steps) - 1  # an entry of a gradient is written as the derivative it is
    assert latex.count("\n&=") == len(found.steps) - 3
    assert found._repr_markdown_() == markdown


@pytest.mark.parametrize("wrt", ["z +", "softmax", "1", "z[i, j]", "", "q7"])
def test_what_cannot_be_differentiated_by(wrt: str) -> None:
    with pytest.raises(SoftsymError):
        derive("lse(z)", wrt)


def test_a_derivative_by_a_length_is_an_error() -> None:
    with pytest.raises(ShapeError):
        derive("lse(z)", "N")
