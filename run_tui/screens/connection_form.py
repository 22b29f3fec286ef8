"""A new connection: its fields, to be tested and saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from run_tui.actions import bindings
from run_tui.widgets.connection_list import ConnectionState
from run_tui.widgets.filter_bar import LineInput
from run_tui.widgets.key_bar import KeyBar

FIELDS = {
    "name": ("Name", "prod"),
    "kind": ("Kind", "dagster, hub_log or pyspur"),
    "url": ("URL", "https://dagster.acme.io or https://acme.dagster.cloud/prod"),
    "token_env": ("Token variable", "the environment variable that holds it: DAGSTER_TOKEN"),
    "token_command": ("Token command", "or what prints it: op read op://data/dagster/token"),
}
"""The settings asked for: how each is called, and what is wanted."""


class FieldInput(LineInput):
    """One field; enter goes on to the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,down", "app.focus_next", "Next", key_display="⏎", show=False),
        Binding("up", "app.focus_previous", "Before", show=False),
    ]


class ConnectionForm(ModalScreen[None]):
    """Asks for the settings of a connection."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("form")

    class Entered(Message):
        """A connection with these settings is to be tested, or saved."""

        def __init__(self, form: ConnectionForm, settings: Mapping[str, str], save: bool) -> None:
            super().__init__()
            self.form, self.settings, self.save = form, settings, save

    def compose(self) -> ComposeResult:
        """A line a field, and below them what came of the test."""
        with Vertical(id="form"):
            yield Static("New connection", classes="title", markup=False)
            for key, (label, hint) in FIELDS.items():
                with Horizontal(classes="field"):
                    yield Static(label, classes="label", markup=False)
                    field = FieldInput(lambda: None, id=key)
                    field.placeholder = hint
                    yield field
            yield Static(id="result", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """The usual kind is there already."""
        self.query_one("#kind", FieldInput).value = "dagster"
        self.query_one("#name", FieldInput).focus()

    @property
    def settings(self) -> dict[str, str]:
        """What the fields say."""
        return {key: self.query_one(f"#{key}", FieldInput).value for key in FIELDS}

    def show_result(self, state: ConnectionState) -> None:
        """Says how the connection is, or what is wrong with it."""
        result = self.query_one("#result", Static)
        result.set_class(state.style in ("bad", "warning"), "problem")
        result.update(Text("\n".join(filter(None, (f"{state.sign} {state.text}", state.hint)))))

    def on_click(self, event: events.Click) -> None:
        """A click beside it closes it."""
        if event.widget is self:
            self.action_close()

    def action_test(self) -> None:
        """Tries what is typed."""
        self.post_message(self.Entered(self, self.settings, False))

    def action_save(self) -> None:
        """Keeps what is typed."""
        self.post_message(self.Entered(self, self.settings, True))

    def action_close(self) -> None:
        """Keeps nothing."""
        self.dismiss()
