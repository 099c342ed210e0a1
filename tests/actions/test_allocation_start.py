"""The start of an allocation in a session: what there is, and how segments answer to it."""

import pytest

from salesnb.actions.allocation_start import AllocationStart, is_started
from salesnb.actions.slider_board import Board
from salesnb.errors import BadInput
from tests.actions.test_plan_session import opened, workspace

__all__ = ["workspace"]

NORTH = {"segment": "North", "none": "100000", "now": "300000", "saturated": "500000", "effort": "40000"}
SOUTH = {"segment": "South", "none": "50000", "now": "200000", "saturated": "400000", "effort": "30000"}


@pytest.fixture
def start(workspace) -> AllocationStart:
    return AllocationStart(opened(workspace))


def test_without_data_it_asks_for_judgement_and_then_there_is_something_to_move(start, workspace):
    assert start.shown()["resources"] == []
    assert start.shown()["asked"] == ""
    start.state("budget", 100_000, "USD")
    assert start.shown()["resources"] == ["budget $100,000"]
    assert start.shown()["asked"] == "budget"
    assert not is_started(start.session.plan)
    start.answer([NORTH, SOUTH, {"segment": "West", "none": "", "now": " ", "saturated": "", "effort": ""}])
    plan = workspace.plans().load("fy18")
    assert is_started(plan)
    assert [curve.segment for curve in plan.response_curves] == ["North", "South"]
    assert start.shown()["asked"] == ""
    assert sum(Board(start.session).amounts) == 100_000_00
    assert start.session.undo() == "Response of 2 segments to budget judged"


def test_hours_and_heads_are_counted(start):
    start.state("visits", 1200, "hours")
    start.state("visits", 1000, "hours")
    (resource,) = start.session.plan.resources
    assert (resource.counts, resource.total) == ("hours", 1000)


@pytest.mark.parametrize(
    ("name", "amount", "words"),
    [
        ("", 5, "a name"),
        ("a=b", 5, "a name"),
        ("budget", 0, "more than 0"),
        ("budget", -5, "more than 0"),
        ("budget", float("nan"), "more than 0"),
        ("budget", float("inf"), "more than 0"),
    ],
)
def test_what_cannot_be_allocated_is_refused_in_words(start, name, amount, words):
    with pytest.raises(BadInput, match=words):
        start.state(name, amount, "USD")
    assert start.session.plan.revision == 1


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([], "No segment is answered"),
        ([{**NORTH, "now": ""}], "North: now is not answered"),
        ([{**NORTH, "now": "lots"}], "North"),
        ([{**NORTH, "saturated": "1"}], "North"),
    ],
)
def test_answers_that_say_nothing_are_refused_with_their_segment(start, answers, words):
    start.state("budget", 100_000, "USD")
    with pytest.raises(BadInput, match=words):
        start.answer(answers)
    assert start.session.plan.revision == 2
