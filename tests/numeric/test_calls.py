"""How array functions are called: axes, batches, types, out, where, and the errors of wrong arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import softsym as ss
from softsym import lambdify
from softsym.errors import DomainError, ShapeError, SoftsymError, UnsupportedError

from .cases import EXPRESSIONS, LENGTHS, point_for

RNG = np.random.default_rng(5)
SHAPED = [
    "softmax(z, beta)",
    "lse(z, beta)",
    "outer(softmax(z, beta), z)",
    "softmax(z, beta)[i]",
    "sum(softmax(z)*beta)",
]


@pytest.mark.parametrize("text", SHAPED)
def test_a_batch_is_a_loop(text: str) -> None:
    f = lambdify(text)
    z, beta = RNG.normal(size=(4, 3, 5)), RNG.exponential(size=(4, 3))
    whole = f(z, beta)
    for row in np.ndindex(4, 3):
        np.testing.assert_allclose(whole[row], f(z[row], beta[row]), rtol=1e-14)


@pytest.mark.parametrize("text", ["softmax(z, beta)", "lse(z, beta)", "softmax(z, beta)[i]"])
@pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
def test_an_axis_is_moved(text: str, axis: int) -> None:
    f = lambdify(text)
    z = RNG.normal(size=(4, 3, 5))
    moved = f(np.moveaxis(z, axis, -1), 2.0)
    expected = moved if text.startswith("lse") else np.moveaxis(moved, -1, axis)
    np.testing.assert_array_equal(f(z, 2.0, axis=axis), expected)


def test_a_matrix_takes_the_place_of_the_axis() -> None:
    f = lambdify("outer(z, z)")
    assert f(RNG.normal(size=(5, 2)), axis=0).shape == (5, 5, 2)
    assert f(RNG.normal(size=(2, 5)), axis=-1).shape == (2, 5, 5)
    assert lambdify("z[i]*z[j]")(RNG.normal(size=(2, 5))).shape == (2, 5, 5)


def test_large_batches_are_done_in_blocks() -> None:
    f = lambdify("softmax(z, beta)")
    z, beta = RNG.normal(size=(3000, 2, 40)), RNG.exponential(size=(3000, 1))
    e = np.exp(beta[..., None] * (z - z.max(-1, keepdims=True)))
    np.testing.assert_allclose(f(z, beta), e / e.sum(-1, keepdims=True), rtol=1e-13)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_floating_types_are_kept(dtype: Any) -> None:
    z = RNG.normal(size=5).astype(dtype)
    value = lambdify("softmax(z, beta)")(z, 1.0)
    assert value.dtype == dtype
    exact, unit = lambdify("softmax(z)")(z.astype(float)), max(np.finfo(dtype).eps, np.finfo(float).eps)
    np.testing.assert_allclose(value.astype(float), exact, rtol=8 * unit)


@pytest.mark.parametrize("z", [[1, 2, 3], (True, False), np.arange(3), np.arange(3, dtype=np.uint8), [1.5, 2]])
def test_numbers_and_lists_are_read(z: Any) -> None:
    assert lambdify("softmax(z)")(z).dtype == np.float64


def test_results_go_to_out() -> None:
    f = lambdify("softmax(z)")
    z = RNG.normal(size=(3, 4))
    expected, out = f(z), np.empty((3, 4))
    assert f(z, out=out) is out
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_allclose(f(z, out=z), expected, rtol=1e-15)  # in place
    big = RNG.normal(size=10)
    shifted = f(big[:-1])
    np.testing.assert_allclose(f(big[:-1], out=big[1:]), shifted, rtol=1e-15)  # overlapping


def test_where_leaves_entries_out() -> None:
    z, keep = RNG.normal(size=(2, 4)), np.array([[True, True, False, True], [False, True, True, True]])
    for text in ("softmax(z)", "lse(z)", "mean(z)", "z - mean(z)", "hardmax(z)", "softmax(z)[i]"):
        got = lambdify(text)(z, where=keep)
        for row in range(2):
            short = lambdify(text)(z[row][keep[row]])
            np.testing.assert_allclose(got[row] if got.ndim == 1 else got[row][keep[row]], short, rtol=1e-14)


def test_masked_arrays_are_respected() -> None:
    z = np.ma.array([1.0, 2.0, 50.0], mask=[False, False, True])
    p = lambdify("softmax(z)")(z)
    assert p.mask.tolist() == [False, False, True]
    np.testing.assert_allclose(p[:2], lambdify("softmax(z)")([1.0, 2.0]))


def test_read_only_and_strided_input() -> None:
    z = RNG.normal(size=(6, 8))
    z.flags.writeable = False
    np.testing.assert_array_equal(lambdify("softmax(z)")(z[::2, ::-3]), lambdify("softmax(z)")(z[::2, ::-3].copy()))


@pytest.mark.parametrize(
    ("text", "values", "options", "error", "words"),
    [
        ("softmax(z, beta)", ([1.0],), {}, ShapeError, "needs a value for beta"),
        ("softmax(z)", ([1.0], 2.0), {}, ShapeError, "takes 1 values"),
        ("softmax(z)", ([1.0],), {"bata": 1}, ShapeError, "no argument 'bata'"),
        ("sum(z*y)", ([1.0, 2.0], [1.0]), {}, ShapeError, "y and z have the same length N, and 1 and 2"),
        ("softmax(z)", (["a"],), {}, DomainError, "must hold real numbers"),
        ("softmax(z)", ([[1.0], [1.0, 2.0]],), {}, ShapeError, "unequal lengths"),
        ("softmax(z)", (3.0,), {}, ShapeError, "z is a vector"),
        ("softmax(z)", ([],), {}, ShapeError, "z is empty"),
        ("softmax(z)", ([1.0],), {"axis": 2}, ShapeError, "axis 2 does not exist"),
        ("softmax(z)", ([1.0],), {"accuracy": "best"}, DomainError, "'fast' or 'high'"),
        ("softmax(z)", ([1.0],), {"out": np.empty(2)}, ShapeError, "the result has the shape"),
        ("softmax(z)", ([1j],), {}, DomainError, "complex"),
        ("sum(softmax([a, b]))", (np.ones(2), np.ones(3)), {}, ShapeError, "do not broadcast"),
    ],
)
def test_wrong_arguments(text: str, values: tuple[Any, ...], options: dict[str, Any], error: Any, words: str) -> None:
    with pytest.raises(error, match=words):
        lambdify(text)(*values, **options)


def test_names_that_the_code_uses() -> None:
    with pytest.raises(UnsupportedError, match="uses the name axis itself"):
        lambdify("axis*z where axis: real")


def test_unknown_targets() -> None:
    with pytest.raises(UnsupportedError, match="no target 'fortran'"):
        lambdify("softmax(z)", modules="fortran")
    with pytest.raises(SoftsymError):
        lambdify("softmax(z")


@pytest.mark.parametrize("text", ["softmax(z, beta)", "sparsemax(z)", "lse(concat(z, w))", "drop(z, i)", "0.1*z + 1/3"])
def test_the_source_runs_on_its_own(text: str) -> None:
    f = lambdify(text)
    space: dict[str, Any] = {}
    exec(f.source, space)
    values = [RNG.normal(size=4) if s.kind.type == "vector" else 1.5 for s in f.symbols]
    np.testing.assert_allclose(space["f"](*values), f(*values), rtol=1e-15)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-1e308, 1e308), min_size=1, max_size=6),
    st.floats(-1e3, 1e3),
    st.floats(1e-300, 1e308),
)
def test_softmax_of_anything_finite(z: list[float], c: float, beta: float) -> None:
    p = lambdify("softmax(z, beta)")(z, beta)
    assert np.isfinite(p).all()
    assert abs(p.sum() - 1) < 1e-14
    assert (np.argmax(p) == np.argmax(z)) or p[np.argmax(z)] == p.max()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=6), st.integers(-(2**40), 2**40))
def test_shift_invariance(z: list[int], c: int) -> None:
    p = lambdify("softmax(z)")
    np.testing.assert_array_almost_equal_nulp(p(np.array(z, float)), p(np.array(z, float) + c), nulp=6)


def test_an_expression_object_works_as_its_text() -> None:
    z = ss.vector("z")
    np.testing.assert_array_equal(lambdify(ss.softmax(z))([0.0, 1.0]), lambdify("softmax(z)")([0.0, 1.0]))


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_a_row_by_position_gives_what_it_gives_by_name(text: str) -> None:
    f = lambdify(text)
    point = point_for(f, 1.0, np.random.default_rng(7)) | {name: LENGTHS[name] for name in f.names if name in LENGTHS}
    by_name = f(**point)
    by_position = f(*(point[name] for name in f.names))
    assert np.shape(by_position) == np.shape(by_name)
    np.testing.assert_allclose(by_position, by_name, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("sum(0*z) + a", ([1.0, 2.0], 3.0), 3.0),
        ("sum(0*z + b)", ([1.0, 2.0], 3.0), 6.0),
        ("(0*z)[i]", ([1.0, 2.0],), [0.0, 0.0]),
        ("diff(identity(N)[i, j], a)", (0.0, 2), [[0.0, 0.0], [0.0, 0.0]]),
        ("grad(hardmax(w)[i], z)", ([1.0, 2.0], [1.0, 2.0]), [[0.0, 0.0], [0.0, 0.0]]),
    ],
)
def test_what_is_constant_keeps_its_shape(text: str, values: tuple[Any, ...], expected: Any) -> None:
    np.testing.assert_array_equal(lambdify(text)(*values), expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("max(0*z + b)", 2.0),
        ("softmax(0*z + b)", [0.5, 0.5]),
        ("hardmax(0*z + b)", [0.5, 0.5]),
        ("argmax_count(0*z + b)", 2.0),
        ("norm(0*z + b, 2)", np.sqrt(8)),
        ("max(0*z + b) - min(0*z)", 2.0),
        ("(0*z + b)[i]", [2.0, 2.0]),
        ("0*z + b - b", [0.0, 0.0]),
    ],
)
def test_vectors_that_play_no_part(text: str, expected: Any) -> None:
    f = lambdify(text)
    point = {"z": np.array([1.0, 3.0]), "b": 2.0}
    given = {name: point[name] for name in f.names}
    space: dict[str, Any] = {}
    exec(f.source, space)
    for call in (f, lambda **values: f(accuracy="high", **values), space["f"]):
        np.testing.assert_allclose(call(**given), expected, rtol=1e-15)
        several = call(**{**given, "z": np.ones((3, 2))})
        np.testing.assert_allclose(several, np.broadcast_to(expected, (3, *np.shape(expected))), rtol=1e-15)


@pytest.mark.parametrize("accuracy", ["fast", "high"])
@pytest.mark.parametrize("text", ["z[3]", "z[3] + sum(z)", "drop(z, 3)", "w[i]*z[i] where w: vector(M)"])
@pytest.mark.parametrize("batch", [(), (4,)])
def test_vectors_too_short_for_an_entry(text: str, accuracy: str, batch: tuple[int, ...]) -> None:
    f = lambdify(text)
    with pytest.raises(ShapeError, match="entry 3 of a vector of length 2"):
        f(*(np.ones((*batch, 2 if k == 0 else 3)) for k, _ in enumerate(f.names)), accuracy=accuracy)
