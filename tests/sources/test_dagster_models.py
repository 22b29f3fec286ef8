"""What events tell beside their messages, and the order of a run's steps."""

from __future__ import annotations

from typing import Any

import pytest

from run_tui.errors import BadAnswer
from tests.sources.asking import EVENT, page_of, saying, source_of

METADATA: list[tuple[dict[str, Any], str]] = [
    ({"text": "plain"}, "plain"),
    ({"boolValue": False}, "false"),
    ({"boolValue": None}, ""),
    ({"timestamp": 1.5}, "1970-01-01T00:00:01.500Z"),
    ({"module": "builtins", "name": "dict"}, "builtins.dict"),
    ({"pool": "small"}, "small"),
    ({"runId": "r2"}, "r2"),
    ({"jobName": "etl"}, "etl"),
    ({"assetKey": {"path": ["a", "b"]}}, "a/b"),
    ({"schema": {"columns": [{"name": "c", "type": "int"}]}}, "c: int"),
    (
        {"lineage": [{"columnName": "c", "columnDeps": [{"assetKey": {"path": ["x"]}, "columnName": "d"}]}]},
        "c from x:d",
    ),
    ({"codeReferences": [{"filePath": "/f.py", "lineNumber": 3}, {"url": "http://c"}]}, "/f.py:3\nhttp://c"),
    ({}, ""),
]


@pytest.mark.parametrize(("fields", "value"), METADATA)
async def test_metadata(fields: dict[str, Any], value: str) -> None:
    event = {**EVENT, "metadataEntries": [{"label": "l", "description": "why", **fields}]}
    async with source_of(saying(logsForRun=page_of(EVENT, event))) as source:
        page = await source.page("r1")
    ((index, details),) = page.details.items()
    (entry,) = details.metadata
    assert (index, entry.label, entry.value, entry.description) == (1, "l", value, "why")
    assert details.error is None


async def test_what_other_kinds_of_events_say() -> None:
    entries = [{"label": "rows", "intRepr": "3"}]
    check = {"checkName": "fresh", "assetKey": {"path": ["a"]}, "severity": "WARN", "success": False}
    expectation = {"label": None, "success": True, "description": "d", "metadataEntries": entries}
    events: list[dict[str, Any]] = [
        {**EVENT, "description": "made", "assetKey": {"path": ["a", "b"]}, "partition": "p1", "metadataEntries": []},
        {**EVENT, "assetKey": None, "partition": None, "error": None},
        {**EVENT, "evaluation": {**check, "description": "too few", "metadataEntries": entries}},
        {**EVENT, "expectationResult": expectation},
        {**EVENT, "error": {"message": "x\n"}, "failureMetadata": {"metadataEntries": entries}},
    ]
    async with source_of(saying(logsForRun=page_of(*events))) as source:
        page = await source.page("r1")
    assert {index: [(e.label, e.value) for e in details.metadata] for index, details in page.details.items()} == {
        0: [("asset", "a/b"), ("partition", "p1"), ("description", "made")],
        2: [("check", "fresh"), ("asset", "a"), ("passed", "false"), ("severity", "WARN"),
            ("description", "too few"), ("rows", "3")],
        3: [("met", "true"), ("description", "d"), ("rows", "3")],
        4: [("rows", "3")],
    }  # fmt: skip
    assert page.details[4].error is not None
    assert page.details[4].error.message == "x"


def plan(**needs: list[str]) -> Any:
    steps = [
        {"key": key, "kind": "COMPUTE", "inputs": [{"dependsOn": [{"key": need}]} for need in keys]}
        for key, keys in needs.items()
    ]
    return saying(runOrError={"__typename": "Run", "executionPlan": {"steps": steps}})


async def test_steps_are_in_the_same_order_however_the_server_sends_them() -> None:
    needs = {"d": ["c", "b", "c"], "c": ["a"], "b": ["a"], "a": []}
    for keys in (list(needs), list(reversed(needs))):
        async with source_of(plan(**{key: needs[key] for key in keys})) as source:
            steps = await source.steps("r1")
        assert [(step.key, step.depends_on) for step in steps] == [
            ("a", ()), ("b", ("a",)), ("c", ("a",)), ("d", ("c", "b")),
        ]  # fmt: skip


async def test_a_step_may_depend_on_one_of_the_parent_run() -> None:
    async with source_of(plan(b=["a"])) as source:
        (step,) = await source.steps("r1")
    assert (step.key, step.depends_on) == ("b", ("a",))


async def test_a_plan_in_a_circle() -> None:
    async with source_of(plan(a=["b"], b=["a"])) as source:
        with pytest.raises(BadAnswer, match="runs in a circle"):
            await source.steps("r1")


async def test_a_run_without_a_plan() -> None:
    async with source_of(saying(runOrError={"__typename": "Run", "executionPlan": None})) as source:
        assert await source.steps("r1") == []
