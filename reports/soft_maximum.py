"""softmax(z)^T z as a soft maximum: the example of the question "softmax and soft maximum", its ties and surfaces."""

from __future__ import annotations

from pathlib import Path

from softsym import Figure, Report, figures, value
from softsym.page import Play, Prose, Table
from softsym.workbook import Chart, Scalar, Vector, entry_cell

Z = (1, 2, 3, 4, 5)
PROBABILITIES = ("0.01", "0.03", "0.09", "0.23", "0.64")
SOURCE = (
    "Cross Validated: How to understand softmax(z)^T z as the soft version of the maximum function?",
    "https://stats.stackexchange.com",
)
TIES = ((1, 5, 10), (1, 5, 5), (5, 5, 5))
SIDE = tuple(x / 2 for x in range(-8, 9))


def report() -> Report:
    """The report, in memory."""
    made = Report(
        "The soft maximum softmax(z)^T z",
        "Weights that favour the largest entries make a mean that is close to the maximum, and smooth.",
        [
            Scalar("beta", 1, "inverse temperature", kind="real"),
            Vector("z", [float(x) for x in Z], "the numbers", number_format="0"),
            Vector("rounded", [float(x) for x in PROBABILITIES], "softmax(z), rounded as the source prints it"),
        ],
        how_to_use=["Change z or beta on the sheet Inputs, and read the soft and the hard maximum on Results."],
        sources=[SOURCE],
    )
    made.section(
        "A weighted mean",
        "Replacing argmax by softmax in $dot(hardmax(z), z)$, which is the maximum, gives $dot(softmax(z, beta), z)$:"
        " the Boltzmann operator, a mean in which the larger entries weigh more.",
        Play((("z", tuple(float(x) for x in Z)), ("beta", 1.0))),
    )
    _figures(made)
    _ties(made)
    _surfaces(made)
    _mathematics(made)
    return made


def _figures(made: Report) -> None:
    table = made.book.table("Weights", "z")
    hard = table.column("hard", "hardmax(z)", "hardmax", number_format="0")
    table.note("as printed", ["0", "0", "0", "0", "1"])
    soft = table.column("soft", "softmax(z, beta)", "softmax", form="stable", number_format="0.00", output=True)
    table.note("as printed", PROBABILITIES)
    made.book.check("the weights sum to one", "sum(soft)", "1")
    hard_value = made.book.result("hard_value", "dot(hard, z)", "hardmax(z)^T z, the maximum", number_format="0.00")
    soft_value = made.book.result("soft_value", "dot(soft, z)", "softmax(z)^T z, the soft maximum")
    off = made.book.result("rounded_value", "dot(rounded, z)", "the same from rounded weights", number_format="0.00")
    made.book.check("the soft maximum is at most the maximum", "soft_value", "max(z)", "<=")
    made.section("The figures of the source")
    at = {"z": Z}
    compared = [
        *figures("hardmax(z)", ["0", "0", "0", "0", "1"], "hardmax(z)", **at),
        Figure("hardmax(z)^T z", "5", "dot(hardmax(z), z)", at),
        *figures("softmax(z)", PROBABILITIES, "softmax(z)", **at),
        Figure("softmax(z)^T z", "4.46", "dot(softmax(z), z)", at, "the source summed the rounded probabilities"),
        Figure("the sum over the rounded probabilities", "4.46", "dot(w, z)", {**at, "w": PROBABILITIES}),
    ]
    entries = [entry_cell(cells, k) for cells in (hard, soft) for k in range(1, len(Z) + 1)]
    made.figures("", compared, [*entries[:5], hard_value, *entries[5:], soft_value, off])
    made.add(
        Prose(
            f"The exact value is {value('dot(softmax(z), z)', 8, z=Z)}; 4.46 is what the rounded weights give, and"
            f" these sum to {value('sum(w)', 3, w=PROBABILITIES)} only by luck."
        )
    )


def _ties(made: Report) -> None:
    """Hardmax and softmax at a large beta where several entries are largest."""
    made.section("Ties", "Where m entries are largest, hardmax gives 1/m to each, and so does the limit of softmax:")
    rows = tuple(
        (_shown(z), _shown(value("hardmax(z)", 6, z=z)), _shown(value("softmax(z, beta)", 6, z=z, beta=50)))
        for z in TIES
    )
    made.add(Table(("z", "hardmax(z)", "softmax(z, 50)"), rows))
    made.check("", "limit(softmax(z, beta), beta, oo) == hardmax(z)", "softmax(c*ones(N), beta) == ones(N)/N")


def _shown(numbers: object) -> str:
    assert isinstance(numbers, tuple)
    return "(" + ", ".join(f"{float(x):.4g}" for x in numbers) + ")"


def _surfaces(made: Report) -> None:
    """max(a, b) has a crease where a = b; log-sum-exp and the soft maximum have none."""
    for title, text, form in (
        ("max(a, b)", "max([a, b])", "plain"),
        ("LSE of (a, b), the smooth maximum", "lse([a, b])", "stable"),
        ("softmax(x)^T x of x = (a, b)", "boltzmann([a, b], beta)", "stable"),
    ):
        grid = made.book.grid(title, text, ("a", SIDE), ("b", SIDE), form=form)
        made.book.chart(Chart("surface", title, "", grid.x, grid.series(), "b", "a"))
    made.section("Surfaces", "The workbook draws all three; the maximum has a crease on the diagonal, where a = b:")
    made.check("", "max([a, b]) == (a + b + abs(a - b))/2")


def _mathematics(made: Report) -> None:
    made.section("Why it is a maximum in the limit")
    made.derive("As beta grows", "limit(boltzmann(z, beta), beta, oo)")
    made.derive("As beta tends to 0", "limit(boltzmann(z, beta), beta, 0)")
    made.derive("Its gradient", "boltzmann(z, beta)", "z")
    made.derive("It grows with beta, at the rate of the variance", "boltzmann(z, beta)", "beta")
    made.check(
        "For every N",
        "min(z) <= boltzmann(z, beta) <= max(z) where beta: real",
        "diff(boltzmann(z, beta), beta) == variance(softmax(z, beta), z) where beta: real",
        "boltzmann(z + c, beta) == boltzmann(z, beta) + c where beta: real",
    )


def build(folder: Path) -> None:
    """Write the report to a folder."""
    report().write(folder, "soft_maximum")


if __name__ == "__main__":
    build(Path())
