"""The tokens of a spreadsheet's formula."""

from __future__ import annotations

import re
from dataclasses import dataclass

from softsym.errors import LanguageError


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a formula's text: its kind, itself and where it starts."""

    kind: str  # number, text, operand, function, operator, open, close, separator, brace, end
    text: str
    start: int


_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>"(?:[^"]|"")*")
    |(?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|GETTING_DATA|SPILL!|CALC!))
    |(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![A-Za-z0-9_.!:]))
    |(?P<function>[A-Za-z_][A-Za-z0-9_.]*(?=\s*\())
    |(?P<operand>(?:'(?:[^']|'')+'!|[\w.\\\[\]]+(?::[\w.\\]+)?!)?(?:\$?[A-Za-z]{1,3}\$?[0-9]+:\$?[A-Za-z]{1,3}\$?[0-9]+(?![\w(])
        |\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w(])|\$?[0-9]+:\$?[0-9]+|\#REF!|(?:[\w.\\$?]+|(?=\[[@\#\[A-Za-z]))(?:\[(?:'.|[^\[\]']|\[(?:'.|[^\[\]'])*\])*\])*\#?))
    |(?P<operator><=|>=|<>|[-+*/^&=<>%@:])
    |(?P<open>[({])|(?P<close>[)}])|(?P<separator>[,;])""",
    re.VERBOSE,
)


def tokens(text: str) -> list[Token]:
    """The tokens of a formula, without its leading ``=``.

    Raises :class:`~softsym.errors.LanguageError` at a character that no token begins with.
    """
    found, position = [], 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise LanguageError("cannot read this part of the formula", text=text, start=position, end=position + 1)
        if match.lastgroup != "space":
            found.append(Token(match.lastgroup or "", match[0], position))
        position = match.end()
    return [*found, Token("end", "", len(text))]
