"""Expressions of every kind that the numeric tests run, and points to run them at."""

from __future__ import annotations

from typing import Any

import numpy as np

from softsym.symbols import Kind
from softsym.targets.numpy import ArrayFunction

EXPRESSIONS = """
softmax(z, beta) | softmax(z, c) | softmin(z, beta) | log_softmax(z, beta) | lse(z, beta) | lse(z, c) | logZ(z, beta)
mellowmax(z, omega) | boltzmann(z, beta) | entropy(softmax(z, beta)) | kl(softmax(z), softmax(w)) | entropy(p)
kl(p, q) | cross_entropy(y, softmax(z, beta)) where y: onehot | cross_entropy(p, softmax(z, beta)) | sigmoid(a)
log_sigmoid(a) | cross_entropy(y, p) where y: onehot | softplus(a) | softplus(z, beta) | tanh(z) | sinh(a) | cosh(a)
log(cosh(a)) | log(1 - sigmoid(a)) | -(r*log(sigmoid(a)) + (1 - r)*log(1 - sigmoid(a))) | logit(sigmoid(a))
tanh(a)/a | (1 - softmax(z)[i])**2*log(softmax(z)[i]) | -log(sum(y*softmax(z))) where y: onehot | log(1 - softmax(z))
-log(sum(y*softmax(z))) where y: simplex | lse(concat(z, w), beta) where w: vector(M) | 1 - softmax(z)
lse([lse(z, beta), lse(w, beta)], beta) | sum(exp(z[k] - z[i]), k) | log(sum(sum(exp(z[i] + w[j]), j), i))
exp(exp(z))/sum(exp(exp(z))) | (1 + exp(z))/sum(1 + exp(z)) | 3**z/sum(3**z) | b**z/sum(b**z) where b: positive
softmax(z)[1] | diag(softmax(z)) - outer(softmax(z), softmax(z)) | hardmax(softmax(z, beta)) | prod(softmax(z))
beta*softmax(z, beta)[i]*(delta(i, j) - softmax(z, beta)[j]) | max(softmax(z, beta)) | variance(softmax(z, beta), z)
log(drop(softmax(z), i)) | log(sum(exp(z)) - exp(z[i])) | logit(softmax(z)[i]) | -log(1 - softmax(z, beta)[i])
log(t*softmax(z) + (1 - t)*softmax(w)) where t: unit | exp(z)/(1 + sum(exp(z))) | softmax(outer(z, w) @ w)
-sum(((1 - t)*y + t/N)*log_softmax(z, beta)) where t: unit, y: onehot | outer(exp(z), exp(w)) @ w
trace(outer(exp(z), exp(-z))) | norm(v, 2) | norm(v, 3) | norm(v, oo) | norm(v, 1) | norm(exp(z), r) where r: positive
sparsemax(z) | exp(z[1])*delta(i, 2) | sum(sum(outer(basis(i), basis(j))*exp(z[i] - z[j]), j), i)
transpose(outer(z, w)) | (outer(z, w) @ outer(w, z)) @ z | diag(z) @ w | trace(diag(z)) | argmax_count(z)
onehot_argmax(softmax(z, beta)) | drop(z, i) | drop(z, 1) | sum(drop(softmax(z), i)) | max(abs(z - w)) | min(z)
prod(abs(z) + 1) | [a, b, c] | moment(softmax(z, beta), z, 3) | covariance(softmax(z), z, w)
softmax([a, b, c], beta) | concat([a, b], z) | concat(z, w)[2] | sum(z[i]*w[j], i) | len(z) + N + z[1]
sum(softmax(z[i]*w)[j]*z[i], i) | sign(z)*relu(z) | log(sum(exp(outer(z, w) @ w))) | xlogy(y, y) where y: simplex
exp(-z**2/2)/sum(exp(-z**2/2)) | abs(z)**r where r: positive | log(1 + sum(exp(-z))) | softmax(z - w, beta)
softmax(2*z + a, beta) | mean(softplus(z, beta)) | exp(lse(z)) | exp(z)/exp(max(z)) | log(sum(exp(z))*sum(exp(w)))
sigmoid(z)*sigmoid(-z) | log(sigmoid(a)*sigmoid(b)) | sum(exp(z)*exp(w))/(norm(exp(z), 2)*norm(exp(w), 2))
log(exp(a) - exp(-a) + 2*exp(b)) where a: positive | log(sum(exp(z)**2)/sum(exp(z))**2)
softmax(softmax(z, beta), beta) | sum((1/(1 + exp(-z)))**2) | softmax(sparsemax(z))
sum(z*exp(beta*z))/sum(exp(beta*z)) | log(t*exp(a) + (1 - t)*exp(b)) where t: unit | lse(-z, beta) + lse(z, beta)
sum(delta(i, k)*exp(z[k]), k) | sum(basis(k)*z[k]**2, k) | identity(N)*z[1] | basis(i)*z | pi*z | mean(z)*ones(N) + z
sum(k*z[k], k)/sum(k**2, k) | sum(log(1 + exp(-(2*k - 1)*z[k])), k) | i*z[i] | sum(2**-k*z[k], k)
""".replace("\n", " | ").split(" | ")
EXPRESSIONS = [text for text in EXPRESSIONS if text.strip()]

LENGTHS = {"N": 3, "M": 4}


def vector_at(kind: Kind, scale: float, rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """A vector of a kind."""
    size = kind.vector_length.value(LENGTHS)
    if kind.domain == "onehot":
        return np.eye(size)[rng.integers(size)]
    if kind.domain == "vector":
        return rng.normal(size=size) * scale
    x = rng.exponential(size=size)
    if kind.domain == "simplex":
        x[0] = 0.0
    return x if kind.domain == "positive vector" else x / x.sum()


def scalar_at(kind: Kind, scale: float, rng: np.random.Generator) -> float:
    """A scalar of a kind."""
    if kind.domain == "unit":
        return float(rng.uniform())
    return float(rng.exponential() + 0.1) if kind.domain == "positive" else float(rng.normal() * scale)


def point_for(function: ArrayFunction, scale: float, rng: np.random.Generator) -> dict[str, Any]:
    """Values for all names of a function."""
    made = function.symbols
    return {s.name: (vector_at if s.kind.type == "vector" else scalar_at)(s.kind, scale, rng) for s in made}
