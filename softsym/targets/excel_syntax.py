"""Formulas of spreadsheets as trees, by Excel's own precedence: a sign binds tighter than ``^``, which goes from left.

The reader, the calculator and the audit of workbooks all walk the trees of this module.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from softsym.errors import LanguageError, SoftsymError
from softsym.targets.excel_nodes import REFERENCE_SIGNS as REFERENCE_SIGNS
from softsym.targets.excel_nodes import ArrayLiteral as ArrayLiteral
from softsym.targets.excel_nodes import Binary as Binary
from softsym.targets.excel_nodes import Call as Call
from softsym.targets.excel_nodes import DefinedName as DefinedName
from softsym.targets.excel_nodes import ErrorLiteral as ErrorLiteral
from softsym.targets.excel_nodes import Formula as Formula
from softsym.targets.excel_nodes import Invoke as Invoke
from softsym.targets.excel_nodes import LogicalLiteral as LogicalLiteral
from softsym.targets.excel_nodes import Missing as Missing
from softsym.targets.excel_nodes import NumberLiteral as NumberLiteral
from softsym.targets.excel_nodes import Reference as Reference
from softsym.targets.excel_nodes import TextLiteral as TextLiteral
from softsym.targets.excel_nodes import Unary as Unary
from softsym.targets.excel_nodes import children as children
from softsym.targets.excel_nodes import is_reference as is_reference
from softsym.targets.excel_nodes import walk_formula as walk_formula
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


_PREFIX = re.compile(r"^(_xlfn\.|_xlws\.|_xlpm\.)+", re.IGNORECASE)
_CELL = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]{0,6})")
_QUOTED = re.compile(r"(?<!')'(?:'')*(?!')|\[")
_SHEET = re.compile(r"[\w.]+(?::[\w.]+)?")
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

    def fail(self, message: str, at: Token | None = None) -> SoftsymError:
        """The error at a token, the next one by default."""
        token = at or self.next
        hint = _HINTS.get(token.text, "")
        return LanguageError(
            message + hint, text=self.text, start=token.start, end=token.start + max(1, len(token.text))
        )

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
        tree = self.shared()
        while self.next.text == "%":
            tree = Unary(self.take().text, tree)
        return tree

    def shared(self) -> Formula:
        """References with a space between them, which stand for the cells that they share."""
        tree = self.spanned()
        while is_reference(tree) and self.next.kind in ("operand", "function"):
            tree = self.joined(" ", tree, self.next)
        return tree

    def spanned(self) -> Formula:
        """The range between two references, as ``A1:INDEX(A1:A9,3)``."""
        tree = self.called()
        while self.next.text == ":":
            mark = self.take()
            right = self.called()
            if not (is_reference(tree) and is_reference(right)):
                raise self.fail("a colon stands between references", mark)
            tree = _range(tree, right)
        return tree

    def joined(self, sign: str, left: Formula, at: Token) -> Formula:
        """Two references and the operator between them."""
        right = self.spanned()
        if not is_reference(right):
            raise self.fail("an operator is missing here", at)
        return Binary(sign, left, right)

    def called(self) -> Formula:
        tree = self.atom()
        while self.next.text == "(" and isinstance(tree, Call | Invoke):
            tree = Invoke(tree, self.arguments())
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
        found = parse_reference(token.text)
        if found is None and token.text[0].isdigit():
            raise self.fail("an operator is missing in this, or it is no number", token)
        return found or DefinedName(_PREFIX.sub("", token.text))

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
        while self.next.text == "," and is_reference(tree):
            tree = self.joined(",", tree, self.take())
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


_HINTS = {
    ";": ": ',' separates arguments and '.' is the decimal point in formulas as files hold them",
    ",": ": is it a decimal comma? A file's formulas have '.' in numbers",
}


def _range(left: Formula, right: Formula) -> Formula:
    """The range between two references; that between two cells is one reference, however it is spaced."""
    if isinstance(left, Reference) and isinstance(right, Reference) and right.sheet in ("", left.sheet):
        rows = left.top, left.bottom, right.top, right.bottom
        columns = left.left, left.right, right.left, right.right
        text = f"{left.text}:{right.text}"
        return Reference(left.sheet, min(rows), min(columns), max(rows), max(columns), text)
    return Binary(":", left, right)


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
