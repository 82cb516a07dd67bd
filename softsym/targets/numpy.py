"""NumPy functions of expressions: ``lambdify``.

The expression's stable form becomes an array program, the program NumPy source, and the source a function that treats
leading axes as batches. The same source runs in several arithmetics (:mod:`softsym.targets.arithmetic`): on float64
arrays, and on double words and balls, which give ``accuracy="high"`` and the values for which those lack the range.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal, overload

from softsym.errors import UnsupportedError
from softsym.expansion import expand
from softsym.expression import Apply, Expr, Symbol, as_expr, free_symbols, walk
from softsym.language.printer import to_text
from softsym.shapes import is_index
from softsym.stable import stable
from softsym.stable.form import resolved
from softsym.symbols import Length
from softsym.targets import array_functions, rows
from softsym.targets.arithmetic import Arithmetic
from softsym.targets.body import PLAIN, Body, Variant
from softsym.targets.demands import demands
from softsym.targets.driver import evaluate, quick
from softsym.targets.lowering import index_names, lower
from softsym.targets.numpy_in_place import InPlaceWriter, SingleWriter, varying
from softsym.targets.numpy_source import Writer
from softsym.targets.program import Op, Program, steps
from softsym.targets.simplify import simplified, unshifted, with_ones
from softsym.targets.stages import Stages, in_stages
from softsym.targets.totals import highest, totals

if TYPE_CHECKING:
    from softsym.targets.dask_arrays import DaskFunction
    from softsym.targets.tensors import TensorFunction

RESERVED = frozenset(("np", "axis", "out", "where", "accuracy", "array", "shape", "int", "float", "body"))


@overload
def lambdify(expr: Expr | str, *, axis: int = -1, modules: Literal["numpy"] = "numpy") -> ArrayFunction: ...
@overload
def lambdify(expr: Expr | str, *, axis: int = -1, modules: str) -> ArrayFunction | TensorFunction | DaskFunction: ...
def lambdify(
    expr: Expr | str, *, axis: int = -1, modules: str = "numpy"
) -> ArrayFunction | TensorFunction | DaskFunction:
    """A function of the expression's names: the vectors as they first appear, then the scalars as they first appear.

    Vectors are arrays with their entries along ``axis``; all other axes are batch axes and broadcast, and a scalar may
    be a number or an array with one value a row. A free index in the expression becomes an axis of the result, which
    stands where the vectors' axis stood (a Hessian of ``(..., N)`` has the shape ``(..., N, N)``).

    The code comes from :func:`softsym.stable.stable`, so that nothing overflows whose value is in range. ``modules``
    names the library whose arrays the function takes: ``"numpy"``; ``"torch"`` and ``"jax"``, whose functions can be
    differentiated and compiled (:mod:`softsym.targets.tensors`); or ``"dask"``, for arrays in chunks
    (:mod:`softsym.targets.dask_arrays`).

    >>> f = lambdify("softmax(z, beta)")
    >>> f([0.0, 0.0], 1e308), f([[1.0, 1.0], [0.0, 1000.0]], [1.0, 2.0])
    (array([0.5, 0.5]), array([[0.5, 0.5],
           [0. , 1. ]]))
    >>> print(f.source)  # doctest: +ELLIPSIS
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def f(z, beta, axis=-1):
        \"\"\"softmax(z, beta)\"\"\"
    ...

    Raises :class:`~softsym.errors.LanguageError` for a text outside the language, and
    :class:`~softsym.errors.UnsupportedError` for an unknown target or a derivative that cannot be resolved.
    """
    if modules != "numpy":
        from softsym.targets.tensors import function_for

        return function_for(as_expr(expr), modules, axis)
    return ArrayFunction(as_expr(expr), axis)


@dataclass(frozen=True)
class Generated:
    """What the generation of an expression gives: its names, its program, and how its source is put together."""

    expr: Expr
    vectors: tuple[Symbol, ...]
    scalars: tuple[Symbol, ...]
    lengths: tuple[str, ...]
    program: Program
    unshifted: Program | None

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        return (*(s.name for s in (*self.vectors, *self.scalars)), *self.lengths)

    @cached_property
    def body(self) -> Body:
        found, direct = dict(self.program.result.slots), self.unshifted
        return Body(
            vectors=tuple((v.name, v.kind.vector_length) for v in self.vectors),
            scalars=tuple(s.name for s in self.scalars),
            lengths=self.lengths,
            result=tuple(self.length_of(slot, found) for slot in self.program.order),
            order=self.program.order,
            rank=self.program.rank,
            run=self.run,
            unshifted=self.unshifted,
            highest=self.highest,
            uniform=self.uniform,
            arrays=self.arrays,
            stages=self.stages,
            run_stage=self.run_stage,
            demands=demands(self.program),
            logarithmic=any(op.head == "log" for op in steps(self.program.result if direct is None else direct.result)),
        )

    @cached_property
    def uniform(self) -> bool:
        """Whether all arrays of the program have the entries of one vector: then it can write in place."""
        order = steps(self.program.result)
        lengths = {size for op in order for _, size in op.slots}
        alike = lengths == {self.vectors[0].kind.vector_length} if self.vectors else False
        return self.program.rank == 1 and alike and varying(order) == {op for op in order if op.slots}

    @cached_property
    def arrays(self) -> int:
        """How many arrays it writes to if it writes in place."""
        return sum("array(shape)" in line for line in self.lines(Variant(in_place=True))[0]) if self.uniform else 0

    def length_of(self, slot: int, found: dict[int, Length]) -> Length:
        if slot in found:
            return found[slot]
        names = index_names(self.expr)
        if slot < len(names):
            return names[slot].kind.vector_length
        return self.expr.shape[slot - len(names)]

    def run(self, variant: Variant) -> Callable[..., Any]:
        """The body's function in one of its variants."""
        return _compile(self.expr, variant)

    def stages(self, variant: Variant) -> Stages | None:
        """A variant's program in stages."""
        program = self.program if variant.shifted else self.unshifted
        return in_stages(with_ones(program, variant.ones)) if self.uniform and program is not None else None

    def run_stage(self, level: int, variant: Variant) -> Callable[..., Any]:
        """The function of one stage of a variant."""
        return _compile_stage(self.expr, level, variant)

    def lines(self, variant: Variant = PLAIN) -> tuple[list[str], str, Writer]:
        """The assignments, the result's text and the writer that knows what they need."""
        program = self.program if variant.shifted or self.unshifted is None else self.unshifted
        taken = {*self.parameters, *RESERVED}
        if not variant.in_place and not variant.single:
            if any(op.head == "relative_excess" for op in steps(program.result)):
                program = self.program  # the operation is for rows alone
            writer = Writer(with_ones(program, variant.ones), taken, variant.masked)
            return *writer.write(), writer
        program = with_ones(program, variant.ones)
        writer = SingleWriter(program, taken) if variant.single else InPlaceWriter(program, taken, variant)
        assignments, result = writer.write()
        if not variant.shifted:
            result = f"({', '.join([result, *(writer.texts[total][0] for total in totals(writer.program))])},)"
        return assignments, result, writer

    def highest(self, ones: frozenset[str]) -> float:
        """Up to where the totals of the program without shifts are trusted, for scalars of which some are 1."""
        return highest(totals(with_ones(self.unshifted, ones))) if self.unshifted is not None else 0.0

    @cached_property
    def filled(self) -> Program:
        """The program, with what does not vary along an axis of the result repeated along it."""
        value, sizes = self.program.result, dict(zip(self.program.order, self.body.result, strict=True))
        for slot in self.program.order:
            if not value.has(slot):
                value = Op("fill", (value,), (*value.slots, (slot, sizes[slot])), (slot, sizes[slot]))
        return replace(self.program, result=value)

    @cached_property
    def used_lengths(self) -> tuple[str, ...]:
        """The lengths whose values the program needs: as numbers, or as sizes that none of its vectors tells."""
        order = steps(self.filled.result)
        found = [n for op in order if op.head == "length" for n in _names(op)]
        told = {n for op in order if op.head == "input" for _, size in op.slots for n in size.names}
        found += [n for op in order for _, size in op.slots for n in sorted(size.names - told)]
        return tuple(dict.fromkeys(found))

    @cached_property
    def sizes(self) -> dict[str, str]:
        """The texts of the lengths that vectors tell."""
        lengths = [(v.kind.vector_length, f"{v.name}.shape[-1]") for v in reversed(self.vectors)]
        return {size.terms[0][0]: text for size, text in lengths if not size.is_literal}


def _names(op: Op) -> list[str]:
    value = op.data[0]
    assert isinstance(value, Length)
    return [name for name, _ in value.terms]


@lru_cache(maxsize=256)
def generated(expr: Expr) -> Generated:
    """The names and the program of an expression."""
    form = stable(expr)
    free = free_symbols(expr)
    found = [n for n in walk(expr) if isinstance(n, Symbol) and n in free and not _is_order(n)]
    seen = tuple(dict.fromkeys(found))
    vectors = tuple(s for s in seen if s.kind.type == "vector")
    scalars = tuple(s for s in seen if s.kind.type == "scalar")
    clash = sorted({s.name for s in seen} & RESERVED)
    if clash:
        raise UnsupportedError(
            f"generated code uses the name {clash[0]} itself; give it another one, as in {clash[0]}_1"
        )
    lowered = lower(form, index_names(expr))
    program = simplified(lowered)
    known = {v.kind.vector_length.terms[0][0] for v in vectors if len(v.kind.vector_length.terms) == 1}
    needed = {n for op in steps(program.result) for _, size in op.slots for n in size.names}
    needed |= {n for op in steps(program.result) if op.head == "length" for n in _names(op)}
    needed |= {n for size in (*(i.kind.vector_length for i in index_names(expr)), *expr.shape) for n in size.names}
    direct = unshifted(lowered) if not _has_extremes(expr) else None
    return Generated(expr, vectors, scalars, tuple(sorted(needed - known)), program, direct)


def _has_extremes(expr: Expr) -> bool:
    """Whether the expression itself takes a maximum, which is then no shift."""
    heads = {n.head for n in walk(expand(resolved(expr))) if isinstance(n, Apply)}
    return bool(heads & {"max", "min", "sparsemax"})


def _is_order(symbol: Symbol) -> bool:
    return symbol.kind.type == "constant" or is_index(symbol)


@lru_cache(maxsize=512)
def _compile(expr: Expr, variant: Variant) -> Callable[..., Any]:
    made = generated(expr)
    extra = [*(["where"] if variant.masked else []), *(["array", "shape"] if variant.in_place else [])]
    home = replace(variant.arithmetic, functions=rows) if variant.in_place or variant.single else variant.arithmetic
    return _executed(made, made.lines(variant), extra, home)


@lru_cache(maxsize=512)
def _compile_stage(expr: Expr, level: int, variant: Variant) -> Callable[..., Any]:
    made = generated(expr)
    stages = made.stages(variant)
    assert stages is not None
    writer = Writer(stages.programs[level], {*made.parameters, *RESERVED, *stages.names})
    earlier = [name for reductions in stages.levels[:level] for _, name in reductions]
    return _executed(made, (*writer.write(), writer), earlier, variant.arithmetic)


def _executed(
    made: Generated, lines: tuple[list[str], str, Writer], extra: list[str], arithmetic: Arithmetic
) -> Callable[..., Any]:
    """The function that some lines make, of the parameters and ``extra`` ones."""
    assignments, result, writer = lines
    names = [*made.parameters, *(n for n in made.used_lengths if n not in made.lengths)]
    head = f"def body({', '.join([*names, *extra])}):"
    text = "\n".join([head, *(f"    {line}" for line in assignments), f"    return {result}"])
    space: dict[str, Any] = {"np": arithmetic.namespace}
    own = arithmetic.functions
    others = [_helper(name) for name in writer.helpers if not hasattr(own, name)]
    exec(
        compile("\n".join(["from __future__ import annotations", *others]), "<softsym array functions>", "exec"), space
    )
    space |= {name: getattr(own, name) for name in writer.helpers if hasattr(own, name)}
    for name, value in writer.constants.items():
        space[name] = arithmetic.constant(value)
    exec(compile(text, f"<softsym {to_text(made.expr)[:60]}>", "exec"), space)
    return space["body"]  # type: ignore[no-any-return]


def _helper(name: str) -> str:
    return inspect.getsource(getattr(array_functions, name))


class ArrayFunction:
    """A NumPy function of an expression's names; see :func:`lambdify`.

    ``source`` is the code on its own, ``names`` are the parameters, ``error_bound`` says how exact the results are.
    Called as ``f(*values, axis=-1, out=None, where=None, accuracy="fast")``: ``out`` receives the result, ``where``
    leaves entries out as if the vectors were shorter (their places in a vector result hold nan), and
    ``accuracy="high"`` computes with as much precision as each result needs.
    """

    def __init__(self, expr: Expr, axis: int = -1) -> None:
        self.expr, self.axis, self._label = expr, axis, str(expr)
        self._made = generated(expr)
        self.names = self._made.parameters
        self.symbols = (*self._made.vectors, *self._made.scalars)
        self.__doc__ = f"{to_text(expr)} as a function of {', '.join(self.names) or 'nothing'}."

    def __repr__(self) -> str:
        return f"lambdify({str(self.expr)!r})"

    def __call__(self, *values: Any, **options: Any) -> Any:
        return evaluate(self._made.body, values, {"axis": self.axis} | options, self._label)

    def quick(self, *values: Any, **options: Any) -> Any:
        """The value for single rows of float64, or ``None`` where the whole way is needed."""
        return quick(self._made.body, values, options)

    @property
    def error_bound(self) -> str:
        """How exact the results are, in words."""
        from softsym.targets.error_bound import in_words

        return in_words(self._made.program)

    @cached_property
    def source(self) -> str:
        """The function as a module that needs NumPy alone."""
        return source_text(self._made)


def source_text(made: Generated, name: str = "f") -> str:
    """A module with one function of the given name."""
    writer = Writer(made.filled, {*made.parameters, *RESERVED})
    assignments, result = writer.write()
    if made.vectors and not any(op.head == "input" and op.slots for op in steps(made.filled.result)):
        result += f" + np.zeros({made.vectors[0].name}.shape[:-1] + {(1,) * made.program.rank})"
    blocks = ["import numpy as np", *(_plain(_helper(h)) for h in writer.helpers)]
    constants = [f"{k} = {float(v)!r}  # {v}" for k, v in writer.constants.items()]
    head = f"def {name}({', '.join([*made.parameters, *(['axis=-1'] if made.vectors else [])])}):"
    lines = [head, f'    """{to_text(made.expr)}"""', *(f"    {c}" for c in constants), *_header(made)]
    lines += ['    with np.errstate(all="ignore"):', *(f"        {line}" for line in assignments)]
    lines += [f"        result = {result}", *_footer(made)]
    return "\n\n\n".join([*blocks, "\n".join(lines)]) + "\n"


def _plain(text: str) -> str:
    """A function's text without its annotations."""
    head, _, rest = text.partition("\n")
    name = head[4 : head.index("(")]
    parameters = inspect.signature(getattr(array_functions, name)).parameters.values()
    bare = [p.name if p.default is p.empty else f"{p.name}={p.default}" for p in parameters]
    return f"def {name}({', '.join(bare)}):\n{rest.rstrip()}"


def _header(made: Generated) -> list[str]:
    lines = [f"    {v.name} = np.moveaxis(np.asarray({v.name}, float), axis, -1)" for v in made.vectors]
    tail = "[..., " + ", ".join(["None"] * made.program.rank) + "]" if made.program.rank else ""
    lines += [f"    {s.name} = np.asarray({s.name}, float){tail}" for s in made.scalars]
    return lines + [f"    {n} = {made.sizes[n]}" for n in made.used_lengths if n in made.sizes]


def _footer(made: Generated) -> list[str]:
    program = made.program
    gone = [slot - program.rank for slot in range(program.rank) if slot not in program.order]
    lines = []
    if gone:
        axes = ", ".join(str(a) for a in gone) + ("," if len(gone) == 1 else "")
        lines.append(f"    result = np.squeeze(result, axis=({axes}))")
    if made.vectors and len(program.order) == 1:
        return [*lines, "    return np.moveaxis(result, -1, axis)"]
    return [*lines, "    return result"]


__all__ = ["ArrayFunction", "lambdify"]
