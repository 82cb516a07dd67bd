"""Random expressions of the language, over every function of its table, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from softsym.definitions import FUNCTIONS
from softsym.errors import ShapeError
from softsym.expression import Expr, apply, as_expr, symbol
from softsym.symbols import DISTRIBUTION, VECTOR, Kind, Length

RANKS = {"scalar": 0, "vector": 1, "matrix": 2, "order": 0, "point": 0}
Draw = st.DrawFn


def of_length(kind: Kind, length: str | int) -> Kind:
    """The kind for vectors of another length."""
    return kind.at({"N": Length.of(length)})


def leaves(length: str | int) -> dict[int, st.SearchStrategy[Expr]]:
    """The simplest expressions of each rank; all vectors of one length."""
    vectors = [symbol(n, of_length(VECTOR, length)) for n in "zwv"]
    vectors += [symbol("p", of_length(DISTRIBUTION, length)), apply("ones", length_leaf(length))]
    names = [symbol(n) for n in ("beta", "omega", "a", "t", "N", "pi")]
    numbers = [as_expr(n) for n in (0, 1, 2, 12, "0.5", "1/3", "1e-3", "2.75", "1e30")]
    return {
        0: st.sampled_from([*names, *numbers]),
        1: st.sampled_from(vectors),
        2: st.just(apply("identity", length_leaf(length))),
    }


def length_leaf(length: str | int) -> Expr:
    """A length as an argument."""
    return symbol("N") if length == "N" else as_expr(length)


@st.composite
def expressions(draw: Draw, rank: int = 0, depth: int = 3, length: str | int | None = None) -> Expr:
    """An expression of a rank: 0 for a scalar, 1 for a vector, 2 for a matrix."""
    if length is None:
        length = draw(st.sampled_from(["N", 3]))
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return draw(leaves(length)[rank])
    head = draw(st.sampled_from([*FUNCTIONS, "add", "sub", "mul", "div", "pow", "neg", "list", "matmul"]))
    try:
        found = apply(head, *_arguments(draw, head, rank, depth, length))
    except ShapeError:  # such as concat, whose length is another, under a sum of vectors
        return draw(leaves(length)[rank])
    return _of_rank(draw, found, rank, length)


def _arguments(draw: Draw, head: str, rank: int, depth: int, length: str | int) -> list[Expr]:
    def smaller(of_rank: int) -> Expr:
        return draw(expressions(of_rank, depth - 1, length))

    if head in ("add", "sub", "mul", "div", "pow"):
        return [smaller(rank), smaller(draw(st.sampled_from([0, rank])))]
    if head == "neg":
        return [smaller(rank)]
    if head == "list":
        return [smaller(0) for _ in range(3)]
    if head == "matmul":
        return [smaller(2), smaller(draw(st.sampled_from([1, 2])))]
    return [_argument(draw, head, wanted, rank, smaller, length) for _, wanted in FUNCTIONS[head].parameters][
        : draw(st.integers(FUNCTIONS[head].least, len(FUNCTIONS[head].parameters)))
    ]


def _argument(draw: Draw, head: str, wanted: str, rank: int, smaller, length: str | int) -> Expr:  # type: ignore[no-untyped-def]
    index_kind = Kind("index", "index", Length.of(length))
    entry = apply("item", symbol("z", of_length(VECTOR, length)), symbol("i", index_kind))
    choices = {
        "index": st.sampled_from([symbol(n, index_kind) for n in "ijk"]),
        "literal": st.sampled_from([as_expr(n) for n in (0, 1, 2, 3)]),
        "length": st.just(length_leaf(length)),
        "order": st.sampled_from([as_expr(1), as_expr(2), symbol("oo"), symbol("beta")]),
        "point": st.sampled_from([as_expr(0), symbol("oo"), apply("neg", symbol("oo"))]),
        "names": st.sampled_from([symbol("beta"), symbol("a"), entry]),
    }
    if wanted in choices:
        return draw(choices[wanted])
    if head in ("grad", "jacobian", "hessian") and wanted == "vector" and draw(st.booleans()):
        return symbol("z", of_length(VECTOR, length))
    if wanted == "any" and head == "sum" and draw(st.booleans()):
        return smaller(1)
    return smaller(RANKS.get(wanted, rank))


def _of_rank(draw: Draw, found: Expr, rank: int, length: str | int) -> Expr:
    """The expression brought to a rank, and to the common length."""
    own = len(found.shape)
    fits = all(n == Length.of(length) for n in found.shape)
    if own == rank and (fits or rank == 0):
        return found
    if own and rank == 0:
        kind = Kind("index", "index", Length.of(length))
        return apply("item", found, *(symbol(n, kind) for n in "ij"[:own]))
    if own == 0:
        return apply("mul", found, draw(leaves(length)[rank]))
    return draw(leaves(length)[rank])


INDICES = [symbol(n) for n in "ijkl"]
ENTRIES = st.builds(apply, st.just("item"), st.sampled_from([symbol(n) for n in "zwp"]), st.sampled_from(INDICES))
DELTAS = st.builds(apply, st.just("delta"), st.sampled_from(INDICES), st.sampled_from(INDICES))


def summed(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    """Sums over an index, and what they are made of, one level deeper."""
    return st.one_of(
        st.builds(apply, st.sampled_from(["add", "sub", "mul"]), inner, inner),
        st.builds(apply, st.sampled_from(["abs", "tanh", "sign"]), inner),
        st.builds(lambda e, k: apply("sum", e, k), inner, st.sampled_from(INDICES)),
        st.builds(lambda e, k: apply("max", symbol("z") * e), inner, st.sampled_from(INDICES)),
        st.builds(lambda e: apply("softmax", symbol("w") + e)[INDICES[0]], inner),
        st.builds(lambda e, f: apply("list", e, f)[1], inner, inner),
        st.builds(lambda e, k: apply("item", apply("outer", symbol("z") * e, symbol("w")), k, INDICES[1]), inner,
                  st.sampled_from(INDICES)),
        st.builds(lambda k: apply("item", apply("drop", symbol("z"), k), as_expr(1)), st.sampled_from(INDICES)),
    )  # fmt: skip


def sums_over_indices() -> st.SearchStrategy[Expr]:
    """Scalars with sums over any number of indices, nested and not."""
    return st.recursive(ENTRIES | DELTAS, summed, max_leaves=6)
