"""The KPIs that a workspace keeps as data, beside those of the catalogue: files are read, and nothing is run."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.errors import BadInput, SalesnbError
from salesnb.kpis.definition import Definition
from salesnb.kpis.kpi import Kpi
from salesnb.kpis.language import tree
from salesnb.kpis.language.columns import Columns
from salesnb.kpis.language.compiling import compile_with
from salesnb.kpis.language.naming import LONGEST_CHAIN, chain_too_long, circle, origin_of
from salesnb.kpis.standing import with_standing
from salesnb.kpis.tree_file import SUFFIX
from salesnb.registry import Registry

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["read_saved", "saved_definitions", "with_definition", "with_saved"]

_LARGEST_FILE = 100_000


def saved_definitions(folder: Path) -> dict[str, Definition | SalesnbError]:
    """Read every ``*.toml`` of a folder: by the name of the file its definition, or what is wrong with it.

    Trees, ``*.tree.toml``, are something else.
    """
    files = folder.glob("*.toml") if folder.is_dir() else ()
    paths = sorted(path for path in files if not path.name.endswith(SUFFIX))
    return {path.stem: _read(path) for path in paths}


def read_saved(path: Path) -> Definition:
    """Read the definition that a file holds.

    Raises
    ------
    Damaged, BadInput
        When it is no definition, or one of another name than the file's.
    """
    where = f"{path.parent.name}/{path.name}"
    try:
        if not path.is_file():
            raise BadInput("It is no file.", where=where, hint="Remove it.")
        if path.stat().st_size > _LARGEST_FILE:
            raise BadInput("The file is too large for the definition of a KPI.", where=where)
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The file cannot be read: {error}.", where=where) from error
    definition = Definition.from_toml(text, where=where)
    if definition.name != path.stem:
        raise BadInput(
            f"It defines {definition.name!r}, not {path.stem!r}.",
            where=where,
            hint=f"Call the file {definition.name}.toml.",
        )
    return definition


def with_saved(known: Registry[Kpi], folder: Path, data: "Dataset | None") -> Registry[Kpi]:
    """Add the KPIs of a folder to those that are known; one that is wrong is set aside, and the others stay.

    Parameters
    ----------
    data
        Whose columns they may name; without it they can be listed, and not computed.

    Returns
    -------
    Registry
        Of its own. Its ``failures`` tell what was set aside; asking for one of those raises what is wrong with it.
    """
    found = _Adding(known.copy(), saved_definitions(folder), Columns(data))
    found.add_all()
    return found.known


def with_definition(known: Registry[Kpi], definition: Definition, data: "Dataset | None") -> Registry[Kpi]:
    """Give a registry that holds a definition too, so that it can be asked for beside any other KPI before it is saved.

    Parameters
    ----------
    known
        The KPIs that it may name. An earlier version of its own is replaced.

    Raises
    ------
    BadInput
        When it cannot be compiled; see ``salesnb.kpis.language.compiling.compile_definition``.
    """
    compiled = compile_with(definition, known, Columns(data))
    mine = origin_of(definition.name)
    replaced = [name for name, _ in known.items() if known.origin(name) == mine]
    found = known.copy(without={definition.name, *replaced})
    for kpi in with_standing(compiled, definition, found):
        found.add(kpi.name, kpi, origin=mine)
    return found


def _read(path: Path) -> Definition | SalesnbError:
    try:
        return read_saved(path)
    except SalesnbError as error:
        return error


class _Adding:
    """Adds definitions, those first that others need."""

    def __init__(
        self, known: Registry[Kpi], found: Mapping[str, Definition | SalesnbError], columns: Columns
    ) -> None:
        self.known = known
        self._found = found
        self._columns = columns
        self._done: set[str] = set()

    def add_all(self) -> None:
        for name in self._found:
            self._add(name, ())

    def _add(self, name: str, path: tuple[str, ...]) -> None:
        if name in path:
            ring = path[path.index(name) :]
            for place, one in enumerate(ring):
                self._set_aside(one, circle((*ring[place:], *ring[:place], one)))
            return
        if name in self._done:
            return
        definition = self._found[name]
        if len(path) > LONGEST_CHAIN:
            definition = chain_too_long(name)
        if isinstance(definition, SalesnbError):
            self._set_aside(name, definition)
            return
        for reference in tree.references_of(definition.tree):
            if reference.name in self._found:
                self._add(reference.name, (*path, name))
        if name not in self._done:
            self._compile(definition)

    def _compile(self, definition: Definition) -> None:
        try:
            compiled = compile_with(definition, self.known, self._columns)
        except SalesnbError as error:
            self._set_aside(definition.name, error)
            return
        self._done.add(definition.name)
        for kpi in with_standing(compiled, definition, self.known):
            self.known.add(kpi.name, kpi, origin=origin_of(definition.name))

    def _set_aside(self, name: str, error: SalesnbError) -> None:
        self._done.add(name)
        self.known.set_aside(name, error)
