"""The picker of event types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from run_tui.actions import bindings
from run_tui.widgets.key_bar import KeyBar
from run_tui.widgets.row_list import RowList
from run_tui.widgets.type_list import TypeList


class TypesScreen(ModalScreen[Sequence[str]]):
    """Returns the names of the types picked, none when the user changed their mind."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("types")

    def __init__(self, counts: Mapping[str | None, int]) -> None:
        super().__init__()
        self._counts = counts

    def compose(self) -> ComposeResult:
        """A title over the list, no higher than its rows."""
        with Vertical(id="picker"):
            yield Static("Event types", classes="title", markup=False)
            yield TypeList(self._counts, id="types")
        yield KeyBar()

    @property
    def types(self) -> TypeList:
        """The list."""
        return self.query_one(TypeList)

    def on_mount(self) -> None:
        """Keys go to the list."""
        self.types.focus()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """A double click takes what is marked."""
        event.stop()
        self.action_pick()

    def on_click(self, event: events.Click) -> None:
        """A click beside it closes it."""
        if event.widget is self:
            self.action_close()

    def action_mark(self) -> None:
        """Marks a type."""
        self.types.mark()

    def action_pick(self) -> None:
        """Takes what is marked."""
        self.dismiss(self.types.chosen)

    def action_close(self) -> None:
        """Picks nothing."""
        self.dismiss([])
