"""The data rows that a step made, as the server holds them, and what triggered the run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from run_tui.actions import bindings
from run_tui.format import clean, clean_lines, plural
from run_tui.model import DataRows
from run_tui.screens.wishes import RunWish
from run_tui.tables import Row, json_text, value_text
from run_tui.widgets.data_list import DataList, DataTable
from run_tui.widgets.detail import Detail, Line
from run_tui.widgets.filter_bar import LineInput
from run_tui.widgets.key_bar import KeyBar
from run_tui.widgets.keys import key_of
from run_tui.widgets.row_list import RowList
from run_tui.widgets.status_line import Activity, Fact, StatusLine


class SearchInput(LineInput):
    """What the server is to look for: it is asked once the text is complete, for it reads all rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "leave(True)", "Search"),
        Binding("escape", "leave(False)", "Back"),
    ]

    class Left(Message):
        """The user is done typing; the text is to be searched for when `wanted`."""

        def __init__(self, wanted: bool) -> None:
            super().__init__()
            self.wanted = wanted

    def action_leave(self, wanted: bool) -> None:
        """Back to the rows."""
        self.post_message(self.Left(wanted))


class DataScreen(Screen[None]):
    """The rows of one attempt of one step at a time; `steps` are those there are, with how many attempts they have."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("data")

    class Wanted(RunWish):
        """A page of rows is to be read, in place of one that has not come yet."""

        def __init__(self, step: str, attempt: int, page: int, keyword: str) -> None:
            super().__init__()
            self.step, self.attempt, self.page, self.keyword = step, attempt, page, keyword

    class PayloadWanted(RunWish):
        """What triggered the run is to be shown."""

    class Closed(RunWish):
        """The user went back."""

    def __init__(self, run_id: str, step: str, attempt: int, steps: Mapping[str, int]) -> None:
        super().__init__()
        self.run_id = run_id
        self._steps = steps
        self._step, self._attempt = step, attempt
        self._keyword = ""
        self._asked: int | None = None

    def compose(self) -> ComposeResult:
        """Which table it is, what is searched for, rows, the chosen row, the keys."""
        yield StatusLine(id="status")
        with Horizontal(id="filter-line"):
            yield Static("/", id="filter-sign", markup=False)
            yield SearchInput(lambda: None, id="search")
        yield DataTable(id="data")
        yield Detail(id="detail")
        yield KeyBar()

    @property
    def rows(self) -> DataList:
        """The table's rows."""
        return self.query_one(DataList)

    @property
    def detail(self) -> Detail:
        """The pane below them."""
        return self.query_one(Detail)

    @property
    def search(self) -> SearchInput:
        """What the server is to look for."""
        return self.query_one(SearchInput)

    def on_mount(self) -> None:
        """Begins with the rows of the step that was chosen."""
        self.rows.focus()
        self.set_interval(1.0, lambda: self.query_one(StatusLine).tick())
        self._read()

    @property
    def others(self) -> Mapping[str, int]:
        """The other steps, each with its last attempt."""
        return {step: attempt for step, attempt in self._steps.items() if step != self._step}

    def show_rows(self, wanted: Wanted, rows: DataRows) -> None:
        """Takes a page, unless something else is wanted by now."""
        if (wanted.step, wanted.attempt, wanted.keyword) != (self._step, self._attempt, self._keyword):
            return
        self._asked = None
        self.rows.take(wanted.page, rows)
        self.query_one(DataTable).show_titles()
        self._show_facts()
        if not rows.total:
            step = clean(self._step)
            text = f"No row of {step} has “{clean(self._keyword)}” in it." if self._keyword else f"{step} made no rows."
            self.rows.show_notice(("plain", text))

    def show_elsewhere(self, wanted: Wanted, totals: Mapping[str, int]) -> None:
        """Says which steps made rows where this one made none, and how many."""
        if (wanted.step, wanted.keyword) == (self._step, self._keyword):
            made = ", ".join(f"{clean(step)} made {plural(total, 'row')}" for step, total in totals.items())
            goes = ("quiet", f"{made}: {key_of(self, 'data.step')} goes on to the next step.")
            self.rows.show_notice(("plain", f"{clean(self._step)} made no rows."), goes)

    def show_activity(self, activity: Activity) -> None:
        """Shows what the connection is doing."""
        self.query_one(StatusLine).show_activity(activity)

    def show_waiting(self, message: str, hint: str) -> None:
        """Says why rows that were asked for have not come yet; they are asked for again."""
        if self._asked is not None:
            self._say_why(message, hint)

    def show_failure(self, message: str, hint: str) -> None:
        """Says why there are no rows."""
        self._asked = None
        self._say_why(message, hint)

    def _say_why(self, message: str, hint: str) -> None:
        self.rows.show_notice(("bad", clean(message)), ("quiet", ""), ("quiet", clean(hint)))

    def show_payload(self, payload: object) -> None:
        """Shows what triggered the run."""
        self._show_detail([("accent", "What triggered the run"), *(("plain", line) for line in _json_lines(payload))])

    def on_data_list_missing(self, event: DataList.Missing) -> None:
        """Rows come when they are looked at."""
        event.stop()
        if event.page != self._asked:
            self._asked = event.page
            self.post_message(self.Wanted(self._step, self._attempt, event.page, self._keyword))

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Enter shows the whole row."""
        event.stop()
        self._show_row()

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        """The pane follows the cursor."""
        event.stop()
        self._show_facts()
        if self.detail.display:
            self._show_row()

    def on_search_input_left(self, event: SearchInput.Left) -> None:
        """Asks for what was typed, or lets it be."""
        event.stop()
        self.rows.focus()
        if not event.wanted:
            self.search.value = self._keyword
        elif self.search.value != self._keyword:
            self._keyword = self.search.value
            self._read()

    def action_search(self) -> None:
        """Goes to the text to search for."""
        self.search.focus()

    def action_attempt(self, direction: int) -> None:
        """Shows the rows of the attempt before or after."""
        wanted = self._attempt + direction
        if 1 <= wanted <= self._steps[self._step]:
            self._attempt = wanted
            self._read()

    def action_step(self, direction: int) -> None:
        """Shows the rows of another step."""
        names = list(self._steps)
        self._step = names[(names.index(self._step) + direction) % len(names)]
        self._attempt = self._steps[self._step]
        self._read()

    def action_scroll_columns(self, columns: int) -> None:
        """Shows other columns."""
        self.rows.first_column += columns

    def action_payload(self) -> None:
        """Shows what triggered the run."""
        self.post_message(self.PayloadWanted())

    def action_copy(self) -> None:
        """Copies the row as JSON."""
        if self.rows.current is not None:
            self.app.copy_to_clipboard(json_text(self.rows.current))
            self.notify("Copied the row as JSON.", timeout=2)

    def action_refresh(self) -> None:
        """Asks the server now."""
        self._read()

    def action_back(self) -> None:
        """Closes the row, then ends the search, then goes back to the run."""
        if self.detail.display:
            self.detail.display = False
            self.rows.focus()
        elif self._keyword:
            self._keyword = self.search.value = ""
            self._read()
        else:
            self.action_leave()

    def action_leave(self) -> None:
        """Goes back to the run, whatever is open here."""
        self.post_message(self.Closed())

    def _read(self) -> None:
        self.rows.replace()
        self.rows.show_notice(("quiet", "Searching all rows …" if self._keyword else "Reading rows …"))
        self.query_one(DataTable).show_titles()
        self._show_facts()
        self._asked = 0
        self.post_message(self.Wanted(self._step, self._attempt, 0, self._keyword))

    def _show_row(self) -> None:
        if self.rows.current is not None:
            title = f"Row {self.rows.cursor + 1:,}"
            self._show_detail([("accent", title), *_row_lines(self.rows.current)])

    def _show_detail(self, lines: list[Line]) -> None:
        self.detail.open_on(lines)

    def _show_facts(self) -> None:
        total = self.rows.window.total
        found = "found" if self._keyword else ""
        count = "" if total is None else f"{plural(total, 'row')} {found}".rstrip()
        if total:
            count = f"row {self.rows.cursor + 1:,} of {count}"
        attempts = self._steps[self._step]
        self.query_one(StatusLine).show(
            [
                Fact(clean(self._step), "accent"),
                Fact("data"),
                Fact(f"attempt {self._attempt} of {attempts}" if attempts > 1 else "", "plain", 1),
                Fact(count, "plain", 2),
            ]
        )


def _row_lines(row: Row) -> Iterator[Line]:
    """A column a line; what has parts over several."""
    for name, value in row.items():
        if isinstance(value, dict | list):
            yield "accent", f"{clean(name)}:"
            yield from (("plain", f"  {line}") for line in _json_lines(value))
        else:
            first, *rest = clean_lines(value_text(value)) or [""]
            yield "plain", f"{clean(name)}: {first}"
            yield from (("plain", f"  {line}") for line in rest)


def _json_lines(value: object) -> Iterator[str]:
    return iter(clean_lines(json_text(value)))
