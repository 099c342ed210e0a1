"""The best use of budget, hours and people over segments, with a proof of how good it is."""

from salesnb.allocation.answer import Allocation, Price
from salesnb.allocation.carrying import curves_over
from salesnb.allocation.comparing import Gain, equal, gain_over, in_proportion
from salesnb.allocation.constraints import between, budget, group, lock
from salesnb.allocation.curves import Curve, exponential, hill, logarithmic, power
from salesnb.allocation.fitting import Fit, Fitted, fit
from salesnb.allocation.history import History
from salesnb.allocation.leeway import Leeway, leeway
from salesnb.allocation.limits import Limit, Resource
from salesnb.allocation.problem import Setting
from salesnb.allocation.published import ADVERTISING, SELLING, Elasticity
from salesnb.allocation.realised import Comparison, predicted_against_actual, updated
from salesnb.allocation.several import fit_together
from salesnb.allocation.solving import allocate

__all__ = [
    "ADVERTISING",
    "SELLING",
    "Allocation",
    "Comparison",
    "Curve",
    "Elasticity",
    "Fit",
    "Fitted",
    "Gain",
    "History",
    "Leeway",
    "Limit",
    "Price",
    "Resource",
    "Setting",
    "allocate",
    "between",
    "budget",
    "curves_over",
    "equal",
    "exponential",
    "fit",
    "fit_together",
    "gain_over",
    "group",
    "hill",
    "in_proportion",
    "leeway",
    "lock",
    "logarithmic",
    "power",
    "predicted_against_actual",
    "updated",
]
