"""The invented company: calibrated, dirty in known ways, reproducible, and true to what is said of it."""

import math
import os
import statistics
import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

import salesnb
from salesnb.crm import generator
from salesnb.crm.calibration import CALIBRATION
from salesnb.crm.generator import ResponseCurve, Truth, write_sample
from salesnb.errors import BadInput, CannotWrite, UnknownName

# The sample is made again and again.
pytestmark = pytest.mark.slow


_FILES = ("accounts.csv", "effort.csv", "opportunities.csv", "products.csv", "reps.csv")
_COUNT = 120_000
_LAST_DAY = date(2026, 9, 30)


class Sample:
    """A sample's files with SQL over them."""

    def __init__(self, folder: Path, truth: Truth) -> None:
        self.truth = truth
        self._engine = duckdb.connect()
        for name in _FILES:
            table, path = name.removesuffix(".csv"), (folder / name).as_posix()
            self._engine.execute(f"CREATE TABLE {table} AS FROM read_csv('{path}', header = true)")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._engine.execute(sql).fetchall()

    def one(self, sql: str) -> Any:
        return self.rows(sql)[0][0]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("sample")
    return Sample(folder, write_sample(folder, opportunities=_COUNT, seed=7, last_day=_LAST_DAY))


def _in_another_process(folder: Path, arguments: str) -> int:
    """Write a sample in a fresh process, which hashes otherwise; give its peak of memory in kB."""
    code = (
        "import resource, sys; from pathlib import Path; from salesnb.crm.generator import write_sample; "
        f"write_sample(Path(sys.argv[1]), {arguments}); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    command = [sys.executable, "-c", code, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(Path(salesnb.__file__).parent.parent)}
    return int(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    first = write_sample(tmp_path / "a", opportunities=1_000, seed=3)
    _in_another_process(tmp_path / "b", "opportunities=1_000, seed=3")
    other = write_sample(tmp_path / "c", opportunities=1_000, seed=4)
    assert first != other
    assert _bytes(tmp_path / "a") == _bytes(tmp_path / "b")
    assert set(_bytes(tmp_path / "a")) == set(_FILES)
    assert all(
        _bytes(tmp_path / "a")[name] != _bytes(tmp_path / "c")[name]
        for name in _FILES
        if name != "products.csv"
    )


def test_it_has_exactly_as_many_rows_as_asked_for_each_with_its_own_id(sample: Sample) -> None:
    assert sample.rows("SELECT count(*), count(DISTINCT opportunity_id) FROM opportunities") == [
        (_COUNT, _COUNT)
    ]


def test_every_reference_finds_its_partner(sample: Sample) -> None:
    assert sample.one("SELECT count(*) FROM opportunities ANTI JOIN reps USING (rep_id)") == 0
    assert (
        sample.one(
            "SELECT count(*) FROM opportunities ANTI JOIN accounts USING (account_id) WHERE account_id IS NOT NULL"
        )
        == 0
    )


def test_shares_of_stages_are_near_the_calibration(sample: Sample) -> None:
    shares = dict(
        sample.rows(
            f"""SELECT CASE WHEN stage IN ('Won', 'Lost', 'Prospecting') THEN stage ELSE 'Engaging' END,
                       count(*) / {_COUNT} FROM opportunities GROUP BY ALL"""
        )
    )
    assert shares["Won"] == pytest.approx(CALIBRATION.won_share, abs=0.02)
    assert shares["Lost"] == pytest.approx(CALIBRATION.lost_share, abs=0.02)
    assert shares["Engaging"] == pytest.approx(CALIBRATION.engaging_share, abs=0.025)
    assert shares["Prospecting"] == pytest.approx(CALIBRATION.prospecting_share, abs=0.004)


def test_products_have_their_shares_prices_and_win_rates(sample: Sample) -> None:
    found = sample.rows(
        f"""SELECT count(*) / {_COUNT}, any_value(list_price), avg((stage = 'Won')::INT) FILTER (closed_on IS NOT NULL)
            FROM products LEFT JOIN opportunities ON replace(products.product, ' ', '') = replace(opportunities.product, ' ', '')
            GROUP BY products.product ORDER BY min(products.rowid)"""
    )
    for (share, price, win_rate), figures in zip(found, CALIBRATION.products, strict=True):
        assert share == pytest.approx(figures.share, abs=0.005)
        assert price == figures.list_price
        # Four standard errors.
        assert win_rate == pytest.approx(figures.win_rate, abs=4 * 0.5 / (0.76 * share * _COUNT) ** 0.5)


def test_won_amounts_keep_their_ratio_to_the_price_list(sample: Sample) -> None:
    quantiles = sample.one(
        """SELECT quantile_cont(amount / list_price, [0.05, 0.25, 0.5, 0.75, 0.95]) FROM opportunities JOIN products
           USING (product) WHERE stage = 'Won' AND list_price > 500"""
    )
    levels = [CALIBRATION.quantile_levels.index(level) for level in (0.05, 0.25, 0.5, 0.75, 0.95)]
    assert quantiles == pytest.approx([CALIBRATION.value_to_list[level] for level in levels], abs=0.01)


@pytest.mark.parametrize(
    ("stage", "expected"), [("Won", CALIBRATION.won_cycle_days), ("Lost", CALIBRATION.lost_cycle_days)]
)
def test_cycles_have_the_calibrated_quantiles(
    sample: Sample, stage: str, expected: tuple[float, ...]
) -> None:
    found = sample.one(
        f"SELECT quantile_disc(closed_on - created_on, {list(CALIBRATION.quantile_levels)}) FROM opportunities WHERE stage = '{stage}'"
    )
    assert found == pytest.approx(expected, abs=4)


def test_wins_come_in_the_calibrated_season_of_the_quarter(sample: Sample) -> None:
    wins = [
        count
        for _, count in sample.rows(
            "SELECT (month(closed_on) - 1) % 3 AS place, count(*) FROM opportunities WHERE stage = 'Won' GROUP BY 1 ORDER BY 1"
        )
    ]
    assert [3 * count / sum(wins) for count in wins] == pytest.approx(
        CALIBRATION.month_of_quarter_wins, abs=0.02
    )


def test_the_five_busiest_reps_have_the_calibrated_shares(sample: Sample) -> None:
    shares = [
        share
        for (share,) in sample.rows(
            f"SELECT count(*) / {_COUNT} AS share FROM opportunities GROUP BY rep_id ORDER BY 1 DESC"
        )
    ]
    assert shares[:5] == pytest.approx(CALIBRATION.top_rep_shares, abs=0.006)


def test_dirt_is_of_the_known_kinds_at_the_known_rates(sample: Sample) -> None:
    open_rows = "FROM opportunities WHERE closed_on IS NULL"
    assert sample.one(f"SELECT avg((account_id IS NULL)::INT) {open_rows}") == pytest.approx(0.682, abs=0.01)
    assert (
        sample.one("SELECT count(*) FROM opportunities WHERE closed_on IS NOT NULL AND account_id IS NULL")
        == 0
    )
    assert sample.rows(
        "SELECT DISTINCT created_on IS NULL FROM opportunities WHERE stage = 'Prospecting'"
    ) == [(True,)]
    assert (
        sample.one("SELECT count(*) FROM opportunities WHERE stage <> 'Prospecting' AND created_on IS NULL")
        == 0
    )
    assert sample.rows("SELECT DISTINCT amount FROM opportunities WHERE stage = 'Lost'") == [(0,)]
    dead = sample.one(f"SELECT count(*) {open_rows} AND created_on < DATE '2026-09-30' - 138") / _COUNT
    assert dead == pytest.approx(CALIBRATION.long_dead_share, abs=0.02)
    unknown = sample.rows("SELECT DISTINCT product FROM opportunities ANTI JOIN products USING (product)")
    assert unknown == [("BrookPro",)]
    assert sample.one(
        f"SELECT count(*) / {_COUNT} FROM opportunities WHERE product = 'BrookPro'"
    ) == pytest.approx(0.1682, abs=0.005)
    assert sample.one("SELECT count(*) FROM accounts WHERE sector = 'technolgy'") > 0
    assert sample.one("SELECT count(*) FROM accounts WHERE country = 'Philipines'") > 0


def test_three_years_close_and_nothing_happens_after_the_last_day(sample: Sample) -> None:
    first, last, created, order = sample.rows(
        "SELECT min(closed_on), max(closed_on), max(created_on), min(closed_on - created_on) FROM opportunities"
    )[0]
    assert (first, order) == (date(2023, 10, 1), 1)
    assert max(last, created) == _LAST_DAY == sample.truth.last_day


def test_closing_is_in_full_swing_from_the_first_quarter_on(sample: Sample) -> None:
    wins = [
        count
        for (count,) in sample.rows(
            "SELECT count(*) FROM opportunities WHERE stage = 'Won' GROUP BY date_trunc('quarter', closed_on) ORDER BY ALL"
        )
    ]
    assert len(wins) == 12
    assert min(wins) > 0.75 * sum(wins) / 12


def test_nobody_owns_an_opportunity_before_they_came_or_after_they_left(sample: Sample) -> None:
    handed_on = "FROM opportunities JOIN reps USING (rep_id)"
    assert sample.one(f"SELECT count(*) {handed_on} WHERE created_on < start_on") == 0
    assert (
        sample.one(f"SELECT count(*) {handed_on} WHERE coalesce(closed_on, DATE '2026-09-30') >= end_on") == 0
    )
    assert sample.one("SELECT count(*) FROM reps WHERE end_on IS NOT NULL") >= 3
    assert sample.one("SELECT count(*) FROM reps WHERE start_on > DATE '2023-10-01'") >= 5


def test_the_organisation_has_three_levels_and_at_least_five_teams(sample: Sample) -> None:
    assert sample.one("SELECT count(DISTINCT region) FROM reps") == 3
    assert sample.one("SELECT count(DISTINCT team) FROM reps") == 8
    assert (
        sample.one(
            "SELECT max(regions) FROM (SELECT count(DISTINCT region) AS regions FROM reps GROUP BY team)"
        )
        == 1
    )
    assert sample.one("SELECT count(*) - count(DISTINCT name) FROM reps") == 0


def test_estimated_win_rates_come_near_the_truth(sample: Sample) -> None:
    for team, won, closed in sample.rows(
        """SELECT team, count(*) FILTER (stage = 'Won'), count(*) FROM opportunities JOIN reps USING (rep_id)
           WHERE created_on >= DATE '2023-10-01' AND created_on < DATE '2026-05-01' AND closed_on IS NOT NULL GROUP BY 1"""
    ):
        months = [
            entry
            for entry in sample.truth.win_rates
            if entry.team == team and "2023-10" <= entry.month < "2026-05"
        ]
        expected = sum(entry.rate * entry.weight for entry in months) / sum(entry.weight for entry in months)
        assert won / closed == pytest.approx(expected, abs=4 * (0.25 / closed) ** 0.5)


def test_estimated_hazards_come_near_the_truth(sample: Sample) -> None:
    """Of what was created in a year that is over: the share won and lost by an age, against the truth's hazards."""
    whole = sample.rows(
        """SELECT stage, closed_on - created_on FROM opportunities
           WHERE created_on BETWEEN DATE '2024-10-01' AND DATE '2025-09-30'"""
    )
    won, lost = sample.truth.hazards()
    left, won_by, lost_by = 1.0, 0.0, 0.0
    for age, (winning, losing) in enumerate(zip(won, lost, strict=True), start=1):
        won_by, lost_by, left = (
            won_by + left * winning,
            lost_by + left * losing,
            left * (1 - winning - losing),
        )
        if age in {7, 30, 90, 138}:
            found = [
                sum(stage == end and days <= age for stage, days in whole) / len(whole)
                for end in ("Won", "Lost")
            ]
            assert found == pytest.approx([won_by, lost_by], abs=0.015)
    assert left == pytest.approx(sample.truth.stall)


def test_the_stories_can_be_read_from_the_data(sample: Sample) -> None:
    stories = {entry.team: entry.story for entry in sample.truth.teams}
    assert stories["Nordics"].startswith("well ahead")
    win_rate = dict(
        sample.rows(
            """SELECT team, avg((stage = 'Won')::INT) FROM opportunities JOIN reps USING (rep_id)
               WHERE closed_on >= DATE '2026-07-01' GROUP BY 1"""
        )
    )
    assert win_rate["Nordics"] > 0.7 > 0.68 > win_rate["Gulf Coast"] > 0.6 > 0.48 > win_rate["Alps"]
    created = dict(
        sample.rows(
            """SELECT team, count(*) FILTER (created_on >= DATE '2026-05-01') /
                      count(*) FILTER (created_on BETWEEN DATE '2025-05-01' AND DATE '2025-09-30')
               FROM opportunities JOIN reps USING (rep_id) GROUP BY 1"""
        )
    )
    assert created["Gulf Coast"] < 0.6 < 0.85 < created["Alps"] < 1.15 < created["Nordics"]
    assert created["Japan & Korea"] > 1.2


def test_by_default_the_stories_show_in_the_quarter_that_is_running(tmp_path: Path) -> None:
    """The demo's size, where chance is large: against the same days a year earlier."""
    shown = Sample(tmp_path, write_sample(tmp_path))
    won = dict(
        shown.rows(
            """SELECT team, sum(amount) FILTER (closed_on BETWEEN DATE '2026-07-01' AND DATE '2026-09-11') /
                      sum(amount) FILTER (closed_on BETWEEN DATE '2025-07-01' AND DATE '2025-09-11')
               FROM opportunities JOIN reps USING (rep_id) GROUP BY 1"""
        )
    )
    assert won["Nordics"] > 1.3 > 1 > max(won["Alps"], won["Gulf Coast"])


def test_one_product_fades(sample: Sample) -> None:
    share = [
        count
        for (count,) in sample.rows(
            """SELECT avg((product = 'Drop Lab')::INT) FROM opportunities WHERE created_on IS NOT NULL
                    GROUP BY year(created_on) ORDER BY year(created_on)"""
        )
    ]
    assert share == sorted(share, reverse=True)
    assert share[-1] < 0.5 * share[0]


def test_effort_lifts_new_opportunities_as_its_curves_say() -> None:
    curve = ResponseCurve(segment="Alps", resource="campaigns", form="saturation", ceiling=0.4, scale=10_000)
    assert curve.response(0) == 0
    assert curve.response(10_000) == pytest.approx(0.4 * (1 - 2.718281828**-1))
    assert curve.response(1e9) == pytest.approx(0.4)


def test_what_effort_brings_shows_in_new_opportunities(sample: Sample) -> None:
    """Month to month, a team's new opportunities move as the truth's curves say of its effort."""
    curves = {(curve.segment, curve.resource): curve for curve in sample.truth.responses}
    brought: dict[tuple[str, str], float] = {}
    for team, month, resource, amount in sample.rows("SELECT segment, period, resource, amount FROM effort"):
        brought[team, month] = brought.get((team, month), 0.0) + curves[team, resource].response(amount)
    created = {
        (team, month): count
        for team, month, count in sample.rows(
            """SELECT team, strftime(created_on, '%Y-%m'), count(*) / sum(count(*)) OVER (PARTITION BY strftime(created_on, '%Y-%m'))
               FROM opportunities JOIN reps USING (rep_id) WHERE created_on >= DATE '2023-10-01' GROUP BY 1, 2"""
        )
    }
    pairs = []
    for team in {team for team, _ in created}:
        months = sorted(month for name, month in created if name == team)
        unaided = 1 - sum(brought[team, month] for month in months) / len(months)
        pairs += [
            (
                math.log((unaided + brought[team, later]) / (unaided + brought[team, earlier])),
                math.log(created[team, later] / created[team, earlier]),
            )
            for earlier, later in pairwise(months)
        ]
    assert statistics.linear_regression(*zip(*pairs, strict=True)).slope == pytest.approx(1, abs=0.25)


def test_effort_covers_every_team_month_and_resource(sample: Sample) -> None:
    assert sample.rows("SELECT count(DISTINCT segment), count(DISTINCT resource), count(*) FROM effort") == [
        (8, 2, 8 * 2 * 41)
    ]


def test_no_name_is_one_of_the_calibration_data(sample: Sample, shared_data: Path) -> None:
    found: set[str] = set()
    for path in (shared_data / "maven_crm").glob("*.csv"):
        found.update(word.strip() for line in path.read_text().splitlines()[1:] for word in line.split(","))
    names = sample.rows(
        "SELECT name FROM reps UNION SELECT manager FROM reps UNION SELECT name FROM accounts UNION FROM (SELECT product FROM products)"
    )
    assert not {name for (name,) in names} & found


def test_more_teams_have_names_of_their_own(tmp_path: Path) -> None:
    truth = write_sample(tmp_path, opportunities=1_000, teams=60)
    assert len({entry.team for entry in truth.teams}) == 60


@pytest.mark.parametrize(
    "last_day", [date(2027, 12, 31), date(2028, 2, 28), date(2028, 2, 29), date(2026, 11, 13)]
)
def test_three_years_end_on_any_day(tmp_path: Path, last_day: date) -> None:
    truth = write_sample(tmp_path, opportunities=1_000, last_day=last_day)
    assert truth.first_day.replace(year=truth.first_day.year + 3) - last_day <= timedelta(days=1)
    assert truth.win_rate() == pytest.approx(CALIBRATION.win_rate, abs=0.002)


@pytest.mark.parametrize(
    "wrong", [{"opportunities": 999}, {"opportunities": 10_000_001}, {"teams": 4}, {"seed": -1}]
)
def test_sizes_out_of_range_are_refused_before_anything_is_written(
    tmp_path: Path, wrong: dict[str, int]
) -> None:
    with pytest.raises(BadInput, match=next(iter(wrong))):
        write_sample(tmp_path / "new", **wrong)
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="file"):
        write_sample(tmp_path / "file" / "sample", opportunities=1_000)


def test_a_broken_run_leaves_no_part_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sample(tmp_path, opportunities=1_000, seed=1)
    before = _bytes(tmp_path)
    original = generator._write_chunks  # noqa: SLF001

    def breaking(*arguments: Any) -> None:
        original(*arguments)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(generator, "_write_chunks", breaking)
    with pytest.raises(CannotWrite, match="no space left"):
        write_sample(tmp_path, opportunities=2_000, seed=1)
    assert _bytes(tmp_path)["opportunities.csv"] == before["opportunities.csv"]
    assert set(_bytes(tmp_path)) == set(_FILES)


def test_an_unknown_team_is_refused_with_a_guess(sample: Sample) -> None:
    with pytest.raises(UnknownName, match="Nordics"):
        sample.truth.win_rate(team="Nordic")


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_opportunities(tmp_path: Path) -> None:
    """Ten times the rows may not take a quarter more memory (peaks of fresh processes)."""
    peaks = [
        _in_another_process(tmp_path / str(count), f"opportunities={count}") for count in (200_000, 2_000_000)
    ]
    assert peaks[1] < 1.25 * peaks[0]
