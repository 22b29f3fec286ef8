"""Whatever a server answers, the source gives a result or a `SourceError`."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from run_tui.errors import SourceError
from run_tui.model import EventPage, RunFilter
from run_tui.sources.dagster import DagsterSource
from tests.sources.servers import always, recorded

METHODS = ("run", "run_details", "events", "page", "runs", "steps", "has_more_than")

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["\ud800", "²", "9" * 5000, "Run", 10**400])
)
KEYS = st.text(max_size=3) | st.sampled_from(
    ["data", "errors", "message", "__typename", "logsForRun", "runOrError", "events", "cursor", "path", "steps"]
)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))

ORIGINALS: list[Any] = [
    json.loads(recorded(name))
    for name in (
        "events_failure_with_error_chain.json",
        "events_success_with_metadata.json",
        "events_python_error_custom_level_HTTP500.json",
        "run_full_dynamic.json",
        "runs_list_limit3.json",
        "graphql_validation_error_HTTP400.json",
    )
]


def use(body: bytes, status: int, kind: str, method: str) -> None:
    async def asking() -> None:
        source = DagsterSource("http://any", app=always(body, status, kind))
        arguments = {"runs": (RunFilter(),), "has_more_than": ("r1", 3)}.get(method, ("r1",))
        try:
            result = await getattr(source, method)(*arguments)
        except SourceError:
            return
        finally:
            await source.aclose()
        if isinstance(result, EventPage):
            assert result.as_list().total == len(result)

    asyncio.run(asking())


@st.composite
def changed(draw: st.DrawFn) -> Any:
    """A recorded answer, one place of which holds something else."""
    answer = json.loads(json.dumps(draw(st.sampled_from(ORIGINALS))))
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
@given(answer=changed() | JSON, status=STATUS, kind=KIND)
def test_any_json(method: str, answer: Any, status: int, kind: str) -> None:
    use(json.dumps(answer).encode(), status, kind, method)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=20, deadline=None)
@given(body=st.binary(max_size=200), status=STATUS, kind=KIND)
def test_any_bytes(method: str, body: bytes, status: int, kind: str) -> None:
    use(body, status, kind, method)


@pytest.mark.parametrize("depth", [10, 100, 1000, 100_000])
def test_any_depth_of_causes(depth: int) -> None:
    nested = '{"message": "x", "cause": ' * depth + "null" + "}" * depth
    event = (
        f'{{"message": "", "timestamp": "1", "level": "INFO", "stepKey": null, "eventType": null, "error": {nested}}}'
    )
    page = f'{{"__typename": "EventConnection", "cursor": "c", "hasMore": false, "events": [{event}]}}'
    use(f'{{"data": {{"logsForRun": {page}}}}}'.encode(), 200, "application/json", "page")
