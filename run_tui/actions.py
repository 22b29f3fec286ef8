"""What keys do: one table that makes the bindings, the palette, the help screen and the README's list."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a key does; `where` names the list, screen or bar it belongs to, `shown` puts it into the footer."""

    id: str
    keys: str
    title: str
    help: str
    where: str
    action: str
    shown: bool = False
    key_display: str | None = None


ACTIONS: tuple[Action, ...] = (
    Action("list.down", "j,down", "Down", "Move down one row.", "list", "move(1)", key_display="j"),
    Action("list.up", "k,up", "Up", "Move up one row.", "list", "move(-1)", key_display="k"),
    Action("list.page_down", "pagedown,ctrl+d", "Page down", "Move down a screenful.", "list", "page(1)"),
    Action("list.page_up", "pageup,ctrl+u", "Page up", "Move up a screenful.", "list", "page(-1)"),
    Action("list.first", "g,home", "First", "Go to the first row.", "list", "first", key_display="g"),
    Action("list.last", "G,end", "Last", "Go to the last row; in a log, follow it.", "list", "last", key_display="G"),
    Action("list.open", "enter", "Open", "Open the row under the cursor.", "list", "open", shown=True),
    Action("view.filter", "slash", "Filter", "Filter as you type; tab completes.", "view", "filter", True, "/"),
    Action("view.back", "escape", "Back", "Clear the filter, close the detail, go back.", "view", "back"),
    Action("view.refresh", "ctrl+r", "Refresh", "Ask the server now.", "view", "refresh"),
    Action("view.web", "o", "Web page", "Open the web page, at the event under the cursor.", "view", "web"),
    Action("view.time", "t", "Time", "Times: local, UTC, since start, since previous.", "view", "time"),
    Action("view.command", "c", "Command", "Copy the command that opens this view again.", "view", "command"),
    Action("view.alert", "a", "Alert", "Tell when the run ends, or no more.", "view", "alert"),
    Action(
        "view.compare",
        "equals_sign",
        "Compare",
        "Compare two marked runs, or one with the last before it that succeeded.",
        "view",
        "compare",
    ),
    Action("act.terminate", "ctrl+k", "Terminate", "Ask the run to end, or those marked.", "act", "terminate", True),
    Action("act.reexecute", "R", "Re-execute", "Execute the run again, or part of it.", "act", "reexecute", True),
    Action("act.delete", "D", "Delete", "Delete the run with its events.", "act", "delete_runs"),
    Action("act.launch", "L", "Launch", "Launch the job again, its configuration and tags to edit.", "act", "launch"),
    Action("act.jobs", "J", "Jobs", "Show all jobs, to launch one.", "act", "jobs"),
    Action("find.open", "ctrl+f", "Find", "Find text, all rows kept; matches are marked.", "find", "find"),
    Action("find.next", "n", "Next match", "Go to the next match of what is found.", "find", "find_next(1)"),
    Action("find.previous", "N", "Match before", "Go to the match before.", "find", "find_next(-1)"),
    Action("runs.info", "r", "About", "Show the run's tags and configuration.", "runs", "run_info"),
    Action("runs.mark", "space", "Mark", "Mark the run, to open or change all marked.", "runs", "mark", True),
    Action("runs.together", "enter", "Open together", "Open all marked runs as one log.", "runs", "together", True),
    Action(
        "runs.connect", "ctrl+o", "Connect", "Choose connections, several at once, or add one.", "runs", "connect", True
    ),
    Action(
        "run.next_error",
        "e",
        "Next error",
        "Go to the next error that does not only follow from others.",
        "run",
        "seek(4, 1)",
        True,
    ),
    Action("run.previous_error", "E", "Previous error", "Go to the previous error.", "run", "seek(4, -1)"),
    Action("run.next_warning", "w", "Next warning", "Go to the next warning or error.", "run", "seek(3, 1)"),
    Action("run.previous_warning", "W", "Previous warning", "Go to the one before.", "run", "seek(3, -1)"),
    Action("run.follow", "f", "Follow", "Keep the newest event in view.", "run", "follow", True),
    Action("run.steps", "s", "Steps", "Go to the steps; enter there filters by one.", "run", "steps", True),
    Action("run.output", "l", "Output", "Show what the step wrote to stdout and stderr.", "run", "output", True),
    Action("run.data", "d", "Data", "Show the rows of data the step made.", "run", "data", True),
    Action("run.bars", "b", "Bars", "Show the steps as bars over time, and back.", "run", "bars", True),
    Action("run.types", "T", "Types", "Pick event types to filter by.", "run", "types"),
    Action("run.info", "r", "About", "Show the run's tags, configuration and ancestry.", "run", "run_info", True),
    Action("run.frames", "F", "Frames", "Show or hide stack frames inside libraries.", "run", "frames"),
    Action("run.all", "0", "All levels", "Show events of every level.", "run", "level(0)"),
    Action("run.debug", "1", "Debug and up", "The same as every level that has a name.", "run", "level(1)"),
    Action("run.info_up", "2", "Info and up", "Hide debug events; the run's structure stays.", "run", "level(2)"),
    Action("run.warning_up", "3", "Warning and up", "Show warnings and worse.", "run", "level(3)"),
    Action("run.error_up", "4", "Error and up", "Show errors and worse.", "run", "level(4)"),
    Action("run.critical", "5", "Critical", "Show critical events only.", "run", "level(5)"),
    Action("run.more_context", "plus", "Context", "Show more rows around each match of a filter.", "run", "context(1)"),
    Action("run.less_context", "minus", "Less context", "Show fewer of them.", "run", "context(-1)"),
    Action("run.left", "left", "Left", "Scroll long messages back.", "run", "scroll_text(-1)"),
    Action("run.right", "right", "Right", "Scroll long messages sideways.", "run", "scroll_text(1)"),
    Action("run.wrap", "ctrl+w", "Wrap", "Show long messages over several lines, or cut them.", "run", "wrap"),
    Action("run.mark", "m", "Mark", "Mark the event, or take its mark away.", "run", "mark"),
    Action("run.next_mark", "u", "Next mark", "Go to the next marked event.", "run", "seek_mark(1)"),
    Action("run.previous_mark", "U", "Previous mark", "Go to the one before.", "run", "seek_mark(-1)"),
    Action("run.older", "left_square_bracket", "Older run", "Go to the job's run before.", "run", "neighbour(-1)"),
    Action("run.newer", "right_square_bracket", "Newer run", "Go to the job's next run.", "run", "neighbour(1)"),
    Action(
        "run.parent",
        "left_curly_bracket",
        "Run before",
        "Go back among its re-executions or child runs.",
        "run",
        "relative(-1)",
    ),
    Action(
        "run.child",
        "right_curly_bracket",
        "Re-execution",
        "Go to its next re-execution or child run.",
        "run",
        "relative(1)",
    ),
    Action("run.copy", "y", "Copy row", "Copy the row to the clipboard.", "run", "copy(False)"),
    Action("run.copy_all", "Y", "Copy event", "Copy the whole event with its errors.", "run", "copy(True)"),
    Action("run.save", "ctrl+s", "Save", "Save the events to a file that run-tui open shows.", "run", "save"),
    Action("save.save", "enter", "Save", "Save to this file; once more to replace one.", "save", "save"),
    Action("save.scope", "tab", "All or filtered", "Save all events, or those that fit.", "save", "scope", True),
    Action("save.close", "escape", "Back", "Stop saving; back to the run.", "save", "close", True),
    Action("run.histogram", "i", "Over time", "Show the events over time, and back.", "run", "histogram"),
    Action("histogram.left", "left,h", "Earlier", "Move the log to the span before.", "histogram", "move(-1)"),
    Action("histogram.right", "right,l", "Later", "Move the log to the span after.", "histogram", "move(1)"),
    Action("histogram.next", "e", "Next errors", "Go to the next span with errors.", "histogram", "error(1)", True),
    Action("histogram.previous", "E", "Errors before", "Go to the one before.", "histogram", "error(-1)"),
    Action("histogram.leave", "escape,enter", "Log", "Go back to the log.", "histogram", "leave", True),
    Action("steps.mark", "space", "Mark", "Mark the step; enter filters by all marked.", "steps", "mark", True),
    Action(
        "steps.open", "enter", "Its events", "Filter by the step, or by all that are marked.", "steps", "open", True
    ),
    Action("types.pick", "enter", "Filter", "Filter by the type, or by all that are marked.", "types", "pick", True),
    Action("types.mark", "space", "Mark", "Mark the type.", "types", "mark", True),
    Action("types.close", "escape,T,q", "Close", "Back to the events.", "types", "close", True),
    Action("steps.unfold", "right", "Unfold", "Unfold dynamic steps, or attempts.", "steps", "fold(False)"),
    Action("steps.fold", "left", "Fold", "Fold them.", "steps", "fold(True)"),
    Action("steps.zoom_in", "plus", "Zoom in", "Bars: show a shorter time around the step.", "steps", "zoom(1)", True),
    Action("steps.zoom_out", "minus", "Zoom out", "Bars: show a longer time.", "steps", "zoom(-1)", True),
    Action("steps.earlier", "less_than_sign", "Earlier", "Bars: show what was earlier.", "steps", "pan(-1)"),
    Action("steps.later", "greater_than_sign", "Later", "Bars: show what was later.", "steps", "pan(1)"),
    Action("output.stream", "tab", "stdout or stderr", "Show the other stream.", "output", "stream", True),
    Action("output.follow", "f", "Follow", "Keep the last line in view.", "output", "follow", True),
    Action("output.next", "right_square_bracket", "Next attempt", "Show the next attempt.", "output", "attempt(1)"),
    Action("output.previous", "left_square_bracket", "Previous", "Show the one before.", "output", "attempt(-1)"),
    Action("output.left", "left", "Left", "Scroll long lines back.", "output", "scroll_text(-1)"),
    Action("output.right", "right", "Right", "Scroll long lines sideways.", "output", "scroll_text(1)"),
    Action("output.wrap", "ctrl+w", "Wrap", "Show long lines over several lines, or cut them.", "output", "wrap"),
    Action("output.copy", "y", "Copy line", "Copy the line to the clipboard.", "output", "copy"),
    Action("output.refresh", "ctrl+r", "Refresh", "Ask the server now.", "output", "refresh"),
    Action("output.back", "escape", "Back", "End finding, go back to the run.", "output", "back", True),
    Action("output.leave", "l", "Run", "Go back to the run at once.", "output", "leave"),
    Action("data.search", "slash", "Search", "Let the server look for text in all rows.", "data", "search", True, "/"),
    Action("data.payload", "p", "Trigger", "Show what triggered the run.", "data", "payload", True),
    Action("data.step", "tab", "Next step", "Show the rows of the next step.", "data", "step(1)", True),
    Action("data.next", "right_square_bracket", "Next attempt", "Show the next attempt.", "data", "attempt(1)"),
    Action("data.previous", "left_square_bracket", "Previous", "Show the one before.", "data", "attempt(-1)"),
    Action("data.left", "left", "Left", "Go a column back.", "data", "scroll_columns(-1)"),
    Action("data.right", "right", "Right", "Go a column further.", "data", "scroll_columns(1)"),
    Action("data.copy", "y", "Copy row", "Copy the row as JSON.", "data", "copy"),
    Action("data.refresh", "ctrl+r", "Refresh", "Ask the server now.", "data", "refresh"),
    Action("data.back", "escape", "Back", "Close the row, end the search, go back to the run.", "data", "back", True),
    Action("data.leave", "d", "Run", "Go back to the run at once.", "data", "leave"),
    Action("connect.mark", "space", "Mark", "Mark it; enter lists the runs of all marked.", "connect", "mark", True),
    Action("connect.add", "a", "Add", "Add a connection to the settings file.", "connect", "add", True),
    Action(
        "connect.test", "t", "Test", "Ask the server now, also if a program tells its token.", "connect", "test", True
    ),
    Action("connect.refresh", "ctrl+r", "Refresh", "Ask all servers now.", "connect", "refresh"),
    Action("connect.back", "escape,ctrl+o", "Back", "Go back to the runs.", "connect", "back", True),
    Action("form.save", "ctrl+s", "Save", "Write the connection into the settings file.", "form", "save", True),
    Action("form.test", "ctrl+t", "Test", "Ask its server, and write nothing.", "form", "test", True),
    Action("form.close", "escape", "Close", "Back to the connections.", "form", "close", True),
    Action("change.take", "enter", "Do it", "Do what is under the cursor.", "change", "take", True),
    Action(
        "change.close",
        "escape,q",
        "Leave",
        "Leave the runs as they are, or as they are by now.",
        "change",
        "close",
        True,
    ),
    Action("jobs.filter", "slash", "Filter", "Show jobs that have these words.", "jobs", "filter", True, "/"),
    Action("jobs.runs", "r", "Runs", "List the job's runs.", "jobs", "runs", True),
    Action("jobs.refresh", "ctrl+r", "Refresh", "Ask the server now.", "jobs", "refresh"),
    Action("jobs.back", "escape,J", "Back", "Clear the filter, go back.", "jobs", "back", True),
    Action("launch.edit", "e", "Edit", "Edit the configuration in $EDITOR, as YAML or JSON.", "launch", "edit", True),
    Action("launch.tags", "t", "Tags", "Edit the run's tags: key=value, blanks between them.", "launch", "tags", True),
    Action("launch.launch", "L", "Launch", "Launch the job as it stands here.", "launch", "launch", True),
    Action("launch.back", "escape", "Back", "Launch nothing.", "launch", "back", True),
    Action("compare.before", "b", "Run before", "Open the run before at its event.", "compare", "run(0)", True),
    Action("compare.all", "a", "All steps", "Show the steps that are alike, too.", "compare", "everything", True),
    Action(
        "compare.older",
        "left_square_bracket",
        "Older run",
        "Compare with the job's run before that one.",
        "compare",
        "other(-1)",
        True,
    ),
    Action("compare.newer", "right_square_bracket", "Newer run", "Compare with the next.", "compare", "other(1)"),
    Action("compare.frames", "F", "Frames", "Show or hide stack frames inside libraries.", "compare", "frames"),
    Action("compare.command", "c", "Command", "Copy the command that prints this.", "compare", "command"),
    Action("compare.refresh", "ctrl+r", "Refresh", "Read both runs again.", "compare", "refresh"),
    Action("compare.back", "escape", "Back", "Go back.", "compare", "back", True),
    Action("app.palette", "ctrl+p,colon", "Palette", "All commands by name.", "app", "command_palette"),
    Action(
        "app.help",
        "question_mark,f1",
        "Help",
        "All keys, first those of here.",
        "app",
        "help",
        True,
        "?",
    ),
    Action("app.suspend", "ctrl+z", "Suspend", "Back to the shell; `fg` returns.", "app", "suspend_process"),
    Action("app.quit", "q", "Quit", "Leave run-tui.", "app", "quit", True),
)

WHERE = {
    "app": "Everywhere",
    "view": "Runs and events",
    "list": "Any list",
    "act": "Changing runs",
    "find": "Events and output",
    "runs": "Runs",
    "run": "One run",
    "steps": "The list of steps",
    "types": "The list of event types",
    "histogram": "Events over time",
    "output": "Output of a step",
    "data": "Data of a step",
    "compare": "Two runs compared",
    "connect": "Connections",
    "form": "A new connection",
    "change": "Before runs are changed",
    "jobs": "Jobs",
    "launch": "The launch of a job",
    "save": "Saving a run",
}
"""The places of the table in the order they are explained, with their names."""


def bindings(*where: str) -> list[BindingType]:
    """The Textual bindings of the actions that belong to these places."""
    return [
        Binding(
            action.keys,
            action.action,
            action.title,
            show=action.shown,
            key_display=action.key_display,
            tooltip=action.help,
            id=action.id,
        )
        for action in ACTIONS
        if action.where in where
    ]


KEY_NAMES = {
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "escape": "esc",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "plus": "+",
    "minus": "-",
    "less_than_sign": "<",
    "equals_sign": "=",
    "greater_than_sign": ">",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "down": "↓",
    "up": "↑",
    "left": "←",
    "right": "→",
}
"""How keys that Textual calls otherwise are shown."""


def key_text(action: Action) -> str:
    """An action's keys as a person reads them: `j ↓`."""
    return " ".join(KEY_NAMES.get(key, key) for key in action.keys.split(","))


TOGETHER = (
    {"app", "view", "act", "list", "find", "runs"},
    {"app", "view", "act", "list", "find", "run"},
    {"app", "list", "find", "output"},
    {"app", "list", "data"},
    {"app", "list", "compare"},
    {"app", "list", "steps"},
    {"app", "histogram"},
    {"list", "types"},
    {"app", "list", "connect"},
    {"form"},
    {"list", "change"},
    {"app", "list", "launch"},
    {"save"},
)
"""The places of the table whose keys are not to be the same; elsewhere the inner one may well cover the outer."""
