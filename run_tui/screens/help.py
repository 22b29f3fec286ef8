"""The help screen: every key and the filter languages, from the tables that make them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from run_tui.actions import ACTIONS, WHERE, key_text
from run_tui.query import HelpRow, help_table, runs_help_table

Rows = Iterable[tuple[str, str]]


class HelpScreen(ModalScreen[None]):
    """All there is to know, in one scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "dismiss", "Close"),
        Binding("j", "scroll(1)", "Down", show=False),
        Binding("k", "scroll(-1)", "Up", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Sections under one another."""
        with VerticalScroll(id="help"):
            for title, rows in sections():
                yield Static(title, classes="title", markup=False)
                yield Static(_columns(rows))
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Arrow and page keys scroll at once."""
        self.query_one("#help").focus()

    def action_scroll(self, lines: int) -> None:
        """Scrolls by lines."""
        self.query_one("#help").scroll_relative(y=lines, animate=False)


def sections() -> Iterator[tuple[str, Rows]]:
    """Keys by place, then the two filter languages: titles with (what to press or type, what it does)."""
    for where, title in WHERE.items():
        yield title, [(key_text(action), action.help) for action in ACTIONS if action.where == where]
    yield "Filter of a run's events", _language(help_table())
    yield "Filter of the runs", _language(runs_help_table())


def _language(rows: Iterable[HelpRow]) -> Rows:
    return [(row.form, f"{row.help} For example {row.example}") for row in rows]


def _columns(rows: Rows) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(width=16, no_wrap=True)
    table.add_column(ratio=1)
    for left, right in rows:
        table.add_row(Text(left, "bold"), Text(right))
    return table
