"""``softsym check``: is it true for every N? Proved, refuted with a counterexample, or unknown."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from softsym.language import Statement
    from softsym.proof import Verdict

GRACE = 1.0
"""Seconds by which a check may overrun before it is stopped."""

COLOURS = {"proved": "green", "refuted": "red", "unknown": "yellow"}


@click.command()
@click.argument("texts", nargs=-1, metavar="TEXT...")
@click.option("--file", "-f", "path", help="A statements file, one a line; - is standard input.")
@click.option("--catalog", "of_catalog", is_flag=True, help="Check every statement of the catalogue.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a statement and line.")
@click.option("--explain", is_flag=True, help="Show the steps of each proof; as data with --json.")
@click.option("--jobs", type=click.IntRange(1), help="Processes to use.  [default: one a core for several statements]")
@click.option(
    "--timeout", type=click.FloatRange(0, min_open=True), default=30.0, show_default=True, help="Seconds each."
)
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
    for verdict in _verdicts(statements, jobs, timeout, explain):
        if as_json:
            proof = {"proof": verdict.proof and verdict.proof.as_json()} if explain else {}
            click.echo(json.dumps(verdict.as_json() | proof))
        else:
            show_verdict(verdict, explain)
        worst = 1 if 1 in (worst, verdict.exit_code) else max(worst, verdict.exit_code)
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


def _verdicts(statements: list[Statement], jobs: int | None, timeout: float, explain: bool) -> Iterator[Verdict]:
    """The verdicts in order, over several processes if there are several statements; progress goes to stderr."""
    jobs = min(len(statements), jobs or os.cpu_count() or 1)
    if len(statements) == 1 or jobs == 1:
        yield from _with_progress((_verdict(s.text, timeout, explain) for s in statements), len(statements))
        return
    from softsym.cli.processes import processes

    with processes(jobs) as pool:
        found = [pool.submit(_verdict, s.text, timeout, explain) for s in statements]
        yield from _with_progress((f.result() for f in found), len(statements))


def _verdict(text: str, timeout: float, explain: bool = False) -> Verdict:
    """The verdict; ``unknown`` where a step overruns the time, or where softsym itself fails."""
    from softsym.errors import SoftsymError
    from softsym.language import parse_statement
    from softsym.proof import Verdict
    from softsym.proof import check as check_statement

    statement = parse_statement(text)
    started = time.monotonic()
    try:
        with _stopped_after(GRACE + timeout):
            return check_statement(statement, timeout=timeout, explain=explain)
    except TimeoutError:
        detail = f"stopped after {timeout:g} s"
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError, AssertionError) as error:
        if os.environ.get("SOFTSYM_DEBUG") or isinstance(error, SoftsymError):
            raise
        detail = f"a fault in softsym: {type(error).__name__}: {error}; SOFTSYM_DEBUG=1 shows where"
    seconds = round(time.monotonic() - started, 3)
    return Verdict(str(statement), "unknown", seconds=seconds, detail=detail, name=statement.name)


@contextmanager
def _stopped_after(seconds: float) -> Iterator[None]:
    """Raise TimeoutError in the block after so many seconds, where the system has alarms."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(number: int, frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _with_progress(verdicts: Iterable[Verdict], total: int) -> Iterator[Verdict]:
    if total < 3 or not sys.stderr.isatty():
        yield from verdicts
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(verdicts, total=total, description="checking", console=Console(stderr=True), transient=True)


def show_verdict(verdict: Verdict, explain: bool = False) -> None:
    """Print a verdict: the status, the statement, how it was decided, and the counterexample or the steps."""
    first, _, rest = (verdict.explain() if explain else str(verdict)).partition("\n")
    status, _, statement = first.partition(": ")
    name = f"{verdict.name}: " if verdict.name else ""
    click.echo(f"{click.style(status, fg=COLOURS[status], bold=True)}: {name}{statement}")
    if rest:
        click.echo(rest)
