"""The catalogue of known statements: verdict, method, time and source of each, and live instances in a workbook."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from softsym import Expr, Report, SoftsymError
from softsym.catalog import GROUPS, Entry, catalog, recorded_verdicts, summary
from softsym.language import bare_text
from softsym.page import Play, Table
from softsym.workbook import Scalar, Vector

INPUTS = [
    Scalar("beta", 2, "inverse temperature", kind="positive"),
    Scalar("omega", 1.5, "the parameter of mellowmax", kind="positive"),
    Scalar("T", 4, "temperature", kind="positive"),
    Scalar("a", 0.5, "a scalar", kind="positive"),
    Scalar("b", 3, "a scalar above a", kind="positive"),
    Scalar("c", 0.75, "a shift", kind="positive"),
    Scalar("t", 0.3, "a number from 0 to 1", kind="unit"),
    Scalar("r", -1.25, "a scalar", kind="real"),
    Vector("z", [1.0, 2.5, -0.5], "logits"),
    Vector("w", [0.25, -1.0, 1.5], "other logits"),
    Vector("v", [2.0, -1.0, 0.5], "a direction"),
    Vector("u", [-0.5, 1.0, 1.25], "another direction"),
    Vector("x", [0.5, 2.0, 1.5], "positive numbers", kind="positive vector"),
    Vector("y", [0.0, 1.0, 0.0], "a label", kind="onehot"),
    Vector("p", [0.5, 0.3, 0.2], "probabilities", kind="distribution"),
    Vector("q", [0.2, 0.45, 0.35], "other probabilities", kind="distribution"),
]


VECTORS = {"softmax": "softmax(z, beta)", "hardmax": "hardmax(z)", "sparsemax": "sparsemax(z)"}
FIGURES = {
    "largest": ("max(z)", "the maximum"),
    "log_sum_exp": ("lse(z, beta)", "the smooth maximum, above it"),
    "weighted": ("boltzmann(z, beta)", "the mean of z weighed by softmax, below it"),
    "mellow": ("mellowmax(z, omega)", "the smooth maximum less log(N)/omega"),
    "uncertainty": ("entropy(softmax(z, beta))", "the entropy of softmax, nats"),
}


def report() -> Report:
    """The report, in memory."""
    made = Report(
        "Statements about the softmax family",
        "Known identities, derivatives, limits and bounds, with what the prover says of each and where it comes from.",
        INPUTS,
        how_to_use=[
            "The sheet Checks holds an instance of each statement that a spreadsheet can state.",
            "Change any input within its domain: the instances follow, and those of proved statements keep holding.",
        ],
    )
    _family(made)
    verdicts = recorded_verdicts()
    counts = Counter(verdicts[entry.name].status for entry in catalog())
    told = ", ".join(f"{number} {status}" for status, number in counts.most_common())
    made.section(
        "The catalogue",
        f"{len(catalog())} statements in {len(GROUPS)} groups: {told}. A statement that is proved holds for every N.",
        Play((("z", (1.0, 2.5, -0.5)), ("beta", 2.0))),
    )
    for group in GROUPS.values():
        entries = [entry for entry in catalog() if entry.group == group]
        made.section(group[0].upper() + group[1:], summary(group))
        made.add(
            Table(
                ("name", "statement", "verdict", "method", "seconds", "source"), tuple(map(_row, entries)), statuses=2
            )
        )
        for entry in entries:
            _instance(made, entry)
    return made


def _family(made: Report) -> None:
    """The functions that the statements are about, at the inputs."""
    table = made.book.table("The family at these inputs", "z")
    bars = {name: table.column(f"{name}_z", text, name, form="stable", output=True) for name, text in VECTORS.items()}
    for name, (text, meaning) in FIGURES.items():
        made.book.result(name, text, meaning)
    made.book.check("softmax sums to one", f"sum({next(iter(VECTORS))}_z)", "1")
    made.book.bars("Ways to weigh z", bars, "weight", (0.0, 1.0))


def _row(entry: Entry) -> tuple[str | float, ...]:
    found = recorded_verdicts()[entry.name]
    return entry.name, entry.text, found.status, found.method, round(found.seconds, 2), entry.source


def _instance(made: Report, entry: Entry) -> None:
    """A live instance of each relation of a statement that classic formulas can state on the inputs."""
    statement = entry.statement
    names = {symbol.name for symbol in statement.symbols}
    if statement.conditions or not names <= {"N", *(given.name for given in INPUTS)}:
        return
    sides, relations = statement.claim.sides, statement.claim.relations
    for left, relation, right in zip(sides, relations, sides[1:], strict=False):
        _compare(made, entry.name, left, {"<": "<=", ">": ">="}.get(relation, relation), right)


def _compare(made: Report, name: str, left: Expr, relation: str, right: Expr) -> None:
    if relation != "==" and (left.shape or right.shape):
        return
    try:
        made.book.check(name, bare_text(left), bare_text(right), relation)
    except SoftsymError:
        return  # such as a limit, which has no formula in a spreadsheet


def build(folder: Path) -> None:
    """Write the report to a folder."""
    report().write(folder, "identities")


if __name__ == "__main__":
    build(Path())
