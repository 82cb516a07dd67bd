"""Limits at concrete points against known answers, and against ball arithmetic far out."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import arb, ctx
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from softsym import parse
from softsym.errors import BudgetError, DomainError
from softsym.evaluation import Point, Undecided, Undefined, evaluate
from softsym.evaluation.limits import NoLimit, limit_value
from softsym.expression import Apply, Expr, Symbol, substitute, symbol
from softsym.expression import number as literal

Z = tuple(Fraction(n, 3) for n in (1, 7, -2, 7))
DEFAULTS: dict[str, Any] = {
    "z": Z,
    "v": tuple(Fraction(n, 2) for n in (3, -1, 0, 1)),
    "p": tuple(Fraction(n, 10) for n in (1, 2, 3, 4)),
    "q": (Fraction(1, 4),) * 4,
    "beta": Fraction(3, 2),
    "omega": Fraction(2, 3),
    "T": Fraction(5),
    "a": Fraction(-2),
    "b": Fraction(3),
    "c": Fraction(1, 3),
    "t": Fraction(2),
    "i": 2,
    "j": 3,
}


def point(**values: Any) -> Point:
    given = {**DEFAULTS, **values}
    return Point({"N": len(given["z"])}, given)


def enclosures(value: Any) -> list[arb]:
    if isinstance(value, tuple):
        return [x for v in value for x in enclosures(v)]
    return [value if isinstance(value, arb) else arb(value.numerator) / arb(value.denominator)]


def assert_equal(left: Any, right: Any, tolerance: float = 1e-20) -> None:
    with ctx.workprec(250):
        a, b = enclosures(left), enclosures(right)
        size = max(len(a), len(b))
        for x, y in zip(a * (size // len(a)), b * (size // len(b)), strict=True):
            assert abs(x - y) < tolerance, f"{x.str(25)} and {y.str(25)}"


EQUAL = """
limit(softmax(z, beta), beta, oo) == hardmax(z)
limit(softmax(z, beta), beta, 0) == ones(N)/N
limit(softmax(z, beta), beta, -oo) == hardmax(-z) where beta: real
limit(lse(z, beta), beta, oo) == max(z)
limit(lse(z, beta), beta, -oo) == min(z) where beta: nonzero
limit(lse(z, beta) - log(N)/beta, beta, 0) == mean(z)
limit((lse(z, beta) - log(N)/beta - mean(z))/beta, beta, 0) == mean(centered(z)**2)/2 where beta: nonzero
limit(beta*(lse(z, beta) - max(z)), beta, oo) == log(argmax_count(z))
limit(mellowmax(z, omega), omega, 0) == mean(z) where omega: nonzero
limit(mellowmax(z, omega), omega, -oo) == min(z) where omega: nonzero
limit(boltzmann(z, beta), beta, oo) == max(z)
limit(boltzmann(z, beta), beta, -oo) == min(z) where beta: real
limit(diff(boltzmann(z, beta), beta), beta, 0) == mean(centered(z)**2)
limit(entropy(softmax(z, beta)), beta, oo) == log(argmax_count(z))
limit(entropy(softmax(z, beta)), beta, 0) == log(N)
limit((log(N) - entropy(softmax(z, beta)))/beta**2, beta, 0) == mean(centered(z)**2)/2
limit((softmax(z, beta) - 1/N)/beta, beta, 0) == centered(z)/N where beta: nonzero
limit(kl(softmax(z, beta), softmax(z, beta + t))/t**2, t, 0) == variance(softmax(z, beta), z)/2
limit(T*(softmax(z, 1/T) - softmax(v, 1/T)), T, oo) == (centered(z) - centered(v))/N
limit(log(1 - max(softmax(z, beta)))/beta, beta, oo) == max(drop(z, 2)) - max(z)
limit(sparsemax(T*z), T, oo) == hardmax(z)
limit(sparsemax(T*z), T, 0) == ones(N)/N
limit(grad(lse(z, beta), z), beta, oo) == hardmax(z)
limit(hessian(lse(z, beta), z)[i, j]*exp(beta), beta, oo) == 0
limit(log(softmax(z, beta)[i]) - beta*z[i], z[i], -oo) == -beta*lse(drop(z, i), beta)
limit(softmax(z, beta)[j], z[i], oo) == 0
limit(softmax(z, beta)[i], z[i], oo) == 1
limit(drop(softmax(z, beta), i), z[i], -oo) == softmax(drop(z, i), beta)
limit(lse(z, beta) - z[i], z[i], oo) == 0
limit(mellowmax(z, omega) - z[i], z[i], oo) == -log(N)/omega
limit(boltzmann(z, beta), z[i], -oo) == boltzmann(drop(z, i), beta)
limit(max(z) - z[i], z[i], oo) == 0
limit(-log(softmax(z, beta)[i])/beta, beta, oo) == max(z) - z[i]
limit(softmax(z + c*ones(N), beta), c, oo) == softmax(z, beta)
limit(lse(z + c, beta) - c, c, -oo) == lse(z, beta)
limit((1 + t/a)**a, a, oo) == exp(t)
limit((1 + t/a)**a, a, -oo) == exp(t)
limit((exp(t) - 1)/t, t, 0) == 1
limit(t*log(t), t, 0) == 0 where t: positive
limit(t**t, t, 0) == 1 where t: positive
limit((p[1]**t - 1)/t, t, 0) == log(p[1])
limit(norm(v, r), r, oo) == norm(v, oo) where r: positive
limit(sum(p*abs(z)**t)**(1/t), t, 0) == prod(abs(z)**p) where t: nonzero
limit((1 - sum(p**r))/(r - 1), r, 1) == entropy(p) where r: real
limit(log(sum(p**r))/(1 - r), r, 1) == entropy(p) where r: real
limit(sigmoid(t)*exp(-t), t, -oo) == 1
limit(tanh(t), t, -oo) == -1
limit(softplus(t, beta) - relu(t), beta, oo) == 0
limit(beta*softplus(0*t, beta), beta, oo) == log(2)
limit(logit(t) - log(t), t, 0) == 0 where t: unit
limit(sqrt(t**2 + t) - t, t, oo) == 1/2
limit(abs(t - 1)*sign(t - 1), t, 1) == 0
limit(relu(t)/t, t, oo) == 1
limit((cosh(t) - 1)/t**2, t, 0) == 1/2
limit(diff(abs(t)**3, t)/t**2, t, 0) == 3 where t: positive
limit(onehot_argmax(z + t*basis(4)), t, 0) == basis(4) where t: positive
limit(argmax_count(z + t*basis(4)), t, 0) == 1 where t: positive
limit(limit(softmax(z, a*beta), beta, oo), a, 0) == hardmax(z) where a: positive
limit(limit(softmax(z, a*beta), a, 0), beta, oo) == ones(N)/N where a: positive
limit(limit((a**t - 1)/t, t, 0)/(a - 1), a, 1) == 1 where a: positive
limit(limit(T**(1/t)/b**(1/t), t, oo)*b, b, 0) == 0 where b: positive
limit(exp(t)*(exp(1/t + exp(-t)) - exp(1/t)), t, oo) == 1
limit(log(t)*(log(t + log(t)) - log(t)), t, oo) == 0
limit(pi*t/(t + 1), t, oo) == pi
limit((z[1] + t)**2, t, z[2]) == (z[1] + z[2])**2
limit(diag(softmax(z, beta)) @ z, beta, oo) == hardmax(z)*z
limit(p[1]*log(p[1]), p[1], 0) == 0
limit(variance(softmax(z, beta), z), beta, oo) == 0
limit(t**2*(log(cosh(1/t))), t, oo) == 1/2
limit(exp(-t)*t**9, t, oo) == 0
limit(1/a, a, oo) == 0 where a: integer
"""


@pytest.mark.parametrize("text", EQUAL.strip().splitlines())
def test_a_limit_has_its_known_value(text: str) -> None:
    claim = parse(text).claim
    left = limit_value(claim.sides[0], point())
    right = limit_value(claim.sides[1], point())
    assert_equal(left, right)


@pytest.mark.parametrize(
    ("text", "left", "right"),
    [
        ("limit(1/t, t, 0)", "-oo", "oo"),
        ("limit(1/t**2, t, 0)", "oo", "oo"),
        ("limit(abs(t)/t, t, 0)", "-1", "1"),
        ("limit(exp(1/t), t, 0)", "0", "oo"),
        ("limit(sigmoid(1/t), t, 0)", "0", "1"),
        ("limit(hardmax(z + t*basis(4))[4], t, 0)", "0", "1"),
        ("limit(1/beta, beta, 0)", None, "oo"),
        ("limit(logit(t), t, 1) where t: unit", "oo", "oo"),
        ("limit(-log(softmax(z, beta)[1]), z[1], -oo)", None, "oo"),
        ("limit(logZ(z, beta), beta, oo)", None, "oo"),
        ("limit(dot(z, t*ones(N)), t, oo)", None, "oo"),
        ("limit(lse(z, beta), beta, 0) where beta: nonzero", "-oo", "oo"),
    ],
)
def test_divergence_is_told_by_side(text: str, left: str | None, right: str) -> None:
    with pytest.raises(NoLimit) as caught:
        limit_value(parse(text), point())
    found = caught.value
    assert found.right == right or (text.endswith("unit") and found.left == right)
    if left is not None and not text.endswith("unit"):
        assert found.left == left


@pytest.mark.parametrize(
    "text",
    ["limit(log(t), t, 0)", "limit(sqrt(-beta), beta, oo)", "limit(1/(t - t), t, oo)"],
)
def test_a_function_without_values_near_the_point_is_undefined_and_not_divergent(text: str) -> None:
    with pytest.raises(Undefined) as caught:
        limit_value(parse(text), point())
    assert not isinstance(caught.value, NoLimit)


@pytest.mark.parametrize(
    "text",
    [
        "limit(beta, beta, -oo)",
        "limit(beta, beta, -1)",
        "limit(t, t, 2) where t: unit",
        "limit(p[1], p[1], oo)",
        "limit(y[1], y[1], 0) where y: onehot",
        "limit(t, t, 0) where t: integer",
    ],
)
def test_a_point_outside_the_closure_of_the_kind_is_an_error(text: str) -> None:
    with pytest.raises(DomainError):
        limit_value(parse(text), point(y=(Fraction(1), Fraction(0), Fraction(0), Fraction(0))))


def test_a_zero_gap_and_a_tiny_gap_are_told_apart() -> None:
    tiny = (Fraction(1), 1 - Fraction(1, 10**12))
    hard = limit_value(parse("limit(softmax(z, beta), beta, oo)"), Point({"N": 2}, {"z": tiny}))
    assert hard == (1, 0)
    tied = limit_value(parse("limit(softmax(z, beta), beta, oo)"), Point({"N": 2}, {"z": (tiny[0],) * 2}))
    assert tied == (Fraction(1, 2), Fraction(1, 2))


def test_a_derivative_at_a_tie_is_never_guessed() -> None:
    with pytest.raises(Undecided):
        limit_value(parse("limit(grad(max(z), z)[2]*beta, beta, 0)"), point())


def test_time_is_limited() -> None:
    with pytest.raises(BudgetError):
        limit_value(parse("limit(kl(softmax(z, beta), softmax(z, beta + t))/t**2, t, 0)"), point(), seconds=0.0)


# Random expressions in t, against ball arithmetic at t = 10**60; sums keep exponentials of all signs and sizes.
RATIONALS = st.fractions(min_value=-3, max_value=3, max_denominator=4)


def _functions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        pair.map(lambda p: f"({p[0]} + {p[1]})"),
        pair.map(lambda p: f"({p[0]} - {p[1]})"),
        pair.map(lambda p: f"({p[0]})*({p[1]})"),
        pair.map(lambda p: f"({p[0]})/({p[1]})"),
        inner.map(lambda e: f"exp({e})"),
        inner.map(lambda e: f"abs({e})"),
        inner.map(lambda e: f"sigmoid({e})"),
        inner.map(lambda e: f"relu({e})"),
        pair.map(lambda p: f"lse([{p[0]}, {p[1]}])"),
        pair.map(lambda p: f"boltzmann([{p[0]}, {p[1]}], 2)"),
        pair.map(lambda p: f"max([{p[0]}, {p[1]}])"),
        pair.map(lambda p: f"log(1 + ({p[0]})**2 + exp({p[1]}))"),
    )


LEAVES = st.one_of(st.sampled_from(["t", "1/t", "-t", "2*t"]), RATIONALS.map(lambda q: f"({q})"))
FUNCTIONS = st.recursive(LEAVES, _functions, max_leaves=5)
FAR = 10**60


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(FUNCTIONS)
def test_random_functions_come_near_their_limit_far_out(text: str) -> None:
    body = parse(text)
    t = symbol("t")
    try:
        far = evaluate(substitute(body, {t: literal(FAR)}), Point({}, {}), digits=60)
    except (Undefined, Undecided):
        assume(False)
    try:
        found: Any = limit_value(_limit(body, t), Point({}, {}))
    except NoLimit as none:
        direction = 1 if none.right == "oo" else -1
        assert enclosures(far)[0] * direction > 30 or _grows(body, t, direction)
        return
    except (BudgetError, Undecided, Undefined):
        assume(False)
    with ctx.workprec(250):
        (a,), (b,) = enclosures(far), enclosures(found)
        assert abs(a - b) < 0.01 * (1 + abs(b))


def _grows(body: Expr, variable: Symbol, direction: int) -> bool:
    """Whether a function that grows like a logarithm is larger much farther out."""
    near, far = (
        enclosures(evaluate(substitute(body, {variable: literal(10**n)}), Point({}, {})))[0] for n in (60, 600)
    )
    return bool((far - near) * direction > 0.5)


def _limit(body: Expr, variable: Symbol) -> Apply:
    from softsym.expression import apply

    return apply("limit", body, variable, parse("oo"))


ENTRIES = st.lists(st.fractions(min_value=-3, max_value=3, max_denominator=5), min_size=1, max_size=5)


@settings(max_examples=40, deadline=None)
@given(ENTRIES)
def test_at_any_vector_with_or_without_ties(entries: list[Fraction]) -> None:
    at = Point({"N": len(entries)}, {"z": tuple(entries)})
    for text in (
        "limit(softmax(z, beta), beta, oo) == hardmax(z)",
        "limit(beta*(lse(z, beta) - max(z)), beta, oo) == log(argmax_count(z))",
        "limit((softmax(z, beta) - 1/N)/beta, beta, 0) == centered(z)/N",
        "limit(variance(softmax(z, beta), z), beta, 0) == mean(centered(z)**2)",
    ):
        left, right = parse(text).claim.sides
        assert_equal(limit_value(left, at), limit_value(right, at))
