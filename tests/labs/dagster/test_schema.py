"""Every query that is sent fits the schema of a real server."""

from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_client_schema, get_introspection_query, parse, validate

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


def test_an_unknown_field_is_noticed(schema: GraphQLSchema) -> None:
    (error,) = validate(schema, parse("{ runsOrError { ... on Runs { total } } }"))
    assert "total" in error.message
