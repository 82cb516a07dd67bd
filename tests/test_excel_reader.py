"""Formulas read back: what is printed as written reads as it was, and what else people write has its value."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from decimal import DecimalException
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from softsym.bindings import value
from softsym.errors import LanguageError, ShapeError, SoftsymError, UnsupportedError
from softsym.expression import Apply, Expr, apply, free_symbols, number, symbol, walk
from softsym.targets.excel import to_excel, to_excel_function
from softsym.targets.excel_names import file_text
from softsym.targets.excel_reader import read_excel
from softsym.targets.excel_syntax import parse_formula, parse_reference
from softsym.targets.excel_tables import Table
from tests.strategies import expressions, sums_over_indices

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


@settings(max_examples=200, deadline=None)
@given(trees(3)[0] | trees(3)[1])
def test_what_is_printed_to_spill_reads_as_it_was(expr: Expr) -> None:
    formula = to_excel(expr, CELLS, form="plain", dialect="excel365")
    assert read_excel(formula, CELLS) == expr
    assert read_excel("=" + file_text(formula[1:]), CELLS) == expr


PLACES = {n: f"{chr(65 + k)}1:{chr(65 + k)}3" for k, n in enumerate("zwvpy")}
PLACES |= {n: f"H{k}" for k, n in enumerate(("beta", "omega", "a", "t", "i", "j", "k", "l"), 1)}
POINT = {"z": [0.5, -1.25, 2.0], "w": [1.5, 0.25, -0.75], "v": [-0.5, 0.125, 3.0], "p": [0.2, 0.3, 0.5]}
POINT |= {"y": [0.1, 0.7, -3.0], "beta": 1.5, "omega": 0.75, "a": -0.5, "t": 1.25, "i": 2, "j": 3, "k": 1, "l": 2}
CALCULUS = {"diff", "grad", "jacobian", "hessian", "limit"}


def printed(expr: Expr, form: str, dialect: str) -> tuple[Expr, str]:
    """A formula of the expression, or of its second entry in the classic dialect, and what it states."""
    if dialect == "function":
        return expr, to_excel_function(expr, form=form)
    if dialect == "classic" and expr.shape:
        index = (2, 1)[: len(expr.shape)]
        return apply("item", expr, *index), to_excel(expr, PLACES, index, form=form)
    return expr, to_excel(expr, PLACES, form=form, dialect=dialect)


def at_point(expr: Expr) -> object:
    names = {s.name for s in free_symbols(expr)}
    return value(expr, 25, **{n: v for n, v in {**POINT, "N": 3}.items() if n in names})


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.integers(0, 2).flatmap(lambda rank: expressions(rank, 3, "N")) | sums_over_indices(),
    st.sampled_from(["stable", "plain"]),
    st.sampled_from(["classic", "excel365", "function"]),
)
def test_what_is_printed_has_its_value_when_it_is_read(expr: Expr, form: str, dialect: str) -> None:
    if any(isinstance(n, Apply) and n.head in CALCULUS for n in walk(expr)):
        return
    try:
        stated, formula = printed(expr, form, dialect)
        expected = at_point(stated)
    except (SoftsymError, DecimalException):  # undefined here, or beyond a spreadsheet's range
        return
    kinds = {s.name: s.kind for s in free_symbols(stated)}
    assert np.allclose(
        np.asarray(at_point(read_excel(formula, PLACES, kinds)), dtype=float),
        np.asarray(expected, dtype=float), rtol=1e-12, atol=1e-13,
    ), f"{stated}: {formula}"  # fmt: skip


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
VALUES |= {"=LET(x,2,y,x+1,x*y)": 6, "=LAMBDA(x,y,x-y)(5,2)": 3, "=LET(f,LAMBDA(x,x^2),f(3)+f(4))": 25}
VALUES |= {
    "=LET(x,1,LET(x,x+1,x*10))": 20,
    "=SUM({1;2}*{3,4})": 21,
    "=SUM(SEQUENCE(4))": 10,
    "=SUM(SEQUENCE(3,1,5,0))": 15,
}
VALUES |= {"=SUM(MAP({1,2},LAMBDA(x,x^2)))": 5, "=MAX(BYROW({1;2}*{3,4},LAMBDA(r,SUM(r))))": 14, "=SUM(MUNIT(3))": 3}
VALUES |= {
    "=SUM(BYCOL({1;2}*{3,4},LAMBDA(r,MAX(r))))": 14,
    "=SUM(MMULT({1,2},{3;4}))": 11,
    "=INDEX({7,8},XMATCH(8,{7,8}))": 8,
}
VALUES |= {"=SUM(MAKEARRAY(2,2,LAMBDA(i,j,INDEX({1,2},i)*INDEX({3,4},j))))": 21, "=SUM(VSTACK({1;2},3)^2)": 14}
VALUES |= {
    "=SUM(FILTER({4;5;6},SEQUENCE(3)<>2))": 10,
    "=SUM(INDEX({4;5;6},SEQUENCE(2)))": 9,
    "=ROWS({1;2;3})*COLUMNS({1,2})": 6,
}
VALUES |= {"=SUM(TOCOL({1,2})*{3;4})": 11, "=_xlfn.LET(_xlpm.x,2,_xlpm.x+1)": 3, "=SUM(IF({1,2,3}>1,{4,5,6},0))": 11}
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
        ("=REDUCE(0,A1:A3,LAMBDA(x,y,x+y))", UnsupportedError, "REDUCE"),
        ("=LAMBDA(x,x+1)(1,2)", UnsupportedError, "2 argument"),
        ("=LET(x,1,2,3)", UnsupportedError, "LET"),
        ("=MAP(A1:A3,2)", UnsupportedError, "LAMBDA"),
        ("=MAP(A1:A3,LAMBDA(x,A1:A3))", UnsupportedError, "one number"),
        ("=INDEX(A1:A3,A1*2)", UnsupportedError, "computed position"),
        ("=FILTER(A1:A3,A1:A3>0)", UnsupportedError, "FILTER"),
        ("=SUMPRODUCT(A1:A3,A1:C1)", ShapeError, "directions"),
        ("=MMULT(A1:A3,A1:A3)", ShapeError, "MMULT"),
        ("=SEQUENCE(A1)", UnsupportedError, "size"),
        ("=SUM()", UnsupportedError, "SUM with 0"),
        (f"=LET(x_0,A1,{''.join(f'x_{k},x_{k - 1}+x_{k - 1},' for k in range(1, 40))}x_39)", UnsupportedError, "parts"),
        ("=1 2", LanguageError, "operator"),
        ("=A1 B1", UnsupportedError, "overlap"),
        ("=SUM(A1:A3 A2:C2)", UnsupportedError, "overlap"),
        ("=SUM((A1:A2,B1))", UnsupportedError, "union"),
        ("=SUM(A1:INDEX(A1:A9,3))", UnsupportedError, "range between"),
        ("=SUM(Jan:Dec!B2)", UnsupportedError, "several sheets"),
        ("=A1 3", LanguageError, "operator"),
        ("=2A1", LanguageError, "operator"),
        ("=A1:5", LanguageError, "colon"),
        ("=SUM(A1;B1)", LanguageError, "','"),
        ("=1,5+A1", LanguageError, "decimal"),
        ("=@A1:A3", UnsupportedError, "@"),
        ("=INDEX(A1:A3,1,2)", UnsupportedError, "INDEX"),
        ("=lost", UnsupportedError, "give its cells"),
        ("=§", LanguageError, "read"),
        ("=" + "(" * 2000 + "1" + ")" * 2000, LanguageError, "deep"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(formula: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        read_excel(formula)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("=B2:B4*TRANSPOSE(B2:B4)", "outer(z, z)"),
        ("=MUNIT(ROWS(B2:B4))*B2:B4", "diag(z)"),
        ("=MUNIT(ROWS(B2:B4))", "identity(N)"),
        ("=MMULT(B2:B4*TRANSPOSE(B2:B4),B2:B4)", "outer(z, z) @ z"),
        ("=VSTACK(B2:B4,B1)", "concat(z, [beta])"),
        ("=VSTACK(B2,B3,B4)", "z"),
        ("=SUM((B2:B4-TRANSPOSE(B2:B4))^2)", "sum(sum((z[k] - z)**2), k)"),
        ("=FILTER(B2:B4,SEQUENCE(ROWS(B2:B4))<>2)", "drop(z, 2)"),
        ("=SEQUENCE(ROWS(B2:B4),1,1,0)", "ones(N)"),
        ("=LAMBDA(z,beta,LET(e,EXP(beta*z),e/SUM(e)))", "exp(beta*z)/sum(exp(beta*z))"),
        ("=LAMBDA(T_,x_1,T_*x_1)", "T*x_1 where x_1: real"),
        ("=LET(e,EXP(B2:B4),IF(e=0,0,e*LN(e)))", "xlogy(exp(z), exp(z))"),
    ],
)
def test_arrays_read_as_vectors_and_matrices(formula: str, text: str) -> None:
    assert str(read_excel(formula, CELLS)) == text


def test_rows_and_columns_are_told_apart() -> None:
    cells = {"z": "A1:A3", "y": "A5:C5"}
    assert str(read_excel("=SUMPRODUCT(A1:A3*A5:C5)", cells)) == "sum(sum(z[k]*y), k)"
    assert str(read_excel("=SUM(A1:A3*TRANSPOSE(A5:C5))", cells)) == "sum(z*y)"


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


SALES = Table("Sales", "", (1, 1, 5, 2), ("price", "it's [net]"), has_totals=True)
STRUCTURED = (
    ("=SUM(Sales[price])", "D3", "=SUM(A2:A4)"),
    ("=Sales[@price]*2", "D3", "=A3*2"),
    ("=[@price]+1", "D4", "=A4+1"),
    ("=Sales[[#This Row],[price]]", "D2", "=A2"),
    ("=SUM(sales[it''s '[net']])", "D2", "=SUM(B2:B4)"),
    ("=Sales[[#Totals],[it''s '[net']]]", "D2", "=B5"),
    ("=SUM(Sales[[#All],[price]])", "D2", "=SUM(A1:A5)"),
    ("=[[#This Row],price]*2", "D3", "=A3*2"),
    ("=Sales[[#this row],price]", "D3", "=A3"),
    ("=SUM(Sales[[#Data],[#Totals],[price]])", "D2", "=SUM(A2:A5)"),
)


@pytest.mark.parametrize(
    ("formula", "plain"),
    [
        ("= sum ( a1 : a3 )", "=SUM(A1:A3)"),
        ("=SUM(Data!A1:Data!A3)", "=SUM(Data!A1:A3)"),
        ("=SUM(A2:A1:A3)", "=SUM(A1:A3)"),
        ("=@A1+1", "=A1+1"),
        ("=INDEX(A1:C1,1,2)", "=INDEX(A1:C1,2)"),
        ("=INDEX(A1:A3,2,1)", "=INDEX(A1:A3,2)"),
    ],
)
def test_formulas_as_people_type_them(formula: str, plain: str) -> None:
    assert read_excel(formula) == read_excel(plain)


def test_a_structured_reference_without_a_name_is_to_the_table_with_the_column() -> None:
    beside = Table("Other", "", (1, 4, 5, 5), ("cost", "share"))
    assert read_excel("=[@share]", tables=[SALES, beside], at="F3") == read_excel("=E3")


@pytest.mark.parametrize(("formula", "at", "plain"), STRUCTURED)
def test_structured_references_are_cells(formula: str, at: str, plain: str) -> None:
    assert read_excel(formula, tables=[SALES], at=at) == read_excel(plain)


@pytest.mark.parametrize("formula", ["=Sales[lost]", "=Sales[@price]", "=Other[price]", "=Sales[[#Rows],[price]]"])
def test_structured_references_to_what_is_not_there_are_named(formula: str) -> None:
    with pytest.raises(UnsupportedError, match=re.escape(formula[1:])):
        read_excel(formula, tables=[SALES], at="D9")
