"""What a period will bring, as a distribution; the probability of attaining a goal is its tail at the target."""

from salesnb.outlook.distribution import PROBABILITIES, Outcome, mix, shown_probability

__all__ = ["PROBABILITIES", "Outcome", "mix", "shown_probability"]
