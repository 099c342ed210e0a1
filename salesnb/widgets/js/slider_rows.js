import { h, unseen } from "./dom.js";

// In pixels, how far out of sight rows still are as those in it.
const AROUND = 100;
// So many rows are shown whether or not they are in sight.
const SPARED = 40;
const HEADS = ["Amount", "Change", "Brings", "Next"];

/** What a row shows of its line's amount; `table` describes it, `painter` writes it while a thumb is dragged. */
function live(state, n, numbers) {
  const [amount, line, resource] = [state.amounts[n], state.lines[n], state.resource(n)];
  const [top, ends, place] = [state.top(n), state.ends[n], state.near(n)];
  const at = (value) => `${(Math.min(1, Math.max(0, value / top)) * 100).toFixed(2)}%`;
  const span = ([low, high]) => `left: ${at(low)}; right: calc(100% - ${at(high)})`;
  return {
    amount: numbers.amount(resource, amount),
    now: String(amount),
    // Not by `left`: what is moved so is not laid out anew.
    thumb: `transform: translateX(${at(amount)})`,
    today: `left: ${at(line.today)}`,
    reach: span([line.low, line.high]),
    near: span(ends ?? [0, 0]),
    change: numbers.change(resource, amount - line.today),
    brings: numbers.sales(state.brings(n)),
    next: numbers.sales(state.next(n)),
    row: [state.locks[n] ? "locked" : "", place === "outside" ? "outside" : place ? `edge ${place}` : ""].join(" ").trim(),
  };
}

/** Describe the table. `show` says what a person wants to see of it, `act` does what they ask. */
export function table(state, show, act, numbers) {
  const { given } = state;
  const several = given.resources.length > 1;
  return h(
    "table",
    { role: "table", "aria-rowcount": state.lines.length + 1, class: several ? "several" : false },
    heading(given, several, numbers),
    h(
      "tbody",
      { role: "rowgroup" },
      grouped(state, show).map(({ group, lines }) => [
        group === null ? null : groupRow(state, group, lines, show, act, several, numbers),
        lines.map((n) => lineRow(state, n, show, act, several, numbers)),
      ]),
    ),
  );
}

/** Lines in the order shown, in groups; `group` is null where there are none. */
function grouped(state, show) {
  const groups = show.grouping?.groups;
  const order = state.lines.map((_, n) => n).sort((a, b) => state.lines[a].segment - state.lines[b].segment || a - b);
  if (!groups) return [{ group: null, lines: order }];
  const names = [...new Set(groups)].sort((a, b) => !a - !b);
  return names.map((group) => ({ group, lines: order.filter((n) => groups[state.lines[n].segment] === group) }));
}

function heading(given, several, numbers) {
  const [resource] = given.resources;
  const next = several ? "Next" : `Next ${numbers.amount(resource, resource.portion * resource.unit)}`;
  const portions = given.resources.map((one) => numbers.amount(one, one.portion * one.unit)).join(", ");
  const hints = { ...HINTS, Brings: HINTS.Brings + (several ? OVER_NONE : ""), Next: `What the next ${portions} of it brings here` };
  const head = (name, kind, title) => h("th", { role: "columnheader", class: kind, scope: "col", title }, name);
  return h(
    "thead",
    { role: "rowgroup" },
    h(
      "tr",
      { role: "row" },
      head("Segment", "name"),
      several ? head("Resource", "resource") : null,
      h("th", { role: "columnheader", scope: "col", class: "sliding" }, unseen("Slider")),
      HEADS.map((name) => head(name === "Next" ? next : name, `figure number ${name.toLowerCase()}`, hints[name])),
      head("Lock", "locking"),
    ),
  );
}

const HINTS = { Change: "Against today", Brings: "Expected sales of the plan’s period" };
const OVER_NONE = "; of a segment’s further resource, what it brings over none of it. A group comes to its expected sales";

/** What a group comes to. */
function subtotals(state, lines, numbers) {
  const used = state.given.resources.flatMap((resource, r) => {
    const mine = lines.filter((n) => state.lines[n].resource === r);
    if (!mine.length) return [];
    const sum = (value) => mine.reduce((all, n) => all + value(n), 0);
    const amount = sum((n) => state.amounts[n]);
    return [{ amount: numbers.amount(resource, amount), change: numbers.change(resource, amount - sum((n) => state.lines[n].today)) }];
  });
  const brings = lines.reduce((all, n) => all + state.outcome(n), 0);
  return {
    amount: used.map((one) => one.amount).join(" · "),
    change: used.length === 1 ? used[0].change : "",
    brings: numbers.sales(brings),
  };
}

function groupRow(state, group, lines, show, act, several, numbers) {
  const open = !show.folded.has(group);
  const shown = subtotals(state, lines, numbers);
  const segments = new Set(lines.map((n) => state.lines[n].segment)).size;
  const hidden = Boolean(show.wanted) && !lines.some((n) => matches(state, n, show));
  return h(
    "tr",
    { key: `group ${group}`, role: "row", class: "group", "data-group": group, hidden },
    h(
      "th",
      { role: "rowheader", scope: "rowgroup", colspan: several ? 2 : false },
      h("button", { type: "button", "aria-expanded": String(open), on: { click: () => act.fold(group) } }, `${open ? "▾" : "▸"} ${group || "Others"} (${segments})`),
    ),
    figure("amount", shown.amount, 2),
    figure("change", shown.change),
    figure("brings", shown.brings),
    h("td", { role: "cell" }),
    h("td", { role: "cell" }),
  );
}

/** A cell whose figure changes while a thumb is dragged; it has a box of its own, so that the table is not laid out anew. */
const figure = (name, text, colspan = false) => h("td", { role: "cell", class: `number ${name}`, colspan }, h("span", { class: "live", "data-part": name }, text));

const matches = (state, n, show) => state.given.segments[state.lines[n].segment].toLowerCase().includes(show.wanted);

/** What a line is called where it stands alone. */
export function lineName(state, n) {
  const name = state.given.segments[state.lines[n].segment];
  return state.given.resources.length > 1 ? `${name}, ${state.resource(n).name}` : name;
}

function lineRow(state, n, show, act, several, numbers) {
  const line = state.lines[n];
  const [name, held, shown] = [lineName(state, n), state.locks[n], live(state, n, numbers)];
  const group = show.grouping?.groups[line.segment];
  const hidden = (show.grouping && show.folded.has(group) && !show.wanted) || !matches(state, n, show);
  const segment = state.given.segments[line.segment];
  return h(
    "tr",
    { key: `line ${n}`, role: "row", "data-line": n, "data-away": show.away.has(n), class: shown.row, hidden },
    h("th", { role: "rowheader", scope: "row", title: segment }, segment),
    several ? h("td", { role: "cell", class: "resource", title: state.resource(n).name }, state.resource(n).name) : null,
    h(
      "td",
      { role: "cell", class: "sliding" },
      track(state, n, name, held, shown, act, numbers),
      h("div", { class: "said", role: "alert", id: `${show.id}-said-${n}` }, show.said.get(n) || null),
    ),
    h(
      "td",
      { role: "cell", class: "number" },
      h("input", {
        class: "typed",
        type: "text",
        inputmode: "decimal",
        "aria-label": `${name}, amount`,
        "aria-describedby": `${show.id}-said-${n}`,
        value: shown.amount,
        on: { change: (event) => act.type(n, event.target) },
      }),
    ),
    figure("change", shown.change),
    figure("brings", shown.brings),
    figure("next", shown.next),
    h(
      "td",
      { role: "cell" },
      h("button", { type: "button", "aria-pressed": String(Boolean(held)), "aria-label": `${held ? "Unlock" : "Lock"} ${name}`, on: { click: () => act.lock(n) } }, held ? "Unlock" : "Lock"),
      " ",
      held ? h("span", { class: "why", title: held.by }, held.by) : null,
      held
        ? h("input", { class: "reason", type: "text", placeholder: "Why?", "aria-label": `Why ${name} is locked`, value: held.why, on: { change: (event) => act.why(n, event.target.value) } })
        : null,
    ),
  );
}

function track(state, n, name, held, shown, act, numbers) {
  const line = state.lines[n];
  return h(
    "div",
    {
      class: "track",
      role: "slider",
      tabindex: 0,
      "aria-label": name,
      "aria-valuemin": line.low,
      "aria-valuemax": line.high,
      "aria-valuenow": shown.now,
      "aria-valuetext": shown.amount,
      "aria-disabled": String(Boolean(held)),
      on: {
        pointerdown: (event) => act.grab(n, event),
        pointermove: (event) => act.drag(n, event),
        pointerup: act.drop,
        pointercancel: act.drop,
        keydown: (event) => act.key(n, event),
        focus: () => act.look(n),
        blur: act.leave,
      },
    },
    h("div", { class: "rail" }),
    h("div", { class: "reach", style: shown.reach, title: `Between ${numbers.amount(state.resource(n), line.low)} and ${numbers.amount(state.resource(n), line.high)}` }),
    h("div", { class: "near", style: shown.near, hidden: !state.ends[n], title: "Within it at most 1 % of the expected sales is lost, while the others follow" }),
    h("div", { class: "today", style: shown.today, title: `Today: ${numbers.amount(state.resource(n), line.today)}` }),
    h("div", { class: "carrier", style: shown.thumb }, h("div", { class: "thumb" })),
  );
}

/**
 * Write what moves into the rows that `table` has drawn under a node, and nothing else: describing and comparing a
 * whole table of 200 lines takes longer than a frame. Rows out of sight are written once they come into it; far out of
 * sight, those of a long table are not laid out either.
 * @returns {{write: function, end: function}}
 */
export function painter(root, state, show, numbers) {
  const scroll = root.querySelector(".scroll");
  const rows = [...root.querySelectorAll("tr[data-line]")].filter((row) => !row.hidden).map((row) => ({ row, n: Number(row.dataset.line), seen: true, write: rowWriter(row, state, numbers) }));
  const groups = [...root.querySelectorAll("tr[data-group]")].map((row) => groupWriter(row, state, show, numbers));
  const look = () => {
    const [top, bottom] = [scroll.scrollTop, scroll.scrollTop + scroll.clientHeight];
    // All that is read is read before anything is written, so that the page is laid out once.
    const beyond = rows.map(({ row }) => Math.max(top - row.offsetTop - row.offsetHeight, row.offsetTop - bottom));
    rows.forEach((one, place) => {
      const hides = beyond[place] > AROUND && rows.length > SPARED && !one.row.contains(document.activeElement);
      if (hides !== show.away.has(one.n)) {
        one.row.toggleAttribute("data-away", hides);
        show.away[hides ? "add" : "delete"](one.n);
      }
      const seen = beyond[place] < 0;
      if (seen && !one.seen) one.write();
      one.seen = seen;
    });
  };
  const watch = new ResizeObserver(look);
  watch.observe(scroll);
  scroll.addEventListener("scroll", look, { passive: true });
  return {
    write() {
      for (const { seen, write } of rows) if (seen) write();
      for (const write of groups) write();
    },
    end() {
      watch.disconnect();
      scroll.removeEventListener("scroll", look);
    },
  };
}

function rowWriter(row, state, numbers) {
  const n = Number(row.dataset.line);
  const [track, carrier, near, typed] = [".track", ".carrier", ".near", ".typed"].map((one) => row.querySelector(one));
  const text = (name) => changed((value) => (row.querySelector(`[data-part=${name}]`).firstChild.data = value));
  const attribute = (node, name) => changed((value) => node.setAttribute(name, value));
  const writers = {
    thumb: attribute(carrier, "style"),
    near: attribute(near, "style"),
    now: attribute(track, "aria-valuenow"),
    change: text("change"),
    brings: text("brings"),
    next: text("next"),
    row: changed((value) => (row.className = value)),
  };
  const said = attribute(track, "aria-valuetext");
  const field = changed((value) => (typed.value = value));
  const hidden = changed((value) => (near.hidden = value));
  return () => {
    const shown = live(state, n, numbers);
    for (const [name, write] of Object.entries(writers)) write(shown[name]);
    said(shown.amount);
    // What somebody is typing is theirs until they leave it.
    if (typed !== document.activeElement) field(shown.amount);
    hidden(!state.ends[n]);
  };
}

function groupWriter(row, state, show, numbers) {
  const { lines } = grouped(state, show).find((one) => one.group === row.dataset.group);
  const parts = ["amount", "change", "brings"].map((name) => {
    const cell = row.querySelector(`[data-part=${name}]`);
    return [name, changed((value) => (cell.textContent = value))];
  });
  return () => {
    const shown = subtotals(state, lines, numbers);
    for (const [name, write] of parts) write(shown[name]);
  };
}

/** Write a value only where it is another than the last one; nothing is read from the page for that. */
function changed(write) {
  let last;
  return (value) => {
    if (value === last) return;
    last = value;
    write(value);
  };
}
