"""A document with every kind of block, and hostile text wherever a user's text may stand."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

from softsym.expression import Expr
from softsym.language import parse_expression, parse_statement
from softsym.page import (
    Chart,
    Checked,
    Code,
    Derived,
    Display,
    Document,
    Link,
    Play,
    Prose,
    Section,
    Series,
    Table,
)
from softsym.proof import ProofStep, Verdict

HOSTILE = "<script>alert('x')</script> & \"quotes\" | *stars* _under_ `tick"


@dataclass(frozen=True)
class Step:
    rule: str
    before: Expr
    after: Expr
    condition: str = ""
    checked: str = "checked"


@dataclass(frozen=True)
class Steps:
    steps: tuple[Step, ...]


def derivation() -> Steps:
    jacobian = parse_expression("diff(softmax(z, beta)[i], z[j])")
    unfolded = parse_expression("diff(exp(beta*z[i])/sum(exp(beta*z)), z[j])")
    quotient = parse_expression(
        "(beta*delta(i, j)*exp(beta*z[i])*sum(exp(beta*z)) - beta*exp(beta*z[i])*exp(beta*z[j]))/sum(exp(beta*z))**2"
    )
    folded = parse_expression("beta*softmax(z, beta)[i]*(delta(i, j) - softmax(z, beta)[j])")
    return Steps(
        (
            Step("the definition of softmax", jacobian, unfolded),
            Step("the quotient rule", unfolded, quotient, "`sum(exp(beta*z))` is not 0"),
            Step("fold back", quotient, folded),
        )
    )


PROVED = Verdict(
    "sum(softmax(z, beta)) == 1 where beta: real",
    "proved",
    "every N",
    "the all-N zero test",
    proof=ProofStep(
        "rewriting",
        parse_statement("sum(softmax(z, beta)) == 1").claim,
        (ProofStep("normal form", parse_statement("sum(exp(beta*z))/sum(exp(beta*z)) == 1").claim, note="a < b"),),
    ),
)
REFUTED = Verdict(
    "lse(z, beta) <= max(z)",
    "refuted",
    "the point given",
    "ball arithmetic",
    0.1,
    {"z": ["0", "0"], "beta": "1"},
    HOSTILE,
)
UNKNOWN = Verdict("lse(z) <= 2*max(z)", "unknown", detail="nothing was found")


def document() -> Document:
    xs = tuple(n / 100 for n in range(101))
    loss = Series(HOSTILE, xs, tuple(-log(x) if x else float("inf") for x in xs))
    return Document(
        HOSTILE,
        (
            Section("Play", (Prose("Move it: $softmax(z, beta)$."), Play((("z", (0.95, 0.99, 0.98)), ("beta", 1.0))))),
            Section(
                "Derivation", (Display("jacobian(softmax(z), z)[i, j]", "For every N:"), Derived("Steps", derivation()))
            ),
            Section(HOSTILE, (Prose(HOSTILE), Checked((PROVED, REFUTED, UNKNOWN), "Verdicts"))),
            Section(
                "Tables",
                (
                    Table(("z", HOSTILE), ((0.95, "0.00%"), (0.99, "99.33%"), (HOSTILE, 1e-9)), HOSTILE, hidden=(1,)),
                    Chart("Loss", (loss, Series("1 - p", xs, tuple(1 - x for x in xs))), "p", "nats"),
                    Chart("Sweep", (Series("s", (0.01, 1.0, 100.0), (0.0, 1.0, 2.0)),), "beta", log_x=True),
                ),
            ),
            Section("Copy", (Code("NumPy", f"def f(z):\n    return '{HOSTILE}'", "python"),)),
        ),
        summary=f"About $softmax(z, beta)$, {HOSTILE}",
        links=(Link("workbook", "sample.xlsx"), Link("bad", "javascript:alert(1)")),
        sources=(Link("source", "https://example.org/a?b=1&c=<2>"),),
    )
