from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from run_tui.model import RunName
from run_tui.query import Filter, PatternTerm, SlowPattern, parse, parse_words, searchable_parts
from tests.query.events_for_tests import CONTEXT, LOG, START_MS, event, shown

ALL = list(LOG)
DEBUG = ["chatter"]
LOAD_USERS = ["began", "read", "chatter", "failed"]


def without(*names: str) -> list[str]:
    return [name for name in ALL if name not in names]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ALL),
        ("started", ["started", "began"]),
        ("LOAD_USERS", LOAD_USERS),
        ("step_start", ["began"]),
        ("started run", ["started"]),
        ('"exit code"', ["timeout"]),
        ('"code exit"', []),
        ("12:30:45 s3://raw", ["read"]),
        ("strasse", ["rows"]),
        ("RuntimeError", ["failed"]),
        ("ValueError", ["failed"]),
        ("bad config", ["failed"]),
        ("app/load.py", ["failed"]),
        ('"load table"', ["failed"]),
        ('"RuntimeError could"', []),
        ('"row count"', ["table"]),
        ('"1,024 rows"', ["table"]),
        ("cleaning", ["table"]),
        ("-started -load_users", ["rows", "timeout", "table", "ended"]),
        ("/time(d )?out/", ["timeout"]),
        ("/^bad .*'x'$/", ["failed"]),
        ("-/[a-z]_[a-z]/", ["timeout"]),
        ("-/(?-i:[a-z]_[a-z])/", ["started", "timeout", "ended"]),
        ("/step_.*/ table", ["failed"]),
    ],
)
def test_words_phrases_and_patterns_match_anywhere(text: str, expected: list[str]) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("step:load", [*LOAD_USERS[:3], "rows", "failed"]),
        ("step:load_*", [*LOAD_USERS[:3], "rows", "failed"]),
        ("step:*_users", [*LOAD_USERS, "table"]),
        ("step:=load_users", LOAD_USERS),
        ("step:WORK[A]", ["timeout"]),
        ("step:work[?]", ["timeout"]),
        ("step:work[b]", []),
        ("step:work step:check", ["timeout", "table"]),
        ("step:work,check", ["timeout", "table"]),
        ("step:users -step:check", LOAD_USERS),
        ("-step:*", ["started", "ended"]),
        ("-step:load -step:check", ["started", "timeout", "ended"]),
        ("step:", ALL),
        ("-step:", ALL),
        ("type:STEP_FAILURE", ["failed"]),
        ("type:step_f", ["failed"]),
        ("type:STEP_FAILURE,run_start", ["started", "failed"]),
        ("type:PIPELINE_START", ["started"]),
        ("type:RUN_FAILURE", ["ended"]),
        ("type:PIPE", ["started", "ended"]),
        ("type:RUN_STARTING", []),
        ("type:RUN_STARTI", []),
        ("type:=", ALL),
        ("type:=step_start", ["began"]),
        ("type:*_START", ["started", "began"]),
        ("type:LOG", ["read", "chatter", "rows", "timeout"]),
        ("-type:LOG,RUN_FAILURE", ["started", "began", "failed", "table"]),
        ("attempt:1", ["began", "read", "chatter", "timeout", "failed"]),
        ("attempt:1,2", ["began", "read", "chatter", "rows", "timeout", "failed"]),
        ("-attempt:1", ["started", "rows", "table", "ended"]),
        ("step:load level:warning", ["rows", "failed"]),
        ("step:load type:STEP_FAILURE,RUN_FAILURE level:warning -step:items table", ["failed"]),
    ],
)
def test_operators(text: str, expected: list[str]) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("level:0", ALL),
        ("level:debug", ALL),
        ("level:info", without(*DEBUG)),
        ("level:warn", ["rows", "timeout", "failed", "ended"]),
        ("level:4", ["timeout", "failed", "ended"]),
        ("level:critical", []),
        ("level:error level:warning", ["rows", "timeout", "failed", "ended"]),
        ("-level:error", without("timeout", "failed", "ended")),
        ("level:info -level:error", ["started", "began", "read", "rows", "table"]),
    ],
)
def test_levels_never_hide_the_runs_structure(text: str, expected: list[str]) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("after:5m", ["failed", "table", "ended"]),
        ("after:+60s", ["timeout", "failed", "table", "ended"]),
        ("before:+2s", ["started", "began"]),
        ("after:+1s before:+3s", ["began", "read", "chatter"]),
        ("-after:+1s", ["started"]),
        ("-before:5m", ["failed", "table", "ended"]),
        ("after:2026-11-22T00:35:02", ["failed", "table", "ended"]),
        ("before:00:30:03", ["started"]),
        ("before:00:30:04.5", ["started", "began", "read"]),
        ("after:1h", ALL),
    ],
)
def test_times(text: str, expected: list[str]) -> None:
    assert shown(text) == expected


def test_times_are_those_of_the_screens_zone() -> None:
    tokyo = replace(CONTEXT, tz=ZoneInfo("Asia/Tokyo"))
    assert shown("after:09:35", tokyo) == ["failed", "table", "ended"]
    assert shown("after:00:35", replace(tokyo, end_ms=None)) == ALL


def test_what_a_columnar_store_asks() -> None:
    filter = parse('step:load type:LOG level:warning attempt:2 after:+1s "exit code" -kill /x+/').filter
    assert [filter.steps_accept(step) for step in ("preload", "work", "", None)] == [True, False, False, False]
    assert [filter.types_accept(kind) for kind in (None, "", "LOG", "RUN_START")] == [True, True, True, False]
    assert [filter.ranks_accept(rank) for rank in range(1, 6)] == [False, False, True, True, True]
    assert [filter.attempts_accept(attempt) for attempt in (None, 1, 2)] == [False, False, True]
    assert parse("-step:*").filter.steps_accept("")
    assert not parse("type:PIPELINE_START").filter.types_accept("RUN_STARTING")
    assert filter.min_rank == 3
    assert filter.time_span(CONTEXT) == (START_MS + 1000, float("inf"))
    assert [(term.needle, term.negated) for term in filter.texts] == [("exit code", False), ("kill", True)]
    assert [(term.source, term.negated) for term in filter.patterns] == [("x+", False)]


def test_without_terms_all_is_accepted() -> None:
    assert parse("").filter == Filter()
    assert Filter().min_rank == 0
    assert Filter().time_span(CONTEXT) is None
    assert Filter().steps_accept(None)
    assert Filter().types_accept(None)
    assert Filter().attempts_accept(None)


def test_an_unknown_level_counts_as_info() -> None:
    assert parse("level:info").filter.matches(event(level="NOTICE"), CONTEXT)
    assert not parse("level:warning").filter.matches(event(level="NOTICE"), CONTEXT)


def test_searchable_parts() -> None:
    assert list(searchable_parts(LOG["failed"])) == [
        'Execution of step "load_users" failed.',
        "load_users",
        "STEP_FAILURE",
        "RuntimeError",
        "could not load table",
        "in load_users",
        "ValueError",
        "bad config value: 'x'",
        'File "app/load.py", line 95',
    ]
    assert list(searchable_parts(LOG["table"]))[3:] == ["Row count", "1,024 rows", "after cleaning"]


def test_a_slow_pattern_is_told() -> None:
    with pytest.raises(SlowPattern):
        parse("/(?:a|aa)+$/").filter.matches(event("a" * 60 + "!"), CONTEXT)


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("user", "load_USERS user", ["USER", "user"]),
        ("ss", "straße Straße", ["ß", "ß"]),
        ("STRASSE", "die Straße", ["Straße"]),
        ("c a", "abca", ["a", "ca"]),
        ("ab bc", "abc", ["abc"]),
        ("abcd bc", "abcd", ["abcd"]),
        ("aa", "aaaab aa", ["aaaa", "aa"]),
        ('"a b" -c', "a b c", ["a b"]),
        (r"/b\d*/", "ab12 B3", ["b12", "B3"]),
        ("/x*/", "ab", []),
        ("/x*/", "x", ["x"]),
        ("/(?:a|aa)+$/", "a" * 60 + "!", []),
        ("step:load", "step:load", []),
    ],
)
def test_where_words_are_in_a_text(query: str, text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in parse(query).filter.spans(text)] == found


def test_in_output_an_operator_is_a_word() -> None:
    query = parse_words("step:load level:loud /x/ /(/")
    assert query.filter == Filter(texts=parse('"step:load" "level:loud"').filter.texts, patterns=(PatternTerm("x"),))
    assert [problem.start for problem in query.problems] == [25]


TYPING = 'step:load_* type:STEP_FAILURE,RUN_FAILURE level:warning -step:check "exit code" /time(d )?out/ KeyError'


def test_while_typing_hardly_anything_is_a_problem() -> None:
    wrong = [TYPING[:end] for end in range(len(TYPING) + 1) if parse(TYPING[:end]).problems]
    # The pattern's group is not closed yet.
    assert [text.rpartition("/")[2] for text in wrong] == ["time(", "time(d", "time(d "]


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("", "k"),
        ("key", "keyerror"),
        ("a", "a b"),
        ("a", "a -b"),
        ("a", "a step:b"),
        ("step:lo", "step:load"),
        ("step:load", "step:load_*"),
        ("step:a,b", "step:a"),
        ("type:STEP_F", "type:STEP_FAILURE"),
        ("-ab", "-a"),
        ("level:info", "level:error"),
        ("", "-level:error"),
        ("", "after:5m"),
        ("after:5m", "after:5m before:1m"),
        ("/a/", "/a/ b"),
        ("", "/a/"),
        ("attempt:1,2", "attempt:2"),
        ("a b", "b a"),
        ("Straß", "STRASSE"),
        ("-a", "-a -b"),
    ],
)
def test_narrower_filters(wide: str, narrow: str) -> None:
    assert parse(narrow).filter.narrows(parse(wide).filter)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("step:a", "step:a,b"),
        ("step:a", "step:a step:b"),
        ("-f", "-fo"),
        ("-f", "-"),
        ("a", "b"),
        ("ab", "a"),
        ("type:RUN_START", "type:RUN_STARTI"),
        ("level:error", "level:warning"),
        ("-level:info", "-level:error"),
        ("after:5m", "after:6m"),
        ("after:5m", "after:5m,6m"),
        ("before:5m", "before:4m"),
        ("-attempt:1", "-attempt:2"),
        ("/a/", "/ab/"),
        ("/a/", ""),
        ("attempt:1", "attempt:12"),
        ("a", "-a"),
        ("-step:a", "-step:ab"),
        ("step:=load", "step:load"),
        ("-step:a -step:b", "-step:a"),
        ("a", ""),
    ],
)
def test_filters_that_may_show_more(before: str, after: str) -> None:
    assert not parse(after).filter.narrows(parse(before).filter)


def test_a_run_is_found_by_its_id_and_by_its_job() -> None:
    name = RunName("9d38c7ea-4f1b", "nightly_etl", "prod")
    for text, fits in {
        "run:9d38": True,
        "run:NIGHTLY": True,
        "run:nightly_*": True,
        "run:=nightly_etl": True,
        "run:=9d38c7ea": False,
        "run:1c7c29c8,9d38c7ea": True,
        "run:1c7c29c8": False,
        "-run:etl": False,
        "run:prod": False,
    }.items():
        assert parse(text).filter.runs_accept(name) is fits, text
    assert Filter().runs_accept(name)
