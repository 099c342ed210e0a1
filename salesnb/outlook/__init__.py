"""What a period will bring, as a distribution; the probability of attaining a goal is its tail at the target."""

from salesnb.outlook.backtest import Backtest, Predictions, Trial, Windows, backtest
from salesnb.outlook.chances import LEAST_ORIGINS, Chance, chance
from salesnb.outlook.comparators import run_rate, seasonal_naive
from salesnb.outlook.distribution import PROBABILITIES, Outcome, mix, shown_probability
from salesnb.outlook.panel import Panel
from salesnb.outlook.recalibration import Recalibration, recalibrate
from salesnb.outlook.scores import Score, scored
from salesnb.outlook.scoring import Tenth, reliability
from salesnb.outlook.top_down import TopDown, top_down

__all__ = [
    "LEAST_ORIGINS",
    "PROBABILITIES",
    "Backtest",
    "Chance",
    "Outcome",
    "Panel",
    "Predictions",
    "Recalibration",
    "Score",
    "Tenth",
    "TopDown",
    "Trial",
    "Windows",
    "backtest",
    "chance",
    "mix",
    "recalibrate",
    "reliability",
    "run_rate",
    "scored",
    "seasonal_naive",
    "shown_probability",
    "top_down",
]
