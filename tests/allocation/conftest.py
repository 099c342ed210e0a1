"""Invented histories whose curves are known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from salesnb.allocation import SELLING, Curve, History
from salesnb.allocation.shapes import FITTED, Shapes

AROUND = np.array([0.5, 0.75, 1.25, 1.5])


@dataclass(frozen=True, kw_only=True)
class World:
    """A history, and each segment's true curve for an average period of the last year."""

    history: History
    truth: tuple[Curve, ...]
    elasticities: Any

    def holds(self, fitted) -> Any:
        """Whether the 80 % intervals hold the truth at half as much to half as much again as today's, (s, 4)."""
        rows = []
        for curve, one in zip(self.truth, fitted.fitted.values(), strict=True):
            low, high = one.interval(AROUND * one.today)
            true = curve.over(AROUND * one.today)
            rows.append((low <= true) & (true <= high))
        return np.array(rows)

    def misses(self, fitted) -> Any:
        """How far the curves are off there, as a share, (s, 4)."""
        return np.array(
            [
                one.curve.over(AROUND * one.today) / curve.over(AROUND * one.today) - 1
                for curve, one in zip(self.truth, fitted.fitted.values(), strict=True)
            ]
        )


def invent(
    seed: int,
    *,
    segments: int = 4,
    periods: int = 36,
    noise: float = 0.2,
    form: str = "hill",
    varied: float = 0.4,
    elasticity: float | None = None,
    likeness: float = 0.0,
) -> World:
    """Effort varies by chance; sales have a season, own trends, months that are good for all, and noise.

    With a likeness effort and noise resemble those of the month before.
    """
    rng = np.random.default_rng(seed)
    centre = np.log(SELLING.median) + SELLING.between * rng.standard_normal()
    elastic = np.exp(centre + SELLING.within * rng.standard_normal(segments))
    elastic = np.full(segments, elasticity) if elasticity else elastic
    share = np.clip(rng.uniform(0.1, 0.95, segments), elastic / 0.9, 0.95)
    elastic = np.maximum(np.minimum(elastic, 0.9 * share), 0.15 * share)
    slope = rng.choice(FITTED[form].slopes, segments)
    usual, level = rng.uniform(5, 50, segments), np.exp(rng.normal(6, 1, segments))
    relative = Shapes.of(form, elastic, share, slope)
    years = np.arange(1 - periods, 1) / 12
    shared = (0.15 * rng.standard_normal(12))[np.arange(periods) % 12] + 0.05 * rng.standard_normal(periods)
    base = level[:, None] * np.exp(rng.normal(0, 0.1, segments)[:, None] * years + shared)
    effort = usual[:, None] * np.exp(varied * alike(rng.standard_normal((segments, periods)), likeness))
    # Shapes are of multiples of the usual effort.
    shapes = relative.curves(1.0, np.ones(segments), "truth")
    response = np.array([curve.over(row) for curve, row in zip(shapes, effort / usual[:, None], strict=True)])
    sales = base * response * rng.gamma(noise**-2, noise**2, effort.shape)
    if likeness:
        sales = (
            base
            * response
            * np.exp(noise * alike(rng.standard_normal(effort.shape), likeness) - noise**2 / 2)
        )
    now = base[:, -12:].mean(axis=1)
    truth = tuple(
        Curve(
            form=curve.form,
            height=curve.height * at,
            scale=curve.scale * amount,
            shape=curve.shape,
            base=curve.base * at,
        )
        for curve, at, amount in zip(shapes, now.tolist(), usual.tolist(), strict=True)
    )
    names = tuple(f"S{place}" for place in range(segments))
    return World(
        history=History(segments=names, effort=effort, sales=sales), truth=truth, elasticities=elastic
    )


def alike(values: Any, likeness: float) -> Any:
    """Make each period resemble the one before."""
    out = values.copy()
    for period in range(1, values.shape[1]):
        out[:, period] = likeness * out[:, period - 1] + np.sqrt(1 - likeness**2) * values[:, period]
    return out


@pytest.fixture
def world() -> Callable[..., World]:
    return invent
