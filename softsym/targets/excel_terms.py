"""Formulas whose equal parts are one object: what ``LET`` names once.

A :class:`Term` knows the axes along which it is an array: ``down`` a column, ``across`` a row, both a block, neither a
number. The same head on the same arguments is the same term, so that a part which is used twice is seen as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from softsym.targets.excel_cells import literal_text

DOWN, ACROSS = "down", "across"
Axes: TypeAlias = "frozenset[str]"
NUMBER: Axes = frozenset()

ATOMS = ("literal", "input", "variable")
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A part of a formula: an atom with its ``text``, or an operator, function or ``LAMBDA`` on its arguments.

    ``name`` is what an input or a variable is called in the language; ``variables`` are those of the ``LAMBDA`` around
    it that it depends on; ``value`` is set for the zeros and ones that an index decides.
    """

    head: str
    args: tuple[Term, ...] = ()
    text: str = ""
    name: str = ""
    axes: Axes = NUMBER
    value: int | None = None
    variables: frozenset[Term] = field(default=frozenset())

    @property
    def parameters(self) -> tuple[Term, ...]:
        """The variables that a ``LAMBDA`` binds."""
        return self.args[:-1]


class Terms:
    """Makes terms, each once."""

    def __init__(self) -> None:
        self.known: dict[tuple[object, ...], Term] = {}

    def make(self, head: str, *args: Term, text: str = "", axes: Axes | None = None, value: int | None = None) -> Term:
        """The term; without ``axes`` it is an array along every axis of its arguments."""
        own = NUMBER.union(*(a.axes for a in args)) if axes is None else axes
        key = (head, text, value, own, *map(id, args))
        if key not in self.known:
            variables = frozenset[Term]().union(*(variables_of(a) for a in args))
            if head == "LAMBDA":
                variables -= frozenset(args[:-1])
            self.known[key] = Term(head, args, text, "", own, value, variables)
        return self.known[key]

    def number(self, value: Fraction | int, decided: bool = False) -> Term:
        """A number >= 0; a ``decided`` one vanishes from sums and products."""
        text = literal_text(Fraction(value))
        return self.make("literal", text=text, value=int(value) if decided else None)

    def input(self, name: str, text: str, axes: Axes) -> Term:
        """Cells, or a parameter of the formula, that a name of the language stands for."""
        key = ("input", name)
        return self.known.setdefault(key, Term("input", (), text, name, axes))

    def variable(self, name: str, axes: Axes = NUMBER) -> Term:
        """A new variable for a ``LAMBDA``."""
        return Term("variable", (), "", name, axes)

    def call(self, name: str, *args: Term, axes: Axes | None = None) -> Term:
        """A function's call."""
        return self.make(name, *args, axes=axes)

    def negative(self, term: Term) -> Term:
        return term if term.value == 0 else self.make("neg", term)

    def operate(self, sign: str, left: Term, right: Term) -> Term:
        """``+ - * / ^`` between two terms, decided where a zero or a one leaves nothing to compute."""
        if sign == "*" and 0 in (left.value, right.value):
            return self.number(0, decided=True)
        if sign == "/" and left.value == 0:
            return left
        neutral = {"+": 0, "-": 0, "*": 1, "/": 1}.get(sign)
        if neutral is not None and right.value == neutral:
            return left
        return right if left.value == neutral and sign in "+*" else self.make(sign, left, right)

    def test(self, sign: str, left: Term, right: Term) -> Term:
        """A comparison, TRUE or FALSE."""
        return self.make(sign, left, right)

    def counted(self, test: Term) -> Term:
        """A comparison as 1 or 0."""
        return self.make("--", test)

    def function(self, parameters: Iterable[Term], body: Term) -> Term:
        """``LAMBDA`` of the parameters."""
        return self.make("LAMBDA", *parameters, body, axes=NUMBER)


def variables_of(term: Term) -> frozenset[Term]:
    """The variables of a term, itself among them if it is one."""
    return frozenset({term}) if term.head == "variable" else term.variables


def walk_terms(root: Term) -> Iterator[Term]:
    """Every term once, arguments before what is made of them."""
    seen: set[Term] = set()
    stack = [(root, False)]
    while stack:
        term, done = stack.pop()
        if done:
            yield term
        elif term not in seen:
            seen.add(term)
            stack.append((term, True))
            stack.extend((a, False) for a in reversed(term.args))
