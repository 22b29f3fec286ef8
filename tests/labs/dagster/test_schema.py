"""Every query that is sent fits the schema of a real server."""

from pathlib import Path

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    GraphQLUnionType,
    build_client_schema,
    get_introspection_query,
    parse,
    validate,
)
from graphql.execution.collect_fields import collect_fields

from run_tui.sources._dagster_queries import queries
from tests.labs.dagster.lab import CODE_FOLDER, DagsterLab

QUERIES = queries()


@pytest.fixture(scope="module")
def schema(dagster_lab: DagsterLab) -> GraphQLSchema:
    """What the running server says it understands."""
    return build_client_schema(dagster_lab.post(get_introspection_query()).data)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", QUERIES)
def test_the_product_s_queries_are_valid(schema: GraphQLSchema, name: str) -> None:
    assert validate(schema, parse(QUERIES[name])) == []


@pytest.mark.parametrize("path", sorted(CODE_FOLDER.glob("*.graphql")), ids=lambda path: path.stem)
def test_the_lab_s_queries_are_valid(schema: GraphQLSchema, path: Path) -> None:
    assert validate(schema, parse(path.read_text())) == []


def test_every_event_but_a_plain_message_is_asked_for_its_type(schema: GraphQLSchema) -> None:
    parts = parse(QUERIES["more"]).definitions
    fragments = {part.name.value: part for part in parts if isinstance(part, FragmentDefinitionNode)}
    asked = {
        field.name.value: field for field in fragments["Page"].selection_set.selections if isinstance(field, FieldNode)
    }
    events, kinds = asked["events"].selection_set, schema.type_map["DagsterRunEvent"]
    assert events is not None
    assert isinstance(kinds, GraphQLUnionType)
    fields = {kind.name: collect_fields(schema, fragments, {}, kind, events) for kind in kinds.types}
    assert all({"message", "timestamp", "level", "stepKey"} <= fields[kind].keys() for kind in fields)
    assert [kind for kind in fields if "eventType" not in fields[kind]] == ["LogMessageEvent"]


def test_an_unknown_field_is_noticed(schema: GraphQLSchema) -> None:
    (error,) = validate(schema, parse("{ runsOrError { ... on Runs { total } } }"))
    assert "total" in error.message
