"""The sliders' widget without a browser: the page asks, and the model and the plan's file are read."""

from pathlib import Path

import pytest

from salesnb.actions.plan_session import PlanSession
from salesnb.errors import BadInput, UnknownName
from salesnb.planning import Plan
from salesnb.widgets import AllocationSliders
from salesnb.widgets.assets import script, style
from salesnb.workspace import Workspace
from tests.actions.test_allocating import AT, bare, stated


def made(folder: Path, plan: Plan | None = None) -> Workspace:
    (folder / "salesnb.toml").write_text('[workspace]\ncurrency = "USD"\nlocale = "de_DE"\n')
    workspace = Workspace.open(folder)
    workspace.plans().save(plan or stated(), read_at=None, author="Ann", reason="New plan", at=AT)
    return workspace


@pytest.fixture
def sliders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AllocationSliders:
    """A widget on a saved plan of $100,000 over three segments."""
    monkeypatch.setenv("JUPYTERHUB_USER", "Ann")
    return AllocationSliders(made(tmp_path), "fy18")


def page_asks(widget: AllocationSliders, **message: object) -> None:
    """Send what a control of the page sends."""
    widget._handle_custom_msg(message, [])


def kept(widget: AllocationSliders) -> Plan:
    return widget.session.workspace.plans().load("fy18")


def test_what_is_moved_in_the_page_can_be_observed_and_is_kept_once_it_is_settled(sliders):
    seen = []
    sliders.observe(lambda change: seen.append(change["new"]["budget"]["North"]), "value")
    told = [50_000_00, 30_000_00, 20_000_00]
    page_asks(sliders, do="move", amounts=told, beat=1)
    assert seen == [50_000_00]
    assert kept(sliders).allocation == ()
    page_asks(sliders, do="keep", amounts=told, line=0, revision=1, beat=2)
    assert [line.amount for line in kept(sliders).allocation] == told
    assert sliders.heard == 2
    page_asks(sliders, do="undo")
    assert sliders.amounts == [40_000_00, 40_000_00, 20_000_00]
    assert sliders.value == {"budget": {"North": 40_000_00, "South": 40_000_00, "West": 20_000_00}}
    page_asks(sliders, do="redo")
    assert sliders.amounts == told
    assert seen == [50_000_00, 40_000_00, 50_000_00]


def test_two_views_of_one_session_show_the_same(tmp_path):
    session = PlanSession(made(tmp_path), "fy18")
    first, second = AllocationSliders(session), AllocationSliders(session)
    page_asks(first, do="keep", amounts=[50_000_00, 30_000_00, 20_000_00], line=0, revision=1)
    assert second.amounts == [50_000_00, 30_000_00, 20_000_00]
    second.close()
    page_asks(first, do="equal")
    assert first.amounts != second.amounts


def test_what_cannot_hold_is_put_back_and_said_beside_its_control(sliders):
    for do in ("move", "keep"):
        page_asks(sliders, do=do, amounts=[50_000_00, 50_000_00, 20_000_00], line=0, at="line-0")
        assert sliders.amounts == [40_000_00, 40_000_00, 20_000_00]
        assert sliders.said["at"] == "line-0"
        assert "do not come to the total" in sliders.said["text"]
    page_asks(sliders, do="lock", line=7)
    assert "There is no line 7" in sliders.said["text"]
    page_asks(sliders, do="lock", line="x")
    assert "There is no line 'x'" in sliders.said["text"]
    page_asks(sliders, do="nothing that is known")
    assert sliders.board.locks == (None, None, None)
    assert kept(sliders).revision == 1


def test_amounts_can_be_set_from_a_cell_and_are_kept(sliders):
    sliders.value = {"budget": {"North": 30_000_00, "South": 40_000_00, "West": 30_000_00}}
    assert sliders.amounts == [30_000_00, 40_000_00, 30_000_00]
    assert [line.amount for line in kept(sliders).allocation] == sliders.amounts
    with pytest.raises(BadInput, match="do not come to the total"):
        sliders.value = {"budget": {"North": 1, "South": 2, "West": 3}}
    with pytest.raises(UnknownName, match="no segment 'Nord'"):
        sliders.value = {"budget": {"Nord": 1}}
    assert sliders.amounts == [30_000_00, 40_000_00, 30_000_00]
    assert sliders.value["budget"]["North"] == 30_000_00


def test_buttons_do_what_they_say(sliders):
    page_asks(sliders, do="optimum")
    assert sliders.amounts == list(sliders.board.near().amounts)
    page_asks(sliders, do="equal")
    assert sliders.amounts == [33_333_34, 33_333_33, 33_333_33]
    page_asks(sliders, do="lock", line=1, why="contract")
    assert sliders.shown["locks"][1] == {"by": "Ann", "why": "contract"}
    page_asks(sliders, do="today")
    assert sliders.amounts[1] == 33_333_33
    page_asks(sliders, do="unlock", line=1)
    assert sliders.shown["locks"] == [None, None, None]
    assert [entry.reason for entry in sliders.session.history][1:] == [
        "Allocated where it brings most",
        "Allocated in equal parts",
        "South locked at 33.333,33\N{NO-BREAK SPACE}$: contract",
        "Allocated as today",
        "South unlocked",
    ]


def test_the_page_asks_for_what_is_near_the_best_bit_by_bit(sliders):
    assert sliders.near == {"ends": [], "of": 3, "wrong": ""}
    for count in (1, 2, 3, 3):
        page_asks(sliders, do="near")
        assert len(sliders.near["ends"]) == count
    page_asks(sliders, do="lock", line=0)
    assert sliders.near["ends"] == []


def test_where_nothing_can_be_allocated_that_is_said_until_there_is_something(tmp_path):
    session = PlanSession(made(tmp_path, bare()), "fy18")
    sliders = AllocationSliders(session)
    assert "has nothing to allocate" in sliders.shown["nothing"]
    page_asks(sliders, do="optimum")
    assert "has nothing to allocate" in sliders.said["text"]
    session.change(lambda _: stated(), "Stated")
    assert sliders.shown["nothing"] == ""
    assert sum(sliders.amounts) == 100_000_00
    session.undo()
    assert sliders.amounts == []


def test_a_plan_that_somebody_else_saved_is_said_and_the_move_can_be_tried_again(sliders):
    other = PlanSession(sliders.session.workspace, "fy18")
    AllocationSliders(other).value = {"budget": {"North": 10_000_00, "West": 50_000_00}}
    page_asks(sliders, do="keep", amounts=[50_000_00, 30_000_00, 20_000_00], line=0, revision=1, at="line-0")
    assert sliders.amounts == [10_000_00, 40_000_00, 50_000_00]
    assert sliders.said["at"] == "line-0"
    assert sliders.shown["alone"]["waiting"] != ""
    page_asks(sliders, do="again")
    assert sliders.amounts[0] == 50_000_00
    assert sliders.shown["alone"]["waiting"] == ""


def test_the_page_is_told_the_readers_format(sliders):
    assert (sliders.given["locale"], sliders.given["currency"], sliders.given["digits"]) == (
        "de-DE",
        "USD",
        2,
    )


def test_the_pages_part_is_one_module_with_nothing_from_outside():
    text = script("allocation_sliders")
    assert text.count("export default") == 1
    assert "import " not in text
    assert text.count("export function slide(") == 1
    assert "://" not in text.replace("http://www.w3.org/2000/svg", "") + style("allocation_sliders")
