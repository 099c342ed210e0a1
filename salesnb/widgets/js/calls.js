import { h } from "./dom.js";
import { readNumber } from "./reading.js";
import { saidAt, view, whenSeen } from "./view.js";

const FIELDS = [
  ["by", "Whose call", "whose"],
  ["commit", "Commit", "commit"],
  ["best", "Best case", "best"],
  ["note", "Note", "note"],
];

function callRow(one, own, said) {
  const draft = own.drafts.get(one.node);
  const at = `call-${one.node}`;
  const field = ([name, title, key]) =>
    h(
      "td",
      { key: name },
      h("input", {
        type: "text",
        class: name,
        "aria-label": `${title} of ${one.name}`,
        inputmode: name === "commit" || name === "best" ? "decimal" : "text",
        maxlength: name === "note" ? 2000 : 200,
        value: draft?.[name] ?? one[key],
        on: {
          input: (event) => own.type(one, name, event.currentTarget.value),
          keydown: (event) => {
            if (event.key === "Enter") own.call(one);
            if (event.key === "Escape") own.forget(one, event.currentTarget, one[key]);
          },
        },
      }),
    );
  return h(
    "tbody",
    { key: one.node },
    h(
      "tr",
      {},
      h("th", { scope: "row" }, h("strong", {}, one.name), h("div", { class: "quiet" }, one.level)),
      h("td", { class: "number" }, one.quota),
      h("td", {}, one.outlook || "…"),
      FIELDS.map(field),
      h("td", {}, h("button", { type: "button", disabled: !draft, "aria-label": `Call ${one.name}`, on: { click: () => own.call(one) } }, "Call")),
    ),
    h(
      "tr",
      { class: "told" },
      h("td", {}),
      h(
        "td",
        { colspan: 7 },
        one.against ? h("span", {}, `The commit is ${one.against}. `) : null,
        one.bias ? h("span", { class: "quiet" }, `${one.whose}'s calls so far: ${one.bias}.`) : null,
        saidAt(own.wrong?.at === at ? own.wrong : said, at),
        one.calls.length > 1 ? h("details", {}, h("summary", {}, `${one.calls.length} calls`), h("ul", {}, one.calls.map((text) => h("li", {}, text)))) : null,
      ),
    ),
  );
}

function callsTree(shown, ask, said, own) {
  return [
    shown.goals.length > 1
      ? h(
          "label",
          { class: "bar" },
          "Goal",
          h(
            "select",
            { on: { change: (event) => ask("goal", { at: "goal", goal: event.currentTarget.value }) } },
            shown.goals.map((one) => h("option", { value: one.id, key: one.id, selected: one.id === shown.goal }, one.name)),
          ),
        )
      : null,
    shown.state === "none" ? h("p", { role: "status" }, shown.lines.length ? `No outlook beside the calls: ${shown.why}` : shown.why) : null,
    shown.lines.length
      ? h(
          "div",
          { class: "wide", tabindex: "0", role: "region", "aria-label": "Calls" },
          h(
            "table",
            { class: "figures" },
            h(
              "thead",
              {},
              h("tr", {}, ["Node", "Quota", "Outlook (80 of 100 cases)", ...FIELDS.map(([, title]) => title), ""].map((title) => (title ? h("th", { scope: "col", key: title }, title) : h("td", { key: "" })))),
            ),
            shown.lines.map((one) => callRow(one, own, said)),
          ),
          h("p", { class: "quiet" }, "A call is kept beside the plan, with whose it is and as of when; an earlier one stays. Past calls are held against what came: several of one period count once, by their median."),
        )
      : null,
    shown.unreadable ? h("p", { class: "quiet" }, shown.unreadable) : null,
  ];
}

function render({ model, el }) {
  const own = { drafts: new Map(), wrong: null };
  const drawn = view({ model, el }, "calls", (shown, ask, said) => callsTree(shown, ask, said, own));
  const now = (one) => model.get("shown").lines.find((line) => line.node === one.node) ?? one;
  own.type = (one, name, text) => {
    own.drafts.set(one.node, { ...own.drafts.get(one.node), [name]: text });
    drawn.draw();
  };
  own.forget = (one, field, text) => {
    own.drafts.delete(one.node);
    field.value = text;
    drawn.draw();
  };
  own.call = (one) => {
    const line = now(one);
    const at = `call-${one.node}`;
    const told = { by: line.whose, commit: line.commit, best: line.best, note: line.note, ...own.drafts.get(one.node) };
    own.wrong = null;
    for (const name of ["commit", "best"]) {
      if (!told[name].trim()) continue;
      const read = readNumber(told[name], model.get("shown").locale);
      if (read.wrong) own.wrong = { at, text: read.wrong };
      else told[name] = String(read.value);
    }
    if (!own.wrong) {
      own.sent = { node: one.node, calls: line.calls.length };
      model.send({ do: "call", at, node: one.node, ...told });
    }
    drawn.draw();
  };
  const seen = whenSeen(el, () => {
    if (model.get("shown").state === "resting") model.send({ do: "start", at: "start" });
  });
  const changed = () => {
    // What was kept is no draft any more; what was refused stays to be mended.
    const kept = own.sent && model.get("shown").lines.find((line) => line.node === own.sent.node);
    if (kept && kept.calls.length > own.sent.calls) {
      own.drafts.delete(own.sent.node);
      own.sent = null;
      drawn.draw();
    }
    seen.again();
  };
  model.on("change:shown", changed);
  return () => {
    seen.end();
    model.off("change:shown", changed);
    drawn.end();
  };
}

export default { render };
