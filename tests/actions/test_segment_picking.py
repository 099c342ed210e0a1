"""Choosing segments: filtered, named in the plan, scored, and brought into the allocation."""

import json
import shutil
from pathlib import Path

import pytest

from salesnb.actions.desk_file import FILE
from salesnb.actions.plan_session import PlanSession
from salesnb.actions.segment_bringing import bring_in, judge_in, shared_with_allocated, take_out
from salesnb.actions.segment_picking import NONE, SegmentPicking, condition_words
from salesnb.actions.segment_points import SEGMENTS, pick_points, points_of
from salesnb.actions.segment_scores import read_weights, score_segments, weights_of
from salesnb.actions.segment_table import SegmentTable
from salesnb.actions.slider_board import Board
from salesnb.actions.stating import Answers
from salesnb.errors import BadInput, BadUsage, MissingFile, UnknownName
from salesnb.planning import Condition, add_segment, find_segment
from salesnb.workspace import Workspace
from tests.actions.segment_sample import BROKEN, LONG, MARKUP, RIGHT_TO_LEFT, workspace_of_deals
from tests.actions.test_plan_session import made

# Every test asks imported data.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return workspace_of_deals(tmp_path_factory.mktemp("picking") / "ws").root


@pytest.fixture
def picking(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SegmentPicking:
    monkeypatch.setenv("JUPYTERHUB_USER", "Ann")
    folder = tmp_path / "ws"
    shutil.copytree(sample, folder)
    return SegmentPicking(PlanSession(Workspace.open(folder), "fy18"))


def code_of(picking: SegmentPicking, dimension: str, name: str | None) -> int:
    return picking.cells.columns[dimension].names.index(name)


def kept(picking: SegmentPicking) -> dict[str, list[dict]]:
    """The segments in the plan's file."""
    path = picking.session.workspace.plans().path("fy18")
    return {one["name"]: one["conditions"] for one in json.loads(path.read_text("utf-8"))["segments"]}


def test_a_filter_becomes_a_segment_of_the_plan(picking):
    told = []
    picking.watch(lambda: told.append(picking.words()))
    picking.toggle("industry", code_of(picking, "industry", "energy"))
    picking.toggle("industry", code_of(picking, "industry", None))
    picking.toggle("team", code_of(picking, "team", "North"))
    assert told[-1] == f"industry is energy or {NONE}; team is North"
    before = picking.total()
    picking.save("Energy in the north")
    assert kept(picking) == {
        "Energy in the north": [
            {"dimension": "industry", "values": ["energy", ""]},
            {"dimension": "team", "values": ["North"]},
        ]
    }
    assert picking.session.history[-1].reason == "Segment Energy in the north named"
    picking.clear()
    assert picking.total() == picking.cells.all
    picking.filter_like("Energy in the north")
    assert picking.total() == before
    picking.toggle("team", code_of(picking, "team", "North"))
    assert picking.words() == f"industry is energy or {NONE}"
    picking.clear("industry")
    with pytest.raises(BadInput, match="Nothing is filtered"):
        picking.save("All")


@pytest.mark.parametrize("value", [MARKUP, LONG.strip(), RIGHT_TO_LEFT, None])
def test_whatever_stands_in_a_value_is_filtered_by_and_found_again(picking, value):
    picking.toggle("industry", code_of(picking, "industry", value))
    total = picking.total()
    assert 0 < total.deals < picking.cells.all.deals
    picking.save("Odd")
    again = SegmentPicking(PlanSession(picking.session.workspace, "fy18"))
    again.filter_like("Odd")
    assert again.total() == total
    # The engine and the scores mean the same by it.
    [row] = SegmentTable(again).see().rows
    assert row.values["size"] == sum(row.months)


def test_values_of_a_dimension_are_searched_and_the_wanted_ones_always_shown(picking):
    panel = {one.dimension: one for one in picking.panels()}
    assert len(panel["account"].values) == 8
    assert panel["account"].size == 20
    amounts = [value.figures.won + value.figures.open for value in panel["account"].values]
    assert amounts == sorted(amounts, reverse=True)
    last = panel["account"].values[-1]
    picking.search("account", "ACCOUNT 1")
    found = next(one for one in picking.panels() if one.dimension == "account")
    assert found.found == 11
    assert all("Account 1" in value.name for value in found.values)
    picking.search("account", "")
    picking.open("account", wide=True)
    assert len(next(one for one in picking.panels() if one.dimension == "account").values) == 20
    picking.open("account", wide=False)
    smallest = code_of(picking, "account", "Account 8")
    picking.choose("account", [smallest, last.code])
    shown = next(one for one in picking.panels() if one.dimension == "account").values
    assert {smallest, last.code} <= {value.code for value in shown if value.wanted}
    picking.search("industry", BROKEN[:3])
    assert [value.name for value in picking.panels()[3].values] == [BROKEN]


def test_what_is_not_there_cannot_be_wanted(picking):
    for wrong in (99, -1, "0"):
        with pytest.raises(UnknownName, match="no such value"):
            picking.toggle("team", wrong)
    with pytest.raises(UnknownName, match="no dimension 'tema'"):
        picking.toggle("tema", 0)
    assert picking.filters == {}


def test_a_segment_for_each_value_and_none_twice(picking):
    assert picking.segments == ()
    picking.each("team")
    picking.each("team")
    assert [*kept(picking)] == ["Coast", "North", "South"]
    picking.rename("North", "High north")
    assert find_segment(picking.session.plan, "High north").id == "North"
    picking.remove("Coast")
    assert [*kept(picking)] == ["High north", "South"]
    assert picking.session.undo() == "Segment Coast removed"
    assert [*kept(picking)] == ["Coast", "High north", "South"]


def test_a_name_that_somebody_else_took_meanwhile_is_refused(picking):
    hers = PlanSession(picking.session.workspace, "fy18")
    picking.toggle("team", 0)
    hers.change(
        lambda plan: add_segment(plan, "Coast", (Condition(dimension="source", values=("event",)),)), "hers"
    )
    picking.session.look()
    with pytest.raises(BadInput, match="already"):
        picking.save("Coast")
    assert kept(picking)["Coast"] == [{"dimension": "source", "values": ["event"]}]


def test_a_segment_is_brought_into_the_allocation_with_a_curve_from_history(picking):
    picking.each("team")
    for team in ("Coast", "North", "South"):
        bring_in(picking.session, team)
    before = picking.session.plan.response_curves
    picking.toggle("source", code_of(picking, "source", "partner"))
    picking.save("Partners")
    bring_in(picking.session, "Partners")
    plan = picking.session.plan
    assert plan.response_curves[:3] == before
    assert "no effort of its own" in plan.response_curves[3].source
    assert [line.name for line in Board(picking.session).lines.all][3] == "Partners"
    shared = shared_with_allocated(picking.cells, plan, find_segment(plan, "Partners"))
    assert shared.keys() == {"Coast", "North", "South"}
    assert sum(shared.values()) == picking.total().won
    with pytest.raises(BadUsage, match="response curve for budget"):
        picking.remove("Partners")
    take_out(picking.session, "Partners")
    picking.remove("Partners")
    assert picking.session.plan.response_curves == before


def test_where_history_says_nothing_three_answers_do(picking):
    no_deals = Condition(dimension="team", values=("North", "South"))
    picking.session.change(
        lambda plan: add_segment(plan, "Nobody", (no_deals, Condition(dimension="region", values=("East",)))),
        "x",
    )
    with pytest.raises(BadInput, match="History says nothing of what Nobody sells"):
        bring_in(picking.session, "Nobody")
    answers = Answers(segment="Nobody", none="1000", now="3000", saturated="2000", effort="500")
    with pytest.raises(BadInput):
        judge_in(picking.session, answers)
    judge_in(
        picking.session, Answers(segment="Nobody", none="1000", now="3000", saturated="9000", effort="500")
    )
    [curve] = picking.session.plan.response_curves
    assert (curve.segment, curve.judgement.now_minor, curve.judgement.by) == ("Nobody", 300_000, "Ann")


def test_weights_are_kept_in_the_plan_and_the_command_line_scores_by_them(picking):
    picking.each("team")
    table = SegmentTable(picking)
    assert set(table.weights.values()) == {1.0}
    for criterion in table.weights:
        table.weigh(criterion, 1.0 if criterion == "growth" else 0.0)
    rows = table.see().rows
    assert [row.segment.name for row in rows] == ["Coast", "North", "South"]
    assert (rows[0].score, rows[-1].score) == (1.0, 0.0)
    plan = picking.session.workspace.plans().load("fy18")
    again = score_segments(picking.session.workspace, plan, weights_of(plan))
    assert [one.segment for one in again.scored] == ["Coast", "North", "South"]
    assert set(again.weights) == {"growth"}
    with pytest.raises(BadInput, match="All weights would be 0"):
        table.weigh("growth", 0.0)


def test_scores_of_a_table_are_those_of_the_command_line(picking):
    picking.each("team")
    picking.toggle("industry", code_of(picking, "industry", None))
    picking.toggle("industry", code_of(picking, "industry", "farming"))
    picking.save("Two industries")
    seen = SegmentTable(picking).see()
    again = score_segments(picking.session.workspace, picking.session.plan, read_weights(""))
    assert {row.segment.name: row.score for row in seen.rows} == {
        one.segment: one.score for one in again.scored
    }
    for row in seen.rows:
        assert row.values["size"] == sum(row.months)
        assert len(row.months) == 12


def test_a_segment_that_the_data_does_not_know_is_said_and_not_scored(picking):
    picking.each("team")
    gone = Condition(dimension="team", values=("Gone",))
    picking.session.change(lambda plan: add_segment(plan, "Old", (gone,)), "x")
    seen = SegmentTable(picking).see()
    assert (seen.rows[-1].segment.name, seen.rows[-1].score) == ("Old", None)
    assert "Old does not fit the data: There is no team 'Gone'." in seen.scores.notices
    with pytest.raises(UnknownName):
        picking.filter_like("Old")


def test_points_are_picked_as_values_or_as_segments(picking):
    picking.each("team")
    points = points_of(picking, "source", "win rate").drawn
    assert [point.won for point in points] == sorted((point.won for point in points), reverse=True)
    assert all(0 <= point.across <= 1 for point in points)
    pick_points(picking, "source", points[:1])
    assert picking.filters == {"source": {points[0].key}}
    # The points of a dimension stay where they are under its own filter.
    assert [point.won for point in points_of(picking, "source", "win rate").drawn] == [p.won for p in points]
    pick_points(picking, "source", ())
    assert picking.filters == {}
    teams = points_of(picking, SEGMENTS, "growth").drawn
    pick_points(picking, SEGMENTS, teams[:2])
    assert picking.chosen == {"Coast", "North"}
    seen = SegmentTable(picking).see()
    assert seen.covered == ("Coast", "North")
    picking.remove("Coast")
    assert SegmentTable(picking).see().covered == ("North",)


def test_without_data_that_is_said(tmp_path):
    picking = SegmentPicking(PlanSession(made(tmp_path), "fy18"))
    with pytest.raises(MissingFile, match="No data has been imported"):
        picking.panels()


def test_many_values_are_counted_in_words():
    three = Condition(dimension="team", values=("A", "B\n", "", "D", "E"))
    assert condition_words([three]) == f"team is A or B or {NONE} or 2 others"
    assert condition_words([Condition(dimension="x", values=("v" * 99,))]) == f"x is {'v' * 59}…"


def test_a_filter_is_there_again_after_a_restart_for_whoever_set_it(picking, monkeypatch):
    picking.toggle("industry", code_of(picking, "industry", "energy"))
    picking.toggle("industry", code_of(picking, "industry", None))
    root = picking.session.workspace.root

    def again() -> SegmentPicking:
        return SegmentPicking(PlanSession(Workspace.open(root), "fy18"))

    assert again().words() == picking.words() == f"industry is energy or {NONE}"
    assert again().total() == picking.total()
    monkeypatch.setenv("JUPYTERHUB_USER", "Ben")
    assert not again().conditions()
    monkeypatch.setenv("JUPYTERHUB_USER", "Ann")
    picking.clear()
    assert not again().conditions()


@pytest.mark.parametrize(
    "damage", ["", "[]", "{", '{"fy18": 3}', '{"fy18": {"Ann": {"filter": [["industry"]]}}}']
)
def test_a_filter_that_cannot_be_read_is_none(picking, damage):
    picking.toggle("industry", code_of(picking, "industry", "energy"))
    path = picking.session.workspace.plans_dir / FILE
    assert json.loads(path.read_text("utf-8")) == {"fy18": {"Ann": {"filter": [["industry", ["energy"]]]}}}
    path.write_text(damage, encoding="utf-8")
    anew = SegmentPicking(PlanSession(Workspace.open(picking.session.workspace.root), "fy18"))
    assert not anew.conditions()
    anew.toggle("industry", code_of(anew, "industry", "energy"))
    assert json.loads(path.read_text("utf-8")) == {"fy18": {"Ann": {"filter": [["industry", ["energy"]]]}}}


def test_a_filter_that_cannot_be_kept_filters_all_the_same(picking):
    path = picking.session.workspace.plans_dir / FILE
    path.mkdir(parents=True)
    picking.toggle("industry", code_of(picking, "industry", "energy"))
    assert picking.words() == "industry is energy"
