"""The explorer on PySpur runs: what became of them, their nodes, and the runs they started."""

from __future__ import annotations

from run_tui.model import RunStatus, StepState
from run_tui.screens.runs import RunsScreen
from run_tui.widgets.status_line import StatusLine
from tests.pyspur_screens import desk, desk_app, open_desk_run, opened
from tests.waiting import until


async def test_the_list_tells_kind_progress_and_why() -> None:
    async with desk_app((140, 24)) as pilot:
        runs = pilot.app.screen
        assert isinstance(runs, RunsScreen)
        assert {run.id: run.status for run in runs.rows.runs} == {
            "R30": RunStatus.STARTED,
            "R21": RunStatus.SUSPENDED,
            "R14": RunStatus.FAILURE,
            "R9": RunStatus.SUCCESS,
            "R3": RunStatus.SUCCESS,
        }
        await until(lambda: ("desk", "R14") in runs.rows.reasons)
        lines = ["".join(part.text for part in runs.rows.row_segments(row, 138)) for row in range(3)]
        assert "nodes=2/6 kind=interactive" in lines[0]
        assert "nodes=3/6" in lines[1]
        assert "draft: ValueError: the model answered with 1912" in lines[2]


async def test_a_failed_run_opens_on_its_exception_with_what_the_node_was_given() -> None:
    async with desk_app() as pilot:
        screen = await open_desk_run(pilot, "R14")
        shown = screen.detail.text
        assert "ValueError: the model answered with 1912 characters, 280 are allowed" in shown
        assert "/srv/spur/tools/tickets.py:41 in draft" in shown
        assert '"passages": [\n' in shown
        states = {step.key: step.state for step in screen.steps.steps}
        assert states["draft"] is StepState.FAILURE
        assert states["send"] is StepState.SKIPPED


async def test_a_paused_run_and_one_that_goes_on() -> None:
    server = desk()
    async with desk_app(server=server) as pilot:
        screen = await open_desk_run(pilot, "R30")
        assert [step.state for step in screen.steps.steps][:3] == [
            StepState.SUCCESS,
            StepState.SUCCESS,
            StepState.RUNNING,
        ]
        done = server.runs["R9"]
        ended = [task | {"end_time": done["end_time"].replace("12:09", "12:30")} for task in done["tasks"]]
        names = {task["node_id"]: task["id"] for task in server.runs["R30"]["tasks"]}
        server.runs["R30"]["tasks"] = [task | {"id": names[task["node_id"]]} for task in ended]
        server.runs["R30"]["status"] = "COMPLETED"
        await pilot.press("ctrl+r")
        await until(lambda: screen.run.status is RunStatus.SUCCESS and screen.all_read)
        assert {step.state for step in screen.steps.steps} == {StepState.SUCCESS}
        await pilot.press("escape", "escape")
        await until(lambda: isinstance(pilot.app.screen, RunsScreen))
        paused = await open_desk_run(pilot, "R21")
        assert "Is the answer kind and right?" in paused.store.message(len(paused.store) - 2)
        assert {step.key: step.state for step in paused.steps.steps}["review"] is StepState.SUSPENDED
        assert paused.query_one("#status", StatusLine).render().plain.endswith("‖ waiting for somebody")


async def test_keys_lead_to_the_runs_that_a_run_started_and_back() -> None:
    async with desk_app() as pilot:
        await open_desk_run(pilot, "R14")
        await pilot.press("}")
        await opened(pilot, "R15")
        await pilot.press("}")
        await opened(pilot, "R16")
        await pilot.press("}")
        await until(lambda: any("No further run was started" in toast.message for toast in pilot.app._notifications))
        await pilot.press("{")
        await opened(pilot, "R15")
        await pilot.press("{")
        await opened(pilot, "R14")
        await pilot.press("{")
        await until(lambda: any("No other run has started" in toast.message for toast in pilot.app._notifications))


async def test_a_filter_lists_the_runs_that_a_run_started() -> None:
    async with desk_app() as pilot:
        runs = pilot.app.screen
        assert isinstance(runs, RunsScreen)
        await pilot.press("slash", *"tag:parent=R14", "enter")
        await until(lambda: [run.id for run in runs.rows.runs] == ["R16", "R15"])
