"""What a GraphQL request's text defines, once it has been read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


class GraphQLError(Exception):
    """Why a request is not answered; `status` is the HTTP status it gets, `position` an offset into its text."""

    def __init__(self, message: str, position: int | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.position = position
        self.status = status

    def described(self, source: str) -> dict[str, Any]:
        """The error as an answer's `errors` hold it, located by line and column in the request's text."""
        described: dict[str, Any] = {"message": str(self)}
        if self.position is not None:
            lines = re.split(r"\r\n|\n|\r", source[: self.position])
            described["locations"] = [{"line": len(lines), "column": len(lines[-1]) + 1}]
        return described


@dataclass(frozen=True, slots=True)
class Variable:
    """Stands for the value that a request's variables give to `name`."""

    name: str
    position: int


class EnumValue(str):
    """A bare name in the place of a value, such as `FAILURE`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Directive:
    """`@include(if: …)` or `@skip(if: …)`."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A field to answer under `key`: its alias, or its name where it has none."""

    key: str
    name: str
    arguments: dict[str, Any]
    directives: tuple[Directive, ...]
    selections: Selections
    position: int


@dataclass(frozen=True, slots=True)
class Spread:
    """`...Name`: what the fragment of that name selects."""

    name: str
    directives: tuple[Directive, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Inline:
    """`... on Type { }`: selections for objects of one type (None: of any)."""

    condition: str | None
    directives: tuple[Directive, ...]
    selections: Selections


Selections = tuple[Field | Spread | Inline, ...]


@dataclass(frozen=True, slots=True)
class VariableDefinition:
    """`$name: Type = default`; `type` is its text without blanks, `[String!]!`."""

    name: str
    type: str
    default: Any
    position: int


@dataclass(frozen=True, slots=True)
class Operation:
    """One `query`, `mutation` or `subscription`."""

    kind: str
    name: str | None
    variables: tuple[VariableDefinition, ...]
    selections: Selections
    position: int


@dataclass(frozen=True, slots=True)
class Document:
    """All that a request's text defines."""

    operations: tuple[Operation, ...]
    fragments: dict[str, Inline]
