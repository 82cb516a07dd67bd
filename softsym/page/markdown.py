"""A report as Markdown, with LaTeX formulas between dollar signs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import isfinite
from typing import Any

from softsym.page.charts import finite_points, number_text, summary
from softsym.page.document import (
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
    Step,
    Table,
)
from softsym.page.play import Widget, number
from softsym.page.prose import formula_markdown, plain_markdown, prose_markdown, values_text

SAMPLES = 9
"""A chart's points that are printed."""


def to_markdown(document: Document) -> str:
    """The document as Markdown."""
    parts = [f"# {plain_markdown(document.title)}"]
    if document.summary:
        parts.append(prose_markdown(document.summary))
    if document.links:
        parts.append(" · ".join(link_markdown(link) for link in document.links))
    for section in document.sections:
        parts += section_markdown(section)
    if document.sources:
        parts += ["## Sources", "\n".join(f"- {link_markdown(source)}" for source in document.sources)]
    return "\n\n".join(parts) + "\n"


def section_markdown(section: Section) -> Iterator[str]:
    """The paragraphs of a section."""
    yield f"## {plain_markdown(section.title)}"
    for block in section.blocks:
        yield from _BLOCKS[type(block)](block)


def link_markdown(link: Link) -> str:
    """A link; a target that is no file or web address is left out."""
    text = plain_markdown(link.text)
    scheme, colon, _ = link.target.partition(":")
    if colon and scheme.lower() not in ("http", "https"):
        return text
    target = link.target.replace(" ", "%20").replace("(", "%28").replace(")", "%29").replace("<", "%3C")
    return f"[{text}]({target})"


def steps_markdown(steps: Sequence[Step]) -> Iterator[str]:
    """Numbered steps; one that goes on from where the last one ended shows only what it comes to."""
    reached = None
    for n, step in enumerate(steps, 1):
        yield step_markdown(n, step, goes_on=reached is not None and step.before == reached)
        reached = step.after


def step_markdown(n: int, step: Step, *, goes_on: bool = False) -> str:
    """A numbered step."""
    before = "" if goes_on else formula_markdown(step.before)
    after = formula_markdown(step.after) if str(step.after) else ""
    checked = str(getattr(step, "checked", ""))
    lines = [f"{n}. **{prose_markdown(step.rule)}**" + (f" ({plain_markdown(checked)})" if checked else "")]
    equals = (r" = " if goes_on else r" \\ &= ") if after else ""
    lines.append(rf"   $$\begin{{aligned}} & {before}{equals}{after} \end{{aligned}}$$")
    if step.condition:
        lines.append(f"   if {prose_markdown(step.condition)}")
    return "\n\n".join(lines)


def verdict_markdown(verdict: Any) -> str:
    """A verdict in one item of a list."""
    facts = [text for text in (verdict.method, verdict.scope and f"for {verdict.scope}") if text]
    if verdict.counterexample:
        facts.append(f"at {values_text(verdict.counterexample)}")
    facts += [verdict.detail] if verdict.detail else []
    tail = f" ({plain_markdown('; '.join(facts))})" if facts else ""
    return f"- **{verdict.status}** ${formula_markdown(verdict.statement)}${tail}"


def table_markdown(header: tuple[str, ...], rows: list[tuple[str | float | int, ...]]) -> str:
    """A table."""
    lines = ["| " + " | ".join(prose_markdown(text) for text in header) + " |"]
    lines.append("|" + "|".join(" :-- " if n == 0 else " --: " for n in range(len(header))) + "|")
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: str | float | int) -> str:
    return prose_markdown(value) if isinstance(value, str) else plain_markdown(number(value))


def _display(block: Display) -> Iterator[str]:
    if block.label:
        yield prose_markdown(block.label)
    yield f"$${formula_markdown(block.formula)}$$"


def _derived(block: Derived) -> Iterator[str]:
    yield f"### {prose_markdown(block.title)}"
    yield from steps_markdown(block.derivation.steps)


def _checked(block: Checked) -> Iterator[str]:
    if block.title:
        yield f"### {plain_markdown(block.title)}"
    yield "\n".join(verdict_markdown(verdict) for verdict in block.verdicts)


def _table(block: Table) -> Iterator[str]:
    if block.caption:
        yield f"**{prose_markdown(block.caption)}**"
    yield table_markdown(block.header, list(block.rows))


def _chart(block: Chart) -> Iterator[str]:
    described = prose_markdown(block.description) if block.description else plain_markdown(summary(block))
    yield f"**{plain_markdown(block.title)}.** {described}"
    for series in block.series:
        points = _sampled(series)
        if points:
            header = (block.x_label or "x", *(number_text(x) for x, _ in points))
            yield table_markdown(header, [(series.name, *(y for _, y in points))])


def _sampled(series: Series) -> list[tuple[float, float]]:
    points = finite_points(series)
    step = max(1, (len(points) - 1) // (SAMPLES - 1))
    return points[::step][: SAMPLES + 1]


def _play(block: Play) -> Iterator[str]:
    """The values at the start; the page beside this file has them live."""
    widget = Widget(block, 0)
    given = ", ".join(f"{name} = {value}" for name, value in block.inputs)
    yield f"At {plain_markdown(given)} (the page beside this file lets you change them):"
    columns = [(item, widget.value(item)) for item in widget.columns if not item.naive]
    header = ("entry", *(item.label for item, _ in columns))
    rows = zip(*(values for _, values in columns), strict=True)
    yield table_markdown(header, [(n, *row) for n, row in enumerate(rows, 1)])
    values = [(item.label, widget.value(item)) for item in widget.tiles]
    if values:
        yield "; ".join(f"{plain_markdown(label)} {number(v) if isfinite(v) else 'undefined'}" for label, v in values)


def _code(block: Code) -> Iterator[str]:
    yield f"### {plain_markdown(block.title)}"
    fence = "```"
    while fence in block.text:
        fence += "`"
    yield f"{fence}{block.language}\n{block.text}\n{fence}"


_BLOCKS: dict[type, Callable[[Any], Iterator[str]]] = {
    Prose: lambda block: iter([prose_markdown(block.text)]),
    Display: _display,
    Derived: _derived,
    Checked: _checked,
    Table: _table,
    Chart: _chart,
    Play: _play,
    Code: _code,
}
