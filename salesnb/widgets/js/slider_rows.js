import { h, unseen } from "./dom.js";

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
    thumb: `left: ${at(amount)}`,
    today: `left: ${at(line.today)}`,
    reach: span([line.low, line.high]),
    near: span(ends ?? [0, 0]),
    change: numbers.change(resource, amount - line.today),
    brings: numbers.sales(state.outcome(n)),
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
    {},
    heading(given, several, numbers),
    h(
      "tbody",
      {},
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
  const head = (name, kind, title) => h("th", { class: kind, scope: "col", title }, name);
  return h(
    "thead",
    {},
    h(
      "tr",
      {},
      head("Segment", "name"),
      several ? head("Resource", "resource") : null,
      h("th", { scope: "col", class: "sliding" }, unseen("Slider")),
      HEADS.map((name) => head(name === "Next" ? next : name, "figure number", name === "Next" ? `What the next ${portions} of it brings here` : HINTS[name])),
      head("Lock", "locking"),
    ),
  );
}

const HINTS = { Change: "Against today", Brings: "Expected sales of the plan’s period" };

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
    { key: `group ${group}`, class: "group", "data-group": group, hidden },
    h(
      "th",
      { scope: "rowgroup", colspan: several ? 2 : false },
      h("button", { type: "button", "aria-expanded": String(open), on: { click: () => act.fold(group) } }, `${open ? "▾" : "▸"} ${group || "Others"} (${segments})`),
    ),
    h("td", { colspan: 2, class: "number", "data-part": "amount" }, shown.amount),
    h("td", { class: "number", "data-part": "change" }, shown.change),
    h("td", { class: "number", "data-part": "brings" }, shown.brings),
    h("td", {}),
    h("td", {}),
  );
}

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
    { key: `line ${n}`, "data-line": n, class: shown.row, hidden },
    h("th", { scope: "row", title: segment }, segment),
    several ? h("td", {}, state.resource(n).name) : null,
    h(
      "td",
      { class: "sliding" },
      track(state, n, name, held, shown, act, numbers),
      h("div", { class: "said", role: "alert", id: `${show.id}-said-${n}` }, show.said.get(n) || null),
    ),
    h(
      "td",
      { class: "number" },
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
    h("td", { class: "number", "data-part": "change" }, shown.change),
    h("td", { class: "number", "data-part": "brings" }, shown.brings),
    h("td", { class: "number", "data-part": "next" }, shown.next),
    h(
      "td",
      {},
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
    h("div", { class: "thumb", style: shown.thumb }),
  );
}

/**
 * Write what moves into the rows that `table` has drawn under a node, and nothing else: describing and comparing a
 * whole table of 200 lines takes longer than a frame.
 */
export function painter(root, state, show, numbers) {
  const part = (row, name) => row.querySelector(`[data-part=${name}]`).firstChild;
  const rows = [...root.querySelectorAll("tr[data-line]")].map((row) => {
    const track = row.querySelector(".track");
    const [thumb, near, typed] = [".thumb", ".near", ".typed"].map((one) => row.querySelector(one));
    const [change, brings, next] = ["change", "brings", "next"].map((one) => part(row, one));
    return { n: Number(row.dataset.line), row, track, thumb, near, typed, change, brings, next };
  });
  const groups = [...root.querySelectorAll("tr[data-group]")].map((row) => ({
    lines: grouped(state, show).find((one) => one.group === row.dataset.group).lines,
    parts: ["amount", "change", "brings"].map((name) => [name, row.querySelector(`[data-part=${name}]`)]),
  }));
  const write = (node, text) => {
    if (node.data !== text) node.data = text;
  };
  const style = (node, text) => {
    if (node.getAttribute("style") !== text) node.setAttribute("style", text);
  };
  return () => {
    for (const one of rows) {
      if (one.row.hidden) continue;
      const shown = live(state, one.n, numbers);
      style(one.thumb, shown.thumb);
      style(one.near, shown.near);
      one.near.hidden = !state.ends[one.n];
      one.track.setAttribute("aria-valuenow", shown.now);
      one.track.setAttribute("aria-valuetext", shown.amount);
      if (one.typed !== document.activeElement) one.typed.value = shown.amount;
      write(one.change, shown.change);
      write(one.brings, shown.brings);
      write(one.next, shown.next);
      if (one.row.className !== shown.row) one.row.className = shown.row;
    }
    for (const { lines, parts } of groups) {
      const shown = subtotals(state, lines, numbers);
      for (const [name, cell] of parts) if (cell.textContent !== shown[name]) cell.textContent = shown[name];
    }
  };
}
