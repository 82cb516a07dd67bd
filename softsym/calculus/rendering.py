"""Derivations as text, Markdown and LaTeX."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softsym.expression import Expr
from softsym.language.printer import bare_text, declarations

if TYPE_CHECKING:
    from softsym.calculus.derivation import Derivation
    from softsym.calculus.steps import Step


def to_text(derivation: Derivation) -> str:
    """Numbered steps, each with its rule, both sides, its condition and its check."""
    lines = [f"{bare_text(derivation.before)}{_declared(derivation.before)}"]
    for n, step in enumerate(derivation.steps, 1):
        lines.append(f"{n:3}. {step.rule}" + (f", if {step.condition}" if step.condition else ""))
        lines += [f"       {bare_text(step.before)}", f"     = {bare_text(step.after)}", f"     [{step.checked}]"]
    lines.append(f"Result: {bare_text(derivation.result)}")
    return "\n".join(lines)


def to_markdown(derivation: Derivation) -> str:
    """A numbered list with formulas in LaTeX between dollar signs."""
    lines = [f"$${_latex(derivation.before)}$$", ""]
    for n, step in enumerate(derivation.steps, 1):
        lines.append(f"{n}. {_sentence(step)}")
        lines += ["", f"   $${_equation(step)}$$", "", f"   *{step.checked}*", ""]
    lines.append(f"**Result.** $${_latex(derivation.before)} = {_latex(derivation.result)}$$")
    return "\n".join(lines)


def to_latex(derivation: Derivation) -> str:
    r"""One ``align*`` environment, a line for each step, with the rule as ``\text``; equal sides continue a chain."""
    lines, last = [], None
    for step in derivation.steps:
        before, after = _latex(step.before), _latex(step.after)
        if before == after:  # such as the entry of a gradient, which is written as the derivative already
            continue
        left = "" if before == last else before + " "
        lines.append(rf"{left}&= {after} && \text{{{_escaped(step.rule)}}}")
        last = after
    if not lines:
        lines.append(rf"{_latex(derivation.before)} &= {_latex(derivation.result)}")
    body = " \\\\\n".join(lines)
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}"


def _equation(step: Step) -> str:
    """The step as an equation; where the notation writes both sides alike, that one formula."""
    before, after = _latex(step.before), _latex(step.after)
    return before if before == after else f"{before} = {after}"


def _latex(expr: Expr) -> str:
    from softsym.targets.latex import to_latex as formula  # printing comes after the calculus in the flow

    return formula(expr)


def _sentence(step: Step) -> str:
    return f"**{step.rule}**" + (f", if {step.condition}" if step.condition else "")


def _declared(expr: Expr) -> str:
    text = ", ".join(f"{name}: {kind}" for name, kind in declarations(expr).items())
    return f"    where {text}" if text else ""


def _escaped(text: str) -> str:
    return text.replace("_", r"\_").replace("*", r"$\cdot$")
