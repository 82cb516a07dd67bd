"""The checker of proofs: it confirms what the search finds, rejects every mutated proof, and stands on its own."""

from __future__ import annotations

import ast
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from softsym.errors import SoftsymError
from softsym.expression import Expr, apply, number
from softsym.language import Chain, Statement, parse_statement
from softsym.proof import ProofStep, Use, prove, replay

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
    """A side with something added, doubled or turned round: no longer what is needed."""
    sides = list(step.claim.sides)
    n = 0 if sides[-1] == number(0) else rng.randrange(len(sides))
    plain: list[Expr] = [apply("add", sides[n], number(1)), apply("sub", sides[n], number(1)), apply("neg", sides[n])]
    sides[n] = rng.choice(plain)
    return replace(step, claim=Chain(tuple(sides), step.claim.relations))


def another_rule(step: ProofStep, rng: Random) -> ProofStep:
    rules = ["normal form", "equal", "term by term", "powers of both sides", "two inequalities", "no such rule"]
    return replace(step, rule=rng.choice([r for r in rules if r != step.rule]))


def fewer_steps(step: ProofStep, rng: Random) -> ProofStep | None:
    n = rng.randrange(len(step.steps)) if step.steps else None
    return None if n is None else replace(step, steps=(*step.steps[:n], *step.steps[n + 1 :]))


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


MUTATIONS = [another_claim, another_rule, fewer_steps, another_use, fewer_uses, another_lemma, a_wish]


@pytest.mark.parametrize("text", STATEMENTS)
def test_a_proof_is_confirmed_and_no_mutated_one_is(text: str) -> None:
    statement, proof = proof_of(text)
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


def test_the_checker_shares_nothing_with_the_search() -> None:
    folder = Path(__file__).parents[2] / "softsym" / "proof" / "replay"
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            module = getattr(node, "module", None) or ""
            assert not module.startswith(("softsym.algebra", "softsym.calculus", "softsym.proof.inequalities", "sympy"))
