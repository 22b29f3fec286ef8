"""A traceback as PySpur keeps it, one text, taken apart into exceptions and their frames."""

from __future__ import annotations

import re
from functools import reduce

from run_tui.model import ErrorInfo

_BETWEEN = re.compile(
    r"\n\n(?:The above exception was the direct cause of the following exception"
    r"|During handling of the above exception, another exception occurred):\n\n"
)
_HEAD = "Traceback (most recent call last):\n"
_FRAME = re.compile(r"  File .*(?:\n    .*|\n  \[.*)*\n?")
_EXCEPTION = re.compile(r"(?P<name>[A-Za-z_][\w.]*)(?:: (?P<message>.*))?", re.DOTALL)
MOST = 50
"""Exceptions in one text that are told apart."""


def error_of(text: str) -> ErrorInfo:
    """The exception that ended a task, with what caused it; a text that is no traceback is the message."""
    parts = _BETWEEN.split(text, MOST)
    return reduce(lambda cause, part: _one(part).model_copy(update={"cause": cause}), parts[1:], _one(parts[0]))


def _one(part: str) -> ErrorInfo:
    body = part.strip("\n")
    if not body.startswith(_HEAD):
        return ErrorInfo(message=body)
    frames, end = [], len(_HEAD)
    while frame := _FRAME.match(body, end):
        frames.append(frame[0].rstrip("\n"))
        end = frame.end()
    told = body[end:].strip("\n")
    exception = _EXCEPTION.fullmatch(told)
    if exception is None:
        return ErrorInfo(message=told, stack=tuple(frames))
    return ErrorInfo(class_name=exception["name"], message=exception["message"] or "", stack=tuple(frames))
