import { h } from "./dom.js";
import { readNumber } from "./reading.js";
import { saidAt, view, whenSeen } from "./view.js";

const STAND = [
  ["outlook", "Outlook"],
  ["range", "80 of 100 cases"],
  ["chance", "Chance to attain"],
  ["gap", "Gap"],
];

function compareRow(title, columns, cell, key = title) {
  return h("tr", { key }, h("th", { scope: "row" }, title), columns.map((one) => h("td", { key: one.id, class: one.id ? false : "planned" }, cell(one))));
}

function head(one, ask, said) {
  if (!one.id) return h("th", { scope: "col", key: "", class: "planned" }, h("strong", {}, "As planned"), h("div", { class: "quiet" }, one.text));
  const at = `name-${one.id}`;
  return h(
    "th",
    { scope: "col", key: one.id },
    h("input", {
      type: "text",
      class: "name",
      "aria-label": `Name of ${one.name}`,
      title: one.name,
      maxlength: 200,
      value: one.name,
      on: {
        change: (event) => ask("rename", { at, scenario: one.id, name: event.currentTarget.value }),
        keydown: (event) => event.key === "Escape" && (event.currentTarget.value = one.name),
      },
    }),
    one.text ? h("div", { class: "quiet" }, one.text) : null,
    saidAt(said, at),
  );
}

function target(one, shown, ask, said, own) {
  if (!one.id) return one.target;
  const at = `target-${one.id}`;
  const aim = (event) => {
    const typed = event.currentTarget.value;
    const read = readNumber(typed, shown.locale);
    own.wrong(at, read.wrong ?? "");
    if (!read.wrong) ask("aim", { at, scenario: one.id, target: String(read.value) });
  };
  return [
    h("input", { type: "text", inputmode: "decimal", class: "number", "aria-label": `Target of ${one.name}`, value: one.target, on: { change: aim } }),
    saidAt(own.refused ?? said, at),
  ];
}

function acts(one, ask, said) {
  if (!one.id) return null;
  const at = `acts-${one.id}`;
  const press = (verb, words, title, off = false) =>
    h("button", { type: "button", title, disabled: off, "aria-label": `${words}: ${one.name}`, on: { click: () => ask(verb, { at, scenario: one.id }) } }, words);
  return [
    h(
      "div",
      { class: "bar" },
      press("adopt", "Make it the plan", one.demands ? "The plan takes its targets, totals and limits; undo brings the plan back" : "It demands nothing of the plan", !one.demands),
      press("copy", "Duplicate", "Copy it under another name"),
      press("remove", "Remove", "Take it away; undo brings it back"),
    ),
    saidAt(said, at),
  ];
}

function compareTree(shown, ask, said, own) {
  const { columns } = shown;
  const outlook = (key) => (one) => one.stand?.[key] ?? (shown.state === "resting" ? "…" : "–");
  return [
    h(
      "div",
      { class: "bar" },
      shown.goals.length > 1
        ? h(
            "label",
            {},
            "Goal ",
            h(
              "select",
              { on: { change: (event) => ask("goal", { at: "goal", goal: event.currentTarget.value }) } },
              shown.goals.map((one) => h("option", { value: one.id, key: one.id, selected: one.id === shown.goal }, one.name)),
            ),
          )
        : null,
      h("button", { type: "button", title: "To compare with, or to go back to", on: { click: () => ask("keep", { at: "bar", name: "Plan" }) } }, "Keep the plan as a scenario"),
      shown.compares ? h("button", { type: "button", title: "Allocates each anew, which may take seconds", on: { click: () => ask("compare", { at: "bar" }) } }, "Compare allocations") : null,
      h("span", { class: "quiet", role: "status" }, shown.note),
      saidAt(said, "bar"),
    ),
    shown.state === "none" ? h("p", { role: "status" }, `No outlook beside them: ${shown.why}`) : null,
    columns.length === 1
      ? h("p", { class: "quiet" }, "The plan has no scenario yet. Keep it as one here, or keep a what-if as one.")
      : h(
          "div",
          { class: "wide", tabindex: "0", role: "region", "aria-label": "Scenarios side by side" },
          h(
            "table",
            { class: "figures" },
            h("thead", {}, h("tr", {}, h("td", {}), columns.map((one) => head(one, ask, said)))),
            h(
              "tbody",
              {},
              compareRow("Target", columns, (one) => target(one, shown, ask, said, own)),
              STAND.map(([key, title]) => compareRow(title, columns, outlook(key))),
              shown.brings.map((row) => compareRow(row.title, columns, (one) => one.brings[row.key] ?? "", `brings-${row.key}`)),
              compareRow("Differs", columns, (one) => (one.id ? h("ul", {}, one.differences.map((text) => h("li", {}, text))) : null)),
              compareRow("", columns, (one) => acts(one, ask, said), "acts"),
            ),
          ),
        ),
    shown.lines.map((line) => h("p", {}, line)),
    shown.compares ? h("p", { class: "quiet" }, "The outlook follows drivers, deals and the target. It knows no allocation: what other amounts bring stands in rows of its own, once compared.") : null,
  ];
}

function render({ model, el }) {
  const own = { refused: null };
  const drawn = view({ model, el }, "scenario-compare", (shown, ask, said) => compareTree(shown, ask, said, own));
  own.wrong = (at, text) => {
    own.refused = text ? { at, text } : null;
    drawn.draw();
  };
  const seen = whenSeen(el, () => {
    if (model.get("shown").state === "resting") model.send({ do: "start", at: "start" });
  });
  model.on("change:shown", seen.again);
  return () => {
    seen.end();
    model.off("change:shown", seen.again);
    drawn.end();
  };
}

export default { render };
