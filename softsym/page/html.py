"""A report as one HTML file that needs nothing else: no request, no script to read it, a policy that forbids both."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from softsym.page.charts import chart_svg, summary
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
    Step,
    Table,
)
from softsym.page.play import Widget, copyable, number
from softsym.page.prose import equation, formula_html, formula_markdown, inline_html, prose_html, values_text, width
from softsym.proof.steps import Row
from softsym.targets.javascript import RUNTIME
from softsym.targets.mathml import to_mathml

DEEPEST = 8
"""Steps of a proof that stand deeper are indented no further."""
LONG_STEP = 220
"""Steps wider than so many characters are folded."""

LONG_LINE = 64
"""An equation wider than this stands on two lines."""


def to_html(document: Document) -> str:
    """The document as one self-contained HTML page."""
    return _Page(document).html()


def asset(name: str) -> str:
    """A file of the page's own."""
    return (files("softsym.page") / "assets" / name).read_text(encoding="utf-8")


def math_font() -> str:
    """The style that brings the font of formulas: STIX Two Math, cut down to the characters that formulas here have.

    Phones and many computers have no font with the large brackets and radicals that mathematics needs.
    """
    data = base64.b64encode((files("softsym.page") / "assets" / "math.woff2").read_bytes()).decode()
    return f'@font-face {{ font-family: "STIX Math of softsym"; src: url(data:font/woff2;base64,{data}); }}\n'


def policy(scripts: list[str], styles: list[str]) -> str:
    """The content security policy that allows exactly these scripts and styles, and no other source."""
    allowed = " ".join(f"'sha256-{_digest(script)}'" for script in scripts) or "'none'"
    styled = " ".join(f"'sha256-{_digest(style)}'" for style in styles) or "'none'"
    rest = "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    return f"default-src 'none'; script-src {allowed}; style-src {styled}; {rest}"


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


class _Page:
    """One method a block; what blocks need in scripts is gathered on the way."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.widgets: list[Widget] = []
        self.count = 0

    def html(self) -> str:
        body = "\n".join(self.section(n, section) for n, section in enumerate(self.document.sections, 1))
        scripts, styles = self.scripts(), self.styles()
        return "\n".join([
            "<!doctype html>",
            '<html lang="en">',
            *self.head(policy(scripts, styles), styles),
            "<body>",
            *self.header(),
            f"<main>\n{body}\n</main>",
            *self.footer(),
            *(f"<script>{script}</script>" for script in scripts),
            "</body>",
            "</html>",
            "",
        ])  # fmt: skip

    def head(self, rules: str, styles: list[str]) -> Iterator[str]:
        title, described = escape(self.document.title), escape(self.document.summary)
        yield f'<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="{rules}">'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield '<meta name="color-scheme" content="light dark">'
        yield f'<meta name="description" content="{described}">'
        yield f'<meta name="softsym-verdicts" content="{counts(self.document)}">'
        yield f"<title>{title}</title>"
        yield from (f"<style>{style}</style>" for style in styles)
        yield "</head>"

    def header(self) -> Iterator[str]:
        yield f"<header>\n<h1>{escape(self.document.title)}</h1>"
        if self.document.summary:
            yield f'<p class="summary">{prose_html(self.document.summary)}</p>'
        if self.document.links:
            yield f'<ul class="links">{"".join(f"<li>{link_html(link)}</li>" for link in self.document.links)}</ul>'
        if len(self.document.sections) > 2:
            entries = (
                f'<li><a href="#s{n}">{escape(s.title)}</a></li>' for n, s in enumerate(self.document.sections, 1)
            )
            yield f'<nav aria-label="Contents"><ol>{"".join(entries)}</ol></nav>'
        yield "</header>"

    def footer(self) -> Iterator[str]:
        yield "<footer>"
        if self.document.sources:
            items = "".join(f"<li>{link_html(source)}</li>" for source in self.document.sources)
            yield f"<h2>Sources</h2>\n<ul>{items}</ul>"
        yield "<p>Made by softsym. This file needs no connection.</p>\n</footer>"

    def scripts(self) -> list[str]:
        """The library for curves, the printed functions, and the script that calls them; only what is used."""
        functions = [item.code for widget in self.widgets for item in widget.items]
        names = [item.call for widget in self.widgets for item in widget.items]
        formulas = "\n".join([RUNTIME, *functions]) if names else ""
        table = f"const FORMULAS = {{ {', '.join(names)} }};"
        return [*([asset("uplot.min.js")] if self.widgets else []), f"{formulas}\n{table}\n{asset('play.js')}"]

    def styles(self) -> list[str]:
        return [math_font() + asset("page.css"), *([asset("uplot.min.css")] if self.widgets else [])]

    def identity(self) -> str:
        """A name of its own for an element."""
        self.count += 1
        return f"e{self.count}"

    def section(self, n: int, section: Section) -> str:
        blocks = "\n".join(self.block(block) for block in section.blocks)
        return f'<section aria-labelledby="s{n}">\n<h2 id="s{n}">{escape(section.title)}</h2>\n{blocks}\n</section>'

    def block(self, block: Any) -> str:
        methods: dict[type, Callable[[Any], str]] = {
            Prose: lambda b: f"<p>{prose_html(b.text)}</p>",
            Display: self.display,
            Derived: self.derived,
            Checked: self.checked,
            Table: self.table,
            Chart: self.chart,
            Play: self.play,
            Code: self.code,
        }
        return methods[type(block)](block)

    def display(self, block: Display) -> str:
        label = f"<p>{prose_html(block.label)}</p>" if block.label else ""
        return f"{label}{scrolling(formula_html(block.formula, block=True), 'display', 'formula')}"

    def derived(self, block: Derived) -> str:
        latex = "\n".join(
            rf"{formula_markdown(step.before)} &= {formula_markdown(step.after)} \\" for step in block.derivation.steps
        )
        source = copyable(f"{block.title}, LaTeX", f"\\begin{{align*}}\n{latex}\n\\end{{align*}}", self.identity())
        steps = steps_html(block.derivation.steps)
        folded = f'<details class="source"><summary>LaTeX</summary>{source}</details>'
        return f"<h3>{prose_html(block.title)}</h3>\n{steps}{folded}"

    def checked(self, block: Checked) -> str:
        title = f"<h3>{escape(block.title)}</h3>\n" if block.title else ""
        return title + "\n".join(verdict_html(verdict) for verdict in block.verdicts)

    def table(self, block: Table) -> str:
        name = self.identity()
        caption = f"<caption>{prose_html(block.caption)}</caption>" if block.caption else ""
        head = "".join(f'<th scope="col">{prose_html(text)}</th>' for text in block.header)
        rows = "".join(f"<tr>{''.join(self.cells(block, row))}</tr>" for row in block.rows)
        button = ""
        if block.hidden:
            button = (
                '<p class="needs-script"><button type="button" class="prediction" aria-pressed="false" '
                f'aria-controls="{name}">Predict, then reveal</button></p>'
            )
        table = f'<table id="{name}">{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        return button + scrolling(table, "scroll", block.caption or "table")

    @staticmethod
    def cells(block: Table, row: tuple[str | float | int, ...]) -> Iterator[str]:
        for n, value in enumerate(row):
            predicted = f' data-predict="{escape(f"{block.header[n]}, {row[0]}")}"' if n in block.hidden else ""
            kind = ' class="text"' if isinstance(value, str) and len(value) > 24 else ""
            text = prose_html(value) if isinstance(value, str) else number(value)
            yield f'<th scope="row">{text}</th>' if n == 0 else f"<td{predicted}{kind}>{text}</td>"

    def chart(self, block: Chart) -> str:
        told = block.description not in ("", block.title)
        words = prose_html(block.description) if told else escape(summary(block))
        return (
            f"<figure>{scrolling(chart_svg(block, self.identity()), 'scroll', block.title)}"
            f"<figcaption><strong>{escape(block.title)}.</strong> {words}</figcaption></figure>"
        )

    def play(self, block: Play) -> str:
        widget = Widget(block, len(self.widgets))
        self.widgets.append(widget)
        return widget.html()

    def code(self, block: Code) -> str:
        return copyable(block.title, block.text, self.identity())


def scrolling(inner: str, kind: str, label: str) -> str:
    """A box that scrolls sideways on narrow screens, with the keyboard too."""
    return f'<div class="{kind}" tabindex="0" role="group" aria-label="{escape(label)}">{inner}</div>'


def link_html(link: Link) -> str:
    """A link to a file or a web address; any other scheme is shown as text."""
    text = escape(link.text)
    scheme, colon, _ = link.target.partition(":")
    if colon and scheme.lower() not in ("http", "https"):
        return text
    return f'<a href="{escape(link.target)}">{text}</a>'


def steps_html(steps: Sequence[Step]) -> str:
    """Numbered steps; one that goes on from where the last one ended shows only what it comes to."""
    items, reached = [], None
    for step in steps:
        items.append(step_html(step, goes_on=reached is not None and step.before == reached))
        reached = step.after
    return f'<ol class="steps">{"".join(items)}</ol>'


def step_html(step: Step, *, goes_on: bool = False) -> str:
    """A step of a derivation: its rule, before and after, its condition and how it was checked."""
    size = width(step.after) + (0 if goes_on else width(step.before))
    checked = str(getattr(step, "checked", ""))
    kind = "open" if checked.startswith("not ") else "checked"
    badge = f' <span class="{kind}">{escape(checked)}</span>' if checked else ""
    condition = f'<p class="condition">if {prose_html(step.condition)}</p>' if step.condition else ""
    return (
        f"<li><details{'' if size > LONG_STEP else ' open'}><summary>{prose_html(step.rule)}{badge}</summary>"
        f"{_before_after(step, size, goes_on)}{condition}</details></li>"
    )


def _before_after(step: Step, size: int, goes_on: bool) -> str:
    whole = equation(step.before, step.after)
    before, after = formula_html(step.before), formula_html(step.after) if str(step.after) else ""
    if before == after:  # two texts of the language, one formula in print
        return scrolling(after, "display", "step")
    if whole is not None and not goes_on and size <= LONG_LINE:
        return scrolling(to_mathml(whole), "display", "step")
    relation = "= " if whole is not None else "→ "
    lines = ([] if goes_on else [before]) + ([f"{relation}{after}"] if after else [])
    return scrolling("".join(f"<div>{line}</div>" for line in lines), "display", "step")


def verdict_html(verdict: Any) -> str:
    """A verdict as a card: the statement, its status, method and scope, its counterexample, and its proof folded."""
    facts = ", ".join(escape(text) for text in (verdict.method, verdict.scope and f"for {verdict.scope}") if text)
    lines = [f'<p class="condition">{facts}</p>'] if facts else []
    if verdict.counterexample:
        values = values_text(verdict.counterexample)
        lines.append(f'<p class="condition">counterexample: <code>{escape(values)}</code></p>')
    if verdict.detail:
        lines.append(f'<p class="condition">{escape(verdict.detail)}</p>')
    if verdict.proof:
        lines.append(proof_html(tuple(verdict.proof.rows())))
    badge = f'<span class="badge {escape(verdict.status)}">{escape(verdict.status)}</span>'
    return f'<div class="verdict"><p>{badge} {inline_html(verdict.statement)}</p>{"".join(lines)}</div>'


def proof_html(rows: Sequence[Row]) -> str:
    """A proof, folded: each step's number and claim, and its reasons."""
    items = []
    for row in rows:
        reasons = "".join(f'<p class="condition">{prose_html(reason)}</p>' for reason in row.reasons)
        equals = "= " if row.continues else ""
        claim = scrolling(f"{row.number}. {equals}{to_mathml(row.shown)}", "display", "step")
        items.append(f'<li class="depth-{min(row.depth, DEEPEST)}">{claim}{reasons}</li>')
    return f'<details><summary>{len(rows)} steps</summary><ul class="proof">{"".join(items)}</ul></details>'


def counts(document: Document) -> str:
    """How many verdicts of each status, in words.

    >>> counts(Document("t", ()))
    ''
    """
    statuses = document.statuses
    return ", ".join(f"{statuses.count(s)} {s}" for s in ("proved", "refuted", "unknown") if s in statuses)
