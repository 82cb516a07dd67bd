"""Text to expressions, through Python's ``ast`` and a whitelist; nothing in the text is ever evaluated by Python."""

from __future__ import annotations

import ast
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from math import log2

from softsym.definitions import FUNCTIONS
from softsym.errors import LanguageError, ShapeError, did_you_mean
from softsym.expression import MAX_DEPTH, Apply, Expr, Number, Symbol, apply, length_expr, number
from softsym.shapes import as_length, literal
from softsym.symbols import DEFAULT_KINDS, Kind, Length

MAX_TEXT = 10_000
MAX_BRACKETS = MAX_DEPTH
MAX_DIGITS = 400
MAX_POWER_BITS = 20_000
"""Limits that keep any text from hanging softsym: characters, nesting, digits of a number, bits of a constant power."""

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
    ast.MatMult: "matmul",
}
RELATIONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.LtE: "<=",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.Gt: ">",
    ast.NotEq: "!=",
}


@dataclass
class Scope:
    """What names mean in a text: declared kinds, and lengths that a declaration such as ``N == 2`` fixes."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    lengths: Mapping[str, Length] = field(default_factory=dict)

    def kind(self, name: str) -> Kind | None:
        kind = self.kinds.get(name, DEFAULT_KINDS.get(name))
        return None if kind is None else kind.at(self.lengths)

    @property
    def names(self) -> set[str]:
        return {*self.kinds, *DEFAULT_KINDS}


_WRITTEN = {
    "^": "a power is written with **",
    "≤": "at most is written <=",
    "≥": "at least is written >=",
    "≠": "different indices are declared with !=, as in where i != j",
    "·": "a product is written with *, an inner product with dot(v, w)",
    "\N{MULTIPLICATION SIGN}": "a product is written with *",
    "\N{MINUS SIGN}": "a minus sign is the hyphen -",
    "∞": "infinity is written oo",
    "!": "different indices are declared with !=, as in where i != j",
}
"""What stands for a character outside the language."""

_SLIPS = {
    r"\|=>": "at least is written >=",
    r"\|=<": "at most is written <=",
    r"\|=(?!=)": "an equation is written with ==",
    r"\d\s*\|[A-Za-z(]|\|\d+[A-Za-z]": "a product is written with *",
}
"""What is probably meant by a text that Python's grammar refuses at |."""


@dataclass(frozen=True)
class Chain:
    """``sides[0] relations[0] sides[1] relations[1] ...``; with no relation it is an expression."""

    sides: tuple[Expr, ...]
    relations: tuple[str, ...] = ()


def read_chain(text: str, start: int, end: int, scope: Scope, *, unequal: bool = False) -> Chain:
    """The chain in ``text[start:end]``; positions in errors are those of the whole text.

    Raises :class:`~softsym.errors.LanguageError` with a caret under the fault.
    """
    check_characters(text)
    lead = len(text[start:end]) - len(text[start:end].lstrip())
    start, part = start + lead, text[start + lead : end].rstrip()
    if not part:
        raise LanguageError("an expression is missing here", text=text, start=start, end=start + 1)
    return _Reader(text, start, scope, unequal).chain(_python_tree(text, start, part))


def check_characters(text: str) -> None:
    """Raise for a text that is too long, nests too deep, or has characters outside the language."""
    if len(text) > MAX_TEXT:
        raise LanguageError(f"the text has {len(text)} characters; at most {MAX_TEXT} are allowed")
    odd = re.search(r"[^ -~\t\n]|[#;\\\"'`$?&|^{}!](?!=)|[#;\\\"'`$?&|^{}]", text)
    if odd:
        otherwise = "" if odd[0].isascii() else "names are written out in ASCII, as in beta"
        hint = _WRITTEN.get(odd[0], otherwise)
        message = f"{odd[0]!r} is not in the language"
        raise LanguageError(message, text=text, start=odd.start(), end=odd.end(), hint=hint)
    depth = 0
    for position, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if depth > MAX_BRACKETS:
            message = f"brackets nest deeper than {MAX_BRACKETS} levels"
            raise LanguageError(message, text=text, start=position, end=position + 1)


def _python_tree(text: str, start: int, part: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(part.replace("\n", " "), mode="eval").body
    except SyntaxError as error:
        at = start + min(max((error.offset or 1) - 1, 0), len(part))
        marked = f"{text[start:at]}|{text[at:]}"
        hint = next((hint for pattern, hint in _SLIPS.items() if re.search(pattern, marked)), "")
        raise LanguageError(f"cannot read this: {error.msg}", text=text, start=at, end=at + 1, hint=hint) from None
    except (RecursionError, MemoryError, ValueError):
        raise LanguageError("the expression nests too deep", text=text, start=start) from None


class _Reader:
    """One visitor method for each allowed class of ``ast`` nodes."""

    def __init__(self, text: str, offset: int, scope: Scope, unequal: bool) -> None:
        self.text, self.offset, self.scope, self.unequal = text, offset, scope, unequal

    def fail(self, node: ast.AST, message: str, hint: str = "") -> LanguageError:
        start, end = self.offset + node.col_offset, self.offset + node.end_col_offset  # type: ignore[attr-defined]
        return LanguageError(message, text=self.text, start=start, end=end, hint=hint)

    def chain(self, node: ast.expr) -> Chain:
        if not isinstance(node, ast.Compare):
            return Chain((self.read(node),))
        sides = tuple(self.read(side) for side in (node.left, *node.comparators))
        relations = tuple(self.relation(node, op) for op in node.ops)
        for left, right, operand in zip(sides, sides[1:], node.comparators, strict=False):
            self.guarded(operand, partial(_comparable, left, right))
        return Chain(sides, relations)

    def relation(self, node: ast.Compare, op: ast.cmpop) -> str:
        sign = RELATIONS.get(type(op))
        if sign is None or (sign == "!=" and not self.unequal):
            hint = "!= is allowed in declarations only" if sign else ""
            raise self.fail(node, "the relations of a statement are ==, <=, >=, < and >", hint)
        return sign

    def read(self, node: ast.expr) -> Expr:
        try:
            visit: Callable[[ast.expr], Expr] | None = getattr(self, "read_" + type(node).__name__, None)
            if visit is None:
                hint = "a relation may stand only between whole expressions" if isinstance(node, ast.Compare) else ""
                raise self.fail(node, f"a Python {type(node).__name__} is not in the language", hint)
            return visit(node)
        except RecursionError:
            raise LanguageError("the expression nests too deep", text=self.text, start=self.offset) from None

    def guarded(self, node: ast.expr, make: Callable[[], Expr]) -> Expr:
        try:
            return make()
        except ShapeError as error:
            raise self.fail(node, str(error)) from None

    def build(self, node: ast.expr, head: str, *args: Expr) -> Expr:
        return self.guarded(node, lambda: apply(head, *args))

    def read_Constant(self, node: ast.Constant) -> Expr:
        start = self.offset + node.col_offset
        literal_text = self.text[start : self.offset + (node.end_col_offset or 0)]
        if not re.fullmatch(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", literal_text):
            raise self.fail(node, f"{literal_text} is not a number of the language", "write 12, 0.5 or 1e-3")
        mantissa, _, power = literal_text.lower().partition("e")
        if len(mantissa) > MAX_DIGITS or abs(int(power or 0)) > MAX_DIGITS:
            raise self.fail(node, f"a number may have at most {MAX_DIGITS} digits")
        return Number(Fraction(literal_text))

    def read_Name(self, node: ast.Name) -> Expr:
        kind = self.scope.kind(node.id)
        if kind is None:
            if node.id in FUNCTIONS:
                raise self.fail(node, f"{node.id} is a function; give its arguments, as in {node.id}(...)")
            near = did_you_mean(node.id, self.scope.names, limit=40)
            raise self.fail(node, f"unknown name {node.id!r}", f"declare it, as in: where {node.id}: real; {near}")
        if kind.type == "length" and node.id in self.scope.lengths:
            return length_expr(self.scope.lengths[node.id])
        return Symbol(node.id, kind)

    def read_BinOp(self, node: ast.BinOp) -> Expr:
        head = _BINARY.get(type(node.op))
        if head is None:
            raise self.fail(node, f"the operator {type(node.op).__name__} is not in the language")
        left, right = self.read(node.left), self.read(node.right)
        if head == "pow" and _power_bits(left, right) > MAX_POWER_BITS:
            raise self.fail(node, "this power is too large to work with", "keep constant powers below 2**20000")
        return self.build(node, head, left, right)

    def read_UnaryOp(self, node: ast.UnaryOp) -> Expr:
        operand = self.read(node.operand)
        if isinstance(node.op, ast.UAdd):
            return operand
        if not isinstance(node.op, ast.USub):
            raise self.fail(node, f"the operator {type(node.op).__name__} is not in the language")
        return self.build(node, "neg", operand)

    def read_List(self, node: ast.List) -> Expr:
        return self.build(node, "list", *(self.read(item) for item in node.elts))

    def read_Subscript(self, node: ast.Subscript) -> Expr:
        indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return self.build(node, "item", self.read(node.value), *(self.read(i) for i in indices))

    def read_Call(self, node: ast.Call) -> Expr:
        if not isinstance(node.func, ast.Name):
            raise self.fail(node.func, "only a function's name can be called")
        head = node.func.id
        if head not in FUNCTIONS:
            known = "a name cannot be called" if head in self.scope.names else f"unknown function {head!r}"
            raise self.fail(node.func, known, did_you_mean(head, FUNCTIONS, limit=70))
        args = [self.read(arg) for arg in node.args]
        for keyword in node.keywords:
            args.append(self.read_keyword(node, head, keyword, len(args)))
        if head == "basis" and len(args) == 1 and literal(args[0]) and "N" in self.scope.lengths:
            args.append(length_expr(self.scope.lengths["N"]))
        return self.build(node, head, *args)

    def read_keyword(self, node: ast.Call, head: str, keyword: ast.keyword, given: int) -> Expr:
        function = FUNCTIONS[head]
        allowed = function.parameters[-1][0] if function.default else None
        if keyword.arg != allowed or allowed is None or given != len(function.parameters) - 1:
            hint = f"{head} takes {allowed}= as its last argument" if allowed else f"{head} has no named argument"
            raise self.fail(node, f"unexpected named argument {keyword.arg}", hint)
        return self.read(keyword.value)


def _comparable(left: Expr, right: Expr) -> Expr:
    """Raise unless the two sides of a relation fit: equal shapes, or one of them a scalar."""
    if left.shape and right.shape and len(left.shape) != len(right.shape):
        raise ShapeError("a vector and a matrix cannot be compared")
    return apply("sub", left, right)


def _power_bits(base: Expr, exponent: Expr) -> float:
    """About how many bits a power has if its exponent is a constant, and its base a constant or a name."""
    power = constant(exponent)
    if power is None:
        return 0.0
    value = constant(base)
    if value is None:
        return 200.0 * abs(float(power))  # keeps symbolic powers to |exponent| <= 100
    size = max(abs(value.numerator), value.denominator)
    return (log2(size) if size > 1 else 0.0) * abs(float(power))


def constant(expr: Expr) -> Fraction | None:
    """The rational number that an expression of numbers is; ``None`` if it is none, or too large to work with.

    >>> from softsym import parse
    >>> constant(parse("2**-3 + 1/8")), constant(parse("1/0")), constant(parse("2*a"))
    (Fraction(1, 4), None, None)
    """
    if isinstance(expr, Number):
        return expr.value
    if not isinstance(expr, Apply) or expr.head not in _ARITHMETIC:
        return None
    values = [v for v in map(constant, expr.args) if v is not None]
    found = _ARITHMETIC[expr.head](*values) if len(values) == len(expr.args) else None
    return found if found is not None and _bits(found) <= MAX_POWER_BITS else None


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _rational_power(base: Fraction, power: Fraction) -> Fraction | None:
    defined = power.denominator == 1 and (base or power >= 0)
    return base ** int(power) if defined and _bits(base) * abs(power) <= 2 * MAX_POWER_BITS else None


_ARITHMETIC: dict[str, Callable[..., Fraction | None]] = {
    "neg": operator.neg,
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": lambda left, right: left / right if right else None,
    "pow": _rational_power,
}


def length_equation(chain: Chain) -> tuple[str, Length] | None:
    """The length that a declaration such as ``N == 2`` or ``M == N`` fixes: the name and its value."""
    if chain.relations != ("==",):
        return None
    left, right = (as_length(side) for side in chain.sides)
    if left is None or right is None:
        return None
    for side, other in ((left, right), (right, left)):
        if side.constant == 0 and len(side.terms) == 1 and side.terms[0][1] == 1:
            name = side.terms[0][0]
            if name not in other.names and (name != "N" or other.is_literal):
                return name, other
    return None


__all__ = ["Chain", "Scope", "check_characters", "constant", "length_equation", "number", "read_chain"]
