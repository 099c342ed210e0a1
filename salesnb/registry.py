"""One way to add things: KPIs, templates, sources, profiles, constraints, charts and checks."""

from collections.abc import Callable, Collection, Iterator
from importlib.metadata import entry_points
from typing import Generic, TypeVar

from salesnb.errors import BadInput, SalesnbError, UnknownName, nearest

__all__ = ["Registry"]

T = TypeVar("T")


class Registry(Generic[T]):
    """Named things of one kind.

    Parameters
    ----------
    kind
        What is kept, in the singular, for messages: ``"KPI"``.
    group
        Entry-point group from which installed packages add theirs; None when only salesnb does.

    Examples
    --------
    >>> colours = Registry[str]("colour")
    >>> colours.add("red", "#f00", origin="example")
    >>> colours.get("red")
    '#f00'
    >>> colours.add("red", "#e00", origin="other")
    Traceback (most recent call last):
    ...
    salesnb.errors.BadInput: The colour 'red' is defined twice: by example and by other. Rename one of them.
    """

    def __init__(self, kind: str, group: str | None = None) -> None:
        self.kind = kind
        self.group = group
        self.failures: dict[str, str] = {}
        self._items: dict[str, tuple[T, str]] = {}
        self._errors: dict[str, SalesnbError] = {}
        self._loaded = group is None

    def add(self, name: str, item: T, *, origin: str) -> None:
        """Add one item; ``origin`` says who defines it.

        Raises
        ------
        BadInput
            When the name is taken: both origins are named, and the first stays.
        """
        if name in self._items:
            raise BadInput(
                f"The {self.kind} {name!r} is defined twice: by {self._items[name][1]} and by {origin}.",
                hint="Rename one of them.",
            )
        self._items[name] = (item, origin)

    def register(self, name: str | None = None) -> Callable[[T], T]:
        """Decorate a function or class: it is added under its own name, or ``name``, and returned unchanged."""

        def keep(item: T) -> T:
            own = str(getattr(item, "__name__", ""))
            self.add(name or own, item, origin=str(getattr(item, "__module__", "unknown")))
            return item

        return keep

    def get(self, name: str) -> T:
        """Return the item of that name.

        Raises
        ------
        UnknownName
            When there is none; the nearest names are given.
        SalesnbError
            When it was set aside: what was wrong with it.
        """
        self.load_plugins()
        try:
            return self._items[name][0]
        except KeyError:
            if name in self._errors:
                raise self._errors[name] from None
            raise UnknownName(f"There is no {self.kind} {name!r}.", hint=nearest(name, self._items)) from None

    def set_aside(self, name: str, error: SalesnbError) -> None:
        """Remember what is wrong with an item that could not be added: asking for it raises that."""
        self._errors[name] = error
        self.failures[name] = str(error)

    def names(self) -> tuple[str, ...]:
        """All names, in the order in which they were added."""
        self.load_plugins()
        return tuple(self._items)

    def items(self) -> tuple[tuple[str, T], ...]:
        """All names with their items, in the order in which they were added."""
        self.load_plugins()
        return tuple((name, item) for name, (item, _) in self._items.items())

    def origin(self, name: str) -> str:
        """Who defines that item."""
        self.get(name)
        return self._items[name][1]

    def copy(self, *, without: Collection[str] = ()) -> "Registry[T]":
        """Give a registry of its own with the same items but some, so that a workspace can add to it."""
        self.load_plugins()
        other = Registry[T](self.kind)
        other._items = {name: item for name, item in self._items.items() if name not in without}
        other._errors = {name: error for name, error in self._errors.items() if name not in without}
        other.failures = {name: told for name, told in self.failures.items() if name not in without}
        return other

    def load_plugins(self) -> None:
        """Add what installed packages bring; one that fails is named in ``failures`` and skipped."""
        if self._loaded or self.group is None:
            return
        self._loaded = True
        for point in entry_points(group=self.group):
            origin = point.dist.name if point.dist else point.value
            try:
                self.add(point.name, point.load(), origin=origin)
            except Exception as error:  # noqa: BLE001 -- plugin loading: a stranger's package must not take ours down
                self.failures[point.name] = f"{origin}: {error}"

    def __contains__(self, name: object) -> bool:
        """Tell whether there is an item of that name."""
        self.load_plugins()
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self.names())

    def __len__(self) -> int:
        """Count the items."""
        return len(self.names())
