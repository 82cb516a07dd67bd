"""Prose and formulas as HTML and as Markdown; whatever comes from a user is escaped in both."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from softsym.errors import SoftsymError
from softsym.expression import Expr
from softsym.language import Chain, Statement, bare_text, parse
from softsym.page.document import Formula
from softsym.targets.latex import to_latex
from softsym.targets.mathml import to_mathml

_MARKS = re.compile(r"(`[^`]+`|\$[^$]+\$)")
WIDE = 28
"""A formula in a text that has more characters may be wider than a phone."""

_SPECIAL = re.compile(r"([\\`*_{}\[\]#|$~])")


def read(formula: Formula) -> Expr | Statement:
    """The formula, read if it is a text.

    Raises :class:`~softsym.errors.LanguageError` for a text that is not in the language.
    """
    return parse(formula) if isinstance(formula, str) else formula


def formula_html(formula: Formula, *, block: bool = False) -> str:
    """MathML; a text that is not in the language, such as a proof's remark, as code."""
    try:
        return to_mathml(read(formula), block=block)
    except SoftsymError:
        return f"<code>{escape(str(formula))}</code>"


def inline_html(formula: Formula) -> str:
    """A formula within a text; a wide one scrolls on narrow screens, with the keyboard too."""
    found = formula_html(formula)
    if width(formula) <= WIDE:
        return found
    return f'<span class="wide" tabindex="0" role="group" aria-label="formula">{found}</span>'


def formula_markdown(formula: Formula) -> str:
    """LaTeX without its dollar signs, or code for a text that is not in the language."""
    try:
        return to_latex(read(formula))
    except SoftsymError:
        return rf"\texttt{{{plain_latex(str(formula))}}}"


def plain_latex(text: str) -> str:
    """A text within LaTeX mathematics.

    >>> print(plain_latex("a_1 & {b}"))
    a\\_1 \\& \\{b\\}
    """
    return re.sub(r"([_&{}#%$])", r"\\\1", text.replace("\\", r"\backslash "))


def equation(before: Formula, after: Formula) -> Chain | None:
    """``before == after`` as one formula, if both are expressions."""
    try:
        sides = (read(before), read(after))
    except SoftsymError:
        return None
    expressions = tuple(side for side in sides if isinstance(side, Expr))
    return Chain(expressions, ("==",)) if len(expressions) == 2 else None


def width(formula: Formula) -> int:
    """About how many characters wide a formula is."""
    return len(bare_text(formula) if isinstance(formula, Expr) else str(formula))


def values_text(values: Mapping[str, Any]) -> str:
    """A counterexample's values on one line.

    >>> values_text({"z": ["0", "1/2"], "beta": "1"})
    'z = (0, 1/2), beta = 1'
    """
    return ", ".join(f"{name} = {_value_text(value)}" for name, value in values.items())


def _value_text(value: Any) -> str:
    return f"({', '.join(map(str, value))})" if isinstance(value, list | tuple) else str(value)


def prose_html(text: str) -> str:
    """Prose with its marks: code in backticks, formulas between dollar signs.

    >>> prose_html("a < `b`, $z[i]$")
    'a &lt; <code>b</code>, <math><msub><mi>z</mi><mi>i</mi></msub></math>'
    """
    return _marked(text, lambda t: f"<code>{escape(t)}</code>", inline_html, escape)


def prose_markdown(text: str) -> str:
    """Prose with its marks as Markdown.

    >>> print(prose_markdown("a_b <i>, $z[i]$"))
    a\\_b &lt;i&gt;, $z_i$
    """
    return _marked(text, lambda t: f"`{t}`", lambda t: f"${formula_markdown(t)}$", plain_markdown)


def plain_markdown(text: str) -> str:
    """A text that Markdown shows as it is."""
    return escape(_SPECIAL.sub(r"\\\1", text.replace("\n", " ")), quote=False)


def _marked(text: str, code: Callable[[str], str], formula: Callable[[str], str], plain: Callable[[str], str]) -> str:
    parts = []
    for part in _MARKS.split(text):
        if len(part) > 2 and part[0] == part[-1] == "`":
            parts.append(code(part[1:-1]))
        elif len(part) > 2 and part[0] == part[-1] == "$":
            parts.append(formula(part[1:-1]))
        else:
            parts.append(plain(part))
    return "".join(parts)
