"""A report as data: title, sections, and blocks of prose, formulas, derivations, verdicts, tables, charts and play.

Prose is plain text with two marks: `code` in backticks, and $a formula of the language$ between dollar signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from softsym.errors import DomainError
from softsym.expression import Expr
from softsym.language import Statement

if TYPE_CHECKING:
    from softsym.proof import Verdict

Formula: TypeAlias = "Expr | Statement | str"
"""An expression or a statement, or the text of one."""


class Step(Protocol):
    """One step of a derivation or of a proof."""

    @property
    def rule(self) -> str: ...
    @property
    def before(self) -> Formula: ...
    @property
    def after(self) -> Formula: ...
    @property
    def condition(self) -> str: ...


class Steps(Protocol):
    """What has steps: a derivation."""

    @property
    def steps(self) -> Sequence[Step]: ...


@dataclass(frozen=True)
class Prose:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Display:
    """A formula on a line of its own."""

    formula: Formula
    label: str = ""


@dataclass(frozen=True)
class Derived:
    """A derivation: numbered steps, each with its rule, condition and the check's verdict."""

    title: str
    derivation: Steps


@dataclass(frozen=True)
class Checked:
    """Verdicts of statements, with their methods and proofs."""

    verdicts: tuple[Verdict, ...]
    title: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under a header; ``hidden`` columns (from 0) are to be predicted by the reader before they are shown.

    ``statuses`` is the column (from 0) that holds the status of a verdict, if one does: the index counts them.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str | float | int, ...], ...]
    caption: str = ""
    hidden: tuple[int, ...] = ()
    statuses: int | None = None

    def __post_init__(self) -> None:
        ragged = [row for row in self.rows if len(row) != len(self.header)]
        if ragged:
            raise DomainError(f"a row has {len(ragged[0])} cells and the header {len(self.header)}: {ragged[0]!r}")


@dataclass(frozen=True)
class Series:
    """One curve: its name and its points; points that are not finite leave a gap."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.x) != len(self.y):
            raise DomainError(f"the curve {self.name} has {len(self.x)} abscissae and {len(self.y)} ordinates")


@dataclass(frozen=True)
class Chart:
    """Curves over a common axis; ``description`` says in words what they show."""

    title: str
    series: tuple[Series, ...]
    x_label: str = ""
    y_label: str = ""
    log_x: bool = False
    description: str = ""


@dataclass(frozen=True)
class Play:
    """Values that the reader changes, and what follows from them: a table, bars, curves and a surface.

    ``inputs`` are the values of the names at the start; the vectors have one length. The positive scalar ``slider`` has
    a slider. ``vectors`` and ``scalars`` are expressions of these names, each under the label that it is shown by. The
    vector labelled ``naive`` is also computed as it is defined, so that overflow is seen; ``pair`` are two vectors
    whose largest difference is told.
    """

    inputs: tuple[tuple[str, float | tuple[float, ...]], ...]
    vectors: tuple[tuple[str, Formula], ...] = (
        ("softmax", "softmax(z, beta)"),
        ("hardmax", "hardmax(z)"),
        ("exponential", "exp(beta*z)"),
        ("loss", "-log_softmax(z, beta)"),
    )
    scalars: tuple[tuple[str, Formula], ...] = (
        ("LSE", "lse(z, beta)"),
        ("maximum", "max(z)"),
        ("Boltzmann operator", "boltzmann(z, beta)"),
        ("entropy", "entropy(softmax(z, beta))"),
    )
    slider: str = "beta"
    naive: str = "softmax"
    pair: tuple[str, str] | None = ("softmax", "hardmax")

    def __post_init__(self) -> None:
        sizes = {len(value) for _, value in self.inputs if isinstance(value, tuple)}
        if len(sizes) != 1 or 0 in sizes:
            raise DomainError(f"the vectors to play with must have one length >= 1; they have {sorted(sizes)}")


@dataclass(frozen=True)
class Code:
    """A program or a formula's source, to copy."""

    title: str
    text: str
    language: str = ""


Block: TypeAlias = "Prose | Display | Derived | Checked | Table | Chart | Play | Code"


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Link:
    """A text that leads to a file beside the page, or to a web address."""

    text: str
    target: str


@dataclass(frozen=True)
class Document:
    """A report; ``links`` are files that belong to it, ``sources`` where its matter comes from."""

    title: str
    sections: tuple[Section, ...]
    summary: str = ""
    links: tuple[Link, ...] = ()
    sources: tuple[Link, ...] = ()

    @property
    def statuses(self) -> tuple[str, ...]:
        """The status of every verdict in it."""
        found: list[str] = []
        for block in (block for section in self.sections for block in section.blocks):
            if isinstance(block, Checked):
                found += [verdict.status for verdict in block.verdicts]
            elif isinstance(block, Table) and block.statuses is not None:
                found += [str(row[block.statuses]) for row in block.rows]
        return tuple(found)
