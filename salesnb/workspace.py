"""A workspace: one folder with its settings, data, plans, KPIs, templates and reviews."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadInput, Damaged, MissingFile, nearest
from salesnb.files import cannot_write, write_atomic
from salesnb.money import Formatter, minor_digits
from salesnb.secrets import expand, read_secrets, without_passwords

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis import Kpi
    from salesnb.planning.store import PlanStore
    from salesnb.registry import Registry

__all__ = ["SETTINGS_FILE", "Settings", "Workspace", "settings_file"]

SETTINGS_FILE = "salesnb.toml"
_FOLDERS = ("data", "plans", "kpis", "templates", "reviews")

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
# as_of = "2026-09-30"             # usually left out: the latest day that happened in the data

# [freshness]                      # reviews refuse data that is older or has lost more rows, unless told otherwise
# max_age = "3d"                   # from the day as of which the data is told to today
# max_row_drop = 0.2               # of the rows that the import before had
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
    max_age, max_row_drop
        How old data may be and what share of its rows it may have lost to be reviewed; None means any.
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
    as_of: date | None = None
    max_age: timedelta | None = None
    max_row_drop: float | None = None

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


@dataclass(frozen=True)
class Workspace:
    """One folder and its settings.

    Parameters
    ----------
    root
        The folder that holds ``salesnb.toml``.
    settings
        What that file says.
    """

    root: Path
    settings: Settings

    @classmethod
    def open(cls, folder: str | Path = ".") -> "Workspace":
        """Open the workspace of a folder, or of the nearest one above it.

        Raises
        ------
        MissingFile
            When neither it nor a folder above it holds ``salesnb.toml``.
        BadInput, Damaged
            When a setting is wrong or the file is not TOML.
        """
        found = settings_file(folder)
        if found is not None:
            return cls(found.parent, read_settings(found))
        raise MissingFile(
            f"There is no {SETTINGS_FILE} here or in a folder above.",
            where=str(folder),
            hint="Make a workspace with: salesnb new DIR, or name one with -C DIR.",
        )

    @classmethod
    def create(cls, folder: str | Path, settings: Settings | None = None) -> "Workspace":
        """Make an empty workspace; a folder that holds one already is refused.

        Raises
        ------
        BadInput
            When there is a ``salesnb.toml`` already.
        CannotWrite
            When the folder cannot be made.
        """
        root = Path(folder).absolute()
        if (root / SETTINGS_FILE).exists():
            raise BadInput("There is a workspace already.", where=str(folder), hint="Choose another folder.")
        try:
            for name in _FOLDERS:
                (root / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(root, error) from error
        chosen = settings or Settings()
        write_atomic(root / SETTINGS_FILE, _written(chosen))
        return cls(root, chosen)

    @property
    def data_dir(self) -> Path:
        """Where imports go."""
        return self.root / "data"

    @property
    def plans_dir(self) -> Path:
        """Where plans and their history are."""
        return self.root / "plans"

    @property
    def reviews_dir(self) -> Path:
        """Where runs of reviews go."""
        return self.root / "reviews"

    @property
    def templates_dir(self) -> Path:
        """Where the workspace's own templates are."""
        return self.root / "templates"

    @property
    def kpis_dir(self) -> Path:
        """Where the workspace's own KPIs are."""
        return self.root / "kpis"

    @property
    def calendar(self) -> FiscalCalendar:
        """The fiscal calendar."""
        return self.settings.calendar

    def secret_names(self) -> frozenset[str]:
        """Name the environment variables that hold the workspace's secrets."""
        return read_secrets(self.root / SETTINGS_FILE).names

    def dataset(self) -> "Dataset":
        """Open the data that was imported last, read-only; close it after use.

        Raises
        ------
        MissingFile
            When nothing was imported yet.
        BadInput
            When the settings name another source, or a variable in it that is not set.
        """
        from salesnb.crm.dataset import Dataset

        if self.settings.source != "data/current":
            expand(self.settings.source, where=f"{SETTINGS_FILE}, [data] source")
            raise BadInput(
                "[data] source names something other than the workspace's own data, which is not supported yet.",
                where=SETTINGS_FILE,
                hint='Write source = "data/current" and load the data with salesnb import.',
            )
        return Dataset.open(self.data_dir)

    def catalogue(self, data: "Dataset | None" = None) -> "Registry[Kpi]":
        """Give every KPI: those of the catalogue, and those that the workspace keeps in ``kpis/*.toml``.

        Nothing is run. A file that is wrong is set aside: ``failures`` of what is given tells why, and asking for its
        KPI raises that.

        Parameters
        ----------
        data
            The dataset on which they are to be computed; without it they can be listed only.
        """
        from salesnb.kpis import catalogue
        from salesnb.kpis.saved import with_saved

        return with_saved(catalogue(), self.kpis_dir, data)

    def plans(self) -> "PlanStore":
        """Open the store of plans."""
        from salesnb.planning.store import PlanStore

        return PlanStore(self.plans_dir)


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
    for section, content in document.items():
        values |= _section(section, content)
    return _checked(values)


_KEYS = {
    "workspace": {
        "company", "currency", "locale", "time_zone", "fiscal_year_start", "week_start", "levels", "record_url",
    },
    "data": {"source", "as_of"},
    "freshness": {"max_age", "max_row_drop"},
}  # fmt: skip


def _section(section: str, content: object) -> Mapping[str, Any]:
    if section not in _KEYS:
        raise BadInput(f"There is no section [{section}].", where=SETTINGS_FILE, hint=nearest(section, _KEYS))
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
        "fiscal_year_start": _month,
        "as_of": _day,
        "max_age": _age,
        "max_row_drop": _share,
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


def _share(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _wrong(key, value, "Write a number from 0 to 1.")
    return float(value)


def _wrong(key: str, value: object, hint: str) -> BadInput:
    return BadInput(f"{key} is {without_passwords(repr(value))}.", where=SETTINGS_FILE, hint=hint)


def _written(settings: Settings) -> str:
    """Fill the commented file; strings are quoted as TOML wants them."""
    import json

    quoted = {
        own.name: json.dumps(getattr(settings, own.name), default=str, ensure_ascii=False)
        for own in fields(settings)
    }
    quoted["fiscal_year_start"] = f'"{settings.fiscal_year_start:02d}"'
    return _NEW.format(**quoted)
