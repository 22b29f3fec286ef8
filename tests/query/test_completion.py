from __future__ import annotations

import pytest

from run_tui.query import OPERATORS, Completion, complete, complete_runs

STEPS = ["load_users", "load items", "preload", "work[a]", "work[?]"]
RUNS = ["9d38c7ea", "nightly etl"]
TYPES = ["STEP_START", "STEP_FAILURE", "RUN_START"]


def completed(marked: str) -> list[str]:
    """The texts that a text could become, where "|" is the cursor."""
    cursor = marked.index("|")
    text = marked.replace("|", "")
    offered = complete(text, cursor, steps=STEPS, types=TYPES, runs=RUNS)
    return [text[: offered.start] + each + text[offered.end :] for each in offered.candidates] if offered else []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("st|", ["step:"]),
        ("-ST|", ["-step:"]),
        ("level:error a| x", ["level:error after: x", "level:error attempt: x"]),
        ("b|load", ["before:load"]),
        ("foo|", []),
        ('"st|', []),
        ("/st|", []),
        ("st|ep:load", []),
        ("step:lo|", ["step:load_users", 'step:"load items"', "step:preload"]),
        ("step:LOAD_|", ["step:load_users"]),
        ("-step:work|", ["-step:work[a]", '-step:"work[?]"']),
        ('step:"load i|', ['step:"load items"']),
        ("step:=pre|", ["step:=preload"]),
        ("step:load_users|", []),
        ("step:lo|foo x", ["step:load_users x", 'step:"load items" x', "step:preload x"]),
        ("step:load_users,pre|,a", ["step:load_users,preload,a"]),
        ("type:f|", ["type:STEP_FAILURE"]),
        ("run:9|", ["run:9d38c7ea"]),
        ("-run:night|", ['-run:"nightly etl"']),
        ("type:STEP_FAILURE,st|", [f"type:STEP_FAILURE,{name}" for name in TYPES]),
        ("type:lo|", ["type:LOG"]),
        ("level:|", [f"level:{level}" for level in ("debug", "info", "warning", "error", "critical")]),
        ("attempt:|", []),
        ("typ:FAIL|", ["type:FAIL"]),
        ("-lvel:|", ["-level:"]),
        ("ValueError:|", []),
        ("after:1|", ["after:1m", "after:15m", "after:1h"]),
    ],
)
def test_completion(text: str, expected: list[str]) -> None:
    assert completed(text) == expected


@pytest.mark.parametrize("text", ["|", "-|", "foo |", "foo -|"])
def test_where_no_word_is_yet_all_operators_are_offered(text: str) -> None:
    keys = [each.removeprefix(text.replace("|", "")) for each in completed(text)]
    assert keys == ["step:", "type:", "level:", "after:", "before:", "attempt:", "run:"]


def test_what_is_replaced() -> None:
    assert complete("-foo", 0, steps=[], types=[]) == Completion(0, 0, tuple(f"{each.key}:" for each in OPERATORS))
    assert complete("x -step:lo y", 10, steps=["load"], types=[]) == Completion(8, 10, ("load",))
    assert complete("step:load", 5, steps=["a", "a"], types=[]) == Completion(5, 9, ("a",))


def test_completion_of_the_runs_list() -> None:
    def offered(text: str) -> tuple[str, ...]:
        found = complete_runs(text, len(text), jobs=["nightly_etl", "hourly"], tags=["team=data", "team=machine room"])
        return found.candidates if found else ()

    assert offered("s") == ("status:",)
    assert offered("status:fail") == ("FAILURE",)
    assert offered("-job:etl") == ("nightly_etl",)
    assert offered("tag:te") == ("team=data", '"team=machine room"')
    assert offered('tag:team="mach') == ('"team=machine room"',)
    assert offered("after:") == offered("before:") == ("1h", "1d", "7d")
