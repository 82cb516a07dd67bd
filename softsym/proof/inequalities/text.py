"""Normal forms as text of the language, for the steps of a proof."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from softsym.algebra.polynomial import Atom, Exponent, Index, Mono, Poly, Rational

_BOUND = "klmij"


def text_of(value: Rational) -> str:
    """A rational function as text; sums are written with their bound indices."""
    top = _poly(value.num)
    if not value.den:
        return top
    below = "*".join(_power(f"({_poly(p)})", n) for p, n in value.den)
    return f"({top})/({below})" if len(value.den) > 1 else f"({top})/{below}"


def _poly(poly: Poly) -> str:
    terms = sorted(poly.terms.items(), key=lambda t: (t[1] < 0, [a.number for a, _ in t[0]]))
    parts = [(Fraction(int(c.p), int(c.q)), _mono(m)) for m, c in terms]
    text = ""
    for coefficient, mono in parts:
        size = abs(coefficient)
        body = mono if size == 1 and mono else f"{size}*{mono}" if mono else str(size)
        sign = ("-" if coefficient < 0 else "") if not text else (" - " if coefficient < 0 else " + ")
        text += sign + body
    return text or "0"


def _mono(mono: Mono) -> str:
    above = [_power(_atom(a), e) for a, e in mono if e > 0]
    below = [_power(_atom(a), -e) for a, e in mono if e < 0]
    text = "*".join(above)
    if not below:
        return text
    return (text or "1") + "/" + ("*".join(below) if len(below) == 1 else f"({'*'.join(below)})")


def _power(base: str, exponent: Exponent) -> str:
    if exponent == 1:
        return base
    return f"{base}**{exponent}" if Fraction(exponent).denominator == 1 else f"{base}**({exponent})"


def _index(index: Index) -> str:
    if isinstance(index, tuple):
        return _BOUND[index[2] % len(_BOUND)] + ("" if index[1] == 1 else str(index[1])) if index[0] == "bound" else "k"
    return str(index).lstrip("_") if str(index).startswith("_") is False else f"e{str(index)[1:]}"


def _atom(atom: Atom) -> str:
    return _TEXTS.get(atom.head, _family)(atom)


def _exp(atom: Atom) -> str:
    from flint import fmpq

    mono, den = atom.data
    return f"exp({text_of(Rational(Poly({mono: fmpq(1)}), den))})"


def _sum(atom: Atom) -> str:
    names, body = atom.data
    text = text_of(body)
    for name in names:
        text = f"sum({text}, {_index(name)})"
    return text


def _family(atom: Atom) -> str:
    *leading, members = atom.data
    inside = ", ".join(text_of(m.body) + ("" if m.index is None else f" for {_index(m.index)}") for m in members)
    lead = "".join(f"{text_of(v)}; " for v in leading if isinstance(v, Rational))
    return f"{atom.head}({lead}{inside})"


def _call(name: str) -> Any:
    return lambda atom: f"{name}({text_of(atom.data[0])})"


_TEXTS: dict[str, Callable[[Atom], str]] = {
    "scalar": lambda atom: atom.data[0],
    "entry": lambda atom: f"{atom.data[0]}[{_index(atom.data[1])}]",
    "position": lambda atom: _index(atom.data[0]),
    "delta": lambda atom: f"delta({_index(atom.data[0])}, {_index(atom.data[1])})",
    "pi": lambda atom: "pi",
    "exp": _exp,
    "sum": _sum,
    "log": _call("log"),
    "signedlog": _call("log"),
    "root": lambda atom: f"({text_of(atom.data[0])})",
    "abs": _call("abs"),
    "sign": _call("sign"),
}
