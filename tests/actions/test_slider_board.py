"""Sliders of a plan: totals, bounds and locks hold whatever is moved, and every change is kept and can be undone."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.actions.plan_session import PlanSession
from salesnb.actions.slider_board import Board
from salesnb.actions.stating import Answers, Ends, Terms, judge, limit, state_resource
from salesnb.errors import BadInput, BadUsage, Infeasible, StaleSave, UnknownName
from salesnb.planning import Plan, keep_amounts
from salesnb.workspace import Workspace
from tests.actions.test_allocating import ANSWERS, AT, FMT, SETTINGS, STAMP, bare, stated


def opened(tmp_path: Path, plan: Plan) -> Board:
    """A board on a plan that is saved."""
    (tmp_path / "salesnb.toml").write_text('[workspace]\ncurrency = "USD"\n')
    workspace = Workspace.open(tmp_path)
    workspace.plans().save(plan, read_at=None, author="Ann", reason="New plan", at=AT)
    return Board(session_on(workspace))


def session_on(workspace: Workspace, who: str = "Ann") -> PlanSession:
    session = PlanSession(workspace, "fy18")
    session.author = who
    return session


def kept(board: Board) -> Plan:
    """The plan's file as it is now."""
    return board.session.workspace.plans().load("fy18")


def amounts_kept(board: Board) -> tuple[int, ...]:
    return tuple(line.amount for line in kept(board).allocation)


def reasons(board: Board) -> list[str]:
    return [entry.reason for entry in board.session.workspace.plans().history("fy18")][1:]


@pytest.fixture(scope="module")
def board_of_two(tmp_path_factory: pytest.TempPathFactory) -> Board:
    return opened(tmp_path_factory.mktemp("two"), with_visits())


def bounded() -> Plan:
    """A plan of $100,000 with ends on North."""
    return limit(stated(), [Ends(segments=("North",), low="10000", high="50000")], SETTINGS, **STAMP)


def test_it_starts_with_todays_amounts_in_proportion_to_the_total(tmp_path):
    assert opened(tmp_path, stated("budget=50000")).value() == {
        "budget": {"North": 20_000_00, "South": 20_000_00, "West": 10_000_00}
    }


def test_it_starts_with_the_amounts_of_the_plan_where_they_come_to_the_total(tmp_path):
    plan = stated()
    names = {segment.name: segment.id for segment in plan.segments}
    resource = plan.resources[0].id
    held = {"North": 70_000_00, "South": 20_000_00, "West": 10_000_00}
    plan = keep_amounts(plan, {(resource, names[name]): amount for name, amount in held.items()})
    assert opened(tmp_path, plan).value() == {"budget": held}


def test_a_move_is_taken_from_the_others_in_proportion(tmp_path):
    board = opened(tmp_path, stated())
    assert board.move(0, 60_000_00).stopped == ""
    assert board.amounts == (60_000_00, 26_666_67, 13_333_33)
    assert board.move(2, 99_999_99_00).stopped == "high"
    assert board.amounts == (0, 0, 100_000_00)


def test_bounds_of_the_plan_are_kept_and_told(tmp_path):
    board = opened(tmp_path, bounded())
    assert (board.lines.all[0].low, board.lines.all[0].high) == (10_000_00, 50_000_00)
    assert board.move(0, 60_000_00).stopped == "high"
    assert board.move(1, 95_000_00).stopped == "others"
    assert board.amounts == (10_000_00, 90_000_00, 0)


def test_what_is_locked_stays_and_is_kept_in_the_plan_with_who_and_why(tmp_path):
    board = opened(tmp_path, stated())
    board.lock(0, why="contract", by="Ann")
    assert board.move(0, 0).stopped == "locked"
    board.move(1, 60_000_00)
    assert board.amounts == (40_000_00, 60_000_00, 0)
    (lock,) = kept(board).limits
    assert (lock.low, lock.high, lock.by, lock.why) == (40_000_00, 40_000_00, "Ann", "contract")
    again = Board(session_on(board.session.workspace))
    assert again.locks[0] is not None
    assert again.amounts == board.amounts
    again.unlock(0)
    assert again.move(0, 50_000_00).stopped == ""
    assert kept(again).limits == ()


def test_every_change_is_a_revision_with_words(tmp_path):
    board = opened(tmp_path, stated())
    board.move(0, 60_000_00)
    board.move(0, 60_001_00)
    board.lock(1, why="contract")
    board.unlock(1)
    board.to_today()
    board.set({"budget": {"North": 50_000_00, "South": 30_000_00}})
    assert reasons(board) == [
        "North $40K → $60K by hand",
        "North $60,000 → $60,001 by hand",
        "South locked at $26,666: contract",
        "South unlocked",
        "Allocated as today",
        "North $40K → $50K and 1 more, set in a notebook",
    ]


def test_what_changes_nothing_is_no_revision(tmp_path):
    board = opened(tmp_path, stated())
    board.move(0, 60_000_00)
    board.move(0, 60_000_00)
    board.lock(0)
    board.lock(0)
    board.set(board.value())
    assert kept(board).revision == 3


def test_what_was_done_is_undone_and_done_again_after_a_restart(tmp_path):
    board = opened(tmp_path, stated())
    first = board.amounts
    board.move(0, 60_000_00)
    moved = board.amounts
    board.lock(0, by="Ann")
    again = Board(session_on(board.session.workspace))
    again.undo()
    assert again.locks == (None, None, None)
    assert again.undo() == "North $40K → $60K by hand"
    assert again.amounts == first
    third = Board(session_on(board.session.workspace))
    third.redo()
    assert third.amounts == moved == amounts_kept(third)


def test_a_drag_is_not_kept_before_it_ends_and_then_is_one_change(tmp_path):
    board = opened(tmp_path, stated())
    for amount in (41_000_00, 45_000_00, 52_000_00):
        told = (amount, 100_000_00 - amount - 10_000_00, 10_000_00)
        board.draft(told)
        assert board.amounts == told
    assert kept(board).revision == 1
    board.keep(told, 0)
    assert amounts_kept(board) == (52_000_00, 38_000_00, 10_000_00)
    assert reasons(board) == ["North $40K → $52K by hand"]


def test_the_board_follows_the_plan_whoever_changes_it(tmp_path):
    board = opened(tmp_path, stated())
    other = Board(session_on(board.session.workspace, "Bea"))
    other.move(0, 10_000_00)
    other.lock(2)
    board.draft((50_000_00, 30_000_00, 20_000_00))
    assert board.session.look()
    assert board.amounts == other.amounts
    assert board.locks[2].by == "Bea"


def test_a_move_begun_on_an_older_plan_is_made_on_the_one_of_now(tmp_path):
    board = opened(tmp_path, stated())
    other = Board(session_on(board.session.workspace, "Bea"))
    other.move(2, 40_000_00)
    other.lock(2)
    board.session.look()
    board.keep((50_000_00, 33_333_33, 16_666_67), 0, revision=1)
    assert board.amounts == (50_000_00, 10_000_00, 40_000_00)


def test_a_move_that_met_somebody_elses_save_can_be_made_again(tmp_path):
    board = opened(tmp_path, stated())
    other = Board(session_on(board.session.workspace, "Bea"))
    other.move(2, 40_000_00)
    with pytest.raises(StaleSave):
        board.move(0, 60_000_00)
    assert board.amounts == amounts_kept(board) == other.amounts
    board.session.again()
    assert board.amounts[0] == 60_000_00
    assert sum(board.amounts) == 100_000_00


def test_a_plan_that_is_deleted_is_brought_back_by_the_move(tmp_path):
    board = opened(tmp_path, stated())
    before = board.amounts
    board.session.workspace.plans().path("fy18").unlink()
    with pytest.raises(StaleSave):
        board.move(0, 60_000_00)
    assert board.amounts == before
    board.session.again()
    assert amounts_kept(board)[0] == 60_000_00


def test_a_move_of_a_line_that_is_gone_is_refused(tmp_path):
    board = opened(tmp_path, stated())
    session = session_on(board.session.workspace, "Bea")
    session.change(
        lambda plan: replace(
            plan, response_curves=plan.response_curves[1:], allocation=(), revision=plan.revision
        ),
        "North dropped",
    )
    with pytest.raises(StaleSave):
        board.move(0, 60_000_00)
    with pytest.raises(UnknownName, match="North is no longer in the plan's allocation"):
        board.session.again()


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ((40_000_00, 40_000_00), "3 whole amounts are wanted"),
        ((40_000_00, 40_000_00, 20_000_01), "do not come to the total of budget"),
        ((60_000_00, 30_000_00, 10_000_00), "North may have $10,000 to $50,000, not $60,000"),
        ((40_000_00, 40_000_00, 20_000_00.0), "3 whole amounts are wanted"),
    ],
)
def test_amounts_that_cannot_hold_are_refused_and_nothing_is_taken(tmp_path, amounts, said):
    board = opened(tmp_path, bounded())
    before = board.amounts
    with pytest.raises(BadInput, match=said.replace("$", r"\$")):
        board.draft(amounts)
    with pytest.raises(BadInput, match=said.replace("$", r"\$")):
        board.keep(amounts, 0)
    assert board.amounts == before
    assert kept(board).revision == 1


def test_a_locked_line_is_not_moved_by_what_is_put(tmp_path):
    board = opened(tmp_path, stated())
    board.lock(1, by="Ann")
    with pytest.raises(BadInput, match="South is locked by Ann"):
        board.draft((50_000_00, 30_000_00, 20_000_00))


def test_equal_and_todays_keep_locks_and_bounds(tmp_path):
    board = opened(tmp_path, bounded())
    board.to_equal()
    assert board.amounts == (33_333_34, 33_333_33, 33_333_33)
    board.lock(2, by="Ann")
    board.to_today()
    assert board.amounts == (33_333_34, 33_333_33, 33_333_33)
    board.unlock(2)
    board.to_today()
    assert board.amounts == (40_000_00, 40_000_00, 20_000_00)


def test_the_optimum_brings_no_less_than_any_other_and_lies_in_its_band(tmp_path):
    board = opened(tmp_path, stated())
    today = board.outcome()
    board.to_optimum()
    assert board.outcome() >= today
    for amount, (low, high) in zip(board.amounts, board.band(), strict=True):
        assert low <= amount <= high
    board.move(0, 80_000_00)
    board.lock(0, by="Ann")
    board.to_optimum()
    assert board.amounts[0] == 80_000_00


def test_what_lines_bring_is_the_mean_of_their_draws_and_what_their_tables_say(tmp_path):
    board = opened(tmp_path, stated())
    board.move(0, 60_000_00)
    curves = board.lines.posed.curves
    exact = [
        np.mean([curve.at(amount / 100) for curve in curves[key]])
        for key, amount in zip(board.lines.keys, board.amounts, strict=True)
    ]
    assert board.brings() == pytest.approx(exact)
    assert board.outcome() == pytest.approx(100 * sum(exact))
    told = [board.table(n).at(np.array([amount / 100]))[0] for n, amount in enumerate(board.amounts)]
    assert told == pytest.approx(exact, rel=2e-5)
    assert board.table(0) is board.table(0)
    board.session.change(lambda plan: state_resource(plan, "budget=300000", SETTINGS, Terms()), "More budget")
    assert board.table(0).top == 300_000


def with_visits() -> Plan:
    """North and South sell with visits too: two resources in one plan."""
    answers = (
        Answers(
            segment="North", none="50000", now="300000", saturated="400000", effort="30", resource="visits"
        ),
        Answers(segment="South", none="0", now="200000", saturated="260000", effort="60", resource="visits"),
    )
    plan = state_resource(stated(), "visits=90 hours", SETTINGS, Terms())
    return judge(plan, answers, SETTINGS, **STAMP)


def test_a_further_resource_brings_what_it_sells_over_none_of_it(tmp_path):
    board = opened(tmp_path, with_visits())
    keys, curves = board.lines.keys, board.lines.posed.curves
    further = [n for n, line in enumerate(board.lines.all) if line.resource == "visits"]
    assert len(further) == 2
    for hours in (0, 1, 20, 45, 90):
        told = list(board.amounts)
        told[further[0]], told[further[1]] = hours, 90 - hours
        brings = board.brings(told)
        for n in range(len(keys)):
            amount = board.lines.posed.major(keys[n], told[n])
            over = 1.0 if n in further else 0.0
            sold = np.mean([curve.at(amount) - over * curve.at(0.0) for curve in curves[keys[n]]])
            assert brings[n] == pytest.approx(sold)
            assert brings[n] > 0 or told[n] == 0
            assert board.table(n).at(np.array([amount]))[0] == pytest.approx(brings[n], rel=2e-5, abs=1e-6)
        # What is expected in all is as ever: the sum of the curves, each further one beside today's amount.
        whole = sum(
            np.mean([curve.at(board.lines.posed.major(key, amount)) for curve in curves[key]])
            for key, amount in zip(keys, told, strict=True)
        )
        assert board.outcome(told) == pytest.approx(100 * whole)
        starts = [board.start(n) for n in range(len(keys))]
        assert [n for n, start in enumerate(starts) if start] == further
        assert sum(starts) + brings.sum() == pytest.approx(whole)


@given(hours=st.lists(st.integers(0, 90), min_size=2, max_size=8, unique=True))
@settings(max_examples=25, deadline=None)
def test_more_of_a_further_resource_never_brings_less_nor_less_than_nothing(board_of_two, hours):
    board = board_of_two
    n = next(place for place, line in enumerate(board.lines.all) if line.resource == "visits")
    told = list(board.amounts)
    found = [float(board.brings([*told[:n], one, *told[n + 1 :]])[n]) for one in sorted(hours)]
    assert found == sorted(found)
    assert min(found) >= 0


def test_what_is_near_the_best_is_worked_out_line_by_line_and_anew_after_a_lock(tmp_path):
    board = opened(tmp_path, stated())
    assert board.known_near() is None
    assert board.nearer()
    assert len(board.known_near().ends) == 1
    whole = board.band()
    assert board.nearer() is False
    board.move(0, 60_000_00)
    assert tuple(board.known_near().ends) == whole
    board.lock(0)
    assert board.known_near() is None
    assert board.band()[0] == (60_000_00, 60_000_00)
    board.undo()
    assert tuple(board.known_near().ends) == whole


def test_limits_of_groups_that_are_missed_are_said(tmp_path):
    plan = limit(
        stated(), [Ends(segments=("North", "South"), name="Inland", high="70000")], SETTINGS, **STAMP
    )
    board = opened(tmp_path, plan)
    assert board.broken() == ("Inland at most $70,000 (Ann): $10,000 too much",)
    board.move(2, 40_000_00)
    assert board.broken() == ()


def test_locks_that_leave_more_than_the_others_take_are_refused(tmp_path):
    plan = limit(
        stated(),
        [Ends(segments=("South",), high="10000"), Ends(segments=("West",), high="10000")],
        SETTINGS,
        **STAMP,
    )
    board = opened(tmp_path, plan)
    board.lock(0, by="Ann")
    board.session.change(lambda plan: state_resource(plan, "budget=900000", SETTINGS, Terms()), "More budget")
    with pytest.raises(Infeasible, match=r"\$820,000 of budget are left .* take at most \$20,000"):
        board.amounts


def test_amounts_are_named_by_resource_and_segment(tmp_path):
    board = opened(tmp_path, stated())
    assert board.lines.named({"budget": {"North": 1}}) == (1, 40_000_00, 20_000_00)
    with pytest.raises(UnknownName, match="no segment 'Nord' in budget"):
        board.set({"budget": {"Nord": 1}})
    with pytest.raises(UnknownName, match="no resource 'money'"):
        board.set({"money": {}})


def test_what_pays_leaves_the_others_alone(tmp_path):
    plan = judge(
        state_resource(bare(), "budget=110000", SETTINGS, Terms(what_pays=True)),
        ANSWERS,
        SETTINGS,
        **STAMP,
    )
    board = opened(tmp_path, plan)
    before = board.amounts
    # Today's amounts, which are not scaled to a total that need not be spent.
    assert before == (40_000_00, 40_000_00, 20_000_00)
    board.move(0, before[0] - 5_000_00)
    assert board.amounts == (before[0] - 5_000_00, *before[1:])
    assert board.move(1, 100_000_00).stopped == "others"
    assert sum(board.amounts) == 110_000_00


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    moves=st.lists(
        st.tuples(
            st.integers(0, 2),
            st.integers(0, 120_000_00),
            st.sampled_from(["move", "lock", "unlock", "undo", "redo", "restart"]),
        ),
        max_size=12,
    )
)
def test_whatever_is_done_the_total_stays_to_the_cent(tmp_path_factory, moves):
    board = opened(tmp_path_factory.mktemp("board"), bounded())
    for place, amount, what in moves:
        before = board.amounts
        if what == "move":
            board.move(place, amount)
            for lock, old, new in zip(board.locks, before, board.amounts, strict=True):
                assert lock is None or old == new
        elif what == "lock":
            board.lock(place, by="Ann")
        elif what == "unlock":
            board.unlock(place)
        elif what == "restart":
            board = Board(session_on(board.session.workspace))
        else:
            with suppress(BadUsage):
                getattr(board, what)()
        assert sum(board.amounts) == 100_000_00
        assert 10_000_00 <= board.amounts[0] <= 50_000_00
    assert FMT.money(sum(board.amounts)) == "$100,000"
