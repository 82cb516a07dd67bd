"""Expressions, derivations and verdicts as cards for notebooks: HTML without scripts or style sheets, and Markdown.

Formulas are LaTeX between dollar signs, which notebooks typeset also in output that they do not trust.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from softsym.calculus import Derivation
from softsym.expansion import unfold
from softsym.expression import Apply, Expr, apply, as_expr
from softsym.page.document import Formula, Step
from softsym.page.prose import formula_markdown, prose_html, values_text
from softsym.proof.steps import Row
from softsym.targets.latex import to_latex

COLOURS = {"proved": "#14602e", "refuted": "#9a1420", "unknown": "#6b4a00"}


def expression_card(expr: Expr) -> str:
    r"""An expression with its text and, folded, its definition.

    >>> from softsym import parse
    >>> print(expression_card(parse("lse(z)")).splitlines()[0])
    <div>$\displaystyle \operatorname{LSE}(z)$</div>
    """
    lines = [f"<div>{_math(expr)}</div>"]
    meaning = unfold(expr) if isinstance(expr, Apply) else None
    if meaning is not None:
        lines.append(_folded("definition", _math(_without_ones(meaning))))
    return "\n".join([*lines, f"<div><code>{escape(str(expr))}</code></div>"])


def expression_markdown(expr: Expr) -> str:
    """An expression as a displayed formula and its text."""
    return f"$${formula_markdown(expr)}$$\n\n`{expr}`"


def derivation_card(derivation: Derivation) -> str:
    """A derivation: what it is of, its result, and its numbered steps folded."""
    steps = derivation.steps
    head = f"<div>{_math(derivation.before)} $=$ {_math(derivation.result)}</div>"
    return f"{head}\n{_folded(f'{len(steps)} steps', _steps(steps))}" if steps else head


def verdict_card(verdict: Any) -> str:
    """A verdict: its badge with the method, the statement, its counterexample, and the proof's steps folded."""
    colour = COLOURS.get(verdict.status, "#404040")
    badge = f'<b style="color: {colour}">{escape(verdict.status)}</b>'
    method = f" by {escape(verdict.method)}" if verdict.method else ""
    scope = f", for {escape(verdict.scope)}" if verdict.scope else ""
    lines = [f"<div>{badge}{method}{scope}: {_math(verdict.statement)}</div>"]
    if verdict.counterexample:
        lines.append(f"<div>at <code>{escape(values_text(verdict.counterexample))}</code></div>")
    if verdict.detail:
        lines.append(f"<div>{escape(verdict.detail)}</div>")
    if verdict.proof:
        rows = tuple(verdict.proof.rows())
        lines.append(_folded(f"{len(rows)} steps", "".join(map(_proof_row, rows))))
    return "\n".join(lines)


def _without_ones(expr: Expr) -> Expr:
    """The expression without the factors and divisors 1 that a parameter left out puts there."""
    if not isinstance(expr, Apply):
        return expr
    args = tuple(_without_ones(arg) for arg in expr.args)
    if expr.head == "mul" and args[0] == as_expr(1):
        return args[1]
    return args[0] if expr.head == "div" and args[1] == as_expr(1) else apply(expr.head, *args)


def _steps(steps: Sequence[Step]) -> str:
    items, reached = [], None
    for step in steps:
        before = "" if reached is not None and step.before == reached else f"<br>{_math(step.before)}"
        reached = step.after
        after = f"<br>$=$ {_math(step.after)}" if str(step.after) else ""
        condition = f"<br>if {prose_html(step.condition)}" if step.condition else ""
        items.append(f"<li>{prose_html(step.rule)}{before}{after}{condition}</li>")
    return f"<ol>{''.join(items)}</ol>"


def _proof_row(row: Row) -> str:
    reasons = "".join(f"<br>{prose_html(reason)}" for reason in row.reasons)
    return f'<p style="margin-left: {row.depth}em">{row.number}. {_claim(row)}{reasons}</p>'


def _claim(row: Row) -> str:
    equals = "= " if row.continues else ""
    return escape(f"$\\displaystyle {equals}{to_latex(row.shown)}$", quote=False)


def _math(formula: Formula) -> str:
    return escape(f"$\\displaystyle {formula_markdown(formula)}$", quote=False)


def _folded(summary: str, inner: str) -> str:
    return f"<details><summary>{escape(summary)}</summary>{inner}</details>"
