"""What is outside the language gives one clear error, fast, and never anything else."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softsym.definitions import FUNCTIONS
from softsym.errors import LanguageError, SoftsymError
from softsym.language import parse
from softsym.symbols import DEFAULT_KINDS
from tests.strategies import expressions

# text, a part of the message, the text under the caret, a part of the hint
FAULTS = (
    ("lze(z, beta)", "unknown function 'lze'", "lze", "did you mean 'lse'?"),
    ("softmax(zz)", "unknown name 'zz'", "zz", "declare it, as in: where zz: real"),
    ("softmax", "softmax is a function", "softmax", ""),
    ("beta(z)", "a name cannot be called", "beta", ""),
    ("a +", "cannot read this", None, ""),
    ("", "an expression is missing", None, ""),
    ("a == ", "cannot read this", None, ""),
    ("2^3", "'^' is not in the language", "^", "a power is written with **"),
    ("z ≤ 1", "'≤' is not in the language", "≤", "at most is written <="),
    ("2·z", "'·' is not in the language", "·", "a product is written with *"),
    ("z = 1", "invalid syntax", "=", "an equation is written with =="),
    ("z[1] => 1", "invalid syntax", "=", "at least is written >="),
    ("z =< 1", "invalid syntax", "=", "at most is written <="),
    ("2z", "invalid decimal literal", "2", "a product is written with *"),
    ("2 z", "invalid syntax", "z", "a product is written with *"),
    ("lse(z, beta=2", "'(' was never closed", "(", ""),
    ("β*z", "'β' is not in the language", "β", "ASCII"),
    ("a; b", "';' is not in the language", ";", ""),
    ("exp('a')", "is not in the language", "'", ""),
    ("z.T", "a Python Attribute", "z.T", ""),
    ("[k for k in z]", "a Python ListComp", "[k for k in z]", ""),
    ("(lambda: 1)()", "only a function's name can be called", "lambda: 1", ""),
    ("a if b else c", "a Python IfExp", "a if b else c", ""),
    ("a and b", "a Python BoolOp", "a and b", ""),
    ("a // b", "operator FloorDiv", "a // b", ""),
    ("~a", "operator Invert", "~a", ""),
    ("True", "not a number", "True", ""),
    ("0x10", "0x10 is not a number", "0x10", "write 12, 0.5 or 1e-3"),
    ("1_000", "is not a number", "1_000", ""),
    ("1e9999", "at most 400 digits", "1e9999", ""),
    ("9**9**9", "too large", "9**9**9", ""),
    ("a**1000", "too large", "a**1000", ""),
    ("z + [1, 2]", "unequal lengths", "z + [1, 2]", ""),
    ("[z, a]", "an entry of a list must be a scalar", "[z, a]", ""),
    ("z + identity(N)", "give each entry an index", "z + identity(N)", ""),
    ("a[i]", "only a vector or a matrix has entries", "a[i]", ""),
    ("z[0]", "an index is an index name", "z[0]", ""),
    ("z[N]", "an index is an index name", "z[N]", ""),
    ("z[i + 1]", "an index is an index name", "z[i + 1]", ""),
    ("z[1, 2]", "takes 1 index(es)", "z[1, 2]", ""),
    ("[1, 2][3]", "beyond the vector's length 2", "[1, 2][3]", ""),
    ("softmax(a)", "must be a vector", "softmax(a)", ""),
    ("softmax(z, z)", "must be a scalar", "softmax(z, z)", ""),
    ("softmax(z, 1, 2)", "takes 1 or 2 argument(s)", "softmax(z, 1, 2)", ""),
    ("softmax(z, gamma=2)", "unexpected named argument gamma", "softmax(z, gamma=2)", "beta= as its last"),
    ("max(a, b)", "takes 1 argument(s)", "max(a, b)", ""),
    ("norm(z)", "takes 2 argument(s)", "norm(z)", ""),
    ("norm(z, 0)", "order of a norm must be > 0", "norm(z, 0)", ""),
    ("sum(a)", "must be a vector", "sum(a)", ""),
    ("sum(z, k + 1)", "index name", "sum(z, k + 1)", ""),
    ("drop([1], 1)", "leaves nothing", "drop([1], 1)", ""),
    ("ones(0)", "positive integer literal", "ones(0)", ""),
    ("exp(oo)", "oo was given", "exp(oo)", ""),
    ("oo + 1", "oo is no number", "oo + 1", ""),
    ("diff(a, z)", "a real scalar name such as beta or an entry", "diff(a, z)", ""),
    ("diff(a, a, 100)", "from 1 to 12", "diff(a, a, 100)", ""),
    ("grad(a, b)", "must be a vector", "grad(a, b)", ""),
    ("limit(a, z, 0)", "the variable of a limit", "limit(a, z, 0)", ""),
    ("sum(identity(N))", "must be a vector", "sum(identity(N))", ""),
    ("trace(outer(z, [1, 2]))", "square matrix", "trace(outer(z, [1, 2]))", ""),
    ("a != b", "the relations of a statement", "a != b", "declarations only"),
    ("a < (b < c)", "a Python Compare", "b < c", ""),
    ("z == identity(N)", "cannot be compared", "identity(N)", ""),
    ("z == w where w: vector(M)", "unequal lengths", "w", ""),
    ("a == a where", "an expression is missing", None, ""),
    ("a == a where a: colour", "unknown kind 'colour'", "a: colour", "known:"),
    ("a == a where a: positve", "unknown kind 'positve'", "a: positve", "did you mean 'positive'?"),
    ("a == a where N: real", "has a meaning of its own", "N: real", ""),
    ("a == a where exp: real", "has a meaning of its own", "exp: real", ""),
    ("a == a where a: real(M)", "has no length", "a: real(M)", ""),
    ("a == a where a: real, a: positive", "declared twice", " a: positive", ""),
    ("a == a where a", "a declaration is a kind", " a", ""),
    ("a == a where w: vector(0)", "a length is from 1 to", "w: vector(0)", ""),
    ("a == a where w: vector(z)", "cannot name a length", "w: vector(z)", ""),
    ("a == a where b: real where c: real", "where stands once", "where", ""),
    ("name: a", "needs a relation", None, ""),
    ("a where a > 1", "an expression cannot have the condition", None, ""),
)


@pytest.mark.parametrize(("text", "message", "under", "hint"), FAULTS)
def test_each_fault_is_named_and_underlined(text, message, under, hint):
    with pytest.raises(LanguageError) as caught:
        parse(text)
    error = caught.value
    assert message in error.message
    assert hint in error.hint
    if under is not None:
        assert error.text[error.start : error.end] == under
    lines = str(error).splitlines()
    if text.strip() and len(lines) > 1:
        assert "^" in lines[2]


HEAVY = (
    "-" * 9000 + "z",
    "(" * 150 + "z" + ")" * 150,
    "+".join(["a"] * 4999),
    "a**" * 3300 + "a",
    "z[i]" + "[i]" * 500,
    "[" + ",".join(["1"] * 4900) + "]",
    "1" * 9000,
    "exp(" * 1000 + "a" + ")" * 1000,
    "(" + "*".join(["(2**19999)"] * 140) + ")**1",
    "(" * 60 + "+".join(f"(1/3**{12000 + k})" for k in range(20)) + ")**1" * 60,
    "<=".join(["a"] * 4000),
    "a == a where " + ",".join(["a: real"] * 1000),
    "a == a where " + ",".join([f"M{k} == M{k + 1}" for k in range(500)]),
    "where " * 1500,
    "a " * 5000,
    ":" * 9999,
    "limit(" * 120 + "a" + ", a, 0)" * 120,
    "z" * 10_001,
)


@pytest.mark.parametrize("text", HEAVY, ids=range(len(HEAVY)))
def test_no_text_is_slow(text):
    started = time.perf_counter()
    try:
        parse(text)
    except SoftsymError as error:
        assert len(str(error)) < 1000
    assert time.perf_counter() - started < 2


WORDS = [*FUNCTIONS, *DEFAULT_KINDS, *"()[],:+-*/@=<>!.&'\"\\#~%;", "**", "==", "<=", "!=", "where", "0", "1", "7.5"]
WORDS += [
    "1e3",
    "1e999",
    "lambda",
    "if",
    "for",
    "in",
    "not",
    "\n",
    "\t",
    "é",
    "vector",
    "(M)",
    "onehot",
    "{",
    "}",
    "__",
]


@given(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join) | st.text(max_size=80))
@settings(max_examples=600, deadline=2000)
def test_arbitrary_text_is_read_or_refused(text):
    try:
        found = parse(text)
    except SoftsymError as error:
        assert str(error)
    else:
        assert parse(str(found)) == found


@given(expressions(0).map(str), st.integers(0, 10**6), st.sampled_from(WORDS))
@settings(max_examples=300, deadline=2000)
def test_damaged_expressions_are_read_or_refused(text, position, word):
    at = position % (len(text) + 1)
    for damaged in (text[:at] + word + text[at:], text[:at] + text[at + 1 :]):
        try:
            parse(damaged)
        except SoftsymError as error:
            assert str(error)


@pytest.mark.parametrize("given_object", [None, 3, b"a", ["a"]])
def test_only_texts_are_read(given_object):
    with pytest.raises(LanguageError, match="a text of the language is wanted"):
        parse(given_object)
