"""Minutes of a planning session: what changed, why and what stays open, on a page that can be read a year later."""

import re
from datetime import datetime

import pytest

from salesnb.actions import plan_session
from salesnb.actions.minutes import minutes_of, write_minutes
from salesnb.planning import set_goal
from tests.actions.test_plan_session import aim, opened, workspace

__all__ = ["workspace"]


def at(monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    monkeypatch.setattr(plan_session, "moment", lambda: datetime.fromisoformat(f"{day}:00+00:00"))


def test_they_tell_the_last_day_of_work_and_nothing_before_it(workspace, monkeypatch):
    session = opened(workspace)
    at(monkeypatch, "2026-03-01T10:00")
    session.change(aim("Old"), "Old stated")
    at(monkeypatch, "2026-03-02T09:00")
    session.change(aim("New"), "New stated for the board")
    session.change(aim("Gone"), "Gone stated")
    session.undo()
    found = minutes_of(session)
    assert (found.before, found.after, found.day.isoformat()) == (2, 5, "2026-03-02")
    assert [line for line in found.changed if "New" in line]
    assert not [line for line in found.changed if "Old" in line or "Gone" in line]
    assert found.why == ("New stated for the board (Ann)",)
    assert found.who == "Ann: 3 changes"


def test_a_day_is_one_of_the_workspaces_time_zone(workspace, monkeypatch):
    (workspace.root / "salesnb.toml").write_text('[workspace]\ncurrency = "USD"\ntime_zone = "Asia/Tokyo"\n')
    session = opened(type(workspace).open(workspace.root))
    at(monkeypatch, "2026-03-01T14:00")
    session.change(aim("Evening"), "Evening")
    at(monkeypatch, "2026-03-01T16:00")
    session.change(aim("After midnight"), "After midnight")
    assert minutes_of(session).day.isoformat() == "2026-03-02"
    assert minutes_of(session).why == ("After midnight (Ann)",)


def test_what_stays_open_is_told(workspace):
    session = opened(workspace)
    session.change(aim("Grow"), "Grow stated")
    told = " ".join(minutes_of(session).open)
    assert "not proposed" in told
    assert "Grow" in told or "objective" in told
    session.propose()
    assert "waits for approval" in " ".join(minutes_of(session).open)


def test_the_page_is_kept_and_is_one_page(workspace):
    session = opened(workspace)
    for n in range(40):
        session.change(aim(f"Objective {n}"), f"Objective {n} stated")
    path, text = write_minutes(session)
    assert path.read_text(encoding="utf-8") == text
    assert path.parent.name == "minutes"
    assert "more, in the plan's history" in text
    assert len(text.splitlines()) < 70
    assert workspace.plans().names() == ("fy18",)


def test_texts_of_the_plan_are_neither_markdown_nor_html(workspace):
    session = opened(workspace)
    hostile = "<script>alert(1)</script> [x](http://evil) # **bold**"
    session.change(aim(hostile), hostile)
    _, text = write_minutes(session)
    assert "\\<script\\>" in text
    assert not re.search(r"(?<!\\)[<\[]", text.split("## What changed")[1])


def test_what_a_goal_became_is_told_in_the_plans_money(workspace):
    session = opened(workspace)
    goal = session.plan.goals[0]
    session.change(lambda plan: set_goal(plan, goal.id, goal.target + 100_00), "Raised")
    (line,) = [line for line in minutes_of(session).changed if line.startswith("Goal")]
    assert "→" in line
