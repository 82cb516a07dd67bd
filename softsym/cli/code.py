"""``softsym code`` and ``softsym eval``: an expression as code for a target, and its value with certain digits."""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import TYPE_CHECKING, Any

import click

from softsym.cli.group import NamedValues, single_values
from softsym.targets.excel_syntax import DIALECTS

if TYPE_CHECKING:
    from softsym.expression import Expr

TARGETS = ("numpy", "torch", "jax", "c", "excel", "latex", "sympy", "js", "mathml")


@click.command()
@click.argument("text")
@click.option("--target", type=click.Choice(TARGETS), required=True)
@click.option("--cells", help="For excel, where the names stand, as in z=B2:B4,beta=B1.")
@click.option(
    "--dialect",
    type=click.Choice(DIALECTS),
    default="classic",
    show_default=True,
    help="For excel, functions that every spreadsheet has, or LET, LAMBDA and one formula that spills.",
)
@click.option("--plain", is_flag=True, help="For excel, the formula as written instead of the overflow-free form.")
def code(text: str, target: str, cells: str | None, dialect: str, plain: bool) -> None:
    """Print TEXT as code: a NumPy or JavaScript function, Excel formulas, LaTeX, MathML or SymPy.

    Excel 365 without --cells gets a LAMBDA, to be defined as a name: =SOFTMAX(B2:B4, B1).

    \b
    Examples:
      softsym code "lse(z, beta)" --target numpy
      softsym code "softmax(z, beta)" --target excel --cells z=B2:B4,beta=B1
      softsym code "softmax(z, beta)" --target excel --dialect excel365 --cells z=B2:B4,beta=B1
      softsym code "softmax(z, beta)" --target excel --dialect excel365
      softsym code "jacobian(softmax(z), z)" --target latex
    """
    if target != "excel" and (cells is not None or dialect != "classic"):
        raise click.UsageError(f"{'--dialect' if cells is None else '--cells'} goes with --target excel")
    form = "plain" if plain else "stable"
    if target == "excel" and dialect == "excel365":
        click.echo(_excel365(text, cells, form))
    elif target == "excel":
        _print_excel(text, cells, form)
    else:
        click.echo(PRINTERS[target](text))


def _numpy(text: str) -> str:
    from softsym import lambdify

    source: str = lambdify(text).source
    return source.rstrip()


def _torch(text: str) -> str:
    return _tensors(text, "torch")


def _jax(text: str) -> str:
    return _tensors(text, "jax")


def _tensors(text: str, library: str) -> str:
    from softsym.expression import as_expr
    from softsym.targets.numpy import generated
    from softsym.targets.tensors import LIBRARIES, source_text

    return source_text(generated(as_expr(text)), LIBRARIES[library]).rstrip()


def _c(text: str) -> str:
    from softsym.targets.c import to_c

    return to_c(text)


def _latex(text: str) -> str:
    from softsym import parse
    from softsym.targets.latex import to_latex

    return to_latex(parse(text))


def _javascript(text: str) -> str:
    from softsym.targets.javascript import to_javascript

    return to_javascript(text)


def _mathml(text: str) -> str:
    from softsym import parse
    from softsym.targets.mathml import to_mathml

    return to_mathml(parse(text))


def _sympy(text: str) -> str:
    from softsym import parse_expression

    return str(parse_expression(text).to_sympy())


def _excel365(text: str, cells: str | None, form: str) -> str:
    from softsym import parse_expression
    from softsym.targets.excel import to_excel, to_excel_function

    expr = parse_expression(text)
    if cells is None:
        return to_excel_function(expr, form=form)
    return to_excel(expr, _cells(expr, cells), form=form, dialect="excel365")


PRINTERS = {
    "numpy": _numpy,
    "torch": _torch,
    "jax": _jax,
    "c": _c,
    "latex": _latex,
    "sympy": _sympy,
    "js": _javascript,
    "mathml": _mathml,
}


def _print_excel(text: str, cells: str | None, form: str) -> None:
    from softsym import parse_expression
    from softsym.targets.excel import to_excel, to_excel_entries, to_excel_grid

    expr = parse_expression(text)
    places = _cells(expr, cells)
    rank = len(expr.shape)
    if rank == 0:
        click.echo(to_excel(expr, places, form=form))
    elif rank == 1:
        click.echo("\n".join(to_excel_entries(expr, places, form=form)))
    else:
        click.echo("\n".join("\t".join(row) for row in to_excel_grid(expr, places, form=form)))


def _cells(expr: Expr, cells: str | None) -> dict[str, str]:
    from softsym.expression import free_symbols

    names = ", ".join(sorted(s.name for s in free_symbols(expr) if s.kind.type != "length"))
    if cells is None and names:
        raise click.UsageError(f"say where {names} stand, for instance --cells z=B2:B4,beta=B1")
    pairs = [pair.partition("=") for pair in (cells or "").split(",") if pair.strip()]
    if any(not equals or not place.strip() for _, equals, place in pairs):
        raise click.UsageError(f"cannot read --cells {cells}; write it as z=B2:B4,beta=B1")
    return {name.strip(): place.strip() for name, _, place in pairs}


@click.command("eval", cls=NamedValues)
@click.argument("text")
@click.option("--digits", type=click.IntRange(1, 1000), default=17, show_default=True, help="Significant digits.")
@click.option("--json", "as_json", is_flag=True, help="Print the value as JSON; numbers are texts with all digits.")
def eval_(text: str, digits: int, as_json: bool) -> None:
    """Print the value of TEXT with certain digits, by ball arithmetic.

    A vector is printed an entry a line, a matrix a row a line.

    \b
    Examples:
      softsym eval "softmax(z, beta)" --z 0.95,0.99,0.98 --beta 500
      softsym eval "limit(softmax(z, beta), beta, oo)" --z 1,2,2
      softsym eval "jacobian(softmax(z), z)" --z 1,2,3 --digits 6
    """
    import json

    from softsym import Statement, parse
    from softsym.bindings import value

    values = single_values()
    parsed = parse(text)
    if isinstance(parsed, Statement):
        raise click.UsageError("eval takes an expression, and this is a statement; softsym check decides statements")
    found = value(parsed, digits, **values)
    click.echo(json.dumps(_texts(found)) if as_json else "\n".join(_lines(found)))


def _texts(found: Any) -> Any:
    return [_texts(part) for part in found] if isinstance(found, tuple) else _number_text(found)


def _lines(found: Any) -> list[str]:
    if not isinstance(found, tuple):
        return [_number_text(found)]
    return ["  ".join(_lines(part)) for part in found]


def _number_text(number: Decimal) -> str:
    short = number.normalize(Context(len(number.as_tuple().digits), Emin=MIN_EMIN, Emax=MAX_EMAX))
    return str(short) if short.adjusted() < -6 or short.adjusted() > 20 else f"{short:f}"
