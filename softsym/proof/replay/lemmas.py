"""Known inequalities: what the quantities of each must satisfy, and the quantity that it says is >= 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from softsym.expression import Apply, Expr, Number, Symbol, apply, number, substitute
from softsym.language import Chain
from softsym.proof.replay.setting import Setting, gap, links
from softsym.signs import UP
from softsym.symbols import Length

Lemma: TypeAlias = "Callable[..., tuple[Expr, bool] | None]"
"""The quantity and whether it is > 0; ``None`` if the lemma does not apply."""
PLACES = 6
"""The entries of a vector that are tried by their number, besides those at named indices."""


def _given(s: Setting, quantity: Expr) -> tuple[Expr, bool] | None:
    known = [(q, strict) for whole, strict in s.known() for q in values(s, whole)]
    known += [(1 - Symbol(n, k), False) for n, k in s.kinds.items() if k.domain == "unit"]
    return next(((quantity, strict) for q, strict in known if s.agree(quantity, q)), None)


def values(s: Setting, vector: Expr) -> list[Expr]:
    """The entries of a vector, those of its blocks at named places and at small numbers."""
    if isinstance(vector, Apply) and vector.head in ("list", "concat"):
        return [value for block in vector.args for value in values(s, block)]
    if not vector.shape:
        return [vector]
    places = [*(Symbol(n, k) for n, k in s.kinds.items() if k.type == "index"), *map(number, range(1, PLACES + 1))]
    dropped = []
    while isinstance(vector, Apply) and vector.head == "drop":
        vector, place = vector.args
        dropped.append(place)
    return [apply("item", vector, p) for p in places if all(apart(s, p, d) for d in dropped)]


def apart(s: Setting, one: Expr, other: Expr) -> bool:
    """Whether two indices are known to differ."""
    if isinstance(one, Number) and isinstance(other, Number):
        return one != other
    return any(Chain(pair, ("!=",)) in s.conditions for pair in ((one, other), (other, one)))


def several(s: Setting, length: Length | None) -> bool:
    """Whether a length is at least 2: it is fixed so, a condition says so, or two different indices run to it."""
    if length is None:
        return False
    fixed = length.at(dict(s.lengths))
    least = any(strict + _excess(q, length) >= 2 for q, strict in map(gap, links(s.conditions)))
    different = any(c.relations == ("!=",) and _run_to(c.sides, length) for c in s.conditions)
    return least or different or (fixed.is_literal and fixed.constant >= 2)


def _excess(quantity: Expr, length: Length) -> int:
    """The n of a quantity ``N - n``, else 0."""
    name, least = quantity.args if isinstance(quantity, Apply) and quantity.head == "sub" else (None, None)
    if not (isinstance(name, Symbol) and isinstance(least, Number) and name.kind.type == "length"):
        return 0
    return int(least.value) if Length.of(name.name) == length else 0


def _run_to(sides: tuple[Expr, ...], length: Length) -> bool:
    names = [side for side in sides if isinstance(side, Symbol)]
    return bool(names) and all(n.kind.type == "index" and n.kind.length == length for n in names)


def _largest(s: Setting, largest: Expr, value: Expr) -> tuple[Expr, bool] | None:
    if not (isinstance(largest, Apply) and largest.head == "max"):
        return None
    sizes = (value, apply("abs", value))
    found = any(s.agree(v, size) for v in values(s, largest.args[0]) for size in sizes)
    return (largest - value, False) if found else None


def _term(s: Setting, body: Expr, k: Symbol, *places: Expr) -> tuple[Expr, bool] | None:
    own = s.having(k).sign(body)
    if own <= 0 or (len(places) == 2 and not apart(s, *places)):
        return None
    quantity = apply("sum", body, k)
    for place in places:
        quantity = quantity - substitute(body, {k: place})
    return quantity, own == UP and len(places) == 1 and several(s, k.kind.length)


def _by_sign(s: Setting, x: Expr) -> tuple[Expr, bool] | None:
    own = s.sign(x)
    return (x, own == UP) if own > 0 else None


def _cauchy(s: Setting, v: Expr, w: Expr, k: Symbol) -> tuple[Expr, bool] | None:
    most = apply("sum", w, k) * apply("sum", v**2 / w, k)
    return (most - apply("sum", v, k) ** 2, False) if _positive(s.having(k), w) else None


def _others(s: Setting, x: Expr, k: Symbol, i: Expr) -> tuple[Expr, bool] | None:
    own = substitute(x, {k: i})
    quantity = (apply("sum", x, k) - own) ** 2 - apply("sum", x**2, k) + own**2
    return (quantity, False) if s.having(k).sign(x) > 0 else None


def _share(s: Setting, share: Expr) -> tuple[Expr, bool] | None:
    if not (isinstance(share, Apply) and share.head == "item"):
        return None
    vector = share.args[0]
    domain = s.kinds[vector.name].domain if isinstance(vector, Symbol) else ""
    fits = domain in ("distribution", "simplex") or getattr(vector, "head", "") in _SHARES
    return (1 - share, domain == "distribution" and several(s, vector.shape[0])) if fits else None


_SHARES = ("hardmax", "onehot_argmax", "sparsemax", "softmax")


def _length(s: Setting, length: Expr, least: int) -> tuple[Expr, bool] | None:
    fits = (
        isinstance(length, Symbol)
        and s.kinds[length.name].type == "length"
        and (least == 1 or several(s, Length.of(length.name)))
    )
    return (length - least, False) if fits else None


def _count(s: Setting, count: Expr, size: Expr | None = None) -> tuple[Expr, bool] | None:
    if not (isinstance(count, Apply) and count.head == "argmax_count"):
        return None
    whole = apply("len", count.args[0])
    if size is None:
        return count - 1, False
    return (size - count, False) if s.agree(size, whole) else None


def _positive(s: Setting, *exprs: Expr) -> bool:
    return all(s.sign(e) == UP for e in exprs)


def _gibbs(s: Setting, w: Expr, x: Expr, k: Symbol) -> tuple[Expr, bool] | None:
    r = w / apply("sum", w, k)
    bound = apply("sum", r * apply("log", x / r), k)
    return (apply("log", apply("sum", x, k)) - bound, False) if _positive(s.having(k), w, x) else None


def _log_sum(s: Setting, w: Expr, x: Expr, k: Symbol) -> tuple[Expr, bool] | None:
    whole = apply("sum", w, k)
    bound = apply("sum", w * apply("log", w), k) + whole * apply("log", apply("sum", x, k) / whole)
    return (bound - apply("sum", w * apply("log", x), k), False) if _positive(s.having(k), w) else None


def _relative(w: Expr, x: Expr) -> Expr:
    return w * apply("log", w / x)


def _two(s: Setting, a: Expr, x: Expr, y: Expr, b: Expr, u: Expr, v: Expr) -> tuple[Expr, bool] | None:
    """The perspective of a convex function is jointly convex; a or b may be 0."""
    fits = _positive(s, x, y, u, v) and s.sign(a) > 0 and s.sign(b) > 0
    both = (a * x + b * u) * apply("log", (a * x + b * u) / (a * y + b * v))
    return (a * _relative(x, y) + b * _relative(u, v) - both, False) if fits else None


def _one_and_rest(s: Setting, w: Expr, x: Expr, k: Symbol, i: Expr) -> tuple[Expr, bool] | None:
    own, other = (substitute(v, {k: i}) for v in (w, x))
    rest = _relative(apply("sum", w, k) - own, apply("sum", x, k) - other)
    quantity = apply("sum", _relative(w, x), k) - _relative(own, other) - rest
    return (quantity, False) if several(s, k.kind.length) and _positive(s.having(k), w, x) else None


def _grouping(s: Setting, w: Expr, k: Symbol, i: Expr) -> tuple[Expr, bool] | None:
    own = substitute(w, {k: i})
    parts = [v * apply("log", v) for v in (own, apply("sum", w, k) - own)]
    quantity = parts[0] + parts[1] - apply("sum", w * apply("log", w), k)
    return (quantity, False) if several(s, k.kind.length) and _positive(s.having(k), w) else None


def _pinsker_at(s: Setting, w: Expr, x: Expr, k: Symbol, i: Expr) -> tuple[Expr, bool] | None:
    one, other = w / apply("sum", w, k), x / apply("sum", x, k)
    quantity = apply("sum", _relative(one, other), k) - 2 * substitute(one - other, {k: i}) ** 2
    return (quantity, False) if _positive(s.having(k), w, x) else None


def _product(s: Setting, c: Expr, x: Expr, k: Symbol) -> tuple[Expr, bool] | None:
    quantity = apply("sum", apply("log", 1 + x), k) - apply("log", c + apply("sum", x, k))
    return (quantity, False) if c in (number(0), number(1)) and s.having(k).sign(x) > 0 else None


def _pinsker(s: Setting, w: Expr, x: Expr, k: Symbol) -> tuple[Expr, bool] | None:
    one, other = w / apply("sum", w, k), x / apply("sum", x, k)
    half = apply("sum", apply("abs", one - other), k) ** 2 / 2
    divergence = apply("sum", _relative(one, other), k)
    return (divergence - half, False) if _positive(s.having(k), w, x) else None


def _kraft(s: Setting, w: Expr, x: Expr, k: Symbol) -> tuple[Expr, bool] | None:
    whole, shared = apply("sum", w + x, k), apply("sum", apply("sqrt", w * x), k)
    distance = apply("sum", apply("abs", w - x), k)
    return (whole**2 - 4 * shared**2 - distance**2, False) if _positive(s.having(k), w, x) else None


def _half(s: Setting, u: Expr, k: Symbol, i: Expr) -> tuple[Expr, bool] | None:
    level = s.agree(apply("sum", u, k), number(0))
    whole = apply("sum", apply("abs", u), k)
    return (whole - 2 * substitute(u, {k: i}), False) if level else None


def _diagonal(s: Setting, w: Expr, v: Expr, k: Symbol) -> tuple[Expr, bool] | None:
    least = apply("sum", v**2 * (2 * w**2 - w * apply("sum", w, k)), k)
    return (apply("sum", w * v, k) ** 2 - least, False) if s.having(k).sign(w) > 0 else None


def _between(s: Setting, w: Expr, v: Expr, k: Symbol) -> tuple[Expr, bool] | None:
    if not (isinstance(v, Apply) and v.head == "item" and v.args[1] == k and s.having(k).sign(w) > 0):
        return None
    top, bottom = apply("max", v.args[0]), -apply("max", -v.args[0])
    return apply("sum", w * (top - v) * (v - bottom), k), False


def _above_one(s: Setting, x: Expr) -> tuple[Expr, bool] | None:
    return (apply("exp", x) - 1, False) if _given(s, x) else None


def _tangent(s: Setting, x: Expr, y: Expr) -> tuple[Expr, bool]:
    return apply("log", x) - apply("log", y) - 1 + y / x, False


def _increasing(s: Setting, head: str, x: Expr, y: Expr, excess: Expr) -> tuple[Expr, bool] | None:
    above = s.sign(excess) > 0 or _given(s, excess) is not None
    return (apply(head, x) - apply(head, y), False) if above and s.agree(x - y, excess) else None


def _defined(s: Setting, quantity: Expr) -> tuple[Expr, bool]:
    return quantity, False


LEMMAS: dict[str, Lemma] = {
    "given": _given,
    "a maximum is at least each of its values": _largest,
    "a maximum is at least x and -x for each abs(x)": _largest,
    "a sum of terms >= 0 is at least each of them": _term,
    "a sum of terms >= 0 is at least two of them": _term,
    "(sum x - x_i)**2 >= sum x**2 - x_i**2 for x >= 0": _others,
    "x >= 0 by its sign": _by_sign,
    "(sum v)**2 <= sum w*sum v**2/w (Cauchy and Schwarz)": _cauchy,
    "each value lies between the smallest and the largest": _between,
    "a share is at most 1": _share,
    "abs(x) >= x": lambda s, x: _defined(s, apply("abs", x) - x),
    "a length is at least 1": lambda s, n: _length(s, n, 1),
    "a length is at least 2": lambda s, n: _length(s, n, 2),
    "at least one value is the maximum": _count,
    "at most all values are the maximum": _count,
    "exp(x) >= 1 + x": lambda s, x: _defined(s, apply("exp", x) - 1 - x),
    "exp(x) >= 1 for x >= 0": _above_one,
    "exp is increasing": lambda s, x, y, excess: _increasing(s, "exp", x, y, excess),
    "log is increasing": lambda s, x, y, excess: _increasing(s, "log", x, y, excess),
    "log(x) <= x - 1": lambda s, x: _defined(s, x - 1 - apply("log", x)),
    "log(x) >= 1 - 1/x": lambda s, x: _defined(s, apply("log", x) - 1 + 1 / x),
    "log(x) - log(y) >= 1 - y/x": _tangent,
    "log(sum x) >= sum r*log(x/r), r = w/sum w (Gibbs)": _gibbs,
    "sum w*log(x) <= sum w*log(w) + W*log(X/W) (log-sum)": _log_sum,
    "sum r*log(r/s) >= (sum abs(r - s))**2/2 (Pinsker)": _pinsker,
    "(sum abs(w - x))**2 <= (W + X)**2 - 4*(sum sqrt(w*x))**2 (Kraft)": _kraft,
    "sum abs(u) >= 2*u_i where sum u = 0": _half,
    "sum r*log(r/s) >= 2*(r_i - s_i)**2 (Pinsker)": _pinsker_at,
    "s*x*log(x/y) + t*u*log(u/v) >= (s*x + t*u)*log((s*x + t*u)/(s*y + t*v))": _two,
    "sum w*log(w/x) >= the same of one term and of the sum of the rest": _one_and_rest,
    "sum w*log(w) <= w_i*log(w_i) + (W - w_i)*log(W - w_i)": _grouping,
    "log(c + sum x) <= sum log(1 + x) for 0 <= c <= 1": _product,
    "(sum w*v)**2 >= sum v**2*(2*w**2 - w*W)": _diagonal,
}
