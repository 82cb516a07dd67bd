"""The checker of proofs: it confirms what the search finds, rejects every mutated proof, and stands on its own."""

from __future__ import annotations

import ast
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest

from softsym.errors import SoftsymError
from softsym.expression import apply, number
from softsym.language import Chain, Statement, parse_statement
from softsym.proof import ProofStep, Use, prove, replay
from softsym.proof.assumptions import assumptions_of
from softsym.proof.calculations import as_calculations
from softsym.proof.inequalities import prove_at_most
from softsym.proof.inequalities.segments import Claim
from softsym.proof.inequalities.theorems import prove_by_derivative
from softsym.refute.agreement import agree, moderate_points

STATEMENTS = """
sum(softmax(z, beta)) == 1
diff(softmax(z, beta)[i], z[j]) == beta*softmax(z, beta)[i]*(delta(i, j) - softmax(z, beta)[j])
kl(softmax(z), softmax(w)) == lse(w) - lse(z) - dot(softmax(z), w - z)
lse([lse(z), lse(w)]) == lse(concat(z, w)) where w: vector(M)
cross_entropy(y, softmax(z)) == lse(z) - dot(y, z) where y: onehot
limit(lse(z, beta), beta, oo) == max(z)
limit(softmax(z, beta), beta, 0) == ones(N)/N
abs(a*z[i]) == abs(a)*abs(z[i])
relu(r) - relu(-r) == r
max(z) <= lse(z, beta) <= max(z) + log(N)/beta
entropy(softmax(z)) <= log(N)
kl(p, q) >= 0
kl(p, q) <= log(sum(p**2/q))
sum(sqrt(p*q)) <= 1
sum(p**2) <= max(p)
norm(v, 2) <= norm(v, 1)
exp(r) >= 1 + r
0 < softmax(z)[i] < 1 where N >= 2
lse(z) <= lse(w) where max(z - w) <= 0
abs(lse(z) - lse(w)) <= norm(z - w, oo)
abs(jacobian(softmax(z), z)[i, j]) <= 1/4
dot(v, jacobian(softmax(z), z) @ v) <= (dot(v, v) - sum(v)**2/N)/2
boltzmann(z, a) <= boltzmann(z, b) where a <= b
lse(t*z + (1 - t)*w) <= t*lse(z) + (1 - t)*lse(w) where t: unit
lse(z) + dot(softmax(z), w - z) <= lse(w)
norm(softmax(z) - softmax(w), 2) <= norm(z - w, 2)
dot(softmax(z) - softmax(w), z - w) >= 0
(entropy(p) + entropy(q))/2 <= entropy((p + q)/2)
abs(sigmoid(a) - sigmoid(b)) <= abs(a - b)/4
lse(w) <= lse(z) + dot(softmax(z), w - z) + norm(w - z, 2)**2/4
lse(z, beta) <= mean(z) + log(N)/beta + beta*(max(z) - min(z))**2/8
kl(p, q) >= norm(p - q, 2)**2/2
log(1 + a) >= a/(1 + a) where a > -1
softplus(dot(p, z)) <= dot(p, softplus(z))
lse(z) <= lse(w) where z <= w
0 <= -dot(y, log_softmax(z)) where min(y) >= 0, sum(y) == 1
kl(p, q) <= sum((p - q)**2/q)
1 - softmax(z)[i] <= -log_softmax(z)[i]
abs(norm(z, 2) - norm(w, 2)) <= norm(z - w, 2)
sqrt(1 + r**2) - 1 <= r**2/2
softmax(z)[i] <= 1/2 where z[i] <= z[j], i != j
kl(p, (p + q)/2) <= log(2)
kl(p, q) >= 2*(p[1] - q[1])**2 where N == 2
entropy([p[1] + p[2], p[3]]) <= entropy(p) where N == 3
kl(p, q) >= norm(p - q, 1)**2/2
norm(p - q, oo) <= norm(p - q, 1)/2
norm(z, 1)**2 <= N*norm(z, 2)**2
covariance(p, z, w)**2 <= variance(p, z)*variance(p, w)
sum((p - basis(i))**2) <= 2*(1 - p[i])**2
abs(r) <= abs(sinh(r))
abs(sigmoid(r) - 1/2) <= abs(r)/4
kl(p, q) >= 2*(p[i] - q[i])**2
entropy(p) <= -p[i]*log(p[i]) - (1 - p[i])*log(1 - p[i]) + (1 - p[i])*log(N - 1) where N >= 2
kl(t*p + (1 - t)*q, q) <= t*kl(p, q) where t: unit
lse(z) <= sum(softplus(z))
""".strip().splitlines()

MUTATED = int(os.environ.get("SOFTSYM_MUTATIONS", "5"))
"""How many times each proof is mutated."""


def proof_of(text: str) -> tuple[Statement, ProofStep]:
    statement = parse_statement(text)
    found = prove(statement, time.monotonic() + 30)
    assert not isinstance(found, str), found
    return statement, found


def is_confirmed(statement: Statement, proof: ProofStep) -> bool:
    try:
        replay(statement, proof)
    except SoftsymError:
        return False
    return True


def places(step: ProofStep, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Where the steps of a proof stand."""
    yield path
    for n, below in enumerate(step.steps):
        yield from places(below, (*path, n))


def changed(step: ProofStep, path: tuple[int, ...], new: ProofStep) -> ProofStep:
    if not path:
        return new
    n, *rest = path
    steps = (*step.steps[:n], changed(step.steps[n], tuple(rest), new), *step.steps[n + 1 :])
    return replace(step, steps=steps)


def at(step: ProofStep, path: tuple[int, ...]) -> ProofStep:
    return at(step.steps[path[0]], path[1:]) if path else step


def another_claim(step: ProofStep, rng: Random) -> ProofStep:
    """A side with something added or taken away: no longer what is needed."""
    sides = list(step.claim.sides)
    n = 0 if sides[-1] == number(0) else rng.randrange(len(sides))
    sides[n] = rng.choice([apply("add", sides[n], number(1)), apply("sub", sides[n], number(1))])
    return replace(step, claim=Chain(tuple(sides), step.claim.relations))


def another_rule(step: ProofStep, rng: Random) -> ProofStep:
    """Another rule than its own; limits, normal forms and other equations are all confirmed by values."""
    rules = ["normal form", "equal", "term by term", "powers of both sides", "two inequalities", "no such rule"]
    own = "normal form" if step.rule in ("limit", "an equation") else step.rule
    return replace(step, rule=rng.choice([r for r in rules if r != own]))


def fewer_steps(step: ProofStep, rng: Random) -> ProofStep | None:
    """Without a step that is needed: one that repeats a hypothesis or says a sign that shows would not be missed."""
    needed = [n for n, below in enumerate(step.steps) if not shows(below) and not is_rewritten(step, below)]
    n = rng.choice(needed) if needed else None
    return None if n is None else replace(step, steps=(*step.steps[:n], *step.steps[n + 1 :]))


def shows(step: ProofStep) -> bool:
    """Whether what a step says can be seen without it."""
    given = [u for u in step.uses if isinstance(u, Use) and u.source == "given"]
    return not step.steps and (step.rule in SIGNS or len(given) == len(step.uses) == 1)


SIGNS = ("every term has this sign", "a product of squares and of factors > 0", "equal", "normal form", "an equation")


def is_rewritten(step: ProofStep, below: ProofStep) -> bool:
    """Whether a claim is rewritten by an equation that values confirm by themselves."""
    return step.rule == "rewriting" and below.rule != "limit" and below is not step.steps[-1]


def a_step_twice(step: ProofStep, rng: Random) -> ProofStep | None:
    """No step may stand idle."""
    if not step.steps or step.rule in ("cases", "rewriting"):  # a case or an equation is as good if it stands twice
        return None
    below = rng.choice(step.steps)
    return replace(step, steps=(*step.steps, below))


def steps_turned(step: ProofStep, rng: Random) -> ProofStep | None:
    """Steps in another order, where the order tells what each is for."""
    if len(step.steps) < 2 or step.rule in COMMUTING or step.steps[0] == step.steps[-1]:
        return None
    return replace(step, steps=step.steps[::-1])


COMMUTING = ("cases", "the smaller of two", "rewriting", "two inequalities", "a sum of multiples of what is known")


def another_hypothesis(step: ProofStep, rng: Random) -> ProofStep | None:
    """A hypothesis that is stronger, weaker or left out."""
    if not step.given:
        return None
    n = rng.randrange(len(step.given))
    left, right = step.given[n].sides
    given = (*step.given[:n], *step.given[n + 1 :])
    stronger = Chain((left, apply("add", right, number(1))), step.given[n].relations)
    return replace(step, given=rng.choice([given, (*given, stronger)]))


def another_use(step: ProofStep, rng: Random) -> ProofStep | None:
    """A factor, a point or a weight that is not the one."""
    if not step.uses:
        return None
    n = rng.randrange(len(step.uses))
    old: Any = step.uses[n]
    new = (
        replace(old, factor=apply("add", old.factor, number(1)))
        if isinstance(old, Use)
        else apply("add", old, number(1))
    )
    return replace(step, uses=(*step.uses[:n], new, *step.uses[n + 1 :]))


def fewer_uses(step: ProofStep, rng: Random) -> ProofStep | None:
    n = rng.randrange(len(step.uses)) if step.uses else None
    if n is None or step.uses[n] == number(1):
        return None
    return replace(step, uses=(*step.uses[:n], *step.uses[n + 1 :]))


def another_lemma(step: ProofStep, rng: Random) -> ProofStep | None:
    uses = [n for n, u in enumerate(step.uses) if isinstance(u, Use)]
    if not uses:
        return None
    n = rng.choice(uses)
    old = step.uses[n]
    lemma = rng.choice([name for name in ("abs(x) >= x", "log(x) <= x - 1", "given") if name != old.source])
    return replace(step, uses=(*step.uses[:n], Use(old.factor, lemma, old.about[:1]), *step.uses[n + 1 :]))


def a_wish(step: ProofStep, rng: Random) -> ProofStep:
    """The claim itself among the hypotheses."""
    return replace(step, given=(*step.given, step.claim))


MUTATIONS = [another_claim, another_rule, fewer_steps, a_step_twice, steps_turned, another_use, fewer_uses,
             another_lemma, another_hypothesis, a_wish]  # fmt: skip


CALCULATIONS = """
lse(a*z, beta) == a*lse(z, a*beta) where a: nonzero, beta: nonzero
kl(q, softmax(z)) == lse(z) - dot(q, z) - entropy(q)
jacobian(softmax(z), z) @ w == softmax(z)*(w - dot(softmax(z), w))
sum(diff(softmax(z)[i], z[j]), j) == 0
hessian(lse(z), z) == diag(softmax(z)) - outer(softmax(z), softmax(z))
limit(diff(lse(z, beta), z[i]), beta, 0) == 1/N
diff(sum(y*log(softmax(z))), z[i]) == y[i] - softmax(z)[i] where sum(y) == 1
norm(softmax(z) - softmax(w), 2) <= norm(z - w, 2)
""".strip().splitlines()


@pytest.mark.parametrize(
    ("text", "written"), [*((text, False) for text in STATEMENTS), *((text, True) for text in CALCULATIONS)]
)
def test_a_proof_is_confirmed_and_no_mutated_one_is(text: str, written: bool) -> None:
    statement, proof = proof_of(text)
    proof = as_calculations(proof) if written else proof
    assert is_confirmed(statement, proof)
    rng, where, tried = Random(text), list(places(proof)), 0
    while tried < MUTATED:
        path, mutation = rng.choice(where), rng.choice(MUTATIONS)
        mutated = mutation(at(proof, path), rng)
        if mutated is None or mutated == at(proof, path):
            continue
        tried += 1
        spoilt = changed(proof, path, mutated)
        assert not is_confirmed(statement, spoilt), f"{mutation.__name__} at {path}: {mutated}"


def test_a_proof_of_something_else_is_rejected() -> None:
    _, proof = proof_of("max(z) <= lse(z)")
    assert not is_confirmed(parse_statement("max(z) <= lse(z) - 1"), proof)
    assert not is_confirmed(parse_statement("max(w) <= lse(w)"), proof)


def test_a_condition_that_is_used_is_needed() -> None:
    _, proof = proof_of("boltzmann(z, a) <= boltzmann(z, b) where a <= b")
    assert not is_confirmed(parse_statement("boltzmann(z, a) <= boltzmann(z, b)"), proof)


def test_a_length_of_at_least_two_says_nothing_of_another() -> None:
    _, proof = proof_of("w[j] < 1 where w: distribution(M), j: index(M), M >= 2")
    assert not is_confirmed(parse_statement("w[j] < 1 where w: distribution(M), j: index(M), N >= 2"), proof)


CLAIMS = ["max(z) <= 1", "z[i] <= max(z) - 1", "0 < a**2", "diag(exp(z))[i, j] > 0", "sum(a*z) == 0"]
LEAVES = ["a case", "a calculation", "the entries", "an equation", "in real",
          "values of real", "turned round", "two inequalities", "normal form", "equal", "given",
          "cases", "each relation", "rewriting", "the smaller of two", "term by term", "an instance", "no such rule",
          "free parameters", "a sum of multiples of what is known"]  # fmt: skip


@pytest.mark.parametrize("rule", LEAVES)
@pytest.mark.parametrize("text", CLAIMS)
def test_no_rule_proves_a_false_statement_out_of_nothing(text: str, rule: str) -> None:
    statement = parse_statement(text)
    quantity = apply("sub", statement.claim.sides[-1], statement.claim.sides[0])
    for uses in ((), (quantity,), (number(1), quantity), statement.symbols[:1]):
        assert not is_confirmed(statement, ProofStep(rule, statement.claim, (), tuple(uses)))


def test_a_case_that_is_not_one_of_finitely_many_is_none() -> None:
    statement = parse_statement("max(z) <= 100")
    one, other = (parse_statement(f"{text} >= 0").claim for text in ("100 - max(z)", "max(z) - 100"))
    trivial = parse_statement("1 >= 0").claim
    cases = (
        ProofStep("given", one, (), one.sides[:1], (one,)),
        ProofStep("every term has this sign", trivial, (), trivial.sides[:1], (other,)),
    )
    assert not is_confirmed(statement, ProofStep("cases", statement.claim, cases))
    assert not is_confirmed(statement, ProofStep("by the sign of a quantity", statement.claim, cases, (one.sides[0],)))


def test_what_a_derivative_takes_for_constant_is_not_replaced_by_what_varies() -> None:
    statement = parse_statement("diff(entropy(softmax(z, b)), b) >= 0 where b: positive")
    constant = parse_statement("diff(entropy(u), b) >= 0 where u: distribution, b: positive")
    weights, varying = (s.sides[0].args[0].args[0] for s in (constant.claim, statement.claim))
    below = ProofStep("equal", constant.claim)
    assert is_confirmed(constant, below)
    assert not is_confirmed(statement, ProofStep("an instance", statement.claim, (below,), (weights, varying)))


def test_a_side_that_may_be_0_has_no_logarithm() -> None:
    statement = parse_statement("abs(r)/2 <= max([0, r])")
    log = parse_statement("log(max([0, r])) - log(abs(r)/2) >= 0").claim
    below = ProofStep("every term has this sign", log, (), (parse_statement("log(2) >= 0").claim.sides[0],))
    proof = ProofStep("logarithms of both sides", statement.claim, (below,), statement.claim.sides[::-1])
    assert not is_confirmed(statement, proof)


BY_DERIVATIVES = """
lse(t*z + (1 - t)*w, beta) <= t*lse(z, beta) + (1 - t)*lse(w, beta) where t: unit
lse(z) + dot(softmax(z), w - z) <= lse(w)
softplus((a + b)/2) <= (softplus(a) + softplus(b))/2
entropy(p)/2 + entropy(q)/2 <= entropy((p + q)/2)
log(a)/2 + log(b)/2 <= log((a + b)/2) where a: positive, b: positive
norm(softmax(z) - softmax(w), 1) <= norm(z - w, 1)
abs(lse(z) - lse(w)) <= norm(z - w, oo)
dot(softmax(z) - softmax(w), softmax(z) - softmax(w)) <= dot(softmax(z) - softmax(w), z - w)
boltzmann(z, a) <= boltzmann(z, b) where a <= b
boltzmann(z, beta) <= boltzmann(z, beta + 1)
entropy(softmax(z, 3*beta)) <= entropy(softmax(z, 2*beta))
boltzmann(z, -1) <= boltzmann(z, 2)
abs(log(sum(exp(z))) - lse(w)) <= max(abs(z - w))
sum((softmax(z) - softmax(w))**2) <= sum((z - w)**2)/4
sqrt(sum((softmax(z, beta) - softmax(w, beta))**2)) <= beta/2*sqrt(sum((z - w)**2))
sum(abs(softmax(z)[k] - softmax(w)[k]), k) <= sum(abs(z[k] - w[k]), k)/2
(sigmoid(a) - sigmoid(b))**2 <= (a - b)**2/16
lse(a*z + b*w) <= a*lse(z) + b*lse(w) where a >= 0, b >= 0, a + b == 1
lse((2*z + w)/3) <= (2*lse(z) + lse(w))/3
""".strip().splitlines()


@pytest.mark.parametrize("text", BY_DERIVATIVES)
def test_theorems_of_calculus_are_confirmed_where_a_shorter_proof_would_do_too(text: str) -> None:
    statement, end = parse_statement(text), time.monotonic() + 20
    bound = partial(prove_at_most, deadline=end)
    proof = prove_by_derivative(Claim(*statement.claim.sides, assumptions_of(statement), bound, end))
    assert proof is not None
    replay(statement, proof)


def test_the_checker_shares_nothing_with_the_search() -> None:
    folder = Path(__file__).parents[2] / "softsym" / "proof" / "replay"
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            module = getattr(node, "module", None) or ""
            assert not module.startswith(("softsym.algebra", "softsym.calculus", "softsym.proof.inequalities", "sympy"))


def test_the_checker_is_short() -> None:
    package = Path(__file__).parents[2] / "softsym"
    own = [*(package / "proof" / "replay").glob("*.py"), package / "signs.py", package / "refute" / "agreement.py"]
    sizes = {path.stem: len(path.read_text().splitlines()) for path in own}
    assert sizes["engine"] < 300, "what applies the rules"
    assert sum(sizes.values()) < 900, "with what it knows: the table read, the points tried, the signs that show"


@pytest.mark.parametrize(
    ("text", "holds"),
    [("delta(i, 7) == 0", False), ("relu(N - 13) == 0", False), ("delta(i, 7)*z[i] == delta(i, 7)*z[7]", True)],
)
def test_points_go_beyond_the_places_and_lengths_that_a_claim_names(text: str, holds: bool) -> None:
    statement = parse_statement(text)
    assert agree(*statement.claim.sides, moderate_points(statement, statement.symbols)) == holds
