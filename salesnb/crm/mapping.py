"""How a source's columns become the canonical ones: mapping files, and the profiles that ship."""

from dataclasses import dataclass
from pathlib import Path

from salesnb.errors import MissingFile, nearest
from salesnb.registry import Registry

__all__ = [
    "PROFILES",
    "Alternatives",
    "ColumnRule",
    "Join",
    "Mapping",
    "StatusRule",
    "TableMapping",
    "Unpivot",
    "load_mapping",
    "profile_names",
]

_FOLDER = Path(__file__).parent / "profiles"

# Source columns that may stand for one of ours, the first that is there counts; several in one are joined by a space.
Alternatives = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class ColumnRule:
    """Where a canonical column comes from.

    Attributes
    ----------
    column
        The source column.
    alternatives
        Source columns to look for, where the mapping gives a choice; ``column`` is the one that was found.
    via, take
        A canonical table in which its value is looked up, and the field taken from there.
    format, time_zone
        How a date is written (as ``strptime`` has it), and where a time without zone was written.
    scale
        Factor on numbers: 0.01 turns per cent into a ratio.
    unless
        Source columns that make this one superfluous, where they are there.
    """

    column: str
    alternatives: Alternatives = ()
    via: str = ""
    take: str = ""
    format: str = ""
    time_zone: str = ""
    unless: tuple[str, ...] = ()
    scale: str = ""


@dataclass(frozen=True, kw_only=True)
class StatusRule:
    """Which values mean won and lost; everything else is open.

    ``won`` and ``lost`` are conditions that must all hold: (source column, values).
    A column of ``""`` is the source column of ``stage``.
    """

    won: tuple[tuple[str, tuple[str, ...]], ...] = ()
    lost: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Unpivot:
    """A wide table: the columns whose name matches become rows."""

    columns: str
    into: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Join:
    """Another file of the source whose columns a table sees as ``name.column``.

    Attributes
    ----------
    file, files
        The file, or patterns of its name.
    on, key
        Columns whose values are the same: in the table (or in an earlier join), and in the other file.
    where
        (Column of the other file, values): only its rows that have one of them count.
    """

    name: str
    file: str = ""
    files: tuple[str, ...] = ()
    sheet: str = ""
    on: Alternatives
    key: Alternatives
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, kw_only=True)
class TableMapping:
    """How one canonical table is read.

    Attributes
    ----------
    files
        Patterns of the file's name without its ending (of a sheet's name in a workbook), instead of ``file``.
    header_row
        Physical line of the header; 1 is the first.
    skip_rows_matching
        Rows whose text (cells joined by the delimiter) matches are left out, and not counted as read.
    missing
        Texts that mean "no value", besides the empty one.
    ignore
        Source columns that are not kept as dimensions; ``*`` stands for any letters.
    leave_out
        (Source column, values): rows that have one of them are not read, such as deleted ones.
    skip_footer
        Whether rows with nothing but a first cell, after the last full one, are a footer.
    distinct
        Whether only the first row of each key is read: reps taken out of a file of deals.
    late_entries
        Whether deals may have been entered after they were closed; their day of closing counts as that of creation.
    statuses
        Rules of status to choose from; ``status`` is the first whose columns are there.
    """

    table: str
    file: str = ""
    files: tuple[str, ...] = ()
    sheet: str = ""
    header_row: int = 1
    skip_rows_matching: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    date_order: str = ""
    missing: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    leave_out: tuple[tuple[str, tuple[str, ...]], ...] = ()
    skip_footer: bool = False
    distinct: bool = False
    late_entries: bool = False
    joins: tuple[Join, ...] = ()
    columns: tuple[tuple[str, ColumnRule], ...] = ()
    status: StatusRule | None = None
    statuses: tuple[StatusRule, ...] = ()
    repair: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    unpivot: Unpivot | None = None

    def rule(self, field: str) -> ColumnRule | None:
        """Return the rule of a canonical column, or None."""
        return dict(self.columns).get(field)

    def repairs(self, field: str) -> tuple[tuple[str, str], ...]:
        """Return (value as found, value meant) of a canonical column."""
        return dict(self.repair).get(field, ())


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """A whole mapping file.

    Attributes
    ----------
    name
        What messages call it: a path or a profile's name.
    digest
        SHA-256 of its text: another mapping makes another import.
    flexible
        Whether files and columns that a source lacks are left out, and upper and lower case are the same in names.
    ids
        ``salesforce`` where ids come with 15 and with 18 characters and mean the same.
    """

    name: str
    tables: tuple[TableMapping, ...]
    digest: str
    flexible: bool = False
    ids: str = ""

    def table(self, name: str) -> TableMapping | None:
        """Return the mapping of a canonical table, or None."""
        return next((table for table in self.tables if table.table == name), None)


PROFILES = Registry[Path]("profile", "salesnb.profiles")
for _path in sorted(_FOLDER.glob("*.toml")):
    PROFILES.add(_path.stem, _path, origin="salesnb")


def profile_names() -> tuple[str, ...]:
    """Names of the profiles that are installed."""
    return PROFILES.names()


def load_mapping(path_or_profile: str | Path) -> Mapping:
    """Read a mapping file, or the profile of that name.

    Raises
    ------
    MissingFile
        When there is neither such a file nor such a profile.
    Damaged
        When the file is not TOML.
    BadInput
        When it says something that a mapping cannot say; the key is named.

    Examples
    --------
    >>> [table.table for table in load_mapping("maven").tables]
    ['opportunities', 'accounts', 'reps', 'products']
    """
    from salesnb.crm.mapping_file import read_mapping

    name = str(path_or_profile)
    if name in PROFILES:
        return read_mapping(PROFILES.get(name), name=f"profile {name}")
    if not Path(name).is_file():
        raise MissingFile(
            f"There is no mapping file and no profile {name!r}.", hint=nearest(name, profile_names())
        )
    return read_mapping(Path(name), name=Path(name).name)
