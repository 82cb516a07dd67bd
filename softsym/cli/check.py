"""``softsym check``: is it true for every N? Proved, refuted with a counterexample, or unknown."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from softsym.language import Statement
    from softsym.proof import Verdict

COLOURS = {"proved": "green", "refuted": "red", "unknown": "yellow"}
EXIT_CODES = {"proved": 0, "refuted": 1, "unknown": 3}


@click.command()
@click.argument("texts", nargs=-1, metavar="TEXT...")
@click.option("--file", "-f", "path", help="A statements file, one a line; - is standard input.")
@click.option("--catalog", "of_catalog", is_flag=True, help="Check every statement of the catalogue.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a statement and line.")
@click.option("--explain", is_flag=True, help="Show the steps of each proof.")
@click.option("--jobs", type=click.IntRange(1), help="Processes to use.  [default: one a core for several statements]")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=30, show_default=True, help="Seconds each.")
def check(
    texts: tuple[str, ...],
    path: str | None,
    of_catalog: bool,
    as_json: bool,
    explain: bool,
    jobs: int | None,
    timeout: float,
) -> None:
    """Prove or refute statements, for every N >= 1.

    The exit code is 0 if all are proved, 1 if one is refuted, 3 if one is unknown, 2 if one cannot be read.

    \b
    Examples:
      softsym check "sum(softmax(z, beta)) == 1"
      softsym check "lse(z, beta) <= max(z)" --explain
      softsym check --file identities.txt --json --jobs 2
    """
    statements = _statements(texts, path, of_catalog)
    worst = 0
    for verdict in _verdicts(statements, jobs, timeout):
        if as_json:
            click.echo(json.dumps(as_object(verdict)))
        else:
            show_verdict(verdict, explain)
        code = EXIT_CODES[verdict.status]
        worst = 1 if 1 in (worst, code) else max(worst, code)
    sys.exit(worst)


def _statements(texts: tuple[str, ...], path: str | None, of_catalog: bool) -> list[Statement]:
    from softsym.language import parse_statement
    from softsym.language.files import read_statements

    found = [parse_statement(text) for text in texts]
    if path is not None:
        found += read_statements(_read_text(path), "standard input" if path == "-" else path)
    if of_catalog:
        from softsym.catalog import catalog

        found += [entry.statement for entry in catalog()]
    if not found:
        raise click.UsageError('give a statement, for instance softsym check "sum(softmax(z)) == 1", or --file FILE')
    return found


def _read_text(path: str) -> str:
    try:
        with click.open_file(path, encoding="utf-8") as file:
            text: str = file.read()
            return text
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{path} is not a text file in UTF-8: {error.reason}") from None


def _verdicts(statements: list[Statement], jobs: int | None, timeout: float) -> Iterator[Verdict]:
    """The verdicts in order, over several processes if there are several statements; progress goes to stderr."""
    jobs = min(len(statements), jobs or os.cpu_count() or 1)
    if len(statements) == 1 or jobs == 1:
        yield from _with_progress((_verdict(s.text, timeout) for s in statements), len(statements))
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(jobs) as pool:
        found = [pool.submit(_verdict, s.text, timeout) for s in statements]
        yield from _with_progress((f.result() for f in found), len(statements))


def _verdict(text: str, timeout: float) -> Verdict:
    from softsym.proof import check as check_statement

    return check_statement(text, timeout=timeout)


def _with_progress(verdicts: Iterable[Verdict], total: int) -> Iterator[Verdict]:
    if total < 3 or not sys.stderr.isatty():
        yield from verdicts
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(verdicts, total=total, description="checking", console=Console(stderr=True), transient=True)


def as_object(verdict: Verdict) -> dict[str, Any]:
    """The fields of a verdict that ``--json`` prints, in their order."""
    names = ("name", "statement", "status", "scope", "method", "seconds", "counterexample", "detail")
    return {name: _plain(getattr(verdict, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def show_verdict(verdict: Verdict, explain: bool = False) -> None:
    """Print a verdict: the status, the statement, how it was decided, and the counterexample or the steps."""
    status = click.style(verdict.status, fg=COLOURS[verdict.status], bold=True)
    name = f"{verdict.name}: " if verdict.name else ""
    click.echo(f"{status}  {name}{verdict.statement}")
    click.echo(f"  {verdict.scope}; {verdict.method}; {verdict.seconds:.2f} s")
    if verdict.counterexample:
        shown = ", ".join(f"{n} = {_value_text(v)}" for n, v in verdict.counterexample.items())
        click.echo(f"  counterexample: {shown}")
    if verdict.detail:
        click.echo(f"  {verdict.detail}")
    if explain:
        for number, step in enumerate(verdict.proof, 1):
            click.echo(f"  {number}. {step}")


def _value_text(value: Any) -> str:
    return f"({', '.join(map(str, value))})" if isinstance(value, list | tuple) else str(value)
