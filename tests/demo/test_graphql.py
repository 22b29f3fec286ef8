"""The demo's GraphQL reader against the reference implementation."""

from typing import Any

import graphql
import pytest

from run_tui.demo.document import (
    Directive,
    Document,
    EnumValue,
    Field,
    GraphQLError,
    Inline,
    Operation,
    Spread,
    Variable,
    VariableDefinition,
)
from run_tui.demo.graphql import parse

from .conftest import QUERIES

HANDMADE = {
    "shorthand": "{ version }",
    "aliases": "query Q { a: version b : version }",
    "literals": """{ f(i: -12, f: 1.5e3, g: -0.25, s: "a \\"b\\" \\u00e9 \\n #no", e: RED, t: true, n: null,
        l: [1, [2, $x]], o: {a: {b: "c"}, d: $y}) }""",
    "variables": "query Q($a: [Int!]! = [1, 2], $b: In = {c: RED, d: 1.0}, $e: [[ID]!]) { f(a: $a) { g } }",
    "directives": "query ($x: Boolean!) { a @include(if: $x) { b @skip(if: false) ... @include(if: true) { c } } }",
    "fragments": "{ ...A ... on B { c ...A } ... { d } } fragment A on T @x(y: 1) { e { f } }",
    "operations": "query A { a } mutation B { b } subscription C { c }",
    "comments": "# first\r\n{ a, ,b # then % $ {\n c\ufeff }#end",
    "keywords as names": "query query { query: fragment(on: true) { on type null } } fragment query on on { a }",
    "object and list, empty": "{ f(a: {}, b: []) }",
}

BROKEN = [
    "",
    "   # nothing",
    "{",
    "{}",
    "{ a",
    "{ a } }",
    "{ a( }",
    "{ a() }",
    "{ a(x: ) }",
    "{ a(x 1) }",
    "{ a: }",
    "{ a(x: $1) }",
    "{ a @ }",
    "{ ... }",
    "{ ...on }",
    "{ ... on }",
    "query ($x Int) { a }",
    "query ($x: ) { a }",
    "query ($x: [Int) { a }",
    "query () { a }",
    "query Q",
    "query Q { a } x",
    "fragment F { a }",
    "fragment F on { a }",
    "nonsense",
    '{ logsForRun(runId: "x" ',
    "{ a(x: {b c}) }",
    "{ a(x: [1 }",
]

UNREADABLE = [
    "{ a % b }",
    "{ a(x: 1.) }",
    "{ a(x: 01) }",
    "{ a(x: 1a) }",
    '{ a(x: "u) }',
    '{ a(x: "\\q") }',
    "{ a ? }",
    '"text"',
]


def expected_value(node: graphql.ValueNode) -> Any:
    value: Any = None
    match node:
        case graphql.VariableNode():
            value = Variable(node.name.value, start(node))
        case graphql.ListValueNode():
            value = [expected_value(item) for item in node.values]
        case graphql.ObjectValueNode():
            value = {field.name.value: expected_value(field.value) for field in node.fields}
        case graphql.EnumValueNode():
            value = EnumValue(node.value)
        case graphql.IntValueNode():
            value = int(node.value)
        case graphql.FloatValueNode():
            value = float(node.value)
        case graphql.StringValueNode() | graphql.BooleanValueNode():
            value = node.value
        case _:
            assert isinstance(node, graphql.NullValueNode)
    return value


def expected_directives(node: Any) -> tuple[Directive, ...]:
    return tuple(Directive(item.name.value, expected_arguments(item)) for item in node.directives)


def expected_arguments(node: Any) -> dict[str, Any]:
    return {item.name.value: expected_value(item.value) for item in node.arguments}


def expected_selections(node: graphql.SelectionSetNode | None) -> tuple[Field | Spread | Inline, ...]:
    return tuple(expected_selection(selection) for selection in node.selections) if node else ()


def expected_selection(node: graphql.SelectionNode) -> Field | Spread | Inline:
    match node:
        case graphql.FieldNode():
            return Field(
                (node.alias or node.name).value,
                node.name.value,
                expected_arguments(node),
                expected_directives(node),
                expected_selections(node.selection_set),
                start(node),
            )
        case graphql.FragmentSpreadNode():
            return Spread(node.name.value, expected_directives(node), start(node))
    assert isinstance(node, graphql.InlineFragmentNode)
    return expected_fragment(node)


def expected_fragment(node: graphql.InlineFragmentNode | graphql.FragmentDefinitionNode) -> Inline:
    condition = node.type_condition.name.value if node.type_condition else None
    return Inline(condition, expected_directives(node), expected_selections(node.selection_set))


def expected_operation(node: graphql.OperationDefinitionNode) -> Operation:
    variables = tuple(
        VariableDefinition(
            item.variable.name.value,
            graphql.print_ast(item.type),
            expected_value(item.default_value) if item.default_value else None,
            start(item),
        )
        for item in node.variable_definitions
    )
    name = node.name.value if node.name else None
    return Operation(node.operation.value, name, variables, expected_selections(node.selection_set), start(node))


def start(node: graphql.Node) -> int:
    assert node.loc is not None
    return node.loc.start


def expected(source: str) -> Document:
    definitions = graphql.parse(source).definitions
    return Document(
        tuple(expected_operation(item) for item in definitions if isinstance(item, graphql.OperationDefinitionNode)),
        {
            item.name.value: expected_fragment(item)
            for item in definitions
            if isinstance(item, graphql.FragmentDefinitionNode)
        },
    )


@pytest.mark.parametrize("name", QUERIES)
def test_reads_every_query_of_the_project_as_the_reference_does(name: str) -> None:
    assert parse(QUERIES[name]) == expected(QUERIES[name])


@pytest.mark.parametrize("name", HANDMADE)
def test_reads_all_of_the_language_as_the_reference_does(name: str) -> None:
    assert parse(HANDMADE[name]) == expected(HANDMADE[name])


@pytest.mark.parametrize("source", BROKEN)
def test_says_what_is_wrong_as_the_reference_does(source: str) -> None:
    with pytest.raises(graphql.GraphQLError) as reference:
        graphql.parse(source)
    with pytest.raises(GraphQLError) as error:
        parse(source)
    assert error.value.described(source) == reference.value.formatted
    assert error.value.status == 400


@pytest.mark.parametrize("source", UNREADABLE)
def test_refuses_what_the_reference_refuses(source: str) -> None:
    with pytest.raises(graphql.GraphQLError):
        graphql.parse(source)
    with pytest.raises(GraphQLError, match="Syntax Error"):
        parse(source)


def test_locates_an_error_by_line_and_column() -> None:
    source = "{\r\n  a\r  b\n  c(\n}"
    with pytest.raises(GraphQLError) as error:
        parse(source)
    assert error.value.described(source)["locations"] == [{"line": 5, "column": 1}]
