"""Calls are kept beside the plan, with whose they are and as of when, and held against what came."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from salesnb.actions.call_file import FILE, add_call, read_calls
from salesnb.actions.call_words import against_words, bias_words, call_words, outlook_words
from salesnb.actions.calls import CallBoard
from salesnb.actions.outlook_data import month_number, monthly_totals
from salesnb.actions.plan_session import PlanSession
from salesnb.errors import BadInput, UnknownName
from salesnb.workspace import Workspace
from tests.actions.test_what_if import sold
from tests.outlook.test_calls import ONE


def test_calls_are_appended_and_what_a_killed_process_left_is_counted(tmp_path: Path) -> None:
    assert read_calls(tmp_path) == ((), 0)
    second = replace(ONE, commit=120, best=150, note="“Süd” <b>\n two lines")
    add_call(tmp_path, ONE)
    add_call(tmp_path, second)
    path = tmp_path / FILE
    assert read_calls(tmp_path) == ((ONE, second), 0)
    odd = path.read_bytes().splitlines()[0].replace(b'"name": "EMEA"', b'"name": 5')
    with path.open("ab") as file:
        file.write(odd + b"\n")
        file.write(b'{"not": "a call"}\n[1]\n{"plan": "p", "no')
    assert read_calls(tmp_path) == ((ONE, second), 4)
    add_call(tmp_path, ONE)
    assert read_calls(tmp_path) == ((ONE, second, ONE), 4)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return sold(tmp_path_factory.mktemp("calls"))


@pytest.fixture
def board(workspace):
    (workspace.plans_dir / FILE).unlink(missing_ok=True)
    session = PlanSession(workspace, "q3")
    session.author = "Ann"
    return CallBoard(session)


@pytest.mark.slow
def test_a_call_is_kept_with_who_and_when_and_the_plan_stays_approved(board, workspace):
    board.session.propose()
    board.session.approve()
    revision = board.session.plan.revision
    made = board.call("company", "480000", best="520000", note=" Two in legal ", by="")
    assert (made.by, made.as_of, made.commit, made.best) == ("Ann", date(2026, 9, 11), 480_000_00, 520_000_00)
    assert (made.note, made.plan, made.period) == ("Two in legal", "q3", "2026-Q3")
    board.call("company", "470000", by="Bea")
    line = board.lines()[0]
    assert [one.commit for one in line.calls] == [480_000_00, 470_000_00]
    assert (line.last.by, line.whose) == ("Bea", "Bea")
    plan = workspace.plans().load("q3")
    assert (plan.status, plan.revision) == ("approved", revision)
    shown = workspace.settings.formatter
    assert call_words(made, shown) == "Ann as of Sep 11, 2026: $480,000, best case $520,000: Two in legal"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("commit", "best", "what"),
    [
        ("", "", "The commit is empty"),
        ("lots", "", "is not an amount"),
        ("-5", "", "The commit is negative"),
        ("100", "90", "The best case is below the commit"),
    ],
)
def test_what_is_no_call_is_refused_and_nothing_is_kept(board, commit, best, what):
    with pytest.raises(BadInput, match=what):
        board.call("company", commit, best=best)
    with pytest.raises(UnknownName, match="no node 'rep:R001' above the reps"):
        board.call("rep:R001", "100")
    assert board.calls == ()


@pytest.mark.slow
def test_calls_are_told_beside_the_outlook_with_the_bias_of_who_made_them(board, workspace):
    shown, data = workspace.settings.formatter, board.session.kpis.data
    totals = monthly_totals(
        data, workspace.calendar, workspace.catalogue(data), "won_amount", "company", date(2026, 9, 11)
    )
    starts = [date(2025, month, 1) for month in (7, 10)] + [date(2026, month, 1) for month in (1, 4)]
    for start in starts:
        end = date(start.year + start.month // 10, start.month % 12 + 3 if start.month < 10 else 1, 1)
        result = totals.between("company", month_number(start), month_number(end))
        past = replace(
            ONE,
            node="company",
            level="company",
            period=f"{start}",
            start=start,
            end=end,
            commit=round(result * 1.25),
        )
        add_call(workspace.plans_dir, past)
    gone = replace(ONE, kpi="no_such_kpi", level="no such level")
    add_call(workspace.plans_dir, gone)
    assert [line.outlook for line in board.lines()] == [None] * len(board.lines())
    assert bias_words(board.lines()[0].bias, None, shown) == ""
    board.start()
    assert board.is_ready
    board.call("company", "500000")
    whole, *others = board.lines()
    assert whole.bias.count == 4
    assert whole.bias.factor == pytest.approx(1.25, rel=1e-6)
    told = bias_words(whole.bias, whole.last, shown)
    assert (
        told
        == "25% above what came, in the middle of 4 results; 0 of 4 reached. Off as usual, this call comes to $400,000"
    )
    assert "the outlook, " in against_words(whole, shown)
    assert " to " in outlook_words(whole, shown)
    assert all(line.quota.level != "rep" for line in others)
    board.call(others[0].quota.id, "1000", by="Cid")
    assert bias_words(board.lines()[1].bias, None, shown).startswith("not enough calls yet (0 of 3")
