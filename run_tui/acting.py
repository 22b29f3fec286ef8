"""Does things to runs, one or many, and finds out what became of what no answer told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from secrets import token_hex
from typing import TypeVar

from run_tui.acts import Act, Deed, Order
from run_tui.errors import OutcomeUnknown, RunNotFound, SourceError, Unsupported
from run_tui.model import Run, RunFilter, RunStatus
from run_tui.pace import persist
from run_tui.sources.base import Actions, Source

T = TypeVar("T")

REQUEST_TAG = "run_tui/request"
"""The tag that makes a run, launched or re-executed here, known again if the answer was lost: new for each request."""
TRIES = 4
"""Times a run's state is read after a lost answer before that is given up."""

_ENDING = (RunStatus.CANCELING, RunStatus.CANCELED)


class Result(StrEnum):
    """What became of something that was asked for."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it, in a sentence without a stop; `run` is the one it was done to, `new_id` that of a new one."""

    result: Result
    message: str
    run: Run | None = None
    new_id: str | None = None
    error: SourceError | None = None


def actions_of(source: Source, act: Act) -> Actions:
    """What changes the runs of a source. Raises `Unsupported`, and says why, where it cannot do this."""
    if source.actions is not None and act in source.capabilities.acts:
        return source.actions
    if source.capabilities.read_only:
        raise Unsupported("This connection is read-only", "Its settings say so: read_only = true.")
    raise Unsupported(f"{source.where} cannot {act} runs")


async def act_on(runs: Iterable[tuple[Source, Run]], deed: Deed) -> AsyncIterator[Outcome]:
    """Does the same to each of the runs, one after the other; an outcome each, in their order."""
    for source, run in runs:
        yield await act_on_one(source, run, deed)


async def act_on_one(source: Source, run: Run, deed: Deed) -> Outcome:
    """Does something to a run, once."""
    request = token_hex(6)
    try:
        new_id = await _do(actions_of(source, deed.act), run.id, deed, request)
    except OutcomeUnknown as error:
        return await _found_out(source, run, deed, request, error)
    except SourceError as error:
        return Outcome(Result.FAILED, str(error), run, error=error)
    return Outcome(Result.DONE, _TOLD[deed.act] if not deed.force else "marked as canceled", run, new_id)


async def launch(source: Source, order: Order) -> Outcome:
    """Launches a job, once."""
    request = token_hex(6)
    tagged = Order(order.job, order.config, {**order.tags, REQUEST_TAG: request})
    try:
        new_id = await actions_of(source, Act.LAUNCH).launch(tagged)
    except OutcomeUnknown as error:
        return await _looked_for(source, None, request, error)
    except SourceError as error:
        return Outcome(Result.FAILED, str(error), error=error)
    return Outcome(Result.DONE, _TOLD[Act.LAUNCH], new_id=new_id)


_TOLD = {
    Act.TERMINATE: "asked to end",
    Act.REEXECUTE: "re-executed",
    Act.DELETE: "deleted",
    Act.LAUNCH: "launched",
}


async def _do(actions: Actions, run_id: str, deed: Deed, request: str) -> str | None:
    match deed.act:
        case Act.TERMINATE:
            await actions.terminate(run_id, force=deed.force)
        case Act.DELETE:
            await actions.delete(run_id)
        case Act.REEXECUTE:
            return await actions.reexecute(run_id, deed.how, steps=deed.steps, tags={REQUEST_TAG: request})
        case Act.LAUNCH:
            raise ValueError("jobs are launched, not runs")
    return None


async def _found_out(source: Source, run: Run, deed: Deed, request: str, lost: OutcomeUnknown) -> Outcome:
    """What became of a run after the answer about it was lost, by its state now."""
    if deed.act is Act.REEXECUTE:
        return await _looked_for(source, run, request, lost)
    try:
        now = await _read(lambda: source.run(run.id))
    except RunNotFound:
        gone = Result.DONE if deed.act is Act.DELETE else Result.UNKNOWN
        return Outcome(gone, f"{lost}; the run is gone now", run, error=None if gone is Result.DONE else lost)
    except SourceError as error:
        return _unread(run, lost, error)
    if deed.act is Act.TERMINATE and now.status in _ENDING:
        return Outcome(Result.DONE, f"the answer was lost, but the run is {now.status} now", now)
    still = "the run is still there" if deed.act is Act.DELETE else f"the run is {now.status} now"
    return Outcome(Result.UNKNOWN, f"{lost}; {still}", now, error=lost)


async def _looked_for(source: Source, run: Run | None, request: str, lost: OutcomeUnknown) -> Outcome:
    """The new run after the answer that would have named it was lost, by its tag."""
    try:
        found = await _read(lambda: source.runs(RunFilter(tags=((REQUEST_TAG, request),)), limit=1))
    except SourceError as error:
        return _unread(run, lost, error)
    if not found.items:
        return Outcome(Result.UNKNOWN, f"{lost}; so far there is no new run", run, error=lost)
    return Outcome(Result.DONE, "the answer was lost, but the new run is there", run, found.items[0].id)


def _unread(run: Run | None, lost: OutcomeUnknown, error: SourceError) -> Outcome:
    return Outcome(Result.UNKNOWN, f"{lost}, nor could its state be read since: {error}", run, error=lost)


async def _read(ask: Callable[[], Awaitable[T]]) -> T:
    """What `ask` gives, which only reads; it is tried a few times."""

    def failed(error: SourceError, failures: int) -> None:
        if failures >= TRIES:
            raise error

    return await persist(ask, failed)
