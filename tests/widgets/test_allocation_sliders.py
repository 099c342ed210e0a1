"""The sliders' widget without a browser: a trait is set, and the model is read."""

from pathlib import Path

import pytest

from salesnb.errors import BadInput, UnknownName
from salesnb.widgets import AllocationSliders
from salesnb.widgets.assets import script, style
from salesnb.workspace import Workspace
from tests.actions.test_allocating import AT, stated


@pytest.fixture
def sliders(tmp_path: Path) -> AllocationSliders:
    """A widget on a saved plan of $100,000 over three segments."""
    (tmp_path / "salesnb.toml").write_text('[workspace]\ncurrency = "USD"\nlocale = "de_DE"\n')
    workspace = Workspace.open(tmp_path)
    workspace.plans().save(stated(), read_at=None, author="Ann", reason="New plan", at=AT)
    return AllocationSliders(workspace, "fy18")


def page_asks(widget: AllocationSliders, **message: object) -> None:
    """Send what a control of the page sends."""
    widget._handle_custom_msg(message, [])


def test_what_is_moved_in_the_page_is_in_the_model_and_can_be_observed(sliders):
    seen = []
    sliders.observe(lambda change: seen.append(change["new"]["budget"]["North"]), "value")
    sliders.amounts = [50_000_00, 30_000_00, 20_000_00]
    assert seen == [50_000_00]
    assert sliders.board.amounts == (50_000_00, 30_000_00, 20_000_00)
    page_asks(sliders, do="settle")
    page_asks(sliders, do="undo")
    assert sliders.amounts == [40_000_00, 40_000_00, 20_000_00]
    assert sliders.value == {"budget": {"North": 40_000_00, "South": 40_000_00, "West": 20_000_00}}
    page_asks(sliders, do="redo")
    assert sliders.amounts == [50_000_00, 30_000_00, 20_000_00]


def test_what_cannot_hold_is_put_back_and_said(sliders):
    sliders.amounts = [50_000_00, 50_000_00, 20_000_00]
    assert sliders.amounts == [40_000_00, 40_000_00, 20_000_00]
    assert "do not come to the total" in sliders.said
    page_asks(sliders, do="lock", line=7)
    assert "There is no line 7" in sliders.said
    page_asks(sliders, do="lock", line="x")
    assert "There is no line 'x'" in sliders.said
    page_asks(sliders, do="nothing that is known")
    assert sliders.board.locks == (None, None, None)


def test_amounts_can_be_set_from_a_cell(sliders):
    sliders.value = {"budget": {"North": 30_000_00, "South": 40_000_00, "West": 30_000_00}}
    assert sliders.amounts == [30_000_00, 40_000_00, 30_000_00]
    with pytest.raises(BadInput, match="do not come to the total"):
        sliders.value = {"budget": {"North": 1, "South": 2, "West": 3}}
    with pytest.raises(UnknownName, match="no segment 'Nord'"):
        sliders.value = {"budget": {"Nord": 1}}
    assert sliders.amounts == [30_000_00, 40_000_00, 30_000_00]
    assert sliders.value["budget"]["North"] == 30_000_00


def test_buttons_do_what_they_say_and_the_band_comes_with_the_optimum(sliders):
    assert sliders.given["band"] is None
    page_asks(sliders, do="optimum")
    assert sliders.amounts == list(sliders.board.optimum())
    assert len(sliders.given["band"]) == 3
    page_asks(sliders, do="equal")
    assert sliders.amounts == [33_333_34, 33_333_33, 33_333_33]
    page_asks(sliders, do="lock", line=1, why="contract")
    assert sliders.locks[1]["why"] == "contract"
    page_asks(sliders, do="today")
    assert sliders.amounts[1] == 33_333_33
    page_asks(sliders, do="unlock", line=1)
    assert sliders.locks == [None, None, None]


def test_save_keeps_what_was_moved(sliders):
    sliders.amounts = [50_000_00, 30_000_00, 20_000_00]
    saved = sliders.save("agreed in the meeting")
    assert [line.amount for line in saved.allocation] == [50_000_00, 30_000_00, 20_000_00]
    assert sliders.board.workspace.plans().load("fy18") == saved


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
    assert "://" not in text + style("allocation_sliders")
