"""The demo's knowledge of the schema against the real server's schema."""

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema, is_abstract_type

from run_tui.demo.schema import ENUMS, INPUTS, MUTATIONS, OBJECTS, QUERIES, implements

INTERFACES = [
    "MessageEvent",
    "RunEvent",
    "StepEvent",
    "ErrorEvent",
    "MarkerEvent",
    "DisplayableEvent",
    "MetadataEntry",
    "PipelineRun",
    "RunsFeedEntry",
]

NEVER_ANSWERED = {"InstigationEvent", "LocationStateChangeEvent", "MissingRunIdErrorEvent", "PartitionBackfill"}


@pytest.mark.parametrize("interface", INTERFACES)
def test_every_type_has_the_interfaces_it_has_in_reality(schema: GraphQLSchema, interface: str) -> None:
    real = schema.type_map[interface]
    assert is_abstract_type(real)
    objects = {name for name, item in schema.type_map.items() if isinstance(item, GraphQLObjectType)} - NEVER_ANSWERED
    members = {name for name in objects if schema.is_sub_type(real, schema.type_map[name])}  # type: ignore[arg-type]
    assert {name for name in objects if implements(name, interface)} == members


def test_answered_errors_are_errors(schema: GraphQLSchema) -> None:
    error = schema.type_map["Error"]
    for name in ("PythonError", "RunNotFoundError", "UnauthorizedError", "InvalidPipelineRunsFilterError"):
        assert schema.is_sub_type(error, schema.type_map[name])  # type: ignore[arg-type]
        assert implements(name, "Error")


@pytest.mark.parametrize("kind", ["Query", "Mutation"])
def test_root_fields_take_their_real_arguments(schema: GraphQLSchema, kind: str) -> None:
    root = schema.type_map[kind]
    assert isinstance(root, GraphQLObjectType)
    for field, signature in {"Query": QUERIES, "Mutation": MUTATIONS}[kind].items():
        assert {name: str(argument.type) for name, argument in root.fields[field].args.items()} == signature


def test_inputs_and_enums_are_the_real_ones(schema: GraphQLSchema) -> None:
    for name, fields in INPUTS.items():
        real = schema.type_map[name]
        assert isinstance(real, GraphQLInputObjectType)
        assert {field: str(item.type) for field, item in real.fields.items()} == fields
    for name, values in ENUMS.items():
        enum = schema.type_map[name]
        assert isinstance(enum, GraphQLEnumType)
        assert set(enum.values) == values


def test_named_objects_exist(schema: GraphQLSchema) -> None:
    assert set(OBJECTS.values()) <= set(schema.type_map)
