"""Expressions and statements as native MathML, which browsers show without a script."""

# ruff: noqa: RUF001 - mathematical signs and Greek letters are meant
from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape
from typing import Any

from softsym.expression import Expr
from softsym.language import Chain, Statement
from softsym.targets.layout import Big, Box, Digits, Fence, Fraction, Ident, Op, Root, Row, Sub, Sup, Words, is_tall
from softsym.targets.notation import boxes

_BOLD = {"1": "\U0001d7cf", "e": "\U0001d41e"}
_BLACKBOARD = {"E": "\U0001d53c"}
_THIN_SPACE = '<mspace width="0.17em"></mspace>'
_MOVABLE = {"∑", "∏", "lim"}


def to_mathml(given: Expr | Statement | Chain, *, block: bool = False) -> str:
    """The formula as a ``math`` element (MathML Core); ``block`` sets it on a line of its own.

    Raises :class:`~softsym.errors.UnsupportedError` for a node without a notation.

    >>> from softsym import parse
    >>> print(to_mathml(parse("z[i]/2")))
    <math><mfrac><msub><mi>z</mi><mi>i</mi></msub><mn>2</mn></mfrac></math>
    """
    kind = ' display="block"' if block else ""
    return f"<math{kind}>{_mathml(boxes(given))}</math>"


def _mathml(box: Box) -> str:
    return _METHODS[type(box)](box)


def _ident(box: Ident) -> str:
    text = box.text
    if box.style == "bold":
        return f"<mi>{_BOLD.get(text, text)}</mi>"
    if box.style == "blackboard":
        return f"<mi>{_BLACKBOARD.get(text, text)}</mi>"
    upright = ' mathvariant="normal"' if len(text) == 1 and box.style == "upright" else ""
    return f"<mi{upright}>{escape(text)}</mi>"


def _op(box: Op) -> str:
    form = ' form="prefix"' if box.sign in "−∂∇" and not box.spaced else ""
    tight = ' lspace="0" rspace="0"' if box.sign == "/" else ""
    return f"<mo{form}{tight}>{escape(box.sign)}</mo>"


def _words(box: Words) -> str:
    gap = '<mspace width="1em"></mspace>' if box.gap else ""
    text = f"{box.text}\u00a0" if box.gap else box.text
    return f"{gap}<mtext>{escape(text)}</mtext>"


def _row(box: Row) -> str:
    return f"<mrow>{''.join(_spaced(box.items))}</mrow>"


def _spaced(items: tuple[Box, ...]) -> Iterator[str]:
    """The items, with a thin space around a function's name where neither a bracket nor an operator parts it."""
    before: Box | None = None
    for item in items:
        previous = Words("") if isinstance(before, Op) and before.sign in "\u2062∂∇" else before
        if (
            previous is not None
            and not isinstance(previous, Op)
            and (_is_function(item) or (_is_function(previous) and not isinstance(item, Fence | Op)))
        ):
            yield _THIN_SPACE
        yield _mathml(item)
        before = item


def _is_function(box: Box) -> bool:
    """Whether the box is a function's name or begins with one."""
    while isinstance(box, Sub | Sup | Row):
        box = box.items[0] if isinstance(box, Row) else box.base
    return isinstance(box, Ident) and box.style == "upright" and len(box.text) > 1


def _scripted(tag: str, base: Box, script: Box) -> str:
    """A script; one of a function's value stands at the closing bracket, not below the whole."""
    if isinstance(base, Row) and isinstance(base.items[-1], Fence):
        *before, last = base.items
        return f"<mrow>{''.join(_spaced(tuple(before)))}{_scripted(tag, last, script)}</mrow>"
    return f"<{tag}>{_mathml(base)}{_mathml(script)}</{tag}>"


def _fence(box: Fence) -> str:
    grows = "" if is_tall(box.inner) else ' stretchy="false"'
    opening = f'<mo fence="true" form="prefix"{grows}>{escape(box.opening)}</mo>'
    closing = f'<mo fence="true" form="postfix"{grows}>{escape(box.closing)}</mo>'
    return f"<mrow>{opening}{_mathml(box.inner)}{closing}</mrow>"


def _big(box: Big) -> str:
    movable = ' movablelimits="true"' if box.sign in _MOVABLE else ""
    sign = f"<mo{movable}>{escape(box.sign)}</mo>"
    if box.above is None:
        return f"<munder>{sign}{_mathml(box.below)}</munder>"
    return f"<munderover>{sign}{_mathml(box.below)}{_mathml(box.above)}</munderover>"


_METHODS: dict[type, Callable[[Any], str]] = {
    Ident: _ident,
    Digits: lambda box: f"<mn>{escape(box.text)}</mn>",
    Op: _op,
    Words: _words,
    Row: _row,
    Fraction: lambda box: f"<mfrac>{_mathml(box.above)}{_mathml(box.below)}</mfrac>",
    Sub: lambda box: _scripted("msub", box.base, box.script),
    Sup: lambda box: _scripted("msup", box.base, box.script),
    Big: _big,
    Fence: _fence,
    Root: lambda box: f"<msqrt>{_mathml(box.inner)}</msqrt>",
}
