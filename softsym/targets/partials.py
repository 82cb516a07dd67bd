"""Reductions from parts of a row: which can be taken together, and how those of two parts are those of both.

A sum, product, maximum or minimum of a row is that of its parts. A sum of ``exp(b*(x - m))`` with m the row's maximum
is so too, though each part has a maximum of its own: where a maximum rises from m to m', the part's sum is multiplied
by ``exp(b*(m - m'))``. The pairs (m, s) merge associatively, so that a row may be cut anywhere, and m and s take one
pass over the data. The factor is read off the program: it exists for every sum whose terms change by a factor that is
the same for all of them.

===============================  ======================================================================================
reduction                        merged
===============================  ======================================================================================
sum, prod, max, min              the same of the parts'
sum(e), e with factor f          sum(f*part)
sum(floor(e)), sum(e - floor(e)) f = 1: the sums of the parts'; otherwise all of a part goes to the second, f*(whole +
                                 rest): only whole + rest counts, and it is split so that 1 + something tiny is kept
===============================  ======================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from softsym.targets.program import REDUCTIONS, Op, Program, elementwise, steps
from softsym.targets.simplify import ONE, ZERO
from softsym.targets.stages import NEEDS_ALL

_LINEAR = frozenset(("add", "sub", "neg"))


@dataclass(frozen=True)
class Pass:
    """Reductions that one pass over the data gives.

    ``heads`` are those of ``plain``, the reductions whose terms are known; the terms of ``riders``, all sums, depend on
    maxima or minima among the former. ``factors`` tell how a rider's terms change when those, called ``old_k``, become
    ``new_k``; ``rests`` holds the places of the riders ``sum(e - floor(e))`` by those of their ``sum(floor(e))``.
    """

    heads: tuple[str, ...]
    names: tuple[str, ...]
    plain: Program
    riders: Program
    quick: Program
    factors: Program
    rests: tuple[tuple[int, int], ...]

    @property
    def rider_names(self) -> tuple[str, ...]:
        """The names of the riders' values."""
        return self.names[len(self.heads) :]


def passes(program: Program) -> tuple[tuple[Pass, ...], Program] | None:
    """The passes over a row, and the program of the result with the reductions as numbers by their names.

    ``None`` where an operation needs whole rows.

    >>> from softsym.targets.numpy import generated
    >>> from softsym import parse
    >>> [(p.heads, p.names) for p in passes(generated(parse("boltzmann(z, beta)")).program)[0]]
    [(('max',), ('r_0', 'r_1')), (('sum',), ('r_2',))]
    """
    order = steps(program.result)
    if program.rank != 1 or any(op.head in NEEDS_ALL for op in order):
        return None
    waiting = [op for op in order if op.head in REDUCTIONS]
    stem = _stem([str(op.data[0]) for op in order if op.head == "input"])
    known: dict[Op, Op] = {}
    found: list[Pass] = []
    while waiting:
        plain = [op for op in waiting if not _unknown(op.args[0], known)]
        shifts = [op for op in plain if op.head in ("max", "min")]
        riders = [op for op in waiting if op not in plain and _rides(op, shifts, known)]
        riders = [op for op in riders if _rest_of(op, riders) is not None or _whole_of(op, riders) or _homogeneous(op)]
        found.append(_pass(plain, riders, known, stem))
        waiting = [op for op in waiting if op not in known]
    return tuple(found), Program(replaced(program.result, known), program.order, 1)


def _unknown(op: Op, known: dict[Op, Op]) -> list[Op]:
    """The reductions inside an operation that are not known yet, the outermost ones."""
    if op in known:
        return []
    if op.head in REDUCTIONS:
        return [op]
    return [inner for arg in op.args for inner in _unknown(arg, known)]


def _rides(op: Op, shifts: list[Op], known: dict[Op, Op]) -> bool:
    """Whether a sum's terms wait for shifts alone, and change by a factor with them."""
    return (
        op.head == "sum" and set(_unknown(op.args[0], known)) <= set(shifts) and _factor(_terms(op), shifts) is not None
    )


def _terms(op: Op) -> Op:
    """What changes by a factor in a sum: e in ``sum(e)``, ``sum(floor(e))`` and ``sum(e - floor(e))``."""
    body = op.args[0]
    if body.head == "floor":
        return body.args[0]
    return body.args[0] if _is_rest(body) else body


def _is_rest(body: Op) -> bool:
    return body.head == "sub" and body.args[1].head == "floor" and body.args[1].args[0] == body.args[0]


def _homogeneous(op: Op) -> bool:
    return op.args[0].head != "floor" and not _is_rest(op.args[0])


def _rest_of(op: Op, riders: list[Op]) -> int | None:
    """The place of the other part of ``sum(floor(e))``."""
    if op.args[0].head != "floor":
        return None
    same = [n for n, other in enumerate(riders) if _is_rest(other.args[0]) and _terms(other) == _terms(op)]
    return same[0] if same else None


def _whole_of(op: Op, riders: list[Op]) -> bool:
    return _is_rest(op.args[0]) and any(o.args[0].head == "floor" and _terms(o) == _terms(op) for o in riders)


def _stem(names: list[str]) -> str:
    """The beginning of names for reductions that no other name contains."""
    stem = "r_"
    while any(stem in name for name in names):
        stem = f"r{stem}"
    return stem


def _pass(plain: list[Op], riders: list[Op], known: dict[Op, Op], stem: str) -> Pass:
    start = len(known)
    shifts = [op for op in plain if op.head in ("max", "min")]
    factors = [_factor(_terms(op), shifts) or ONE for op in riders]
    values = [replaced(op, known) for op in plain]
    names = tuple(f"{stem}{start + n}" for n in range(len(plain) + len(riders)))
    old = {shift: _number(f"old_{names[plain.index(shift)]}") for shift in shifts}
    new = {shift: _number(f"new_{names[plain.index(shift)]}") for shift in shifts}
    moved = [_moved(factor, old, new, known) for factor in factors]
    known |= {op: _number(name) for op, name in zip(plain, names, strict=False)}
    sums = [replaced(op, known) for op in riders]
    quick = [replaced(_quick(op), known) for op in riders]
    known |= {op: _number(name) for op, name in zip(riders, names[len(plain) :], strict=True)}
    pairs = tuple((n, rest) for n, op in enumerate(riders) if (rest := _rest_of(op, riders)) is not None)
    heads = tuple(op.head for op in plain)
    return Pass(heads, names, _tuple(values), _tuple(sums), _tuple(quick), _tuple(moved), pairs)


def _quick(op: Op) -> Op:
    """Of whole and broken parts, nothing and all."""
    if op.args[0].head == "floor":
        return ZERO
    return Op("sum", (_terms(op),), op.slots, op.data)


def _number(name: str) -> Op:
    return Op("input", data=(name, None))


def _tuple(ops: list[Op]) -> Program:
    return Program(Op("tuple", tuple(ops)), (), 1)


def replaced(op: Op, known: dict[Op, Op]) -> Op:
    """The operation with others in the place of some."""
    if op in known:
        return known[op]
    args = tuple(replaced(a, known) for a in op.args)
    return op if args == op.args else Op(op.head, args, op.slots, op.data)


_RISE = "rise"
"""A shift's new value less its old one, in a factor."""


def _moved(factor: Op, old: dict[Op, Op], new: dict[Op, Op], known: dict[Op, Op]) -> Op:
    """A factor with the shifts' values by their names."""
    if factor.head == _RISE:
        return elementwise("sub", new[factor.args[0]], old[factor.args[0]])
    if factor in known:
        return known[factor]
    args = tuple(_moved(a, old, new, known) for a in factor.args)
    return factor if args == factor.args else Op(factor.head, args, factor.slots, factor.data)


def _factor(op: Op, shifts: list[Op]) -> Op | None:
    """By what an operation is multiplied when shifts rise, if that is the same for all entries."""
    if not any(shift in _inside(op) for shift in shifts):
        return ONE
    if op.head == "exp":
        rise = _rise(op.args[0], shifts)
        return None if rise is None else elementwise("exp", rise)
    if op.head == "neg":
        return _factor(op.args[0], shifts)
    if op.head in ("mul", "div"):
        left, right = (_factor(a, shifts) for a in op.args)
        return None if left is None or right is None else elementwise(op.head, left, right)
    return None


def _rise(op: Op, shifts: list[Op]) -> Op | None:
    """What is added to an operation when shifts rise, if that is the same for all entries."""
    if op in shifts:
        return Op(_RISE, (op,))
    if not any(shift in _inside(op) for shift in shifts):
        return ZERO
    parts = [_rise(a, shifts) for a in op.args]
    if op.head in _LINEAR and None not in parts:
        return elementwise(op.head, *(p for p in parts if p is not None))
    if op.head in ("mul", "div"):
        for place in (0, 1) if op.head == "mul" else (0,):
            moving, other = parts[place], op.args[1 - place]
            if moving is not None and parts[1 - place] == ZERO and not other.slots:
                return elementwise(op.head, *((moving, other) if place == 0 else (other, moving)))
    return None


def _inside(op: Op) -> Iterator[Op]:
    return iter(steps(op))
