"""Which row of a report is which deal: by id, else by name where that is unique."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from salesnb.counting import counted
from salesnb.crm.expected import ExpectedDeal, id_key

__all__ = ["Known", "Match", "folded_name", "match_deals"]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a deal is found again by; ``accounts`` is all that its account is called, folded."""

    opportunity_id: str
    name: str = ""
    accounts: frozenset[str] = frozenset()
    amounts: frozenset[int] = frozenset()
    days: frozenset[date] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Match:
    """What was found.

    Attributes
    ----------
    rows
        Deals here with their rows in the report, in its order.
    unknown
        Rows that are no deal here; those that stand for one deal together.
    doubts
        What to say of a row that could be several deals, by its line.
    by_name
        How many rows were found by name.
    """

    rows: Mapping[str, tuple[ExpectedDeal, ...]]
    unknown: tuple[tuple[ExpectedDeal, ...], ...]
    doubts: Mapping[int, str]
    by_name: int


def match_deals(deals: Sequence[ExpectedDeal], known: Sequence[Known]) -> Match:
    """Find the deal of every row of a report."""
    ids = {id_key(found.opportunity_id): found.opportunity_id for found in known}
    bare = _unique({key: key.lstrip("0") for key in ids})
    found: dict[str, list[ExpectedDeal]] = {}
    left: list[ExpectedDeal] = []
    for deal in deals:
        key = id_key(deal.opportunity_id)
        # A spreadsheet takes leading zeros for nothing.
        own = ids.get(key) or ids.get(bare.get(key.lstrip("0"), ""))
        if own is not None and key:
            found.setdefault(own, []).append(deal)
        else:
            left.append(deal)
    # Where ids are of the same kind, a row whose id is not known is not another's by its name.
    named = [deal for deal in left if deal.name and (not deal.opportunity_id or not found)]
    names = _Names(named, [item for item in known if item.opportunity_id not in found])
    for own, rows in names.found.items():
        found.setdefault(own, []).extend(rows)
    taken = {deal.row for rows in names.found.values() for deal in rows}
    return Match(
        rows={own: tuple(sorted(rows, key=lambda deal: deal.row)) for own, rows in found.items()},
        unknown=_together([deal for deal in left if deal.row not in taken]),
        doubts=names.doubts,
        by_name=len(taken),
    )


def _unique(keys: Mapping[str, str]) -> dict[str, str]:
    """Turn keys round where only one has a value."""
    counts = Counter(keys.values())
    return {value: key for key, value in keys.items() if counts[value] == 1 and value}


def _together(deals: Iterable[ExpectedDeal]) -> tuple[tuple[ExpectedDeal, ...], ...]:
    """Put the rows of one id together, and rows that say the same of a deal without one."""
    groups: dict[Hashable, list[ExpectedDeal]] = {}
    for deal in deals:
        groups.setdefault(id_key(deal.opportunity_id) or _same(deal), []).append(deal)
    return tuple(tuple(group) for group in groups.values())


def _same(deal: ExpectedDeal) -> Hashable:
    if not deal.name:
        return deal.row
    return (deal.name, deal.account, deal.owner, deal.stage, deal.amount, deal.created_on, deal.closed_on)


Key = Callable[[ExpectedDeal], Hashable]


class _Names:
    """Rows found by name; where several deals have one, account, amount and date must tell them apart."""

    def __init__(self, deals: Sequence[ExpectedDeal], known: Sequence[Known]) -> None:
        self.found: dict[str, list[ExpectedDeal]] = {}
        self.doubts: dict[int, str] = {}
        here: dict[str, list[Known]] = {}
        for item in known:
            if item.name:
                here.setdefault(folded_name(item.name), []).append(item)
        groups: dict[str, list[list[ExpectedDeal]]] = {}
        for rows in _together_by(deals, _same):
            groups.setdefault(folded_name(rows[0].name), []).append(rows)
        for name, rows_of_name in groups.items():
            if name in here:
                self._settle(rows_of_name, here[name])

    def _settle(self, rows: list[list[ExpectedDeal]], known: list[Known]) -> None:
        """Take what one test after the other tells apart, the strictest first; what is alone on both sides is left."""
        for tests in _TESTS:
            for group in list(rows):
                fits = [item for item in known if all(test(group[0], item) for test in tests)]
                rivals = (
                    [other for other in rows if all(test(other[0], fits[0]) for test in tests)]
                    if fits
                    else []
                )
                if len(fits) == 1 and len(rivals) == 1:
                    self.found[fits[0].opportunity_id] = group
                    rows.remove(group)
                    known.remove(fits[0])
        for group in rows if known else ():
            have = counted(len(known), "deal here has", "deals here have")
            said = f"{have} this name, and nothing in the report tells which it is"
            self.doubts |= {deal.row: said for deal in group}


def _together_by(deals: Iterable[ExpectedDeal], key: Key) -> list[list[ExpectedDeal]]:
    groups: dict[Hashable, list[ExpectedDeal]] = {}
    for deal in deals:
        groups.setdefault(key(deal), []).append(deal)
    return list(groups.values())


def _account(deal: ExpectedDeal, item: Known) -> bool:
    return bool(deal.account) and folded_name(deal.account) in item.accounts


def _amount(deal: ExpectedDeal, item: Known) -> bool:
    return deal.amount is not None and deal.amount in item.amounts


def _day(deal: ExpectedDeal, item: Known) -> bool:
    return bool({deal.closed_on, deal.created_on} & item.days - {None})


def folded_name(text: str) -> str:
    """Bring a name to the form in which names are compared."""
    return " ".join(text.split()).casefold()


_TESTS: tuple[tuple[Callable[[ExpectedDeal, Known], bool], ...], ...] = (
    (_account, _amount, _day),
    (_account, _amount),
    (_amount, _day),
    (_account, _day),
    (_amount,),
    (_day,),
    (_account,),
    (),
)
