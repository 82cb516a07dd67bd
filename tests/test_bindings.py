"""Values given for names: exact, checked, and evaluated with certain digits."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from softsym.bindings import point, read_number, read_numbers, value
from softsym.errors import BudgetError, DomainError, ShapeError, SoftsymError
from softsym.language import parse

NUMBERS = (
    ("3", Fraction(3)),
    ("-0.1", Fraction(-1, 10)),
    ("1/3", Fraction(1, 3)),
    (" 1e-3 ", Fraction(1, 1000)),
    (0.1, Fraction(1, 10)),
    (np.float64(0.1), Fraction(1, 10)),
    (np.int64(7), Fraction(7)),
    (Decimal("0.25"), Fraction(1, 4)),
    (Fraction(2, 3), Fraction(2, 3)),
)


@pytest.mark.parametrize(("given_value", "exact"), NUMBERS)
def test_numbers_are_exact(given_value, exact):
    assert read_number(given_value) == exact


@pytest.mark.parametrize("bad", ["nan", "inf", "-oo", "a", "", "1,2", "1/0", float("nan"), float("inf"), None, [1]])
def test_what_is_no_number_is_refused(bad):
    with pytest.raises(DomainError, match="finite number"):
        read_number(bad)


@pytest.mark.parametrize("text", ["1,2,3", "[1, 2, 3]", "1 2 3", "(1;2;3)"])
def test_vectors_are_read_in_any_usual_way(text):
    assert read_numbers(text) == (1, 2, 3)


# expression, values, a part of the message
FAULTS = (
    ("lse(z, beta)", {"beta": 1}, "z needs a value"),
    ("lse(z, beta)", {"z": [1], "beta": 1, "bta": 2}, "did you mean 'beta'"),
    ("dot(z, w)", {"z": [1, 2], "w": [1]}, "the lengths must be equal"),
    ("z[i]", {"z": [1, 2], "i": 3}, "beyond the vector's length 2"),
    ("z[i]", {"z": [1, 2], "i": "1/2"}, "an index from 1"),
    ("log(b) where b: positive", {"b": -1}, "declared positive"),
    ("sum(y) where y: onehot", {"y": [1, 1]}, "one entry must be 1"),
    ("sum(q) where q: simplex", {"q": [0.5, 0.6]}, "its sum must be 1"),
    ("sum(q) where q: distribution(2)", {"q": [0.5, 0.25, 0.25]}, "2 are wanted"),
    ("sum(ones(N))", {}, "the length N needs a value"),
    ("sum(ones(N))", {"N": "1.5"}, "an integer >= 1"),
    ("sum(z) + N", {"z": [1, 2], "N": 3}, "N is 3"),
    ("lse(z, beta)", {"z": [1], "beta": 0}, "division by zero"),
    ("log(a)", {"a": 0}, "log"),
)


@pytest.mark.parametrize(("text", "values", "message"), FAULTS)
def test_each_fault_is_named(text, values, message):
    with pytest.raises(SoftsymError, match=message):
        value(text, **values)


def test_default_kinds_are_not_enforced():
    assert value("softmax(z, beta)", 3, z=[0, 0], beta=0) == (Decimal("0.5"), Decimal("0.5"))
    assert value("entropy(p)", 3, p=[1, 0]) == 0


def test_lengths_follow_from_vectors():
    found = point(parse("lse(concat(z, w)) + M where w: vector(M)"), {"z": [1, 2], "w": [3]})
    assert dict(found.lengths) == {"N": 2, "M": 1}
    with pytest.raises(ShapeError):
        value("concat(z, w)[1] where w: vector(2)", z=[1], w=[1])


@given(st.lists(st.integers(-30, 30), min_size=1, max_size=5), st.integers(1, 20))
def test_digits_are_certain(z, beta):
    with mpmath.workdps(700):
        expected = mpmath.log(sum(mpmath.exp(mpmath.mpf(beta) * x) for x in z)) / beta
        text = mpmath.nstr(expected, 20, strip_zeros=False)
    found = value("lse(z, beta)", 20, z=z, beta=beta)
    assert abs(found - Decimal(text)) <= Decimal(10) ** (found.adjusted() - 18)


def test_exact_cancellations_are_exact():
    assert value("log(exp(a)) - a", a="0.3") == 0


def test_a_value_too_close_to_zero_is_refused_not_guessed():
    with pytest.raises(BudgetError, match="too close to 0"):
        value("lse(z, beta)", z=[0, -100], beta=100)


def test_values_of_any_size_have_their_digits():
    assert value("exp(t)", 5, t="-1e17") == Decimal("1.7175e-43429448190325183")
    assert value("softmax(z, beta)", 5, z=["1e308", "-1e308"], beta="1e308") == (1, 0)
    with pytest.raises(DomainError, match="beyond 10"):
        value("exp(t)", t="1e20")
