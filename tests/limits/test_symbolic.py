"""Limits for symbolic N: known ones proved, false ones not, and every value compared with limits at concrete points."""

from __future__ import annotations

import random
import time

import pytest

from softsym import derive, parse
from softsym.calculus.limits import InfiniteLimitError, limit_steps
from softsym.errors import DomainError, SoftsymError, UnsupportedError
from softsym.expression import Apply
from softsym.proof.check import prove
from softsym.proof.replay import replay
from tests.limits.comparing import compare, points, statement_of, taken
from tests.limits.statements import FALSE, TRUE


@pytest.mark.parametrize("text", TRUE.strip().splitlines())
def test_a_true_limit_is_proved(text: str) -> None:
    statement = statement_of(text)
    found = prove(statement, time.monotonic() + 10)
    assert not isinstance(found, str), found
    replay(statement, found)


@pytest.mark.parametrize("text", FALSE.strip().splitlines())
def test_a_false_limit_is_not_proved(text: str) -> None:
    assert isinstance(prove(statement_of(text), time.monotonic() + 10), str)


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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("limit(exp(t), t, oo)", "oo"),
        ("limit(-log(t), t, oo)", "-oo"),
        ("limit(1/t**2, t, 0)", "oo"),
        ("limit(lse(z), z[i], oo)", "oo"),
        ("limit(norm(z, 2), z[i], -oo)", "oo"),
        ("limit(-x[1]*beta/(1 + exp(-beta)), beta, oo) where x: positive vector", "-oo"),
    ],
)
def test_an_infinite_limit_is_derived_and_never_used_as_a_number(text: str, value: str) -> None:
    node, *_ = statement_of(f"{text.split(' where ')[0]} == 0" + text[len(text.split(" where ")[0]) :]).claim.sides
    assert isinstance(node, Apply)
    with pytest.raises(InfiniteLimitError) as caught:
        limit_steps(node)
    assert str(caught.value.value) == value
    derivation = derive(node)
    assert str(derivation.result) == value
    assert derivation.steps[-1].checked.endswith("at 6 exact points")
    with pytest.raises(InfiniteLimitError):
        derive(node * 0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("limit(1/t, t, 0)", "from below -oo, from above oo"),
        ("limit(exp(1/t), t, 0)", "from below 0, from above oo"),
        ("limit(lse(z, beta), beta, 0)", r"unless log\(N\) is 0"),
        ("limit(exp(z[j]), z[i], oo)", "infinite"),
        ("limit(outer(v, beta*ones(N)), beta, oo)", r"unless v\[k1\] is 0"),
    ],
)
def test_what_is_infinite_in_some_cases_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(UnsupportedError, match=reason) as caught:
        derive(text)
    assert not isinstance(caught.value, InfiniteLimitError)
