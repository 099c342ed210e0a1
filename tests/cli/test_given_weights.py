"""Weights typed for nodes on the command line, and from a file."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def quotas(run: Callable, folder: Path, name: str = "q3") -> dict[str, dict]:
    plan = json.loads(run("-C", folder, "plan", "show", name, "--format", "json").out)
    return {quota["name"]: quota for quota in plan["quotas"]}


def siblings(found: dict[str, dict]) -> list[str]:
    top = next(quota for quota in found.values() if quota["parent"] is None)
    return [name for name, quota in found.items() if quota["parent"] == top["id"]]


def test_a_new_plan_and_a_later_cascade_take_typed_weights(run: Callable, planned: Path) -> None:
    first, *others = siblings(quotas(run, planned))
    typed = [f"--given={first}=3", *(f"--given={name}=0" for name in others[1:]), f"--given={others[0]}=1"]
    made = run(
        "-C", planned, "plan", "new", "mine", "--period", "2017-Q3", "--goal", "won_amount=40000", *typed
    )
    assert made.code == 0, made.err
    found = quotas(run, planned, "mine")
    assert (found[first]["amount_minor"], found[others[0]]["amount_minor"]) == (3_000_000, 1_000_000)
    assert found[first]["basis"] == "given: weight 3 of 4"
    again = run("-C", planned, "plan", "cascade", "mine", "--goal", "won_amount=80000")
    assert again.code == 0
    assert quotas(run, planned, "mine")[first]["amount_minor"] == 6_000_000
    assert "given: weight 3 of 4" in run("-C", planned, "plan", "show", "mine").out


def test_weights_come_from_a_file_too(run: Callable, planned: Path) -> None:
    first, second, *others = siblings(quotas(run, planned))
    rows = [f"{first};2,5", f"{second};150%", *(f"{name};0" for name in others)]
    table = planned / "weights.csv"
    table.write_text("\n".join(["node;weight", *rows]), encoding="utf-8")
    done = run("-C", planned, "plan", "cascade", "q3", "--basis", "given", "--given", table)
    assert done.code == 0, done.err
    found = quotas(run, planned)
    assert found[first]["basis"] == "given: weight 2.5 of 4"
    assert found[second]["basis"] == "given: weight 1.5 of 4"


def test_typed_weights_mix_with_another_basis(run: Callable, planned: Path) -> None:
    first, second, *others = siblings(quotas(run, planned))
    typed = [f"--given={first}=1", f"--given={second}=1", *(f"--given={name}=0" for name in others)]
    assert run("-C", planned, "plan", "cascade", "q3", "--basis", "given:.5,equal:.5", *typed).code == 0
    assert f"50 % given: {first} 1, {second} 1" in quotas(run, planned)[first]["basis"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--given", "Anm=1"], "Did you mean 'Ann'"),
        (["--given", "Ann=-2"], "The weight of Ann is negative: -2."),
        (["--given", "Ann=x"], "The weight 'x' of Ann is not a number."),
        (["--given", "Ann=1", "--given", "Ann=2"], "Ann has two weights"),
        (["--given", "Ann=0", "--basis", "history"], "the basis is history"),
        (["--given", "nowhere.csv"], "There is no file nowhere.csv"),
    ],
)
def test_weights_that_cannot_be_meant_are_refused_by_name(
    run: Callable, planned: Path, options: list[str], said: str
) -> None:
    done = run("-C", planned, "plan", "cascade", "q3", *options)
    assert done.code in {1, 2}
    assert said in done.err


def test_of_two_cascades_at_once_both_are_kept_or_one_is_refused(run: Callable, planned: Path) -> None:
    first, second, *_ = siblings(quotas(run, planned))
    command = [sys.executable, "-m", "salesnb", "-C", str(planned), "plan", "cascade", "q3", "--why", "now"]
    both = [
        subprocess.Popen([*command, "--lock", f"{node}=1000"], stderr=subprocess.PIPE, text=True)
        for node in (first, second)
    ]
    ended = [(one.communicate()[1], one.returncode) for one in both]
    locked = {name for name, quota in quotas(run, planned).items() if quota["lock"]}
    assert len(locked) == sum(code == 0 for _, code in ended) >= 1
    for said, code in ended:
        assert code == 0 or "has moved on" in said


def test_a_cascade_of_a_period_that_is_over_says_so(run: Callable, planned: Path) -> None:
    made = run("-C", planned, "plan", "new", "past", "--period", "2016-Q4", "--goal", "won_amount=40000")
    assert made.code == 0, made.err
    assert "2016-Q4 is over" in made.err
    assert "2016-Q4 is over" in run("-C", planned, "plan", "cascade", "past", "--basis", "equal").err
