"""The sliders of an allocation as a person drives them: in a page without a kernel, where all their arithmetic is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from salesnb.actions.stating import Answers, Ends, Terms, judge, limit, state_resource
from salesnb.widgets import AllocationSliders
from salesnb.widgets.assets import script, style
from salesnb.workspace import Workspace
from tests.actions.test_allocating import ANSWERS, AT, SETTINGS, STAMP, bare

pytestmark = pytest.mark.browser

VECTORS = Path(__file__).parents[1] / "vectors"
JS = Path(__file__).parents[2] / "salesnb" / "widgets" / "js"
# What anywidget gives a widget of its model, without a kernel behind it.
MODEL = """
class Model {
  constructor(state) { this.state = state; this.heard = {}; this.sent = []; this.saves = 0; }
  get(name) { return this.state[name]; }
  set(name, value) { this.state[name] = value; this.tell(name); }
  save_changes() { this.saves += 1; }
  send(message) { this.sent.push(message); }
  on(name, call) { (this.heard[name] ??= []).push(call); }
  off(name, call) { this.heard[name] = (this.heard[name] ?? []).filter((other) => other !== call); }
  tell(name) { for (const call of this.heard[`change:${name}`] ?? []) call(); }
}
"""


def sliders(folder: Path, names: int = 0) -> AllocationSliders:
    """A widget on a plan of three segments, or of many."""
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
    workspace.plans().save(plan, read_at=None, author="Ann", reason="New plan", at=AT)
    return AllocationSliders(workspace, "fy18")


@pytest.fixture
def show(visit: Callable[..., Any], tmp_path: Path) -> Callable[..., Page]:
    """Draw a widget in a page: ``show(widget, dark=True)``; ``window.model`` is what it is drawn from."""

    def drawn(widget: AllocationSliders, **look: Any) -> Page:
        state = {name: getattr(widget, name) for name in ("given", "amounts", "locks", "said")}
        text = script("allocation_sliders").replace("export default", "const widget =")
        page = tmp_path / "page.html"
        page.write_text(
            "<!doctype html><html lang=en><meta charset=utf-8><title>Sliders</title>"
            f"<style>:root {{ color-scheme: light dark }} {style('allocation_sliders')}</style>"
            f"<main id=here></main><script type=module>{MODEL}\n{text}\n"
            f"window.model = new Model({json.dumps(state)});\n"
            "widget.render({model: window.model, el: document.getElementById('here')});</script>",
            encoding="utf-8",
        )
        opened = visit(page.as_uri(), **look)
        assert opened.errors == []
        assert opened.cut == []
        return opened.page

    return drawn


def amounts(page: Page) -> list[int]:
    return page.evaluate("[...document.querySelectorAll('[role=slider]')].map((s) => Number(s.ariaValueNow))")


def test_the_page_moves_sliders_as_the_kernel_does(visit: Callable[..., Any], tmp_path: Path) -> None:
    cases = json.loads((VECTORS / "sliding.json").read_text())["cases"]
    page = tmp_path / "vectors.html"
    page.write_text(
        f"<!doctype html><title>.</title><script type=module>{(JS / 'sliding.js').read_text()}\nwindow.slide = slide;</script>"
    )
    opened = visit(page.as_uri())
    found = opened.page.evaluate("(cases) => cases.map((c) => slide(c.sliders, c.place, c.wanted))", cases)
    assert found == [{"amounts": case["amounts"], "stopped": case["stopped"]} for case in cases]


def test_the_page_tells_what_curves_bring_as_the_kernel_does(
    visit: Callable[..., Any], tmp_path: Path
) -> None:
    cases = json.loads((VECTORS / "responding.json").read_text())["cases"]
    page = tmp_path / "vectors.html"
    text = (JS / "responding.js").read_text()
    page.write_text(
        f"<!doctype html><title>.</title><script type=module>{text}\nObject.assign(window, {{expected, marginal}});</script>"
    )
    opened = visit(page.as_uri())
    found = opened.page.evaluate(
        "(cases) => cases.map((c) => [expected(c.curve, c.amount), marginal(c.curve, c.amount)])", cases
    )
    for case, (value, rise) in zip(cases, found, strict=True):
        # A sum with the base, and one less something near one: exact to the last digits of the height.
        assert value == pytest.approx(case["expected"], rel=1e-12, abs=1e-15 * case["curve"]["height"])
        assert rise == pytest.approx(case["marginal"], rel=1e-12)


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


def place(page: Page, name: str, amount: int) -> tuple[float, float]:
    """Where an amount of a slider is on the screen; North's end tells the scale that all share."""
    box = page.get_by_role("slider", name=name).bounding_box()
    reach = page.get_by_role("slider", name="North").locator(".reach").bounding_box()
    assert box is not None
    assert reach is not None
    scale = reach["width"] / 40_000_00
    return box["x"] + amount * scale, box["y"] + 12


def test_a_thumb_is_dragged_and_the_others_follow(show: Callable[..., Page], tmp_path: Path) -> None:
    page = show(sliders(tmp_path))
    before = page.locator(".outcome").text_content()
    page.mouse.move(*place(page, "South", 40_000_00))
    page.mouse.down()
    for amount in (45_000_00, 50_000_00, 60_000_00):
        page.mouse.move(*place(page, "South", amount))
        assert sum(amounts(page)) == 100_000_00
    assert page.locator(".outcome").text_content() != before
    page.mouse.up()
    found = amounts(page)
    assert abs(found[1] - 60_000_00) < 1_000_00
    assert abs(found[0] - 2 * found[2]) <= 2
    assert page.evaluate("model.sent") == [{"do": "settle"}]
    assert page.evaluate("model.get('amounts')") == found


def test_the_kernel_is_not_told_of_every_step(show: Callable[..., Page], tmp_path: Path) -> None:
    page = show(sliders(tmp_path))
    page.mouse.move(*place(page, "South", 40_000_00))
    page.mouse.down()
    page.mouse.move(*place(page, "South", 45_000_00))
    moved = page.evaluate(
        """() => {
          const track = document.querySelector("[aria-label=South]");
          const box = track.getBoundingClientRect();
          window.before = model.saves;
          for (let n = 0; n < 200; n += 1)
            track.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + n / 2, clientY: box.top + 9 }));
          return model.saves - window.before;
        }"""
    )
    assert moved == 0
    page.wait_for_function("model.saves > window.before")
    assert page.evaluate("model.saves - window.before") == 1
    page.mouse.up()
    assert page.evaluate("model.get('amounts')") == amounts(page)


def test_there_and_back_again_in_one_drag_changes_nothing(show: Callable[..., Page], tmp_path: Path) -> None:
    page = show(sliders(tmp_path))
    page.evaluate("model.set('amounts', [30_000_00, 50_000_00, 20_000_00])")
    page.mouse.move(*place(page, "West", 20_000_00))
    page.mouse.down()
    page.mouse.move(*place(page, "West", 80_000_00))
    # North is at its lower limit, so that the others are not in the proportion that they had.
    assert amounts(page)[0] == 10_000_00
    page.mouse.move(*place(page, "West", 20_000_00))
    page.mouse.up()
    after = amounts(page)
    assert all(abs(a - b) < 1_000_00 for a, b in zip(after, (30_000_00, 50_000_00, 20_000_00), strict=True))


def test_keys_move_a_slider_and_its_limits_are_told(show: Callable[..., Page], tmp_path: Path) -> None:
    page = show(sliders(tmp_path))
    north = page.get_by_role("slider", name="North")
    north.focus()
    page.keyboard.press("End")
    assert amounts(page)[0] == 50_000_00
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("alert").text_content() == "North: It is at its upper limit."
    page.keyboard.press("Home")
    assert amounts(page)[0] == 10_000_00
    assert page.get_by_role("alert").text_content() == ""
    page.keyboard.press("PageUp")
    assert amounts(page)[0] == 18_000_00
    page.keyboard.press("Shift+ArrowRight")
    assert amounts(page)[0] == 18_000_01
    assert sum(amounts(page)) == 100_000_00
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+Shift+Z")
    assert [one["do"] for one in page.evaluate("model.sent")][-2:] == ["undo", "redo"]


def test_amounts_can_be_typed_and_what_is_no_number_is_said(
    show: Callable[..., Page], tmp_path: Path
) -> None:
    page = show(sliders(tmp_path))
    field = page.get_by_role("textbox", name="West, amount")
    field.fill("30k")
    field.press("Tab")
    assert amounts(page)[2] == 30_000_00
    assert field.input_value() == "$30,000"
    for wrong in ("many", "1,2 Mio", "-5"):
        field.fill(wrong)
        field.press("Tab")
        assert "West: " in (page.get_by_role("alert").text_content() or "")
        assert field.input_value() == "$30,000"
    assert amounts(page)[2] == 30_000_00


def test_locks_are_asked_for_shown_and_kept(show: Callable[..., Page], tmp_path: Path) -> None:
    page = show(sliders(tmp_path))
    page.get_by_role("button", name="Lock South").click()
    assert page.evaluate("model.sent") == [{"do": "lock", "line": 1}]
    page.evaluate("model.set('locks', [null, {by: 'Ann', why: 'contract'}, null])")
    assert page.get_by_role("button", name="Unlock South").is_visible()
    assert "Ann" in (page.locator("tr[data-line='1']").text_content() or "")
    reason = page.get_by_role("textbox", name="Why South is locked")
    assert reason.input_value() == "contract"
    reason.fill("contract until June")
    reason.press("Tab")
    assert page.evaluate("model.sent.at(-1)") == {"do": "lock", "line": 1, "why": "contract until June"}
    page.get_by_role("slider", name="South").focus()
    page.keyboard.press("ArrowRight")
    assert "It is locked" in (page.get_by_role("alert").text_content() or "")
    page.get_by_role("slider", name="North").focus()
    page.keyboard.press("End")
    assert amounts(page) == [50_000_00, 40_000_00, 10_000_00]


def test_many_segments_can_be_searched(show: Callable[..., Page], tmp_path: Path) -> None:
    page = show(sliders(tmp_path, names=30))
    assert page.get_by_role("slider").count() == 30
    page.get_by_role("searchbox").fill("012")
    assert page.locator("tr[data-line]:visible").count() == 1
    assert sum(amounts(page)) == 400_00 * 30


def test_names_from_the_plan_are_text(show: Callable[..., Page], tmp_path: Path) -> None:
    widget = sliders(tmp_path)
    given = json.loads(json.dumps(widget.given))
    given["segments"][0]["name"] = "<img src=x onerror=window.bad=1>"
    widget.given = given
    page = show(widget)
    assert page.evaluate("window.bad") is None
    assert "<img" in (page.locator("tbody").text_content() or "")
