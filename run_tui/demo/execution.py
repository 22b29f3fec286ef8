"""Answers GraphQL requests: checks variables and arguments, calls the root fields, keeps what was selected."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .document import (
    Directive,
    Document,
    Field,
    GraphQLError,
    Inline,
    Operation,
    Selections,
    Spread,
    Variable,
    VariableDefinition,
)
from .schema import ENUMS, INPUTS, MUTATIONS, OBJECTS, QUERIES, implements

Resolver = Callable[[dict[str, Any]], Any]
"""A root field: takes its arguments by name, None for those not given, and returns plain data."""

Signatures = Mapping[str, Mapping[str, str]]
"""By field, the types of its arguments by name."""

_ROOTS: dict[str, tuple[str, Signatures]] = {"query": ("Query", QUERIES), "mutation": ("Mutation", MUTATIONS)}


def execute(
    document: Document,
    resolve: Callable[[str], Resolver],
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
) -> tuple[dict[str, Any], bool]:
    """Answers one operation: its data, and whether one of its fields failed. Raises `GraphQLError`."""
    operation = _operation(document, operation_name)
    values = _variables(operation.variables, variables or {})
    return _Execution(document, operation, values).answer(resolve)


def _operation(document: Document, name: str | None) -> Operation:
    if name is None and len(document.operations) > 1:
        raise GraphQLError("Must provide operation name if query contains multiple operations.")
    for operation in document.operations:
        if name in (None, operation.name):
            return operation
    raise GraphQLError(f"Unknown operation named '{name}'." if name else "Must provide an operation.")


class _Invalid(ValueError):
    """A value, or one inside it, that does not fit its type."""

    def __init__(self, message: str, value: Any, path: tuple[str | int, ...]) -> None:
        super().__init__(message)
        self.value = value
        self.path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def _variables(definitions: Iterable[VariableDefinition], given: Mapping[str, Any]) -> dict[str, Any]:
    """The variables' values by name; those neither given nor defaulted are left out."""
    values = {}
    for definition in definitions:
        name = definition.name
        if name not in given:
            if definition.default is not None:
                values[name] = definition.default
            elif definition.type.endswith("!"):
                message = f"Variable '${name}' of required type '{definition.type}' was not provided."
                raise GraphQLError(message, definition.position)
            continue
        if given[name] is None and definition.type.endswith("!"):
            message = f"Variable '${name}' of non-null type '{definition.type}' must not be null."
            raise GraphQLError(message, definition.position)
        try:
            values[name] = _coerced(given[name], definition.type)
        except _Invalid as error:
            where = f" at '{name}{error.path}'" if error.path else ""
            message = f"Variable '${name}' got invalid value {error.value!r}{where}; {error}"
            raise GraphQLError(message, definition.position, status=500) from None
    return values


def _coerced(value: Any, type_: str, path: tuple[str | int, ...] = ()) -> Any:
    """A value as its type has it. Raises `_Invalid`."""
    if value is None:
        if type_.endswith("!"):
            raise _Invalid(f"Expected non-nullable type '{type_}' not to be None.", value, path)
        return None
    type_ = type_.removesuffix("!")
    if type_.startswith("["):
        values = value if isinstance(value, list) else [value]
        return [_coerced(item, type_[1:-1], (*path, index)) for index, item in enumerate(values)]
    if type_ in INPUTS:
        return _input(value, type_, path)
    try:
        return _SCALARS[type_](value) if type_ in _SCALARS else _enum(value, type_)
    except ValueError as error:
        raise _Invalid(str(error), value, path) from None


def _input(value: Any, type_: str, path: tuple[str | int, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Invalid(f"Expected type '{type_}' to be a mapping.", value, path)
    fields = INPUTS[type_]
    for name in value:
        if name not in fields:
            raise _Invalid(f"Field '{name}' is not defined by type '{type_}'.", value, path)
    for name, field_type in fields.items():
        if field_type.endswith("!") and name not in value:
            raise _Invalid(f"Field '{name}' of required type '{field_type}' was not provided.", value, path)
    return {name: _coerced(item, fields[name], (*path, name)) for name, item in value.items()}


def _enum(value: Any, type_: str) -> Any:
    if type_ in ENUMS and value not in ENUMS[type_]:
        raise ValueError(f"Value {value!r} does not exist in '{type_}' enum.")
    return value


def _int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not float(value).is_integer():
        raise ValueError(f"Int cannot represent non-integer value: {value!r}")
    if not -(2**31) <= value < 2**31:
        raise ValueError(f"Int cannot represent non 32-bit signed integer value: {value!r}")
    return int(value)


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"Float cannot represent non numeric value: {value!r}")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"String cannot represent a non string value: {value!r}")
    return value


def _id(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"ID cannot represent value: {value!r}")
    return str(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"Boolean cannot represent a non boolean value: {value!r}")
    return value


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "Int": _int,
    "Float": _float,
    "String": _text,
    "ID": _id,
    "Boolean": _boolean,
}

_Plan = dict[str, tuple[Field, Selections]]
"""What to keep of an object: by the key to answer under, the field and what to keep of it."""


class _Execution:
    def __init__(self, document: Document, operation: Operation, variables: dict[str, Any]) -> None:
        self._fragments = document.fragments
        self._operation = operation
        self._variables = variables
        self._plans: dict[tuple[int, str], _Plan] = {}

    def answer(self, resolve: Callable[[str], Resolver]) -> tuple[dict[str, Any], bool]:
        typename, signatures = _ROOTS.get(self._operation.kind, ("Subscription", {}))
        plan = self._plan(self._operation.selections, typename)
        calls = [
            (key, field, selections, self._arguments(field, typename, signatures))
            for key, (field, selections) in plan.items()
        ]
        data, failed = {}, False
        for key, field, selections, arguments in calls:
            value = typename if field.name == "__typename" else resolve(field.name)(arguments)
            failed = failed or (isinstance(value, dict) and value.get("__typename") == "PythonError")
            data[key] = self._kept(value, field, selections)
        return data, failed

    def _arguments(self, field: Field, typename: str, signatures: Signatures) -> dict[str, Any]:
        if field.name == "__typename":
            return {}
        if field.name not in signatures:
            raise GraphQLError(f"Cannot query field '{field.name}' on type '{typename}'.", field.position)
        signature = signatures[field.name]
        for name in field.arguments:
            if name not in signature:
                message = f"Unknown argument '{name}' on field '{typename}.{field.name}'."
                raise GraphQLError(message, field.position)
        return {name: self._argument(field, name, type_) for name, type_ in signature.items()}

    def _argument(self, field: Field, name: str, type_: str) -> Any:
        if name not in field.arguments:
            if type_.endswith("!"):
                message = (
                    f"Field '{field.name}' argument '{name}' of type '{type_}' is required, but it was not provided."
                )
                raise GraphQLError(message, field.position)
            return None
        try:
            return _coerced(self._value(field.arguments[name]), type_)
        except _Invalid as error:
            raise GraphQLError(str(error), field.position) from None

    def _value(self, value: Any) -> Any:
        """A literal with its variables filled in."""
        if isinstance(value, Variable):
            if all(value.name != definition.name for definition in self._operation.variables):
                by = f" by operation '{self._operation.name}'" if self._operation.name else ""
                raise GraphQLError(f"Variable '${value.name}' is not defined{by}.", value.position)
            return self._variables.get(value.name)
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dict):
            return {name: self._value(item) for name, item in value.items()}
        return value

    def _kept(self, value: Any, field: Field, selections: Selections) -> Any:
        """What was selected of a field's value."""
        if isinstance(value, list):
            return [self._kept(item, field, selections) for item in value]
        if not isinstance(value, dict):
            if selections and value is not None:
                message = f"Field '{field.name}' must not have a selection since its type has no subfields."
                raise GraphQLError(message, field.position)
            return value
        typename = value.get("__typename") or OBJECTS.get(field.name, "")
        if not selections:
            if not typename:
                return value
            message = (
                f"Field '{field.name}' of type '{typename}' must have a selection of subfields."
                f" Did you mean '{field.name} {{ ... }}'?"
            )
            raise GraphQLError(message, field.position)
        return {
            key: (typename or None) if inner.name == "__typename" else self._kept(value.get(inner.name), inner, kept)
            for key, (inner, kept) in self._plan(selections, typename).items()
        }

    def _plan(self, selections: Selections, typename: str) -> _Plan:
        # Selections live as long as the document or the plan that merged them, so their identity is theirs alone.
        identity = (id(selections), typename)
        if identity not in self._plans:
            self._plans[identity] = self._collected(selections, typename, {}, set())
        return self._plans[identity]

    def _collected(self, selections: Selections, typename: str, plan: _Plan, visited: set[str]) -> _Plan:
        for selection in selections:
            if not self._included(selection.directives):
                continue
            if isinstance(selection, Field):
                first, merged = plan.get(selection.key, (selection, ()))
                plan[selection.key] = (first, merged + selection.selections if merged else selection.selections)
                continue
            if isinstance(selection, Spread):
                if selection.name in visited:
                    continue
                visited.add(selection.name)
            inline = self._fragment(selection) if isinstance(selection, Spread) else selection
            # An object without a type name is of its field's only type: any fragment that is valid there fits it.
            if inline.condition is None or not typename or implements(typename, inline.condition):
                self._collected(inline.selections, typename, plan, visited)
        return plan

    def _fragment(self, spread: Spread) -> Inline:
        if spread.name not in self._fragments:
            raise GraphQLError(f"Unknown fragment '{spread.name}'.", spread.position)
        return self._fragments[spread.name]

    def _included(self, directives: Iterable[Directive]) -> bool:
        for directive in directives:
            wanted = bool(self._value(directive.arguments.get("if")))
            if wanted is (directive.name == "skip"):
                return False
        return True
