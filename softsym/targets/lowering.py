"""From a stable expression to the array program: every vector and every index gets a slot."""

from __future__ import annotations

from collections.abc import Callable

from softsym.errors import UnsupportedError
from softsym.expansion import expand
from softsym.expression import Apply, Expr, Number, Symbol, apply, free_symbols, walk
from softsym.stable import terms
from softsym.symbols import Length
from softsym.targets.program import Op, Program, constant, elementwise, joined, length, reduction

NATIVE = frozenset(("min", "relu", "dot"))
"""Defined functions that the program has operations for."""
_ELEMENTWISE = frozenset(("add", "sub", "mul", "div", "pow", "neg", "exp", "log", "abs", "sign", "relu", "xlogy"))


def lower(stable_form: Expr, indices: tuple[Symbol, ...] = ()) -> Program:
    """The program of a stable form; the free ``indices`` come first among the axes of its result.

    >>> from softsym import parse
    >>> program = lower(parse("exp(z - max(z))"))
    >>> program.result.head, program.order, program.rank
    ('exp', (0,), 1)
    """
    env = {index: slot for slot, index in enumerate(indices)}
    own = tuple(range(len(indices), len(indices) + len(stable_form.shape)))
    lowering = _Lowering()
    result = lowering.lower(expand(stable_form, NATIVE), env, own)
    order = (*env.values(), *own)
    return Program(result, order, max(lowering.rank, len(order)))


def index_names(expr: Expr) -> tuple[Symbol, ...]:
    """The free indices in the order in which they first appear."""
    free = free_symbols(expr)
    found = [n for n in walk(expr) if isinstance(n, Symbol) and n.kind.type == "index" and n in free]
    return tuple(dict.fromkeys(found))


Env = dict[Symbol, int]


class _Lowering:
    """One method for each kind of node; ``own`` are the slots along which the node's own entries lie."""

    def __init__(self) -> None:
        self.rank = 0

    def lower(self, node: Expr, env: Env, own: tuple[int, ...]) -> Op:
        self.rank = max([self.rank, *(s + 1 for s in own)])
        if isinstance(node, Number):
            return constant(node.value)
        if isinstance(node, Symbol):
            return self.symbol(node, env, own)
        assert isinstance(node, Apply)
        if node.head in _ELEMENTWISE:
            if self.misplaced(node, env, own):
                return self.moved(node, env, own)
            return elementwise(node.head, *(self.lower(a, env, own if a.shape else ()) for a in node.args))
        visit: Callable[[Apply, Env, tuple[int, ...]], Op] | None = getattr(self, f"lower_{node.head}", None)
        if visit is None:
            raise UnsupportedError(f"{node.head} has no array program")
        return visit(node, env, own)

    def symbol(self, node: Symbol, env: Env, own: tuple[int, ...]) -> Op:
        if node.kind.type == "vector":
            return Op("input", slots=((own[0], node.kind.vector_length),), data=(node.name, own[0]))
        if node.kind.type == "length":
            return length(Length.of(node.name))
        if node.kind.type == "index":
            return elementwise("add", self.position(node, env), constant(1))
        if node.kind.type == "constant":
            return Op("constant", data=(node.name,))
        return Op("input", data=(node.name, None))

    def fresh(self, node: Expr, env: Env, count: int = 1) -> tuple[int, ...]:
        """The first slots that no free index of the node lies on."""
        used = {env[s] for s in free_symbols(node) if s in env}
        found = [s for s in range(len(used) + count) if s not in used][:count]
        return tuple(found)

    def misplaced(self, node: Expr, env: Env, own: tuple[int, ...]) -> bool:
        """Whether a vector is asked for along another slot than the one where others want it too."""
        return len(own) == 1 and own != self.fresh(node, env)

    def moved(self, node: Expr, env: Env, own: tuple[int, ...]) -> Op:
        home = self.fresh(node, env)
        value = self.lower(node, env, home)
        if not value.has(home[0]):
            return value
        slots = joined(Op("", slots=tuple((own[0] if s == home[0] else s, n) for s, n in value.slots)))
        return Op("move", (value,), slots, (home[0], own[0]))

    def lower_sum(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        body = node.args[0]
        if len(node.args) == 1:
            slot = self.fresh(body, env)
            return reduction("sum", self.lower(body, env, slot), slot[0], body.shape[0])
        bound = node.args[1]
        assert isinstance(bound, Symbol)
        entries = _entries(node)
        if entries is not None:
            inside, names = entries
            free = {k: v for k, v in env.items() if k not in names}
            return self.lower(inside, free | dict(zip(names, own, strict=True)), ())
        outer = {s: env[s] for s in free_symbols(node) if s in env}
        slot = (next(s for s in range(99) if s not in {*outer.values(), *own}),)
        self.rank = max(self.rank, slot[0] + 1)
        value = self.lower(body, outer | {bound: slot[0]}, own)
        return reduction("sum", value, slot[0], bound.kind.vector_length)

    def reduce(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        vector = node.args[0]
        slot = self.fresh(vector, env)
        return reduction(node.head, self.lower(vector, env, slot), slot[0], vector.shape[0])

    lower_max = lower_min = lower_prod = reduce

    def lower_dot(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        return self.lower(apply("sum", terms.mul(*node.args)), env, own)

    def lower_len(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        return length(node.args[0].shape[0])

    def along(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        """A function of a vector that treats all its entries together."""
        if self.misplaced(node, env, own) and own:
            return self.moved(node, env, own)
        slot = own or self.fresh(node, env)
        value = self.filled(self.lower(node.args[0], env, slot), slot[0], node.args[0].shape[0])
        slots = value.slots if own else tuple(s for s in value.slots if s[0] != slot[0])
        return Op(node.head, (value,), slots, (slot[0],))

    lower_hardmax = lower_onehot_argmax = lower_sparsemax = lower_argmax_count = along

    def filled(self, value: Op, slot: int, size: Length) -> Op:
        """The value, repeated along the slot if it does not vary there."""
        return value if value.has(slot) else Op("fill", (value,), (*value.slots, (slot, size)), (slot, size))

    def position(self, index: Expr, env: Env) -> Op:
        """An index counted from 0, along its slot."""
        if isinstance(index, Number):
            return constant(index.value - 1)
        assert isinstance(index, Symbol)
        return _counter(env[index], index.kind.vector_length)

    def lower_delta(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        left, right = (self.position(a, env) for a in node.args)
        return constant(1) if left == right else elementwise("equal", left, right)

    def lower_basis(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        return elementwise("equal", _counter(own[0], node.shape[0]), self.position(node.args[0], env))

    def lower_identity(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        return elementwise("equal", *(_counter(s, n) for s, n in zip(own, node.shape, strict=True)))

    def lower_ones(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        return self.filled(constant(1), own[0], node.shape[0])

    def lower_diag(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        same = elementwise("equal", *(_counter(s, n) for s, n in zip(own, node.shape, strict=True)))
        return elementwise("select", same, self.lower(node.args[0], env, own[:1]))

    def lower_outer(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        rows, columns = node.args
        return elementwise("mul", self.lower(rows, env, own[:1]), self.vector(columns, env, own[1]))

    def vector(self, node: Expr, env: Env, slot: int) -> Op:
        """A vector along a slot, computed where it is wanted elsewhere too and then moved."""
        if isinstance(node, Apply) and self.misplaced(node, env, (slot,)):
            return self.moved(node, env, (slot,))
        return self.lower(node, env, (slot,))

    def lower_transpose(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        return self.lower(node.args[0], env, own[::-1])

    def lower_trace(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        first, second = self.fresh(node, env, 2)
        size = node.args[0].shape[0]
        value = self.diagonal(self.lower(node.args[0], env, (first, second)), first, second)
        return reduction("sum", value, first, size)

    def diagonal(self, value: Op, kept: int, other: int) -> Op:
        """The entries at which two slots agree, along the first."""
        if not value.has(other):
            return value
        if not value.has(kept):
            return Op("move", (value,), _renamed(value, other, kept), (other, kept))
        return Op("diagonal", (value,), tuple(s for s in value.slots if s[0] != other), (kept, other))

    def lower_matmul(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        left, right = node.args
        used = {*(env[s] for s in free_symbols(node) if s in env), *own}
        slot = next(s for s in range(99) if s not in used)
        factors = self.lower(left, env, (own[0], slot)), self.lower(right, env, (slot, *own[1:]))
        return reduction("sum", elementwise("mul", *factors), slot, right.shape[0])

    def lower_item(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        target, *indices = node.args
        taken: list[tuple[int, Expr]] = []
        slots: list[int] = []
        used = {env[s] for s in free_symbols(node) if s in env}
        for index in indices:
            direct = isinstance(index, Symbol) and env[index] not in slots and index not in free_symbols(target)
            slot = env[index] if direct else next(s for s in range(99) if s not in {*used, *slots})  # type: ignore[index]
            slots.append(slot)
            taken.append((slot, index))
        value = self.lower(target, env, tuple(slots))
        for (slot, index), size in zip(taken, target.shape, strict=True):
            value = self.taken(value, slot, index, env, size)
        return value

    def taken(self, value: Op, slot: int, index: Expr, env: Env, size: Length) -> Op:
        """The entry at an index along a slot."""
        if not value.has(slot):
            return value
        if isinstance(index, Number):
            return Op("take", (value,), tuple(s for s in value.slots if s[0] != slot), (slot, int(index.value) - 1))
        assert isinstance(index, Symbol)
        span = index.kind.vector_length
        if span != size:
            value = Op("resize", (value,), _resized(value, slot, span), (slot, span))
        return value if env[index] == slot else self.diagonal(value, env[index], slot)

    def lower_concat(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        parts = [self.filled(self.lower(a, env, own), own[0], a.shape[0]) for a in node.args]
        slots = _resized(Op("", slots=joined(*parts)), own[0], node.shape[0])
        return Op("concat", tuple(parts), slots, own)

    def lower_list(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        parts = [self.lower(a, env, ()) for a in node.args]
        slots = joined(*parts, Op("", slots=((own[0], Length.of(len(parts))),)))
        return Op("list", tuple(parts), slots, own)

    def lower_drop(self, node: Apply, env: Env, own: tuple[int, ...]) -> Op:
        vector, index = node.args
        size = vector.shape[0]
        if isinstance(index, Number):
            value = self.filled(self.lower(vector, env, own), own[0], size)
            return Op("drop", (value,), _resized(value, own[0], size - 1), (own[0], int(index.value) - 1))
        assert isinstance(index, Symbol)
        value = self.filled(self.lower(vector, env, own), own[0], size)
        slots = joined(Op("", slots=_resized(value, own[0], size - 1)), self.position(index, env))
        return Op("drop_each", (value, self.position(index, env)), slots, (own[0], env[index]))


def _entries(node: Apply) -> tuple[Expr, tuple[Symbol, ...]] | None:
    """The entries and their indices, where a sum only spells a vector or a matrix by them."""
    bound = node.args[1]
    assert isinstance(bound, Symbol)
    inside = terms.built_from(node)
    if inside is not None:
        return (inside, (bound,)) if node.shape[0] == bound.kind.vector_length else None
    inner = node.args[0]
    if not (isinstance(inner, Apply) and inner.head == "sum" and len(inner.args) == 2 and len(node.shape) == 2):
        return None
    body, column = inner.args
    assert isinstance(column, Symbol)
    unit = apply("outer", apply("basis", bound), apply("basis", column))
    if body == unit:
        return terms.ONE, (bound, column)
    if isinstance(body, Apply) and body.head == "mul" and body.args[0] == unit and not body.args[1].shape:
        return body.args[1], (bound, column)
    return None


def _counter(slot: int, size: Length) -> Op:
    return Op("counter", slots=((slot, size),), data=(slot, size))


def _renamed(value: Op, old: int, new: int) -> tuple[tuple[int, Length], ...]:
    return tuple(sorted((new if s == old else s, n) for s, n in value.slots))


def _resized(value: Op, slot: int, size: Length) -> tuple[tuple[int, Length], ...]:
    return tuple((s, size if s == slot else n) for s, n in value.slots)
