"""`python -m tests.benchmarks NAME [options]`: a small table, then one line of JSON."""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.figures import SAVED, save
from tests.benchmarks.report import last_line

NAMES = (
    "load", "jump", "filter", "across", "find", "engine", "memory", "scroll", "steps", "bounds", "follow", "startup",
    "faults", "hub", "open", "compare",
)  # fmt: skip
ALL = "all"


def main() -> None:
    """Runs one benchmark, or each of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    modules = {name: importlib.import_module(f"tests.benchmarks.{name}") for name in NAMES}
    for name, module in modules.items():
        command = commands.add_parser(name, help=module.HELP, description=module.__doc__)
        module.options(command)
        _save_option(command)
    _save_option(commands.add_parser(ALL, help="each of them, one after the other"))
    args = parser.parse_args()
    if args.name == ALL:
        sys.exit(_run_all(args.save))
    text, figures = modules[args.name].run(args)
    print(text)
    line = last_line({"benchmark": args.name, **figures})
    print(line)
    if args.save:
        save(line, args.save)


def _save_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--save",
        type=Path,
        nargs="?",
        const=SAVED,
        metavar="FILE",
        help="keep the figures in a file; by default the one that the README's table is made of",
    )


def _run_all(path: Path | None) -> int:
    """Each benchmark as a process of its own, so that none feels the one before; 1 where one failed."""
    saving = [] if path is None else ["--save", str(path)]
    command = [sys.executable, "-m", "tests.benchmarks"]
    codes = [subprocess.run([*command, name, *saving], check=False).returncode for name in NAMES]
    return int(any(codes))


if __name__ == "__main__":
    main()
