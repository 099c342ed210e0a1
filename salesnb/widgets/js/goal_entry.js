import { h, restore } from "./dom.js";
import { view } from "./view.js";
import { chanceOf, reachable } from "./chances.js";
import { goalFigures } from "./goal_figures.js";
import { chanceDial, chanceWord, goalScale, scaleOf } from "./goal_gauge.js";
import { escapes, goalTree, openAtFirst, openDownTo } from "./goal_tree.js";

// A key that is held moves the target on; what it comes to is kept once it rests so long.
const RESTS_AFTER = 600;
// What keeps a target unlikely is asked for once nobody has moved it for so long.
const CAUSE_AFTER = 400;
const CHANCES = [0.5, 0.6, 0.7, 0.8, 0.9];

/** What the page knows and the kernel does not: the number that is being typed, and what is open. */
class Page {
  constructor() {
    this.draft = null;
    this.said = null;
    this.asked = 0;
    this.working = 0;
    this.open = new Map();
    this.chance = 0.5;
    this.scale = null;
    this.isHeld = false;
    this.tree = null;
    this.cause = null;
  }

  /** The target that is looked at: as it is typed or dragged, else as it is kept. */
  target(goal) {
    return this.draft?.goal === goal.id ? this.draft.value : goal.target;
  }
}

function render({ model, el }) {
  const page = new Page();
  let [resting, causing] = [null, null];
  const send = (verb, about = {}) => {
    page.asked = Math.max(page.asked + 1, Date.now());
    page.said = null;
    model.send({ do: verb, n: page.asked, ...about });
    return page.asked;
  };
  const isWaiting = () => model.get("shown").heard < page.asked;
  const say = (at, text) => {
    page.said = { at, text };
    drawn.draw();
  };
  const move = (value) => {
    const { goal } = model.get("shown");
    page.draft = { goal: goal.id, value };
    page.said = null;
    drawn.draw();
    because();
  };
  /** Have the kernel keep the target that was moved to. */
  const settle = (soon = false) => {
    clearTimeout(resting);
    if (soon) {
      resting = setTimeout(settle, RESTS_AFTER);
      return;
    }
    const { goal, ...shown } = model.get("shown");
    if (page.draft === null || page.draft.goal !== goal?.id || page.draft.isSent) return;
    if (page.draft.value === goal.target) {
      page.draft = null;
      return;
    }
    page.draft.isSent = true;
    send("target", { at: "target", text: goalFigures(shown).plain(page.draft.value, goal.unit) });
    drawn.draw();
  };
  const because = () => {
    clearTimeout(causing);
    const { goal, ...shown } = model.get("shown");
    if (!goal?.outlook?.gauge) return;
    const target = page.target(goal);
    const { probability } = target === null ? {} : chanceOf(goal.outlook.gauge, target);
    if (typeof probability !== "number" || probability >= goal.outlook.gauge.bounds[0]) return;
    const asked = `${goal.id} ${target}`;
    if (goal.cause?.target === target || page.cause === asked) return;
    causing = setTimeout(() => {
      if (isWaiting()) return;
      page.cause = asked;
      send("cause", { at: "cause", text: goalFigures(shown).plain(target, goal.unit) });
    }, CAUSE_AFTER);
  };
  const acts = { page, send, say, move, settle, isWaiting, draw: () => drawn.draw() };
  const drawn = view({ model, el }, "goal-entry", (shown, _, said) => describe(shown, page.said ?? said, acts));
  const after = () => {
    const shown = model.get("shown");
    if (page.draft?.isSent && !isWaiting()) {
      page.draft = null;
      drawn.draw();
    }
    if (shown.pending.length && shown.heard >= page.working) page.working = send("work out", { at: "outlook", goal: shown.pending[0] });
    because();
  };
  model.on("change:shown", after);
  after();
  return () => {
    clearTimeout(resting);
    clearTimeout(causing);
    model.off("change:shown", after);
    drawn.end();
  };
}

function describe(shown, said, acts) {
  const figures = goalFigures(shown);
  const beside = (at) => (said.at === at && said.text ? h("div", { class: "said", role: "alert" }, said.text) : null);
  const context = { shown, said, figures, beside, acts };
  return [objectives(context), goals(context), shown.goal ? panel(context, shown.goal) : null];
}

function objectives({ shown, beside, acts }) {
  const { send } = acts;
  return h(
    "section",
    { "aria-label": "Objectives" },
    h("h3", {}, "Objectives"),
    shown.objectives.map((one) =>
      h(
        "div",
        { key: one.id, class: "objective" },
        h("input", { type: "text", class: "wide", "aria-label": "Objective", value: one.text, on: field(acts, (text) => send("state", { at: `objective ${one.id}`, text, owner: one.owner, objective: one.id })) }),
        h("input", { type: "text", "aria-label": `Owner of ${one.text}`, placeholder: "Owner", value: one.owner, on: field(acts, (owner) => send("state", { at: `objective ${one.id}`, text: one.text, owner, objective: one.id })) }),
        h("button", { type: "button", "aria-label": `Drop ${one.text}`, on: { click: () => send("drop", { at: `objective ${one.id}`, objective: one.id }) } }, "Drop"),
        h("span", { class: one.said ? "short" : "quiet" }, one.said || `${one.goals} ${one.goals === 1 ? "goal" : "goals"}`),
        beside(`objective ${one.id}`),
      ),
    ),
    h(
      "div",
      { key: "another", class: "objective" },
      h("input", {
        type: "text",
        class: "wide",
        "aria-label": "Another objective",
        placeholder: "What is to be reached? Enter states it",
        on: {
          change: (event) => {
            if (!event.target.value.trim()) return;
            send("state", { at: "objectives", text: event.target.value });
            event.target.value = "";
          },
        },
      }),
      beside("objectives"),
    ),
  );
}

function goals({ shown, figures, beside, acts }) {
  const { send } = acts;
  const row = (one) =>
    h(
      "tr",
      { key: one.id, class: one.id === shown.selected ? "looked" : "" },
      h("th", { scope: "row" }, h("button", { type: "button", class: "pick", "aria-pressed": String(one.id === shown.selected), on: { click: () => send("select", { at: "goals", goal: one.id }) } }, one.label)),
      h("td", {}, one.period),
      h("td", { class: "number" }, one.target === null ? "no target yet" : `${one.direction === "at_most" ? "at most " : ""}${figures.show(one.target, one.unit)}`),
      h("td", { class: "number" }, one.chance),
      h("td", { class: "answers", title: one.owner }, one.owner || h("span", { class: "short" }, "nobody")),
      h("td", { class: "serves", title: one.objective }, one.objective || h("span", { class: "short" }, "serves no objective")),
      h("td", { class: one.smart.holds < one.smart.of ? "short" : "quiet" }, one.smart.of ? `${one.smart.holds} of ${one.smart.of}` : ""),
    );
  return h(
    "section",
    { "aria-label": "Goals" },
    h("h3", {}, "Goals"),
    shown.goals.length
      ? h(
          "table",
          { class: "figures goals" },
          h("thead", {}, h("tr", {}, [["KPI", ""], ["Period", ""], ["Target", "number"], ["P(attain)", "number"], ["Owner", ""], ["Objective", ""], ["SMART", ""]].map(([name, kind]) => h("th", { scope: "col", class: kind }, name)))),
          h("tbody", {}, shown.goals.map(row)),
        )
      : h("p", { class: "quiet" }, "The plan has no goal yet."),
    h(
      "div",
      { class: "bar" },
      h(
        "select",
        {
          "aria-label": "Add a goal on",
          value: "",
          on: {
            change: (event) => {
              if (event.target.value) send("start", { at: "goals", kpi: event.target.value });
              event.target.value = "";
              event.target.blur();
            },
          },
        },
        h("option", { value: "" }, "Add a goal on …"),
        shown.kpis.map((kpi) => h("option", { value: kpi.name }, `${kpi.label} (${kpi.name})`)),
      ),
      beside("goals"),
    ),
  );
}

function panel(context, goal) {
  const { acts, beside } = context;
  return h(
    "section",
    { key: goal.id, class: "looked-at", "aria-label": `Goal: ${goal.label}` },
    h(
      "div",
      { class: "bar" },
      h("h3", { title: goal.formula }, `${goal.isNew ? "New goal: " : ""}${goal.label}`),
      h("button", { type: "button", on: { click: () => acts.send("remove", { at: "remove" }) } }, goal.isNew ? "Forget it" : "Remove the goal"),
      goal.isNew ? h("span", { class: "quiet" }, "It is in the plan as soon as it has a target.") : null,
      beside("remove"),
    ),
    h("div", { class: "sides" }, h("div", { class: "entry" }, form(context, goal), smart(goal)), chances(context, goal)),
    cascade(context, goal),
  );
}

function form({ shown, figures, beside, acts }, goal) {
  const { page, send } = acts;
  const unit = { money: shown.currency, count: "a count", ratio: "a share", days: "days", money_per_day: `${shown.currency} a day` }[goal.unit];
  const said = (label, control, at) => [h("label", { for: `goal-${at}` }, label), h("div", {}, control, beside(at))];
  return h(
    "div",
    { class: "form" },
    said(goal.direction === "at_most" ? "Target, at most" : "Target", [targetField({ figures, acts }, goal), h("span", { class: "quiet" }, ` ${unit}`)], "target"),
    h("span", { class: "quiet" }, "Beside it"),
    besides({ figures, page }, goal),
    said(
      "Period",
      [
        h("input", { id: "goal-period", type: "text", list: "goal-periods", value: goal.period, on: field(acts, (text) => send("period", { at: "period", text })) }),
        h("datalist", { id: "goal-periods" }, shown.periods.map((one) => h("option", { value: one }))),
      ],
      "period",
    ),
    said("Owner", h("input", { id: "goal-owner", type: "text", class: "wide", value: goal.owner, placeholder: "Who answers for it?", on: field(acts, (text) => send("owner", { at: "owner", text })) }), "owner"),
    said(
      "Objective",
      h(
        "select",
        { id: "goal-objective", value: goal.objective, on: { change: (event) => send("objective", { at: "objective", text: event.target.value }) } },
        h("option", { value: "", selected: !goal.objective }, "serves none"),
        shown.objectives.map((one) => h("option", { value: one.id, selected: one.id === goal.objective }, one.text)),
      ),
      "objective",
    ),
  );
}

function targetField({ figures, acts }, goal) {
  const { page, say, move, settle } = acts;
  return h("input", {
    id: "goal-target",
    type: "text",
    class: "target",
    inputmode: "decimal",
    autocomplete: "off",
    placeholder: { money: "such as 1.2m", ratio: "such as 35%" }[goal.unit] ?? "a number",
    value: figures.typed(page.target(goal), goal.unit),
    on: {
      focus: (event) => event.target.select(),
      input: (event) => {
        const read = figures.read(event.target.value, goal.unit);
        if (!read.wrong) move(read.value);
      },
      change: (event) => {
        const read = figures.read(event.target.value, goal.unit);
        if (read.wrong) {
          page.draft = null;
          say("target", `${read.wrong} It stays as it was.`);
          return;
        }
        page.draft = { goal: goal.id, value: read.value, isSent: true };
        acts.send("target", { at: "target", text: read.text });
        acts.draw();
      },
      keydown: (event) => {
        if (event.key !== "Escape") return;
        page.draft = null;
        acts.draw();
        escapes(event);
      },
      blur: (event) => {
        if (page.draft && !page.draft.isSent) settle();
        else if (!acts.isWaiting()) restore(event.target);
      },
    },
  });
}

/** What the KPI was and may be, and how far the target is from each. */
function besides({ figures, page }, goal) {
  const target = page.target(goal);
  const { baseline, outlook, unit } = goal;
  const isMoney = unit !== "ratio";
  const against = (value) => {
    if (!value || target === null || !isMoney) return "";
    const rise = target / value - 1;
    return `target ${rise < 0 ? "−" : "+"}${Math.abs(100 * rise).toFixed(1)} %`;
  };
  const line = (name, value, told) => h("tr", {}, h("th", { scope: "row" }, name), h("td", { class: "number" }, value), h("td", { class: "quiet" }, told));
  const last = outlook?.lastYear;
  const gauge = outlook?.gauge;
  return h(
    "table",
    { class: "figures besides" },
    h(
      "tbody",
      {},
      baseline.value === null ? line("Baseline", "–", "not known") : line(`Baseline, ${baseline.period}`, figures.show(baseline.value, unit), against(baseline.value)),
      last ? line(`Last year, ${last.period}`, figures.show(last.value, unit), against(last.value)) : line("Last year", "…", ""),
      gauge ? line("To date", figures.show(gauge.toDate, unit), target ? `${figures.percent(gauge.toDate / target)} of the target` : "") : null,
      gauge ? line("Outlook", figures.show(reachable(gauge, 0.5), unit), `${figures.show(gauge.low, unit)} to ${figures.show(gauge.high, unit)} in 80 of 100 cases`) : null,
    ),
  );
}

function smart(goal) {
  if (!goal.smart.length) return null;
  const mark = { true: ["✓", "holds"], false: ["✗", "does not hold"], null: ["?", "not known"] };
  return h(
    "ul",
    { class: "smart", "aria-label": "SMART check" },
    goal.smart.map((one) => {
      const [sign, said] = mark[String(one.holds)];
      return h("li", { class: one.holds === false ? "short" : "" }, h("span", { role: "img", "aria-label": said }, sign), h("strong", {}, ` ${one.aspect}: `), `${one.what}${one.hint ? ` ${one.hint}` : ""}`);
    }),
  );
}

function chances({ shown, figures, beside, acts }, goal) {
  const { outlook, unit } = goal;
  const part = (...inside) => h("div", { class: "chances", "aria-label": "How likely it is", role: "group" }, inside, beside("outlook"));
  if (!outlook) return part(h("p", { class: "quiet", role: "status" }, "Working out the outlook …"));
  if (!outlook.gauge) return part(h("p", {}, outlook.why || "There is no outlook of it."));
  const { page, move, settle } = acts;
  const { gauge } = outlook;
  const target = page.target(goal);
  const last = outlook.lastYear.value;
  const marks = [
    { name: "baseline", value: goal.baseline.value === last ? null : goal.baseline.value },
    { name: "last year", value: last },
    { name: "to date", value: gauge.toDate },
  ].filter(({ value }) => value !== null);
  // The scale stands still under a hand.
  if (!page.isHeld || page.scale?.gauge !== gauge) page.scale = { gauge, ...scaleOf(gauge, [target, goal.target, ...marks.map(({ value }) => value)]) };
  const show = (value) => figures.show(value, unit);
  const take = (value) => {
    move(value);
    settle();
  };
  return part(
    dialOf(gauge, target, figures),
    goalScale({
      gauge,
      levels: shown.levels,
      scale: page.scale,
      at: target,
      marks,
      show,
      least: figures.whole(unit) || 1,
      move,
      settle,
      held: (now) => {
        page.isHeld = now;
      },
    }),
    h("div", { class: "bar levels", role: "group", "aria-label": "Take a level" }, shown.levels.map(([name, share]) => taking(floored(gauge, share, figures, unit), `${name[0].toUpperCase()}${name.slice(1)}, ${figures.percent(share)}`, take, show))),
    unlikely({ goal, gauge, target, figures, take, acts }),
    h("p", { class: "quiet views" }, outlook.views ? `Views: ${outlook.views}.` : ""),
    beside("cause"),
  );
}

function taking(value, name, take, show) {
  return h("button", { type: "button", "data-level": name.split(",")[0].toLowerCase(), on: { click: () => take(value) } }, `${name}: ${show(value)}`);
}

/** A level in whole major units, and never above what is as likely as it says. */
function floored(gauge, share, figures, unit) {
  const least = figures.whole(unit) || 1;
  return Math.max(0, Math.floor(reachable(gauge, share) / least) * least);
}

function dialOf(gauge, target, figures) {
  if (!gauge.enough) return h("p", {}, `No probability is shown: ${gauge.reason}. In 80 of 100 such cases it ends within the bar below.`);
  if (target === null) return h("p", { class: "quiet" }, "Type a target, or move it on the scale.");
  const { probability, baseRate } = chanceOf(gauge, target);
  if (probability === null) return h("p", {}, `No probability is shown: ${gauge.reason}, which was ${figures.percent(baseRate)} of them.`);
  return chanceDial(probability, gauge.bounds, figures.percent(probability), target <= gauge.toDate ? "reached already" : chanceWord(probability, gauge.bounds));
}

/** What keeps an unlikely target low, and what could be reached instead. */
function unlikely({ goal, gauge, target, figures, take, acts }) {
  const { page, draw } = acts;
  const { probability } = target === null ? { probability: null } : chanceOf(gauge, target);
  const isLow = probability !== null && probability < gauge.bounds[0];
  const show = (value) => figures.show(value, goal.unit);
  const cause = goal.cause?.target === target ? goal.cause.text : "Working out the biggest cause …";
  const reach = floored(gauge, page.chance, figures, goal.unit);
  return h(
    "div",
    { class: isLow ? "notice" : "reach", "aria-live": "polite" },
    isLow ? h("p", {}, `Unlikely: ${figures.percent(probability)}. ${cause}`) : null,
    h(
      "div",
      { class: "bar" },
      h("label", { for: "goal-reach" }, "Reachable with a chance of"),
      h(
        "select",
        {
          id: "goal-reach",
          value: page.chance,
          on: {
            change: (event) => {
              page.chance = Number(event.target.value);
              draw();
            },
          },
        },
        CHANCES.map((one) => h("option", { value: one, selected: one === page.chance }, figures.percent(one))),
      ),
      h("strong", {}, show(reach)),
      h("button", { type: "button", "data-level": "reachable", on: { click: () => take(reach) } }, "Take it"),
    ),
  );
}

function cascade({ said, figures, beside, acts }, goal) {
  const { tree } = goal;
  const { page, send, say, isWaiting } = acts;
  if (!tree.kind) return null;
  if (!tree.rows.length) return h("p", { class: "quiet" }, tree.kind === "held" && !goal.outlook ? "Reading where each node stands …" : "It is not cascaded: there is no organisation below it.");
  if (!page.open.has(goal.id)) page.open.set(goal.id, openAtFirst(tree.rows));
  const open = page.open.get(goal.id);
  // Described anew only when it changes, so that a target can be dragged above a thousand rows.
  const made = [tree, open, said];
  if (page.tree && made.every((one, n) => one === page.tree.made[n])) return page.tree.described;
  const opened = (now) => {
    page.open.set(goal.id, now);
    acts.draw();
  };
  const act = {
    toggle: (id) => opened(new Set(open.has(id) ? [...open].filter((one) => one !== id) : [...open, id])),
    downTo: (level) => opened(openDownTo(tree.rows, level)),
    type: (verb, node, from) => {
      const at = `${verb} ${node}`;
      const text = from.value.trim();
      const read = text || verb === "hold" ? figures.read(text, goal.unit) : { text: "" };
      if (read.wrong) {
        restore(from);
        say(at, `${read.wrong} It stays as it was.`);
        return;
      }
      send(verb, { at, node, text: read.text });
    },
    press: (verb, node) => send(verb, { at: `lock ${node}`, node }),
    why: (node, why) => send("hold", { at: `lock ${node}`, node, why }),
    leave: (event) => {
      if (!isWaiting()) restore(event.target);
    },
  };
  const described = h("div", { class: "cascade" }, h("h3", {}, tree.kind === "split" ? "Cascade" : "Every node"), h("p", { class: "quiet" }, hint(tree, goal)), goalTree({ tree, unit: goal.unit, figures, open, act, beside }));
  page.tree = { made, described };
  return described;
}

function hint(tree, goal) {
  if (tree.kind === "held") return `${goal.label} does not add up, so it is not split: a node is held to the goal, or to a target of its own.`;
  return "A quota that is typed is locked there, and the others carry the difference; every sum holds.";
}

function field(acts, keep) {
  return {
    change: (event) => keep(event.target.value),
    keydown: escapes,
    blur: (event) => {
      if (!acts.isWaiting()) restore(event.target);
    },
  };
}

export default { render };
