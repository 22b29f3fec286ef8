"""How soon the program is there: the first frame of the explorer, and a plain command against the official one.

It is measured as a user has it: in an environment with what it needs and nothing else, where `dg` stands in one too.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.kept_lab import lab_with_run
from tests.benchmarks.processes import ROOT, environment, program, scratch
from tests.benchmarks.report import Cell, Figures, middle, table, worst
from tests.terminal import Terminal

HELP = "`run-tui demo` to its first frame; `run-tui run get` against `dg api run get`"
SIZE = (110, 32)
EVENTS = 1000

DG_TOML = """\
[cli.plus]
url = "{url}/graphql?x="
organization = "local"
default_deployment = "local"
user_token = "none"
"""
"""Leads the official command to an open-source server."""


def options(parser: argparse.ArgumentParser) -> None:
    """Options of this benchmark."""
    parser.add_argument("--rounds", type=int, default=11)


def run(args: argparse.Namespace) -> tuple[str, Figures]:
    """The table and the figures."""
    with _installed() as own:
        frames = [_first_frame(own) for _ in range(args.rounds + 1)][1:]
        commands = _run_get(own, args.rounds)
    first, rows = [frame for frame, _ in frames], [row for _, row in frames]
    figures: Figures = {
        "rounds": args.rounds,
        "first_frame_s": _seconds(first),
        "first_frame_s_max": worst(first),
        "first_rows_s": _seconds(rows),
        **commands,
    }
    lines: list[list[Cell]] = [
        ["run-tui demo: first frame", _seconds(first)],
        ["run-tui demo: first rows", _seconds(rows)],
    ]
    names = {"run_get_s": "run-tui run get", "dg_run_get_s": "dg api run get"}
    lines += [[name, value] for key, name in names.items() if isinstance(value := figures[key], float)]
    return table(("seconds", "median"), lines), figures


@contextmanager
def _installed() -> Iterator[str]:
    """The program, installed from this tree into an environment of its own."""
    with scratch() as home:
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        quiet = ("--quiet", "--disable-pip-version-check")
        subprocess.run([home / "bin" / "pip", "install", *quiet, ROOT], check=True, stdout=sys.stderr)
        yield str(home / "bin" / "run-tui")


def _first_frame(own: str) -> tuple[float, float]:
    """Seconds until the screen is whole, from its status line to its footer, and until it shows runs."""
    frame = rows = None
    with Terminal([own, "demo"], SIZE, environment(PYTHONPATH="")) as terminal:
        deadline = terminal.started + 30
        while (frame is None or rows is None) and time.perf_counter() < deadline:
            terminal.wait_quiet(0.02, 1)
            for at in terminal.replay():
                lines = terminal.screen.lines
                if frame is None and lines[0].strip() and "Quit" in lines[-1]:
                    frame = at - terminal.started
                if rows is None and "success" in terminal.screen.text:
                    rows = at - terminal.started
        if frame is None or rows is None:
            raise TimeoutError(f"no frame within 30 s; the screen:\n{terminal.screen.text}")
    return frame, rows


def _run_get(own: str, rounds: int) -> Figures:
    dg = program("dg")
    with lab_with_run(EVENTS) as (lab, run_id), scratch() as home:
        (home / "dg.toml").write_text(DG_TOML.format(url=lab.url))
        official = environment(
            DG_CLI_CONFIG=str(home / "dg.toml"), DAGSTER_HOME=str(home), DAGSTER_DISABLE_TELEMETRY="1", HOME=str(home)
        )
        ours: list[float] = []
        theirs: list[float] = []
        for _ in range(rounds + 1):
            get = [own, "--url", lab.url, "run", "get", run_id]
            ours.append(_command(get, environment(PYTHONPATH=""), home, run_id))
            if dg is not None:
                theirs.append(_command([dg, "api", "run", "get", run_id], official, home, run_id))
    figures: Figures = {"run_get_s": _seconds(ours[1:]), "dg_run_get_s": None, "run_get_to_dg": None}
    if dg is None:
        return figures | {"reasons": {"run_get_to_dg": "dg is not installed (pip install dagster-dg-cli)"}}
    ratio = sorted(own / other for own, other in zip(ours[1:], theirs[1:], strict=True))[rounds // 2]
    return figures | {"dg_run_get_s": _seconds(theirs[1:]), "run_get_to_dg": round(ratio, 3)}


def _command(command: Sequence[str], env: Mapping[str, str], folder: Path, expected: str) -> float:
    """Seconds from start to end. Raises `RuntimeError` where the output is not about the run."""
    began = time.perf_counter()
    done = subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    seconds = time.perf_counter() - began
    if expected not in done.stdout:
        raise RuntimeError(f"{command[0]} failed ({done.returncode}): {done.stderr[-500:]}")
    return seconds


def _seconds(values: Sequence[float]) -> float | None:
    """The median, to the millisecond."""
    found = middle([value * 1000 for value in values])
    return None if found is None else round(found / 1000, 3)
