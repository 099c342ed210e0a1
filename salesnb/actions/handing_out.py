"""``deliveries.json`` of a run and the folders of its recipients: who gets what, and whether it was sent."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from salesnb.actions.recipient_folders import FOLDERS, mirror
from salesnb.actions.recipients import Delivery, Reviewed, Undelivered, deliveries_of
from salesnb.actions.sent_journal import SentJournal, State
from salesnb.errors import Damaged, MissingFile
from salesnb.files import sha256_of
from salesnb.workbooks.extract import read_review
from salesnb.workbooks.findings import first_sentence
from salesnb.workbooks.findings_reading import Reading
from salesnb.workbooks.folder import write_changed
from salesnb.workbooks.paths import extract_name, page_name

if TYPE_CHECKING:
    from salesnb.actions.contacts import Contacts
    from salesnb.delivery_settings import Deliveries
    from salesnb.workbooks.jobs import Result, RunReport

__all__ = ["DELIVERIES", "FORMAT", "Book", "CompanyPages", "hand_out", "kept_book", "reviewed"]

FORMAT = "salesnb-deliveries/1"
DELIVERIES = "deliveries.json"
_AGAIN = "Run salesnb review again."
# The most telling state of several reviews.
_WORDS: Mapping[State, str] = {
    "uncertain": "may have been sent",
    "changed": "changed since it was sent",
    "new": "not sent",
    "sent": "sent",
}


@dataclass(frozen=True, kw_only=True)
class CompanyPages:
    """What only the company itself may read: the index and the plan's page.

    Attributes
    ----------
    name
        Of the company.
    about, finding
        Of the index.
    plan
        Id of the plan's own row in the run.
    """

    name: str
    about: str
    finding: str
    plan: str
    index: str = "index.html"


@dataclass(frozen=True, kw_only=True)
class Book:
    """Who gets what of a run.

    Attributes
    ----------
    changed
        Whether anything was written.
    """

    folder: Path
    reviews: tuple[Reviewed, ...]
    deliveries: tuple[Delivery, ...]
    undelivered: tuple[Undelivered, ...]
    changed: bool = False


def reviewed(
    report: "RunReport", company: CompanyPages, contacts: "Contacts", about: str
) -> tuple[Reviewed, ...]:
    """Describe all reviews of a run, the company's first.

    What a review says is read from the extract that it was made from; one whose files are the same is not read again.
    """
    earlier = {one.id: one for one in _earlier(report.folder)}
    teams = [result for result in report.results if result.id != company.plan]
    found = [_of_unit(result, earlier.get(result.id), report.folder, contacts, about) for result in teams]
    return (_of_company(report, company, found), *found)


def hand_out(
    folder: Path,
    about: Mapping[str, Any],
    reviews: Sequence[Reviewed],
    settings: "Deliveries",
    broken: Mapping[str, str] = MappingProxyType({}),
) -> Book:
    """Write ``deliveries.json`` and a folder for each recipient; where both say so already, nothing is written.

    Parameters
    ----------
    about
        Plan and as-of date.
    broken
        By id of a review: what is wrong with its files now. Nobody gets it until that is mended.

    Raises
    ------
    CannotWrite
        When the disk does not take it.
    """
    whole = tuple(replace(one, failed=broken[one.id]) if one.id in broken else one for one in reviews)
    deliveries, undelivered = deliveries_of(whole, settings)
    # The folders first: who may no longer read something must not find it, whenever this is cut short.
    changed = mirror(folder, {one.folder: one.files for one in deliveries})
    journal = SentJournal(folder)
    content = {
        "format": FORMAT,
        **about,
        "deliveries": [_told(one, journal) for one in deliveries],
        "not_delivered": [asdict(one) for one in undelivered],
        "reviews": [asdict(one) for one in reviews],
    }
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    changed |= write_changed(folder / DELIVERIES, text.encode("utf-8", "replace"))
    return Book(
        folder=folder,
        reviews=tuple(reviews),
        deliveries=deliveries,
        undelivered=undelivered,
        changed=changed,
    )


def kept_book(folder: Path, settings: "Deliveries") -> Book:
    """Read what a run wrote, with the recipients of today's settings; files that are not as written go to nobody.

    Raises
    ------
    MissingFile, Damaged
        When the run has no ``deliveries.json``, or it is not one.
    CannotWrite
        When the disk does not take what has changed.
    """
    content = _read(folder)
    about: dict[str, Any] = {name: content.get(name) for name in ("plan", "as_of")}
    reviews = _reviews(content)
    broken = {one.id: wrong for one in reviews if (wrong := _wrong(folder, one))}
    return hand_out(folder, about, reviews, settings, broken)


def _of_unit(
    result: "Result", earlier: Reviewed | None, folder: Path, contacts: "Contacts", about: str
) -> Reviewed:
    files = {name: known for name, known in result.files.items() if "/" not in name}
    failed = f"The review failed: {result.reason}" if result.status == "failed" else ""
    manager = ""
    if not failed:
        same = earlier if earlier and earlier.made == result.key else None
        finding, manager = (same.finding, same.manager) if same else _read_finding(folder, result)
    contact = contacts.of(result.id, result.name, manager)
    return Reviewed(
        id=result.id,
        name=result.name,
        about=about,
        finding="" if failed else finding,
        files={} if failed else files,
        pages=() if failed else (page_name(result.slug),),
        failed=failed,
        made="" if failed else result.key,
        manager=contact.person,
        address=contact.address,
        why=contact.why,
    )


def _read_finding(folder: Path, result: "Result") -> tuple[str, str]:
    """Give a review's first sentence, and the manager of its node."""
    extract = read_review(folder / extract_name(result.slug))
    return first_sentence(Reading(extract)), extract.node.manager


def _of_company(report: "RunReport", company: CompanyPages, teams: Iterable[Reviewed]) -> Reviewed:
    """The index and the plan, with the pages that the index leads to."""
    plan = next((one for one in report.results if one.id == company.plan and one.status != "failed"), None)
    own = {company.index: sha256_of(report.folder / company.index)}
    own |= {name: known for name, known in plan.files.items() if "/" not in name} if plan else {}
    led = {name: team.files[name] for team in teams for name in team.pages}
    return Reviewed(
        id="company",
        name=company.name,
        about=company.about,
        finding=company.finding,
        files=own | led,
        pages=tuple(name for name in own if name.endswith(".html")),
        whole=True,
    )


def _told(delivery: Delivery, journal: SentJournal) -> dict[str, Any]:
    """Describe one delivery for ``deliveries.json``."""
    states = {review.id: journal.states(delivery.address, review) for review in delivery.reviews}
    best = [_best(by_way.values()) for by_way in states.values()]
    return {
        "recipient": delivery.address,
        "folder": f"{FOLDERS}/{delivery.folder}",
        "files": list(delivery.files),
        "subject": delivery.subject,
        "finding": delivery.finding,
        "status": _WORDS[next(state for state in _WORDS if state in best)],
        "reviews": [
            {"id": review.id, "content": review.content, "by_way": states[review.id]}
            for review in delivery.reviews
        ],
    }


def _best(states: Iterable[State]) -> State:
    """Of several ways the one that came furthest counts."""
    found = list(states)
    order: tuple[State, ...] = ("sent", "uncertain", "changed")
    return next((state for state in order if state in found), "new")


def _wrong(folder: Path, review: Reviewed) -> str:
    """Tell what is wrong with a review's files; empty when they are as the run wrote them."""
    for name, known in review.files.items():
        path = folder / name
        if not path.is_file():
            return f"{name} is gone. {_AGAIN}"
        if sha256_of(path) != known:
            return f"{name} is not as the run wrote it. {_AGAIN}"
    return ""


def _earlier(folder: Path) -> tuple[Reviewed, ...]:
    try:
        return _reviews(_read(folder))
    except (MissingFile, Damaged):
        return ()


def _read(folder: Path) -> dict[str, Any]:
    path = folder / DELIVERIES
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingFile("The run does not say who gets it.", where=str(path), hint=_AGAIN) from None
    except (OSError, ValueError):
        content = None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise Damaged("This is not a list of deliveries.", where=str(path), hint=_AGAIN)
    return content


def _reviews(content: Mapping[str, Any]) -> tuple[Reviewed, ...]:
    try:
        return tuple(Reviewed(**{**row, "pages": tuple(row["pages"])}) for row in content["reviews"])
    except (KeyError, TypeError):
        raise Damaged("The list of deliveries is not whole.", where=DELIVERIES, hint=_AGAIN) from None
