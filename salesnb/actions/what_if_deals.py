"""The largest open deals of a goal, of which a what-if supposes that they are lost or won."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salesnb.kpis.deals import Deals

if TYPE_CHECKING:
    from salesnb.actions.outlook_told import Simulated
    from salesnb.crm.dataset import Dataset

__all__ = ["OpenDeal", "largest_deals", "parts_of"]

MOST = 10
# Of the largest open deals most may be too old to be won any more.
_LOOKED_AT = 1_000


@dataclass(frozen=True, kw_only=True)
class OpenDeal:
    """An open deal.

    Attributes
    ----------
    id, name, account, rep
        Its key, and what people call it, its account and its owner; empty where that is not known.
    expected
        Its value as seen today, in minor units.
    chance
        Share (0..1) of the draws in which it is won in the period.
    numbers
        Of its parts among the deals simulated: several where it is shared.
    """

    id: str
    name: str
    account: str
    rep: str
    expected: int
    chance: float
    numbers: tuple[int, ...]

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.account or self.id


def largest_deals(
    data: "Dataset", simulated: "Simulated", chances: Mapping[int, float], also: Sequence[str] = ()
) -> tuple[OpenDeal, ...]:
    """List the ten largest open deals that may still be won, the largest first.

    Parameters
    ----------
    chances
        By number of the deal; see :meth:`salesnb.outlook.what_if.SameDraws.chances`.
    also
        Ids of deals to list beside them where they may still be won, such as those of a scenario.
    """
    parts = parts_of(simulated, chances)
    rows = [row for row in _largest(data, also) if row["opportunity_id"] in parts]
    chosen = [row for place, row in enumerate(rows) if place < MOST or row["opportunity_id"] in also]
    return tuple(
        OpenDeal(
            id=row["opportunity_id"],
            name=row["name"] or "",
            account=row["account"] or "",
            rep=row["rep"] or "",
            expected=int(row["expected_amount"] or 0),
            chance=max(chances[number] for number in parts[row["opportunity_id"]]),
            numbers=parts[row["opportunity_id"]],
        )
        for row in chosen
    )


def parts_of(simulated: "Simulated", chances: Mapping[int, float]) -> dict[str, tuple[int, ...]]:
    """Give the numbers of each open deal by its id."""
    parts: dict[str, tuple[int, ...]] = {}
    for number in sorted(chances):
        deal = simulated.ids[number]
        parts[deal] = (*parts.get(deal, ()), number)
    return parts


def _largest(data: "Dataset", also: Sequence[str]) -> list[dict[str, Any]]:
    """Read what people call the largest open deals, and those that are named."""
    import ibis

    names = ("opportunity_id", "name", "account_id", "rep_id", "expected_amount", "closed_on")
    table = Deals(data, data.meta.as_of).known_columns(names)
    table = table.filter(table.closed_on.isnull())
    order = [ibis.desc(table.expected_amount.fill_null(0)), table.opportunity_id]
    named = table.filter(table.opportunity_id.isin(list(also) or [""]))
    table = table.order_by(order).limit(_LOOKED_AT).union(named, distinct=True)
    for kind, key in (("account", "account_id"), ("rep", "rep_id")):
        called = data.table(f"{kind}s").select(**{f"{kind}_key": key, kind: "name"})
        table = table.left_join(called, table[key] == called[f"{kind}_key"])
    table = table.select("opportunity_id", "name", "account", "rep", "expected_amount")
    rows: list[dict[str, Any]] = table.to_pyarrow().to_pylist()
    return sorted(rows, key=lambda row: (-(row["expected_amount"] or 0), row["opportunity_id"]))
