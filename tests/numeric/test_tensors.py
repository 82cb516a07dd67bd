"""PyTorch and JAX functions against the NumPy ones: values, gradients, batches, axes, types, transformations."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from softsym import lambdify
from softsym.errors import DomainError, ShapeError, UnsupportedError
from softsym.targets import tensors
from tests.workbook.engines import engine

from .cases import EXPRESSIONS, point_for

BOTH = ["torch", "jax"]
SOME = [
    "softmax(z, beta)",
    "log_softmax(z)[i]*delta(i, j)",
    "cross_entropy(y, softmax(z, beta)) where y: onehot",
    "log(drop(softmax(z), i))",
    "sparsemax(z)",
    "onehot_argmax(concat([a, b], z))",
]
"""JAX compiles each operation when it first meets it, so that a few must do; the text is PyTorch's."""
RNG = np.random.default_rng(3)


@pytest.fixture
def library(request: pytest.FixtureRequest) -> str:
    """The name of a library that is installed; JAX computes in float64."""
    name: str = request.param
    module = engine(name)
    if name == "jax":
        module.config.update("jax_enable_x64", True)
    return name


def compared(text: str, library: str, point: dict[str, Any], tolerance: float = 1e-12, **options: Any) -> None:
    expected = np.asarray(lambdify(text)(**point, **options))
    value = lambdify(text, modules=library)(**point, **options)
    assert tuple(value.shape) == expected.shape
    largest = np.max(np.abs(expected)) or 1.0
    np.testing.assert_allclose(np.asarray(value) / largest, expected / largest, rtol=0, atol=tolerance)


@pytest.mark.parametrize("text", EXPRESSIONS)
@pytest.mark.parametrize("library", ["torch"], indirect=True)
def test_torch_gives_the_values_of_numpy(text: str, library: str) -> None:
    for scale in (1.0, 30.0):
        compared(text, library, point_for(lambdify(text), scale, np.random.default_rng(7)))


@pytest.mark.parametrize("text", SOME)
@pytest.mark.parametrize("library", ["jax"], indirect=True)
def test_jax_gives_the_values_of_numpy(text: str, library: str) -> None:
    compared(text, library, point_for(lambdify(text), 1.0, np.random.default_rng(7)))


def without_names(source: str) -> str:
    """The text without what a library calls otherwise."""
    _, _, rest = source.partition("\n")
    for name, other in tensors.LIBRARIES["torch"].names.items():
        rest = rest.replace(f"xp.{other}(", f"xp.{name}(")
    return re.sub(r", device=\w+\.device", "", rest).replace("descending=True)[0]", "descending=True)")


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_the_text_is_the_same_for_all(text: str) -> None:
    made = tensors.generated(lambdify(text).expr)
    torch, jax = (tensors.source_text(made, tensors.LIBRARIES[name]) for name in BOTH)
    assert without_names(torch) == without_names(jax)


@pytest.mark.parametrize("library", ["torch"], indirect=True)
@pytest.mark.parametrize("text", ["softmax(z, beta)", "lse(z, beta)", "z[i]*softmax(z, beta)[j]"])
@pytest.mark.parametrize("axis", [0, 1, -2, -1])
def test_batches_and_axes(text: str, library: str, axis: int) -> None:
    compared(text, library, {"z": RNG.normal(size=(4, 3, 5)), "beta": 2.0}, axis=axis)


@pytest.mark.parametrize("library", ["torch"], indirect=True)
@pytest.mark.parametrize("text", ["softmax(z, beta)", "z[1] - z[1] + beta", "identity(N)*beta + 0*z[i]"])
def test_a_beta_for_each_row(text: str, library: str) -> None:
    compared(text, library, {"z": RNG.normal(size=(4, 1, 5)), "beta": RNG.exponential(size=3)})


@pytest.mark.parametrize("library", BOTH, indirect=True)
@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("softmax(z, beta)", {"z": [1e308, -1e308, 0.0], "beta": 1e308}),
        ("lse(z, beta)", {"z": [1e308, 1e308, -np.inf], "beta": 1e-300}),
        ("log_softmax(z)", {"z": [800.0, 100.5]}),
        ("log_softmax(z)", {"z": [0.0, -np.inf]}),
        ("1 - softmax(z)", {"z": [40.0, 0.0, 0.0]}),
        ("log(1 + sum(exp(z)))", {"z": [800.0, 710.0]}),
        ("ones(N)", {"N": 3}),
        ("pi/2 + log(3)", {}),
    ],
)
def test_the_form_is_the_stable_one(text: str, library: str, point: dict[str, Any]) -> None:
    expected = np.asarray(lambdify(text)(**point, accuracy="high"))
    value = np.asarray(lambdify(text, modules=library)(**point))
    np.testing.assert_allclose(value, expected, rtol=1e-14, atol=0)


GRADIENTS = [
    "lse(z, beta)",
    "boltzmann(z, beta)",
    "entropy(softmax(z, beta))",
    "log_softmax(z, beta)[1]",
    "cross_entropy(y, softmax(z, beta)) where y: onehot",
    "-log(1 - softmax(z, beta)[1])",
    "max(z)*norm(z, 2)",
]


def gradient_of(text: str) -> str:
    formula, where, kinds = text.partition(" where ")
    return f"grad({formula}, z){where}{kinds}"


def differentiated(text: str, library: str, point: dict[str, Any]) -> Any:
    """The gradient in z by the library's own differentiation."""
    function = lambdify(text, modules=library)
    if library == "jax":
        rest = {n: v for n, v in point.items() if n != "z"}
        return engine("jax").grad(lambda z: function(z=z, **rest))(point["z"])
    torch = engine("torch")
    z = torch.tensor(point["z"], requires_grad=True)
    return torch.autograd.grad(function(**(point | {"z": z})), z)[0]


@pytest.mark.parametrize("library", ["torch"], indirect=True)
@pytest.mark.parametrize("text", GRADIENTS)
def test_gradients(text: str, library: str) -> None:
    point = point_for(lambdify(text), 1.0, np.random.default_rng(1))
    expected = lambdify(gradient_of(text))(**point)
    np.testing.assert_allclose(np.asarray(differentiated(text, library, point)), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("library", ["torch"], indirect=True)
def test_the_gradient_of_a_projection(library: str) -> None:
    p = np.array([0.35, 0.65, 0.0])  # the projection of the point, whose support is the first two entries
    found = differentiated("sum(sparsemax(z)**2)", library, {"z": np.array([0.2, 0.5, -3.0])})
    np.testing.assert_allclose(np.asarray(found), np.where(p > 0, 2 * (p - 0.5), 0.0), rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("library", BOTH, indirect=True)
def test_gradients_are_finite_where_softmax_is_saturated(library: str) -> None:
    point = {"z": np.array([1e300, -1e300, 0.0]), "beta": 1e5}
    np.testing.assert_array_equal(np.asarray(differentiated("lse(z, beta)", library, point)), [1.0, 0.0, 0.0])
    point = {"z": np.array([1000.0, -1000.0, 0.0])}
    found = np.asarray(differentiated("-log(softmax(z)[2])", library, point))
    np.testing.assert_array_equal(found, [1.0, -1.0, 0.0])


@pytest.mark.parametrize("library", ["jax"], indirect=True)
def test_jax_transformations(library: str) -> None:
    jax = engine("jax")
    text, z = "log_softmax(z, beta)", RNG.normal(size=(3, 4))
    function, beta = lambdify(text, modules="jax"), np.array([1.0, 2.0, 3.0])
    mapped = jax.jit(jax.vmap(function))(z, beta)
    np.testing.assert_allclose(mapped, lambdify(text)(z, beta), rtol=1e-14)
    traced = jax.jit(function, static_argnames="axis")(z.T, beta, axis=0)
    np.testing.assert_allclose(traced, mapped.T, rtol=1e-14)


@pytest.mark.parametrize("library", ["torch"], indirect=True)
def test_torch_transformations(library: str) -> None:
    torch = engine("torch")
    text, z = "log_softmax(z, beta)", RNG.normal(size=(3, 4))
    function, expected = lambdify(text, modules="torch"), lambdify(text)(z, np.ones(3))
    mapped = torch.func.vmap(function)(torch.tensor(z), torch.ones(3))
    np.testing.assert_allclose(mapped, expected, rtol=1e-14)
    assert torch.autograd.gradcheck(function, (torch.tensor(z, requires_grad=True), torch.ones(3)))


@pytest.mark.parametrize("library", BOTH, indirect=True)
@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64"])
def test_floating_types_are_kept(library: str, name: str) -> None:
    module = engine("torch") if library == "torch" else engine("jax.numpy")
    z = module.asarray([0.5, 1.0, 2.0], dtype=getattr(module, name))
    value = lambdify("softmax(z, beta)", modules=library)(z, 1.0)
    assert value.dtype == getattr(module, name)
    exact, unit = lambdify("softmax(z)")([0.5, 1.0, 2.0]), float(module.finfo(value.dtype).eps)
    np.testing.assert_allclose([float(v) for v in value], exact, rtol=4 * unit)


@pytest.mark.parametrize("library", BOTH, indirect=True)
def test_integers_and_lists_are_read(library: str) -> None:
    f = lambdify("softmax(z, beta)", modules=library)
    for z in ([1, 2, 3], (1.0, 2.0, 3.0), np.arange(3, dtype=np.float32) + 1, np.arange(1, 4)):
        value = f(z, 1)
        wanted = "float32" if getattr(z, "dtype", None) == np.float32 else "float64"
        assert str(value.dtype).endswith(wanted)


@pytest.mark.parametrize("library", BOTH, indirect=True)
@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda f: f([1.0], 1.0, out=None), UnsupportedError, "out belongs to modules='numpy'"),
        (lambda f: f([1.0], 1.0, axis=3), ShapeError, "axis 3 does not exist"),
        (lambda f: f(1.0, 1.0), ShapeError, "z is a vector"),
        (lambda f: f([1.0]), ShapeError, "needs a value for beta"),
        (lambda f: f(["a"], 1.0), DomainError, "must hold real numbers"),
        (lambda f: f([[1.0], [2.0]], [1.0, 2.0, 3.0]), ShapeError, "do not broadcast"),
    ],
)
def test_wrong_calls(library: str, call: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        call(lambdify("softmax(z, beta)", modules=library))


@pytest.mark.parametrize("library", BOTH, indirect=True)
def test_an_entry_that_does_not_exist(library: str) -> None:
    for text in ("z[4]", "drop(z, 4)", "z[i] + w[i] where w: vector(M)"):
        function = lambdify(text, modules=library)
        point = {"z": [1.0, 2.0, 3.0], "w": [1.0, 2.0]}
        with pytest.raises(ShapeError, match="of a vector of length"):
            function(**{n: point[n] for n in function.names})


def test_an_unknown_library() -> None:
    with pytest.raises(UnsupportedError, match="no target 'jaxx'; did you mean 'jax'"):
        lambdify("z", modules="jaxx")


def test_a_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing(tensors.Torch):
        package = "a_library_that_nobody_has"

    monkeypatch.setitem(tensors.LIBRARIES, "torch", Missing())
    with pytest.raises(UnsupportedError, match="pip install"):
        lambdify("softmax(z)", modules="torch")
