"""Figures that keep the invented sample close to what a real sales team's CRM looks like.

They are aggregates (shares, quantiles, rates) of a public teaching data set: 8,800 opportunities of one
year, six teams, 30 reps with deals, seven products. No row, name or id of it is kept. Amounts are in major
units of the currency, times in days.
"""

from dataclasses import dataclass

__all__ = ["CALIBRATION", "Calibration", "ProductFigures"]


@dataclass(frozen=True, kw_only=True)
class ProductFigures:
    """What is known of one product.

    Attributes
    ----------
    share
        Its share of all opportunities.
    list_price
        Its price list's price, major units.
    win_rate
        Won / (won + lost).
    """

    share: float
    list_price: int
    win_rate: float


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Everything that the generator takes from real data.

    Attributes
    ----------
    won_share, lost_share, engaging_share, prospecting_share
        Shares of opportunities that ended up won and lost, and of open ones that are worked on and not yet.
    products
        Share, price and win rate, a product each.
    quantile_levels
        Levels at which the three quantile rows below are given.
    value_to_list
        Won amount / list price.
    won_cycle_days, lost_cycle_days
        From created to closed; none took longer than the last figure.
    won_within_14_days
        Share of wins closed within two weeks: quantiles alone would smear this first hump.
    top_rep_shares
        Shares of all opportunities of the five busiest of 30 reps.
    month_of_quarter_wins
        Wins in the first, second and third month of a quarter, as a multiple of their mean.
    open_without_account
        Share of open opportunities without an account.
    aliased_product
        Place in ``products`` of the one that opportunities spell otherwise than the price list, always.
    long_dead_share
        Share of all opportunities that are open and older than any that ever closed.
    """

    won_share: float
    lost_share: float
    engaging_share: float
    prospecting_share: float
    products: tuple[ProductFigures, ...]
    quantile_levels: tuple[float, ...]
    value_to_list: tuple[float, ...]
    won_cycle_days: tuple[float, ...]
    lost_cycle_days: tuple[float, ...]
    won_within_14_days: float
    top_rep_shares: tuple[float, ...]
    month_of_quarter_wins: tuple[float, float, float]
    open_without_account: float
    aliased_product: int
    long_dead_share: float

    @property
    def win_rate(self) -> float:
        """Won / (won + lost) of all opportunities."""
        return self.won_share / (self.won_share + self.lost_share)

    @property
    def longest_cycle_days(self) -> int:
        """Days after which nothing was won or lost any more."""
        return int(max(self.won_cycle_days[-1], self.lost_cycle_days[-1]))


CALIBRATION = Calibration(
    won_share=0.4816,
    lost_share=0.2810,
    engaging_share=0.1806,
    prospecting_share=0.0568,
    products=(
        ProductFigures(share=0.2120, list_price=550, win_rate=0.6372),
        ProductFigures(share=0.1682, list_price=4_821, win_rate=0.6356),
        ProductFigures(share=0.1572, list_price=1_096, win_rate=0.6213),
        ProductFigures(share=0.1100, list_price=5_482, win_rate=0.6430),
        ProductFigures(share=0.1876, list_price=55, win_rate=0.6484),
        ProductFigures(share=0.1605, list_price=3_393, win_rate=0.6033),
        ProductFigures(share=0.0045, list_price=26_768, win_rate=0.6000),
    ),
    quantile_levels=(0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0),
    value_to_list=(0.657, 0.833, 0.870, 0.929, 0.998, 1.063, 1.124, 1.164, 1.342),
    won_cycle_days=(1, 2, 5, 9, 57, 88, 106, 116, 138),
    lost_cycle_days=(1, 1, 2, 7, 14, 79, 100, 110, 138),
    won_within_14_days=0.3674,
    top_rep_shares=(0.0849, 0.0513, 0.0509, 0.0498, 0.0411),
    month_of_quarter_wins=(0.706, 1.044, 1.250),
    open_without_account=0.682,
    aliased_product=1,
    long_dead_share=1_291 / 8_800,
)
