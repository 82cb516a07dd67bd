"""Two classes: softmax is the sigmoid of the difference, log-sum-exp a shifted softplus, the loss the logistic loss."""

from __future__ import annotations

from pathlib import Path

from softsym import Report, value
from softsym.page import Chart as Curves
from softsym.page import Play, Series
from softsym.workbook import Chart, Scalar, Vector

Z = (0.4, -0.8)
GAPS = tuple(k / 4 for k in range(-32, 33))
SOURCES = (
    ("softmax function, borui's blog, 2023-12-16", "https://borui/blog/2023-12-16-en-softmax-function"),
    ("C. M. Bishop, Pattern Recognition and Machine Learning, Springer 2006, sec. 4.2", "https://www.springer.com"),
)
CURVES = (("sigmoid", "sigmoid(beta*t)"), ("softplus", "softplus(t, beta)"), ("logistic loss", "log(1 + exp(-beta*t))"))


def report() -> Report:
    """The report, in memory."""
    made = Report(
        "Two classes: softmax is the sigmoid",
        "For N = 2 softmax depends on one number, the difference of the logits, and is its sigmoid.",
        [
            Scalar("beta", 1, "inverse temperature", kind="nonzero"),
            Vector("z", Z, "the logits of the two classes", number_format="0.00"),
        ],
        how_to_use=["Change the two logits or beta on the sheet Inputs: both ways give the same probabilities."],
        sources=SOURCES,
    )
    made.section(
        "One number is enough",
        "Dividing both exponentials by the second leaves exp(beta*(z[1] - z[2])) and 1:",
        Play((("z", Z), ("beta", 1.0))),
    )
    made.check(
        "For N = 2",
        "softmax(z, beta)[1] == sigmoid(beta*(z[1] - z[2])) where N == 2, beta: real",
        "softmax(z, beta)[2] == 1 - sigmoid(beta*(z[1] - z[2])) where N == 2, beta: real",
        "lse(z, beta) == z[1] + softplus(z[2] - z[1], beta) where N == 2, beta: nonzero",
        "-log_softmax(z, beta)[1] == log(1 + exp(-beta*(z[1] - z[2]))) where N == 2, beta: real",
        "diff(softmax(z, beta)[1], z[1]) == beta*softmax(z, beta)[1]*softmax(z, beta)[2] where N == 2, beta: real",
    )
    made.section("The sigmoid on its own")
    made.derive("Its derivative", "sigmoid(t)", "t")
    made.derive("Softplus has the sigmoid for its derivative", "softplus(t, beta)", "t")
    made.check(
        "Identities",
        "sigmoid(-t) == 1 - sigmoid(t)",
        "logit(sigmoid(t)) == t",
        "tanh(t) == 2*sigmoid(2*t) - 1",
        "softplus(t) - softplus(-t) == t",
        "-(t*log(sigmoid(r)) + (1 - t)*log(sigmoid(-r))) == softplus(r) - t*r where t: unit",
    )
    _workbook(made)
    return made


def _workbook(made: Report) -> None:
    table = made.book.table("By softmax", "z")
    table.column("p", "softmax(z, beta)", "softmax", form="stable", number_format="0.0000%", output=True)
    made.book.result("first", "sigmoid(beta*(z[1] - z[2]))", "the sigmoid of the difference")
    made.book.result("smooth", "lse(z, beta)", "log-sum-exp")
    made.book.result("shifted", "z[1] + softplus(z[2] - z[1], beta)", "the shifted softplus")
    made.book.result("loss", "log(1 + exp(-beta*(z[1] - z[2])))", "the logistic loss if class 1 is true")
    made.book.check("softmax is the sigmoid", "p[1]", "first")
    made.book.check("log-sum-exp is the shifted softplus", "smooth", "shifted")
    made.book.check("the loss is -log of the first probability", "loss", "-log_softmax(z, beta)[1]")
    sweep = made.book.sweep("Over the difference of the logits", "t", GAPS, note="t is z[1] - z[2]")
    curves = tuple(sweep.column(text, name) for name, text in CURVES)
    title, across = "Sigmoid, softplus and logistic loss", "t, the difference of the logits"
    made.book.chart(Chart("scatter", title, "", sweep.x, curves, across, "value", x_range=(-8.0, 8.0)))
    made.section("Curves", "Over the difference t of the logits, at beta = 1:")
    shown = tuple(Series(name, GAPS, tuple(_at(text, t) for t in GAPS)) for name, text in CURVES)
    made.add(Curves("Sigmoid, softplus and logistic loss", shown, "t", "", False, "Three smooth curves over t."))


def _at(text: str, t: float) -> float:
    found = value(text, 8, t=t, beta=1)
    assert not isinstance(found, tuple)
    return float(found)


def build(folder: Path) -> None:
    """Write the report to a folder."""
    report().write(folder, "binary")


if __name__ == "__main__":
    build(Path())
