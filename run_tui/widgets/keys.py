"""Keys as the text of a screen names them."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widget import Widget

from run_tui.actions import ACTIONS, Action, key_text


def key_of(widget: Widget, action_id: str) -> str:
    """The first key of an action as the user has it: the settings file may give it another than the table."""
    actions: Sequence[Action] = getattr(widget.app, "actions", ACTIONS)
    return key_text(next(action for action in actions if action.id == action_id)).split()[0]
