"""Derivatives for symbolic N: their readable forms, and the same values as two independent oracles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softsym import parse
from softsym.algebra.fold import fold
from softsym.calculus import grad, gradient, hessian, jacobian, resolve, simplify
from softsym.calculus.derivatives import has_calculus
from softsym.calculus.reverse import reverse_gradient
from softsym.errors import UnsupportedError
from softsym.evaluation import evaluate
from softsym.expression import Expr, Symbol, apply, symbol
from tests.calculus.oracle import as_float, assert_same, flat, random_point, sympy_gradient

FORMS = (
    # gradients
    ("grad(lse(z, beta), z)", "softmax(z, beta)"),
    ("grad(lse(-z, beta), z)", "-softmin(z, beta)"),
    ("grad(mellowmax(z, omega), z)", "softmax(z, omega)"),
    ("grad(boltzmann(z, beta), z)", "softmax(z, beta)*(beta*z + 1 - beta*boltzmann(z, beta))"),
    ("grad(cross_entropy(y, softmax(z)), z) where y: onehot", "softmax(z) - y where y: onehot"),
    ("grad(cross_entropy(y, softmax(z)), z)", "sum(y)*softmax(z) - y"),
    ("grad(kl(p, softmax(z)), z)", "softmax(z) - p"),
    ("grad(entropy(softmax(z)), z)", "softmax(z)*(boltzmann(z) - z)"),
    ("grad(dot(softmax(z), w), z)", "softmax(z)*(w - dot(softmax(z), w))"),
    ("grad(sum(softplus(z)), z)", "sigmoid(z)"),
    ("grad(max(z), z)", "hardmax(z)"),
    ("grad(norm(z, 2), z)", "z/sqrt(sum(z**2))"),
    ("grad(norm(z, 1), z)", "sign(z)"),
    ("grad(mean(z), z)", "ones(N)/N"),
    ("grad(sum(exp(z)), z)", "exp(z)"),
    ("grad(prod(z), z)", "prod(z)/z"),
    ("grad(variance(ones(N)/N, z), z)", "2*(z - mean(z))/N"),
    ("grad(sum(sum((z[i] - z[j])**2, i), j), z)", "4*(N*z - sum(z))"),
    (
        "grad(-dot(y, (1 - softmax(z))**a*log(softmax(z))), z) where y: onehot",
        "(1 - dot(y, softmax(z)))**(a - 1)*(y - softmax(z))"
        "*(a*dot(y, log_softmax(z))*dot(y, softmax(z)) + dot(y, softmax(z)) - 1) where y: onehot",
    ),
    # one entry, several entries, scalars
    ("diff(softmax(z, beta)[i], z[j])", "beta*softmax(z, beta)[i]*(delta(i, j) - softmax(z, beta)[j])"),
    ("diff(softmax(z, beta), z[j])", "beta*softmax(z, beta)[j]*(basis(j) - softmax(z, beta))"),
    ("diff(softmax(z)[1], z[1])", "softmax(z)[1]*(1 - softmax(z)[1])"),
    ("diff(softmax(z)[1], z[2])", "-softmax(z)[1]*softmax(z)[2]"),
    ("diff(softmax(z, beta), beta)", "softmax(z, beta)*(z - boltzmann(z, beta))"),
    ("diff(boltzmann(z, beta), beta)", "variance(softmax(z, beta), z)"),
    ("diff(lse(z, beta), beta)", "(boltzmann(z, beta) - lse(z, beta))/beta"),
    ("diff(logZ(z, beta), beta, 2)", "variance(softmax(z, beta), z)"),
    ("diff(logZ(z, beta), beta, 3)", "moment(softmax(z, beta), z, 3)"),
    ("diff(logZ(z, beta), beta, 4)", "moment(softmax(z, beta), z, 4) - 3*variance(softmax(z, beta), z)**2"),
    ("diff(variance(p, z)*t + dot(p, w*z) - dot(p, w)*dot(p, z), t)", "variance(p, z)"),
    ("diff(t*(dot(p, w*z) - dot(p, w)*dot(p, z)), t)", "covariance(p, w, z)"),
    ("diff(sigmoid(t), t)", "sigmoid(t)*(1 - sigmoid(t))"),
    ("diff(softplus(t, beta), t)", "sigmoid(beta*t)"),
    ("diff(softplus(t, beta), beta)", "(t*sigmoid(beta*t) - softplus(t, beta))/beta"),
    ("diff(log_sigmoid(t), t)", "1 - sigmoid(t)"),
    ("diff(sum(abs(z)**3), z[i])", "3*z[i]*abs(z[i])"),
    ("diff(softmax([a, b], beta)[1], a)", "beta*sigmoid(beta*(a - b))*(1 - sigmoid(beta*(a - b)))"),
    ("diff(softplus(a - b), a)", "sigmoid(a - b)"),
    ("diff(T*lse(z/T), T)", "entropy(softmax(z, 1/T))"),
    ("diff(a*sum(p*log(p)), a)", "-entropy(p)"),
    # matrices
    ("jacobian(softmax(z, beta), z)", "beta*(diag(softmax(z, beta)) - outer(softmax(z, beta), softmax(z, beta)))"),
    ("jacobian(log_softmax(z), z)", "identity(N) - outer(ones(N), softmax(z))"),
    ("jacobian(normalize(x), x)", "(identity(N) - outer(normalize(x), ones(N)))/sum(x)"),
    ("hessian(lse(z, beta), z)", "beta*(diag(softmax(z, beta)) - outer(softmax(z, beta), softmax(z, beta)))"),
    ("hessian(cross_entropy(y, softmax(z)), z) where y: onehot", "diag(softmax(z)) - outer(softmax(z), softmax(z))"),
    ("hessian(sum(z**3), z)", "6*diag(z)"),
    ("jacobian(softmax(z), z)[i, j]", "softmax(z)[i]*(delta(i, j) - softmax(z)[j])"),
    ("jacobian(hardmax(z), z)", "0*outer(ones(N), ones(N))"),
    # within other expressions
    ("sum(grad(lse(z), z)) + t", "sum(softmax(z)) + t"),
    ("jacobian(softmax(z), z) @ ones(N)", "(diag(softmax(z)) - outer(softmax(z), softmax(z))) @ ones(N)"),
    ("grad(sum(z**2), z)[i]*a", "2*z[i]*a"),
    ("sum(log(z), k)", "sum(log(z), k)"),
)


@pytest.mark.parametrize(("text", "expected"), FORMS, ids=[text for text, _ in FORMS])
def test_readable_form(text: str, expected: str) -> None:
    assert str(resolve(parse(text))) == expected


VALUES = (
    "grad(lse(concat(z, [r]), beta), z)",
    "grad(lse(drop(z, i)), z)",
    "grad(-(1 - softmax(z)[i])**2*log(softmax(z)[i]), z)",
    "grad(-(1 - softmax(z)[i])**a*log(softmax(z)[i]), z)",
    "grad(cross_entropy((1 - t)*y + t*ones(N)/N, softmax(z)), z) where y: onehot, t: unit",
    "grad(kl(softmax(z), p), z)",
    "grad(norm(v, r), v) where r: positive",
    "grad(sum(log(1 + exp(-y*z))), z)",
    "grad(sum(relu(1 - y*z)), z)",
    "grad(log(sum(exp(beta*z)*x)), z) where x: positive vector",
    "diff(softmax([a, b, c]), a)",
    "diff(softmax(concat(z, [r])), r)",
    "diff(tanh(a*t), t)",
    "diff(boltzmann(z, beta), beta, 2)",
    "diff(variance(softmax(z, beta), z), beta)",
    "jacobian(softmax(exp(z)), z)",
    "jacobian(normalize(1 + exp(z)), z)",
    "jacobian(normalize(b**z), z) where b: positive",
    "hessian(boltzmann(z), z)",
    "diff(lse(z), z[i], z[j], z[k])",
    "hessian(sum(sum(exp(z[i]*z[j]), i), j), z)",
    "jacobian(sum(softmax(z*w[k]), k), z)",
    "hessian(lse(drop(z, i)), z)",
    "grad(sum(sum(exp(z[i]*w[j]), i), j), z)",
    "grad(dot(softmax(z), w)**2, w)",
    "grad(covariance(softmax(z), w, v), w)",
    "grad(moment(softmax(z), w, 3), w)",
    "grad(lse(z), z) where z: vector(3)",
    "diff(b**t, t) where b: positive",
    "diff(t**t, t) where t: positive",
    "grad(sum(z*hardmax(w)), z)",
    "grad(sum(log_softmax(z)*softmin(w)), w)",
)


@pytest.mark.parametrize("text", VALUES)
def test_same_value_as_jets(text: str) -> None:
    expr = parse(text)
    result = resolve(expr)
    assert not has_calculus(result)
    for seed, n in enumerate((2, 3, 4)):
        assert_same(expr, result, random_point((expr,), n, seed))


LOSSES = (
    "lse(z, beta)",
    "cross_entropy(p, softmax(z, beta))",
    "boltzmann(z, beta)",
    "entropy(softmax(z))",
    "norm(z, 2)*sum(w*z)",
    "prod(z) + mean(z)**2",
    "sum(softplus(z*w)) + log(1 + sum(z**2))",
    "dot(normalize(exp(z) + 1), w)",
    "sum(tanh(z)*softmin(z))",
)


@pytest.mark.parametrize("text", LOSSES)
@pytest.mark.parametrize("n", [1, 3])
def test_same_value_as_sympy_at_a_concrete_length(text: str, n: int) -> None:
    f, z = parse(text), symbol("z")
    point = random_point((f,), n, seed=n)
    expected = sympy_gradient(f, z, point)
    found = flat(evaluate(grad(f, z), point, digits=20))
    assert [as_float(v) for v in found] == pytest.approx(expected, rel=1e-10, abs=1e-12)


@st.composite
def losses(draw: st.DrawFn, depth: int = 3) -> Expr:
    """A smooth scalar function of the vector z, defined everywhere."""
    head = draw(st.sampled_from(("sum", "lse", "boltzmann", "logZ", "mean", "dot", "mul", "add")))
    if head in ("mul", "add"):
        return apply(head, draw(losses(depth - 1)) if depth else symbol("a"), draw(losses(0)))
    if head == "dot":
        return apply(head, draw(vectors(depth)), draw(vectors(depth - 1)))
    scale = (draw(st.sampled_from((symbol("beta"), symbol("omega")))),) if head not in ("sum", "mean") else ()
    return apply(head, draw(vectors(depth)), *scale)


@st.composite
def vectors(draw: st.DrawFn, depth: int = 2) -> Expr:
    """A smooth vector function of z."""
    if depth <= 0 or draw(st.booleans()):
        return draw(
            st.sampled_from([symbol("z"), symbol("w"), symbol("z") * symbol("beta"), symbol("z") + symbol("a")])
        )
    head = draw(st.sampled_from(("softmax", "sigmoid", "exp", "softplus", "log_softmax", "mul", "add", "pow", "neg")))
    inner = draw(vectors(depth - 1))
    if head in ("mul", "add"):
        return apply(head, inner, draw(vectors(0)))
    return apply(head, inner, 2) if head == "pow" else apply(head, inner)


@settings(max_examples=12, deadline=None)
@given(losses(1), st.integers(1, 3))
def test_gradients_of_any_loss(f: Expr, n: int) -> None:
    expr = apply("grad", f, symbol("z"))
    try:
        result = grad(f, symbol("z"))
    except UnsupportedError:  # the language has no whole vector for it, or it is too large
        return
    assert_same(expr, result, random_point((expr,), n, seed=1))


@pytest.mark.parametrize(
    "text",
    [
        "lse(z, beta)",
        "cross_entropy(p, softmax(z))",
        "sum(sum(exp(z[i]*w[j]), i), j)",
        "lse(drop(z, i))",
        "max(z)*z[i] + lse([z[1], z[2]])",
        "norm(z, 3)*prod(z) - sum(hardmax(z)*w)",
        "boltzmann(sigmoid(sigmoid(z*beta)), omega)",
        "sum(abs(z)**t) where t: positive",
        "sum(b**z) where b: positive",
    ],
)
def test_gradients_in_reverse_mode(text: str) -> None:
    f = parse(text)
    z = symbol("z")
    assert isinstance(z, Symbol)
    for n in (2, 4):
        assert_same(apply("grad", f, z), reverse_gradient(f, z), random_point((f,), n, seed=n))


def test_reverse_mode_names_what_has_no_rule() -> None:
    z = symbol("z")
    for text in ("max(concat(z, [r]))", "sum(sparsemax(z))", "trace(outer(z, z))"):
        with pytest.raises(UnsupportedError):
            reverse_gradient(parse(text), z)


def test_simplify_shortens() -> None:
    assert str(simplify("exp(z)/sum(exp(z))")) == "softmax(z)"
    assert str(simplify("sum(exp(z)*z)/sum(exp(z))")) == "boltzmann(z)"
    assert str(simplify("log(sum(exp(beta*z)))/beta")) == "lse(z, beta)"
    assert str(simplify("exp(t)/(1 + exp(t))")) == "sigmoid(t)"


def test_python_functions() -> None:
    z, beta = symbol("z"), symbol("beta")
    assert grad is gradient
    assert str(grad(apply("lse", z, beta), z)) == "softmax(z, beta)"
    assert str(jacobian("softmax(z)", "z")) == "diag(softmax(z)) - outer(softmax(z), softmax(z))"
    assert str(hessian("lse(z)", "z")) == "diag(softmax(z)) - outer(softmax(z), softmax(z))"


def test_what_has_no_whole_form_says_to_take_an_entry() -> None:
    with pytest.raises(UnsupportedError, match="entry"):
        resolve(parse("jacobian(concat(z, w), z)"))
    entry = parse("hessian(sum(sum(exp(z[i]*z[j]), i), j), z)[k, l]")
    assert_same(entry, resolve(entry), random_point((entry,), 3))


def test_the_slope_of_sparsemax_is_that_of_its_positive_entries() -> None:
    f = parse("grad(sum(sparsemax(z)*w), z)")
    assert str(resolve(f)) == "sign(sparsemax(z))*(w - dot(w, sign(sparsemax(z)))/sum(sign(sparsemax(z))))"
    assert_same(f, resolve(f), random_point((f,), 4))


def test_what_the_language_has_no_word_for_is_an_error() -> None:
    with pytest.raises(UnsupportedError, match="put together"):
        resolve(parse("grad(max(concat(z, [r])), z)"))


def test_fold_keeps_kinds_and_bound_names() -> None:
    found = fold(parse("sum(k*z[k], k) + z[k]"))
    assert_same(found, parse("sum(k*z[k], k) + z[k]"), random_point((found,), 3))
