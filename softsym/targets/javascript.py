"""Expressions as JavaScript functions over numbers and arrays, printed from their overflow-free form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.resources import files

from softsym.errors import SoftsymError, UnsupportedError
from softsym.expansion import expand, unfold
from softsym.expression import Apply, Expr, Number, Symbol, as_expr, bound_by, free_symbols, length_expr, walk
from softsym.shapes import as_length
from softsym.stable import stable
from softsym.symbols import Length

ADDITIVE, PRODUCT, UNARY, POWER, ATOM = range(1, 6)
_INFIX = {"add": ("+", ADDITIVE), "sub": ("-", ADDITIVE), "mul": ("*", PRODUCT), "div": ("/", PRODUCT)}
_MATH = {"exp", "log", "sqrt", "abs", "sign", "sinh", "cosh", "tanh"}
_CALLS = {
    **{head: head for head in ("xlogy", "relu", "prod", "max", "min", "dot", "hardmax", "sparsemax", "drop")},
    **{head: head for head in ("delta", "diag", "outer", "transpose", "trace", "matmul")},
    "onehot_argmax": "first",
    "argmax_count": "count",
}
_WORDS = """arguments async await break case catch class const continue debugger default delete do else enum eval export
extends false finally for function if implements import in instanceof interface let new null package private
protected public return static super switch this throw true try typeof undefined var void while with yield
    Math Infinity NaN Array"""
_RESERVED = frozenset(_WORDS.split())

RUNTIME = (files("softsym.targets") / "runtime.js").read_text(encoding="utf-8")
"""The functions that the printed code calls, as ``$``; a name of the language has no ``$``."""


def to_javascript(expr: Expr | str, name: str = "f", *, naive: bool = False) -> str:
    """A JavaScript function of the expression's names, with what it needs, that runs anywhere.

    Vectors are arrays, matrices arrays of arrays; an index is from 1. The code is printed from the stable form;
    ``naive`` prints the definition as it stands, which overflows.

    Raises :class:`~softsym.errors.UnsupportedError` for a node that JavaScript has no form of.

    >>> print(to_javascript("lse(z, beta)").splitlines()[-1])
    }
    """
    return f"{RUNTIME}\n{function(expr, name, naive=naive)}"


def function(expr: Expr | str, name: str = "f", *, naive: bool = False) -> str:
    """The function alone; it calls :data:`RUNTIME`.

    >>> print(function("boltzmann(z, beta)", naive=True))
    function f(z, beta) {
      const t1 = $.exp($.mul(beta, z));
      return $.sum($.mul($.div(t1, $.sum(t1)), z));
    }
    """
    if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) or name in _RESERVED:
        raise SoftsymError(f"{name!r} cannot name a function in JavaScript; use letters, digits and _")
    given = as_expr(expr)
    form = expand(given) if naive else stable(given)
    printer = _Printer(form)
    lines = [f"const t{n} = {text};" for n, text in printer.temporaries()]
    lines.append(f"return {printer.text(form)};")
    used = set(re.findall(r"[\w$]+", " ".join(lines)))
    lengths = [f"const {spelled(n)} = {spelled(v)}.length;" for n, v in _told(given).items() if spelled(n) in used]
    lines = [*lengths, *lines]
    body = "\n".join(f"  {line}" for line in lines)
    return f"function {name}({', '.join(spelled(a) for a in arguments(given))}) {{\n{body}\n}}"


def arguments(expr: Expr) -> tuple[str, ...]:
    """The names that the function takes, in its order: vectors, then scalars, as they appear; lengths no vector tells.

    >>> from softsym import parse
    >>> arguments(parse("sum(z[k]*beta, k)/N"))
    ('z', 'beta')
    """
    free = free_symbols(expr)
    seen = [s for s in dict.fromkeys(walk(expr)) if isinstance(s, Symbol) and s in free and s.kind.type != "length"]
    seen.sort(key=lambda s: s.kind.type != "vector")  # the vectors as they appear, then the others as they appear
    lengths = {n for node in walk(expr) for length in (*node.shape, *_range(node)) for n in length.names}
    lengths |= {s.name for s in free if s.kind.type == "length"}
    return (*(s.name for s in seen), *sorted(lengths - {*_told(expr)}))


def _told(expr: Expr) -> dict[str, str]:
    """The names of lengths that a vector of the expression has, and the first such vector."""
    vectors = sorted(s.name for s in free_symbols(expr) if s.kind.type == "vector")
    kinds = {s.name: s.kind.vector_length for s in free_symbols(expr) if s.kind.type == "vector"}
    told: dict[str, str] = {}
    for vector in vectors:
        for name in kinds[vector].names:
            if kinds[vector] == Length.of(name):
                told.setdefault(name, vector)
    return dict(sorted(told.items()))


def _range(node: Expr) -> tuple[Length, ...]:
    return (node.kind.length,) if isinstance(node, Symbol) and node.kind.length is not None else ()


def spelled(name: str) -> str:
    """A name of the language as a name in JavaScript: reserved words get a ``$``."""
    return f"{name}$" if name in _RESERVED or re.fullmatch(r"t\d+", name) else name


class _Printer:
    """One method a head; parts that occur more than once, outside any binder, are computed once."""

    def __init__(self, root: Expr) -> None:
        self.shared: dict[Expr, str] = {}
        self.repeated = _repeated(root)

    def temporaries(self) -> Iterator[tuple[int, str]]:
        """The numbers and texts of the repeated parts, the smallest first."""
        for number, node in enumerate(sorted(self.repeated, key=lambda node: node.depth), start=1):
            text = self.text(node)
            self.shared[node] = f"t{number}"
            yield number, text

    def text(self, expr: Expr) -> str:
        return self.visit(expr)[0]

    def visit(self, expr: Expr) -> tuple[str, int]:
        if expr in self.shared:
            return self.shared[expr], ATOM
        if isinstance(expr, Number):
            return _literal(expr), ATOM
        if isinstance(expr, Symbol):
            return {"pi": "Math.PI", "oo": "Infinity"}.get(expr.name, spelled(expr.name)), ATOM
        assert isinstance(expr, Apply)
        method: Callable[..., tuple[str, int]] | None = getattr(self, f"visit_{expr.head}", None)
        if method is not None:
            return method(expr, *expr.args)
        if expr.head in _INFIX:
            return self._operator(expr, *expr.args)
        if expr.head in _MATH:
            return self._call(expr, expr.head)
        if expr.head in _CALLS:
            return f"$.{_CALLS[expr.head]}({self._listed(expr.args)})", ATOM
        unfolded = unfold(expr)
        if unfolded is None:
            raise UnsupportedError(f"there is no JavaScript for {expr.head!r}")
        return self.visit(unfolded)

    def at_least(self, expr: Expr, level: int) -> str:
        text, own = self.visit(expr)
        return text if own >= level else f"({text})"

    def _listed(self, args: tuple[Expr, ...]) -> str:
        return ", ".join(self.text(arg) for arg in args)

    def _call(self, expr: Apply, name: str) -> tuple[str, int]:
        return f"{'$' if expr.shape else 'Math'}.{name}({self._listed(expr.args[:1])})", ATOM

    def _operator(self, expr: Apply, left: Expr, right: Expr) -> tuple[str, int]:
        if expr.head == "sub" and right == as_expr(1) and isinstance(left, Apply) and left.head == "exp":
            return self._call(left, "expm1")
        if expr.shape:
            return f"$.{expr.head}({self.text(left)}, {self.text(right)})", ATOM
        sign, level = _INFIX[expr.head]
        return f"{self.at_least(left, level)} {sign} {self.at_least(right, level + 1)}", level

    def visit_log(self, expr: Apply, x: Expr) -> tuple[str, int]:
        if isinstance(x, Apply) and x.head == "add" and as_expr(1) in x.args and x not in self.shared:
            other = x.args[1] if x.args[0] == as_expr(1) else x.args[0]
            return f"{'$' if expr.shape else 'Math'}.log1p({self.text(other)})", ATOM
        return self._call(expr, "log")

    def visit_neg(self, expr: Apply, x: Expr) -> tuple[str, int]:
        return (f"$.neg({self.text(x)})", ATOM) if expr.shape else (f"-{self.at_least(x, ATOM)}", UNARY)

    def visit_pow(self, expr: Apply, x: Expr, y: Expr) -> tuple[str, int]:
        if expr.shape:
            return f"$.pow({self.text(x)}, {self.text(y)})", ATOM
        return f"{self.at_least(x, ATOM)} ** {self.at_least(y, ATOM)}", POWER

    def visit_item(self, expr: Apply, target: Expr, *indices: Expr) -> tuple[str, int]:
        places = [self.visit(i)[0] for i in indices]
        steps = [f"[{int(p) - 1}]" if p.isdigit() else f"[{p} - 1]" for p in places]
        return self.at_least(target, ATOM) + "".join(steps), ATOM

    def visit_list(self, expr: Apply, *args: Expr) -> tuple[str, int]:
        return f"[{self._listed(args)}]", ATOM

    def visit_sum(self, expr: Apply, body: Expr, index: Expr | None = None) -> tuple[str, int]:
        if isinstance(index, Symbol):
            size = self.text(length_expr(index.kind.vector_length))
            return f"$.sumOver({size}, ({spelled(index.name)}) => {self.text(body)})", ATOM
        return f"$.sum({self.text(body)})", ATOM

    def visit_len(self, expr: Apply, v: Expr) -> tuple[str, int]:
        return self.visit(length_expr(v.shape[0]))

    def visit_concat(self, expr: Apply, u: Expr, v: Expr) -> tuple[str, int]:
        return f"[...{self.at_least(u, ATOM)}, ...{self.at_least(v, ATOM)}]", ATOM

    def visit_ones(self, expr: Apply, n: Expr) -> tuple[str, int]:
        return f"$.fill({self.text(n)}, () => 1)", ATOM

    def visit_basis(self, expr: Apply, i: Expr, n: Expr | None = None) -> tuple[str, int]:
        return f"$.fill({self.text(length_expr(expr.shape[0]))}, ($k) => $.delta($k, {self.text(i)}))", ATOM

    def visit_identity(self, expr: Apply, n: Expr) -> tuple[str, int]:
        size = self.text(length_expr(as_length(n) or expr.shape[0]))
        return f"$.grid({size}, {size}, $.delta)", ATOM


def _repeated(root: Expr) -> list[Expr]:
    """The compound parts that depend on no bound index and stand in more than one place."""
    uses: Counter[Expr] = Counter()
    _count(root, frozenset(), uses)
    return [node for node, count in uses.items() if count > 1]


def _count(node: Expr, bound: frozenset[Symbol], uses: Counter[Expr]) -> None:
    """Count a part, and its own parts where it is first met: a part within a repeated one is not itself repeated."""
    if not isinstance(node, Apply):
        return
    if node.head not in ("neg", "item", "list") and not free_symbols(node) & bound:
        uses[node] += 1
        if uses[node] > 1:
            return
    inner = bound_by(node)
    for position, arg in enumerate(node.args):
        _count(arg, bound | {inner[1]} if inner is not None and position == inner[0] else bound, uses)


def _literal(expr: Number) -> str:
    value = expr.value
    return str(value.numerator) if value.denominator == 1 and value < 2**53 else repr(float(value))
