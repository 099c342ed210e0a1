"""The organisation as a tree: one top, nodes below it, reps as leaves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from salesnb.errors import BadInput, UnknownName, nearest

__all__ = ["OrgNode", "OrgTree"]


@dataclass(frozen=True, kw_only=True)
class OrgNode:
    """A place in the organisation.

    Attributes
    ----------
    id
        ``company``, a path such as ``West/Celia Rouche``, or ``rep:<rep_id>``.
    name
        What people call it.
    parent
        Id of the node above; None at the top.
    level
        ``company``, a level of the workspace such as ``region``, or ``rep``.
    manager
        Who leads it, where known.
    """

    id: str
    name: str
    parent: str | None
    level: str
    manager: str | None = None


@dataclass(frozen=True)
class OrgTree:
    """Nodes that form one tree; the order in which they are given does not matter.

    Raises
    ------
    BadInput
        When an id appears twice, a parent is missing, nodes form a loop, or there is not exactly one top.

    Examples
    --------
    >>> tree = OrgTree((
    ...     OrgNode(id="company", name="Company", parent=None, level="company"),
    ...     OrgNode(id="West", name="West", parent="company", level="region"),
    ...     OrgNode(id="rep:1", name="Ann", parent="West", level="rep"),
    ... ))
    >>> [node.name for node in tree.walk()]
    ['Company', 'West', 'Ann']
    """

    nodes: tuple[OrgNode, ...]

    def __post_init__(self) -> None:
        """Refuse what is not a tree."""
        self._refuse_duplicates()
        self._refuse_orphans()
        tops = sorted(node.id for node in self.nodes if node.parent is None)
        if len(tops) > 1:
            raise BadInput(
                f"The organisation has {len(tops)} tops: {', '.join(tops[:5])}.",
                hint="Put them under one node 'company'.",
            )
        self._refuse_loops()
        if not tops:
            raise BadInput("The organisation has no nodes.", hint="Give at least the node 'company'.")

    @cached_property
    def root(self) -> OrgNode:
        """The top."""
        return next(node for node in self.nodes if node.parent is None)

    @cached_property
    def by_id(self) -> Mapping[str, OrgNode]:
        """Every node under its id."""
        return {node.id: node for node in self.nodes}

    @cached_property
    def _children(self) -> Mapping[str, tuple[OrgNode, ...]]:
        found: dict[str, list[OrgNode]] = {node.id: [] for node in self.nodes}
        for node in sorted(self.nodes, key=lambda node: node.id):
            if node.parent is not None:
                found[node.parent].append(node)
        return {parent: tuple(children) for parent, children in found.items()}

    def node(self, node_id: str) -> OrgNode:
        """Find a node.

        Raises
        ------
        UnknownName
            When there is none of that id.
        """
        try:
            return self.by_id[node_id]
        except KeyError:
            raise UnknownName(
                f"The organisation has no node {node_id!r}.", hint=nearest(node_id, self.by_id)
            ) from None

    def children(self, node_id: str) -> tuple[OrgNode, ...]:
        """List the nodes right below one, by id."""
        found = self._children.get(node_id)
        return self._children[self.node(node_id).id] if found is None else found

    def walk(self, top: str | None = None) -> Iterator[OrgNode]:
        """Go through a node (the top unless named) and all below it, parents first, siblings by id."""
        return iter(self._whole) if top is None else self._below(self.node(top))

    @cached_property
    def _whole(self) -> tuple[OrgNode, ...]:
        return tuple(self._below(self.root))

    def _below(self, top: OrgNode) -> Iterator[OrgNode]:
        waiting = [top]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(self._children[node.id]))

    def leaves(self, top: str | None = None) -> tuple[OrgNode, ...]:
        """List the nodes with nothing below them, in the order of ``walk``."""
        return tuple(node for node in self.walk(top) if not self._children[node.id])

    def subtree(self, top: str) -> "OrgTree":
        """Cut out a node and all below it; the node becomes the top."""
        below = tuple(self.walk(top))
        return OrgTree((replace(below[0], parent=None), *below[1:]))

    def path(self, node_id: str) -> tuple[OrgNode, ...]:
        """List the nodes from the top down to one."""
        found = [self.node(node_id)]
        while found[-1].parent is not None:
            found.append(self.by_id[found[-1].parent])
        return tuple(reversed(found))

    def _refuse_duplicates(self) -> None:
        seen: set[str] = set()
        for node in self.nodes:
            if node.id in seen:
                raise BadInput(
                    f"The node {node.id!r} is there twice in the organisation.",
                    hint="A node or rep has one place; give each its own id.",
                )
            seen.add(node.id)

    def _refuse_orphans(self) -> None:
        for node in self.nodes:
            if node.parent is not None and node.parent not in self.by_id:
                raise BadInput(
                    f"The node {node.id!r} is under {node.parent!r}, which is not in the organisation.",
                    hint=nearest(node.parent, self.by_id),
                )

    def _refuse_loops(self) -> None:
        """Follow every node to the top once; coming back to a node of the same climb is a loop."""
        safe: set[str] = set()
        for node in self.nodes:
            climb: dict[str, None] = {}
            step: str | None = node.id
            while step is not None and step not in safe:
                if step in climb:
                    ring = [*list(climb)[list(climb).index(step) :], step]
                    raise BadInput(
                        f"The organisation has a loop: {' is under '.join(ring)}.",
                        hint="Give one of them a parent outside the loop.",
                    )
                climb[step] = None
                step = self.by_id[step].parent
            safe.update(climb)
