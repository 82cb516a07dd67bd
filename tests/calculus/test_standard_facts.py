"""What every text on softmax states, decided: properties, limits, two classes, losses, other normalisations."""

from __future__ import annotations

import pytest

from softsym import check

PROVED = (
    "softmax(z, beta) > 0",
    "sum(softmax(z, beta)) == 1",
    "softmax(z + c, beta) == softmax(z, beta)",
    "jacobian(softmax(z, beta), z)[i, j] == beta*softmax(z, beta)[i]*(delta(i, j) - softmax(z, beta)[j])",
    "jacobian(softmax(z, beta), z) @ ones(N) == 0",
    "transpose(jacobian(softmax(z, beta), z)) @ ones(N) == 0",
    "diff(softmax(z, beta), beta) == softmax(z, beta)*(z - boltzmann(z, beta))",
    "grad(lse(z, beta), z) == softmax(z, beta)",
    "hessian(lse(z, beta), z) == beta*(diag(softmax(z, beta)) - outer(softmax(z, beta), softmax(z, beta)))",
    "lse(z + c, beta) == lse(z, beta) + c",
    "max(z) <= lse(z, beta) <= max(z) + log(N)/beta",
    "limit(softmax(z, beta), beta, oo) == hardmax(z)",
    "limit(softmax(z, beta), beta, oo)[i] == 1/argmax_count(z) where z[i] == max(z)",
    "limit(lse(z, beta), beta, oo) == max(z)",
    "limit(dot(softmax(z, beta), z), beta, oo) == max(z)",
    "limit(softmax(z, beta), beta, 0) == 1/N",
    "limit(boltzmann(z, beta), beta, 0) == mean(z)",
    "limit(lse(z, beta), beta, -oo) == min(z) where beta: real",
    "limit(softmax(z, beta), beta, -oo) == hardmax(-z) where beta: real",
    "limit(softmax(z, beta), z[i], oo) == basis(i)",
    "limit(softmax(z, beta)[i], z[i], -oo) == 0 where N >= 2",
    "softmax(z, beta)[1] == sigmoid(beta*(z[1] - z[2])) where N == 2",
    "lse(z, beta) == z[2] + softplus(z[1] - z[2], beta) where N == 2",
    "-log(softmax(z)[1]) == softplus(z[2] - z[1]) where N == 2",
    "cross_entropy(y, softmax(z)) == lse(z) - dot(y, z) where y: onehot",
    "grad(cross_entropy(y, softmax(z)), z) == softmax(z) - y where y: onehot",
    "hessian(cross_entropy(y, softmax(z)), z) == diag(softmax(z)) - outer(softmax(z), softmax(z)) where y: onehot",
    "limit(1/(1 - log(t)), t, 0) == 0 where t: positive",
    "limit(-log(t), t, 1) == 0 where t: positive",
    "grad(onehot_argmax(z)[i], z) == 0",
    "grad(hardmax(z)[i], z) == 0 where N >= 2",
    "normalize(b**z) == softmax(z, log(b)) where b: positive",
    # sums of rational functions of exponentials
    "sum(sigmoid(z)**2) == sum(sigmoid(z)) - sum(sigmoid(z)*sigmoid(-z))",
    "sum(exp(2*z)/(1 + exp(z))**2) == N - 2*sum(sigmoid(-z)) + sum(sigmoid(-z)**2)",
    "dot(w, sigmoid(z)**2) == dot(w, sigmoid(z)) - dot(w, sigmoid(z)*(1 - sigmoid(z)))",
    # phi(z)/sum(phi(z)): positive, sums to one, keeps a shift, keeps the order
    "normalize(exp(z)) > 0",
    "sum(normalize(exp(z))) == 1",
    "normalize(exp(z + c)) == normalize(exp(z))",
    "normalize(exp(z))[i] <= normalize(exp(z))[j] where z[i] <= z[j]",
    "sum(normalize(z)) == 1",
    "normalize(x)[i] <= normalize(x)[j] where x: positive vector, x[i] <= x[j]",
    "normalize(1 + exp(z)) > 0",
    "sum(normalize(1 + exp(z))) == 1",
    "normalize(1 + exp(z))[i] <= normalize(1 + exp(z))[j] where z[i] <= z[j]",
    "normalize(exp(exp(z))) > 0",
    "sum(normalize(exp(exp(z)))) == 1",
    "normalize(exp(exp(z)))[i] <= normalize(exp(exp(z)))[j] where z[i] <= z[j]",
)

REFUTED = (
    "normalize(z) > 0",
    "normalize(z + c) == normalize(z)",
    "normalize(x)[i] <= normalize(x)[j] where x[i] <= x[j]",
    "normalize(1 + exp(z + c)) == normalize(1 + exp(z))",
    "normalize(exp(exp(z + c))) == normalize(exp(exp(z)))",
    "softmax(beta*z) == softmax(z)",
    "limit(softmax(z, beta), beta, oo) == onehot_argmax(z)",
    "grad(max(z), z) == softmax(z)",
)


@pytest.mark.parametrize("text", PROVED)
def test_proved(text: str) -> None:
    assert check(text).status == "proved"


@pytest.mark.parametrize("text", REFUTED)
def test_refuted(text: str) -> None:
    assert check(text).status == "refuted"
