"""How a textbook writes each function of the language: expressions as trees of boxes, one visitor method a node."""

# ruff: noqa: RUF001 - mathematical signs and Greek letters are meant
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from softsym.entries import entry, fresh_index
from softsym.errors import UnsupportedError
from softsym.expression import Apply, Expr, Number, Symbol, length_expr, substitute, walk
from softsym.language import Chain, Statement
from softsym.language.printer import decimal_text, declarations
from softsym.shapes import literal
from softsym.symbols import Length
from softsym.targets.layout import Big, Box, Digits, Fence, Fraction, Ident, Op, Root, Row, Sub, Sup, Words, fenced, row

ADDITIVE, NEGATED, PREFIX, PRODUCT, POWER, CALL, ATOM = range(1, 8)
"""How tightly a formula's outermost part binds; a prefix, such as a sum, takes all factors on its right."""

_GREEK_NAMES = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi
chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"""
GREEK = dict(zip(_GREEK_NAMES.split(), "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ", strict=True))
RELATIONS = {"==": "=", "<=": "≤", ">=": "≥", "<": "<", ">": ">", "!=": "≠"}
TIMES, DOT, ODOT, MINUS = "\u2062", "⋅", "⊙", "−"
WORDS = {
    **{head: Ident(head, "upright") for head in ("log", "sign", "sinh", "cosh", "tanh", "logit", "mean", "max", "min")},
    **{head: Ident(head, "upright") for head in ("len", "centered", "diag", "hardmax", "normalize", "sparsemax")},
    "sigmoid": Ident("σ"),
    "log_sigmoid": row(Ident("log", "upright"), Ident("σ")),
    "relu": Ident("ReLU", "upright"),
    "trace": Ident("tr", "upright"),
    "onehot_argmax": Ident("onehot-argmax", "upright"),
    "entropy": Ident("H", "upright"),
    "cross_entropy": Ident("H", "upright"),
}
"""Functions written as a name and their arguments in parentheses."""

TEMPERED = {
    **{head: Ident(head, "upright") for head in ("softmax", "softmin", "mellowmax", "boltzmann", "softplus")},
    "lse": Ident("LSE", "upright"),
    "log_softmax": row(Ident("log", "upright"), Ident("softmax", "upright")),
    "logZ": row(Ident("log", "upright"), Ident("Z")),
}
"""Functions whose last argument is a parameter, written as a subscript."""

Placed = tuple[Box, int]


def boxes(given: Expr | Statement | Chain) -> Box:
    """The formula as boxes.

    Raises :class:`~softsym.errors.UnsupportedError` for a function that has no notation here.
    """
    if isinstance(given, Expr):
        return _Notation(_names(given)).box(given)
    chain = given.claim if isinstance(given, Statement) else given
    claim = _chain(chain)
    conditions = list(_conditions(given)) if isinstance(given, Statement) else []
    if not conditions:
        return claim
    parts: list[Box] = [claim, Words("where", gap=True), conditions[0]]
    for condition in conditions[1:]:
        parts += [Op(","), condition]
    return row(*parts)


def _names(*exprs: Expr) -> set[str]:
    return {node.name for expr in exprs for node in walk(expr) if isinstance(node, Symbol)}


def _chain(chain: Chain) -> Box:
    notation = _Notation(_names(*chain.sides))
    parts = [notation.box(chain.sides[0])]
    for relation, side in zip(chain.relations, chain.sides[1:], strict=True):
        parts += [Op(RELATIONS[relation], spaced=True), notation.box(side)]
    return row(*parts)


def _conditions(statement: Statement) -> Iterator[Box]:
    sides = [side for chain in (statement.claim, *statement.conditions) for side in chain.sides]
    for name, kind in declarations(*sides).items():
        if kind.type != "length":
            yield row(_name(name), Op(":"), Words(str(kind)))
    for chain in statement.conditions:
        yield _chain(chain)


def _name(name: str) -> Box:
    """A name in its usual type: Greek letters, a number at the end as a subscript, words upright.

    >>> _name("beta_1")
    Sub(base=Ident(text='β', style='italic'), script=Digits(text='1'))
    """
    match = re.fullmatch(r"(.*?[A-Za-z])_?(\d+)", name)
    if match:
        return Sub(_name(match[1]), Digits(match[2]))
    letter = GREEK.get(name, name)
    return Ident(letter, "italic" if len(letter) == 1 else "word")


class _Notation:
    """One visitor method a head; ``taken`` names are not given to a new index, ``open`` ones are bound around here."""

    def __init__(self, taken: set[str]) -> None:
        self.taken, self.in_script = taken, False
        self.open: set[str] = set()

    def box(self, expr: Expr) -> Box:
        return self.visit(expr)[0]

    def visit(self, expr: Expr) -> Placed:
        if isinstance(expr, Number):
            return _decimal(decimal_text(expr.value))
        if isinstance(expr, Symbol):
            return (Ident("∞") if expr.name == "oo" else _name(expr.name)), ATOM
        assert isinstance(expr, Apply)
        method: Callable[..., Placed] | None = getattr(self, f"visit_{expr.head}", None)
        if method is not None:
            return method(*expr.args)
        if expr.head in TEMPERED:
            return self._tempered(expr)
        if expr.head in WORDS:
            return self._call(WORDS[expr.head], *expr.args)
        raise UnsupportedError(f"there is no notation for {expr.head!r}")

    def at_least(self, expr: Expr, level: int) -> Box:
        inner, own = self.visit(expr)
        return inner if own >= level else fenced(inner)

    def script(self, expr: Expr) -> Box:
        outer, self.in_script = self.in_script, True
        inner = self.box(expr)
        self.in_script = outer
        return inner

    @contextmanager
    def bound(self, length: Length) -> Iterator[Symbol]:
        """A new index, not used for anything else while it is bound."""
        index = fresh_index(length, self.taken)
        self.taken.add(index.name)
        yield index
        self.taken.remove(index.name)

    def _call(self, name: Box, *args: Expr) -> Placed:
        return row(name, fenced(self._listed(*args))), CALL

    def _listed(self, *args: Expr) -> Box:
        parts: list[Box] = []
        for arg in args:
            parts += [*([Op(",")] if parts else []), self.box(arg)]
        return row(*parts)

    def _tempered(self, expr: Apply) -> Placed:
        name = TEMPERED[expr.head]
        if len(expr.args) == 1:
            return self._call(name, expr.args[0])
        words = name.items if isinstance(name, Row) else (name,)
        return self._call(row(*words[:-1], Sub(words[-1], self.script(expr.args[1]))), expr.args[0])

    # operators

    def visit_add(self, left: Expr, right: Expr) -> Placed:
        inner, level = self.visit(right)
        inner = fenced(inner) if level == NEGATED else inner
        return row(self.box(left), Op("+", spaced=True), inner), ADDITIVE

    def visit_sub(self, left: Expr, right: Expr) -> Placed:
        return row(self.box(left), Op(MINUS, spaced=True), self.at_least(right, PREFIX)), ADDITIVE

    def visit_neg(self, arg: Expr) -> Placed:
        inner, level = self.visit(arg)
        inner = inner if level >= PREFIX else fenced(inner)
        return row(Op(MINUS), inner), NEGATED if level != PREFIX else ADDITIVE

    def visit_mul(self, left: Expr, right: Expr) -> Placed:
        first, level = self.visit(left)
        if level in (ADDITIVE, PREFIX):
            first, level = fenced(first), ATOM
        second, last = self.visit(right)
        if last < PREFIX:
            second, last = fenced(second), ATOM
        sign = ODOT if left.shape and right.shape else _times(first, second)
        product = row(first, Op(sign, spaced=sign == ODOT), second)
        if last == PREFIX:
            return product, ADDITIVE if level == NEGATED else PREFIX
        return product, NEGATED if level == NEGATED else PRODUCT

    def visit_div(self, above: Expr, below: Expr) -> Placed:
        if isinstance(above, Apply) and above.head == "neg":
            inner, level = self.visit_div(above.args[0], below)
            return row(Op(MINUS), inner), NEGATED if level == PRODUCT else ADDITIVE
        if self.in_script:
            return row(self.at_least(above, PRODUCT), Op("/"), self.at_least(below, POWER)), PREFIX
        return Fraction(self.box(above), self.box(below)), PRODUCT

    def visit_pow(self, base: Expr, exponent: Expr) -> Placed:
        return Sup(self.at_least(base, ATOM), self.script(exponent)), POWER

    def visit_matmul(self, left: Expr, right: Expr) -> Placed:
        inner, level = self.visit(left)
        first = inner if level >= PRODUCT else fenced(inner)
        return row(first, Op(TIMES), self.at_least(right, POWER)), PRODUCT

    def visit_list(self, *args: Expr) -> Placed:
        return fenced(self._listed(*args), "[]"), ATOM

    def visit_item(self, target: Expr, *indices: Expr) -> Placed:
        inner = entry(target, *indices)
        if not (isinstance(inner, Apply) and inner.head == "item" and inner.args[0] == target):
            return self.visit(inner)
        return Sub(self.at_least(target, CALL), self._indices(*indices)), ATOM

    def _indices(self, *indices: Expr) -> Box:
        single = all((isinstance(i, Symbol) and len(i.name) == 1) or (literal(i) or 99) < 10 for i in indices)
        return row(*map(self.script, indices)) if single else self._listed(*indices)

    # scalar functions

    def visit_exp(self, x: Expr) -> Placed:
        exponent = self.script(x)
        if _has_big(exponent):
            return self._call(Ident("exp", "upright"), x)
        return Sup(Ident("e", "upright"), exponent), POWER

    def visit_log(self, x: Expr) -> Placed:
        inner, level = self.visit(x)
        if level == PREFIX and not self.in_script:
            return row(Ident("log", "upright"), inner), PREFIX
        return row(Ident("log", "upright"), fenced(inner)), CALL

    def visit_sqrt(self, x: Expr) -> Placed:
        return Root(self.box(x)), ATOM

    def visit_abs(self, x: Expr) -> Placed:
        return Fence("|", self.box(x), "|"), ATOM

    def visit_xlogy(self, x: Expr, y: Expr) -> Placed:
        sign = ODOT if x.shape and y.shape else TIMES
        log = row(Ident("log", "upright"), fenced(self.box(y)))
        return row(self.at_least(x, PRODUCT), Op(sign, spaced=sign == ODOT), log), PRODUCT

    # reductions

    def visit_sum(self, body: Expr, index: Expr | None = None) -> Placed:
        return self._over_index("∑", body, index)

    def visit_prod(self, body: Expr) -> Placed:
        return self._over_index("∏", body, None)

    def _over_index(self, sign: str, body: Expr, index: Expr | None) -> Placed:
        if isinstance(index, Symbol) and index.name not in self.open:
            self.open.add(index.name)
            found = self._big(sign, index, index.kind.vector_length, body)
            self.open.remove(index.name)
            return found
        if isinstance(index, Symbol):  # it hides an outer index, which reads badly
            with self.bound(index.kind.vector_length) as new:
                return self._big(sign, new, index.kind.vector_length, substitute(body, {index: new}))
        with self.bound(body.shape[0]) as new:
            return self._big(sign, new, body.shape[0], entry(body, new))

    def _big(self, sign: str, index: Symbol, length: Length, body: Expr) -> Placed:
        below = row(_name(index.name), Op("="), Digits("1"))
        return row(Big(sign, below, self.box(length_expr(length))), self.at_least(body, PREFIX)), PREFIX

    def visit_dot(self, u: Expr, v: Expr) -> Placed:
        return row(Sup(self.at_least(u, CALL), Op("⊤")), Op(TIMES), self.at_least(v, POWER)), PRODUCT

    def visit_norm(self, v: Expr, order: Expr) -> Placed:
        return Sub(Fence("‖", self.box(v), "‖"), self.script(order)), ATOM

    def visit_argmax_count(self, v: Expr) -> Placed:
        return Fence("|", self._call(Ident("argmax", "upright"), v)[0], "|"), ATOM

    # vectors and matrices

    def visit_concat(self, u: Expr, v: Expr) -> Placed:
        return fenced(row(self.box(u), Op(";"), self.box(v)), "[]"), ATOM

    def visit_drop(self, v: Expr, i: Expr) -> Placed:
        return Sub(self.at_least(v, CALL), row(Op("∖"), self.script(i))), POWER

    def visit_ones(self, n: Expr) -> Placed:
        return Sub(Ident("1", "bold"), self.script(n)), POWER

    def visit_basis(self, i: Expr, n: Expr | None = None) -> Placed:
        return Sub(Ident("e", "bold"), self.script(i)), POWER

    def visit_delta(self, i: Expr, j: Expr) -> Placed:
        return Sub(Ident("δ"), self._indices(i, j)), ATOM

    def visit_outer(self, u: Expr, v: Expr) -> Placed:
        return row(self.at_least(u, POWER), Op(TIMES), Sup(self.at_least(v, CALL), Op("⊤"))), PRODUCT

    def visit_identity(self, n: Expr) -> Placed:
        return Sub(Ident("I"), self.script(n)), POWER

    def visit_transpose(self, A: Expr) -> Placed:
        return Sup(self.at_least(A, CALL), Op("⊤")), POWER

    # information

    def visit_kl(self, p: Expr, q: Expr) -> Placed:
        name = Sub(Ident("D"), Ident("KL", "word"))
        return row(name, fenced(row(self.box(p), Op("∥", spaced=True), self.box(q)))), CALL

    def visit_expectation(self, p: Expr, f: Expr) -> Placed:
        return self._under(Ident("E", "blackboard"), p, f)

    def visit_variance(self, p: Expr, f: Expr) -> Placed:
        return self._under(Ident("Var", "upright"), p, f)

    def visit_covariance(self, p: Expr, f: Expr, g: Expr) -> Placed:
        return self._under(Ident("Cov", "upright"), p, f, g)

    def visit_moment(self, p: Expr, f: Expr, n: Expr) -> Placed:
        return row(Sub(Ident("μ"), self._listed(n, p)), fenced(self.box(f), "[]")), CALL

    def _under(self, name: Ident, p: Expr, *args: Expr) -> Placed:
        return row(Sub(name, self.script(p)), fenced(self._listed(*args), "[]")), CALL

    # calculus

    def visit_diff(self, f: Expr, *names: Expr) -> Placed:
        order = literal(names[-1])
        variables = names if order is None else names[:1] * order
        return self._derivative(f, [(v, variables.count(v)) for v in dict.fromkeys(variables)], len(variables))

    def visit_jacobian(self, f: Expr, z: Expr) -> Placed:
        return self._derivative(f, [(z, 1)], 1)

    def _derivative(self, f: Expr, variables: list[tuple[Expr, int]], order: int) -> Placed:
        sign = _power(Op("∂"), order)
        parts = [part for v, n in variables for part in (Op(TIMES), Op("∂"), _power(self.box(v), n))]
        below = row(*parts[1:])
        body, level = self.visit(f)
        if level >= CALL:
            return Fraction(row(sign, body), below), PRODUCT
        body = body if level >= PREFIX else fenced(body)
        return row(Fraction(sign, below), body), PREFIX

    def visit_grad(self, f: Expr, z: Expr) -> Placed:
        return row(Sub(Op("∇"), self.script(z)), self.at_least(f, CALL)), PREFIX

    def visit_hessian(self, f: Expr, z: Expr) -> Placed:
        return row(Sup(Sub(Op("∇"), self.script(z)), Digits("2")), self.at_least(f, CALL)), PREFIX

    def visit_limit(self, f: Expr, x: Expr, point: Expr) -> Placed:
        below = row(self.script(x), Op("→"), self.script(point))
        return row(Big("lim", below), self.at_least(f, PREFIX)), PREFIX


def _decimal(text: str) -> Placed:
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return Digits(text), ATOM
    sign = (Op(MINUS),) if exponent.startswith("-") else ()
    power = Sup(Digits("10"), row(*sign, Digits(exponent.lstrip("-"))))
    return (power, POWER) if mantissa == "1" else (row(Digits(mantissa), Op(DOT), power), PRODUCT)


def _power(base: Box, n: int) -> Box:
    return base if n == 1 else Sup(base, Digits(str(n)))


def _times(left: Box, right: Box) -> str:
    """A dot where factors side by side would read as one number or one word."""
    first, last = _outer(right, 0), _outer(left, -1)
    words = any(isinstance(b, Ident) and b.style == "word" for b in (last, first))
    return DOT if isinstance(first, Digits) or words else TIMES


def _outer(box: Box, side: int) -> Box:
    while True:
        if isinstance(box, Row):
            box = box.items[side]
        elif isinstance(box, Sub | Sup):
            box = box.base
        else:
            return box


def _has_big(box: Box) -> bool:
    if isinstance(box, Row):
        return any(_has_big(item) for item in box.items)
    if isinstance(box, Sup | Sub):
        return _has_big(box.base) or _has_big(box.script)
    return isinstance(box, Big) or (isinstance(box, Fence | Root) and _has_big(box.inner))
