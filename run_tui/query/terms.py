"""What filters are made of: values to compare names with, and words and patterns to look for in text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from typing import Protocol

from run_tui.errors import ConfigError

PART = "\x1f"
"""Divides the parts of a searchable text (message, step, an error's message and so on): nothing matches across it."""

PATTERN_SECONDS = 0.25
"""How long a pattern may search one text."""

SPAN_SECONDS = 0.005
"""How long a pattern may look for its places in a text that is painted."""

MAX_PATTERN = 1000
"""The longest pattern, in characters."""

_WILDCARD = re.compile(r"[*?]")


class SlowPattern(ConfigError):
    """A regular expression takes too long on one text, as nested repetitions do."""


class How(StrEnum):
    """How a value is compared with a name; only EQUALS tells upper from lower case."""

    CONTAINS = "contains"
    STARTS = "starts"
    EQUALS = "equals"
    GLOB = "glob"


@dataclass(frozen=True)
class Value:
    """One value an operator was given. In a glob `*` and `?` are wildcards; brackets are text, as in step "work[a]"."""

    text: str
    how: How = How.EQUALS

    def accepts(self, name: str) -> bool:
        """Whether the name is as the value wants it."""
        if self.how is How.EQUALS:
            return name == self.text
        folded = name.casefold()
        if self.how is How.GLOB:
            return fnmatchcase(folded, self._folded.replace("[", "[[]"))
        return folded.startswith(self._folded) if self.how is How.STARTS else self._folded in folded

    def implies(self, other: Value) -> bool:
        """Whether `other` accepts every name that this accepts; False where that is not plain to see."""
        if self.how is How.EQUALS:
            return other.accepts(self.text)
        if other.how is How.CONTAINS:
            certain = _WILDCARD.split(self._folded) if self.how is How.GLOB else [self._folded]
            return any(other._folded in part for part in certain)
        return self == other

    @cached_property
    def _folded(self) -> str:
        return self.text.casefold()


@dataclass(frozen=True, slots=True)
class Values:
    """All values of one operator: a name must be accepted by one of `wanted`, if there are any, and no `unwanted`."""

    wanted: tuple[Value, ...] = ()
    unwanted: tuple[Value, ...] = ()

    def accept(self, *names: str) -> bool:
        """Whether a thing with these names passes; without a name it passes where nothing is wanted."""
        if self.wanted and not any(value.accepts(name) for value in self.wanted for name in names):
            return False
        return not any(value.accepts(name) for value in self.unwanted for name in names)

    def narrow(self, other: Values) -> bool:
        """Whether all that passes here passes `other` too; False where that is not plain to see."""
        if other.wanted and not (self.wanted and all(_implies_any(value, other.wanted) for value in self.wanted)):
            return False
        return all(_implies_any(value, self.unwanted) for value in other.unwanted)


ANY = Values()
"""No restriction."""


def _implies_any(value: Value, others: Iterable[Value]) -> bool:
    return any(value.implies(other) for other in others)


@dataclass(frozen=True)
class TextTerm:
    """A word or phrase to find anywhere, whatever its case, as typed."""

    text: str
    negated: bool = False

    @cached_property
    def needle(self) -> str:
        """The text with its case folded away."""
        return self.text.casefold()

    def found_in(self, text: str, divider: str = PART) -> bool:
        """Whether a text contains it; parts of the text set off by `divider` are texts of their own."""
        return self.needle in text.casefold() and divider not in self.needle

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it stands in a text, from the first character to before the second."""
        folded = text.casefold()
        # Folding may make several letters of one: then it is to be known which came from where.
        origin: Sequence[int] = range(len(text))
        if len(folded) != len(text):
            origin = [index for index, letter in enumerate(text) for _ in letter.casefold()]
        at = folded.find(self.needle) if self.needle else -1
        while at >= 0:
            end = at + len(self.needle)
            yield origin[at], origin[end - 1] + 1
            at = folded.find(self.needle, end)

    def found_in_name(self, name: str | None) -> bool:
        """Whether a step's or a type's name contains it."""
        return name is not None and self.found_in(name)

    def narrows(self, other: TextTerm) -> bool:
        """Whether all that passes here passes `other` too."""
        inner, outer = (self, other) if self.negated else (other, self)
        return self.negated == other.negated and inner.needle in outer.needle


@dataclass(frozen=True, slots=True)
class PatternTerm:
    """A regular expression to find anywhere; `source` is its text without slashes. Case counts only in (?-i:…)."""

    source: str
    negated: bool = False

    def found_in(self, text: str, divider: str = PART, seconds: float = PATTERN_SECONDS) -> bool:
        """Whether it fits somewhere in one of the text's parts. Raises `SlowPattern` after `seconds` on one part."""
        search = compiled(self.source).search
        try:
            return any(search(part, timeout=seconds) for part in text.split(divider))
        except TimeoutError:
            raise SlowPattern(
                f"/{self.source}/ takes too long to search",
                hint="Repetitions within repetitions, such as (a|aa)+, do that.",
            ) from None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it fits in a text, from the first character to before the second, as far as that is found quickly."""
        with suppress(TimeoutError):
            for match in compiled(self.source).finditer(text, timeout=SPAN_SECONDS):
                yield match.span()

    def found_in_name(self, name: str | None) -> bool:
        """Whether it fits somewhere in a step's or a type's name."""
        return name is not None and self.found_in(name)


Word = TextTerm | PatternTerm


def words_accept(words: Iterable[Word], parts: Sequence[str]) -> bool:
    """Whether each word is found somewhere in the parts, and no negated one is."""
    return all(any(map(word.found_in, parts)) != word.negated for word in words)


def spans(words: Iterable[Word], text: str) -> list[tuple[int, int]]:
    """Where wanted words and patterns are in a text, in order and apart from each other."""
    apart: list[tuple[int, int]] = []
    for start, end in sorted(span for word in words if not word.negated for span in word.spans(text)):
        if apart and start <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        elif start < end:
            apart.append((start, end))
    return apart


class Match(Protocol):
    """What is used of a match."""

    def span(self) -> tuple[int, int]:
        """Its first character, and the one after its last."""


class Pattern(Protocol):
    """What is used of a compiled regular expression."""

    def finditer(self, text: str, *, timeout: float) -> Iterator[Match]:
        """All matches. Raises `TimeoutError` after `timeout` seconds."""

    def search(self, text: str, *, timeout: float) -> object | None:
        """The first match, or None. Raises `TimeoutError` after `timeout` seconds."""


@lru_cache(maxsize=32)
def compiled(source: str) -> Pattern:
    """The expression made ready to search. Raises `ValueError` with a sentence when it is none."""
    import regex  # type: ignore[import-untyped]  # loaded only where a pattern is used: it costs some milliseconds

    if len(source) > MAX_PATTERN:
        raise ValueError(f"a regular expression has at most {MAX_PATTERN:,} characters")
    try:
        pattern: Pattern = regex.compile(source, regex.IGNORECASE | regex.MULTILINE)
    except regex.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    except (ValueError, RecursionError):  # regex lets some of its own slip out
        raise ValueError("not a regular expression") from None
    return pattern
