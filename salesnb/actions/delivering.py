"""Deliveries: each review to whom it is for, once, and what was not delivered with the reason."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.actions import mailing as _mailing  # noqa: F401 -- registers its way
from salesnb.actions.carriers import WAYS, Carry, MayHaveArrived, Options, OutOfReach, Parcel, Way
from salesnb.actions.handing_out import DELIVERIES, Book, kept_book
from salesnb.actions.recipients import Delivery, Reviewed, Undelivered, unknown_names
from salesnb.actions.sent_journal import SentJournal, State
from salesnb.addresses import one_line
from salesnb.counting import counted
from salesnb.errors import BadInput, MissingFile, SalesnbError, UnknownName, nearest
from salesnb.secrets import read_secrets
from salesnb.workbooks.folder import locked
from salesnb.workspace import SETTINGS_FILE

if TYPE_CHECKING:
    from salesnb.workspace import Workspace

__all__ = ["DeliveryLine", "DeliveryOutcome", "DeliveryRequest", "deliver"]

_MAYBE = "may have been sent"
_STATUSES = ("to send", "sent", "sent before", _MAYBE, "not sent")
_ASK = "Ask whether it arrived; if not: --only {to} --again --send."
_SET_UP = "To deliver, write [deliveries.smtp] or [deliveries.folder] into salesnb.toml."
_LISTED = 5


@dataclass(frozen=True, kw_only=True)
class DeliveryRequest:
    """What is asked for.

    Attributes
    ----------
    run
        A run's folder, or the name of a plan, whose latest run is meant; by default that of the only plan.
    way
        Such as ``smtp``; by default the only one that the settings have.
    only
        Names or ids of units, of who leads them, or addresses; empty means all.
    again
        Whether to deliver also what was delivered, or may have been.
    send
        Whether to deliver at all; else it is only told what would be.
    """

    run: str = ""
    way: str = ""
    only: tuple[str, ...] = ()
    again: bool = False
    send: bool = False


@dataclass(frozen=True, kw_only=True)
class DeliveryLine:
    """One recipient's line.

    Attributes
    ----------
    files
        What would be carried: of what was sent before, what was.
    status
        ``to send``, ``sent``, ``sent before``, ``may have been sent`` or ``not sent``.
    why
        Why it is not sent, or is sent again; may be empty.
    """

    recipient: str
    files: tuple[str, ...]
    subject: str
    status: str
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class DeliveryOutcome:
    """What came of it.

    Attributes
    ----------
    lines
        In the order of the run.
    undelivered
        Reviews that nobody gets, with the reason.
    failed
        Whether something that was to be delivered was not, or nobody can tell.
    summary
        One line for the person at the terminal.
    notices
        What looks like a mistake in the settings, a sentence each.
    """

    folder: Path
    lines: tuple[DeliveryLine, ...]
    undelivered: tuple[Undelivered, ...]
    failed: bool
    summary: str
    notices: tuple[str, ...] = ()


def deliver(
    workspace: "Workspace", request: DeliveryRequest, *, progress: Callable[[str], None] | None = None
) -> DeliveryOutcome:
    """Deliver what was not delivered yet, or tell what would be; who gets what is asked of today's settings.

    Raises
    ------
    UnknownName
        When the plan, the way or a name in ``only`` is not known.
    MissingFile
        When the plan has no run, or the run does not say who gets it.
    BadInput
        When the way is not set up, or its options do not fit.
    BadUsage
        When a run is writing into the folder, or another delivery of it is under way.
    """
    folder = run_folder(workspace, request.run)
    with locked(folder):
        book = kept_book(folder, workspace.settings.deliveries)
        chosen = _chosen(workspace, request)
        wanted = _wanted(book, request.only)
        journal = SentJournal(folder)
        plans = [plan for one in wanted for plan in _planned(one, journal, chosen, again=request.again)]
        if not request.send or chosen is None:
            return _outcome(workspace, request, book, [plan.line for plan in plans])
        sender = _Sender(workspace=workspace, folder=folder, journal=journal, chosen=chosen)
        try:
            lines = sender.lines(plans, progress or (lambda _text: None))
        finally:
            # The statuses have moved on, also where this was cut short.
            kept_book(folder, workspace.settings.deliveries)
        return _outcome(workspace, request, book, lines)


@dataclass(frozen=True, kw_only=True)
class _Chosen:
    """A way with its options."""

    name: str
    way: Way
    options: Options


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What is to be done for a recipient; of several reviews some may be due and others not."""

    delivery: Delivery
    line: DeliveryLine

    @property
    def due(self) -> bool:
        return self.line.status == "to send"


@dataclass(frozen=True, kw_only=True)
class _Sender:
    """Carries parcels one after the other; what each came to stands in the journal before the next begins."""

    workspace: "Workspace"
    folder: Path
    journal: SentJournal
    chosen: _Chosen

    def lines(self, plans: Sequence[_Plan], tell: Callable[[str], None]) -> list[DeliveryLine]:
        """Deliver what is due; give a line for each plan."""
        due = sum(plan.due for plan in plans)
        if not due:
            return [plan.line for plan in plans]
        found: list[DeliveryLine] = []
        ended, done = "", 0
        hide = read_secrets(self.workspace.root / SETTINGS_FILE).hide
        with self.chosen.way.open(self.chosen.options) as carry:
            for plan in plans:
                line = plan.line
                if plan.due and ended:
                    line = replace(line, status="not sent", why=ended)
                elif plan.due:
                    tell(f"Deliveries: {done} of {due} done")
                    done += 1
                    status, why, over = self._carried(plan.delivery, carry)
                    why = one_line(hide(why), 500)
                    line = replace(line, status=status, why=why or line.why)
                    ended = why if over else ""
                found.append(line)
        return found

    def _carried(self, delivery: Delivery, carry: Carry) -> tuple[str, str, bool]:
        """Deliver one parcel; give its status, why, and whether the others need not be tried."""
        name, note = self.chosen.name, self.journal.note
        parcel = _parcel(delivery, self.folder)
        note("sending", name, delivery.address, delivery.reviews)
        try:
            carry(parcel)
        except MayHaveArrived as error:
            return _MAYBE, f"{error} {_ASK.format(to=delivery.address)}", False
        except (SalesnbError, OSError) as error:
            note("failed", name, delivery.address, delivery.reviews)
            return "not sent", str(error), isinstance(error, OutOfReach)
        note("sent", name, delivery.address, delivery.reviews)
        return "sent", "", False


def run_folder(workspace: "Workspace", run: str) -> Path:
    """Find a run by its folder, or the latest one of a plan.

    Raises
    ------
    UnknownName
        When the plan has no reviews, or no plan is named and there are several.
    MissingFile
        When the latest run is gone.
    """
    given = Path(run)
    if run and (given / DELIVERIES).is_file():
        return given.resolve()
    reviews = workspace.reviews_dir
    plans = sorted(path.parent.name for path in reviews.glob("*/latest"))
    if not run and len(plans) != 1:
        hint = f"Name one: {', '.join(plans)}." if plans else "Run salesnb review first."
        raise UnknownName(f"There are {'several' if plans else 'no'} plans with reviews.", hint=hint)
    plan = run or plans[0]
    if plan not in plans:
        raise UnknownName(f"There is no run and no plan with reviews {plan!r}.", hint=nearest(plan, plans))
    latest = reviews / plan / "latest"
    # Where links are not to be had, its name stands in a file.
    found = (
        latest.resolve() if latest.is_dir() else latest.parent / latest.read_text(encoding="utf-8").strip()
    )
    if not found.is_dir():
        raise MissingFile("The latest run is gone.", where=str(found), hint="Run salesnb review again.")
    return found


def _chosen(workspace: "Workspace", request: DeliveryRequest) -> _Chosen | None:
    """Choose the way and check its options; None where none is set up and nothing is to be sent."""
    given = workspace.settings.deliveries.ways
    for name in given:
        WAYS.get(name)
    if not request.way and len(given) > 1:
        raise BadInput("Several ways of delivery are set up.", hint=f"Choose one: --to {' or '.join(given)}.")
    name = request.way or next(iter(given), "")
    if not name:
        if request.send:
            raise BadInput("No way of delivery is set up.", where=SETTINGS_FILE, hint=_SET_UP)
        return None
    way, where = WAYS.get(name), f"{SETTINGS_FILE}, [deliveries.{name}]"
    options = Options(values=given.get(name, {}), where=where, root=workspace.root)
    way.check(options)
    return _Chosen(name=name, way=way, options=options)


def _wanted(book: Book, only: Sequence[str]) -> list[Delivery]:
    """Pick what is asked for; of a recipient of several reviews those alone."""
    if not only:
        return list(book.deliveries)
    known = {name for one in book.deliveries for review in one.reviews for name in _names(one, review)}
    # Who is known and gets nothing is told with the reason.
    known |= {name for one in book.undelivered for name in (one.id, one.name)}
    for name in only:
        if name not in known:
            raise UnknownName(f"Nothing is delivered to or about {name!r}.", hint=nearest(name, known))
    picked = (
        replace(one, reviews=tuple(r for r in one.reviews if _names(one, r) & set(only)))
        for one in book.deliveries
    )
    return [one for one in picked if one.reviews]


def _names(delivery: Delivery, review: Reviewed) -> set[str]:
    return {delivery.address, review.id, review.name} | ({review.manager} if review.manager else set())


def _planned(
    delivery: Delivery, journal: SentJournal, chosen: _Chosen | None, *, again: bool
) -> Iterator[_Plan]:
    """Say what is to be done for one recipient: what is due, what may have arrived, else that all was sent."""
    states = {review.id: _state(delivery, review, journal, chosen) for review in delivery.reviews}
    due = {"new", "changed"} | ({"sent", "uncertain"} if again else set())
    if chosen and chosen.way.repeatable:
        due.add("uncertain")
    groups = {
        "to send": due,
        _MAYBE: {"uncertain"} - due,
        "sent before": {"sent"} - due,
    }
    for status, among in groups.items():
        some = tuple(review for review in delivery.reviews if states[review.id] in among)
        if some:
            part = replace(delivery, reviews=some)
            changed = any(states[review.id] == "changed" for review in some)
            why = _ASK.format(to=delivery.address) if status == _MAYBE else ""
            why = "Changed since it was sent." if changed else why
            yield _Plan(delivery=part, line=_line(part, status, why))


def _state(delivery: Delivery, review: Reviewed, journal: SentJournal, chosen: _Chosen | None) -> State:
    return journal.state(chosen.name, delivery.address, review) if chosen else "new"


def _line(delivery: Delivery, status: str, why: str) -> DeliveryLine:
    pages = tuple(name for review in delivery.reviews for name in review.pages)
    return DeliveryLine(
        recipient=delivery.address, files=pages, subject=delivery.subject, status=status, why=why
    )


def _parcel(delivery: Delivery, folder: Path) -> Parcel:
    files = delivery.files
    pages = tuple(name for review in delivery.reviews for name in review.pages)
    digest = hashlib.sha256(f"{delivery.address}\n".encode())
    for review in delivery.reviews:
        digest.update(f"{review.id}\0{review.content}\n".encode(errors="replace"))
    return Parcel(
        recipient=delivery.address,
        folder=delivery.folder,
        run=(folder.parent.name, folder.name),
        subject=delivery.subject,
        text="\n\n".join((*delivery.findings, f"To read more, open what is attached: {', '.join(pages)}.\n")),
        files=tuple(files),
        pages=pages,
        key=digest.hexdigest(),
        source=folder,
        hashes=files,
    )


def _outcome(
    workspace: "Workspace", request: DeliveryRequest, book: Book, lines: Sequence[DeliveryLine]
) -> DeliveryOutcome:
    settings = workspace.settings.deliveries
    parts = [f"{count} {status}" for status in _STATUSES if (count := _count(lines, status))]
    parts += [f"{counted(len(book.undelivered), 'review', 'reviews')} for nobody"] if book.undelivered else []
    unknown = unknown_names(book.reviews, settings)
    notices = (
        [f"{SETTINGS_FILE}, [deliveries.to]: nothing in this run is called {_list(unknown)}."]
        if unknown
        else []
    )
    notices += [] if settings.ways or request.way else [_SET_UP]
    closing = "" if request.send else " This was a look; --send delivers."
    return DeliveryOutcome(
        folder=book.folder,
        lines=tuple(lines),
        undelivered=book.undelivered,
        failed=any(line.status in {"not sent", _MAYBE} for line in lines),
        summary=f"{', '.join(parts) or 'Nothing to deliver'}.{closing}",
        notices=tuple(notices),
    )


def _count(lines: Sequence[DeliveryLine], status: str) -> int:
    return sum(line.status == status for line in lines)


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return f"{', '.join(map(repr, names[:_LISTED]))}{more}"
