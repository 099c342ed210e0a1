"""How the open pipeline moved since an earlier import, in words."""

from dataclasses import dataclass
from datetime import date

from salesnb.kpis.bridge import BESIDE, EFFECTS, BridgeRow
from salesnb.workbooks.findings_words import Wording, join

__all__ = [
    "LABELS",
    "Restated",
    "Since",
    "beside_sentence",
    "bridge_sentence",
    "restated_sentence",
    "since_words",
]

# As a chart and a table call them.
LABELS = {name: name.capitalize().replace("_", " ") for name in (*EFFECTS, *BESIDE)}
_DID = {name: name.replace("_", " ") for name in (*EFFECTS, *BESIDE)} | {
    "removed": "removed from the CRM",
    "pushed_out": "pushed out to later",
    "pulled_ahead": "pulled ahead to earlier",
    "pulled_in": "pulled in from later",
    "slipped_in": "slipped in from earlier",
}
_MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Restated:
    """A figure of the days up to an earlier import, as it was known then and as it is known now.

    Attributes
    ----------
    then, now
        Won amount, in minor units.
    deals
        How many deals it differs by.
    """

    then: int
    now: int
    deals: int


@dataclass(frozen=True, kw_only=True)
class Since:
    """What happened since an earlier import.

    Attributes
    ----------
    since, as_of
        The as-of dates of both ends.
    row
        The open pipeline from then to now.
    within
        Name of the period that deals are expected to close in; empty means whenever.
    restated
        None where nothing that was known then can be compared.
    """

    since: date
    as_of: date
    row: BridgeRow
    within: str = ""
    restated: Restated | None = None

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        """The effects that moved the total, by label, in the order in which they are told."""
        return tuple((LABELS[kind], sums.amount) for kind, sums in self.row.effects.items() if sums.amount)


def bridge_sentence(found: Since, say: Wording) -> str:
    """Tell in a sentence how the pipeline moved, and what moved it most.

    Examples
    --------
    >>> from salesnb.kpis.bridge import Sums
    >>> from salesnb.money import Formatter
    >>> row = BridgeRow(group=(), then=Sums(900_00, 3), now=Sums(1000_00, 3), effects={"created": Sums(100_00, 0)})
    >>> found = Since(since=date(2026, 11, 2), as_of=date(2026, 11, 9), row=row)
    >>> bridge_sentence(found, Wording(Formatter()))
    'Open pipeline grew by $100 to $1K since Nov 2, 2026: created +$100.'
    """
    row, then = found.row, since_words(found, say)
    what = f"Open pipeline expected to close in {found.within}" if found.within else "Open pipeline"
    now = say.money(row.now.amount)
    if not row.effects:
        return f"{what} is as it was {_on(then)}: {now} in {say.count(row.now.deals, 'deal')}."
    difference = row.now.amount - row.then.amount
    if not difference:
        return f"{what} is {now}, as {_on(then)}{_named(found, say)}."
    verb = "grew" if difference > 0 else "fell"
    return f"{what} {verb} by {say.money(abs(difference))} to {now} since {then}{_named(found, say)}."


def since_words(found: Since, say: Wording) -> str:
    """Name the earlier end: its date, or that it is the import before where that has the same date."""
    return "the import before" if found.since == found.as_of else say.date(found.since)


def _on(then: str) -> str:
    return f"at {then}" if then.startswith("the ") else f"on {then}"


def _named(found: Since, say: Wording) -> str:
    moved = {kind: sums.amount for kind, sums in found.row.effects.items() if sums.amount}
    largest = sorted(moved, key=lambda kind: -abs(moved[kind]))[:_MOST_NAMED]
    named = [f"{_DID[kind]} {say.signed(moved[kind], 'money')}" for kind in moved if kind in largest]
    lead = ", mainly " if len(moved) > len(largest) else ": "
    return f"{lead}{join(named)}" if named else ""


def beside_sentence(found: Since, say: Wording) -> str:
    """Tell whose expected close moved without moving the total; empty where none did."""
    told = [
        f"{say.count(sums.deals, 'deal')} ({say.money(sums.amount)}) {words}"
        for kind, words in (("pushed_later", "to later"), ("pulled_earlier", "to earlier"))
        if (sums := found.row.effect(kind)).deals
    ]
    return f"The expected close moved, and the total did not, of {join(told)}." if told else ""


def restated_sentence(found: Since, say: Wording, period: str) -> str:
    """Say that a figure of a period, by name, is not what it was; empty where it is.

    Examples
    --------
    >>> from salesnb.money import Formatter
    >>> restated = Restated(then=405_000_000, now=420_000_000, deals=3)
    >>> found = Since(since=date(2026, 11, 2), as_of=date(2026, 11, 9), row=BridgeRow(group=()), restated=restated)
    >>> restated_sentence(found, Wording(Formatter()), "Q4 2026")
    'Won amount of Q4 2026 to Nov 2, 2026 was $4.05M, now $4.2M (+$150K): 3 deals were entered or changed since.'
    """
    restated, day = found.restated, say.date(found.since)
    if restated is None or not restated.deals:
        return ""
    verb = "was" if restated.deals == 1 else "were"
    late = f"{say.count(restated.deals, 'deal')} {verb} entered or changed since"
    if restated.then == restated.now:
        return f"Won amount of {period} to {day} is {say.money(restated.now)} as it was, though {late}."
    then, now = _told_apart(restated.then, restated.now, say)
    difference = say.signed(restated.now - restated.then, "money")
    return f"Won amount of {period} to {day} was {then}, now {now} ({difference}): {late}."


def _told_apart(then: int, now: int, say: Wording) -> tuple[str, str]:
    """Write two amounts in short, or in full where they would look the same."""
    short = say.money(then), say.money(now)
    return short if short[0] != short[1] else (say.fmt.money(then), say.fmt.money(now))
