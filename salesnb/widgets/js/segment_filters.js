import { h, unseen } from "./dom.js";
import { figures } from "./figures.js";
import { saidAt, view } from "./view.js";

// So many dimensions are open at first; the others are opened together.
const FIRST = 6;

function tree(shown, ask, said, name) {
  if (shown.missing) return h("p", { class: "notice", role: "alert" }, shown.missing);
  const told = figures(shown.locale, shown.currency);
  return [
    standing(shown, ask, told),
    naming(shown, ask, said, name),
    h("div", { class: "panels" }, shown.panels.slice(0, FIRST).map((panel) => dimension(panel, ask, said, told))),
    further(shown.panels.slice(FIRST), ask, said, told),
    saidAt(said, "filters"),
    shown.notices.map((one) => h("p", { class: "quiet" }, one)),
  ];
}

function further(panels, ask, said, told) {
  if (!panels.length) return null;
  return h(
    "details",
    { class: "further" },
    h("summary", {}, `More to filter by: ${panels.map((panel) => panel.dimension).join(", ")}`),
    h("div", { class: "panels" }, panels.map((panel) => dimension(panel, ask, said, told))),
  );
}

function standing(shown, ask, told) {
  const { total, whole } = shown;
  return h(
    "div",
    { class: "standing" },
    h("div", { class: "total", role: "status" }, [
      figure("Won", told.money(total.won), `of ${told.money(whole.won)}`),
      figure("Deals won", told.count(total.deals), `of ${told.count(whole.deals)}`),
      figure("Open", told.money(total.open), `of ${told.money(whole.open)}`),
      figure("Open deals", told.count(total.open_deals), `of ${told.count(whole.open_deals)}`),
    ]),
    h("p", { class: "quiet" }, shown.span),
    h(
      "div",
      { class: "bar" },
      shown.filters.length ? "Filtered:" : h("span", { class: "quiet" }, "All deals. Tick values to filter; ticks within a list add up, lists narrow each other."),
      shown.filters.map((one) =>
        h(
          "button",
          { key: one.dimension, type: "button", class: "chip", title: `Filter by ${one.dimension} no more`, on: { click: () => ask("clear", { dimension: one.dimension, at: "filters" }) } },
          `${one.dimension}: `,
          h("bdi", {}, one.text),
          h("span", { "aria-hidden": "true" }, " ×"),
        ),
      ),
      shown.filters.length ? h("button", { type: "button", on: { click: () => ask("clear", { at: "filters" }) } }, "Clear all") : null,
    ),
  );
}

function figure(name, value, of) {
  return h("div", { class: "figure" }, h("span", { class: "quiet" }, name), h("strong", {}, value), h("span", { class: "quiet" }, of));
}

function naming(shown, ask, said, name) {
  const save = () => ask("save", { name: name.text ?? shown.suggested, at: "save" });
  return [
    h(
      "div",
      { class: "bar" },
      h("label", { for: "segment-name" }, "Name of the segment"),
      h("input", {
        id: "segment-name",
        size: 34,
        dir: "auto",
        disabled: !shown.filters.length,
        placeholder: shown.suggested,
        value: name.text ?? "",
        on: {
          input: (event) => Object.assign(name, { text: event.target.value || undefined, field: event.target }),
          keydown: (event) => event.key === "Enter" && save(),
        },
      }),
      h("button", { type: "button", disabled: !shown.filters.length, on: { click: save } }, "Save as segment"),
    ),
    saidAt(said, "save"),
  ];
}

function dimension(panel, ask, said, told) {
  const name = panel.dimension;
  const at = `panel-${name}`;
  const about = (more) => ({ dimension: name, at, ...more });
  return h(
    "section",
    { key: name, class: panel.filtered ? "panel filtered" : "panel", "aria-label": name },
    h(
      "header",
      {},
      h("h4", {}, name),
      panel.filtered ? h("button", { type: "button", on: { click: () => ask("clear", about()) } }, "All", unseen(` of ${name}`)) : null,
      h("button", { type: "button", title: `Name a segment for each ${name}`, on: { click: () => ask("each", about()) } }, "Each a segment", unseen(` by ${name}`)),
    ),
    panel.many || panel.search
      ? h("input", {
          type: "search",
          "aria-label": `Search ${name}`,
          placeholder: `Search ${told.count(panel.size)} values`,
          value: panel.search,
          on: { input: (event) => ask("search", about({ text: event.target.value })) },
        })
      : null,
    h(
      "table",
      { class: "figures" },
      h("thead", {}, h("tr", {}, ["", "Won", "Deals", "Open", "Deals"].map((head, n) => h("th", { scope: "col", class: n ? "number" : false }, head || unseen(name))))),
      h("tbody", {}, panel.values.map((value) => line(panel, value, ask, about, told))),
    ),
    panel.values.length ? null : h("p", { class: "quiet" }, "No value has that in its name."),
    remaining(panel, ask, about, told),
    saidAt(said, at),
  );
}

function line(panel, value, ask, about, told) {
  const { won, deals, open, open_deals: openDeals } = value;
  const empty = !deals && !openDeals && !won && !open;
  return h(
    "tr",
    { key: `v${value.code}`, class: [value.wanted && "wanted", empty && "empty"].filter(Boolean).join(" ") || false },
    h(
      "th",
      { scope: "row" },
      h(
        "label",
        { title: value.name },
        h("input", { type: "checkbox", checked: value.wanted, on: { change: () => ask("toggle", about({ code: value.code })) } }),
        h("bdi", { class: "name" }, value.name),
      ),
      h("span", { class: "amount", style: `width: ${panel.largest > 0 ? Math.max(0, Math.round((won / panel.largest) * 100)) : 0}%` }),
    ),
    h("td", { class: "number" }, told.money(won)),
    h("td", { class: "number" }, told.count(deals)),
    h("td", { class: "number" }, told.money(open)),
    h("td", { class: "number" }, told.count(openDeals)),
  );
}

function remaining(panel, ask, about, told) {
  const left = panel.found - panel.values.length;
  if (left > 0 && !panel.open) {
    return h("button", { type: "button", class: "more", on: { click: () => ask("open", about({ wide: true })) } }, `${told.count(left)} more`, unseen(` of ${panel.dimension}`));
  }
  if (left > 0) return h("p", { class: "quiet" }, `${told.count(left)} more: search for them.`);
  if (panel.open && !panel.search) return h("button", { type: "button", class: "more", on: { click: () => ask("open", about({ wide: false })) } }, "Fewer", unseen(` of ${panel.dimension}`));
  return null;
}

function render({ model, el }) {
  // What is typed for a name stays until a segment has it.
  const name = { saves: model.get("shown").saves };
  const drawn = view({ model, el }, "segment-filters", (shown, ask, said) => {
    if (shown.saves !== name.saves) {
      [name.saves, name.text] = [shown.saves, undefined];
      if (name.field) name.field.value = "";
    }
    return tree(shown, ask, said, name);
  });
  return () => drawn.end();
}

export default { render };
