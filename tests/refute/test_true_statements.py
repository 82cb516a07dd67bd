"""True statements are supported, never refuted; vacuous ones are not admissible; budgets and seeds are obeyed."""

from __future__ import annotations

from time import monotonic

import pytest

from softsym.language import parse_statement
from softsym.refute import Findings, search

IDENTITIES = """
sum(softmax(z, beta)) == 1 where beta: real
lse(z + c, beta) == lse(z, beta) + c where beta: nonzero
jacobian(softmax(z, beta), z)[i, j] == beta*softmax(z, beta)[i]*(delta(i, j) - softmax(z, beta)[j])
lse(concat(z, w), beta) == lse([lse(z, beta), lse(w, beta)], beta) where w: vector(M)
diff(boltzmann(z, beta), beta) == variance(softmax(z, beta), z)
argmax_count(softmax(z, beta)) == argmax_count(z)
diff(max(z), z[i]) == hardmax(z)[i]
kl(p, q) + entropy(p) == cross_entropy(p, q)
softmax(z, beta)[1] == sigmoid(beta*(z[1] - z[2])) where N == 2
sum(y*z) == dot(z, y) where sum(y) == 1, min(y) >= 0
drop(softmax(z), i) == softmax(drop(z, i))*(1 - softmax(z)[i]) where N >= 2
diff(norm(z, 2), z[i]) == z[i]/norm(z, 2)
x == softmax(z) where x == c*exp(z), sum(x) == 1
c == 1/sum(exp(z)) where x == c*exp(z), sum(x) == 1
"""

BOUNDS = """
max(z) <= lse(z, beta) <= max(z) + log(N)/beta
norm(z, 2) <= norm(z, 1) <= sqrt(N)*norm(z, 2)
norm(softmax(z, beta) - softmax(w, beta), 2) <= beta/2*norm(z - w, 2)
norm(p - q, 1)**2 <= 2*kl(p, q)
softplus(r) <= log(2) + r/2 + r**2/8
max(z) - boltzmann(z, beta) <= log(N)/beta
softmax(z)[i] <= softmax(z)[j] where z[i] <= z[j]
0 < softmax(z, beta)[i]
softmax(z, beta)[i] < 1 where N >= 2
trace(hessian(lse(z), z)) <= 1 - 1/N
norm(sparsemax(z) - sparsemax(w), 2) <= norm(z - w, 2)
entropy(q) <= entropy(softmax(z, beta)) where dot(q, z) == boltzmann(z, beta)
"""

LINES = [line for group in (IDENTITIES, BOUNDS) for line in group.strip().splitlines()]


@pytest.mark.parametrize("text", LINES)
def test_supported(text: str) -> None:
    found = search(parse_statement(text), seconds=1.0)
    assert found.counterexample is None
    assert found.admissible
    assert found.points >= 3
    assert len(found.lengths) >= 2 or "N == 2" in text


VACUOUS = ["0 == 1 where beta < 0", "log(-1 - a**2) == 1", "z[i] == 1 where i < j, N == 1", "1/(a - a) == 2"]


@pytest.mark.parametrize("text", VACUOUS)
def test_vacuous_statements_are_not_admissible(text: str) -> None:
    assert search(parse_statement(text), seconds=0.2) == Findings(None, 0, (), False)


def test_the_same_seed_finds_the_same() -> None:
    statement = parse_statement("kl(p, q) <= norm(p - q, 1)")
    assert search(statement, seed=3) == search(statement, seed=3)


HEAVY = [
    "hessian(boltzmann(z, beta), z)[i, j] <= 10 + hessian(boltzmann(z, beta), z)[j, i]",
    "limit(kl(softmax(z, beta), softmax(z, beta + t))/t**2, t, 0) == variance(softmax(z, beta), z)/2",
    "sum(softmax(z)) == 1 where N == 2000",
    "dot(q, z) <= max(z) where dot(q, z) == boltzmann(z, beta), entropy(q) == 1/2",
]


@pytest.mark.parametrize("text", HEAVY)
def test_the_time_is_obeyed(text: str) -> None:
    started = monotonic()
    assert search(parse_statement(text), seconds=0.5).counterexample is None
    assert monotonic() - started < 2.0


def test_an_identity_gets_its_support_quickly() -> None:
    statement = parse_statement("grad(lse(z, beta), z) == softmax(z, beta)")
    search(statement)
    started = monotonic()
    assert search(statement).points >= 20
    assert monotonic() - started < 1.0  # about 0.1 s on an idle machine
