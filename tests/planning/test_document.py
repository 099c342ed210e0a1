import json
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb import planning
from salesnb.calendar import Period
from salesnb.errors import Damaged
from salesnb.planning import Lock, Plan, plan_from_json, plan_schema, plan_to_json
from salesnb.planning.codec import key_of
from salesnb.planning.migrations import migrate

FIXTURES = Path(__file__).parent / "fixtures"

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
IDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
LABELS = st.sampled_from(["2017", "2017-Q4", "2017-11", "2017-W45"])
MONTHS = st.sampled_from(["2017-10", "2017-11", "2017-W45"])
DATES = st.dates(date(1990, 1, 1), date(2100, 1, 1))
TIMES = st.datetimes(
    datetime(1990, 1, 1),
    datetime(2100, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5.5))]),
)
AMOUNTS = st.integers(0, 2**63 - 1)
SHARES = st.integers(0, 10_000)
FLOATS = st.floats(0, 1e300)
WEIGHTS = st.none() | st.integers(0, 10**30) | st.fractions(0, 100)
UNITS = st.sampled_from(planning.model.UNITS)


def many(strategy):
    return st.lists(strategy, max_size=3).map(tuple)


def numbers(unit):
    return AMOUNTS if unit in {"money", "count"} else FLOATS


def measured(kind, number, **parts):
    """Build a part whose number fits its unit."""
    return UNITS.flatmap(lambda unit: st.builds(kind, unit=st.just(unit), **{number: numbers(unit)}, **parts))


PERIODS = st.builds(Period, label=LABELS, start=DATES, end=DATES)
BANDS = st.builds(
    planning.ProbabilityBand, low=st.floats(0, 1), high=st.floats(0, 1), as_of=DATES, method=TEXT
)
GOALS = measured(
    planning.Goal,
    "target",
    id=IDS,
    objective=st.none() | TEXT,
    kpi=IDS,
    period=PERIODS,
    node=IDS,
    owner=TEXT,
    direction=st.sampled_from(["at_least", "at_most"]),
    baseline=st.none() | st.integers(-(2**62), 2**62),
    baseline_period=TEXT,
    probability=st.none() | BANDS,
    across=st.just("") | TEXT,
)
LOCKS = st.none() | st.builds(Lock, by=IDS, why=TEXT, at=TIMES)
QUOTAS = st.builds(
    planning.Quota,
    id=IDS,
    parent=st.none() | IDS,
    level=IDS,
    name=TEXT,
    owner=TEXT,
    kpi=IDS,
    period=LABELS,
    unit=st.sampled_from(["money", "count"]),
    amount=AMOUNTS,
    basis=IDS,
    weight=WEIGHTS,
    lock=LOCKS,
    parts=many(
        st.builds(
            planning.QuotaPart,
            label=IDS,
            unit=st.sampled_from(["money", "count"]),
            amount=AMOUNTS,
            weight=WEIGHTS,
            lock=LOCKS,
        )
    ),
)
WHOSE = {"node": IDS, "kpi": IDS, "period": LABELS, "by": IDS, "at": TIMES}
COUNTED = st.sampled_from(["money", "count"])
COMMITMENTS = st.builds(planning.Commitment, **WHOSE, unit=COUNTED, amount=st.none() | AMOUNTS, note=TEXT)
ANSWERS = st.builds(
    planning.QuotaAnswer,
    **WHOSE,
    unit=COUNTED,
    amount=AMOUNTS,
    answer=st.sampled_from(planning.answers.ANSWERS),
    reason=TEXT,
)
SEASONS = st.builds(
    planning.Seasonality,
    kpi=IDS,
    basis=IDS,
    weights=many(st.builds(planning.SeasonWeight, label=MONTHS, weight_bp=SHARES)),
)
ASSUMPTIONS = st.builds(
    planning.Assumptions,
    seasonality=many(SEASONS),
    ramp_bp=many(SHARES),
    attrition_bp=st.none() | SHARES,
    backfill_months=st.none() | st.integers(1, 120),
    hires=many(
        st.builds(
            planning.PlannedHires,
            node=IDS,
            label=st.sampled_from(["2017-10", "2017-11"]),
            heads=st.integers(1, 10**6),
        )
    ),
    productivity=many(
        st.builds(
            planning.Productivity,
            kpi=IDS,
            unit=st.sampled_from(["money", "count"]),
            amount=AMOUNTS,
            source=TEXT,
        )
    ),
    over_assignment=many(
        st.builds(
            planning.OverAssignment,
            kpi=IDS,
            level=IDS,
            base=st.sampled_from(["above", "goal"]),
            factor_bp=st.integers(1, 10**6),
            source=TEXT,
        )
    ),
    planned=many(
        st.builds(
            planning.PlannedDrivers,
            node=IDS,
            closed_count=AMOUNTS,
            win_rate=st.floats(0, 1),
            average_deal_minor=AMOUNTS,
        )
    ),
    segment_weights=many(st.builds(planning.SegmentWeight, criterion=IDS, value=st.floats(0, 1e6))),
    notes=many(TEXT),
)
JUDGED = st.builds(
    planning.JudgedSales,
    none_minor=AMOUNTS,
    now_minor=AMOUNTS,
    saturated_minor=AMOUNTS,
    effort=AMOUNTS,
    slope=FLOATS,
    doubt=st.floats(0, 1),
    by=IDS,
    at=TIMES,
    why=TEXT,
)
LIMITS = st.builds(
    planning.AllocationLimit,
    resource=IDS,
    segments=st.lists(IDS, min_size=1, max_size=3).map(tuple),
    name=TEXT,
    unit=COUNTED,
    low=st.none() | AMOUNTS,
    high=st.none() | AMOUNTS,
    strategy=st.sampled_from(["", "enter", "grow", "hold", "leave"]),
    by=IDS,
    at=TIMES,
    why=TEXT,
)
WORTHS = st.floats(-1e12, 1e12)
CERTIFICATES = st.builds(
    planning.Certificate,
    outcome_minor=AMOUNTS,
    today_minor=AMOUNTS,
    cost_minor=AMOUNTS,
    aim=IDS,
    aim_minor=AMOUNTS,
    bound_minor=AMOUNTS,
    gap=st.floats(0, 1),
    in_time=st.booleans(),
    draws=AMOUNTS,
    binding=many(st.builds(planning.BindingLimit, why=IDS, worth=WORTHS)),
)
PLANS = st.builds(
    Plan,
    revision=st.integers(0, 999_999),
    name=st.sampled_from(["fy18", "Süd_2"]),
    status=st.sampled_from(planning.model.STATUSES),
    approval=st.none() | st.builds(planning.Approval, by=IDS, at=TIMES),
    period=PERIODS,
    currency=st.sampled_from(["USD", "JPY"]),
    objectives=many(st.builds(planning.Objective, id=IDS, text=IDS, owner=TEXT)),
    goals=many(GOALS),
    segments=many(
        st.builds(
            planning.Segment,
            id=IDS,
            name=IDS,
            conditions=many(
                st.builds(planning.Condition, dimension=IDS, values=st.lists(TEXT, min_size=1).map(tuple))
            ),
        )
    ),
    quotas=many(QUOTAS),
    commitments=many(COMMITMENTS),
    answers=many(ANSWERS),
    handovers=many(
        st.builds(
            planning.Handover,
            kpi=IDS,
            period=LABELS,
            giver=IDS,
            taker=IDS,
            on=DATES,
            part=st.integers(0, 1) | st.fractions(0, 1),
            what=TEXT,
        )
    ),
    resources=many(
        st.builds(
            planning.Resource,
            id=IDS,
            name=IDS,
            unit=COUNTED,
            total=AMOUNTS,
            counts=TEXT,
            spend=st.sampled_from(["all", "what pays"]),
            step=AMOUNTS,
            unit_cost=FLOATS,
            moving_cost=FLOATS,
        )
    ),
    allocation=many(measured(planning.AllocationLine, "amount", resource=IDS, segment=IDS)),
    response_curves=many(
        st.builds(
            planning.ResponseCurve,
            resource=IDS,
            segment=IDS,
            form=IDS,
            parameters=many(st.builds(planning.Parameter, name=IDS, value=st.floats(-1e9, 1e9))),
            source=TEXT,
            today=AMOUNTS,
            judgement=st.none() | JUDGED,
            draws=many(many(WORTHS)),
        )
    ),
    limits=many(LIMITS),
    certificate=st.none() | CERTIFICATES,
    assumptions=ASSUMPTIONS,
    milestones=many(
        st.builds(
            planning.Milestone,
            goal=IDS,
            label=MONTHS,
            weight_bp=SHARES,
            unit=st.sampled_from(["money", "count"]),
            amount=AMOUNTS,
            to_date=AMOUNTS,
        )
    ),
    scenarios=many(
        st.builds(
            planning.Scenario,
            id=IDS,
            name=IDS,
            text=TEXT,
            targets=many(measured(planning.ScenarioTarget, "target", goal=IDS)),
            resources=many(measured(planning.ScenarioResource, "total", resource=IDS)),
            limits=many(LIMITS),
            responses=many(
                st.builds(planning.ScenarioResponse, segment=IDS, factor_bp=st.integers(0, 10**6))
            ),
            moves=many(
                st.builds(
                    planning.DriverMove,
                    driver=st.sampled_from(["win rate", "attrition", "hires"]),
                    by=st.floats(-1, 120),
                )
            ),
            fates=many(
                st.builds(
                    planning.DealFate, deal=IDS, name=TEXT, fate=st.sampled_from(planning.supposed.FATES)
                )
            ),
        )
    ),
    kpi_targets=many(
        measured(
            planning.KpiTarget,
            "target",
            kpi=IDS,
            node=IDS,
            direction=st.sampled_from(["at_least", "at_most"]),
        )
    ),
    actions=many(
        st.builds(
            planning.Action,
            id=IDS,
            text=IDS,
            owner=IDS,
            due=DATES,
            status=st.sampled_from(["open", "done", "dropped"]),
            source=TEXT,
        )
    ),
)


@settings(max_examples=40, deadline=None)
@given(PLANS)
def test_a_plan_written_and_read_is_the_same_plan_and_the_same_bytes(plan):
    text = plan_to_json(plan)
    assert plan_from_json(text) == plan
    assert plan_to_json(plan_from_json(text.encode())) == text


def test_keys_stand_in_the_order_of_the_schema(plan):
    rare = {"commitments", "answers", "handovers", "limits", "certificate"}
    known = [key for key in plan_schema()["properties"] if key not in rare]
    assert list(json.loads(plan_to_json(plan))) == known


def test_money_is_an_integer_in_minor_units_and_a_count_is_a_count(make_plan, plan):
    deals = planning.Goal(id="deals", kpi="won_count", unit="count", target=102, period=plan.period)
    document = json.loads(plan_to_json(make_plan(goals=[*plan.goals, deals])))
    assert [goal.get("amount_minor", goal.get("count")) for goal in document["goals"]] == [30_000_000, 102]
    assert "amount_minor" in document["quotas"][0]
    assert "count" in document["quotas"][-1]
    assert "unit" not in document["quotas"][0]


def _parts(kind=Plan, seen=None):
    seen = {} if seen is None else seen
    seen[kind.__name__] = kind
    for hint in get_type_hints(kind).values():
        for inner in (hint, *get_args(hint)):
            if is_dataclass(inner) and inner.__name__ not in seen:
                _parts(inner, seen)
    return seen


def _definition(kind):
    schema = plan_schema()
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__).strip("_")
    return schema if kind is Plan else schema["$defs"][snake]


@pytest.mark.parametrize("kind", _parts().values(), ids=_parts())
def test_the_schema_knows_exactly_the_fields_of_each_part_in_their_order(kind):
    keys = []
    for spec in fields(kind):
        units = ("money", "count", "ratio") if "keys" in spec.metadata else ("",)
        keys += [] if spec.metadata.get("implied") else [key_of(spec, unit) for unit in units]
    properties = _definition(kind)["properties"]
    implied = any(spec.metadata.get("implied") for spec in fields(kind))
    assert [key for key in keys if not (implied and key.endswith("value"))] == list(properties)


def _objects(schema):
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for value in schema.values():
            yield from _objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _objects(value)


def test_the_schema_is_strict_and_describes_every_field():
    found = list(_objects(plan_schema()))
    assert len(found) > 20
    for definition in found:
        assert definition["additionalProperties"] is False
        assert definition["description"]
        for name, spec in definition["properties"].items():
            assert spec.get("description"), name


def test_the_schema_is_itself_valid():
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(plan_schema())


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("plan-v*.plan.json")), ids=lambda path: path.name)
def test_plans_of_every_released_schema_are_read(path):
    read = plan_from_json(path.read_bytes())
    assert read.schema_version == planning.SCHEMA_VERSION
    assert planning.check(read).goals[0].kpi == "won_amount"


def test_there_is_a_fixture_of_every_released_schema():
    names = {path.name for path in FIXTURES.glob("plan-v*.plan.json")}
    assert names >= {f"plan-v{version}.plan.json" for version in range(1, planning.SCHEMA_VERSION + 1)}


def test_quotas_by_month_of_a_released_schema_are_read_to_the_cent():
    read = plan_from_json((FIXTURES / "plan-v1-by-month.plan.json").read_bytes())
    months = {quota.id: [month.amount for month in quota.months] for quota in read.quotas}
    assert months["company"] == [8800, 4200, 14600]
    assert months["rep:East1"] == [0, 0, 10000]


def test_assumptions_about_people_of_a_released_schema_are_read():
    read = plan_from_json((FIXTURES / "plan-v1-people.plan.json").read_bytes()).assumptions
    assert (read.ramp_bp, read.attrition_bp, read.backfill_months) == ((0, 5_000, 10_000), 2_500, 3)
    assert [(hires.node, hires.label, hires.heads) for hires in read.hires] == [("West", "2017-11", 2)]
    assert (read.productivity[0].amount, read.over_assignment[0].factor_bp) == (5_000_00, 10_500)


def test_an_older_document_goes_through_every_step():
    steps = {1: lambda d: {**d, "one": True}, 2: lambda d: {**d, "two": d["one"]}}
    assert migrate({"schema_version": 1}, migrations=steps, current=3) == {
        "schema_version": 3,
        "one": True,
        "two": True,
    }


def test_a_newer_document_is_refused_with_what_to_do(plan):
    document = json.loads(plan_to_json(plan)) | {"schema_version": 2}
    with pytest.raises(Damaged, match=r"newer salesnb \(schema 2; this one knows 1\)") as caught:
        plan_from_json(json.dumps(document), where="fy18.plan.json")
    assert "Upgrade" in caught.value.hint


def test_every_cut_of_a_document_is_refused_with_its_line(plan):
    text = plan_to_json(plan).rstrip()
    for length in range(0, len(text), 211):
        with pytest.raises(Damaged) as caught:
            plan_from_json(text[:length], where="fy18.plan.json")
        assert "fy18.plan.json, line " in caught.value.where


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("", "p, line 1, column 1", "Not readable as JSON"),
        ('{\n "a": }', "p, line 2, column 7", "Not readable as JSON"),
        ('{"a": 1, "a": 2}', "p", "The key 'a' is there twice"),
        ('{"a": NaN}', "p", "NaN is not a number"),
        ('{"a": -Infinity}', "p", "-Infinity is not a number"),
        ("[" * 100_000, "p", "Nested too deeply"),
        (f'{{"a": {"9" * 5000}}}', "p", "a number that is too long"),
        (b"\xff\xfe{}", "p", "Not UTF-8 text"),
        ('{"a": "\\ud800"}', "p", "Not UTF-8 text"),
        ("[]", "p", "Not a plan"),
        ("{}", "p, schema_version", "schema_version is None"),
        ('{"schema_version": "1"}', "p, schema_version", "schema_version is '1'"),
        ('{"schema_version": 0}', "p, schema_version", "schema_version is 0"),
        ('{"schema_version": true}', "p, schema_version", "schema_version is True"),
    ],
)
def test_what_is_not_a_plan_is_refused_naming_the_place(text, where, said):
    with pytest.raises(Damaged) as caught:
        plan_from_json(text, where="p")
    assert (caught.value.where, said in caught.value.what) == (where, True)


def test_marks_of_a_merge_are_recognised(plan):
    text = plan_to_json(plan).replace('  "currency"', '<<<<<<< HEAD\n  "currency"')
    with pytest.raises(Damaged) as caught:
        plan_from_json(text)
    assert "merge" in caught.value.hint


def _set(*path_and_value):
    *path, last, value = path_and_value

    def spoil(document):
        for step in path:
            document = document[step]
        document[last] = value

    return spoil


def _drop(*path):
    def spoil(document):
        *steps, last = path
        for step in steps:
            document = document[step]
        del document[last]

    return spoil


SPOILED = [
    (_set("goals", 0, "kpi", 7), "goals[0].kpi", "7 should be text."),
    (_set("goals", 0, "amount_minor", "300"), "goals[0].amount_minor", '"300" should be a whole number.'),
    (_set("goals", 0, "amount_minor", 0.5), "goals[0].amount_minor", "0.5 should be a whole number."),
    (_set("goals", 0, "amount_minor", True), "goals[0].amount_minor", "true should be a whole number."),
    (_set("goals", 0, "amount_minor", -1), "goals[0].amount_minor", "-1 does not fit: The target"),
    (_set("quotas", 1, "amount_minor", 2**63), "quotas[1].amount_minor", "does not fit: The quota"),
    (_set("goals", 0, "count", 3), "goals[0]", "exactly one of amount_minor, count, value"),
    (_set("goals", 0, "unit", "count"), "goals[0].count", "The unit is count, so 'count' should be there."),
    (
        _set("goals", 0, "baseline_count", 3),
        "goals[0].baseline_minor",
        "'baseline_count' does not fit the unit",
    ),
    (_set("goals", 0, "unit", "euro"), "goals[0].unit", '"euro" is not one of money, count'),
    (_set("goals", 0, "kip", "x"), "goals[0]", "There is no field 'kip' here. Did you mean 'kpi'?"),
    (_drop("goals", 0, "kpi"), "goals[0]", "'kpi' is missing."),
    (_drop("goals", 0, "amount_minor"), "goals[0]", "exactly one of"),
    (_drop("currency"), "top level", "'currency' is missing."),
    (_set("status", "final"), "status", '"final" is not one of draft, proposed, approved.'),
    (_set("period", "start", "2017-13-01"), "period.start", "'2017-13-01' is not a date."),
    (
        _set("quotas", 0, "lock", {"by": "A", "why": "", "at": "2017-10-01"}),
        "quotas[0].lock.at",
        "does not fit",
    ),
    (_set("quotas", 3, "weight", "1/0"), "quotas[3].weight", "does not fit"),
    (_set("quotas", 3, "weight", -1), "quotas[3].weight", "does not fit"),
    (_set("milestones", 0, "to_date_count", 1), "milestones[0].to_date_minor", "does not fit the unit"),
    (_set("name", "../x"), "name", "does not fit: Name of the plan"),
    (_set("objectives", {}), "objectives", "{} should be a list."),
]


@pytest.mark.parametrize(("spoil", "where", "said"), SPOILED, ids=[f"{w}: {s[:30]}" for _, w, s in SPOILED])
def test_what_breaks_the_schema_is_told_with_its_path(plan, spoil, where, said):
    document = json.loads(plan_to_json(plan))
    spoil(document)
    with pytest.raises(Damaged) as caught:
        plan_from_json(json.dumps(document), where="fy18.plan.json")
    assert caught.value.where == f"fy18.plan.json, {where}"
    assert said in caught.value.what


def test_times_are_written_in_utc(plan):
    in_india = datetime(2017, 9, 1, 15, tzinfo=timezone(timedelta(hours=5.5)))
    held = planning.lock(plan, "West", by="Ann", why="agreed", at=in_india)
    assert '"at": "2017-09-01T09:30:00Z"' in plan_to_json(held)


def test_a_byte_order_mark_is_no_damage(plan):
    assert plan_from_json(b"\xef\xbb\xbf" + plan_to_json(plan).encode()) == plan


def test_whole_numbers_written_with_a_point_are_whole(plan):
    text = plan_to_json(plan).replace('"amount_minor": 30000000', '"amount_minor": 30000000.0')
    assert plan_from_json(text) == plan
    assert type(plan_from_json(text).goals[0].target) is int


def test_fractions_of_weights_are_kept_exactly(make_plan):
    made = make_plan(weights={"won_amount": {"rep:East1": Fraction(1, 3), "rep:West1": 1}})
    assert plan_from_json(plan_to_json(made)) == made
    assert '"weight": "1/3"' in plan_to_json(made)


def test_an_allocation_of_a_released_schema_is_read_with_its_limits_and_certificate():
    read = plan_from_json((FIXTURES / "plan-v1-allocation.plan.json").read_bytes())
    assert [(line.segment, line.amount) for line in read.allocation][0] == ("North", 35_000_00)
    assert sum(line.amount for line in read.allocation) == read.resources[0].total == 100_000_00
    assert [limit.name or limit.strategy or limit.why for limit in read.limits] == [
        "contract",
        "Rest",
        "grow",
    ]
    assert read.response_curves[0].judgement.now_minor == 300_000_00
    assert read.certificate.gap <= 1e-3
    assert read.scenarios[0].responses[0].factor_bp == 8_000
