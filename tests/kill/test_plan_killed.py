"""A cascade that is killed at any moment leaves the plan of before or the new one, whole, with all its history."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Killer

_KILLS = 50


@pytest.mark.slow
def test_fifty_kills_at_random_moments_leave_a_whole_plan(workspace: Path, killer: "Killer") -> None:
    from salesnb.planning import PlanStore

    store = PlanStore(workspace / "plans")
    cascade = ("command", "-C", workspace, "plan", "cascade", "q3", "--goal")
    usual = min(killer.finish(*cascade, f"won_amount={amount}") for amount in (99_000, 99_001, 99_002))
    killed, before = 0, store.load("q3")
    for amount in range(100_000, 100_000 + _KILLS):
        was_killed = killer.kill(usual, *cascade, f"won_amount={amount}")
        killed += was_killed
        after = store.load("q3")
        if after.revision == before.revision:
            assert was_killed
            assert after == before
        else:
            assert after.revision > before.revision
            assert int(after.goals[0].target) == amount * 100
            assert sum(quota.amount for quota in after.quotas if quota.level == "rep") == amount * 100
        before = after
    assert killed > _KILLS // 2
    for entry in store.history("q3"):
        assert store.revision("q3", entry.revision).revision == entry.revision
    killer.finish(*cascade, "won_amount=200000")
    assert int(store.load("q3").goals[0].target) == 200_000 * 100
