"""What was recorded is whole, and does not tell where it was recorded."""

import gzip
import json
import re
from pathlib import Path

import pytest

from tests.labs.dagster.record import DEMO_DATA, EXPORTS, FIXTURES

_LOCAL_PATH = re.compile(r"/(?:tmp|root|home|Users|work)/[^\"\\ ]*")


def test_the_index_names_every_recorded_answer() -> None:
    answers = json.loads((FIXTURES / "INDEX.json").read_text())["answers"]
    assert {*answers, "INDEX.json"} == {path.name for path in FIXTURES.iterdir()}


def test_fixtures_tell_no_local_path() -> None:
    found = {path.name: _LOCAL_PATH.findall(path.read_text(encoding="utf-8")) for path in FIXTURES.iterdir()}
    assert {name: paths for name, paths in found.items() if paths} == {}


@pytest.mark.parametrize("path", sorted(DEMO_DATA.glob("*.json.gz")), ids=lambda path: path.name)
def test_demo_runs_are_whole_and_tell_no_local_path(path: Path) -> None:
    text = gzip.decompress(path.read_bytes()).decode()
    assert _LOCAL_PATH.findall(text) == []
    recorded = json.loads(text)
    assert {event["runId"] for event in recorded["events"]} == {recorded["run"]["id"]}
    captured = {event["fileKey"] for event in recorded["events"] if event["__typename"] == "LogsCapturedEvent"}
    assert captured == recorded["captured_logs"].keys()


@pytest.mark.parametrize("path", sorted(EXPORTS.iterdir()), ids=lambda path: path.name)
def test_exports_tell_no_local_path(path: Path) -> None:
    assert _LOCAL_PATH.findall(gzip.decompress(path.read_bytes()).decode()) == []
