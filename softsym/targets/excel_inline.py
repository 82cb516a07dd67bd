"""Formulas without the names of ``LET`` and ``LAMBDA``: each name's value in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from softsym.targets.excel_syntax import (
    Call,
    DefinedName,
    Formula,
    Invoke,
    Missing,
    children,
    with_children,
)

MAX_PARTS = 20_000
"""Where names unfold to more parts than this, what is beyond is left out."""


@dataclass(frozen=True, slots=True)
class _Function:
    """A ``LAMBDA``, and what its names stand for where it is written."""

    parameters: tuple[str, ...]
    body: Formula
    names: Names


Names: TypeAlias = "Mapping[str, Formula | _Function]"


def without_names(tree: Formula) -> Formula:
    """The formula with the value of each ``LET`` name, and of each argument of a called ``LAMBDA``, in its place.

    What stands for each entry in turn, the parameter of a ``LAMBDA`` that nothing calls here, is left out.

    >>> from softsym.targets.excel_syntax import parse_formula
    >>> without_names(parse_formula("LET(x,A1,f,LAMBDA(y,y+x),f(2))")) == parse_formula("2+A1")
    True
    """
    return _Inliner().of(tree, {})


class _Inliner:
    """One formula; ``parts`` is how many parts were made so far."""

    def __init__(self) -> None:
        self.parts = 0

    def of(self, node: Formula, names: Names) -> Formula:
        self.parts += 1
        if self.parts > MAX_PARTS:
            return Missing()
        if isinstance(node, DefinedName):
            return self.named(node, names)
        if isinstance(node, Call):
            return self.call(node, names)
        if isinstance(node, Invoke):
            function = self.function(node.function, names)
            if function:
                return self.invoke(function, tuple(self.of(a, names) for a in node.args))
        return with_children(node, lambda part: self.of(part, names))

    def named(self, node: DefinedName, names: Names) -> Formula:
        """A name's value, which whoever reads the formula walks again at each use."""
        value = names.get(node.text.casefold(), node)
        if isinstance(value, _Function):
            return Missing()
        self.parts += _size(value, MAX_PARTS - self.parts)
        return value if self.parts <= MAX_PARTS else Missing()

    def call(self, node: Call, names: Names) -> Formula:
        if node.name == "LET" and len(node.args) % 2:
            return self.let(node.args, names)
        own = self.function(node, names)
        if own is not None:  # nothing calls it here: it is computed for each entry in turn
            return self.invoke(own, (Missing(),) * len(own.parameters))
        args, called = tuple(self.of(a, names) for a in node.args), names.get(node.name.casefold())
        return self.invoke(called, args) if isinstance(called, _Function) else Call(node.name, args)

    def let(self, args: tuple[Formula, ...], names: Names) -> Formula:
        for name, value in zip(args[:-1:2], args[1:-1:2], strict=True):
            if isinstance(name, DefinedName):
                names = {**names, name.text.casefold(): self.function(value, names) or self.of(value, names)}
        return self.of(args[-1], names)

    def function(self, node: Formula, names: Names) -> _Function | None:
        """The function that a ``LAMBDA``, or a name of one, gives."""
        if isinstance(node, Call) and node.name == "LAMBDA" and node.args:
            parameters = [p.text.casefold() if isinstance(p, DefinedName) else "" for p in node.args[:-1]]
            return _Function(tuple(parameters), node.args[-1], names)
        found = names.get(node.text.casefold()) if isinstance(node, DefinedName) else None
        return found if isinstance(found, _Function) else None

    def invoke(self, function: _Function, args: tuple[Formula, ...]) -> Formula:
        given = dict(zip(function.parameters, args, strict=False))
        return self.of(function.body, {**function.names, **given})


def _size(node: Formula, most: int) -> int:
    """How many parts a formula has, counted up to a bound."""
    found, stack = 0, [node]
    while stack and found <= most:
        found += 1
        stack.extend(children(stack.pop()))
    return found
