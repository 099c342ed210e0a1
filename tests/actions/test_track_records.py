"""How far outlooks were right on the past: worked out once, kept, and heeded by what is shown."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

import salesnb
from salesnb.actions import outlook_backtest, track_records
from salesnb.actions.facts import Facts
from salesnb.actions.making import make_plan
from salesnb.actions.naming import Names
from salesnb.actions.outlook_backtest import Trials, backtest_outlook
from salesnb.actions.outlook_words import outlook_lines, outlook_records
from salesnb.actions.plan_outlook import outlook_of_plan
from salesnb.actions.plan_session import PlanSession
from salesnb.actions.prospects import Prospects, SharedOutlooks
from salesnb.actions.track_records import FILE, TrackRecords, track_record
from salesnb.crm.generator import write_sample
from salesnb.kpis import Query
from salesnb.outlook.deals import NEVER, Deals
from salesnb.outlook.gauge import Gauge
from salesnb.planning import set_goal
from salesnb.workspace import Settings, Workspace
from tests.actions.held_back import come, held_back

pytestmark = pytest.mark.slow

_DAY = date(2026, 9, 11)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("track")
    write_sample(folder / "crm", opportunities=3_000, seed=5)
    made = Workspace.create(folder / "sales", Settings(company="Acme"))
    salesnb.import_data(made, folder / "crm", "sample")
    make_plan(made, "q3", "2026-Q3", [("won_amount", "400000")])
    return made


@pytest.fixture
def kept(workspace: Workspace) -> Iterator[Path]:
    path = workspace.plans().folder / FILE
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def beaten(path: Path) -> None:
    """Say of everything kept that the base rate is better."""
    records = json.loads(path.read_text())
    for record in records.values():
        for level in (*record["levels"].values(), record["whole"]):
            level["brier"] = level["base_rate_brier"] + 0.1
    path.write_text(json.dumps(records))


def test_it_says_what_the_backtest_says_and_is_worked_out_once(workspace: Workspace, kept: Path) -> None:
    seen: list[int] = []
    with workspace.dataset() as data:
        trials = Trials(workspace, data, "won_amount", _DAY)
        first = track_record(trials, 1, told=lambda done, _: seen.append(done))
        assert seen
        again = track_record(
            Trials(workspace, data, "won_amount", _DAY), 1, told=lambda *_: pytest.fail("worked out again")
        )
    assert first == again
    assert first is not None
    said = {score.name: score for score in backtest_outlook(workspace, "won_amount").scores}
    for level, record in first.levels.items():
        score = said[f"{level}, 1 month"]
        assert (record.brier, record.coverage80) == (score.brier, score.coverage80)
        assert (record.origins, record.windows) == (score.origins, score.windows)


def test_what_is_kept_and_cannot_be_read_is_worked_out_again(workspace: Workspace, kept: Path) -> None:
    with workspace.dataset() as data:
        found = track_record(Trials(workspace, data, "won_amount", _DAY), 1)
        for damage in ("", "[]", '{"a": 3}', '{"a": {"steps": 1}}'):
            kept.write_text(damage)
            assert track_record(Trials(workspace, data, "won_amount", _DAY), 1) == found


def test_what_happened_in_the_open_month_changes_nothing(
    workspace: Workspace, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = outlook_backtest.deals_of

    def with_one_more(*asked: Any, day: int, won: bool) -> Deals:
        deals = real(*asked)
        more = {
            "owner": 0,
            "created": day,
            "closed": day if won else NEVER,
            "won": won,
            "amount": 9e6,
            "expected": 9e6,
        }
        columns = {name: [*getattr(deals, name).tolist(), value] for name, value in more.items()}
        return replace(
            deals,
            **{name: np.array(values, dtype=getattr(deals, name).dtype) for name, values in columns.items()},
        )

    with workspace.dataset() as data:

        def digest() -> str:
            return Trials(workspace, data, "won_amount", _DAY).digest(1, "method")

        before = digest()
        for day, won, same in (
            (date(2026, 9, 5), True, True),
            (date(2026, 9, 5), False, True),
            (date(2026, 8, 31), True, False),
            (date(2026, 8, 31), False, False),
        ):
            monkeypatch.setattr(
                outlook_backtest,
                "deals_of",
                lambda *asked, day=day, won=won: with_one_more(*asked, day=day.toordinal(), won=won),
            )
            assert (digest() == before) is same, (day, won)
        assert Trials(workspace, data, "won_amount", _DAY).digest(1, "other") != before


def test_where_the_base_rate_is_better_it_stands_in_place_of_the_probability(
    workspace: Workspace, kept: Path
) -> None:
    (before,) = outlook_of_plan(workspace, "q3")
    beaten(kept)
    (after,) = outlook_of_plan(workspace, "q3")
    for one, other in zip(before.nodes, after.nodes, strict=True):
        if one.attainment is None or other.attainment is None or not one.target:
            continue
        assert other.attainment.outcome.quantiles.tolist() == one.attainment.outcome.quantiles.tolist()
        chance = other.attainment.chance
        if one.to_date >= one.target:
            assert chance.probability == one.attainment.chance.probability
            continue
        assert chance.probability is None
        assert chance.base_rate is not None
        assert 0 <= chance.base_rate <= 1
    formatter = workspace.settings.formatter
    assert (
        "no better than how often such targets were attained anyway, which was"
        in outlook_lines(after, formatter)[0]
    )
    assert str(outlook_records(after, formatter)[0]["P(attain)"]).startswith("base rate ")


def test_a_harder_quota_has_no_higher_base_rate(workspace: Workspace, kept: Path) -> None:
    outlook_of_plan(workspace, "q3")
    beaten(kept)
    rates = []
    for number, amount in enumerate(("300000", "450000", "600000", "900000")):
        make_plan(workspace, f"harder{number}", "2026-Q3", [("won_amount", amount)])
        (found,) = outlook_of_plan(workspace, f"harder{number}")
        attainment = found.nodes[0].attainment
        if attainment is not None and attainment.chance.base_rate is not None:
            rates.append(attainment.chance.base_rate)
    assert len(rates) > 1
    assert rates == sorted(rates, reverse=True)


def test_a_page_is_told_of_its_own_levels_and_the_whole_of_all(workspace: Workspace, kept: Path) -> None:
    plan = workspace.plans().load("q3")
    goal = plan.goals[0]
    quotas = {quota.id: quota for quota in plan.quotas_of(goal)}
    with workspace.dataset() as data:
        facts = Facts(
            data=data,
            calendar=workspace.calendar,
            names=Names(data=data, as_of=_DAY, company="Acme", record_url=""),
            by="team",
            period=workspace.calendar.period("2026-Q3"),
            as_of=_DAY,
            restated=False,
            known=workspace.catalogue(data),
            caution="",
        )
        shared = SharedOutlooks(workspace=workspace, plan=plan, facts=facts)
        prospects = Prospects(shared=shared, goal=goal, quotas=quotas)
        levels = {}
        for level in ("company", "region", "team", "rep"):
            node = next(quota.id for quota in quotas.values() if quota.level == level)
            part = prospects.part(node)["outlook"]["track"]
            levels[level] = {row["level"] for row in part["rows"]}
    assert levels["company"] == {"company", "region", "team", "rep", "all together"}
    assert levels["team"] == {"team", "rep", "all together"}
    assert levels["rep"] == {"rep", "all together"}
    # Two regions beside one's own are too few.
    assert "region" not in levels["region"]


def _top(session: PlanSession) -> Gauge:
    goal = session.plan.goals[0]
    found = session.outlook(goal).gauge(session.plan.quotas_of(goal)[0])
    assert found is not None
    return found


def test_a_session_goes_on_while_a_record_is_worked_out_and_says_what_one_that_waits_says(
    workspace: Workspace, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = _top(PlanSession(workspace, "q3"))
    session, drawn = PlanSession(workspace, "q3"), []
    session.go_on()
    session.watch(lambda: drawn.append(session.plan.revision))
    with held_back(workspace, monkeypatch) as gate:
        first = _top(session)
        assert (
            first.chance(400_000_00).reason
            == "how far such outlooks were right on the past is being worked out"
        )
        assert first.chance(400_000_00).probability is None
        assert first.document()["enough"] is False
        assert first.document()["quantiles"] == waits.document()["quantiles"]
        node = session.outlook(session.plan.goals[0]).node(session.plan.quotas[0])
        assert node.attainment.chance.probability is None
        # The plan changes meanwhile, and data is asked and let go of.
        session.change(lambda plan: set_goal(plan, "won_amount", 410_000_00), "More")
        assert _top(session).unjudged
        assert len(session.records.awaited) == 1
        session.kpis.query(Query(kpis=("won_amount",)))
        session.kpis.close()
        session.notice()
        assert drawn == [session.plan.revision]
        gate.set()
        come()
    session.notice()
    session.notice()
    assert drawn == [session.plan.revision] * 2
    assert session.records.awaited == ()
    assert _top(session).document() == waits.document()
    assert session.outlook(session.plan.goals[0]).node(session.plan.quotas[0]).attainment.chance.probability
    session.undo()
    # Another session, or this one tomorrow, has it at once.
    later = PlanSession(workspace, "q3")
    later.go_on()
    assert _top(later).document() == waits.document()
    assert later.records.awaited == ()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_what_goes_wrong_beside_is_said_in_place_of_the_probability(
    workspace: Workspace, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise MemoryError("too large")

    monkeypatch.setattr(track_records, "_worked_out", broken)
    session = PlanSession(workspace, "q3")
    session.go_on()
    _top(session)
    come()
    session.notice()
    assert session.records.awaited == ()
    said = _top(session).chance(400_000_00)
    assert said.probability is None
    assert said.reason.endswith("could not be worked out (MemoryError('too large'))")
    assert not kept.exists()
    with pytest.raises(MemoryError):
        _top(PlanSession(workspace, "q3"))


def test_records_are_worked_out_one_at_a_time(
    workspace: Workspace, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once: list[int] = []
    running: list[int] = []

    def work(trials: Trials, steps: int, _told: object) -> None:
        running.append(steps)
        Event().wait(0.05)
        at_once.append(len(running))
        running.remove(steps)

    monkeypatch.setattr(track_records, "_worked_out", work)
    records = TrackRecords(beside=True)
    with workspace.dataset() as data:
        for steps in (1, 2, 3):
            records.of(Trials(workspace, data, "won_amount", _DAY), steps)
    assert len(records.awaited) == 3
    come()
    assert records.look()
    assert at_once == [1, 1, 1]
    assert records.awaited == ()
    assert len(json.loads(kept.read_text())) == 3
