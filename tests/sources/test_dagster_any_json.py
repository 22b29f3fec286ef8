"""Whatever a server answers, the source gives a result or a `SourceError`."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from run_tui.errors import SourceError
from run_tui.model import EventPage, RunFilter
from run_tui.output import OutputChunk, Stream
from run_tui.sources._dagster_poison import storage_cursor
from run_tui.sources.base import Source
from run_tui.sources.dagster import DagsterSource
from tests.sources.servers import always, recorded

EVENTS = ("events_failure_with_error_chain.json", "events_success_with_metadata.json", "events_zero_events_run.json")
RUN = ("run_full_dynamic.json", "run_metadata_not_started.json")
OUTPUT = ("captured_logs.json",)
ERRORS = ("events_python_error_custom_level_HTTP500.json", "graphql_validation_error_HTTP400.json")


@dataclass(frozen=True)
class Asked:
    """How a method is called, and recordings of what servers answer to it."""

    arguments: tuple[object, ...]
    answers: tuple[str, ...]


METHODS = {
    "run": Asked(("r1",), RUN),
    "run_details": Asked(("r1",), RUN),
    "runs": Asked((RunFilter(),), ("runs_list_limit3.json",)),
    "ping": Asked((), ("server_info.json",)),
    "events": Asked(("r1",), EVENTS),
    "page": Asked(("r1", storage_cursor(3)), EVENTS),
    "steps": Asked(("r1",), RUN),
    "has_more_than": Asked(("r1", 3), EVENTS),
    "cursor_after": Asked(("r1", 3), EVENTS),
    "find_tail": Asked(("r1", storage_cursor(3)), EVENTS),
    "output": Asked(("r1", "key", Stream.STDERR), OUTPUT),
    "output_end": Asked(("r1", "key", Stream.STDOUT), OUTPUT),
}
"""Every method that asks the server for something."""

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["\ud800", "²", "9" * 5000, "Run", 10**400])
)
NAMES = "data errors message __typename logsForRun runOrError events cursor hasMore path steps capturedLogs stdout"
KEYS = st.text(max_size=3) | st.sampled_from(NAMES.split(" "))
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))


def use(body: bytes, status: int, kind: str, method: str) -> None:
    async def asking() -> None:
        source = DagsterSource("http://any", app=always(body, status, kind))
        try:
            result = await getattr(source, method)(*METHODS[method].arguments)
        except SourceError:
            return
        finally:
            await source.aclose()
        if isinstance(result, EventPage):
            assert result.as_list().total == len(result)
        assert not isinstance(result, OutputChunk) or result.start <= result.end

    asyncio.run(asking())


@st.composite
def changed(draw: st.DrawFn, method: str) -> Any:
    """A recorded answer to a method, or an error, one place of which holds something else."""
    answer = json.loads(recorded(draw(st.sampled_from(METHODS[method].answers + ERRORS))))
    place = answer
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or draw(st.integers(0, 9)) == 0:
            break
        place = inner
    if draw(st.booleans()):
        place[key] = draw(JSON)
    else:
        del place[key]
    return answer


STATUS = st.sampled_from([200, 200, 200, 400, 401, 404, 429, 500, 503])
KIND = st.sampled_from(["application/json", "text/plain", "text/html", ""])


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), status=STATUS, kind=KIND)
def test_any_json(method: str, data: st.DataObject, status: int, kind: str) -> None:
    use(json.dumps(data.draw(changed(method) | JSON)).encode(), status, kind, method)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=20, deadline=None)
@given(body=st.binary(max_size=200), status=STATUS, kind=KIND)
def test_any_bytes(method: str, body: bytes, status: int, kind: str) -> None:
    use(body, status, kind, method)


def test_every_method_that_asks_is_here() -> None:
    asking = {name for name, method in vars(Source).items() if iscoroutinefunction(method)}
    assert asking - {"reconnect", "aclose"} == set(METHODS)


@pytest.mark.parametrize("depth", [10, 100, 1000, 100_000])
def test_any_depth_of_causes(depth: int) -> None:
    nested = '{"message": "x", "cause": ' * depth + "null" + "}" * depth
    event = (
        f'{{"message": "", "timestamp": "1", "level": "INFO", "stepKey": null, "eventType": null, "error": {nested}}}'
    )
    page = f'{{"__typename": "EventConnection", "cursor": "c", "hasMore": false, "events": [{event}]}}'
    use(f'{{"data": {{"logsForRun": {page}}}}}'.encode(), 200, "application/json", "page")
