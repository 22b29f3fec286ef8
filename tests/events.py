"""Hypothesis strategies for events, a page made of them, and what a store must make of them."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from hypothesis import strategies as st

from run_tui.model import ErrorInfo, EventDetails, EventPage, MetadataEntry, RunEvent, RunName, epoch_ms, iso_timestamp

WORDS = ["load", "Connection", "refused", "größe", "GRÖSSE", "a", "s3://raw/part-7", "KeyError:", "straße", ""]
_PIECES = (*"sSkKiI aßẞſKŉǰİıΣσςÅåȺⱥﬁﬀΐµμéÉжЖ中😀\U00010d50\ua7cb\x00\n\x1f\x1e\ud800\udfff\u0307", "\x1b[31m")
NASTY = st.lists(st.sampled_from(_PIECES), max_size=6).map("".join)
"""Letters that fold their case in surprising ways, controls, dividers of the store, lone surrogates, colours."""
TEXTS = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join) | st.text(max_size=12)
STEPS = st.sampled_from([None, "load_users", "load_orders", "work[a]", "publish"])
TYPES = st.sampled_from([None, "STEP_START", "STEP_FAILURE", "STEP_RESTARTED", "RUN_START", "PIPELINE_FAILURE"])
LEVELS = st.sampled_from(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "NOTICE"])
ERRORS = st.recursive(
    st.builds(ErrorInfo, class_name=st.none() | TEXTS, message=TEXTS, stack=st.lists(TEXTS, max_size=2).map(tuple)),
    lambda cause: st.builds(ErrorInfo, class_name=st.just("ValueError"), message=TEXTS, cause=cause),
    max_leaves=2,
)
METADATA = st.lists(st.builds(MetadataEntry, label=TEXTS, value=TEXTS), max_size=2).map(tuple)
EVENTS = st.builds(
    RunEvent,
    run_id=st.just("r1"),
    message=TEXTS,
    timestamp=st.integers(1_795_307_802_000, 1_795_307_862_000).map(lambda ms: iso_timestamp(str(ms))),
    level=LEVELS,
    step_key=STEPS,
    event_type=TYPES,
    error=st.none() | ERRORS,
    metadata=METADATA,
)

RUN_NAMES = {name.id: name for name in (RunName("9d38c7ea", "etl"), RunName("load", "etl", "prod"), RunName("r2"))}
SEVERAL = st.tuples(st.booleans(), st.randoms(use_true_random=False))
"""Whether events are of several runs, and of which; see `of_runs`."""


def of_runs(events: Sequence[RunEvent], several: tuple[bool, Random]) -> list[RunEvent]:
    """The events, as those of one run or each of one of several."""
    are_several, chance = several
    ids = list(RUN_NAMES)
    return [event.model_copy(update={"run_id": chance.choice(ids)}) if are_several else event for event in events]


def page_of(events: Sequence[RunEvent], cursor: str | None = None) -> EventPage:
    """The page that a source would hand on for these events."""
    return EventPage(
        run_id="r1",
        timestamps=[str(epoch_ms(event.timestamp)) for event in events],
        levels=[event.level.value for event in events],
        types=[event.event_type for event in events],
        steps=[event.step_key for event in events],
        messages=[event.message for event in events],
        details={
            n: EventDetails(error=event.error, metadata=event.metadata)
            for n, event in enumerate(events)
            if event.error or event.metadata
        },
        cursor=cursor,
        runs=[RUN_NAMES[event.run_id] for event in events if event.run_id in RUN_NAMES],
    )


def numbered(events: list[RunEvent]) -> list[RunEvent]:
    """The events as the store must give them back: with attempts counted by restarts of their steps."""
    attempts: dict[str, int] = {}
    expected = []
    for event in events:
        if event.step_key is not None:
            attempts.setdefault(event.step_key, 1)
            attempts[event.step_key] += event.event_type == "STEP_RESTARTED"
        expected.append(event.model_copy(update={"attempt": attempts.get(event.step_key or "")}))
    return expected


def parts(message: str, details: EventDetails | None) -> list[str]:
    """All text of an event that a filter looks through."""
    found = [message]
    for error in details.error.chain if details and details.error else ():
        found += filter(None, (error.class_name, error.message, *error.stack))
    for entry in details.metadata if details else ():
        found += filter(None, (entry.label, entry.value, entry.description))
    return found
