"""Activities in the place of opportunities, so that they are told by rep, team, account and time as deals are."""

from typing import TYPE_CHECKING, Any

from salesnb.kpis.book import kept
from salesnb.kpis.kpi import ACTIVITY, TARGET_INPUTS, computed_from

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset, Meta
    from salesnb.kpis.kpi import Kpi
    from salesnb.registry import Registry

__all__ = ["NO_ACTIVITIES", "ActivityData", "has_activities", "lacks_activities"]

NO_ACTIVITIES = "No activities are loaded; import activities.csv (rep_id, kind, date) beside the deals."

# Of these activities have none.
_WITHOUT = frozenset({"credits", "stage_history", "orders", "quotas"})
_TEXTS = ("product", "stage", "loss_reason", "forecast_category", "next_step", "name")
_DATES = ("expected_close_on",)


def has_activities(data: "Dataset") -> bool:
    """Tell whether any activities are loaded."""
    return data.has("activities") and kept(data, "activities", lambda: _some(data))


def lacks_activities(data: "Dataset", known: "Registry[Kpi]", kpi: str) -> bool:
    """Tell whether a KPI is of activities, or computed from such, and none are loaded."""
    if kpi not in known or has_activities(data):
        return False
    found = known.get(kpi)
    parts = computed_from([found], known)
    needed = {name for part in parts for name in part.needs if name not in TARGET_INPUTS}
    return any(known.get(name).kind == ACTIVITY for name in {kpi, *needed})


def _some(data: "Dataset") -> bool:
    return bool(data.table("activities").limit(1).to_pyarrow().num_rows)


class ActivityData:
    """A dataset whose opportunities are activities: each closed on its day, with its minutes as amount and its kind.

    Parameters
    ----------
    data
        Where activities are loaded.
    """

    def __init__(self, data: "Dataset") -> None:
        self._data = data
        self.meta: Meta = data.meta

    @property
    def backend(self) -> Any:
        """The engine that answers."""
        return self._data.backend

    def has(self, name: str) -> bool:
        """Tell whether a table is there; credits and stages are those of deals and not of activities."""
        return name not in _WITHOUT and self._data.has(name)

    def table(self, name: str) -> Any:
        """Give a table of the dataset, activities in the place of opportunities."""
        return self._opportunities() if name == "opportunities" else self._data.table(name)

    def _opportunities(self) -> Any:
        import ibis

        table = self._data.table("activities")
        minutes = table.minutes.fill_null(0.0).round().cast("int64")
        return table.select(
            "rep_id",
            "account_id",
            "kind",
            opportunity_id=ibis.row_number().cast("string"),
            status=ibis.literal("won"),
            created_on=table.date,
            closed_on=table.date,
            amount=minutes,
            expected_amount=minutes,
            probability=ibis.null("float64"),
            **{column: ibis.null("string") for column in _TEXTS},
            **{column: ibis.null("date") for column in _DATES},
        )
