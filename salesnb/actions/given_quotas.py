"""Imported quotas as a plan takes them: whose they are in its organisation, and what they come to in its period."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import TYPE_CHECKING

from salesnb.actions.quotas import quota_directory
from salesnb.calendar import FiscalCalendar, Period
from salesnb.counting import counted
from salesnb.errors import BadInput
from salesnb.planning import BY_MONTH, GivenMonths, OrgTree, spread_period

if TYPE_CHECKING:
    from salesnb.actions.history import MonthWeights
    from salesnb.crm.dataset import Dataset
    from salesnb.crm.quotas import KeptQuota
    from salesnb.kpis import Kpi
    from salesnb.registry import Registry
    from salesnb.workspace import Workspace

__all__ = ["GivenQuotas", "TakenQuotas", "given_quotas", "listed"]

_DEFAULT_KPI = "won_amount"
_NAMED = 8
_OF_NOBODY = "are of nobody that the data knows"
_OF_NO_PLACE = "are of people or places that the organisation does not have in {}"


@dataclass(frozen=True, kw_only=True)
class GivenQuotas:
    """The quotas of one KPI for a plan's period.

    Attributes
    ----------
    period
        The plan's period.
    months
        Its months.
    lines
        What each node is given, in minor units of money or counts, by the periods that it is given for.
    """

    period: Period
    months: tuple[Period, ...]
    lines: Mapping[str, Mapping[Period, int]]

    @property
    def amounts(self) -> dict[str, int]:
        """What each node is given for the whole period."""
        return {node: sum(given.values()) for node, given in self.lines.items()}

    def by_month(self, season: "MonthWeights") -> GivenMonths | None:
        """Tell what each node is given by month; None where all are given for the whole period.

        What is given for longer than a month is spread over its months by the season, by days where that says nothing;
        each such period keeps its amount exactly.
        """
        parts = {node: given for node, given in self.lines.items() if set(given) != {self.period}}
        if not parts:
            return None
        longer = {period.label for given in parts.values() for period in given} - {
            month.label for month in self.months
        }
        basis = BY_MONTH
        if longer:
            basis = f"the quotas given; within {listed(sorted(longer))} by {season.basis}"
        months = {node: self._spread(given, season.weights) for node, given in parts.items()}
        return GivenMonths(amounts=months, season=season.weights, basis=basis)

    def _spread(self, given: Mapping[Period, int], season: Mapping[str, int]) -> dict[str, int]:
        found = dict.fromkeys((month.label for month in self.months), 0)
        for period, amount in given.items():
            within = [month for month in self.months if _within(month, period)]
            weights = {month.label: season.get(month.label, 0) for month in within}
            if not any(weights.values()):
                weights = {month.label: month.days for month in within}
            for label, part in spread_period(amount, weights).items():
                found[label] += part
        return found


@dataclass(frozen=True, kw_only=True)
class TakenQuotas:
    """What a plan takes, by KPI, and what its maker should know of the rest, the gravest first."""

    quotas: Mapping[str, GivenQuotas]
    notices: tuple[str, ...]


@dataclass(frozen=True)
class _Left:
    """A quota that the plan has no place for: what is wrong with it, in a word, and how much it is."""

    what: str
    kpi: str
    amount: int


def given_quotas(
    workspace: "Workspace",
    data: "Dataset",
    period: Period,
    tree: OrgTree,
    known: "Registry[Kpi]",
    *,
    partial: bool = False,
) -> TakenQuotas:
    """Add up the imported quotas over a plan's period.

    Of one owner the shortest periods count where they fill the longer one that is given beside them, else the longer
    one. A node's quota makes way for those of its reps where each of them has one.

    Parameters
    ----------
    partial
        Whether quotas of nobody that the data knows are left out; else they are asked for.

    Raises
    ------
    BadInput
        When none was imported, none is for a part of the period, or some are of nobody that the data knows.
    """
    reader = _Reader(workspace, data, period, tree, known)
    reader.read()
    if not partial:
        reader.refuse_unclaimed()
    found = {kpi: reader.taken(kpi) for kpi in reader.lines}
    quotas = {kpi: taken for kpi, taken in found.items() if taken.lines}
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
        self._left: dict[str, list[_Left]] = defaultdict(list)
        # By KPI and owner: what is given for which period.
        self.lines: dict[str, dict[str, dict[Period, int]]] = defaultdict(lambda: defaultdict(dict))
        self.notices: list[str] = []

    def read(self) -> None:
        """Sort the quotas by KPI, owner and period; what the plan has no place for is named."""
        from salesnb.crm.quotas import kept_quotas, unclaimed_quotas

        kept = (*kept_quotas(self._data), *unclaimed_quotas(self._data))
        if not kept:
            raise BadInput("No quotas were imported.", hint="Import them first: salesnb import QUOTAS.xlsx.")
        self._directory = quota_directory(self._workspace, self._data)
        for quota in kept:
            self._sort(quota)
        for why, left in sorted(self._left.items(), key=lambda item: item[0] != _OF_NOBODY):
            self.notices.append(
                f"{self._counted(left)} {_of_one(why) if len(left) == 1 else why}: {listed(x.what for x in left)}."
                f" {'It is' if len(left) == 1 else 'They are'} left out."
            )

    def _sort(self, quota: "KeptQuota") -> None:
        from salesnb.crm.quotas import read_period

        kpi = quota.kpi or _DEFAULT_KPI
        when = read_period(quota.period, self._calendar, self._workspace.settings.locale)
        found = self._directory.find(quota.owner)
        known = kpi in self._known and self._known.get(kpi).additive_over_time
        amount = self._whole(quota.amount, kpi) if known else 0

        def leave(why: str, what: str) -> None:
            self._left[why].append(_Left(what, kpi, amount))

        if not known:
            leave("are of KPIs that cannot be split", kpi)
        elif when is None:
            leave("are for periods that the calendar does not have", quota.period)
        elif self._touches(when) and not _within(when, self._period):
            leave(f"reach beyond {self._period.label}", when.label)
        elif not self._touches(when) or self._directory.is_nobody(quota.owner):
            return
        elif len(found) != 1:
            leave(_OF_NOBODY, quota.owner)
        elif found[0].id not in self._tree.by_id:
            leave(_OF_NO_PLACE.format(self._period.label), found[0].name)
        elif when in self.lines[kpi][found[0].id]:
            leave("stand twice, and the first counts", found[0].name)
        else:
            self.lines[kpi][found[0].id][when] = amount

    def _whole(self, amount: int, kpi: str) -> int:
        """Give a quota in its unit: the import by a mapping takes every one for money, and so in minor units."""
        counts = self._known.get(kpi).unit == "count" and not self._data.meta.quotas
        return amount // 10**self._data.meta.digits if counts else amount

    def _touches(self, when: Period) -> bool:
        return when.start < self._period.end and self._period.start < when.end

    def refuse_unclaimed(self) -> None:
        """Ask whom names mean that nobody has: a plan without their quotas is too small."""
        left = self._left.get(_OF_NOBODY)
        if not left:
            return
        names = list(dict.fromkeys(item.what for item in left))
        owners = {owner for given in self.lines.values() for owner in given}
        count = f"{len(names)} of {counted(len(names) + len(owners), 'name', 'names')} in the quotas for {self._period.label}"
        each = "; ".join(
            f"{name!r} {self._sums([item for item in left if item.what == name])}" for name in names[:_NAMED]
        )
        more = f"; and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        raise BadInput(
            f"{count} {'is' if len(names) == 1 else 'are'} of nobody that the data knows; {self._counted(left)} would be left out: {each}{more}.",
            hint=f"Say who is meant: {' '.join(map(self._example, names[:_NAMED]))}"
            " – or plan without them: --partial.",
        )

    def _example(self, name: str) -> str:
        near = self._directory.find(name) or self._directory.nearest(name)
        return f"--name {quote(f'{name}={near[0].id}' if near else f'{name}=OWNER')}"

    def _counted(self, left: Sequence[_Left]) -> str:
        number = counted(len(left), "of the imported quotas", "of the imported quotas")
        sums = self._sums(left)
        return f"{number} ({sums})" if sums else number

    def _sums(self, left: Sequence[_Left]) -> str:
        """Add up what is left out, a KPI at a time."""
        sums: dict[str, int] = defaultdict(int)
        for item in left:
            sums[item.kpi] += item.amount
        return " and ".join(
            f"{self._amount(amount, kpi)}{'' if kpi == _DEFAULT_KPI else f' {kpi}'}"
            for kpi, amount in sums.items()
            if amount
        )

    def taken(self, kpi: str) -> GivenQuotas:
        """Add up what is given of a KPI."""
        chosen = {owner: self._chosen(kpi, owner, given) for owner, given in self.lines[kpi].items()}
        amounts = {owner: sum(given.values()) for owner, given in chosen.items()}
        for node in [owner for owner in amounts if self._makes_way(kpi, owner, amounts)]:
            del amounts[node]
        self._tell_of_gaps(kpi, {owner: chosen[owner] for owner in amounts})
        lines = {owner: chosen[owner] for owner in amounts}
        months = self._calendar.months(self._period) if lines else ()
        return GivenQuotas(period=self._period, months=months, lines=lines)

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
            whose = counted(len(partly), "quota is", "quotas are")
            self.notices.append(
                f"{kpi}: {whose} given for a part of {self._period.label} only: {listed(partly)}. That part counts."
            )

    def _name(self, owner: str) -> str:
        return self._tree.node(owner).name

    def _amount(self, amount: int, kpi: str) -> str:
        return self._fmt.value(amount, self._known.get(kpi).unit)


def _of_one(why: str) -> str:
    """Say of one quota what is said of several."""
    verb, _, rest = why.partition(" ")
    return f"{'is' if verb == 'are' else f'{verb}es' if verb.endswith('ch') else f'{verb}s'} {rest}"


def _within(part: Period, whole: Period) -> bool:
    return whole.start <= part.start and part.end <= whole.end


def listed(names: Iterable[str]) -> str:
    """Name some, each once, and count the rest."""
    found = list(dict.fromkeys(names))
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return ", ".join(found[:_NAMED]) + more
