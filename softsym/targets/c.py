"""Expressions as one C99 function, printed from the same array program as the NumPy function."""

from __future__ import annotations

import re

from softsym.errors import SoftsymError
from softsym.expression import Expr, as_expr
from softsym.language.printer import to_text
from softsym.symbols import Length
from softsym.targets.c_source import CWriter
from softsym.targets.c_statements import WORDS
from softsym.targets.demands import demands
from softsym.targets.numpy import Generated, generated


def to_c(expr: Expr | str, name: str = "f") -> str:
    """A C99 function of the expression's names that needs ``math.h`` alone.

    The parameters are the lengths, the vectors as they first appear, the scalars as they first appear, and ``out``:

        int f(size_t N, const double *z, double beta, double *out)

    A vector is its entries one after the other (a row of a contiguous array: for a batch, call it for each row), and
    so is the result; a matrix, or the entries at free indices, stand row by row. The function uses no other memory and
    no state. It returns 0, or 1 (and writes nothing) where a vector has no entry or lacks one that the expression
    names. It computes in ``double``; infinite entries follow IEEE arithmetic. Options that let a compiler reorder
    arithmetic (``-ffast-math``) take away its accuracy.

    >>> print(to_c("boltzmann(z, beta)"))  # doctest: +ELLIPSIS
    #include <math.h>
    #include <stddef.h>
    ...
    int f(size_t N, const double *restrict z, double beta, double *restrict out)
    ...

    Raises :class:`~softsym.errors.UnsupportedError` for what the NumPy function refuses too.
    """
    if not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) or name in WORDS:
        raise SoftsymError(f"{name!r} cannot name a function in C; use letters, digits and _")
    made = generated(as_expr(expr))
    names = _spelled((*_lengths(made), *made.parameters), name)
    writer = CWriter(made.program, names)
    found = dict(made.program.result.slots)
    sizes = {slot: made.length_of(slot, found) for slot in made.program.order}
    body = writer.write(sizes)
    lines = [*_checks(made, writer), *_unused(made, names, "\n".join(body)), *body, "return 0;"]
    told = [f"{kind} {names[n]}" for kind, n in _parameters(made)]
    head = f"int {name}({', '.join([*told, 'double *restrict out'])})"
    return "\n".join([*_opening(made, writer, sizes), head, "{", *(f"    {text}" for text in lines), "}"])


def _lengths(made: Generated) -> tuple[str, ...]:
    """The lengths that the function is told: those of its vectors, and those that no vector has."""
    found = [n for v in made.vectors for n in sorted(v.kind.vector_length.names)]
    return tuple(dict.fromkeys([*found, *made.lengths]))


def _spelled(names: tuple[str, ...], function: str) -> dict[str, str]:
    """The names as C spells them: letters that it lacks by their numbers, its own words with a line behind."""
    found: dict[str, str] = {}
    for name in dict.fromkeys(names):
        text = re.sub(r"\W", lambda c: f"u{ord(c[0]):x}", name, flags=re.ASCII)
        while text in {*WORDS, *found.values(), function}:
            text += "_"
        found[name] = text
    return found


def parameters(expr: Expr | str) -> list[tuple[str, str]]:
    """The types and names of the function's parameters before ``out``.

    >>> parameters("softmax(z, beta)")
    [('size_t', 'N'), ('const double *restrict', 'z'), ('double', 'beta')]
    """
    return _parameters(generated(as_expr(expr)))


def _parameters(made: Generated) -> list[tuple[str, str]]:
    vectors = [("const double *restrict", v.name) for v in made.vectors]
    return [*(("size_t", n) for n in _lengths(made)), *vectors, *(("double", s.name) for s in made.scalars)]


def _checks(made: Generated, writer: CWriter) -> list[str]:
    """What the lengths must be, as a statement that returns."""
    spare = [Length.of(n) - 1 for n in _lengths(made)]
    spare += [
        size + Length(tuple((n, -c) for n, c in least.terms), -least.constant) for size, least in demands(made.program)
    ]
    least_spare: dict[frozenset[tuple[str, int]], Length] = {}
    for size in sorted(spare, key=lambda length: -length.constant):
        least_spare[frozenset(size.terms)] = size
    faults = [" < ".join(writer.balanced(size)) for size in least_spare.values()]
    return [f"if ({' || '.join(faults)}) return 1;"] if faults else []


def _unused(made: Generated, names: dict[str, str], text: str) -> list[str]:
    """Statements that name the parameters that the result does not depend on, so that compilers do not warn."""
    words = set(re.findall(r"\w+", text))
    return [f"(void){names[s.name]};" for s in (*made.vectors, *made.scalars) if names[s.name] not in words]


def _opening(made: Generated, writer: CWriter, sizes: dict[int, Length]) -> list[str]:
    told = [f"{writer.names[v.name]}: {writer.size(v.kind.vector_length)} entries" for v in made.vectors]
    shape = " x ".join(writer.size(sizes[slot]) for slot in made.program.order) or "1"
    return [
        "#include <math.h>",
        "#include <stddef.h>",
        "",
        f"/* {to_text(made.expr)}",
        f" * {'; '.join([*told, f'out: {shape}'])}. Returns 0, or 1 if a vector is too short. Not for -ffast-math.",
        " */",
    ]
