"""Limits for symbolic N: known ones proved, false ones not, and every value compared with limits at concrete points."""

from __future__ import annotations

import random
import time
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, ctx

from softsym import parse
from softsym.calculus.derivatives import resolve
from softsym.calculus.limits import limit_steps
from softsym.errors import BudgetError, DomainError, SoftsymError, UnsupportedError
from softsym.evaluation import Point, Undecided, Undefined, evaluate
from softsym.evaluation.limits import NoLimit, limit_value
from softsym.expression import Apply, Expr, Symbol, apply, free_symbols
from softsym.language import Statement
from softsym.proof.assumptions import assumptions_of
from softsym.proof.check import prove

TRUE = """
limit(lse(z, beta), beta, oo) == max(z)
limit(lse(z, beta), beta, -oo) == min(z) where beta: nonzero
limit(lse(z, beta) - log(N)/beta, beta, 0) == mean(z)
limit(beta*(lse(z, beta) - max(z)), beta, oo) == log(argmax_count(z))
limit(lse(z, beta) - max(z), beta, oo) == 0
limit(mellowmax(z, omega), omega, 0) == mean(z) where omega: nonzero
limit(mellowmax(z, omega), omega, oo) == max(z)
limit(boltzmann(z, beta), beta, oo) == max(z)
limit(boltzmann(z, beta), beta, -oo) == min(z) where beta: real
limit(boltzmann(z, beta), beta, 0) == mean(z)
limit((boltzmann(z, beta) - mean(z))/beta, beta, 0) == mean(centered(z)**2)
limit(diff(boltzmann(z, beta), beta), beta, 0) == mean(centered(z)**2)
limit(diff(boltzmann(z, beta), beta), beta, oo) == 0
limit(entropy(softmax(z, beta)), beta, 0) == log(N)
limit((log(N) - entropy(softmax(z, beta)))/beta**2, beta, 0) == mean(centered(z)**2)/2
limit((lse(z, beta) - log(N)/beta - mean(z))/beta, beta, 0) == mean(centered(z)**2)/2
limit(softmax(z, beta), beta, 0) == ones(N)/N
limit(softmax(z, beta), beta, 0) == 1/N
limit(softmax(z, beta), beta, -oo) == hardmax(-z) where beta: real
limit(softmin(z, beta), beta, oo) == hardmax(-z)
limit(softmax(z, beta)[i], z[i], oo) == 1
limit(softmax(z, beta)[i], z[i], -oo) == 0 where N >= 2
limit(softmax(z, beta)[j], z[i], oo) == 0 where i != j
limit(softmax(z, beta)[j], z[i], oo) == delta(i, j)
limit(softmax(z, beta), z[i], oo) == basis(i)
limit(lse(z, beta), z[i], -oo) == lse(drop(z, i), beta)
limit(lse(z, beta), z[i], -oo) == lse(drop(z, i), beta) where N >= 2
limit(lse(z, beta) - z[i], z[i], oo) == 0
limit(drop(softmax(z, beta), i), z[i], -oo) == softmax(drop(z, i), beta)
limit(boltzmann(z, beta) - z[i], z[i], oo) == 0
limit(mellowmax(z, omega) - z[i], z[i], oo) == -log(N)/omega
limit(entropy(softmax(z, beta)), z[i], oo) == 0
limit(max(z) - z[i], z[i], oo) == 0
limit(max(z), z[i], -oo) == max(drop(z, i))
limit(-log(softmax(z, beta)[i]), z[i], oo) == 0
limit(log_softmax(z, beta)[i]/beta, beta, oo) == z[i] - max(z)
limit(sigmoid(t), t, oo) == 1
limit(sigmoid(t), t, -oo) == 0
limit(tanh(t), t, oo) == 1
limit(softplus(t, beta), beta, oo) == relu(t)
limit(softplus(t) - t, t, oo) == 0
limit(softplus(z, beta), beta, oo) == relu(z)
limit(sigmoid(beta*t), beta, oo) == (1 + sign(t))/2
limit(sigmoid(beta*z), beta, oo) == (1 + sign(z))/2
limit(tanh(beta*t), beta, oo) == sign(t)
limit(norm(x, r), r, oo) == norm(x, oo) where x: positive vector, r: positive
limit(norm(p, r), r, oo) == max(p) where r: positive
limit(log(sum(p**r))/(1 - r), r, 1) == entropy(p)
limit((1 - sum(p**r))/(r - 1), r, 1) == entropy(p)
limit(log(sum(p**r))/(1 - r), r, oo) == -log(max(p))
limit(log(sum(p**r))/(1 - r), r, 0) == log(N)
limit(mean(x**r)**(1/r), r, 0) == prod(x)**(1/N) where x: positive vector, r: nonzero
limit(mean(x**r)**(1/r), r, oo) == max(x) where x: positive vector
limit(mean(x**r)**(1/r), r, -oo) == min(x) where x: positive vector
limit(normalize(p**r), r, oo) == hardmax(p)
limit(normalize(p**r), r, 0) == ones(N)/N
limit(normalize(z + c), c, oo) == ones(N)/N
limit(dot(softmax(z, beta), w), beta, oo) == dot(hardmax(z), w)
limit(softmax(beta*z + v), beta, oo) == normalize(hardmax(z)*exp(v))
limit(softmax(z + t*basis(i)), t, oo) == basis(i)
limit(softmax(z + t), t, oo) == softmax(z)
limit(lse(z + t) - t, t, oo) == lse(z)
limit(lse(z + t) - t, t, -oo) == lse(z)
limit(grad(lse(z, beta), z), beta, oo) == hardmax(z)
limit(grad(lse(z, beta), z)[i], beta, oo) == hardmax(z)[i]
limit(jacobian(softmax(z, beta), z), beta, 0) == 0
limit(jacobian(softmax(z, beta), z)[i, j]/beta, beta, 0) == (delta(i, j) - 1/N)/N
limit(hessian(lse(z, beta), z)[i, j], beta, 0) == 0
limit(diff(softmax(z, beta), beta), beta, 0) == centered(z)/N
limit(diff(softmax(z, beta), beta), beta, oo) == 0
limit(diff(softmax(z, beta)[i], beta), beta, oo) == 0
limit(cross_entropy(p, softmax(z, beta))/beta, beta, oo) == max(z) - dot(p, z)
limit(cross_entropy(p, softmax(z, beta)), beta, 0) == log(N)
limit(kl(p, softmax(z, beta)), beta, 0) == log(N) - entropy(p)
limit(lse(concat(z, w), beta), beta, oo) == max(concat(z, w)) where w: vector(M)
limit(lse(concat(z, w), beta), beta, oo) == max([max(z), max(w)]) where w: vector(M)
limit(lse([a, b], beta), beta, oo) == max([a, b])
limit(boltzmann([a, b], beta), beta, oo) == max([a, b])
limit((exp(t) - 1)/t, t, 0) == 1
limit(log(1 + t)/t, t, 0) == 1
limit((1 + t/a)**a, a, oo) == exp(t)
limit((a**t - 1)/t, t, 0) == log(a) where a: positive
limit(t*log(t), t, 0) == 0 where t: positive
limit((cosh(t) - 1)/t**2, t, 0) == 1/2
limit((lse(z + t*v) - lse(z))/t, t, 0) == dot(softmax(z), v)
limit((softmax(z + t*v) - softmax(z))/t, t, 0) == softmax(z)*(v - dot(softmax(z), v))
limit((lse(z + t*basis(i)) - lse(z))/t, t, 0) == softmax(z)[i]
limit(max(z + t*v), t, 0) == max(z)
limit((max(z*t))/t, t, oo) == max(z)
limit(max(softmax(z, beta)), beta, oo) == 1/argmax_count(z)
limit(max(softmax(z, beta)), beta, 0) == 1/N
limit(argmax_count(softmax(z, beta)), beta, oo) == argmax_count(z)
limit(hardmax(beta*z), beta, oo) == hardmax(z)
limit(sparsemax(T*z), T, 0) == ones(N)/N
limit(sparsemax(beta*z + c), beta, oo) == hardmax(z)
limit(lse(z, 1/T), T, 0) == max(z)
limit(softmax(z, 1/T), T, 0) == hardmax(z)
limit(softmax(z/T), T, 0) == hardmax(z)
limit(softmax(z/T), T, oo) == ones(N)/N
limit(T*lse(z/T), T, 0) == max(z)
limit(norm(softmax(z, beta), 2), beta, oo) == 1/sqrt(argmax_count(z))
limit(sum(softmax(z, beta)**2), beta, oo) == 1/argmax_count(z)
limit(1/sum(softmax(z, beta)**2), beta, oo) == argmax_count(z)
limit(variance(softmax(z, beta), z), beta, 0) == mean(z**2) - mean(z)**2
limit(variance(softmax(z, beta), w), beta, oo) == variance(hardmax(z), w)
limit(expectation(softmax(z, beta), w**2), beta, oo) == expectation(hardmax(z), w**2)
limit(exp(-beta*t), beta, oo) == 0 where t: positive
limit(exp(-beta*abs(t)), beta, oo) == 1 - sign(t)**2
limit(softmax(z, beta)[i]*exp(beta*(max(z) - z[i])), beta, oo) == 1/argmax_count(z)
limit(softmax(z, beta)/max(softmax(z, beta)), beta, oo) == argmax_count(z)*hardmax(z)
limit(sum(exp(beta*z[k])*z[k], k)/sum(exp(beta*z[k]), k), beta, oo) == max(z)
limit(sum(z[k]**2*softmax(z, beta)[k], k), beta, oo) == max(z)**2
limit(logZ(z, beta)/beta, beta, oo) == max(z)
limit(logZ(z, beta), beta, 0) == log(N)
limit(kl(softmax(z, beta), ones(N)/N), beta, oo) == log(N) - log(argmax_count(z))
limit(lse(z, beta) - boltzmann(z, beta), beta, oo) == 0
limit(beta*(lse(z, beta) - boltzmann(z, beta)), beta, oo) == log(argmax_count(z))
limit(beta*(max(z) - boltzmann(z, beta)), beta, oo) == 0
limit(logit(t), t, 1/2) == 0 where t: unit
limit(p[i]*log(p[i]), p[i], 0) == 0
limit(exp(z[i])/sum(exp(z)), z[i], 0) == 1/(1 + sum(exp(drop(z, i))))
limit(z[i]**2, z[i], c) == c**2
limit(mean(x**r)**(1/r), r, 1) == mean(x) where x: positive vector, r: nonzero
limit((sum(z**2) + t)/(1 + t), t, oo) == 1
limit(sqrt(t**2 + t) - t, t, oo) == 1/2
limit(dot(softmax(z, beta), centered(z)), beta, 0) == 0
limit(diag(softmax(z, beta)) @ w, beta, oo) == hardmax(z)*w
limit(outer(softmax(z, beta), w)[i, j], beta, oo) == hardmax(z)[i]*w[j]
limit(outer(softmax(z, beta), w), beta, oo) == outer(hardmax(z), w)
limit(log(1 - max(softmax(z, beta)))/beta, beta, oo) == max(drop(z, i)) - max(z) where N >= 2, z[i] > max(drop(z, i))
limit(onehot_argmax(softmax(z, beta)), beta, oo) == onehot_argmax(z)
limit(lse(z, beta) - softplus(0, beta), beta, oo) == max(z)
limit(relu(t)/t, t, oo) == 1
limit(norm(z + t, 2)/t, t, oo) == sqrt(N)
limit((entropy(softmax(z, beta)) - log(argmax_count(z)))*beta, beta, oo) == 0
limit(t**z[i], t, 1) == 1 where t: positive
limit(exp(beta*(max(z) - max(drop(z, i))))*(1 - softmax(z, beta)[i]), beta, oo) == argmax_count(drop(z, i)) \
where N >= 2, z[i] > max(drop(z, i))
limit(hardmax(z), z[i], oo) == basis(i)
limit(onehot_argmax(z), z[i], oo) == basis(i)
limit(argmax_count(z), z[i], oo) == 1
limit(sparsemax(z), z[i], oo) == basis(i)
limit(norm(v, r), r, oo) == norm(v, oo) where r: positive
limit(norm(z - w, r), r, oo) == max(abs(z - w)) where r: positive
limit(sum(abs(v)**r)**(1/r), r, oo) == max(abs(v)) where r: positive
limit(mean(abs(v)**r)**(1/r), r, oo) == max(abs(v)) where r: positive
limit(entropy(sparsemax(beta*z)), beta, oo) == log(argmax_count(z))
limit(kl(hardmax(z), softmax(z, beta)), beta, oo) == 0
limit(softmax(z, beta)[i]*beta, beta, oo) == 0 where z[i] < max(z)
"""

FALSE = """
limit(softmax(z, beta), beta, oo) == onehot_argmax(z)
limit(entropy(softmax(z, beta)), beta, oo) == 0
limit(softmax(z, beta)[i], z[i], -oo) == 0
limit(softmax(z, beta)[j], z[i], oo) == 0
limit(mellowmax(z, omega), omega, oo) == mean(z)
limit(mellowmax(z, omega), z[i], -oo) == mellowmax(drop(z, i), omega) where N >= 2
limit(sigmoid(beta*t), beta, oo) == 1
limit(softmax(beta*z + v), beta, oo) == hardmax(z)
limit(beta*(lse(z, beta) - max(z)), beta, oo) == 0
limit(max(softmax(z, beta)), beta, oo) == 1
limit(dot(softmax(z, beta), w), beta, oo) == max(w)
limit(logZ(z, beta), beta, oo) == max(z)
limit(lse(z, beta), beta, 0) == mean(z)
limit(1/t, t, 0) == 0
limit(abs(t)/t, t, 0) == 1
limit(jacobian(softmax(z, beta), z)[i, j], beta, oo) == 0
limit((softmax(z, beta) - 1/N)/beta, beta, 0) == z/N where beta: nonzero
limit(T*(softmax(z, 1/T) - softmax(v, 1/T)), T, oo) == (z - v)/N
limit(log(1 - max(softmax(z, beta)))/beta, beta, oo) == max(drop(z, i)) - max(z) where N >= 2
limit(hardmax(z + t*v), t, 0) == hardmax(z)
limit(argmax_count(z + t*v), t, 0) == argmax_count(z)
limit(mean(x**r)**(1/r), r, 0) == mean(x) where x: positive vector, r: nonzero
limit(dot(x, t*ones(N)) - lse(t*ones(N)), t, oo) == -log(N) where x: positive vector
limit(exp(-beta*t), beta, oo) == 0
limit(a*beta/(1 + beta), beta, oo)*b == a
limit(max(z), z[i], -oo) == z[i] where z[i] > max(drop(z, i))
limit(onehot_argmax(z), z[i], c) == hardmax(z) where argmax_count(z) == 1
"""


def statement_of(text: str) -> Statement:
    found = parse(text)
    assert isinstance(found, Statement)
    return found


@pytest.mark.parametrize("text", TRUE.strip().splitlines())
def test_a_true_limit_is_proved(text: str) -> None:
    found = prove(statement_of(text), time.monotonic() + 10)
    assert not isinstance(found, str), found
    assert found[1]


@pytest.mark.parametrize("text", FALSE.strip().splitlines())
def test_a_false_limit_is_not_proved(text: str) -> None:
    assert isinstance(prove(statement_of(text), time.monotonic() + 10), str)


def taken(statement: Statement) -> tuple[Apply, Expr]:
    """The limit in a statement, and its value for every N."""
    node = next(s for s in statement.claim.sides if isinstance(s, Apply) and s.head == "limit")
    plain = apply("limit", resolve(node.args[0]), *node.args[1:])
    assert isinstance(plain, Apply)
    known = assumptions_of(statement)
    return node, limit_steps(plain, known, time.monotonic() + 3, statement.claim.sides)[0]


def value_for(symbol: Symbol, lengths: dict[str, int], choose: random.Random) -> Any:
    """A value in the symbol's kind; vectors often have ties."""

    def any_number() -> Fraction:
        return Fraction(choose.randint(-4, 4), choose.choice((1, 1, 2, 3)))

    def positive() -> Fraction:
        return Fraction(choose.randint(1, 6), choose.choice((1, 2, 3)))

    kind = symbol.kind
    size = 0 if kind.length is None else kind.length.value(lengths)
    if kind.type == "index":
        return choose.randint(1, size)
    if kind.type == "vector" and kind.domain == "vector":
        return tuple(choose.choice((Fraction(0), Fraction(1), any_number())) for _ in range(size))
    if kind.type == "vector":
        weights = [choose.choice((1, 1, 2, 3)) for _ in range(size)]
        whole = sum(weights) if kind.domain == "distribution" else 1
        return tuple(Fraction(w, whole) for w in weights)
    return any_number() if kind.domain == "real" else positive()


def points(statement: Statement, exprs: tuple[Expr, ...], seed: int) -> list[Point]:
    choose = random.Random(seed)
    text = str(statement)
    symbols = frozenset(statement.symbols).union(*(free_symbols(e) for e in exprs))
    found = []
    for size in (1, 2, 3, 3):
        lengths = {"N": size, "M": choose.randint(1, 3), **{n: v.constant for n, v in statement.lengths}}
        if lengths["N"] == 1 and ("N >= 2" in text or "drop(" in text or "i != j" in text):
            continue
        values = {s.name: value_for(s, lengths, choose) for s in symbols if s.kind.type != "length"}
        if "i != j" in text:
            values |= {"i": 1, "j": 2}
        if "z[i] < max" in text and min(values["z"]) == max(values["z"]):
            continue
        if "z[i] < max" in text:
            values["i"] = 1 + values["z"].index(min(values["z"]))
        if "z[i] > max" in text:
            raised = [*values["z"]]
            raised[values["i"] - 1] = max(raised) + 1
            values["z"] = tuple(raised)
        found.append(Point(lengths, values))
    return found


def flat(value: Any) -> list[arb]:
    if isinstance(value, tuple):
        return [x for v in value for x in flat(v)]
    return [value if isinstance(value, arb) else arb(value.numerator) / arb(value.denominator)]


def compare(node: Apply, found: Expr, at: Point) -> bool:
    """Assert that the value for every N is the limit at a point; ``False`` where the point has none."""
    try:
        wanted = limit_value(node, at)
    except NoLimit:
        raise
    except (Undefined, Undecided, DomainError, BudgetError):
        return False
    with ctx.workprec(200):
        for got, want in zip(flat(evaluate(found, at)), flat(wanted), strict=True):
            assert abs(got - want) < 1e-15, f"{node} is not {found} at {at}"
    return True


@pytest.mark.parametrize("text", TRUE.strip().splitlines())
def test_the_value_for_every_length_is_the_limit_at_points_with_and_without_ties(text: str) -> None:
    statement = statement_of(text)
    node, found = taken(statement)
    assert found.shape == node.shape
    held = [compare(node, found, at) for at in points(statement, (node, found), 7)]
    assert any(held)


class Bodies:
    """Random functions of what moves."""

    def __init__(self, seed: int, moving: tuple[str, ...]) -> None:
        self.choose, self.moving = random.Random(seed), moving

    def x(self) -> str:
        return self.choose.choice(self.moving)

    def vector(self, depth: int) -> str:
        if not depth:
            return self.choose.choice(("z", "z", "w", "p", "ones(N)", "basis(i)", "centered(z)", "abs(w)"))
        a, b, s = self.vector(depth - 1), self.vector(depth - 1), self.scalar(depth - 1)
        return self.choose.choice(
            (f"({a} + {b})", f"({a} - {b})", f"{a}*{b}", f"{a}*{s}",
             f"exp({self.x()}*{a})",
             f"softmax({a}, {self.x()})", f"softmax({a}*{self.x()} + {b})", f"log_softmax({a}, {self.x()})",
             f"sigmoid({self.x()}*{a})",
             f"abs({a})", f"sparsemax({self.x()}*{a})", f"hardmax({a})", f"p**{self.x()}", f"{a}/{s}")
        )  # fmt: skip

    def scalar(self, depth: int) -> str:
        if not depth:
            return self.choose.choice(("2", "N", "a", "1/2", "z[i]", "w[j]", "max(z)", self.x(), self.x()))
        v, u, s, r = self.vector(depth - 1), self.vector(depth - 1), self.scalar(depth - 1), self.scalar(depth - 1)
        return self.choose.choice(
            (f"sum({v})", f"max({v})", f"min({v})", f"dot({v}, {u})",
             f"lse({v}, {self.x()})", f"{v}[i]",
             f"({s} + {r})", f"({s} - {r})", f"{s}*{r}", f"({s})/({r})", f"exp({s})", f"log({s})", f"abs({s})",
             f"argmax_count({v})",
             f"boltzmann({v}, {self.x()})", f"entropy(softmax({v}, {self.x()}))", f"softplus({s}, {r})",
             f"sum(exp({self.x()}*z[k])*w[k], k)", f"prod({v})", f"sqrt({s})", f"max([{s}, {r}])", f"sign({s})")
        )  # fmt: skip


WAYS = (
    (("beta",), "beta", "oo", ""),
    (("beta", "1/beta"), "beta", "0", ""),
    (("r",), "r", "-oo", " where r: nonzero"),
    (("r",), "r", "0", " where r: nonzero"),
    (("beta", "1"), "z[i]", "oo", ""),
    (("beta", "1"), "z[i]", "-oo", " where N >= 2"),
    (("beta", "1"), "z[i]", "0", ""),
)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way[1]} to {way[2]}")
def test_random_limits_are_right_wherever_they_are_taken(way: tuple[tuple[str, ...], str, str, str]) -> None:
    moving, variable, point, where = way
    compared = 0
    for seed in range(8):
        bodies = Bodies(seed, moving)
        body = bodies.vector(2) if seed % 2 else bodies.scalar(2)
        statement = statement_of(f"limit({body}, {variable}, {point}) == 0{where}")
        try:
            node, found = taken(statement)
        except SoftsymError:
            continue
        compared += sum(compare(node, found, at) for at in points(statement, (node, found), seed))
    assert compared > 5


def test_steps_lead_from_the_definition_to_the_value() -> None:
    node = parse("limit(softmax(z, beta), beta, oo)")
    assert isinstance(node, Apply)
    value, steps = limit_steps(node)
    assert str(value) == "hardmax(z)"
    assert [s.rule for s in steps] == ["definitions", "the largest exponents lead a sum", "limit"]
    leading = steps[1]
    assert (str(leading.before), str(leading.after)) == ("sum(exp(beta*z))", "argmax_count(z)*exp(beta*max(z))")
    assert leading.condition


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("limit(beta, beta, -oo)", DomainError),
        ("limit(t, t, 2) where t: unit", DomainError),
        ("limit(abs(t)/t, t, 0)", UnsupportedError),
        ("limit(exp(exp(beta*t)), beta, oo)", UnsupportedError),
        ("limit(a*beta, beta, oo)", UnsupportedError),
    ],
)
def test_what_is_not_settled_is_refused(text: str, error: type[SoftsymError]) -> None:
    node = parse(text)
    assert isinstance(node, Apply)
    with pytest.raises(error):
        limit_steps(node)


def test_the_deadline_is_kept() -> None:
    node = parse("limit(kl(softmax(z, beta), softmax(z, beta + t))/t**2, t, 0)")
    assert isinstance(node, Apply)
    with pytest.raises(SoftsymError):
        limit_steps(node, deadline=time.monotonic() - 1)
