"""Formulas of spreadsheets as trees, by Excel's own precedence: a sign binds tighter than ``^``, which goes from left.

The reader, the calculator and the audit of workbooks all walk the trees of this module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from softsym.errors import LanguageError, SoftsymError
from softsym.targets.excel_tokens import Token
from softsym.targets.excel_tokens import tokens as tokens

DIALECTS = ("classic", "excel365")
"""Functions that every spreadsheet has, or also those of Excel 365."""
MAX_CHARACTERS, MAX_LEVELS, MAX_ARGUMENTS, MAX_TEXT = 8192, 64, 255, 255
"""Excel's limits: characters of a formula, levels of functions, arguments of a function, characters of a text in it."""
MAX_NAMES = 126
"""How many names one ``LET`` gives, which is 253 arguments."""
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384

ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!")
_LEVELS = {"=": 1, "<>": 1, "<": 1, "<=": 1, ">": 1, ">=": 1, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4, "^": 5}


@dataclass(frozen=True, slots=True)
class NumberLiteral:
    """A number as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class TextLiteral:
    """A text in quotes, without them."""

    text: str


@dataclass(frozen=True, slots=True)
class LogicalLiteral:
    """``TRUE`` or ``FALSE``."""

    value: bool


@dataclass(frozen=True, slots=True)
class ErrorLiteral:
    """An error value such as ``#N/A``; ``#REF!`` is also what a lost reference leaves."""

    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """An argument that is left out, as in ``IF(A1,,2)``."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell or a range; rows and columns count from 1, ``sheet`` is empty for the formula's own sheet."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int
    text: str = ""

    @property
    def is_cell(self) -> bool:
        return (self.top, self.left) == (self.bottom, self.right)

    @property
    def size(self) -> tuple[int, int]:
        """How many rows and columns the range has."""
        return self.bottom - self.top + 1, self.right - self.left + 1

    def cells(self) -> Iterator[tuple[int, int]]:
        """(row, column) of every cell, row by row."""
        return ((r, c) for r in range(self.top, self.bottom + 1) for c in range(self.left, self.right + 1))


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A name of the workbook, or a structured or external reference that stays unread."""

    text: str


@dataclass(frozen=True, slots=True)
class ArrayLiteral:
    """``{1,2;3,4}`` by rows."""

    rows: tuple[tuple[Formula, ...], ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x``, ``+x`` or ``x%``."""

    sign: str
    operand: Formula


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two operands."""

    sign: str
    left: Formula
    right: Formula


@dataclass(frozen=True, slots=True)
class Call:
    """A function, its name in capitals and without the prefixes that files put before new functions."""

    name: str
    args: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Invoke:
    """A function that a formula gives, called at once: ``LAMBDA(x,x+1)(2)``."""

    function: Formula
    args: tuple[Formula, ...]


Formula: TypeAlias = (
    NumberLiteral
    | TextLiteral
    | LogicalLiteral
    | ErrorLiteral
    | Missing
    | Reference
    | DefinedName
    | ArrayLiteral
    | Unary
    | Binary
    | Call
    | Invoke
)

_PREFIX = re.compile(r"^(_xlfn\.|_xlws\.|_xlpm\.)+", re.IGNORECASE)
_CELL = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]{0,6})")
_QUOTED = re.compile(r"(?<!')'(?:'')*(?!')|\[")
_SHEET = re.compile(r"[\w.]+")
_AREA = re.compile(_CELL.pattern + ":" + _CELL.pattern)
_LINES = re.compile(r"(\$?)([A-Za-z]{1,3}):(\$?)([A-Za-z]{1,3})|(\$?)([1-9][0-9]{0,6}):(\$?)([1-9][0-9]{0,6})")


def column_number(letters: str) -> int:
    """The number of a column.

    >>> column_number("A"), column_number("AB"), column_number("XFD")
    (1, 28, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """The letters of a column.

    >>> column_letters(1), column_letters(28), column_letters(16384)
    ('A', 'AB', 'XFD')
    """
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def parse_reference(text: str) -> Reference | None:
    """A cell or a range with or without its sheet, or ``None`` if the text is neither.

    >>> parse_reference("'My sheet'!$B$2:B4").size
    (3, 1)
    >>> parse_reference("ZZZ1") is None
    True
    """
    sheet, mark, address = text.rpartition("!")
    if sheet.startswith("'") and sheet.endswith("'") and len(sheet) > 2 and not _QUOTED.search(sheet[1:-1]):
        sheet = sheet[1:-1].replace("''", "'")
    elif mark and not _SHEET.fullmatch(sheet):
        return None
    corners = _corners(address)
    if corners is None or corners[2] > MAX_ROWS or corners[3] > MAX_COLUMNS:
        return None
    return Reference(sheet, *corners, text)


def _corners(address: str) -> tuple[int, int, int, int] | None:
    area = _AREA.fullmatch(address)
    if area:
        rows = sorted((int(area[4]), int(area[8])))
        columns = sorted((column_number(area[2]), column_number(area[6])))
        return rows[0], columns[0], rows[1], columns[1]
    lines = _LINES.fullmatch(address)
    if lines and lines[2]:
        columns = sorted((column_number(lines[2]), column_number(lines[4])))
        return 1, columns[0], MAX_ROWS, columns[1]
    if lines:
        rows = sorted((int(lines[6]), int(lines[8])))
        return rows[0], 1, rows[1], MAX_COLUMNS
    cell = _CELL.fullmatch(address)
    if cell is None:
        return None
    row, column = int(cell[4]), column_number(cell[2])
    return row, column, row, column


def parse_formula(text: str) -> Formula:
    """The tree of a formula, with or without its leading ``=``.

    >>> parse_formula("=-2^2") == Binary("^", Unary("-", NumberLiteral("2")), NumberLiteral("2"))
    True

    Raises :class:`~softsym.errors.LanguageError` with a caret under the fault.
    """
    body = text[1:] if text.startswith("=") else text
    try:
        return _Parser(body).whole()
    except RecursionError:
        raise LanguageError("the formula nests too deep", text=body) from None


class _Parser:
    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.position = text, tokens(text), 0

    @property
    def next(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        """The next token, which is passed unless it is the end."""
        token = self.next
        self.position += token.kind != "end"
        return token

    def fail(self, message: str) -> SoftsymError:
        at = self.next.start
        return LanguageError(message, text=self.text, start=at, end=at + max(1, len(self.next.text)))

    def expect(self, text: str) -> None:
        if self.next.text != text:
            raise self.fail(f"{text!r} is missing here")
        self.take()

    def whole(self) -> Formula:
        tree = self.binary(1)
        if self.next.kind != "end":
            raise self.fail("an operator is missing here")
        return tree

    def binary(self, level: int) -> Formula:
        """Operators of at least this level; all of them go left to right, ``^`` too."""
        if level > 5:
            return self.prefix()
        tree = self.binary(level + 1)
        while self.next.kind == "operator" and _LEVELS.get(self.next.text) == level:
            tree = Binary(self.take().text, tree, self.binary(level + 1))
        return tree

    def prefix(self) -> Formula:
        if self.next.kind == "operator" and self.next.text in "+-":
            return Unary(self.take().text, self.prefix())
        if self.next.text == "@":
            self.take()
            return Call("SINGLE", (self.prefix(),))
        return self.postfix()

    def postfix(self) -> Formula:
        tree = self.atom()
        while self.next.text == "(" and isinstance(tree, Call | Invoke):
            tree = Invoke(tree, self.arguments())
        while self.next.text == "%":
            tree = Unary(self.take().text, tree)
        return tree

    def atom(self) -> Formula:
        reader = getattr(self, f"read_{self.next.kind}", None)
        if reader is None:
            raise self.fail("an operand is missing here")
        tree: Formula = reader(self.take())
        return tree

    def read_number(self, token: Token) -> Formula:
        return NumberLiteral(token.text)

    def read_text(self, token: Token) -> Formula:
        return TextLiteral(token.text[1:-1].replace('""', '"'))

    def read_error(self, token: Token) -> Formula:
        return ErrorLiteral(token.text)

    def read_operand(self, token: Token) -> Formula:
        if token.text.upper() in ("TRUE", "FALSE"):
            return LogicalLiteral(token.text.upper() == "TRUE")
        if token.text.endswith("#REF!"):
            return ErrorLiteral("#REF!")
        return parse_reference(token.text) or DefinedName(_PREFIX.sub("", token.text))

    def read_function(self, token: Token) -> Formula:
        name, args = _PREFIX.sub("", token.text).upper(), self.arguments()
        return LogicalLiteral(name == "TRUE") if name in ("TRUE", "FALSE") and not args else Call(name, args)

    def arguments(self) -> tuple[Formula, ...]:
        self.expect("(")
        args: list[Formula] = []
        while self.next.text != ")":
            args.append(Missing() if self.next.text == "," else self.binary(1))
            if self.next.text == ",":
                self.take()
                args += [Missing()] if self.next.text == ")" else []
            elif self.next.text != ")":
                raise self.fail("',' or ')' is missing here")
        self.take()
        return tuple(args)

    def read_open(self, token: Token) -> Formula:
        if token.text == "{":
            return self.array()
        tree = self.binary(1)
        self.expect(")")
        return tree

    def array(self) -> Formula:
        rows: list[list[Formula]] = [[]]
        while True:
            rows[-1].append(self.prefix())
            sign = self.take()
            if sign.text == ";":
                rows.append([])
            elif sign.text == "}":
                break
            elif sign.text != ",":
                raise self.fail("an array holds constants between ',' and ';'")
        if len({len(row) for row in rows}) > 1:
            raise self.fail("the rows of an array must have equal lengths")
        return ArrayLiteral(tuple(tuple(row) for row in rows))


def children(node: Formula) -> tuple[Formula, ...]:
    """The operands of a node."""
    if isinstance(node, Unary):
        return (node.operand,)
    if isinstance(node, Binary):
        return node.left, node.right
    if isinstance(node, Call):
        return node.args
    if isinstance(node, Invoke):
        return node.function, *node.args
    return tuple(x for row in node.rows for x in row) if isinstance(node, ArrayLiteral) else ()


def with_children(node: Formula, change: Callable[[Formula], Formula]) -> Formula:
    """The node with each operand changed.

    >>> with_children(parse_formula("-A1"), lambda operand: parse_formula("B2")) == parse_formula("-B2")
    True
    """
    if isinstance(node, Unary):
        return Unary(node.sign, change(node.operand))
    if isinstance(node, Binary):
        return Binary(node.sign, change(node.left), change(node.right))
    if isinstance(node, Call):
        return Call(node.name, tuple(map(change, node.args)))
    if isinstance(node, Invoke):
        return Invoke(change(node.function), tuple(map(change, node.args)))
    if isinstance(node, ArrayLiteral):
        return ArrayLiteral(tuple(tuple(map(change, row)) for row in node.rows))
    return node


def walk_formula(node: Formula) -> Iterator[Formula]:
    """Every node, parents first."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(children(top)))
