"""What several test files share."""

from __future__ import annotations

import os
import runpy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# One run must give what the last one gave where merging depends on it; elsewhere each run looks further.
settings.register_profile("repeatable", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("repeatable")

REPORTS = Path(__file__).resolve().parents[1] / "reports"


@dataclass(frozen=True)
class Built:
    """The project's reports: the folder that they were written to, and each as its script made it."""

    folder: Path
    made: dict[str, Any]


@pytest.fixture(scope="session")
def reports(tmp_path_factory) -> Built:
    """Every report of the project, built once."""
    folder = tmp_path_factory.mktemp("reports")
    made = {}
    for path in sorted(REPORTS.glob("*.py")):
        made[path.stem] = runpy.run_path(str(path), run_name="a report")["report"]()
        made[path.stem].write(folder, path.stem)
    return Built(folder, made)
