"""The draft of a mapping: which profile fits or what is guessed, shown and written for people to correct."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.crm.building import ImportSettings
from salesnb.crm.choosing import Chosen, choose
from salesnb.crm.companions import companions
from salesnb.crm.files import TableFile, locate, places_of
from salesnb.crm.guessing.beginnings import beginnings
from salesnb.crm.guessing.status import sure_stages, told_by_switches, with_sure_stages
from salesnb.crm.guessing.survey import column_facts, header_row, survey
from salesnb.crm.guessing.tables import guess_tables
from salesnb.crm.guessing.text import mapping_text
from salesnb.crm.importing import open_engine
from salesnb.crm.mapping import PROFILES, ColumnRule, Mapping, StatusRule, TableMapping, load_mapping
from salesnb.crm.plan import Context
from salesnb.crm.sql import quote_identifier as q
from salesnb.crm.tables import table_named
from salesnb.crm.toml_values import regular
from salesnb.errors import BadInput, MissingFile, SalesnbError
from salesnb.money import minor_digits

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["Draft", "Line", "StatusValue", "draft_mapping"]

_ENOUGH_COLUMNS = 6
_MOST_VALUES = 100


@dataclass(frozen=True, kw_only=True)
class Line:
    """One guess: our column, theirs, and some of its values."""

    table: str
    ours: str
    theirs: str
    samples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class StatusValue:
    """A value of the column that says what is won, how often it stands there, and what it is taken to mean."""

    value: str
    count: int
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A guessed mapping.

    Attributes
    ----------
    profile
        The profile that fits the source; empty where the mapping was guessed from names and values.
    text
        What ``mapping.toml`` is to hold.
    status
        Values that say what is won, lost and open.
    unmapped
        Columns that no field of ours takes, a pair (file, columns) each table; deals keep theirs as dimensions.
    unused
        Files and sheets that hold nothing that is known.
    missing
        What people have to fill in before it can be loaded, a sentence each.
    beginnings
        Files of which only the beginning was looked at; what is counted is counted there.
    beside
        What is said of files that need no mapping.
    """

    profile: str
    text: str
    lines: tuple[Line, ...]
    status: tuple[StatusValue, ...]
    unmapped: tuple[tuple[str, tuple[str, ...]], ...]
    unused: tuple[str, ...]
    missing: tuple[str, ...]
    beginnings: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def draft_mapping(
    source: Path, settings: ImportSettings, *, progress: Callable[[str], None] | None = None
) -> Draft:
    """Guess how a source's columns become ours.

    Raises
    ------
    MissingFile
        When there is no such source, or nothing in it that can be read.
    BadInput
        When nothing in it looks like deals.
    """
    if not source.exists():
        raise MissingFile(
            f"There is no {source.name or source}.", where=str(source.parent), hint="Check the path."
        )
    places = places_of(source)
    if not places:
        raise MissingFile(
            "Nothing here can be read.",
            where=str(source),
            hint="Give CSV, Parquet, Excel or DuckDB files; archives unpacked.",
        )
    with tempfile.TemporaryDirectory(prefix="salesnb-") as folder:
        scratch = Path(folder)
        shown, large = beginnings(source, scratch)
        paths = (*(place.path for place in places), *(place.path for place in places_of(shown)))
        with open_engine(scratch, scratch, paths, None) as connection:
            draft = _Drafter(connection, shown, settings, scratch, progress or (lambda _: None)).draft()
        _, beside = companions(source, ())
        return replace(draft, beginnings=large, beside=beside)


class _Drafter:
    def __init__(
        self,
        connection: "DuckDBPyConnection",
        source: Path,
        settings: ImportSettings,
        scratch: Path,
        say: Callable[[str], None],
    ) -> None:
        self._connection = connection
        self._source = source
        self._settings = settings
        self._scratch = scratch
        self._say = say

    def draft(self) -> Draft:
        """Take the profile that fits best, else guess."""
        names = PROFILES.names()
        fits = [fit for name in names for fit in self._try(load_mapping(name), name)]
        if fits:
            name, mapping, chosen = max(fits, key=lambda fit: len(_deals(fit[2]).mapping.columns))
            if name != names[-1]:
                # What was tried later has been staged over it.
                chosen = self._as_written(self._choose(mapping), name)
            tables = [self._written(found) for found in chosen]
            return self._described(name, replace(mapping, tables=tuple(tables)), chosen, self._unused(chosen))
        return self._guess()

    def _try(self, mapping: Mapping, name: str) -> list[tuple[str, Mapping, tuple[Chosen, ...]]]:
        """Try a profile; it fits when its files and columns are there and some deals are won or lost."""
        try:
            mapping = self._below_titles(mapping)
            chosen = self._choose(mapping)
            self._refuse_strangers(chosen)
            chosen = self._as_written(chosen, name)
            deals = _deals(chosen)
            ended = told_by_switches(deals.mapping.status) or any(
                value.meaning != "open" for value in self._status(deals)
            )
        except SalesnbError:
            return []
        if len(deals.mapping.columns) < _ENOUGH_COLUMNS:
            return []
        return [(name, mapping, chosen)] if ended else []

    def _as_written(self, chosen: tuple[Chosen, ...], name: str) -> tuple[Chosen, ...]:
        """Fit what a profile says of its source in general to the values that are there."""
        deals = _deals(chosen)
        columns = [(field, self._scaled(deals, field, rule)) for field, rule in deals.mapping.columns]
        told = replace(deals, mapping=replace(deals.mapping, columns=tuple(columns)))
        return self._with_sure_stages(tuple(told if found is deals else found for found in chosen), name)

    def _scaled(self, deals: Chosen, field: str, rule: ColumnRule) -> ColumnRule:
        """Spreadsheets keep 75 % as 0.75, also where the header says per cent."""
        if field != "probability" or not rule.scale:
            return rule
        column = deals.staged.column(rule.column, where=field, file=deals.file)
        most = column_facts(self._connection, deals.staged, rule.column, column).most
        return replace(rule, scale="") if 0 < most <= 1 else rule

    def _with_sure_stages(self, chosen: tuple[Chosen, ...], name: str) -> tuple[Chosen, ...]:
        """HubSpot's stages are won at 100 %, lost at 0 % and nothing else is, whatever they are called."""
        deals = _deals(chosen)
        rule, stage = deals.mapping.status, deals.mapping.rule("stage")
        probability = deals.mapping.rule("probability")
        if name != "hubspot" or not (rule and stage and probability):
            return chosen
        cells = [
            deals.staged.column(item.column, where="status", file=deals.file) for item in (stage, probability)
        ]
        relation = f"{q(deals.staged.relation)} WHERE {deals.staged.keep_sql}"
        sure = sure_stages(self._connection, f"(SELECT * FROM {relation})", *cells)
        rule = with_sure_stages(rule, stage.column, sure)
        told = replace(deals, mapping=replace(deals.mapping, status=rule))
        return tuple(told if found is deals else found for found in chosen)

    def _below_titles(self, mapping: Mapping) -> Mapping:
        """A report that was downloaded as it looks has its title and filters above the header."""
        place = places_of(self._source)[0]
        row = header_row(place.source.head(place.path, place.sheet)) if mapping.flexible else 1
        if row == 1 or self._source.is_dir():
            return mapping
        return replace(mapping, tables=tuple(replace(table, header_row=row) for table in mapping.tables))

    def _refuse_strangers(self, chosen: Sequence[Chosen]) -> None:
        """A mapping that names its columns fits only where all of them are."""
        for found in chosen:
            for field, rule in found.mapping.columns:
                found.staged.column(rule.column, where=field, file=found.file)

    def _choose(self, mapping: Mapping) -> tuple[Chosen, ...]:
        files = locate(self._source, mapping)
        self._refuse_files_beside(files)
        context = Context(
            connection=self._connection,
            currency=self._settings.currency,
            digits=minor_digits(self._settings.currency),
            time_zone=self._settings.time_zone,
            levels=self._settings.levels,
            ids=mapping.ids,
        )
        return choose(context, files, self._scratch, flexible=mapping.flexible, say=self._say)

    def _refuse_files_beside(self, files: Sequence[TableFile]) -> None:
        """A single file is taken for itself, also where a profile knows others that lie beside it."""
        known = {place.path for place in places_of(self._source)}
        beside = [path.name for file in files for path in file.paths if path not in known]
        if beside:
            raise BadInput(f"{', '.join(beside)} would be needed too.", where=self._source.name)

    def _guess(self) -> Draft:
        facts, unread = survey(self._connection, self._source, self._scratch, say=self._say)
        own = self._own_files()
        facts = tuple(table for table in facts if table.place.path not in own)
        alone = not self._source.is_dir()
        guessed = guess_tables(self._connection, facts, self._settings.levels, alone=alone)
        if guessed is None:
            bare = [table.name for table in facts if not table.rows]
            if bare and len(bare) == len(facts):
                raise BadInput(
                    "There is a header and no row.",
                    where=", ".join(bare[:10]),
                    hint="Export the rows as well.",
                )
            if unread and not facts:
                raise BadInput(" ".join(unread))
            names = ", ".join(table.name for table in facts[:10])
            raise BadInput(
                "Nothing here looks like deals (a table with an id, a stage, an amount and dates) or orders.",
                where=names or self._source.name,
                hint=" ".join(unread) or "Name the columns in a mapping.toml; the README shows one.",
            )
        mapping = Mapping(name="mapping.toml", tables=guessed.tables, digest="")
        missing = guessed.missing
        try:
            chosen = self._choose(mapping)
        except BadInput as error:
            chosen, missing = (), missing or (str(error),)
        return self._described("", mapping, chosen, (*guessed.unused, *unread), missing)

    def _written(self, found: Chosen) -> TableMapping:
        """Give a profile's table as it stands in a mapping for this source alone."""
        mapping, path = found.mapping, found.source.path
        alone = not self._source.is_dir()
        several = len(found.source.source.tables(path)) > 1
        return replace(
            mapping,
            file="" if alone else path.name,
            files=(),
            sheet=mapping.sheet if several else "",
            ignore=tuple(name for name in found.staged.headers if self._ignored(found, name)),
        )

    def _ignored(self, found: Chosen, name: str) -> bool:
        return name not in found.further and name not in found.used

    def _described(
        self,
        profile: str,
        mapping: Mapping,
        chosen: Sequence[Chosen],
        unused: Sequence[str],
        missing: tuple[str, ...] = (),
    ) -> Draft:
        lines = [line for found in chosen for line in self._lines(found)]
        samples = {(line.table, line.ours): line.samples for line in lines}
        further = {found.mapping.table: left for found in chosen if (left := _left(found, chosen))}
        status = self._status(_deals(chosen)) if chosen else ()
        shown = tuple(
            f"{value.value or '(empty)'}: {value.count:,} {'row' if value.count == 1 else 'rows'}, {value.meaning}"
            for value in status
        )
        text = mapping_text(mapping, self._source.name, profile, samples, further, shown, missing)
        return Draft(
            profile=profile,
            text=text,
            lines=tuple(lines),
            status=status,
            unmapped=tuple(
                (found.file, further[found.mapping.table])
                for found in chosen
                if found.mapping.table in further and _keeps_more(found)
            ),
            unused=(
                *unused,
                *(
                    f"{', '.join(further[found.mapping.table])} of {found.file}"
                    for found in chosen
                    # A profile knows what it leaves.
                    if not profile and found.mapping.table in further and not _keeps_more(found)
                ),
            ),
            missing=missing,
        )

    def _lines(self, found: Chosen) -> list[Line]:
        lines = []
        for field, rule in found.mapping.columns:
            if rule.column not in found.staged.headers:
                continue
            column = found.staged.column(rule.column, where="the mapping", file=found.file)
            facts = column_facts(self._connection, found.staged, rule.column, column)
            theirs = f"{rule.column} → {rule.via}.{rule.take}" if rule.via else rule.column
            lines.append(Line(table=found.mapping.table, ours=field, theirs=theirs, samples=facts.samples))
        return lines

    def _status(self, deals: Chosen) -> tuple[StatusValue, ...]:
        """Count the values that decide, with what each is taken to mean."""
        rule, staged = deals.mapping.status, deals.staged
        stage = deals.mapping.rule("stage")
        default = stage.column if stage else ""
        if rule is None and not default:
            return ()
        told = (*rule.won, *rule.lost) if rule else ()
        names = list(dict.fromkeys(column or default for column, _ in told)) or [default]
        cells = [staged.column(name, where="the status", file=deals.file) for name in names]
        values = ", ".join(f"coalesce(trim({cell}), '')" for cell in cells)
        rows = self._connection.execute(
            f"SELECT {values}, count(*) FROM {q(staged.relation)} WHERE {staged.keep_sql} GROUP BY ALL"
            f" ORDER BY count(*) DESC, 1 LIMIT {_MOST_VALUES}"
        ).fetchall()
        found = []
        for row in rows:
            texts = dict(zip(names, (str(value) for value in row[:-1]), strict=True))
            shown = ", ".join(f"{name} {text}" for name, text in texts.items())
            label = shown if len(names) > 1 else str(row[0])
            meaning = _meaning(rule, texts, default) if rule else "?"
            found.append(StatusValue(value=label, count=int(row[-1]), meaning=meaning))
        return tuple(found)

    def _own_files(self) -> set[Path]:
        """List the files that need no mapping; what is one file with the deals is looked at all the same."""
        return {file.path for file in companions(self._source, ())[0]} - {self._source}

    def _unused(self, chosen: Sequence[Chosen]) -> list[str]:
        used = {path for found in chosen for path in found.source.paths} | self._own_files()
        return [place.path.name for place in places_of(self._source) if place.path not in used]


def _left(found: Chosen, chosen: Sequence[Chosen]) -> tuple[str, ...]:
    """List the columns that no table uses; reps that are taken out of the deals have their team from there."""
    others = [other for other in chosen if other.source.path == found.source.path]
    return tuple(name for name in found.further if not any(name in other.used for other in others))


def _keeps_more(found: Chosen) -> bool:
    """Tell whether columns that no field takes are kept as dimensions."""
    table = table_named(found.mapping.table)
    return table is not None and table.takes_extras


def _deals(chosen: Sequence[Chosen]) -> Chosen:
    """Give the table of the deals, or that of the orders where there are none."""
    named = {found.mapping.table: found for found in chosen}
    return named.get("opportunities") or named["orders"]


def _meaning(rule: StatusRule, texts: dict[str, str], default: str) -> str:
    """Say what a rule makes of values, as the import does."""
    import re

    def holds(conditions: tuple[tuple[str, tuple[str, ...]], ...]) -> bool:
        return bool(conditions) and all(
            any(
                re.search(regular(value).casefold(), texts[column or default].casefold())
                if regular(value)
                else texts[column or default].casefold() == value.strip().casefold()
                for value in values
            )
            for column, values in conditions
        )

    return "won" if holds(rule.won) else "lost" if holds(rule.lost) else "open"
