"""A comparison as rows of harmless text: what the screen shows and the command prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from run_tui.comparing.comparison import Comparison
from run_tui.comparing.facts import Fact
from run_tui.comparing.partings import Parting
from run_tui.comparing.steps import SECONDS, TIMES, Change, StepChange
from run_tui.format import clean, duration, plural, shorten, status_style, step_glyph, step_style
from run_tui.model import RunStatus
from run_tui.steps import StepProgress

Pieces = Sequence[tuple[str, str]]
"""Names of styles, each with a harmless text."""

RULE = f"much slower: from {TIMES:g} × and +{SECONDS:g}s"
"""What counts as much slower, for a person."""
LONGEST_NAME, LONGEST_VALUE = 32, 60
FEW_LINES = 8
"""Lines of a configuration's difference that stand before the steps."""
_STATES = 22
"""Cells for the states of a step: `success → unfinished`."""


@dataclass(frozen=True, slots=True)
class Title:
    """A line that says what follows."""

    text: str
    style: str = "quiet"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the report, and where the events part that it speaks of; `step` is the key of a step's."""

    item: Title | Parting | Fact | StepChange
    parting: Parting | None = None
    step: str | None = None


class Report:
    """A comparison as `rows`, what matters most first, and as `alike` those of the steps that are alike."""

    def __init__(self, found: Comparison) -> None:
        self.found = found
        self._partings = {parting.step: parting for parting in found.partings}
        self._moved = {parting.step for parting in found.partings if parting.order}
        self._name_width = min(LONGEST_NAME, max((len(each.key) for each in found.steps), default=0))
        self._fact_width = max((len(fact.name) for fact in found.facts), default=0)
        self.changed = [step for step in found.steps if self._differs(step)]
        self.rows = list(self._rows())
        self.alike = [self._step_row(step) for step in found.steps if not self._differs(step)]

    @property
    def nothing_differs(self) -> bool:
        """Whether the runs are alike but for the time they took."""
        facts = [fact for fact in self.found.facts if not fact.of_time]
        return not (facts or self.found.config or self.changed or any(not each.order for each in self.found.partings))

    def parting_of(self, change: StepChange) -> Parting | None:
        """Where the events of a step part, if they do."""
        return self._partings.get(change.key)

    def pieces(self, row: Row) -> Pieces:
        """What a row says."""
        match row.item:
            case Title(text, style):
                return [(style, text)]
            case Parting() as parting:
                return self._of_parting(parting)
            case Fact() as fact:
                return self._of_fact(fact)
            case StepChange() as change:
                return self._of_step(change)

    def summary(self) -> str:
        """How many steps are alike, what counts as much slower, and how fast a typical step was."""
        alike = f"{len(self.found.steps) - len(self.changed):,} of {plural(len(self.found.steps), 'step')} alike"
        pace = "" if self.found.pace is None else f" · typically {self.found.pace:.1f} × as long"
        return f"{alike}{pace} · {RULE}"

    def _differs(self, change: StepChange) -> bool:
        told = change.key in self._partings and change.key not in self._moved
        return told or change.change is not Change.NONE

    def _rows(self) -> Iterator[Row]:
        first = self.found.first
        if self.nothing_differs:
            yield Row(Title("Nothing differs but the time it took.", "good"), first)
        if first is not None:
            yield Row(first, first, first.step)
        yield from (Row(fact, first) for fact in self.found.facts)
        config = [
            Row(Title(f"  {clean(line)}", _DIFF_STYLES.get(line[:1], "quiet")), first) for line in self.found.config
        ]
        few = len(config) <= FEW_LINES
        if config:
            yield Row(
                Title("Configuration" if few else f"Configuration: {len(config):,} lines, below", "accent"), first
            )
            yield from config if few else ()
        if self.found.steps:
            yield Row(Title(self.summary(), "accent"), first)
        yield from map(self._step_row, self.changed)
        if not few:
            yield Row(Title("Configuration", "accent"), first)
            yield from config

    def _step_row(self, change: StepChange) -> Row:
        return Row(change, self.parting_of(change), change.key)

    def _of_parting(self, parting: Parting) -> Pieces:
        kind = "Only the order of events differs first" if parting.order else "First event that differs"
        when = "" if parting.moment is None else f", {duration(parting.moment / 1000)} after the first event"
        return [("accent", f"{kind}: "), ("plain", f"{place_of(parting)}{when}")]

    def _of_fact(self, fact: Fact) -> Pieces:
        styles = [_value_style(fact, value) for value in (fact.before, fact.after)]
        before, after = (
            shorten(clean(value), LONGEST_VALUE) if value else "none" for value in (fact.before, fact.after)
        )
        name = f"{clean(fact.name):<{self._fact_width}}  "
        return [("quiet", name), (styles[0], before), ("quiet", " → "), (styles[1], after)]

    def _of_step(self, change: StepChange) -> Pieces:
        state = (change.after or change.before or StepProgress("")).state
        name = f"{shorten(clean(change.key), self._name_width):<{self._name_width}}  "
        return [
            (step_style(state), f"{step_glyph(state)} "),
            ("plain", name),
            *_states(change.before, change.after),
            *_times(change),
            ("quiet", self._note(change)),
        ]

    def _note(self, change: StepChange) -> str:
        before, after = change.before, change.after
        notes = [_WORDS[change.change]] if change.change in _WORDS else []
        if before and after and before.key != after.key:
            notes.append(f"was {shorten(clean(before.key), LONGEST_NAME)}")
        if before and after and before.attempt != after.attempt:
            notes.append(f"attempts {before.attempt} → {after.attempt}")
        if change.change is Change.NONE and change.key in self._partings:
            notes.append("events in another order" if change.key in self._moved else "other events")
        return "".join(f"  {note}" for note in notes)


_WORDS = {Change.SLOWER: "much slower", Change.FASTER: "much faster"}
_DIFF_STYLES = {"+": "good", "-": "bad"}


def place_of(parting: Parting) -> str:
    """Where a parting is, for a person."""
    return "outside any step" if parting.step is None else f"in {shorten(clean(parting.step), LONGEST_NAME)}"


def _value_style(fact: Fact, value: str | None) -> str:
    if value is None:
        return "quiet"
    return status_style(RunStatus(value)) if fact.name == "Status" else "plain"


def _states(before: StepProgress | None, after: StepProgress | None) -> Iterator[tuple[str, str]]:
    """The states, padded to as many cells as the column has."""
    shown = [_state(step) for step in (before, after)]
    if before and after and before.state is after.state:
        shown = shown[:1]
    width = 0
    for number, (style, text) in enumerate(shown):
        if number:
            yield "quiet", " → "
            width += 3
        yield style, text
        width += len(text)
    yield "plain", " " * max(1, _STATES - width)


def _state(step: StepProgress | None) -> tuple[str, str]:
    return ("quiet", "none") if step is None else (step_style(step.state), step.state.value)


def _times(change: StepChange) -> Iterator[tuple[str, str]]:
    """How long it took, and how many times as long that is."""
    one, other = ("" if seconds is None else duration(seconds) for seconds in change.seconds)
    both = f"{one or '–'} → {other or '–'}" if one or other else ""
    yield "plain", f"{both:<18}"
    ratio = change.ratio
    if ratio is None:
        return
    before, after = (seconds or 0.0 for seconds in change.seconds)
    style = {Change.SLOWER: "warning", Change.FASTER: "good"}.get(change.change, "quiet")
    sign = "+" if after >= before else "−"
    yield style, f"  {ratio:.1f} ×  {sign}{duration(abs(after - before))}"
