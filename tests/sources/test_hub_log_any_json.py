"""Whatever a server answers, the Hub Log source gives a result or a `SourceError`."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from run_tui.errors import BadAnswer, SourceError
from run_tui.model import EventPage, RunFilter
from run_tui.sources.hub_log import HubLogSource
from tests.sources.servers import app_of_any

RUN = "d/2026-05-01/scheduled__2026-05-01T02:00:00+00:00"
METHODS: dict[str, tuple[tuple[object, ...], dict[str, object]]] = {
    "runs": ((RunFilter(job="d", ids=(RUN,)), None, 3), {}),
    "run": ((RUN,), {}),
    "page": ((RUN, None, 20), {}),
    "events": ((RUN, "7:transform:1:errors:0", 20), {}),
    "has_more_than": ((RUN, 3), {}),
    "cursor_after": ((RUN, 3), {}),
    "find_tail": ((RUN, None), {}),
    "rows": ((RUN, "load", None), {"start": 0, "limit": 5}),
    "payload": ((RUN,), {}),
}
LINE = {"timestamp": "2026-05-01T02:00:00Z", "level": "INFO", "message": "m"}
ERROR = {"error_type": "t", "error_title": "T", "error_status": 500, "error_detail": "d", "traceback": "x\n  y"}
PHASE = {"success": False, "message": "m", "total": 3, "s3_data_path": "s3://x"}
ROW = {"started_at": "2026-05-01T02:00:00Z", "finished_at": "x", "success": True, "log_count": 2, "error_log_count": 1}
EVERYTHING: dict[str, Any] = {
    "run_id": "r", "date": "2026-05-01", "event": PHASE, "extract": PHASE, "transform": None, "load": PHASE,
    "items": [{"run_id": "r", **LINE, **ERROR, **ROW, "event": PHASE}], "total": 1,
}  # fmt: skip
"""An answer that serves every endpoint."""

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["\ud800", 10**400])
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


def use(body: bytes, method: str) -> None:
    async def asking() -> None:
        source = HubLogSource("http://any", app=app_of_any(body))
        arguments, options = METHODS[method]
        try:
            result = await getattr(source, method)(*arguments, **options)
        except SourceError:
            return
        finally:
            await source.aclose()
        if isinstance(result, EventPage):
            assert result.as_list().total == len(result)

    asyncio.run(asking())


@st.composite
def changed(draw: st.DrawFn) -> Any:
    """The answer with something else in one place."""
    answer = json.loads(json.dumps(EVERYTHING))
    place: Any = answer
    while True:
        key = draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or draw(st.integers(0, 5)) == 0:
            break
        place = inner
    place[key] = draw(JSON)
    return answer


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_json(method: str, data: st.DataObject) -> None:
    use(json.dumps(data.draw(changed() | JSON)).encode(), method)


async def test_a_server_that_tells_of_a_failed_attempt_whatever_it_is_asked_for_is_not_asked_for_ever() -> None:
    answer = {**EVERYTHING, "items": [{**EVERYTHING["items"][0], "success": False}]}
    source = HubLogSource("http://any", app=app_of_any(json.dumps(answer).encode()))
    with pytest.raises(BadAnswer, match="more than 200 attempts of"):
        await source.page(RUN)
    await source.aclose()
