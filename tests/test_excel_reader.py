"""Formulas read back: what is printed as written reads as it was, and what else people write has its value."""

from __future__ import annotations

import math
from contextlib import suppress
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from softsym.bindings import value
from softsym.errors import LanguageError, ShapeError, UnsupportedError
from softsym.expression import Expr, apply, number, symbol
from softsym.targets.excel import to_excel
from softsym.targets.excel_reader import read_excel
from softsym.targets.excel_syntax import parse_formula, parse_reference

CELLS = {"z": "B2:B4", "y": "Inputs!$D$2:$D$4", "beta": "B1", "a": "C1", "b": "'My sheet'!A1", "i": "C2"}

SCALARS = st.sampled_from([symbol("a"), symbol("b"), symbol("beta")]) | st.builds(
    number, st.integers(0, 999).map(Fraction) | st.integers(0, 72).map(lambda n: Fraction(n, 8))
)
VECTORS = st.sampled_from([symbol("z"), symbol("y")])


def grown(scalar: st.SearchStrategy[Expr], vector: st.SearchStrategy[Expr]) -> tuple[st.SearchStrategy[Expr], ...]:
    """Expressions one level deeper: operators, entrywise functions, reductions and entries."""
    operators, functions = st.sampled_from(["add", "sub", "mul", "div"]), st.sampled_from(["exp", "log", "abs", "sign"])
    more = st.sampled_from(["sinh", "cosh", "tanh", "neg"])
    powers = st.sampled_from([number(2), number(3), apply("neg", number(1))])
    reductions = st.sampled_from(["sum", "max", "min", "prod"])
    scalars = st.one_of(
        st.builds(apply, operators, scalar, scalar),
        st.builds(apply, functions | more, scalar),
        st.builds(apply, st.just("pow"), scalar, powers),
        st.builds(apply, reductions, vector),
        st.builds(apply, st.just("item"), VECTORS, st.integers(1, 3).map(number) | st.just(symbol("i"))),
    )
    vectors = st.one_of(
        st.builds(apply, operators, vector, scalar | vector),
        st.builds(apply, functions | more, vector),
        st.builds(apply, st.just("pow"), vector, powers),
    )
    return scalars, vectors


def trees(depth: int) -> tuple[st.SearchStrategy[Expr], ...]:
    scalar, vector = SCALARS, VECTORS
    for _ in range(depth):
        more_scalar, more_vector = grown(scalar, vector)
        scalar, vector = scalar | more_scalar, vector | more_vector
    return scalar, vector


@settings(max_examples=300, deadline=None)
@given(trees(3)[0])
def test_what_is_printed_reads_as_it_was(expr: Expr) -> None:
    assert read_excel(to_excel(expr, CELLS, form="plain"), CELLS) == expr


VALUES = {"=-2^2": 4, "=2^3^2": 64, "=-(2^2)": -4, "=1+2*3%": 1.06, "=(1+2)*3": 9, "=2^-1": 0.5, "=1E+3/8": 125}
VALUES |= {"=LOG(100)+LOG(8,2)+LOG10(10)": 6, "=POWER(2,10)": 1024, "=SUMSQ(3,4)": 25, "=PRODUCT(2,3,4)": 24}
VALUES |= {"=AVERAGE(1,2,6)": 3, "=MAX({1;5;3})-MIN(4,2)": 3, "=SUM(1,{2,3})": 6, "=COUNT(7,8,9)": 3, "=IF(2>1,5,6)": 5}
VALUES |= {
    "=AND(1,2>1)": 1,
    "=OR(0,1=2)": 0,
    "=NOT(0)": 1,
    "=(1<2)+(2<=2)+(3>=4)+(1<>1)": 2,
    '=COUNTIF({1,4,5},">=4")': 2,
}
VALUES |= {"=MATCH(5,{1,5,5},0)": 2, "=INDEX({7,8,9},2)": 8, "=CHOOSE(2,10,20)": 20, "=SUMPRODUCT({1,2},{3,4})": 11}
VALUES |= {
    "=TANH(0)+SINH(0)+COSH(0)": 1,
    "=EXP(LN(2))+SQRT(9)": 5,
    "=SIGN(-3)*ABS(-2)": -2,
    "=2*ATANH(1/3)": math.log(2),
}
VALUES |= {"=--(1=1)": 1, "=SUMPRODUCT(--({1,2,2}=2))": 2, "=IF(0=0,0,0*LN(0))": 0, "=+3": 3}


@pytest.mark.parametrize(("formula", "expected"), VALUES.items())
def test_values_are_excels(formula: str, expected: float) -> None:
    assert float(value(read_excel(formula))) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("formula", "error", "says"),
    [
        ("=VLOOKUP(1,A1:B2,2)", UnsupportedError, "VLOOKUP"),
        ("=\"a\"&B1", UnsupportedError, "&"),
        ("=\"text\"", UnsupportedError, "text"),
        ("=#REF!+1", UnsupportedError, "#REF!"),
        ("=A1:B2*2", UnsupportedError, "block"),
        ("=rate*2", UnsupportedError, "rate"),
        ("=SUM(A1:A3*B1:B2)", ShapeError, "lengths"),
        ("=1+", LanguageError, "operand"),
        ("=SUM(1", LanguageError, "missing"),
        ("=1 2", LanguageError, "operator"),
        ("=§", LanguageError, "read"),
        ("=" + "(" * 2000 + "1" + ")" * 2000, LanguageError, "deep"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(formula: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        read_excel(formula)


def test_parts_of_a_vector_are_its_entries() -> None:
    assert str(read_excel("=SUM(B3:B4)", CELLS)) == "sum([z[2], z[3]])"
    with pytest.raises(ShapeError, match="beyond"):
        read_excel("=SUM(B3:B5)", CELLS)


def test_an_array_of_constants_fits_a_named_vector() -> None:
    found = read_excel("=SUMPRODUCT({1;2;3}*B2:B4)", CELLS)
    assert str(found) == "sum([1, 2, 3]*[z[1], z[2], z[3]])"


def test_cells_without_a_name_become_names() -> None:
    assert str(read_excel("=B2*SUM(Sheet1!C1:C2)")) == "B2*sum(Sheet1_C1_C2) where B2: real, Sheet1_C1_C2: vector(2)"


@given(st.text(max_size=40))
@example("{0")
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(LanguageError):
        parse_formula(text)


@pytest.mark.parametrize(
    ("text", "size"), [("A1", (1, 1)), ("$B$2:D4", (3, 3)), ("'a''b'!C3:C1", (3, 1)), ("B:B", (1048576, 1))]
)
def test_references(text: str, size: tuple[int, int]) -> None:
    found = parse_reference(text)
    assert found is not None
    assert found.size == size


@pytest.mark.parametrize("text", ["AAAA1", "A0", "A1048577", "XFE1", "z", "Sheet!", "[1]S!A1", "A1*B2"])
def test_no_references(text: str) -> None:
    assert parse_reference(text) is None
