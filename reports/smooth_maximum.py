"""Why softmax is called softmax: softmax against argmax, log-sum-exp against max, over a sweep of beta."""

from __future__ import annotations

from pathlib import Path

from softsym import Report, value
from softsym.page import Chart as Curves
from softsym.page import Play, Series, Table
from softsym.workbook import Chart, Scalar, Vector

Z = (1.0, 2.5, 0.5, 2.3)
BETAS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 50.0, 100.0)
UP_TO = (0.0, 20.0)
SHOWN = (0.01, 0.1, 1, 10, 100)
SOURCES = (
    (
        "Why is Softmax called 'Softmax'?, a blog post on softmax and log-sum-exp",
        "https://en.wikipedia.org/wiki/LogSumExp",
    ),
    ("Wikipedia, Softmax function", "https://en.wikipedia.org/wiki/Softmax_function"),
)
SMOOTH = (("LSE", "lse(z, beta)"), ("Boltzmann operator", "boltzmann(z, beta)"), ("mellowmax", "mellowmax(z, beta)"))


def report() -> Report:
    """The report, in memory."""
    made = Report(
        "Softmax is a soft argmax; log-sum-exp is the smooth maximum",
        "As beta grows, softmax tends to the one-hot argmax, and log-sum-exp to the maximum:"
        " the limits explain the names.",
        [
            Scalar("beta", 10, "inverse temperature", kind="nonzero"),
            Vector("z", Z, "the numbers", number_format="0.00"),
        ],
        how_to_use=["Change z or beta on the sheet Inputs, or the values of beta on the sheet Sweep."],
        sources=SOURCES,
    )
    made.section(
        "Two approximations",
        "$softmax(z, beta)$ approximates the one-hot argmax, a vector; $lse(z, beta)$ approximates the maximum, a"
        " number. The first is the gradient of the second.",
        Play((("z", Z), ("beta", 1.0))),
    )
    _tables(made)
    _sweeps(made)
    _mathematics(made)
    return made


def _tables(made: Report) -> None:
    table = made.book.table("Softmax against argmax", "z")
    table.column("soft", "softmax(z, beta)", "softmax", form="stable", number_format="0.0000", output=True)
    table.column("hard", "onehot_argmax(z)", "argmax, one-hot", number_format="0")
    table.column("gap", "soft - hard", "difference")
    made.book.result("smooth", "lse(z, beta)", "log-sum-exp, the smooth maximum")
    made.book.result("largest", "max(z)", "the maximum")
    made.book.result("bound", "log(N)/beta", "how far log-sum-exp may lie above the maximum")
    made.book.check("softmax sums to one", "sum(soft)", "1")
    made.book.check("LSE is at least the maximum (beta > 0)", "abs(beta)*smooth", "abs(beta)*largest", ">=")
    made.section("At some betas", "For z = (1, 2.5, 0.5, 2.3):")
    rows = []
    for beta in SHOWN:
        soft = value("softmax(z, beta)", 4, z=Z, beta=beta)
        assert isinstance(soft, tuple)
        lse = value("lse(z, beta)", 6, z=Z, beta=beta)
        rows.append((beta, ", ".join(f"{x:.4f}" for x in soft), f"{lse:.4f}", str(value("max(z)", z=Z))))
    made.add(Table(("beta", "softmax(z, beta)", "lse(z, beta)", "max(z)"), tuple(rows)))


def _sweeps(made: Report) -> None:
    entries = made.book.sweep("Softmax over beta", "beta", BETAS)
    curves = tuple(entries.column(f"softmax(z, beta)[{k}]", f"entry {k}") for k in range(1, len(Z) + 1))
    title = "Softmax tends to the one-hot argmax"
    made.book.chart(Chart("scatter", title, "", entries.x, curves, "beta", "probability", UP_TO, (0.0, 1.0)))
    smooth = made.book.sweep("Smooth maxima over beta", "beta", BETAS)
    columns = tuple(smooth.column(text, name) for name, text in SMOOTH)
    hard = smooth.column("max(z)", "maximum")
    title = "The smooth maxima tend to the maximum"
    made.book.chart(Chart("scatter", title, "", smooth.x, (*columns, hard), "beta", "value", UP_TO, (1.0, 4.0)))
    made.section("Over a sweep of beta")
    for title, shown in (
        (
            "Softmax tends to the one-hot argmax",
            [(f"entry {k}", f"softmax(z, beta)[{k}]") for k in range(1, len(Z) + 1)],
        ),
        ("The smooth maxima tend to the maximum", list(SMOOTH)),
    ):
        curves = [_curve(name, text) for name, text in shown]
        if shown == list(SMOOTH):
            curves.append(Series("maximum", BETAS, (max(Z),) * len(BETAS)))
        made.add(Curves(title, tuple(curves), "beta", "", True, title))


def _curve(name: str, text: str) -> Series:
    found = [value(text, 8, z=Z, beta=beta) for beta in BETAS]
    return Series(name, BETAS, tuple(float(y) for y in found if not isinstance(y, tuple)))


def _mathematics(made: Report) -> None:
    made.section("The name, explained by the limits")
    made.derive("Softmax tends to the hard argmax", "limit(softmax(z, beta), beta, oo)")
    made.derive("Log-sum-exp tends to the maximum", "limit(lse(z, beta), beta, oo)")
    made.derive("and to the minimum", "limit(lse(z, beta), beta, -oo) where beta: nonzero")
    made.derive("Softmax is the gradient of log-sum-exp", "lse(z, beta)", "z")
    made.derive("Its Hessian", "lse(z, beta)", "z", 2)
    made.check(
        "For every N",
        "max(z) <= lse(z, beta) <= max(z) + log(N)/beta",
        "lse(z + c, beta) == lse(z, beta) + c where beta: nonzero",
        "mellowmax(z, beta) == lse(z, beta) - log(N)/beta",
        "limit(mellowmax(z, omega), omega, 0) == mean(z) where omega: nonzero",
        "limit(softmax(z, beta), beta, oo) == onehot_argmax(z) where argmax_count(z) == 1",
        "limit(softmax(z, beta), beta, oo) == onehot_argmax(z)",
    )


def build(folder: Path) -> None:
    """Write the report to a folder."""
    report().write(folder, "smooth_maximum")


if __name__ == "__main__":
    build(Path())
