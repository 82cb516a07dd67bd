"""The table of rules, ``rules.txt``, read and applied to expressions; the file says what its lines mean."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple, TypeAlias

from softsym.expression import Apply, Expr, Symbol, apply, substitute
from softsym.language import Chain, Statement, parse_statement

Values: TypeAlias = "dict[str, Expr]"
"""What the names of a row stand for."""
_NEED = re.compile(r"if (.*?)(?: for every (.*?))?(?: between (.*?))?(?: with (.*))?")
_PLACE = re.compile(r"\b(f|g)\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)")
"""f(...), with brackets inside two deep."""


class Need(NamedTuple):
    """A condition, the names (with their kinds) that it is for every value of, a segment's ends, and hypotheses."""

    chain: Chain
    every: tuple[tuple[str, str], ...]
    between: tuple[Expr, ...]
    hypotheses: tuple[Chain, ...]


class Row(NamedTuple):
    """One form of a rule; ``places`` has what f and g are taken at, by the names that stand for its values there."""

    about: tuple[Expr, ...]
    says: Chain
    needs: tuple[Need, ...]
    places: dict[str, Expr]
    values: tuple[Statement, ...]
    case: Chain

    def put(self, expr: Expr, values: Values) -> Expr:
        """An expression of the row with what its names stand for; f(...) has that for the first name "for every"."""
        if isinstance(expr, Symbol) and expr.name in self.places:
            name = next(values[name] for need in self.needs for name, _ in need.every)
            return substitute(values[expr.name[0]], {name: self.put(self.places[expr.name], values)})  # type: ignore[dict-item]
        if isinstance(expr, Apply):
            return apply(expr.head, *(self.put(a, values) for a in expr.args))
        return values[expr.name] if isinstance(expr, Symbol) and expr.kind.type != "constant" else expr

    def stated(self, chain: Chain, values: Values) -> Chain:
        """A relation of the row with what its names stand for."""
        return Chain(tuple(self.put(side, values) for side in chain.sides), chain.relations)


def matches(pattern: Expr, expr: Expr, values: Values) -> bool:
    """Whether an expression has the form of a pattern, whose names then stand for its parts."""
    if isinstance(pattern, Symbol):
        kinds = (pattern.kind.domain, expr.kind.domain if isinstance(expr, Symbol) else "")
        unfit = kinds[0] != kinds[1] if kinds[0] == "onehot" else "index" in kinds and kinds[1] not in ("index", "")
        return not unfit and values.setdefault(pattern.name, expr) == expr
    if not isinstance(pattern, Apply):
        return pattern == expr
    if not isinstance(expr, Apply) or (expr.head, len(expr.args)) != (pattern.head, len(pattern.args)):
        return False
    return all(matches(p, e, values) for p, e in zip(pattern.args, expr.args, strict=True))


@cache
def rows(rule: str) -> tuple[Row, ...]:
    """The forms of a rule."""
    return tuple(_row(lines) for name, *lines in _blocks() if name == rule)


@cache
def _blocks() -> tuple[tuple[str, ...], ...]:
    """The lines of each form, the rule's name first."""
    text = re.sub("#.*\n", "", (files(__package__) / "rules.txt").read_text(encoding="utf-8"))
    return tuple(tuple(block.strip().split("\n    ")) for block in text.split("\n\n"))


def _row(lines: Sequence[str]) -> Row:
    kinds = {"f": "real", "g": "real", "q": "real", **dict(re.findall(r"(\w+): (\w+)", "\n".join(lines)))}
    places: dict[str, str] = {}

    def named(place: re.Match[str]) -> str:
        return places.setdefault(place[0], f"{place[1]}_{len(places)}")

    def read(text: str) -> Chain:
        plain = _PLACE.sub(named, text)
        declared = kinds | {name: kinds[name[0]] for name in places.values()}
        return parse_statement(f"0 == 0 where {', '.join(map(': '.join, declared.items()))}, {plain}").conditions[-1]

    def terms(text: str, comma: str = ", ") -> tuple[Expr, ...]:
        return tuple(read(f"{part} == {part}").sides[0] for part in text.split(comma) if part)

    about, says, case, needs = "", "0 == 0", "0 == 0", []
    for line in lines:
        need = _NEED.fullmatch(line)
        if need:
            chain, every, ends, hypothesis = need.groups("")
            names = tuple(re.findall(r"(\w+)(?:: (\w+))?", every))
            needs.append(Need(read(chain), names, terms(ends), (read(hypothesis),) if hypothesis else ()))
        elif line.startswith("of "):
            about = line[3:].split(" where ")[0]
        elif line.startswith("case "):
            case = line[5:].split(" where ")[0]
        elif not line.startswith("to "):
            says = line.split(" where ")[0]
    values = tuple(parse_statement(f"0 == {line[3:]}") for line in lines if line.startswith("to "))
    conclusion = read(says)
    at = {name: terms(text[2:-1], "; ")[0] for text, name in places.items()}
    return Row(terms(about, "; "), conclusion, tuple(needs), at, values, read(case))
