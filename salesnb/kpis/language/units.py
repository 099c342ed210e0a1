"""Units of what is computed after aggregation: what adds up with what, and what a product and a ratio are."""

from salesnb.kpis.language.faults import Fault

__all__ = ["NUMBER", "product_unit", "ratio_unit", "sum_unit", "units_that_fit"]

NUMBER = "number"

_PLAIN = (NUMBER, "ratio")
_PRODUCTS = {
    frozenset({"count", "money"}): "money",
    frozenset({"count", "days"}): "days",
    frozenset({"count", "money_per_day"}): "money_per_day",
    frozenset({"days", "money_per_day"}): "money",
}
_RATIOS = {
    ("money", "count"): "money",
    ("days", "count"): "days",
    ("money_per_day", "count"): "money_per_day",
    ("money", "days"): "money_per_day",
    ("money", "money_per_day"): "days",
    (NUMBER, "count"): "ratio",
    (NUMBER, "ratio"): "ratio",
    ("ratio", "count"): "ratio",
}


def sum_unit(left: str, right: str, at: int) -> str:
    """Give the unit of a sum or difference: both have it; a number takes that of the other.

    Raises
    ------
    Fault
        When they are of different units.
    """
    if NUMBER in {left, right}:
        return right if left == NUMBER else left
    if left != right:
        raise Fault(
            f"{left} and {right} do not add up.",
            at,
            "Divide one of them first, so that both are of one unit.",
        )
    return left


def product_unit(left: str, right: str, at: int) -> str:
    """Give the unit of a product.

    Raises
    ------
    Fault
        When there is no unit for it, such as money times money.

    Examples
    --------
    >>> product_unit("count", "money", 0), product_unit("ratio", "days", 0)
    ('money', 'days')
    """
    for one, other in ((left, right), (right, left)):
        if one in _PLAIN:
            return other if one == NUMBER or other != NUMBER else one
    found = _PRODUCTS.get(frozenset({left, right}))
    if found is None:
        raise Fault(f"{left} times {right} is nothing that has a unit.", at, "Divide one by the other.")
    return found


def ratio_unit(above: str, below: str, at: int) -> str:
    """Give the unit of a ratio.

    Raises
    ------
    Fault
        When there is no unit for it, such as deals per day.

    Examples
    --------
    >>> ratio_unit("money", "count", 0), ratio_unit("count", "count", 0), ratio_unit("money", "days", 0)
    ('money', 'ratio', 'money_per_day')
    """
    if below in _PLAIN and above != NUMBER:
        return above
    if above == below:
        return "ratio" if above != NUMBER else NUMBER
    found = _RATIOS.get((above, below))
    if found is None:
        raise Fault(
            f"{above} divided by {below} is nothing that has a unit.",
            at,
            "Units are money, count, days, money per day and ratios of like things.",
        )
    return found


def units_that_fit(unit: str, above: str) -> tuple[str, ...]:
    """List the units that a KPI of an inferred unit may declare.

    Parameters
    ----------
    unit
        What follows from the expression.
    above
        Of a ratio the unit of what is divided: deals per rep are a ratio, and may be shown as a count.
    """
    return ("ratio", "count") if unit == "ratio" and above == "count" else (unit,)
