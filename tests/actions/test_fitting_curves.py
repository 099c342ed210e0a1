"""A plan's response curves come from the workspace's effort and sales, and learn from what came."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from salesnb.actions.allocating import Asked, find_allocation
from salesnb.actions.allocation_method_words import known_from, method_lines
from salesnb.actions.allocation_problem import pose
from salesnb.actions.fitting_curves import refit_lines, with_curves
from salesnb.actions.stating import Answers, Terms, judge, state_resource
from salesnb.actions.used_effort import find_used
from salesnb.actions.used_effort_words import result_lines, result_records
from salesnb.calendar import FiscalCalendar
from salesnb.cli import main
from salesnb.errors import BadInput
from salesnb.money import Formatter
from salesnb.planning import Condition, Goal, Plan, Segment, keep_amounts, keep_segments, new_plan, problems
from salesnb.planning.document import plan_from_json, plan_to_json
from salesnb.workspace import Workspace
from tests.actions.test_used_effort import MAPPING

# Every test imports data.
pytestmark = pytest.mark.slow

MARKETS = {"North": 40_000, "South": 20_000, "East": 10_000}
ELASTICITY = 0.3
AT = datetime(2017, 9, 1, tzinfo=UTC)
FMT = Formatter("en_US", "USD")


def months(first: str, count: int) -> list[str]:
    year, month = map(int, first.split("-"))
    return [f"{year + (month - 1 + k) // 12}-{(month - 1 + k) % 12 + 1:02d}" for k in range(count)]


def write(
    folder: Path,
    last: int,
    *,
    without: str = "East",
    extra: tuple[tuple[str, str, str, float], ...] = (),
    delay: int = 0,
) -> None:
    """Write ``last`` months from October 2015 on, of which December sells double; ``without`` has no effort written.

    Effort sells ``delay`` months later.
    """
    rng = np.random.default_rng(5)
    folder.mkdir(exist_ok=True)
    deals, effort = [], list(extra)
    lifts: dict[str, list[float]] = {market: [1.0] * delay for market in MARKETS}
    for month in months("2015-10", 28):
        for market, level in MARKETS.items():
            spent = {"budget": 3000 * rng.lognormal(0, 0.5), "visits": 100 * rng.lognormal(0, 0.5)}
            lift = np.prod(
                [(x / usual) ** ELASTICITY for x, usual in zip(spent.values(), (3000, 100), strict=True)]
            )
            lifts[market].append(float(lift))
            sold = (
                level
                * lifts[market][-1 - delay]
                * rng.lognormal(0, 0.05)
                * (2 if month.endswith("12") else 1)
            )
            if month in months("2015-10", last):
                deals.append((len(deals), "Ann", market, "Won", round(sold), f"{month}-01", f"{month}-20"))
                if market != without:
                    effort += [(month, market, name, round(x, 2)) for name, x in spent.items()]
    # The data ends after the last month, so that this is over.
    after = months("2015-10", last + 1)[-1]
    deals.append((len(deals), "Ann", "North", "Open", 5, f"{after}-01", ""))
    heads = ("id", "owner", "market", "stage", "amount", "created", "closed")
    for name, head, rows in (
        ("deals", heads, deals),
        ("effort", ("period", "segment", "resource", "amount"), effort),
    ):
        with (folder / f"{name}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([head, *rows])
    (folder / "mapping.toml").write_text(MAPPING)


def load(folder: Path) -> Workspace:
    if not (folder / "mine").exists():
        assert main(["new", str(folder / "mine")]) == 0
        settings = folder / "mine" / "salesnb.toml"
        # Deals take 19 days, which is nearer to one month than to none.
        settings.write_text(f'{settings.read_text()}\n[effort]\nlag = "0m"\n')
    source = folder / "crm"
    call = [
        "-C",
        str(folder / "mine"),
        "import",
        str(source),
        "--mapping",
        str(source / "mapping.toml"),
        "--yes",
    ]
    assert main(call) == 0
    return Workspace.open(folder / "mine")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two years of effort and sales, to September 2017."""
    folder = tmp_path_factory.mktemp("curves")
    write(folder / "crm", 24)
    return load(folder)


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[..., Workspace]:
    """Load another history."""

    def made(last: int, **options: object) -> Workspace:
        write(tmp_path / "crm", last, **options)  # type: ignore[arg-type]
        return load(tmp_path)

    return made


def planned(workspace: Workspace, *totals: str, names: tuple[str, ...] = tuple(MARKETS)) -> Plan:
    quarter = FiscalCalendar().period("2017-Q4")
    goal = Goal(id="won_amount", kpi="won_amount", unit="money", target=3_000_00, period=quarter)
    made = new_plan(name="q4", period=quarter, currency="USD", goals=[goal])
    made = keep_segments(
        made,
        [
            Segment(id=name, name=name, conditions=(Condition(dimension="market", values=(name,)),))
            for name in names
        ],
    )
    for total in totals:
        made = state_resource(made, total, workspace.settings, Terms())
    return made


@pytest.fixture(scope="module")
def fitted(workspace: Workspace) -> Plan:
    return with_curves(workspace, planned(workspace, "budget=27000", "visits=900 hours"), "auto").plan


def test_each_curve_says_what_it_was_fitted_from(fitted):
    north = fitted.response_curves[0]
    assert north.source == (
        "fitted from 24 months of effort, Oct 2015 to Sep 2017, with published elasticities (0.12, Sethuraman, Tellis and"
        " Briesch 2011)"
    )
    assert (north.fit.first, north.fit.last, north.fit.months) == ("2015-10", "2017-09", 24)
    assert len(north.fit.points) == 24
    hours = next(curve for curve in fitted.response_curves if curve.resource == "visits")
    assert "Albers, Mantrala and Sridhar 2010" in hours.source


def test_effort_that_sells_later_is_held_against_what_it_sells(loaded):
    workspace = loaded(26, delay=2)
    plan = planned(workspace, "budget=27000", "visits=900 hours")
    late, same = (with_curves(workspace, plan, "auto", lag=lag).plan.response_curves[0].fit for lag in (2, 0))
    assert (late.lag, late.months, same.lag, same.months) == (2, 24, 0, 26)
    assert late.elasticity[1] - 0.05 <= ELASTICITY <= late.elasticity[2] + 0.05
    assert same.elasticity[0] < 0.15


def test_the_lag_is_the_median_cycle_and_said_where_nobody_says_another(workspace):
    settings = workspace.root / "salesnb.toml"
    kept = settings.read_text()
    settings.write_text(kept.replace('lag = "0m"', ""))
    try:
        curved = with_curves(Workspace.open(workspace.root), planned(workspace, "visits=900 hours"), "auto")
    finally:
        settings.write_text(kept)
    assert curved.plan.response_curves[0].fit.lag == 1
    assert any("the sales of 1 month later, because deals take 19 days" in told for told in curved.notices)


def test_people_are_there_in_every_month_and_hours_are_used_up(workspace):
    hours, heads = (
        with_curves(workspace, planned(workspace, total), "auto").plan.response_curves[0].today
        for total in ("visits=900 hours", "visits=300 heads")
    )
    assert hours == pytest.approx(3 * heads, abs=2)


def test_money_by_its_name_is_not_counted_in_hours(workspace):
    with pytest.raises(BadInput, match="budget is in hours"):
        with_curves(workspace, planned(workspace, "budget=27000 hours"), "auto")


def test_both_resources_are_told_apart(fitted):
    for curve in fitted.response_curves:
        if curve.segment != "East":
            _, low, high = curve.fit.elasticity
            assert low - 0.05 <= ELASTICITY <= high + 0.05


def test_a_curve_is_for_the_plans_period_with_its_season(fitted, workspace):
    posed = pose(fitted, FMT, alone=True)
    draws = posed.fresh["budget", "North"]
    quarter = np.mean([curve.at(9000) for curve in draws])
    # Three months of 40,000, of which December sells double.
    assert quarter == pytest.approx(160_000, rel=0.15)
    october, november, december = fitted.response_curves[0].fit.season_bp
    assert october + november + december == 10_000
    assert december > 1.5 * november


def test_a_segment_without_effort_takes_after_the_others_and_says_so(fitted):
    east = next(curve for curve in fitted.response_curves if curve.segment == "East")
    assert east.source.startswith("taken after the other segments")
    assert (east.fit.months, east.fit.points) == (0, ())
    assert "no effort of its own is known" in east.fit.doubts[0]
    assert east.today > 0


def test_the_plan_keeps_curves_through_its_document_and_they_pass_its_checks(fitted):
    assert plan_from_json(plan_to_json(fitted)) == fitted
    assert [one for one in problems(fitted) if one.rule == "allocation"] == []


def test_it_is_allocated_by_them_and_told(fitted, workspace):
    found = find_allocation(workspace, fitted, Asked(), read_at=0)
    assert found.solved.gap <= 1e-3
    # Half of the draws are allocated on, the others are measured on, none of them twice.
    assert (len(found.solved.best.outcomes), len(found.solved.net)) == (100, 100)
    assert known_from(found.solved.posed).startswith(
        "All curves are estimated from data: fitted from 24 months"
    )
    lines = method_lines(found, FMT)
    assert any(line.startswith("North (budget): 1 % more budget brings 0.") for line in lines)


def test_judgements_steady_a_fit_and_come_back_when_asked_for(workspace):
    made = planned(workspace, "budget=27000")
    answers = [
        Answers(segment=name, none="50000", now="160000", saturated="400000", effort="9000", by="Ann")
        for name in MARKETS
    ]
    made = judge(made, answers, workspace.settings, who="Ann", at=AT)
    curved = with_curves(workspace, made, "auto").plan
    assert curved.response_curves[0].source.endswith("with judgement of Ann")
    assert curved.response_curves[0].judged is None
    again = with_curves(workspace, curved, "judgement").plan
    assert [curve.fit for curve in again.response_curves] == [None] * 3
    assert again.response_curves[0].parameters == made.response_curves[0].parameters
    assert with_curves(workspace, curved, "kept").plan == curved


def test_answers_that_nobody_gave_are_asked_for(fitted, workspace):
    with pytest.raises(BadInput, match="Nobody has judged North"):
        with_curves(workspace, fitted, "judgement")


def test_one_segment_alone_is_fitted(workspace):
    made = with_curves(workspace, planned(workspace, "budget=9000", names=("North",)), "history").plan
    found = find_allocation(workspace, made, Asked(), read_at=0)
    assert found.solved.amounts == {"North": 9000_00}
    assert np.isfinite(found.solved.outcome)


def test_what_came_is_held_against_what_was_predicted_and_curves_learn(loaded, workspace):
    plan = with_curves(workspace, planned(workspace, "budget=18000", names=("North", "South")), "auto").plan
    plan = keep_amounts(plan, {("budget", "North"): 900_000, ("budget", "South"): 900_000})
    later = loaded(26)
    used = find_used(later, plan)
    north, south = used.results
    assert (north.segment, north.ahead) == ("North", 2)
    assert north.low < north.predicted < north.high
    assert north.actual == used.lines[0].won_amount
    records = result_records(used, FMT)
    assert [record["came"] for record in records] == [
        "within" if row.low <= row.actual <= row.high else "below" if row.actual < row.low else "above"
        for row in (north, south)
    ]
    assert result_lines(used)[0].startswith("Predictions were ")
    anew = with_curves(later, plan, "auto").plan
    assert anew.response_curves[0].fit.last == "2017-11"
    told = refit_lines(plan, anew)
    assert len(told) == 2
    assert "fitted again to 2017-11" in told[0]
    # What the curves know already is no prediction.
    assert find_used(later, anew).results == ()
    assert result_lines(find_used(later, anew))[0].startswith("No month came after")


def test_twice_as_much_as_predicted_is_above(loaded, workspace):
    plan = with_curves(workspace, planned(workspace, "budget=9000", names=("North",)), "auto").plan
    half = replace(
        plan.response_curves[0],
        draws=tuple((h / 3, s, k, b / 3) for h, s, k, b in plan.response_curves[0].draws),
    )
    used = find_used(loaded(26), replace(plan, response_curves=(half,)))
    record = result_records(used, FMT)[0]
    assert record["came"] == "above"
    assert record["off"].startswith("+")


@pytest.mark.parametrize(
    ("options", "totals", "which", "says"),
    [
        ({"last": 1}, ("budget=27000",), "history", "Only 1 month of effort is known (Oct 2015)"),
        ({"last": 24}, ("heads=12 heads",), "history", "none of which the plan allocates (heads)"),
        ({"last": 24}, ("visits=900000 hours",), "auto", "look like hours against money"),
        (
            {"last": 24, "extra": (("2016-02", "North", "budget", -90_000.0),)},
            ("budget=27000",),
            "auto",
            "The effort of 2016-02 comes to -",
        ),
    ],
)
def test_a_history_that_cannot_be_meant_is_refused_in_words(loaded, options, totals, which, says):
    made = loaded(options.pop("last"), **options)
    with pytest.raises(BadInput) as caught:
        with_curves(made, planned(made, *totals), which)
    assert says in str(caught.value)


def test_too_short_a_history_leaves_what_is_judged(loaded):
    made = loaded(1)
    plan = planned(made, "budget=27000")
    curved = with_curves(made, plan, "auto")
    assert curved.plan == plan
    assert curved.notices == (
        "Curves are not fitted from history: Only 1 month of effort is known (Oct 2015).",
    )


def test_names_of_effort_that_are_no_segments_are_told(loaded):
    made = loaded(24, extra=(("2016-02", "Mars", "budget", 5.0), ("2016-Q1", "North", "budget", 5.0)))
    curved = with_curves(made, planned(made, "budget=27000"), "auto")
    assert "Effort of Mars is left out: the plan's segments are North, South, East." in curved.notices
    assert "Effort of 2016-Q1 is left out, because these are no months." in curved.notices


def test_a_segment_that_sold_nothing_is_named(loaded):
    made = loaded(24, extra=(("2016-02", "Mars", "budget", 5.0),))
    curved = with_curves(made, planned(made, "budget=27000", names=("North", "Mars")), "auto")
    assert any(notice.startswith("Mars won nothing in Oct 2015 to Sep 2017") for notice in curved.notices)
    assert [curve.segment for curve in curved.plan.response_curves] == ["North"]


def test_answers_in_another_unit_than_the_effort_are_refused(workspace):
    made = planned(workspace, "budget=27000")
    answers = [Answers(segment="North", none="50000", now="160000", saturated="400000", effort="20")]
    made = judge(made, answers, workspace.settings, who="Ann", at=AT)
    with pytest.raises(BadInput, match="North: It is judged with budget of 20, but"):
        with_curves(workspace, made, "auto")
