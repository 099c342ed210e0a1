import { slide } from "./sliding.js";
import { expected, marginal } from "./responding.js";
import { readNumber } from "./reading.js";

// The kernel is told at most so often while a thumb is dragged, and once it is let go.
const TOLD_EVERY = 100;
// From so many segments on they are grouped and can be searched.
const MANY = 20;
const STOPS = {
  locked: "It is locked: take the lock off to move it.",
  low: "It is at its lower limit.",
  high: "It is at its upper limit.",
  others: "The others can give or take no more: they are locked or at their limits.",
};

/** The sliders' state in the page: amounts in smallest units, and what they bring. */
class Sliders {
  constructor(given, amounts, locks) {
    this.given = given;
    this.lines = given.lines;
    this.amounts = [...amounts];
    this.locks = locks;
    this.mine = given.resources.map((_, r) =>
      this.lines.flatMap((line, n) => (line.resource === r ? [n] : [])),
    );
    this.tops = given.resources.map(() => 1);
    this.rescale();
  }

  /** Lines of a resource share a scale, so that their lengths can be compared; it never shrinks under a hand. */
  rescale() {
    this.mine.forEach((mine, r) => {
      const seen = mine.map((n) => Math.max(this.lines[n].today, this.amounts[n], this.given.band?.[n]?.[1] ?? 0));
      const most = Math.max(...mine.map((n) => this.lines[n].high), 1);
      if (Math.max(...seen) > this.tops[r] * 0.95) this.tops[r] = Math.max(Math.min(most, 2 * Math.max(...seen)), ...seen, 1);
    });
  }

  /** Move a line from where all stood at the start of the gesture; what kept it is given. */
  move(n, wanted, from) {
    const line = this.lines[n];
    const resource = this.given.resources[line.resource];
    const mine = this.mine[line.resource];
    const step = line.step;
    const sliders = mine.map((m) => {
      const rest = from[m] % step;
      return {
        amount: (from[m] - rest) / step,
        low: Math.ceil((this.lines[m].low - rest) / step),
        high: Math.floor((this.lines[m].high - rest) / step),
        locked: Boolean(this.locks[m]) || (!resource.keeps && m !== n),
      };
    });
    if (!resource.keeps) {
      const used = mine.reduce((sum, m) => sum + from[m], 0);
      const left = Math.max(0, Math.floor((resource.total - used) / step));
      sliders.push({ amount: left, low: 0, high: Math.floor(resource.total / step), locked: false });
    }
    const rest = from[n] % step;
    const found = slide(sliders, mine.indexOf(n), Math.round((wanted - rest) / step));
    mine.forEach((m, place) => {
      this.amounts[m] = found.amounts[place] * step + (from[m] % step);
    });
    return found.stopped;
  }

  outcome(n) {
    const line = this.lines[n];
    const amount = this.amounts[n] / this.given.resources[line.resource].unit;
    return line.draws.reduce((sum, curve) => sum + expected(curve, amount), 0) / line.draws.length;
  }

  total() {
    return this.lines.reduce((sum, _, n) => sum + this.outcome(n), 0);
  }

  /** What the next portion of the resource brings here. */
  next(n) {
    const line = this.lines[n];
    const resource = this.given.resources[line.resource];
    const amount = this.amounts[n] / resource.unit;
    const rise = line.draws.reduce((sum, curve) => sum + marginal(curve, amount), 0) / line.draws.length;
    return rise * resource.portion;
  }

  isOutside(n) {
    const band = this.given.band?.[n];
    return Boolean(band) && (this.amounts[n] < band[0] || this.amounts[n] > band[1]);
  }
}

function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "salesnb salesnb-sliders";
  el.append(root);
  let view = draw(root, model);
  const again = () => {
    view.end();
    view = draw(root, model);
  };
  const moved = () => view.take(model.get("amounts"));
  model.on("change:given", again);
  model.on("change:locks", again);
  model.on("change:amounts", moved);
  model.on("change:said", () => view.say(model.get("said")));
  return () => {
    model.off("change:given", again);
    model.off("change:locks", again);
    model.off("change:amounts", moved);
    view.end();
  };
}

function draw(root, model) {
  const given = model.get("given");
  const state = new Sliders(given, model.get("amounts"), model.get("locks"));
  const numbers = formats(given);
  root.replaceChildren();
  const outcome = element("div", "outcome", { role: "status", "aria-live": "off" });
  const said = element("div", "said", { role: "alert" });
  const bar = element("div", "bar");
  const rows = [];
  let timer = null;
  let told = "";

  const paint = () => {
    for (const row of rows) row.paint();
    outcome.textContent = sentence(state, given, numbers);
  };
  const tell = () => {
    timer = null;
    const now = JSON.stringify(state.amounts);
    if (now === told) return;
    told = now;
    model.set("amounts", [...state.amounts]);
    model.save_changes();
  };
  const soon = () => {
    timer ??= setTimeout(tell, TOLD_EVERY);
  };
  const settle = () => {
    clearTimeout(timer);
    tell();
    state.rescale();
    paint();
    model.send({ do: "settle" });
  };
  const say = (text) => {
    said.textContent = text;
  };
  const gesture = { state, paint, soon, settle, say, numbers, given, ask: (message) => model.send(message) };

  for (const [action, name, hint] of [
    ["optimum", "Optimum", "Give everyone what brings most within limits and locks"],
    ["today", "Today", "Give everyone what they have today, scaled to the total"],
    ["equal", "Equal", "Give everyone the same"],
    ["undo", "Undo", "Ctrl+Z"],
    ["redo", "Redo", "Ctrl+Shift+Z"],
  ]) {
    const button = element("button", "", { type: "button", title: hint, "data-do": action });
    button.textContent = name;
    button.addEventListener("click", () => model.send({ do: action }));
    bar.append(button);
  }
  const table = element("table", "");
  table.append(heading(given, numbers), body(rows, gesture));
  if (given.segments.length >= MANY) bar.append(search(rows));
  const scroll = element("div", "scroll");
  scroll.append(table);
  root.append(bar, outcome, said, scroll);
  const keys = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.matches(".typed")) return;
    event.preventDefault();
    event.stopPropagation();
    model.send({ do: event.shiftKey ? "redo" : "undo" });
  };
  root.addEventListener("keydown", keys);
  say(model.get("said"));
  paint();
  return {
    say,
    take(amounts) {
      if (rows.some((row) => row.held())) return;
      state.amounts = [...amounts];
      told = JSON.stringify(amounts);
      state.rescale();
      paint();
    },
    end() {
      clearTimeout(timer);
      root.removeEventListener("keydown", keys);
    },
  };
}

function sentence(state, given, numbers) {
  const total = state.total();
  const parts = [`Expected ${numbers.sales(total)}`];
  if (given.goal) {
    const gap = total - given.goal.amount;
    parts.push(`${numbers.sales(Math.abs(gap))} ${gap < 0 ? "below" : "above"} the goal of ${numbers.sales(given.goal.amount)}`);
  }
  given.resources.forEach((resource, r) => {
    const used = state.mine[r].reduce((sum, n) => sum + state.amounts[n], 0);
    const of = numbers.amount(resource, resource.total);
    parts.push(`${resource.name} ${numbers.amount(resource, used)}${used === resource.total ? "" : ` of ${of}`}`);
  });
  return parts.join(" · ");
}

function heading(given, numbers) {
  const head = element("thead", "");
  const row = element("tr", "");
  const figures = ["Amount", "Change", "Brings", "Next"];
  const columns = [["Segment", "name"], ...(given.resources.length > 1 ? [["Resource", "resource"]] : []), ["", ""]];
  for (const [name, kind] of [...columns, ...figures.map((one) => [one, "figure number"]), ["Lock", "locking"]]) {
    const cell = element("th", kind, { scope: "col" });
    cell.textContent = name;
    if (name === "Next") {
      const [resource, ...others] = given.resources;
      if (!others.length) cell.textContent = `Next ${numbers.amount(resource, resource.portion * resource.unit)}`;
      cell.title = "What the next portion of the resource brings here";
    }
    if (!name) cell.append(hidden("Slider"));
    row.append(cell);
  }
  head.append(row);
  return head;
}

function body(rows, gesture) {
  const { given } = gesture;
  const part = element("tbody", "");
  const groups = given.segments.length >= MANY ? [...new Set(given.segments.map((segment) => segment.group))] : [""];
  const grouped = groups.length > 1;
  for (const group of groups) {
    const inside = [];
    if (grouped) part.append(groupRow(group, inside));
    given.segments.forEach((segment, s) => {
      if (grouped && segment.group !== group) return;
      given.lines.forEach((line, n) => {
        if (line.segment !== s) return;
        const row = lineRow(n, segment, gesture);
        rows.push(row);
        inside.push(row);
        part.append(row.node);
      });
    });
  }
  return part;
}

function groupRow(group, inside) {
  const row = element("tr", "group");
  const cell = element("th", "", { colspan: "9", scope: "rowgroup" });
  const button = element("button", "", { type: "button", "aria-expanded": "true" });
  const label = () => {
    button.textContent = `${button.getAttribute("aria-expanded") === "true" ? "▾" : "▸"} ${group || "Others"} (${inside.length})`;
  };
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    for (const found of inside) found.fold(!open);
    label();
  });
  setTimeout(label);
  cell.append(button);
  row.append(cell);
  return row;
}

function search(rows) {
  const field = element("input", "", { type: "search", placeholder: "Find a segment", "aria-label": "Find a segment" });
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const row of rows) row.match(!wanted || row.name.toLowerCase().includes(wanted));
  });
  return field;
}

function lineRow(n, segment, gesture) {
  const { state, given, numbers, say } = gesture;
  const line = state.lines[n];
  const resource = given.resources[line.resource];
  const several = given.resources.length > 1;
  const name = several ? `${segment.name}, ${resource.name}` : segment.name;
  const node = element("tr", "", { "data-line": String(n) });
  const top = () => state.tops[line.resource];
  const at = (amount) => `${Math.min(100, Math.max(0, (amount / top()) * 100))}%`;

  const track = element("div", "track", {
    role: "slider",
    tabindex: "0",
    "aria-label": name,
    "aria-valuemin": String(line.low),
    "aria-valuemax": String(line.high),
  });
  track.append(element("div", "rail"));
  const reach = element("div", "reach");
  const near = element("div", "near", { title: "Within it at most 1 % is lost" });
  const band = given.band?.[n];
  near.hidden = !band;
  const today = element("div", "today", { title: `Today: ${numbers.amount(resource, line.today)}` });
  const thumb = element("div", "thumb");
  track.append(reach, near, today, thumb);
  const typed = element("input", "typed", { type: "text", inputmode: "decimal", "aria-label": `${name}, amount` });
  const [change, brings, next] = [0, 1, 2].map(() => element("td", "number"));
  const lock = element("button", "", { type: "button", "aria-label": `Lock ${name}` });
  const by = element("span", "why");
  const why = element("input", "reason", { type: "text", placeholder: "Why?", "aria-label": `Why ${name} is locked` });
  why.addEventListener("change", () => gesture.ask({ do: "lock", line: n, why: why.value }));
  why.addEventListener("keydown", (event) => event.stopPropagation());

  let from = null;
  const go = (wanted, base) => {
    const stopped = state.move(n, Math.max(0, Math.round(wanted)), base);
    say(stopped ? `${name}: ${STOPS[stopped]}` : state.isOutside(n) ? `${name}: outside what costs less than 1 %.` : "");
    gesture.paint();
    gesture.soon();
  };
  const pointed = (event) => {
    const box = track.getBoundingClientRect();
    return Math.round((Math.min(Math.max(event.clientX - box.left, 0), box.width) / box.width) * top() / line.step) * line.step;
  };
  track.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    track.setPointerCapture(event.pointerId);
    from = [...state.amounts];
    go(pointed(event), from);
  });
  track.addEventListener("pointermove", (event) => {
    if (from) go(pointed(event), from);
  });
  const drop = () => {
    if (!from) return;
    from = null;
    gesture.settle();
  };
  track.addEventListener("pointerup", drop);
  track.addEventListener("pointercancel", drop);
  track.addEventListener("keydown", (event) => {
    const wanted = byKey(event, state.amounts[n], line, top());
    if (wanted === null) return;
    event.preventDefault();
    event.stopPropagation();
    go(wanted, [...state.amounts]);
    gesture.settle();
  });
  typed.addEventListener("change", () => {
    const read = readNumber(typed.value, given.locale);
    if (read.wrong || read.value < 0) {
      say(`${name}: ${read.wrong ?? "An amount is 0 or more."} It stays as it was.`);
      paint();
      return;
    }
    go(read.value * resource.unit, [...state.amounts]);
    gesture.settle();
    paint();
  });
  typed.addEventListener("keydown", (event) => event.stopPropagation());
  lock.addEventListener("click", () => gesture.ask({ do: state.locks[n] ? "unlock" : "lock", line: n }));

  const cells = [track, typed].map((part) => {
    const cell = element("td", part === typed ? "number" : "");
    cell.append(part);
    return cell;
  });
  const locking = element("td", "");
  locking.append(lock, " ", by, why);
  const title = element("th", "", { scope: "row" });
  title.textContent = segment.name;
  node.append(title);
  if (several) {
    const which = element("td", "");
    which.textContent = resource.name;
    node.append(which);
  }
  node.append(...cells, change, brings, next, locking);

  let [folded, matched] = [false, true];
  const show = () => {
    node.hidden = folded || !matched;
  };
  const paint = () => {
    const amount = state.amounts[n];
    const held = state.locks[n];
    thumb.style.left = at(amount);
    today.style.left = at(line.today);
    for (const [part, ends] of [[reach, [line.low, line.high]], [near, band ?? [0, 0]]]) {
      part.style.left = at(ends[0]);
      part.style.width = `calc(${at(ends[1])} - ${at(ends[0])})`;
    }
    track.setAttribute("aria-valuenow", String(amount));
    track.setAttribute("aria-valuetext", numbers.amount(resource, amount));
    track.setAttribute("aria-disabled", String(Boolean(held)));
    if (document.activeElement !== typed || !typed.matches(":focus") || from) typed.value = numbers.amount(resource, amount);
    change.textContent = numbers.change(resource, amount - line.today);
    brings.textContent = numbers.sales(state.outcome(n));
    next.textContent = numbers.sales(state.next(n));
    lock.textContent = held ? "Unlock" : "Lock";
    lock.setAttribute("aria-pressed", String(Boolean(held)));
    lock.setAttribute("aria-label", `${held ? "Unlock" : "Lock"} ${name}`);
    by.textContent = held ? held.by : "";
    why.hidden = !held;
    if (document.activeElement !== why) why.value = held?.why ?? "";
    node.className = [held ? "locked" : "", state.isOutside(n) ? "outside" : ""].join(" ").trim();
  };
  return {
    node,
    name,
    paint,
    held: () => Boolean(from),
    fold(hidden) {
      folded = hidden;
      show();
    },
    match(found) {
      matched = found;
      show();
    },
  };
}

/** The amount that a key asks for; null where it asks for none. */
function byKey(event, amount, line, top) {
  const page = Math.max(line.step, Math.round(top / 10 / line.step) * line.step);
  const small = Math.max(line.step, Math.round(top / 100 / line.step) * line.step);
  switch (event.key) {
    case "ArrowRight":
    case "ArrowUp":
      return amount + (event.shiftKey ? line.step : small);
    case "ArrowLeft":
    case "ArrowDown":
      return amount - (event.shiftKey ? line.step : small);
    case "PageUp":
      return amount + page;
    case "PageDown":
      return amount - page;
    case "Home":
      return line.low;
    case "End":
      return line.high;
    default:
      return null;
  }
}

/** Write numbers as the reader does. */
function formats(given) {
  const money = (digits) =>
    new Intl.NumberFormat(given.locale, { style: "currency", currency: given.currency, maximumFractionDigits: digits, minimumFractionDigits: digits });
  const [whole, exact] = [money(0), money(given.digits)];
  const count = new Intl.NumberFormat(given.locale, { maximumFractionDigits: 0 });
  const amount = (resource, units) => {
    const major = units / resource.unit;
    if (!resource.counts) return (units % resource.unit ? exact : whole).format(major);
    return `${count.format(major)} ${resource.counts}`;
  };
  return {
    sales: (major) => whole.format(major),
    amount,
    change: (resource, units) => (units ? `${units > 0 ? "+" : "−"}${amount(resource, Math.abs(units))}` : "–"),
  };
}

function hidden(text) {
  const made = element("span", "hidden");
  made.textContent = text;
  return made;
}

function element(tag, name, attributes = {}) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

export default { render };
