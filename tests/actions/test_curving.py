"""Curves and needed coverage on the sample, whose win hazards are known."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import accumulate
from pathlib import Path

import pytest

import salesnb
from salesnb.actions.facts import Facts
from salesnb.actions.naming import COMPANY, Names
from salesnb.actions.needed import need_of
from salesnb.actions.pipeline import closable_deals
from salesnb.cli import main
from salesnb.crm.generator import Truth, write_sample
from salesnb.kpis.required_coverage import Odds, hit_probability
from salesnb.workbooks.findings_need import LEAST_WINS
from salesnb.workspace import Settings, Workspace

# Every test imports data.
pytestmark = pytest.mark.slow

_DEALS = 12_000


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Truth]:
    folder = tmp_path_factory.mktemp("curves")
    truth = write_sample(folder / "crm", opportunities=_DEALS, seed=7)
    workspace = Workspace.create(folder / "sales", Settings(company="Acme"))
    salesnb.import_data(workspace, folder / "crm", "sample")
    return workspace, truth


@pytest.fixture
def facts(sample: tuple[Workspace, Truth]) -> Iterator[Facts]:
    workspace = sample[0]
    with workspace.dataset() as data:
        as_of = data.meta.as_of
        yield Facts(
            data=data,
            calendar=workspace.calendar,
            names=Names(data=data, as_of=as_of),
            by="team",
            period=workspace.calendar.containing(as_of, "quarter"),
            as_of=as_of,
        )


@pytest.fixture
def run(
    sample: tuple[Workspace, Truth], capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    def call(*words: str) -> tuple[int, str, str]:
        try:
            code = main(["-C", str(sample[0].root), "kpi", "curve", *words])
        except SystemExit as stop:
            code = int(stop.code or 0)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def true_shares(truth: Truth, team: str | None = None) -> list[float]:
    """Give the share won by each age that was put in, of what was created since anything closed."""
    rate = truth.win_rate(team=team, since=f"{truth.first_day:%Y-%m}")
    won, lost = truth.hazards(rate)
    still_open = accumulate(zip(won, lost, strict=True), lambda s, h: s * (1 - sum(h)), initial=1.0)
    return list(accumulate((s * h for s, h in zip(still_open, won, strict=False)), initial=0.0))


def test_the_curve_comes_near_the_hazards_that_were_put_in(sample: tuple[Workspace, Truth]) -> None:
    workspace, truth = sample
    (group,) = salesnb.win_curve(workspace, first=truth.first_day).groups
    shares = true_shares(truth)
    for age in (10, 30, 60, 90, 120, 138):
        step = group.curve.step(age)
        assert step is not None
        # Three standard errors, and one point for seasons, which the one truth for all days averages.
        assert abs(step.won.share - shares[age]) < 3 * step.won.variance**0.5 + 0.01, age


def test_most_intervals_of_teams_hold_the_truth(sample: tuple[Workspace, Truth]) -> None:
    workspace, truth = sample
    found = salesnb.win_curve(workspace, by="team", first=truth.first_day, confidence=0.95)
    held = 0
    for group in found.groups:
        estimate = group.curve.steps[-1].won
        held += (
            (estimate.low or 0) - 0.01 <= true_shares(truth, group.key[0])[138] <= (estimate.high or 1) + 0.01
        )
    assert len(found.groups) == 8
    assert held >= 7


def test_young_cohorts_are_told_as_old_ones_are(sample: tuple[Workspace, Truth]) -> None:
    workspace, truth = sample
    young = {"first": truth.last_day - timedelta(days=100)}
    (group,) = salesnb.win_curve(workspace, **young).groups
    kpis = salesnb.kpi_table(workspace, "win_rate_cohort", "win_rate_cohort_closed", **young)
    true = true_shares(truth)[60]
    assert group.curve.won(60) == pytest.approx(true, abs=0.05)
    # Neither plain rate of the same deals says what is won within sixty days.
    assert kpis["win_rate_cohort_closed"][0] > true + 0.15
    assert group.curve.left(60) == pytest.approx(true_shares(truth)[60] / 0.63, abs=0.08)


def test_recent_history_can_weigh_more(sample: tuple[Workspace, Truth]) -> None:
    workspace = sample[0]
    (all_alike,) = salesnb.win_curve(workspace).groups
    (recent,) = salesnb.win_curve(workspace, half_life_days=120).groups
    assert recent.curve.created < all_alike.curve.created / 2
    assert recent.curve.steps[60].won.variance > all_alike.curve.steps[60].won.variance


def test_a_notebook_gets_a_chart_a_table_and_a_finding(sample: tuple[Workspace, Truth]) -> None:
    found = salesnb.win_curve(sample[0], by="team")
    assert "image/svg" in found._repr_mimebundle_()["text/html"]
    assert repr(found) == found._repr_mimebundle_()["text/plain"]
    assert found.finding == found.chart.finding
    table = found.table
    assert list(table.columns[:4]) == ["team", "age_days", "at_risk", "won"]
    assert table["won"].between(0, 1).all()
    assert (table["won"] + table["lost"] + table["open"]).to_list() == pytest.approx([1.0] * len(table))
    assert found.chart.svg() == salesnb.win_curve(sample[0], by="team").chart.svg()


def test_the_setting_is_the_confidence_of_intervals(sample: tuple[Workspace, Truth]) -> None:
    workspace = sample[0]
    sure = Workspace(workspace.root, replace(workspace.settings, coverage_confidence=0.95))
    assert salesnb.win_curve(sure).groups[0].curve.confidence == 0.95
    assert salesnb.win_curve(sure, confidence=0.5).groups[0].curve.confidence == 0.5


def test_the_command_prints_the_finding_and_the_curve(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = run("win")
    assert code == 0
    assert "of the deals created are won within 13" in out.splitlines()[0]
    assert any(line.startswith("100 days") for line in out.splitlines())
    assert run()[1] == out
    assert "Half of the deals created have left" in run("cycle")[1]


def test_the_command_gives_programs_a_row_an_age(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = run("win", "--by", "region", "--from", "2025-01-01", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert "Of the deals created" in err
    assert list(rows[0]) == [
        "region", "age_days", "at_risk", "won", "won_low", "won_high", "lost", "lost_low", "lost_high", "open",
    ]  # fmt: skip
    assert {row["region"] for row in rows} == {"Americas", "Asia-Pacific", "Europe"}
    records = json.loads(run("cycle", "--format", "json")[1])
    assert list(records[0]) == ["age_days", "at_risk", "left", "left_low", "left_high", "open", "of_wins"]
    assert records[-1]["of_wins"] == 1


def test_the_command_draws_into_a_file(run: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    code, _, err = run("--by", "team", "--svg", str(tmp_path / "curve.svg"))
    assert code == 0
    assert "curve.svg" in err
    assert (tmp_path / "curve.svg").read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["won"], "There is no curve 'won'. Did you mean"),
        (["--by", "stage"], "stage says how a deal ended"),
        (["--where", "status=won"], "status says how a deal ended"),
        (["--by", "tem"], "There is no dimension 'tem'"),
        (["--confidence", "80"], "a share between 0 and 1"),
        (["--half-life", "0"], "a number of days above 0"),
        (["--by", "month,year"], "Several time grains"),
    ],
)
def test_wrong_usage_is_told_with_what_to_do(
    run: Callable[..., tuple[int, str, str]], words: list[str], told: str
) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert told in err


def test_nothing_created_in_the_days_asked_for_is_said(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = run("--from", "2040-01-01")
    assert code == 0
    assert out.startswith("Too few deals are closed to tell a curve.")


def test_the_coverage_needed_is_one_at_which_the_deals_at_hand_reach_the_goal_about_as_surely(
    facts: Facts,
) -> None:
    unit = next(unit for unit in facts.units({}) if unit.name == "Andes")
    won = facts.period_sums[unit.id]["won_amount"]
    deals = [d for d in closable_deals(facts.deals[unit.id], facts.period) if d.created_on]
    amount = sum(deal.amount for deal in deals)
    low, high = 1, amount
    while high - low > amount // 500:
        missing = (low + high) // 2
        need = need_of(unit, facts, won + missing, 0.8)
        assert need is not None
        enough = amount / missing >= (need.coverage or 0)
        low, high = (missing, high) if enough else (low, missing)
    assert (need.whose, need.deals) == ("own", len(deals))
    assert (need.even or 0) < (need.coverage or 0)
    curve = facts.curves.own(unit.id)
    ages = [(d.amount, (facts.as_of - d.created_on).days) for d in deals if d.created_on]
    odds = [Odds(amount=a, probability=curve.won_within(age, need.days_left) or 0.0) for a, age in ages]
    # Deals drawn from those at hand vary a little more than these do.
    held = hit_probability(odds, round(low / facts.curves.realised(unit.id)))
    assert held.probability == pytest.approx(0.8, abs=0.08)


def test_the_coverage_that_a_goal_needs_is_that_of_the_reviews_and_says_what_it_is_computed_from(
    sample: tuple[Workspace, Truth], facts: Facts, run: Callable[..., tuple[int, str, str]]
) -> None:
    workspace, unit = sample[0], next(unit for unit in facts.units({}) if unit.name == "Andes")
    won = facts.period_sums[unit.id]["won_amount"]
    goal = (won + 50_000_00) // 100 + 1
    found = salesnb.needed_coverage(
        workspace, goal, period=facts.period.label, where=("team", "Andes"), confidence=0.9
    )
    need = need_of(unit, facts, goal * 100, 0.9)
    assert need is not None
    assert found.need == need
    assert found.coverage == need.coverage
    assert found.finding.startswith(
        f"Coverage needed for 90% confidence: {need.coverage:.1f} (rule of thumb: 3). "
    )
    assert f"Computed from {need.wins} wins of the last two years" in found.finding
    assert f"{need.deals} open deals" in found.finding
    whole = sum(sums["won_amount"] for sums in facts.period_sums.values()) // 100 + 1_000_000
    code, out, _ = run("--goal", f"{facts.period.label}={whole}")
    assert code == 0
    assert "Coverage needed for 80% confidence: " in out.splitlines()[-1]
    reached = salesnb.needed_coverage(workspace, 1, period=facts.period.label)
    assert (reached.coverage, "goal is reached" in reached.finding) == (None, True)
    assert run("--goal", "900")[0] == 2


def test_coverage_is_of_a_unit_that_there_is(sample: tuple[Workspace, Truth], facts: Facts) -> None:
    with pytest.raises(salesnb.SalesnbError, match="There is no team 'Andse'"):
        salesnb.needed_coverage(sample[0], 1, period=facts.period.label, where=("team", "Andse"))


def test_a_reached_goal_or_a_period_that_is_over_needs_nothing(facts: Facts) -> None:
    unit = facts.units({})[0]
    won = facts.period_sums[unit.id]["won_amount"]
    assert need_of(unit, facts, won, 0.8) is None
    assert need_of(unit, facts, None, 0.8) is None
    over = replace(facts, as_of=facts.period.last_day)
    assert need_of(unit, over, won + 10**9, 0.8) is None


def test_a_unit_with_few_wins_takes_the_company_s_curve_of_the_last_whole_month(
    facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesnb.actions.needed.LEAST_WINS", 10**4 // 4)
    unit = facts.units({})[0]
    need = need_of(unit, facts, 10**9, 0.8)
    assert need is not None
    assert need.whose == "company"
    assert need.wins > LEAST_WINS
    assert need.wins == round(facts.curves.company.won_count)
    later = replace(facts, as_of=facts.as_of - timedelta(days=3))
    assert later.curves.company == facts.curves.company


def test_no_company_curve_is_handed_where_others_could_be_told_apart(
    facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesnb.actions.needed.LEAST_WINS", 10**4)
    monkeypatch.setattr("salesnb.actions.peers.LEAST_UNITS", 99)
    need = need_of(facts.units({})[0], facts, 10**9, 0.8)
    assert need is not None
    assert (need.whose, need.coverage) == ("own", None)


def test_a_review_by_what_ends_deals_has_no_curve_of_its_own(facts: Facts) -> None:
    by_stage = replace(facts, by="stage")
    assert by_stage.curves.own("Engaging").created == 0


def test_the_company_is_held_against_its_own_curve(facts: Facts) -> None:
    whole = replace(facts, by=COMPANY)
    need = need_of(whole.names.unit(COMPANY, COMPANY), whole, 10**10, 0.9)
    assert need is not None
    assert need.whose == "own"
    assert need.coverage is not None
