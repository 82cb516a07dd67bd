"""What the ready-made functions are: one line of the language each."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from softsym.targets.numpy import ArrayFunction

FORMULAS = {
    "softmax": "softmax(z, beta)",
    "log_softmax": "log_softmax(z, beta)",
    "logsumexp": "logZ(z, beta)",
    "weighted_logsumexp": "log(abs(sum(w*exp(beta*z)))) where w: vector",
    "weighted_sign": "sign(sum(w*exp(beta*z))) where w: vector",
    "boltzmann": "boltzmann(z, beta)",
    "entropy": "entropy(softmax(z, beta))",
    "cross_entropy": "cross_entropy(y, softmax(z, beta))",
    "softmax_jvp": "beta*softmax(z, beta)*(v - dot(softmax(z, beta), v))",
    "softplus": "softplus(a, beta)",
    "sigmoid": "sigmoid(a)",
}
"""Each name's definition; beta is any real number where :func:`formula` is asked for that."""


@cache
def formula(name: str, any_beta: bool = False) -> ArrayFunction:
    """The NumPy function of a formula, for positive beta or for beta of any sign."""
    from softsym.targets.numpy import lambdify

    return lambdify(text_of(name, any_beta))


def text_of(name: str, any_beta: bool) -> str:
    """A name's definition, for positive beta or for beta of any sign."""
    text = FORMULAS[name]
    return text + (", " if "where" in text else " where ") + "beta: real" if any_beta else text
