"""Statements of C in nested loops: names, what stands in front of which loop, lengths as numbers of entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from softsym.symbols import Length
from softsym.targets.program import Op

SUM, PRODUCT, SIGN, ATOM = range(1, 5)
_WORDS = """auto break case char const continue default do double else enum extern float for goto if inline int long
register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while size_t main
isfinite isnan isinf INFINITY NAN NULL out"""
CALLS = {h: h for h in ("exp", "log", "log1p", "expm1", "sqrt", "floor", "pow")} | {"abs": "fabs"}
STEMS = {"max": "m", "min": "m", "sum": "s", "prod": "p", "exp": "e", "log": "l", "div": "q", "equal": "d"}
WORDS = frozenset(_WORDS.split()) | frozenset(CALLS.values())
"""What a name of the language cannot be called in C."""


@dataclass(frozen=True)
class Index:
    """A place along a slot: its text, and in how many loops it stands."""

    text: str
    depth: int


Places = Mapping[int, Index]
Key = tuple[Op, tuple[tuple[int, str], ...]]
Piece = tuple[str, int]


@dataclass
class Scope:
    """The statements of one block, and what has a name there."""

    lines: list[str] = field(default_factory=list)
    named: dict[Key, Piece] = field(default_factory=dict)


class Statements:
    """The statements written so far; ``names`` are the parameters as C spells them."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self.taken = {*names.values(), *WORDS}
        self.scopes = [Scope()]
        self.counters: list[str] = []

    @property
    def depth(self) -> int:
        return len(self.scopes) - 1

    def line(self, text: str) -> None:
        self.scopes[-1].lines.append(text)

    def fresh(self, stem: str) -> str:
        """A name that no other has."""
        count = 0
        while (name := f"{stem}{count or ''}") in self.taken:
            count += 1
        self.taken.add(name)
        return name

    @contextmanager
    def loop(self, size: Length) -> Iterator[Index]:
        """A loop over the entries of a slot; what is written meanwhile stands inside."""
        if self.depth == len(self.counters):
            self.counters.append(self.fresh("k"))
        name = self.counters[self.depth]
        self.scopes.append(Scope())
        yield Index(name, self.depth)
        inner = self.scopes.pop()
        self.line(f"for (size_t {name} = 0; {name} < {self.size(size)}; {name}++) {{")
        self.scopes[-1].lines += [f"    {text}" for text in inner.lines]
        self.line("}")

    @contextmanager
    def at(self, depth: int) -> Iterator[None]:
        """In front of the loops that are open beyond a depth."""
        inner = self.scopes[depth + 1 :]
        del self.scopes[depth + 1 :]
        yield
        self.scopes += inner

    def placed(self, text: str, depth: int) -> Index:
        """A place that is worked out from others, by a name in front of the loops that do not change it."""
        with self.at(depth):
            name = self.fresh("k")
            self.line(f"const size_t {name} = {text};")
        return Index(name, depth)

    def named(self, piece: Piece, head: str = "") -> Piece:
        """A piece as a name."""
        if piece[1] == ATOM and piece[0].isidentifier():
            return piece
        name = self.fresh(STEMS.get(head, "t"))
        self.line(f"const double {name} = {piece[0]};")
        return name, ATOM

    def size(self, length: Length) -> str:
        """A length as a number of entries."""
        above, below = self.balanced(length)
        return f"{above} - {below}" if below != "0" else above

    def factor(self, length: Length) -> str:
        """The same as a factor, or behind a minus sign."""
        text = self.size(length)
        return text if " " not in text and "*" not in text else f"({text})"

    def balanced(self, length: Length) -> tuple[str, str]:
        """What is added and what is subtracted in a length."""
        sides: tuple[list[str], list[str]] = ([], [])
        for name, factor in length.terms:
            sides[factor < 0].append(self.names[name] if abs(factor) == 1 else f"{abs(factor)}*{self.names[name]}")
        if length.constant:
            sides[length.constant < 0].append(str(abs(length.constant)))
        return " + ".join(sides[0]) or "0", " + ".join(sides[1]) or "0"
