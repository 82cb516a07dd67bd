"""Expressions of the language: immutable trees that know their shape.

There are three node classes. A :class:`Number` is a nonnegative decimal, a :class:`Symbol` a name with its kind, and an
:class:`Apply` an operator or a function of :mod:`softsym.definitions` with its arguments. :func:`apply` is the only way
to make the last; it checks the arguments, so an expression that exists is well-formed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from softsym.errors import ShapeError
from softsym.shapes import Shape, shape_of
from softsym.symbols import DEFAULT_KINDS, Kind, Length

if TYPE_CHECKING:
    import sympy

MAX_DEPTH = 150
"""Expressions nest no deeper, so that no walk over one exhausts Python's stack."""

Operand: TypeAlias = "Expr | int | float | Fraction"


class Expr:
    """An expression of the language. Arithmetic on expressions builds expressions; ``==`` compares their structure.

    >>> import softsym as ss
    >>> z, i = ss.vector("z"), ss.index("i")
    >>> (ss.softmax(z, ss.beta)[i] + 1) / 2
    (softmax(z, beta)[i] + 1)/2
    """

    # A subclass sets these; they are fields rather than properties since every walk reads them.
    depth: int
    shape: Shape

    def __add__(self, other: Operand) -> Expr:
        return apply("add", self, other)

    def __radd__(self, other: Operand) -> Expr:
        return apply("add", other, self)

    def __sub__(self, other: Operand) -> Expr:
        return apply("sub", self, other)

    def __rsub__(self, other: Operand) -> Expr:
        return apply("sub", other, self)

    def __mul__(self, other: Operand) -> Expr:
        return apply("mul", self, other)

    def __rmul__(self, other: Operand) -> Expr:
        return apply("mul", other, self)

    def __truediv__(self, other: Operand) -> Expr:
        return apply("div", self, other)

    def __rtruediv__(self, other: Operand) -> Expr:
        return apply("div", other, self)

    def __pow__(self, other: Operand) -> Expr:
        return apply("pow", self, other)

    def __rpow__(self, other: Operand) -> Expr:
        return apply("pow", other, self)

    def __matmul__(self, other: Expr) -> Expr:
        return apply("matmul", self, other)

    def __neg__(self) -> Expr:
        return apply("neg", self)

    def __getitem__(self, index: Operand | tuple[Operand, ...]) -> Expr:
        return apply("item", self, *(index if isinstance(index, tuple) else (index,)))

    def __iter__(self) -> Iterator[Expr]:
        raise TypeError("an expression is not iterable: its length may be symbolic; take entries as z[i] or z[1]")

    def __bool__(self) -> bool:
        raise TypeError("an expression has no truth value: softsym.check decides statements about it")

    def __str__(self) -> str:
        from softsym.language.printer import to_text

        return to_text(self)

    def __repr__(self) -> str:
        return str(self)

    def _repr_latex_(self) -> str:
        from softsym.targets.latex import to_latex

        return f"$\\displaystyle {to_latex(self)}$"

    def _repr_html_(self) -> str:
        from softsym.page.cards import expression_card

        return expression_card(self)

    def _repr_markdown_(self) -> str:
        from softsym.page.cards import expression_markdown

        return expression_markdown(self)

    def to_sympy(self, lengths: dict[str, int] | None = None) -> sympy.Basic:
        """This expression in plain SymPy, with Sum, Indexed and KroneckerDelta; plain symbols for given ``lengths``.

        >>> import softsym as ss
        >>> ss.parse("lse(z)").to_sympy()
        log(Sum(exp(z[k]), (k, 1, N)))
        >>> ss.parse("lse(z)").to_sympy({"N": 2})
        log(exp(z1) + exp(z2))
        """
        from softsym.targets.sympy import to_sympy

        return to_sympy(self, lengths or {})


@dataclass(frozen=True, repr=False)
class Number(Expr):
    """A nonnegative number with a finite decimal expansion; other rationals are quotients, negative ones negations."""

    value: Fraction
    depth: int = field(default=1, compare=False)
    shape: Shape = field(default=(), compare=False)


@dataclass(frozen=True, repr=False)
class Symbol(Expr):
    """A name of the language with its kind."""

    name: str
    kind: Kind
    depth: int = field(default=1, compare=False)

    @cached_property
    def shape(self) -> Shape:  # type: ignore[override]
        return (self.kind.vector_length,) if self.kind.type == "vector" else ()


@dataclass(frozen=True, repr=False)
class Apply(Expr):
    """An operator or function ``head`` applied to ``args``; made by :func:`apply`."""

    head: str
    args: tuple[Expr, ...]
    shape: Shape = field(compare=False)
    depth: int = field(compare=False)

    @cached_property
    def _hash(self) -> int:
        return hash((self.head, self.args))

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def free(self) -> frozenset[Symbol]:
        """See :func:`free_symbols`; kept, since results share their parts."""
        bound = bound_by(self)
        found: set[Symbol] = set()
        for position, arg in enumerate(self.args):
            if bound is None:
                found |= free_symbols(arg)
            elif position == bound[0]:
                found |= free_symbols(arg) - {bound[1]}
            elif position > 1:
                found |= free_symbols(arg)
        return frozenset(found)


def apply(head: str, *args: Operand | str) -> Expr:
    """The expression ``head(*args)``, its arguments checked.

    Raises :class:`~softsym.errors.ShapeError` if a function gets too few, too many or unfit arguments.
    """
    operands = tuple(as_expr(a) for a in args)
    depth = 1 + max((a.depth for a in operands), default=0)
    if depth > MAX_DEPTH:
        raise ShapeError(f"the expression nests deeper than {MAX_DEPTH} levels; name a part of it or split it")
    return Apply(head, operands, shape_of(head, operands), depth)


def as_expr(value: Any) -> Expr:
    """``value`` as an expression: numbers become exact (a float becomes the decimal that Python prints for it).

    >>> as_expr(0.1), as_expr([1, "lse(z)"])
    (0.1, [1, lse(z)])
    """
    if isinstance(value, Expr):
        return value
    if isinstance(value, str):
        from softsym.language import parse_expression

        return parse_expression(value)
    if isinstance(value, list | tuple):
        return apply("list", *value)
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise ShapeError(f"{value!r} is not an expression; give an Expr, a number or a text of the language")
    return number(Fraction(repr(value)) if isinstance(value, float) else Fraction(value))


def number(value: Fraction | int) -> Expr:
    """The expression of a rational number.

    >>> number(Fraction(-1, 3)), number(Fraction(1, 4))
    (-1/3, 0.25)
    """
    value = Fraction(value)
    if value < 0:
        negated = number(-value)
        if isinstance(negated, Apply):  # -1/3 reads as (-1)/3
            return apply("div", apply("neg", negated.args[0]), negated.args[1])
        return apply("neg", negated)
    odd = value.denominator
    for prime in (2, 5):
        while odd % prime == 0:
            odd //= prime
    if odd == 1:
        return Number(value)
    return apply("div", Number(Fraction(value.numerator)), Number(Fraction(value.denominator)))


def symbol(name: str, kind: Kind | None = None) -> Symbol:
    """The name with its kind, or with the kind that the language gives it by default."""
    if kind is None and name not in DEFAULT_KINDS:
        raise ShapeError(f"the name {name!r} has no default kind; declare one")
    return Symbol(name, kind or DEFAULT_KINDS[name])


def length_expr(length: Length) -> Expr:
    """A length as a scalar expression.

    >>> length_expr(Length.of("N") + Length.of("M") - 1)
    N + M - 1 where M: length
    """
    terms = [(Symbol(n, DEFAULT_KINDS["N"]), c) for n, c in length.terms]
    parts: list[Expr] = [s if c == 1 else apply("mul", number(c), s) for s, c in terms]
    if not parts:
        return number(length.constant)
    total = parts[0]
    for part in parts[1:]:
        total = apply("add", total, part)
    if length.constant:
        total = apply("add" if length.constant > 0 else "sub", total, number(abs(length.constant)))
    return total


def bound_by(node: Expr) -> tuple[int, Symbol] | None:
    """The argument position and the name that a node binds in it: ``sum(body, k)``, ``limit(body, x, point)``."""
    if isinstance(node, Apply) and len(node.args) > 1 and node.head in ("sum", "limit"):
        name = node.args[1]
        if isinstance(name, Symbol):
            return 0, name
    return None


def walk(node: Expr) -> Iterator[Expr]:
    """Every node of the tree, parents first."""
    stack = [node]
    while stack:
        top = stack.pop()
        yield top
        if isinstance(top, Apply):
            stack.extend(reversed(top.args))


def free_symbols(node: Expr) -> frozenset[Symbol]:
    """The names that a value must be given to before the expression has one.

    >>> import softsym as ss
    >>> sorted(s.name for s in free_symbols(ss.parse("sum(beta*z[k], k)")))
    ['beta', 'z']
    """
    if isinstance(node, Symbol):
        return frozenset() if node.kind.type == "constant" else frozenset({node})
    return node.free if isinstance(node, Apply) else frozenset()


def substitute(node: Expr, values: dict[Symbol, Expr]) -> Expr:
    """The expression with names replaced, none of them captured by a bound index or limit variable.

    Raises :class:`~softsym.errors.ShapeError` where a derivative would see a value vary that it takes for a constant.
    """
    if not values:
        return node
    if isinstance(node, Symbol):
        return values.get(node, node)
    if not isinstance(node, Apply):
        return node
    if _varies(node, values):
        given = ", ".join(f"{k.name} = {v}" for k, v in values.items())
        raise ShapeError(f"{node} with {given} is another derivative; give the names in it others first")
    bound = bound_by(node)
    if bound is None:
        return with_args(node, tuple(substitute(a, values) for a in node.args))
    position, name = bound
    inner = {k: v for k, v in values.items() if k != name}
    body, binder = node.args[position], name
    if any(name in free_symbols(v) for k, v in inner.items() if k in free_symbols(body)):
        binder = _fresh(name, free_symbols(body).union(*(free_symbols(v) for v in inner.values())))
        body = substitute(body, {name: binder})
    rest = tuple(substitute(a, values) for a in node.args[2:])
    return with_args(node, (substitute(body, inner), binder, *rest))


DERIVATIVES = frozenset(("diff", "grad", "jacobian", "hessian"))
CALCULUS = DERIVATIVES | {"limit"}


def has_calculus(expr: Expr) -> bool:
    """Whether there is a derivative or a limit in the expression."""
    return any(isinstance(node, Apply) and node.head in CALCULUS for node in walk(expr))


def differentiated_by(node: Expr) -> frozenset[Symbol]:
    """The scalars and vectors that a node differentiates by.

    >>> z = Symbol("z", Kind("vector", "vector", Length.of("N")))
    >>> [s.name for s in differentiated_by(apply("grad", apply("sum", z), z))]
    ['z']
    """
    if not isinstance(node, Apply) or node.head not in DERIVATIVES:
        return frozenset()
    return frozenset(s for by in node.args[1:] for s in free_symbols(by) if s.kind.type != "index")


def _varies(node: Apply, values: dict[Symbol, Expr]) -> bool:
    """Whether a value depends on what a node will differentiate by, and stands for what does not."""
    by = differentiated_by(node)
    new = frozenset[Symbol]().union(*(free_symbols(values.get(s, s)) for s in by))
    others = free_symbols(node.args[0]) - by if by else ()
    return len(new) < len(by) or any(free_symbols(values.get(s, s)) & new for s in others)


def with_args(node: Apply, args: tuple[Expr, ...]) -> Expr:
    """The node with other arguments; the node itself where they are the same.

    >>> t = Symbol("t", Kind("scalar", "real"))
    >>> print(with_args(t + 1, (t, number(2))))
    t + 2
    """
    return node if args == node.args else apply(node.head, *args)


def flattened(expr: Expr, head: str) -> list[Expr]:
    """The terms of sums of sums, or the factors of products of products, in their order.

    >>> t = Symbol("t", Kind("scalar", "real"))
    >>> print(*flattened(2 * t * apply("exp", t), "mul"))
    2 t exp(t)
    """
    if isinstance(expr, Apply) and expr.head == head:
        return [part for arg in expr.args for part in flattened(arg, head)]
    return [expr]


def exchanged(node: Expr, part: Expr, by: Expr) -> Expr:
    """The expression with another in the place of a part, wherever that stands, except inside a derivative by a name of
    it; what else binds a name of it is not seen.

    >>> t = Symbol("t", Kind("scalar", "real"))
    >>> print(exchanged(apply("exp", t) + apply("exp", t) ** 2, apply("exp", t), t))
    t + t**2
    """
    if node == part:
        return by
    if not isinstance(node, Apply) or differentiated_by(node) & free_symbols(part):
        return node
    return with_args(node, tuple(exchanged(a, part, by) for a in node.args))


def _fresh(name: Symbol, taken: frozenset[Symbol]) -> Symbol:
    names = {s.name for s in taken}
    candidates = "ijklm" if name.kind.type == "index" else ""
    options = [*candidates, *(f"{name.name}_{n}" for n in range(1, len(names) + 2))]
    return Symbol(next(o for o in options if o not in names), name.kind)
