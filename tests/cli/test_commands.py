"""The command line: each command does its job, and what it prints is what programs can rely on."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from salesnb.cli import COMMANDS
from salesnb.cli.plan import _ACTIONS as PLAN_ACTIONS

DESIGNED = {
    "changes",
    "demo",
    "new",
    "import",
    "kpi",
    "plan",
    "review",
    "deliver",
    "reproduce",
    "session",
    "lab",
    "plugins",
}


def test_help_lists_every_command(run: Callable) -> None:
    done = run("--help")
    assert done.code == 0
    assert all(f"  {name} " in done.out for name in DESIGNED)
    assert set(COMMANDS) == DESIGNED


@pytest.mark.parametrize("command", sorted(DESIGNED))
def test_each_command_explains_itself(run: Callable, command: str) -> None:
    done = run(command, "--help")
    assert done.code == 0
    assert "usage: salesnb" in done.out


def test_plan_has_its_sub_commands(run: Callable) -> None:
    printed = run("plan", "--help").out
    assert all(action in printed for action in PLAN_ACTIONS)


def test_a_wrong_command_is_wrong_usage(run: Callable) -> None:
    assert run("revue").code == 2
    assert run().code == 2


def test_import_prints_a_line_a_table(run: Callable, tmp_path: Path, export: Path) -> None:
    run("new", tmp_path / "mine")
    done = run("-C", tmp_path / "mine", "import", export, "--mapping", "maven")
    assert "opportunities: read 40, loaded 40, rejected 0, repaired 0, warned 0" in done.out.splitlines()
    assert "as of" in done.err


def test_import_prints_json_for_programs(run: Callable, workspace: Path, export: Path) -> None:
    done = run("-C", workspace, "import", export, "--mapping", "maven", "--format", "json")
    counts = {row["table"]: row for row in json.loads(done.out)}
    assert set(counts["opportunities"]) == {"table", "read", "loaded", "rejected", "repaired", "warned"}
    assert "Nothing has changed" in done.err


def test_a_query_prints_the_documented_csv(run: Callable, workspace: Path) -> None:
    done = run(
        "-C",
        workspace,
        "kpi",
        "query",
        "won_count",
        "won_amount",
        "win_rate",
        "--by",
        "team,quarter",
        "--format",
        "csv",
    )
    rows = list(csv.reader(io.StringIO(done.out)))
    assert rows[0] == ["team", "quarter", "won_count", "won_amount", "win_rate"]
    assert rows[1][:2] == ["Mia", "2017-Q1"]
    assert all(len(row[3].partition(".")[2]) == 2 for row in rows[1:])


def test_csv_and_json_say_the_same(run: Callable, workspace: Path) -> None:
    words = ("-C", workspace, "kpi", "query", "won_amount", "win_rate", "--by", "rep")
    as_csv = list(csv.DictReader(io.StringIO(run(*words, "--format", "csv").out)))
    as_json = json.loads(run(*words, "--format", "json").out)
    assert [list(row) for row in as_json] == [list(row) for row in as_csv]
    for one, other in zip(as_csv, as_json, strict=True):
        assert float(one["won_amount"]) == float(other["won_amount"])


def test_rows_add_up_to_the_figure(run: Callable, workspace: Path) -> None:
    words = (
        "won_amount",
        "--where",
        "team=Mia",
        "--from",
        "2017-01-01",
        "--to",
        "2017-06-30",
        "--format",
        "json",
    )
    figure = json.loads(run("-C", workspace, "kpi", "query", *words).out)[0]["won_amount"]
    rows = json.loads(run("-C", workspace, "kpi", "rows", *words).out)
    assert len(rows) > 1
    assert sum(round(100 * row["won_amount"]) for row in rows) == round(100 * figure)


def test_rows_show_names_to_people_and_ids_to_programs_as_well(run: Callable, workspace: Path) -> None:
    asked = ("-C", workspace, "kpi", "rows", "won_amount")
    shown = run(*asked).out.splitlines()[0].split()
    assert shown[:4] == ["opportunity_id", "name", "account", "rep"]
    listed = run(*asked, "--format", "csv").out.splitlines()[0].split(",")
    assert listed[:6] == ["opportunity_id", "name", "account_id", "account", "rep_id", "rep"]


def test_the_last_day_asked_for_is_included(run: Callable, workspace: Path) -> None:
    deals = json.loads(run("-C", workspace, "kpi", "rows", "won_count", "--format", "json").out)
    last = max(row["closed_on"] for row in deals)
    same_day = run(
        "-C", workspace, "kpi", "query", "won_count", "--from", last, "--to", last, "--format", "json"
    )
    assert json.loads(same_day.out)[0]["won_count"] == sum(row["closed_on"] == last for row in deals)


@pytest.mark.slow
def test_the_catalogue_is_listed_and_checked(run: Callable, workspace: Path) -> None:
    names = {row["name"] for row in json.loads(run("kpi", "list", "--format", "json").out)}
    assert {"won_amount", "win_rate", "median_cycle_days", "coverage", "attainment", "pacing"} <= names
    assert "won_amount" in run("kpi", "show", "won_amount").out
    done = run("-C", workspace, "kpi", "check")
    assert (done.code, " 0 failed" in done.err) == (0, True)


def test_a_plan_cascades_exactly_and_says_so(run: Callable, planned: Path) -> None:
    plan = json.loads(run("-C", planned, "plan", "show", "q3", "--format", "json").out)
    quotas = {quota["id"]: quota for quota in plan["quotas"]}
    assert quotas["company"]["amount_minor"] == 2_000_000
    for node in quotas.values():
        parts = [quota["amount_minor"] for quota in quotas.values() if quota["parent"] == node["id"]]
        assert not parts or sum(parts) == node["amount_minor"]
    # None was stated, and none is invented.
    assert (plan["goals"][0]["objective"], plan["objectives"]) == (None, [])


@pytest.mark.slow
def test_history_reads_nothing_from_the_start_of_the_plan_on(
    run: Callable, make_export: Callable, tmp_path: Path
) -> None:
    late = "X001,Ann,Base,Account 1,Won,2017-07-01,2017-08-01,9000000\n"
    amounts = []
    for name, more in (("plain", ""), ("late", late)):
        folder, export = tmp_path / name, make_export(tmp_path / f"crm-{name}")
        with (export / "sales_pipeline.csv").open("a") as file:
            file.write(more)
        run("new", folder)
        run("-C", folder, "import", export, "--mapping", "maven")
        run("-C", folder, "plan", "new", "q3", "--period", "2017-Q3", "--goal", "won_amount=20000")
        plan = json.loads(run("-C", folder, "plan", "show", "q3", "--format", "json").out)
        amounts.append([quota["amount_minor"] for quota in plan["quotas"]])
    assert amounts[0] == amounts[1]


def test_a_locked_quota_stays_and_the_others_follow(run: Callable, planned: Path) -> None:
    done = run("-C", planned, "plan", "cascade", "q3", "--lock", "Ann=9000", "--why", "agreed")
    assert done.code == 0, done.err
    done = run("-C", planned, "plan", "cascade", "q3", "--goal", "won_amount=25000")
    assert done.code == 0, done.err
    plan = json.loads(run("-C", planned, "plan", "show", "q3", "--format", "json").out)
    quotas = {quota["name"]: quota for quota in plan["quotas"]}
    assert quotas["Ann"]["amount_minor"] == 900_000
    assert quotas["Ann"]["lock"]["why"] == "agreed"
    assert plan["quotas"][0]["amount_minor"] == 2_500_000


def test_revisions_can_be_listed_compared_and_restored(run: Callable, planned: Path) -> None:
    run("-C", planned, "plan", "cascade", "q3", "--goal", "won_amount=25000")
    history = json.loads(run("-C", planned, "plan", "history", "q3", "--format", "json").out)
    assert [entry["revision"] for entry in history] == [1, 2]
    assert "25,000" in run("-C", planned, "plan", "diff", "q3").out
    assert run("-C", planned, "plan", "restore", "q3", 1).code == 0
    plan = json.loads(run("-C", planned, "plan", "show", "q3", "--format", "json").out)
    assert (plan["revision"], plan["quotas"][0]["amount_minor"]) == (3, 2_000_000)


def test_an_approved_plan_is_frozen_until_it_is_a_draft_again(run: Callable, planned: Path) -> None:
    assert run("-C", planned, "plan", "approve", "q3").code == 0
    assert run("-C", planned, "plan", "approve", "q3").code == 1
    run("-C", planned, "plan", "cascade", "q3", "--goal", "won_amount=25000")
    plan = json.loads(run("-C", planned, "plan", "show", "q3", "--format", "json").out)
    assert plan["status"] == "draft"


def test_a_goal_on_a_rate_is_kept_and_not_split(run: Callable, workspace: Path) -> None:
    done = run("-C", workspace, "plan", "new", "rate", "--period", "2017-Q3", "--goal", "win_rate=35%")
    assert (done.code, "win_rate at least 35.0%" in done.err) == (0, True)
    plan = json.loads(run("-C", workspace, "plan", "show", "rate", "--format", "json").out)
    assert (plan["goals"][0]["value"], plan["quotas"]) == (0.35, [])


def test_deals_whose_stage_then_is_not_known_are_labelled_for_people_alone(
    run: Callable, workspace: Path
) -> None:
    asked = ("-C", workspace, "kpi", "query", "open_count", "--by", "stage", "--as-of", "2017-03-31")
    told = run(*asked, "--totals")
    labels = [line.split("  ")[0] for line in told.out.splitlines()]
    assert labels.count("Not known then") == 1
    assert labels[-1] == "Total"
    assert told.err.count("closed since 2017-03-31") == 1
    assert run(*asked, "--format", "csv").out.splitlines()[1].startswith(",")
