"""Why exponentials: dividing by the sum against softmax, other bases, and which properties each normalisation has."""

from __future__ import annotations

from pathlib import Path

from softsym import Figure, Report, check, figures
from softsym.page import Play, Prose, Table
from softsym.workbook import Scalar, Vector, entry_cell

SOURCES = (
    ("softmax function, borui's blog, 2023-12-16", "https://borui/blog/2023-12-16-en-softmax-function"),
    ("Cross Validated: Why softmax as opposed to standard normalization?", "https://stats.stackexchange.com"),
)

Z1, Z2, Z4, X = ("0.25", "1.23", "-0.8"), ("-0.25", "1", "-0.75"), ("0", "0.9", "0.1"), ("2", "4", "2", "1")

PHIS = ("exp({})", "{}", "1 + exp({})", "exp(exp({}))", "3**{}", "{}**2")
"""Normalisations phi(z)/sum(phi(z)) to compare."""

PROPERTIES = (
    ("positive", "0 < normalize({z})"),
    ("sums to one", "sum(normalize({z})) == 1"),
    ("shift invariant", "normalize({shifted}) == normalize({z})"),
    ("keeps order", "normalize({z})[i] <= normalize({z})[j] where z[i] <= z[j]"),
)


def report() -> Report:
    """The report, in memory."""
    made = Report(
        "Normalisation: why exponentials",
        "Dividing by the sum fails for negative entries and for a sum of zero; softmax does not. Which other functions"
        " would do, and what each loses.",
        [
            Scalar("beta", 1, "inverse temperature", kind="real"),
            Scalar("b", 3, "a base other than e", kind="positive"),
            Vector("z1", [float(x) for x in Z1], "an example with a negative entry"),
            Vector("z2", [float(x) for x in Z2], "an example whose sum is 0"),
            Vector("z4", [float(x) for x in Z4], "an example with a zero"),
            Vector("x", [float(x) for x in X], "the scores of the second source"),
        ],
        how_to_use=["Change any vector on the sheet Inputs, or the base b."],
        sources=SOURCES,
    )
    made.section(
        "Two ways to normalise",
        "Both $normalize(z)$ = z/sum(z) and $softmax(z)$ sum to one, where they exist.",
        Play((("z", tuple(float(x) for x in X)), ("beta", 1.0))),
    )
    _examples(made)
    _properties(made)
    _bases(made)
    return made


def _examples(made: Report) -> None:
    made.section("The examples of the sources")
    cells: dict[str, str] = {}
    for name in ("z1", "z2", "z4", "x"):
        table = made.book.table(f"Normalised {name}", name)
        cells[f"{name} linear"] = table.column(
            f"linear_{name}",
            f"normalize({name})",
            "divided by the sum",
            accept="no quotient where the sum is 0.",
        )
        cells[f"{name} softmax"] = table.column(f"soft_{name}", f"softmax({name}, beta)", form="stable", output=True)
        cells[f"{name} hard"] = table.column(f"hard_{name}", f"onehot_argmax({name})", "argmax", number_format="0")
        made.book.check(f"softmax({name}) sums to one", f"sum(soft_{name})", "1")
        made.book.result(f"sum_{name}", f"sum({name})", "what dividing by the sum divides by", number_format="0.00")
    for name, what in (("z1", "an entry below 0"), ("x", "no entry below 0")):
        columns = {"divided by the sum": cells[f"{name} linear"], "softmax": cells[f"{name} softmax"]}
        made.book.bars(f"Both ways to normalise {name}, with {what}", columns, "share")
    compared = [
        ("z1 linear", figures("z1/sum(z1)", ["0.368", "1.809", "-1.176"], "normalize(z)", z=Z1)),
        ("z1 hard", figures("argmax(z1)", ["0", "1", "0"], "onehot_argmax(z)", z=Z1)),
        ("z4 linear", figures("z4/sum(z4)", ["0", "0.9", "0.1"], "normalize(z)", z=Z4)),
        ("z4 softmax", figures("softmax(z4)", ["0.219", "0.539", "0.242"], "softmax(z)", z=Z4)),
        ("x hard", figures("argmax(x)", ["0", "1", "0", "0"], "onehot_argmax(z)", z=X)),
        ("x linear", figures("x/sum(x)", ["0.2222", "0.4444", "0.2222", "0.1111"], "normalize(z)", z=X)),
        ("x softmax", figures("softmax(x)", ["0.1025", "0.7573", "0.1025", "0.0377"], "softmax(z)", z=X)),
    ]
    listed = [figure for _, group in compared for figure in group]
    places = [entry_cell(cells[name], k) for name, group in compared for k in range(1, len(group) + 1)]
    made.figures("", listed, places)
    undefined = Figure("z2/sum(z2)", "division by zero", "normalize(z)[1]", {"z": Z2}, "the sum of z2 is 0")
    made.figures("", [undefined])
    made.add(
        Prose(
            "The source's library divides by the zero all the same, and prints -inf, inf, -inf. An entry of exactly 0,"
            " as in z4, stays 0 when divided by the sum; softmax gives every entry a share."
        )
    )


def _properties(made: Report) -> None:
    """Which properties each phi(z)/sum(phi(z)) has: each cell of the table is a verdict."""
    made.section(
        "What each function keeps and loses",
        "Could another function take the place of exp in $exp(z)/sum(exp(z))$? Each entry of this table was decided by"
        " the prover for every N; a refutation comes with a counterexample.",
    )
    rows, statements = [], []
    for phi in PHIS:
        z, shifted = phi.format("z"), phi.format("(z + c)")
        claims = [claim.format(z=z, shifted=shifted) for _, claim in PROPERTIES]
        verdicts = [check(claim, timeout=5) for claim in claims]
        rows.append((z, *(verdict.status for verdict in verdicts)))
        statements += [v for v in verdicts if v.counterexample]
    made.add(Table(("phi(z)", *(name for name, _ in PROPERTIES)), tuple(rows), "phi(z)/sum(phi(z))"))
    shown = tuple((v.statement, _point(v.counterexample), v.detail) for v in statements)
    made.add(Table(("refuted", "at", "where"), shown, "The counterexamples"))


def _point(point: object) -> str:
    assert isinstance(point, dict)
    return ", ".join(f"{k} = {v}" for k, v in point.items())


def _bases(made: Report) -> None:
    made.section("Another base than e", "A base b is softmax with $beta = log(b)$ and nothing else:")
    table = made.book.table("Another base", "x")
    table.column("base_b", "b**x/sum(b**x)", "base b", accept="a large power overflows.")
    table.column("soft_log_b", "softmax(x, log(b))", "softmax at beta = log(b)", form="stable", output=True)
    made.book.check("base b is softmax at beta = log(b)", "base_b", "soft_log_b")
    made.check(
        "For every N and every base",
        "normalize(b**z) == softmax(z, log(b)) where b: positive",
        "normalize(3**z) == softmax(z, log(3))",
        "normalize(4**z) == softmax(z, log(4))",
        "diff(normalize(b**z)[i], z[j]) == log(b)*softmax(z, log(b))[i]*(delta(i, j) - softmax(z, log(b))[j])"
        " where b: positive",
    )
    made.derive("The derivative in base b carries a factor log(b)", "normalize(b**z) where b: positive", "z")


def build(folder: Path) -> None:
    """Write the report to a folder."""
    report().write(folder, "normalisation")


if __name__ == "__main__":
    build(Path())
