"""Reviews of teams that share a deal: each is held against its quota by its part, and counts the deal once."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from salesnb.actions.carried import Carried
from salesnb.actions.fact_tables import FactTables
from salesnb.actions.facts import Facts
from salesnb.actions.history import rep_history
from salesnb.actions.naming import COMPANY, Names
from salesnb.calendar import FiscalCalendar
from salesnb.crm.dataset import Dataset
from salesnb.crm.importing import ImportSettings, import_source
from salesnb.crm.mapping import load_mapping
from salesnb.planning import Quota

# Every test imports data.
pytestmark = pytest.mark.slow


CALENDAR = FiscalCalendar()
AS_OF = dt.date(2024, 3, 20)
FILES = {
    "deals.csv": """\
id,rep,amount,created,closed,expected,status,Sale Channel
1,Ann,1.01,2024-01-01,2024-02-01,,won,web
2,Ann,9.99,2024-01-01,,2024-03-30,open,web
3,Bob,5.00,2024-01-01,2024-01-20,,lost,fair
""",
    # Ann goes from Alps to Coast; Bob and Cid of the Coast share her deals.
    "memberships.csv": "rep,node,from,to\nAnn,Alps,,2024-03-01\nAnn,Coast,2024-03-01,\n",
    "reps.csv": "rep,team\nAnn,Alps\nBob,Coast\nCid,Coast\n",
    "credits.csv": "id,rep,share\n1,Bob,0.5\n2,Bob,0.25\n2,Cid,0.25\n",
    "mapping.toml": """\
[opportunities]
file = "deals.csv"
columns = { opportunity_id = "id", rep_id = "rep", amount = "amount", created_on = "created", closed_on = "closed", expected_close_on = "expected", status = "status" }
[reps]
file = "reps.csv"
columns = { rep_id = "rep", team = "team" }
[memberships]
file = "memberships.csv"
columns = { rep_id = "rep", node = "node", valid_from = "from", valid_to = "to" }
[credits]
file = "credits.csv"
columns = { opportunity_id = "id", rep_id = "rep", share = "share" }
""",
}


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    folder = tmp_path_factory.mktemp("shared")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    settings = ImportSettings(currency="USD", levels=("team",), as_of=AS_OF)
    import_source(folder, load_mapping(folder / "mapping.toml"), settings, folder / "data")
    with Dataset.open(Path(folder / "data")) as data:
        yield Facts(
            data=data,
            calendar=CALENDAR,
            names=Names(data=data, as_of=AS_OF, company="Acme", record_url=""),
            by="team",
            period=CALENDAR.period("2024-Q1"),
            as_of=AS_OF,
        )


def test_without_products_the_channel_of_a_deal_segments_the_business(facts: Facts) -> None:
    assert facts.segment_dimension == "Sale Channel"
    by_channel = replace(facts, by="Sale Channel")
    assert by_channel.segment_dimension == "product"
    (row,) = FactTables(facts).all("Alps", Carried(facts=facts, quotas={}))["by_segment"]["rows"]
    assert row[:2] == ["web", 51]


def test_teams_won_their_parts_and_the_company_the_deal(facts: Facts) -> None:
    assert {unit: row["won_amount"] for unit, row in facts.period_sums.items()} == {"Alps": 51, "Coast": 50}
    assert replace(facts, by=COMPANY).period_sums[COMPANY]["won_amount"] == 101


def test_an_open_deal_of_two_reps_of_a_team_stands_there_once(facts: Facts) -> None:
    (deal,) = facts.deals["Coast"]
    assert (deal.rep, deal.amount) == ("Ann, Bob, Cid", 999)
    assert facts.pipeline("Coast")["closable_count"] == 1
    assert facts.period_sums["Coast"]["open_count"] == 1


def test_restated_figures_follow_the_rep_and_others_stay(facts: Facts) -> None:
    restated = replace(facts, restated=True)
    assert {unit: row["won_amount"] for unit, row in restated.period_sums.items() if row["won_amount"]} == {
        "Coast": 101
    }


def test_the_history_that_quotas_are_made_of_counts_by_credit(facts: Facts) -> None:
    found = rep_history(facts.data, CALENDAR, facts.known, "won_amount", CALENDAR.period("2024-Q2"))
    assert found == {"rep:Ann": 51, "rep:Bob": 50}


def test_the_quota_of_a_rep_who_moved_is_carried_at_both_teams_by_days(facts: Facts) -> None:
    def quota(node: str, parent: str | None, level: str, amount: int) -> Quota:
        return Quota(
            id=node, parent=parent, level=level, name=node, kpi="won_amount", period="2024-Q1", unit="money",
            amount=amount, basis="given",
        )  # fmt: skip

    quotas = {
        one.id: one
        for one in (
            quota("company", None, "company", 300),
            quota("Alps", "company", "team", 100),
            quota("Coast", "company", "team", 200),
            quota("rep:Ann", "Alps", "rep", 100),
            quota("rep:Bob", "Coast", "rep", 200),
        )
    }

    def of(found: Facts, unit: str) -> dict[str, int | None]:
        tables = FactTables(found).all(unit, Carried(facts=found, quotas=quotas))
        return {row[0]: row[2] for row in tables["by_rep"]["rows"]}

    # Ann is 60 of 91 days at Alps, and 31 at the Coast.
    assert of(facts, "Alps") == {"Ann": 66}
    assert of(facts, "Coast") == {"Ann": 34, "Bob": 200, "Cid": None}
    # Where deals count for where she is now, so does her quota: it stands where the plan has it.
    assert of(replace(facts, restated=True), "Alps") == {"Ann": 100}
    assert of(replace(facts, by=COMPANY), COMPANY) == {"Ann": 100, "Bob": 200, "Cid": None}
    # Of what she sold through a channel nobody gave her a quota.
    assert of(replace(facts, by="Sale Channel"), "web")["Ann"] is None


def test_a_move_is_told_at_both_teams_and_the_months_of_the_goal_weigh(facts: Facts) -> None:
    quota = Quota(
        id="rep:Ann", parent="Alps", level="rep", name="Ann", kpi="won_amount", period="2024-Q1", amount=100, basis="given"
    )  # fmt: skip
    carried = Carried(
        facts=facts, quotas={"rep:Ann": quota}, season={"2024-01": 1, "2024-02": 1, "2024-03": 8}
    )
    assert [(place.name, place.amount) for place in carried.places("Ann")] == [("Alps", 20), ("Coast", 80)]
    assert carried.moves("Ann", "Alps") == "to 2024-02-29"
    assert carried.moves("Ann", "Coast") == "from 2024-03-01"
    assert carried.moves("Ann", COMPANY) == carried.moves("Bob", "Coast") == ""
