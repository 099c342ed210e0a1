"""Reading ``kpis/NAME.tree.toml``: data, parsed strictly and never executed.

```toml
kpi = "won_amount"          # what the root claims to be; checked on the data of both periods
root = "won"
[nodes.won]
product = ["closed_count", "conversion", "deal_size"]
[nodes.conversion]
ratio = ["won_count", "closed_count"]
[nodes.deal_size]
ratio = ["won_amount", "won_count"]
```

The parts of a node are other nodes, or KPIs. A node may also be a KPI of a part of the business:
``[nodes.east]`` with ``kpi = "won_amount"`` and ``where = { region = "East" }``. A node that has the name of a KPI claims
to be it, and is checked as well.
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from salesnb.errors import BadInput, Damaged, MissingFile, UnknownName, nearest
from salesnb.kpis.trees import FORMS, KpiTree, Leaf, Node

__all__ = ["SUFFIX", "read_tree", "tree_names"]

SUFFIX = ".tree.toml"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MOST_PLACES = 200
_HINT = "See kpis/NAME.tree.toml: kpi, root, and a table [nodes.NAME] with sum, product, ratio or kpi."


def tree_names(folder: Path) -> tuple[str, ...]:
    """List the trees of a folder by name."""
    return tuple(sorted(path.name.removesuffix(SUFFIX) for path in folder.glob(f"*{SUFFIX}")))


def read_tree(
    folder: Path, name: str, kpis: Collection[str], failures: Mapping[str, str] | None = None
) -> KpiTree:
    """Read a tree of a folder.

    Parameters
    ----------
    kpis
        Names of the KPIs that there are.
    failures
        Why others cannot be used, by name.

    Raises
    ------
    MissingFile
        When there is no tree of that name.
    Damaged
        When it is not TOML.
    BadInput
        When something is missing, unknown, or stands below itself; the place is named.
    """
    path = folder / f"{name}{SUFFIX}"
    if not _NAME.fullmatch(name) or not path.is_file():
        known = tree_names(folder)
        raise MissingFile(
            f"There is no tree {name!r}.",
            where=str(path.name),
            hint=nearest(name, known) if known else f"Write kpis/NAME{SUFFIX}.",
        )
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Damaged(f"It is not valid TOML: {error}.", where=path.name, hint="Mend that line.") from None
    return _Parser(path.name, name, kpis, failures or {}).tree(document)


class _Parser:
    """Turns a document into a tree; each complaint names its place."""

    def __init__(self, where: str, name: str, kpis: Collection[str], failures: Mapping[str, str]) -> None:
        self._where = where
        self._name = name
        self._kpis = kpis
        self._failures = failures
        self._nodes: dict[str, Node] = {}
        self._leaves: dict[str, Leaf] = {}

    def tree(self, document: dict[str, Any]) -> KpiTree:
        """Read the whole."""
        self._only(document, ("kpi", "root", "nodes"), self._where)
        kpi, root = (self._text(document.get(key), f"{self._where}, {key}") for key in ("kpi", "root"))
        self._kpi(kpi, f"{self._where}, kpi")
        nodes = document.get("nodes")
        if not isinstance(nodes, dict) or not nodes:
            raise BadInput("There are no nodes.", where=self._where, hint=_HINT)
        for name, content in nodes.items():
            self._node(name, content)
        if root in self._kpis and root != kpi:
            raise BadInput(
                f"The root {root!r} bears the name of a KPI, and kpi says {kpi!r}.",
                where=self._where,
                hint="Give it another name.",
            )
        self._parts(root)
        tree = KpiTree(name=self._name, kpi=kpi, root=root, nodes=self._nodes, leaves=self._leaves)
        if unused := set(nodes) - {name for _, name in tree.walk}:
            first = min(unused)
            raise BadInput(
                f"The node {first!r} is not below the root {root!r}.",
                where=self._where,
                hint="Use it, or leave it out.",
            )
        return tree

    def _node(self, name: str, content: object) -> None:
        where = f"{self._where}, nodes.{name}"
        if not _NAME.fullmatch(name):
            raise BadInput(
                f"{name!r} is no name for a node.", where=where, hint="Use lower case letters, digits and _."
            )
        if not isinstance(content, dict):
            raise BadInput(f"{content!r} stands where a table is expected.", where=where, hint=_HINT)
        self._only(content, (*FORMS, "kpi", "where"), where)
        forms = [form for form in (*FORMS, "kpi") if form in content]
        if len(forms) != 1:
            raise BadInput(
                f"It has {len(forms)} of sum, product, ratio and kpi.",
                where=where,
                hint="Give it one of them.",
            )
        if forms[0] == "kpi":
            self._leaves[name] = self._leaf(name, content, where)
            return
        if "where" in content:
            raise BadInput(
                "Only a KPI can be narrowed by where.", where=where, hint="Put it on a node with kpi."
            )
        self._nodes[name] = Node(form=forms[0], parts=self._names(content[forms[0]], forms[0], where))

    def _leaf(self, name: str, content: dict[str, Any], where: str) -> Leaf:
        if name in self._kpis:
            raise BadInput(
                f"The node {name!r} bears the name of a KPI and is one of its parts.",
                where=where,
                hint="Give it another name.",
            )
        kpi = self._text(content["kpi"], f"{where}.kpi")
        self._kpi(kpi, f"{where}.kpi")
        chosen = content.get("where", {})
        if not isinstance(chosen, dict) or not all(isinstance(value, str) for value in chosen.values()):
            raise BadInput(
                "where is not a table of texts.", where=where, hint='Write where = { region = "East" }.'
            )
        return Leaf(kpi=kpi, where=tuple(chosen.items()))

    def _names(self, value: object, form: str, where: str) -> tuple[str, ...]:
        names = value if isinstance(value, list) and all(isinstance(part, str) for part in value) else []
        if form == "ratio" and len(names) != 2:
            raise BadInput("A ratio has two parts: what is divided, and by what.", where=where, hint=_HINT)
        if not names:
            raise BadInput(
                f"{value!r} is no list of names.", where=where, hint='Write ["won_count", "average_deal"].'
            )
        return tuple(names)

    def _parts(self, root: str) -> None:
        """Follow the parts down to the KPIs; what stands below itself never ends and is refused."""
        places: list[tuple[str, tuple[str, ...]]] = [(root, (root,))]
        for count, (name, path) in enumerate(places):
            if count >= _MOST_PLACES:
                raise BadInput(
                    f"It has more than {_MOST_PLACES} places.",
                    where=self._where,
                    hint="Cut it into several trees.",
                )
            if name in self._leaves:
                continue
            if name not in self._nodes:
                self._kpi(
                    name, f"{self._where}, nodes.{path[-2]}" if len(path) > 1 else f"{self._where}, root"
                )
                self._leaves[name] = Leaf(kpi=name)
                continue
            for part in self._nodes[name].parts:
                if part in path:
                    raise BadInput(
                        f"The node {part!r} is below itself: {' > '.join((*path, part))}.",
                        where=self._where,
                        hint="Take it out of its own parts.",
                    )
                places.append((part, (*path, part)))

    def _kpi(self, name: str, where: str) -> None:
        if name in self._failures and name not in self._kpis:
            reason = self._failures[name].splitlines()[0]
            raise BadInput(
                f"The KPI {name} cannot be used. {reason}", where=where, hint=f"Mend kpis/{name}.toml."
            )
        if name not in self._kpis:
            known = [*self._nodes, *self._kpis]
            raise UnknownName(f"There is no node or KPI {name!r}.", where=where, hint=nearest(name, known))

    def _only(self, content: dict[str, Any], keys: tuple[str, ...], where: str) -> None:
        for key in content:
            if key not in keys:
                raise BadInput(f"There is no key {key!r} here.", where=where, hint=nearest(key, keys))

    def _text(self, value: object, where: str) -> str:
        if not isinstance(value, str) or not value:
            raise BadInput(f"{value!r} stands where a name is expected.", where=where, hint=_HINT)
        return value
