import { h } from "./dom.js";
import { saidAt, view, whenSeen } from "./view.js";

/** Tell the kernel of one thing at a time, and of the last only: while it works, later ones take the place of earlier. */
function paced(send) {
  let [beat, busy, next] = [0, false, null];
  const go = (about) => {
    beat += 1;
    busy = true;
    send({ ...about, beat });
  };
  return {
    tell(about) {
      if (busy) next = about;
      else go(about);
    },
    /** Whether nothing is under way any more. */
    answered(heard) {
      if (heard === beat && busy) {
        busy = false;
        if (next) go(next);
        next = null;
      }
      return !busy;
    },
  };
}

function stand(title, told, marked) {
  return h(
    "section",
    { class: marked ? "stand after" : "stand", "aria-label": title },
    h("h4", {}, title),
    h("div", { class: "large" }, told.outlook),
    h("div", { class: "quiet" }, `80 of 100 cases: ${told.range}`),
    h("div", {}, h("span", { class: "quiet" }, "Chance to attain: "), told.chance),
    h("div", {}, h("span", { class: "quiet" }, "Gap: "), told.gap),
    told.why ? h("p", { class: "quiet" }, `No probability: ${told.why}.`) : null,
  );
}

function driverRow(one, own, said) {
  const control = `driver-${one.name.replace(" ", "-")}`;
  const step = own.steps.get(one.name) ?? one.at;
  return h(
    "tr",
    { key: one.name, class: one.at ? "moved" : false },
    h("th", { scope: "row" }, h("label", { for: control }, one.title), h("span", { class: "quiet" }, one.measured)),
    h(
      "td",
      {},
      h("input", {
        id: control,
        type: "range",
        min: one.low,
        max: one.high,
        step: 1,
        disabled: one.off,
        "aria-valuetext": `${one.value}; ${one.measured}`,
        value: step,
        on: { input: (event) => own.move(one.name, Number(event.currentTarget.value)) },
      }),
    ),
    h("td", { class: "number value" }, one.off ? "" : one.value, saidAt(said, control)),
    h(
      "td",
      {},
      h("button", { type: "button", disabled: !one.at, "aria-label": `Reset ${one.title}`, on: { click: () => own.move(one.name, 0, true) } }, "Reset"),
    ),
  );
}

function dealRow(one, ask) {
  const decide = (fate) => () => ask("decide", { at: "deals", deal: one.id, fate: one.fate === fate ? "open" : fate });
  const control = `deal-${one.id}`;
  return h(
    "li",
    { key: one.id, class: one.fate },
    h("input", {
      id: control,
      type: "checkbox",
      checked: one.fate !== "lost",
      on: { change: (event) => ask("decide", { at: "deals", deal: one.id, fate: event.currentTarget.checked ? "open" : "lost" }) },
    }),
    h("label", { for: control }, h("span", { class: "title" }, one.title), h("span", { class: "quiet" }, one.about)),
    h("span", { class: "fate" }, one.fate === "open" ? "" : one.fate),
    h("button", { type: "button", "aria-pressed": String(one.fate === "won"), "aria-label": `${one.title} is won`, on: { click: decide("won") } }, "Won"),
  );
}

function keeping(shown, ask, said, own) {
  return h(
    "form",
    {
      class: "bar keep",
      on: {
        submit: (event) => {
          event.preventDefault();
          ask("keep", { at: "keep", name: own.name ?? shown.name });
        },
      },
    },
    h("label", { for: "what-if-name" }, "Name"),
    h("input", { id: "what-if-name", type: "text", value: own.name ?? shown.name, size: 44, maxlength: 200, on: { input: (event) => own.type(event.currentTarget.value) } }),
    h("button", { type: "submit", disabled: !shown.change }, "Keep as a scenario"),
    h("button", { type: "button", disabled: !shown.change, on: { click: () => ask("reset", { at: "keep" }) } }, "Reset all"),
    shown.scenarios.length
      ? h(
          "select",
          { "aria-label": "Set what a scenario supposes", value: "", on: { change: (event) => own.load(event.currentTarget) } },
          h("option", { value: "" }, "Set a scenario…"),
          shown.scenarios.map((one) => h("option", { value: one, key: one }, one)),
        )
      : null,
    h("span", { class: "quiet", role: "status" }, shown.note),
    saidAt(said, "keep"),
  );
}

function whatIfTree(shown, ask, said, own) {
  const goals =
    shown.goals.length > 1
      ? h(
          "label",
          { class: "bar" },
          "Goal",
          h(
            "select",
            { value: shown.goal, on: { change: (event) => ask("goal", { at: "goal", goal: event.currentTarget.value }) } },
            shown.goals.map((one) => h("option", { value: one.id, key: one.id, selected: one.id === shown.goal }, `${one.name}, ${one.period}`)),
          ),
        )
      : null;
  if (shown.state === "resting") return [goals, h("p", { class: "quiet", role: "status" }, "Working out the outlook; the first time takes some seconds.")];
  if (shown.state === "none") return [goals, h("p", { role: "status" }, shown.why)];
  return [
    goals,
    h(
      "div",
      { class: "stands" },
      stand(`Outlook, goal ${shown.target}`, shown.before, false),
      stand("What if", shown.after, true),
      h("p", { class: "change", role: "status" }, shown.change || "Move a driver or decide a deal."),
    ),
    h(
      "div",
      { class: "controls" },
      h(
        "section",
        { "aria-label": "Drivers" },
        h("h3", {}, "Drivers"),
        h("table", { class: "figures" }, h("tbody", {}, shown.drivers.map((one) => driverRow(one, own, said)))),
      ),
      h(
        "section",
        { "aria-label": "Largest open deals" },
        h("h3", {}, "Largest open deals"),
        h("p", { class: "quiet" }, shown.deals.length ? "Uncheck a deal to suppose that it is lost." : "No open deal can still be won in the period."),
        h("ul", { class: "deals" }, shown.deals.map((one) => dealRow(one, ask))),
        saidAt(said, "deals"),
      ),
    ),
    keeping(shown, ask, said, own),
    h("details", {}, h("summary", {}, "Method"), shown.method.map((one) => h("p", {}, one))),
  ];
}

function render({ model, el }) {
  const own = { steps: new Map(), name: null };
  const drawn = view({ model, el }, "what-if", (shown, ask, said) => whatIfTree(shown, ask, said, own));
  const moves = paced((about) => model.send({ do: "move", ...about }));
  own.move = (driver, step, redraw = false) => {
    own.steps.set(driver, step);
    moves.tell({ at: `driver-${driver.replace(" ", "-")}`, driver, step });
    if (redraw) drawn.draw();
  };
  own.type = (text) => {
    own.name = text;
  };
  own.load = (select) => {
    if (select.value) model.send({ do: "load", at: "keep", scenario: select.value });
    select.value = "";
  };
  // The outlook takes seconds at first: it is asked for once somebody sees this.
  const seen = whenSeen(el, () => {
    if (model.get("shown").state === "resting") model.send({ do: "start", at: "start" });
  });
  let { note } = model.get("shown");
  const answered = () => {
    // A name that was kept is done with; one that was refused stays to be mended.
    if (model.get("shown").note !== note) own.name = null;
    note = model.get("shown").note;
    if (moves.answered(model.get("shown").beat)) own.steps.clear();
    drawn.draw();
    seen.again();
  };
  model.on("change:shown", answered);
  return () => {
    seen.end();
    model.off("change:shown", answered);
    drawn.end();
  };
}

export default { render };
