"""False statements, from the obvious to those that fail in a corner only, each refuted by a point that a second
evaluator confirms."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath as mp
import pytest

from softsym.expression import Apply, walk
from softsym.language import Statement, parse_statement
from softsym.refute import Counterexample, search
from tests.evaluation import mpmath_oracle as oracle

OBVIOUS = """
lse(z) == max(z)
softmax(2*z) == 2*softmax(z)
boltzmann(z + w) == boltzmann(z) + boltzmann(w)
kl(p, q) == cross_entropy(p, q)
sigmoid(a + b) == sigmoid(a)*sigmoid(b)
normalize(x) == softmax(x) where x: positive vector
entropy(p) == log(N)
lse(concat(z, w)) == lse(z) + lse(w) where w: vector(M)
identity(N) @ z == ones(N)
softmax(z/T) == softmax(z, T)
argmax_count(z) == 1
hardmax(z) == onehot_argmax(z)
len(z) == 3 where N == M, w: vector(M), M >= 4
z[3] == z[2]
"""

INEQUALITIES = """
log(N) <= entropy(p)
kl(p, q) <= norm(p - q, 1)
norm(z, 2) < norm(z, 1)
boltzmann(z, a) < boltzmann(z, b) where a < b
softmax(z)[i] <= softmax(w)[i] where z[i] <= w[i]
entropy(p) <= entropy(q) where max(q) <= max(p)
max(z) < lse(z, 100)
kl(p, q) > 0
0 < entropy(p)
max(p) < 1
tanh(r) <= r
moment(softmax(z), z, 3) <= 0
sum(softmax(z)**2) <= 1/2 where N >= 2
log(sum(p**2)) <= -entropy(p)
mean(z) <= boltzmann(z, beta) where beta: real
0 <= sigmoid(r) <= 3/4
"""

IN_A_CORNER = """
lse(z) <= max(z) + 0.99*log(N)
softplus(r) <= log(2) + r/2 + 0.124*r**2
norm(softmax(z) - softmax(w), 2) <= 0.49*norm(z - w, 2)
variance(softmax(z, beta), z) <= 0.249*(max(z) - min(z))**2 where beta: real
norm(p - q, 1)**2 <= 1.99*kl(p, q)
norm(p - q, 2) <= 1.41
max(z) - boltzmann(z, beta) <= log(N)/(2*beta)
lse(concat(z, w)) <= max([lse(z), lse(w)]) + 0.69 where w: vector(M)
lse((z + w)/2) <= (lse(z) + lse(w))/2 - norm(z - w, 2)**2/1000
dot(v, outer(softmax(z), softmax(z)) @ v) <= 0.999*dot(v, v)
abs(moment(p, z, 3)) <= 0.096*(max(z) - min(z))**3
sparsemax(z)[i] <= softmax(z)[i] + 0.4
max(z) - boltzmann(z, beta) <= 0.55*log(N)/beta
norm(grad(boltzmann(z), z), 1) <= 2
sum((sqrt(p) - sqrt(q))**2) <= 0.999*norm(p - q, 1)
entropy((p + q)/2) <= (entropy(p) + entropy(q))/2 + 0.99*log(2)
lse(t*z + (1 - t)*w) >= t*lse(z) + (1 - t)*lse(w) - t*(1 - t)*norm(z - w, 2)**2/4.1 where t: unit
"""

BY_A_HAIR = """
lse(z)*(1 + 1e-30) == lse(z)
sum(softmax(z, beta)) == 1 + 1e-31*z[i]
lse(z) == max(z) + exp(-70) where N == 1
softmax(z)[i] + 1e-30 <= 1
exp(a + 1e-32) == exp(a)
"""

CALCULUS = """
grad(lse(z, beta), z) == softmax(z)
diff(softmax(z, beta)[i], z[j]) == softmax(z, beta)[i]*(delta(i, j) - softmax(z, beta)[j])
diff(kl(softmax(z), softmax(w)), z[i]) == softmax(z)[i] - softmax(w)[i]
trace(hessian(lse(z), z)) <= 1/2
diff(logZ(z, beta), beta, 3) >= 0
diff(max(z), z[i]) == 1
diff(norm(z, 2), z[i]) == z[i]
limit(softmax(z, beta), beta, oo) == onehot_argmax(z)
limit(entropy(softmax(z, beta)), beta, oo) == 0
limit(lse(z, beta), beta, 0) == mean(z)
limit(sign(t), t, 0) == 0
limit(exp(1/t), t, 0) == 0
limit(lse(z, beta), z[i], oo) == z[i]
"""

CONDITIONS = """
y[i] <= 1/2 where sum(y) == 1, min(y) >= 0, sum(y**2) == 1
dot(z, w) == 1 where dot(z, w) == 0, z != w, sum(z) == 1, sum(w) == 2
x[i] > y[j] where x: positive vector, y: vector(K), j: index(K), max(y) <= min(x)
a == b where a: integer, b: integer, a < b, b < a + 2
hardmax(z)[i] == 1 where argmax_count(z) == 2, N >= 3
z[i] == 1 where i == 1, N >= 3
z[i] <= 3*z[j] where z[i] > max(drop(z, i)), min(z) > 0, i != j
softmax(z) == softmax(w) where norm(z - w, oo) <= 1/1000000
z[i] == a where z == w + a, norm(w, oo) == 1
a + b == 2 where 0 <= a <= b, a*b == 1
p[i] <= 1/2 where p: simplex(3), i: index(3), dot(p, [1, 2, 4]) == 3
"""

AT_AN_EDGE = """
sum(x**2) <= 1 where x: positive vector, sum(x) <= 1 + 1/10**6
p[1] == 1/2 where N == 2, entropy(p) >= 0.6931
norm(p - q, 1) <= 0.04 where kl(p, q) <= 1/1000
norm(z + w, 2) <= norm(z - w, 2) where dot(z, w) <= 1/10**6
beta**2 >= beta where beta >= 0.999999
y[i] <= 1/2 where y: simplex, entropy(y) == log(2)
log(N) <= 3.7 where N <= 41
log(N) >= 1.4 where N >= 4
"""

ENCLOSED = """
a*exp(a) <= 1 where a*exp(a) == 2, a: positive
b <= 1/2 where b: unit, b == cosh(b)/2
a <= 1 where a**2 == 2, a: nonnegative
p[i] <= 1/2 where p: distribution(3), i: index(3), entropy(p) == 1
entropy(q) <= entropy(softmax(z, beta))/2 where dot(q, z) == boltzmann(z, beta), N >= 2
"""

NAMED = """
delta(i, 7) == 0
delta(i, 7)*delta(j, 9) == 0
delta(i, 123456) == 0
z[i]*delta(i, 11) == 0
basis(i)[19] == 0
(N - 13)**2 > 0
relu(N - 123456789) == 0
abs(len(concat(z, w)) - 31) > 0 where w: vector(M)
relu(r - 10**20) == 0
sum(relu(z - 10**9)) == 0
sqrt(r**2) == r where r > -1/10**15
relu(1/10**40 - r) == 0 where r: positive
"""
"""Claims that fail only at or beyond the places, the lengths and the numbers that they name."""

INSIDE = """
x[1]*log(x[1]) >= -0.367879 where x: positive vector
-r*log(r) <= 1/exp(1) - 1/10**12 where r: positive
softmax(z)[i]*(1 - softmax(z)[i])**2 <= 4/27 - 1/10**9
p[i]*log(1/p[i]) <= 1/exp(1) - 1/10**8
kl([r, 1 - r], [1/3, 2/3]) >= 1/10**9 where r: unit
"""
"""Bounds that fail only close to a point inside of what is allowed."""
SYSTEMS = """
x == softmax(z) where x == c*exp(z), sum(x) == 2
mean(z**3) == 0 where sum(z) == 0, sum(z**2) == N
sum(z**4) >= 1/2 where sum(z) == 0, norm(z, 2) == 1
dot(z, w) == 0 where norm(z, 2) == 1, norm(w, 2) == 1, sum(z) == 0, sum(w) == 0
a*b == c where a + b == 3, a**2 + b**2 == 7
entropy(y) == log(2) where sum(y) == 1, y >= 0, sum(y**2) == 1/2
boltzmann(z, 1) == 1 where lse(z) == 2, sum(z) == 0
"""
"""Claims under several equations, which hold together only at roots that are enclosed."""
KNOWN = [OBVIOUS, INEQUALITIES, IN_A_CORNER, BY_A_HAIR, CALCULUS, CONDITIONS, AT_AN_EDGE, ENCLOSED]
FALSE = [*KNOWN, NAMED, INSIDE, SYSTEMS]
LINES = [line for group in FALSE for line in group.strip().splitlines()]


@pytest.mark.parametrize("text", LINES)
def test_refuted(text: str) -> None:
    statement = parse_statement(text)
    found = search(statement, seconds=20.0).counterexample
    assert found is not None
    heads = {n.head for side in statement.claim.sides for n in walk(side) if isinstance(n, Apply)}
    if not heads & {"diff", "grad", "jacobian", "hessian", "limit"}:
        assert_violated(statement, found)


def number(text: str) -> Any:
    """The number of a point: a fraction, or the middle of a printed enclosure."""
    if text.startswith("["):
        return mp.mpf(text[1:].split()[0])
    return mp.mpf(Fraction(text).numerator) / Fraction(text).denominator


def read_point(found: Counterexample) -> dict[str, Any]:
    return {n: read_value(v) for n, v in found.point.items()}


def read_value(given: Any) -> Any:
    if isinstance(given, list):
        return [number(v) for v in given]
    return number(given) if isinstance(given, str) else mp.mpf(given)


def assert_violated(statement: Statement, found: Counterexample) -> None:
    """mpmath, too, finds the relation false at the printed point."""
    with mp.workdps(oracle.DIGITS):
        at = read_point(found)
        left, right = (oracle.value(s, at) for s in statement.claim.sides[found.relation : found.relation + 2])
        for place in found.entry:
            left, right = (v[place - 1] if isinstance(v, list) else v for v in (left, right))
        relation = statement.claim.relations[found.relation]
        tiny = mp.mpf(10) ** -45
        violated = {
            "==": abs(left - right) > tiny,
            "<=": left > right + tiny,
            ">=": left < right - tiny,
            "<": left > right - tiny,
            ">": left < right + tiny,
        }
        assert violated[relation], (found, left, right)


def test_the_counterexample_is_short() -> None:
    found = search(parse_statement("lse(z, beta) <= mean(z)")).counterexample
    assert found is not None
    assert found.point == {"beta": "1", "z": ["0", "0"], "N": 2}
    assert found.relation == 0
    assert found.entry == ()
    assert found.left.startswith("[0.6931471805599453094")
    assert found.right == "0"
    assert found.explanation == f"{found.left} <= 0 is false"


def test_the_failing_relation_and_entry_are_named() -> None:
    found = search(parse_statement("0 <= softmax(z) <= 1/2 where N == 3")).counterexample
    assert found is not None
    assert found.relation == 1
    assert len(found.entry) == 1
    assert "at entry" in found.explanation


def test_a_divergence_is_explained() -> None:
    found = search(parse_statement("limit(a/t, t, 0) == 0 where a: positive")).counterexample
    assert found is not None
    assert "oo" in found.explanation


AT_GREAT_LENGTHS = """
log(N) <= 25
entropy(p) <= 30
lse(z) <= max(z) + 20
norm(z, 1) <= 1000*norm(z, 2)
max(p) >= 1/2000
max(z) - boltzmann(z, beta) <= 0.9*log(N)/beta where N >= 2
variance(softmax(z), z) <= 2*log(N) where N >= 2
sum(sum(abs(p[i] - q[j]), i), j) <= 5000
1 <= 5000*max(grad(lse(z), z))
lse(concat(z, w)) <= max(concat(z, w)) + 15 where w: vector(M)
"""


@pytest.mark.parametrize("text", AT_GREAT_LENGTHS.strip().splitlines())
def test_what_fails_first_at_a_great_length_is_refuted(text: str) -> None:
    found = search(parse_statement(text), seconds=4, far=True).counterexample
    assert found is not None
    assert max(found.point["N"], found.point.get("M", 0)) > 1000


def test_runs_of_equal_entries_stand_once() -> None:
    statement = parse_statement("sum(x) <= 10**7*max(x) where x: positive vector")
    found = search(statement, seconds=4, far=True).counterexample
    assert found is not None
    assert len(found.point["x"]) <= 3
    assert found.point["x"][-1].endswith(" times)")


def test_true_bounds_hold_at_great_lengths() -> None:
    for text in ("entropy(p) <= log(N)", "lse(z) <= max(z) + log(N)", "norm(z, 1)**2 <= N*norm(z, 2)**2"):
        assert search(parse_statement(text), seconds=0.5, far=True).counterexample is None
