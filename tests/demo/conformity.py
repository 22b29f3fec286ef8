"""Whether an answer is one the real server's schema allows for a query: its keys, its types, its nulls."""

from collections.abc import Iterable
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLEnumType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Visitor,
    get_named_type,
    is_abstract_type,
    parse,
    print_ast,
    visit,
)

_SCALARS: dict[str, tuple[type, ...]] = {
    "String": (str,),
    "ID": (str,),
    "Int": (int,),
    "Float": (int, float),
    "Boolean": (bool,),
}


class _TypenameAdder(Visitor):
    def enter_selection_set(self, node: SelectionSetNode, _: Any, parent: Any, *__: Any) -> SelectionSetNode:
        if isinstance(parent, OperationDefinitionNode):
            return node
        typename = parse("{ __typename }").definitions[0].selection_set.selections[0]  # type: ignore[attr-defined]
        return SelectionSetNode(selections=(typename, *node.selections))


def with_typenames(query: str) -> str:
    """The query with `__typename` selected of every object but the root."""
    return print_ast(visit(parse(query), _TypenameAdder()))


class Conformity:
    """Judges answers to the operations of one document, in which every object's `__typename` is selected."""

    def __init__(self, schema: GraphQLSchema, query: str) -> None:
        self._schema = schema
        document: DocumentNode = parse(query)
        self._operations = [item for item in document.definitions if isinstance(item, OperationDefinitionNode)]
        self._fragments = {
            item.name.value: item for item in document.definitions if isinstance(item, FragmentDefinitionNode)
        }

    def check(self, data: dict[str, Any], operation_name: str | None = None) -> None:
        """Fails where the answer to an operation is not one the schema allows."""
        (operation,) = (
            item
            for item in self._operations
            if operation_name is None or (item.name and item.name.value == operation_name)
        )
        root = self._schema.get_root_type(operation.operation)
        assert root is not None
        self._object(root, data, [operation.selection_set], "data")

    def _value(self, type_: GraphQLOutputType, value: Any, selections: list[SelectionSetNode], path: str) -> None:
        if isinstance(type_, GraphQLNonNull):
            assert value is not None, f"{path} is null"
            type_ = type_.of_type
        if value is None:
            return
        if isinstance(type_, GraphQLList):
            assert isinstance(value, list), path
            for index, item in enumerate(value):
                self._value(type_.of_type, item, selections, f"{path}[{index}]")
        elif isinstance(type_, GraphQLEnumType):
            assert value in type_.values, f"{path}: {value}"
        elif isinstance(type_, GraphQLScalarType):
            allowed = _SCALARS.get(type_.name)
            assert allowed is None or (isinstance(value, allowed) and isinstance(value, bool) is (bool in allowed)), (
                path
            )
        else:
            self._object(self._concrete(type_, value, path), value, selections, path)

    def _concrete(self, type_: GraphQLOutputType, value: dict[str, Any], path: str) -> GraphQLObjectType:
        named = get_named_type(type_)
        typename = value["__typename"]
        if is_abstract_type(named):
            concrete = self._schema.type_map.get(typename)
            assert isinstance(concrete, GraphQLObjectType), f"{path}: {typename}"
            assert self._is_member(named, concrete), f"{path}: {typename} is no {named}"
            return concrete
        assert isinstance(named, GraphQLObjectType)
        # Of an object in a place for one type only, the demo need not know the type.
        assert typename in (named.name, None), f"{path}: {typename} is no {named}"
        return named

    def _is_member(self, abstract: GraphQLNamedType, type_: GraphQLObjectType) -> bool:
        if not isinstance(abstract, GraphQLInterfaceType | GraphQLUnionType):
            return False
        return self._schema.is_sub_type(abstract, type_)

    def _object(
        self, type_: GraphQLObjectType, value: dict[str, Any], selections: list[SelectionSetNode], path: str
    ) -> None:
        fields = self._fields(type_, selections)
        assert set(value) == set(fields), path
        for key, nodes in fields.items():
            name = nodes[0].name.value
            if name != "__typename":
                inner = [node.selection_set for node in nodes if node.selection_set]
                self._value(type_.fields[name].type, value[key], inner, f"{path}.{key}")

    def _fields(self, type_: GraphQLObjectType, selections: Iterable[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        fields: dict[str, list[FieldNode]] = {}
        for selection in (selection for node in selections for selection in node.selections):
            if isinstance(selection, FieldNode):
                fields.setdefault((selection.alias or selection.name).value, []).append(selection)
                continue
            fragment = self._fragments[selection.name.value] if isinstance(selection, FragmentSpreadNode) else selection
            assert isinstance(fragment, FragmentDefinitionNode | InlineFragmentNode)
            condition = fragment.type_condition.name.value if fragment.type_condition else type_.name
            target = self._schema.type_map[condition]
            if target == type_ or self._is_member(target, type_):
                for key, nodes in self._fields(type_, [fragment.selection_set]).items():
                    fields.setdefault(key, []).extend(nodes)
        return fields
