"""The functions of spreadsheets that a workbook of ours may hold, in double precision, with a spreadsheet's errors."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from softsym.workbook.plan import CellError, Value

Grid: TypeAlias = "list[list[Value]]"

NUM, DIV0, VALUE, NA, REF, NAME = (CellError(c) for c in ("#NUM!", "#DIV/0!", "#VALUE!", "#N/A", "#REF!", "#NAME?"))


class FormulaError(Exception):
    """An error value that ends the computation of one number."""

    def __init__(self, error: CellError) -> None:
        self.error = error
        super().__init__(error.code)


def number(value: Value) -> float:
    """A cell's value as a number, as operators and scalar functions take it: blank is 0, a text the number in it."""
    if isinstance(value, CellError):
        raise FormulaError(value)
    if isinstance(value, str):
        return _number_in(value)
    return 0.0 if value is None else float(value)


_NUMBER = re.compile(r"\s*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)\s*(%?)\s*")


def _number_in(text: str) -> float:
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise FormulaError(VALUE)
    return finite(float(found[1])) / (100 if found[2] else 1)


def finite(value: float) -> float:
    """The value, or ``#NUM!`` where it left the range of doubles."""
    if not math.isfinite(value):
        raise FormulaError(NUM)
    return value


def guarded(compute: Callable[[], float]) -> float:
    """A result of :mod:`math`, whose exceptions are the spreadsheet's ``#NUM!``."""
    try:
        return finite(compute())
    except (ValueError, OverflowError):
        raise FormulaError(NUM) from None


def divide(left: float, right: float) -> float:
    """``left/right``."""
    if right == 0:
        raise FormulaError(DIV0)
    return finite(left / right)


def power(left: float, right: float) -> float:
    """``left^right``; 0^0 is an error."""
    if left == 0 and right <= 0:
        raise FormulaError(NUM if right == 0 else DIV0)
    if left < 0 and right != int(right):
        raise FormulaError(NUM)
    return guarded(lambda: float(left**right))


def sign(x: float) -> float:
    """``SIGN``."""
    return float((x > 0) - (x < 0))


def rounded(x: float, digits: float) -> float:
    """Rounded half away from zero, as spreadsheets do."""
    scale = 10.0 ** int(digits)
    return math.copysign(math.floor(abs(x) * scale + 0.5) / scale, x)


SCALAR: dict[str, Callable[..., float]] = {
    "EXP": lambda x: guarded(lambda: math.exp(x)),
    "LN": lambda x: _ln(x),
    "LOG": lambda x, base=10.0: divide(_ln(x), _ln(base)) if base != 10 else _log10(x),
    "LOG10": lambda x: _log10(x),
    "SQRT": lambda x: guarded(lambda: math.sqrt(x)),
    "POWER": power,
    "ABS": abs,
    "SIGN": sign,
    "SINH": lambda x: guarded(lambda: math.sinh(x)),
    "COSH": lambda x: guarded(lambda: math.cosh(x)),
    "TANH": math.tanh,
    "ATANH": lambda x: guarded(lambda: math.atanh(x)),
    "ROUND": rounded,
    "INT": lambda x: float(math.floor(x)),
    "PI": lambda: math.pi,
    "N": lambda x: x,
}
"""Functions of numbers, applied entry by entry to arrays."""


def _ln(x: float) -> float:
    return guarded(lambda: math.log(x))


def _log10(x: float) -> float:
    return guarded(lambda: math.log10(x))


def flatten(args: Iterable[Grid | Value]) -> Iterator[tuple[Value, bool]]:
    """The values of all arguments, and whether each comes from a range or an array."""
    for arg in args:
        if isinstance(arg, list):
            yield from ((value, True) for row in arg for value in row)
        else:
            yield arg, False


def numbers(args: Iterable[Grid | Value]) -> list[float]:
    """The numbers among the values: texts, blanks and logical values of ranges are passed over, errors are not."""
    found = []
    for value, of_range in flatten(args):
        if isinstance(value, CellError):
            raise FormulaError(value)
        if of_range and (value is None or isinstance(value, str | bool)):
            continue
        found.append(number(value))
    return found


def total(values: Iterable[float]) -> float:
    """``SUM``, correctly rounded."""
    return guarded(lambda: math.fsum(values))


def product(values: Iterable[float]) -> float:
    """``PRODUCT``."""
    return guarded(lambda: math.prod(values))


def _average(values: list[float]) -> float:
    return divide(total(values), len(values))


AGGREGATE: dict[str, Callable[[list[float]], float]] = {
    "SUM": total,
    "PRODUCT": product,
    "MAX": lambda values: max(values, default=0.0),
    "MIN": lambda values: min(values, default=0.0),
    "AVERAGE": _average,
    "SUMSQ": lambda values: total(x * x for x in values),
}
"""Functions of all numbers of their arguments."""


def sum_of_products(grids: list[Grid]) -> float:
    """``SUMPRODUCT``: arrays of one size, what is no number counts as 0."""
    shapes = {(len(grid), len(grid[0])) for grid in grids}
    if len(shapes) > 1:
        raise FormulaError(VALUE)
    terms = []
    for values in zip(*([v for row in grid for v in row] for grid in grids), strict=True):
        for value in values:
            if isinstance(value, CellError):
                raise FormulaError(value)
        terms.append(math.prod(0.0 if isinstance(v, str | bool | None) else float(v) for v in values))
    return total(terms)


def matrix_product(left: Grid, right: Grid) -> Grid:
    """``MMULT``."""
    if len(left[0]) != len(right):
        raise FormulaError(VALUE)
    columns = list(zip(*right, strict=True))

    def entry(row: list[Value], column: tuple[Value, ...]) -> Value:
        return total(number(a) * number(b) for a, b in zip(row, column, strict=True))

    return [[entry(row, column) for column in columns] for row in left]


def matches(value: Value, criterion: Value) -> bool:
    """Whether a value meets a criterion of ``COUNTIF``, such as ``3`` or ``">=2"``."""
    if not isinstance(criterion, str):
        return same(value, criterion)
    for mark in ("<=", ">=", "<>", "<", ">", "="):
        if criterion.startswith(mark):
            return compare(mark, value, _criterion_value(criterion[len(mark) :]))
    return same(value, _criterion_value(criterion))


def _criterion_value(text: str) -> Value:
    try:
        return float(text)
    except ValueError:
        return text


def same(left: Value, right: Value) -> bool:
    """Whether two values are equal: texts regardless of case, never a text and a number."""
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    if left is None or right is None:
        return (left or right or 0) in (0, "")
    return left == right and (type(left) is type(right) or (_plain(left) and _plain(right)))


def _plain(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def compare(mark: str, left: Value, right: Value) -> bool:
    """An operator between two values; numbers come before texts, texts before logical values."""
    for value in (left, right):
        if isinstance(value, CellError):
            raise FormulaError(value)
    if mark in ("=", "<>"):
        return same(left, right) == (mark == "=")
    a, b = _order(left), _order(right)
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[mark]


def _order(value: Value) -> tuple[int, float, str]:
    if isinstance(value, str):
        return 1, 0.0, value.casefold()
    return (2 if isinstance(value, bool) else 0), float(value or 0), ""  # type: ignore[arg-type]
