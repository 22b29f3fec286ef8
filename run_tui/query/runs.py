"""The filter language of the runs list: its operators, and which runs a text made of them lets through."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from math import inf

from run_tui.model import Run, RunFilter, RunStatus, epoch_ms
from run_tui.query.completion import Completion
from run_tui.query.language import HelpRow, Language, Operator, Problem, Terms, text_help
from run_tui.query.operands import read_date, read_name, time_span
from run_tui.query.terms import ANY, How, PatternTerm, TextTerm, Value, Values, words_accept
from run_tui.query.times import TimeContext, resolve_time
from run_tui.query.tokens import Item

_DAY_MS = 86_400_000
_FAR_FUTURE_MS = 2**47


@dataclass(frozen=True)
class RunsQuery:
    """Which runs to list; `str(query)` is a text that parses to the same. Clock times and dates are read in `tz`."""

    statuses: Values = ANY
    jobs: Values = ANY
    tags: Values = ANY
    connections: Values = ANY
    after: Values = ANY
    before: Values = ANY
    texts: tuple[TextTerm, ...] = ()
    patterns: tuple[PatternTerm, ...] = ()
    problems: tuple[Problem, ...] = field(default=(), compare=False)
    tz: tzinfo = field(default=UTC, compare=False)

    def __str__(self) -> str:
        values = {
            "status": self.statuses,
            "job": self.jobs,
            "tag": self.tags,
            "on": self.connections,
            "after": self.after,
            "before": self.before,
        }
        return _LANGUAGE.write(Terms(values, self.texts, self.patterns))

    def matches(self, run: Run, now_ms: int) -> bool:
        """Whether the run is listed. Raises `SlowPattern` for a regular expression that takes too long."""
        tags = [f"{key}={value}" for key, value in run.tags.items()]
        begin, end = self._created(now_ms)
        return (
            self.statuses.accept(run.status.upper())
            and self.jobs.accept(*([run.pipeline_name] if run.pipeline_name else []))
            and all(wanted.accept(*tags) for wanted in self._tags_by_key())
            and self.asks(run.connection or "")
            and begin <= epoch_ms(run.created_at) < end
            and self._words_accept(run, tags)
        )

    def asks(self, connection: str) -> bool:
        """Whether runs of this connection are wanted."""
        return self.connections.accept(connection)

    def to_server(self, now_s: float, *, by_job: bool = False) -> RunFilter:
        """What a server can leave out beforehand: never a run that `matches`.

        Where runs can only be asked for `by_job`, a job's name is taken as it stands.
        """
        begin, end = self._created(round(now_s * 1000))
        exact = all(value.how is How.EQUALS and value.text in RunStatus.__members__ for value in self.statuses.wanted)
        # Servers compare times finer than the milliseconds they tell, so each end gets one millisecond more.
        return RunFilter(
            statuses=tuple(RunStatus(value.text) for value in self.statuses.wanted) if exact else (),
            job=_only_exact(self.jobs, as_typed=by_job),
            tags=tuple(_server_tags(self._tags_by_key())),
            created_after=_server_time(begin - 1),
            created_before=_server_time(end + 1),
        )

    def _created(self, now_ms: int) -> tuple[float, float]:
        """When a run must have been created; a clock time is the last one that has been."""
        context = TimeContext(start_ms=now_ms - _DAY_MS, end_ms=None, now_ms=now_ms, tz=self.tz)
        return time_span(self.after, self.before, context) or (-inf, inf)

    def _tags_by_key(self) -> list[Values]:
        """The tags' values by tag key: one key twice means either value, two keys mean both."""
        keys = dict.fromkeys(_tag_key(value) for value in self.tags.wanted)
        wanted = [Values(tuple(value for value in self.tags.wanted if _tag_key(value) == key)) for key in keys]
        return [*wanted, Values(unwanted=self.tags.unwanted)]

    def _words_accept(self, run: Run, tags: list[str]) -> bool:
        parts = (run.pipeline_name or "", run.status, *run.assets, *tags)
        found = (run.id.casefold().startswith(word.needle) or any(map(word.found_in, parts)) for word in self.texts)
        texts_accept = all(here != word.negated for here, word in zip(found, self.texts, strict=True))
        return texts_accept and words_accept(self.patterns, (run.id, *parts))


def created_time(text: str, now_s: float) -> float:
    """What `after:` and `before:` take as epoch seconds, in UTC. Raises `ValueError` with what is wanted instead."""
    now_ms = round(now_s * 1000)
    value = read_date(Item(0, len(text), text))
    return resolve_time(value.text, TimeContext(start_ms=now_ms - _DAY_MS, end_ms=None, now_ms=now_ms)) / 1000


def parse_runs(
    text: str, *, jobs: Collection[str] = (), connections: Collection[str] = (), tz: tzinfo = UTC
) -> RunsQuery:
    """Reads filter text as `parse` does; names are exact once they are among `jobs` or `connections`, those known."""
    terms = _LANGUAGE.read(text)
    values = terms.values
    return RunsQuery(
        statuses=values["status"],
        jobs=_exact_where_known(values["job"], jobs),
        tags=values["tag"],
        connections=_exact_where_known(values["on"], connections),
        after=values["after"],
        before=values["before"],
        texts=terms.texts,
        patterns=terms.patterns,
        problems=terms.problems,
        tz=tz,
    )


def complete_runs(
    text: str, cursor: int, *, jobs: Iterable[str], tags: Iterable[str], connections: Iterable[str] = ()
) -> Completion | None:
    """What could stand at the cursor; `jobs` and `tags` ("key=value") are those known here, the likeliest first."""
    return _LANGUAGE.complete(text, cursor, {"job": jobs, "tag": tags, "on": connections})


def runs_help_table() -> tuple[HelpRow, ...]:
    """The language, a row for each thing to type."""
    return _LANGUAGE.help()


def _exact_where_known(values: Values, names: Collection[str]) -> Values:
    def exact(value: Value) -> Value:
        return Value(value.text) if value.how is How.CONTAINS and value.text in names else value

    return Values(tuple(map(exact, values.wanted)), tuple(map(exact, values.unwanted)))


def _only_exact(jobs: Values, *, as_typed: bool) -> str | None:
    if len(jobs.wanted) == 1 and jobs.wanted[0].how in ((How.EQUALS, How.CONTAINS) if as_typed else (How.EQUALS,)):
        return jobs.wanted[0].text
    return None


def _server_tags(tags_by_key: Iterable[Values]) -> Iterator[tuple[str, str]]:
    """The tags a server can look for: one value for a key, since servers do not agree what two mean."""
    for values in tags_by_key:
        if len(values.wanted) == 1 and values.wanted[0].how is How.EQUALS:
            key, _, value = values.wanted[0].text.partition("=")
            yield key, value


def _server_time(ms: float) -> float | None:
    """The time in seconds, where every server's calendar has it."""
    return ms / 1000 if 0 <= ms < _FAR_FUTURE_MS else None


def _tag_key(value: Value) -> str:
    return value.text.partition("=")[0]


STATUS_WORDS = {
    "FAILED": RunStatus.FAILURE,
    "RUNNING": RunStatus.STARTED,
    "SUCCEEDED": RunStatus.SUCCESS,
    "CANCELLED": RunStatus.CANCELED,
}
"""What people and other systems call some statuses."""


def status_named(text: str) -> RunStatus | None:
    """The status of this name, or of a word for it, in either case; None where there is none."""
    name = text.strip().upper()
    return RunStatus(name) if name in RunStatus.__members__ else STATUS_WORDS.get(name)


def _read_status(item: Item) -> Value | None:
    """A status, exact once it is a whole one, before that the beginning of one or of a word for it."""
    value = read_name(item)
    if value is None:
        return None
    name = value.text.upper()
    if value.how is not How.CONTAINS:
        return Value(name, value.how)
    if name in RunStatus.__members__:
        return Value(name)
    if not any(status.startswith(name) for status in RunStatus.__members__):
        meant = next((status for word, status in STATUS_WORDS.items() if word.startswith(name)), None)
        if meant is not None:
            return Value(meant.value)
    return Value(name, How.STARTS)


def _read_tag(item: Item) -> Value:
    """key=value, with wildcards; without a value any will do, and without "=" part of either."""
    wild = read_name(item)
    if wild is not None and wild.how is How.GLOB:
        return wild
    key, equals, value = item.text.partition("=")
    if not (key and equals):
        return Value(item.text, How.CONTAINS)
    return Value(item.text, How.EQUALS if value else How.STARTS)


RUN_OPERATORS = (
    Operator(
        "status",
        "STATUS,…",
        "Runs in this status: a name or its beginning; failed, running, succeeded and cancelled do too.",
        "status:FAILURE,CANCELED",
        _read_status,
        tuple(RunStatus.__members__),
    ),
    Operator(
        "job",
        "NAME,…",
        "Jobs whose name contains this, whatever its case; * and ? are wildcards, =NAME is the very name.",
        "job:nightly_*",
        read_name,
    ),
    Operator(
        "tag",
        "KEY=VALUE,…",
        "Runs with this tag; * and ? are wildcards, KEY= takes any value, part of either finds it too.",
        "tag:team=data",
        _read_tag,
    ),
    Operator(
        "on",
        "NAME,…",
        "Connections whose name contains this, where several are listed; * and ? are wildcards, =NAME is the very one.",
        "on:prod",
        read_name,
    ),
    Operator(
        "after",
        "TIME",
        "Created from a time on: a date, a clock time within the last day, or 2d ago.",
        "after:2d",
        read_date,
        ("1h", "1d", "7d"),
    ),
    Operator(
        "before", "TIME", "Created before a time, as for after.", "before:2026-11-01", read_date, ("1h", "1d", "7d")
    ),
)
"""The operators of the language: they make the parser, the completion and the help."""

_LANGUAGE = Language(
    RUN_OPERATORS,
    text_help(
        "its job, tags or status, or at its id's start", "nightly", '"data team"', "/etl_v[12]$/", "-status:SUCCESS"
    ),
)
