"""A report: one subject as a live workbook, a Markdown text and a page, all from the same mathematics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from softsym.bindings import Given, Values, point, value
from softsym.calculus import Derivation, derive
from softsym.comparison import DIFFERS, Figure
from softsym.errors import DomainError, UnsupportedError
from softsym.expansion import unfold
from softsym.expression import Apply, Expr, Symbol, as_expr, free_symbols, substitute
from softsym.language import bare_text
from softsym.page import (
    Block,
    Checked,
    Code,
    Derived,
    Display,
    Document,
    Link,
    Play,
    Prose,
    Section,
    Table,
    write_page,
)
from softsym.proof import Verdict, check
from softsym.proof.verdict import PROVED
from softsym.targets.latex import to_latex
from softsym.targets.numpy import lambdify
from softsym.workbook import Book, Scalar, Vector

TIMEOUT = 6.0
"""Seconds that the check of one statement of a report may take."""


class Report:
    """A report in the making: ``book`` is its workbook, and what is added goes into the text and the workbook.

    >>> from softsym.workbook import Scalar, Vector
    >>> report = Report("Softmax", "What it does.", [Scalar("beta", 1.0), Vector("z", [1.0, 2.0])])
    >>> report.section("Sums", "It sums to one.")
    >>> report.check("It is a distribution", "sum(softmax(z, beta)) == 1")[0].status
    'proved'
    """

    def __init__(
        self,
        title: str,
        summary: str,
        inputs: Sequence[Scalar | Vector],
        *,
        how_to_use: Sequence[str] = (),
        sources: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.title, self.summary, self.sources = title, summary, tuple(sources)
        self.book = Book(title, summary, inputs, how_to_use=how_to_use, sources=sources)
        self.sections: list[tuple[str, list[Block]]] = []
        self.figures_shown: list[Figure] = []

    def section(self, title: str, *paragraphs: str | Block) -> None:
        """Begin a section of the text; a paragraph is prose, or any block of :mod:`softsym.page`."""
        self.sections.append((title, []))
        self.add(*paragraphs)

    def add(self, *blocks: str | Block) -> None:
        """Add to the present section."""
        if not self.sections:
            raise DomainError("a report begins with a section: call section(title) first")
        self.sections[-1][1].extend(Prose(b) if isinstance(b, str) else b for b in blocks)

    def derive(self, title: str, text: str | Expr, wrt: str | None = None, order: int = 1) -> Derivation:
        """Derive a gradient, Jacobian, Hessian or limit, each step checked, and show its steps."""
        found = derive(text, wrt, order)
        self.add(Derived(title, found))
        self.book.derivation(title, [(s.rule, f"{s.before}\n-> {s.after}", s.condition) for s in found.steps])
        return found

    def check(self, title: str, *statements: str) -> list[Verdict]:
        """Check statements and show their verdicts, whatever they are."""
        verdicts = [check(statement, timeout=TIMEOUT, explain=True) for statement in statements]
        self.add(Checked(tuple(verdicts), title))
        for verdict in verdicts:
            rows = verdict.proof.rows() if verdict.proof else ()
            steps = [(f"{r.number} {r.reasons[0]}", r.text, "; ".join(r.reasons[1:])) for r in rows]
            self.book.derivation(verdict.statement, steps, _told(verdict))
        return verdicts

    def figures(self, title: str, figures: Sequence[Figure], cells: Sequence[str] = ()) -> None:
        """Show figures as their source prints them beside ours; ``cells`` are those of the workbook that hold ours."""
        rows = tuple((f.what, f.printed, f.ours, f.status + (f": {f.note}" if f.note else "")) for f in figures)
        self.add(Table(("figure", "as printed", "ours", "comparison"), rows, title))
        self.figures_shown += figures
        for figure, cell in zip(figures, cells, strict=False):
            self.book.printed(figure.what, figure.printed, cell, agrees=figure.status != DIFFERS)

    def document(self, name: str) -> Document:
        """The text of the report, with links to the files beside it."""
        sections = tuple(Section(title, tuple(blocks)) for title, blocks in self.sections)
        sources = tuple(Link(text, address) for text, address in self.sources)
        return Document(self.title, sections, self.summary, (Link("the workbook", f"{name}.xlsx"),), sources)

    def write(self, folder: str | Path, name: str) -> None:
        """Write ``name.xlsx``, ``name.md`` and ``name.html`` to a folder.

        Raises :class:`OSError` where the folder cannot be written.
        """
        document = self.document(name)
        self.book.write(Path(folder, f"{name}.xlsx"))
        for ending in ("md", "html"):
            write_page(document, Path(folder, f"{name}.{ending}"))


def _told(verdict: Verdict) -> str:
    """A verdict for a workbook, which is the same however much time there was to look for counterexamples."""
    if verdict.status == PROVED:
        return f"proved for {verdict.scope}, by {verdict.method}"
    return f"{verdict.status}: {verdict.detail or verdict.method}"


def expression_document(expr: Expr, values: Mapping[str, Given]) -> Document:
    """A page about one expression: what it is, its value, its derivatives step by step, and its code.

    Where one of the values is a positive scalar, the page has a slider for it and entries to change.

    Raises :class:`~softsym.errors.SoftsymError` where a value is missing or does not fit.

    >>> from softsym import parse
    >>> [s.title for s in expression_document(parse("lse(z, beta)"), {"z": [1, 2], "beta": 1}).sections]
    ['Definition', 'Values', 'Derivatives', 'Code']
    """
    sections = [Section("Definition", (Display(expr), *_unfolded(expr)))]
    if values:
        sections.append(Section("Values", (_values(expr, values),)))
    names = sorted((s for s in free_symbols(expr) if s.kind.type in ("vector", "scalar")), key=lambda s: s.name)
    derivatives = [block for symbol in names for block in _derivative(expr, symbol)]
    if derivatives:
        sections.append(Section("Derivatives", tuple(derivatives)))
    codes = (Code("NumPy", lambdify(expr).source, "python"), Code("LaTeX", to_latex(expr), "latex"))
    sections.append(Section("Code", codes))
    return Document(
        bare_text(expr), tuple(sections), "Definition, values, derivatives and code, all from one expression."
    )


def _unfolded(expr: Expr) -> tuple[Block, ...]:
    unfolded = unfold(expr) if isinstance(expr, Apply) else None
    return () if unfolded is None else (Prose("By definition"), Display(unfolded))


def _values(expr: Expr, values: Mapping[str, Given]) -> Block:
    """Values to play with if there are vectors of one length and a positive scalar to slide, else a table.

    Indices stay as given.
    """
    found = value(expr, 12, **values)
    given = dict(point(expr, values).values)
    expr = substitute(expr, {s: as_expr(given.pop(s.name)) for s in free_symbols(expr) if s.kind.type == "index"})
    inputs = tuple((n, tuple(map(float, v)) if isinstance(v, tuple) else float(v)) for n, v in given.items())
    sliders = [n for n, v in inputs if isinstance(v, float) and v > 0]
    sizes = {len(v) for _, v in inputs if isinstance(v, tuple)}
    if sliders and len(sizes) == 1 and len(expr.shape) < 2:
        label = bare_text(expr)
        vectors, scalars = (((label, expr),), ()) if expr.shape else ((), ((label, expr),))
        return Play(inputs, vectors, scalars, sliders[0], label, None)
    return Table(("entry", "value"), tuple(_rows(found)), bare_text(expr))


def _rows(found: Values, place: str = "") -> list[tuple[str, str]]:
    if not isinstance(found, tuple):
        return [(place or "-", str(found))]
    return [row for n, part in enumerate(found, 1) for row in _rows(part, f"{place}, {n}" if place else str(n))]


def _derivative(expr: Expr, symbol: Symbol) -> list[Block]:
    """The derivation of the derivative by one name; a sentence where it has no form in the language."""
    rank = len(expr.shape) + (symbol.kind.type == "vector")
    if rank > 2:
        return []
    try:
        return [Derived(f"By {symbol.name}", derive(expr, symbol.name))]
    except UnsupportedError as error:
        return [Prose(f"By {symbol.name}: {error}")]
