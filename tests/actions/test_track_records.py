"""How far outlooks were right on the past: worked out once, kept, and heeded by what is shown."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import salesnb
from salesnb.actions import outlook_backtest
from salesnb.actions.facts import Facts
from salesnb.actions.making import make_plan
from salesnb.actions.naming import Names
from salesnb.actions.outlook_backtest import Trials, backtest_outlook
from salesnb.actions.outlook_words import outlook_lines, outlook_records
from salesnb.actions.plan_outlook import outlook_of_plan
from salesnb.actions.prospects import Prospects, SharedOutlooks
from salesnb.actions.track_records import FILE, track_record
from salesnb.crm.generator import write_sample
from salesnb.outlook.deals import NEVER, Deals
from salesnb.workspace import Settings, Workspace

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
