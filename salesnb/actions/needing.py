"""How much open pipeline a goal needs: for notebooks, with what it is computed from, beside the rule of thumb."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from salesnb.actions.facts import Facts
from salesnb.actions.naming import COMPANY, Names
from salesnb.actions.needed import need_of
from salesnb.calendar import Period
from salesnb.errors import BadInput, MissingFile, UnknownName, nearest
from salesnb.money import to_major, to_minor
from salesnb.planning import Goal
from salesnb.workbooks.findings_need import Need
from salesnb.workbooks.findings_words import Wording, period_name

if TYPE_CHECKING:
    from salesnb.actions.naming import Unit
    from salesnb.workspace import Settings, Workspace

__all__ = ["RULE_OF_THUMB", "NeededCoverage", "needed_coverage", "needed_for_goal"]

RULE_OF_THUMB = 3


@dataclass(frozen=True, kw_only=True)
class NeededCoverage:
    """The coverage that a goal needs; in a notebook it shows itself as a sentence.

    Attributes
    ----------
    unit
        The name of whose goal it is.
    period, as_of
        The goal's period, and the day as of which it is told.
    goal, won
        The goal and what is won of it to date, in minor units.
    confidence
        Of winning what is missing in the days left.
    need
        What it is computed from; None where nothing is missing or no day is left.
    """

    unit: str
    period: Period
    as_of: date
    goal: int
    won: int
    confidence: float
    need: Need | None
    settings: "Settings"

    @property
    def coverage(self) -> float | None:
        """Open pipeline over what is missing to the goal; None where it cannot be told, and `finding` says why."""
        return self.need.coverage if self.need else None

    @property
    def finding(self) -> str:
        """The coverage beside the rule of thumb, and what it is computed from."""
        say, need = self._say, self.need
        if need is None:
            return self._nothing
        asked = f"Coverage needed for {say.share(self.confidence)} confidence"
        if need.coverage is None:
            return f"{asked} cannot be told: {need.why_not(say)} (rule of thumb: {RULE_OF_THUMB})."
        return f"{asked}: {say.fmt.number(need.coverage, 1)} (rule of thumb: {RULE_OF_THUMB}). {self.basis}"

    @property
    def basis(self) -> str:
        """What the coverage is computed from, in a sentence; empty where there is none."""
        say, need = self._say, self.need
        if need is None or need.won_share is None:
            return ""
        return (
            f"Computed from {need.basis(say)} and the sizes of {say.count(need.deals, 'open deal')}, of whose amount"
            f" {say.share(need.won_share)} is won within {say.count(need.days_left, 'day')};"
            f" {say.money(self.goal - self.won)} are missing to the goal of {self._whose}."
        )

    @property
    def _say(self) -> Wording:
        return Wording(self.settings.formatter)

    @property
    def _whose(self) -> str:
        settings = self.settings
        name = period_name(self.period.label, settings.formatter, settings.fiscal_year_start)
        return f"{self.unit} in {name}"

    @property
    def _nothing(self) -> str:
        if self.goal <= self.won:
            return f"{self._whose} needs no more pipeline: its goal is reached."
        why = "no day is left" if self.as_of >= self.period.start else "it has not begun"
        return f"The coverage that {self._whose} needs cannot be told: {why}."

    def _repr_markdown_(self) -> str:
        return self.finding.replace("$", r"\$")


def needed_coverage(
    workspace: "Workspace",
    goal: Decimal | int | str,
    *,
    period: str,
    where: tuple[str, str] | None = None,
    as_of: date | None = None,
    confidence: float | None = None,
) -> NeededCoverage:
    """Tell how much open pipeline a goal needs, for a confidence of reaching it; over what is missing to it.

    The probability that an open deal is won in the days left comes from the win curve at its age, its size from the
    deal itself: pipeline like that at hand is added until what is won reaches the goal with that confidence.

    Parameters
    ----------
    goal
        Amount to be won in the period, in major units: ``2_500_000``.
    period
        Label of the period: ``"2026-Q3"``.
    where
        Whose goal it is, by name or id: ``("team", "Andes")``; by default the company's.
    as_of
        By default the latest day of the data.
    confidence
        By default ``[kpis] coverage_confidence`` of the settings.

    Returns
    -------
    NeededCoverage
        With ``coverage``, ``need`` and ``finding``.

    Raises
    ------
    UnknownName
        When the dimension or its value is not known, or the period.
    BadInput
        When the goal is no amount, or the confidence is not between 0 and 1.
    """
    settings = workspace.settings
    asked = settings.coverage_confidence if confidence is None else confidence
    if not 0 < asked < 1:
        raise BadInput(f"The confidence is {asked}.", hint="Give a share between 0 and 1, such as 0.8.")
    amount, _ = to_minor(goal, settings.digits)
    by, value = where or (COMPANY, "")
    with workspace.dataset() as data:
        told = as_of or data.meta.as_of
        facts = Facts(
            data=data,
            calendar=workspace.calendar,
            names=Names(data=data, as_of=told, company=settings.company or "The company"),
            by=by,
            period=workspace.calendar.period(period),
            as_of=told,
        )
        unit = _unit(facts, value)
        return NeededCoverage(
            unit=unit.name,
            period=facts.period,
            as_of=told,
            goal=amount,
            won=facts.period_sums.get(unit.id, {}).get("won_amount") or 0,
            confidence=asked,
            need=need_of(unit, facts, amount, asked),
            settings=settings,
        )


def _unit(facts: Facts, value: str) -> "Unit":
    if facts.by == COMPANY:
        return facts.names.unit(COMPANY, COMPANY)
    units = facts.units({})
    found = [unit for unit in units if value in {unit.id, unit.name}]
    if not found:
        raise UnknownName(
            f"There is no {facts.by} {value!r}.", hint=nearest(value, [unit.name for unit in units])
        )
    return found[0]


def needed_for_goal(
    workspace: "Workspace", goal: Goal, *, as_of: date | None = None
) -> NeededCoverage | None:
    """Tell how much open pipeline a plan's goal needs; None where that is not told.

    It is told of the whole company's won amount, in a period that has begun and is not over, where there is data.
    """
    if goal.kpi != "won_amount" or goal.node != COMPANY:
        return None
    try:
        with workspace.dataset() as data:
            day = as_of or data.meta.as_of
    except MissingFile:
        return None
    if not goal.period.start <= day < goal.period.last_day:
        return None
    target = to_major(int(goal.target), workspace.settings.digits)
    return needed_coverage(workspace, target, period=goal.period.label, as_of=day)
