"""The filter language of a run's events: its operators, and what a filter made of them lets through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf

from run_tui.escapes import uncoloured
from run_tui.model import RunEvent, RunName, effective_rank, epoch_ms
from run_tui.query.completion import Completion
from run_tui.query.event_types import KNOWN_TYPES, LOG, type_names
from run_tui.query.language import HelpRow, Language, Operator, Problem, Terms, text_help
from run_tui.query.operands import LEVELS, rank_limits, read_attempt, read_level, read_name, read_time, time_span
from run_tui.query.terms import ANY, How, PatternTerm, TextTerm, Value, Values, spans, words_accept
from run_tui.query.times import TimeContext
from run_tui.query.tokens import Item


@dataclass(frozen=True)
class Filter:
    """Which events of a run to show; `Filter()` shows all. `str(filter)` is a text that parses to the same filter.

    A columnar store asks the `*_accept` methods once for each distinct value, and looks for `texts` and `patterns` in
    every row that is left: in its step, its type and its `searchable_parts`.
    """

    steps: Values = ANY
    types: Values = ANY
    levels: Values = ANY
    attempts: Values = ANY
    after: Values = ANY
    before: Values = ANY
    runs: Values = ANY
    texts: tuple[TextTerm, ...] = ()
    patterns: tuple[PatternTerm, ...] = ()

    def __str__(self) -> str:
        values = {
            "step": self.steps,
            "type": self.types,
            "level": self.levels,
            "attempt": self.attempts,
            "after": self.after,
            "before": self.before,
            "run": self.runs,
        }
        return _LANGUAGE.write(Terms(values, self.texts, self.patterns))

    @property
    def min_rank(self) -> int:
        """The lowest rank shown, from 1; 0 when there is no such limit."""
        return rank_limits(self.levels)[0]

    def steps_accept(self, step: str | None) -> bool:
        """Whether events of this step pass; None is no step."""
        return self.steps.accept(*([step] if step else []))

    def types_accept(self, event_type: str | None) -> bool:
        """Whether events of this type pass; None is a plain log message."""
        return self.types.accept(*type_names(event_type))

    def attempts_accept(self, attempt: int | None) -> bool:
        """Whether events of this attempt pass; None is unknown."""
        return self.attempts.accept(*([] if attempt is None else [str(attempt)]))

    def runs_accept(self, run: RunName) -> bool:
        """Whether events of this run pass: by its id or its job."""
        return self.runs.accept(run.id, *filter(None, [run.job]))

    def ranks_accept(self, rank: int) -> bool:
        """Whether events of this effective rank pass (see `model.effective_rank`)."""
        lowest, end = rank_limits(self.levels)
        return lowest <= rank < end

    def time_span(self, context: TimeContext) -> tuple[float, float] | None:
        """The epoch milliseconds that pass, from the first to before the second; None when all do."""
        return time_span(self.after, self.before, context)

    def matches(self, event: RunEvent, context: TimeContext, run: RunName | None = None) -> bool:
        """Whether the event is shown; `run` tells more of its run than the id, which is all that an event knows.

        Raises `SlowPattern` for a regular expression that takes too long.
        """
        begin, end = self.time_span(context) or (-inf, inf)
        return (
            self.steps_accept(event.step_key)
            and self.types_accept(event.event_type)
            and self.attempts_accept(event.attempt)
            and self.runs_accept(run or RunName(event.run_id))
            and self.ranks_accept(effective_rank(event.level, event.event_type))
            and begin <= epoch_ms(event.timestamp) < end
            and words_accept((*self.texts, *self.patterns), tuple(searchable_parts(event)))
        )

    def narrows(self, other: Filter) -> bool:
        """Whether `other` shows all that this shows, under one `TimeContext`; False where that is not plain to see."""
        (lowest, end), (other_lowest, other_end) = rank_limits(self.levels), rank_limits(other.levels)
        return (
            self.steps.narrow(other.steps)
            and self.types.narrow(other.types)
            and self.attempts.narrow(other.attempts)
            and self.runs.narrow(other.runs)
            and self.after.narrow(other.after)
            and self.before.narrow(other.before)
            and other_lowest <= lowest
            and end <= other_end
            and all(any(mine.narrows(theirs) for mine in self.texts) for theirs in other.texts)
            and set(other.patterns) <= set(self.patterns)
        )

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the words and patterns it wants are in a text, in order and apart from each other."""
        return spans((*self.texts, *self.patterns), text)


@dataclass(frozen=True, slots=True)
class Query:
    """A filter text as read: the filter its good parts make, and what is wrong with the others."""

    filter: Filter
    problems: tuple[Problem, ...] = ()


def parse(text: str) -> Query:
    """Reads filter text; nothing raises, and what is only half typed restricts as far as it makes sense."""
    terms = _LANGUAGE.read(text)
    values = terms.values
    made = Filter(
        steps=values["step"],
        types=values["type"],
        levels=values["level"],
        attempts=values["attempt"],
        after=values["after"],
        before=values["before"],
        runs=values["run"],
        texts=terms.texts,
        patterns=terms.patterns,
    )
    return Query(made, terms.problems)


def parse_words(text: str) -> Query:
    """Reads a text in which everything is a word, a phrase or a pattern, `step:x` too."""
    terms = _WORDS.read(text)
    return Query(Filter(texts=terms.texts, patterns=terms.patterns), terms.problems)


def complete(
    text: str, cursor: int, *, steps: Iterable[str], types: Iterable[str], runs: Iterable[str] = ()
) -> Completion | None:
    """What could stand at the cursor; `steps` and `types` are those of the `runs`, the likeliest first."""
    return _LANGUAGE.complete(text, cursor, {"step": steps, "type": types, "run": runs})


def help_table() -> tuple[HelpRow, ...]:
    """The language, a row for each thing to type."""
    return _LANGUAGE.help()


def searchable_parts(event: RunEvent) -> Iterator[str]:
    """The texts of an event that words look through, each by itself and without its colours."""
    yield uncoloured(event.message)
    if event.step_key:
        yield event.step_key
    if event.event_type:
        yield event.event_type
    for error in event.error.chain if event.error else ():
        yield from map(uncoloured, filter(None, (error.class_name, error.message, *error.stack)))
    for entry in event.metadata:
        yield from map(uncoloured, filter(None, (entry.label, entry.value, entry.description)))


def _read_type(item: Item) -> Value | None:
    """A type's name, exact once it is a whole one, so that RUN_START does not find RUN_STARTING."""
    value = read_name(item)
    if value is None:
        return None
    name = value.text.upper()
    known = value.how is How.CONTAINS and not KNOWN_TYPES.isdisjoint(type_names(name))
    return Value(name, How.EQUALS if known else value.how)


OPERATORS = (
    Operator(
        "step",
        "NAME,…",
        "Step keys that contain the name; * and ? are wildcards, =NAME is the very key, -step:* events of no step.",
        "step:load_*",
        read_name,
    ),
    Operator(
        "type",
        "TYPE,…",
        "Event types: a whole name is exact, part of one finds all that contain it; LOG is a plain log message.",
        "type:STEP_FAILURE,RUN_FAILURE",
        _read_type,
        (LOG,),
    ),
    Operator(
        "level",
        "LEVEL",
        "This level and worse, by name, its beginning or 0 to 5; the run's structure counts as info at least.",
        "level:warning",
        read_level,
        LEVELS,
    ),
    Operator(
        "after",
        "TIME",
        "From a time on: a clock time, a date, 5m before the end (or now), +30s after the start.",
        "after:5m",
        read_time,
        ("1m", "5m", "15m", "1h"),
    ),
    Operator("before", "TIME", "Until a time, as for after.", "before:12:30", read_time, ("+10s", "+1m", "+5m")),
    Operator("attempt", "NUMBER,…", "Which attempt of its step an event belongs to.", "attempt:2", read_attempt),
    Operator(
        "run",
        "NAME,…",
        "Of several runs opened together, those whose id or job contains this; * and ? are wildcards, =NAME is it.",
        "run:9d38c7ea",
        read_name,
    ),
)
"""The operators of the language: they make the parser, the completion and the help."""

_LANGUAGE = Language(
    OPERATORS,
    text_help(
        "its message, step, type, errors or metadata", "KeyError", '"exit code"', "/time(d )?out/", "-step:check"
    ),
)
_WORDS = Language((), _LANGUAGE.text_help)
