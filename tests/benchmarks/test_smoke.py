"""That the benchmarks run and measure something; how fast anything is, no test says."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from run_tui.query import Filter
from tests.benchmarks.generate import events, row_of
from tests.benchmarks.processes import ROOT, environment, module
from tests.benchmarks.runview import RunView
from tests.benchmarks.terminal import Screen

pytest.importorskip("pyte", reason="no terminal emulator here: pip install -e '.[bench]'")


def run(folder: Path, *arguments: str) -> dict[str, Any]:
    """A benchmark's figures."""
    env = environment(RUN_TUI_BENCHMARKS=str(folder), PYTHONWARNINGS=os.environ.get("PYTHONWARNINGS", ""))
    command = [*module("__main__")[:2], "tests.benchmarks", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures
