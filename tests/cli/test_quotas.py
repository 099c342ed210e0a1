"""Quotas as people keep them, from a spreadsheet to a plan."""

import contextlib
import json
import os
import pty
import shutil
import subprocess
import sys

import pytest

from salesnb.cli import main

# Every test imports data.
pytestmark = pytest.mark.slow

REPS = "id,name,node\n1,Ann Lee,East\n2,Robert Smith,East\n3,Zoë Brandt,West\n4,Eve Late,\n5,Ida Gone,\n"
MEMBERS = "rep,node,from,to\n1,East,2023-01-01,\n2,East,2023-01-01,\n3,West,2023-01-01,\n4,West,2024-02-01,\n5,East,2023-01-01,2023-07-01\n"
ORG = "node,name,parent,level\ncompany,Acme,,company\nEast,East,company,team\nWest,West,company,team\n"
DEALS = "id,owner,stage,amount,created,closed\n" + "".join(
    f"{n},{1 + n % 3},{('Won', 'Lost')[n % 5 == 4]},{100 + n},2023-01-{1 + n % 28:02d},2023-{1 + n % 12:02d}-15\n"
    for n in range(60)
)
MAPPING = """
[opportunities]
file = "deals.csv"
columns = { opportunity_id = "id", rep_id = "owner", stage = "stage", amount = "amount", created_on = "created", closed_on = "closed" }
[opportunities.status]
column = "stage"
won = ["Won"]
lost = ["Lost"]
[reps]
file = "reps.csv"
columns = { rep_id = "id", name = "name" }
[org]
file = "org.csv"
columns = { node = "node", name = "name", parent = "parent", level = "level" }
[memberships]
file = "members.csv"
columns = { rep_id = "rep", node = "node", valid_from = "from", valid_to = "to" }
"""
MONTHS = "Rep,Jan 2024,Feb 2024,Mar 2024\nAnn Lee,1000,2000,3000\nRobert Smith,500,500,500\nZoë Brandt,100,100,400\n"


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quotas")
    for name, text in (("deals", DEALS), ("reps", REPS), ("org", ORG), ("members", MEMBERS)):
        (folder / f"{name}.csv").write_text(text)
    (folder / "mapping.toml").write_text(MAPPING)
    assert main(["new", str(folder / "w")]) == 0
    settings = folder / "w" / "salesnb.toml"
    settings.write_text(settings.read_text().replace('levels = ["region", "team"]', 'levels = ["team"]'))
    assert 'levels = ["team"]' in settings.read_text()
    assert (
        main(["-C", str(folder / "w"), "import", str(folder), "--mapping", str(folder / "mapping.toml")]) == 0
    )
    return folder / "w"


@pytest.fixture
def workspace(base, tmp_path):
    return shutil.copytree(base, tmp_path / "w")


@pytest.fixture
def cli(workspace, run):
    return lambda *arguments: run("-C", workspace, *arguments)


@pytest.fixture
def save(tmp_path):
    def saving(text, name="quotas.csv"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return saving


def quotas_of(workspace, plan):
    document = json.loads((workspace / "plans" / f"{plan}.plan.json").read_text())
    return {quota["id"]: quota["amount_minor"] // 100 for quota in document["quotas"]}


def test_a_file_of_quotas_is_known_for_what_it_is_and_leaves_the_deals_alone(cli, save):
    before = cli("kpi", "query", "won_amount", "--format", "csv").out
    done = cli("import", save(MONTHS))
    assert (done.code, done.out) == (0, "quotas: read 9, loaded 9, rejected 0, repaired 0, warned 0\n")
    assert "Kept quotas of 3 for 2024-01 to 2024-03" in done.err
    assert cli("kpi", "query", "won_amount", "--format", "csv").out == before


def test_an_import_of_other_crm_files_carries_quotas_on(cli, save, base, tmp_path, workspace):
    cli("import", save(f"{MONTHS}Nobody,1,1,1\n"))
    folder = tmp_path / "crm"
    folder.mkdir()
    for name in ("deals.csv", "reps.csv", "org.csv", "members.csv", "mapping.toml"):
        shutil.copy(base.parent / name, folder)
    with (folder / "deals.csv").open("a") as file:
        file.write("99,1,Won,5,2023-01-02,2023-02-03\n")
    done = cli("import", folder, "--mapping", folder / "mapping.toml")
    assert "opportunities: read 61" in done.out
    assert (workspace / "data" / "rejected.csv").read_text().count("nobody is called 'Nobody'") == 3
    assert cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas").code == 0
    assert quotas_of(workspace, "q1")["company"] == 8100


def test_a_plan_keeps_the_quotas_of_a_file_and_their_sum_is_its_goal(cli, save, workspace):
    done = cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", save(MONTHS))
    assert done.code == 0, done.err
    assert quotas_of(workspace, "q1") == {
        "company": 8100, "East": 7500, "rep:1": 6000, "rep:2": 1500, "West": 600, "rep:3": 600, "rep:4": 0,
    }  # fmt: skip
    assert "Goal: won_amount at least $8,100 in 2024-Q1" in done.err


def test_months_of_the_file_are_the_season_of_the_plan(cli, save, workspace):
    cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", save(MONTHS))
    document = json.loads((workspace / "plans" / "q1.plan.json").read_text())
    assert [stone["weight_bp"] for stone in document["milestones"]] == [1975, 3210, 4815]


def test_a_goal_beside_the_quotas_stays_and_the_difference_is_said(cli, save, workspace):
    done = cli(
        "plan", "new", "q1", "--period", "2024-Q1", "--quotas", save(MONTHS), "--goal", "won_amount=8000"
    )
    assert quotas_of(workspace, "q1")["company"] == 8100
    assert "The quotas come to 8,100, the goal is 8,000 (+1.2%)" in done.err


def test_who_joins_later_has_the_quota_that_is_given(cli, save, workspace):
    cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", save(f"{MONTHS}Eve Late,,50,50\n"))
    assert quotas_of(workspace, "q1")["rep:4"] == 100
    assert quotas_of(workspace, "q1")["West"] == 700


def test_who_has_left_is_in_no_plan_and_a_quota_for_them_is_named(cli, save, workspace):
    cli("plan", "new", "by-history", "--period", "2024-Q1", "--goal", "won_amount=9000")
    assert "rep:5" not in quotas_of(workspace, "by-history")
    done = cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", save(f"{MONTHS}Ida Gone,1,1,1\n"))
    assert "3 of the imported quotas are of people or places that the organisation does not have" in done.err
    assert "in 2024-Q1: Ida Gone. They are left out." in done.err
    assert quotas_of(workspace, "q1")["company"] == 8100


def test_a_quota_for_a_part_of_the_period_is_said_to_be_one(cli, save):
    done = cli("plan", "new", "y", "--period", "2024", "--quotas", save(MONTHS))
    assert "3 quotas are given for a part of 2024 only: Ann Lee, Robert Smith, Zoë Brandt" in done.err


def test_a_team_shares_what_its_reps_are_not_given(cli, save, workspace):
    text = "Who,2024-Q1,2024-Q2\nEast,1000,1\nRobert Smith,400,1\nWest,300,1\n"
    cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", save(text))
    assert quotas_of(workspace, "q1") == {
        "company": 1300, "East": 1000, "rep:1": 600, "rep:2": 400, "West": 300, "rep:3": 300, "rep:4": 0,
    }  # fmt: skip


def test_shorter_periods_count_where_they_fill_the_longer_one(cli, save, workspace):
    text = f"{MONTHS}\nRep,Period,Quota\n"
    cli("import", save(text))
    more = "Rep,Period,Quota\nAnn Lee,2024-Q1,7000\nAnn Lee,2024-01,1000\nAnn Lee,2024-02,1000\nAnn Lee,2024-03,1000\nRobert Smith,2024-Q1,900\nRobert Smith,2024-01,1\n"
    done = cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", save(more))
    assert "Ann Lee has $7,000 for 2024-Q1, the parts add up to $3,000; the parts count." in done.err
    assert quotas_of(workspace, "q1")["rep:1"] == 3000
    assert quotas_of(workspace, "q1")["rep:2"] == 900


def test_a_quota_that_a_mapping_brings_twice_counts_once_and_is_named(cli, base, tmp_path, workspace):
    folder = tmp_path / "crm"
    folder.mkdir()
    for name in ("deals.csv", "reps.csv", "org.csv", "members.csv"):
        shutil.copy(base.parent / name, folder)
    (folder / "q.csv").write_text("who,when,much\nAnn Lee,2024-Q1,100\nAnn Lee,2024-Q1,900\n2,2024-Q1,50\n")
    columns = 'columns = { owner = "who", period = "when", amount = "much" }'
    (folder / "mapping.toml").write_text(f'{MAPPING}[quotas]\nfile = "q.csv"\n{columns}\n')
    assert cli("import", folder, "--mapping", folder / "mapping.toml").code == 0
    done = cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas")
    assert "1 of the imported quotas stand twice, and the first counts: Ann Lee" in done.err
    assert quotas_of(workspace, "q1")["company"] == 150


def test_quotas_that_do_not_fit_are_refused_by_name_and_no_plan_is_made(cli, save, workspace):
    text = "Who,2024-Q1,2024-Q2\nEast,1000,1\nRobert Smith,1400,1\nWest,300,1\n"
    done = cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", save(text))
    assert done.code == 1
    assert "The quotas below East (Robert Smith 1,400) come to 1,400, but East has 1,000" in done.err
    assert not (workspace / "plans" / "q1.plan.json").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--period", "2024-Q1"), 2, "The plan has no goal"),
        (("--period", "2024-Q1", "--quotas"), 1, "No quotas were imported"),
        (("--period", "2024-Q1", "--quotas", "gone.xlsx"), 1, "no file gone.xlsx"),
    ],
)
def test_a_plan_without_goal_or_quotas_is_refused(cli, arguments, code, said):
    done = cli("plan", "new", "q1", *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_quotas_of_another_year_are_said_to_be_so(cli, save):
    done = cli("plan", "new", "q1", "--period", "2025-Q1", "--quotas", save(MONTHS))
    assert done.code == 1
    assert "None of the imported quotas is for 2025-Q1" in done.err


def test_a_name_that_nobody_has_is_offered_the_nearest_and_kept_when_said(cli, save, workspace):
    file = save(MONTHS.replace("Robert", "Bob"))
    done = cli("import", file)
    assert "Nobody is called 'Bob Smith' (3 set aside). Nearest: Robert Smith (rep:2)" in done.err
    assert (
        "quotas,quotas.csv,3,Feb 2024,nobody is called 'Bob Smith',500"
        in (workspace / "data" / "rejected.csv").read_text()
    )
    assert "loaded 9" in cli("import", file, "--name", "Bob Smith=Robert Smith").out
    assert '"Bob Smith" = "rep:2"' in (workspace / "quotas.toml").read_text()
    assert "loaded 9" in cli("import", file).out


def test_a_name_is_never_said_to_mean_somebody_unknown(cli, save):
    done = cli("import", save(MONTHS), "--name", "Bob=Rob Smit")
    assert done.code == 2
    assert "Nobody is called 'Rob Smit'" in done.err
    assert "Robert Smith" in done.err


def test_in_a_terminal_it_asks_whom_a_name_means(workspace, save):
    answered = in_terminal(workspace, save(MONTHS.replace("Robert", "Bob")), b"1\n")
    assert "Who is 'Bob Smith' (3 quotas)?" in answered
    assert "loaded 9" in answered
    assert '"Bob Smith" = "rep:2"' in (workspace / "quotas.toml").read_text()


def in_terminal(workspace, source, keys):
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "salesnb", "-C", str(workspace), "import", str(source)]
    process = subprocess.Popen(command, stdin=child, stdout=child, stderr=child, close_fds=True)
    os.close(child)
    os.write(parent, keys)
    shown = b""
    with contextlib.suppress(OSError):
        while piece := os.read(parent, 4096):
            shown += piece
    process.wait()
    os.close(parent)
    return shown.decode()
