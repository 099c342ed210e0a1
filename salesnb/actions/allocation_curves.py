"""A plan's response curves: kept in smallest units, drawn in major ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np

from salesnb.allocation import Curve
from salesnb.allocation.judgement import Judgement
from salesnb.allocation.limits import Key
from salesnb.errors import BadInput
from salesnb.planning import JudgedSales, Parameter, Resource, ResponseCurve

__all__ = ["Drawn", "Draws", "Scale", "curve_record", "judged_record", "judgement_of", "level"]

Draws = list[Curve]

# Draws of judged curves to measure on, others than those that are allocated on.
_MEASURED_ON = 400
_NAMES = ("height", "scale", "shape", "base")


@dataclass(frozen=True)
class Scale:
    """Smallest units in one major unit: of sales, and of a resource."""

    digits: int

    def sales(self) -> int:
        """Minor units of money in a major one."""
        return int(10**self.digits)

    def of(self, resource: Resource) -> int:
        """Smallest units of a resource in a unit that people type."""
        return self.sales() if resource.unit == "money" else 1


def judgement_of(stored: JudgedSales, scale: Scale, resource: Resource) -> Judgement:
    """Give the answers that a plan holds, in major units."""
    sales = scale.sales()
    return Judgement(
        none=stored.none_minor / sales,
        now=stored.now_minor / sales,
        saturated=stored.saturated_minor / sales,
        effort=stored.effort / scale.of(resource),
        slope=stored.slope,
        by=stored.by,
    )


def judged_record(
    resource: Resource, segment: str, said: JudgedSales, today: int, scale: Scale
) -> ResponseCurve:
    """Give the curve through three answers as a plan holds it.

    Raises
    ------
    BadInput
        When the answers do not rise, or no effort belongs to the second.
    """
    curve = judgement_of(said, scale, resource).curve()
    return replace(curve_record(resource, segment, [curve], today, scale), judgement=said)


def curve_record(
    resource: Resource, segment: str, draws: Sequence[Curve], today: int, scale: Scale
) -> ResponseCurve:
    """Give a curve in major units, drawn or estimated in several draws, as a plan holds it; the parameters are means."""
    values = [_values(curve, scale, resource) for curve in draws]
    means = np.mean(values, axis=0)
    return ResponseCurve(
        resource=resource.id,
        segment=segment,
        form=draws[0].form,
        parameters=tuple(
            Parameter(name=name, value=float(mean)) for name, mean in zip(_NAMES, means, strict=True)
        ),
        source=draws[0].source,
        today=today,
        draws=tuple(values) if len(values) > 1 else (),
    )


@dataclass(frozen=True)
class Drawn:
    """Draws of a curve that a plan holds."""

    stored: ResponseCurve
    scale: Scale
    resource: Resource

    def to_solve(self, count: int) -> Draws:
        """Give at most so many to allocate on, an even number: every other one of those that were estimated."""
        estimated = self._estimated()[::2]
        return self._judged(1, count) or estimated[:count]

    def to_measure(self) -> Draws:
        """Give others, to measure on."""
        estimated = self._estimated()
        return self._judged(2, _MEASURED_ON) or estimated[1::2] or estimated

    def _judged(self, seed: int, count: int) -> Draws:
        said = self.stored.judged
        if said is None:
            return []
        judgement = judgement_of(said, self.scale, self.resource)
        if not said.doubt:
            return [judgement.curve()]
        # By the segment, so that neither the order nor a further segment changes the draws of the others.
        place = crc32(f"{self.stored.resource}\0{self.stored.segment}".encode())
        return judgement.doubted(said.doubt, count, np.random.default_rng([seed, place]))

    def _estimated(self) -> Draws:
        plain = tuple(item.value for item in self.stored.parameters)
        return [self._curve(values) for values in (self.stored.draws or (plain,))]

    def _curve(self, values: Sequence[float]) -> Curve:
        names = [item.name for item in self.stored.parameters]
        given = {"scale": 1.0, "shape": 1.0, "base": 0.0, **dict(zip(names, values, strict=True))}
        if "height" not in given:
            raise BadInput(
                "The response curve has no height.",
                where=f"response_curves, {self.stored.segment}",
                hint="Give the parameters height, scale, shape and base.",
            )
        sales = self.scale.sales()
        return Curve(
            form=self.stored.form,
            height=given["height"] / sales,
            scale=given["scale"] / self.scale.of(self.resource),
            shape=given["shape"],
            base=given["base"] / sales,
            source=self.stored.source,
        )


def _values(curve: Curve, scale: Scale, resource: Resource) -> tuple[float, ...]:
    sales = scale.sales()
    return (curve.height * sales, curve.scale * scale.of(resource), curve.shape, curve.base * sales)


def level(lines: Mapping[Key, Draws]) -> dict[Key, Draws]:
    """Give all lines as many draws as the one with most has, the others' again and again; one stays one."""
    count = max(map(len, lines.values()))
    return {
        key: draws if len(draws) == 1 else [draws[place % len(draws)] for place in range(count)]
        for key, draws in lines.items()
    }
