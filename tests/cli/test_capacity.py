"""``salesnb plan capacity`` and ``salesnb plan fairness`` on a small company whose days of hire are known."""

import json
import shutil
from decimal import Decimal

import pytest

from salesnb.cli import main

# Every test imports data.
pytestmark = pytest.mark.slow

# Ten reps in two teams; the tenth left at the end of June 2023, the ninth came on 1 October.
REPS = (
    "id,name,node,from,to\n"
    + "".join(f"{n},Rep {n},{('East', 'West')[n % 2]},2020-01-01,\n" for n in range(1, 9))
    + "9,Rep 9,East,2023-10-01,\n10,Rep 10,West,2020-01-01,2023-06-30\n"
)
ORG = "node,name,parent,level\ncompany,Acme,,company\nEast,East,company,team\nWest,West,company,team\n"
MONTHS = [*(f"2022-{month:02d}" for month in range(1, 13)), *(f"2023-{month:02d}" for month in range(1, 13))]
# Each rep who is there wins one deal a month, of 100 and its number.
WINS = [
    (rep, month)
    for month in MONTHS
    for rep in range(1, 11)
    if (rep != 9 or month >= "2023-10") and (rep != 10 or month <= "2023-06")
]
DEALS = "id,owner,stage,amount,created,closed\n" + "".join(
    f"{n},{rep},Won,{100 + rep},2022-01-01,{month}-28\n" for n, (rep, month) in enumerate(WINS)
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
columns = { rep_id = "id", name = "name", node = "node", start_on = "from", end_on = "to" }
[org]
file = "org.csv"
columns = { node = "node", name = "name", parent = "parent", level = "level" }
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("capacity")
    for name, text in (("deals", DEALS), ("reps", REPS), ("org", ORG)):
        (folder / f"{name}.csv").write_text(text)
    (folder / "mapping.toml").write_text(MAPPING)
    work = folder / "w"
    assert main(["new", str(work)]) == 0
    settings = work / "salesnb.toml"
    settings.write_text(settings.read_text().replace('levels = ["region", "team"]', 'levels = ["team"]'))
    assert main(["-C", str(work), "import", str(folder), "--mapping", str(folder / "mapping.toml")]) == 0
    goal = ["--goal", "won_amount=4000"]
    assert main(["-C", str(work), "plan", "new", "q1", "--period", "2024-Q1", *goal]) == 0
    assert main(["-C", str(work), "plan", "new", "q4", "--period", "2023-Q4", *goal]) == 0
    return work


@pytest.fixture
def work(base, tmp_path):
    return shutil.copytree(base, tmp_path / "w")


def asked(run, work, *arguments):
    found = run("-C", work, "plan", *arguments, "--format", "json")
    assert found.code == 0, found.err
    return json.loads(found.out)


def test_productivity_is_what_all_reps_brought_leavers_included_over_the_months_they_were_there(run, work):
    """The data ends on 28 December 2023: twelve months from 29 December 2022, 8 x 12 + 6 + 3 months of reps."""
    found = asked(run, work, "capacity", "q1")
    brought = sum(100 + rep for rep, month in WINS if month >= "2023-01")
    months = 8 * 12 + (6 + 3 / 31) + (3 - 3 / 31)
    assert float(found["productivity"]) == pytest.approx(brought / months, abs=0.01)
    assert "1 of whom left" in found["productivity_source"]


def test_capacity_adds_up_at_every_node_and_hires_close_the_gap(run, work):
    found = asked(run, work, "capacity", "q1", "--productivity", "100")
    nodes = {node["id"]: node for node in found["nodes"]}
    assert {key: node["capacity"] for key, node in nodes.items() if "rep" not in key} == {
        "company": "2700.00",
        "East": "1500.00",
        "West": "1200.00",
    }
    assert Decimal(nodes["company"]["gap"]) == Decimal(2700) - Decimal(4000)
    # 1,300 are missing: a hire of January brings 300, of March by the season's share of a month.
    assert nodes["company"]["hires"][0] == {"month": "2024-01", "heads": 5, "why": ""}
    assert [hire["month"] for hire in nodes["company"]["hires"]] == ["2024-01", "2024-02", "2024-03"]


def test_hires_attrition_and_ramp_given_change_nothing_in_the_plan_unless_saved(run, work):
    options = ["--ramp", "0,.5", "--attrition", "20%", "--backfill", "2", "--hires", "West=2024-01:2"]
    before = (work / "plans" / "q1.plan.json").read_bytes()
    found = asked(run, work, "capacity", "q1", *options)
    assert (work / "plans" / "q1.plan.json").read_bytes() == before
    assert found["rep_years"]["naive"] == pytest.approx(11 * 3 / 12)
    assert found["rep_years"]["ramp"] == pytest.approx((9 * 3 + 2 * 1.5) / 12)
    saved = asked(run, work, "capacity", "q1", *options, "--save")
    again = asked(run, work, "capacity", "q1")
    assert (again["revision"], again["rep_years"]) == (2, saved["rep_years"])


def test_over_assignment_is_cascaded_kept_and_shown_in_its_three_forms(run, work):
    done = run("-C", work, "plan", "cascade", "q1", "--over-assignment", "5%", "--over-assignment", "team=5%")
    assert done.code == 0, done.err
    assert (
        "at level rep, on the level above: factor 1.0500, 5.0%, attainment factor 0.9524 (given)" in done.err
    )
    assert "Together they come to factor 1.1025, 10.3%, attainment factor 0.9070" in done.err
    assert "Together they come to" in run("-C", work, "plan", "show", "q1").err
    found = asked(run, work, "capacity", "q1")
    assert {item["level"]: item["factor"] for item in found["over_assignment"]} == {"rep": 1.05, "team": 1.05}
    levels = {level["level"]: level["factor"] for level in found["levels"]}
    assert (levels["company"], levels["team"]) == (1, pytest.approx(1.05, abs=1e-5))
    assert levels["rep"] == pytest.approx(1.1025, abs=1e-4)
    off = run("-C", work, "plan", "cascade", "q1", "--over-assignment", "0%", "--over-assignment", "team=0%")
    assert off.code == 0
    assert asked(run, work, "capacity", "q1")["over_assignment"] == []


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--over-assignment", "squad=5%"], 2, "no level 'squad'"),
        (["--over-assignment", "company=5%"], 2, "no level 'company'"),
        (["--over-assignment", "rep"], 2, "Write PERCENT or LEVEL=PERCENT"),
        (["--over-assignment", "1.234%"], 1, "two decimals at most"),
        (["--over-assignment", "1000%"], 2, "from 0% to 900%"),
        (["--over-assignment", "5%", "--reach", "80%"], 2, "given and asked for"),
        (["--reach", "1.5"], 2, "not a share"),
        (["--reach", "80%", "--follow", "x"], 2, "not a share"),
    ],
)
def test_an_over_assignment_that_cannot_be_meant_is_refused(run, work, options, code, said):
    found = run("-C", work, "plan", "cascade", "q1", *options)
    assert (found.code, said in found.err, "Traceback" in found.err) == (code, True, False), found.err


def test_hires_are_split_over_the_places_that_lack_them_and_no_place_loses_one_when_there_is_one_more(
    run, work
):
    before = {}
    for amount in range(100, 39, -5):
        found = asked(run, work, "capacity", "q1", "--productivity", str(amount))
        places = {place["id"]: place["heads"] for place in found["hire_where"]}
        company = {node["id"]: node for node in found["nodes"]}["company"]
        assert places["company"] == company["hires"][0]["heads"] == places["East"] + places["West"]
        assert all(places[name] >= heads for name, heads in before.items())
        before = places
    told = run("-C", work, "plan", "capacity", "q1", "--productivity", "100").err
    assert "Of the 5 at the start of Jan 2024, by what each place lacks: " in told
    assert asked(run, work, "capacity", "q1", "--productivity", "5000")["hire_where"] == []


def test_a_cascade_by_capacity_is_in_proportion_to_what_capacity_says(run, work):
    """Rep 9 ramps, and Rep 3 is on leave in February."""
    source = work.parent / "with_leave"
    shutil.copytree(work, source)
    options = ["--ramp", "0,0,.5,.5,.75", "--attrition", "20%", "--backfill", "2", "--save"]
    asked(run, source, "capacity", "q1", *options)
    assert run("-C", source, "plan", "cascade", "q1", "--basis", "capacity").code == 0
    nodes = {node["id"]: node for node in asked(run, source, "capacity", "q1")["nodes"]}
    whole = Decimal(nodes["company"]["capacity"])
    for node in nodes.values():
        share = Decimal(node["capacity"]) / whole
        assert Decimal(node["quota"]) == pytest.approx(4000 * share, abs=Decimal("0.05")), node["name"]
    assert Decimal(nodes["rep:9"]["quota"]) < Decimal(nodes["rep:1"]["quota"])


def test_who_is_on_leave_or_part_time_brings_less_and_gets_less(run, base, tmp_path):
    export = shutil.copytree(base.parent, tmp_path / "export", ignore=shutil.ignore_patterns("w"))
    (export / "memberships.csv").write_text(
        "rep_id,node,valid_from,valid_to,share\n1,West,2020-01-01,2024-02-01,\n1,West,2024-03-01,,\n"
        "2,East,2020-01-01,2024-01-01,\n2,East,2024-01-01,,0.5\n"
    )
    work = shutil.copytree(base, tmp_path / "leave")
    assert run("-C", work, "import", export, "--mapping", export / "mapping.toml", "--yes").code == 0
    assert run("-C", work, "plan", "cascade", "q1", "--basis", "capacity").code == 0
    nodes = {node["id"]: node for node in asked(run, work, "capacity", "q1")["nodes"]}
    assert nodes["rep:1"]["ramped"] == pytest.approx(2 / 3)
    assert nodes["rep:2"]["ramped"] == pytest.approx(1 / 2)
    assert nodes["rep:3"]["ramped"] == 1
    assert Decimal(nodes["rep:2"]["quota"]) * 2 == pytest.approx(
        Decimal(nodes["rep:3"]["quota"]), abs=Decimal("0.02")
    )


def test_a_market_beside_the_export_is_what_potential_means(run, base, tmp_path):
    export = shutil.copytree(base.parent, tmp_path / "export", ignore=shutil.ignore_patterns("w"))
    (export / "market.csv").write_text(
        'segment,period,potential,source\nEast,2024,"9,000.00",desk\nWest,2024,1000,desk\nRep 1,2024,3000,talk\n'
        "East,2023,1,old\nNowhere,2024,5,desk\n"
    )
    work = shutil.copytree(base, tmp_path / "market")
    done = run("-C", work, "import", export, "--mapping", export / "mapping.toml", "--yes")
    assert done.code == 0, done.err
    assert "market: read 5, loaded 5, rejected 0" in done.out
    assert run("-C", work, "plan", "cascade", "q1", "--basis", "potential").code == 0
    plan = json.loads(run("-C", work, "plan", "show", "q1", "--format", "json").out)
    quotas = {quota["id"]: quota for quota in plan["quotas"]}
    # Of West the rep alone is known, so that the rest of West has none; East's is shared by all in it.
    assert quotas["East"]["amount_minor"] == 300_000
    assert quotas["rep:1"]["amount_minor"] == quotas["West"]["amount_minor"] == 100_000
    east = [quota["amount_minor"] for quota in plan["quotas"] if quota["parent"] == "East"]
    assert max(east) - min(east) <= 1
    assert quotas["rep:1"]["basis"] == "potential: the market's of 2024"


def test_the_market_of_a_year_is_the_potential_of_its_quarters_for_capacity_and_fairness(run, base, tmp_path):
    export = shutil.copytree(base.parent, tmp_path / "export", ignore=shutil.ignore_patterns("w"))
    rows = "".join(f"Rep {n},2024,{1200 * n}\n" for n in range(1, 10))
    (export / "market.csv").write_text(f"segment,period,potential\n{rows}")
    work = shutil.copytree(base, tmp_path / "market")
    assert run("-C", work, "import", export, "--mapping", export / "mapping.toml", "--yes").code == 0
    nodes = {node["id"]: node for node in asked(run, work, "capacity", "q1")["nodes"]}
    assert (Decimal(nodes["rep:2"]["potential"]), Decimal(nodes["company"]["potential"])) == (600, 300 * 45)
    told = run("-C", work, "plan", "capacity", "q1")
    assert "Potential: the market's of 2024, by the share of months that 2024-Q1 has of it." in told.err
    slope = asked(run, work, "fairness", "q1")["potential"]
    # The ninth was not there all of the quarter that is held against the plan.
    assert (slope["reps"], slope["source"]) == (8, "the market's of 2024")
    assert slope["slope"] is not None


def test_capacity_follows_typed_weights_exactly(run, work):
    done = run("-C", work, "plan", "roadmap", "q1", "--weights", "1/3,1/3,1/3", "--why", "even")
    assert done.code == 0, done.err
    months = asked(run, work, "capacity", "q1", "--productivity", "1234.57")["months"]
    assert len({month["capacity"] for month in months}) == 1


def test_without_any_potential_it_is_said_where_one_comes_from(run, work):
    found = run("-C", work, "plan", "cascade", "q1", "--basis", "potential")
    assert (found.code, "Put market.csv" in found.err) == (1, True)


def test_a_ramp_takes_nothing_twice_because_productivity_is_that_of_ramped_reps(run, work):
    """Rep 9 came in October: with a ramp its months count less, so that a ramped rep brings more."""
    plain = asked(run, work, "capacity", "q1")
    ramped = asked(run, work, "capacity", "q1", "--ramp", "0,0,0,.5")
    assert float(ramped["productivity"]) > float(plain["productivity"])
    nine = {node["id"]: node for node in ramped["nodes"]}["rep:9"]
    assert nine["ramped"] == pytest.approx((0.5 + 1 + 1) / 3)


def test_capacity_is_held_against_the_goal_and_against_what_reps_are_asked_for(run, work):
    plain = run("-C", work, "plan", "capacity", "q1", "--productivity", "100")
    assert "Capacity is below the goal by $1,300." in plain.err
    assert "all reps come to" not in plain.err
    assert run("-C", work, "plan", "cascade", "q1", "--over-assignment", "10%").code == 0
    hedged = run("-C", work, "plan", "capacity", "q1", "--productivity", "100")
    assert "Capacity is below the goal by $1,300." in hedged.err
    assert "The quotas of all reps come to $4,400; capacity is below that by $1,700." in hedged.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--over-assignment", "-5%"], "'-5%' is out of range: it is from 0% to 900%"),
        (["--over-assignment", "team=-5%"], "is out of range"),
        (["--over-assignment", "x"], "is not readable"),
        (["--reach", "-5%"], "'-5%' is not a share"),
        (["--goal", "-5"], "'-5' is not readable"),
    ],
)
def test_a_value_that_begins_with_a_minus_is_told_what_is_allowed(run, work, options, said):
    done = run("-C", work, "plan", "cascade", "q1", *options)
    assert done.code == 2
    assert said in done.err


def test_gaps_and_hires_are_told_in_words(run, work):
    found = run("-C", work, "plan", "capacity", "q1", "--productivity", "100", "--ramp", "0,0")
    assert found.code == 0
    # A hire of January ramps until March, a third of the season: 100 of the 1,300.
    top = found.out.splitlines()[1]
    assert "short by" in top
    assert top.endswith("short by $1,300 (32%)  13 at the start of Jan 2024"), top
    assert "none from Feb 2024 on ramps in time" in found.err
    assert "(given)" in found.err


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--ramp", "0,.5,.25"], 1, "The ramp falls in month 3, from 0.5 to 0.25."),
        (["--attrition", "1.4"], 1, "The attrition is 1.4."),
        (["--attrition", "nan"], 1, "The attrition is nan."),
        (["--hires", "West=2024-05:2"], 1, "2 hires are planned for 2024-05, outside 2024-Q1."),
        (["--hires", "Wets=2024-01:2"], 2, "no node 'Wets'"),
        (["--hires", "West=2024-01"], 2, "Write NODE=MONTH:N"),
        (["--ramp", "0,x"], 2, "'x' is not a number"),
        (["--backfill", "-1"], 2, "not a number of months"),
        (["--kpi", "win_rate"], 2, "no goal 'win_rate'"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(run, work, options, code, said):
    found = run("-C", work, "plan", "capacity", "q1", *options)
    assert (found.code, said in found.err, "Traceback" in found.err) == (code, True, False), found.err


def test_attainment_is_held_against_the_days_that_are_over(run, work):
    """The quarter's data ends on 28 December; rep 1 won 101 in each of its months."""
    found = asked(run, work, "fairness", "q4")
    one = next(rep for rep in found["reps"] if rep["id"] == "rep:1")
    assert Decimal(one["credited"]) == 303
    assert Decimal(one["effective_quota"]) < Decimal(one["full_quota"])
    # Rep 9 is new, and has the quota that its peers have.
    assert (sum(band["reps"] for band in found["bands"]), len(found["reps"])) == (9, 9)
    credited = sum(Decimal(rep["credited"]) for rep in found["reps"])
    quotas = sum(Decimal(rep["effective_quota"]) for rep in found["reps"])
    assert found["team_attainment"] == pytest.approx(float(credited / quotas))


def test_of_a_period_to_come_the_latest_year_that_is_over_stands_in_and_it_is_said(run, work):
    found = run("-C", work, "plan", "fairness", "q1")
    assert found.code == 0
    assert "2024-Q1 has not begun: what reps brought in 2023-Q1" in found.err
    assert "1 of 9 reps left out: not there" in found.err
    assert "Cortado" in found.out
    assert ("--potential" in found.out, "Give --potential FILE" in found.err) == (False, True)


def test_the_next_plan_tells_whether_quotas_follow_what_was_attained(run, work):
    found = asked(run, work, "fairness", "q1")
    assert found["ratchet"]["earlier_plan"] == "q4"
    assert found["ratchet"]["all"]["reps"] >= 8


def test_who_beat_a_quota_and_gets_a_higher_one_is_named_with_both_amounts(run, work):
    quotas = run("-C", work, "plan", "cascade", "q4", "--goal", "won_amount=1000", "--why", "lower")
    assert quotas.code == 0, quotas.err
    last = run("-C", work, "plan", "fairness", "q1").out
    line = next(line for line in last.splitlines() if "get more, the most: " in line)
    before, after = (
        {
            q["name"]: q["amount_minor"]
            for q in json.loads(run("-C", work, "plan", "show", name, "--format", "json").out)["quotas"]
            if q["level"] == "rep"
        }
        for name in ("q4", "q1")
    )
    most = max(before, key=lambda name: after.get(name, 0) / before[name] if before[name] else 0)
    assert f"{most} attained " in line
    assert f"from ${before[most] / 100:,.0f} to ${after[most] / 100:,.0f} (+" in line


def test_attainment_on_potential_is_told_with_its_interval(run, work, tmp_path):
    rows = "".join(f"Rep {n},{1_000 * n}\n" for n in range(1, 9))
    (tmp_path / "potential.csv").write_text(f"rep,potential\n{rows}")
    found = asked(run, work, "fairness", "q1", "--potential", tmp_path / "potential.csv")
    slope = found["potential"]
    assert slope["reps"] == 8
    assert slope["low"] < slope["slope"] < slope["high"]


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("rep,size\n", 1, "columns rep and potential"),
        ("rep,potential\nRep 1,much\n", 1, "row 2: The potential 'much' is not a number"),
        ("rep,potential\nRep 1,1\nRep 1,2\n", 1, "row 3: 'Rep 1' is there twice"),
        ("rep,potential\nNobody,1\n", 2, "no node 'Nobody'"),
    ],
)
def test_potentials_that_cannot_be_read_are_named_with_their_row(run, work, tmp_path, text, code, said):
    (tmp_path / "potential.csv").write_text(text)
    found = run("-C", work, "plan", "fairness", "q1", "--potential", tmp_path / "potential.csv")
    assert (found.code, said in found.err) == (code, True), found.err


def test_what_is_healthy_is_a_setting(run, work):
    settings = work / "salesnb.toml"
    settings.write_text(settings.read_text() + "\n[fairness]\nhealthy = [0.1, 0.9]\nbands = [1.0]\n")
    found = asked(run, work, "fairness", "q4")
    assert found["healthy"] == {"low": 0.1, "high": 0.9, "source": "salesnb.toml"}
    assert len(found["bands"]) == 2


def test_a_neighbour_plan_that_cannot_be_read_is_named_and_hinders_nobody(run, work):
    (work / "plans" / "torn.plan.json").write_text('{"schema_version": 1')
    found = run("-C", work, "plan", "fairness", "q1")
    assert found.code == 0, found.err
    assert "Not looked at, because it cannot be read: torn.plan.json." in found.out + found.err
