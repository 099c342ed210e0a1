"""Moving one amount while the total stays: the others give and take in proportion, within their bounds.

The arithmetic of a row of linked sliders. It is done in the page too, at the speed of a hand (``widgets/js/sliding.js``);
both are held to ``tests/vectors/sliding.json``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Slid", "Slider", "slide"]


@dataclass(frozen=True, kw_only=True)
class Slider:
    """An amount that can be moved, in whole steps.

    Attributes
    ----------
    amount, low, high
        In steps, 0 or more.
    locked
        Whether it stays where it is.
    """

    amount: int
    low: int
    high: int
    locked: bool = False


@dataclass(frozen=True, kw_only=True)
class Slid:
    """What came of a move.

    Attributes
    ----------
    amounts
        Of all sliders, (n,); their sum is what it was.
    stopped
        Empty where the slider is where it was wanted. Else what kept it: ``locked``, its own bound (``low`` or ``high``),
        or the ``others``, which can give or take no more.
    """

    amounts: tuple[int, ...]
    stopped: str = ""


def slide(sliders: Sequence[Slider], place: int, wanted: int) -> Slid:
    """Move one slider as near as can be to where it is wanted.

    What the others share is split in proportion to what each has (evenly where none has anything), each within its bounds;
    what does not divide goes to the largest remainders, of equal ones to the first.

    Examples
    --------
    >>> row = [Slider(amount=n, low=0, high=100) for n in (10, 20, 30)]
    >>> slide(row, 0, 30).amounts
    (30, 12, 18)
    >>> slide([*row[:2], Slider(amount=30, low=0, high=100, locked=True)], 0, 99)
    Slid(amounts=(30, 0, 30), stopped='others')
    """
    moved = sliders[place]
    amounts = [slider.amount for slider in sliders]
    if moved.locked:
        return Slid(amounts=tuple(amounts), stopped="locked" if wanted != moved.amount else "")
    others = [n for n, slider in enumerate(sliders) if n != place and not slider.locked]
    shared = moved.amount + sum(amounts[n] for n in others)
    least = shared - sum(sliders[n].high for n in others)
    most = shared - sum(sliders[n].low for n in others)
    low, high = max(moved.low, least), min(moved.high, most)
    if low > high:
        # Limits that cannot hold beside what is locked: nothing that is done here would be right.
        return Slid(amounts=tuple(amounts), stopped="others")
    new = min(max(wanted, low), high)
    amounts[place] = new
    for n, amount in share(shared - new, {n: sliders[n] for n in others}).items():
        amounts[n] = amount
    return Slid(amounts=tuple(amounts), stopped=_stopped(wanted, new, moved))


def _stopped(wanted: int, new: int, moved: Slider) -> str:
    if new == wanted:
        return ""
    if wanted < moved.low == new:
        return "low"
    if wanted > moved.high == new:
        return "high"
    return "others"


def share(whole: int, sliders: dict[int, Slider]) -> dict[int, int]:
    """Split a whole, for which the bounds leave room, in proportion to what each slider has.

    Those beyond a bound are set to it, and the rest is split again: first on the side that is further out, as flexible
    boxes are laid out in CSS (Flexbox, section 9.7), which ends after at most as many rounds as there are sliders.
    """
    found: dict[int, int] = {}
    free = dict(sliders)
    while free:
        weights = _weights(free)
        total = sum(weights.values())
        short = {n: free[n].low * total - weights[n] * whole for n in free}
        over = {n: weights[n] * whole - free[n].high * total for n in free}
        lacking, exceeding = (sum(off for off in side.values() if off > 0) for side in (short, over))
        if not lacking and not exceeding:
            return found | _rounded(whole, weights)
        fixed = {n: free[n].low for n in free if short[n] > 0 and lacking >= exceeding}
        fixed |= {n: free[n].high for n in free if over[n] > 0 and exceeding >= lacking}
        found |= fixed
        whole -= sum(fixed.values())
        free = {n: slider for n, slider in free.items() if n not in fixed}
    return found


def _weights(sliders: dict[int, Slider]) -> dict[int, int]:
    if any(slider.amount for slider in sliders.values()):
        return {n: slider.amount for n, slider in sliders.items()}
    return dict.fromkeys(sliders, 1)


def _rounded(whole: int, weights: dict[int, int]) -> dict[int, int]:
    total = sum(weights.values())
    parts = {n: divmod(weight * whole, total) for n, weight in weights.items()}
    left = whole - sum(part for part, _ in parts.values())
    first = sorted(parts, key=lambda n: (-parts[n][1], n))[:left]
    return {n: part + (n in first) for n, (part, _) in parts.items()}
