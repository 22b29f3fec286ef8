"""The README's tables, from the tables that make keys and filter languages, and from the benchmarks' saved figures.

`python -m tests.readme` writes them into README.md anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from run_tui.actions import ACTIONS, WHERE, key_text
from run_tui.query import HelpRow, help_table, runs_help_table
from tests.benchmarks.figures import readme_table, saved

README = Path(__file__).parents[1] / "README.md"


def tables() -> dict[str, str]:
    """Each generated part of the README by the name in its marker comments."""
    keys = ["| key | does | id |", "|---|---|---|"]
    keys += [
        f"| {' '.join(f'`{key}`' for key in key_text(action).split())} | {action.help} | `{action.id}` |"
        for where in WHERE
        for action in ACTIONS
        if action.where == where
    ]
    parts = {"keys": "\n".join(keys), "filter": _language(help_table()), "runs-filter": _language(runs_help_table())}
    if figures := saved():
        parts["figures"] = readme_table(figures)
    return parts


def _language(rows: Iterable[HelpRow]) -> str:
    lines = ["| type | does | example |", "|---|---|---|"]
    lines += [f"| `{row.form}` | {row.help.replace('*', chr(92) + '*')} | `{row.example}` |" for row in rows]
    return "\n".join(lines)


def filled(text: str) -> str:
    """The README with its generated parts as they should be."""
    for name, table in tables().items():
        text = re.sub(
            rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)",
            lambda match, table=table: f"{match[1]}{table}\n{match[2]}",  # type: ignore[misc]
            text,
            flags=re.DOTALL,
        )
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text("utf-8")), "utf-8")
