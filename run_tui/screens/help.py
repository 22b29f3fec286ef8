"""The help screen: every key and the filter languages, from the tables that make them."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from run_tui.actions import ACTIONS, WHERE, key_text
from run_tui.query import help_table, runs_help_table

COLUMN = 26


class HelpScreen(ModalScreen[None]):
    """All there is to know, in one scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "dismiss", "Close"),
        Binding("j,down", "scroll(1)", "Down", show=False),
        Binding("k,up", "scroll(-1)", "Up", show=False),
    ]

    def compose(self) -> ComposeResult:
        """One scrolling text."""
        with VerticalScroll(id="help"):
            yield Static(help_text(), markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Arrow and page keys scroll at once."""
        self.query_one("#help").focus()

    def action_scroll(self, lines: int) -> None:
        """Scrolls by lines."""
        self.query_one("#help").scroll_relative(y=lines, animate=False)


def help_text() -> Text:
    """Keys by place, then the two filter languages."""
    text = Text()
    for where, title in WHERE.items():
        text.append(f"{title}\n", "bold")
        for action in ACTIONS:
            if action.where == where:
                text.append(f"  {key_text(action):<{COLUMN}}{action.help}\n")
        text.append("\n")
    for title, table in (("Filter of a run's events", help_table()), ("Filter of the runs", runs_help_table())):
        text.append(f"{title}\n", "bold")
        for row in table:
            text.append(f"  {row.form:<{COLUMN}}{row.help} As in {row.example}\n")
        text.append("\n")
    return text
