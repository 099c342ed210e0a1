"""Units of a review and the names of everything that an extract mentions: ids are keys, names are labels."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from salesnb.actions.organisation import rep_node_id

if TYPE_CHECKING:
    from salesnb.crm.dataset import Dataset

__all__ = ["COMPANY", "Names", "Unit"]

COMPANY = "company"
_ID = "{opportunity_id}"


@dataclass(frozen=True, kw_only=True)
class Unit:
    """What a review is about: the company, a node, a rep or a value of a dimension."""

    id: str
    name: str
    level: str
    parent_name: str = ""
    manager: str = ""

    @property
    def quota_id(self) -> str:
        """Under which id the plan keeps its quota."""
        return rep_node_id(self.id) if self.level == "rep" else self.id


@dataclass(frozen=True, kw_only=True)
class Names:
    """Names of a dataset's nodes, reps and accounts as of a day.

    Attributes
    ----------
    company
        Name of the top.
    record_url
        A link with ``{opportunity_id}`` in it, or empty.
    """

    data: "Dataset"
    as_of: date
    company: str = "Company"
    record_url: str = ""

    def unit(self, identity: str, by: str) -> Unit:
        """Describe a unit of a dimension by its id."""
        if by == "rep":
            return Unit(id=identity, name=self.rep(identity), level=by, parent_name=self._team_of(identity))
        node = self._nodes.get(identity) if by in (COMPANY, *self.data.meta.levels) else None
        if node is None:
            return Unit(id=identity, name=identity, level=by)
        parent = self._nodes.get(node["parent"] or "", {})
        inner = parent.get("level") not in {None, COMPANY}
        return Unit(
            id=identity,
            name=self.company if identity == COMPANY else node["name"],
            level=by,
            parent_name=parent["name"] if inner else "",
            manager=node["manager"] or "",
        )

    def rep(self, identity: str | None) -> str:
        """Name a rep."""
        return self._reps.get(identity or "", identity or "")

    def account(self, identity: str | None) -> str:
        """Name an account."""
        return self._accounts.get(identity or "", identity or "")

    def deal_url(self, opportunity_id: str) -> str:
        """Give the link to a deal in the CRM; empty where the workspace has none."""
        return self.record_url.replace(_ID, quote(opportunity_id, safe="")) if _ID in self.record_url else ""

    @cached_property
    def _nodes(self) -> dict[str, dict[str, Any]]:
        return {row["node"]: row for row in self._rows("org")}

    @cached_property
    def _reps(self) -> dict[str, str]:
        return {row["rep_id"]: row["name"] or row["rep_id"] for row in self._rows("reps")}

    @cached_property
    def _accounts(self) -> dict[str, str]:
        return {row["account_id"]: row["name"] or row["account_id"] for row in self._rows("accounts")}

    @cached_property
    def _places(self) -> dict[str, str]:
        spells = self._rows("rep_nodes")
        return {
            row["rep_id"]: row["node"] for row in spells if row["valid_from"] <= self.as_of < row["valid_to"]
        }

    def _team_of(self, rep: str) -> str:
        return str(self._nodes.get(self._places.get(rep, ""), {}).get("name", ""))

    def _rows(self, table: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.data.table(table).to_pyarrow().to_pylist()
        return rows
