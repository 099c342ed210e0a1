"""Goals on the past: how probable each was said to be, beside how often it was attained.

Usage: python -m benchmarks.goals [--quick] [--worlds N]
       python -m benchmarks.goals --series FILE [--freq M] [--horizon 3] [--season 12]
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.goals_data import FREQUENCIES, maven, read_series, shared_data
from benchmarks.goals_mixed_maven import figures_of, read_maven, show, walk_forward
from benchmarks.goals_mixed_worlds import Goal
from benchmarks.goals_mixed_worlds import figures_of as figures_of_worlds
from benchmarks.goals_mixed_worlds import show as show_worlds
from benchmarks.goals_mixed_worlds import try_worlds as play_worlds
from benchmarks.goals_speed import one_goal, thousand_reps
from benchmarks.goals_tables import averaged, print_scores, print_tenths
from benchmarks.goals_worlds import Worlds, try_worlds
from benchmarks.measuring import Report, Run, is_quick, measured
from salesnb.errors import SalesnbError
from salesnb.outlook import Backtest, Panel, Score, Trial, backtest, run_rate, scored, seasonal_naive

__all__ = ["main", "tell_worlds"]

_WORLDS, _QUICK_WORLDS = 1_000, 10
_JOBS = 2
_OF_RUN_RATE = (0.6, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5)
_OF_LAST_YEAR = (0.8, 0.9, 1.0, 1.1, 1.2)
# What must hold; all else is printed to know.
_NARROWEST, _WIDEST = 0.75, 0.85
_SERIES_BRIER, _MAVEN_BRIER, _MAVEN_CALIBRATION = 0.16, 0.20, 0.06
_WORLDS_MEAN, _WORLDS_TENTH = 0.03, 0.07
_SECONDS_1000, _MILLISECONDS_1 = 5.0, 50.0


def main(arguments: Sequence[str]) -> int:
    """Try, print, and give the exit code."""
    quick = is_quick(arguments)
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="few worlds")
    parser.add_argument(
        "--worlds",
        type=int,
        default=_QUICK_WORLDS if quick else _WORLDS,
        help="invented companies; 0 for none",
    )
    parser.add_argument(
        "--series", type=Path, metavar="FILE", help="try this CSV file only: unique_id, ds, y"
    )
    parser.add_argument("--freq", default="M", metavar="|".join(FREQUENCIES), help="how far steps are apart")
    parser.add_argument("--horizon", type=int, default=3, help="steps of the window that a goal is for")
    parser.add_argument("--season", type=int, default=12, help="steps a year")
    options = parser.parse_args(arguments)
    report = Report(benchmark="goals", quick=quick)
    try:
        if options.series:
            panel = _read(options.series, options.freq, options.season)
            _try_series([_last_year(options.series.stem, panel, options.horizon)], report)
            return report.show({})
        return report.show(_try_all(options.worlds, report))
    except SalesnbError as error:
        print(error, file=sys.stderr)
        return error.exit_code


def _try_all(worlds: int, report: Report) -> dict[str, Run]:
    """Try what we have; what cannot be read is missing."""
    try:
        _try_series(list(_public_series()), report)
        _try_maven(report)
    except SalesnbError as error:
        print(error, file=sys.stderr)
        report.absent.append("shared data")
    if worlds:
        _tell_first_view(try_worlds(worlds), report)
        tell_worlds(play_worlds(worlds, _JOBS), worlds, report)
    return _measure_speed(report)


def _public_series() -> Iterator[Backtest]:
    folder = shared_data() / "series"
    retail, m3 = folder / "aus_retail_dev.csv", folder / "m3_micro_industry_dev.csv"
    panel, _ = read_series(retail, frequency="M", season=12)
    yield _last_year("retail by quarter", panel, 3)
    yield _last_year("retail by year", panel, 12)
    for period, frequency, season in (("MONTHLY", "M", 12), ("QUARTERLY", "Q", 4)):
        panel, _ = read_series(m3, frequency=frequency, season=season, where={"period": period})
        yield _last_year(f"M3 {period.lower()} by quarter", panel, season // 4)
        yield _last_year(f"M3 {period.lower()} by year", panel, season)


def _read(path: Path, frequency: str, season: int) -> Panel:
    panel, cut = read_series(path, frequency=frequency, season=season)
    if cut:
        print(f"{cut} of {len(panel.ids)} series count from behind their last gap.", file=sys.stderr)
    return panel


def _last_year(name: str, panel: Panel, steps: int) -> Backtest:
    """Goals through the same period a year before; a goal for each period of the calendar."""
    return backtest(
        Trial(
            name=name,
            panel=panel,
            steps=steps,
            reference=seasonal_naive(panel, steps),
            multiples=_OF_LAST_YEAR,
            every=steps,
        )
    )


def _try_series(tried: Sequence[Backtest], report: Report) -> None:
    """Score series, print, and keep the figures and what does not hold."""
    scores = [scored(one.name, [one]) for one in tried]
    whole = scored("series, all", tried)
    print("Goals of .8 to 1.2 times the same period a year before, fixed before the period\n")
    print_scores(scores)
    print_tenths(whole)
    brier, base = averaged(scores, "brier"), averaged(scores, "base_rate_brier")
    mase, naive = averaged(scores, "mase"), averaged(scores, "mase_seasonal_naive")
    report.figures |= {
        "brier_series": brier,
        "base_rate_series": base,
        "coverage80": _rounded(whole.coverage80),
        "coverage50": _rounded(whole.coverage50),
        "mase": mase,
        "mase_seasonal_naive": naive,
        "calibration_error_series": _rounded(whole.calibration_error),
        "hidden_series": whole.hidden,
        "predictions_series": whole.predictions,
    }
    if brier is None or base is None or not (brier < base and brier <= _SERIES_BRIER):
        report.wrong.append(
            f"mean Brier of the series is {brier}; the base rate's is {base}, the limit {_SERIES_BRIER}"
        )
    if whole.coverage80 is None or not _NARROWEST <= whole.coverage80 <= _WIDEST:
        report.wrong.append(
            f"80 % ranges of the series hold {whole.coverage80}, not {_NARROWEST} to {_WIDEST}"
        )
    if mase is None or naive is None or mase >= naive:
        report.wrong.append(f"MASE of the series is {mase}; that of the seasonal naive forecast is {naive}")


def _try_maven(report: Report) -> None:
    """Score Maven by level, one and three months ahead."""
    panels = maven(shared_data() / "maven_crm")
    print(
        "\nMaven: goals of .6 to 1.5 times the run rate of the last three months, fixed before the period\n"
    )
    for steps, words in ((1, "one month"), (3, "three months")):
        tried = [_trailing(f"{level}, {words}", panel, steps) for level, panel in panels.items()]
        whole = scored(f"Maven, {words}", tried)
        print_scores([*(scored(one.name, [one]) for one in tried), whole])
        print_tenths(whole)
        _keep_maven(whole, "" if steps == 1 else f"_{steps}_months", report)
    rows = walk_forward(read_maven(shared_data() / "maven_crm"), 1)
    show(rows, 1)
    report.figures |= {f"{name}_both_views": _rounded(value) for name, value in figures_of(rows).items()}


def _trailing(name: str, panel: Panel, steps: int) -> Backtest:
    reference = run_rate(panel, steps)
    return backtest(Trial(name=name, panel=panel, steps=steps, reference=reference, multiples=_OF_RUN_RATE))


def _keep_maven(whole: Score, ending: str, report: Report) -> None:
    report.figures |= {
        f"brier_maven{ending}": _rounded(whole.brier),
        f"base_rate_maven{ending}": _rounded(whole.base_rate_brier),
        f"calibration_error{ending}": _rounded(whole.calibration_error),
        f"coverage80_maven{ending}": _rounded(whole.coverage80),
        f"hidden_maven{ending}": whole.hidden,
        f"predictions_maven{ending}": whole.predictions,
    }
    if ending:
        return
    if whole.brier is None or whole.brier > _MAVEN_BRIER:
        report.wrong.append(f"Brier of {whole.name} is {whole.brier}, the limit {_MAVEN_BRIER}")
    if whole.calibration_error is None or whole.calibration_error > _MAVEN_CALIBRATION:
        report.wrong.append(
            f"calibration error of {whole.name} is {whole.calibration_error}, the limit {_MAVEN_CALIBRATION}"
        )


def _tell_first_view(found: Worlds, report: Report) -> None:
    """Print what the first view alone says of invented companies: to know, because of won deals people see the mix."""
    print(
        f"\nThe first view alone: {found.worlds:,} invented companies, {found.predictions:,} goals of their teams for one"
        f" quarter: predicted {found.predicted:.3f}, attained {found.happened:.3f}"
    )
    print_tenths(found)
    report.figures |= {
        "worlds_mean_apart_first_view": round(abs(found.predicted - found.happened), 4),
        "worlds_tenth_apart_first_view": round(found.farthest_tenth(), 4),
    }


def tell_worlds(goals: Sequence[Goal], worlds: int, report: Report) -> None:
    """Print what people are shown in invented companies; with as many as are required, keep what does not hold.

    Of few worlds the mean says little: all goals of one share its fortune.
    """
    print(
        f"\nWhat people see, {worlds:,} invented companies, goals of the company, a region, a team and a rep\n"
    )
    show_worlds(goals)
    mix = figures_of_worlds(goals, "mix")
    apart, farthest = mix["mean_off"], mix["worst_tenth_off"]
    report.figures |= {
        "worlds": worlds,
        "worlds_mean_apart": round(apart, 4),
        "worlds_tenth_apart": round(farthest, 4),
    }
    if worlds < _WORLDS:
        return
    if apart > _WORLDS_MEAN:
        report.wrong.append(
            f"invented companies: predicted and attained are {apart:.3f} apart, not within {_WORLDS_MEAN}"
        )
    if farthest > _WORLDS_TENTH:
        report.wrong.append(
            f"invented companies: a tenth is {farthest:.3f} apart, not within {_WORLDS_TENTH}"
        )


def _measure_speed(report: Report) -> dict[str, Run]:
    many, one = measured(thousand_reps), measured(one_goal)
    milliseconds = float(one.found["milliseconds"]) if one else None
    report.figures |= {
        "seconds_1000_reps": round(many.seconds, 2) if many else None,
        "milliseconds_one_goal": round(milliseconds, 1) if milliseconds is not None else None,
    }
    if many is None or many.seconds > _SECONDS_1000:
        report.wrong.append(f"1,000 reps take longer than {_SECONDS_1000} s")
    if milliseconds is None or milliseconds > _MILLISECONDS_1:
        report.wrong.append(f"one goal takes longer than {_MILLISECONDS_1} ms")
    return {"P(attain) of 1,000 reps": many} if many else {}


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
