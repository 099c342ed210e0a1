"""What ``salesnb.toml`` says, read and checked."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from salesnb.calendar import FiscalCalendar
from salesnb.delivery_settings import Deliveries, read_deliveries
from salesnb.errors import BadInput, Damaged, nearest
from salesnb.money import Formatter, minor_digits
from salesnb.secrets import without_passwords

__all__ = ["SETTINGS_FILE", "Settings", "read_settings", "settings_file", "written_settings"]

SETTINGS_FILE = "salesnb.toml"

_NEW = """\
# Settings of this salesnb workspace. Every line may be left out; what stands here is the default.

[workspace]
company = {company}             # shown on pages; the top of the organisation
currency = {currency}                 # of every amount that is loaded
locale = {locale}                 # how readers see numbers, money and dates
time_zone = {time_zone}                # in which a timestamp becomes a date
fiscal_year_start = {fiscal_year_start}           # month in which the fiscal year starts
week_start = "monday"
levels = {levels}       # of the organisation, from the top
# record_url = "https://crm.example.com/opportunity/{{opportunity_id}}"    # makes deals links

[data]
source = "data/current"            # of a database "postgres://${{PGUSER}}:${{PGPASSWORD}}@host/db", never a password itself
# schema = "sales"                 # of a database: where its tables are
# as_of = "2026-09-30"             # usually left out: the latest day that happened in the data

# [data.tables]                    # of a database: tables that are called otherwise
# opportunities = "fct_opportunities"

# [freshness]                      # reviews refuse data that is older or has lost more rows, unless told otherwise
# max_age = "3d"                   # from the day as of which the data is told to today
# max_row_drop = 0.2               # of the rows that the import before had

# [kpis]
# coverage_confidence = 0.8          # of reaching the goal, for which the pipeline that it needs is told

# [outlook]
# chances = [0.9, 0.5, 0.2]          # with which commit, target and stretch are reached

# [fairness]
# bands = [0.5, 0.8, 1.0, 1.2]       # shares of quota where the bands of attainment meet
# healthy = [0.55, 0.65]             # share of reps at or above quota that is healthy; sources disagree, these are Cortado's

# [effort]
# lag = "2m"                         # from an effort to what it sells: months or days ("60d"); left out: the median sales cycle

# [deliveries]                     # salesnb deliver: who gets the index and the plan
# company = ["head.of.sales@example.com"]

# [deliveries.to]                  # who gets the review of a team or rep; left out: its manager, where the data has an address
# "Alps" = ["ann@example.com", "bob@example.com"]

# [deliveries.smtp]
# host = "mail.example.com"
# port = 587
# starttls = true
# from = "Sales planning <planning@example.com>"
# user = "planning"
# password = "${{SALESNB_SMTP_PASSWORD}}"    # always the name of an environment variable

# [deliveries.folder]
# base = "outbox"                  # a folder for each recipient is made in it
"""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What ``salesnb.toml`` says, checked.

    Attributes
    ----------
    as_of
        The day as of which everything is told; None means the latest day in the data.
    record_url
        A link to a deal in the CRM, with ``{opportunity_id}`` in it; empty means no links.
    schema, tables
        Of a warehouse: where its tables are, and pairs of a canonical table and what it is called there.
    max_age, max_row_drop
        How old data may be and what share of its rows it may have lost to be reviewed; None means any.
    coverage_confidence
        The confidence of reaching the goal for which the pipeline that it needs is told.
    chances
        The probabilities with which commit, target and stretch are reached, falling.
    bands
        Shares of quota where the bands of attainment meet, rising.
    healthy
        The least and the most reps at or above quota that are healthy, as shares; None leaves it to the default.
    lag
        Months from an effort to what it sells; None takes the median sales cycle.
    deliveries
        Who gets which review, and how.
    """

    company: str = "Company"
    currency: str = "USD"
    locale: str = "en_US"
    time_zone: str = "UTC"
    fiscal_year_start: int = 1
    week_start: str = "monday"
    levels: tuple[str, ...] = ("region", "team")
    record_url: str = ""
    # Not shown: somebody may have written a password out.
    source: str = field(default="data/current", repr=False)
    schema: str = ""
    tables: tuple[tuple[str, str], ...] = ()
    as_of: date | None = None
    max_age: timedelta | None = None
    max_row_drop: float | None = None
    coverage_confidence: float = 0.8
    chances: tuple[float, ...] = (0.9, 0.5, 0.2)
    bands: tuple[float, ...] = (0.5, 0.8, 1.0, 1.2)
    healthy: tuple[float, ...] | None = None
    lag: int | None = None
    deliveries: Deliveries = field(default_factory=Deliveries)

    @property
    def calendar(self) -> FiscalCalendar:
        """The fiscal calendar."""
        return FiscalCalendar(self.fiscal_year_start, self.week_start)

    @property
    def formatter(self) -> Formatter:
        """How readers see figures."""
        return Formatter(self.locale, self.currency)

    @property
    def digits(self) -> int:
        """Decimals of the currency."""
        return minor_digits(self.currency)


def settings_file(folder: str | Path) -> Path | None:
    """Find the settings of a folder's workspace, there or in the nearest folder above it."""
    start = Path(folder).absolute()
    candidates = (candidate / SETTINGS_FILE for candidate in (start, *start.parents))
    return next((path for path in candidates if path.is_file()), None)


def read_settings(path: Path) -> Settings:
    """Read and check ``salesnb.toml``.

    Raises
    ------
    Damaged
        When it is not TOML.
    BadInput
        When a section or key is unknown or a value does not fit.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Damaged(
            f"{path.name} is not valid TOML: {error}.", where=str(path), hint="Mend that line."
        ) from None
    values: dict[str, Any] = {}
    deliveries = read_deliveries(document.pop("deliveries", {}), file=path.name)
    for section, content in document.items():
        values |= _section(section, content)
    return replace(_checked(values), deliveries=deliveries)


# On average.
DAYS_OF_MONTH = 30.44
_LONGEST_LAG = 24
_KEYS = {
    "workspace": {
        "company", "currency", "locale", "time_zone", "fiscal_year_start", "week_start", "levels", "record_url",
    },
    "data": {"source", "schema", "tables", "as_of"},
    "freshness": {"max_age", "max_row_drop"},
    "kpis": {"coverage_confidence"},
    "outlook": {"chances"},
    "fairness": {"bands", "healthy"},
    "effort": {"lag"},
}  # fmt: skip


def _section(section: str, content: object) -> Mapping[str, Any]:
    if section not in _KEYS:
        hint = nearest(section, [*_KEYS, "deliveries"])
        raise BadInput(f"There is no section [{section}].", where=SETTINGS_FILE, hint=hint)
    if not isinstance(content, dict):
        raise BadInput(
            f"{section} stands outside a section.", where=SETTINGS_FILE, hint=f"Write [{section}]."
        )
    for key in content:
        if key not in _KEYS[section]:
            hint = nearest(key, _KEYS[section])
            raise BadInput(f"There is no setting {key!r} in [{section}].", where=SETTINGS_FILE, hint=hint)
    return content


def _checked(values: dict[str, Any]) -> Settings:
    """Give each value its type; what does not fit is named with the key."""
    converters: dict[str, Callable[[str, Any], Any]] = {
        "levels": _levels,
        "tables": _tables,
        "fiscal_year_start": _month,
        "as_of": _day,
        "max_age": _age,
        "max_row_drop": _share,
        "coverage_confidence": _confidence,
        "chances": _chances,
        "bands": _bands,
        "healthy": _healthy,
        "lag": _lag,
    }
    typed = {key: converters.get(key, _text)(key, value) for key, value in values.items()}
    settings = Settings(**typed)
    minor_digits(settings.currency)
    settings.formatter.ratio(0)
    settings.calendar  # noqa: B018 -- refuses a calendar that does not exist
    try:
        ZoneInfo(settings.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _wrong("time_zone", settings.time_zone, "Write a name such as Europe/Berlin.") from None
    return settings


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(key, value, "Write text in quotes.")
    return value


def _levels(key: str, value: object) -> tuple[str, ...]:
    names = tuple(value) if isinstance(value, list) else ()
    if (
        not names
        or len(set(names)) < len(names)
        or not all(isinstance(n, str) and n.isidentifier() for n in names)
    ):
        raise _wrong(key, value, 'Write the names of the levels from the top, such as ["region", "team"].')
    if reserved := {"company", "rep"} & set(names):
        raise _wrong(key, value, f"{', '.join(sorted(reserved))} is always there and is not listed.")
    return names


def _tables(key: str, value: object) -> tuple[tuple[str, str], ...]:
    from salesnb.crm.tables import TABLES

    known = [table.name for table in TABLES]
    if not isinstance(value, dict):
        raise _wrong(
            key, value, 'Write [data.tables] and below it a line such as opportunities = "fct_opportunities".'
        )
    for name, called in value.items():
        if name not in known:
            raise BadInput(
                f"There is no table {name!r}.",
                where=f"{SETTINGS_FILE}, [data.tables]",
                hint=nearest(name, known),
            )
        _text(name, called)
    return tuple(value.items())


def _month(key: str, value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isdigit() or not 1 <= int(text) <= 12:
        raise _wrong(key, value, 'Write a month, such as "04". 4-4-5 calendars are not supported.')
    return int(text)


def _day(key: str, value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise _wrong(key, value, "Write a date such as 2026-09-30.") from None


def _age(key: str, value: object) -> timedelta:
    found = re.fullmatch(r"([0-9]{1,4})([dw])", value) if isinstance(value, str) else None
    if found is None:
        raise _wrong(key, value, 'Write days or weeks, such as "3d" or "2w".')
    return timedelta(days=int(found[1]) * (7 if found[2] == "w" else 1))


def lag_months(text: str) -> int | None:
    """Read how long effort takes to sell, in whole months: ``2m``, ``60d``; None where it is neither, or above two years.

    Examples
    --------
    >>> lag_months("2m"), lag_months("57d"), lag_months("10d"), lag_months("soon")
    (2, 2, 0, None)
    """
    found = re.fullmatch(r"([0-9]{1,3})([dm])", text.strip())
    if found is None:
        return None
    months = round(int(found[1]) / (1 if found[2] == "m" else DAYS_OF_MONTH))
    return months if months <= _LONGEST_LAG else None


def _lag(key: str, value: object) -> int:
    months = lag_months(value) if isinstance(value, str) else None
    if months is None:
        raise _wrong(key, value, 'Write months or days, such as "2m" or "60d", up to two years.')
    return months


def _share(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _wrong(key, value, "Write a number from 0 to 1.")
    return float(value)


def _confidence(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.5 <= value <= 0.99:
        raise _wrong(key, value, "Write a number from 0.5 to 0.99: an even chance to near certainty.")
    return float(value)


def _chances(key: str, value: object) -> tuple[float, ...]:
    chances = _rising(value[::-1])[::-1] if isinstance(value, list) else ()
    if len(chances) != 3 or not (chances[0] <= 0.99 and chances[-1] >= 0.01):
        raise _wrong(
            key,
            value,
            "Write three that fall, from 0.99 to 0.01, such as [0.9, 0.5, 0.2]: commit, target, stretch.",
        )
    return chances


def _bands(key: str, value: object) -> tuple[float, ...]:
    edges = _rising(value)
    if not edges or edges[0] <= 0:
        raise _wrong(key, value, "Write shares of quota that rise, such as [0.5, 0.8, 1.0, 1.2].")
    return edges


def _healthy(key: str, value: object) -> tuple[float, ...]:
    ends = _rising(value)
    if len(ends) != 2 or not (ends[0] >= 0 and ends[1] <= 1):
        raise _wrong(key, value, "Write the least and the most as shares, such as [0.55, 0.65].")
    return ends


def _rising(value: object) -> tuple[float, ...]:
    """Give numbers that rise; nothing where they do not, or are none."""
    items = value if isinstance(value, list) else []
    numbers = tuple(float(n) for n in items if isinstance(n, int | float) and not isinstance(n, bool))
    rises = all(before < after for before, after in pairwise(numbers))
    return numbers if rises and len(numbers) == len(items) else ()


def _wrong(key: str, value: object, hint: str) -> BadInput:
    return BadInput(f"{key} is {without_passwords(repr(value))}.", where=SETTINGS_FILE, hint=hint)


def written_settings(settings: Settings) -> str:
    """Fill the commented file; strings are quoted as TOML wants them."""
    import json

    quoted = {
        own.name: json.dumps(getattr(settings, own.name), default=str, ensure_ascii=False)
        for own in fields(settings)
    }
    quoted["fiscal_year_start"] = f'"{settings.fiscal_year_start:02d}"'
    return _NEW.format(**quoted)
