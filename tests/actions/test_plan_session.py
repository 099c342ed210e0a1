"""A plan that is worked on: every change is kept at once, can be undone after a restart, and overwrites nobody's."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.actions.plan_session import PlanSession
from salesnb.errors import BadInput, BadUsage, CannotWrite, StaleSave
from salesnb.planning import Objective, Plan, edited
from salesnb.workspace import Workspace
from tests.actions.test_allocating import AT, bare


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("JUPYTERHUB_USER", "Ann")
    return made(tmp_path)


def made(folder: Path) -> Workspace:
    """A workspace with a plan."""
    (folder / "salesnb.toml").write_text('[workspace]\ncurrency = "USD"\n')
    workspace = Workspace.open(folder)
    workspace.plans().save(bare(), read_at=None, author="Ann", reason="New plan", at=AT)
    return workspace


def aim(text: str):
    """A change that states an objective."""
    return lambda plan: edited(plan, objectives=(*plan.objectives, Objective(id=text, text=text)))


def aims(plan: Plan) -> list[str]:
    return [one.text for one in plan.objectives]


def opened(workspace: Workspace, who: str = "Ann") -> PlanSession:
    session = PlanSession(workspace, "fy18")
    session.author = who
    return session


def test_a_change_is_in_the_file_at_once_with_who_and_why(workspace):
    session = opened(workspace)
    told = []
    session.watch(lambda: told.append(session.plan.revision))
    session.change(aim("Grow"), "Objective Grow stated")
    assert aims(workspace.plans().load("fy18")) == ["Grow"]
    assert (session.saved.author, session.saved.reason) == ("Ann", "Objective Grow stated")
    assert told == [2]
    session.change(lambda plan: plan, "Nothing")
    assert session.plan.revision == 2


def test_changes_are_undone_and_made_again_after_a_restart(workspace):
    session = opened(workspace)
    for text in ("A", "B", "C"):
        session.change(aim(text), f"{text} stated")
    assert session.undo() == "C stated"
    again = opened(workspace)
    assert again.undo() == "B stated"
    assert aims(again.plan) == ["A"]
    third = opened(workspace)
    assert third.redo() == "B stated"
    assert aims(workspace.plans().load("fy18")) == ["A", "B"]
    third.change(aim("D"), "D stated")
    with pytest.raises(BadUsage, match="nothing to do again"):
        third.redo()
    assert [third.undo(), third.undo(), third.undo()] == ["D stated", "B stated", "A stated"]
    with pytest.raises(BadUsage, match="nothing to undo"):
        third.undo()
    assert third.redo() == "A stated"


@given(st.lists(st.sampled_from(["change", "undo", "redo", "restart"]), max_size=14))
@settings(max_examples=12, deadline=None)
@pytest.mark.slow
def test_undo_and_redo_walk_along_the_changes_as_in_any_editor(tmp_path_factory, moves):
    workspace = made(tmp_path_factory.mktemp("work"))
    session = opened(workspace)
    states, place = [()], 0
    for n, move in enumerate(moves):
        if move == "restart":
            session = opened(workspace)
        elif move == "change":
            session.change(aim(f"O{n}"), f"O{n}")
            states, place = [*states[: place + 1], (*states[place], f"O{n}")], place + 1
        elif move == "undo" and place:
            session.undo()
            place -= 1
        elif move == "redo" and place < len(states) - 1:
            session.redo()
            place += 1
        assert tuple(aims(session.plan)) == states[place]
        assert (len(session.edits.done), len(session.edits.undone)) == (place + 1, len(states) - 1 - place)


def test_what_somebody_else_did_is_told_and_nothing_is_overwritten(workspace):
    mine, hers = opened(workspace), opened(workspace, "Bea")
    hers.change(aim("Hers"), "Hers stated")
    with pytest.raises(StaleSave):
        mine.change(aim("Mine"), "Mine stated")
    assert aims(workspace.plans().load("fy18")) == ["Hers"]
    assert mine.news.by == "Bea"
    assert mine.news.why == ("Hers stated",)
    assert "Hers" in " ".join(mine.news.differences)
    assert mine.waiting.why == "Mine stated"
    with pytest.raises(BadUsage, match="Mine stated has not been kept yet"):
        mine.change(aim("Other"), "Other stated")
    mine.again()
    assert aims(workspace.plans().load("fy18")) == ["Hers", "Mine"]
    assert mine.waiting is None
    mine.read()
    assert mine.news is None


def test_a_change_that_waits_can_be_dropped(workspace):
    mine, hers = opened(workspace), opened(workspace, "Bea")
    hers.change(aim("Hers"), "Hers stated")
    with pytest.raises(StaleSave):
        mine.change(aim("Mine"), "Mine stated")
    mine.drop()
    assert aims(mine.plan) == ["Hers"]
    mine.change(aim("Other"), "Other stated")
    assert aims(workspace.plans().load("fy18")) == ["Hers", "Other"]


def test_a_look_takes_in_what_somebody_else_did(workspace):
    mine, hers = opened(workspace), opened(workspace, "Bea")
    assert not mine.look()
    hers.change(aim("Hers"), "Hers stated")
    assert mine.look()
    assert aims(mine.plan) == ["Hers"]
    assert mine.news.by == "Bea"
    assert not mine.look()


def test_what_somebody_else_did_last_is_not_undone_unasked(workspace):
    mine, hers = opened(workspace), opened(workspace, "Bea")
    hers.change(aim("Hers"), "Hers stated")
    mine.look()
    with pytest.raises(BadUsage, match="Bea's: Hers stated"):
        mine.undo()
    hers.change(aim("Again"), "Again stated")
    with pytest.raises(BadUsage):
        mine.undo()
    with pytest.raises(StaleSave):
        hers_undo_behind(mine, hers)


def hers_undo_behind(mine: PlanSession, hers: PlanSession) -> None:
    """Undo where the other has saved since."""
    mine.look()
    mine.change(aim("Mine"), "Mine stated")
    hers.undo()


def test_a_plan_that_was_deleted_is_brought_back_by_the_change_that_waits(workspace):
    session = opened(workspace)
    workspace.plans().path("fy18").unlink()
    assert session.look()
    assert session.news.differences == ()
    with pytest.raises(StaleSave, match="gone"):
        session.change(aim("Grow"), "Grow stated")
    session.again()
    assert aims(workspace.plans().load("fy18")) == ["Grow"]


def test_a_file_that_cannot_be_written_keeps_the_last_good_plan(workspace, monkeypatch):
    session = opened(workspace)

    def full(*_: object, **__: object) -> None:
        raise CannotWrite("There is no space left.")

    with monkeypatch.context() as patch:
        patch.setattr("salesnb.planning.store.write_atomic", full)
        with pytest.raises(CannotWrite):
            session.change(aim("Grow"), "Grow stated")
    assert aims(session.plan) == []
    assert session.waiting.why == "Grow stated"
    session.again()
    assert aims(workspace.plans().load("fy18")) == ["Grow"]


def test_a_change_that_cannot_hold_changes_nothing(workspace):
    session = opened(workspace)
    with pytest.raises(BadInput):
        session.change(lambda plan: replace(plan, goals=(*plan.goals, *plan.goals)), "Goal twice")
    assert session.waiting is None
    assert session.plan.revision == 1


def test_changing_an_approved_plan_makes_a_draft(workspace):
    session = opened(workspace)
    session.propose()
    session.approve()
    assert workspace.plans().load("fy18").status == "approved"
    with pytest.raises(BadUsage, match="approved"):
        session.undo()
    session.change(lambda plan: replace(plan, objectives=(Objective(id="x", text="X"),)), "X stated")
    assert session.plan.status == "draft"


def test_a_change_that_no_longer_fits_goes_on_waiting(workspace):
    mine, hers = opened(workspace), opened(workspace, "Bea")
    hers.change(aim("Grow"), "Hers stated")
    with pytest.raises(StaleSave):
        mine.change(aim("Grow"), "Mine stated")
    # Two objectives of one id are refused, now that hers is there.
    with pytest.raises(BadInput):
        mine.again()
    assert mine.waiting.why == "Mine stated"
    assert isinstance(mine.waiting.error, BadInput)
    assert aims(workspace.plans().load("fy18")) == ["Grow"]
    mine.drop()
    assert mine.waiting is None
