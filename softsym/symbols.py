"""Kinds and lengths: what a name of the language stands for.

A :class:`Length` is an integer-linear form in length names, such as ``N``, ``N + M`` (of ``concat(z, w)``) or
``N - 1`` (of ``drop(z, i)``). A :class:`Kind` says whether a name is a scalar, a vector, an index or a length, and
which values it may take.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from softsym.errors import DomainError

SCALAR_DOMAINS = ("real", "positive", "negative", "nonnegative", "nonzero", "integer", "unit")
VECTOR_DOMAINS = ("vector", "positive vector", "distribution", "simplex", "onehot")
MAX_LENGTH = 1_000_000
"""The largest length or index that a text may give as a number."""


@dataclass(frozen=True, slots=True)
class Length:
    """The length of a vector: ``constant + sum(coefficient * name)``.

    >>> n, m = Length.of("N"), Length.of("M")
    >>> str(n + m - 1), n.at({"N": 3}), (n + 1).is_literal
    ('N + M - 1', Length(terms=(), constant=3), False)
    """

    terms: tuple[tuple[str, int], ...] = ()
    constant: int = 0

    @staticmethod
    def of(value: str | int) -> Length:
        return Length((), value) if isinstance(value, int) else Length(((value, 1),), 0)

    def __add__(self, other: Length | int) -> Length:
        other = other if isinstance(other, Length) else Length.of(other)
        total = dict(self.terms)
        for name, coefficient in other.terms:
            total[name] = total.get(name, 0) + coefficient
        return Length(tuple((n, c) for n, c in total.items() if c), self.constant + other.constant)

    def __sub__(self, other: int) -> Length:
        return self + (-other)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Length):
            return NotImplemented
        return self.constant == other.constant and dict(self.terms) == dict(other.terms)

    def __hash__(self) -> int:
        return hash((frozenset(self.terms), self.constant))

    @property
    def is_literal(self) -> bool:
        """Whether the length is a plain number."""
        return not self.terms

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.terms)

    def at(self, lengths: Mapping[str, Length | int]) -> Length:
        """The length with names replaced by what ``lengths`` says of them."""
        total = Length((), self.constant)
        for name, coefficient in self.terms:
            value = lengths.get(name, Length.of(name))
            value = value if isinstance(value, Length) else Length.of(value)
            total = total + Length(tuple((n, c * coefficient) for n, c in value.terms), value.constant * coefficient)
        return total

    def value(self, lengths: Mapping[str, int]) -> int:
        """The number that the length is when every name has a value; :class:`DomainError` if one has none."""
        result = self.at(lengths)
        if not result.is_literal:
            raise DomainError(f"the length {self} needs a value for {', '.join(sorted(result.names))}")
        return result.constant

    def __str__(self) -> str:
        parts = [f"{'-' if c < 0 else '+'} {'' if abs(c) == 1 else f'{abs(c)}*'}{n}" for n, c in self.terms]
        if self.constant or not parts:
            parts.append(f"{'-' if self.constant < 0 else '+'} {abs(self.constant)}")
        text = " ".join(parts)
        return text[2:] if text.startswith("+ ") else "-" + text[2:]


N = Length.of("N")
KindType = Literal["scalar", "vector", "index", "length", "constant"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a name stands for.

    ``type`` is scalar, vector, index, length or constant; ``domain`` is one of :data:`SCALAR_DOMAINS` or
    :data:`VECTOR_DOMAINS` (and repeats the type for the others); ``length`` is a vector's length or an index's range.

    >>> str(Kind("vector", "distribution", Length.of("M"))), str(Kind("scalar", "unit"))
    ('distribution(M)', 'unit')
    """

    type: KindType
    domain: str
    length: Length | None = None

    def __str__(self) -> str:
        return self.domain if self.length is None or self.length == N else f"{self.domain}({self.length})"

    def at(self, lengths: Mapping[str, Length | int]) -> Kind:
        """The kind with length names replaced."""
        return self if self.length is None else Kind(self.type, self.domain, self.length.at(lengths))

    @property
    def vector_length(self) -> Length:
        """The length of a vector, or the range of an index."""
        if self.length is None:
            raise DomainError(f"a {self.domain} has no length")
        return self.length


REAL, POSITIVE, UNIT = Kind("scalar", "real"), Kind("scalar", "positive"), Kind("scalar", "unit")
VECTOR, DISTRIBUTION, INDEX = Kind("vector", "vector", N), Kind("vector", "distribution", N), Kind("index", "index", N)
LENGTH, CONSTANT = Kind("length", "length"), Kind("constant", "constant")

DEFAULT_KINDS: dict[str, Kind] = {
    **dict.fromkeys("zwvuxy", VECTOR),
    **dict.fromkeys("pq", DISTRIBUTION),
    **dict.fromkeys(("beta", "omega", "T"), POSITIVE),
    **dict.fromkeys("abcdstr", REAL),
    **dict.fromkeys("ijklm", INDEX),
    "N": LENGTH,
    "pi": CONSTANT,
    "oo": CONSTANT,
}
"""The kinds that names have when a text does not declare them."""

SIGN_OF_DOMAIN = {
    "positive": "positive",
    "negative": "negative",
    "nonnegative": "nonnegative",
    "unit": "nonnegative",
    "positive vector": "positive",
    "distribution": "positive",
    "simplex": "nonnegative",
    "onehot": "nonnegative",
    "length": "positive",
    "constant": "positive",
}
"""The sign that every value of a domain has, where it has one."""


def kind_named(domain: str, length: Length = N) -> Kind | None:
    """The kind that a word of the language names, or ``None``.

    >>> kind_named("onehot"), kind_named("colour")
    (Kind(type='vector', domain='onehot', length=Length(terms=(('N', 1),), constant=0)), None)
    """
    if domain in SCALAR_DOMAINS:
        return Kind("scalar", domain)
    if domain in VECTOR_DOMAINS:
        return Kind("vector", domain, length)
    return {"index": Kind("index", "index", length), "length": LENGTH}.get(domain)
