"""What the user does to runs: asked before, done one by one, told after."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from textual import log

from run_tui.acting import Outcome, Result, act_on_one
from run_tui.acts import Act, Deed, Reexecution
from run_tui.errors import SourceError
from run_tui.explorer.host import Host
from run_tui.format import clean, plural
from run_tui.model import Run, RunStatus
from run_tui.pace import persist
from run_tui.screens.change import ChangeScreen, Choice, outcome_row
from run_tui.sources.base import Source
from run_tui.widgets.text_list import Pieces

T = TypeVar("T")

_NO_RIGHT = "The server does not allow it."
_SIGNS = {Result.DONE: ("✓", "good"), Result.FAILED: ("✗", "bad"), Result.UNKNOWN: ("?", "warning")}
_DOING = {Act.TERMINATE: "Terminating", Act.REEXECUTE: "Re-executing", Act.DELETE: "Deleting"}
_NOT_KNOWN = "What is not known was asked for once, and is not again. The list shows each run as it is."


class Rights:
    """What the servers let the user do, read once each; until it is known everything that their system can do."""

    def __init__(self, host: Host, changed: Callable[[], None]) -> None:
        self._host, self._changed = host, changed
        self._known: dict[Source, frozenset[Act]] = {}

    def read(self, sources: Sequence[Source]) -> None:
        """Asks those servers that were not asked before."""
        for source in sources:
            if source.actions is not None and source not in self._known:
                self._known[source] = source.capabilities.acts
                self._host.start(partial(self._read, source), "rights", exclusive=False)

    def of(self, source: Source) -> Mapping[Act, bool]:
        """What a system can do at all, and of that whether its server lets the user."""
        allowed = self._known.get(source, source.capabilities.acts)
        return {act: act in allowed for act in source.capabilities.acts}

    async def _read(self, source: Source) -> None:
        def failed(error: SourceError, failures: int) -> None:
            log(error)

        actions = source.actions
        assert actions is not None
        try:
            self._known[source] = await persist(actions.permissions, failed)
        except SourceError as error:
            log(error)  # older servers do not tell: they refuse in words what they do not allow
        else:
            self._changed()


class Change:
    """The screen that asks what is to be done to some runs, and the worker that does it."""

    def __init__(self, host: Host, runs: Sequence[tuple[Source, Run]], screen: ChangeScreen) -> None:
        self._host, self._runs, self.screen = host, runs, screen
        self._stopped = False
        self.made: tuple[Source, str] | None = None
        """The new run, where there is exactly one."""

    def begin(self, deed: Deed) -> None:
        """Does it."""
        self._host.start(partial(self._work, deed), "change")

    def stop(self) -> None:
        """Changes no further run."""
        self._stopped = True

    async def _work(self, deed: Deed) -> None:
        outcomes: list[tuple[Run, Outcome]] = []
        for number, (source, run) in enumerate(self._runs, 1):
            if self._stopped:
                break
            self.screen.show_progress(f"{_DOING[deed.act]} {number} of {len(self._runs)} …")
            outcome = await act_on_one(source, run, deed)
            outcomes.append((run, outcome))
            self.screen.add_outcome(_row(run, outcome))
            if len(self._runs) == 1 and outcome.new_id is not None:
                self.made = source, outcome.new_id
        self._tell(deed, outcomes)

    def _tell(self, deed: Deed, outcomes: Sequence[tuple[Run, Outcome]]) -> None:
        counts = {result: sum(outcome.result is result for _, outcome in outcomes) for result in Result}
        parts = [f"{counts[Result.DONE]} of {plural(len(self._runs), 'run')} done"]
        parts += [f"{counts[result]} {result.value}" for result in (Result.FAILED, Result.UNKNOWN) if counts[result]]
        left = len(self._runs) - len(outcomes)
        parts += [f"{left} left as they were"] if left else []
        note = _NOT_KNOWN if counts[Result.UNKNOWN] else "enter opens the new run." if self.made else ""
        # What is to be looked at comes first.
        rows = [_row(*each) for each in sorted(outcomes, key=lambda each: each[1].result is Result.DONE)]
        title = f"{_DOING[deed.act]}: {', '.join(parts)}"
        self.screen.show_over(title, note, rows, can_open=self.made is not None)


def _row(run: Run, outcome: Outcome) -> Pieces:
    sign, style = _SIGNS[outcome.result]
    return outcome_row(run, sign, style, outcome.message)


def choices(act: Act, runs: Sequence[Run], rights: Sequence[Mapping[Act, bool]], steps: Sequence[str]) -> list[Choice]:
    """The ways to do something to these runs, of which each server has told what it allows."""
    why_not = "" if all(each.get(act, False) for each in rights) else _NO_RIGHT
    if act is Act.TERMINATE:
        return _terminations(runs, why_not)
    if act is Act.DELETE:
        return [
            Choice("No, leave them"),
            Choice(
                f"Delete {plural(len(runs), 'run')}", "With all events; nothing brings them back.", Deed(act), why_not
            ),
        ]
    return _reexecutions(runs, why_not, steps)


def _terminations(runs: Sequence[Run], why_not: str) -> list[Choice]:
    over = "" if any(not run.status.finished for run in runs) else "Nothing of it runs any more."
    some = plural(len(runs), "run")
    return [
        Choice(f"Terminate {some}", "Steps are interrupted and clean up.", Deed(Act.TERMINATE), why_not or over),
        Choice(
            "Mark as canceled",
            "At once, whatever the processes still do.",
            Deed(Act.TERMINATE, force=True),
            why_not or over,
            sure=f"Mark {some} as canceled? Processes may go on, unseen.",
        ),
    ]


def _reexecutions(runs: Sequence[Run], why_not: str, steps: Sequence[str]) -> list[Choice]:
    def deed(how: Reexecution) -> Deed:
        return Deed(Act.REEXECUTE, how=how, steps=tuple(steps) if how is Reexecution.STEPS else ())

    stopped = all(run.status in (RunStatus.FAILURE, RunStatus.CANCELED) for run in runs)
    whole = "" if stopped else "Only of runs that failed or were canceled."
    going = "" if all(run.status.finished for run in runs) else "Only of runs that have ended."
    found = [
        Choice("All steps", "", deed(Reexecution.ALL_STEPS), why_not),
        Choice("From failure", "What failed and all that follows.", deed(Reexecution.FROM_FAILURE), why_not or whole),
        Choice(
            "From asset failure",
            "Assets that were not made.",
            deed(Reexecution.FROM_ASSET_FAILURE),
            why_not or whole,
        ),
    ]
    if steps:
        named = clean(", ".join(steps))
        found.append(Choice(f"Only {plural(len(steps), 'step')}", named, deed(Reexecution.STEPS), why_not or going))
    # What is wanted most comes first.
    return [found[1], found[0], *found[2:]] if stopped else found


def question(act: Act, runs: Sequence[Run]) -> str:
    """What the screen asks, as its title."""
    verb = {Act.TERMINATE: "Terminate", Act.DELETE: "Delete", Act.REEXECUTE: "Re-execute"}[act]
    return f"{verb} {plural(len(runs), 'run')}?"
