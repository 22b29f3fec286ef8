"""A comparison as rows: what each says, in which style, and where each leads."""

from __future__ import annotations

from collections.abc import Sequence

from run_tui.comparing import Report
from run_tui.comparing.telling import Row
from run_tui.model import RunEvent, RunStatus
from tests.comparing.sides import compared, event, side

ENDED = "2026-11-22T00:01:00.000Z"


def lasting(step: str, took: float, said: str = "worked") -> list[RunEvent]:
    return [
        event("", step, "STEP_START"),
        event(said, step, at=10),
        event("", step, "STEP_SUCCESS", int(took * 1000)),
    ]


def failing(step: str) -> list[RunEvent]:
    return [event("", step, "STEP_START"), event("no such table", step, "STEP_FAILURE", 500, "ERROR")]


def twice(step: str) -> list[RunEvent]:
    return [
        event("", step, "STEP_START"),
        event("", step, "STEP_UP_FOR_RETRY", 100),
        event("", step, "STEP_RESTARTED", 200),
        event("", step, "STEP_SUCCESS", 900),
    ]


BEFORE = side(
    [
        *lasting("bad", 1),
        *lasting("gone", 61),
        *lasting("slow", 2),
        *lasting("quick", 30),
        *lasting("same", 5),
        *lasting("load[2026_11_21]", 4),
        *lasting("again", 0.9),
        *lasting("other", 1, "read it"),
        event("x", "turns", "STEP_START"),
        event("y", "turns", at=5),
        event("x", at=900_000),
    ],
    ["planned"],
    tags={"team": "data", "old": "1", "long": "v" * 70},
    config_yaml="a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n",
)
AFTER = side(
    [
        *failing("bad"),
        *lasting("new", 2),
        *lasting("slow", 9),
        *lasting("quick", 3),
        *lasting("same", 5.5),
        *lasting("load[2026_11_22]", 4),
        *twice("again"),
        *lasting("other", 1, "wrote it"),
        event("y", "turns", at=5),
        event("x", "turns", "STEP_START", 7),
        event("z", at=950_000),
    ],
    ["planned"],
    RunStatus.FAILURE,
    tags={"team": "ops"},
    config_yaml="a: 1\nb: 3\nc: 3\nd: 4\ne: 6\n",
)


TOLD = """\
<accent>First event that differs: <plain>in other, 10ms after the first event
<quiet>Status    <good>SUCCESS<quiet> → <bad>FAILURE
<quiet>Took      <quiet>none<quiet> → <quiet>none
<quiet>Tag long  <plain>vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv…<quiet> → <quiet>none
<quiet>Tag old   <plain>1<quiet> → <quiet>none
<quiet>Tag team  <plain>data<quiet> → <plain>ops
<accent>Configuration
<quiet>   a: 1
<bad>  -b: 2
<good>  +b: 3
<quiet>   c: 3
<quiet>   d: 4
<bad>  -e: 5
<good>  +e: 6
<accent>4 of 11 steps alike · typically 1.0 × as long · much slower: from 2 × and +1s
<bad>✗ <plain>bad               <good>success<quiet> → <bad>failure<plain>     <plain>1s → 500ms        <quiet>  0.5 ×  −500ms
<good>✓ <plain>new               <quiet>none<quiet> → <good>success<plain>        <plain>– → 2s
<good>✓ <plain>gone              <good>success<quiet> → <quiet>none<plain>        <plain>1m 01s → –
<good>✓ <plain>slow              <good>success<plain>               <plain>2s → 9s           <warning>  4.5 ×  +7s<quiet>  much slower
<good>✓ <plain>again             <good>success<plain>               <plain>900ms → 900ms     <quiet>  1.0 ×  +0ms<quiet>  attempts 1 → 2
<good>✓ <plain>quick             <good>success<plain>               <plain>30s → 3s          <good>  0.1 ×  −27s<quiet>  much faster
<good>✓ <plain>other             <good>success<plain>               <plain>1s → 1s           <quiet>  1.0 ×  +0ms<quiet>  other events
<quiet>○ <plain>planned           <quiet>not run<plain>               <plain>
<good>✓ <plain>same              <good>success<plain>               <plain>5s → 5.5s         <quiet>  1.1 ×  +500ms
<good>✓ <plain>load[2026_11_22]  <good>success<plain>               <plain>4s → 4s           <quiet>  1.0 ×  +0ms<quiet>  was load[2026_11_21]
<warning>■ <plain>turns             <warning>unfinished<plain>            <plain>                  <quiet>  events in another order
"""  # noqa: E501  (lines of a terminal)


def told(report: Report, rows: Sequence[Row]) -> str:
    lines = ("".join(f"<{style}>{said}" for style, said in report.pieces(row) if said) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def test_what_differs_is_told_and_then_what_is_alike() -> None:
    report = Report(compared(BEFORE, AFTER))
    assert told(report, [*report.rows, *report.alike]) == TOLD


def test_rows_lead_to_where_their_events_part() -> None:
    report = Report(compared(BEFORE, AFTER))
    first, places = report.found.first, {parting.step: parting for parting in report.found.partings}
    assert [row.parting for row in report.rows[:15]] == [first] * 15
    steps = [*report.rows[15:], *report.alike]
    assert [row.parting for row in steps] == [places.get(row.step) for row in steps]
    keys = "bad new gone slow again quick other planned same load[2026_11_22] turns"
    assert [row.step for row in (report.rows[0], *steps)] == ["other", *keys.split()]


def test_an_order_a_long_configuration_and_long_names() -> None:
    long = "n" * 40
    one = [event("w"), event("x", at=1), event("y", at=2), *lasting(long, 1)]
    other = [event("w"), event("y", at=3_599_000), event("x", at=3_599_001), *lasting(long, 3)]
    config = "".join(f"{key}: 1\n" for key in range(5))
    found = compared(side(one, config_yaml=config), side(other, config_yaml=config.replace("1\n", "2\n")))
    report = Report(found)
    lines = told(report, report.rows).splitlines()
    assert lines[:5] == [
        "<accent>Only the order of events differs first: <plain>outside any step, 59m 59s after the first event",
        "<quiet>Took  <quiet>none<quiet> → <quiet>none",
        "<accent>Configuration: 10 lines, below",
        "<accent>0 of 1 step alike · much slower: from 2 × and +1s",
        f"<good>✓ <plain>{'n' * 31}…  <good>success<plain>               <plain>1s → 3s"
        "           <warning>  3.0 ×  +2s<quiet>  much slower",
    ]
    assert lines[5:7] == ["<accent>Configuration", "<bad>  -0: 1"]
    assert len(lines) == 16


def test_of_runs_without_events_their_facts_are_told() -> None:
    before = side([], pipeline_name="etl", mode="a", started_at="2026-11-22T00:00:01.000Z", ended_at=ENDED)
    after = side([], pipeline_name="elt", mode="b", started_at="2026-11-22T00:00:02.000Z", ended_at=ENDED)
    report = Report(compared(before, after))
    assert told(report, report.rows) == (
        "<quiet>Job     <plain>etl<quiet> → <plain>elt\n"
        "<quiet>Mode    <plain>a<quiet> → <plain>b\n"
        "<quiet>Took    <plain>59s<quiet> → <plain>58s\n"
        "<quiet>Waited  <plain>1s<quiet> → <plain>2s\n"
    )
    assert not report.nothing_differs
    alike = Report(compared(before, before))
    assert told(alike, alike.rows) == (
        "<good>Nothing differs but the time it took.\n<quiet>Took  <plain>59s<quiet> → <plain>59s\n"
    )
