"""Imported quotas as a plan takes them: whose they are in its organisation, and what they come to in its period."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from salesnb.actions.quotas import quota_directory
from salesnb.calendar import FiscalCalendar, Period
from salesnb.errors import BadInput
from salesnb.planning import OrgTree

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis import Kpi
    from salesnb.registry import Registry
    from salesnb.workspace import Workspace

__all__ = ["GivenQuotas", "TakenQuotas", "given_quotas", "listed"]

_DEFAULT_KPI = "won_amount"
_NAMED = 8


@dataclass(frozen=True, kw_only=True)
class GivenQuotas:
    """The quotas of one KPI for a plan's period.

    Attributes
    ----------
    amounts
        Minor units of money or counts by node id.
    months
        What they come to by month label; empty where some are given for longer than a month.
    """

    amounts: Mapping[str, int]
    months: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class TakenQuotas:
    """What a plan takes, by KPI, and what its maker should know of the rest."""

    quotas: Mapping[str, GivenQuotas]
    notices: tuple[str, ...]


def given_quotas(
    workspace: "Workspace", data: "Dataset", period: Period, tree: OrgTree, known: "Registry[Kpi]"
) -> TakenQuotas:
    """Add up the imported quotas over a plan's period.

    Of one owner the shortest periods count where they fill the longer one that is given beside them, else the longer
    one. A node's quota makes way for those of its reps where each of them has one.

    Raises
    ------
    BadInput
        When none was imported, or none is for a part of the period.
    """
    reader = _Reader(workspace, data, period, tree, known)
    reader.read()
    found = {kpi: reader.taken(kpi) for kpi in reader.lines}
    quotas = {kpi: taken for kpi, taken in found.items() if taken.amounts}
    if not quotas:
        raise BadInput(
            f"None of the imported quotas is for {period.label}. {' '.join(reader.notices)}".strip(),
            hint="Look at their periods: salesnb import says them.",
        )
    return TakenQuotas(quotas=quotas, notices=tuple(reader.notices))


class _Reader:
    """Goes through the kept quotas once."""

    def __init__(
        self, workspace: "Workspace", data: "Dataset", period: Period, tree: OrgTree, known: "Registry[Kpi]"
    ) -> None:
        self._known = known
        self._workspace = workspace
        self._data = data
        self._period = period
        self._tree = tree
        self._fmt = workspace.settings.formatter
        self._calendar: FiscalCalendar = workspace.calendar
        self._left: dict[str, list[str]] = defaultdict(list)
        # By KPI and owner: what is given for which period.
        self.lines: dict[str, dict[str, dict[Period, int]]] = defaultdict(lambda: defaultdict(dict))
        self.notices: list[str] = []

    def read(self) -> None:
        """Sort the quotas by KPI, owner and period; what the plan has no place for is named."""
        from salesnb.crm.quotas import kept_quotas, read_period

        kept = kept_quotas(self._data)
        if not kept:
            raise BadInput("No quotas were imported.", hint="Import them first: salesnb import QUOTAS.xlsx.")
        directory = quota_directory(self._workspace, self._data)
        for quota in kept:
            kpi = quota.kpi or _DEFAULT_KPI
            found = directory.find(quota.owner)
            when = read_period(quota.period, self._calendar, self._workspace.settings.locale)
            if kpi not in self._known or not self._known.get(kpi).additive_over_time:
                self._left["are of KPIs that cannot be split"].append(kpi)
            elif len(found) != 1:
                self._left["are of nobody that the data knows"].append(quota.owner)
            elif when is None:
                self._left["are for periods that the calendar does not have"].append(quota.period)
            elif self._fits(when):
                self._take(kpi, found[0].id, found[0].name, when, quota.amount)
        for why, what in self._left.items():
            self.notices.append(f"{_counted(len(what))} {why}: {listed(what)}. They are left out.")

    def _fits(self, when: Period) -> bool:
        inside = self._period.start <= when.start and when.end <= self._period.end
        if not inside and when.start < self._period.end and self._period.start < when.end:
            self._left[f"reach beyond {self._period.label}"].append(when.label)
        return inside

    def _take(self, kpi: str, owner: str, name: str, when: Period, amount: int) -> None:
        given = self.lines[kpi][owner] if owner in self._tree.by_id else None
        if given is None:
            self._left[
                f"are of people or places that the organisation does not have in {self._period.label}"
            ].append(name)
        elif when in given:
            self._left["stand twice, and the first counts"].append(name)
        else:
            counts = self._known.get(kpi).unit == "count" and not self._data.meta.quotas
            # The import by a mapping takes every quota for money, and so in minor units.
            given[when] = amount // 10**self._data.meta.digits if counts else amount

    def taken(self, kpi: str) -> GivenQuotas:
        """Add up what is given of a KPI."""
        chosen = {owner: self._chosen(kpi, owner, given) for owner, given in self.lines[kpi].items()}
        amounts = {owner: sum(given.values()) for owner, given in chosen.items()}
        for node in [owner for owner in amounts if self._makes_way(kpi, owner, amounts)]:
            del amounts[node]
        self._tell_of_gaps(kpi, {owner: chosen[owner] for owner in amounts})
        return GivenQuotas(amounts=amounts, months=self._by_month(chosen[owner] for owner in amounts))

    def _chosen(self, kpi: str, owner: str, given: Mapping[Period, int]) -> dict[Period, int]:
        """Keep of periods within each other the shorter ones where they fill the longer, else the longer."""
        kept = dict(given)
        for longer in sorted(given, key=lambda period: period.days):
            parts = {p: a for p, a in kept.items() if p != longer and _within(p, longer)}
            if not parts or longer not in kept:
                continue
            if sum(part.days for part in parts) < longer.days:
                for part in parts:
                    del kept[part]
                continue
            del kept[longer]
            if sum(parts.values()) != given[longer]:
                self.notices.append(
                    f"{self._name(owner)} has {self._amount(given[longer], kpi)} for {longer.label}, the parts add up to"
                    f" {self._amount(sum(parts.values()), kpi)}; the parts count."
                )
        return kept

    def _makes_way(self, kpi: str, node: str, amounts: Mapping[str, int]) -> bool:
        """Tell whether all below a node have quotas, which then count; a sum that differs from its own is said."""
        leaves = [leaf.id for leaf in self._tree.leaves(node) if leaf.id != node]
        if not leaves or not all(leaf in amounts for leaf in leaves):
            return False
        below = sum(amounts[leaf] for leaf in leaves)
        if below != amounts[node]:
            self.notices.append(
                f"{self._name(node)} has {self._amount(amounts[node], kpi)}, its reps add up to"
                f" {self._amount(below, kpi)}; theirs count."
            )
        return True

    def _tell_of_gaps(self, kpi: str, chosen: Mapping[str, Mapping[Period, int]]) -> None:
        """Name those whose quotas fill a part of the period only: nothing is given is not zero."""
        partly = [
            self._name(owner)
            for owner, given in chosen.items()
            if sum(period.days for period in given) < self._period.days
        ]
        if partly:
            whose = "1 quota is" if len(partly) == 1 else f"{len(partly)} quotas are"
            self.notices.append(
                f"{kpi}: {whose} given for a part of {self._period.label} only: {listed(partly)}. That part counts."
            )

    def _by_month(self, lines: Iterable[Mapping[Period, int]]) -> dict[str, int]:
        """Sum by month; nothing where some line is for longer."""
        months = dict.fromkeys(self._calendar.months(self._period), 0)
        for line in lines:
            for period, amount in line.items():
                if period not in months:
                    return {}
                months[period] += amount
        return {month.label: amount for month, amount in months.items()}

    def _name(self, owner: str) -> str:
        return self._tree.node(owner).name

    def _amount(self, amount: int, kpi: str) -> str:
        return self._fmt.value(amount, self._known.get(kpi).unit)


def _within(part: Period, whole: Period) -> bool:
    return whole.start <= part.start and part.end <= whole.end


def _counted(number: int) -> str:
    return "1 of the imported quotas" if number == 1 else f"{number} of the imported quotas"


def listed(names: Iterable[str]) -> str:
    """Name some, each once, and count the rest."""
    found = list(dict.fromkeys(names))
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return ", ".join(found[:_NAMED]) + more
