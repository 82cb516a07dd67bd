"""The visitor that prints an expression at given positions as a piece of a formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import count

from softsym.errors import UnsupportedError
from softsym.expansion import unfold
from softsym.expression import Apply, Expr, Number, Symbol
from softsym.language.reader import constant
from softsym.symbols import Length
from softsym.targets.excel_accurate import expm1_argument, is_at_most_one, log1p_argument
from softsym.targets.excel_cells import (
    ADDITIVE,
    ATOM,
    MULTIPLICATIVE,
    SIGN,
    Along,
    At,
    CutError,
    InCell,
    Piece,
    Place,
    Position,
    ScatterError,
    literal_text,
)
from softsym.targets.excel_syntax import MAX_CHARACTERS, parse_reference

Env = Mapping[Symbol, Position]
Body = Callable[[Position], Piece]

_CALLS = {"exp": "EXP", "log": "LN", "abs": "ABS", "sign": "SIGN", "sinh": "SINH", "cosh": "COSH", "tanh": "TANH"}
_CALLS |= {"sqrt": "SQRT"}
_INFIX = {"add": ("+", ADDITIVE), "sub": ("-", ADDITIVE), "mul": ("*", MULTIPLICATIVE), "div": ("/", MULTIPLICATIVE)}
_LONGEST_INDEX_ARRAY = 64
_LONGEST_PIECE = 4 * MAX_CHARACTERS
"""A part that is longer is given up at once; what is a little too long is counted exactly at the end."""


def _decided(head: str, left: Piece, right: Piece) -> Piece | None:
    """The result where a zero or a one that an index decided leaves nothing to compute."""
    if head == "mul" and 0 in (left.value, right.value):
        return Piece("0", value=0)
    if head == "div" and left.value == 0:
        return left
    neutral = 1 if head in ("mul", "div") else 0
    if right.value == neutral:
        return left
    return right if left.value == neutral and head in ("mul", "add") else None


def is_positive(expr: Expr) -> bool:
    """Whether the base of a power is positive by its form, so that 0**0 cannot arise."""
    return (isinstance(expr, Apply) and expr.head == "exp") or (isinstance(expr, Number) and expr.value > 0)


def _is_range(piece: Piece) -> bool:
    return parse_reference(piece.text) is not None


class PiecePrinter:
    """Prints expressions on given places.

    ``lengths`` are the values of N, M, ...; ``measures`` are ranges that have these lengths. With ``accurate``,
    log(1 + u) and exp(t) - 1 are printed so that they keep their digits where they are small.
    """

    def __init__(
        self,
        places: Mapping[str, Place],
        lengths: Mapping[str, int],
        measures: Mapping[str, Place] | None = None,
        *,
        accurate: bool = False,
    ) -> None:
        self.places, self.lengths, self.measures = places, lengths, measures or {}
        self.accurate = accurate
        self.axes = count()
        self.arrays = 0  # how many SUMPRODUCTs stand around what is printed
        rows = [p.orientation for p in places.values() if p.orientation]
        self.orientation = "row" if rows and all(o == "row" for o in rows) else "column"

    def at(self, expr: Expr, positions: tuple[Position, ...], env: Env) -> Piece:
        """The entry of ``expr`` at ``positions`` (none for a scalar)."""
        if isinstance(expr, Number):
            return Piece(literal_text(expr.value))
        if isinstance(expr, Symbol):
            return self.symbol(expr, positions, env)
        assert isinstance(expr, Apply)
        if self.accurate:
            kept = self.print_accurate(expr, positions, env)
            if kept is not None:
                return kept
        if expr.head in _INFIX:
            return self.infix(expr, positions, env)
        if expr.head in _CALLS:
            return self.call(_CALLS[expr.head], self.at(expr.args[0], positions, env))
        visit = getattr(self, f"print_{expr.head}", None)
        if visit is not None:
            piece: Piece = visit(expr, positions, env)
            return piece
        unfolded = unfold(expr)
        if unfolded is None:
            raise UnsupportedError(f"{expr.head} has no formula in classic spreadsheet functions: {expr}")
        return self.at(unfolded, positions, env)

    # names and numbers

    def symbol(self, expr: Symbol, positions: tuple[Position, ...], env: Env) -> Piece:
        if expr.kind.type == "constant":
            if expr.name == "pi":
                return Piece("PI()")
            raise UnsupportedError("oo is no number of a spreadsheet")
        if expr.kind.type == "length":
            return self.length(Length.of(expr.name))
        if expr.kind.type == "index":
            return self.index(env[expr])
        place = self.places[expr.name]
        return self.vector(place, positions[0]) if positions else Piece(place.whole)

    def vector(self, place: Place, position: Position) -> Piece:
        if isinstance(position, At):
            return Piece(place.entry(position))
        if isinstance(position, InCell):
            if not place.orientation and len(place.cells) > 1:
                return Piece(f"CHOOSE({position.text},{','.join(place.cells)})")
            return Piece(f"INDEX({place.whole},{position.text})")
        if not place.orientation:
            raise ScatterError(position.axis)
        text = place.part(position.first, position.last)
        return Piece(text, ATOM, frozenset({position.axis}), place.orientation)

    def index(self, position: Position) -> Piece:
        if isinstance(position, At):
            return Piece(str(position.position))
        if isinstance(position, InCell):
            return Piece(position.text)
        if position.last - position.first >= _LONGEST_INDEX_ARRAY:
            raise ScatterError(position.axis)
        mark = ";" if self.orientation == "column" else ","
        numbers = mark.join(str(k) for k in range(position.first, position.last + 1))
        return Piece(f"{{{numbers}}}", ATOM, frozenset({position.axis}), self.orientation)

    def length(self, length: Length) -> Piece:
        """A length as the sizes of the ranges that have it, so that no number is written into the formula."""
        terms = [self._length_name(name, coefficient) for name, coefficient in length.terms]
        total = terms[0] if terms else Piece(str(length.constant))
        for term in terms[1:]:
            total = self.operate("add", total, term)
        if terms and length.constant:
            head = "add" if length.constant > 0 else "sub"
            total = self.operate(head, total, Piece(str(abs(length.constant))))
        return total

    def _length_name(self, name: str, coefficient: int) -> Piece:
        if name in self.places:
            piece = Piece(self.places[name].whole)
        else:
            place = self.measures.get(name)
            size = str(Length.of(name).value(self.lengths))
            piece = Piece(f"{'ROWS' if place.orientation == 'column' else 'COLUMNS'}({place.whole})" if place else size)
        return piece if coefficient == 1 else self.operate("mul", Piece(str(coefficient)), piece)

    # operators

    def join(self, text: str, level: int, *pieces: Piece) -> Piece:
        """A piece made of pieces, which must lie along the same axis and in the same direction."""
        if len(text) > _LONGEST_PIECE:
            raise UnsupportedError("the formula is far too long for a spreadsheet; lay its parts out in columns")
        axes = frozenset[int]().union(*(p.axes for p in pieces))
        directions = {p.orientation for p in pieces if p.orientation}
        if len(axes) > 1 or len(directions) > 1:
            raise ScatterError(max(axes))
        return Piece(text, level, axes, next(iter(directions), ""))

    def call(self, name: str, *pieces: Piece) -> Piece:
        return self.join(f"{name}({','.join(p.text for p in pieces)})", ATOM, *pieces)

    def infix(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        left, right = (self.at(a, positions if a.shape else (), env) for a in expr.args)
        return self.operate(expr.head, left, right)

    def operate(self, head: str, left: Piece, right: Piece) -> Piece:
        known = _decided(head, left, right)
        if known is not None:
            return known
        sign, level = _INFIX[head]
        second = right.within(level + 1 if right.level != SIGN else ATOM)
        return self.join(left.within(level) + sign + second, level, left, right)

    def print_neg(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        piece = self.at(expr.args[0], positions, env)
        return piece if piece.value == 0 else self.join("-" + piece.within(ATOM), SIGN, piece)

    def print_pow(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        exponent = constant(expr.args[1])
        if exponent == 0:
            return Piece("1")
        base = self.at(expr.args[0], positions if expr.args[0].shape else (), env)
        if exponent == Fraction(1, 2):
            return self.call("SQRT", base)
        power = self.at(expr.args[1], positions if expr.args[1].shape else (), env)
        text = f"({base.within(ATOM)}^{power.within(ATOM)})"
        if exponent is not None or is_positive(expr.args[0]):
            return self.join(text, ATOM, base, power)
        if base.axes or power.axes:  # IF is not evaluated as an array inside SUMPRODUCT
            shifted = f"({base.within(ADDITIVE)}+({power.text}=0)*(1-{base.within(MULTIPLICATIVE)}))"
            return self.join(f"({shifted}^{power.within(ATOM)})", ATOM, base, power)
        return Piece(f"IF({power.text}=0,1,{text})")  # a spreadsheet gives an error for 0^0

    # functions of entries that need more than one call

    def print_sigmoid(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        x = self.at(expr.args[0], positions, env)
        size = f"ABS({x.text})"
        text = f"EXP(({x.within(ADDITIVE)}-{size})/2)/(1+EXP(-{size}))"
        return self.join(text, MULTIPLICATIVE, x)

    def print_softplus(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        x = self.at(expr.args[0], positions, env)
        if len(expr.args) == 1:
            return self.softplus(x)
        beta = self.at(expr.args[1], (), env)
        return self.operate("div", self.softplus(self.operate("mul", beta, x)), beta)

    def print_log_sigmoid(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        x = self.at(expr.args[0], positions, env)
        positive = self.softplus(self.join("-" + x.within(ATOM), SIGN, x))
        return self.join("-" + positive.within(ATOM), SIGN, positive)

    def softplus(self, x: Piece) -> Piece:
        """log(1 + exp(x)) as its positive part and log1p, which is 2*artanh(t/(2 + t)) at t = exp(-abs(x))."""
        size = f"ABS({x.text})"
        tail = f"EXP(-{size})"
        text = f"({x.within(ADDITIVE)}+{size})/2+2*ATANH({tail}/(2+{tail}))"
        return self.join(text, ADDITIVE, x)

    def log1p(self, u: Piece, is_small: bool) -> Piece:
        """log(1 + u) for u >= 0: 2*artanh(u/(2 + u)) where u is small."""
        small = f"2*ATANH({u.within(MULTIPLICATIVE)}/(2+{u.within(ADDITIVE)}))"
        if is_small:
            return self.join(small, MULTIPLICATIVE, u)
        if not u.axes:
            return Piece(f"IF({u.within(ADDITIVE)}<1,{small},LN(1+{u.text}))")
        test = f"({u.within(ADDITIVE)}<1)"  # 1 or 0 as a factor, since IF is not evaluated as an array
        low, high = f"{u.within(MULTIPLICATIVE)}*{test}", f"{u.within(MULTIPLICATIVE)}*(1-{test})"
        return self.join(f"2*ATANH({low}/(2+{low}))+LN(1+{high})", ADDITIVE, u)

    def print_accurate(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece | None:
        small = log1p_argument(expr)
        if small is not None:
            return self.log1p(self.at(small, positions if small.shape else (), env), is_at_most_one(small))
        found = expm1_argument(expr)
        if found is None:
            return None
        t = self.at(found[0], positions if found[0].shape else (), env)
        half = f"{'-' if found[1] else ''}TANH({t.within(MULTIPLICATIVE)}/2)"
        return self.join(f"{half}*(1+EXP({t.text}))", MULTIPLICATIVE, t)

    def print_relu(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        return self.positive_part(self.at(expr.args[0], positions, env))

    def positive_part(self, x: Piece) -> Piece:
        if not x.axes:
            return Piece(f"MAX({x.text},0)")
        return self.join(f"({x.within(ADDITIVE)}+ABS({x.text}))/2", MULTIPLICATIVE, x)

    def print_xlogy(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        x, y = (self.at(a, positions if a.shape else (), env) for a in expr.args)
        if x.axes or y.axes:  # log(1) where x is 0, since IF is not evaluated as an array inside SUMPRODUCT
            inside = f"{y.within(ADDITIVE)}+({x.text}=0)*(1-{y.within(MULTIPLICATIVE)})"
            return self.join(f"{x.within(MULTIPLICATIVE)}*LN({inside})", MULTIPLICATIVE, x, y)
        return Piece(f"IF({x.text}=0,0,{x.within(MULTIPLICATIVE)}*LN({y.text}))")

    # reductions

    def spans(self, body: Body, first: int, last: int) -> list[tuple[Piece, int, int]]:
        """The body along the positions, in as few arrays as can be printed: (piece, the array's axis or -1, length)."""
        if first > last:
            return []
        if first == last:
            return [(body(At(first)), -1, 1)]
        axis = next(self.axes)
        try:
            piece = self.as_array(body, Along(axis, first, last))
        except CutError as cut:
            if cut.axis != axis:
                raise
            return self.spans(body, first, cut.last) + self.spans(body, cut.last + 1, last)
        except ScatterError as scatter:
            if scatter.axis != axis:
                raise
            return [(body(At(k)), -1, 1) for k in range(first, last + 1)]
        if axis in piece.axes:
            return [(piece, axis, last - first + 1)]
        return [(body(At(first)), -1, last - first + 1)]

    def as_array(self, body: Body, position: Along) -> Piece:
        self.arrays += 1
        try:
            return body(position)
        finally:
            self.arrays -= 1

    def total(self, body: Body, first: int, last: int) -> Piece:
        """The sum of the body over the positions."""
        terms = [self._sum_of(*span) for span in self.spans(body, first, last)]
        terms = [t for t in terms if t.value != 0] or [Piece("0", value=0)]
        if len(terms) > 2 and not any(t.axes for t in terms):
            return self.call("SUM", *terms)
        result = terms[0]
        for term in terms[1:]:
            result = self.operate("add", result, term)
        return result

    def _sum_of(self, piece: Piece, axis: int, length: int) -> Piece:
        if axis >= 0:
            return Piece(f"{'SUM' if _is_range(piece) else 'SUMPRODUCT'}({piece.text})")
        if length == 1 or piece.value == 0:
            return piece
        return Piece(str(length)) if piece.value == 1 else self.operate("mul", Piece(str(length)), piece)

    def extreme(self, name: str, body: Body, last: int) -> Piece:
        """``MAX`` or ``MIN`` of the body over the positions 1 to ``last``."""
        spans = self.spans(body, 1, last)
        outside = frozenset[int]().union(*(p.axes - {axis} for p, axis, _ in spans))
        if outside:
            raise ScatterError(max(outside))
        if len(spans) == 1 and spans[0][1] < 0:
            return spans[0][0]
        text = f"{name}({','.join(p.text for p, _, _ in spans)})"
        plain = all(axis < 0 or _is_range(p) for p, axis, _ in spans)
        return Piece(text if plain or self.arrays else f"SUMPRODUCT({text})")

    def size(self, expr: Expr) -> int:
        return expr.shape[0].value(self.lengths)

    def entries(self, expr: Expr, env: Env) -> Body:
        return lambda position: self.at(expr, (position,), env)

    def print_sum(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        if len(expr.args) == 1:
            return self.total(self.entries(expr.args[0], env), 1, self.size(expr.args[0]))
        body, bound = expr.args
        assert isinstance(bound, Symbol)
        last = bound.kind.vector_length.value(self.lengths)
        return self.total(lambda position: self.at(body, positions, {**env, bound: position}), 1, last)

    def print_max(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        return self.extreme("MAX", self.entries(expr.args[0], env), self.size(expr.args[0]))

    def print_min(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        return self.extreme("MIN", self.entries(expr.args[0], env), self.size(expr.args[0]))

    def print_prod(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        factors = [
            self._product_of(*s) for s in self.spans(self.entries(expr.args[0], env), 1, self.size(expr.args[0]))
        ]
        result = factors[0]
        for factor in factors[1:]:
            result = self.operate("mul", result, factor)
        return result

    def _product_of(self, piece: Piece, axis: int, length: int) -> Piece:
        if axis < 0:
            power = self.join(f"({piece.within(ATOM)}^{length})", ATOM, piece)
            return piece if length == 1 or piece.value == 1 else power
        text = f"PRODUCT({piece.text})"
        return Piece(text if _is_range(piece) or self.arrays else f"SUMPRODUCT({text})")

    def print_len(self, expr: Apply, positions: tuple[Position, ...], env: Env) -> Piece:
        return self.length(expr.args[0].shape[0])
