"""What a period will bring, as a distribution; the probability of attaining a goal is its tail at the target."""

from salesnb.outlook.attain import LEVELS, Attainment, Level, attain
from salesnb.outlook.backtest import Backtest, Predictions, Trial, Windows, backtest
from salesnb.outlook.chances import LEAST_ORIGINS, Chance, chance
from salesnb.outlook.comparators import run_rate, seasonal_naive
from salesnb.outlook.deals import NEVER, Deals, day_number
from salesnb.outlook.distribution import PROBABILITIES, Outcome, mix, shown_probability
from salesnb.outlook.levers import DRIVERS, Lever, Worth, tornado, worth_knowing
from salesnb.outlook.panel import Panel
from salesnb.outlook.pipeline import Pipeline, fit_pipeline, simulate
from salesnb.outlook.recalibration import Recalibration, recalibrate
from salesnb.outlook.scores import Score, scored
from salesnb.outlook.scoring import Tenth, reliability
from salesnb.outlook.simulation import Simulation
from salesnb.outlook.top_down import TopDown, top_down

__all__ = [
    "DRIVERS",
    "LEAST_ORIGINS",
    "LEVELS",
    "NEVER",
    "PROBABILITIES",
    "Attainment",
    "Backtest",
    "Chance",
    "Deals",
    "Level",
    "Lever",
    "Outcome",
    "Panel",
    "Pipeline",
    "Predictions",
    "Recalibration",
    "Score",
    "Simulation",
    "Tenth",
    "TopDown",
    "Trial",
    "Windows",
    "Worth",
    "attain",
    "backtest",
    "chance",
    "day_number",
    "fit_pipeline",
    "mix",
    "recalibrate",
    "reliability",
    "run_rate",
    "scored",
    "seasonal_naive",
    "shown_probability",
    "simulate",
    "top_down",
    "tornado",
    "worth_knowing",
]
