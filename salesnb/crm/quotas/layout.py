"""Where in a sheet the quotas stand: the header, the columns of periods, those that say whose a row is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import zip_longest

from salesnb.crm.quotas.amounts import NOTHING, amount
from salesnb.crm.quotas.owners import Directory, folded
from salesnb.crm.quotas.periods import TOTAL, PeriodName, YearHint, period_name, year_hint

__all__ = ["Layout", "Sheet", "find_layout", "find_quotas", "row_period", "total_of"]

_LOOKED_AT = 60
_MOSTLY = 0.6
_PERIODS = {
    "period",
    "month",
    "quarter",
    "date",
    "monat",
    "quartal",
    "fiscal period",
    "fiscal quarter",
    "mois",
    "mes",
}
_YEARS = {"year", "fy", "fiscal year", "jahr", "annee", "ano", "anno"}
_KPIS = {"kpi", "metric", "measure", "goal type", "quota type", "kennzahl", "target type"}
_CURRENCIES = {"currency", "currency code", "currencyisocode", "wahrung", "devise"}
_SAID = {"year": _YEARS, "kpi": _KPIS, "currency": _CURRENCIES}
_PEOPLE = re.compile(
    r"\b(rep|reps|owner|seller|salesperson|sales person|employee|employeeid|name|ae|agent|executive|person|who|mail|email|user|"
    r"verkaufer|mitarbeiter|vertriebler|vendeur|vendedor)\b"
)
_QUOTA = re.compile(r"\b(quotas?|targets?|goals?|ziel|soll|budget|objectif|cuota)\b")
_AMOUNT = re.compile(r"\b(quotas?|targets?|goals?|ziel|soll|budget|objectif|cuota|amount|value|plan)\b")
_OTHER_FIGURES = re.compile(
    r"\b(actuals?|ist|attain\w*|achieved|forecast|diff\w*|delta|gap|ytd|variance)\b|%"
)
_TOTAL = re.compile(
    r"(grand|sub|sum)?[ -]*(total|totals|sum|summe|gesamt|subtotal|totale|gesamtsumme|zwischensumme)"
)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet as it stands; ``rows[0]`` is its first row, or its first column where it is ``turned``."""

    file: str
    sheet: str
    rows: tuple[tuple[str, ...], ...]
    turned: bool = False

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.file}, {self.sheet}" if self.sheet else self.file

    def with_columns_as_rows(self) -> "Sheet":
        """Turn it, so that what stood across stands down."""
        return replace(self, rows=tuple(zip_longest(*self.rows, fillvalue="")), turned=not self.turned)

    def line(self, row: int, column: int) -> int:
        """Give the number of the row in the file in which a cell stands; the first is 1."""
        return (column if self.turned else row) + 1

    def place(self, row: int, column: int) -> int:
        """Give the number of the column in the file in which a cell stands; the first is 1."""
        return (row if self.turned else column) + 1

    def cell(self, row: int, column: int) -> str:
        """Give a cell, empty beyond the end of its row."""
        cells = self.rows[row]
        return cells[column].strip() if column < len(cells) else ""

    @cached_property
    def width(self) -> int:
        """Columns of the widest row."""
        return max((len(row) for row in self.rows), default=0)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How to read a sheet; all places count from 0.

    Attributes
    ----------
    header
        The row of the header.
    periods
        Columns of periods and what they mean; empty where every row names its own.
    above
        Years that stand above the columns.
    people, places
        Columns that name reps, and those that name nodes, the lowest first.
    period, amount
        Columns of the period and the amount where a row has one quota.
    passed_over
        Headers of columns with figures that are no quotas.
    """

    header: int
    periods: tuple[tuple[int, PeriodName], ...] = ()
    above: Mapping[int, YearHint] = field(default_factory=dict)
    people: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    year: int | None = None
    kpi: int | None = None
    currency: int | None = None
    period: int | None = None
    amount: int | None = None
    passed_over: tuple[str, ...] = ()


def find_layout(
    sheet: Sheet, directory: Directory, months: Mapping[str, int], *, surely: bool = False
) -> Layout | None:
    """Find where quotas stand; None where there are none.

    Parameters
    ----------
    surely
        Whether it is known that the sheet holds quotas; else only what cannot be anything else is taken for them.
    """
    found = _wide(sheet, directory, months, surely=surely) or _long(sheet, months, surely=surely)
    if found is None:
        return None
    return _with_owners(sheet, found, directory)


def find_quotas(
    sheet: Sheet, directory: Directory, months: Mapping[str, int], *, surely: bool = False
) -> tuple[Sheet, Layout] | None:
    """Find where quotas stand, also in a sheet with periods down and names across, which is then given turned."""
    if found := find_layout(sheet, directory, months, surely=surely):
        return sheet, found
    turned = sheet.with_columns_as_rows()
    layout = _wide(turned, directory, months, surely=surely)
    if layout is None:
        return None
    # A title such as "Quotas 2024" reads like a year, and has nothing beside it.
    periods = [found for found in layout.periods if any(_below(turned, layout.header, found[0]))]
    # A year beside each month, or the same months of several years: which is meant is not guessed.
    is_clear = len({name for _, name in periods}) == len(periods)
    # Many tables have months down; quotas have people or places that are known across.
    if not is_clear or not _names_owners(turned, layout.header, [at for at, _ in layout.periods], directory):
        return None
    return turned, _with_owners(turned, replace(layout, periods=tuple(periods)), directory)


def _is_number(text: str) -> bool:
    """Tell whether a text is a number, in any way of writing."""
    try:
        return amount(text, ".") is not None
    except ValueError:
        return False


def total_of(text: str) -> str | None:
    """Give the name of which a text announces the total, empty for that of all; None where it announces none.

    Examples
    --------
    >>> total_of("Total"), total_of("East total"), total_of("Sum of West"), total_of("Ann Lee")
    ('', 'East', 'West', None)
    """
    plain = text.strip().strip(":").strip()
    if _TOTAL.fullmatch(plain.casefold()):
        return ""
    if found := re.fullmatch(r"(.+?)[ :-]+(?:sub ?)?(?:total|summe|gesamt)", plain, re.IGNORECASE):
        return found[1].strip()
    if found := re.fullmatch(
        r"(?:sub ?)?(?:total|sum|summe)[ :-]+(?:of |for |von )?(.+)", plain, re.IGNORECASE
    ):
        return found[1].strip()
    return None


def _below(sheet: Sheet, header: int, column: int) -> Iterator[str]:
    for row in range(header + 1, len(sheet.rows)):
        if text := sheet.cell(row, column):
            yield text


def _all_below(sheet: Sheet, header: int, columns: Sequence[int]) -> Iterator[str]:
    for column in columns:
        yield from _below(sheet, header, column)


def _of_numbers(sheet: Sheet, header: int, column: int) -> bool:
    texts = list(_below(sheet, header, column))
    numbers = sum(_is_number(text) for text in texts)
    nothing = sum(text.casefold() in NOTHING for text in texts)
    return not texts or (numbers + nothing) >= _MOSTLY * len(texts)


def _wide(sheet: Sheet, directory: Directory, months: Mapping[str, int], *, surely: bool) -> Layout | None:
    """Find the row with the most periods, above columns of figures."""
    best: list[tuple[int, PeriodName]] = []
    place = -1
    for row in range(min(_LOOKED_AT, len(sheet.rows))):
        named = [
            (column, period_name(text, months)) for column, text in enumerate(sheet.rows[row]) if text.strip()
        ]
        known = [(column, name) for column, name in named if name is not None]
        others = [sheet.cell(row, column) for column, name in named if name is None]
        real = [column for column, name in known if name.grain != TOTAL]
        # One period and the total beside it are as good as two.
        is_clear = len(real) * 2 >= len(named) or (
            len(known) > len(real) and _names_owners(sheet, row, [column for column, _ in known], directory)
        )
        enough = len(real) >= 3 or (real and (surely or is_clear))
        if not enough or any(_is_number(text) for text in others) or len(known) <= len(best):
            continue
        figures = [_of_numbers(sheet, row, column) for column in real]
        # Of a file of quotas even a column of mostly slips is one of quotas; each slip is then named.
        is_of_quotas = surely or _names_owners(sheet, row, [c for c, _ in known], directory)
        # Under the last row of a list stands nothing, and nothing would be all figures.
        is_last = not any(text.strip() for later in sheet.rows[row + 1 :] for text in later)
        has_figures = is_of_quotas and any(map(_is_number, _all_below(sheet, row, real)))
        if (all(figures) and not is_last) or has_figures:
            best, place = known, row
    if place < 0:
        return None
    plain = [column for column, _ in best]
    over = tuple(
        sheet.cell(place, column)
        for column in range(sheet.width)
        if column not in plain and _OTHER_FIGURES.search(sheet.cell(place, column).casefold())
    )
    return Layout(
        header=place, periods=tuple(best), above=_years_above(sheet, place, plain), passed_over=over
    )


def _names_owners(sheet: Sheet, header: int, periods: Sequence[int], directory: Directory) -> bool:
    """Tell whether a column beside the periods names mostly people or places that are known."""
    for column in range(sheet.width):
        texts = [] if column in periods else list(_below(sheet, header, column))
        if texts and sum(bool(directory.find(text)) for text in texts) >= _MOSTLY * len(texts):
            return True
    return False


def _years_above(sheet: Sheet, header: int, columns: Sequence[int]) -> dict[int, YearHint]:
    """Read the years in the row above, each reaching to the next; a title above the first column is none of them."""
    if header == 0:
        return {}
    found: dict[int, YearHint] = {}
    hint: YearHint | None = None
    for column in range(sheet.width):
        text = sheet.cell(header - 1, column)
        if text:
            hint = year_hint([text]) if len(text) <= 12 else None
        if hint and column in columns:
            found[column] = hint
    return found


def _long(sheet: Sheet, months: Mapping[str, int], *, surely: bool) -> Layout | None:
    """Find a header with a column of periods and one of amounts."""
    quota = _AMOUNT if surely else _QUOTA
    for row in range(min(_LOOKED_AT, len(sheet.rows))):
        heads = {column: folded(text) for column, text in enumerate(sheet.rows[row]) if text.strip()}
        periods = [c for c, head in heads.items() if head in _PERIODS or head in _YEARS]
        amounts = [c for c, head in heads.items() if quota.search(head) and c not in periods]
        amounts = [c for c in amounts if _of_numbers(sheet, row, c) and any(_below(sheet, row, c))]
        if not periods or not amounts or any(_is_number(text) for text in sheet.rows[row]):
            continue
        narrow = [c for c in periods if heads[c] in _PERIODS] or periods
        if all(row_period(heads[narrow[0]], text, months) for text in _below(sheet, row, narrow[0])):
            return Layout(header=row, period=narrow[0], amount=amounts[0])
    return None


def row_period(head: str, text: str, months: Mapping[str, int]) -> PeriodName | None:
    """Read the period that a row names, in a column of that header."""
    bare = {"month": "m", "monat": "m", "quarter": "q", "quartal": "q"}.get(head, "")
    return period_name(f"{bare}{text}" if text.isdigit() and len(text) <= 2 else text, months)


def _with_owners(sheet: Sheet, found: Layout, directory: Directory) -> Layout:
    """Tell the other columns apart by their headers, and by whether their values are known names."""
    taken = {column for column, _ in found.periods} | {found.period, found.amount}
    said: dict[str, int] = {}
    over = list(found.passed_over)
    people: list[tuple[float, int]] = []
    places: list[tuple[float, int]] = []
    unknown: list[tuple[int, int]] = []
    for column in (c for c in range(sheet.width) if c not in taken):
        head = folded(sheet.cell(found.header, column))
        texts = [text for text in _below(sheet, found.header, column) if total_of(text) is None]
        only_words = all(_AMOUNT.fullmatch(folded(text)) for text in texts)
        if only_words or sheet.cell(found.header, column) in found.passed_over:
            continue
        if kind := next((kind for kind, heads in _SAID.items() if head in heads), ""):
            said[kind] = column
        else:
            owners = [some[0] for text in texts if (some := directory.find(text))]
            reps = sum(owner.level == "rep" for owner in owners)
            if owners and reps * 2 >= len(owners):
                people.append((-reps / len(texts), column))
            elif owners and not _PEOPLE.search(head):
                depth = max(len(owner.above) for owner in owners)
                places.append((-depth, column))
            elif not all(_is_number(text) for text in texts) or _PEOPLE.search(head):
                unknown.append((len(set(texts)), column))
            elif texts and (name := sheet.cell(found.header, column)):
                over.append(name)
    kinds = max((len(set(_below(sheet, found.header, column))) for _, column in places), default=0)
    if not people:
        # Names that nobody has are still names: else the quotas of people would count for their region.
        people = [
            (0.0, column)
            for distinct, column in unknown
            if _PEOPLE.search(folded(sheet.cell(found.header, column))) or distinct > kinds
        ][:1]
    return Layout(
        header=found.header,
        periods=found.periods,
        above=found.above,
        people=tuple(column for _, column in sorted(people)),
        places=tuple(column for _, column in sorted(places)),
        year=said.get("year"),
        kpi=said.get("kpi"),
        currency=said.get("currency"),
        period=found.period,
        amount=found.amount,
        passed_over=tuple(over),
    )
