"""Named true statements about the softmax family, each with its source, in groups; one text file a group.

Each file is a statements file of the language: a comment line gives the source of the statements of its paragraph,
and the comment at the top says what the group holds.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from softsym.errors import SoftsymError, did_you_mean
from softsym.language import Statement, parse_statement

GROUPS = {
    "definition": "definition",
    "calculus": "calculus",
    "limits": "limits",
    "bounds": "bounds",
    "information": "information",
    "merging": "merging",
    "two_classes": "N = 2",
}
"""The groups by file, as they are shown."""
VERDICTS = "verdicts.json"
"""What the prover said of each statement when it was last run over all of them."""


@dataclass(frozen=True)
class Entry:
    """One statement of the catalogue: its group, its name, its text and where it comes from."""

    group: str
    name: str
    text: str
    source: str

    @property
    def statement(self) -> Statement:
        """The statement, read."""
        return parse_statement(f"{self.name}: {self.text}")


@cache
def catalog() -> tuple[Entry, ...]:
    """Every statement of the catalogue, in order.

    >>> entries = catalog()
    >>> len(entries) >= 120, entries[0].name
    (True, 'softmax-definition')
    """
    return tuple(entry for stem, group in GROUPS.items() for entry in _read(group, _text(stem)))


def entry(name: str) -> Entry:
    """The statement of that name; :class:`~softsym.errors.SoftsymError` with the nearest name if there is none.

    >>> entry("lse-gradient").text
    'grad(lse(z, beta), z) == softmax(z, beta) where beta: nonzero'
    """
    known = {found.name: found for found in catalog()}
    if name not in known:
        raise SoftsymError(f"the catalogue has no statement {name!r}; {did_you_mean(name, known)}")
    return known[name]


def summary(group: str) -> str:
    """What a group holds, in the words at the top of its file."""
    stem = next(stem for stem, shown in GROUPS.items() if shown == group)
    return _text(stem).splitlines()[0].lstrip("# ")


@dataclass(frozen=True)
class Recorded:
    """What the prover said of a statement when it was last run over the whole catalogue."""

    status: str
    method: str
    seconds: float


@cache
def recorded_verdicts() -> dict[str, Recorded]:
    """What is on record by name; ``benchmarks/catalog.py --record`` makes the record, and the tests repeat it."""
    found = json.loads(files(__name__).joinpath(VERDICTS).read_text(encoding="utf-8"))
    return {name: Recorded(**fields) for name, fields in found.items()}


def _text(stem: str) -> str:
    return files(__name__).joinpath(f"{stem}.txt").read_text(encoding="utf-8")


def _read(group: str, text: str) -> list[Entry]:
    found, source = [], ""
    for line in text.splitlines():
        if line.startswith("#"):
            source = line.lstrip("# ")
        elif line.strip():
            name, _, statement = line.partition(":")
            found.append(Entry(group, name.strip(), " ".join(statement.split()), source))
    return found
