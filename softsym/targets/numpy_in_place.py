"""The array program as lines of NumPy source for speed: they write in place, for float64 blocks of rows.

Besides the rules of :mod:`softsym.targets.simplify` some hold here alone, since they are about speed:

==============================  ===============================  =================================================
operation                       becomes                          why
==============================  ===============================  =================================================
log_parts(sum(floor(e)),        log1p(excess(e))                 one sum; another one for the few rows that need it
          sum(e - floor(e)))
log(sum(exp(x))) and            the same, and again by parts     exponentials of float64 have too few digits there
max(x) + log1p(excess(          where it is near 0
exp(x - max(x))))
sum(x*y)                        product_sums(x, y)               no product is stored
e/sum(e), e = exp(x)            shares(e, sum(e)): e*(1/sum(e))  a product takes a third of the time, and rounds once
                                if the sum is as good as exact   more; the sum is not close to 0
c*(e/sum(e))                    e*(c/sum(e))                     one product, if nothing else reads the quotient
==============================  ===============================  =================================================
"""

from __future__ import annotations

from collections import Counter

from softsym.targets.body import Variant
from softsym.targets.like_terms import is_share
from softsym.targets.near_one import BOUND
from softsym.targets.numpy_source import NAMES, Writer
from softsym.targets.program import Op, Program, constant, elementwise, reduction, steps

ONE = constant(1)
UFUNCS = {
    **{h: h for h in ("exp", "log", "log1p", "expm1", "sign", "sqrt", "square", "floor")},
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide",
    "pow": "power",
    "neg": "negative",
    "abs": "absolute",
    "relu": "maximum",
}
_REDUCTIONS = {"sum": "row_sums", "max": "row_maxima", "excess": "excess"}
_ULP = 2.0**-52


class InPlaceWriter(Writer):
    """The same lines for speed: an array that is read for the last time receives the next one, the last is ``out``.

    The arrays come from ``array(shape)``, and are written before they are read. Right where all vectors have the same
    batch axes, so that all arrays with entries have one shape, of two axes. ``narrow`` is for results with fewer digits
    than float64: the inputs are copies then, and written to as well, unless they are of ``single_precision``.
    """

    def __init__(self, program: Program, taken: set[str], variant: Variant) -> None:
        super().__init__(for_speed(program), taken)
        self.narrow = variant.narrow
        self.owns_inputs = variant.narrow and not variant.single_precision

    def write(self) -> tuple[list[str], str]:
        order = steps(self.program.result, smallest_first=True)
        self.shared = {
            op.args[1] for op in order if op.head in ("div", "relative_excess") and _adds_exponentials(op.args[1])
        }
        self.buffers = self.named(_buffers(order, self.owns_inputs))
        made = [name for op, name in self.buffers.items() if op.head != "input"]
        inputs = {name for op, name in self.buffers.items() if op.head == "input"}
        used = sorted(dict.fromkeys(n for n in made if n not in inputs), key=lambda name: name != "result")
        self.lines = [f"{name} = array(shape)" for name in used]
        for op in order:
            if op in self.buffers and op.head != "input":
                self.assign(op, self.buffers[op])
            else:
                self.name(op)
        return self.lines, self.texts[self.program.result][0]

    def named(self, buffers: dict[Op, int]) -> dict[Op, str]:
        """Names for numbered buffers; that of the result is ``result``."""
        names = {buffers[self.program.result]: "result"} if self.program.result in buffers else {}
        names |= {number: str(op.data[0]) for op, number in buffers.items() if op.head == "input"}
        for number in buffers.values():
            names[number] = names.get(number) or self.fresh("t")
        return {op: names[number] for op, number in buffers.items()}

    def name(self, op: Op) -> None:
        """What has no buffer gets a name at once: it may read a buffer that is written again later."""
        text, level = self.text(op)
        if op.args:
            name = self.fresh(NAMES.get(op.head, "t"))
            self.lines.append(f"{name} = {text}")
            text, level = name, 9
        self.texts[op] = text, level

    def text(self, op: Op) -> tuple[str, int]:
        if op.head == "excess":
            return self.reduction(op), 9
        return super().text(op)

    def reduction(self, op: Op) -> str:
        if op.head not in _REDUCTIONS:
            return super().reduction(op)
        name = _REDUCTIONS[op.head]
        if op.head == "sum" and (self.narrow or op in self.shared):
            name = "rough_row_sums" if self.narrow else "share_sums"
        return self.help(name, self.texts[op.args[0]][0])

    def write_product_sums(self, op: Op) -> str:
        return self.help("product_sums", *(self.texts[a][0] for a in op.args))

    def write_relative_excess(self, op: Op) -> str:
        return self.help("relative_excess", *(self.texts[a][0] for a in op.args))

    def write_near_zero(self, op: Op) -> str:
        return self.help("near_zero", *(self.texts[a][0] for a in op.args), _ULP if self.narrow else BOUND)

    def assign(self, op: Op, name: str) -> None:
        """A line that writes into a buffer."""
        function, values = UFUNCS[op.head], [self.texts[a][0] for a in op.args]
        by_row = [not a.slots and a.head not in ("number", "constant", "length") for a in op.args]
        if op.head == "relu":
            values.append("0.0")
        if op.head == "exp":
            self.lines.append(self.help("exponentials", *values, name))
        elif is_share(op):
            self.lines.append(self.help("shares", *values, name))
        elif any(by_row):
            self.lines.append(self.help("rowwise", f"np.{function}", *values, name))
        else:
            self.lines.append(f"np.{function}({', '.join(values)}, out={name})")
        self.texts[op] = name, 9


class SingleWriter(Writer):
    """The lines for one row, an array of one axis: reductions give numbers."""

    def __init__(self, program: Program, taken: set[str]) -> None:
        super().__init__(for_speed(program), taken)

    def deserves_a_line(self, op: Op, uses: int, text: str) -> bool:
        return op.head in _REDUCTIONS or super().deserves_a_line(op, uses, text)

    def text(self, op: Op) -> tuple[str, int]:
        if op.head == "excess":
            return self.help("single_excess", self.texts[op.args[0]][0]), 9
        return super().text(op)

    def reduction(self, op: Op) -> str:
        name = {"sum": "add", "prod": "multiply", "max": "maximum", "min": "minimum"}[op.head]
        return f"np.{name}.reduce({self.texts[op.args[0]][0]})"

    def write_product_sums(self, op: Op) -> str:
        return f"{self.operand(op.args[0], 9)}.dot({self.texts[op.args[1]][0]})"

    def write_relative_excess(self, op: Op) -> str:
        return self.help("single_relative_excess", *(self.texts[a][0] for a in op.args))

    def write_near_zero(self, op: Op) -> str:
        return self.help("single_near_zero", *(self.texts[a][0] for a in op.args))

    def write_take(self, op: Op) -> str:
        return f"{self.operand(op.args[0], 9)}[{op.data[1]}]"


def _adds_exponentials(op: Op) -> bool:
    return op.head == "sum" and op.args[0].head == "exp"


def varying(order: list[Op]) -> set[Op]:
    """The operations whose results have the batch axes and entries: a vector enters them, and no reduction."""
    full: set[Op] = set()
    for op in order:
        if op.slots and (op.head == "input" or any(a in full for a in op.args)):
            full.add(op)
    return full


def _buffers(order: list[Op], inputs: bool) -> dict[Op, int]:
    """The numbers of the buffers that the results of operations go to; one that is not read any more is used again.

    With ``inputs`` those are buffers too.
    """
    last = {arg: k for k, op in enumerate(order) for arg in op.args}
    full = varying(order)
    found = {op: k for k, op in enumerate(op for op in order if op.head == "input" and op.slots)} if inputs else {}
    free: list[int] = []
    for k, op in enumerate(order):
        free += [found[a] for a in dict.fromkeys(op.args) if a in found and last[a] == k]
        if op.head in UFUNCS and op.slots and op in full:
            found[op] = free.pop() if free else max(found.values(), default=-1) + 1
    return found


def for_speed(program: Program) -> Program:
    """The program after the rules of this module."""
    done: dict[Op, Op] = {}
    order = steps(program.result)
    readers = Counter(arg for op in order for arg in op.args)
    for op in order:
        args = tuple(done[a] for a in op.args)
        again = op if args == op.args else Op(op.head, args, op.slots, op.data)
        lone = op.head == "mul" and is_share(op.args[1]) and readers[op.args[1]] == 1
        done[op] = _multiple(again) if lone else _rule(again)
    return Program(done[program.result], program.order, program.rank)


def _multiple(op: Op) -> Op:
    """``e*(c/sum(e))`` for ``c*(e/sum(e))``."""
    factor, (terms, total) = op.args[0], op.args[1].args
    return op if factor.slots else elementwise("mul", terms, elementwise("div", factor, total))


def _rule(op: Op) -> Op:
    if op.head == "log_parts" and (terms := _parted(*op.args)) is not None:
        slot = op.args[0].data[0]
        assert isinstance(slot, int)
        return elementwise("log1p", reduction("excess", terms, slot, terms.length(slot)))
    if op.head in ("log", "add") and (exponent := _log_sum(op)) is not None:
        return Op("near_zero", (op, exponent), op.slots)
    if op.head == "sum" and op.args[0].head == "mul" and all(a.slots == op.args[0].slots for a in op.args[0].args):
        return Op("product_sums", op.args[0].args, op.slots, op.data)
    return op


def _parted(whole: Op, rest: Op) -> Op | None:
    """The terms whose whole and broken parts are added up."""
    if whole.head == "sum" == rest.head and rest.args[0].head == "sub":
        terms, floor = rest.args[0].args
        if floor.head == "floor" and floor.args[0] == terms and whole.args[0] == floor:
            return terms
    return None


def _log_sum(op: Op) -> Op | None:
    """x, if the operation is ``log(sum(exp(x)))`` of an input, with a shift or without."""
    if op.head == "log":
        total, shift = op.args[0], None
    elif op.args[1].head == "log1p" and op.args[1].args[0].head == "excess":
        total, shift = op.args[1].args[0], op.args[0]
    else:
        return None
    if total.head not in ("sum", "excess") or total.args[0].head != "exp":
        return None
    exponent = total.args[0].args[0]
    if shift is not None:
        matches = exponent.head == "sub" and exponent.args[1] == shift and shift.head == "max"
        exponent = exponent.args[0] if matches and shift.args[0] == exponent.args[0] else exponent
        return exponent if matches and exponent.head == "input" else None
    return exponent if exponent.head == "input" and exponent.slots else None
