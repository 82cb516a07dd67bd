"""The array program as lines of NumPy source."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cached_property

from softsym.symbols import Length
from softsym.targets.program import REDUCTIONS, Op, Program, steps

PRECEDENCE = {"add": 1, "sub": 1, "mul": 2, "div": 2, "neg": 3}
_SIGNS = {"add": " + ", "sub": " - ", "mul": "*", "div": "/"}
_ATOM = 9
_CALLS = {
    **{head: f"np.{head}" for head in ("exp", "log", "log1p", "expm1", "sign", "sqrt", "square", "abs", "floor")},
}
NAMES = {"max": "m", "min": "m", "sum": "s", "exp": "e", "log": "l", "div": "q", "move": "c", "equal": "d"}
_LONGEST = 88


class Writer:
    """The lines of a program; ``masked`` lets every reduction see the entries chosen by ``where`` alone."""

    def __init__(self, program: Program, taken: set[str], masked: bool = False) -> None:
        self.program, self.taken, self.masked = program, taken, masked
        self.lines: list[str] = []
        self.texts: dict[Op, tuple[str, int]] = {}
        self.counts: dict[str, int] = {}
        self.helpers: dict[str, None] = {}
        self.constants: dict[str, Fraction] = {}

    def write(self) -> tuple[list[str], str]:
        """The assignments, and the text of the result."""
        order = steps(self.program.result)
        uses: dict[Op, int] = {}
        for op in order:
            for arg in op.args:
                uses[arg] = uses.get(arg, 0) + 1
        for op in order:
            text, level = self.text(op)
            if self.deserves_a_line(op, uses.get(op, 0), text):
                name = self.fresh(NAMES.get(op.head, "t"))
                self.lines.append(f"{name} = {text}")
                text, level = name, _ATOM
            self.texts[op] = text, level
        return self.lines, self.texts[self.program.result][0]

    def deserves_a_line(self, op: Op, uses: int, text: str) -> bool:
        if op.head in ("number", "constant", "length") or (op.head == "input" and op.data[1] is None):
            return False
        if op.head == "input":
            return uses > 1 and self.program.rank > 1
        return uses > 1 or (len(text) > _LONGEST and bool(op.args) and op != self.program.result)

    def fresh(self, stem: str) -> str:
        while True:
            self.counts[stem] = self.counts.get(stem, -1) + 1
            name = f"{stem}{self.counts[stem] or ''}"
            if name not in self.taken:
                self.taken.add(name)
                return name

    def text(self, op: Op) -> tuple[str, int]:
        if op.head in _SIGNS or op.head == "pow":
            return self.infix(op)
        if op.head in _CALLS:
            return f"{_CALLS[op.head]}({self.texts[op.args[0]][0]})", _ATOM
        if op.head in REDUCTIONS:
            return self.reduction(op), _ATOM
        if op.head == "neg":
            return "-" + self.operand(op.args[0], 3), 3
        write: Callable[[Op], str] = getattr(self, f"write_{op.head}")
        return write(op), _ATOM

    def operand(self, op: Op, level: int) -> str:
        text, own = self.texts[op]
        return text if own >= level else f"({text})"

    def array(self, op: Op) -> str:
        """An operand where an array is wanted."""
        return self.texts[op][0]

    def infix(self, op: Op) -> tuple[str, int]:
        if op.head == "pow":
            return f"np.power({', '.join(self.texts[a][0] for a in op.args)})", _ATOM
        level = PRECEDENCE[op.head]
        left = self.operand(op.args[0], level)
        return left + _SIGNS[op.head] + self.operand(op.args[1], level + 1), level

    def axis(self, slot: int) -> int:
        return slot - self.program.rank

    def reduction(self, op: Op) -> str:
        slot = op.data[0]
        assert isinstance(slot, int)
        value = op.args[0]
        options = f"axis={self.axis(slot)}, keepdims=True"
        if self.masked and value.length(slot) == self.mask_length():
            options += f", where={self.view('where', slot)}"
            options += {"max": ", initial=-np.inf", "min": ", initial=np.inf"}.get(op.head, "")
        return f"np.{op.head}({self.texts[value][0]}, {options})"

    def mask_length(self) -> Length | None:
        inputs = [op for op in steps(self.program.result) if op.head == "input" and op.slots]
        return inputs[0].slots[0][1] if inputs else None

    def view(self, name: str, slot: int) -> str:
        """A vector with its entries along a slot."""
        before, after = slot, self.program.rank - 1 - slot
        if not before and not after:
            return name
        return f"{name}[..., {'None, ' * before}:{', None' * after}]"

    def write_input(self, op: Op) -> str:
        name, slot = op.data
        assert isinstance(name, str)
        return name if not isinstance(slot, int) else self.view(name, slot)

    def write_number(self, op: Op) -> str:
        value = op.data[0]
        assert isinstance(value, Fraction)
        if Fraction(float(value)) == value:
            return repr(float(value))
        name = next((k for k, v in self.constants.items() if v == value), None) or self.fresh("k")
        self.constants[name] = value
        return name

    def write_constant(self, op: Op) -> str:
        return "np.pi" if op.data[0] == "pi" else "np.inf"

    def write_length(self, op: Op) -> str:
        value = op.data[0]
        assert isinstance(value, Length)
        text = str(value)
        return f"({text})" if " " in text or "*" in text else text

    def size(self, length: object) -> str:
        """A length as the size of an axis, whatever ``where`` leaves out."""
        assert isinstance(length, Length)
        parts = []
        for name, factor in length.terms:
            text = self.sizes.get(name, f"int({name})")
            parts.append(text if factor == 1 else f"{factor}*{text}")
        if length.constant or not parts:
            parts.append(str(length.constant))
        return " + ".join(parts).replace("+ -", "- ")

    @cached_property
    def sizes(self) -> dict[str, str]:
        """The lengths that the shapes of vectors tell."""
        found: dict[str, str] = {}
        for op in steps(self.program.result):
            if op.head == "input" and op.slots:
                length = op.slots[0][1]
                if len(length.terms) == 1 and not length.constant:
                    found.setdefault(length.terms[0][0], f"{op.data[0]}.shape[-1]")
        return found

    def help(self, name: str, *args: object) -> str:
        """A call of one of the functions of :mod:`softsym.targets.array_functions`."""
        self.helpers[name] = None
        return f"{name}({', '.join(str(a) for a in args)})"

    def write_counter(self, op: Op) -> str:
        slot, length = op.data
        assert isinstance(slot, int)
        return f"np.arange({self.size(length)})" + self.spread(slot)

    def spread(self, slot: int) -> str:
        after = self.program.rank - 1 - slot
        return f"[:{', None' * after}]" if after else ""

    def write_equal(self, op: Op) -> str:
        left, right = (self.texts[a][0] for a in op.args)
        return f"np.where({left} == {right}, 1.0, 0.0)"

    def write_select(self, op: Op) -> str:
        condition, value = op.args
        return f"np.where({self.texts[condition][0]} == 1.0, {self.texts[value][0]}, 0.0)"

    def write_relu(self, op: Op) -> str:
        return f"np.maximum({self.texts[op.args[0]][0]}, 0.0)"

    def write_xlogy(self, op: Op) -> str:
        x, y = (self.operand(a, 3) for a in op.args)
        return f"np.where({x} == 0.0, 0.0, {x}*np.log(np.where({x} == 0.0, 1.0, {y})))"

    def write_onehot_argmax(self, op: Op) -> str:
        slot = op.data[0]
        assert isinstance(slot, int)
        value = self.texts[op.args[0]][0]
        counter = f"np.arange({self.size(op.args[0].length(slot))})" + self.spread(slot)
        return f"np.where({counter} == np.argmax({value}, axis={self.axis(slot)}, keepdims=True), 1.0, 0.0)"

    def write_sparsemax(self, op: Op) -> str:
        slot = op.data[0]
        assert isinstance(slot, int)
        return self.help("sparsemax", self.texts[op.args[0]][0], self.axis(slot))

    def write_fill(self, op: Op) -> str:
        slot, length = op.data
        assert isinstance(slot, int)
        return (
            f"{self.operand(op.args[0], 2)}*np.where(np.arange({self.size(length)}){self.spread(slot)} >= 0, 1.0, 0.0)"
        )

    def write_move(self, op: Op) -> str:
        old, new = op.data
        assert isinstance(old, int)
        assert isinstance(new, int)
        return f"np.swapaxes({self.texts[op.args[0]][0]}, {self.axis(old)}, {self.axis(new)})"

    def write_take(self, op: Op) -> str:
        slot, position = op.data
        assert isinstance(slot, int)
        assert isinstance(position, int)
        return f"np.take({self.texts[op.args[0]][0]}, [{position}], axis={self.axis(slot)})"

    def write_resize(self, op: Op) -> str:
        slot, length = op.data
        assert isinstance(slot, int)
        index = f"np.arange({self.size(length)})"
        return f"np.take({self.texts[op.args[0]][0]}, {index}, axis={self.axis(slot)})"

    def write_diagonal(self, op: Op) -> str:
        kept, other = op.data
        assert isinstance(kept, int)
        assert isinstance(other, int)
        return self.help("diagonal", self.texts[op.args[0]][0], self.axis(kept), self.axis(other))

    def write_concat(self, op: Op) -> str:
        slot = op.data[0]
        assert isinstance(slot, int)
        parts = ", ".join(self.array(a) for a in op.args)
        return self.help("join", f"[{parts}]", self.axis(slot))

    write_list = write_concat

    def write_drop(self, op: Op) -> str:
        slot, position = op.data
        assert isinstance(slot, int)
        assert isinstance(position, int)
        return f"np.delete({self.texts[op.args[0]][0]}, {position}, axis={self.axis(slot)})"

    def write_drop_each(self, op: Op) -> str:
        slot, index_slot = op.data
        assert isinstance(slot, int)
        assert isinstance(index_slot, int)
        vector, position = (self.texts[a][0] for a in op.args)
        return self.help("drop_each", vector, position, self.axis(slot))

    def write_tuple(self, op: Op) -> str:
        return f"({', '.join(self.array(a) for a in op.args)}{',' * (len(op.args) == 1)})"

    def write_log_parts(self, op: Op) -> str:
        return self.help("log_parts", *(self.texts[a][0] for a in op.args))
