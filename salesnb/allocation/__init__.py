"""The best use of budget, hours and people over segments, with a proof of how good it is."""

from salesnb.allocation.answer import Allocation, Price
from salesnb.allocation.constraints import between, budget, group, lock
from salesnb.allocation.curves import Curve, exponential, hill, logarithmic, power
from salesnb.allocation.limits import Limit, Resource
from salesnb.allocation.problem import Setting
from salesnb.allocation.solving import allocate

__all__ = [
    "Allocation",
    "Curve",
    "Limit",
    "Price",
    "Resource",
    "Setting",
    "allocate",
    "between",
    "budget",
    "exponential",
    "group",
    "hill",
    "lock",
    "logarithmic",
    "power",
]
