"""Credits as expressions: each rep's part of a deal in whole minor units, the same as an import makes.

Everything is whole numbers within 64 bits: an amount is divided into what the whole goes into and a rest below it, so
that no product is larger than 10^18 and no engine has to round.
"""

from typing import Any

from salesnb.crm.credits import OVERLAY, REVENUE, SLACK, WHOLE

__all__ = ["credited", "share_parts"]

_MONEY = ("amount", "expected_amount")


def share_parts(share: Any) -> Any:
    """Give a share in billionths; floor is the same on every engine, where rounding is not."""
    return (share * float(WHOLE) + 0.5).floor().cast("int64")


def credited(credits_given: Any, deals: Any) -> Any:
    """Give, for each deal that has credits, every rep's part of its amounts.

    Parameters
    ----------
    credits_given
        The credits as the warehouse has them.
    deals
        The opportunities: ``opportunity_id``, ``rep_id`` and both amounts.
    """
    given = _given(credits_given, deals)
    of_deal = {"group_by": [given.opportunity_id, given.kind]}
    weighed = given.mutate(
        whole=(given.kind == REVENUE).ifelse(given.parts.sum().over(**of_deal).cast("int64"), WHOLE)
    )
    amounts = deals.select("opportunity_id", *_MONEY)
    divided = _divided(weighed.inner_join(amounts, "opportunity_id"))
    ranked = _ranked(divided)
    return ranked.select(
        opportunity_id=ranked.opportunity_id,
        rep_id=ranked.rep_id,
        kind=ranked.kind,
        share=ranked.parts.cast("float64") / ranked.whole.cast("float64"),
        **{name: _part(ranked, name) for name in _MONEY},
    )


def _given(credits_given: Any, deals: Any) -> Any:
    """One row a deal, kind and rep with a share, the owners with the rest of the revenue among them."""
    import ibis

    said = credits_given.filter(credits_given.rep_id.notnull()).select(
        "opportunity_id", "rep_id", "kind", parts=share_parts(credits_given.share)
    )
    revenue = said.filter(said.kind == REVENUE)
    sums = revenue.group_by(deal="opportunity_id").aggregate(
        rest=WHOLE - revenue.parts.sum().cast("int64"), n=revenue.count()
    )
    sums = sums.filter(sums.rest > SLACK * sums.n)
    owners = deals.select("opportunity_id", "rep_id").inner_join(sums, deals.opportunity_id == sums.deal)
    rest = owners.select(
        "opportunity_id", "rep_id", kind=ibis.literal(REVENUE), parts=owners.rest.cast("int64")
    )
    both = said.union(rest)
    grouped = both.group_by("opportunity_id", "rep_id", "kind").aggregate(
        parts=both.parts.sum().cast("int64")
    )
    return grouped.filter(grouped.parts > 0)


def _divided(table: Any) -> Any:
    """Beside each amount the whole units of a part, and what is left over of it."""
    columns: dict[str, Any] = {}
    for name in _MONEY:
        size = table[name].abs()
        above, below = _divide(size, table.whole)
        units, rest = _divide(below * table.parts, table.whole)
        columns |= {f"units_{name}": above * table.parts + units, f"rest_{name}": rest}
    return table.mutate(**columns)


def _divide(value: Any, by: Any) -> tuple[Any, Any]:
    """Quotient, below 10^10, and rest.

    The rest is exact, and without it the quotient is so close to a whole number that any way to round gives that.
    """
    rest = value % by
    return ((value - rest).cast("float64") / by.cast("float64")).round().cast("int64"), rest


def _ranked(table: Any) -> Any:
    """Find who gets one unit more: the largest rests, of equal ones the lowest rep id."""
    import ibis

    columns: dict[str, Any] = {}
    for name in _MONEY:
        of_deal = [table.opportunity_id, table.kind]
        order = [ibis.desc(table[f"rest_{name}"]), ibis.asc(table.rep_id, nulls_first=False)]
        place = ibis.row_number().over(group_by=of_deal, order_by=order)
        units = table[f"units_{name}"].sum().over(group_by=of_deal).cast("int64")
        columns[f"more_{name}"] = (place < table[name].abs() - units).ifelse(1, 0)
    return table.mutate(**columns)


def _part(table: Any, name: str) -> Any:
    """What is returned has the sign of the deal; an overlay is rounded half to even."""
    units, twice = table[f"units_{name}"], table[f"rest_{name}"] * 2
    up = (twice > table.whole) | ((twice == table.whole) & (units % 2 == 1))
    more = (table.kind == OVERLAY).ifelse(up.ifelse(1, 0), table[f"more_{name}"])
    return ((table[name] < 0).ifelse(-1, 1) * (units + more)).cast("int64")
