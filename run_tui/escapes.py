"""Colour sequences in server text: how it looks, and no part of what it says."""

from __future__ import annotations

import re

ESCAPE = "\x1b"
COLOURS = re.compile(r"\x1b\[([0-9;:]{0,64})m")
"""A sequence that only changes how the text after it looks; the group is what it says."""


def uncoloured(text: str) -> str:
    """The text without its colour sequences."""
    return COLOURS.sub("", text) if ESCAPE in text else text
