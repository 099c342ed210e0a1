import numpy as np
import pytest

from benchmarks.goals import tell_worlds
from benchmarks.goals_mixed_maven import figures_of, main, read_maven, walk_forward
from benchmarks.goals_mixed_worlds import Goal, play
from benchmarks.goals_mixed_worlds import figures_of as figures_of_worlds
from benchmarks.measuring import Report
from salesnb.outlook.deals import NEVER


@pytest.fixture(scope="module")
def crm(shared_data):
    return read_maven(shared_data / "maven_crm")


def test_the_export_is_read_whole(crm):
    deals = crm.deals
    assert (len(deals.owner), int(deals.won.sum()), int((deals.closed == NEVER).sum())) == (
        8_800,
        4_238,
        2_089,
    )
    assert deals.amount.sum() == 1_000_553_400
    assert int((deals.created == NEVER).sum()) == 500
    assert {panel: len(nodes) for panel, nodes in crm.nodes.items()} == {"region": 3, "manager": 6, "rep": 30}


@pytest.fixture(scope="module")
def rows(crm):
    return walk_forward(crm, 1)


@pytest.mark.slow
def test_goals_a_month_ahead_are_foretold_as_well_as_is_required(rows):
    found = figures_of(rows)
    assert found["predictions"] == 39 * 7 * 7
    assert found["brier_maven"] <= 0.20
    assert found["brier_maven"] < found["base_rate_maven"]
    assert found["calibration_error"] <= 0.06
    assert 0.75 <= found["coverage80"] <= 0.85


@pytest.mark.slow
def test_what_happens_later_moves_no_earlier_prediction(crm, rows):
    deals = crm.deals
    later = (deals.closed != NEVER) & (deals.closed > deals.closed[deals.closed != NEVER].max() - 61)
    doubled = type(deals)(**vars(deals) | {"amount": np.where(later, 2 * deals.amount, deals.amount)})
    changed = type(crm)(deals=doubled, nodes=crm.nodes)
    before, after = (
        [(row.node, row.multiple, row.said) for row in some if row.origin <= 8]
        for some in (rows, walk_forward(changed, 1))
    )
    assert before == after


def test_a_folder_that_is_not_there_is_said(tmp_path, capsys):
    assert main(["--data", str(tmp_path / "none")]) == 1
    assert "There is no folder" in capsys.readouterr().err


def test_a_world_is_the_same_each_time_and_asks_for_every_level():
    first, again = play(5), play(5)
    assert first == again
    assert [goal.level for goal in first[::7]] == ["company", "region", "team", "rep"]
    for level in range(0, 28, 7):
        said = [goal.said["mix"] for goal in first[level : level + 7]]
        assert said == sorted(said, reverse=True)


def test_the_worst_tenth_is_of_those_with_fifty_goals():
    def goals(count, said, hits):
        return [
            Goal(level="rep", attained=n < hits, said={"mix": said}, held={"mix": True}) for n in range(count)
        ]

    found = figures_of_worlds([*goals(49, 0.95, 0), *goals(50, 0.25, 10)], "mix")
    assert found["worst_tenth_off"] == pytest.approx(0.05)
    assert found["share_of_hits"] == pytest.approx(10 / 99)


@pytest.mark.parametrize(("worlds", "hits", "wrong"), [(999, 5, 0), (1_000, 5, 2), (1_000, 49, 0)])
def test_a_thousand_worlds_are_judged_by_what_people_see_and_fewer_are_not(worlds, hits, wrong):
    views = ("top_down", "bottom_up", "mix")
    goals = [
        Goal(
            level=level,
            attained=n < hits,
            said=dict.fromkeys(views, 0.5),
            held=dict.fromkeys(views, True),
        )
        for level in ("company", "region", "team", "rep")
        for n in range(100)
    ]
    report = Report(benchmark="goals", quick=False)
    tell_worlds(goals, worlds, report)
    assert len(report.wrong) == wrong
    assert report.figures["worlds_mean_apart"] == pytest.approx(0.5 - hits / 100)
