"""Changes to a filter's text that keys make, so that the text always tells the whole filter."""

from __future__ import annotations

from run_tui.query.events import OPERATORS
from run_tui.query.tokens import Kind, Tokenizer, spelled

_TOKENS = Tokenizer(operator.key for operator in OPERATORS)


def set_operator(text: str, key: str, value: str) -> str:
    """The filter text with `key:value` in place of what it said by that key, nothing in its place where value is ""."""
    kept = [
        text[token.start : token.end]
        for token in _TOKENS(text)
        if token.kind is not Kind.OPERATOR or token.text != key or token.negated
    ]
    return " ".join([*kept, f"{key}:{spelled(value)}"] if value else kept)
