"""A widget in a page without Jupyter: the test's own process stands where the kernel is, so that both sides are real."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from anywidget import AnyWidget

from salesnb.widgets.assets import script, style

__all__ = ["answering", "widget_page"]

# What anywidget gives a widget of its model; messages go to `window.kernel`, which gives the state back.
MODEL = """
class Model {
  constructor(state) { this.state = state; this.heard = {}; this.changed = {}; }
  get(name) { return this.state[name]; }
  set(name, value) { this.changed[name] = value; this.take({ [name]: value }); }
  save_changes() { const save = this.changed; this.changed = {}; return this.ask({ save }); }
  send(message) { return this.ask({ send: message }); }
  on(name, call) { (this.heard[name] ??= []).push(call); }
  off(name, call) { this.heard[name] = (this.heard[name] ?? []).filter((other) => other !== call); }
  async ask(message) { this.take(await window.kernel(message)); }
  take(state) {
    for (const [name, value] of Object.entries(state)) {
      if (JSON.stringify(this.state[name]) === JSON.stringify(value)) continue;
      this.state[name] = value;
      for (const call of this.heard[`change:${name}`] ?? []) call();
    }
  }
}
"""


def state_of(widget: AnyWidget) -> dict[str, Any]:
    """Everything that the page of a widget may read."""
    own = [
        name
        for name in widget.keys
        if not name.startswith("_") and name not in {"layout", "tabbable", "tooltip"}
    ]
    return json.loads(json.dumps(widget.get_state(own)))


def answering(widget: AnyWidget) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Take what the page sends as a kernel would; give the state after it."""

    def take(message: Mapping[str, Any]) -> dict[str, Any]:
        for name, value in message.get("save", {}).items():
            setattr(widget, name, value)
        if "send" in message:
            widget._handle_custom_msg(message["send"], [])
        return state_of(widget)

    return take


def widget_page(folder: Path, widget: AnyWidget, name: str) -> str:
    """Write the page of a widget; give its address."""
    text = script(name).replace("export default", "const widget =")
    page = folder / f"{name}.html"
    page.write_text(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Widget</title>"
        f"<style>:root {{ color-scheme: light dark }} {style(name)}</style>"
        f"<main id=here></main><script type=module>{MODEL}\n{text}\n"
        f"window.model = new Model({json.dumps(state_of(widget))});\n"
        "window.end = widget.render({model: window.model, el: document.getElementById('here')});</script>",
        encoding="utf-8",
    )
    return page.as_uri()
