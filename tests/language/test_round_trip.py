"""What softsym prints can be read back, and says the same."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softsym.definitions import FUNCTIONS
from softsym.errors import LanguageError, ShapeError, UnsupportedError
from softsym.expansion import PRIMITIVES, expand
from softsym.expression import Apply, apply, as_expr, number, substitute, symbol, walk
from softsym.language import parse, to_text
from softsym.language.printer import decimal_text
from tests.strategies import expressions


@given(expressions(0) | expressions(1) | expressions(2))
@settings(max_examples=400, deadline=None)
def test_expressions_round_trip(expr):
    assert parse(to_text(expr)) == expr


@given(expressions(1), expressions(1), st.sampled_from(["==", "<=", ">=", "<", ">"]), st.booleans())
@settings(max_examples=100, deadline=None)
def test_statements_round_trip(left, right, relation, declared):
    text = f"{to_text(left).split(' where ')[0]} {relation} {to_text(right).split(' where ')[0]}"
    try:
        statement = parse(text + (" where beta: real, i != j, N >= 2" if declared else ""))
    except LanguageError:  # lengths that differ; names that need their declarations
        return
    assert parse(str(statement)) == statement


@given(expressions(0) | expressions(1) | expressions(2))
@settings(max_examples=200, deadline=None)
def test_expansion_leaves_primitives_of_the_same_shape(expr):
    try:
        found = expand(expr)
    except ShapeError as error:
        assert "nests deeper" in str(error)
        return
    assert found.shape == expr.shape
    names = {node.head for node in walk(found) if isinstance(node, Apply)} & set(FUNCTIONS)
    assert names <= PRIMITIVES


@given(st.fractions(max_denominator=10**6) | st.integers(-(10**40), 10**40).map(Fraction))
def test_numbers_round_trip(value):
    assert parse(to_text(number(value))) == number(value)


@given(st.floats(allow_nan=False, allow_infinity=False).map(abs))
def test_floats_become_the_decimal_that_python_prints(value):
    assert Fraction(decimal_text(Fraction(repr(value)))) == Fraction(repr(value))


CANONICAL = (
    "z",
    "-z",
    "-z**2",
    "(-z)**2",
    "2**-a",
    "a**b**c",
    "(a**b)**c",
    "a - (b - c)",
    "a - b - c",
    "a/(b/c)",
    "a/b/c",
    "a*(b/c)",
    "a + (-b)",
    "-(a + b)",
    "(a + b)*c",
    "identity(N) @ z + z",
    "jacobian(softmax(z, beta), z)[i, j]",
    "(z + w)[i]",
    "[a, b, -c]",
    "softmax(z)",
    "softmax(z, 1)",
    "limit(softmax(z, beta), beta, -oo)",
    "diff(lse(z), z[i], z[j], z[i])",
    "sum(sum(z[i]*w[j], i), j) where w: vector(M), j: index(M)",
    "y where y: onehot",
    "w where w: positive vector(3)",
    "1e30",
    "0.001",
    "1e-30",
)


@pytest.mark.parametrize("text", CANONICAL)
def test_canonical_texts_print_as_they_are(text):
    assert to_text(parse(text)) == text


SPELLINGS = (
    ("softmax(z, beta=beta)", "softmax(z, beta)"),
    ("((a))", "a"),
    ("+a", "a"),
    (".5*a", "0.5*a"),
    ("1e2", "100"),
    ("a ** b ** c", "a**b**c"),
    ("lse(z,\n beta)", "lse(z, beta)"),
    ("z[1] == 1 where N==2", "z[1] == 1 where N == 2"),
    ("mean(z)<=max(z)", "mean(z) <= max(z)"),
)


@pytest.mark.parametrize(("given_text", "printed"), SPELLINGS)
def test_other_spellings(given_text, printed):
    assert str(parse(given_text)) == printed


def test_substitution_captures_nothing():
    k, i, z = symbol("k"), symbol("i"), symbol("z")
    total = apply("sum", apply("mul", symbol("a"), apply("item", z, k)), k)
    found = substitute(total, {symbol("a"): apply("item", z, k)})
    assert str(found) == "sum(z[k]*z[i], i)"
    assert substitute(total, {k: i}) == total


def test_lengths_follow_declarations():
    statement = parse("sum(w) == 1 where w: vector(M), M == N, N == 3")
    assert [str(s.kind.vector_length) for s in statement.symbols if s.name == "w"] == ["3"]


def test_texts_and_numbers_become_expressions():
    assert as_expr([1, "a", 0.25]) == parse("[1, a, 0.25]")
    with pytest.raises(ShapeError):
        as_expr(object())
    with pytest.raises(UnsupportedError):
        raise UnsupportedError("a node")
