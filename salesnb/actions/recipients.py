"""Who gets which review: what the settings say, else what the data says."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from salesnb.addresses import one_line, same_address
from salesnb.counting import counted
from salesnb.delivery_settings import Deliveries
from salesnb.workbooks.paths import slug

__all__ = ["Delivery", "Reviewed", "Undelivered", "deliveries_of", "unknown_names"]

_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A review that can be handed out: of a unit, or of the company, which is its index and plan.

    Attributes
    ----------
    id, name
        Of the unit.
    about
        Such as ``KPI review Q3 2026``.
    finding
        The review's own, one sentence.
    files
        Names in the run's folder with the SHA-256 of each.
    pages
        Those of them that a mail carries.
    failed
        Why there is nothing to hand out; empty when all went well.
    made
        SHA-256 of what it was made from.
    whole
        Whether it is the company's.
    manager, address, why
        Who it is for by the data, and why there is no address; see `salesnb.actions.contacts.Contact`.
    """

    id: str
    name: str
    about: str
    finding: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    pages: tuple[str, ...] = ()
    failed: str = ""
    made: str = ""
    whole: bool = False
    manager: str = ""
    address: str = ""
    why: str = ""

    @cached_property
    def content(self) -> str:
        """SHA-256 of all its files: the same for the very same content only."""
        digest = hashlib.sha256()
        for name, known in sorted(self.files.items()):
            digest.update(f"{name}\0{known}\n".encode())
        return digest.hexdigest()


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What one recipient gets; the company's pages are a delivery of their own, also to who leads a team."""

    address: str
    reviews: tuple[Reviewed, ...]

    @property
    def whole(self) -> bool:
        """Whether it holds the company's pages."""
        return any(review.whole for review in self.reviews)

    @property
    def folder(self) -> str:
        """Name of the recipient's folder: safe, and no other's."""
        return slug(self.address, f"{'company ' if self.whole else ''}{same_address(self.address)}")

    @property
    def files(self) -> dict[str, str]:
        """All files by name, with the SHA-256 of each."""
        return {name: known for review in self.reviews for name, known in review.files.items()}

    @property
    def subject(self) -> str:
        """One line for all reviews."""
        names = [review.name for review in self.reviews]
        if len(names) == 1:
            return one_line(f"{names[0]}: {self.reviews[0].about}")
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return one_line(f"{self.reviews[0].about}: {', '.join(names[:_NAMED])}{more}")

    @property
    def findings(self) -> tuple[str, ...]:
        """A sentence a review."""
        return tuple(one_line(review.finding, 1000) for review in self.reviews if review.finding)

    @property
    def finding(self) -> str:
        """One sentence: of the only review, or how many there are."""
        if len(self.reviews) == 1:
            return " ".join(self.findings)
        return f"{counted(len(self.reviews), 'review', 'reviews')}; the first: {' '.join(self.findings[:1])}"


@dataclass(frozen=True, kw_only=True)
class Undelivered:
    """A review that nobody gets, and why."""

    id: str
    name: str
    why: str


def deliveries_of(
    reviews: Sequence[Reviewed], settings: Deliveries
) -> tuple[tuple[Delivery, ...], tuple[Undelivered, ...]]:
    """Group reviews by recipient; those that failed or have none are told apart, with the reason."""
    grouped: dict[tuple[bool, str], tuple[str, list[Reviewed]]] = {}
    missing = []
    shared = _shared_names(reviews)
    for review in reviews:
        addresses, why = _recipients(review, settings, shared)
        if why:
            missing.append(Undelivered(id=review.id, name=review.name, why=why))
        for address in addresses:
            _, group = grouped.setdefault((review.whole, same_address(address)), (address, []))
            group.append(review)
    found = (Delivery(address=address, reviews=tuple(group)) for address, group in grouped.values())
    return tuple(found), tuple(missing)


def unknown_names(reviews: Iterable[Reviewed], settings: Deliveries) -> tuple[str, ...]:
    """Give the names in ``[deliveries.to]`` that nothing in the run has."""
    known = {name for review in reviews for name in (review.id, review.name, review.manager)}
    return tuple(name for name in settings.to if name not in known)


def _shared_names(reviews: Iterable[Reviewed]) -> frozenset[str]:
    seen: set[str] = set()
    shared: set[str] = set()
    for review in reviews:
        (shared if review.name in seen else seen).add(review.name)
    return frozenset(shared)


def _recipients(
    review: Reviewed, settings: Deliveries, shared: frozenset[str]
) -> tuple[tuple[str, ...], str]:
    """Give the addresses, or the reason why there are none."""
    if review.failed:
        return (), review.failed
    if review.whole:
        nobody = "" if settings.company else "[deliveries] company names nobody."
        return settings.company, nobody
    said = next((settings.to[name] for name in _names(review, shared) if name in settings.to), None)
    if said is not None:
        return said, "" if said else "[deliveries.to] says that nobody gets it."
    if review.address:
        return (review.address,), ""
    if review.name in shared and review.name in settings.to:
        return (), f"Several are called {review.name}; write {review.id!r} in [deliveries.to]."
    return (), f"{review.why} Name somebody in [deliveries.to]."


def _names(review: Reviewed, shared: frozenset[str]) -> Iterator[str]:
    """What the settings may call it; a name that several have tells none of them."""
    yield review.id
    if review.name not in shared:
        yield review.name
    if review.manager:
        yield review.manager
