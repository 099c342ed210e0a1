import { h, patch } from "./dom.js";
import { saidAt, view } from "./view.js";
import { readNumber } from "./reading.js";
import { Sliders, byKey, formats } from "./slider_state.js";
import { leftWords, nearWords, outcomeWords, stopWords, typedWords } from "./slider_words.js";
import { curve, curveNow, shape } from "./slider_curve.js";
import { lineName, painter, table } from "./slider_rows.js";

// The kernel is told at most so often while a thumb is dragged, and no sooner than it has taken what it was told.
const TOLD_EVERY = 50;
// Keys that follow each other so fast are one change.
const PAUSE = 500;
// From so many segments on they are grouped and can be searched.
const MANY = 20;
const NEAR_HINT = "working out what is near the best…";
const ACTIONS = [
  ["optimum", "Optimum", "Give everyone what brings most within limits and locks"],
  ["today", "Today", "Give everyone what they have today, scaled to the total"],
  ["equal", "Equal", "Give everyone the same"],
];
let views = 0;

function render({ model, el }) {
  views += 1;
  const show = { id: `salesnb-sliders-${views}`, wanted: "", folded: new Set(), grouping: null, line: 0, said: new Map(), away: new Set() };
  let [state, numbers, scales, root, parts] = [null, null, null, null, null];
  // The gesture of now: its line, where all stood when it began, and which lines were beyond what is near the best.
  let gesture = null;
  let [beat, timer, pause, asked, wanting] = [model.get("heard"), null, null, 0, false];

  const send = (message) => {
    beat += 1;
    model.send({ ...message, beat });
  };
  const told = () => model.get("heard") >= beat;
  const ask = (verb, about = {}) => {
    settle();
    send({ do: verb, at: "bar", ...about });
    top.draw();
  };

  const begin = (n) => {
    if (gesture?.n === n) return;
    settle();
    const near = state.lines.map((_, m) => state.near(m));
    const start = [...state.amounts];
    gesture = { n, start, from: start, near, revision: model.get("shown").revision, held: false };
  };
  const tell = () => {
    timer = null;
    if (!gesture) return;
    if (!told()) {
      timer = setTimeout(tell, TOLD_EVERY);
      return;
    }
    send({ do: "move", amounts: [...state.amounts], at: `line-${gesture.n}` });
  };
  /** End the gesture: what it came to is kept in the plan. */
  const settle = () => {
    clearTimeout(timer);
    clearTimeout(pause);
    [timer, pause] = [null, null];
    if (!gesture) return;
    const { n, start, revision } = gesture;
    gesture = null;
    if (start.some((amount, m) => amount !== state.amounts[m])) {
      send({ do: "keep", amounts: [...state.amounts], line: n, revision, at: `line-${n}` });
    }
    state.rescale();
    top.draw();
    wantNear();
  };
  const settleSoon = () => {
    clearTimeout(pause);
    pause = setTimeout(settle, PAUSE);
  };

  const say = (n, text) => {
    for (const other of show.said.keys()) if (other !== n) put(other, "");
    put(n, text);
  };
  const put = (n, text) => {
    if ((show.said.get(n) ?? "") === text) return;
    if (text) show.said.set(n, text);
    else show.said.delete(n);
    const node = document.getElementById(`${show.id}-said-${n}`);
    if (node && node.textContent !== text) node.textContent = text;
  };
  const go = (wanted) => {
    const { n, from, near } = gesture;
    const stopped = state.move(n, Math.max(0, Math.round(wanted)), from);
    const words = stopWords(state, n, stopped, numbers) || nearWords(state, n, numbers);
    say(n, [words, leftWords(state, n, near, (m) => lineName(state, m))].filter(Boolean).join(" "));
    paint();
    timer ??= setTimeout(tell, told() && Date.now() - asked > TOLD_EVERY ? 0 : TOLD_EVERY);
    asked = Date.now();
  };
  const pointed = (n, event) => {
    const [box, step] = [event.currentTarget.getBoundingClientRect(), state.lines[n].step];
    const share = Math.min(Math.max(event.clientX - box.left, 0), box.width) / box.width;
    return Math.round((share * state.top(n)) / step) * step;
  };
  const act = {
    grab(n, event) {
      if (event.button) return;
      begin(n);
      Object.assign(gesture, { held: true, from: [...state.amounts] });
      // A page that sends events of its own has no pointer to capture.
      if (event.isTrusted) event.currentTarget.setPointerCapture(event.pointerId);
      clearTimeout(pause);
      act.look(n);
      go(pointed(n, event));
    },
    drag(n, event) {
      if (gesture?.held && gesture.n === n) go(pointed(n, event));
    },
    drop() {
      if (gesture?.held) settle();
    },
    key(n, event) {
      const wanted = byKey(event, state.amounts[n], state.lines[n], state.top(n));
      if (wanted === null) return;
      event.preventDefault();
      if (gesture?.held) return;
      begin(n);
      // Each key starts from where the last one led, so that those at a limit give and take as they did.
      gesture.from = [...state.amounts];
      go(wanted);
      settleSoon();
    },
    leave() {
      if (gesture && !gesture.held) settle();
    },
    type(n, field) {
      settle();
      const words = typed(n, field.value);
      if (words) say(n, words);
      top.draw();
      field.value = numbers.amount(state.resource(n), state.amounts[n]);
    },
    lock(n) {
      say(n, "");
      ask(state.locks[n] ? "unlock" : "lock", { line: n, at: `line-${n}` });
    },
    why: (n, why) => ask("lock", { line: n, why, at: `line-${n}` }),
    look(n) {
      if (show.line === n) return;
      show.line = n;
      patch(root.querySelector(".curve"), panel());
      collectCurve();
    },
    fold(group) {
      if (!show.folded.delete(group)) show.folded.add(group);
      top.draw();
    },
  };
  /** Move to what was typed; if that cannot be, say why and leave all as it was. */
  const typed = (n, text) => {
    const [line, resource] = [state.lines[n], state.resource(n)];
    const read = readNumber(text, model.get("given").locale);
    const stays = `It stays at ${numbers.amount(resource, state.amounts[n])}.`;
    if (read.wrong) return `${read.wrong} ${stays}`;
    if (read.value < 0) return `An amount is 0 or more. ${stays}`;
    const wanted = Math.round(read.value * resource.unit);
    if (Math.abs(read.value * resource.unit - wanted) > 1e-6) return `${resource.counts || "Money"} cannot be split into such small parts. ${stays}`;
    begin(n);
    const stopped = state.move(n, wanted, gesture.from);
    if (stopped) {
      const reached = state.amounts[n];
      state.amounts = [...gesture.from];
      gesture = null;
      return typedWords(state, n, wanted, stopped, reached, numbers);
    }
    const rounded = state.amounts[n] === wanted ? "" : `It moves in steps of ${numbers.amount(resource, line.step)}.`;
    say(n, [rounded, nearWords(state, n, numbers)].filter(Boolean).join(" "));
    settle();
    return "";
  };

  const keyed = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.matches("input")) return;
    event.preventDefault();
    event.stopPropagation();
    ask(event.shiftKey ? "redo" : "undo");
  };

  const describe = (shown, _ask, said) => {
    sync(shown);
    if (!state || shown.nothing) return h("p", { role: "status" }, shown.nothing);
    return h(
      "div",
      { on: { keydown: keyed } },
      bar(shown),
      shown.alone?.waiting ? waiting(shown.alone.waiting) : null,
      h("div", { class: "outcome", role: "status", "aria-live": "off" }, outcomeWords(state, numbers)),
      shown.broken.map((one) => h("div", { class: "said", role: "alert" }, `${one}.`)),
      saidAt(said, "bar"),
      h(
        "div",
        { class: "beside" },
        h("div", { class: "scroll" }, table(state, show, act, numbers)),
        h("aside", { class: "curve", "aria-label": "Response curve" }, panel()),
      ),
    );
  };
  const panel = () => {
    scales = shape(state, show.line);
    return curve(state, show.line, scales, lineName(state, show.line), numbers);
  };
  const bar = (shown) => {
    const { segments, groupings } = model.get("given");
    const press = (verb, name, title, disabled) => h("button", { type: "button", title, disabled, "data-do": verb, on: { click: () => ask(verb) } }, name);
    return h(
      "div",
      { class: "bar", role: "toolbar", "aria-label": "Allocation" },
      ACTIONS.map(([verb, name, title]) => press(verb, name, title)),
      press("undo", "Undo", shown.undo && `Take back: ${shown.undo} (Ctrl+Z)`, !shown.undo),
      press("redo", "Redo", shown.redo && `Make again: ${shown.redo} (Ctrl+Shift+Z)`, !shown.redo),
      segments.length >= MANY ? search() : null,
      segments.length >= MANY && groupings.length ? grouping(groupings) : null,
      h("span", { class: "saved", role: "status" }, gesture || !told() ? "Not kept yet" : (shown.alone?.saved ?? null)),
      h("span", { class: "quiet progress", role: "status" }, progress(model.get("near")) || null),
    );
  };
  const progress = ({ wrong, ends, of }) => wrong || (ends.length < of ? `${NEAR_HINT} ${ends.length} of ${of}` : "");
  const search = () =>
    h("input", {
      type: "search",
      placeholder: "Find a segment",
      "aria-label": "Find a segment",
      on: {
        input: (event) => {
          show.wanted = event.target.value.trim().toLowerCase();
          top.draw();
        },
      },
    });
  const grouping = (groupings) =>
    h(
      "label",
      {},
      "Group by ",
      h(
        "select",
        {
          value: String(groupings.indexOf(show.grouping)),
          on: {
            change: (event) => {
              show.grouping = groupings[Number(event.target.value)] ?? null;
              show.folded.clear();
              top.draw();
            },
          },
        },
        groupings.map((one, n) => h("option", { value: n }, one.dimension)),
        h("option", { value: -1 }, "nothing"),
      ),
    );
  const waiting = (text) =>
    h(
      "div",
      { class: "notice", role: "alert" },
      h("p", {}, text),
      h("div", { class: "bar" }, [["again", "Try again"], ["drop", "Drop it"]].map(([verb, name]) => h("button", { type: "button", on: { click: () => ask(verb) } }, name))),
    );

  const collectCurve = () => {
    for (const name of ["drop", "point", "reading"]) parts[name] = root.querySelector(`.curve [data-part=${name}]`);
  };
  const collect = (drawn) => {
    root = drawn;
    parts?.rows.end();
    parts = null;
    if (!root.querySelector("table")) return;
    parts = { rows: painter(root, state, show, numbers), outcome: root.querySelector(".outcome").firstChild, progress: root.querySelector(".progress") };
    collectCurve();
  };
  /** Write what a move changes, without describing the page anew. */
  const paint = () => {
    parts.rows.write();
    parts.outcome.data = outcomeWords(state, numbers);
    const now = curveNow(state, show.line, scales, numbers);
    for (const [node, of] of [[parts.point, { cx: now.x, cy: now.y }], [parts.drop, { x1: now.x, x2: now.x, y1: now.y }]]) {
      for (const [name, value] of Object.entries(of)) node.setAttribute(name, value);
    }
    parts.reading.firstChild.data = now.text;
  };

  const read = () => {
    const given = model.get("given");
    if (!given.lines) return;
    state = new Sliders(given, model.get("amounts"), model.get("shown").locks);
    state.ends = model.get("near").ends ?? [];
    numbers = formats(given);
    show.line = Math.min(show.line, given.lines.length - 1);
    const named = given.groupings.find((one) => one.dimension === show.grouping?.dimension);
    show.grouping = given.segments.length >= MANY ? (named ?? given.groupings[0] ?? null) : null;
  };
  /** Take what the kernel shows, unless something newer stands here. */
  const sync = (shown) => {
    if (!state) return;
    [state.locks, state.ends] = [shown.locks, model.get("near").ends ?? []];
    const amounts = model.get("amounts");
    if (gesture || !told() || amounts.length !== state.lines.length) return;
    state.amounts = [...amounts];
    state.rescale();
  };
  read();
  const top = view({ model, el }, "sliders", describe, collect);

  const soon = () => {
    if (!gesture) top.soon();
  };
  const renewed = () => {
    [gesture, wanting] = [null, false];
    read();
    top.soon();
    wantNear();
  };
  const said = () => {
    const { at, text } = model.get("said");
    if (text && at.startsWith("line-")) say(Number(at.slice(5)), text);
  };
  /** Have a little more worked out of what is near the best; while a hand moves, the kernel is free for that. */
  const wantNear = () => {
    const near = model.get("near");
    if (gesture || wanting || !near.of || near.wrong || near.ends.length >= near.of) return;
    wanting = true;
    model.send({ do: "near" });
  };
  const nearer = () => {
    wanting = false;
    const near = model.get("near");
    const goes = near.ends.length > 0 && near.ends.length < near.of;
    if (parts && (gesture || goes)) {
      state.ends = near.ends;
      paint();
      parts.progress.textContent = progress(near);
    } else top.soon();
    wantNear();
  };
  const heard = [
    ["change:given", renewed],
    ["change:amounts", soon],
    ["change:heard", soon],
    ["change:said", said],
    ["change:near", nearer],
  ];
  for (const [name, call] of heard) model.on(name, call);
  wantNear();
  return () => {
    settle();
    for (const [name, call] of heard) model.off(name, call);
    parts?.rows.end();
    top.end();
  };
}

export default { render };
