"""The sliders of an allocation as a person drives them: in a page, with the test's own process as the kernel."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from salesnb.actions.plan_session import PlanSession
from salesnb.actions.stating import Answers, Ends, Terms, judge, limit, state_resource
from salesnb.allocation import Curve
from salesnb.allocation.tabled import tabulate
from salesnb.planning import Condition, Plan
from salesnb.widgets import AllocationSliders
from salesnb.workspace import Workspace
from tests.actions.test_allocating import ANSWERS, AT, SETTINGS, STAMP, bare

pytestmark = pytest.mark.browser

VECTORS = Path(__file__).parents[1] / "vectors"
JS = Path(__file__).parents[2] / "salesnb" / "widgets" / "js"


def sliders(
    folder: Path, names: int = 0, change: Callable[[Plan], Plan] = lambda plan: plan
) -> AllocationSliders:
    """A widget on a plan of three segments, or of many in three regions."""
    (folder / "salesnb.toml").write_text('[workspace]\ncurrency = "USD"\n')
    workspace = Workspace.open(folder)
    answers = (
        ANSWERS
        if not names
        else tuple(
            Answers(segment=f"Segment {n:03}", none="1000", now="3000", saturated="5000", effort="400")
            for n in range(names)
        )
    )
    total = "budget=100000" if not names else f"budget={400 * names}"
    plan = judge(state_resource(bare(), total, SETTINGS, Terms()), answers, SETTINGS, **STAMP)
    if not names:
        plan = limit(plan, [Ends(segments=("North",), low="10000", high="50000")], SETTINGS, **STAMP)
    else:
        plan = replace(plan, segments=tuple(_in_region(one, n) for n, one in enumerate(plan.segments)))
    workspace.plans().save(change(plan), read_at=None, author="Ann", reason="New plan", at=AT)
    return AllocationSliders(workspace, "fy18")


def _in_region(segment: Any, n: int) -> Any:
    region = Condition(dimension="region", values=(("East", "West", "<b>North</b>")[n % 3],))
    return replace(segment, conditions=(region,))


def amounts(page: Page) -> list[int]:
    return page.evaluate("[...document.querySelectorAll('[role=slider]')].map((s) => Number(s.ariaValueNow))")


def kept(widget: AllocationSliders) -> list[int]:
    """The amounts in the plan's file."""
    plan = widget.session.workspace.plans().load("fy18")
    return [line.amount for line in plan.allocation]


def reasons(widget: AllocationSliders) -> list[str]:
    return [one.reason for one in widget.session.workspace.plans().history("fy18")][1:]


def until_kept(page: Page) -> None:
    """Wait for what was done to be in the plan's file."""
    expect(page.locator(".saved")).to_contain_text("Saved: revision")


def said(page: Page, line: int) -> Locator:
    """What is said beside a line."""
    return page.locator(f"tr[data-line='{line}'] [role=alert]")


def test_the_page_moves_sliders_as_the_kernel_does(visit: Callable[..., Any], tmp_path: Path) -> None:
    cases = json.loads((VECTORS / "sliding.json").read_text())["cases"]
    page = tmp_path / "vectors.html"
    page.write_text(
        f"<!doctype html><title>.</title><script type=module>{(JS / 'sliding.js').read_text()}\nwindow.slide = slide;</script>"
    )
    opened = visit(page.as_uri())
    found = opened.page.evaluate("(cases) => cases.map((c) => slide(c.sliders, c.place, c.wanted))", cases)
    assert found == [{"amounts": case["amounts"], "stopped": case["stopped"]} for case in cases]


def test_the_page_reads_tables_of_curves_as_the_kernel_does(
    visit: Callable[..., Any], tmp_path: Path
) -> None:
    cases = json.loads((VECTORS / "responding.json").read_text())["cases"]
    page = tmp_path / "vectors.html"
    text = (JS / "tabled.js").read_text()
    page.write_text(
        f"<!doctype html><title>.</title><script type=module>{text}\nObject.assign(window, {{expected, marginal}});</script>"
    )
    tables = [tabulate([Curve(**case["curve"])], 3 * case["amount"]) for case in cases]
    told = [
        {name: np.asarray(value).tolist() for name, value in vars(table).items()} | {"at": at}
        for table, case in zip(tables, cases, strict=True)
        for at in (0.0, case["amount"] / 1e6, case["amount"], 4 * case["amount"])
    ]
    found = visit(page.as_uri()).page.evaluate(
        "(tables) => tables.map((t) => [expected(t, t.at), marginal(t, t.at)])", told
    )
    for n, (value, rise) in enumerate(found):
        table, at = tables[n // 4], np.array([told[n]["at"]])
        height = abs(table.values).max()
        assert value == pytest.approx(table.at(at)[0], rel=1e-12, abs=1e-12 * height)
        assert rise == pytest.approx(table.slope(at)[0], rel=1e-9, abs=1e-12 * height / table.top)


@pytest.mark.parametrize(
    ("typed", "locale", "value"),
    [
        ("40,000", "en-US", 40_000),
        ("$40,000.50", "en-US", 40_000.5),
        ("40.000,50 €", "de-DE", 40_000.5),
        ("1,2 Mio", "de-DE", 1_200_000),
        ("12.5k", "en-US", 12_500),
        ("1 234 567", "fr-FR", 1_234_567),
        ("12 hours", "en-US", 12),
        ("-5", "en-US", -5),
        ("1,2 Mio", "en-US", None),
        ("abc", "en-US", None),
        ("", "en-US", None),
        ("35.00", "de-DE", None),
        ("1.2.3", "en-US", None),
        ("5 apples", "en-US", None),
    ],
)
def test_numbers_are_read_as_their_reader_types_them(
    visit: Callable[..., Any], tmp_path: Path, typed: str, locale: str, value: float | None
) -> None:
    page = tmp_path / "reading.html"
    page.write_text(
        "<!doctype html><meta charset=utf-8><title>.</title><script type=module>"
        f"{(JS / 'reading.js').read_text()}\nwindow.readNumber = readNumber;</script>",
        encoding="utf-8",
    )
    found = visit(page.as_uri()).page.evaluate(
        "([text, locale]) => readNumber(text, locale)", [typed, locale]
    )
    assert found.get("value") == value
    assert bool(found.get("wrong")) == (value is None)


def test_a_further_resource_tells_what_it_brings_over_none_of_it_as_the_kernel_does(
    drawn: Callable[..., Page], tmp_path: Path
) -> None:
    widget = sliders(tmp_path, change=lambda plan: _visited(plan))
    board = widget.board
    page = drawn(widget, "allocation_sliders")
    expect(page.get_by_role("columnheader", name="Brings")).to_have_attribute(
        "title", re.compile("over none of it")
    )
    further = next(n for n, line in enumerate(board.lines.all) if line.resource == "visits")
    slider = page.locator(f"tr[data-line='{further}'] [role=slider]")

    def told() -> list[float]:
        cells = page.locator("tr[data-line] .brings .live").all_inner_texts()
        return [float(re.sub(r"[^0-9.−-]", "", text).replace("−", "-")) for text in cells]

    def outcome() -> str:
        return page.locator(".outcome, [data-part=outcome]").first.inner_text()

    for key in ("Home", "PageUp", "ArrowRight"):
        slider.press(key)
        page.wait_for_function("window.model.get('shown') !== null")
        until_kept(page)
        places = [
            int(row)
            for row in page.locator("tr[data-line]").evaluate_all("all => all.map((one) => one.dataset.line)")
        ]
        exact = board.brings()
        assert told() == pytest.approx([exact[n] for n in places], rel=2e-4, abs=1)
        assert min(told()) >= 0
        assert f"{board.outcome() / 100:,.0f}"[:3] in outcome()
        expect(page.locator("[data-part=reading]")).to_contain_text("over none of it")
    slider.press("Home")
    until_kept(page)
    assert board.amounts[further] == 0
    expect(page.locator(f"tr[data-line='{further}'] .brings")).to_have_text("$0")


def _visited(plan: Plan) -> Plan:
    plan = state_resource(plan, "visits=90 hours", SETTINGS, Terms())
    more = [
        Answers(
            segment=name, none="50000", now="200000", saturated="260000", effort=effort, resource="visits"
        )
        for name, effort in (("North", "30"), ("South", "60"))
    ]
    return judge(plan, more, SETTINGS, **STAMP)


def place(page: Page, name: str, amount: int) -> tuple[float, float]:
    """Where an amount of a slider is on the screen; North's end tells the scale that all share."""
    box = page.get_by_role("slider", name=name).bounding_box()
    reach = page.get_by_role("slider", name="North").locator(".reach").bounding_box()
    assert box is not None
    assert reach is not None
    scale = reach["width"] / 40_000_00
    return box["x"] + amount * scale, box["y"] + 12


def test_a_thumb_is_dragged_the_others_follow_and_it_is_kept_when_it_is_let_go(
    drawn: Callable[..., Page], tmp_path: Path
) -> None:
    widget = sliders(tmp_path)
    page = drawn(widget, "allocation_sliders")
    before = page.locator(".outcome").text_content()
    page.mouse.move(*place(page, "South", 40_000_00))
    page.mouse.down()
    for amount in (45_000_00, 50_000_00, 60_000_00):
        page.mouse.move(*place(page, "South", amount))
        assert sum(amounts(page)) == 100_000_00
    assert page.locator(".outcome").text_content() != before
    assert kept(widget) == []
    page.mouse.up()
    until_kept(page)
    found = amounts(page)
    assert abs(found[1] - 60_000_00) < 1_000_00
    assert abs(found[0] - 2 * found[2]) <= 2
    assert kept(widget) == found
    (reason,) = reasons(widget)
    assert re.fullmatch(r"South \$40K → \$(59|60)(\.\d)?K by hand", reason)


def test_the_kernel_is_not_told_of_every_step(drawn: Callable[..., Page], tmp_path: Path) -> None:
    page = drawn(sliders(tmp_path), "allocation_sliders")
    page.mouse.move(*place(page, "South", 40_000_00))
    page.mouse.down()
    page.evaluate(
        """() => {
          window.sent = [];
          const send = model.send.bind(model);
          model.send = (message) => { window.sent.push(message); return send(message); };
          const track = document.querySelector("[aria-label=South]");
          const box = track.getBoundingClientRect();
          for (let n = 0; n < 200; n += 1)
            track.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + n / 2, clientY: box.top + 9 }));
        }"""
    )
    page.wait_for_function("sent.some((one) => one.do === 'move')")
    assert page.evaluate("sent.filter((one) => one.do === 'move').length") <= 3
    page.mouse.up()
    until_kept(page)
    assert page.evaluate("model.get('amounts')") == amounts(page)


def test_there_and_back_again_in_one_drag_changes_nothing(drawn: Callable[..., Page], tmp_path: Path) -> None:
    widget = sliders(tmp_path)
    widget.value = {"budget": {"North": 30_000_00, "South": 50_000_00}}
    page = drawn(widget, "allocation_sliders")
    page.mouse.move(*place(page, "West", 20_000_00))
    page.mouse.down()
    page.mouse.move(*place(page, "West", 80_000_00))
    # North is at its lower limit, so that the others are not in the proportion that they had.
    assert amounts(page)[0] == 10_000_00
    page.mouse.move(*place(page, "West", 20_000_00))
    page.mouse.up()
    after = amounts(page)
    assert all(abs(a - b) < 1_000_00 for a, b in zip(after, (30_000_00, 50_000_00, 20_000_00), strict=True))


def test_keys_move_a_slider_and_its_limits_are_told(drawn: Callable[..., Page], tmp_path: Path) -> None:
    widget = sliders(tmp_path)
    page = drawn(widget, "allocation_sliders")
    north = page.get_by_role("slider", name="North")
    north.focus()
    page.keyboard.press("End")
    assert amounts(page)[0] == 50_000_00
    page.keyboard.press("ArrowRight")
    expect(said(page, 0)).to_contain_text("It is at its upper limit of $50,000.")
    page.keyboard.press("Home")
    assert amounts(page)[0] == 10_000_00
    expect(said(page, 0)).not_to_contain_text("limit")
    page.keyboard.press("PageUp")
    assert amounts(page)[0] == 18_000_00
    page.keyboard.press("Shift+ArrowRight")
    assert amounts(page)[0] == 18_000_01
    assert sum(amounts(page)) == 100_000_00
    until_kept(page)


def test_undo_and_redo_by_keys_are_the_sessions(drawn: Callable[..., Page], tmp_path: Path) -> None:
    widget = sliders(tmp_path)
    page = drawn(widget, "allocation_sliders")
    north = page.get_by_role("slider", name="North")
    north.focus()
    page.keyboard.press("End")
    page.keyboard.press("Control+z")
    expect(north).to_have_attribute("aria-valuenow", "4000000")
    page.keyboard.press("Control+Shift+Z")
    expect(north).to_have_attribute("aria-valuenow", "5000000")
    expect(north).to_be_focused()
    until_kept(page)
    north = "North $40K → $50K by hand"
    assert reasons(widget) == [north, f"Undone: {north}", f"Done again: {north}"]


def test_keys_in_a_burst_are_one_change_that_survives_leaving_at_once(
    drawn: Callable[..., Page], tmp_path: Path
) -> None:
    widget = sliders(tmp_path)
    page = drawn(widget, "allocation_sliders")
    page.get_by_role("slider", name="South").focus()
    page.evaluate(
        """() => {
          for (let n = 0; n < 15; n += 1)
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
        }"""
    )
    assert kept(widget) == []
    page.keyboard.press("Tab")
    until_kept(page)
    assert kept(widget) == amounts(page)
    assert amounts(page)[1] == 40_000_00 + 15 * 800_00
    assert reasons(widget) == ["South $40K → $52K by hand"]


def test_amounts_can_be_typed_and_what_cannot_be_is_said_beside_the_field(
    drawn: Callable[..., Page], tmp_path: Path
) -> None:
    widget = sliders(tmp_path)
    page = drawn(widget, "allocation_sliders")
    field = page.get_by_role("textbox", name="West, amount")
    field.fill("30k")
    field.press("Tab")
    assert amounts(page)[2] == 30_000_00
    assert field.input_value() == "$30,000"
    until_kept(page)
    for wrong, why in (
        ("many", '"many" is not a number'),
        ("1,2 Mio", "could be read in two ways"),
        ("-5", "0 or more"),
        ("95000", "With these locks and limits it can have at most $90,000, not $95,000"),
        ("1.234", "small parts"),
    ):
        field.fill(wrong)
        field.press("Tab")
        expect(said(page, 2)).to_contain_text(why)
        expect(said(page, 2)).to_contain_text("It stays at $30,000")
        assert field.input_value() == "$30,000"
    assert amounts(page)[2] == 30_000_00
    north = page.get_by_role("textbox", name="North, amount")
    north.fill("60000")
    north.press("Tab")
    expect(said(page, 0)).to_contain_text("It may have $10,000 to $50,000, not $60,000")
    assert reasons(widget) == ["West $20K → $30K by hand"]


def test_heads_are_whole_and_move_in_their_steps(drawn: Callable[..., Page], tmp_path: Path) -> None:
    widget = sliders(
        tmp_path,
        change=lambda _: judge(
            replace_step(state_resource(bare(), "reps=12 heads", SETTINGS, Terms()), 2),
            tuple(replace(one, effort="4") for one in ANSWERS),
            SETTINGS,
            **STAMP,
        ),
    )
    page = drawn(widget, "allocation_sliders")
    field = page.get_by_role("textbox", name="North, amount")
    assert field.input_value() == "4 heads"
    field.fill("4.5")
    field.press("Tab")
    expect(said(page, 0)).to_contain_text("heads cannot be split")
    field.fill("7")
    field.press("Tab")
    expect(said(page, 0)).to_contain_text("It moves in steps of 2 heads")
    assert amounts(page) == [8, 2, 2]
    page.get_by_role("slider", name="South").focus()
    page.keyboard.press("ArrowRight")
    assert all(amount % 2 == 0 for amount in amounts(page))
    assert sum(amounts(page)) == 12


def replace_step(plan: Plan, step: int) -> Plan:
    return replace(plan, resources=tuple(replace(one, step=step) for one in plan.resources))


def test_locks_are_asked_for_shown_and_kept_with_why(drawn: Callable[..., Page], tmp_path: Path) -> None:
    widget = sliders(tmp_path)
    widget.session.author = "Ann <b>"
    page = drawn(widget, "allocation_sliders")
    page.get_by_role("button", name="Lock South").click()
    page.get_by_role("button", name="Unlock South").wait_for()
    assert "Ann <b>" in (page.locator("tr[data-line='1']").text_content() or "")
    reason = page.get_by_role("textbox", name="Why South is locked")
    reason.fill("contract until June")
    reason.press("Tab")
    until_kept(page)
    limits = widget.session.workspace.plans().load("fy18").limits
    assert [(one.low, one.why) for one in limits if one.low == one.high] == [
        (40_000_00, "contract until June")
    ]
    page.get_by_role("slider", name="South").focus()
    page.keyboard.press("ArrowRight")
    expect(said(page, 1)).to_contain_text("It is locked")
    page.get_by_role("slider", name="North").focus()
    page.keyboard.press("End")
    assert amounts(page) == [50_000_00, 40_000_00, 10_000_00]


def test_a_refusal_of_the_kernel_stands_beside_the_control_that_asked(
    drawn: Callable[..., Page], tmp_path: Path
) -> None:
    widget = sliders(tmp_path)
    page = drawn(widget, "allocation_sliders")
    widget.session.workspace.plans().path("fy18").unlink()
    page.get_by_role("slider", name="South").focus()
    page.keyboard.press("PageUp")
    page.keyboard.press("Tab")
    expect(said(page, 1)).to_contain_text(re.compile("plan|fy18"))
    assert amounts(page) == [40_000_00, 40_000_00, 20_000_00]
    page.get_by_role("button", name="Try again").click()
    until_kept(page)
    assert amounts(page)[1] == 48_000_00
    assert kept(widget) == amounts(page)


def test_somebody_elses_save_is_followed_without_moving_the_focus(
    drawn: Callable[..., Page], tmp_path: Path
) -> None:
    mine = PlanSession(sliders(tmp_path).session.workspace, "fy18")
    widget = AllocationSliders(mine)
    page = drawn(widget, "allocation_sliders")
    field = page.get_by_role("textbox", name="South, amount")
    field.fill("4")
    hers = AllocationSliders(Workspace.open(tmp_path), "fy18")
    hers.value = {"budget": {"North": 30_000_00, "South": 50_000_00}}
    mine.look()
    page.evaluate("model.send({ do: 'nothing' })")
    expect(page.get_by_role("slider", name="North")).to_have_attribute("aria-valuenow", "3000000")
    expect(field).to_be_focused()
    assert field.input_value() == "4"


def test_before_a_segment_leaves_what_is_near_the_best_that_is_said(
    drawn: Callable[..., Page], tmp_path: Path
) -> None:
    page = drawn(sliders(tmp_path), "allocation_sliders")
    page.wait_for_function("model.get('near').ends.length === 3", timeout=20_000)
    low, high = page.evaluate("model.get('near').ends[2]")
    track = page.get_by_role("slider", name="West")
    middle = round((low + high) / 2)
    page.mouse.move(*place(page, "West", middle))
    page.mouse.down()
    row = page.locator("tr[data-line='2']")
    expect(said(page, 2)).not_to_contain_text("Above")
    page.mouse.move(*place(page, "West", round(high - (high - low) * 0.05)))
    expect(said(page, 2)).to_contain_text("Above $")
    expect(said(page, 2)).to_contain_text("more than 1 % of the expected sales is lost")
    expect(row).to_have_class("edge high")
    page.mouse.move(*place(page, "West", round(high + (high - low) * 0.2)))
    expect(said(page, 2)).to_contain_text("Outside $")
    expect(row).to_have_class("outside")
    page.mouse.up()
    page.get_by_role("button", name="Lock North").click()
    expect(page.locator(".progress")).to_contain_text("working out what is near the best")
    page.wait_for_function("model.get('near').ends.length === 3", timeout=20_000)
    expect(page.locator(".progress")).to_have_text("")
    assert track.is_visible()


def test_the_curve_of_the_line_in_hand_stands_beside_with_its_point_on_it(
    drawn: Callable[..., Page], tmp_path: Path
) -> None:
    widget = sliders(tmp_path)
    page = drawn(widget, "allocation_sliders")
    panel = page.get_by_role("complementary", name="Response curve")
    expect(panel.get_by_role("heading")).to_have_text("North")
    page.mouse.move(*place(page, "South", 40_000_00))
    page.mouse.down()
    expect(panel.get_by_role("heading")).to_have_text("South")
    reading = panel.locator(".reading")
    before, point = reading.text_content(), panel.locator(".now").get_attribute("cx")
    page.mouse.move(*place(page, "South", 60_000_00))
    assert reading.text_content() != before
    assert float(panel.locator(".now").get_attribute("cx") or 0) > float(point or 0)
    page.mouse.up()
    until_kept(page)
    brings = widget.board.lines.posed.curves["South"]
    amount = amounts(page)[1] / 100
    expected = sum(curve.at(amount) for curve in brings) / len(brings)
    told = re.search(r"brings \$([\d,]+), the next", reading.text_content() or "")
    assert told is not None
    assert float(told[1].replace(",", "")) == pytest.approx(expected, rel=2e-5, abs=1)


def test_many_segments_are_grouped_folded_and_found(drawn: Callable[..., Page], tmp_path: Path) -> None:
    page = drawn(sliders(tmp_path, names=24), "allocation_sliders")
    assert page.get_by_role("slider").count() == 24
    east = page.get_by_role("button", name="East (8)")
    row = page.locator("tr[data-group=East]")
    expect(row).to_contain_text("$3,200")
    page.get_by_role("slider", name="Segment 000").focus()
    page.keyboard.press("End")
    expect(row).to_contain_text("$9,600")
    east.click()
    expect(east).to_have_attribute("aria-expanded", "false")
    assert page.locator("tr[data-line]:visible").count() == 16
    page.get_by_role("searchbox").fill("012")
    assert page.locator("tr[data-line]:visible").count() == 1
    page.get_by_role("searchbox").fill("")
    page.get_by_label("Group by").select_option("nothing")
    assert page.locator("tr[data-line]:visible").count() == 24
    assert page.get_by_role("button", name="<b>North</b>").count() == 0
    assert sum(amounts(page)) == 400_00 * 24


def test_names_from_the_plan_are_text(drawn: Callable[..., Page], tmp_path: Path) -> None:
    hostile = "<img src=x onerror=window.bad=1>" + "x" * 300

    def named(plan: Plan) -> Plan:
        first, *others = plan.segments
        return replace(plan, segments=(replace(first, name=hostile), *others))

    page = drawn(sliders(tmp_path, change=named), "allocation_sliders")
    assert page.evaluate("window.bad") is None
    assert "<img" in (page.locator("tbody").text_content() or "")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_rows_out_of_sight_are_written_when_they_come_into_it(
    drawn: Callable[..., Page], tmp_path: Path
) -> None:
    page = drawn(sliders(tmp_path, names=80), "allocation_sliders")
    page.get_by_label("Group by").select_option("nothing")
    last = page.locator("tr[data-line='79']")
    page.wait_for_timeout(200)
    box = page.get_by_role("slider").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 12)
    before = last.text_content()
    assert amounts(page)[1] < 400_00
    assert amounts(page)[79] == 400_00
    page.locator(".scroll").evaluate("(node) => node.scrollTo(0, node.scrollHeight)")
    expect(last).not_to_have_text(before or "")
    assert amounts(page)[79] < 400_00
    page.mouse.up()
    until_kept(page)
    assert sum(amounts(page)) == 80 * 400_00


def test_beside_a_file_browser_what_moves_and_what_it_brings_can_be_seen(
    drawn: Callable[..., Page], tmp_path: Path
) -> None:
    page = drawn(sliders(tmp_path, names=24), "allocation_sliders", width=916)
    page.get_by_role("button", name="Lock Segment 000").click()
    page.get_by_role("button", name="Unlock Segment 000").wait_for()
    right = page.locator(".scroll").evaluate("(node) => node.getBoundingClientRect().left + node.clientWidth")
    row = page.locator("tr[data-line='0']")
    for part in (".track", ".typed", "[data-part=brings]", "[data-part=next]", "button", ".reason"):
        box = row.locator(part).first.bounding_box()
        assert box is not None
        assert box["width"] >= 40
        assert box["x"] + box["width"] <= right
    assert page.locator(".scroll").evaluate("(node) => node.scrollWidth <= node.clientWidth")
    for text in page.locator(".live:visible").all():
        assert text.evaluate("(node) => node.scrollWidth <= node.clientWidth")
