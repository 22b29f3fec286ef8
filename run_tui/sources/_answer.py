"""A server's whole answer, and what to say of one that is of no use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from run_tui.errors import BadAnswer, ServerError, SourceError, Unreachable
from run_tui.sources._http_words import proxy_refusal
from run_tui.sources._refusals import login_page, refusal, without_secrets


class Crashed(ServerError):
    """A plain-text 500: the server broke down over the request before it could say why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status (`reply` in words), headers by names in lower case and the whole body.

    `who` is the server as the user knows it, `url` what was asked in the end, `sent` are the connection's own headers
    that went there, `proxy` the one it went through, "" for none.
    """

    status: int
    reply: str
    headers: Mapping[str, str]
    content: bytes
    who: str
    url: str
    sent: Mapping[str, str]
    proxy: str = ""

    @property
    def kind(self) -> str:
        """The media type, "" where none is told."""
        return media_type(self.headers)

    def refusal(self) -> SourceError | None:
        """What the status alone says, whatever is asked: a token is wanted, say, or patience."""
        if self.status == 407:
            return Unreachable(*proxy_refusal(self.who, self.proxy, "407"))
        return refusal(self.who, self.status, self.reply, self.headers, self.content, sent=self.sent)

    def server_error(self, told: str) -> ServerError:
        """The answer as what it says went wrong."""
        shown = without_secrets(told, self.sent) or f"{self.who} answered with an error ({self.reply})"
        return ServerError(shown, status=self.status)

    def no_use(self, speaks: str, hint: str, error: ValidationError | None = None) -> SourceError:
        """Why an answer, which is no `refusal`, is not one of a server that `speaks` what was wanted.

        `error` says what of it does not fit, `hint` what to do where it may be the wrong server.
        """
        who, reply = self.who, self.reply
        if self.kind == "text/html":
            page = login_page(self.url, reply, self.content, who)
            return page or BadAnswer(f"{who} answered with a web page ({reply}), not with {speaks}", hint)
        if self.status == 500 and self.kind == "text/plain":
            return Crashed(f"{who} broke down over the request ({reply})", status=self.status)
        if self.status >= 500:
            return ServerError(f"{who} failed ({reply})", status=self.status)
        if self.status < 400 and self.kind == "application/json" and error is not None:
            return BadAnswer(f"{who} answered with JSON that does not fit ({_first_problem(error)})", hint)
        return BadAnswer(f"{who} answered with {self.kind or 'nothing'} ({reply}), not with {speaks}", hint)


def media_type(headers: Mapping[str, str]) -> str:
    """What kind of content the headers announce, "" where they do not."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
