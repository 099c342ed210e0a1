"""The best use of budget, hours and people over segments, with a proof of how good it is."""
