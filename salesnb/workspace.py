"""A workspace: one folder with its settings, data, plans, KPIs, templates and reviews."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.calendar import FiscalCalendar
from salesnb.errors import BadInput, MissingFile
from salesnb.files import cannot_write, write_atomic
from salesnb.secrets import read_secrets
from salesnb.settings import SETTINGS_FILE, Settings, read_settings, settings_file, written_settings

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis import Kpi
    from salesnb.planning.store import PlanStore
    from salesnb.registry import Registry

__all__ = ["OWN_DATA", "SETTINGS_FILE", "Settings", "Workspace", "settings_file"]

OWN_DATA = "data/current"
_FOLDERS = ("data", "plans", "kpis", "templates", "reviews")


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
        write_atomic(root / SETTINGS_FILE, written_settings(chosen))
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
        """Open the data that was imported last, or the warehouse that the settings name, read-only; close it after use.

        Raises
        ------
        MissingFile
            When nothing was imported yet.
        BadInput
            When the warehouse cannot be reached, does not hold what it should, or is named by a variable that is not
            set.
        """
        from salesnb.crm.dataset import Dataset

        return Dataset.open(self.data_dir) if self.settings.source == OWN_DATA else self._warehouse()

    def _warehouse(self) -> "Dataset":
        from salesnb.crm.warehouse import Warehouse, WarehouseSettings

        own = self.settings
        return Warehouse.connect(
            WarehouseSettings(
                source=own.source,
                schema=own.schema,
                tables=dict(own.tables),
                currency=own.currency,
                time_zone=own.time_zone,
                levels=own.levels,
                as_of=own.as_of,
                root=self.root,
            )
        )

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
