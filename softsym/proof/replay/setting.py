"""What is known at a step of a proof, and equality and signs there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import inf

from softsym.errors import SoftsymError
from softsym.evaluation import Point
from softsym.expansion import expand
from softsym.expression import Apply, Expr, Symbol, apply, free_symbols, number, substitute
from softsym.language import Chain, Statement, chain_text
from softsym.language.reader import constant
from softsym.refute.agreement import agree, moderate_points
from softsym.shapes import as_length
from softsym.signs import ANY, UP, ZERO_UP, Signs, signs
from softsym.symbols import Kind, Length


class Rejected(SoftsymError):  # noqa: N818 - what the checker says of a proof
    """A step that the checker cannot confirm; the message says which and why."""


def require(holds: bool, reason: str) -> None:
    """Reject what does not hold, for a reason."""
    if not holds:
        raise Rejected(reason)


@dataclass(frozen=True)
class Setting:
    """The kinds of the names, the conditions that hold, the lengths that are fixed, the hypotheses of the cases."""

    kinds: Mapping[str, Kind]
    conditions: tuple[Chain, ...]
    lengths: tuple[tuple[str, Length], ...]
    given: tuple[Chain, ...] = ()
    deadline: float = inf

    def where(self, *conditions: Chain) -> Setting:
        """With more conditions."""
        return replace(self, conditions=(*self.conditions, *conditions))

    def supposing(self, *hypotheses: Chain) -> Setting:
        """With more hypotheses, which the steps show."""
        return replace(self.where(*hypotheses), given=(*self.given, *hypotheses))

    def having(self, *names: Symbol) -> Setting:
        """With new names, which must not be taken."""
        if {s.name for s in names} & self.kinds.keys():
            raise Rejected(f"{', '.join(s.name for s in names)}: a new name is taken")
        return replace(self, kinds={**self.kinds, **{s.name: s.kind for s in names}})

    def every(self, name: Symbol) -> Setting:
        """For every value of a name: a new one, or one without the conditions on it."""
        if self.kinds.get(name.name) != name.kind:
            return self.having(name)
        kept = (c for c in self.conditions if not any(name in free_symbols(side) for side in c.sides))
        return replace(self, conditions=tuple(kept))

    def at(self, values: Mapping[Symbol, Expr]) -> Setting:
        """With names replaced in the conditions."""
        return replace(self, conditions=tuple(substituted(c, values) for c in self.conditions))

    def has(self, *exprs: Expr) -> bool:
        """Whether the names in expressions are of this setting."""
        return all(self.kinds.get(s.name) == s.kind for e in exprs for s in free_symbols(e))

    def points(self, *exprs: Expr) -> Iterator[Point]:
        """The same points at every call: for several lengths, within the kinds of the names and the conditions."""
        statement = Statement(Chain((*exprs, number(0)), ("==",) * len(exprs)), self.conditions, self.lengths)
        names = [s for s in statement.symbols if s.kind.type != "length"]
        return moderate_points(statement, names, self.deadline) if self.has(*names) else iter(())

    def agree(self, left: Expr, right: Expr) -> bool:
        """Whether two expressions are equal, to 36 digits, at every point that is tried at which both are defined."""
        return left == right or agree(left, right, self.points(left, right), self.deadline)

    def signs(self, expr: Expr) -> Signs:
        """The signs that the entries can have, as far as the writing, the kinds and the conditions show it."""
        expanded = expand(expr)
        found = signs(expanded, self._known) if self.has(expr) else ANY
        return found if found != ANY or expanded == expr else self._known(expr)

    def _known(self, expr: Expr) -> Signs:
        """The signs of what a condition is about, up to its own sign."""
        found, own = ANY, _names(expr)
        for known, positive in self.known():
            if _names(known) == own and known.shape in (expr.shape, (*expr.shape, *known.shape[:1])):
                side = UP if positive else ZERO_UP
                found &= side if self._is(expr, known) else ANY
                found &= frozenset(-s for s in side) if self._is(apply("neg", expr), known) else ANY
        return found

    def _is(self, expr: Expr, known: Expr) -> bool:
        """Whether an expression is what is known, or one of its entries."""
        if expr.shape == known.shape:
            return self.agree(expr, known)
        return self.agree(apply("prod", known - expr), number(0))

    def known(self) -> Iterator[tuple[Expr, bool]]:
        """What is >= 0, or > 0: by the conditions, and what follows from them for values of a maximum and lengths."""
        for link in self._links():
            if link.relations == ("!=",):
                one, other = link.sides
                if isinstance(one, Symbol) and isinstance(other, Symbol) and one.kind == other.kind:
                    yield apply("len", apply("basis", one)) - 1, True
            elif link.relations != ("==",):
                lower, upper = ordered(link)
                quantity, strict = gap(link)
                yield quantity, strict
                if isinstance(quantity, Apply) and quantity.head == "sub" and (constant(quantity.args[1]) or 0) > 0:
                    yield quantity.args[0], True
                if as_length(quantity) is not None:
                    yield from ((quantity + (n - int(strict)), n > 0) for n in (0, 1, 2))
                if isinstance(lower, Apply) and lower.head == "max":
                    yield gap(Chain((lower.args[0], upper), ("<=",)))[0], strict
                    yield from ((quantity + other, strict or more) for other, more in self._inequalities(quantity))
                if isinstance(upper, Apply) and upper.head == "min":
                    yield gap(Chain((lower, upper.args[0]), ("<=",)))[0], strict
        lengths = {k.length.at(dict(self.lengths)) for k in self.kinds.values() if k.length is not None}
        for size in sorted({n.constant for n in (*lengths, *dict(self.lengths).values()) if n.is_literal} - {1}):
            yield from ((number(size - 1), True), (number(size - 2), False))
        for name, kind in self.kinds.items():
            if kind.domain in ("unit", "length"):
                yield (1 - Symbol(name, kind) if kind.domain == "unit" else Symbol(name, kind) - 1), False

    def _links(self) -> Iterator[Chain]:
        return (link for chain in self.conditions for link in links(chain))

    def _inequalities(self, quantity: Expr) -> Iterator[tuple[Expr, bool]]:
        """The other numbers that the conditions say to be >= 0, or > 0."""
        for link in self._links():
            if link.relations[0] not in ("==", "!=") and gap(link)[0] != quantity and not gap(link)[0].shape:
                yield gap(link)


def _names(expr: Expr) -> set[str]:
    """The names of numbers and vectors, except where their length alone matters."""
    if isinstance(expr, Apply) and expr.head != "len":
        return set().union(*map(_names, expr.args))
    return {expr.name} if isinstance(expr, Symbol) and expr.kind.type in ("scalar", "vector") else set()


def substituted(chain: Chain, values: Mapping[Symbol, Expr]) -> Chain:
    """A chain with names replaced."""
    return Chain(tuple(substitute(side, dict(values)) for side in chain.sides), chain.relations)


def links(chain: Chain) -> list[Chain]:
    """The single relations of a chain."""
    return [Chain(chain.sides[n : n + 2], (relation,)) for n, relation in enumerate(chain.relations)]


def ordered(chain: Chain) -> tuple[Expr, Expr]:
    """The lower and the upper side of an inequality."""
    if chain.relations not in (("<",), ("<=",), (">",), (">=",)):
        raise Rejected(f"{chain_text(chain)} is no inequality")
    left, right = chain.sides
    return (right, left) if chain.relations[0] in (">", ">=") else (left, right)


def gap(chain: Chain) -> tuple[Expr, bool]:
    """The quantity that an inequality says is >= 0, and whether it says > 0."""
    lower, upper = ordered(chain)
    return (upper if lower == number(0) else apply("sub", upper, lower)), chain.relations[0] in ("<", ">")
