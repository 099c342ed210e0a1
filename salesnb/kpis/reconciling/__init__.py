"""From a report of the CRM to the figure that salesnb has: the whole difference, reason by reason and deal by deal."""

from salesnb.kpis.reconciling.explaining import explain, measured
from salesnb.kpis.reconciling.outcome import REASONS, Effect, ReasonTotal, Reconciliation
from salesnb.kpis.reconciling.views import Yardstick

__all__ = ["REASONS", "Effect", "ReasonTotal", "Reconciliation", "Yardstick", "explain", "measured"]
