"""Credits, transfers and restating, as people ask for them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import salesnb.crm

# Every test imports data.
pytestmark = pytest.mark.slow


SECTIONS = """
[memberships]
file = "memberships.csv"
columns = { rep_id = "rep", node = "node", valid_from = "from", valid_to = "to" }
[credits]
file = "credits.csv"
columns = { opportunity_id = "deal", rep_id = "rep", share = "share", kind = "kind" }
"""


@pytest.fixture
def shared(workspace: Path, export: Path, run: Callable[..., Any]) -> Path:
    """The small export, where Dea has half of Ann's first deal, and Ann goes from Mia's team to Noa's in August."""
    profile = Path(salesnb.crm.__file__).parent / "profiles" / "maven.toml"
    (workspace / "mapping.toml").write_text(profile.read_text() + SECTIONS)
    (export / "credits.csv").write_text("deal,rep,share,kind\nD000,Dea,0.5,revenue\nD000,Cid,1,overlay\n")
    moved = "Ann,West/Mia,,2017-08-01\nAnn,East/Noa,2017-08-01,\n"
    (export / "memberships.csv").write_text(f"rep,node,from,to\n{moved}")
    done = run("-C", workspace, "import", export, "--mapping", workspace / "mapping.toml", "--yes")
    assert done.code == 0, done.err
    assert "credits: read 2, loaded 2, rejected 0" in done.out
    return workspace


def won(run: Callable[..., Any], workspace: Path, *words: str) -> dict[str, float]:
    done = run("-C", workspace, "kpi", "query", "won_amount", "--by", "team", *words, "--format", "json")
    assert done.code == 0, done.err
    return {row["team"]: row["won_amount"] for row in json.loads(done.out)}


def test_teams_have_their_part_of_a_shared_deal(shared: Path, run: Callable[..., Any]) -> None:
    january = ("--from", "2017-01-01", "--to", "2017-01-31")
    owner, credit = won(run, shared, *january), won(run, shared, *january, "--credit", "credit")
    assert (owner["Mia"] - credit["Mia"], credit["Noa"] - owner["Noa"]) == (500, 500)
    assert won(run, shared, *january, "--credit", "overlay") == {"Mia": 0, "Noa": 1000}
    listed = run(
        "-C",
        shared,
        "kpi",
        "rows",
        "won_amount",
        *january,
        "--credit",
        "credit",
        "--where",
        "rep=Dea",
        "--format",
        "json",
    )
    assert [row["won_amount"] for row in json.loads(listed.out) if row["opportunity_id"] == "D000"] == [500]


def test_rows_by_credit_tell_the_share_and_the_whole_deal(shared: Path, run: Callable[..., Any]) -> None:
    asked = ("-C", shared, "kpi", "rows", "won_amount", "--from", "2017-01-01", "--to", "2017-01-31")
    listed = run(*asked, "--credit", "credit", "--by", "team", "--format", "json")
    rows = {(row["team"], row["opportunity_id"]): row for row in json.loads(listed.out)}
    told = ("amount", "share", "deal_amount")
    assert [[rows[team, "D000"][name] for name in told] for team in ("Mia", "Noa")] == [[500, 0.5, 1000]] * 2
    others = [row for (_, number), row in rows.items() if number != "D000"]
    assert others
    assert all((row["share"], row["deal_amount"]) == (1, row["amount"]) for row in others)
    assert "Amounts are the parts of deals that count here" in listed.err
    overlay = json.loads(run(*asked, "--credit", "overlay", "--format", "json").out)
    assert [[row[name] for name in told] for row in overlay] == [[1000, 1, 1000]]
    by_owner = run(*asked, "--format", "json")
    assert not {"share", "deal_amount"} & json.loads(by_owner.out)[0].keys()
    assert "parts of deals" not in by_owner.err


def test_last_year_changes_only_when_it_is_restated(shared: Path, run: Callable[..., Any]) -> None:
    first_half = ("--from", "2017-01-01", "--to", "2017-06-30")
    then, restated = won(run, shared, *first_half), won(run, shared, *first_half, "--restated")
    ann = run(
        "-C", shared, "kpi", "query", "won_amount", *first_half, "--where", "rep=Ann", "--format", "json"
    )
    moved = json.loads(ann.out)[0]["won_amount"]
    assert moved > 0
    assert restated == {"Mia": then["Mia"] - moved, "Noa": then["Noa"] + moved}


def test_an_unknown_credit_is_wrong_usage(shared: Path, run: Callable[..., Any]) -> None:
    assert run("-C", shared, "kpi", "query", "won_amount", "--credit", "split").code == 2


@pytest.mark.slow
@pytest.mark.notebook
def test_a_restated_review_has_a_folder_of_its_own_and_says_so(shared: Path, run: Callable[..., Any]) -> None:
    assert (
        run("-C", shared, "plan", "new", "q3", "--period", "2017-Q3", "--goal", "won_amount=20000").code == 0
    )
    done = run("-C", shared, "review", "q3", "--restated", "--jobs", "2")
    assert done.code == 0, done.err
    index = Path(done.out.strip().splitlines()[-1])
    assert index.parent.name.endswith("-restated")
    said = "by the organisation of that day"
    assert said in index.read_text()
    (page,) = index.parent.glob("noa-*.html")
    assert said in page.read_text()
