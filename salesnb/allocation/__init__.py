"""The best use of budget, hours and people over segments, with a proof of how good it is."""

from salesnb.allocation.answer import Allocation, Price
from salesnb.allocation.comparing import Gain, equal, gain_over, in_proportion
from salesnb.allocation.constraints import between, budget, group, lock
from salesnb.allocation.curves import Curve, exponential, hill, logarithmic, power
from salesnb.allocation.leeway import Leeway, leeway
from salesnb.allocation.limits import Limit, Resource
from salesnb.allocation.problem import Setting
from salesnb.allocation.solving import allocate

__all__ = [
    "Allocation",
    "Curve",
    "Gain",
    "Leeway",
    "Limit",
    "Price",
    "Resource",
    "Setting",
    "allocate",
    "between",
    "budget",
    "equal",
    "exponential",
    "gain_over",
    "group",
    "hill",
    "in_proportion",
    "leeway",
    "lock",
    "logarithmic",
    "power",
]
