"""JSON over HTTP, as REST services speak it: gets what lies at a path, and deletes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from run_tui.errors import SourceError
from run_tui.sources._answer import Answer
from run_tui.sources._body import checked_body, parsed
from run_tui.sources._http import HttpClient

T = TypeVar("T")


class RestClient(HttpClient):
    """Asks for what lies below one server's endpoint; a `ServerError` has the `status` of the refusal."""

    async def get(self, path: str, shape: TypeAdapter[T], params: Mapping[str, str] | None = None) -> T:
        """What lies at `path`, as `shape` has it."""
        answer = await self.request("GET", path, params=params)
        if not 200 <= answer.status < 300:
            raise self._why_not(answer)
        try:
            return checked_body(answer.content, shape)
        except ValidationError as error:
            raise self.no_use(answer, error) from error

    async def delete(self, path: str) -> None:
        """Deletes what lies at `path`; it is asked once only."""
        answer = await self.request("DELETE", path, repeatable=False)
        if not 200 <= answer.status < 300:
            raise self._why_not(answer)

    def _why_not(self, answer: Answer) -> SourceError:
        refusal = answer.refusal()
        if refusal is not None:
            return refusal
        told = _told(answer.content)
        return self.no_use(answer) if told is None else answer.server_error(told)


def _told(content: bytes) -> str | None:
    """What an error's JSON says: FastAPI's `detail`, or detail or title of a problem (RFC 9457); else None."""
    answer = parsed(content)
    if not isinstance(answer, dict):
        return None
    match answer.get("detail") or answer.get("title"):
        case str(text):
            return text.strip() or None
        case [{"msg": str(text), "loc": [*places]}, *_]:
            return f"{'.'.join(map(str, places))}: {text}"
    return None
