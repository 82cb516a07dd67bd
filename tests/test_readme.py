"""The README says what softsym really prints."""

from __future__ import annotations

import doctest
import re
import shlex
import sys
from pathlib import Path

import pytest

from softsym.cli import main

README = Path(__file__).resolve().parents[1] / "README.md"
CONSOLE = re.findall(r"```console\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def examples() -> list[tuple[str, str]]:
    """Each command of the README's console blocks with the output that stands under it."""
    found = []
    for block in CONSOLE:
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output.rstrip("\n")))
    return found


def settled(text: str) -> str:
    """The text without what depends on the speed of the machine: how much was tried, and which witness came first."""
    text = re.sub(r"held at \d+ exact points", "held at many exact points", text)
    return re.sub(r"  at .*, N = \d+\n.* is false", "  at a point", text)


@pytest.mark.parametrize(("command", "output"), examples(), ids=lambda text: text[:40])
def test_commands_print_what_the_readme_shows(command, output, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    with pytest.raises(SystemExit):
        main()
    assert settled(capsys.readouterr().out.rstrip("\n")) == settled(output)


def test_python_examples_print_what_the_readme_shows():
    failures, run = doctest.testfile(str(README), module_relative=False)
    assert run > 0
    assert failures == 0


def test_the_two_commands_for_a_fresh_machine():
    text = README.read_text(encoding="utf-8")
    assert "    python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/softsym build\n" in text
    assert '    python3 -m venv .venv && .venv/bin/pip install ".[test]" && .venv/bin/pytest -n auto\n' in text
