"""``softsym workbook``, ``softsym page`` and ``softsym audit``: files for people."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from softsym.cli.group import NamedValues, named_values, single_values
from softsym.targets.excel_syntax import DIALECTS


@click.command(cls=NamedValues)
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@click.option("--csv", "table", help="A CSV file whose columns are names of the expression, a header first.")
@click.option("-o", "--output", required=True, type=click.Path(), help="The .xlsx file to write.")
@click.option("--title", default="", help="The workbook's title.")
@click.option(
    "--dialect",
    type=click.Choice(DIALECTS),
    default="classic",
    show_default=True,
    help="Formulas that every spreadsheet has, or those of Excel 365, which spill.",
)
def workbook(texts: tuple[str, ...], table: str | None, output: str, title: str, dialect: str) -> None:
    """Write a workbook whose every result is a live formula on input cells.

    A scalar that is given several times makes a scenario of each value. A CSV file whose header holds no names of the
    expression has classes across: each row is a vector of its own.

    \b
    Examples:
      softsym workbook "softmax(z, beta)" --z 0.95,0.99,0.98 --beta 1 --beta 500 -o demo.xlsx
      softsym workbook "softmax(z, beta)" --z 0.95,0.99,0.98 --beta 500 --dialect excel365 -o spill.xlsx
      softsym workbook "cross_entropy(y, softmax(z))" --csv logits.csv -o loss.xlsx
    """
    from softsym.workbook import write_workbook
    from softsym.workbook.csv_files import read_columns

    target = _target(output, ".xlsx")
    if table is not None and len(texts) == 1 and _has_classes(table, texts[0]):
        if dialect != "classic":
            raise click.UsageError("a table with classes across has classic formulas, which fill down its columns")
        _write_rows(texts[0], table, target, title)
        return
    values: dict[str, Any] = {} if table is None else read_columns(table)
    for name, given in named_values().items():
        values[name] = given[0] if len(given) == 1 else given
    write_workbook(list(texts), target, title=title, dialect=dialect, **values)
    click.echo(str(target))


def _has_classes(table: str, text: str) -> bool:
    """Whether a CSV file's header holds classes rather than names of the expression."""
    from softsym import parse_expression
    from softsym.expression import free_symbols
    from softsym.workbook.csv_files import read_header

    names = {s.name for s in free_symbols(parse_expression(text))}
    return not names.intersection(read_header(table))


def _write_rows(text: str, table: str, target: Path, title: str) -> None:
    from rich.console import Console
    from rich.progress import Progress

    from softsym.workbook import write_rows
    from softsym.workbook.csv_files import read_rows
    from softsym.workbook.rows import MOST_ROWS

    classes, labels, rows = read_rows(table, MOST_ROWS)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("rows", total=len(rows))
        write_rows(
            text, classes, rows, target, labels=labels, title=title,
            progress=lambda done: bar.advance(task, done), **single_values(),
        )  # fmt: skip
    click.echo(str(target))


def _target(output: str, *endings: str) -> Path:
    target = Path(output)
    if target.suffix.lower() not in endings:
        raise click.UsageError(f"the output must end in {' or '.join(endings)}, and {output!r} was given")
    if not target.parent.is_dir():
        raise click.UsageError(f"there is no folder {str(target.parent)!r} to write to")
    return target


@click.command(cls=NamedValues)
@click.argument("text")
@click.option("-o", "--output", required=True, type=click.Path(), help="The .html or .md file to write.")
@click.option("--open", "open_it", is_flag=True, help="Open it in the browser.")
def page(text: str, output: str, open_it: bool) -> None:
    """Write a page about TEXT: its definition, its derivative step by step, its code, and values to play with.

    \b
    Example:
      softsym page "softmax(z, beta)" --z 0.95,0.99,0.98 --beta 2 -o softmax.html
    """
    from softsym import parse_expression
    from softsym.page import write_page
    from softsym.report import expression_document

    target = _target(output, ".html", ".md")
    write_page(expression_document(parse_expression(text), single_values()), target)
    click.echo(str(target))
    if open_it:
        click.launch(str(target))


@click.command()
@click.argument("path", metavar="FILE.xlsx")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a finding and line.")
def audit(path: str, as_json: bool) -> None:
    """List what a reviewer would mend in a workbook, ours or not; the exit code is 1 if there is anything.

    \b
    Example:
      softsym audit model.xlsx
    """
    from softsym.workbook import audit as audit_workbook

    findings = audit_workbook(path)
    for finding in findings:
        click.echo(json.dumps(finding.as_dict()) if as_json else str(finding))
    if not findings and not as_json:
        click.echo("no findings", err=True)
    sys.exit(1 if findings else 0)
