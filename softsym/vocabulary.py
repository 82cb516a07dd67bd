"""The words of the language as Python objects: names of each kind, and every function of the table.

They build expressions and compute nothing: ``softmax(z)`` is the expression ``softmax(z)``, exactly as if it had been
read from text. Functions that derive (``grad``, ``limit``, ...) are in :mod:`softsym.calculus`.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable
from inspect import Parameter, Signature

from softsym.definitions import FUNCTIONS, Function
from softsym.errors import DomainError, ShapeError, did_you_mean
from softsym.expression import CALCULUS, Expr, Operand, Symbol, apply, symbol
from softsym.symbols import INDEX, LENGTH, SCALAR_DOMAINS, VECTOR_DOMAINS, Length, kind_named

NAMES = ("name", "vector", "distribution", "scalar", "real", "positive", "index", "length", "beta", "omega")
WORDS = frozenset({*NAMES, *FUNCTIONS} - CALCULUS)
"""What this module offers; the functions of the calculus derive their result, so they are made elsewhere."""


def name(text: str, kind: str, length: str | int = "N") -> Symbol:
    """The name ``text`` of a kind of the language; ``length`` is a vector's length or an index's range.

    Raises :class:`~softsym.errors.DomainError` for a kind that the language does not have, or a text that is no name.

    >>> name("y", "onehot"), name("w", "positive vector", "M").kind.length
    (y where y: onehot, Length(terms=(('M', 1),), constant=0))
    """
    if not text.isidentifier() or not text.isascii() or keyword.iskeyword(text) or text in {*FUNCTIONS, "where"}:
        raise DomainError(f"{text!r} cannot be a name: it is a word of the language, or not letters, digits and _")
    found = kind_named(kind, Length.of(length))
    if found is None:
        known = (*SCALAR_DOMAINS, *VECTOR_DOMAINS, "index", "length")
        raise DomainError(f"unknown kind {kind!r}; {did_you_mean(kind, known, limit=20)}")
    return Symbol(text, found)


def vector(text: str, length: str | int = "N", kind: str = "vector") -> Symbol:
    """A vector of length N, or of another symbolic or concrete length.

    >>> vector("z").shape, str(vector("w", 3))
    ((Length(terms=(('N', 1),), constant=0),), 'w where w: vector(3)')
    """
    return name(text, kind, length)


def distribution(text: str, length: str | int = "N") -> Symbol:
    """A probability vector: entries > 0 whose sum is 1."""
    return name(text, "distribution", length)


def scalar(text: str, kind: str = "real") -> Symbol:
    """A scalar of a kind: real, positive, negative, nonnegative, nonzero, integer or unit."""
    return name(text, kind)


def real(text: str) -> Symbol:
    """A real scalar."""
    return name(text, "real")


def positive(text: str) -> Symbol:
    """A scalar > 0."""
    return name(text, "positive")


def index(text: str, length: str | int = "N") -> Symbol:
    """An index from 1 to N, or to another length."""
    return Symbol(text, INDEX.at({"N": Length.of(length)}))


def length(text: str) -> Symbol:
    """A length: an integer >= 1."""
    return Symbol(text, LENGTH)


beta = symbol("beta")
omega = symbol("omega")


def _python_function(function: Function) -> Callable[..., Expr]:
    """The language's function as a Python function that builds its expression."""
    optional = function.parameters[-1][0] if function.default is not None and function.parameters else None

    def build(*args: Operand | str, **named: Operand | str) -> Expr:
        if named and (set(named) != {optional} or len(args) != len(function.parameters) - 1):
            allowed = f"{optional}= as its last argument" if optional else "no named argument"
            raise ShapeError(f"{function.name} takes {allowed}, and {', '.join(sorted(named))} was given")
        return apply(function.name, *args, *named.values())

    build.__name__ = build.__qualname__ = function.name
    build.__doc__ = f"{function.summary[0].upper()}{function.summary[1:]}." + (
        f"\n\nBy definition ``{function.definition}``." if function.definition else ""
    )
    build.__signature__ = Signature([_parameter(n, n == optional, function) for n, _ in function.parameters])  # type: ignore[attr-defined]
    return build


def _parameter(text: str, optional: bool, function: Function) -> Parameter:
    given = function.default
    default = (int(given) if given else None) if optional else Parameter.empty
    return Parameter(text, Parameter.POSITIONAL_OR_KEYWORD, default=default)


_FUNCTIONS = {f.name: _python_function(f) for f in FUNCTIONS.values() if f.name not in CALCULUS}


def __getattr__(text: str) -> Callable[..., Expr]:
    if text in _FUNCTIONS:
        return _FUNCTIONS[text]
    raise AttributeError(f"softsym has no {text!r}; {did_you_mean(text, WORDS, limit=80)}")


def __dir__() -> list[str]:
    return sorted(WORDS)
