"""PyTorch and JAX functions of expressions, from the same array program as the NumPy ones.

The source is the function that runs: pure, without writing in place and without branching on values, so that
``torch.autograd``, ``torch.compile``, ``jax.grad``, ``jax.jit`` and ``jax.vmap`` apply to it.

===================  ===================================================================================================
what                 how it differs from the NumPy function
===================  ===================================================================================================
type                 that of the tensors, in which everything is computed; half types are computed in float32 and
                     rounded once, integers and lists are read as float64 (in JAX as float32 unless ``jax_enable_x64``)
infinite entries     follow IEEE arithmetic: nan where the limit needs a case of its own; -inf beside a finite entry is
                     fine
options              ``axis`` alone
===================  ===================================================================================================
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache, reduce
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from softsym.errors import DomainError, UnsupportedError, did_you_mean
from softsym.expression import Expr
from softsym.language.printer import to_text
from softsym.targets import shared_functions
from softsym.targets.array_source import Place, SharedWriter
from softsym.targets.demands import check_lengths
from softsym.targets.driver import bind, numbers, prepared
from softsym.targets.numpy import RESERVED, Generated, generated
from softsym.targets.program import steps

if TYPE_CHECKING:
    from softsym.targets.dask_arrays import DaskFunction

Array = Any
TAKEN = RESERVED | {"xp", "result", "batch", *dir(shared_functions)}


class Library:
    """A library of arrays: its module, what it calls otherwise, and how it reads values."""

    name: str
    package: str
    names: Mapping[str, str]
    places = False
    """Whether new arrays must be put beside the others, on their device."""

    @cached_property
    def module(self) -> Any:
        """The module; :class:`~softsym.errors.UnsupportedError` if it is not installed."""
        try:
            return import_module(self.package)
        except ImportError:
            extra = self.package.split(".")[0]
            raise UnsupportedError(
                f"modules={self.name!r} needs {extra}, which is not installed; try: pip install 'softsym[{extra}]'"
            ) from None

    def holds(self, value: Any) -> bool:
        """Whether a value is one of the library's arrays."""
        raise NotImplementedError

    def floating(self, dtype: Any) -> bool:
        """Whether a type is a floating one."""
        raise NotImplementedError

    def cast(self, array: Array, dtype: Any) -> Array:
        """The array in another type."""
        raise NotImplementedError

    def taken(self, array: Array) -> Array:
        """A NumPy array as one of the library's."""
        return self.module.asarray(array)

    def read(self, given: Mapping[str, Any]) -> tuple[dict[str, Array], Any]:
        """The values as arrays of the type to compute in, and the type of the result."""
        xp = self.module
        arrays = {n: v if self.holds(v) else self.taken(self.foreign(v, n)) for n, v in given.items()}
        python = {n for n, v in given.items() if isinstance(v, int | float) and not isinstance(v, np.generic)}
        for name, array in arrays.items():
            if "complex" in str(array.dtype):
                raise DomainError(f"{name} must hold real numbers, and holds {array.dtype}")
        double = self.taken(np.float64(1.0)).dtype
        types = [a.dtype if self.floating(a.dtype) else double for n, a in arrays.items() if n not in python]
        final = reduce(xp.promote_types, types) if types else double
        inner = xp.float32 if xp.finfo(final).bits < 32 else final
        return {n: self.cast(a, inner) for n, a in arrays.items()}, final

    @staticmethod
    def foreign(value: Any, name: str) -> Array:
        """A list, a number or a NumPy array; what is no floating array is read as float64."""
        array = numbers(value, name)
        return np.array(array, dtype=array.dtype if array.dtype.kind == "f" else float)


class Torch(Library):
    """PyTorch."""

    name, package, places = "torch", "torch", True
    names: Mapping[str, str] = {
        "asarray": "as_tensor",  # keeps what autograd knows
        "moveaxis": "movedim",  # which vmap has a rule for
        "falling": "xp.sort({0}, axis={1}, descending=True)[0]",
    }

    def holds(self, value: Any) -> bool:
        return isinstance(value, self.module.Tensor)

    def floating(self, dtype: Any) -> bool:
        return bool(dtype.is_floating_point)

    def cast(self, array: Array, dtype: Any) -> Array:
        return array.to(dtype)


class Jax(Library):
    """JAX."""

    name, package = "jax", "jax.numpy"
    names: Mapping[str, str] = {"falling": "xp.sort({0}, axis={1}, descending=True)"}

    def holds(self, value: Any) -> bool:
        return isinstance(value, import_module("jax").Array)

    def floating(self, dtype: Any) -> bool:
        return bool(self.module.issubdtype(dtype, self.module.floating))

    def cast(self, array: Array, dtype: Any) -> Array:
        return array.astype(dtype)


LIBRARIES: dict[str, Library] = {library.name: library for library in (Torch(), Jax())}


class TensorFunction:
    """A function of an expression's names on another library's arrays; see :func:`softsym.lambdify`.

    ``source`` is the code on its own, ``function`` the bare function that it defines (for ``torch.compile``, which does
    not follow the checks of the arguments), ``names`` are the parameters. Called as ``f(*values, axis=-1)``.
    """

    def __init__(self, expr: Expr, library: Library, axis: int = -1) -> None:
        self.expr, self.library, self.axis, self._label = expr, library, axis, str(expr)
        self._made = generated(expr)
        self.names = self._made.parameters
        self.symbols = (*self._made.vectors, *self._made.scalars)
        self.__doc__ = f"{to_text(expr)} as a function of {', '.join(self.names) or 'nothing'}, for {library.name}."
        self.function = compiled(expr, library)

    def __repr__(self) -> str:
        return f"lambdify({str(self.expr)!r}, modules={self.library.name!r})"

    def __call__(self, *values: Any, **options: Any) -> Any:
        body = self._made.body
        given, chosen = bind(body, values, {"axis": self.axis} | options, self._label)
        if set(chosen) > {"axis"}:
            raise UnsupportedError(f"a function for {self.library.name} has the option axis alone; {_refused(chosen)}")
        lengths = {n: int(given.pop(n)) for n in body.lengths}
        arrays, dtype = self.library.read(given)
        call = prepared(body, {n: shaped(a) for n, a in arrays.items()} | lengths, chosen["axis"], None)
        check_lengths(self._made.body.demands, call.sizes, self._label)
        axis = {"axis": chosen["axis"]} if body.vectors else {}
        ordered = [*(arrays[n] for n in self.names if n in arrays), *lengths.values()]
        return self.library.cast(self.function(*ordered, **axis), dtype)

    @cached_property
    def source(self) -> str:
        """The function as a module that needs the library alone; it takes arrays of one floating type."""
        return source_text(self._made, self.library)


def _refused(chosen: Mapping[str, Any]) -> str:
    return f"{', '.join(sorted(set(chosen) - {'axis'}))} belongs to modules='numpy'"


def shaped(array: Array, dtype: Any = float) -> Array:
    """Something of the array's shape that takes no memory, for the checks that need shapes and types alone."""
    return np.broadcast_to(np.zeros((), dtype), tuple(array.shape))


def function_for(expr: Expr, modules: str, axis: int) -> TensorFunction | DaskFunction:
    """The function for a library by its name."""
    if modules == "dask":
        from softsym.targets.dask_arrays import DaskFunction

        return DaskFunction(expr, axis)
    if modules not in LIBRARIES:
        known = ("numpy", "dask", *LIBRARIES)
        raise UnsupportedError(f"there is no target {modules!r}; {did_you_mean(modules, known)}")
    return TensorFunction(expr, LIBRARIES[modules], axis)


@lru_cache(maxsize=256)
def compiled(expr: Expr, library: Library) -> Callable[..., Any]:
    """The function that the source defines."""
    _ = library.module
    space: dict[str, Any] = {}
    exec(compile(source_text(generated(expr), library), f"<softsym {to_text(expr)[:60]}>", "exec"), space)
    return space["f"]  # type: ignore[no-any-return]


def check_names(made: Generated) -> None:
    """Raise :class:`~softsym.errors.UnsupportedError` if the shared text uses a parameter's name itself."""
    clash = sorted(set(made.parameters) & TAKEN)
    if clash:
        raise UnsupportedError(f"generated code uses the name {clash[0]} itself; give it another one")


def source_text(made: Generated, library: Library) -> str:
    """A module with one function ``f`` for the library."""
    check_names(made)
    place = _place(made, library)
    writer = SharedWriter(made.program, {*made.parameters, *TAKEN}, place, library.names["falling"])
    assignments, result = writer.write()
    if made.program.result.head in ("number", "constant"):
        result = writer.array(made.program.result)
    head = f"def f({', '.join([*made.parameters, *(['axis=-1'] if made.vectors else [])])}):"
    constants = [f"{k} = {float(v)!r}  # {v}" for k, v in writer.constants.items()]
    lines = [*constants, *_header(made, place), *assignments, *_footer(made, result, writer)]
    text = "\n".join([head, f'    """{to_text(made.expr)}"""', *(f"    {line}" for line in lines)])
    blocks = [*(plain_function(shared_functions, h) for h in writer.helpers), text]
    return "\n\n\n".join([f"import {library.package} as xp", *(_renamed(b, library) for b in blocks)]) + "\n"


def _renamed(text: str, library: Library) -> str:
    """The text with the functions by the names that the library has for them."""
    return re.sub(r"\bxp\.(\w+)", lambda found: f"xp.{library.names.get(found[1], found[1])}", text)


def plain_function(home: Any, name: str) -> str:
    """The text of one of a module's functions without its annotations."""
    function = getattr(home, name)
    _, _, rest = inspect.getsource(function).partition("\n")
    return f"def {name}({', '.join(inspect.signature(function).parameters)}):\n{rest.rstrip()}"


def _place(made: Generated, library: Library) -> Place:
    """What new arrays take after: the first argument, and the vectors for their lengths."""
    first = (*made.vectors, *made.scalars)[:1]
    own = first[0].name if first else ""
    return Place(f"{own}.dtype" if first else "float", f"{own}.device" if first and library.places else "", made.sizes)


def _header(made: Generated, place: Place) -> list[str]:
    """The arguments as arrays: vectors with their entries last, scalars with an axis of length 1 for each slot."""
    lines = [f"{v.name} = xp.moveaxis(xp.asarray({v.name}), axis, -1)" for v in made.vectors]
    tail = f"[..., {', '.join(['None'] * made.program.rank)}]" if made.program.rank else ""
    device = f", device={place.device}" if place.device else ""
    for scalar in made.scalars:
        if place.dtype == f"{scalar.name}.dtype":
            lines.append(f'{scalar.name} = xp.asarray({scalar.name}, dtype=getattr({scalar.name}, "dtype", float))')
            lines += [f"{scalar.name} = {scalar.name}{tail}"] if tail else []
        else:
            lines.append(f"{scalar.name} = xp.asarray({scalar.name}, dtype={place.dtype}{device}){tail}")
    return lines + [
        f"{name} = xp.asarray({place.sizes.get(name, name)}, dtype={place.dtype})" for name in made.used_lengths
    ]


def _footer(made: Generated, result: str, writer: SharedWriter) -> list[str]:
    """The result with its own axes, in the place of the vectors' axis."""
    program = made.program
    lines = [f"result = {result}"]
    if not _is_full(made):
        lines = [*_batch(made), f"result = xp.broadcast_to({result}, {_whole_shape(made, writer)})"]
    gone = [slot - program.rank for slot in range(program.rank) if slot not in program.order]
    if gone:
        lines.append(f"result = xp.squeeze(result, axis=({', '.join(map(str, gone))}{',' * (len(gone) == 1)}))")
    count = len(program.order)
    if count == 1 and made.vectors:
        lines.append("result = xp.moveaxis(result, -1, axis)")
    elif count and made.vectors:
        own = ", ".join(str(k - count) for k in range(count))
        ends = ", ".join(f"axis - {count - 1 - k}" if k < count - 1 else "axis" for k in range(count))
        starts = ", ".join(f"axis + {k}" if k else "axis" for k in range(count))
        lines.append(f"result = xp.moveaxis(result, ({own}), ({ends}) if axis < 0 else ({starts}))")
    return [*lines[:-1], lines[-1].replace("result = ", "return ", 1)]


def _is_full(made: Generated) -> bool:
    """Whether the result has all its axes by itself: every argument enters it, and every slot of its own."""
    used = {op.data[0] for op in steps(made.program.result) if op.head == "input"}
    own = {slot for slot, _ in made.program.result.slots}
    return used == {s.name for s in (*made.vectors, *made.scalars)} and own >= set(made.program.order)


def _batch(made: Generated) -> list[str]:
    cut = f"[:-{made.program.rank}]" if made.program.rank else ""
    shapes = [f"{v.name}.shape[:-1]" for v in made.vectors] + [f"{s.name}.shape{cut}" for s in made.scalars]
    return [f"batch = xp.broadcast_shapes({', '.join(shapes)})" if shapes else "batch = ()"]


def _whole_shape(made: Generated, writer: SharedWriter) -> str:
    """The text of the shape of the result with an axis for each slot."""
    found = dict(made.program.result.slots)
    sizes = [
        writer.size(made.length_of(slot, found)) if slot in made.program.order else "1"
        for slot in range(made.program.rank)
    ]
    return f"(*batch, {', '.join(sizes)})" if sizes else "batch"
