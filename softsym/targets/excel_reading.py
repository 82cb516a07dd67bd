"""What the functions of spreadsheets mean in the language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeAlias

from softsym.errors import ShapeError, UnsupportedError
from softsym.expression import Apply, Expr, Symbol, apply, as_expr, number, symbol
from softsym.symbols import Length
from softsym.targets import excel_syntax as syntax
from softsym.targets.excel_fields import (
    Field,
    aligned,
    is_index_like,
    length_expr,
    length_of,
    reduced,
    to_vector,
)
from softsym.targets.excel_syntax import Call, Formula, parse_formula

Args: TypeAlias = "tuple[Formula, ...]"
Maker: TypeAlias = "Callable[..., Expr]"


@dataclass(frozen=True, slots=True)
class First:
    """The position of the first entry that is chosen: ``chosen`` is 1 there and 0 elsewhere."""

    chosen: Expr


@dataclass(frozen=True, slots=True)
class Function:
    """A ``LAMBDA``, and what names stand for where it is written."""

    parameters: tuple[str, ...]
    body: Formula
    names: Mapping[str, Value]


Value: TypeAlias = "Field | First | Function"


def truth(mark: str, left: Expr, right: Expr) -> Expr:
    """A comparison as 1 or 0; two numbers of entries are compared by ``delta``.

    >>> from softsym import parse
    >>> truth(">=", parse("a"), parse("b"))
    1 - (sign(b - a) + abs(sign(b - a)))/2
    """
    if mark in ("=", "<>") and _are_positions(left, right):
        same = apply("delta", left, right)
        return same if mark == "=" else 1 - same
    if mark in ("<", "<="):
        left, right, mark = right, left, {"<": ">", "<=": ">="}[mark]
    gap = left if right == number(0) else apply("sub", left, right)
    if mark in ("=", "<>"):
        unequal = apply("abs", apply("sign", gap))
        return unequal if mark == "<>" else 1 - unequal
    if mark == ">=":
        return 1 - _is_positive(right if left == number(0) else apply("sub", right, left))
    return _is_positive(gap)


def _are_positions(left: Expr, right: Expr) -> bool:
    return is_index_like(left) and is_index_like(right) and (isinstance(left, Symbol) or isinstance(right, Symbol))


def _is_positive(gap: Expr) -> Expr:
    sign = apply("sign", gap)
    return (sign + apply("abs", sign)) / 2


def _logarithm(x: Expr, base: Expr | None = None) -> Expr:
    return apply("log", x) / apply("log", number(10) if base is None else base)


def _of(head: str) -> tuple[int, int, Maker]:
    return 1, 1, lambda x: apply(head, x)


ENTRIES: dict[str, tuple[int, int, Maker]] = {
    **{n: _of(n.lower()) for n in ("EXP", "SQRT", "ABS", "SIGN", "TANH", "SINH", "COSH")},
    "LN": (1, 1, lambda x: apply("log", x)),
    "LOG": (1, 2, _logarithm),
    "LOG10": (1, 1, _logarithm),
    "POWER": (2, 2, lambda x, y: x**y),
    "ATANH": (1, 1, lambda x: apply("log", (1 + x) / (1 - x)) / 2),
    "PI": (0, 0, lambda: symbol("pi")),
    "N": (1, 1, lambda x: x),
}
"""Functions of numbers, applied entry by entry: how many arguments they take, and what they make of them."""


class CallReader:
    """Reads functions; a subclass reads the other parts of formulas."""

    fresh = count(1)

    def read(self, node: Formula) -> Value:
        """What a part of a formula stands for."""
        raise NotImplementedError

    def invoke(self, function: Function, args: Sequence[Value]) -> Value:
        """What a function gives for arguments."""
        raise NotImplementedError

    def function(self, node: Formula) -> Function:
        """The function that an argument is."""
        raise NotImplementedError

    def size_of(self, length: Length) -> int | None:
        """The number of cells that a length stands for, if it is known."""
        raise NotImplementedError

    # how arguments are read

    def field(self, node: Formula) -> Field:
        found = self.read(node)
        if isinstance(found, Function):
            raise UnsupportedError("a LAMBDA that nothing calls has no value in the language")
        if isinstance(found, First):
            length = found.chosen.shape[0]
            if not length.is_literal:
                raise UnsupportedError("the position of an entry of a named vector is no number of the language")
            return Field(apply("dot", found.chosen, apply("list", *range(1, length.constant + 1))))
        return found

    def single(self, node: Formula) -> Expr:
        """An argument that is one number."""
        found = self.field(node)
        if found.indices:
            raise ShapeError("a range stands where one number is wanted")
        return found.body

    def vector(self, field: Field) -> Expr:
        """A row or column as a vector; a single number stays one."""
        if not field.indices:
            return field.body
        if len(field.indices) == 2:
            raise UnsupportedError("an array with rows and columns stands where a vector is wanted")
        found = to_vector(field.body, field.indices[0])
        return found if found.shape else found * apply("ones", length_expr(field.indices[0].kind.vector_length))

    def length(self, node: Formula) -> Length:
        found = length_of(self.single(node))
        if found is None:
            raise UnsupportedError("the size of an array is no length such as ROWS(z) or 3")
        return found

    def numbers(self, node: Formula) -> Field:
        """An argument of a function that passes over the logical values of an array."""
        found = self.field(node)
        if found.logical and found.indices:
            raise UnsupportedError("logical values in an array are passed over here; -- makes numbers of them")
        return replace(found, logical=False)

    def together(self, make: Callable[..., Expr], *given: Field, logical: bool = False) -> Field:
        """A function applied entry by entry."""
        parts = aligned(list(given), self.size_of)
        return Field(make(*(f.body for f in parts)), *common_indices(parts), logical)

    # functions

    def read_Call(self, node: Call) -> Value:
        visit = getattr(self, f"call_{node.name.lower()}", None)
        if visit is not None:
            self._check_number(node, *ARGUMENTS[node.name])
            found: Value = visit(node.args)
            return found
        if node.name not in ENTRIES:
            raise UnsupportedError(f"the function {node.name} is not read; known: {', '.join(sorted(KNOWN_CALLS))}")
        least, most, make = ENTRIES[node.name]
        self._check_number(node, least, most)
        return self.together(make, *(self.field(a) for a in node.args))

    def _check_number(self, node: Call, least: int, most: int) -> None:
        if not least <= len(node.args) <= most:
            raise UnsupportedError(f"{node.name} with {len(node.args)} argument(s) is not read")

    def call_single(self, args: Args) -> Field:
        """``@x``, which is x where x is one value."""
        found = self.field(args[0])
        if found.indices:
            raise UnsupportedError("@ before a range takes the cell of the formula's own row or column; name that cell")
        return found

    def call_sum(self, args: Args) -> Field:
        terms = [self._total("sum", self.numbers(a)) for a in args]
        result = terms[0]
        for term in terms[1:]:
            result = result + term
        return Field(result)

    def _total(self, head: str, field: Field) -> Expr:
        return reduced(head, reduced(head, field, "across"), "down").body

    def call_sumsq(self, args: Args) -> Field:
        squares = [self.together(lambda x: x**2, self.numbers(a)) for a in args]
        result = self._total("sum", squares[0])
        for square in squares[1:]:
            result = result + self._total("sum", square)
        return Field(result)

    def call_sumproduct(self, args: Args) -> Field:
        given = aligned([self.numbers(a) for a in args], self.size_of)
        if len({f.indices for f in given}) > 1:
            raise ShapeError("SUMPRODUCT takes ranges of one size; these have different lengths or directions")
        product = given[0]
        for factor in given[1:]:
            product = self.together(lambda x, y: x * y, product, factor)
        return Field(self._total("sum", product))

    def _extreme(self, head: str, args: Args) -> Field:
        given = [self.numbers(a) for a in args]
        if len(given) == 1:
            return Field(self._total(head, given[0]))
        lines = [reduced(head, f, "across") if len(f.indices) == 2 else f for f in given]
        return Field(apply(head, joined([self.vector(f) for f in lines])))

    def call_max(self, args: Args) -> Field:
        return self._extreme("max", args)

    def call_min(self, args: Args) -> Field:
        return self._extreme("min", args)

    def call_product(self, args: Args) -> Field:
        return self._extreme("prod", args)

    def call_average(self, args: Args) -> Field:
        given = [self.numbers(a) for a in args]
        if len(given) == 1 and len(given[0].indices) != 1:
            return Field(self._total("sum", given[0]) / _count_of(given[0]))
        return Field(apply("mean", joined([self.vector(f) for f in given])))

    def call_count(self, args: Args) -> Field:
        counts = [_count_of(self.numbers(a)) for a in args]
        result = counts[0]
        for other in counts[1:]:
            result = result + other
        return Field(result)

    def call_rows(self, args: Args) -> Field:
        return Field(_length_along(self.field(args[0]), "down"))

    def call_columns(self, args: Args) -> Field:
        return Field(_length_along(self.field(args[0]), "across"))

    def call_and(self, args: Args) -> Field:
        return Field(apply("prod", joined([self.vector(self.condition(a)) for a in args])), logical=True)

    def call_or(self, args: Args) -> Field:
        return Field(apply("max", joined([self.vector(self.condition(a)) for a in args])), logical=True)

    def call_not(self, args: Args) -> Field:
        return self.together(lambda x: 1 - x, self.condition(args[0]), logical=True)

    def condition(self, node: Formula) -> Field:
        """A condition as 1 or 0: a number is true where it is not 0."""
        found = self.field(node)
        return found if found.logical else self.together(lambda x: apply("abs", apply("sign", x)), found)

    def call_if(self, args: Args) -> Field:
        chosen = self.field(args[1])
        other = self.field(args[2]) if len(args) == 3 else Field(number(0), logical=chosen.logical)
        if chosen.logical != other.logical:
            raise UnsupportedError("IF with a logical value in one case and a number in the other is not read")
        tested = self._tested_for_zero(args[0])
        if tested is not None:
            return self.together(_where_zero, tested, chosen, other, logical=chosen.logical)
        condition = self.condition(args[0])
        return self.together(lambda c, x, y: c * x + (1 - c) * y, condition, chosen, other, logical=chosen.logical)

    def _tested_for_zero(self, node: Formula) -> Field | None:
        """The ``x`` of ``x=0``."""
        if isinstance(node, syntax.Binary) and node.sign == "=" and node.right == syntax.NumberLiteral("0"):
            return self.field(node.left)
        return None

    def call_countif(self, args: Args) -> Field:
        """How many entries meet a criterion: the sum of the comparisons."""
        criterion, mark = args[1], "="
        if isinstance(criterion, syntax.TextLiteral):
            mark = next((m for m in ("<=", ">=", "<>", "<", ">", "=") if criterion.text.startswith(m)), "")
            criterion = parse_formula(criterion.text.removeprefix(mark) or "0")
            if not isinstance(criterion, syntax.NumberLiteral | syntax.Unary):
                raise UnsupportedError(f'the criterion "{args[1].text}" of COUNTIF is not read')  # type: ignore[union-attr]
        met = self.together(lambda v, c: truth(mark or "=", v, c), self.field(args[0]), self.field(criterion))
        return Field(self._total("sum", met))

    def call_match(self, args: Args) -> First:
        """The position of the first entry that equals a value, which must be there: ``MATCH(x, v, 0)``."""
        if len(args) != 3 or self.single(args[2]) != number(0):
            raise UnsupportedError("MATCH is read with 0 as its third argument only: the first exact match")
        return self.call_xmatch(args[:2])

    def call_xmatch(self, args: Args) -> First:
        gap = self.together(lambda v, x: -apply("abs", v - x), self.field(args[1]), Field(self.single(args[0])))
        return First(apply("onehot_argmax", self.vector(gap)))

    def call_choose(self, args: Args) -> Field:
        return Field(apply("item", apply("list", *(self.single(a) for a in args[1:])), self.single(args[0])))


def common_indices(parts: Sequence[Field]) -> tuple[Symbol | None, Symbol | None]:
    """The rows and columns of what is computed entry by entry from aligned fields."""
    down = next((f.down for f in parts if f.down is not None), None)
    return down, next((f.across for f in parts if f.across is not None), None)


def joined(parts: Sequence[Expr]) -> Expr:
    """Numbers and vectors as one vector."""
    whole: list[Expr] = []
    for part in parts:
        last = whole[-1] if whole else None
        if not part.shape and isinstance(last, Apply) and last.head == "list":
            whole[-1] = apply("list", *last.args, part)
        else:
            whole.append(part if part.shape else apply("list", part))
    result = whole[0]
    for part in whole[1:]:
        result = apply("concat", result, part)
    return result


def _where_zero(tested: Expr, chosen: Expr, other: Expr) -> Expr:
    """``IF(x=0,0,x*LN(y))`` and ``IF(e=0,1,b^e)``, whose value is defined where the other branch is not."""
    if isinstance(other, Apply) and chosen == number(0) and other.head == "mul" and other.args[0] == tested:
        log = other.args[1]
        if isinstance(log, Apply) and log.head == "log":
            return apply("xlogy", tested, log.args[0])
    if isinstance(other, Apply) and chosen == number(1) and other.head == "pow" and other.args[1] == tested:
        return other
    condition = truth("=", tested, number(0))
    return condition * chosen + (1 - condition) * other


def _length_along(field: Field, axis: str) -> Expr:
    index: Symbol | None = getattr(field, axis)
    if index is None:
        return number(1)
    body = field.body
    if isinstance(body, Apply) and body.head == "item" and body.args[1:] == (index,):
        return apply("len", body.args[0])
    return length_expr(index.kind.vector_length)


def _count_of(field: Field) -> Expr:
    """How many entries there are."""
    rows, columns = _length_along(field, "down"), _length_along(field, "across")
    return columns if rows == number(1) else rows if columns == number(1) else rows * columns


ARGUMENTS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("SUM", "SUMSQ", "SUMPRODUCT", "MAX", "MIN", "PRODUCT", "AVERAGE", "COUNT", "AND", "OR"), (1, 255)),
    **dict.fromkeys(("ROWS", "COLUMNS", "TRANSPOSE", "TOCOL", "MUNIT", "NOT", "SINGLE"), (1, 1)),
    **dict.fromkeys(("COUNTIF", "MMULT", "FILTER", "BYROW", "BYCOL", "XMATCH"), (2, 2)),
    **dict.fromkeys(("VSTACK", "HSTACK"), (1, 255)),
    "IF": (2, 3), "MATCH": (2, 3), "CHOOSE": (2, 255), "INDEX": (2, 3), "SEQUENCE": (1, 4), "MAP": (2, 255),
    "MAKEARRAY": (3, 3), "LET": (3, 253), "LAMBDA": (1, 254),
}  # fmt: skip
"""How many arguments the other functions take."""
KNOWN_CALLS = frozenset(ENTRIES) | frozenset(ARGUMENTS)
"""The functions that are read."""

__all__ = ["ARGUMENTS", "ENTRIES", "KNOWN_CALLS", "CallReader", "First", "Function", "Value", "as_expr", "truth"]
