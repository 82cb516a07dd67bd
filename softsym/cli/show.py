"""``softsym list`` and ``softsym show``: the functions of the language and the statements of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from softsym.catalog import Entry
    from softsym.definitions import Function


@click.command("list")
@click.argument("group", required=False)
def list_(group: str | None) -> None:
    """List the functions of the language and the statements of the catalogue with their verdicts.

    \b
    Examples:
      softsym list
      softsym list functions
      softsym list bounds
    """
    from softsym.catalog import GROUPS
    from softsym.errors import did_you_mean

    groups = ["functions", *GROUPS.values()]
    if group is not None and group not in groups:
        raise click.UsageError(f"there is no group {group!r}; {did_you_mean(group, groups)}")
    for name in groups if group is None else [group]:
        if name == "functions":
            _list_functions()
        else:
            _list_statements(name)


def _list_functions() -> None:
    from softsym.definitions import FUNCTIONS

    rows = [(_signature(f), f.summary) for f in FUNCTIONS.values()]
    _heading("functions", "the words of the language")
    _table(rows)


def _list_statements(group: str) -> None:
    from softsym.catalog import catalog, recorded_verdicts, summary

    verdicts = recorded_verdicts()
    _heading(group, summary(group))
    _table([(f"{verdicts[e.name].status:<8}  {e.name}", e.text) for e in catalog() if e.group == group])


def _heading(name: str, words: str) -> None:
    click.echo(f"\n{click.style(name, bold=True)}: {words[0].lower() + words[1:]}")


def _table(rows: list[tuple[str, str]]) -> None:
    width = min(44, max(len(first) for first, _ in rows))
    for first, second in rows:
        click.echo(f"  {first:<{width}}  {second}")


def _signature(function: Function) -> str:
    names = [name for name, _ in function.parameters]
    if function.default:
        names[-1] += f"={function.default}"
    elif function.default is not None:
        names[-1] = f"[{names[-1]}]"
    return f"{function.name}({', '.join(names)})"


@click.command()
@click.argument("name")
def show(name: str) -> None:
    """Show one function of the language, or one statement of the catalogue with its proof.

    \b
    Examples:
      softsym show softmax
      softsym show lse-gradient
    """
    from softsym.catalog import catalog
    from softsym.definitions import FUNCTIONS
    from softsym.errors import did_you_mean

    entries = {entry.name: entry for entry in catalog()}
    if name in FUNCTIONS:
        _show_function(FUNCTIONS[name])
    elif name in entries:
        _show_statement(entries[name])
    else:
        near = did_you_mean(name, [*FUNCTIONS, *entries])
        raise click.UsageError(f"there is no function or statement {name!r}; {near}")


def _show_function(function: Function) -> None:
    from softsym.catalog import catalog

    click.echo(f"{click.style(_signature(function), bold=True)}: {function.summary}")
    click.echo(f"  arguments: {', '.join(f'{n} ({kind})' for n, kind in function.parameters)}")
    if function.definition:
        click.echo(f"  definition: {function.definition}")
    about = [e for e in catalog() if f"{function.name}(" in e.text and e.name.startswith(function.name.split("_")[0])]
    if about:
        click.echo("  statements:")
        for entry in about:
            click.echo(f"    {entry.name}: {entry.text}")


def _show_statement(entry: Entry) -> None:
    from softsym.cli.check import show_verdict
    from softsym.proof import check

    click.echo(f"{click.style(entry.name, bold=True)} ({entry.group})")
    click.echo(f"  source: {entry.source}")
    show_verdict(check(entry.statement, explain=True), explain=True)
