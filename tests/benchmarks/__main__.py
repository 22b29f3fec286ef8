"""`python -m tests.benchmarks NAME [options]`: a small table, then one line of JSON."""

from __future__ import annotations

import argparse
import importlib

from tests.benchmarks.report import last_line

NAMES = ("load", "jump", "filter", "memory", "scroll", "follow", "startup", "faults")


def main() -> None:
    """Runs one benchmark."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    modules = {name: importlib.import_module(f"tests.benchmarks.{name}") for name in NAMES}
    for name, module in modules.items():
        module.options(commands.add_parser(name, help=module.HELP, description=module.__doc__))
    args = parser.parse_args()
    text, figures = modules[args.name].run(args)
    print(text)
    print(last_line({"benchmark": args.name, **figures}))


if __name__ == "__main__":
    main()
