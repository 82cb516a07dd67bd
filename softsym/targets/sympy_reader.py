"""SymPy expressions read as expressions of the language; one method a SymPy class, and what has none is an error."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy

from softsym.definitions import FUNCTIONS
from softsym.errors import UnsupportedError, did_you_mean
from softsym.expression import Apply, Expr, Symbol, apply, as_expr, number, symbol, walk
from softsym.symbols import DEFAULT_KINDS, INDEX, LENGTH, REAL, VECTOR, Kind, Length, N

Node = Any
"""A SymPy object (SymPy has no types of its own)."""

_SCALAR_FUNCTIONS = {
    "exp": "exp", "log": "log", "Abs": "abs", "sign": "sign", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
}  # fmt: skip


def from_sympy(node: Node) -> Expr:
    """The expression of the language that a SymPy object is.

    A name has its default kind unless its assumptions say otherwise; a bound index of a ``Sum`` runs over 1..its upper
    limit, which fixes the length of the vectors that it indexes. Other base names are vectors of length N.

    Raises :class:`~softsym.errors.UnsupportedError` that names a node without a counterpart.

    >>> z, k, N = sympy.IndexedBase("z"), sympy.Symbol("k"), sympy.Symbol("N")
    >>> from_sympy(sympy.log(sympy.Sum(sympy.exp(z[k]), (k, 1, N))))
    log(sum(exp(z[k]), k))
    """
    reader = _Reader()
    return reader.read(reader.prepared(sympy.sympify(node, strict=True)))


class _Reader:
    """One method a class; ``ranges`` and ``vectors`` are the lengths of indices and vectors that the sums fix."""

    def __init__(self) -> None:
        self.ranges: dict[Node, Length] = {}
        self.vectors: dict[str, Length] = {}

    def prepared(self, root: Node) -> Node:
        """The expression with a symbol of its own for each bound index, whose ranges are noted."""
        root = self._apart(root, frozenset())
        entries = [(e.indices[0], str(e.base.label)) for e in root.atoms(sympy.Indexed)]
        for index, name in entries:
            reach = self.ranges.get(index)
            if reach is not None and self.vectors.setdefault(name, reach) != reach:
                raise UnsupportedError(f"the indices of {name} run over different lengths")
        for index, name in entries:
            if index.is_Symbol and name in self.vectors:
                self.ranges.setdefault(index, self.vectors[name])
        return root

    def _apart(self, node: Node, used: frozenset[str]) -> Node:
        if not node.args or isinstance(node, sympy.Indexed):
            return node
        for index, lower, upper in _limits(node):
            if lower != 1:
                raise UnsupportedError(f"a {type(node).__name__} from {lower}; the language's sums start at 1")
            taken = {s.name for s in node.free_symbols if s.is_Symbol} | used
            fresh = sympy.Dummy(_own_name(index.name, taken), integer=True, positive=True)
            self.ranges[fresh] = _length(upper)
            node, used = node.xreplace({index: fresh}), used | {fresh.name}
        return node.func(*(self._apart(arg, used) for arg in node.args))

    def read(self, node: Node) -> Expr:
        for kind in type(node).__mro__:
            method: Callable[[Node], Expr] | None = getattr(self, f"read_{kind.__name__}", None)
            if method is not None:
                return method(node)
        known = (name.removeprefix("read_") for name in dir(self) if name.startswith("read_"))
        word = type(node).__name__
        raise UnsupportedError(f"SymPy's {word} is not in the language: {node}; {did_you_mean(word, known, limit=30)}")

    # numbers and names

    def read_Rational(self, node: Node) -> Expr:
        return number(Fraction(int(node.p), int(node.q)))

    def read_Float(self, node: Node) -> Expr:
        return number(Fraction(str(node)))

    def read_Pi(self, node: Node) -> Expr:
        return symbol("pi")

    def read_Exp1(self, node: Node) -> Expr:
        return apply("exp", 1)

    def read_Infinity(self, node: Node) -> Expr:
        return symbol("oo")

    def read_NegativeInfinity(self, node: Node) -> Expr:
        return apply("neg", symbol("oo"))

    def read_Symbol(self, node: Node) -> Expr:
        return Symbol(_checked(node.name), self._kind(node))

    def _kind(self, node: Node) -> Kind:
        if node in self.ranges:
            return INDEX.at({"N": self.ranges[node]})
        default = DEFAULT_KINDS.get(node.name)
        if any(node.name in length.names for length in (*self.ranges.values(), *self.vectors.values())):
            return LENGTH
        if default is not None and (default.type in ("index", "length") or not node._assumptions_orig):
            return default if default.type != "vector" else REAL
        return Kind("scalar", _domain(node))

    def read_Indexed(self, node: Node) -> Expr:
        if len(node.indices) != 1:
            raise UnsupportedError(f"an entry with {len(node.indices)} indices: {node}; only vectors have names")
        return apply("item", self._vector(node.base), self._index(node.indices[0]))

    def _vector(self, base: Node) -> Expr:
        name = _checked(str(base.label))
        length = self.vectors.get(name, N)
        default = DEFAULT_KINDS.get(name, VECTOR)
        if default.type != "vector" or (default.domain == "distribution" and not base.label.is_positive):
            default = VECTOR
        if default.domain == "vector" and base.label.is_positive:
            default = Kind("vector", "positive vector", N)
        return Symbol(name, default.at({"N": length}))

    def _is_index(self, node: Node) -> bool:
        named = node.is_Symbol and (node in self.ranges or DEFAULT_KINDS.get(node.name, REAL).type == "index")
        return bool(named or (node.is_Integer and node >= 1))

    def _index(self, node: Node) -> Expr:
        if not (node.is_Symbol or (node.is_Integer and node >= 1)):
            raise UnsupportedError(f"the index {node}; an index is a name or a positive integer")
        if node.is_Symbol and node not in self.ranges:
            return Symbol(_checked(node.name), INDEX)
        return self.read(node)

    # arithmetic

    def read_Add(self, node: Node) -> Expr:
        first, *rest = sorted(node.as_ordered_terms(), key=lambda term: bool(term.could_extract_minus_sign()))
        total = self.read(first)
        for term in rest:
            minus = term.could_extract_minus_sign()
            total = apply("sub" if minus else "add", total, self.read(-term if minus else term))
        return total

    def read_Mul(self, node: Node) -> Expr:
        if node.could_extract_minus_sign():
            return apply("neg", self.read(-node))
        above, below = sympy.fraction(node)
        if below == 1:
            return reduce(lambda x, y: apply("mul", x, y), map(self.read, node.as_ordered_factors()))
        return apply("div", self.read(above), self.read(below))

    def read_Pow(self, node: Node) -> Expr:
        if node.exp == sympy.Rational(1, 2):
            return apply("sqrt", self.read(node.base))
        if node.exp.could_extract_minus_sign():
            return apply("div", 1, self.read(node.base**-node.exp))
        return apply("pow", self.read(node.base), self.read(node.exp))

    # functions

    def read_Function(self, node: Node) -> Expr:
        head = _SCALAR_FUNCTIONS.get(type(node).__name__)
        if head is None or len(node.args) != 1:
            word = type(node).__name__
            hint = did_you_mean(word, _SCALAR_FUNCTIONS)
            raise UnsupportedError(f"SymPy's function {word} is not in the language: {node}; {hint}")
        return apply(head, self.read(node.args[0]))

    def read_Max(self, node: Node) -> Expr:
        return apply("max", apply("list", *map(self.read, _sorted(node.args))))

    def read_Min(self, node: Node) -> Expr:
        return apply("min", apply("list", *map(self.read, _sorted(node.args))))

    def read_KroneckerDelta(self, node: Node) -> Expr:
        if all(map(self._is_index, node.args)):
            return apply("delta", *map(self._index, node.args))
        difference = apply("sub", *map(self.read, node.args))
        return apply("sub", 1, apply("abs", apply("sign", difference)))

    def read_Piecewise(self, node: Node) -> Expr:
        """Only ``x*log(y)``, and 0 where x = 0."""
        (first, condition), *rest = node.args
        if len(rest) == 1 and first == 0 and isinstance(condition, sympy.Eq) and condition.rhs == 0:
            log = sympy.cancel(rest[0][0] / condition.lhs)
            if isinstance(log, sympy.log) and rest[0][1] == sympy.true:
                return apply("xlogy", self.read(condition.lhs), self.read(log.args[0]))
        raise UnsupportedError(f"the language has no cases but those of xlogy: {node}")

    def read_Maximum(self, node: Node) -> Expr:
        function = node.args[0]
        return apply("max", self._vector_of(function.expr, function.variables[0]))

    # sums, products, derivatives and limits

    def read_Sum(self, node: Node) -> Expr:
        body = self.read(node.function)
        for index, *_ in node.limits:
            body = apply("sum", body, self.read(index))
        return body

    def read_Product(self, node: Node) -> Expr:
        if len(node.limits) > 1:
            raise UnsupportedError(f"a product over several indices: {node}; write it as products of products")
        return apply("prod", self._vector_of(node.function, node.limits[0][0]))

    def _vector_of(self, body: Node, index: Node) -> Expr:
        """The vector whose entry at the index is the body."""
        bound, entry = self.read(index), self.read(body)
        vector = _without_index(entry, bound)
        if any(part == bound for part in walk(vector)):
            raise UnsupportedError(f"the index {index} must stand only in entries such as z[{index}]: {body}")
        return vector if vector.shape else apply("mul", vector, apply("ones", _length_expr(self.ranges[index])))

    def read_Derivative(self, node: Node) -> Expr:
        names = [self.read(v) for v, count in node.variable_count for _ in range(int(count))]
        return apply("diff", self.read(node.expr), *names)

    def read_Limit(self, node: Node) -> Expr:
        body, name, point, _ = node.args
        return apply("limit", self.read(body), self.read(name), self.read(point))

    def read_MatrixBase(self, node: Node) -> Expr:
        if 1 not in node.shape:
            raise UnsupportedError(f"a {node.rows} by {node.cols} matrix; the language has lists of scalars only")
        return apply("list", *map(self.read, node))


def _limits(node: Node) -> list[Node]:
    """The (index, lower, upper) that a node binds, the outermost first."""
    if isinstance(node, sympy.Sum | sympy.Product):
        return [tuple(limit) for limit in reversed(node.limits)]
    if type(node).__name__ == "Maximum":
        return [(node.args[0].variables[0], 1, node.args[1])]
    return []


def _own_name(name: str, taken: set[str]) -> str:
    """The name itself, or one of k, l, m, ... if it is taken."""
    names: tuple[str, ...] = (name, *"klmij", *(f"k_{n}" for n in range(1, len(taken) + 2)))
    return next(n for n in names if n not in taken)


def _without_index(node: Expr, bound: Expr) -> Expr:
    """``exp(z[k])`` as ``exp(z)``: entries at the bound index become their vectors."""
    if not isinstance(node, Apply):
        return node
    if node.head == "item" and node.args[1:] == (bound,):
        return node.args[0]
    return apply(node.head, *(_without_index(arg, bound) for arg in node.args))


def _checked(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,31}", name) or name in FUNCTIONS:
        raise UnsupportedError(f"{name!r} cannot be a name of the language: letters, digits and _, at most 32")
    return name


def _length(upper: Node) -> Length:
    total = Length()
    for term in sympy.Add.make_args(upper):
        coefficient, rest = term.as_coeff_Mul()
        if not coefficient.is_Integer or not (rest == 1 or rest.is_Symbol):
            raise UnsupportedError(f"the length {upper}; a length is a name such as N or a number")
        part = Length.of(int(coefficient)) if rest == 1 else Length(((_checked(rest.name), int(coefficient)),))
        total = total + part
    return total


def _length_expr(length: Length) -> Expr:
    return as_expr(length.constant) if length.is_literal else symbol(next(iter(length.names)), LENGTH)


def _domain(node: Node) -> str:
    """The kind of a scalar that says most of what SymPy assumes of it."""
    default = DEFAULT_KINDS.get(node.name)
    if default is not None and default.type == "scalar" and not node._assumptions_orig:
        return default.domain
    for domain in ("integer", "positive", "negative", "nonnegative", "nonzero"):
        if getattr(node, f"is_{domain}"):
            return domain
    return "real"


def _sorted(args: Any) -> list[Node]:
    return sorted(args, key=sympy.default_sort_key)
