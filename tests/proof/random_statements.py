"""Random statements: true ones made by rewriting or from theorems, and the same with one thing wrong."""

from __future__ import annotations

import re
from random import Random

VECTORS = ["z", "w", "beta*z", "z - w", "z + a", "-z", "centered(z)", "log(p)", "2*z", "p", "z*w", "tanh(z)"]
LOGITS = ["z", "w", "z - w", "beta*z", "-z", "2*z + a", "log(p) + z", "centered(z)"]
DISTRIBUTIONS = ["p", "q", "softmax(z)", "softmax(w, beta)", "softmax(z + w)", "softmax(log(p) + z)"]
LEAVES = ["a", "beta", "z[i]", "z[j]", "p[i]", "2", "1/3", "N", "lse(z, beta)", "sum(exp(w))", "entropy(p)", "max(w)"]
REDUCTIONS = ["lse({v})", "mean({v})", "sum({v})", "boltzmann({v})", "logZ({v}, beta)", "dot(p, {v})", "max({v})",
              "variance(p, {v})", "softmax({v})[i]", "log_softmax({v})[j]", "sum(sigmoid({v}))", "dot({v}, w)",
              "diff(lse({v}), z[i])", "diff(lse(z, beta), beta)", "sum(exp({v}))"]  # fmt: skip
SMOOTH = ["exp({e})", "sigmoid({e})", "softplus({e})", "tanh({e})", "({e})**2", "abs({e})", "1/(1 + ({e})**2)"]

REWRITINGS = [
    "({e} + a) - a",
    "log(exp({e}))",
    "({e})*sum(q)",
    "sum({e}*softmax(w, beta))",
    "dot(p, ({e})*ones(N))",
    "lse([{e}, {e}]) - log(2)",
    "mean(({e})*ones(N))",
    "max([{e}, {e}])",
    "2*({e})/(1 + sum(softmax(w)))",
    "({e} + 3)**2 - ({e})**2 - 5*({e}) - 9",
    "({e})*(sigmoid(a) + sigmoid(-a))",
    "lse(z + {e}) - lse(z)",
    "boltzmann(z + {e}) - boltzmann(z)",
    "softplus({e}) - softplus(-({e}))",
    "entropy(p) + ({e}) - cross_entropy(p, p)",
    "sum(delta(i, k)*({e}), k)",
    "logit(sigmoid({e}))",
]

THEOREMS = [
    "max({l}) <= lse({l}) <= max({l}) + log(N)",
    "mean({l}) <= boltzmann({l}, beta)",
    "lse({l}, beta) <= boltzmann({l}, beta) + log(N)/beta",
    "boltzmann({l}, beta) <= max({l})",
    "0 <= entropy({d}) <= log(N)",
    "kl({d}, {d2}) >= 0",
    "cross_entropy({d}, {d2}) >= entropy({d})",
    "0 <= variance({d}, {v})",
    "variance({d}, {v}) <= dot({d}, ({v})**2)",
    "variance({d}, {v}) <= (max({v}) - min({v}))**2/4",
    "covariance({d}, {v}, {v2})**2 <= variance({d}, {v})*variance({d}, {v2})",
    "dot({d}, {v}) <= max({v})",
    "min({v}) <= dot({d}, {v})",
    "dot({v}, {v2})**2 <= dot({v}, {v})*dot({v2}, {v2})",
    "1/N <= sum(({d})**2) <= 1",
    "log(dot({d}, exp({v}))) >= dot({d}, {v})",
    "norm({v}, 2) <= norm({v}, 1)",
    "norm({v}, oo) <= norm({v}, 2)",
    "abs(dot({v}, {v2})) <= norm({v}, 1)*norm({v2}, oo)",
    "norm({v} + {v2}, 1) <= norm({v}, 1) + norm({v2}, 1)",
    "lse(({l} + {l2})/2) <= (lse({l}) + lse({l2}))/2",
    "lse({l} + {l2}) <= lse({l}) + max({l2})",
    "mean({l}) + log(N) <= lse({l})",
    "{e} <= softplus({e})",
    "softplus({e}) <= abs({e}) + log(2)",
    "0 < sigmoid({e}) < 1",
    "sigmoid({e})*(1 - sigmoid({e})) <= 1/4",
    "1 + {e} <= exp({e})",
    "-1 <= tanh({e}) <= 1",
    "({e})*({e2}) <= (({e})**2 + ({e2})**2)/2",
    "abs(({e}) + ({e2})) <= abs({e}) + abs({e2})",
    "max([{e}, {e2}]) >= (({e}) + ({e2}))/2",
    "softmax({l})[i] <= 1",
    "softmax({l})[i]*softmax({l})[j] <= 1/4 where i != j",
    "softmax({l})[i]*(1 - softmax({l})[i]) <= 1/4",
    "log_softmax({l})[i] <= 0",
]

FAULTS = [
    ("<=", ">="),
    (">=", "<="),
    ("<=", "<"),
    (" + ", " - "),
    (" - ", " + "),
    ("/4", "/5"),
    ("/2", "/3"),
    ("log(N)", "log(N)/2"),
    ("2*", ""),
    ("[i]", "[j]"),
    ("[j]", "[1]"),
    ("max", "min"),
    ("beta", "beta**2"),
    ("softmax(", "softmax(2*"),
    ("sum(", "mean("),
    ("mean(", "sum("),
    ("z", "w"),
    ("**2", "**3"),
    ("dot(p", "dot(q"),
    ("abs(", "("),
]
OFF = ["{e} - 1/N", "({e})*(1 + 1/1000)", "-({e})", "({e})*N/(N + 1)", "{e} + delta(i, j)", "{e} + 1/10**9"]


def pick(rng: Random, template: str, depth: int = 2) -> str:
    """The template with each of its letters filled in, the same letter by the same text."""
    while found := re.search(r"\{(\w)(\d?)\}", template):
        template = template.replace(found.group(), drawn(rng, found.group(1), depth))
    return template


def drawn(rng: Random, sort: str, depth: int) -> str:
    if sort == "v":
        return rng.choice(VECTORS)
    if sort == "l":
        return rng.choice(LOGITS)
    if sort == "d":
        return rng.choice(DISTRIBUTIONS)
    return scalar(rng, depth)


def scalar(rng: Random, depth: int) -> str:
    """A random scalar expression."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(LEAVES)
    if rng.random() < 0.4:
        return f"({scalar(rng, depth - 1)} {rng.choice('+-*')} {scalar(rng, depth - 1)})"
    return pick(rng, rng.choice(SMOOTH + REDUCTIONS * 2), depth - 1)


def equation(rng: Random) -> str:
    """A true equation: an expression and a rewriting of it, or of a rewriting of it."""
    text = scalar(rng, 2)
    other = rng.choice(REWRITINGS).replace("{e}", text)
    return f"{text} == {other}" if rng.random() < 0.5 else f"{other} == {text}"


def theorem(rng: Random) -> str:
    """A true inequality."""
    return pick(rng, rng.choice(THEOREMS), 1)


def spoilt(text: str, rng: Random) -> str:
    """The statement with one thing changed, which nearly always makes it false."""
    claim, where, rest = text.partition(" where ")
    if "==" in claim and rng.random() < 0.4:
        left, right = claim.split(" == ")
        return f"{left} == {rng.choice(OFF).replace('{e}', right)}"
    places = [(m.start(), a, b) for a, b in FAULTS for m in re.finditer(re.escape(a), claim)]
    if not places:
        return f"{claim} - 1/N{where}{rest}"
    fault = rng.choice(sorted({(a, b) for _, a, b in places}))
    start, old, new = rng.choice([p for p in places if p[1:] == fault])
    return claim[:start] + new + claim[start + len(old) :] + where + rest
