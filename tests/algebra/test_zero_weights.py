"""Shorter forms have a value wherever what they shorten has one: a weight of 0 makes up for the logarithm of 0."""

from __future__ import annotations

import pytest

from softsym.algebra.fold import fold
from softsym.bindings import value
from softsym.expression import free_symbols
from softsym.language import parse


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("xlogy(a, a) + xlogy(a, a) where a: nonnegative", {"a": 0}),
        ("xlogy(t, t) + xlogy(1 - t, 1 - t) where t: unit", {"t": 1}),
        ("xlogy(t, t) + xlogy(1 - t, 1 - t) where t: unit", {"t": 0}),
        ("sum(xlogy(y, y*exp(z))) where y: onehot", {"y": [0, 1, 0], "z": [1, 2, 3]}),
        ("kl(y, p) where y: onehot", {"y": [0, 1], "p": ["1/2", "1/2"]}),
        ("2*xlogy(y, y) + xlogy(y, p) where y: simplex", {"y": ["1/4", 0, "3/4"], "p": ["1/2", "1/4", "1/4"]}),
        ("entropy(sparsemax(z)) + a", {"z": [5, 0], "a": 1}),
        ("xlogy(2*a, 3*a) - a*log(3) where a: nonnegative", {"a": 0}),
    ],
)
def test_a_shorter_form_has_the_value(text: str, values: dict[str, object]) -> None:
    expr = parse(text)
    names = {symbol.name for symbol in free_symbols(fold(expr))}
    kept = {name: given for name, given in values.items() if name in names}
    assert value(fold(expr), 20, **kept) == value(expr, 20, **values)
