import { h } from "./dom.js";
import { saidAt, view } from "./view.js";

// The file is looked at so often; a kernel that has not answered for so long is said to be gone.
const LOOKED_EVERY = 3000;
const SILENT_AFTER = 12000;
const NEXT = { draft: ["propose", "Propose"], proposed: ["approve", "Approve"] };

function tree(shown, ask, said, alive) {
  const next = NEXT[shown.status];
  const press = (verb, name, title, off = false) =>
    h("button", { type: "button", title, disabled: off, "data-do": verb, on: { click: () => ask(verb, { at: "bar" }) } }, name);
  return [
    h(
      "div",
      { class: "bar", role: "toolbar", "aria-label": `Plan ${shown.plan}` },
      h("strong", {}, shown.plan),
      h("span", { class: `status ${shown.status}` }, shown.status),
      h("span", { class: shown.waiting ? "saved not" : "saved", role: "status" }, shown.saved),
      press("undo", "Undo", shown.undo && `Take back: ${shown.undo}`, !shown.undo),
      press("redo", "Redo", shown.redo && `Make again: ${shown.redo}`, !shown.redo),
      next ? press(next[0], next[1], "") : null,
      press("minutes", "Minutes", "Write a page: what changed, why, what stays open"),
    ),
    alive ? null : h("div", { class: "notice", role: "alert" }, SILENT),
    shown.waiting ? notice(shown.waiting, [press("again", "Try again", "Make the change on the plan as it is now"), press("drop", "Drop it", "Forget the change")]) : null,
    shown.news ? notice(shown.news, [press("read", "Seen", "Close this notice")]) : null,
    shown.minutes ? minutes(shown.minutes, press("close", "Close", "")) : null,
    saidAt(said, "bar"),
  ];
}

const SILENT =
  "The kernel does not answer. Everything saved so far is in the plan; what you change now may be lost. " +
  "When it has finished what it is busy with, this goes away; else restart it and run the notebook again.";

function minutes(written, close) {
  return h(
    "section",
    { class: "minutes", "aria-label": "Minutes" },
    h("p", { class: "quiet" }, `Kept as ${written.file}.`),
    h("pre", { tabindex: "0" }, written.text),
    close,
  );
}

function notice(told, buttons) {
  return h(
    "div",
    { class: "notice", role: "alert" },
    h("p", {}, told.text),
    told.details.length ? h("ul", {}, told.details.map((one) => h("li", {}, one))) : null,
    h("div", { class: "bar" }, buttons),
  );
}

function render({ model, el }) {
  let [beat, answered, alive] = [0, Date.now(), true];
  const drawn = view({ model, el }, "session-bar", (shown, ask, said) => tree(shown, ask, said, alive));
  const tell = (now) => {
    if (now === alive) return;
    alive = now;
    drawn.draw();
  };
  const heard = () => {
    answered = Date.now();
    tell(true);
  };
  model.on("change:heard", heard);
  const timer = setInterval(() => {
    tell(Date.now() - answered < SILENT_AFTER);
    beat += 1;
    model.send({ do: "look", at: "bar", beat });
  }, LOOKED_EVERY);
  return () => {
    clearInterval(timer);
    model.off("change:heard", heard);
    drawn.end();
  };
}

export default { render };
