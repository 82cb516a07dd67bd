"""Inequalities that are proved for every N, each beside a look-alike that is false and must not be."""

from __future__ import annotations

import time
from random import Random

import pytest

from softsym.language import parse_statement
from softsym.proof import prove
from softsym.proof.replay import replay
from softsym.refute import search
from tests.proof.points import outcomes

PAIRS = """
sigmoid(r)*(1 - sigmoid(r)) <= 1/4                            | sigmoid(r)*(1 - sigmoid(r)) <= 1/5
0 < sigmoid(r) < 1                                            | 0 < sigmoid(r) < 99/100
-1 <= tanh(r) <= 1                                            | -1/2 <= tanh(r) <= 1
1 + r <= exp(r)                                               | 1 + 2*r <= exp(r)
relu(r) <= softplus(r)                                        | softplus(r) <= relu(r)
softplus(r) <= relu(r) + log(2)                               | softplus(r) <= relu(r) + 69/100
log_sigmoid(r) < 0                                            | log_sigmoid(r) < -1/1000
sigmoid(a) <= sigmoid(b) where a <= b                         | sigmoid(a) < sigmoid(b) where a <= b
log(1 + exp(a)) <= log(1 + exp(b)) where a <= b               | log(1 + exp(a)) <= log(1 + exp(b)) where b <= a
max(softmax(z, beta)) <= 1                                    | max(softmax(z, beta)) <= 1 - 1/N
1/N <= max(softmax(z, beta))                                  | 2/N <= max(softmax(z, beta)) where N >= 2
0 <= entropy(p) <= log(N)                                     | 0 < entropy(p) <= log(N)
entropy(softmax(z, beta)) <= log(N)                           | entropy(softmax(z, beta)) <= log(N) - 1/1000
0 <= kl(p, q)                                                 | 0 < kl(p, q)
cross_entropy(p, q) >= entropy(p)                             | cross_entropy(p, q) >= entropy(q)
kl(softmax(z, a), softmax(z, b)) >= 0                         | kl(softmax(z, a), softmax(z, b)) >= a - b
1/N <= sum(softmax(z)**2)                                     | sum(softmax(z)**2) <= 1/N
sum(p**2) <= max(p)                                           | sum(p**2) <= min(p)
0 <= 1 - sum(softmax(z)**2)                                   | 0 <= 1/2 - sum(softmax(z)**2)
mellowmax(z) <= lse(z)                                        | lse(z) <= mellowmax(z) + log(2)
mean(z) <= mellowmax(z, omega) <= max(z)                      | max(z) <= mellowmax(z, omega)
mellowmax(z, omega) <= boltzmann(z, omega)                    | boltzmann(z, omega) <= mellowmax(z, omega)
lse(z, beta) <= boltzmann(z, beta) + log(N)/beta              | lse(z, beta) <= boltzmann(z, beta) + log(N)/(2*beta)
mean(z) <= boltzmann(z, beta)                                 | mean(z) <= boltzmann(z, beta) where beta: real
log(mean(exp(z))) >= mean(z)                                  | log(mean(exp(z))) >= mean(z) + 1/1000
logZ(z) >= log(N) + mean(z)                                   | logZ(z) >= log(N) + max(z)
log(sum(p*exp(z))) >= dot(p, z)                               | log(sum(p*exp(z))) >= dot(q, z)
-log_softmax(z)[i] >= 0                                       | -log_softmax(z)[i] >= log(N)
-log_softmax(z)[i] <= max(z) - z[i] + log(N)                  | -log_softmax(z)[i] <= max(z) - z[j] + log(N)
softmax(z)[i] <= softmax(z)[j] where z[i] <= z[j]             | softmax(z)[i] <= softmax(w)[i] where z[i] <= w[i]
softmax(z)[i]*softmax(z)[j] <= 1/4 where i != j               | softmax(z)[i]*softmax(z)[j] <= 1/4
jacobian(softmax(z), z)[i, i] <= 1/4                          | jacobian(softmax(z), z)[i, i] <= 1/4 - 1/(4*N**2)
sum(abs(softmax(z) - y)) <= 2 where y: onehot                 | sum(abs(softmax(z) - y)) <= 1 where y: onehot
norm(softmax(z) - y, 2)**2 <= 2 where y: onehot               | norm(softmax(z) - y, 2)**2 <= 1 where y: onehot
0 <= variance(p, z) <= dot(p, z**2)                           | dot(p, z**2) <= variance(p, z)
dot(u, v)**2 <= dot(u, u)*dot(v, v)                           | dot(u, v) <= dot(u, u)*dot(v, v)
norm(z, 2) <= norm(z, 1)                                      | norm(z, 1) <= norm(z, 2)
norm(z, oo) <= norm(z, 2)                                     | sqrt(N)*norm(z, oo) <= norm(z, 2)
norm(u + v, 1) <= norm(u, 1) + norm(v, 1)                     | norm(u + v, 1) <= norm(u - v, 1)
norm(softmax(z), 2) <= 1                                      | norm(softmax(z), 2) <= 1/sqrt(2)
min(z) <= mean(z) <= max(z)                                   | min(z) < mean(z)
max(z + w) <= max(z) + max(w)                                 | max(z) + max(w) <= max(z + w)
abs(max(z) - max(w)) <= norm(z - w, oo)                       | abs(max(z) - max(w)) <= norm(z - w, oo)/2
prod(x)**(1/N) <= mean(x) where x: positive vector            | prod(x) <= mean(x) where x: positive vector
sum(sqrt(p*q)) <= 1                                           | 1 <= sum(sqrt(p*q))
sum((p - q)**2/q) >= 0                                        | sum((p - q)/q) >= 1/1000
kl(p, q) <= log(sum(p**2/q))                                  | log(sum(p**2/q)) <= kl(p, q)
lse((z + w)/2) <= (lse(z) + lse(w))/2                         | lse((z + w)/2) <= (lse(z) + lse(w))/2 - norm(z, 2)/1000
lse(z + w) <= lse(z) + max(w)                                 | lse(z + w) <= lse(z) + mean(w)
lse(z) <= lse(w) where max(z - w) <= 0                        | lse(z) <= lse(w) where max(z) <= max(w)
sum(softplus(z)) >= sum(relu(z))                              | sum(softplus(z)) >= sum(relu(z)) + 1/1000
norm(p - q, 1) <= 2                                           | norm(p - q, 1) <= 199/100
entropy(p) >= 1 - sum(p**2)                                   | entropy(p) >= 3/2 - 3/2*sum(p**2)
kl(p, q) <= sum((p - q)**2/q)                                 | kl(p, q) <= sum((p - q)**2/q)/2
-log_softmax(z)[i] >= 1 - softmax(z)[i]                       | -log_softmax(z)[i] >= 1 - softmax(z)[j]
entropy(p) >= 1 - max(p)                                      | entropy(p) >= 2 - 2*max(p)
dot(z, w) <= norm(z, 2)*norm(w, 2)                            | dot(z, w) <= norm(z, 2)*norm(w, 3)
norm(z + w, 2) <= norm(z, 2) + norm(w, 2)                     | norm(z, 2) + norm(w, 2) <= norm(z + w, 2)
sqrt(1 + r**2) <= 1 + abs(r)                                  | sqrt(1 + r**2) <= 1 + r
mean(sqrt(1 + z**2)) >= sqrt(1 + mean(z)**2)                  | mean(sqrt(1 + z**2)) <= sqrt(1 + mean(z)**2)
softmax(z)[i] <= 1/2 where z[i] <= z[j], i != j               | softmax(z)[i] <= 1/2 where z[i] <= z[j]
kl(p, (p + q)/2) <= log(2)                                    | kl(p, (p + q)/2) <= 69/100
entropy(p) <= log(2) where N == 2                             | entropy(p) <= log(2) where N == 3
kl(p, q) >= 2*(p[1] - q[1])**2 where N == 2                   | kl(p, q) >= 3*(p[1] - q[1])**2 where N == 2
entropy([p[1] + p[2], p[3]]) <= entropy(p) where N == 3       | entropy(p) <= entropy([p[1] + p[2], p[3]]) where N == 3
softplus(r) <= log(2) + r/2 + r**2/8                          | softplus(r) <= log(2) + r/2 + r**2/9
softplus(a) >= softplus(b) + sigmoid(b)*(a - b)               | softplus(a) >= softplus(b) + sigmoid(a)*(a - b)
exp(r) >= 1 + r + r**2/2 where r: nonnegative                 | exp(r) >= 1 + r + r**2/2
log(cosh(r)) <= r**2/2                                        | log(cosh(r)) <= r**2/3
abs(tanh(a) - tanh(b)) <= abs(a - b)                          | abs(tanh(a) - tanh(b)) <= abs(a - b)/2
softplus(mean(z)) <= mean(softplus(z))                        | mean(softplus(z)) <= softplus(mean(z))
kl(p, q) >= norm(p - q, 2)**2/2                               | kl(p, q) >= norm(p - q, 2)**2*1.1
kl(softmax(z), softmax(w)) <= norm(z - w, 2)**2/4             | kl(softmax(z), softmax(w)) <= norm(z - w, 2)**2/5
log(a) >= 1 - 1/a where a: positive                           | a**3 >= 3*a - 2 where a >= -3
sum(((p + q)/2)**3) <= sum(p**3 + q**3)/2                     | sum(((z + w)/2)**3) <= sum(z**3 + w**3)/2 where z >= 0
diff(lse(z, beta), z[i], z[i]) >= 0                           | diff(lse(z, beta), z[i], z[j]) >= 0
lse(z, beta) <= lse(w, beta) where z <= w                     | lse(z, beta) <= lse(w, beta) where mean(z) <= mean(w)
a <= -log(t) where t: positive, t <= exp(-a)                  | a < -log(t) where t: positive, t <= exp(-a)
lse(z) < lse(w) where z < w                                   | lse(z) < lse(w) where z <= w
dot(p, z) <= dot(p, w) where z <= w                           | dot(y, z) <= dot(y, w) where z <= w
0 <= -dot(y, log_softmax(z)) where min(y) >= 0, sum(y) == 1   | 0 <= -dot(y, log_softmax(z)) where sum(y) == 1
kl(p, q) <= sum((p - q)**2/q)                                 | kl(p, q) <= sum((p - q)**2/q)/2
t*entropy(p) <= entropy(t*p + (1 - t)*q) - (1 - t)*entropy(q) where t: unit | entropy((p + q)/2) <= entropy(p)
kl(p, q) >= norm(p - q, 1)**2/2                               | kl(p, q) >= norm(p - q, 1)**2*11/20
norm(p - q, 1)**2 <= dot(log(p) - log(q), p - q)              | norm(p - q, 1)**2 <= dot(log(p) - log(q), p - q)*9/10
norm(p - q, 1)**2 <= 4*sum((sqrt(p) - sqrt(q))**2)            | norm(p - q, 1)**2 <= 3*sum((sqrt(p) - sqrt(q))**2)
max(p - q) <= norm(p - q, 1)/2                                | max(z) <= norm(z, 1)/2
covariance(p, z, w)**2 <= variance(p, z)*variance(p, w)       | covariance(p, z, w)**2 <= variance(p, z)*variance(q, w)
moment(p, z, 3) <= (max(z) - min(z))*variance(p, z)           | moment(p, z, 3) <= max(z)*variance(p, z)
sum((p - q)**2/q) >= norm(p - q, 1)**2                        | sum((p - q)**2/q) >= norm(p - q, 1)**2*11/10
dot(p, abs(z)) <= sqrt(dot(p, z**2))                          | dot(p, abs(z)) <= sqrt(dot(q, z**2))
sum((p - basis(i))**2) <= 2*(1 - p[i])**2                     | sum((p - basis(i))**2) <= (1 - p[i])**2*9/5
variance(p, z) <= norm(z, oo)**2                              | variance(p, z) <= norm(z, oo)**2*9/10
norm(p - q, 2) <= sqrt(2)                                     | norm(p - q, 2) <= 7/5
sum((p - q)**2/(p + q)) <= 2*sum((sqrt(p) - sqrt(q))**2)      | sum((p - q)**2/(p + q)) <= sum((sqrt(p) - sqrt(q))**2)
abs(r) <= abs(sinh(r))                                        | abs(r)*11/10 <= abs(sinh(r))
abs(sigmoid(r) - 1/2) <= abs(r)/4                              | abs(sigmoid(r) - 1/2) <= abs(r)/5
kl(p, q) >= 2*max(p - q)**2                                   | kl(p, q) >= 9/4*max(p - q)**2
kl((p + q)/2, (u + v)/2) <= (kl(p, u) + kl(q, v))/2 where u: distribution, v: distribution | kl((p + q)/2, p) <= 0
log(1 + sum(exp(z))) <= sum(softplus(z))                      | log(2 + sum(exp(z))) <= sum(softplus(z))
abs(softmax(z)[i] - softmax(w)[i]) <= norm(z - w, 1)/4        | abs(softmax(z)[i] - softmax(w)[i]) <= norm(z - w, 1)/5
lse(z) - (1 - t)*z[i] - t*mean(z) >= t*log(N) where t: unit | lse(z) - (1 - t)*z[i] - t*mean(z) >= log(N) where t: unit
-dot((1 - t)*y + t/N, log_softmax(z)) >= t*log(N) where t: unit, y: onehot | dot(y, z) >= 0 where y: onehot
lse(z) >= dot(y, z) where y: onehot                           | lse(z) >= dot(y, z) + 1/100 where y: onehot
kl(p, q) + kl(q, p) <= sum((p - q)**2*(1/p + 1/q))            | kl(p, q) + kl(q, p) <= sum((p - q)**2*(1/p + 1/q))/3
2*(sum(sqrt(p)) - 1) >= entropy(p)                            | 2*(sum(sqrt(p)) - 1)*4/5 >= entropy(p)
(1 - t**a)/a <= (1 - t**b)/b where 0 < t < 1, 0 < b <= a | (1 - t**a)/a <= (1 - t**b)/b where 0 < t < 1, 0 < a <= b
sum(x*log(x)) <= sum(x)*log(sum(x)) where x: positive vector | sum(x*log(x)) <= log(max(x)) where x: positive vector
prod(1 + x) >= 1 + sum(x) where x: positive vector            | prod(1 + x) >= 1 + 2*sum(x) where x: positive vector
sum(w*exp(z)) >= sum(w)*exp(dot(w, z)/sum(w)) where w: positive vector | sum(w*exp(z)) >= exp(dot(w, z))
sum(sqrt(p*q)) >= exp(-kl(p, q)/2)                            | sum(sqrt(p*q)) >= exp(-kl(p, q)/4)
1 - sum(softmax(z)**2) <= entropy(softmax(z))                 | 1 - sum(softmax(z)**2) <= entropy(softmax(z))*7/10
-log_softmax(z)[i] >= 1 - softmax(z)[i] + (1 - softmax(z)[i])**2/2 | -log_softmax(z)[i] >= 1 - softmax(z)[i]**2
0 <= dot(v, hessian(log(1 + sum(exp(z))), z) @ v)             | 0 <= dot(v, hessian(log(1 + sum(z**2)), z) @ v)
-softmax(z)[i]*log_softmax(z)[i] <= exp(-1)                   | -softmax(z)[i]*log_softmax(z)[i] <= 9/10*exp(-1)
softplus(r) >= t*r - t*log(t) - (1 - t)*log(1 - t) where 0 < t < 1 | softplus(r) >= t*r - 2*t*log(t) where 0 < t < 1
abs(dot(p, z) - dot(q, z)) <= norm(p - q, 1)*(max(z) - min(z))/2 | dot(p - q, z) <= norm(p - q, 1)*(max(z) - min(z))/3
sum(p*abs(z - dot(p, z))) <= (max(z) - min(z))/2              | sum(p*abs(z - dot(p, z))) <= (max(z) - min(z))*2/5
abs(diff(sigmoid(r), r, 2)) <= 1/4                            | abs(diff(sigmoid(r), r, 2)) <= 9/100
lse(a*z)/a <= lse(z) where a >= 1                             | lse(a*z)/a <= lse(z) where a > 0
abs(sqrt(1 + sum(z**2)) - sqrt(1 + sum(w**2))) <= norm(z - w, 2) | sqrt(1 + sum(z**2)) <= 2 + norm(z, 2)/2
-(1 - softmax(z)[i])**beta*log_softmax(z)[i] <= -log_softmax(z)[i] | softmax(z)[i]**beta <= softmax(z)[i]
log(2) <= -log_softmax(z)[i] where N >= 2, z[i] <= max(drop(z, i)) | log(2) <= -log_softmax(z)[i] where z[i] <= max(z)
entropy(softmax(z, 2*beta)) <= entropy(softmax(z, beta))      | entropy(softmax(z, beta)) <= entropy(softmax(z, 2*beta))
""".strip().splitlines()

TRUE, FALSE = zip(*(tuple(part.strip() for part in line.split("|")) for line in PAIRS), strict=True)


@pytest.mark.parametrize("text", TRUE)
def test_true_inequalities_are_proved(text: str) -> None:
    statement = parse_statement(text)
    found = prove(statement, time.monotonic() + 20)
    assert not isinstance(found, str)
    replay(statement, found)
    assert {outcome for outcome, _ in outcomes(statement, Random(text), 6)} == {"holds"}


@pytest.mark.parametrize("text", FALSE)
def test_false_look_alikes_are_not(text: str) -> None:
    statement = parse_statement(text)
    assert search(statement, seconds=5).counterexample is not None
    assert isinstance(prove(statement, time.monotonic() + 0.5), str)


def test_a_maximum_beside_a_number_in_coordinates_stops_no_search() -> None:
    assert prove(parse_statement("max([0, 1 + r]) <= softplus(r) - 1"), time.monotonic() + 1)


def test_two_shares_are_not_one_number() -> None:
    text = "abs(softmax(z)[1] - softmax(w)[1]) <= abs(z[1] - z[2] - w[1] + w[2])/1000 where N == 2"
    assert isinstance(prove(parse_statement(text), time.monotonic() + 1), str)


ONLY_AT_ZERO = [
    "0 < r**2",
    "0 < c**2 where c: nonnegative",
    "0 < -(a - b)**2 where a < b",
    "0 < -log(1 - y[i]) where y: simplex",
    "0 < softmax(z)[i]*(z[i] - mean(z))**2",
    "variance(p, z) < dot(p, z**2)",
    "1 <= sign(r)**2",
    "abs(a)/abs(a) <= sign(a)**2 + sign(b)**2 - 1/2",
    "argmax_count(z) <= 1",
    "sum(hardmax(z)) <= sum(hardmax(z)**2)",
    "w[j] + 0*z[1] < 1 where w: distribution(M), j: index(M), N >= 2",
    "p[i] + 0*norm(z - w, 2) < 1 where z != w",
]


@pytest.mark.parametrize("text", ONLY_AT_ZERO)
def test_what_fails_at_a_zero_or_a_tie_only_is_not_proved(text: str) -> None:
    assert isinstance(prove(parse_statement(text), time.monotonic() + 1), str)
