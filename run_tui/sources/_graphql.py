"""GraphQL over HTTP: sends a query and checks the answer, whose errors may come with any status."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from run_tui.errors import BadAnswer, BrokenOff, OutcomeUnknown, ServerError, SourceError, TimedOut
from run_tui.sources._answer import Answer
from run_tui.sources._body import Glance, checked_body, parsed
from run_tui.sources._http import HttpClient

T = TypeVar("T")


class GraphQLClient(HttpClient):
    """Sends queries to one server."""

    endpoint = "/graphql"
    speaks = "GraphQL"
    otherwise = (
        "A Hub Log or PySpur server is reached by a connection of the settings file that names its kind; "
        "in the explorer ctrl+o, then a, adds one."
    )

    async def query(
        self, text: str, variables: Mapping[str, object], shape: TypeAdapter[T], glance: Glance | None = None
    ) -> T:
        """The answer's whole body as `shape` has it; the body counts before the status, for errors come as HTTP 500.

        `glance` sees the beginning of a body as soon as it is there, whatever comes of the rest; perhaps of several.
        """
        body = json.dumps({"query": text, "variables": dict(variables)}).encode()
        answer = await self.request("POST", body=body, glance=glance)
        try:
            return checked_body(answer.content, shape)
        except ValidationError as error:
            raise self._why_not(answer, error) from error

    async def mutate(self, text: str, variables: Mapping[str, object], shape: TypeAdapter[T]) -> T:
        """The answer to a mutation, which is sent once. Raises `OutcomeUnknown` where it does not tell what was done.

        Any other `SourceError` means that nothing was.
        """
        body = json.dumps({"query": text, "variables": dict(variables)}).encode()
        try:
            answer = await self.request("POST", body=body, repeatable=False)
        except (TimedOut, BrokenOff, BadAnswer) as error:
            raise _unknown(error) from error
        try:
            return checked_body(answer.content, shape)
        except ValidationError as error:
            why = self._why_not(answer, error)
            if isinstance(why, BadAnswer) or (isinstance(why, ServerError) and not _refused_unread(answer, why)):
                raise _unknown(why) from error
            raise why from error

    def _why_not(self, answer: Answer, error: ValidationError) -> SourceError:
        """Why an answer is not the one asked for: by its status, the errors it lists, or what it is instead."""
        refusal = answer.refusal()
        if refusal is not None:
            return refusal
        listed = _listed_error(answer.content)
        return self.no_use(answer, error) if listed is None else answer.server_error(listed)


def _refused_unread(answer: Answer, why: ServerError) -> bool:
    """Whether a mutation was not even begun: too many requests, or one that does not fit the server's schema."""
    return 400 <= answer.status < 500 or str(why).startswith("Variable ")


def _unknown(why: SourceError) -> OutcomeUnknown:
    return OutcomeUnknown(f"{why}: whether it was done is not known", "It was asked for once, and is not again.")


def _listed_error(body: bytes) -> str | None:
    """The first message of a GraphQL answer's `errors`, "" if it has none, None for what is no such answer."""
    answer = parsed(body)
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if not isinstance(errors, list) or not errors:
        return None
    message = errors[0].get("message") if isinstance(errors[0], dict) else errors[0]
    return message.strip() if isinstance(message, str) else ""
