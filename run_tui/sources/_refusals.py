"""What a server's refusal means, and what to do about it: each in words of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping

from run_tui.errors import Busy, SourceError, Unauthorized, UnknownDeployment
from run_tui.sources._body import parsed
from run_tui.sources._http_words import retry_after

_ORGANIZATION, _DEPLOYMENT = "dagster-cloud-organization", "dagster-cloud-deployment"
_NOT_ACCEPTED = "did not accept the token"
_NEW_TOKEN = "Give another one: by --token, in the settings file, or for Dagster+ by `dg plus login`."
_RIGHTS = "Check that the token is one for this server, and what it may read."
_LOGIN = (
    "It may be the wrong URL, or a proxy that lets in only whom it knows: connections.NAME.headers in the settings "
    "file can hold what it asks for."
)
_EXPIRED = re.compile(r"^(?!.*\b(?:or|missing|invalid)\b).*\bexpired\b", re.IGNORECASE)
"""A reason that is sure of it, and no list of what may be wrong."""
_LOGIN_PAGE = re.compile(rb"type=[\"']?password|<title>[^<]*\b(?:log ?in|sign ?in|single sign-on)\b", re.IGNORECASE)
_LOGIN_PATH = re.compile(r"/(?:log-?in|sign-?in|sso|oauth2?|saml2?|auth|authorize)(?:[/?#]|$)", re.IGNORECASE)
_TOLD = 200


def refusal(
    who: str, status: int, reply: str, headers: Mapping[str, str], content: bytes, *, sent: Mapping[str, str]
) -> SourceError | None:
    """Why a server that answered with this status does not want to answer; None where the status does not tell.

    `who` is the server and `reply` the status in words; `sent` are the headers of ours that it was sent, by names in
    lower case.
    """
    told = without_secrets(_told(content), sent)
    because = f"{reply}: {told}" if told else reply
    organization, deployment = sent.get(_ORGANIZATION), sent.get(_DEPLOYMENT)
    if status == 401 and sent:
        what = "no longer accepts the token, which has expired" if _EXPIRED.search(told) else _NOT_ACCEPTED
        return Unauthorized(f"{who} {what} ({because})", _NEW_TOKEN)
    if status == 403 and organization:
        hint = f"Check that the organization is right, and that the token is one of it. {_NEW_TOKEN}"
        return Unauthorized(
            f"{who} does not let this token into {deployment} of the organization {organization} ({because})", hint
        )
    if status in (401, 403):
        return Unauthorized(f"{who} {_NOT_ACCEPTED if sent else 'wants a token'} ({because})", _RIGHTS)
    if status == 404 and organization:
        return UnknownDeployment(
            f"{who} knows no deployment {deployment} of an organization {organization} ({because})",
            "Check --organization and --deployment; for those of a branch see its web page's address.",
        )
    if status in (429, 503):
        wait = retry_after(headers)
        hint = "Ask again later." if wait is None else f"Ask again in {max(1, round(wait))} s: it asks for that."
        return Busy(f"{who} is too busy ({reply})", hint, status=status, retry_after=wait)
    return None


def login_page(url: str, reply: str, content: bytes, who: str) -> SourceError | None:
    """What to tell of a web page that wants somebody to log in; None for any other page."""
    if _LOGIN_PAGE.search(content) or _LOGIN_PATH.search(url):
        return Unauthorized(f"{who} answered with a login page ({reply})", _LOGIN)
    return None


def without_secrets(text: str, sent: Mapping[str, str]) -> str:
    """A server's words with stars for the secrets it was sent: some repeat a token that they do not know."""
    secrets = [value for name, value in sent.items() if name not in (_ORGANIZATION, _DEPLOYMENT)]
    for value in sorted((word for each in secrets for word in (each, *each.split())), key=len, reverse=True):
        if len(value) > 3 and value.lower() not in ("basic", "bearer", "token"):
            text = text.replace(value, "********")
    return text


def _told(content: bytes) -> str:
    """The reason that a refusal gives as JSON, "" if it gives none."""
    answer = parsed(content)
    if not isinstance(answer, dict):
        return ""
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    reasons = [first.get("message") if isinstance(first, dict) else first]
    reasons += [answer.get(key) for key in ("error_description", "message", "error", "detail")]
    text = next((reason for reason in reasons if isinstance(reason, str) and reason.strip()), "")
    return " ".join(text.split())[:_TOLD].rstrip(".")
