"""Verdicts of whole statements, and what a verdict says."""

from __future__ import annotations

import json
import sys

import pytest

from softsym.algebra import Assumptions, ZeroTest
from softsym.cli import main
from softsym.errors import LanguageError
from softsym.expression import apply
from softsym.language import chain_text, parse_statement
from softsym.proof import ProofStep, Verdict, check, prove
from softsym.proof.assumptions import assumptions_of, sign_cases, split_scalars
from softsym.proof.coordinates import in_coordinates

PROVED = """
lse(w) == 0 where w == log_softmax(z)
dot(w, softmax(z)) == 0 where w == v - dot(softmax(z), v)
log(x[i]) - log(x[j]) == z[i] - z[j] where x: positive vector, x == c*exp(z)
norm(grad(lse(z), z), 1) == 1 where N == 2
log(a**2) == 2*log(a)
sum(log(v*u)) == sum(log(u)) + sum(log(v))
min([max([r, 0]), 1]) == (abs(r) - abs(r - 1) + 1)/2
max(softmax(z)) == sigmoid(abs(z[1] - z[2])) where N == 2
norm(p - q, 1) == 2*abs(p[1] - q[1]) where N == 2
sum(sum(abs(z[i] - z[j]), i), j) == 4*(max(z) - min(z)) where N == 3
abs(exp(a) - exp(b)) == exp(max([a, b])) - exp(min([a, b]))
max([a, b, c]) == max([max([a, b]), max([b, c])])
sum(softmax(z)) == 1 where N >= 7, N <= 8
diff(lse(z), z[i], z[j], z[k]) == 2*softmax(z)[i]*softmax(z)[j]*softmax(z)[k] where i < j, j < k
sum(softmax(z, beta)) == 1 where beta: real
lse(z + c, beta) == lse(z, beta) + c where beta: nonzero
softmax(z + c, beta) == softmax(z, beta) where beta: real
lse(z, -beta) == -lse(-z, beta)
grad(lse(z, beta), z) == softmax(z, beta)
jacobian(softmax(z, beta), z)[i, j] == beta*softmax(z, beta)[i]*(delta(i, j) - softmax(z, beta)[j]) where beta: real
softmax(log_softmax(z)) == softmax(z)
lse([lse(z), lse(w)]) == lse(concat(z, w)) where w: vector(M)
kl(p, q) + entropy(p) == cross_entropy(p, q)
kl(softmax(z), softmax(w)) == lse(w) - lse(z) - dot(softmax(z), w - z)
abs(a)*abs(b) == abs(a*b)
abs(a*z[i]) == abs(a)*abs(z[i])
max(a*z) == a*max(z) where a: nonnegative
norm(a*z, oo) == abs(a)*norm(z, oo)
abs(r) == max([r, -r])
cross_entropy(y, softmax(z)) == -log_softmax(z)[i] where y: onehot, y[i] == 1
softmax(z)[1] == sigmoid(z[1] - z[2]) where N == 2
sum(softmax(z)[i]*z[i], i) == softmax(z)[1]*z[1] + softmax(z)[2]*z[2] + softmax(z)[3]*z[3] where N == 3
sum(softmax(z)) == 1 where N == 50
lse(z + c) == lse(z) + c where N == 50
softmax(z)[i]/softmax(z)[j] == exp(z[i] - z[j]) where N == 50
softmax(z)[i] == 1 where N == 1
z[i] == z[j] where i == j
max(z) <= lse(z, beta) <= max(z) + log(N)/beta
0 <= entropy(p) <= log(N)
min(z) <= mean(z) <= max(z)
0 < softmax(z)[i] <= 1
mean(z) == dot(ones(N), z)/N <= max(z)
softmax(z)[i] < 1 where N >= 2
softmax(z)[i] <= softmax(z)[j] where z[i] <= z[j]
hardmax([a, b]) == [1, 0] where a > b
limit(softmax(z, beta), beta, oo) == hardmax(z)
limit(lse(z, beta), beta, oo) == max(z)
pi > 3
0.1 + 0.2 == 0.3
"""

REFUTED = """
lse([0, 1000]) == 1000
log(1 + exp(-10**4)) == 0
softplus(r) == r where r > 1000
tanh(r) == sign(r) where abs(r) >= 500
log(a*b) == log(-a) + log(-b) + 1
max(softmax([a, b])) == sigmoid(a - b)
abs(a - b) + abs(b - c) == max([a, b, c]) - min([a, b, c])
lse(z, beta) <= max(z)
lse(z + c, beta) == lse(z, beta) + beta*c
softmax(2*z) == softmax(z)
jacobian(softmax(z), z)[i, j] == softmax(z)[i]*(1 - softmax(z)[j])
kl(p, q) == kl(q, p)
max(z) <= lse(z) <= max(z) + log(N)/2
0 <= entropy(p) <= log(2)
mean(z) <= max(z) <= mean(z)
max(a*z) == a*max(z)
z[i] == z[j]
z[i] == z[j] where i != j
softmax(z)[i] < 1
softmax(z)[1] == sigmoid(z[1] - z[2]) where N >= 2
sum(softmax(z)[i]*z[i], i) == softmax(z)[1]*z[1] + softmax(z)[2]*z[2] where N == 3
lse(z) <= max(z) + log(49) where N == 50
sum(z) == N*z[1] where N == 50
sqrt(r**2) == r
cross_entropy(y, softmax(z)) == lse(z) - dot(y, z) where sum(y) == 2
r**2 >= r
limit(1/t, t, 0) == 5
limit(abs(t)/t, t, 0) == 1
limit(softmax(z, beta), beta, oo) == onehot_argmax(z)
pi < 3.14159265358979
"""

UNKNOWN = """
log(-abs(r) - 1) == 3
sum(z) == 1 where sum(z) == 0, sum(z) == 2
z[i] >= 0 where z[i] >= 1, z[i] <= 0
0 == 1 where beta < 0
0 == 0 where beta < 0
z[i] == z[i] where i != j, N == 1
z[i] == z[j] where i != j, N == 1
1/(a - a) == 1/(a - a)
z[2] == z[2] where w: vector(M), z[1] == 0, N == M, M < 2
"""


def lines(table: str) -> list[str]:
    return table.strip().splitlines()


@pytest.mark.parametrize("text", lines(PROVED))
def test_proved(text: str) -> None:
    verdict = check(text, timeout=30)
    assert verdict.status == "proved"
    assert verdict.counterexample is None
    assert verdict.method
    assert verdict.scope
    assert verdict.proof or verdict.scope == "constants"


@pytest.mark.parametrize("text", lines(REFUTED))
def test_refuted(text: str) -> None:
    verdict = check(text, timeout=30)
    assert verdict.status == "refuted"
    assert verdict.counterexample is not None
    assert verdict.detail
    assert not verdict.proof


@pytest.mark.parametrize("text", lines(UNKNOWN))
def test_vacuous_statements_are_unknown(text: str) -> None:
    verdict = check(text, timeout=0.6)
    assert (verdict.status, verdict.counterexample) == ("unknown", None)
    assert "vacuous" in verdict.detail


def test_an_unknown_verdict_says_what_supports_it() -> None:
    verdict = check("norm(z, 3/2)**beta*norm(z, 3)**beta <= 4*norm(z, 3/2)**(2*beta)", timeout=0.6)
    assert verdict.status == "unknown"
    assert "exact points with N from 1 to" in verdict.detail


def test_a_chain_is_as_true_as_its_weakest_link() -> None:
    assert check("a == a <= a + 1").status == "proved"
    verdict = check("a <= a + 1 <= a + 1/2 <= a + 2")
    assert verdict.status == "refuted"
    assert "<=" in verdict.detail


SCOPES = [
    ("sum(softmax(z)) == 1", "every N"),
    ("softmax(z)[1] + softmax(z)[2] == 1 where N == 2", "N = 2"),
    ("sum(w) == dot(ones(M), w) where w: vector(M)", "every M"),
    ("len(concat(z, w)) == N + M where w: vector(M)", "every M, every N"),
    ("len(concat(z, w)) == N + 3 where w: vector(M), M == 3", "M = 3, every N"),
    ("(a + 1)**2 == a**2 + 2*a + 1", "every N"),
]


@pytest.mark.parametrize(("text", "scope"), SCOPES)
def test_the_scope_names_the_lengths(text: str, scope: str) -> None:
    assert check(text).scope == scope


@pytest.mark.parametrize(
    "text", ["lse(z + c) == lse(z) + c", "softmax(z)[i] == exp(z[i] - lse(z))", "variance(p, z + a) == variance(p, z)"]
)
def test_a_proof_does_not_grow_with_a_fixed_length(text: str) -> None:
    """The same cases and steps for N = 50 as for N = 3: sums over a fixed length are not written out in vain."""
    found = [prove(parse_statement(f"{text} where N == {size}")) for size in (3, 50)]
    sizes = {len(list(f.walk())) for f in found if isinstance(f, ProofStep)}
    assert len(sizes) == 1
    assert not any(isinstance(f, str) for f in found)
    cases = [len(_cases(f"{text} where N == {size}")) for size in (3, 50)]
    assert cases[0] == cases[1] == 1


def _cases(text: str) -> list[object]:
    statement = parse_statement(text)
    return list(ZeroTest(assumptions_of(statement)).cases(apply("sub", *statement.claim.sides)))


def test_free_indices_are_proved_in_every_way_they_coincide() -> None:
    for names, ways in (("i", 1), ("i, j", 2), ("i, j, k", 5)):
        product = "*".join(f"z[{n}]" for n in names.split(", "))
        assert len(_cases(f"{product} == {product}*sum(p)")) == ways
    assert len(_cases("z[i]*z[j] == z[j]*z[i] where i != j")) == 1
    assert len(_cases("z[i]*z[j] == z[j]*z[i] where i == j")) == 1


SIGNS = [
    ("a == a", 0),
    ("abs(a) <= 1", 3),
    ("abs(a*b) == abs(a)*abs(b)", 9),
    ("abs(a) == a where a: nonnegative", 2),
    ("abs(beta) == beta", 0),
    ("abs(a) == abs(b)*abs(c)", 0),
]


@pytest.mark.parametrize(("text", "count"), SIGNS)
def test_signs_are_split_where_they_matter(text: str, count: int) -> None:
    statement = parse_statement(text)
    assert len(list(sign_cases(statement, split_scalars(statement)))) == count


def test_cases_by_sign_are_explained() -> None:
    explained = check("hardmax(c*z)*relu(c) == hardmax(z)*relu(c)").explain()
    assert all(f"c {sign}" in explained for sign in ("positive", "negative", "zero"))


def test_the_fields_of_a_verdict_as_json() -> None:
    verdict = check("bound: lse(z, beta) <= max(z)")
    fields = verdict.as_json()
    assert list(fields) == [
        "name",
        "statement",
        "status",
        "scope",
        "method",
        "seconds",
        "counterexample",
        "detail",
    ]
    assert json.loads(json.dumps(fields)) == fields
    assert (fields["name"], fields["status"]) == ("bound", "refuted")
    assert set(fields["counterexample"]) == {"z", "beta", "N"}
    assert fields["seconds"] > 0


def test_the_steps_are_numbered_in_an_explanation() -> None:
    verdict = check("sum(softmax(z)) == 1")
    assert isinstance(verdict.proof, ProofStep)
    for row in verdict.proof.rows():
        assert f"  {row.number}. {chain_text(row.claim)}" in verdict.explain()
        assert all(reason in verdict.explain() for reason in row.reasons)
    assert verdict.explain().startswith(str(verdict))


@pytest.mark.parametrize(("status", "code"), [("proved", 0), ("refuted", 1), ("unknown", 3)])
def test_exit_codes(status: str, code: int) -> None:
    assert Verdict("a == a", status).exit_code == code


COMMANDS = [
    (["a == a"], 0),
    (["a == b"], 1),
    (["0 == 0 where beta < 0"], 3),
    (["a == a", "0 == 0 where beta < 0"], 3),
    (["a == a", "0 == 0 where beta < 0", "a == b"], 1),
    (["a =="], 2),
    ([], 2),
]


@pytest.mark.parametrize(("texts", "code"), COMMANDS)
def test_exit_codes_of_the_command(texts: list[str], code: int, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, "argv", ["softsym", "check", "--jobs", "1", "--timeout", "1", *texts])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == code
    assert capsys.readouterr().out or code == 2


def test_a_text_that_is_no_statement_raises() -> None:
    with pytest.raises(LanguageError):
        check("lse(z, beta")


def test_the_same_seed_gives_the_same_verdict() -> None:
    first, second = (check("kl(p, q) <= norm(p - q, 1)", seed=3).counterexample for _ in range(2))
    assert first == second


def test_coordinates_leave_what_is_differentiated_by_a_vector() -> None:
    read = parse_statement("dot(v, jacobian(softmax(z), z) @ v) <= 1 where N == 2")
    left, right = read.claim.sides
    assert in_coordinates(left, right, Assumptions(lengths=dict(read.lengths))) is None
