"""Filter text cut into tokens: words, "phrases", /patterns/ and what operators were given. Any text can be cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

_QUOTE = r'"(?P<{}>(?:\\.|[^"\\])*+)(?:"|\\?\Z)'
_ITEM = r'[^\s,"]*(?:"(?:\\.|[^"\\])*+(?:"|\\?\Z))?'
_PARTS = re.compile(r'(?P<head>[^\s,"]*)(?:' + _QUOTE.format("tail") + ")?", re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_CODED = re.compile(r'\\(?:(["\\])|u\{([0-9A-Fa-f]{1,5}|10[0-9A-Fa-f]{4})\})')
_PATTERN_PAIR = re.compile(r"\\.|/", re.DOTALL)
_PLAIN = re.compile(r'[^\s,"*?=][^\s,"*?]*')


class Kind(StrEnum):
    """What a token is."""

    WORD = "word"
    PHRASE = "phrase"
    PATTERN = "pattern"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Item:
    """One value of an operator's comma list: plain text, then perhaps quoted text, where nothing is a wildcard."""

    start: int
    end: int
    head: str
    tail: str | None = None

    @property
    def text(self) -> str:
        """The value without its quotes."""
        return self.head + (self.tail or "")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of filter text from `start` to before `end`; an operator's `text` is its key in lower case."""

    start: int
    end: int
    kind: Kind
    text: str
    negated: bool = False
    items: tuple[Item, ...] = ()


class Tokenizer:
    """Cuts filter text for one set of operator keys; a prefix that is none of them is text, colon and all."""

    def __init__(self, keys: Iterable[str]) -> None:
        any_key = "|".join(map(re.escape, keys)) or "(?!)"
        # Two dashes are text (--verbose). A slash begins a pattern unless it stands alone, and only a slash before a
        # blank or the end closes it, so that /usr/lib/x.py is one. What is not closed yet reaches to the end.
        self._token = re.compile(
            r"(?P<minus>-(?=[^\s-]))?(?:"
            rf"(?P<key>(?ai:{any_key})):(?P<items>{_ITEM}(?:,{_ITEM})*)"
            rf"|{_QUOTE.format('phrase')}"
            r"|/(?=\S|\Z)(?P<pattern>(?:\\.|[^\\])*?)(?:/i?(?=\s|\Z)|\\?\Z)"
            r"|(?P<word>\S+))",
            re.DOTALL,
        )

    def __call__(self, text: str) -> Iterator[Token]:
        """The tokens from left to right; a dash alone is an empty, negated word: more is to come."""
        for match in self._token.finditer(text):
            start, end = match.span()
            negated = match["minus"] is not None
            if match["key"] is not None:
                items = tuple(_items(text, *match.span("items")))
                yield Token(start, end, Kind.OPERATOR, match["key"].lower(), negated, items)
            elif match["phrase"] is not None:
                yield Token(start, end, Kind.PHRASE, _ESCAPED.sub(r"\1", match["phrase"]), negated)
            elif match["pattern"] is not None:
                source = _PATTERN_PAIR.sub(lambda pair: "/" if pair[0] == r"\/" else pair[0], match["pattern"])
                yield Token(start, end, Kind.PATTERN, source, negated)
            elif match["word"] == "-":
                yield Token(start, end, Kind.WORD, "", True)
            else:
                yield Token(start, end, Kind.WORD, match["word"], negated)


def _items(text: str, start: int, end: int) -> Iterator[Item]:
    while start <= end:
        match = _PARTS.match(text, start, end)
        assert match is not None, "both parts may be empty"
        tail = match["tail"]
        yield Item(start, match.end(), match["head"], None if tail is None else _CODED.sub(_decoded, tail))
        start = match.end() + 1


def _decoded(match: re.Match[str]) -> str:
    return match[1] or chr(int(match[2], 16))


def quoted(text: str) -> str:
    """The text as a phrase, which reads back as itself whatever it holds."""
    escaped = text.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def spelled(text: str) -> str:
    """The text as an operator's value, in quotes only where it would not be taken literally without."""
    return text if _PLAIN.fullmatch(text) else quoted(text)


def typable(name: str, *, exact: bool) -> str:
    """A name as an operator's value that keys can type: what they cannot stands there by its number, `"\\u{7F}"`."""
    if name.isprintable():
        return "=" * exact + spelled(name)
    return "=" * exact + "".join(c if c.isprintable() else f"\\u{{{ord(c):X}}}" for c in quoted(name))


def any_of(template: str) -> str:
    """What `[?]` stands for different things in, as an operator's value; no character of it needs quotes."""
    bare = "".join(c if c.isprintable() and c not in ' ,"=' else "?" for c in template)
    return bare.replace("[?]", "[*]")


def slashed(source: str) -> str:
    """A regular expression between slashes."""
    return "/" + _PATTERN_PAIR.sub(lambda pair: r"\/" if pair[0] == "/" else pair[0], source) + "/"
