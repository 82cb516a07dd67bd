"""The array program as the statements of a C function: one loop for each slot, and no memory besides the result's.

An operation is a number at a place, given by the index of each of its slots. What a loop does not change stands before
it, and what is used again is named; a reduction is a loop of its own in front of the loop that needs it. Sums are
compensated, so that their error does not grow with the length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction

from softsym.errors import UnsupportedError
from softsym.symbols import Length
from softsym.targets.c_statements import (
    ATOM,
    CALLS,
    PRODUCT,
    SIGN,
    STEMS,
    SUM,
    Index,
    Key,
    Piece,
    Places,
    Scope,
    Statements,
)
from softsym.targets.program import REDUCTIONS, Op, Program, reduction, steps

_INFIX = {"add": ("+", SUM), "sub": ("-", SUM), "mul": ("*", PRODUCT), "div": ("/", PRODUCT)}
_NEUTRAL = {"max": "-INFINITY", "min": "INFINITY", "sum": "0.0", "prod": "1.0"}


class CWriter(Statements):
    """The statements of a program; ``names`` are the parameters as C spells them."""

    def __init__(self, program: Program, names: Mapping[str, str]) -> None:
        super().__init__(names)
        self.program = program
        self.levels: dict[Op, int] = {}
        self.uses: dict[Op, int] = {}
        for op in steps(program.result):
            below = max((self.levels[a] for a in op.args), default=0)
            self.levels[op] = below + (op.head in REDUCTIONS)
            for arg in op.args:
                self.uses[arg] = self.uses.get(arg, 0) + 1

    def write(self, lengths: Mapping[int, Length]) -> list[str]:
        """The statements that fill ``out``, row by row, for a result with axes of the given lengths."""
        places: dict[int, Index] = {}
        offset = ""
        self.nested(list(self.program.order), lengths, places, offset)
        return self.scopes[0].lines

    def nested(self, slots: list[int], lengths: Mapping[int, Length], places: dict[int, Index], offset: str) -> None:
        if not slots:
            text, _ = self.value(self.program.result, places)
            self.line(f"out[{offset or '0'}] = {text};")
            return
        with self.loop(lengths[slots[0]]) as index:
            within = f"({offset})*{self.factor(lengths[slots[0]])} + {index.text}" if offset else index.text
            plain = within.replace(f"({offset})", offset) if offset.isidentifier() else within
            self.nested(slots[1:], lengths, places | {slots[0]: index}, plain)

    def value(self, op: Op, places: Places) -> Piece:
        """The text of an operation's number at a place."""
        key = op, tuple((slot, places[slot].text) for slot, _ in op.slots)
        for scope in self.scopes:
            if key in scope.named:
                return scope.named[key]
        if op.head in REDUCTIONS:
            return self.reduced(op, key, places)
        depth = max([places[slot].depth for slot, _ in op.slots], default=0)
        worth = bool(op.args) and (self.uses.get(op, 0) > 1 or depth < self.depth)
        if not worth:
            return self.text(op, places)
        with self.at(depth):
            found = self.named(self.text(op, places), op.head)
            self.scopes[-1].named[key] = found
        return found

    def atom(self, op: Op, places: Places) -> str:
        """An operation's number by a name, for texts that mention it twice."""
        return self.named(self.value(op, places), op.head)[0]

    def text(self, op: Op, places: Places) -> Piece:
        if op.head in _INFIX:
            return self.infix(op, places)
        if op.head in CALLS:
            return f"{CALLS[op.head]}({', '.join(self.value(a, places)[0] for a in op.args)})", ATOM
        visit: Callable[[Op, Places], Piece] | None = getattr(self, f"write_{op.head}", None)
        if visit is None:
            raise UnsupportedError(f"{op.head} has no form in C")
        return visit(op, places)

    def enclosed(self, op: Op, places: Places, level: int) -> str:
        text, own = self.value(op, places)
        return text if own >= level else f"({text})"

    def infix(self, op: Op, places: Places) -> Piece:
        sign, level = _INFIX[op.head]
        left, right = (self.enclosed(a, places, level + k) for k, a in enumerate(op.args))
        return (f"{left} {sign} {right}" if level == SUM else f"{left}{sign}{right}"), level

    def write_neg(self, op: Op, places: Places) -> Piece:
        return f"-{self.enclosed(op.args[0], places, ATOM)}", SIGN

    def write_number(self, op: Op, places: Places) -> Piece:
        value = op.data[0]
        assert isinstance(value, Fraction)
        text = repr(float(value))
        return (f"({text})" if value < 0 else text), ATOM

    def write_constant(self, op: Op, places: Places) -> Piece:
        return ("3.141592653589793" if op.data[0] == "pi" else "INFINITY"), ATOM

    def write_length(self, op: Op, places: Places) -> Piece:
        value = op.data[0]
        assert isinstance(value, Length)
        terms = [(f"{float(c)!r}*" if c != 1 else "") + f"(double){self.names[n]}" for n, c in value.terms]
        text = " + ".join([*terms, *([f"({float(value.constant)!r})"] if value.constant else [])])
        return text, (SIGN if " " not in text and "*" not in text else SUM)

    def write_input(self, op: Op, places: Places) -> Piece:
        name, slot = op.data
        assert isinstance(name, str)
        return (self.names[name] if slot is None else f"{self.names[name]}[{places[op.slots[0][0]].text}]"), ATOM

    def write_counter(self, op: Op, places: Places) -> Piece:
        return places[op.slots[0][0]].text, ATOM

    def write_equal(self, op: Op, places: Places) -> Piece:
        return f"({self.condition(op, places)} ? 1.0 : 0.0)", ATOM

    def condition(self, op: Op, places: Places) -> str:
        left, right = (self.enclosed(a, places, SUM) for a in op.args)
        return f"{left} == {right}"

    def write_select(self, op: Op, places: Places) -> Piece:
        chosen, value = op.args
        text = self.value(value, places)[0]
        where = self.condition(chosen, places) if chosen.head == "equal" else f"{self.atom(chosen, places)} == 1.0"
        return f"({where} ? {text} : 0.0)", ATOM

    def write_square(self, op: Op, places: Places) -> Piece:
        name = self.atom(op.args[0], places)
        return f"{name}*{name}", PRODUCT

    def write_sign(self, op: Op, places: Places) -> Piece:
        name = self.atom(op.args[0], places)
        return f"({name} > 0.0 ? 1.0 : {name} < 0.0 ? -1.0 : {name})", ATOM

    def write_relu(self, op: Op, places: Places) -> Piece:
        name = self.atom(op.args[0], places)
        return f"({name} < 0.0 ? 0.0 : {name})", ATOM

    def write_xlogy(self, op: Op, places: Places) -> Piece:
        x, y = self.atom(op.args[0], places), self.value(op.args[1], places)[0]
        return f"({x} == 0.0 ? 0.0 : {x}*log({y}))", ATOM

    def write_log_parts(self, op: Op, places: Places) -> Piece:
        whole, rest = (self.enclosed(a, places, PRODUCT) for a in op.args)
        excess = self.named((f"({whole} - 1.0) + {rest}", SUM))[0]
        return f"({excess} > -0.5 ? log1p({excess}) : log({whole} + {rest}))", ATOM

    def reduced(self, op: Op, key: Key, places: Places) -> Piece:
        """A reduction in a loop of its own, with the others of a whole row that can share it."""
        with self.at(max([places[slot].depth for slot, _ in op.slots], default=0)):
            members = [op, *self.alike(op)]
            totals = [self.begun(member) for member in members]
            slot = op.data[0]
            assert isinstance(slot, int)
            with self.loop(_span(op)) as index:
                for member, names in zip(members, totals, strict=True):
                    self.taken_in(member, names, self.atom(member.args[0], {**places, slot: index}))
            for member, names in zip(members, totals, strict=True):
                if member.head == "sum":
                    self.line(f"{names[0]} += {names[1]};")
                self.scopes[-1].named[key if member is op else (member, ())] = names[0], ATOM
            return self.scopes[-1].named[key]

    def alike(self, op: Op) -> list[Op]:
        """The other reductions of whole rows along the same slot that need the same ones before."""
        if op.slots or op not in self.levels:
            return []
        whole = [o for o, n in self.levels.items() if o.head in REDUCTIONS and not o.slots and n == self.levels[op]]
        done = self.scopes[0].named
        same = [o for o in whole if o.data == op.data and _span(o) == _span(op) and o.args[0].slots == op.args[0].slots]
        return [o for o in same if o != op and (o, ()) not in done]

    def begun(self, op: Op) -> tuple[str, ...]:
        """The variables of a reduction, before its loop."""
        names = tuple(self.fresh(stem) for stem in (STEMS[op.head], *(["low"] if op.head == "sum" else [])))
        self.line(f"double {', '.join(f'{name} = {_NEUTRAL[op.head]}' for name in names)};")
        return names

    def taken_in(self, op: Op, names: tuple[str, ...], x: str) -> None:
        """One more entry of a reduction."""
        if op.head == "sum":
            self.add(names[0], names[1], x)
        elif op.head == "prod":
            self.line(f"{names[0]} *= {x};")
        else:
            sign = ">" if op.head == "max" else "<"
            self.line(f"if ({x} {sign} {names[0]} || isnan({x})) {names[0]} = {x};")

    def add(self, total: str, low: str, x: str) -> None:
        """Add a number to a sum, and what that rounds off to ``low`` (Neumaier, 1974)."""
        more = self.fresh("more")
        self.line(f"const double {more} = {total} + {x};")
        lost = f"fabs({total}) < fabs({x}) ? ({x} - {more}) + {total} : ({total} - {more}) + {x}"
        self.line(f"if (isfinite({more})) {low} += {lost};")
        self.line(f"{total} = {more};")

    @contextmanager
    def over(self, op: Op, places: Places) -> Iterator[Places]:
        """A loop over the slot that an operation reduces; gives the places inside."""
        slot = op.data[0]
        assert isinstance(slot, int)
        with self.loop(_span(op)) as index:
            yield {**places, slot: index}

    def write_onehot_argmax(self, op: Op, places: Places) -> Piece:
        slot = op.data[0]
        assert isinstance(slot, int)
        with self.at(self.outside(op, places)):
            largest, first = self.fresh("m"), self.fresh("first")
            self.line(f"double {largest} = -INFINITY;")
            self.line(f"size_t {first} = 0;")
            with self.over(op, places) as inner:
                x = self.atom(op.args[0], inner)
                self.line(f"if ({x} > {largest}) {largest} = {x}, {first} = {inner[slot].text};")
        return f"({places[slot].text} == {first} ? 1.0 : 0.0)", ATOM

    def outside(self, op: Op, places: Places) -> int:
        """The depth of what an operation along a slot needs of the others."""
        return max([places[s].depth for s, _ in op.args[0].slots if s != op.data[0]], default=0)

    def write_sparsemax(self, op: Op, places: Places) -> Piece:
        """The threshold by C. Michelot's iteration (1986), which drops entries until none falls below the threshold."""
        slot = op.data[0]
        assert isinstance(slot, int)
        value = op.args[0]
        largest = self.atom(reduction("max", value, slot, value.length(slot)), places)
        with self.at(self.outside(op, places)):
            level = self.threshold(op, places, largest)
        x = self.named((f"{self.enclosed(value, places, SUM)} - {largest} - {level}", SUM))[0]
        return f"({x} < 0.0 ? 0.0 : {x})", ATOM

    def threshold(self, op: Op, places: Places, largest: str) -> str:
        level, kept, count, total, low = (self.fresh(n) for n in ("level", "kept", "count", "s", "low"))
        self.line(f"double {level} = -INFINITY;")
        self.line(f"for (size_t {kept} = 0, {count} = 1; {kept} != {count};) {{")
        self.scopes.append(Scope())
        self.line(f"double {total} = 0.0, {low} = 0.0;")
        self.line(f"{kept} = {count};")
        self.line(f"{count} = 0;")
        with self.over(op, places) as inner:
            x = self.named((f"{self.enclosed(op.args[0], inner, SUM)} - {largest}", SUM))[0]
            self.line(f"if (!({x} > {level})) continue;")
            self.line(f"{count}++;")
            self.add(total, low, x)
        self.line(f"{level} = ({total} + {low} - 1.0)/(double){count};")
        block = self.scopes.pop()
        self.scopes[-1].lines += [f"    {text}" for text in block.lines]
        self.line("}")
        return level

    def write_fill(self, op: Op, places: Places) -> Piece:
        return self.value(op.args[0], places)

    def write_move(self, op: Op, places: Places) -> Piece:
        old, new = op.data
        assert isinstance(old, int)
        assert isinstance(new, int)
        return self.value(op.args[0], {**places, old: places[new]})

    def write_take(self, op: Op, places: Places) -> Piece:
        slot, position = op.data
        assert isinstance(slot, int)
        return self.value(op.args[0], {**places, slot: Index(str(position), 0)})

    def write_resize(self, op: Op, places: Places) -> Piece:
        return self.value(op.args[0], places)

    def write_diagonal(self, op: Op, places: Places) -> Piece:
        kept, other = op.data
        assert isinstance(kept, int)
        assert isinstance(other, int)
        return self.value(op.args[0], {**places, other: places[kept]})

    def write_concat(self, op: Op, places: Places) -> Piece:
        slot = op.data[0]
        assert isinstance(slot, int)
        k, start = places[slot], Length.of(0)
        found: list[str] = []
        for part in op.args:
            end = start + part.length(slot)
            here = f"{k.text} - {self.factor(start)}" if start != Length.of(0) else k.text
            inside = f"{k.text} >= {self.size(start)} && " * (start != Length.of(0)) + f"{k.text} < {self.size(end)}"
            place = self.placed(f"{inside} ? {here} : 0", k.depth)  # also read where another part is meant
            found += [f"{k.text} < {self.size(end)}", self.value(part, {**places, slot: place})[0]]
            start = end
        return self.chosen(found), ATOM

    @staticmethod
    def chosen(found: list[str]) -> str:
        """The values behind the conditions before them; the last condition holds where the others do not."""
        cases = "".join(f"{found[n]} ? {found[n + 1]} : " for n in range(0, len(found) - 2, 2))
        return f"({cases}{found[-1]})"

    def write_list(self, op: Op, places: Places) -> Piece:
        slot = op.data[0]
        assert isinstance(slot, int)
        texts = [self.value(part, places)[0] for part in op.args]
        return self.chosen([x for n, text in enumerate(texts) for x in (f"{places[slot].text} == {n}", text)]), ATOM

    def write_drop(self, op: Op, places: Places) -> Piece:
        slot, position = op.data
        assert isinstance(slot, int)
        k = places[slot]
        after = self.placed(f"{k.text} + ({k.text} >= {position})" if position else f"{k.text} + 1", k.depth)
        return self.value(op.args[0], {**places, slot: after})

    def write_drop_each(self, op: Op, places: Places) -> Piece:
        slot = op.data[0]
        assert isinstance(slot, int)
        k, (value, position) = places[slot], op.args
        depth = max([k.depth, *(places[s].depth for s, _ in position.slots)])
        after = self.placed(f"{k.text} + ({k.text} >= {self.value(position, places)[0]})", depth)
        return self.value(value, {**places, slot: after})


def _span(op: Op) -> Length:
    """The length along which a reduction runs."""
    slot = op.data[0]
    assert isinstance(slot, int)
    return op.args[0].length(slot)
