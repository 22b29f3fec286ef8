"""The explorer on several connections, and the screen of all there are, for the pictures in screenshots/."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from run_tui.app import RunTuiApp
from run_tui.demo import create_app
from run_tui.screens.connect import ConnectScreen
from run_tui.screens.runs import RunsScreen
from run_tui.sources.dagster import DagsterSource
from run_tui.widgets.connection_list import ConnectionRow, ConnectionState
from tests.waiting import until

NOW = 1_795_350_667.0
"""2026-11-22 12:31:07 UTC."""
AGO = 2520
"""Seconds that the second server's runs are older."""

CONNECTIONS = (
    (ConnectionRow("prod", "dagster", "acme/prod", "settings file", True), "●", "good", "Dagster 1.13.2 · 84 ms"),
    (ConnectionRow("staging", "dagster", "acme/staging", "settings file", True), "●", "good", "Dagster 1.13.2 · 91 ms"),
    (ConnectionRow("vault", "dagster", "https://dagster.acme.io", "settings file"), "○", "waiting", "not asked yet"),
    (ConnectionRow("etl", "hub_log", "https://hub.acme.io", "settings file"), "●", "good", "Hub Log · 23 ms"),
    (
        ConnectionRow("old", "dagster", "https://old.acme.io", "settings file"),
        "✗",
        "bad",
        "https://old.acme.io refused the token (HTTP 401)",
    ),
    (
        ConnectionRow("localhost:3000", "dagster", "http://localhost:3000", "dg dev"),
        "✗",
        "warning",
        "Nothing is listening at http://localhost:3000",
    ),
    (ConnectionRow("demo", "demo", "no server, a run in progress", "built in"), "●", "good", "Dagster 1.13.2 · 1 ms"),
)


@asynccontextmanager
async def several_app(size: tuple[int, int]) -> AsyncIterator[Pilot[None]]:
    """Two demos in one list, in UTC, when the runs of both are on screen."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    prod, staging = (
        DagsterSource("http://demo", app=create_app(lambda at=at: at), name=f"https://{name}.acme.io")  # type: ignore[misc]
        for name, at in (("prod", NOW), ("staging", NOW - AGO))
    )
    app = RunTuiApp(prod, "prod", now=lambda: NOW, beside={"staging": staging})
    async with app.run_test(size=size) as pilot:
        await until(
            lambda: isinstance(app.screen, RunsScreen) and len({run.connection for run in app.screen.rows.runs}) == 2
        )
        yield pilot


async def take_several(pilot: Pilot[None]) -> None:
    """The runs of both, with the reasons of failures."""
    screen = pilot.app.screen
    assert isinstance(screen, RunsScreen)
    rows = screen.rows
    failed = [run.key for run in rows.runs[: rows.size.height] if run.status == "FAILURE"]
    await until(lambda: rows.reasons.keys() >= set(failed))
    await pilot.press("j", "j")


async def take_connections(pilot: Pilot[None]) -> None:
    """The connections, none of which is asked."""
    states = {row.name: ConnectionState(sign, style, text) for row, sign, style, text in CONNECTIONS}
    await pilot.app.push_screen(ConnectScreen([row for row, *_ in CONNECTIONS], states))
