"""Whether a row of a report is won, lost or open."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from salesnb.crm.guessing.names import LOST, WON, folded

__all__ = ["Switches", "status_of_stages", "switches"]

_YES, _NO = frozenset({"true", "1", "yes", "ja", "x"}), frozenset({"false", "0", "no", "nein", ""})
_WON_NAMES = ("iswon", "won", "isclosedwon", "hsisclosedwon", "closedwon")
_CLOSED_NAMES = ("isclosed", "closed", "isdealclosed", "hsisclosed")
_SHOWN = 12


@dataclass(frozen=True, kw_only=True)
class Switches:
    """The columns that say yes or no to won and to closed; one alone says half of it."""

    won: str = ""
    closed: str = ""

    def status(self, texts: Mapping[str, str]) -> str | None:
        """Give the status that a row's cells say; None where they do not."""
        won, closed = (
            _yes(texts.get(self.won)) if self.won else None,
            _yes(texts.get(self.closed)) if self.closed else None,
        )
        if won:
            return "won"
        if closed is False:
            return "open"
        return "lost" if closed and won is False else None


def switches(headers: Iterable[str], values: Mapping[str, Sequence[str]]) -> Switches:
    """Find those columns: they are called so, and hold nothing but yes and no."""
    names = list(headers)

    def one(words: tuple[str, ...]) -> str:
        fits = (
            name
            for word in words
            for name in names
            if folded(name) == word and {text.casefold() for text in values.get(name, ())} <= {*_YES, *_NO}
        )
        return next(fits, "")

    return Switches(won=one(_WON_NAMES), closed=one(_CLOSED_NAMES))


def _yes(text: str | None) -> bool | None:
    plain = (text or "").strip().casefold()
    return True if plain in _YES else False if plain in _NO else None


def status_of_stages(
    stages: Iterable[str], known: Mapping[str, str]
) -> tuple[dict[str, str | None], tuple[str, ...]]:
    """Tell the status of each stage: that which it has here, else what its name says.

    Beside stages that say won or lost, one that says nothing is open; alone it says nothing.

    Returns
    -------
    dict, tuple of str
        Stage -> status, and what to say about it.
    """
    counts = Counter(stages)
    found = {stage: known.get(stage.casefold()) or _read(stage) for stage in counts if stage}
    if any(found.values()):
        found = {stage: status or "open" for stage, status in found.items()}
    by_status: dict[str, list[str]] = {}
    for stage, status in sorted(found.items()):
        by_status.setdefault(status or "", []).append(stage)
    told = "; ".join(f"{_listed(names)} = {status}" for status, names in sorted(by_status.items()) if status)
    return found, ((f"By stage: {told}.",) if told else ())


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _read(stage: str) -> str | None:
    plain = stage.casefold()
    return "won" if WON.fullmatch(plain) else "lost" if LOST.fullmatch(plain) else None
