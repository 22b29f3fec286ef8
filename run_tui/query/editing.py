"""Changes to a filter's text that keys make, so that the text always tells the whole filter."""

from __future__ import annotations

from run_tui.query.events import OPERATORS
from run_tui.query.tokens import Kind, Tokenizer

_TOKENS = Tokenizer(operator.key for operator in OPERATORS)


def set_operator(text: str, key: str, value: str) -> str:
    """The filter text with `key:value` in front, in place of what it said by that key; without it where value is "".

    In front, because a phrase or pattern that is not closed yet reaches to the end of the text.
    """
    kept = [
        text[token.start : token.end]
        for token in _TOKENS(text)
        if token.kind is not Kind.OPERATOR or token.text != key or token.negated
    ]
    return " ".join([f"{key}:{value}", *kept] if value else kept)
