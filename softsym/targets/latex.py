r"""Expressions and statements as LaTeX mathematics, typeset as a textbook would."""

# ruff: noqa: RUF001 - mathematical signs and Greek letters are meant
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from softsym.expression import Expr
from softsym.language import Chain, Statement
from softsym.targets.layout import Big, Box, Digits, Fence, Fraction, Ident, Op, Root, Row, Sub, Sup, Words, is_tall
from softsym.targets.notation import GREEK, boxes

_GREEK = {letter: f"\\{name}" for name, letter in GREEK.items()} | {"ε": r"\varepsilon", "φ": r"\varphi"}
_COMMANDS = {"log", "exp", "max", "min", "sinh", "cosh", "tanh", "lim"}
_SIGNS = {
    "−": "-", "⋅": r"\cdot", "⊙": r"\odot", "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "∥": r"\,\|\,", "⊤": r"\top",
    "∖": r"\setminus", "∂": r"\partial", "∇": r"\nabla", "→": r"\to", "∑": r"\sum", "∏": r"\prod", "∞": r"\infty",
    ":": r"\colon", ",": ", ", ";": "; ", "lim": r"\lim",
}  # fmt: skip
_BRACKETS = {"|": (r"\lvert", r"\rvert"), "‖": (r"\lVert", r"\rVert")}
_STYLES = {"bold": r"\mathbf", "blackboard": r"\mathbb", "word": r"\mathrm", "upright": r"\operatorname"}


def to_latex(given: Expr | Statement | Chain) -> str:
    r"""The formula in LaTeX, without dollar signs; it needs ``amsmath`` and ``amssymb``, as MathJax and KaTeX have.

    Raises :class:`~softsym.errors.UnsupportedError` for a node without a notation.

    >>> from softsym import parse
    >>> print(to_latex(parse("softmax(z, beta)[i]*(delta(i, j) - p[j])")))
    \operatorname{softmax}_\beta(z)_i (\delta_{ij} - p_j)
    >>> print(to_latex(parse("log(sum(exp(beta*z)))/beta")))
    \frac{\log \sum_{k=1}^{N} e^{\beta z_k}}{\beta}
    """
    return _latex(boxes(given))


def _latex(box: Box) -> str:
    return _METHODS[type(box)](box)


def _ident(box: Ident) -> str:
    text = box.text
    if text in _COMMANDS:
        return f"\\{text}"
    if len(text) == 1 and box.style in ("italic", "upright"):
        return _GREEK.get(text, _SIGNS.get(text, text))
    return f"{_STYLES[box.style]}{{{_escape(text)}}}"


def _escape(text: str) -> str:
    return text.replace("_", r"\_")


def _op(box: Op) -> str:
    sign = _SIGNS.get(box.sign, box.sign)
    if box.sign == "\u2062":
        return " "
    return f" {sign} " if box.spaced or box.sign in "⋅→" else sign


def _words(box: Words) -> str:
    text = f"\\text{{{_escape(box.text)}}}"
    return rf"\quad {text}\ " if box.gap else text


def _row(box: Row) -> str:
    text = ""
    for item in box.items:
        text = _join(text, _latex(item))
    return re.sub(r" {2,}", " ", text)


def _join(left: str, right: str) -> str:
    """Two pieces side by side; a command needs a space before a letter."""
    needs_space = re.search(r"\\[A-Za-z]+$", left) and re.match(r"[A-Za-z0-9\\]", right)
    return f"{left} {right}" if needs_space else left + right


def _script(box: Box) -> str:
    text = _latex(box).strip()
    return text if len(text) == 1 or re.fullmatch(r"\\[A-Za-z]+", text) else f"{{{text}}}"


def _sub(box: Sub) -> str:
    base = _latex(box.base)
    return f"{{{base}}}_{_script(box.script)}" if isinstance(box.base, Sub) else f"{base}_{_script(box.script)}"


def _sup(box: Sup) -> str:
    return f"{_latex(box.base)}^{_script(box.script)}"


def _fraction(box: Fraction) -> str:
    return f"\\frac{{{_latex(box.above)}}}{{{_latex(box.below)}}}"


def _big(box: Big) -> str:
    above = f"^{{{_latex(box.above)}}}" if box.above is not None else ""
    return f"{_SIGNS[box.sign]}_{{{_latex(box.below)}}}{above} "


def _fence(box: Fence) -> str:
    inner = _latex(box.inner).strip()
    opening, closing = _BRACKETS.get(box.opening, (box.opening, box.closing))
    if is_tall(box.inner):
        opening, closing = rf"\left{opening}", rf" \right{closing}"
    return _join(_join(opening, inner), closing)


def _root(box: Root) -> str:
    return f"\\sqrt{{{_latex(box.inner)}}}"


_METHODS: dict[type, Callable[[Any], str]] = {
    Ident: _ident,
    Digits: lambda box: box.text,
    Op: _op,
    Words: _words,
    Row: _row,
    Fraction: _fraction,
    Sub: _sub,
    Sup: _sup,
    Big: _big,
    Fence: _fence,
    Root: _root,
}
