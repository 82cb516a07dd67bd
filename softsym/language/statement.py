"""Statements: a chain of relations, claimed for every value of its names that the declarations allow."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, field
from functools import cached_property

from softsym.definitions import FUNCTIONS
from softsym.errors import LanguageError, did_you_mean
from softsym.expression import Expr, Symbol, free_symbols
from softsym.language.printer import bare_text, declarations
from softsym.language.reader import Chain, Scope, check_characters, length_equation, read_chain
from softsym.symbols import (
    DEFAULT_KINDS,
    LENGTH,
    MAX_LENGTH,
    SCALAR_DOMAINS,
    VECTOR_DOMAINS,
    Kind,
    Length,
    N,
    kind_named,
)

MAX_DECLARATIONS = 50
_KINDS = (*SCALAR_DOMAINS, *VECTOR_DOMAINS, "index", "length")
_NAME = re.compile(r"\s*([A-Za-z0-9_][A-Za-z0-9_.-]*)\s*:")
_DECLARATION = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*:\s*([A-Za-z]+(?:\s+[A-Za-z]+)?)\s*(?:\(\s*(\w+)\s*\))?\s*")
_RESERVED = {"where", "N", "pi", "oo", *FUNCTIONS}


@dataclass(frozen=True)
class Statement:
    """A statement of the language.

    ``claim`` is the chain that is claimed, ``conditions`` are the chains that the declarations state, ``lengths`` the
    lengths that they fix (``N == 2``), ``name`` is the statement's name or empty, ``text`` what was read.

    >>> import softsym as ss
    >>> statement = ss.parse("sandwich: max(z)<=lse(z,beta) where beta: positive, N >= 2")
    >>> statement.name, str(statement)
    ('sandwich', 'max(z) <= lse(z, beta) where N >= 2')
    """

    claim: Chain
    conditions: tuple[Chain, ...] = ()
    lengths: tuple[tuple[str, Length], ...] = ()
    name: str = field(default="", compare=False)
    text: str = field(default="", compare=False)

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """The free names of the claim and of the conditions, by name."""
        sides = [s for chain in (self.claim, *self.conditions) for s in chain.sides]
        found = {s for side in sides for s in free_symbols(side)}
        return tuple(sorted(found, key=lambda s: s.name))

    def __str__(self) -> str:
        sides = [s for chain in (self.claim, *self.conditions) for s in chain.sides]
        fixed = dict(self.lengths)
        kinds = {
            name: kind
            for name, kind in declarations(*sides).items()
            if kind != DEFAULT_KINDS.get(name, kind if kind.type == "length" else None)
            and kind != (DEFAULT_KINDS[name].at(fixed) if name in DEFAULT_KINDS else None)
        }
        parts = [f"{name}: {kind}" for name, kind in kinds.items()] + [chain_text(c) for c in self.conditions]
        return chain_text(self.claim) + (f" where {', '.join(parts)}" if parts else "")


def chain_text(chain: Chain) -> str:
    """A chain of relations as text."""
    text = bare_text(chain.sides[0])
    for relation, side in zip(chain.relations, chain.sides[1:], strict=True):
        text += f" {relation} {bare_text(side)}"
    return text


def read(text: str) -> Expr | Statement:
    """An expression or, if the text has a relation, a statement."""
    statement = _read(text)
    if statement.claim.relations:
        return statement
    if statement.name:
        raise LanguageError("a statement needs a relation: ==, <=, >=, < or >", text=text, end=len(text))
    odd = [c for c in statement.conditions if length_equation(c) is None]
    if odd:
        raise LanguageError(
            f"an expression cannot have the condition {chain_text(odd[0])}: only kinds and lengths", text=text
        )
    return statement.claim.sides[0]


def read_statement(text: str) -> Statement:
    """A statement; an expression alone is an error."""
    statement = read(text)
    if isinstance(statement, Statement):
        return statement
    hint = "to derive or evaluate an expression, use derive, eval or code"
    raise LanguageError("a statement needs a relation: ==, <=, >=, < or >", text=text, end=len(text), hint=hint)


def read_expression(text: str) -> Expr:
    """An expression; a statement is an error."""
    expr = read(text)
    if isinstance(expr, Statement):
        raise LanguageError("an expression is wanted here, and this is a statement", text=text, end=len(text))
    return expr


def _read(text: str) -> Statement:
    if not isinstance(text, str):
        raise LanguageError(f"a text of the language is wanted, and {type(text).__name__} was given")
    text = text.replace("\n", " ").replace("\r", " ")
    check_characters(text)
    named = _NAME.match(text)
    start = named.end() if named else 0
    wheres = [m.span() for m in re.finditer(r"\bwhere\b", text[start:])]
    if len(wheres) > 1:
        at = start + wheres[1][0]
        raise LanguageError("where stands once; separate declarations by commas", text=text, start=at, end=at + 5)
    end = start + wheres[0][0] if wheres else len(text)
    parts = _split(text, start + wheres[0][1], len(text)) if wheres else []
    if len(parts) > MAX_DECLARATIONS:
        at = parts[MAX_DECLARATIONS][0]
        message = f"a statement may have at most {MAX_DECLARATIONS} declarations"
        raise LanguageError(message, text=text, start=at, end=len(text))
    kinds, chains = _declared_kinds(text, parts)
    lengths = _fixed_lengths(text, chains, kinds)
    scope = Scope(kinds, lengths)
    claim = read_chain(text, start, end, scope)
    plain = Scope(kinds)
    conditions = tuple(_condition(text, span, plain, scope) for span in chains)
    name = named.group(1) if named else ""
    return Statement(claim, conditions, tuple(lengths.items()), name, text.strip())


def _condition(text: str, span: tuple[int, int], plain: Scope, scope: Scope) -> Chain:
    """A declared chain: an equation between lengths stays as written, all others see the lengths that are fixed."""
    if _is_length_equation(text, span, plain):
        return read_chain(text, *span, plain, unequal=True)
    chain = read_chain(text, *span, scope, unequal=True)
    if not chain.relations:
        message = "a declaration is a kind, as in y: onehot, or a relation, as in beta > 1"
        raise LanguageError(message, text=text, start=span[0], end=span[1])
    return chain


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans between the commas that stand outside brackets."""
    spans, depth, begin = [], 0, start
    for position in range(start, end):
        character = text[position]
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            spans.append((begin, position))
            begin = position + 1
    return [*spans, (begin, end)]


def _declared_kinds(text: str, parts: list[tuple[int, int]]) -> tuple[dict[str, Kind], list[tuple[int, int]]]:
    kinds: dict[str, Kind] = {}
    chains = []
    for start, end in parts:
        if ":" not in text[start:end]:
            chains.append((start, end))
            continue
        name, kind = _kind_declaration(text, start, end)
        if name in kinds and kinds[name] != kind:
            raise LanguageError(f"{name} is declared twice", text=text, start=start, end=end)
        kinds[name] = kind
        for length in kind.length.names if kind.length else ():
            if kinds.get(length, LENGTH) != LENGTH:
                raise LanguageError(f"{length} is a length and something else", text=text, start=start, end=end)
            if length != "N":
                kinds[length] = LENGTH
    return kinds, chains


def _kind_declaration(text: str, start: int, end: int) -> tuple[str, Kind]:
    def fail(message: str, hint: str = "") -> LanguageError:
        lead = len(text[start:end]) - len(text[start:end].lstrip())
        return LanguageError(message, text=text, start=start + lead, end=end, hint=hint)

    match = _DECLARATION.fullmatch(text, start, end)
    if match is None:
        raise fail("cannot read this declaration", "write it as in y: onehot, w: vector(M) or beta: real")
    name, words, size = match.groups()
    words = " ".join(words.split())
    if name in _RESERVED or keyword.iskeyword(name):
        raise fail(f"{name!r} has a meaning of its own and cannot be declared")
    if len(name) > 32:
        raise fail("a name may have at most 32 characters")
    kind = kind_named(words, _declared_length(size, fail) if size else N)
    if kind is None:
        raise fail(f"unknown kind {words!r}", did_you_mean(words, _KINDS, limit=20))
    if size and kind.length is None:
        raise fail(f"the kind {words} has no length")
    return name, kind


def _declared_length(size: str, fail: object) -> Length:
    assert callable(fail)
    if size.isdigit():
        if not 1 <= int(size[:8]) <= MAX_LENGTH:
            raise fail(f"a length is from 1 to {MAX_LENGTH}")
        return Length.of(int(size))
    if size != "N" and (
        size in DEFAULT_KINDS or size in _RESERVED or keyword.iskeyword(size) or not size.isidentifier()
    ):
        raise fail(f"{size!r} cannot name a length", "a length is a new name such as M or K, or a number")
    return Length.of(size)


def _is_length_equation(text: str, span: tuple[int, int], plain: Scope) -> bool:
    return re.fullmatch(r"[\w\s+]+==[\w\s+-]+", text[slice(*span)]) is not None and (
        length_equation(read_chain(text, *span, plain, unequal=True)) is not None
    )


def _fixed_lengths(text: str, chains: list[tuple[int, int]], kinds: dict[str, Kind]) -> dict[str, Length]:
    lengths: dict[str, Length] = {}
    plain = Scope(kinds)
    for span in chains:
        if not _is_length_equation(text, span, plain):
            continue
        found = length_equation(read_chain(text, *span, plain, unequal=True))
        assert found is not None
        name, value = found
        if value.is_literal and not 1 <= value.constant <= MAX_LENGTH:
            raise LanguageError(f"a length is from 1 to {MAX_LENGTH}", text=text, start=span[0], end=span[1])
        lengths[name] = value
    for _ in lengths:  # M == N, N == 3: replace until nothing changes
        lengths = {name: value.at(lengths) if name not in value.names else value for name, value in lengths.items()}
    return lengths
