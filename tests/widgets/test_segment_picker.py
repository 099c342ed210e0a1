"""The segment picker's widgets without a browser: a control asks, and the model and the plan's file are read."""

import shutil
from pathlib import Path

import pytest

from salesnb.errors import UnknownName
from salesnb.widgets import SegmentPicker
from salesnb.widgets.assets import script, style
from salesnb.workspace import Workspace
from tests.actions.segment_sample import MARKUP, workspace_of_deals
from tests.actions.test_plan_session import made

# Every test but the last two asks imported data.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workspace_of_deals(tmp_path_factory.mktemp("picker") / "ws").root


@pytest.fixture
def picker(sample: Path, tmp_path: Path) -> SegmentPicker:
    folder = tmp_path / "ws"
    shutil.copytree(sample, folder)
    return SegmentPicker(Workspace.open(folder), "fy18")


def asks(view, **message: object) -> None:
    """Send what a control of the page sends."""
    view._handle_custom_msg(message, [])


def test_what_is_ticked_in_the_page_is_the_value_and_the_other_way_round(picker):
    seen = []
    picker.observe(lambda change: seen.append(change["new"]), "value")
    panel = next(one for one in picker.filters.shown["panels"] if one["dimension"] == "team")
    code = next(value["code"] for value in panel["values"] if value["name"] == "North")
    asks(picker.filters, do="toggle", dimension="team", code=code)
    assert seen == [{"team": ["North"]}]
    whole, total = picker.filters.shown["whole"], picker.filters.shown["total"]
    assert 0 < total["won"] < whole["won"]
    picker.value = {"industry": ["farming", ""]}
    assert picker.filters.shown["filters"] == [{"dimension": "industry", "text": "farming or (none)"}]
    with pytest.raises(UnknownName):
        picker.value = {"industry": ["mining"]}
    assert picker.value == {"industry": ["farming", ""]}


def test_what_is_refused_is_said_beside_its_control(picker):
    asks(picker.filters, do="save", at="save", name="All")
    assert picker.filters.said["at"] == "save"
    assert "Nothing is filtered" in picker.filters.said["text"]
    asks(picker.filters, do="toggle", at="panel-team", dimension="team", code=99)
    assert "no such value" in picker.filters.said["text"]
    asks(picker.filters, do="each", at="panel-team", dimension="team")
    assert picker.filters.said == {"at": "panel-team", "text": ""}
    asks(picker.scoring, do="weigh", at="weight-size", criterion="size", weight=-1)
    assert "weight of size" in picker.scoring.said["text"]
    asks(picker.scoring, do="remove", at="segment-X", segment="X")
    assert "no segment 'X'" in picker.scoring.said["text"]


def test_all_parts_show_the_same_choice(picker):
    asks(picker.filters, do="each", at="x", dimension="team")
    assert [row["name"] for row in picker.scoring.shown["rows"]][:1] == ["Coast"]
    picker.chart.scatter.selected = [0, 1]
    assert [row["chosen"] for row in picker.scoring.shown["rows"]].count(True) == 2
    asks(picker.scoring, do="pick", segment="Coast")
    assert "Coast" not in picker.picking.chosen
    assert len(picker.chart.scatter.selected) == 1
    picker.chart.of.value = "industry"
    picker.chart.scatter.selected = [0]
    [name] = picker.value["industry"]
    assert picker.filters.shown["filters"][0]["dimension"] == "industry"
    picker.value = {}
    assert picker.chart.scatter.selected is None
    assert name in picker.picking.cells.columns["industry"].names


def test_long_texts_are_cut_for_the_page_and_not_for_the_filter(picker):
    panel = next(one for one in picker.filters.shown["panels"] if one["dimension"] == "industry")
    assert max(len(value["name"]) for value in panel["values"]) == 120
    assert MARKUP in {value["name"] for value in panel["values"]}
    code = next(value["code"] for value in panel["values"] if len(value["name"]) == 120)
    asks(picker.filters, do="toggle", dimension="industry", code=code)
    assert len(picker.value["industry"][0]) > 9000


def test_another_sessions_save_is_drawn_and_closing_ends_that(picker):
    other = SegmentPicker(picker.session)
    asks(other.filters, do="each", dimension="team")
    assert len(picker.scoring.shown["rows"]) == 3
    picker.scoring.close()
    asks(other.scoring, do="remove", segment="Coast")
    assert len(picker.scoring.shown["rows"]) == 3
    assert len(other.scoring.shown["rows"]) == 2


def test_without_data_that_is_said_in_place_of_figures(tmp_path):
    picker = SegmentPicker(made(tmp_path), "fy18")
    assert "No data has been imported" in picker.filters.shown["missing"]
    assert "No data has been imported" in picker.scoring.shown["missing"]
    assert "No data has been imported" in picker.chart.note.value


def test_their_scripts_import_nothing_and_their_styles_are_shared():
    for name in ("segment_filters", "segment_table"):
        assert "import " not in script(name)
        assert "--ink" in style(name)
