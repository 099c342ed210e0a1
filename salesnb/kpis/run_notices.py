"""What is to be known about the figures of one query, a sentence each."""

from collections.abc import Sequence

__all__ = ["told_of_credits", "told_of_undated"]


def told_of_undated(count: int) -> tuple[str, ...]:
    """Say of how many open deals nobody knows when they close; nothing of none."""
    if not count:
        return ()
    deals = "open deal has" if count == 1 else "open deals have"
    return (f"{count} {deals} no expected close date and count as closable in every period.",)


def told_of_credits(by_credit: Sequence[str], asked: int) -> tuple[str, ...]:
    """Say so where one answer counts some KPIs by credit and others by owner: they do not divide.

    Parameters
    ----------
    by_credit
        Names of the KPIs that count by credit.
    asked
        How many KPIs there are in all.
    """
    if not by_credit or len(by_credit) == asked:
        return ()
    verb = "counts" if len(by_credit) == 1 else "count"
    names = ", ".join(by_credit)
    return (f"{names} {verb} shared deals by credit, the others by owner; ask by credit for all alike.",)
