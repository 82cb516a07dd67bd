"""What the inverse temperature beta does to softmax: the tables of "Explaining Softmax", live and without overflow."""

from __future__ import annotations

from pathlib import Path

from softsym import Figure, Report, figures
from softsym.page import Play
from softsym.workbook import Chart, Scalar, Vector, entry_cell

Z = ("0.95", "0.99", "0.98")
SOURCE = ("Explaining Softmax, a document with live tables", "https://coda.io")

PRINTED = {
    500: {
        "exp(beta*z)": ["1.9493009930840557e206", "9.457329972221242e214", "6.372298810568915e212"],
        "softmax(z, beta)": ["0.00%", "99.33%", "0.67%"],
        "onehot_argmax(z)": ["0", "1", "0"],
        "sum(exp(beta*z))": ["9.521052979819942e214"],
    },
    1: {
        "exp(beta*z)": ["2.59", "2.69", "2.66"],
        "softmax(z, beta)": ["32.56%", "33.89%", "33.55%"],
        "onehot_argmax(z)": ["0", "1", "0"],
        "sum(exp(beta*z))": ["7.94"],
    },
}
"""What the source prints, by beta and by the expression that it is of."""

LOSSES = (0.0, 1e-4, 1e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


LARGEST, SMALLEST = "709.782712893384", "-708.396418532264"
"""The logarithms of the largest number of a spreadsheet, and of the smallest above 0."""

COLUMNS = (
    ("e", "e^(beta*z), naive", "exp({beta}*z)", "plain", "0.00E+00"),
    ("gap", "shifted by the maximum", "{beta}*(z - sign({beta})*max(sign({beta})*z))", "plain", "0.0000"),
    ("s", "e^(shifted)", "exp(gap_{beta})", "plain", "0.000000"),
    ("p", "softmax", "s_{beta}/sum(s_{beta})", "plain", "0.00%"),
    ("one", "argmax, one-hot", "onehot_argmax(z)", "plain", "0"),
    ("loss", "loss -log(softmax)", "-log_softmax(z, {beta})", "stable", "0.0000"),
)
"""The steps of a table: name, header, text, form and number format."""

SOURCE_COLUMNS = {"e": "exp(beta*z)", "p": "softmax(z, beta)", "one": "onehot_argmax(z)"}
"""The steps that the source prints too."""


def report() -> Report:
    """The report, in memory."""
    made = Report(
        "Softmax tables over beta",
        "Softmax of three numbers at a large beta, at a small one and at a beta of your choice.",
        [
            Scalar("beta_large", 500, "a large inverse temperature", kind="real"),
            Scalar("beta_small", 1, "a small inverse temperature", kind="real"),
            Scalar("beta", 100, "an inverse temperature of your choice", kind="real"),
            Vector("z", [float(x) for x in Z], "the logits", number_format="0.00"),
        ],
        how_to_use=[
            "Change z or beta on the sheet Inputs: every table follows.",
            "Type 5000 into beta: the naive column e^(beta*z) leaves the range of a spreadsheet and shows #NUM!, the"
            " columns shifted by the maximum hold, and the sheet Checks says why.",
        ],
        sources=[SOURCE],
    )
    made.section(
        "What is shown",
        "Softmax is a soft version of argmax: a large $beta$ accentuates small differences between the entries of $z$,"
        " a small one levels them. The exponentials themselves overflow in double precision as soon as beta*z passes"
        " 709.78, but softmax depends on differences alone, so shifting by the maximum keeps every step in range.",
        Play((("z", tuple(float(x) for x in Z)), ("beta", 1.0))),
    )
    maximum = made.book.result("maximum", "max(z)", "the hard maximum", number_format="0.00")
    bars = {
        "beta_large": _printed_table(made, 500, "beta_large", maximum),
        "beta_small": _printed_table(made, 1, "beta_small", maximum),
    }
    cells = _table(made, "beta", "At a beta of your choice")
    made.book.bars("Softmax at each beta", {**bars, "beta": cells["p"]}, "probability", (0.0, 1.0))
    made.book.exercise("softmax at a beta of your choice: predict, then reveal", cells["p"], number_format="0.00%")
    _loss(made)
    _mathematics(made)
    return made


def _printed_table(made: Report, beta: int, name: str, maximum: str) -> str:
    """A table of the source: live in the workbook, compared figure by figure; gives the cells of softmax."""
    cells = _table(made, name, f"At {name}, {beta} in the source", PRINTED[beta])
    made.section(f"At beta = {beta}")
    at = {"z": Z, "beta": beta}
    compared: list[Figure] = []
    places: list[str] = []
    for column, text in SOURCE_COLUMNS.items():
        compared += figures(text, PRINTED[beta][text], text, **(at if "beta" in text else {"z": Z}))
        places += [entry_cell(cells[column], k) for k in range(1, len(Z) + 1)]
    compared += [
        Figure("the sum of e^(beta*z)", PRINTED[beta]["sum(exp(beta*z))"][0], "sum(exp(beta*z))", at),
        Figure("the sum of softmax", "100.00%", "sum(softmax(z, beta))", at),
        Figure("the maximum", "0.99", "max(z)", {"z": Z}),
    ]
    places += [cells["e total"], cells["p total"], maximum]
    made.figures(f"Every figure of the table at beta = {beta}", compared, places)
    return cells["p"]


def _table(made: Report, beta: str, title: str, printed: dict[str, list[str]] | None = None) -> dict[str, str]:
    """The staged table at one beta, with what the source prints beside it; gives the cells of its columns."""
    table = made.book.table(title, "z")
    cells: dict[str, str] = {}
    for name, header, text, form, shown in COLUMNS:
        text, column = text.format(beta=beta), f"{name}_{beta}"
        accept = "it overflows for a large beta, and shows so." if name == "e" else ""
        cells[name] = table.column(
            column, text, header, form=form, number_format=shown, output=name == "p", accept=accept
        )
        if printed and name in SOURCE_COLUMNS:
            table.note("as printed", printed[SOURCE_COLUMNS[name]])
    cells["e total"] = table.total(f"e_{beta}", number_format="0.00E+00")
    cells["p total"] = table.total(f"p_{beta}", number_format="0.00%")
    made.book.check(f"{title}: softmax sums to one", f"sum(p_{beta})", "1")
    overflow = "the naive column overflows"
    made.book.check(f"{title}: e^(largest exponent) is a number", f"max({beta}*z)", LARGEST, "<=", otherwise=overflow)
    underflow = "the naive column is 0 throughout"
    made.book.check(f"{title}: e^(largest exponent) is above 0", f"max({beta}*z)", SMALLEST, ">=", otherwise=underflow)
    made.book.check(f"{title}: the naive quotient agrees", f"e_{beta}/sum(e_{beta})", f"p_{beta}", skip_errors=True)
    return cells


def _loss(made: Report) -> None:
    """The loss table with its chart: to infinity at 0, zero at 1."""
    sweep = made.book.sweep("The loss -log(softmax)", "t", LOSSES, note="t is the probability of the true class")
    curve = sweep.column("-log(t)", "loss", accept="at 0 the loss is infinite, and no number.")
    title, across = "The loss of a probability", "probability of the true class"
    made.book.chart(Chart("scatter", title, "", sweep.x, (curve,), across, "loss, nats", x_range=(0.0, 1.0)))
    made.section("The loss")
    made.check(
        "The loss is zero at certainty, and above any bound a once the probability is below e^-a",
        "limit(-log(t), t, 1) == 0 where t: unit",
        "a <= -log(t) where t: positive, t <= exp(-a)",
    )


def _mathematics(made: Report) -> None:
    made.section("Why it is a soft argmax")
    made.derive(
        "As beta grows, softmax tends to the hard argmax, shared among ties", "limit(softmax(z, beta), beta, oo)"
    )
    made.derive("As beta tends to 0, every entry counts the same", "limit(softmax(z, beta), beta, 0)")
    made.derive("How softmax moves with its logits", "softmax(z, beta)", "z")
    made.derive("How softmax moves with beta", "softmax(z, beta)", "beta")
    made.check(
        "For every N",
        "sum(softmax(z, beta)) == 1 where beta: real",
        "softmax(z + c, beta) == softmax(z, beta) where beta: real",
        "softmax(z, beta) == exp(beta*(z - max(z)))/sum(exp(beta*(z - max(z)))) where beta: real",
    )


def build(folder: Path) -> None:
    """Write the report to a folder."""
    report().write(folder, "beta_tables")


if __name__ == "__main__":
    build(Path())
