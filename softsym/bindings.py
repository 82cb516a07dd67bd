"""Values for the names of an expression: read from texts or Python numbers, kept exact, and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from softsym.errors import BudgetError, DomainError, ShapeError, SoftsymError, did_you_mean
from softsym.expression import Expr, Symbol, as_expr, free_symbols
from softsym.language.reader import constant
from softsym.symbols import DEFAULT_KINDS, Kind, Length

if TYPE_CHECKING:
    from softsym.evaluation import Point

Given: TypeAlias = "str | int | float | Fraction | Decimal | Sequence[Any]"
Values: TypeAlias = "Decimal | tuple[Any, ...]"

SUM_TOLERANCE = Fraction(1, 10**9)
"""How far the sum of a distribution may be from 1, since 0.333333333 is often meant as 1/3."""

_DOMAINS: dict[str, tuple[str, Callable[[Fraction], bool]]] = {
    "positive": ("> 0", lambda v: v > 0),
    "negative": ("< 0", lambda v: v < 0),
    "nonnegative": (">= 0", lambda v: v >= 0),
    "nonzero": ("other than 0", lambda v: v != 0),
    "integer": ("an integer", lambda v: v.denominator == 1),
    "unit": ("from 0 to 1", lambda v: 0 <= v <= 1),
}


def value(expr: Expr | str, digits: int = 17, **values: Given) -> Values:
    """The value of an expression with ``digits`` correct significant digits, by ball arithmetic.

    A scalar is a ``Decimal``, a vector a tuple of them, a matrix a tuple of rows. Numbers are taken as the decimals
    that they are written as. The kinds that the text declares are enforced; the default ones are not, since a formula
    may be defined beyond them. What is nearer to 0 than 10**-999999999999999999 becomes 0, as in decimal arithmetic.

    >>> value("softmax(z, beta)", digits=4, z=[1, 2, 3], beta=1)
    (Decimal('0.09003'), Decimal('0.2447'), Decimal('0.6652'))
    >>> value("exp(beta*z[1])", digits=5, z=[0.95], beta=500)
    Decimal('1.9493E+206')

    Raises :class:`~softsym.errors.DomainError` where a value is missing or outside its kind, or the result is beyond
    10**999999999999999999, and :class:`~softsym.evaluation.Undefined` where the expression has no value.
    """
    from softsym.evaluation import evaluate

    given = as_expr(expr)
    return _decimals(evaluate(given, point(given, values), digits=digits + 5), digits)


def point(expr: Expr, values: Mapping[str, Given]) -> Point:
    """The point at which the names of ``expr`` have the given values; lengths follow from the vectors.

    >>> from softsym import parse
    >>> point(parse("lse(z, beta)"), {"z": "1, 1/3", "beta": 2}).values
    {'beta': Fraction(2, 1), 'z': (Fraction(1, 1), Fraction(1, 3))}
    """
    from softsym.evaluation import Point

    names = {s.name: s for s in sorted(free_symbols(expr), key=lambda s: s.name)}
    lengths_named = {n for s in names.values() if s.kind.length for n in s.kind.length.names}
    for name in values:
        if name not in names and name not in lengths_named:
            raise DomainError(f"the expression has no name {name!r}; {did_you_mean(name, names)}")
    lengths: dict[str, int] = {}
    found: dict[str, Any] = {}
    for name, symbol in names.items():
        if symbol.kind.type != "length":
            found[name] = _value_of(symbol, values, lengths)
    for name in {n for n, s in names.items() if s.kind.type == "length"} | (lengths_named & values.keys()):
        _take_length(lengths, name, values)
    _check_indices(names, found, lengths)
    return Point(lengths, found)


def read_number(given: Given, what: str = "the value") -> Fraction:
    """A number of the language as an exact rational: ``1/3``, ``1e-3``, ``0.1`` or a Python number.

    Raises :class:`~softsym.errors.DomainError` for nan, infinities and what is no number.

    >>> read_number("-1/3"), read_number(0.1)
    (Fraction(-1, 3), Fraction(1, 10))
    """
    found: Fraction | None = None
    if isinstance(given, str):
        try:
            found = constant(as_expr(given.strip()))
        except SoftsymError:
            found = None
    elif isinstance(given, int | Fraction | Decimal) or hasattr(given, "__float__"):
        found = _from_python(given)
    if found is None:
        shown = repr(given) if len(repr(given)) <= 60 else repr(given)[:57] + "..."
        raise DomainError(f"{what} must be a finite number such as 3, -0.5, 1/3 or 1e-3, and {shown} was given")
    return found


def read_numbers(given: Given, what: str = "the value") -> tuple[Fraction, ...]:
    """Numbers separated by commas (or blanks), or a sequence of numbers.

    >>> read_numbers("1, 2, 1/2")
    (Fraction(1, 1), Fraction(2, 1), Fraction(1, 2))
    """
    if isinstance(given, str):
        text = given.strip("[]() ").replace(";", ",")
        parts: Sequence[Any] = text.split("," if "," in text else None)
    else:
        parts = [given] if not hasattr(given, "__len__") else given  # type: ignore[assignment]
    if not len(parts):
        raise DomainError(f"{what} needs at least one number")
    return tuple(read_number(part, f"entry {n} of {what}") for n, part in enumerate(parts, 1))


def _from_python(given: Any) -> Fraction | None:
    try:
        return Fraction(given) if isinstance(given, int | Fraction | Decimal) else Fraction(repr(float(given)))
    except (ValueError, OverflowError, TypeError):
        return None


def _value_of(symbol: Symbol, values: Mapping[str, Given], lengths: dict[str, int]) -> Any:
    name, kind = symbol.name, symbol.kind
    if name not in values:
        example = "1,2,3" if kind.type == "vector" else "1"
        raise DomainError(f"{name} needs a value, for instance --{name} {example} or {name}={example}")
    if kind.type == "vector":
        numbers = read_numbers(values[name], name)
        _fit(name, kind.vector_length, len(numbers), lengths)
        if DEFAULT_KINDS.get(name) != kind:
            check_vector(name, kind, numbers)
        return numbers
    number = read_number(values[name], name)
    if kind.type == "index":
        if number.denominator != 1 or number < 1:
            raise DomainError(f"{name} must be an index from 1, and {values[name]} was given")
        return int(number)
    if DEFAULT_KINDS.get(name) != kind:
        _check_scalar(name, kind.domain, number)
    return number


def _check_scalar(name: str, domain: str, number: Fraction) -> None:
    words, holds = _DOMAINS.get(domain, ("", lambda v: True))
    if not holds(number):
        raise DomainError(f"{name} is declared {domain}, so it must be {words}, and {_shown(number)} was given")


def check_vector(name: str, kind: Kind, numbers: Sequence[Fraction]) -> None:
    """Raise unless the numbers are a vector of the kind."""
    least = {"positive vector": "> 0", "distribution": "> 0", "simplex": ">= 0", "onehot": "0 or 1"}.get(kind.domain)
    bad = [v for v in numbers if v < 0 or (v == 0 and least == "> 0")] if least else []
    if kind.domain == "onehot" and sorted(numbers) != [0] * (len(numbers) - 1) + [1]:
        raise DomainError(f"{name} is declared onehot: one entry must be 1 and the others 0")
    if bad:
        raise DomainError(f"{name} is declared {kind.domain}, so each entry must be {least}; {_shown(bad[0])} is not")
    total = sum(numbers, Fraction(0))
    if kind.domain in ("distribution", "simplex") and abs(total - 1) > SUM_TOLERANCE:
        raise DomainError(f"{name} is declared {kind.domain}, so its sum must be 1, and it is {_shown(total)}")


def _shown(number: Fraction) -> str:
    return f"{float(number):.12g}"


def _fit(name: str, length: Length, given: int, lengths: dict[str, int]) -> None:
    """Note the length that a vector fixes, or raise if it contradicts another."""
    unknown = [(n, c) for n, c in length.terms if n not in lengths]
    if len(unknown) == 1 and len(length.terms) == 1 and unknown[0][1] == 1:
        lengths[unknown[0][0]] = given - length.constant
    elif not unknown and length.value(lengths) != given:
        wanted = length.value(lengths)
        raise ShapeError(f"{name} has {given} entries, and {wanted} are wanted: the lengths must be equal")


def _take_length(lengths: dict[str, int], name: str, values: Mapping[str, Given]) -> None:
    if name not in values:
        if name not in lengths:
            raise DomainError(f"the length {name} needs a value, for instance --{name} 3 or {name}=3")
        return
    number = read_number(values[name], name)
    if number.denominator != 1 or number < 1:
        raise DomainError(f"the length {name} must be an integer >= 1, and {values[name]} was given")
    if lengths.setdefault(name, int(number)) != number:
        raise ShapeError(f"{name} is {number}, and a vector of that length has {lengths[name]} entries")


def _check_indices(names: Mapping[str, Symbol], found: Mapping[str, Any], lengths: Mapping[str, int]) -> None:
    for name, symbol in names.items():
        if symbol.kind.type != "index" or not symbol.kind.vector_length.names <= lengths.keys():
            continue
        most = symbol.kind.vector_length.value(dict(lengths))
        if found[name] > most:
            raise DomainError(f"{name} is {found[name]}, beyond the vector's length {most}")


def _decimals(result: Any, digits: int) -> Values:
    if isinstance(result, tuple):
        return tuple(_decimals(part, digits) for part in result)
    with localcontext() as context:
        context.prec, context.Emax, context.Emin = digits, MAX_EMAX, MIN_EMIN
        if isinstance(result, Fraction):
            return Decimal(result.numerator) / Decimal(result.denominator)
        if result.rel_accuracy_bits() < 3.33 * digits:
            raise BudgetError(f"the value is too close to 0, or cancels too much, for {digits} digits: {result.str(5)}")
        size = abs(result)
        if size < type(size)(10) ** MIN_EMIN:
            return Decimal(0)
        if size > type(size)(10) ** MAX_EMAX:
            raise DomainError(f"the value is beyond 10**{MAX_EMAX}, the largest size of a decimal number")
        return +Decimal(result.mid().str(digits + 4, radius=False))
