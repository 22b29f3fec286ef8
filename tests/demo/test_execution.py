"""How the demo turns a request into calls and an answer into what was selected."""

from typing import Any

import pytest

from run_tui.demo.document import GraphQLError
from run_tui.demo.execution import execute
from run_tui.demo.graphql import parse

RUN: dict[str, Any] = {
    "__typename": "Run",
    "id": "r1",
    "status": "FAILURE",
    "runConfig": {"ops": {}},
    "stats": {"__typename": "RunStatsSnapshot", "stepsFailed": 1},
    "tags": [{"key": "team", "value": "data"}],
    "events": [
        {"__typename": "LogMessageEvent", "message": "hello"},
        {
            "__typename": "EngineEvent",
            "message": "died",
            "label": None,
            "error": {"message": "boom", "cause": {"message": "why", "cause": None}},
        },
    ],
}


def answer(query: str, operation: str | None = None, **variables: Any) -> dict[str, Any]:
    calls: list[dict[str, Any]] = []

    def resolve(arguments: dict[str, Any]) -> Any:
        calls.append(arguments)
        return RUN

    data, failed = execute(parse(query), lambda _: resolve, variables, operation)
    assert not failed
    return data


def arguments(query: str, **variables: Any) -> dict[str, Any]:
    """What the one root field of a query is called with."""
    calls: list[dict[str, Any]] = []
    execute(parse(query), lambda _: calls.append, variables)
    (call,) = calls
    return call


def test_answers_hold_what_was_selected_in_its_order() -> None:
    data = answer('{ b: runOrError(runId: "r1") { ... on Run { status  theId: id id nothing } } a: version { id } }')
    assert list(data) == ["b", "a"]
    assert list(data["b"].items()) == [("status", "FAILURE"), ("theId", "r1"), ("id", "r1"), ("nothing", None)]


def test_fragments_apply_to_their_types_and_interfaces_only() -> None:
    data = answer(
        """
        { runOrError(runId: "r1") { ... on PythonError { stack } ... on Error { message } ... on PipelineRun { id }
            ... on Run { events { __typename ...M ... on ErrorEvent { error { ...E cause { ...E } } }
                                  ... on DisplayableEvent { label } ... on RunEvent { pipelineName } } } } }
        fragment M on MessageEvent { message }
        fragment E on PythonError { message }
        """
    )
    assert data["runOrError"] == {
        "id": "r1",
        "events": [
            {"__typename": "LogMessageEvent", "message": "hello"},
            {
                "__typename": "EngineEvent",
                "message": "died",
                "error": {"message": "boom", "cause": {"message": "why"}},
                "label": None,
            },
        ],
    }


def test_selections_under_one_key_are_merged() -> None:
    data = answer(
        """
        { runOrError(runId: "r1") { ... on Run { tags { key } } ... { tags { value } ...T } } }
        fragment T on Run { tags { key } ...T }
        """
    )
    assert data["runOrError"] == {"tags": [{"key": "team", "value": "data"}]}


def test_typenames_are_known_where_the_recordings_or_the_schema_tell_them() -> None:
    data = answer(
        """
        { __typename runOrError(runId: "r1") { __typename ... on Run { stats { __typename }
            events { ... on ErrorEvent { error { __typename cause { __typename } } } } } } }
        """
    )
    assert data == {
        "__typename": "Query",
        "runOrError": {
            "__typename": "Run",
            "stats": {"__typename": "RunStatsSnapshot"},
            "events": [{}, {"error": {"__typename": "PythonError", "cause": {"__typename": "PythonError"}}}],
        },
    }


@pytest.mark.parametrize(("wanted", "keys"), [(True, ["id"]), (False, ["status"])])
def test_include_and_skip(wanted: bool, keys: list[str]) -> None:
    query = """query($w: Boolean!) { runOrError(runId: "r1") {
        ... on Run @include(if: $w) { id } ... on Run { status @skip(if: $w) } } }"""
    assert list(answer(query, w=wanted)["runOrError"]) == keys


def test_a_json_scalar_is_answered_whole() -> None:
    assert answer('{ runOrError(runId: "r1") { ... on Run { runConfig } } }') == {
        "runOrError": {"runConfig": {"ops": {}}}
    }


def test_one_of_several_operations() -> None:
    query = "query A { a: __typename } mutation B { b: __typename } query C { c: __typename }"
    assert answer(query, "A") == {"a": "Query"}
    assert answer(query, "B") == {"b": "Mutation"}


def test_arguments_come_from_literals_variables_and_defaults() -> None:
    query = """query($l: Int = 7, $c: String, $t: String!) {
        runsOrError(limit: $l, cursor: $c, filter: {statuses: FAILURE, tags: [{key: "team", value: $t}]}) { count } }
    """
    assert arguments(query, t="data") == {
        "filter": {"statuses": ["FAILURE"], "tags": [{"key": "team", "value": "data"}]},
        "cursor": None,
        "limit": 7,
    }
    assert arguments(query, t="ops", l=None, c="x")["limit"] is None
    assert arguments("{ runOrError(runId: 123) { __typename } }") == {"runId": "123"}


def test_a_field_that_failed_makes_the_answer_fail() -> None:
    error = {"__typename": "PythonError", "message": "boom"}
    query = '{ version runOrError(runId: "r1") { ... on PythonError { message } } }'
    data, failed = execute(parse(query), lambda name: lambda _: "1" if name == "version" else error)
    assert data == {"version": "1", "runOrError": {"message": "boom"}}
    assert failed


def test_no_field_is_called_when_one_of_them_is_wrong() -> None:
    called: list[Any] = []
    with pytest.raises(GraphQLError, match="Cannot query field 'nope' on type 'Query'"):
        execute(parse("{ version nope }"), lambda _: called.append)
    assert not called


@pytest.mark.parametrize(
    "query",
    [
        '{ runOrError(runId: "r1") }',
        "{ version { x } }",
        '{ runOrError(runId: "r1") { ... on Run { stats } } }',
        '{ runOrError(runId: "r1") { ... on Run { status { x } } } }',
        '{ runOrError(runId: "r1") { ...Missing } }',
        "subscription { version }",
    ],
)
def test_refuses_selections_that_do_not_fit(query: str) -> None:
    def resolve(_: Any) -> Any:
        return "1.0" if "version" in query else RUN

    with pytest.raises(GraphQLError) as error:
        execute(parse(query), lambda _: resolve)
    assert error.value.status == 400
