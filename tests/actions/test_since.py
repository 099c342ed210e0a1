"""Reviews tell each team what moved in its own pipeline since the import before, and which figure is not what it was."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from salesnb.actions.extracts import review_extracts
from salesnb.actions.facts import Facts
from salesnb.actions.naming import COMPANY, Names
from salesnb.crm.importing import ImportSettings, import_source
from salesnb.crm.mapping import load_mapping
from salesnb.workbooks.extract import review_from_document
from salesnb.workbooks.findings_bridge import Restated
from salesnb.workbooks.review import Review
from salesnb.workspace import Settings, Workspace

# Every test imports data.
pytestmark = pytest.mark.slow


BEFORE = """\
id,rep,amount,created,closed,status
1,Ann,100,2026-10-01,,open
2,Ann,200,2026-10-01,,open
3,Bob,400,2026-10-01,,open
4,Ann,1000,2026-09-01,2026-10-20,won
5,Bob,500,2026-11-02,,open
6,Cid,50,2026-09-01,2026-11-02,won
"""
# Ann wins one, gives one to Bob, and what she won in October is corrected; a deal of October is entered late.
AFTER = """\
id,rep,amount,created,closed,status
1,Ann,90,2026-10-01,2026-11-09,won
2,Bob,200,2026-10-01,,open
3,Bob,450,2026-10-01,,open
4,Ann,1300,2026-09-01,2026-10-20,won
5,Bob,500,2026-11-02,,open
6,Cid,50,2026-09-01,2026-11-02,won
7,Ann,70,2026-09-01,2026-10-15,won
"""
MAPPING = """\
[opportunities]
file = "deals.csv"
columns = { opportunity_id = "id", rep_id = "rep", amount = "amount", created_on = "created", closed_on = "closed", status = "status" }
[reps]
file = "reps.csv"
columns = { rep_id = "rep", team = "team" }
"""


def workspace_of(folder: Path, *exports: str, teams: str = "Ann,East\nBob,West\nCid,South\n") -> Workspace:
    workspace = Workspace.create(folder, replace(Settings(), levels=("team",)))
    source = folder / "crm"
    source.mkdir()
    (source / "mapping.toml").write_text(MAPPING)
    (source / "reps.csv").write_text(f"rep,team\n{teams}")
    for text in exports:
        (source / "deals.csv").write_text(text)
        settings = ImportSettings(currency="USD", levels=("team",))
        import_source(source, load_mapping(source / "mapping.toml"), settings, workspace.data_dir)
    return workspace


def extracts_of(workspace: Workspace, **more: object) -> dict[str, dict]:
    with workspace.dataset() as data:
        facts = facts_of(workspace, data, **more)
        return {
            one.id: json.loads(one.to_bytes())
            for one in review_extracts(workspace, None, facts, "kpi_review")
        }


def facts_of(workspace: Workspace, data: object, **more: object) -> Facts:
    return Facts(
        **{
            "data": data,
            "calendar": workspace.calendar,
            "names": Names(data=data, as_of=data.meta.as_of, company="Acme"),
            "by": "team",
            "period": workspace.calendar.period("2026-Q4"),
            "as_of": data.meta.as_of,
        }
        | more
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace with an export of 2 November and one of 9 November 2026."""
    yield workspace_of(tmp_path_factory.mktemp("since") / "mine", BEFORE, AFTER)


@pytest.fixture(scope="module")
def extracts(workspace: Workspace) -> dict[str, dict]:
    return extracts_of(workspace)


def amounts(part: dict[str, dict[str, int]]) -> dict[str, int]:
    return {kind: sums["amount"] for kind, sums in part.items()}


def test_each_team_has_its_own_bridge_that_adds_up(extracts) -> None:
    east, west = extracts["East"]["since"], extracts["West"]["since"]
    assert (east["then"], amounts(east["effects"]), east["now"]) == (
        {"amount": 30000, "deals": 2}, {"won": -10000, "reassigned": -20000}, {"amount": 0, "deals": 0},
    )  # fmt: skip
    assert (west["then"], amounts(west["effects"]), west["now"]) == (
        {"amount": 90000, "deals": 2}, {"resized": 5000, "reassigned": 20000}, {"amount": 115000, "deals": 3},
    )  # fmt: skip
    assert (west["since"], west["as_of"]) == ("2026-11-02", "2026-11-09")


def test_a_team_without_open_deals_has_nothing_that_moved(extracts) -> None:
    assert extracts["South"]["since"]["effects"] == {}
    assert extracts["South"]["since"]["now"] == {"amount": 0, "deals": 0}


def test_what_was_won_by_then_is_compared_deal_by_deal(extracts) -> None:
    assert extracts["East"]["since"]["restated"] == {"then": 100000, "now": 137000, "deals": 2}
    assert extracts["South"]["since"]["restated"] == {"then": 5000, "now": 5000, "deals": 0}


def test_a_bridge_names_no_deal(extracts) -> None:
    assert set(extracts["East"]["since"]) == {
        "since",
        "as_of",
        "then",
        "now",
        "effects",
        "beside",
        "restated",
    }


def test_a_review_says_it_in_words(extracts) -> None:
    review = Review(review_from_document(extracts["East"]))
    assert review.restated.plain == (
        "Won amount of Q4 2026 to Nov 2, 2026 was $1K, now $1.37K (+$370): 2 deals were entered or changed since."
    )
    assert review.since.finding == (
        "Open pipeline fell by $300 to $0 since Nov 2, 2026: won -$100 and reassigned -$200."
    )
    assert review.since.figures()[1:] == (
        ("Nov 2, 2026", "", "$300"), ("Won", "-$100", "$200"), ("Reassigned", "-$200", "$0"), ("Nov 9, 2026", "", "$0"),
    )  # fmt: skip


def test_where_nothing_moved_there_is_a_sentence_and_no_restatement(extracts) -> None:
    review = Review(review_from_document(extracts["South"]))
    assert review.since.plain == "Open pipeline is as it was on Nov 2, 2026: $0 in 0 deals."
    assert review.restated.plain == ""


def test_the_company_has_the_whole_bridge(workspace) -> None:
    with workspace.dataset() as data:
        found = facts_of(workspace, data, by=COMPANY).earlier.of(COMPANY)
    assert found.row.now.amount == 115000
    assert {kind: sums.amount for kind, sums in found.row.effects.items()} == {"won": -10000, "resized": 5000}
    assert (found.restated.then, found.restated.now) == (105000, 142000)


def test_a_period_that_had_not_begun_has_no_figure_to_restate(workspace) -> None:
    with workspace.dataset() as data:
        november, december = (
            facts_of(workspace, data, period=workspace.calendar.period(label)).earlier.of("West").restated
            for label in ("2026-11", "2026-12")
        )
    assert (november, december) == (Restated(then=0, now=0, deals=0), None)


def test_a_review_of_an_earlier_day_goes_back_to_an_import_before_that_day(workspace) -> None:
    with workspace.dataset() as data:
        assert facts_of(workspace, data, as_of=date(2026, 11, 2)).earlier is None
        assert facts_of(workspace, data, as_of=date(2026, 11, 3)).earlier.of("West").row.now.amount == 115000


def test_without_an_earlier_import_the_extract_is_as_before(tmp_path) -> None:
    found = extracts_of(workspace_of(tmp_path / "mine", BEFORE))
    assert all("since" not in one for one in found.values())
    review = Review(review_from_document(found["East"]))
    assert (review.since.plain, review.since.html) == ("", "")
    assert (review.restated.plain, review.restated.html) == ("", "")


def test_a_correction_of_the_same_day_is_no_earlier_day(tmp_path) -> None:
    workspace = workspace_of(tmp_path / "mine", BEFORE, BEFORE.replace("400", "401"))
    with workspace.dataset() as data:
        assert facts_of(workspace, data).earlier is None


def test_the_number_of_queries_does_not_grow_with_the_teams(workspace, tmp_path, monkeypatch) -> None:
    many = workspace_of(
        tmp_path / "many",
        *(text.replace("Cid", "Dea").replace("2,Bob", "2,Eli") for text in (BEFORE, AFTER)),
        teams="Ann,A\nBob,B\nDea,C\nEli,D\nFin,E\n",
    )
    counts = []
    for one in (workspace, many):
        with one.dataset() as data:
            asked, send = [], data.backend.to_pyarrow
            monkeypatch.setattr(
                data.backend,
                "to_pyarrow",
                lambda *args, send=send, asked=asked, **more: asked.append(1) or send(*args, **more),
            )
            facts = facts_of(one, data)
            assert facts.earlier.of("East") is not None
            counts.append(len(asked))
    assert counts[0] == counts[1] > 0
