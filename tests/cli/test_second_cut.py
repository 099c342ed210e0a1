"""A plan on the command line: another basis, a second cut, commitments, answers and the check of the goals."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def quotas(run: Callable, folder: Path) -> dict[str, dict]:
    plan = json.loads(run("-C", folder, "plan", "show", "q3", "--format", "json").out)
    return {quota["name"]: quota for quota in plan["quotas"]}


def parts(quota: dict) -> dict[str, int]:
    return {part["label"]: part["amount_minor"] for part in quota["parts"]}


def cascade(run: Callable, folder: Path, *options: str) -> object:
    return run("-C", folder, "plan", "cascade", "q3", *options)


def test_a_plan_is_cut_across_products_and_stays_exact(run: Callable, planned: Path) -> None:
    assert cascade(run, planned, "--across", "product").code == 0
    found = quotas(run, planned)
    assert all(sum(parts(quota).values()) == quota["amount_minor"] for quota in found.values())
    assert set(parts(found["Ann"])) == {"Base", "Plus"}
    assert cascade(run, planned, "--goal", "won_amount=33333.33").code == 0
    moved = quotas(run, planned)
    assert all(sum(parts(quota).values()) == quota["amount_minor"] for quota in moved.values())
    shown = run("-C", planned, "plan", "show", "q3", "--by", "across")
    assert shown.out.splitlines()[0].split()[-2:] == ["Base", "Plus"]


def test_a_locked_part_stays_and_a_conflict_is_refused_by_name(run: Callable, planned: Path) -> None:
    cascade(run, planned, "--across", "product")
    assert cascade(run, planned, "--lock-across", "Ann=Plus=1234.56", "--why", "launch").code == 0
    cascade(run, planned, "--goal", "won_amount=25000")
    assert parts(quotas(run, planned)["Ann"])["Plus"] == 123456
    assert "$1,235*" in run("-C", planned, "plan", "show", "q3", "--by", "across").out
    refused = cascade(run, planned, "--lock-across", "Ann=Plus=99999", "--why", "launch")
    assert refused.code == 1
    assert "The locks of Ann (Plus 99,999)" in refused.err
    assert cascade(run, planned, "--unlock-across", "Ann=Plus").code == 0
    assert "lock" not in quotas(run, planned)["Ann"]["parts"][1]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--across", "prodct"], 2, "Did you mean 'product'"),
        (["--across", "team"], 2, "Quotas are by team already"),
        (["--across", "segment"], 2, "The plan has no segments"),
        (["--lock-across", "Ann=Plus=1", "--why", "x"], 2, "cut a second time"),
        (["--lock-across", "Ann=1", "--why", "x"], 2, "NODE=VALUE=AMOUNT"),
        (["--lock-across", "Ann=Plus=1"], 2, "A lock needs its reason"),
        (["--basis", "history:.5"], 2, "sum to 0.5"),
        ([], 2, "There is nothing to change"),
    ],
)
def test_what_cannot_be_meant_is_said(
    run: Callable, planned: Path, options: list[str], code: int, said: str
) -> None:
    done = cascade(run, planned, *options)
    assert done.code == code
    assert said in done.err


def test_where_several_goals_have_quotas_each_can_be_meant(run: Callable, planned: Path) -> None:
    made = run(
        "-C", planned, "plan", "new", "two", "--period", "2017-Q3",
        "--goal", "won_amount=30000", "--goal", "won_count=40",
    )  # fmt: skip
    assert made.code == 0, made.err

    def changed(*options: str) -> dict[tuple[str, str], dict]:
        done = run("-C", planned, "plan", "cascade", "two", *options)
        assert done.code == 0, done.err
        plan = json.loads(run("-C", planned, "plan", "show", "two", "--format", "json").out)
        return {(quota["kpi"], quota["name"]): quota for quota in plan["quotas"]}

    found = changed("--kpi", "won_count", "--lock", "Ann=7", "--why", "part time")
    assert found["won_count", "Ann"]["count"] == 7
    assert found["won_amount", "Ann"]["lock"] is None
    assert changed("--kpi", "won_count", "--unlock", "Ann")["won_count", "Ann"]["lock"] is None
    found = changed("--goal", "won_amount=30000", "--over-assignment", "10%")
    reps = ("Ann", "Bob", "Cid", "Dea")
    assert sum(found["won_amount", name]["amount_minor"] for name in reps) == 33_000_00
    assert sum(found["won_count", name]["count"] for name in reps) == 40
    found = changed("--kpi", "won_count", "--basis", "equal")
    assert (found["won_count", "Ann"]["basis"], found["won_amount", "Ann"]["basis"][:7]) == (
        "equal",
        "history",
    )
    unclear = run("-C", planned, "plan", "cascade", "two", "--over-assignment", "5%")
    assert (unclear.code, "by its KPI" in unclear.err) == (2, True)


def test_goals_serve_the_objective_that_is_typed_for_them_and_none_that_is_not(
    run: Callable, planned: Path
) -> None:
    def found(name: str, *objectives: str) -> tuple[object, dict[str, dict]]:
        typed = [word for text in objectives for word in ("--objective", text)]
        goals = ["--goal", "won_amount=30000", "--goal", "won_count=40"]
        made = run("-C", planned, "plan", "new", name, "--period", "2017-Q3", *goals, *typed)
        told = run("-C", planned, "plan", "goals", name, "--format", "json").out if not made.code else "[]"
        return made, {f"{one['goal']} {one['aspect']}": one for one in json.loads(told)}

    _, bare = found("bare")
    assert [bare[f"{kpi} relevant"]["holds"] for kpi in ("won_amount", "won_count")] == ["no", "no"]
    _, both = found("both", "Grow", "won_count=Win more often")
    assert both["won_amount relevant"]["finding"] == "It serves: Grow."
    assert both["won_count relevant"]["finding"] == "It serves: Win more often."
    _, idle = found("idle", "Grow", "won_count=Win more often", "won_amount=Sell more")
    assert [one["finding"] for one in idle.values() if one["aspect"] == "objective"] == [
        "No goal serves the objective 'Grow'."
    ]
    unclear, _ = found("unclear", "Grow", "Shrink")
    assert (unclear.code, "which goals serve 'Grow' and which 'Shrink'" in unclear.err) == (2, True)


def test_a_plan_of_a_period_that_is_over_is_said_to_be(run: Callable, planned: Path) -> None:
    made = run("-C", planned, "plan", "new", "past", "--period", "2016-Q4", "--goal", "won_amount=30000")
    assert (made.code, "2016-Q4 is over: it ended on Dec 31, 2016" in made.err) == (0, True)


def test_a_mix_of_bases_stands_in_the_basis_of_the_quotas(run: Callable, planned: Path) -> None:
    assert cascade(run, planned, "--basis", "history:.5,equal:.5").code == 0
    found = quotas(run, planned)
    assert found["Ann"]["basis"] == "50 % history: the twelve months before the plan, 50 % equal"
    assert cascade(run, planned, "--basis", "equal").code == 0
    assert len({quotas(run, planned)[name]["amount_minor"] for name in ("Ann", "Bob", "Cid", "Dea")}) == 1


def test_commitments_and_answers_stand_beside_the_quotas(run: Callable, planned: Path) -> None:
    handed = quotas(run, planned)["Ann"]["amount_minor"]
    assert run("-C", planned, "plan", "approve", "q3").code == 0
    assert run("-C", planned, "plan", "commit", "q3", "Ann", "100", "--note", "two slipped").code == 0
    assert run("-C", planned, "plan", "commit", "q3", "Bob", "none").code == 0
    assert run("-C", planned, "plan", "accept", "q3", "Bob").code == 0
    assert run("-C", planned, "plan", "dispute", "q3", "Ann").code == 2
    assert run("-C", planned, "plan", "dispute", "q3", "Ann", "--why", "one left").code == 0
    plan = json.loads(run("-C", planned, "plan", "show", "q3", "--format", "json").out)
    assert plan["status"] == "approved"
    assert [one["amount_minor"] for one in plan["commitments"]] == [10000, None]
    assert plan["answers"][1]["reason"] == "one left"
    assert plan["answers"][1]["amount_minor"] == handed
    shown = run("-C", planned, "plan", "show", "q3", "--by", "commitment").out
    ann = next(line for line in shown.splitlines() if line.startswith("Ann"))
    assert "$100" in ann
    assert "disputed by" in ann
    assert "disputed by" in run("-C", planned, "plan", "diff", "q3").out


def test_goals_are_checked_one_by_one(run: Callable, planned: Path) -> None:
    told = json.loads(run("-C", planned, "plan", "goals", "q3", "--format", "json").out)
    aspects = {one["aspect"]: one["holds"] for one in told}
    assert list(aspects) == ["specific", "measurable", "achievable", "relevant", "time-bound"]
    assert (aspects["relevant"], aspects["achievable"]) == ("no", "not known")
    assert "won_amount, achievable: not known." in run("-C", planned, "plan", "goals", "q3").out


def test_an_account_takes_its_part_of_the_quota_along(run: Callable, planned: Path) -> None:
    before = {name: quota["amount_minor"] for name, quota in quotas(run, planned).items()}
    done = run("-C", planned, "plan", "move", "q3", "Ann", "Cid", "--on", "2017-08-16", "--share", "50%")
    assert done.code == 0, done.err
    after = {name: quota["amount_minor"] for name, quota in quotas(run, planned).items()}
    about = round(before["Ann"] / 2)
    assert abs((before["Ann"] - after["Ann"]) - about * 46 / 92) <= 1
    assert before["Ann"] + before["Cid"] == after["Ann"] + after["Cid"]
    account = run(
        "-C", planned, "plan", "move", "q3", "Ann", "Cid", "--on", "2017-08-16", "--account", "Nobody"
    )
    assert account.code != 0
    assert "Traceback" not in account.err
    assert run("-C", planned, "plan", "move", "q3", "Ann", "Cid", "--on", "2017-08-16").code == 2


def test_what_changed_hands_stays_so_when_the_goal_is_split_by_history_again(
    run: Callable, planned: Path
) -> None:
    done = run("-C", planned, "plan", "move", "q3", "Ann", "Cid", "--on", "2017-08-16", "--share", "50%")
    assert "50.0% goes from Ann to Cid on 2017-08-16, with " in done.err
    moved = {name: quota["amount_minor"] for name, quota in quotas(run, planned).items()}
    assert "Handed over by Ann to Cid from 2017-08-16 on" in run("-C", planned, "plan", "diff", "q3").out
    assert cascade(run, planned, "--basis", "history").code == 0
    again = {name: quota["amount_minor"] for name, quota in quotas(run, planned).items()}
    assert all(abs(again[name] - amount) <= 1 for name, amount in moved.items())
