"""``salesnb plan allocate`` as somebody at the terminal uses it."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesnb.calendar import FiscalCalendar
from salesnb.planning import Goal, PlanStore, new_plan

ANSWERS = "segment,none,now,saturated,effort\nNorth,100000,300000,500000,40000\nSouth,80000,200000,260000,40000\nWest,0,90000,400000,20000\n"
LIMITS = """
[resource.budget]
total = 100000

[[limit]]
segment = "North"
low = 30000
why = "contract"

[[limit]]
segments = ["South", "West"]
group = "Rest"
high = 65000

[scenario.Lean]
text = "a smaller budget"
totals = { budget = 60000 }

[scenario.Slump]
responses = { West = 0.5 }
[[scenario.Slump.limit]]
segment = "South"
strategy = "hold"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace without data, with a plan that says nothing of resources, and files beside it."""
    (tmp_path / "salesnb.toml").write_text('[workspace]\ncurrency = "EUR"\nlocale = "de_DE"\n')
    quarter = FiscalCalendar().period("2017-Q4")
    goal = Goal(id="won_amount", kpi="won_amount", unit="money", target=300_000_00, period=quarter)
    plan = new_plan(name="fy18", period=quarter, currency="EUR", goals=[goal])
    at = datetime(2017, 9, 1, tzinfo=UTC)
    PlanStore(tmp_path / "plans").save(plan, read_at=None, author="Ann", reason="New plan", at=at)
    (tmp_path / "answers.csv").write_text(ANSWERS)
    (tmp_path / "limits.toml").write_text(LIMITS)
    return tmp_path


@pytest.fixture
def allocate(run: Callable, home: Path) -> Callable:
    """Run ``salesnb plan allocate fy18``."""
    return lambda *arguments: run("-C", home, "plan", "allocate", "fy18", *arguments)


@pytest.fixture
def stated(allocate: Callable, home: Path) -> Callable:
    """Do so with the total and the answers of the file."""
    return lambda *arguments: allocate(
        "--total", "budget=100000", "--judge", home / "answers.csv", *arguments
    )


def test_without_curves_the_three_questions_are_told(allocate):
    done = allocate()
    assert done.code == 1
    assert "what would it sell with no effort at all?" in done.err
    assert "--questions > answers.csv" in done.err
    assert "--total budget=400000" in done.err


def test_the_questions_are_a_file_to_fill_in(allocate):
    done = allocate("--questions")
    assert done.code == 0
    header = next(csv.reader(io.StringIO(done.out)))
    assert header == ["segment", "none", "now", "saturated", "effort"]


def test_the_answer_is_in_words_with_a_table_as_the_reader_writes_numbers(stated):
    done = stated()
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].startswith("Expected sales of 2017-Q4: 6")
    assert "Best found; at most 0,1\u00a0% better exists. The next 1.000\u00a0€ is worth" in lines[2]
    assert lines[4].split() == ["segment", "today", "proposed", "change"]
    assert lines[-1].split() == ["Total", "100.000", "€", "100.000", "€", "0", "€"]


def test_nothing_is_saved_without_being_asked(stated, run, home):
    stated()
    assert json.loads(run("-C", home, "plan", "show", "fy18", "--format", "json").out)["resources"] == []


def test_what_is_saved_can_be_allocated_again_and_is_in_the_history(stated, allocate, run, home):
    done = stated("--save", "--why", "first round")
    assert "Saved revision 2" in done.err
    plan = json.loads(run("-C", home, "plan", "show", "fy18", "--format", "json").out)
    assert sum(line["amount_minor"] for line in plan["allocation"]) == 100_000_00
    assert plan["certificate"]["gap"] <= 1e-3
    assert plan["response_curves"][0]["judgement"]["now_minor"] == 300_000_00
    history = run("-C", home, "plan", "history", "fy18", "--format", "json").out
    assert json.loads(history)[-1]["reason"].endswith("first round")
    assert allocate().out == done.out
    told = run("-C", home, "plan", "diff", "fy18").out
    assert "Worth of the allocation: not proved → " in told


def test_resources_and_answers_can_be_kept_before_there_is_anything_to_allocate(allocate):
    done = allocate("--total", "visits=500 hours", "--save")
    assert (done.code, "Saved revision 2" in done.err) == (1, True)
    assert "--judge" in allocate().err


def test_limits_groups_and_scenarios_come_from_a_file(allocate, home):
    files = ["--judge", home / "answers.csv", "--limits", home / "limits.toml"]
    done = json.loads(allocate(*files, "--scenario", "all", "--format", "json").out)
    amounts = {line["segment"]: float(line["proposed"]) for line in done["lines"]}
    assert amounts["North"] >= 30_000
    assert amounts["South"] + amounts["West"] <= 65_000
    assert sum(amounts.values()) == 100_000
    names = [side["scenario"] for side in done["scenarios"]]
    assert names == ["as planned", "Lean", "Slump"]
    assert done["scenarios"][2]["amounts"]["South"] == 40_000_00
    assert done["scenarios"][1]["share_better"] == 0
    told = allocate(*files, "--scenario", "Lean").out
    assert "Lean: -" in told
    assert "Best: as planned. Having been picked as the best of 2" in told


def test_a_scenario_that_cannot_hold_is_named(stated, home):
    (home / "limits.toml").write_text("[scenario.Less]\ntotals = { budget = 0 }\n")
    done = stated("--limits", home / "limits.toml", "--scenario", "Less")
    assert (done.code, done.out) == (1, "")
    assert "scenario Less: The total" in done.err


def test_limits_may_be_a_table(stated, home):
    table = 'segment,low,high,lock,group,why\nNorth,,,"35.000,00",,contract\n'
    table += 'South,,"70.000,00",,Rest,\nWest,,,,Rest,\n'
    (home / "limits.csv").write_text(table)
    done = json.loads(stated("--limits", home / "limits.csv", "--format", "json").out)
    amounts = {line["segment"]: line["proposed"] for line in done["lines"]}
    assert amounts["North"] == "35000.00"
    assert float(amounts["South"]) + float(amounts["West"]) == 65_000


def test_options_limit_too_and_one_can_be_taken_away_again(stated, allocate):
    limits = ["--lock", "North=60000", "--group", "Rest=South,West::65000", "--strategy", "South=grow"]
    assert stated("--save", *limits).code == 0
    assert "Binds: total" in allocate("--method").out
    done = json.loads(allocate("--free", "North", "--format", "json").out)
    amounts = {line["segment"]: float(line["proposed"]) for line in done["lines"]}
    assert amounts["North"] != 60_000
    assert amounts["South"] >= 40_000
    assert amounts["South"] + amounts["West"] <= 65_000


@pytest.mark.slow
def test_more_is_told_when_asked(stated):
    done = stated("--worst", "20%", "--leeway", "--compare", "--hinges", "--method")
    assert done.code == 0
    assert "from" in done.out
    assert "Against today's amounts: +" in done.out
    assert "Against equal shares: +" in done.out
    assert "the mean of the worst 20\u00a0% of the draws" in done.out
    assert "a fifth more or less moves" in done.out
    assert "Binds: total" in done.out


@pytest.mark.slow
def test_answers_come_from_a_spreadsheet_too(allocate, home):
    from openpyxl import Workbook

    book = Workbook()
    for row in csv.reader(io.StringIO(ANSWERS)):
        book.active.append([float(cell) if cell.isdigit() else cell for cell in row])
    book.save(home / "answers.xlsx")
    call = ("--total", "budget=100000", "--format", "json")
    table, sheet = (allocate(*call, "--judge", home / f"answers.{kind}").out for kind in ("csv", "xlsx"))
    assert sheet == table


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["--lock", "Nroth=3"], 2, "no segment 'Nroth'. Did you mean 'North'?"),
        (
            ["--between", "North=80000:", "--between", "West=50000:"],
            1,
            "off by 30000: total of budget 100,000",
        ),
        (["--between", "North=5:3"], 1, "at least 5 and at most 3"),
        (["--total", "budget=0"], 1, "there is nothing to allocate"),
        (["--total", "budget=300 hours"], 1, "cannot be given in hours"),
        (["--lock", "North=300 hours"], 1, "is in hours, but budget is in EUR"),
        (["--judge", "North=5:4:9:3"], 1, "do not rise"),
        (["--judge", "North=1:2"], 2, "not readable"),
        (["--strategy", "West=shrink"], 2, "is no strategy"),
        (["--strategy", "West=enter:5"], 1, "is entered with 5"),
        (["--scenario", "Lena"], 2, "no scenario 'Lena'"),
        (["--scenario", "all"], 1, "has no scenario"),
        (["--worst", "150%"], 2, "not a share"),
        (["--seconds", "0"], 2, "not a number of seconds"),
        (["--limits", "nowhere.toml"], 1, "no file nowhere.toml"),
        (["--resource", "hours", "--lock", "West=1"], 2, "no resource 'hours'"),
        (["--step", "999"], 1, "not made of whole steps of 999"),
    ],
)
def test_what_makes_no_sense_is_said_with_what_to_do(stated, arguments, code, told):
    done = stated(*arguments)
    assert told in done.err
    assert (done.code, done.out) == (code, "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("segment,none,now\nNorth,1,2\n", "The column 'saturated' is missing"),
        ("segment,none,now,saturated,effort,hope\nNorth,1,2,3,4,5\n", "no column 'hope'"),
        (
            "segment,none,now,saturated,effort\nNorth,1,two,3,4\n",
            "answers.csv, row 2, now: 'two' is not a number",
        ),
        ("segment,none,now,saturated,effort\nNorth,1,2,3,\n", "answers.csv, row 2: 'effort' is empty"),
        (
            "segment,none,now,saturated,effort\nNorth,1,2,3,4\nNorth,1,2,3,4\n",
            "row 3: 'North' is there twice",
        ),
        ("segment,none,now,saturated,effort\nNorth,3,2,3,4\n", "answers.csv, row 2: Sales of 3"),
        ("", ""),
    ],
)
def test_a_file_of_answers_says_where_it_is_wrong(allocate, home, text, told):
    (home / "answers.csv").write_text(text)
    done = allocate("--total", "budget=100", "--judge", home / "answers.csv")
    assert done.code in {1, 2}
    assert told in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[resource.budget]\ntotl = 3\n", "no key 'totl'"),
        ("[limits]\n", "no key 'limits'"),
        ("[[limit]]\nlow = 3\n", "limit 1: It is about no segment"),
        ('[[limit]]\nsegment = "North"\nlow = 3\nlock = 4\n', "a lock and ends"),
        ('[scenario.Lean]\nresponses = { West = "half" }\n', "sells 'half' times"),
        ("[scenario.Lean]\ntotals = { hours = 3 }\n", "no resource 'hours'"),
        ("[resource", "Not readable as TOML"),
        ("resource = 3\n", "should be tables"),
    ],
)
def test_a_file_of_limits_says_where_it_is_wrong(stated, home, text, told):
    (home / "limits.toml").write_text(text)
    done = stated("--limits", home / "limits.toml")
    assert told in done.err
    assert (done.code in {1, 2}, done.out) == (True, "")


def test_an_approved_plan_becomes_a_draft_when_it_is_allocated_anew(stated, run, home):
    run("-C", home, "plan", "approve", "fy18")
    stated("--save")
    assert json.loads(run("-C", home, "plan", "show", "fy18", "--format", "json").out)["status"] == "draft"


@pytest.mark.slow
def test_teams_are_the_segments_where_a_plan_names_none_and_are_scored_by_their_figures(run, planned):
    call = ("-C", planned, "plan", "allocate", "q3")
    asked = list(csv.DictReader(io.StringIO(run(*call, "--questions").out)))
    assert {row["segment"] for row in asked} == {"Mia", "Noa"}
    done = run(*call, "--scores", "size=1,win_rate=1", "--format", "json")
    scored = {row["segment"]: row for row in json.loads(done.out)}
    assert set(scored) == {"Mia", "Noa"}
    for name, row in scored.items():
        query = ("-C", planned, "kpi", "query", "won_amount", "win_rate", "--where", f"team={name}")
        days = ("--from", "2016-07-01", "--to", "2017-06-30", "--format", "json")
        (figures,) = json.loads(run(*query, *days).out)
        assert float(row["values"]["size"]) == float(figures["won_amount"])
        assert row["values"]["win rate"] == pytest.approx(figures["win_rate"])
    told = run(*call, "--scores")
    assert "Nothing is known of" in told.err
    assert "score" in told.out
    assert run(*call, "--scores", "fame=1").code == 2


@pytest.mark.slow
def test_segments_may_be_the_values_of_any_dimension(run, planned):
    call = ("-C", planned, "plan", "allocate", "q3", "--by", "product")
    asked = csv.DictReader(io.StringIO(run(*call, "--questions").out))
    assert {row["segment"] for row in asked} == {"Base", "Plus"}
    said = ["--judge", "Base=1000:9000:20000:50", "--judge", "Plus=1000:5000:9000:50"]
    done = run(*call, "--total", "visits=100 hours", *said, "--save")
    assert done.code == 0
    plan = json.loads(run("-C", planned, "plan", "show", "q3", "--format", "json").out)
    assert plan["segments"][0]["conditions"] == [{"dimension": "product", "values": ["Base"]}]
    assert sum(line["count"] for line in plan["allocation"]) == 100
    assert plan["resources"][0]["counts"] == "hours"
    assert run("-C", planned, "plan", "allocate", "q3", "--by", "planet").code == 2
    assert "No effort is loaded" in run("-C", planned, "plan", "allocate", "q3", "--used").err
