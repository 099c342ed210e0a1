"""Quotas from files: whose they are, kept beside the data, or taken into a plan."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.actions.organisation import REP_PREFIX, org_tree, rep_node_id
from salesnb.calendar import Period
from salesnb.counting import counted
from salesnb.crm.toml_values import quoted
from salesnb.errors import BadInput, UnknownName, nearest
from salesnb.files import write_atomic

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.crm.quotas import Directory, Hints, Owner, Reading
    from salesnb.crm.report import TableReport
    from salesnb.workspace import Workspace

__all__ = [
    "QUOTAS_FILE",
    "QuotaOptions",
    "import_quotas",
    "looks_like_quotas",
    "quota_directory",
    "read_quota_file",
    "remember_names",
]

QUOTAS_FILE = "quotas.toml"
_HEADER = """# How files of quotas are read. What salesnb is told is kept here; year = 2024 and scale = 1000 may stand here too.

"""
_SPLITS = ("money", "count")


@dataclass(frozen=True, kw_only=True)
class QuotaOptions:
    """What is said about a file of quotas.

    Attributes
    ----------
    kpi
        The KPI of quotas that name none.
    year
        The year of months that name none.
    scale
        What the figures are multiplied by; by default what the file's own words say.
    names
        Pairs of a name in the file and whom it means; nobody where that is empty.
    period
        The period that is planned; its year counts for months that name none, before ``year``.
    """

    kpi: str = "won_amount"
    year: int | None = None
    scale: int | None = None
    names: tuple[tuple[str, str], ...] = ()
    period: Period | None = None


def looks_like_quotas(workspace: "Workspace", source: Path) -> bool:
    """Tell whether a file holds quotas and cannot be anything else."""
    if not source.is_file():
        return False
    from salesnb.crm.quotas import holds_quotas
    from salesnb.crm.snapshots import current_database

    directory = _nobody()
    if current_database(workspace.data_dir) is not None:
        with workspace.dataset() as data:
            directory = quota_directory(workspace, data)
    return holds_quotas(source, directory, _hints(workspace, QuotaOptions()))


def import_quotas(
    workspace: "Workspace",
    source: Path,
    options: QuotaOptions,
    *,
    progress: Callable[[str], None] | None = None,
) -> tuple["TableReport", "Reading"]:
    """Read quotas and put them in the place of those that were kept.

    Raises
    ------
    MissingFile, BadInput
        When the file is not there or holds no quotas, or no deals were imported yet.
    UnknownName
        When a name is said to mean somebody who is not known.
    CannotWrite
        When the data cannot be written; nothing has changed then.
    """
    from salesnb.crm.quotas import keep_quotas

    say = progress or (lambda _: None)
    say("reading the quotas")
    reading = read_quota_file(workspace, source, options)
    if not reading.quotas:
        raise BadInput(
            f"None of {counted(reading.read, 'quota', 'quotas')} can be taken. {_first_reason(reading)}".strip(),
            where=source.name,
            hint="Correct the file, or say who is meant with --name 'NAME IN THE FILE=NAME OR ID'.",
        )
    return keep_quotas(workspace.data_dir, reading, say=say), reading


def read_quota_file(workspace: "Workspace", source: Path, options: QuotaOptions) -> "Reading":
    """Read quotas with what the workspace knows and has been told."""
    from salesnb.crm.quotas import read_quotas

    with workspace.dataset() as data:
        directory = quota_directory(workspace, data, options.names)
    return read_quotas(source, directory, _hints(workspace, options))


def quota_directory(
    workspace: "Workspace", data: "Dataset", names: Iterable[tuple[str, str]] = ()
) -> "Directory":
    """List all who can have a quota, with what files are known to call them."""
    from salesnb.crm.quotas import Directory

    company = workspace.settings.company
    tree = org_tree(data, company, data.meta.as_of)
    owners = _places(data, company)
    owners += _reps(
        data, {leaf.id: tuple(node.id for node in tree.path(leaf.id)[:-1]) for leaf in tree.leaves()}
    )
    known = Directory(tuple(owners), _settings(workspace)[1])
    return Directory(known.owners, {**known.names, **{text: _named(known, said) for text, said in names}})


def remember_names(workspace: "Workspace", names: Mapping[str, str]) -> None:
    """Write down whom names in files of quotas mean, by name or id, for the next time; empty is nobody.

    Raises
    ------
    UnknownName
        When nobody, or more than one, is called so.
    """
    path = workspace.root / QUOTAS_FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        text = _HEADER
    with workspace.dataset() as data:
        directory = quota_directory(workspace, data)
    known = _settings(workspace)[1]
    lines = []
    for name, said in names.items():
        owner = directory.by_id.get(_named(directory, said))
        if known.get(name) != (owner.id if owner else ""):
            comment = _comment(owner.name) if owner else "nobody"
            lines.append(f"{quoted(name)} = {quoted(owner.id if owner else '')}  # {comment}")
    if lines:
        write_atomic(path, _with_lines(text, lines, replaced=set(names)))


def _with_lines(text: str, lines: list[str], *, replaced: set[str]) -> str:
    """Put lines at the head of the table of names; what else people wrote stays as it is."""
    starts = tuple(f"{quoted(name)} =" for name in replaced)
    rows = [row for row in text.splitlines() if not row.startswith(starts)]
    if "[names]" not in rows:
        rows += ["[names]"]
    place = rows.index("[names]") + 1
    return "\n".join([*rows[:place], *lines, *rows[place:]]) + "\n"


def _nobody() -> "Directory":
    from salesnb.crm.quotas import Directory

    return Directory(())


def _hints(workspace: "Workspace", options: QuotaOptions) -> "Hints":
    from salesnb.crm.quotas import Hints, YearHint
    from salesnb.crm.quotas.owners import folded

    settings = workspace.settings
    kept, _ = _settings(workspace)
    year = options.year or kept.get("year")
    hint = YearHint(year) if year else None
    if hint is None and options.period is not None:
        hint = YearHint(int(workspace.calendar.containing(options.period.start, "year").label), fiscal=True)
    known = workspace.catalogue()
    kpis = {
        folded(text): (kpi.name, kpi.unit)
        for _, kpi in known.items()
        if kpi.unit in _SPLITS and not kpi.hidden
        for text in (kpi.name, kpi.label)
    }
    return Hints(
        calendar=workspace.calendar,
        fmt=settings.formatter,
        kpis=kpis,
        kpi=known.get(options.kpi).name,
        year=hint,
        scale=options.scale or kept.get("scale"),
    )


def _settings(workspace: "Workspace") -> tuple[dict[str, int], dict[str, str]]:
    """Read what is kept about files of quotas: numbers and names."""
    path = workspace.root / QUOTAS_FILE
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"It is not TOML: {error}.", where=QUOTAS_FILE, hint="Correct that line.") from error
    names = found.pop("names", {})
    if not isinstance(names, dict) or not all(isinstance(owner, str) for owner in names.values()):
        raise BadInput(
            "[names] is not a table of texts.", where=QUOTAS_FILE, hint='Write "Bob Smith" = "rep:17".'
        )
    for key, value in found.items():
        if key not in {"year", "scale"}:
            raise BadInput(
                f"There is no key {key!r}.", where=QUOTAS_FILE, hint=nearest(key, ("year", "scale", "names"))
            )
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise BadInput(f"{key} is {value!r}.", where=QUOTAS_FILE, hint="Write a whole number above zero.")
    return found, names


def _places(data: "Dataset", company: str) -> list["Owner"]:
    from salesnb.crm.quotas import Owner

    rows = {str(row["node"]): row for row in data.table("org").to_pyarrow().to_pylist()}

    def above(node: str) -> tuple[str, ...]:
        found: list[str] = []
        while (parent := rows[node]["parent"]) in rows:
            found.insert(0, node := str(parent))
        return tuple(found)

    return [
        Owner(
            id=node,
            name=company if row["parent"] is None else str(row["name"]),
            level=str(row["level"]),
            above=above(node),
        )
        for node, row in rows.items()
    ]


def _reps(data: "Dataset", above: Mapping[str, tuple[str, ...]]) -> list["Owner"]:
    from salesnb.crm.quotas import Owner

    return [
        Owner(
            id=rep_node_id(rep),
            name=str(row["name"] or rep),
            level="rep",
            aliases=(rep, *([str(row["email"])] if row.get("email") else [])),
            above=above.get(rep_node_id(rep), ()),
        )
        for row in data.table("reps").to_pyarrow().to_pylist()
        if (rep := str(row["rep_id"]))
    ]


def _named(directory: "Directory", said: str) -> str:
    """Give the id of whom somebody names; empty for nobody."""
    if not said.strip():
        return ""
    found = directory.find(said)
    if len(found) == 1:
        return found[0].id
    if found:
        ids = ", ".join(owner.id.removeprefix(REP_PREFIX) for owner in found)
        raise UnknownName(f"Several are called {said!r}.", hint=f"Use one's id: {ids}.")
    names = [owner.name for owner in directory.nearest(said)]
    raise UnknownName(
        f"Nobody is called {said!r}.",
        hint=f"Nearest: {', '.join(names)}." if names else "Give a name or an id as the data has it.",
    )


def _first_reason(reading: "Reading") -> str:
    if not reading.rejected:
        return ""
    first = reading.rejected[0]
    return f"The first, in row {first.row}: {first.reason}."


def _comment(text: str) -> str:
    return " ".join(text.split())
