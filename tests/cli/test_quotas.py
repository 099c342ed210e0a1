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
    assert "'Nobody' $3" in cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas").err
    assert cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", "--partial").code == 0
    assert quotas_of(workspace, "q1")["company"] == 8100


def test_a_plan_keeps_the_quotas_of_a_file_and_their_sum_is_its_goal(cli, save, workspace):
    done = cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", save(MONTHS))
    assert done.code == 0, done.err
    assert quotas_of(workspace, "q1") == {
        "company": 8100, "East": 7500, "rep:1": 6000, "rep:2": 1500, "West": 600, "rep:3": 600, "rep:4": 0,
    }  # fmt: skip
    assert "Goal: won_amount at least $8,100 in 2024-Q1" in done.err


def test_a_row_below_a_merged_name_is_said_to_be_set_aside_and_what_to_do(cli, save, workspace):
    header, first, *rest = MONTHS.strip().splitlines()
    nameless = "," + first.partition(",")[2]
    done = cli(
        "plan",
        "new",
        "q1",
        "--period",
        "2024-Q1",
        "--quotas",
        save("\n".join([header, first, nameless, *rest])),
    )
    assert "3 set aside, the first in row 3 of quotas.csv: it does not say whose it is" in done.err
    assert "fill it down to every row" in done.err


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
    assert (
        "3 of the imported quotas ($3) are of people or places that the organisation does not have"
        in done.err
    )
    assert "in 2024-Q1: Ida Gone. They are left out." in done.err
    assert quotas_of(workspace, "q1")["company"] == 8100


def test_a_quota_for_a_part_of_the_period_is_said_to_be_one(cli, save):
    done = cli("plan", "new", "y", "--period", "2024", "--quotas", save(MONTHS))
    assert "3 quotas are given for a part of 2024 only: Ann Lee, Robert Smith, Zoë Brandt" in done.err


def test_a_team_shares_what_its_reps_are_not_given(cli, save, workspace):
    text = "Who,2024-Q1,2024-Q2\nEast,1000,1\nRobert Smith,400,1\nWest,300,1\n"
    cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", save(text))
    # Eve is new and has no history, which is not the same as having sold nothing: she counts as her peers do.
    assert quotas_of(workspace, "q1") == {
        "company": 1300, "East": 1000, "rep:1": 600, "rep:2": 400, "West": 300, "rep:3": 150, "rep:4": 150,
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
    assert "1 of the imported quotas ($900) stands twice, and the first counts: Ann Lee" in done.err
    assert quotas_of(workspace, "q1")["company"] == 150


def test_attainment_of_a_month_is_held_against_what_is_given_for_it(cli, save, workspace):
    year = "Rep,Q1 2023,Apr 2023,May 2023,Jun 2023\nAnn Lee,900,-,200,50\nRobert Smith,90,7,8,9\nZoë Brandt,1,2,3,4000\n"
    assert cli("plan", "new", "h1", "--period", "2023", "--quotas", save(year)).code == 0
    shown = cli("plan", "show", "h1", "--by", "quarter").out.splitlines()
    assert [line.split()[-5:-2] for line in shown if "Ann" in line] == [["$1,150", "$900", "$250"]]
    won = cli("kpi", "query", "won_amount", "--credit", "credit", "--by", "rep,month", "--from", "2023-04-01",
              "--to", "2023-06-30", "--format", "json")  # fmt: skip
    amounts = {(row["rep"], row["month"]): float(row["won_amount"]) for row in json.loads(won.out)}
    done = cli("kpi", "query", "attainment", "--by", "rep,month", "--from", "2023-04-01", "--to", "2023-06-30",
               "--format", "json")  # fmt: skip
    found = {(row["rep"], row["month"]): row["attainment"] for row in json.loads(done.out)}
    assert found["Ann Lee", "2023-04"] is None
    assert found["Ann Lee", "2023-05"] == pytest.approx(amounts["Ann Lee", "2023-05"] / 200)
    assert found["Zoë Brandt", "2023-06"] == pytest.approx(amounts["Zoë Brandt", "2023-06"] / 4000)


def test_months_of_every_owner_add_up_to_the_cent_in_the_plan(cli, save, workspace):
    cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", save(MONTHS))
    document = json.loads((workspace / "plans" / "q1.plan.json").read_text())
    months = {q["id"]: [month["amount_minor"] // 100 for month in q["months"]] for q in document["quotas"]}
    assert months == {
        "company": [1600, 2600, 3900], "East": [1500, 2500, 3500], "rep:1": [1000, 2000, 3000],
        "rep:2": [500, 500, 500], "West": [100, 100, 400], "rep:3": [100, 100, 400], "rep:4": [0, 0, 0],
    }  # fmt: skip


def test_quotas_for_the_whole_period_follow_the_season(cli, save, workspace):
    cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", save("Who,2024-Q1\nEast,900\nWest,300\n"))
    document = json.loads((workspace / "plans" / "q1.plan.json").read_text())
    assert not any("months" in quota for quota in document["quotas"])


def test_who_is_given_no_quota_is_shown_without_one(cli, save):
    done = cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", save(MONTHS))
    assert "1 rep is given no quota of won_amount, and nothing is left: Eve Late." in done.err
    (line,) = [line for line in cli("plan", "show", "q1").out.splitlines() if "Eve" in line]
    assert line.split("won_amount")[1].strip() == "no quota given"


def test_no_plan_is_made_of_a_part_of_the_names_unless_told(cli, save, workspace):
    text = MONTHS.replace("Robert", "Bob").replace("Zoë Brandt", "Zoe Brand")
    done = cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", save(text))
    assert (done.code, done.out) == (1, "")
    refusal = done.err.splitlines()[-1]
    assert "2 of 3 names in the quotas for 2024-Q1 are of nobody that the data knows" in refusal
    assert (
        "6 of the imported quotas ($2,100) would be left out: 'Bob Smith' $1,500; 'Zoe Brand' $600" in refusal
    )
    assert "--name 'Bob Smith=rep:2' --name 'Zoe Brand=rep:3'" in refusal
    assert not (workspace / "plans" / "q1.plan.json").exists()
    again = cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas")
    assert (again.code, again.err.splitlines()[-1]) == (1, refusal)


def test_a_plan_of_a_part_says_first_what_it_leaves_out(cli, save, workspace):
    cli("import", save(MONTHS.replace("Robert", "Bob")))
    done = cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", "--partial")
    assert done.code == 0
    assert done.err.startswith(
        "3 of the imported quotas ($1,500) are of nobody that the data knows: Bob Smith. They are left out.\n"
    )
    assert quotas_of(workspace, "q1")["company"] == 6600


def test_names_that_are_said_later_bring_their_quotas_back(cli, save, workspace):
    cli("import", save(MONTHS.replace("Robert", "Bob")))
    done = cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas", "--name", "Bob Smith=rep:2")
    assert done.code == 0, done.err
    assert quotas_of(workspace, "q1")["company"] == 8100
    assert cli("plan", "new", "q2", "--period", "2024-Q1", "--quotas", "--name", "Bob Smith=").code == 0
    assert quotas_of(workspace, "q2")["company"] == 6600


def test_a_slip_is_named_again_by_the_plan_and_when_it_is_shown(cli, save):
    cli("import", save(MONTHS.replace("Zoë Brandt,100,100,400", "Zoë Brandt,100,100,40000")))
    said = "Zoë Brandt has 40,000 for 2024-03, 400 times the neighbours."
    assert said in cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas").err
    assert said in cli("plan", "show", "q1").err


def test_of_two_plans_the_one_that_counts_is_said_and_can_be_chosen(cli, save):
    cli("plan", "new", "year", "--period", "2024", "--quotas", save(MONTHS))
    cli("plan", "new", "q1", "--period", "2024-Q1", "--quotas")
    ask = ("kpi", "query", "attainment", "--by", "quarter", "--from", "2024-01-01", "--to", "2024-03-31")
    assert "For 2024-Q1 the quotas of the plan q1 count, not those of year" in cli(*ask).err
    assert cli(*ask, "--plan", "year").err == ""
    cli("plan", "propose", "year")
    assert "the quotas of the plan year count, not those of q1" in cli(*ask).err
    cli("plan", "propose", "q1")
    cli("plan", "approve", "q1")
    assert "the quotas of the plan q1 count, not those of year" in cli(*ask).err
    assert cli(*ask, "--plan", "none").code == 2


def test_of_plans_for_one_period_the_one_saved_last_counts(workspace, cli, save):
    cli("plan", "new", "b", "--period", "2024-Q1", "--quotas", save(MONTHS))
    cli("plan", "new", "a", "--period", "2024-Q1", "--quotas")
    for path in (workspace / "plans" / ".history" / "a").glob("*.json"):
        text = path.read_text()
        path.write_text(text.replace(json.loads(text)["at"], "2020-01-01T00:00:00Z"))
    done = cli("kpi", "query", "attainment", "--from", "2024-01-01", "--to", "2024-03-31")
    assert "the quotas of the plan b count, not those of a;" in done.err


def test_what_can_only_be_said_of_quotas_makes_a_file_one_of_quotas(cli, save):
    file = save("Rep,Q1,Q2,Q3,Q4\nNobody,1000,soon,3000,later\nRobert Smith,1,open,3,tbd\nNo One,1,2,3,4\n")
    done = cli("import", file, "--year", "2024")
    assert done.out.startswith("quotas: read 12, loaded 2, rejected 10")


def test_quarters_beside_known_names_are_quotas_whatever_slips_they_hold(cli, save):
    file = save("Plan 2024\nRep,Q1,Q2,Q3,Q4\nAnn Lee,1000,soon,3000,later\nRobert Smith,1,open,3,tbd\n")
    done = cli("import", file)
    assert done.out.startswith("quotas: read 8, loaded 4, rejected 4")
    assert "Kept quotas of 2 for 2024-Q1 to 2024-Q3" in done.err


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
