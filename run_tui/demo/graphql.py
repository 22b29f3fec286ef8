"""Reads GraphQL requests: text in, operations and fragments out; all of the query language but block strings."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

from .document import (
    Directive,
    Document,
    EnumValue,
    Field,
    GraphQLError,
    Inline,
    Operation,
    Selections,
    Spread,
    Variable,
    VariableDefinition,
)

_BLANK = re.compile(r"(?:[\s,\ufeff]|#[^\n\r]*)*")
_TOKEN = re.compile(
    r"""(?P<Name>[_A-Za-z][_0-9A-Za-z]*)
      | (?P<Punctuator>\.\.\.|[!$&()\[\]{}:=@|])
      | (?P<Float>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][+-]?[0-9]+)?|[eE][+-]?[0-9]+)(?![\w.]))
      | (?P<Int>-?(?:0|[1-9][0-9]*)(?![\w.]))
      | (?P<String>"(?:\\.|[^"\\\n\r])*")
      | (?P<EOF>\Z)""",
    re.VERBOSE,
)

OPERATIONS = ("query", "mutation", "subscription")


class Token(NamedTuple):
    """A piece of a request: `kind` is Name, Int, Float, String, <EOF> or the punctuator itself."""

    kind: str
    text: str
    position: int

    def __str__(self) -> str:
        if self.kind in ("Name", "Int", "Float"):
            return f"{self.kind} '{self.text}'"
        if self.kind == "String":
            return f"String '{_string(self)}'"
        return _described(self.kind)


def parse(source: str) -> Document:
    """Reads a request's text. Raises `GraphQLError`."""
    return _Parser(source).document()


def _described(kind: str) -> str:
    return kind if kind.isalpha() or kind == "<EOF>" else f"'{kind}'"


def _string(token: Token) -> str:
    try:
        return str(json.loads(token.text, strict=False))
    except ValueError:
        raise GraphQLError("Syntax Error: Invalid character escape sequence.", token.position) from None


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._token = self._read(0)

    def _read(self, position: int) -> Token:
        start = _BLANK.match(self._source, position).end()  # type: ignore[union-attr]
        match = _TOKEN.match(self._source, start)
        if match is None:
            raise GraphQLError(f"Syntax Error: Unexpected character: {self._source[start]!r}.", start)
        kind = {"Punctuator": match[0], "EOF": "<EOF>"}.get(str(match.lastgroup), str(match.lastgroup))
        return Token(kind, match[0], start)

    def _next(self) -> Token:
        token = self._token
        self._token = self._read(token.position + len(token.text))
        return token

    def _expect(self, kind: str) -> Token:
        if self._token.kind != kind:
            self._fail(f"Expected {_described(kind)}, found {self._token}.")
        return self._next()

    def _skip(self, kind: str, text: str | None = None) -> bool:
        found = self._token.kind == kind and text in (None, self._token.text)
        if found:
            self._next()
        return found

    def _fail(self, message: str | None = None) -> NoReturn:
        raise GraphQLError(f"Syntax Error: {message or f'Unexpected {self._token}.'}", self._token.position)

    def _name(self) -> str:
        return self._expect("Name").text

    def document(self) -> Document:
        operations: list[Operation] = []
        fragments: dict[str, Inline] = {}
        while self._token.kind != "<EOF>" or not (operations or fragments):
            if self._token.kind == "{" or self._token.text in OPERATIONS:
                operations.append(self._operation())
            elif self._skip("Name", "fragment"):
                name = self._name()
                if name == "on":
                    self._fail("Unexpected Name 'on'.")
                fragments[name] = self._inline(self._condition())
            else:
                self._fail()
        return Document(tuple(operations), fragments)

    def _operation(self) -> Operation:
        position = self._token.position
        if self._token.kind == "{":
            return Operation("query", None, (), self._selections(), position)
        kind = self._name()
        name = self._name() if self._token.kind == "Name" else None
        variables: list[VariableDefinition] = []
        if self._skip("("):
            while not variables or not self._skip(")"):
                variables.append(self._variable_definition())
        self._directives()
        return Operation(kind, name, tuple(variables), self._selections(), position)

    def _variable_definition(self) -> VariableDefinition:
        position = self._expect("$").position
        name = self._name()
        self._expect(":")
        type_ = self._type()
        default = self._value(constant=True) if self._skip("=") else None
        self._directives()
        return VariableDefinition(name, type_, default, position)

    def _type(self) -> str:
        if self._skip("["):
            inner = f"[{self._type()}]"
            self._expect("]")
        else:
            inner = self._name()
        return inner + "!" if self._skip("!") else inner

    def _selections(self) -> Selections:
        self._expect("{")
        selections: list[Field | Spread | Inline] = []
        while not selections or not self._skip("}"):
            selections.append(self._selection())
        return tuple(selections)

    def _selection(self) -> Field | Spread | Inline:
        position = self._token.position
        if not self._skip("..."):
            return self._field()
        if self._token.kind == "Name" and self._token.text != "on":
            return Spread(self._name(), self._directives(), position)
        return self._inline(self._condition() if self._token.kind == "Name" else None)

    def _condition(self) -> str:
        if not self._skip("Name", "on"):
            self._fail(f"Expected 'on', found {self._token}.")
        return self._name()

    def _inline(self, condition: str | None) -> Inline:
        return Inline(condition, self._directives(), self._selections())

    def _field(self) -> Field:
        position = self._token.position
        key = name = self._name()
        if self._skip(":"):
            name = self._name()
        arguments, directives = self._arguments(), self._directives()
        selections = self._selections() if self._token.kind == "{" else ()
        return Field(key, name, arguments, directives, selections, position)

    def _arguments(self) -> dict[str, Any]:
        arguments: dict[str, Any] = {}
        if self._skip("("):
            while not arguments or not self._skip(")"):
                name = self._name()
                self._expect(":")
                arguments[name] = self._value()
        return arguments

    def _directives(self) -> tuple[Directive, ...]:
        directives = []
        while self._skip("@"):
            directives.append(Directive(self._name(), self._arguments()))
        return tuple(directives)

    def _value(self, constant: bool = False) -> Any:
        token = self._token
        if token.kind == "$" and not constant:
            self._next()
            return Variable(self._name(), token.position)
        if token.kind == "[":
            return self._list(constant)
        if token.kind == "{":
            return self._object(constant)
        if token.kind not in _SCALARS:
            self._fail()
        self._next()
        return _SCALARS[token.kind](token)

    def _list(self, constant: bool) -> list[Any]:
        self._expect("[")
        values = []
        while not self._skip("]"):
            values.append(self._value(constant))
        return values

    def _object(self, constant: bool) -> dict[str, Any]:
        self._expect("{")
        fields = {}
        while not self._skip("}"):
            name = self._name()
            self._expect(":")
            fields[name] = self._value(constant)
        return fields


_WORDS = {"true": True, "false": False, "null": None}

_SCALARS: dict[str, Callable[[Token], Any]] = {
    "Int": lambda token: int(token.text),
    "Float": lambda token: float(token.text),
    "String": _string,
    "Name": lambda token: _WORDS[token.text] if token.text in _WORDS else EnumValue(token.text),
}
