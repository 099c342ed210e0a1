"""Series that several tests share."""

import numpy as np
import pytest

from salesnb.outlook import Panel


@pytest.fixture
def peers():
    """Twelve teams over five years: a season that all share, a trend, noise, and one that began late."""
    rng = np.random.default_rng(5)
    months = np.arange(60)
    season = 1 + 0.4 * np.sin(2 * np.pi * months / 12)
    totals = 1000 * (1 + months / 100) * season * rng.gamma(25, 1 / 25, (12, 60))
    totals[3, :20] = np.nan
    return Panel(ids=tuple(f"T{number}" for number in range(12)), totals=totals, first=24_000)
