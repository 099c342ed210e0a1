"""Walking forward with both views: what the mix would have said at past month ends, beside what came."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from types import MappingProxyType

import numpy as np

from salesnb.outlook.attain import pooled
from salesnb.outlook.backtest import Backtest, Predictions, Trial, Windows, backtest
from salesnb.outlook.chances import shown_probabilities
from salesnb.outlook.coherent import coherent_views
from salesnb.outlook.deals import Deals, Floats
from salesnb.outlook.distribution import Outcome
from salesnb.outlook.pipeline import fit_pipeline, simulate
from salesnb.outlook.rest import Rates, fit_rates
from salesnb.outlook.simulation import Simulation
from salesnb.outlook.top_down import TopDown, top_down

__all__ = ["MOST_ORIGINS", "Past", "walked"]

# Two years of month ends say what can be said, and each takes a fit of the pipeline.
MOST_ORIGINS = 24
_LOW50, _HIGH50, _LOW80, _HIGH80 = 0.25, 0.75, 0.1, 0.9


@dataclass(frozen=True, kw_only=True, eq=False)
class Past:
    """The deals behind the series of some trials.

    Attributes
    ----------
    deals
        Of all reps.
    owners
        By id of a series: the reps whose wins it sums.
    starts
        (T + 1,): the day on which each step of the panels begins, and on which the last one ends.
    quarter_start
        The first month of a fiscal quarter, 1 to 12.
    children
        By id of a series, those right below it: forecasts add up over them.
    """

    deals: Deals
    owners: Mapping[str, Sequence[str]]
    starts: Sequence[int]
    quarter_start: int = 1
    children: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))

    def described(self) -> str:
        """SHA-256 of all of it: the same for the same past, in whatever order its deals are read."""
        found = sha256()
        deals = self.deals
        columns = (deals.owner, deals.created, deals.closed, deals.won, deals.amount, deals.expected)
        order = np.lexsort(columns)
        for values in columns:
            found.update(values[order].tobytes())
        about = (
            deals.owners,
            deals.teams,
            sorted(self.owners.items()),
            list(self.starts),
            self.quarter_start,
        )
        found.update(repr((about, sorted(self.children.items()))).encode())
        return found.hexdigest()


def walked(
    trials: Sequence[Trial],
    past: Past,
    *,
    most: int = MOST_ORIGINS,
    told: Callable[[int, int], None] | None = None,
) -> tuple[Backtest, ...]:
    """Say at each past origin what the mix of both views would have said there.

    Everything is fitted anew at each origin, to what was known then: deals created by then, those closed later as
    open. Only their final amounts and owners are known, where no earlier ones are kept.

    Parameters
    ----------
    trials
        Panels of the same calendar and windows of the same length, such as one for each level of an organisation.
    most
        How many origins, the latest.
    told
        Called with how many origins are done, and of how many.
    """
    views: Sequence[TopDown] = [top_down(trial.panel, trial.steps) for trial in trials]
    if past.children:
        views = coherent_views(views, past.children)
    found = [backtest(trial) for trial in trials]
    origins = sorted({int(origin) for one in found for origin in one.windows.origins})[-most:]
    mixes: list[dict[tuple[int, int], Outcome]] = [{} for _ in trials]
    # Each origin judges simulations as of those before it, so that most fits are asked for many times.
    rates_at = cache(lambda day: fit_rates(past.deals, day, quarter_start=past.quarter_start))
    for done, origin in enumerate(origins, start=1):
        simulation = _simulated(past, origin, trials[0].steps, rates_at)
        for trial, view, one, mine in zip(trials, views, found, mixes, strict=True):
            for series in one.windows.series[one.windows.origins == origin].tolist():
                reps = past.owners.get(trial.panel.ids[series], ())
                outcome = _mixed(view, series, origin, simulation, reps)
                if outcome is not None:
                    mine[series, origin] = outcome
        if told is not None:
            told(done, len(origins))
    return tuple(_with(one, mine) for one, mine in zip(found, mixes, strict=True))


def _simulated(past: Past, origin: int, steps: int, rates_at: Callable[[int], Rates]) -> Simulation:
    start, end = past.starts[origin], past.starts[origin + steps]
    pipeline = fit_pipeline(past.deals, start - 1, end - start, rates_at=rates_at)
    return simulate(pipeline, past.deals, as_of=start - 1, start=start, end=end)


def _mixed(
    view: TopDown, series: int, origin: int, simulation: Simulation, reps: Sequence[str]
) -> Outcome | None:
    above = view.outcome(view.panel.ids[series], origin=origin)
    below = simulation.outcome(reps) if reps else None
    return None if above is None and below is None else pooled(above, below)


def _with(one: Backtest, mixes: Mapping[tuple[int, int], Outcome]) -> Backtest:
    """Put what the mix says in place of what the first view said, at the origins that were walked."""
    return Backtest(
        name=one.name, predictions=_predictions(one.predictions, mixes), windows=_windows(one.windows, mixes)
    )


def _predictions(said: Predictions, mixes: Mapping[tuple[int, int], Outcome]) -> Predictions:
    there = [
        place
        for place, key in enumerate(zip(said.series.tolist(), said.origins.tolist(), strict=True))
        if key in mixes
    ]
    kept = Predictions(**{name: values[there] for name, values in vars(said).items()})
    chances = [
        mixes[series, origin].probability_at_least(target)
        for series, origin, target in zip(
            kept.series.tolist(), kept.origins.tolist(), kept.targets.tolist(), strict=True
        )
    ]
    return replace(kept, probabilities=shown_probabilities(np.array(chances, dtype=np.float64)))


def _windows(windows: Windows, mixes: Mapping[tuple[int, int], Outcome]) -> Windows:
    keys = list(zip(windows.series.tolist(), windows.origins.tolist(), strict=True))
    there = [place for place, key in enumerate(keys) if key in mixes]
    kept = Windows(**{name: values[there] for name, values in vars(windows).items()})

    def at(share: float) -> Floats:
        return np.array([mixes[keys[place]].quantile(share) for place in there], dtype=np.float64)

    return replace(
        kept,
        forecasts=at(0.5),
        low50=at(_LOW50),
        high50=at(_HIGH50),
        low80=at(_LOW80),
        high80=at(_HIGH80),
    )
