"""Actual against goal: null where a group has no quota for the period asked."""

from salesnb.kpis.kpi import derived, ratio


@derived(
    label="Attainment",
    unit="ratio",
    formula="won to date / quota of the period asked for; of a team the ratio of sums; days that cut a month have their part"
    " of its quota",
    source="profpipeline.com: of a team the ratio of sums, never the mean of ratios",
)
def attainment(won_amount: int, quota: int | None) -> float | None:
    """Share of the quota that is won."""
    return ratio(won_amount, quota)


@derived(
    label="Pacing",
    unit="ratio",
    formula="won to date / (quota x share of the season elapsed)",
    source="metrickittools.com: attainment to date over the season's cumulative share",
)
def pacing(won_amount: int, quota_due: int | None) -> float | None:
    """What is won to date against what the season asks for by now."""
    return ratio(won_amount, quota_due)
