"""From a number to its deals, as people ask: the total under the rows, and why the CRM's report says something else."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from salesnb.cli import main

# Every test imports data.
pytestmark = pytest.mark.slow


OPPORTUNITIES = """\
Id,IsDeleted,AccountId,Name,StageName,Amount,CloseDate,IsClosed,IsWon,OwnerId,CreatedDate,CurrencyIsoCode
006A00000000001IAA,false,001A000000AcmeAIAR,Pumps,Closed Won,1000.50,2024-03-28,true,true,005A0000001aaaAIAQ,2024-01-10T15:00:00.000+0000,USD
006A00000000002IAA,false,001A000000AcmeAIAR,Valves,Closed Won,2000,2024-04-02,true,true,005A0000001aaaAIAQ,2024-01-11T15:00:00.000+0000,USD
006A00000000003IAA,false,001A000000AcmeAIAR,Pipes,Negotiation,300,2024-06-30,false,false,005A0000001aaaAIAQ,2024-02-01T15:00:00.000+0000,USD
006A00000000004IAA,true,001A000000AcmeAIAR,Gone,Closed Won,999,2024-03-01,true,true,005A0000001aaaAIAQ,2024-02-01T15:00:00.000+0000,USD
006A00000000005IAA,false,001A000000AcmeAIAR,Odd,Closed Won,-50,2024-03-01,true,true,005A0000002bbbBIAQ,2024-02-05T15:00:00.000+0000,USD
006A00000000006IAA,false,001A000000AcmeAIAR,Taps,Closed Won,400,2024-03-05,true,true,005A0000002bbbBIAQ,2024-02-05T15:00:00.000+0000,USD
"""
USERS = """\
Id,Name,Email,ManagerId
005A0000001aaaAIAQ,Ann Fox,ann@x.test,005A0000003cccCIAQ
005A0000002bbbBIAQ,Bob Hill,bob@x.test,005A0000003cccCIAQ
005A0000003cccCIAQ,Vera Lane,vera@x.test,
"""
REPORT = """\
"Opportunity Owner","Account Name","Opportunity Name","Stage","Amount","Close Date","Opportunity ID"
"Ann Fox","Acme","Pumps","Closed Won","1,200.50","3/28/2024","006A00000000001"
"Ann Fox","Acme","Valves","Closed Won","2,000.00","3/31/2024","006A00000000002"
"Ann Fox","Acme","Pipes","Negotiation","300.00","6/30/2024","006A00000000003"
"Ann Fox","Acme","Gone","Closed Won","999.00","3/1/2024","006A00000000004"
"Bob Hill","Acme","Odd","Closed Won","(50.00)","3/1/2024","006A00000000005"
"Grand Total","","","","4,449.50","",""


"Won in Q1"
"Copyright (c) 2000-2024 salesforce.com, inc. All rights reserved."
"""
QUARTER = ("--from", "2024-01-01", "--to", "2024-03-31")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a data export of Salesforce's, and a report of the same quarter."""
    folder = tmp_path_factory.mktemp("reconcile")
    crm = folder / "crm"
    crm.mkdir()
    (crm / "Opportunity.csv").write_text(OPPORTUNITIES)
    (crm / "User.csv").write_text(USERS)
    (folder / "report.csv").write_text(REPORT)
    assert main(["new", str(folder / "mine")]) == 0
    assert main(["-C", str(folder / "mine"), "import", str(crm), "--mapping", "salesforce"]) == 0
    return folder


@pytest.fixture
def ask(loaded: Path, run: Callable[..., Any]) -> Callable[..., Any]:
    """Compare the report with won_amount of its quarter."""

    def call(*words: str, kpi: str = "won_amount", report: str = "report.csv") -> Any:
        return run("-C", loaded / "mine", "kpi", "reconcile", kpi, "--expect", loaded / report, *words)

    return call


def test_a_salesforce_report_is_explained_to_the_last_cent(ask: Callable[..., Any]) -> None:
    done = ask(*QUARTER)
    assert done.code == 0, done.err
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines[:3] == [
        "Won amount in report.csv $4,149.50",
        "Won amount in salesnb $1,400.50",
        "Difference -$2,749.00",
    ]
    assert lines[4:11] == [
        "reason deals effect",
        "other date 1 -$2,000.00",
        "missing in salesnb 1 -$999.00",
        "missing in the report 1 $400.00",
        "other amount 1 -$200.00",
        "set aside at import 1 $50.00",
        "Total -$2,749.00",
    ]
    assert "closed on 2024-03-31 in the report, 2024-04-02 here" in done.out
    assert "row 6 of Opportunity.csv was set aside: amount is negative (-50)" in done.out
    assert "report.csv is read so: opportunity_id = Opportunity ID; name = Opportunity Name;" in done.err
    assert "4,449.50 in row 7; it is the sum of the rows." in done.err
    assert "1 row of the report does not count in its figure: 1 open." in done.err


def test_csv_and_json_hold_the_deals_and_add_up(ask: Callable[..., Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(ask(*QUARTER, "--format", "csv").out)))
    assert list(rows[0]) == [
        "opportunity_id",
        "name",
        "row",
        "reason",
        "report",
        "salesnb",
        "effect",
        "detail",
    ]
    assert sum(round(float(row["effect"]) * 100) for row in rows) == -274_900
    found = json.loads(ask(*QUARTER, "--format", "json").out)
    assert (found["report"], found["salesnb"], found["difference"]) == (4149.5, 1400.5, -2749)
    assert sum(reason["effect"] for reason in found["reasons"]) == found["difference"]
    assert {deal["opportunity_id"]: deal["effect"] for deal in found["deals"]}["006A00000000001IAA"] == -200


def test_counts_are_compared_too(ask: Callable[..., Any]) -> None:
    done = ask(*QUARTER, kpi="won_count")
    assert done.code == 0, done.err
    assert [" ".join(line.split()) for line in done.out.splitlines()[:3]] == [
        "Deals won in report.csv 4", "Deals won in salesnb 2", "Difference -2",
    ]  # fmt: skip


def test_a_report_of_one_team_is_compared_with_that_team(ask: Callable[..., Any]) -> None:
    done = ask(*QUARTER, "--where", "rep=Bob Hill", "--format", "json")
    found = json.loads(done.out)
    assert (found["report"], found["salesnb"]) == (-50, 400)


@pytest.mark.parametrize(
    ("kpi", "words", "code", "said"),
    [
        ("win_rate", (), 2, "Compare one of its parts: won_count, closed_count."),
        ("won_amout", (), 2, "Did you mean 'won_amount'?"),
        ("won_amount", ("--columns", "amount"), 2, "Write OURS=COLUMN"),
        ("won_amount", ("--columns", "amount=Betrag"), 2, "The report has no column 'Betrag'."),
        ("won_amount", ("--columns", "amount="), 1, "No column is an amount."),
        ("won_amount", ("--where", "team=Nowhere"), 2, "There is no team 'Nowhere'."),
    ],
)
def test_what_cannot_be_compared_is_told_in_a_line(
    ask: Callable[..., Any], kpi: str, words: tuple[str, ...], code: int, said: str
) -> None:
    done = ask(*words, kpi=kpi)
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_report_that_is_missing_or_of_others_is_told(loaded: Path, ask: Callable[..., Any]) -> None:
    assert "There is no gone.csv." in ask(report="gone.csv").err
    (loaded / "other.csv").write_text("Deal ID,Amount\nX1,10\nX2,20\n")
    done = ask(report="other.csv")
    assert (done.code, "Is it a report of another CRM" in done.err) == (1, True)


def test_a_chart_leads_from_the_report_to_salesnb(loaded: Path) -> None:
    from datetime import date

    from salesnb import Workspace, reconcile
    from salesnb.actions.reconciling import difference_chart

    workspace = Workspace.open(loaded / "mine")
    found = reconcile(
        workspace, "won_amount", loaded / "report.csv", first=date(2024, 1, 1), last=date(2024, 3, 31)
    )
    text = difference_chart(found, workspace).text()
    assert text.startswith("salesnb has $2.75K less than report.csv")
    assert "Other date" in text


def test_under_the_rows_stands_what_they_add_up_to(loaded: Path, run: Callable[..., Any]) -> None:
    done = run("-C", loaded / "mine", "kpi", "rows", "won_amount", *QUARTER)
    last = done.out.splitlines()[-1]
    assert (last.startswith("Total of 2 rows"), last.endswith("$1,400.50")) == (True, True)
    ratio = run("-C", loaded / "mine", "kpi", "rows", "win_rate", *QUARTER).out.splitlines()[-1]
    assert ratio.split()[-2:] == ["2", "2"]
    for form in ("csv", "json"):
        assert "Total" not in run("-C", loaded / "mine", "kpi", "rows", "won_amount", "--format", form).out
    middle = run("-C", loaded / "mine", "kpi", "rows", "median_deal").out
    assert "Total" not in middle
