"""Equations written out as calculations: what a reader sees, and that it leads from one side to the other."""

from __future__ import annotations

import pytest

from softsym.language import parse_statement
from softsym.proof import ProofStep, check, replay
from softsym.proof.calculations import as_calculations

WRITTEN_OUT = """
sum(softmax(z, beta)) == 1
mellowmax(z + c, omega) == mellowmax(z, omega) + c where omega: nonzero
log(1 + exp(beta*r))/beta == lse([0, r], beta) where beta: nonzero
diff(log(a*softmax(z)[i] + b), z[i]) == a*softmax(z)[i]*(1 - softmax(z)[i])/(a*softmax(z)[i] + b) where a > 0, b > 0
grad(lse(a*z + w), z) == a*softmax(a*z + w)
jacobian(z*exp(z), z)[i, j] == delta(i, j)*(1 + z[i])*exp(z[i])
dot(v, hessian(lse(z), z) @ v) == variance(softmax(z), v)
trace(jacobian(softmax(z), z)) == 1 - sum(softmax(z)**2)
""".strip().splitlines()


def calculations(proof: ProofStep) -> list[ProofStep]:
    return [step for step in proof.walk() if step.rule == "a calculation"]


@pytest.mark.parametrize("text", WRITTEN_OUT)
def test_an_equation_is_written_out_and_confirmed(text: str) -> None:
    verdict = check(text, timeout=30, explain=True)
    assert verdict.proof is not None
    assert calculations(verdict.proof)
    replay(parse_statement(text), verdict.proof)
    for step in calculations(verdict.proof):
        reached = [below.claim.sides[0] for below in step.steps]
        assert len({*reached}) == len(reached), "no expression stands twice"


def test_a_calculation_carries_on_from_what_was_reached() -> None:
    verdict = check("lse(a*z) == lse(z, a)*a where a: nonzero", explain=True)
    lines = [line.strip() for line in verdict.explain().splitlines()]
    steps = [line for line in lines if line.startswith("1.")]
    assert steps[0].endswith("lse(a*z) == lse(z, a)*a")
    assert all(line.split(" ")[1] == "==" for line in steps[2:])
    assert steps[-1].endswith("== lse(z, a)*a")
    assert "by a calculation" in lines


def test_names_of_entries_do_not_clash_with_those_of_the_claim() -> None:
    text = "jacobian(softmax(z), z) @ basis(i) == softmax(z)*(basis(i) - softmax(z)[i]) where i != j, z[j] <= 1"
    verdict = check(text, timeout=30, explain=True)
    assert verdict.status == "proved"
    replay(parse_statement(text), verdict.proof)


def test_what_the_algebra_alone_shows_stays_as_it_is() -> None:
    proof = check("abs(r)**2 == r**2").proof
    assert as_calculations(proof) == proof or calculations(as_calculations(proof))


def test_after_the_deadline_nothing_is_written_out() -> None:
    proof = check("sum(softmax(z)) == 1").proof
    assert as_calculations(proof, 0.0) == proof
