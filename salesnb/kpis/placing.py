"""Sharing an account's sales among the places where it bought, in the engine and in whole minor units.

What is shared adds up exactly, by largest remainder: equal remainders go to the first place by its values, none last.
Products of two amounts need more than 64 bits, so they are decimals of 38 digits without a fraction, which every engine
multiplies and subtracts exactly.
"""

from collections.abc import Sequence
from typing import Any

__all__ = ["placed", "portion"]

_EXACT = "decimal(38, 0)"
_KEYS = ("bucket", "account_id")


def placed(then: Any, now: Any, places: Sequence[str]) -> Any:
    """Give each place of an account its part of what the account bought then and buys now.

    Parameters
    ----------
    then
        ``bucket``, ``account_id``, the columns of ``places``, ``amount`` in minor units: a row a place.
    now
        ``bucket``, ``account_id``, ``amount``: a row an account.
    places
        Columns that say where it was bought; none where an account is one place.

    Returns
    -------
    Ibis table
        ``bucket``, ``account_id``, the places, ``then``, ``now``, and ``stayed``: whether the account buys anything now.
        Accounts that bought nothing then, or took more back, are left out; so are places that only took something back.
        Rows with a null account are sales of nobody, told as nothing.
    """
    now = now.rename(join_bucket="bucket", join_account="account_id", bought="amount")
    joined = then.left_join(now, (then.bucket == now.join_bucket) & (then.account_id == now.join_account))
    both = joined.drop("join_bucket", "join_account").mutate(bought=joined.bought.fill_null(0))
    of_account = {"group_by": [both[key] for key in _KEYS]}
    whole = both.mutate(whole=both.amount.sum().over(**of_account).cast("int64"))
    known = whole.account_id.notnull()
    in_cohort, of_nobody = known & (whole.whole > 0) & (whole.amount > 0), ~known & (whole.amount != 0)
    rows = whole.filter(in_cohort | of_nobody)
    known = rows.account_id.notnull()
    rows = rows.mutate(**{name: known.ifelse(rows[name], 0) for name in ("whole", "amount", "bought")})
    shared = _shared(rows, places) if places else rows.mutate(then=rows.whole, now=rows.bought)
    return shared.select(*_KEYS, *places, "then", "now", stayed=shared.bought > 0)


def _shared(rows: Any, places: Sequence[str]) -> Any:
    weights = rows.amount.sum().over(group_by=[rows[key] for key in _KEYS]).cast("int64")
    weighed = rows.mutate(weights=(weights > 0).ifelse(weights, 1))
    return _split(_split(weighed, "whole", "then", places), "bought", "now", places)


def _split(table: Any, total: str, into: str, places: Sequence[str]) -> Any:
    """Add a column with each row's part of a column that is the same in all rows of an account."""
    import ibis

    units, rest = portion(table[total].abs(), table.amount, table.weights)
    cut = table.mutate(units=units, rest=rest)
    keys = [cut[key] for key in _KEYS]
    order = [ibis.desc(cut.rest), *(ibis.asc(cut[name], nulls_first=False) for name in places)]
    ranked = cut.mutate(
        rank=ibis.row_number().over(group_by=keys, order_by=order),
        given=cut.units.sum().over(group_by=keys).cast("int64"),
    )
    more = (ranked.rank < ranked[total].abs() - ranked.given).ifelse(1, 0)
    sign = (ranked[total] < 0).ifelse(-1, 1)
    return ranked.mutate(**{into: (sign * (ranked.units + more)).cast("int64")})


def portion(total: Any, weight: Any, weights: Any) -> tuple[Any, Any]:
    """Divide ``total * weight`` by ``weights``: whole units, exact below 2^51, and the rest.

    All are whole numbers of 64 bits that are not negative, and ``weight`` is at most ``weights``. Without the rest the
    quotient is so close to a whole number that any way to round gives that.
    """
    product = total.cast(_EXACT) * weight.cast(_EXACT)
    rest = product % weights.cast(_EXACT)
    units = ((product - rest).cast("float64") / weights.cast("float64")).round().cast("int64")
    return units, rest.cast("int64")
