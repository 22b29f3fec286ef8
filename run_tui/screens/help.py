"""The help screen: every key and the filter languages, from the tables that make them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, ClassVar

from rich.table import Table
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from run_tui.actions import ACTIONS, WHERE, Action, key_text
from run_tui.query import HelpRow, help_table, runs_help_table
from run_tui.widgets.filter_bar import FilterInput
from run_tui.widgets.key_bar import KeyBar

Rows = Iterable[tuple[str, str]]
_FILTERS = {"run": "filter.run", "runs": "filter.runs"}
"""The filter language of a screen, by the place of its keys."""


class HelpScreen(ModalScreen[None]):
    """All there is to know, in one scroll, beginning with the sections `first`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "dismiss", "Close"),
        Binding("j", "scroll(1)", "Down", show=False),
        Binding("k", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self, actions: Iterable[Action] = ACTIONS, first: Collection[str] = ()) -> None:
        super().__init__()
        self.actions, self._first = actions, first

    def compose(self) -> ComposeResult:
        """Sections under one another."""
        with VerticalScroll(id="help"):
            for title, rows in sections(self.actions, self._first):
                yield Static(title, classes="title", markup=False)
                yield Static(_columns(rows))
        yield KeyBar()

    def on_mount(self) -> None:
        """Arrow and page keys scroll at once."""
        self.query_one("#help").focus()

    def on_click(self, event: events.Click) -> None:
        """A click beside it closes it."""
        if event.widget is self:
            self.dismiss()

    def action_scroll(self, lines: int) -> None:
        """Scrolls by lines."""
        self.query_one("#help").scroll_relative(y=lines, animate=False)


def places(screen: Screen[Any]) -> list[str]:
    """The sections that apply to what has the focus on a screen, the nearest first."""
    nodes = [screen.app, screen] if screen.focused is None else screen.focused.ancestors_with_self
    rooms = {room for node in nodes for room in type(node).__mro__}
    own = [binding for room in rooms for binding in vars(room).get("BINDINGS", ()) if isinstance(binding, Binding)]
    near = {(binding.id or "").partition(".")[0] for binding in own}
    applying = [where for where in reversed(WHERE) if where in near]
    filters = [_FILTERS[where] for where in applying if where in _FILTERS]
    return filters + applying if isinstance(screen.focused, FilterInput) else applying + filters


def sections(actions: Iterable[Action] = ACTIONS, first: Collection[str] = ()) -> Iterator[tuple[str, Rows]]:
    """Keys by place and the two filter languages: titles with (what to press or type, what it does)."""
    actions = tuple(actions)
    rows: dict[str, tuple[str, Rows]] = {
        where: (title, [(key_text(action), action.help) for action in actions if action.where == where])
        for where, title in WHERE.items()
    }
    rows["filter.run"] = "Filter of a run's events", _language(help_table())
    rows["filter.runs"] = "Filter of the runs", _language(runs_help_table())
    for place in dict.fromkeys((*first, *rows)):
        yield rows[place]


def _language(rows: Iterable[HelpRow]) -> Rows:
    return [(row.form, f"{row.help} For example {row.example}") for row in rows]


def _columns(rows: Rows) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(width=16, no_wrap=True)
    table.add_column(ratio=1)
    for left, right in rows:
        table.add_row(Text(left, "bold"), Text(right))
    return table
