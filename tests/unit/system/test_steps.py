"""The steps of a command: what is recorded of each, and who is notified."""

import pytest

from svcgen.errors import ToolError
from svcgen.system.signals import Interrupted
from svcgen.system.steps import CommandRun, Started, Step, Steps

Event = Started | CommandRun | Step


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def steps(events: list[Event], monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Each step takes two seconds."""
    clock = iter(range(10, 99, 2))
    monkeypatch.setattr("svcgen.system.steps.perf_counter", lambda: next(clock))
    return Steps(events.append)


def fails() -> None:
    raise ToolError("no network", hint="try again")


def fails_for_no_reason() -> None:
    raise ToolError("no network")


def test_each_is_recorded_and_notified(steps: Steps, events: list[Event]) -> None:
    steps.require("render", lambda: None)
    assert steps.attempt("lock", "uv lock", lambda: False) is True
    assert steps.attempt("check", "uv run check", fails) is False
    assert steps.attempt("test", "uv run pytest", fails_for_no_reason) is False
    steps.skip("sync", "not wanted")
    steps.postpone("git", "git add", "needs the lock")
    steps.fail("export", "uv export", ToolError("broken"))
    taken = [
        Step("render", "done", 2),
        Step("lock", "done", 2),
        Step("check", "failed", 2, "uv run check", "no network\ntry again"),
        Step("test", "failed", 2, "uv run pytest", "no network"),
        Step("sync", "skipped", 0, "", "not wanted"),
        Step("git", "pending", 0, "git add", "needs the lock"),
        Step("export", "failed", 0, "uv export", "broken"),
    ]
    assert steps.taken == taken
    started = [Started(step.name) for step in taken[:4]]
    assert events == [event for pair in zip(started, taken[:4], strict=True) for event in pair] + taken[4:]
    assert [steps.outcome(step.name) for step in taken] == [step.outcome for step in taken]


def test_a_required_step_that_fails(steps: Steps) -> None:
    with pytest.raises(ToolError, match="no network"):
        steps.require("render", fails)
    assert steps.taken == []


def test_only_what_a_person_can_put_right_is_caught(steps: Steps) -> None:
    with pytest.raises(ZeroDivisionError):
        steps.attempt("lock", "uv lock", lambda: 1 // 0)
    assert steps.taken == []


def test_no_step_begins_after_a_signal(steps: Steps, events: list[Event], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svcgen.system.signals._State.received", 15)
    with pytest.raises(Interrupted):
        steps.attempt("lock", "uv lock", lambda: None)
    assert events == []
