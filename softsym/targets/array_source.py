"""The array program in the names that PyTorch, JAX and dask share with NumPy: one text for all of them.

It follows the array API standard (reductions with ``axis`` and ``keepdims``, broadcasting, no writing in place) where
all of them do, so that the same lines are differentiable, can be traced and run lazily: the module is called ``xp``,
nothing branches on a value, and entries are chosen by ``where`` and slices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from softsym.errors import UnsupportedError
from softsym.targets.numpy_source import PRECEDENCE, Writer
from softsym.targets.program import REDUCTIONS, Op, Program

_ATOM, _POWER = 9, 4
_SIGNS = {"add": " + ", "sub": " - ", "mul": "*", "div": "/"}
_CALLS = frozenset(("exp", "log", "log1p", "expm1", "sign", "sqrt", "square", "abs", "floor"))
_PLAIN = frozenset(("number", "constant"))


@dataclass(frozen=True)
class Place:
    """Texts: of the type to compute in, of the device on which counters are made (or nothing), and of lengths."""

    dtype: str
    device: str
    sizes: Mapping[str, str]


class SharedWriter(Writer):
    """The lines of a program for the module ``xp``.

    ``falling`` is how entries are sorted so that they fall, with places for an array and an axis.
    """

    def __init__(self, program: Program, taken: set[str], place: Place, falling: str) -> None:
        super().__init__(program, taken)
        self.dtype, self.device, self.falling = place.dtype, place.device, falling
        self.sizes = dict(place.sizes)

    def call(self, name: str, *args: str) -> str:
        """A call of one of the module's functions."""
        return f"xp.{name}({', '.join(args)})"

    def text(self, op: Op) -> tuple[str, int]:
        if op.head in _SIGNS:
            return self.arithmetic(op)
        if op.head == "pow":
            base, exponent = self.lifted(op)
            return f"{self.enclosed(*base)}**{self.enclosed(*exponent)}", _POWER
        if op.head == "neg":
            text, level = self.lifted(op)[0]
            return "-" + (text if level >= PRECEDENCE["neg"] else f"({text})"), PRECEDENCE["neg"]
        if op.head in _CALLS:
            return self.call(op.head, self.lifted(op)[0][0]), _ATOM
        return super().text(op)

    @staticmethod
    def enclosed(text: str, level: int) -> str:
        return text if level == _ATOM and not text.startswith("-") else f"({text})"

    def arithmetic(self, op: Op) -> tuple[str, int]:
        level = PRECEDENCE[op.head]
        (left, above), (right, below) = self.lifted(op)
        left = left if above >= level else f"({left})"
        return left + _SIGNS[op.head] + (right if below > level else f"({right})"), level

    def lifted(self, op: Op) -> list[tuple[str, int]]:
        """The operands' texts; of numbers alone the first is made an array, so that they follow its arithmetic."""
        found = [self.texts[a] for a in op.args]
        if all(a.head in _PLAIN for a in op.args):
            found[0] = self.array(op.args[0]), _ATOM
        return found

    def array(self, op: Op) -> str:
        """An operand as an array, also if it is a number."""
        text = self.texts[op][0]
        return self.call("asarray", text, f"dtype={self.dtype}") if op.head in _PLAIN else text

    def indicator(self, condition: str) -> str:
        """1 where a condition holds, else 0."""
        return self.call("asarray", condition, f"dtype={self.dtype}")

    def count(self, size: str, slot: int) -> str:
        """0, 1, 2, ... along a slot."""
        device = f", device={self.device}" if self.device else ""
        before, after = slot, self.program.rank - 1 - slot
        spread = f"[{'None, ' * before}:{', None' * after}]" if before or after else ""
        return self.call("arange", size + device) + spread

    def reduction(self, op: Op) -> str:
        slot = op.data[0]
        assert isinstance(slot, int)
        assert op.head in REDUCTIONS
        name = {"max": "amax", "min": "amin"}.get(op.head, op.head)
        return self.call(name, self.texts[op.args[0]][0], f"axis={self.axis(slot)}", "keepdims=True")

    def part(self, op: Op, slot: int, run: str) -> str:
        """A run of an operand's entries along a slot."""
        return f"{self.enclosed(*self.texts[op])}[..., {run}{', :' * (self.program.rank - 1 - slot)}]"

    def write_number(self, op: Op) -> str:
        value = super().write_number(op)
        return f"({value})" if value.startswith("-") else value

    def write_constant(self, op: Op) -> str:
        return "xp.pi" if op.data[0] == "pi" else "xp.inf"

    def write_counter(self, op: Op) -> str:
        slot, length = op.data
        assert isinstance(slot, int)
        return self.count(self.size(length), slot)

    def write_equal(self, op: Op) -> str:
        left, right = (self.texts[a][0] for a in op.args)
        return self.indicator(f"{left} == {right}")

    def write_select(self, op: Op) -> str:
        condition, value = op.args
        return self.call("where", f"{self.texts[condition][0]} == 1.0", self.array(value), "0.0")

    def write_relu(self, op: Op) -> str:
        return self.call("clip", self.array(op.args[0]), "min=0.0")

    def write_xlogy(self, op: Op) -> str:
        return self.help("xlogy", *(self.array(a) for a in op.args))

    def write_onehot_argmax(self, op: Op) -> str:
        slot = op.data[0]
        assert isinstance(slot, int)
        value = op.args[0]
        first = self.call("argmax", self.texts[value][0], f"axis={self.axis(slot)}", "keepdims=True")
        return self.indicator(f"{self.count(self.size(value.length(slot)), slot)} == {first}")

    def write_sparsemax(self, op: Op) -> str:
        slot = op.data[0]
        assert isinstance(slot, int)
        value = op.args[0]
        if not self.falling:
            raise UnsupportedError("sparsemax needs whole rows: rechunk the vectors' axis to one chunk")
        text, axis = self.texts[value][0], self.axis(slot)
        falling = self.falling.format(text, axis)
        counts = f"{self.count(self.size(value.length(slot)), slot)} + 1"
        return self.help("sparsemax", text, falling, counts, axis)

    def write_fill(self, op: Op) -> str:
        slot, length = op.data
        assert isinstance(slot, int)
        ones = self.call("ones_like", self.count(self.size(length), slot), f"dtype={self.dtype}")
        return f"({self.operand(op.args[0], PRECEDENCE['mul'])}*{ones})"

    def write_move(self, op: Op) -> str:
        old, new = op.data
        assert isinstance(old, int)
        assert isinstance(new, int)
        return self.call("swapaxes", self.texts[op.args[0]][0], str(self.axis(old)), str(self.axis(new)))

    def write_take(self, op: Op) -> str:
        slot, position = op.data
        assert isinstance(slot, int)
        assert isinstance(position, int)
        return self.part(op.args[0], slot, f"{position}:{position + 1}")

    def write_resize(self, op: Op) -> str:
        slot, length = op.data
        assert isinstance(slot, int)
        return self.part(op.args[0], slot, f":{self.size(length)}")

    def write_drop(self, op: Op) -> str:
        slot, position = op.data
        assert isinstance(slot, int)
        assert isinstance(position, int)
        value = op.args[0]
        before, after = self.part(value, slot, f":{position}"), self.part(value, slot, f"{position + 1}:")
        return self.call("concatenate", f"[{before}, {after}]", f"axis={self.axis(slot)}")

    def write_drop_each(self, op: Op) -> str:
        slot = op.data[0]
        assert isinstance(slot, int)
        value, position = op.args
        chosen = f"{self.count(f'{self.size(value.length(slot))} - 1', slot)} < {self.texts[position][0]}"
        return self.call("where", chosen, self.part(value, slot, ":-1"), self.part(value, slot, "1:"))
