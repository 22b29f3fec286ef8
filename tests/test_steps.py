"""Step states as events tell them."""

from __future__ import annotations

from run_tui.model import EventPage, RunStatus, Step, StepState
from run_tui.steps import StepBoard, StepProgress
from run_tui.store import EventStore

START = 1_795_307_802_000


def page(*events: tuple[str, str | None]) -> EventPage:
    return EventPage(
        run_id="r1",
        timestamps=[str(START + 1000 * n) for n in range(len(events))],
        levels=["DEBUG"] * len(events),
        types=[event_type for event_type, _ in events],
        steps=[step for _, step in events],
        messages=[""] * len(events),
    )


def board(*events: tuple[str, str | None], plan: list[Step] | None = None) -> StepBoard:
    store, steps = EventStore("r1"), StepBoard()
    steps.set_plan(plan or [])
    store.append(page(*events))
    steps.update(store)
    return steps


def states(steps: list[StepProgress]) -> dict[str, StepState]:
    return {step.key: step.state for step in steps}


def test_what_is_listed_follows_the_events_and_keeps_the_steps_they_did_not_change() -> None:
    events = [("STEP_START", "list"), ("STEP_START", "work[a]"), ("STEP_SUCCESS", "list"), ("STEP_START", "work[b]")]
    plan = [Step("list"), Step("work[?]", kind="UNRESOLVED_MAPPED"), Step("publish")]
    steps, store = board(plan=plan), EventStore("r1")
    for number, event in enumerate(events, 1):
        before = {step.key: step for step in steps.listed(None)}
        store.append(page(event))
        steps.update(store)
        after = steps.listed(None)
        assert [*states(after).items()] == [*states(board(*events[:number], plan=plan).listed(None)).items()]
        assert all(before.get(step.key, step) is step for step in after if step.attempts and step.key != event[1])
    steps.set_plan([])
    assert list(states(steps.listed(None))) == ["list", "work[a]", "work[b]"]


PLAN = [Step("extract"), Step("load", depends_on=("extract",)), Step("publish", depends_on=("load",))]


def test_steps_follow_the_plan_and_their_events() -> None:
    steps = board(
        ("RUN_START", None),
        ("STEP_START", "load"),
        ("STEP_START", "extract"),
        ("STEP_SUCCESS", "extract"),
        ("LOG", "load"),
        plan=PLAN,
    )
    assert states(steps.listed(RunStatus.STARTED)) == {
        "extract": StepState.SUCCESS,
        "load": StepState.RUNNING,
        "publish": StepState.PENDING,
    }
    assert [step.seconds(START / 1000 + 10) for step in steps.listed(None)] == [1.0, 9.0, None]


def test_after_the_end_nothing_is_still_running() -> None:
    steps = board(("STEP_START", "extract"), ("STEP_FAILURE", "extract"), ("STEP_START", "load"), plan=PLAN)
    assert states(steps.listed(RunStatus.FAILURE)) == {
        "extract": StepState.FAILURE,
        "load": StepState.INTERRUPTED,
        "publish": StepState.NOT_EXECUTED,
    }


def test_what_became_of_steps_is_unknown_until_all_of_an_ended_run_is_read() -> None:
    steps = board(("STEP_START", "extract"), ("STEP_SUCCESS", "extract"), ("STEP_START", "load"), plan=PLAN)
    listed = steps.listed(RunStatus.FAILURE, all_read=False)
    assert states(listed) == {
        "extract": StepState.SUCCESS,
        "load": StepState.UNREAD,
        "publish": StepState.UNREAD,
    }
    assert [step.seconds(START / 1000 + 10) for step in listed] == [1.0, None, None]
    assert states(steps.listed(RunStatus.STARTED, all_read=False))["load"] is StepState.RUNNING


def test_a_retry_starts_another_attempt() -> None:
    events = [("STEP_START", "load"), ("STEP_UP_FOR_RETRY", "load")]
    (waiting,) = board(*events).listed(RunStatus.STARTED)
    assert (waiting.state, waiting.attempt) == (StepState.RETRYING, 1)
    (done,) = board(*events, ("STEP_RESTARTED", "load"), ("STEP_SUCCESS", "load")).listed(RunStatus.SUCCESS)
    assert (done.state, done.attempt, done.seconds(0)) == (StepState.SUCCESS, 2, 3.0)


def test_dynamic_steps_stand_where_their_template_was_planned() -> None:
    plan = [Step("list"), Step("work[?]", kind="UNRESOLVED_MAPPED"), Step("collect")]
    steps = board(("STEP_START", "work[a]"), ("STEP_SKIPPED", "work[b]"), ("STEP_START", "surprise"), plan=plan)
    assert list(states(steps.listed(None))) == ["list", "work[a]", "work[b]", "collect", "surprise"]
    assert list(states(board(plan=plan).listed(None))) == ["list", "work[?]", "collect"]


def test_only_new_rows_are_taken_in() -> None:
    store, steps = EventStore("r1"), StepBoard()
    store.append(page(("STEP_START", "load")))
    assert steps.update(store)
    assert not steps.update(store)
    store.append(page(("STEP_SUCCESS", "load"), ("STEP_SUCCESS", None)))
    assert steps.update(store)
    assert states(steps.listed(None)) == {"load": StepState.SUCCESS}
    steps.forget_events()
    assert steps.listed(None) == []


def test_a_step_could_start_when_all_it_needs_had_ended() -> None:
    plan = [
        Step("a"),
        Step("work[?]", kind="UNRESOLVED_MAPPED", depends_on=("a",)),
        Step("collect", depends_on=("a", "work[?]")),
    ]
    steps = board(("STEP_START", "a"), ("STEP_SUCCESS", "a"), ("STEP_START", "work[k]"), plan=plan)
    assert steps.ready("a") is None
    assert steps.ready("work[k]") == steps.ready("work[?]") == START + 1000
    assert steps.ready("collect") is None
    store = EventStore("r1")
    store.append(page(("LOG", None), ("LOG", None), ("LOG", None), ("STEP_SUCCESS", "work[k]")))
    later = StepBoard()
    later.update(store)
    assert steps.followed_by(later).ready("collect") == START + 3000


def test_what_lies_in_a_gap_is_taken_as_it_must_have_been() -> None:
    first = board(("STEP_START", "load"), ("STEP_START", "push"))
    later = board(("LOG", None), ("LOG", None), ("STEP_SUCCESS", "load"), ("STEP_RESTARTED", "push"))
    load, push = first.followed_by(later).listed(None)
    assert (load.state, load.seconds(0)) == (StepState.SUCCESS, 2.0)
    assert [attempt.state for attempt in push.attempts] == [StepState.FAILURE, StepState.RUNNING]


def test_a_paused_step_waits_until_it_goes_on_to_its_end() -> None:
    paused = board(("STEP_START", "ask"), ("STEP_SUSPENDED", "ask"))
    assert states(paused.listed(None)) == {"ask": StepState.SUSPENDED}
    ended = board(("STEP_START", "ask"), ("STEP_SUSPENDED", "ask"), ("STEP_RESUMED", "ask"), ("STEP_SUCCESS", "ask"))
    (step,) = ended.listed(None)
    assert (step.state, step.seconds(0), len(step.attempts)) == (StepState.SUCCESS, 3.0, 1)
