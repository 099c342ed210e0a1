"""Plans: objectives, goals, their exact cascade, milestones, and the store that keeps every revision."""

from salesnb.planning.across import CutPlan, cut_across, lock_part, unlock_part
from salesnb.planning.agreeing import Standing, answer_quota, commit_to, standings
from salesnb.planning.answers import Commitment, QuotaAnswer
from salesnb.planning.bases import BASES, Weighting, as_new, mixed, parse_basis, split_heads, weigh_new
from salesnb.planning.by_month import spread_period
from salesnb.planning.cascade import LockedAmount, cascade
from salesnb.planning.checks import check, problems
from salesnb.planning.differences import Difference, diff
from salesnb.planning.document import plan_from_json, plan_to_document, plan_to_json
from salesnb.planning.editing import approve, lock, new_plan, propose, recascade, set_goal, set_season, unlock
from salesnb.planning.given import GivenMonths, keep_quotas, sum_of_quotas
from salesnb.planning.goal_checks import GoalFinding, goal_findings
from salesnb.planning.handing_over import hand_over, prorated
from salesnb.planning.means import (
    AllocationLine,
    Assumptions,
    Parameter,
    PlannedDrivers,
    Resource,
    ResponseCurve,
    Seasonality,
    SeasonWeight,
)
from salesnb.planning.model import (
    BY_MONTH,
    COMPANY,
    NEW,
    NOT_GIVEN,
    SCHEMA_VERSION,
    Action,
    Approval,
    Condition,
    Goal,
    KpiTarget,
    Lock,
    Milestone,
    Objective,
    Plan,
    ProbabilityBand,
    Quota,
    QuotaMonth,
    QuotaPart,
    Scenario,
    ScenarioTarget,
    Segment,
)
from salesnb.planning.names import safe_name
from salesnb.planning.planned import PastDrivers, plan_drivers, planned_deals
from salesnb.planning.problem import Problem
from salesnb.planning.recascade import edited
from salesnb.planning.roadmap import Roadmap, basis_points, milestones, roadmap
from salesnb.planning.schema import plan_schema, schema_text
from salesnb.planning.store import PlanStore, Revision
from salesnb.planning.tree import OrgNode, OrgTree
from salesnb.planning.two_cuts import TwoCuts, TwoCutsQuery, two_cuts

__all__ = [
    "BASES",
    "BY_MONTH",
    "COMPANY",
    "NEW",
    "NOT_GIVEN",
    "SCHEMA_VERSION",
    "Action",
    "AllocationLine",
    "Approval",
    "Assumptions",
    "Commitment",
    "Condition",
    "CutPlan",
    "Difference",
    "GivenMonths",
    "Goal",
    "GoalFinding",
    "KpiTarget",
    "Lock",
    "LockedAmount",
    "Milestone",
    "Objective",
    "OrgNode",
    "OrgTree",
    "Parameter",
    "PastDrivers",
    "Plan",
    "PlanStore",
    "PlannedDrivers",
    "ProbabilityBand",
    "Problem",
    "Quota",
    "QuotaAnswer",
    "QuotaMonth",
    "QuotaPart",
    "Resource",
    "ResponseCurve",
    "Revision",
    "Roadmap",
    "Scenario",
    "ScenarioTarget",
    "SeasonWeight",
    "Seasonality",
    "Segment",
    "Standing",
    "TwoCuts",
    "TwoCutsQuery",
    "Weighting",
    "answer_quota",
    "approve",
    "as_new",
    "basis_points",
    "cascade",
    "check",
    "commit_to",
    "cut_across",
    "diff",
    "edited",
    "goal_findings",
    "hand_over",
    "keep_quotas",
    "lock",
    "lock_part",
    "milestones",
    "mixed",
    "new_plan",
    "parse_basis",
    "plan_drivers",
    "plan_from_json",
    "plan_schema",
    "plan_to_document",
    "plan_to_json",
    "planned_deals",
    "problems",
    "propose",
    "prorated",
    "recascade",
    "roadmap",
    "safe_name",
    "schema_text",
    "set_goal",
    "set_season",
    "split_heads",
    "spread_period",
    "standings",
    "sum_of_quotas",
    "two_cuts",
    "unlock",
    "unlock_part",
    "weigh_new",
]
