import { h } from "./dom.js";
import { expected, spread } from "./tabled.js";

const [WIDE, HIGH] = [340, 220];
const PLOT = { left: 58, right: 330, top: 10, bottom: 184 };
const SAMPLES = 48;

/**
 * Describe the response curve of a line: the mean of its draws with the band of eight in ten, the data it was fitted from, where it is
 * today, and where it is now; `curveNow` moves that point alone. `drawn` is the line's `shape`.
 */
export function curve(state, n, drawn, name, numbers) {
  const [line, resource] = [state.lines[n], state.resource(n)];
  const now = curveNow(state, n, drawn, numbers);
  const today = spot(drawn, line, line.today / resource.unit);
  const ticks = (ends) => [0, 0.5, 1].map((part) => ends[0] + part * (ends[1] - ends[0]));
  return [
    h("h3", {}, name),
    h(
      "svg",
      { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": `Expected sales of ${name} by amount; ${now.text}` },
      ticks(drawn.y).map((value) => [
        h("line", { class: "grid", x1: PLOT.left, x2: PLOT.right, y1: drawn.up(value), y2: drawn.up(value) }),
        h("text", { class: "tick", x: PLOT.left - 6, y: drawn.up(value) + 4, "text-anchor": "end" }, numbers.shortly(value)),
      ]),
      ticks(drawn.x).map((value, place) =>
        h("text", { class: "tick", x: drawn.across(value), y: PLOT.bottom + 15, "text-anchor": ["start", "middle", "end"][place] }, numbers.tick(resource, value)),
      ),
      h("text", { class: "tick", x: PLOT.right, y: HIGH - 6, "text-anchor": "end" }, `${resource.name}${resource.counts ? `, ${resource.counts}` : ""}`),
      drawn.band ? h("path", { class: "draws", d: drawn.band }) : null,
      line.points.map(([x, y]) => h("circle", { class: "datum", cx: drawn.across(x), cy: drawn.up(y), r: 2.5 })),
      h("path", { class: "mean", d: drawn.mean }),
      h("line", { class: "drop", "data-part": "drop", x1: now.x, x2: now.x, y1: now.y, y2: PLOT.bottom }),
      h("rect", { class: "then", x: today.x - 4, y: today.y - 4, width: 8, height: 8 }),
      h("circle", { class: "now", "data-part": "point", cx: now.x, cy: now.y, r: 5.5 }),
    ),
    h("p", { class: "reading", "data-part": "reading" }, now.text),
    h("p", { class: "quiet" }, [legend(line), line.source ? `Curve: ${line.source}.` : ""].join(" ")),
  ];
}

/** Where the point is now, and what it says. */
export function curveNow(state, n, drawn, numbers) {
  const resource = state.resource(n);
  const at = spot(drawn, state.lines[n], state.amounts[n] / resource.unit);
  const over = state.lines[n].further ? " over none of it" : "";
  const next = `the next ${numbers.amount(resource, resource.portion * resource.unit)} brings ${numbers.sales(state.next(n))} more`;
  return { ...at, text: `${numbers.amount(resource, state.amounts[n])} brings ${numbers.sales(at.value)}${over}, ${next}` };
}

/** The scales and paths of a line's curve; they stay while amounts are moved. */
export function shape(state, n) {
  const [line, resource] = [state.lines[n], state.resource(n)];
  const seen = [state.top(n) / resource.unit, line.today / resource.unit, state.amounts[n] / resource.unit, ...line.points.map(([x]) => x)];
  const x = [0, tidy(Math.max(...seen))];
  const rows = Array.from({ length: SAMPLES + 1 }, (_, k) => {
    const amount = (x[1] * k) / SAMPLES;
    const [mean, ends] = [expected(line.table, amount), spread(line.table, amount)];
    return { amount, mean, low: ends?.[0] ?? mean, high: ends?.[1] ?? mean };
  });
  const values = [...rows.flatMap((row) => [row.low, row.mean, row.high]), ...line.points.map(([, y]) => y)];
  const y = [Math.min(0, ...values), tidy(Math.max(...values, 1))];
  const across = (value) => fixed(PLOT.left + ((value - x[0]) / (x[1] - x[0])) * (PLOT.right - PLOT.left));
  const up = (value) => fixed(PLOT.bottom - ((value - y[0]) / (y[1] - y[0])) * (PLOT.bottom - PLOT.top));
  const path = (pairs) => pairs.map(([amount, value], k) => `${k ? "L" : "M"}${across(amount)} ${up(value)}`).join("");
  return {
    x,
    y,
    across,
    up,
    mean: path(rows.map((row) => [row.amount, row.mean])),
    band: line.table.low.length && `${path([...rows.map((row) => [row.amount, row.high]), ...rows.map((row) => [row.amount, row.low]).reverse()])}Z`,
  };
}

function spot(drawn, line, amount) {
  const value = expected(line.table, amount);
  return { x: drawn.across(Math.min(amount, drawn.x[1])), y: drawn.up(Math.min(value, drawn.y[1])), value };
}

function legend(line) {
  const parts = ["● now", "□ today"];
  if (line.table.low.length) parts.push("band: eight of ten draws");
  if (line.points.length) parts.push(`dots: ${line.points.length} months, at the pace of the plan`);
  return `${parts.join(" · ")}.`;
}

const fixed = (value) => Math.round(value * 10) / 10;

/** The next number with two figures at most, so that ticks can be read. */
function tidy(value) {
  const size = 10 ** Math.floor(Math.log10(value || 1));
  return Math.ceil((value / size) * 5) / 5 * size;
}
