import { h } from "./dom.js";
import { choice, conditions, field, textInput, tick, wrongAt } from "./kpi_form.js";
import { trendChart } from "./kpi_trend.js";
import { saidAt, view } from "./view.js";

// What is picked is asked for when a person has paused so long; only one question is open at a time, and one that is not
// answered for so long is asked again.
const PAUSE = 180;
const PATIENCE = 15000;
const OUTCOMES = { passed: "✓", failed: "✗", "not possible": "–" };

// ---- the form

function measure(form, n, what, { filters = false, legend = "" } = {}) {
  const part = form.picks.parts[n];
  const path = `parts.${n}`;
  const columns = { sum: "summed", mean: "summed", count_distinct: "counted" };
  const of = (label, name) => field(form, `${path}.of`, label, choice(form, `${path}.of`, part.of, form.given.columns[name]));
  const body =
    what === "kpi"
      ? [field(form, `${path}.of`, "KPI", choice(form, `${path}.of`, part.of, form.given.kpis))]
      : [
          what === "count" ? null : of("Of", columns[what] ?? "ranked"),
          what === "quantile" ? share(form, path, part) : null,
          deals(form, path, part),
          filters ? conditions(form, `${path}.filters`, part.filters, legend) : null,
        ];
  return [body, wrongAt(form, path)];
}

const share = (form, path, part) => field(form, `${path}.share`, "Share", textInput(form, `${path}.share`, part.share, { placeholder: "90 %", size: 6 }));
const deals = (form, path, part) => field(form, `${path}.deals`, "Deals", choice(form, `${path}.deals`, part.deals, form.given.deals));

function side(form, n, title) {
  const part = form.picks.parts[n];
  return h(
    "fieldset",
    {},
    h("legend", {}, title),
    field(form, `parts.${n}.what`, "What", choice(form, `parts.${n}.what`, part.what, form.given.measures)),
    measure(form, n, part.what, { filters: part.what !== "kpi", legend: "Only those where" }),
  );
}

const BODIES = {
  duration: (form) => {
    const part = form.picks.parts[0];
    const dates = form.given.columns.dates;
    return [
      field(form, "parts.0.what", "Figure", choice(form, "parts.0.what", part.what, form.given.ranked)),
      part.what === "quantile" ? share(form, "parts.0", part) : null,
      field(form, "parts.0.of", "From", choice(form, "parts.0.of", part.of, dates)),
      field(form, "parts.0.to", "To", choice(form, "parts.0.to", part.to, dates)),
      deals(form, "parts.0", part),
      wrongAt(form, "parts.0"),
    ];
  },
  conversion: (form) =>
    [0, 1].map((n) =>
      h("fieldset", {}, h("legend", {}, n ? "Out of" : "Deals that count"), deals(form, `parts.${n}`, form.picks.parts[n]), conditions(form, `parts.${n}.filters`, form.picks.parts[n].filters, "Only those where"), wrongAt(form, `parts.${n}`)),
    ),
  ratio: (form) => [side(form, 0, "Above"), side(form, 1, "Divided by")],
  formula: (form) => [
    field(form, "formula", "Expression", (given) =>
      h("textarea", { ...given, rows: 3, spellcheck: "false", value: form.picks.formula, on: { input: (event) => form.set("formula", event.target.value) } }),
    ),
    field(form, "where", "Only deals where", textInput(form, "where", form.picks.where, { placeholder: "amount >= 1_000 and product = 'Base'", spellcheck: "false" })),
  ],
};

function words(form, shown) {
  const picks = form.picks;
  const units = form.given.units.filter(([name]) => shown.units.includes(name));
  return h(
    "section",
    { "aria-label": "Name and unit" },
    field(form, "label", "Label", textInput(form, "label", picks.label, { placeholder: "What people read" })),
    field(form, "name", "Name", textInput(form, "name", picks.name, { placeholder: shown.suggested, spellcheck: "false" })),
    field(form, "unit", "Unit", choice(form, "unit", shown.unit, units)),
    tick(form, "higher_is_better", picks.higher_is_better, "More of it is good"),
    h("button", { type: "button", "aria-expanded": String(form.more), on: { click: form.toggle } }, form.more ? "Fewer fields" : "More fields"),
    form.more
      ? [
          field(form, "description", "Description", textInput(form, "description", picks.description)),
          field(form, "source", "Source", textInput(form, "source", picks.source)),
          field(form, "additive_over", "Adds up over", textInput(form, "additive_over", picks.additive_over, { placeholder: "as follows from it" }), { quiet: "Names with commas, such as region, time; or: nothing" }),
          tick(form, "mixed_dates", picks.mixed_dates, "Its parts are told by different dates, and that is meant"),
          tick(form, "restates", picks.restates, "Past periods may change, as those of a cohort do"),
        ]
      : null,
  );
}

function builderForm(form, shown, ask) {
  const picks = form.picks;
  const body = BODIES[picks.kind] ?? (() => measure(form, 0, picks.kind));
  return h(
    "div",
    { class: "form" },
    h(
      "div",
      { class: "bar" },
      h("strong", {}, shown.editing ? `KPI ${shown.editing}` : "New KPI"),
      form.given.saved.length ? opened(form, ask) : null,
      h("button", { type: "button", on: { click: () => form.start("new") } }, "Start anew"),
    ),
    saidAt(form.said, "edit"),
    h(
      "section",
      { "aria-label": "Definition" },
      field(form, "kind", "What it is", choice(form, "kind", picks.kind, form.given.kinds)),
      body(form),
      field(form, "at", "Told by", choice(form, "at", picks.at, form.given.at)),
      picks.kind === "formula" ? null : conditions(form, "filters", picks.filters, "Only deals where"),
      wrongAt(form, "measure"),
    ),
    words(form, shown),
  );
}

function opened(form) {
  return h(
    "select",
    { "aria-label": "Edit a KPI of the workspace", value: "", on: { change: (event) => form.start("edit", event.target.value) } },
    h("option", { value: "" }, "Edit a KPI …"),
    form.given.saved.map(([name, state]) => h("option", { value: name, key: name }, `${name} (${state})`)),
  );
}

// ---- the preview

function preview(form, shown) {
  const look = shown.look;
  const old = Boolean(shown.wrong);
  return h(
    "section",
    { class: old ? "preview old" : "preview", "aria-label": "Preview", "aria-busy": String(form.waits) },
    h(
      "div",
      { class: "bar" },
      aspect(form, "grain", "By", form.given.grains.map((one) => [one, one])),
      aspect(form, "by", "and by", [["", "nothing else"], ...form.given.dimensions]),
      aspect(form, "beside", "beside", [["", "no other KPI"], ...form.given.kpis]),
    ),
    old ? h("div", { class: "notice", role: "status" }, look ? "What is picked cannot be shown; this is the last that could." : "Nothing can be shown yet.") : null,
    wrongAt(form, "preview"),
    look ? [h("div", { class: "looks" }, look.heads.map((head, n) => side_of(head, look.trends[n], look.trends.length > 1))), table(form, shown)] : null,
    look && look.notices.length ? h("ul", { class: "quiet" }, look.notices.map((one) => h("li", {}, one))) : null,
  );
}

function aspect(form, name, label, options) {
  const id = `${form.id}-aspect-${name}`;
  return [
    h("label", { for: id }, label),
    h(
      "select",
      { id, value: form.aspect[name], on: { change: (event) => form.look(name, event.target.value) } },
      options.map(([value, text]) => h("option", { value, key: value, selected: value === form.aspect[name] }, text)),
    ),
  ];
}

function side_of(head, trend, narrow) {
  const before = head.before.map(([period, value, change]) => `${period}: ${value}${change ? ` (${change})` : ""}`);
  return h(
    "div",
    { class: "look" },
    h("div", { class: "quiet title" }, `${head.title}, ${head.period}`),
    h("div", { class: "figure" }, head.value),
    h("div", { class: "quiet" }, before.join(" · ")),
    trendChart(trend, `${head.value} in ${head.period}. ${before.join(", ")}`, narrow),
  );
}

function table(form, shown) {
  if (!form.aspect.by || !shown.table) return saidAt(form.said, "by");
  return h(
    "table",
    { class: shown.tabled ? "figures" : "figures pending" },
    h("thead", {}, h("tr", {}, shown.table.names.map((name, n) => h("th", { scope: "col", class: n ? "number" : "" }, name)))),
    h(
      "tbody",
      {},
      shown.table.rows.map((row) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, row.name),
          h("td", { class: "number" }, h("span", { class: "share", style: `width:${(row.share * 60).toFixed(1)}px`, "aria-hidden": "true" }), row.value),
          row.cells.map((cell) => h("td", { class: "number" }, cell)),
        ),
      ),
    ),
    shown.table.left_out ? h("caption", {}, shown.table.left_out) : null,
  );
}

function stands(shown) {
  const look = shown.look;
  return h(
    "section",
    { class: "stands", "aria-label": "What it stands for" },
    h("p", {}, h("code", {}, `${shown.name} = ${shown.formula}`), h("span", { class: "quiet" }, ` · ${shown.standing}`)),
    look
      ? h(
          "table",
          { class: "figures reads" },
          h("caption", {}, "What it reads"),
          h("thead", {}, h("tr", {}, ["KPI or part", "Is", "Of the deals", "Reads", "Status"].map((name) => h("th", { scope: "col" }, name)))),
          h("tbody", {}, look.reads.map(([depth, ...cells]) => h("tr", {}, cells.map((cell, n) => h(n ? "td" : "th", n ? {} : { scope: "row", style: `padding-left:${8 + 16 * depth}px` }, cell))))),
        )
      : null,
    h("h3", {}, "The code it stands for"),
    h("pre", { tabindex: 0, role: "region", "aria-label": "The code it stands for" }, shown.code),
    h("h3", {}, "The file that promoting writes"),
    h("pre", { tabindex: 0, role: "region", "aria-label": "The file that promoting writes" }, shown.toml),
  );
}

// ---- promotion

function promotion(form, shown) {
  const figures = form.picks.expected;
  return h(
    "section",
    { class: "promotion", "aria-label": "Promote" },
    h("h3", {}, "Promote"),
    field(form, "owner", "Who answers for it", textInput(form, "owner", form.picks.owner)),
    h(
      "fieldset",
      {},
      h("legend", {}, "Figures worked out by hand"),
      figures.map((one, n) => expectedRow(form, n, one)),
      h("button", { type: "button", id: `${form.id}-expected-add`, on: { click: () => form.set("expected", [...figures, { value: "", period: "" }], `expected.${figures.length}.period`) } }, "Add a figure"),
    ),
    h(
      "div",
      { class: "bar" },
      gateButton(shown, "Check", () => form.run("check")),
      gateButton(shown, "Promote", () => form.run("promote"), "main"),
      gateButton(shown, "Keep as a draft", () => form.run("promote", { draft: true })),
    ),
    saidAt(form.said, "promote"),
    shown.gate ? gate(form, shown.gate) : null,
  );
}

/** While checks run nothing else can be asked for; a button that is disabled would lose the focus. */
function gateButton(shown, name, click, look = "") {
  const runs = Boolean(shown.gate) && !shown.gate.sentence;
  return h("button", { type: "button", class: look, "aria-disabled": runs ? "true" : false, on: { click: () => runs || click() } }, name);
}

function expectedRow(form, n, one) {
  const path = `expected.${n}`;
  const input = (name, label, size, placeholder) =>
    textInput(form, `${path}.${name}`, one[name], { size, placeholder, "aria-label": `${label} of figure ${n + 1}` })({ id: `${form.id}-${path}.${name}` });
  const where = (one.where ?? []).map(([name, value]) => `${name} ${value}`).join(", ");
  return h(
    "div",
    { class: "bar" },
    input("period", "Period", 10, "2026-Q2"),
    input("value", "Value", 14, "the figure"),
    where ? h("span", { class: "quiet" }, where) : null,
    h("button", { type: "button", "aria-label": `Remove figure ${n + 1}`, on: { click: () => form.set("expected", form.picks.expected.filter((_, other) => other !== n), "expected-add") } }, "×"),
    wrongAt(form, path),
  );
}

function gate(form, found) {
  const left = found.sentence ? [] : form.given.checks.slice(found.rows.length);
  return [
    h(
      "ol",
      { class: "checks", "aria-label": "Checks" },
      found.rows.map((row) =>
        h("li", { class: row.outcome.replace(" ", "-") }, h("span", { class: "mark", "aria-hidden": "true" }, OUTCOMES[row.outcome]), h("strong", {}, row.name), ` ${row.outcome}. `, row.told, row.advice ? h("em", {}, ` ${row.advice}`) : null),
      ),
      left.map((name, n) => h("li", { class: "left" }, h("span", { class: "mark", "aria-hidden": "true" }, n ? "·" : "…"), name, n ? "" : " is being checked …")),
    ),
    h("p", { class: "verdict", role: "status" }, found.sentence),
  ];
}

// ---- the page's own state

/** Give a copy of a tree of data in which what is at a path is another. */
function changed(data, [first, ...rest], value) {
  if (first === undefined) return value;
  const copy = Array.isArray(data) ? [...data] : { ...data };
  copy[first] = changed(copy[first], rest, value);
  return copy;
}

function render({ model, el }) {
  const page = Math.random().toString(36).slice(2);
  let [number, answered, dirty, sentAt, timer, tabling, seen, focus] = [0, 0, false, 0, null, 0, null, ""];
  let drawn = null;
  const form = { id: `kpi-${page}`, search: {}, more: false };

  const draw = () => {
    drawn?.draw();
    if (!focus) return;
    el.querySelector(`[id="${CSS.escape(form.id)}-${CSS.escape(focus)}"]`)?.focus();
    focus = "";
  };
  const send = (verb, about = {}) => {
    [number, dirty, sentAt] = [number + 1, false, Date.now()];
    model.send({ do: verb, at: verb, asked: [page, number], picks: form.picks, aspect: form.aspect, ...about });
  };
  const flush = () => {
    if (!dirty) return;
    if (answered < number && Date.now() - sentAt < PATIENCE) timer = setTimeout(flush, PAUSE);
    else send("pick");
  };
  const touch = () => {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(flush, PAUSE);
    draw();
  };
  Object.assign(form, {
    set(path, value, then = "") {
      form.picks = changed(form.picks, path.split("."), value);
      focus = then;
      touch();
    },
    look(name, value) {
      form.aspect = { ...form.aspect, [name]: value };
      touch();
    },
    find(path, text) {
      form.search[path] = text;
      draw();
    },
    toggle() {
      form.more = !form.more;
      draw();
    },
    start(verb, name = "") {
      clearTimeout(timer);
      if (verb === "new" || name) send(verb, { name });
    },
    run(verb, about = {}) {
      clearTimeout(timer);
      send(verb, { at: "promote", ...about });
    },
  });

  /** Take what the kernel shows, but for what this page has changed since it asked. */
  const take = (shown, said) => {
    if (shown !== seen) {
      seen = shown;
      const mine = shown.asked[0] === page;
      if (mine) answered = Math.max(answered, shown.asked[1]);
      if (!dirty && (!mine || shown.asked[1] === number)) [form.picks, form.aspect] = [shown.picks, shown.aspect];
      if (!shown.tabled && !dirty && answered === number && tabling !== number) {
        tabling = number;
        model.send({ do: "table", at: "by" });
      }
    }
    Object.assign(form, { given: model.get("given"), values: model.get("values"), wrong: shown.wrong, said, waits: dirty || answered < number });
  };

  drawn = view({ model, el }, "kpi-builder", (shown, ask, said) => {
    take(shown, said);
    return h("div", { class: "sides" }, builderForm(form, shown, ask), h("div", { class: "seen" }, preview(form, shown), promotion(form, shown), stands(shown)));
  });
  model.on("change:values", draw);
  model.on("change:given", draw);
  return () => {
    clearTimeout(timer);
    model.off("change:values", draw);
    model.off("change:given", draw);
    drawn.end();
  };
}

export default { render };
