import { h } from "./dom.js";
import { reachable } from "./chances.js";

const BINS = 48;

/** A dial of a probability (0..1) with the bounds of what is believed and what asks for nothing; `told` says it in words. */
export function chanceDial(probability, [unlikely, anyway], told, word) {
  const low = probability < unlikely;
  return h(
    "div",
    { class: `dial${low ? " low" : ""}`, role: "meter", "aria-label": "Probability of attaining the target", "aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": Math.round(100 * probability), "aria-valuetext": `${told}, ${word}` },
    h(
      "svg",
      { viewBox: "0 0 200 112", "aria-hidden": "true" },
      arc(0, unlikely, "zone low"),
      arc(unlikely, anyway, "zone reach"),
      arc(anyway, 1, "zone anyway"),
      arc(0, probability, "filled"),
      needle(probability),
    ),
    h("div", { class: "number" }, told),
    h("div", { class: "quiet" }, word),
  );
}

/** What a probability is for people who set goals. */
export function chanceWord(probability, [unlikely, anyway]) {
  if (probability < unlikely) return "unlikely";
  return probability > anyway ? "likely anyway" : "hard, and within reach";
}

function arc(from, to, name) {
  const [x1, y1] = onDial(from, 84);
  const [x2, y2] = onDial(to, 84);
  return h("path", { class: name, d: `M ${x1} ${y1} A 84 84 0 0 1 ${x2} ${y2}` });
}

function needle(probability) {
  const [x, y] = onDial(probability, 70);
  const [x0, y0] = onDial(probability, 98);
  return h("line", { class: "needle", x1: x, y1: y, x2: x0, y2: y0 });
}

function onDial(share, radius) {
  const angle = Math.PI * (1 - share);
  return [100 + radius * Math.cos(angle), 104 - radius * Math.sin(angle)].map((one) => one.toFixed(2));
}

/** Between which values a scale runs: what may come, and what people compare with. */
export function scaleOf(gauge, others) {
  const [low, high] = [reachable(gauge, 0.995), reachable(gauge, 0.005)];
  const spread = Math.max(high - low, Math.abs(high) * 0.05, 1);
  const near = others.filter((one) => one !== null && one !== undefined && one > low - 2 * spread && one < high + 2 * spread);
  const ends = [Math.min(low, ...near), Math.max(high, ...near)];
  const pad = (ends[1] - ends[0] || spread) * 0.05;
  return { low: Math.max(0, ends[0] - pad), high: ends[1] + pad, step: niceStep((ends[1] - ends[0] || spread) / 200) };
}

function niceStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
}

/**
 * The target on the scale of what may come: dragged, moved by keys, or put on a level.
 * `levels` are names and chances of commit, target and stretch. `at` is the target (null for none); `move(value)` while it moves, `settle()` once it stands.
 */
export function goalScale({ gauge, levels, scale, at, marks, show, least, move, settle, held }) {
  const place = (value) => `${(Math.min(1, Math.max(0, (value - scale.low) / (scale.high - scale.low))) * 100).toFixed(3)}%`;
  const step = Math.max(scale.step, least);
  const rounded = (value) => Math.max(0, Math.round(value / step) * step);
  const pointed = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    return rounded(scale.low + (Math.min(Math.max(event.clientX - box.left, 0), box.width) / box.width) * (scale.high - scale.low));
  };
  const on = {
    pointerdown: (event) => {
      if (event.button) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      event.currentTarget.focus();
      event.preventDefault();
      held(true);
      move(pointed(event));
    },
    pointermove: (event) => {
      if (event.currentTarget.hasPointerCapture(event.pointerId)) move(pointed(event));
    },
    pointerup: () => {
      held(false);
      settle();
    },
    pointercancel: () => {
      held(false);
      settle();
    },
    keydown: (event) => {
      const wanted = keyed(event.key, at ?? reachable(gauge, 0.5), step, scale);
      if (wanted === null) return;
      event.preventDefault();
      move(rounded(wanted));
      settle(true);
    },
    blur: () => settle(),
  };
  return h(
    "div",
    { class: "scale" },
    h(
      "div",
      { class: "field", role: "slider", tabindex: "0", "aria-label": "Target", "aria-valuemin": Math.round(scale.low), "aria-valuemax": Math.round(scale.high), "aria-valuenow": Math.round(at ?? scale.low), "aria-valuetext": at === null ? "no target yet" : show(at), on },
      density(gauge, scale, at),
      h("div", { class: "within", style: `left:${place(gauge.low)};right:calc(100% - ${place(gauge.high)})`, title: "In 80 of 100 cases it ends here" }),
      levels.map(([name, share]) => h("div", { class: `level ${name}`, style: `left:${place(reachable(gauge, share))}`, title: `${name}: ${show(reachable(gauge, share))}` })),
      marks.map(({ name, value }) => (value < scale.low || value > scale.high ? null : h("div", { class: "compared", style: `left:${place(value)}`, title: `${name}: ${show(value)}` }, h("span", {}, name)))),
      at === null ? null : h("div", { class: "thumb", style: `left:${place(at)}` }),
    ),
    h("div", { class: "ends quiet", "aria-hidden": "true" }, h("span", {}, show(scale.low)), h("span", {}, show(scale.high))),
  );
}

function keyed(key, value, step, scale) {
  const moves = { ArrowRight: step, ArrowUp: step, ArrowLeft: -step, ArrowDown: -step, PageUp: 10 * step, PageDown: -10 * step };
  if (key in moves) return value + moves[key];
  return { Home: scale.low, End: scale.high }[key] ?? null;
}

/** How the totals lie along the scale, in two tones: short of the target, and at or above it. */
function density(gauge, scale, at) {
  const counts = Array(BINS).fill(0);
  for (const total of gauge.quantiles) {
    const bin = Math.floor(((total - scale.low) / (scale.high - scale.low)) * BINS);
    if (bin >= 0 && bin < BINS) counts[bin] += 1;
  }
  const most = Math.max(...counts, 1);
  return h(
    "svg",
    { class: "density", viewBox: `0 0 ${BINS} 40`, preserveAspectRatio: "none", "aria-hidden": "true" },
    counts.map((count, bin) => {
      const middle = scale.low + ((bin + 0.5) / BINS) * (scale.high - scale.low);
      const height = (38 * count) / most;
      return h("rect", { class: at !== null && middle >= at ? "attained" : "short", x: bin + 0.06, y: 40 - height, width: 0.88, height });
    }),
  );
}
