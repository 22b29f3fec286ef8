"""Server text as harmless text: no character of it acts on a terminal, and what it would have done can be seen."""

from __future__ import annotations

import re

from run_tui.escapes import uncoloured

_UNFINISHED = re.compile(r"\x1b(\[[0-9;:]{0,64})?\Z")
_DROPPED = re.compile("[\u200c\u200d\ufe0e\ufe0f]")
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2\u115f-\u1160\u17b4-\u17b5"
    "\u180b-\u180f\u200b\u200e-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Controls, direction marks and what else is there without being seen, lone surrogates, line separators."""

_PICTURES = {"\n": "↵", "\t": "  ", "\x7f": "␡"} | {chr(c): chr(0x2400 + c) for c in range(32) if chr(c) not in "\n\t"}


def clean(text: str) -> str:
    """Server text as one harmless line: controls, direction marks and lone surrogates are made visible.

    Colour sequences go, and so do joiners and presentation selectors, whose width terminals do not agree on.
    """
    if text.isascii() and text.isprintable():
        return text
    return visible(uncoloured(unix_lines(text)))


def clean_lines(text: str) -> list[str]:
    """Server text as harmless lines, cut where it has line breaks."""
    return [clean(line) for line in unix_lines(text).split("\n")]


def visible(text: str) -> str:
    """The text with every character that would act, or hide, made visible; colour sequences too."""
    return _UNSAFE.sub(_picture, _DROPPED.sub("", text))


def unix_lines(text: str) -> str:
    """The text with line feeds alone where lines end."""
    return text.replace("\r\n", "\n")


def cut(text: str, limit: int) -> str:
    """At most the first `limit` characters, without the beginning of a colour sequence that goes on after them."""
    return text if len(text) <= limit else _UNFINISHED.sub("", text[:limit])


def shorten(text: str, width: int) -> str:
    """The text in at most `width` characters, with an ellipsis where it was cut."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def _picture(match: re.Match[str]) -> str:
    character = match[0]
    return _PICTURES.get(character) or f"⟨{ord(character):02X}⟩"
