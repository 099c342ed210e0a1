"""Data that stays open for one question after another, in notebooks and previews."""

from datetime import date
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from salesnb.actions.targets import quota_targets
from salesnb.crm.snapshots import current_database
from salesnb.kpis import Query, run
from salesnb.kpis.result import Result

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset
    from salesnb.kpis import Kpi
    from salesnb.registry import Registry
    from salesnb.workspace import Workspace

__all__ = ["KpiSession"]


class KpiSession:
    """Answers queries on the data of a workspace, which is opened once, and again when an import has taken its place.

    The same query again is answered at once, until the data or a definition changes. Several threads may ask; one is
    answered at a time.

    Examples
    --------
    >>> with KpiSession(workspace) as session:  # doctest: +SKIP
    ...     session.query(Query(kpis=("won_amount",), by=("team",)))
    """

    def __init__(self, workspace: "Workspace") -> None:
        self.workspace = workspace
        self._lock = RLock()
        self._opened: tuple[Path | None, Dataset] | None = None
        self._read: tuple[object, Registry[Kpi]] | None = None

    def query(self, query: Query, known: "Registry[Kpi] | None" = None) -> Result:
        """Compute KPIs, with the quotas of the workspace's plans where a KPI needs them.

        Parameters
        ----------
        known
            The KPIs that may be asked for; by default those of the workspace.

        Raises
        ------
        MissingFile
            When nothing has been imported.
        UnknownName
            When a KPI, dimension or value is not known.
        """
        with self._lock:
            data = self.data
            catalogue = known or self.known
            asked = query.with_targets(quota_targets(self.workspace, query, catalogue))
            return run(asked, data, self.workspace.calendar, catalogue)

    @property
    def data(self) -> "Dataset":
        """The data that was imported last."""
        with self._lock:
            place = current_database(self.workspace.data_dir)
            if self._opened is None or self._opened[0] != place:
                self.close()
                self._opened = (place, self.workspace.dataset())
            return self._opened[1]

    @property
    def known(self) -> "Registry[Kpi]":
        """Every KPI that can be asked for; the workspace's own are read again where their files have changed."""
        with self._lock:
            data = self.data
            files = sorted(self.workspace.kpis_dir.glob("*.toml"))
            facts = [(path.name, path.stat()) for path in files]
            stamp = (id(data), tuple((name, fact.st_mtime_ns, fact.st_size) for name, fact in facts))
            if self._read is None or self._read[0] != stamp:
                self._read = (stamp, self.workspace.catalogue(data))
            return self._read[1]

    @property
    def as_of(self) -> date:
        """The day as of which everything is told."""
        return self.data.meta.as_of

    def close(self) -> None:
        """Let go of the file and of what is kept; another query opens it again."""
        with self._lock:
            if self._opened is not None:
                self._opened[1].close()
                self._opened, self._read = None, None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()
