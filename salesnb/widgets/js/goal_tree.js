import { h, restore, unseen } from "./dom.js";

// Up to so many rows a tree is open at first; a larger one shows the level below the top.
const OPEN_AT_FIRST = 80;

/** Which nodes of a tree are open: every one of a small tree, the top of a large one. */
export function openAtFirst(rows) {
  const parents = new Set(rows.map((row) => row.parent).filter((one) => one !== null));
  return rows.length <= OPEN_AT_FIRST ? parents : new Set(rows.filter((row) => row.parent === null).map((row) => row.id));
}

/** Which nodes are open when everything down to a level is shown. */
export function openDownTo(rows, level) {
  const depth = depths(rows);
  const deepest = Math.max(...rows.filter((row) => row.level === level).map((row) => depth.get(row.id)));
  return new Set(rows.filter((row) => depth.get(row.id) < deepest).map((row) => row.id));
}

/**
 * The cascade as a table: quotas, locks and commitments, or what each node is held to.
 * `open` says which nodes are; `act` has `toggle(id)`, `downTo(level)`, `type(verb, node, text)`, `press(verb, node)`,
 * `why(node, text)` and `leave(event)` of a field; `beside(at)` is what was said of a control.
 */
export function goalTree({ tree, unit, figures, open, act, beside }) {
  const { rows } = tree;
  const depth = depths(rows);
  const parents = new Set(rows.map((row) => row.parent));
  const shown = visible(rows, open);
  const levels = [...new Set(rows.map((row) => row.level))].slice(1);
  const split = tree.kind === "split";
  const heads = split ? ["Node", "Quota", "Locked", "Commits to", "From below", "Gap"] : ["Node", "Held to", "So far", ""];
  const row = split ? quotaRow : heldRow;
  return [
    h(
      "div",
      { class: "bar" },
      h("span", { class: "quiet" }, "Show down to"),
      levels.map((level) => h("button", { type: "button", on: { click: () => act.downTo(level) } }, level)),
      h("span", { class: "quiet" }, shown.length < rows.length ? `${shown.length} of ${rows.length} shown` : `${rows.length} nodes`),
    ),
    tree.said.map((one) => h("p", { class: "told" }, one)),
    h(
      "div",
      { class: "tree" },
      h(
        "table",
        { class: `figures ${tree.kind}`, "aria-label": split ? "Quotas" : "What each node is held to" },
        h("thead", {}, h("tr", {}, heads.map((head, n) => h("th", { scope: "col", class: n && head !== "Locked" ? "number" : "" }, head || unseen("Holds"))))),
        h("tbody", {}, shown.map((one) => [
          h("tr", { key: one.id, "data-node": one.id, class: one.lock || one.own ? "locked" : "" }, name(one, depth, parents, open, act), row(one, { unit, figures, act })),
          told(one, heads.length, beside),
        ])),
      ),
    ),
  ];
}

/** What was said of a control of a row, right below it, over the whole width so that no column moves. */
function told(one, columns, beside) {
  const said = ["hold", "lock", "commit"].map((verb) => beside(`${verb} ${one.id}`)).find((found) => found !== null);
  return said ? h("tr", { key: `${one.id} said` }, h("td", { colspan: columns, class: "saying" }, said)) : null;
}

function name(one, depth, parents, open, act) {
  const isOpen = open.has(one.id);
  const button = parents.has(one.id)
    ? h("button", { type: "button", class: "fold", "aria-expanded": String(isOpen), on: { click: () => act.toggle(one.id) } }, isOpen ? "▾ " : "▸ ", h("span", {}, one.name))
    : h("span", { class: "leaf" }, one.name);
  return h("th", { scope: "row", title: `${one.name}, ${one.level}`, style: `padding-left:${8 + 18 * depth.get(one.id)}px` }, button);
}

function quotaRow(one, { unit, figures, act }) {
  const top = one.parent === null;
  const { show, typed, change } = figures;
  const field = (verb, value, label, placeholder = "") =>
    h("input", {
      type: "text",
      class: "typed",
      inputmode: "decimal",
      placeholder,
      "aria-label": `${one.name}, ${label}`,
      "data-field": verb,
      value: typed(value, unit),
      on: { change: (event) => act.type(verb, one.id, event.target), keydown: escapes, blur: act.leave },
    });
  return [
    h("td", { class: "number", title: one.basis }, top ? h("strong", {}, show(one.amount, unit)) : field("hold", one.amount, "quota")),
    h(
      "td",
      {},
      h(
        "div",
        { class: "locking" },
        top
          ? h("span", { class: "quiet" }, "the goal")
          : h("button", { type: "button", "aria-pressed": String(Boolean(one.lock)), "aria-label": `${one.lock ? "Unlock" : "Lock"} ${one.name}`, on: { click: () => act.press(one.lock ? "free" : "hold", one.id) } }, one.lock ? "Unlock" : "Lock"),
        one.lock ? h("span", { class: "by quiet", title: one.lock.by }, one.lock.by) : null,
        one.lock && !top
          ? h("input", { type: "text", class: "reason", "aria-label": `Why ${one.name} is locked`, value: one.lock.why, on: { change: (event) => act.why(one.id, event.target.value), keydown: escapes, blur: act.leave } })
          : null,
      ),
    ),
    h("td", { class: "number" }, field("commit", one.committed, "commits to", "–")),
    h("td", { class: "number" }, one.children ? [show(one.below, unit), " ", h("span", { class: "quiet" }, `${one.answered} of ${one.children}`)] : ""),
    h("td", { class: `number${one.gap < 0 ? " short" : ""}` }, change(one.gap, unit)),
  ];
}

function heldRow(one, { unit, figures, act }) {
  const { show, typed } = figures;
  const top = one.parent === null;
  const holds = { true: "✓ holds", false: "✗ does not hold", null: "not known" }[String(one.holds)];
  return [
    h(
      "td",
      { class: "number" },
      top
        ? h("strong", {}, show(one.amount, unit))
        : h("input", { type: "text", class: "typed", inputmode: "decimal", "aria-label": `${one.name}, held to`, "data-field": "hold", value: typed(one.amount, unit), on: { change: (event) => act.type("hold", one.id, event.target), keydown: escapes, blur: act.leave } }),
      one.own ? h("button", { type: "button", "aria-label": `Hold ${one.name} to the goal again`, on: { click: () => act.press("free", one.id) } }, "as the goal") : null,
    ),
    h("td", { class: "number" }, show(one.value, unit)),
    h("td", { class: one.holds === false ? "short" : "" }, holds),
  ];
}

/** Escape gives a field back what it had. */
export function escapes(event) {
  if (event.key !== "Escape") return;
  restore(event.target);
  event.target.blur();
}

function visible(rows, open) {
  const there = new Set();
  return rows.filter((row) => {
    const seen = row.parent === null || (there.has(row.parent) && open.has(row.parent));
    if (seen) there.add(row.id);
    return seen;
  });
}

function depths(rows) {
  const found = new Map();
  for (const row of rows) found.set(row.id, row.parent === null ? 0 : (found.get(row.parent) ?? -1) + 1);
  return found;
}
