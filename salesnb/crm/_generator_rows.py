"""Rows of opportunities as a CRM exports them, a chunk at a time."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from salesnb.crm._generator_company import Company
from salesnb.crm._generator_fates import LOST, STALLED, WON, Choice, FateMaker, Fates
from salesnb.crm._generator_model import Model
from salesnb.crm._generator_names import PRODUCTS
from salesnb.crm.calibration import CALIBRATION

__all__ = ["opportunity_tables"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Chunks are drawn by generators of their own, so this number is part of what a seed means.
_CHUNK = 100_000

_STAGES = ("Prospecting", "Qualifying", "Evaluating", "Proposing", "Negotiating", "Won", "Lost")
_PROBABILITIES = ("0.10", "0.25", "0.45", "0.65", "0.85", None, None)
_PROSPECTING, _QUALIFYING, _PROPOSING, _NEGOTIATING, _WON, _LOST = 0, 1, 3, 4, 5, 6
_STAGE_ENDS = (0.3, 0.55, 0.8)
_STALLED_STAGES = (0.42, 0.30, 0.18, 0.10)
_CATEGORIES = ("Pipeline", "Best Case", "Commit", "Closed", "Omitted")
_RECENT_LOSSES_DAYS = 243
_SOURCES = ("Inbound", "Outbound", "Partner", "Event")
_SOURCE_SHARES = (0.35, 0.30, 0.20, 0.15)
_REASONS = ("Price", "No decision", "Competitor", "Timing", "Missing feature")
_REASON_SHARES = (0.30, 0.25, 0.20, 0.15, 0.10)
_UNDERCUT_SHARES = (0.24, 0.10, 0.54, 0.07, 0.05)
_STEPS = (
    "Send the revised quote",
    "Book a site visit",
    "Demonstrate on their samples",
    "Meet the plant manager",
    "Agree the service contract",
    "Wait for budget approval",
    "Answer the tender's questions",
    "Call back after the trial",
    "Bring in an application engineer",
    "Sign with procurement",
    "Find out who decides",
    "Check the delivery date",
)


def opportunity_tables(model: Model, company: Company, *, count: int, seed: int) -> Iterator[Any]:
    """Yield as many opportunities as asked for, in the order of their creation, as Arrow tables."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1,)))
    by_day = model.flow.sum(axis=1)
    created_by = np.cumsum(rng.multinomial(count, by_day / by_day.sum()))
    fates = FateMaker(model, company, rng)
    columns = _Columns(model, company, width=max(6, len(str(count))))
    for chunk, first in enumerate(range(0, count, _CHUNK)):
        number = np.arange(first, min(first + _CHUNK, count))
        own = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(2, chunk)))
        drawn = fates.draw(np.searchsorted(created_by, number, side="right"), own)
        yield columns.table(number, drawn, own)


class _Columns:
    """Turns fates into what a CRM shows of them on the last day."""

    def __init__(self, model: Model, company: Company, *, width: int) -> None:
        self._origin = np.datetime64(model.origin, "D")
        self._last = model.days - 1
        self._width = width
        self._rep_ids = _words(rep.rep_id for rep in company.reps)
        self._account_ids = _words(account.account_id for account in company.accounts)
        self._account_names = _words(account.name for account in company.accounts)
        self._prices = np.array([product.list_price for product in CALIBRATION.products], dtype=np.float64)
        undercut = [_UNDERCUT_SHARES if team.recent_odds < 0 else _REASON_SHARES for team in company.teams]
        self._reasons = Choice([*undercut, _REASON_SHARES])
        self._no_team = len(undercut)
        self._sources = Choice(_SOURCE_SHARES)
        self._stalled_stages = Choice(_STALLED_STAGES)

    def table(self, number: Ints, fates: Fates, rng: np.random.Generator) -> Any:
        """Lay out the columns."""
        stage = self._stage(fates, rng)
        amount, expected = self._amounts(fates, rng)
        nameless = ~fates.closed & (rng.random(len(number)) < CALIBRATION.open_without_account)
        return pa.table(
            {
                "opportunity_id": _ids("OPP-", number + 1, self._width),
                "name": self._names(fates, nameless),
                "account_id": _take(self._account_ids, fates.account, nameless),
                "rep_id": _take(self._rep_ids, fates.owner),
                "product": _take(_words(product.written for product in PRODUCTS), fates.product),
                "stage": _take(_words(_STAGES), stage),
                "amount": pa.array(amount, mask=~fates.closed),
                "expected_amount": pa.array(expected),
                "created_on": self._dates(fates.created, fates.prospecting),
                "closed_on": self._dates(fates.closing, ~fates.closed),
                "expected_close_on": self._expected_close(fates, rng),
                "probability": _take(_words(_PROBABILITIES), stage),
                "forecast_category": _take(_words(_CATEGORIES), _category(stage, rng)),
                "loss_reason": self._loss_reason(fates, rng),
                "next_step": _next_step(fates, rng),
                "lead_source": _take(_words(_SOURCES), self._sources.draw(rng.random(len(number)))),
            }
        )

    def _names(self, fates: Fates, nameless: Flags) -> Any:
        product = _take(_words(item.name for item in PRODUCTS), fates.product)
        named = pc.binary_join_element_wise(product, _take(self._account_names, fates.account), " for ")
        return pc.if_else(pa.array(nameless), pc.binary_join_element_wise(product, "enquiry", " "), named)

    def _stage(self, fates: Fates, rng: np.random.Generator) -> Ints:
        """Tell won and lost; what is open has come as far as its age is of its cycle, or sticks."""
        count = len(fates.created)
        progress = (self._last - fates.created) / (fates.closing - fates.created) + rng.normal(0, 0.12, count)
        moving = np.searchsorted(_STAGE_ENDS, progress)
        stuck = self._stalled_stages.draw(rng.random(count))
        stage = _QUALIFYING + np.where(fates.fate == STALLED, stuck, moving)
        stage = np.where(fates.prospecting, _PROSPECTING, stage)
        return np.where(fates.closed, np.where(fates.fate == WON, _WON, _LOST), stage)

    def _amounts(self, fates: Fates, rng: np.random.Generator) -> tuple[Ints, Ints]:
        """Give what it was won for (0 when lost), and what was quoted: halfway to the price list."""
        price = self._prices[fates.product]
        uniform = rng.random(len(price))
        ratio = np.interp(uniform, CALIBRATION.quantile_levels, CALIBRATION.value_to_list)
        quoted = (1 + ratio) / 2 * np.exp(rng.normal(0, 0.03, len(price)))
        amount = np.where(fates.fate == WON, np.rint(price * ratio), 0)
        return amount.astype(np.int64), np.rint(price * quoted).astype(np.int64)

    def _expected_close(self, fates: Fates, rng: np.random.Generator) -> Any:
        """People expect an end a little too early; of what never ends they keep the first guess."""
        count = len(fates.created)
        guess = np.maximum(
            fates.closing + np.rint(rng.normal(-6, 12, count)).astype(np.int64), fates.created + 7
        )
        first_guess = fates.created + 25 + np.rint(rng.gamma(2.0, 28.0, count)).astype(np.int64)
        expected = np.where(fates.fate == STALLED, first_guess, guess)
        unknown = rng.random(count) < np.where(fates.prospecting, 0.4, 0.06)
        return self._dates(np.where(fates.prospecting, first_guess + 40, expected), unknown & ~fates.closed)

    def _loss_reason(self, fates: Fates, rng: np.random.Generator) -> Any:
        recent = fates.closing > self._last - _RECENT_LOSSES_DAYS
        team = np.where(recent, fates.team, self._no_team)
        reason = self._reasons.draw(rng.random(len(team)), team)
        return _take(_words(_REASONS), reason, ~(fates.closed & (fates.fate == LOST)))

    def _dates(self, day: Ints, unknown: Flags) -> Any:
        return pa.array(self._origin + day, type=pa.date32(), mask=unknown)


def _category(stage: Ints, rng: np.random.Generator) -> Ints:
    """Forecast category: the later the stage, the firmer, with people's own optimism."""
    uniform = rng.random(len(stage))
    category = np.zeros(len(stage), dtype=np.int64)
    category[(stage == _PROPOSING) & (uniform < 0.7)] = 1
    category[stage == _NEGOTIATING] = np.where(uniform[stage == _NEGOTIATING] < 0.65, 2, 1)
    category[stage == _WON] = 3
    category[(stage == _LOST) | (stage == _PROSPECTING) & (uniform < 0.3)] = 4
    return category


def _next_step(fates: Fates, rng: np.random.Generator) -> Any:
    count = len(fates.created)
    forgotten = rng.random(count) < np.where(fates.fate == STALLED, 0.65, 0.2)
    return _take(_words(_STEPS), rng.integers(0, len(_STEPS), count), fates.closed | forgotten)


def _words(words: Any) -> Any:
    return pa.array(list(words), type=pa.string())


def _take(words: Any, place: Ints, unknown: Flags | None = None) -> Any:
    return words.take(pa.array(place, mask=unknown))


def _ids(prefix: str, number: Ints, width: int) -> Any:
    digits = pc.utf8_lpad(pc.cast(pa.array(number), pa.string()), width, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), digits, "")
