import { h, unseen } from "./dom.js";
import { figures } from "./figures.js";
import { readNumber } from "./reading.js";
import { saidAt, view } from "./view.js";

const [WIDE, HIGH] = [96, 22];
const ANSWERS = ["effort", "now", "none", "saturated"];

function tree(shown, ask, said, page) {
  if (shown.missing) return h("p", { class: "notice", role: "alert" }, shown.missing);
  const told = figures(shown.locale, shown.currency);
  if (!shown.rows.length) return h("p", { class: "quiet" }, "The plan has no segments yet: filter deals and save the filter as one, or name one for each value of a dimension.");
  return [
    h("h3", {}, "Segments by score"),
    h("p", { class: "quiet" }, shown.caption),
    scored(shown, ask, said, page, told),
    saidAt(said, "table"),
    shown.notices.map((one) => h("p", { class: "quiet" }, one)),
    hinges(shown),
    covered(shown, ask, told),
  ];
}

function scored(shown, ask, said, page, told) {
  const columns = [
    { key: "name", head: "Segment", of: (row) => row.name },
    { key: "trend", head: "Won by month" },
    { key: "score", head: "Score", of: (row) => row.score, write: told.score },
    ...shown.criteria.map((one) => ({ key: one.name, head: one.head, of: (row) => row.values[one.name], write: told[one.unit], criterion: one })),
  ];
  return h(
    "div",
    { class: "wide", tabindex: "0", role: "region", "aria-label": "Segments by score" },
    h(
      "table",
      { class: "figures" },
      h(
        "thead",
        {},
        h("tr", {}, h("th", {}, unseen("Pick")), columns.map((column) => heading(column, page)), h("th", { scope: "col" }, "Allocation")),
        h(
          "tr",
          { class: "weights" },
          h("th", {}),
          h("th", { scope: "row", colspan: "3" }, "Weight of each criterion"),
          shown.criteria.map((one) => h("th", { class: "number" }, weighing(one, shown, ask, said, page))),
          h("th", {}),
        ),
      ),
      h("tbody", {}, sorted(shown.rows, columns, page, shown.locale).flatMap((row) => [line(row, columns, shown, ask, told), row.id === shown.detail?.id ? detail(row, shown, ask, said, columns.length + 2, page) : null])),
    ),
  );
}

function heading(column, page) {
  const { by, down } = page.sort;
  const here = by === column.key;
  const number = column.key !== "name" && column.key !== "trend";
  if (!column.of) return h("th", { scope: "col" }, column.head);
  return h(
    "th",
    { scope: "col", class: number ? "number" : false, "aria-sort": here ? (down ? "descending" : "ascending") : "none" },
    h(
      "button",
      { type: "button", class: "sort", on: { click: () => page.sortBy({ by: column.key, down: here ? !down : number }) } },
      column.head,
      h("span", { "aria-hidden": "true" }, here ? (down ? " ▾" : " ▴") : ""),
    ),
  );
}

function sorted(rows, columns, page, locale) {
  const { by, down } = page.sort;
  const of = columns.find((column) => column.key === by).of;
  const collator = new Intl.Collator(locale, { numeric: true });
  const unknown = (value) => value === null || value === undefined;
  return [...rows].sort((one, other) => {
    const [a, b] = [of(one), of(other)];
    // What is not known stands last, whichever way.
    if (unknown(a) || unknown(b)) return unknown(a) - unknown(b);
    const way = typeof a === "string" ? collator.compare(a, b) : a - b;
    return down ? -way : way;
  });
}

function weighing(one, shown, ask, said, page) {
  const at = `weight-${one.name}`;
  const read = page.typed[at] === undefined ? { value: one.weight } : readNumber(page.typed[at], shown.locale);
  const wrong = page.left[at] ? read.wrong : undefined;
  if (read.value === one.weight) delete page.typed[at];
  const take = (event) => {
    page.leave(at);
    const { value } = readNumber(event.target.value, shown.locale);
    if (value !== undefined && value !== one.weight) ask("weigh", { criterion: one.name, weight: value, at });
  };
  return [
    h("input", {
      key: one.name,
      size: 4,
      inputmode: "decimal",
      class: "number",
      "aria-label": `Weight of ${one.name}`,
      "aria-invalid": wrong ? "true" : false,
      title: one.better ? "More of it is better" : "Less of it is better",
      ...typed(page, at, one.weight.toLocaleString(shown.locale), { change: take, keydown: (event) => event.key === "Enter" && event.target.blur() }),
    }),
    wrong ? h("div", { class: "said", role: "alert" }, wrong) : said.at === at && said.text ? saidAt(said, at) : null,
  ];
}

/** What is typed in a field stays there until the kernel has taken it, whatever is drawn anew. */
function typed(page, key, now, on = {}) {
  if (page.typed[key] === now) delete page.typed[key];
  return { value: page.typed[key] ?? now, on: { ...on, input: (event) => (page.typed[key] = event.target.value) } };
}

function line(row, columns, shown, ask, told) {
  const open = row.id === shown.detail?.id;
  const cells = columns.slice(1).map((column) => (column.of ? h("td", { class: "number" }, column.write(column.of(row))) : h("td", {}, trend(row, told))));
  return h(
    "tr",
    { key: `row-${row.id}`, class: row.chosen ? "wanted" : false },
    h("td", {}, h("input", { type: "checkbox", "aria-label": `Pick ${row.name}`, checked: row.chosen, on: { change: () => ask("pick", { segment: row.id, at: "table" }) } })),
    h("th", { scope: "row" }, h("button", { type: "button", class: "open", title: row.name, "aria-expanded": open ? "true" : "false", on: { click: () => ask("look", { segment: open ? "" : row.id, at: "table" }) } }, h("span", { "aria-hidden": "true" }, open ? "▾ " : "▸ "), h("bdi", {}, row.name))),
    cells,
    h("td", { class: row.allocated ? false : "quiet" }, row.allocated || "not in it"),
  );
}

/** What was won month by month, as a line with its last point; the figures are said. */
function trend(row, told) {
  const { months } = row;
  const most = Math.max(...months, 0);
  const least = Math.min(...months, 0);
  if (most === least) return unseen("Nothing won");
  const place = (value, n) => `${((n / (months.length - 1)) * (WIDE - 6) + 3).toFixed(1)},${(HIGH - 3 - ((value - least) / (most - least)) * (HIGH - 6)).toFixed(1)}`;
  const points = months.map(place);
  const [x, y] = points.at(-1).split(",");
  const said = `Won by month: ${told.money(months[0])} at first, ${told.money(most)} at most, ${told.money(months.at(-1))} at last`;
  return h(
    "svg",
    { class: "trend", role: "img", "aria-label": said, width: WIDE, height: HIGH, viewBox: `0 0 ${WIDE} ${HIGH}` },
    h("title", {}, said),
    h("polyline", { points: points.join(" ") }),
    h("circle", { cx: x, cy: y, r: "2.4" }),
  );
}

function detail(row, shown, ask, said, span, page) {
  const { detail: found } = shown;
  const at = `segment-${row.id}`;
  const about = (more = {}) => ({ segment: row.id, at, ...more });
  const press = (verb, name, title = "") => h("button", { type: "button", title, on: { click: () => ask(verb, about()) } }, name);
  const rename = (event) => ask("rename", about({ name: event.target.closest(".bar").querySelector("input").value }));
  return h(
    "tr",
    { key: `detail-${row.id}`, class: "detail" },
    h(
      "td",
      { colspan: String(span) },
      h("p", {}, found.conditions ? h("bdi", {}, found.conditions) : "A market without deals yet."),
      h(
        "div",
        { class: "bar" },
        h("label", { for: "segment-rename" }, "Name"),
        h("input", { key: row.id, id: "segment-rename", size: 30, dir: "auto", ...typed(page, `name-${row.id}`, found.name, { keydown: (event) => event.key === "Enter" && rename(event) }) }),
        h("button", { type: "button", on: { click: rename } }, "Rename"),
        found.conditions ? press("like", "Filter like this", "Put this segment's conditions into the filter") : null,
        press("remove", "Remove"),
      ),
      h("p", { class: "quiet" }, found.standing),
      found.shared ? h("p", { class: "warning" }, found.shared) : null,
      found.inside
        ? h("div", { class: "bar" }, press("takeOut", "Take out of the allocation", "Its curves and amounts go; what is freed is to be allocated again"))
        : bringing(row, shown, ask, at, page),
      saidAt(page.refused[at] ? { at, text: page.refused[at] } : said, at),
      found.told.map((one) => h("p", { class: "quiet" }, one)),
    ),
  );
}

function bringing(row, shown, ask, at, page) {
  const { detail: found } = shown;
  const answer = ({ target: form }) => {
    const read = ANSWERS.map((name) => [name, readNumber(form.elements[name].value, shown.locale)]);
    const wrong = read.map(([, one]) => one.wrong).find((text) => text);
    page.refuse(at, wrong);
    if (!wrong) ask("judge", { segment: row.id, at, resource: form.elements.resource?.value ?? "", ...Object.fromEntries(read.map(([name, { value }]) => [name, String(value)])) });
  };
  const field = (name, label, value = "") => [h("label", { for: `judge-${name}` }, label), h("input", { key: `${row.id}-${name}`, id: `judge-${name}`, name, size: 12, inputmode: "decimal", ...typed(page, `${name}-${row.id}`, value) })];
  return [
    h("div", { class: "bar" }, h("button", { type: "button", on: { click: () => ask("bring", { segment: row.id, at }) } }, "Bring into the allocation"), h("span", { class: "quiet" }, "with a response curve from history")),
    h(
      "details",
      { key: `judge-${row.id}` },
      h("summary", {}, "or answer three questions"),
      h(
        "form",
        { class: "questions", on: { submit: (event) => (event.preventDefault(), answer(event)) } },
        shown.resources.length > 1
          ? [h("label", { for: "judge-resource" }, "Resource"), h("select", { id: "judge-resource", name: "resource" }, shown.resources.map((one) => h("option", {}, one)))]
          : null,
        field("effort", `How much it has${shown.resources.length === 1 ? ` of ${shown.resources[0]}` : ""}`),
        field("now", "What it sells with that", found.pace),
        field("none", "What it sells with nothing"),
        field("saturated", "What it sells with as much as is of any use"),
        h("button", { type: "submit" }, "Bring in with these answers"),
      ),
    ),
  ];
}

function hinges(shown) {
  if (!shown.flips.length) return null;
  return h("details", { key: "hinges", class: "hinges" }, h("summary", {}, "What the ranking hinges on"), h("ul", {}, shown.flips.map((one) => h("li", {}, one))));
}

function covered(shown, ask, told) {
  const { words, overlaps, gaps, more } = shown.coverage;
  const head = (names) => h("thead", {}, h("tr", {}, names.map((name, n) => h("th", { scope: "col", class: n ? "number" : false }, name))));
  const numbers = (one) => [told.money(one.won), told.count(one.deals), told.money(one.open), told.count(one.open_deals)].map((text) => h("td", { class: "number" }, text));
  return [
    h("h3", {}, shown.coverage.picked ? "What the picked segments cover" : "What they cover"),
    h("p", { role: "status" }, words),
    h("p", { class: "quiet" }, shown.coverage.span),
    h(
      "div",
      { class: "beside" },
      overlaps.length
        ? h(
            "table",
            { class: "figures" },
            h("caption", {}, "In two segments at once", more ? h("span", { class: "quiet" }, ` (${more})`) : null),
            head(["Segments", "Won", "Deals", "Open", "Deals"]),
            h("tbody", {}, overlaps.map((one) => h("tr", {}, h("th", { scope: "row" }, h("bdi", {}, one.one), " and ", h("bdi", {}, one.other)), numbers(one)))),
          )
        : null,
      gaps.length
        ? h(
            "table",
            { class: "figures" },
            h("caption", {}, "Most of what none covers"),
            head(["Value", "Won", "Deals", "Open", "Deals"]),
            h("tbody", {}, gaps.map((one) => h("tr", {}, h("th", { scope: "row" }, h("button", { type: "button", class: "open", title: "Filter by it", on: { click: () => ask("gap", { dimension: one.dimension, code: one.code, at: "table" }) } }, `${one.dimension}: `, h("bdi", {}, one.value))), numbers(one)))),
          )
        : null,
    ),
  ];
}

function render({ model, el }) {
  const page = {
    sort: { by: "score", down: true },
    typed: {},
    left: {},
    refused: {},
    sortBy(sort) {
      page.sort = sort;
      drawn.draw();
    },
    refuse(field, text) {
      page.refused[field] = text;
      drawn.draw();
    },
    leave(field) {
      page.left[field] = true;
      drawn.draw();
    },
  };
  const drawn = view({ model, el }, "segment-table", (shown, ask, said) => tree(shown, ask, said, page));
  return () => drawn.end();
}

export default { render };
