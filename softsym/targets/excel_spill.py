"""The visitor that prints an expression as one formula on whole arrays, which spills: the dialect excel365.

An index of the expression becomes an axis of the sheet where one is free, ``SUM(z*TRANSPOSE(y))`` for a double sum, and
else the variable of a ``LAMBDA``, ``SUM(MAP(SEQUENCE(ROWS(z)),LAMBDA(k,...)))``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from softsym.errors import UnsupportedError
from softsym.expansion import unfold
from softsym.expression import Apply, Expr, Number, Symbol, free_symbols
from softsym.language.reader import constant
from softsym.symbols import Length
from softsym.targets.excel_accurate import expm1_argument, is_at_most_one, log1p_argument
from softsym.targets.excel_printer import is_positive
from softsym.targets.excel_terms import ACROSS, DOWN, NUMBER, Axes, Term, Terms

_CALLS = {"exp": "EXP", "log": "LN", "abs": "ABS", "sign": "SIGN", "sinh": "SINH", "cosh": "COSH", "tanh": "TANH"}
_CALLS |= {"sqrt": "SQRT"}
_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


@dataclass(frozen=True, slots=True)
class Line:
    """All entries at once, along an axis."""

    axis: str
    length: Length


@dataclass(frozen=True, slots=True)
class Slot:
    """The entry whose number a term gives; ``number`` is set where it is known."""

    term: Term
    number: int | None = None


Position = Line | Slot
Positions = tuple[Position, ...]
Env = Mapping[Symbol, Position]
Body = Callable[[Position], Term]


class NoAxisError(Exception):
    """Both axes are in use: the outermost index must become the variable of a ``LAMBDA``."""


def axes_of(position: Position) -> Axes:
    """The axes that what stands at a position lies along."""
    return frozenset({position.axis}) if isinstance(position, Line) else position.term.axes


class ArrayPrinter:
    """Prints operators, functions of entries and reductions.

    ``inputs`` are the terms of the names; ``measures`` are inputs that have a length; ``native`` is the axis along
    which vectors lie and results spill; ``lengths`` are the values of the lengths that are known.
    """

    def __init__(
        self,
        inputs: Mapping[str, Term],
        measures: Mapping[str, Term],
        lengths: Mapping[str, int],
        terms: Terms,
        *,
        native: str = DOWN,
        accurate: bool = False,
    ) -> None:
        self.inputs, self.measures, self.lengths, self.terms = inputs, measures, lengths, terms
        self.native, self.accurate = native, accurate
        self.known: dict[tuple[object, ...], Term] = {}
        self.one, self.zero = terms.number(1, decided=True), terms.number(0, decided=True)

    def at(self, expr: Expr, positions: Positions, env: Env) -> Term:
        """The entries of ``expr`` at ``positions`` (none for a scalar)."""
        if isinstance(expr, Number):
            return self.terms.number(expr.value)
        if isinstance(expr, Symbol):
            return self.symbol(expr, positions, env)
        assert isinstance(expr, Apply)
        bound = frozenset((s, env[s]) for s in free_symbols(expr) if s.kind.type == "index")
        key = (expr, positions, bound)
        if key not in self.known:
            turned = self._turned(expr, positions, env)
            self.known[key] = self._apply(expr, positions, env) if turned is None else turned
        return self.known[key]

    def _turned(self, expr: Apply, positions: Positions, env: Env) -> Term | None:
        """A vector along the other axis: the native array transposed, so that it is computed once."""
        position = positions[0] if len(positions) == 1 else None
        if not isinstance(position, Line) or position.axis == self.native or self.outer_axes(expr, (), env):
            return None
        term = self.at(expr, (Line(self.native, position.length),), env)
        return self.flipped(term) if term.axes else term

    def _apply(self, expr: Apply, positions: Positions, env: Env) -> Term:
        kept = self.print_accurate(expr, positions, env) if self.accurate else None
        if kept is not None:
            return kept
        if expr.head in _INFIX:
            return self.terms.operate(_INFIX[expr.head], *self.entries(expr, positions, env))
        if expr.head in _CALLS:
            return self.terms.call(_CALLS[expr.head], *self.entries(expr, positions, env))
        visit = getattr(self, f"print_{expr.head}", None)
        if visit is not None:
            term: Term = visit(expr, positions, env)
            return term
        unfolded = unfold(expr)
        if unfolded is None:
            raise UnsupportedError(f"{expr.head} has no formula in spreadsheet functions: {expr}")
        return self.at(unfolded, positions, env)

    def entries(self, expr: Apply, positions: Positions, env: Env) -> list[Term]:
        """The arguments of a function of entries."""
        return [self.at(a, positions if a.shape else (), env) for a in expr.args]

    # names, indices and lengths

    def symbol(self, expr: Symbol, positions: Positions, env: Env) -> Term:
        if expr.kind.type == "constant":
            if expr.name == "pi":
                return self.terms.call("PI")
            raise UnsupportedError("oo is no number of a spreadsheet")
        if expr.kind.type == "length":
            return self.length(Length.of(expr.name))
        if expr.kind.type == "index":
            return self.index(env[expr])
        return self.entry(self.inputs[expr.name], positions[0]) if positions else self.inputs[expr.name]

    def entry(self, array: Term, position: Position) -> Term:
        """The entry of a vector, given as an array along its axis."""
        if isinstance(position, Slot):
            return self.terms.call("INDEX", array, position.term, axes=position.term.axes)
        return array if array.axes == {position.axis} else self.flipped(array)

    def flipped(self, array: Term) -> Term:
        """The array with rows and columns exchanged."""
        axes = frozenset({DOWN: ACROSS, ACROSS: DOWN}[a] for a in array.axes)
        return self.terms.call("TRANSPOSE", array, axes=axes)

    def index(self, position: Position) -> Term:
        """The numbers of the entries."""
        if isinstance(position, Slot):
            return position.term
        return self.sequence(position)

    def sequence(self, line: Line, *start_and_step: Term) -> Term:
        """1, 2, 3, ... along a line, or another start and step."""
        length, one = self.length(line.length), self.terms.number(1)
        sizes = [one, length] if line.axis == ACROSS else [length, one] if start_and_step else [length]
        return self.terms.call("SEQUENCE", *sizes, *start_and_step, axes=axes_of(line))

    def length(self, length: Length) -> Term:
        """A length by the sizes of the inputs that have it, so that no number is written into the formula."""
        terms = [self._length_name(name, factor) for name, factor in length.terms]
        total = terms[0] if terms else self.terms.number(length.constant)
        for term in terms[1:]:
            total = self.terms.operate("+", total, term)
        if terms and length.constant:
            sign = "+" if length.constant > 0 else "-"
            total = self.terms.operate(sign, total, self.terms.number(abs(length.constant)))
        return total

    def _length_name(self, name: str, factor: int) -> Term:
        if name in self.inputs:
            term = self.inputs[name]
        elif name in self.measures:
            measure = self.measures[name]
            term = self.terms.call("COLUMNS" if measure.axes == {ACROSS} else "ROWS", measure, axes=NUMBER)
        else:
            term = self.terms.number(Length.of(name).value(self.lengths))
        return term if factor == 1 else self.terms.operate("*", self.terms.number(factor), term)

    def full(self, term: Term, *lines: Line) -> Term:
        """The term as an array along exactly the lines: what is the same for all entries is repeated."""
        if term.axes - {line.axis for line in lines}:
            raise NoAxisError
        missing = [line for line in lines if line.axis not in term.axes]
        if not missing:
            return term
        if not term.axes:
            sizes = {line.axis: self.length(line.length) for line in missing}
            both = [sizes.get(axis, self.terms.number(1)) for axis in (DOWN, ACROSS)]
            return self.terms.call("SEQUENCE", *both, term, self.terms.number(0), axes=frozenset(sizes))
        return self.terms.make("*", term, self.sequence(missing[0], self.terms.number(1), self.terms.number(0)))

    # functions of entries

    def print_neg(self, expr: Apply, positions: Positions, env: Env) -> Term:
        return self.terms.negative(self.at(expr.args[0], positions, env))

    def print_pow(self, expr: Apply, positions: Positions, env: Env) -> Term:
        exponent = constant(expr.args[1])
        if exponent == 0:
            return self.terms.number(1)
        base, power = self.entries(expr, positions, env)
        if exponent == Fraction(1, 2):
            return self.terms.call("SQRT", base)
        raised = self.terms.operate("^", base, power)
        if exponent is not None or is_positive(expr.args[0]):
            return raised
        return self.unless_zero(power, self.terms.number(1), raised)  # a spreadsheet gives an error for 0^0

    def unless_zero(self, test: Term, value: Term, other: Term) -> Term:
        return self.terms.call("IF", self.terms.test("=", test, self.terms.number(0)), value, other)

    def print_xlogy(self, expr: Apply, positions: Positions, env: Env) -> Term:
        x, y = self.entries(expr, positions, env)
        return self.unless_zero(x, self.terms.number(0), self.terms.operate("*", x, self.terms.call("LN", y)))

    def print_relu(self, expr: Apply, positions: Positions, env: Env) -> Term:
        return self.positive_part(self.at(expr.args[0], positions, env))

    def positive_part(self, x: Term) -> Term:
        zero = self.terms.number(0)
        return self.terms.call("IF", self.terms.test(">", x, zero), x, zero)

    def print_sigmoid(self, expr: Apply, positions: Positions, env: Env) -> Term:
        """exp((x - abs(x))/2)/(1 + exp(-abs(x))), which overflows for no x."""
        x = self.at(expr.args[0], positions, env)
        size, one = self.terms.call("ABS", x), self.terms.number(1)
        half = self.terms.operate("/", self.terms.operate("-", x, size), self.terms.number(2))
        below = self.terms.operate("+", one, self.terms.call("EXP", self.terms.negative(size)))
        return self.terms.operate("/", self.terms.call("EXP", half), below)

    def print_softplus(self, expr: Apply, positions: Positions, env: Env) -> Term:
        x = self.at(expr.args[0], positions, env)
        if len(expr.args) == 1:
            return self.softplus(x)
        beta = self.at(expr.args[1], (), env)
        return self.terms.operate("/", self.softplus(self.terms.operate("*", beta, x)), beta)

    def print_log_sigmoid(self, expr: Apply, positions: Positions, env: Env) -> Term:
        x = self.at(expr.args[0], positions, env)
        return self.terms.negative(self.softplus(self.terms.negative(x)))

    def softplus(self, x: Term) -> Term:
        """log(1 + exp(x)) as its positive part and log1p, which is 2*artanh(t/(2 + t)) at t = exp(-abs(x))."""
        size = self.terms.call("ABS", x)
        part = self.terms.operate("/", self.terms.operate("+", x, size), self.terms.number(2))
        tail = self.terms.call("EXP", self.terms.negative(size))
        return self.terms.operate("+", part, self._small_log1p(tail))

    def _small_log1p(self, u: Term) -> Term:
        two = self.terms.number(2)
        ratio = self.terms.operate("/", u, self.terms.operate("+", two, u))
        return self.terms.operate("*", two, self.terms.call("ATANH", ratio))

    def print_accurate(self, expr: Apply, positions: Positions, env: Env) -> Term | None:
        """log(1 + u) and exp(t) - 1 with all their digits where they are small; else ``None``."""
        small = log1p_argument(expr)
        if small is not None:
            return self._log1p(self.at(small, positions if small.shape else (), env), is_at_most_one(small))
        found = expm1_argument(expr)
        if found is None:
            return None
        t = self.at(found[0], positions if found[0].shape else (), env)
        half = self.terms.call("TANH", self.terms.operate("/", t, self.terms.number(2)))
        above = self.terms.operate("+", self.terms.number(1), self.terms.call("EXP", t))
        return self.terms.operate("*", self.terms.negative(half) if found[1] else half, above)

    def _log1p(self, u: Term, is_small: bool) -> Term:
        if is_small:
            return self._small_log1p(u)
        one = self.terms.number(1)
        other = self.terms.call("LN", self.terms.operate("+", one, u))
        return self.terms.call("IF", self.terms.test("<", u, one), self._small_log1p(u), other)

    # reductions

    def outer_axes(self, expr: Expr, positions: Positions, env: Env) -> Axes:
        """The axes along which an expression, at positions, already lies."""
        bound = [env[s] for s in free_symbols(expr) if s.kind.type == "index" and s in env]
        return NUMBER.union(*(axes_of(p) for p in (*positions, *bound)))

    def reduce(self, name: str, body: Body, length: Length, outer: Axes, variable: str = "k") -> Term:
        """``SUM``, ``MAX``, ... of the body over an index, along a free axis or by the variable of a ``LAMBDA``."""
        other = ACROSS if self.native == DOWN else DOWN
        free = [axis for axis in (self.native, other) if axis not in outer]
        if not free:
            raise NoAxisError
        try:
            line = Line(free[0], length)
            return self._folded(name, body(line), line)
        except NoAxisError:
            if outer:
                raise
        k = self.terms.variable(variable)
        return self._mapped(name, body(Slot(k)), k, length)

    def _folded(self, name: str, term: Term, line: Line) -> Term:
        if line.axis not in term.axes:
            return self._repeated(name, term, line.length)
        if len(term.axes) == 1:
            is_partial = term.args[1:] == (self._reducer(name, line),)  # a sum of sums is the sum of all
            return self.terms.call(name, term.args[0] if is_partial else term, axes=NUMBER)
        along = "BYROW" if line.axis == ACROSS else "BYCOL"
        return self.terms.call(along, term, self._reducer(name, line), axes=term.axes - {line.axis})

    def _reducer(self, name: str, line: Line) -> Term:
        """``LAMBDA(line,SUM(line))``, one for each function."""
        key = ("reducer", name)
        if key not in self.known:
            part = self.terms.variable("line", axes_of(line))
            self.known[key] = self.terms.function([part], self.terms.call(name, part, axes=NUMBER))
        return self.known[key]

    def _repeated(self, name: str, term: Term, length: Length) -> Term:
        """The reduction of a term that is the same for every entry."""
        if name in ("MAX", "MIN"):
            return term
        sign, pair = ("^", (term, self.length(length))) if name == "PRODUCT" else ("*", (self.length(length), term))
        return term if term.value == (1 if name == "PRODUCT" else 0) else self.terms.operate(sign, *pair)

    def _mapped(self, name: str, term: Term, k: Term, length: Length) -> Term:
        if k not in term.variables and term is not k:
            return self._repeated(name, term, length)
        numbers = self.sequence(Line(DOWN, length))
        return self.terms.call(name, self.mapped(numbers, k, term), axes=NUMBER)

    def mapped(self, numbers: Term, k: Term, term: Term) -> Term:
        """The array of a term over the numbers of the entries."""
        return self.terms.call("MAP", numbers, self.terms.function([k], term), axes=numbers.axes)

    def reduced(self, name: str, v: Expr, env: Env) -> Term:
        """A reduction of all entries of a vector."""
        return self.reduce(name, lambda p: self.at(v, (p,), env), v.shape[0], self.outer_axes(v, (), env))

    def print_sum(self, expr: Apply, positions: Positions, env: Env) -> Term:
        if len(expr.args) == 1:
            return self.reduced("SUM", expr.args[0], env)
        body, bound = expr.args
        assert isinstance(bound, Symbol)
        return self.reduce(
            "SUM",
            lambda p: self.at(body, positions, {**env, bound: p}),
            bound.kind.vector_length,
            self.outer_axes(expr, positions, env),
            bound.name,
        )

    def print_max(self, expr: Apply, positions: Positions, env: Env) -> Term:
        return self.reduced("MAX", expr.args[0], env)

    def print_min(self, expr: Apply, positions: Positions, env: Env) -> Term:
        return self.reduced("MIN", expr.args[0], env)

    def print_prod(self, expr: Apply, positions: Positions, env: Env) -> Term:
        return self.reduced("PRODUCT", expr.args[0], env)

    def print_len(self, expr: Apply, positions: Positions, env: Env) -> Term:
        return self.length(expr.args[0].shape[0])
