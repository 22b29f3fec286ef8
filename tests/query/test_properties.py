"""What holds for any filter text at all."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from run_tui.model import ErrorInfo, MetadataEntry, Run, RunEvent, RunFilter, RunStatus, epoch_ms
from run_tui.query import (
    Filter,
    SlowPattern,
    TextTerm,
    Values,
    any_of,
    complete,
    complete_runs,
    parse,
    parse_runs,
    typable,
)
from tests.query.events_for_tests import CONTEXT, START_MS, event

PIECES = [
    *"abkſßS-/\\\"=*?[],: \t",
    *("step:", "type:", "level:", "after:", "before:", "attempt:", "status:", "job:", "tag:", "STEP:"),
    *("RUN_START", "RUN_STARTING", "PIPELINE_ST", "STEP_F", "LOG", "warn", "0", "2", "5m"),
    *("+1s", "+2s", "00:31", "2026-11-22"),
    *("load", "load_users", "work[a]", "(a|b)", "a=b", "FAIL", "FAILURE", "\x1f", "ab", "'"),
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text()

words = st.text(alphabet="abkſßS \x1f", max_size=4)
names = st.none() | st.sampled_from(["a", "ab", "load", "Load_Users", "work[a]", "b=a"]) | words
types = st.none() | st.sampled_from(["RUN_START", "PIPELINE_STARTING", "STEP_FAILURE", "LOGS_CAPTURED", "odd"])
errors = st.none() | st.builds(ErrorInfo, class_name=names, message=words, stack=st.lists(words, max_size=1).map(tuple))
entries = st.lists(st.builds(MetadataEntry, label=words, value=words, description=st.none() | words), max_size=1)
events = st.builds(
    event,
    words,
    step=names,
    type=types,
    level=st.sampled_from(["DEBUG", "INFO", "WARNING", "ERROR", "ODD"]),
    at=st.sampled_from([0, 1000, 1999, 58_000, 300_000, 600_000]),
    attempt=st.sampled_from([None, 1, 2]),
    error=errors,
    metadata=entries.map(tuple),
)
runs = st.builds(
    Run,
    id=st.sampled_from(["ab", "ba"]),
    status=st.sampled_from([*RunStatus, RunStatus("ODD")]),
    created_at=st.sampled_from(["2026-11-22T00:30:00.000Z", "2026-11-22T00:31:00Z", "2026-11-21T00:00:00Z"]),
    pipeline_name=names,
    tags=st.dictionaries(words, words, max_size=2),
)


@given(texts, st.integers(0, 40))
def test_no_text_raises(text: str, cursor: int) -> None:
    query = parse(text)
    assert all(0 <= problem.start <= problem.end <= len(text) for problem in query.problems)
    for offered in (
        complete(text, cursor, steps=["load", "a b"], types=["RUN_START"]),
        complete_runs(text, cursor, jobs=["a"], tags=["a=b"]),
    ):
        assert offered is None or (0 <= offered.start <= offered.end and offered.candidates)


@given(texts)
def test_the_printed_form_reads_back(text: str) -> None:
    filter, query = parse(text).filter, parse_runs(text, jobs=["load"])
    printed, printed_runs = parse(str(filter)), parse_runs(str(query))
    assert (printed.filter, printed.problems) == (filter, ())
    assert (printed_runs, printed_runs.problems) == (query, ())


@settings(max_examples=300)
@given(texts, texts, events)
def test_what_a_narrower_filter_shows_the_wider_shows(one: str, other: str, shown: RunEvent) -> None:
    for wide_text, narrow_text in ((one, one + other), (one, other), (one + " " + other, one)):
        wide, narrow = parse(wide_text).filter, parse(narrow_text).filter
        if narrow.narrows(wide) and matches(narrow_text, shown):
            assert matches(wide_text, shown)


def matches(text: str, shown: RunEvent) -> bool:
    try:
        return parse(text).filter.matches(shown, CONTEXT)
    except SlowPattern:
        return False


@given(texts)
def test_every_filter_narrows_itself_and_no_filter(text: str) -> None:
    filter = parse(text).filter
    assert filter.narrows(filter)
    assert filter.narrows(parse("").filter)


@given(st.text(alphabet="abkſßS", min_size=1), st.text(alphabet="abkſßS", min_size=1))
def test_typing_on_at_a_word_narrows(word: str, more: str) -> None:
    assert parse(word + more).filter.narrows(parse(word).filter)
    assert parse(f"step:{word}{more}").filter.narrows(parse(f"step:{word}").filter)


@settings(max_examples=300)
@given(texts, runs)
def test_a_server_never_leaves_out_a_run_that_is_listed(text: str, run: Run) -> None:
    query = parse_runs(text, jobs=["load"])
    try:
        listed = query.matches(run, START_MS)
    except SlowPattern:
        return
    if listed:
        assert serves(query.to_server(START_MS / 1000), run)


def serves(asked: RunFilter, run: Run) -> bool:
    """What a Dagster server makes of the filter; its bounds are exclusive."""
    created = epoch_ms(run.created_at) / 1000
    return (
        (not asked.statuses or run.status in asked.statuses)
        and (asked.job is None or run.pipeline_name == asked.job)
        and all(run.tags.get(key) == value for key, value in asked.tags)
        and (asked.created_after is None or created > asked.created_after)
        and (asked.created_before is None or created < asked.created_before)
    )


@given(st.text(alphabet="abkſßSsİ ", min_size=1, max_size=3), st.text(alphabet="abkſßSsİ "))
def test_words_are_marked_where_they_are_found(word: str, text: str) -> None:
    term = TextTerm(word)
    places = Filter(texts=(term,)).spans(text)
    assert all(term.found_in(text[start:end]) for start, end in places)
    assert all(before < after for (_, before), (after, _) in pairwise(places))
    assert bool(places) == term.found_in(text)
    assert not any(term.found_in(piece) for piece in outside(text, places))


def outside(text: str, places: list[tuple[int, int]]) -> list[str]:
    """What is left of a text between places in it."""
    return [text[start:end] for (_, start), (end, _) in pairwise([(0, 0), *places, (len(text), 0)])]


@given(st.text(st.characters(), min_size=1), st.booleans())
def test_any_name_can_be_typed_as_a_step(name: str, exact: bool) -> None:
    spelling = typable(name, exact=exact)
    filter = parse(f"step:{spelling}").filter
    assert spelling.isprintable()
    assert filter.steps_accept(name)
    assert filter.steps_accept(f"{name}x") is not exact
    assert parse(f"-step:{spelling}").filter == Filter(steps=Values(unwanted=filter.steps.wanted))


@given(*[st.text(st.characters(), max_size=4)] * 3)
def test_a_group_of_dynamic_steps_can_be_typed(before: str, key: str, after: str) -> None:
    spelling = any_of(f"{before}[?]{after}")
    filter = parse(f"step:{spelling}").filter
    assert spelling.isprintable()
    assert filter.steps_accept(f"{before}[{key}]{after}")
    assert not filter.steps_accept(f"{before}({key}){after}")


def test_the_examples_start_is_what_it_says() -> None:
    assert datetime.fromtimestamp(START_MS / 1000, UTC) == datetime(2026, 11, 22, 0, 30, 2, tzinfo=UTC)
