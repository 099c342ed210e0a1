"""What a page is brought to leaves alone what somebody is at: the field they type in, and what they have opened."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from salesnb.widgets.assets import script

pytestmark = pytest.mark.browser

# Each gives the children of a page; in the second something around the field has come, gone or moved.
REDRAWN = {
    "a line comes before it": (
        "[null, h('div', {}, field)]",
        "[h('p', {}, 'No outlook'), h('div', {}, field)]",
    ),
    "a line goes before it": (
        "[h('p', {}, 'No outlook'), h('div', {}, field)]",
        "[false, h('div', {}, field)]",
    ),
    "a list before it grows": (
        "[['a'].map((key) => h('p', {key}, key)), h('div', {}, field)]",
        "[['a', 'b', 'c'].map((key) => h('p', {key}, key)), h('div', {}, field)]",
    ),
    "a list before it shrinks": (
        "[['a', 'b', 'c'].map((key) => h('p', {key}, key)), h('div', {}, field)]",
        "[['c'].map((key) => h('p', {key}, key)), h('div', {}, field)]",
    ),
    "its list loses one before it": (
        "[h('p', {key: 'a'}), h('p', {key: 'b'}, field)]",
        "[h('p', {key: 'b'}, field), h('p', {key: 'c'})]",
    ),
    "its table loses a row before it": (
        "['a', 'b'].map((key) => [h('p', {key}, key === 'b' ? field : null), null])",
        "['b'].map((key) => [h('p', {key}, field), null])",
    ),
    "it is renamed": (
        "h('div', {}, field)",
        "h('div', {}, h('input', {'aria-label': 'Name of Lean year', value: 'Lean year'}))",
    ),
}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        page = context.new_page()
        page.set_content(
            "<main></main><script type=module>"
            f"{script('dom').replace('export ', '')}\n"
            "const field = h('input', {'aria-label': 'Name of Lean', value: 'Lean', on: {change: () => (window.left = true)}});"
            "window.bring = (tree) => patch(document.querySelector('main'), new Function('h', 'field', `return ${tree}`)(h, field));"
            "</script>"
        )
        yield page


@pytest.mark.parametrize(("before", "after"), REDRAWN.values(), ids=list(REDRAWN))
def test_typing_goes_on_while_a_page_is_redrawn(page: Page, before: str, after: str) -> None:
    page.evaluate("(tree) => window.bring(tree)", before)
    field = page.get_by_role("textbox").element_handle()
    field.fill("Lean ye")
    page.evaluate("(tree) => window.bring(tree)", after)
    page.keyboard.type("ar")
    assert page.evaluate("(field) => field.isConnected && field === document.activeElement", field)
    assert field.input_value() == "Lean year"
    assert not page.evaluate("window.left"), "nothing was sent before it was typed"
    assert page.evaluate("document.querySelectorAll('input').length") == 1


def test_what_is_brought_back_and_forth_is_what_is_described(page: Page) -> None:
    trees = [tree for pair in REDRAWN.values() for tree in pair]
    for tree in [*trees, *reversed(trees)]:
        page.evaluate("(tree) => window.bring(tree)", tree)
        here = page.evaluate("document.querySelector('main').innerHTML")
        anew = page.evaluate(
            "(tree) => { const old = document.querySelector('main'); const main = old.cloneNode(false);"
            "old.replaceWith(main); window.bring(tree); const html = main.innerHTML; main.replaceWith(old); return html; }",
            tree,
        )
        assert here == anew
