"""The cross-entropy of softmax: the loss, its gradient p - y, its Hessian, and what it does at the extremes."""

from __future__ import annotations

from pathlib import Path

from softsym import Report, value
from softsym.page import Chart as Curves
from softsym.page import Play, Series
from softsym.workbook import Chart, Scalar, Vector

Z, Y = (2.0, 1.0, 0.1), (1.0, 0.0, 0.0)
PROBABILITIES = tuple(k / 40 for k in range(1, 41))
SOURCES = (
    ("Explaining Softmax, a document with live tables", "https://coda.io"),
    ("I. Goodfellow, Y. Bengio, A. Courville, Deep Learning, sec. 6.2.2", "https://www.deeplearningbook.org"),
)


def report() -> Report:
    """The report, in memory."""
    made = Report(
        "Cross-entropy and its gradient",
        "The loss -log(softmax) of the true class: its gradient is the probabilities minus the label, for every N.",
        [
            Scalar("beta", 1, "inverse temperature", kind="real"),
            Scalar("smoothing", 0.1, "label smoothing", kind="unit"),
            Vector("z", Z, "the logits", number_format="0.00"),
            Vector("y", Y, "the label: 1 at the true class", kind="onehot", number_format="0"),
        ],
        how_to_use=["Change the logits, the label or beta on the sheet Inputs."],
        sources=SOURCES,
    )
    made.section(
        "The loss",
        "The cross-entropy of a label $y where y: onehot$ and softmax is minus the logarithm of the probability of the"
        " true class. A confident wrong answer costs without bound, a confident right one nothing.",
        Play((("z", Z), ("beta", 1.0))),
    )
    made.check(
        "What it is, and its extremes",
        "cross_entropy(y, softmax(z)) == lse(z) - dot(y, z) where y: onehot",
        "0 <= cross_entropy(y, softmax(z, beta)) where beta: real, y: simplex",
        "limit(-log(t), t, 1) == 0 where t: unit",
        "a <= -log(t) where t: positive, t <= exp(-a)",
        "limit(-log_softmax(z, beta)[i], z[i], oo) == 0",
    )
    _mathematics(made)
    _workbook(made)
    _curves(made)
    return made


def _mathematics(made: Report) -> None:
    made.section("Its derivatives")
    made.derive("The gradient is p - y", "cross_entropy(y, softmax(z)) where y: onehot", "z")
    made.derive("The Hessian does not depend on the label", "cross_entropy(y, softmax(z)) where y: onehot", "z", 2)
    made.check(
        "For every N, every beta, and soft labels too",
        "grad(cross_entropy(y, softmax(z, beta)), z) == beta*(softmax(z, beta) - y) where beta: real, y: simplex",
        "hessian(cross_entropy(y, softmax(z)), z) == diag(softmax(z)) - outer(softmax(z), softmax(z)) where y: onehot",
        "grad(cross_entropy((1 - t)*y + t*ones(N)/N, softmax(z)), z) == softmax(z) - (1 - t)*y - t*ones(N)/N"
        " where y: onehot, t: unit",
        "kl(p, softmax(z)) == lse(z) - dot(p, z) - entropy(p)",
    )
    made.section(
        "Why not the argmax itself",
        "The hard argmax has the gradient 0 wherever it has one, so nothing is learnt from it:",
    )
    made.check("", "diff(hardmax(z)[i], z[j]) == 0")


def _workbook(made: Report) -> None:
    table = made.book.table("Loss and gradient", "z")
    table.link("y", number_format="0")
    p = table.column("p", "softmax(z, beta)", "softmax", form="stable", number_format="0.0000", output=True)
    table.column("log_p", "log_softmax(z, beta)", "log softmax", form="stable")
    made.book.bars("The label and softmax", {"label": table.linked["y"], "softmax": p}, "probability", (0.0, 1.0))
    table.column("gradient", "beta*(p - y)", "gradient of the loss", output=True)
    table.column("smooth_y", "(1 - smoothing)*y + smoothing/N", "smoothed label")
    made.book.result("loss", "cross_entropy(y, softmax(z, beta))", "the cross-entropy, in nats")
    made.book.result("smoothed_loss", "-dot(smooth_y, log_p)", "with label smoothing")
    made.book.check("softmax sums to one", "sum(p)", "1")
    made.book.check("the gradient sums to zero", "sum(gradient)", "0")
    made.book.check("the loss from the log-probabilities", "-dot(y, log_p)", "loss")
    sweep = made.book.sweep(
        "The loss of a probability", "t", PROBABILITIES, note="t is the probability of the true class"
    )
    curves = (sweep.column("-log(t)", "loss"), sweep.column("t - 1", "gradient by its logit"))
    title, across = "Loss and gradient", "probability of the true class"
    made.book.chart(Chart("scatter", title, "", sweep.x, curves, across, "nats", x_range=(0.0, 1.0)))


def _curves(made: Report) -> None:
    made.section("Curves")
    shown = [_curve(name, text) for name, text in (("loss", "-log(t)"), ("gradient by its logit", "t - 1"))]
    label = "probability of the true class"
    made.add(Curves("Loss and gradient", tuple(shown), label, "nats", False, "The loss falls from infinity to 0."))


def _curve(name: str, text: str) -> Series:
    found = [value(text, 8, t=t) for t in PROBABILITIES]
    return Series(name, PROBABILITIES, tuple(float(y) for y in found if not isinstance(y, tuple)))


def build(folder: Path) -> None:
    """Write the report to a folder."""
    report().write(folder, "cross_entropy")


if __name__ == "__main__":
    build(Path())
