"""Values at points against mpmath: every function of the language, random expressions, exactness and extremes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath as mp
import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from softsym.definitions import FUNCTIONS
from softsym.errors import DomainError
from softsym.evaluation import Point, evaluate
from softsym.expression import Apply, apply, walk
from softsym.language import parse_expression
from tests.evaluation import mpmath_oracle as oracle

F = Fraction
POINT = Point(
    {"N": 4, "M": 3},
    {
        "z": (F(1), F(-2), F(1, 3), F(5, 2)),
        "w": (F(0), F(7, 2), F(-1)),
        "v": (F(3), F(1), F(-4), F(1, 7)),
        "x": (F(1), F(2), F(1, 2), F(3)),
        "p": (F(1, 10), F(2, 10), F(3, 10), F(4, 10)),
        "q": (F(1, 4), F(1, 4), F(1, 3), F(1, 6)),
        "beta": F(3, 2),
        "r": F(-3, 4),
        "t": F(2, 5),
        "i": 2,
        "j": 4,
    },
)
DECLARED = " where w: vector(M), k: index(M), t: unit"


def names(point: Point) -> dict[str, Any]:
    def number(x: Any) -> Any:
        return mp.mpf(x.numerator) / x.denominator

    values = {n: [number(x) for x in v] if isinstance(v, tuple) else number(v) for n, v in point.values.items()}
    return {**values, **{n: mp.mpf(v) for n, v in point.lengths.items()}}


def flat(value: Any) -> Iterator[Any]:
    if isinstance(value, tuple | list):
        for part in value:
            yield from flat(part)
    else:
        yield value


def assert_agrees(text: str, point: Point = POINT) -> None:
    expr = parse_expression(text)
    found = [*flat(evaluate(expr, point, digits=40))]
    with mp.workdps(oracle.DIGITS):
        wanted = [*flat(oracle.value(expr, names(point)))]
        assert len(found) == len(wanted)
        for mine, theirs in zip(found, wanted, strict=True):
            assert distance(mine, theirs) <= mp.mpf(10) ** -38 * max(1, abs(theirs)), text


def distance(mine: Fraction | arb, theirs: Any) -> Any:
    """The distance of mpmath's number from the exact number or from the whole ball."""
    if isinstance(mine, Fraction):
        return abs(mp.mpf(mine.numerator) / mine.denominator - theirs)
    with ctx.workprec(400):
        mantissa, exponent = mine.mid().man_exp()
        middle, radius = mp.mpf(int(mantissa)) * mp.mpf(2) ** int(exponent), mp.mpf(mine.rad().str(10, radius=False))
    return abs(middle - theirs) + radius


EVERY_FUNCTION = """
exp(z) + log(x)*sqrt(x) - abs(v)*sign(z)
[sinh(r), cosh(r), tanh(r), sigmoid(r), logit(t), softplus(r), softplus(r, beta), log_sigmoid(r), relu(r), relu(-r)]
[sum(z), mean(z), prod(z), max(z), min(z), dot(z, v), norm(z, 1), norm(z, 2), norm(z, oo), norm(z, beta), len(w)]
sum(sum(exp(z[i])*w[k], k), i) + sum(z*z[i], i)
concat(z, w)*2
drop(z, i) + drop(v, 1)
basis(i) + ones(N)*delta(i, j) + delta(i, 2)*centered(z)
diag(z) @ v + outer(z, w) @ w + transpose(outer(v, z)) @ x
trace(outer(z, v)) + diag(x)[2, 2]
concat(softmax(z, beta), softmin(z))
log_softmax(z, beta)*softmax(z)
[lse(z), lse(z, -beta), logZ(z, beta), mellowmax(z, beta), boltzmann(z, -2), entropy(p), cross_entropy(p, q), kl(p, q)]
hardmax([1, 3, 3, 2]) + onehot_argmax([1, 3, 3, 2])
normalize(x) + sparsemax(z) + sparsemax(z/5)
[expectation(p, z), variance(p, z), covariance(p, z, v), moment(p, z, 3), moment(p, z, 0), argmax_count([1, 2, 2])]
entropy([0, 1, 0]) + kl([1, 0], [1/2, 1/2]) + cross_entropy([0, 1], [0, 1])
beta**z + x**(1/3) + 0**0 + (-2)**3 + z**2
pi*r + N/M
identity(N) @ z + xlogy(x, p)
""".strip().splitlines()


@pytest.mark.parametrize("text", EVERY_FUNCTION)
def test_against_mpmath(text: str) -> None:
    assert_agrees(text + DECLARED)


def test_the_table_above_has_every_function() -> None:
    used = {n.head for text in EVERY_FUNCTION for n in walk(parse_expression(text + DECLARED)) if isinstance(n, Apply)}
    calculus = {"diff", "grad", "jacobian", "hessian", "limit"}
    assert set(FUNCTIONS) - used == calculus


vectors = st.recursive(
    st.sampled_from(["z", "v", "x", "p", "q", "basis(i)", "ones(N)"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*"]), inner),
        st.builds(
            "{}({})".format, st.sampled_from(["softmax", "tanh", "sigmoid", "centered", "softplus", "abs"]), inner
        ),
        st.builds("({})*{}({})".format, inner, st.sampled_from(["lse", "mean", "max", "boltzmann", "sum"]), inner),
        st.builds("softmax({}, {})".format, inner, st.sampled_from(["beta", "r", "-2"])),
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(vectors)
def test_random_expressions_against_mpmath(text: str) -> None:
    assert_agrees(text)


EXACT = [
    ("softmax([r, r, r])", (F(1, 3),) * 3),
    ("exp(0) + log(1)", F(1)),
    ("8**(1/3) + (4/9)**(1/2)", F(8, 3)),
    ("log(exp(r)) - r", F(0)),
    ("lse(z + 1) - lse(z)  - 1", F(0)),
    ("sum(softmax(z, beta)) - 1", F(0)),
    ("norm(softmax(z) - softmax(z + r), 2)", F(0)),
    ("sqrt(2)*sqrt(3) - sqrt(6)", F(0)),
    ("2**t*2**(1 - t) - 2", F(0)),
    ("argmax_count(softmax(concat(z, z), beta))", F(2)),
    ("argmax_count([lse(z), lse(z + r) - r, lse(z) - 1])", F(2)),
    ("hardmax([log(4), 2*log(2), 1])", (F(1, 2), F(1, 2), F(0))),
    ("onehot_argmax([exp(r)**2, exp(2*r)])", (F(1), F(0))),
    ("sign(log(6) - log(2) - log(3))", F(0)),
    ("identity(2)", ((F(1), F(0)), (F(0), F(1)))),
    ("xlogy(0, 0)", F(0)),
    ("max([1/3, 0.3333333333333333333333333])", F(1, 3)),
]


@pytest.mark.parametrize(("text", "wanted"), EXACT)
def test_exact_results_are_rationals(text: str, wanted: Any) -> None:
    assert evaluate(parse_expression(text), POINT) == wanted


EXTREME = [
    "softmax([0, 1000000], 1000)[1]",
    "softplus(-1000)",
    "lse([1000000, 0])",
    "lse([1e-12, 0], 1e-6)",
    "exp(exp(exp(3)))",
    "norm([1, 2], 1/1000)",
    "norm([1, 2], 1000000)",
    "boltzmann([0, 1e-9, 1e6], 1e3)",
    "kl([1e-300, 1 - 1e-300], [1/2, 1/2])",
    "variance(softmax([0, 1], 1e3), [0, 1])",
]


@pytest.mark.parametrize("text", EXTREME)
def test_extremes_do_not_overflow(text: str) -> None:
    expr = parse_expression(text)
    found = evaluate(expr, POINT, digits=30)
    with mp.workdps(1000):
        wanted = oracle.value(expr, names(POINT))
        assert distance(found, wanted) <= abs(wanted) * mp.mpf(10) ** -28


def test_an_enclosed_value_is_carried_through() -> None:
    with ctx.workprec(200):
        root = arb(2).sqrt()
        found = evaluate(parse_expression("a**2 + a"), Point({}, {"a": root}))
        assert isinstance(found, arb)
        assert found.overlaps(2 + root)


def test_deep_nesting_costs_no_more_than_its_length() -> None:
    expr = parse_expression("z")
    for _ in range(40):
        expr = apply("softmax", expr)
    assert all(abs(float(x) - 0.25) < 1e-6 for x in evaluate(expr, POINT))  # type: ignore[union-attr,arg-type]


def test_a_missing_name_is_named() -> None:
    with pytest.raises(DomainError, match="no value for u"):
        evaluate(parse_expression("sum(u)"), POINT)


def test_a_long_sum_is_no_deep_recursion() -> None:
    entries = tuple(Fraction(k, 7) for k in range(700))
    shifted = tuple(x + 1 for x in entries)
    point = Point({"N": 700}, {"z": entries, "w": shifted})
    assert abs(evaluate(parse_expression("norm(softmax(z) - softmax(w), 2)"), point)) < 1e-30
