"""``softsym build``: run report scripts; each writes its workbook, its derivation and its page."""

from __future__ import annotations

import os
import runpy
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import as_completed
from pathlib import Path

import click

from softsym.cli.processes import processes

REPORTS = Path("reports")


@click.command()
@click.argument("scripts", nargs=-1, metavar="[SCRIPT]...")
@click.option("-o", "--output", default="build", show_default=True, type=click.Path(), help="The folder to write to.")
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes to use.")
def build(scripts: tuple[str, ...], output: str, jobs: int) -> None:
    """Build reports: each SCRIPT is a path, or the name of a script in ./reports; without any, all of these.

    \b
    Examples:
      softsym build
      softsym build beta_tables -o /tmp/demo
    """
    paths = _scripts(scripts)
    folder = Path(output)
    folder.mkdir(parents=True, exist_ok=True)
    failures = []
    for path, written, fault in _built(paths, folder, min(jobs, len(paths))):
        for name in written:
            click.echo(str(folder / name))
        if fault:
            failures.append(f"{path.stem}: {fault}")
    from softsym.page import write_index

    click.echo(str(write_index(folder, "softsym reports")))
    if failures:
        raise click.ClickException("\n".join(failures))


def _scripts(given: tuple[str, ...]) -> list[Path]:
    from softsym.errors import did_you_mean

    present = {path.stem: path for path in sorted(REPORTS.glob("*.py"))}
    if not given and not present:
        raise click.UsageError(
            f"there is no report in {REPORTS.resolve()}: run this where reports/ is, or name a script"
        )
    found = []
    for name in given or present:
        path = present.get(name, Path(name))
        if not path.is_file():
            hint = f"; {did_you_mean(name, present)}" if present else ""
            raise click.UsageError(f"there is no report {name!r}{hint}")
        found.append(path)
    return found


def _built(paths: list[Path], folder: Path, jobs: int) -> Iterator[tuple[Path, list[str], str]]:
    """Each script with the names of the files that it wrote and its fault, as they end; with a progress bar."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with processes(jobs) as pool, Progress(console=console, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("building", total=len(paths))
        running = {pool.submit(run_script, str(path), str(folder)): path for path in paths}
        for future in as_completed(running):
            progress.update(task, advance=1, description=running[future].stem)
            yield running[future], *future.result()


def run_script(path: str, folder: str) -> tuple[list[str], str]:
    """Run the function ``build(folder)`` of a report script; the names of its files, and its fault in one line.

    The script writes to a folder of its own, whose files are moved to ``folder`` when it has ended well: a script that
    fails leaves nothing behind.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix=".softsym-") as own:
        try:
            make = runpy.run_path(path, run_name="softsym report").get("build")
            if not callable(make):
                return [], "it has no function build(folder) that writes the report"
            make(Path(own))
        except Exception as error:
            return [], f"{type(error).__name__}: {error}"
        names = sorted(file.name for file in Path(own).iterdir())
        for name in names:
            os.replace(Path(own, name), Path(folder, name))
    return names, "" if names else "it wrote nothing"
