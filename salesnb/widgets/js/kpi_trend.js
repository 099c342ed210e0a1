import { h } from "./dom.js";

const [WIDE, NARROW, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [620, 360, 160, 56, 12, 10, 22];

/** A KPI over time as a line; what is not over yet is dashed, gaps are left open. `told` says it in words. */
export function trendChart(trend, told, narrow = false) {
  const width = narrow ? NARROW : WIDE;
  const known = trend.marks.filter((mark) => mark.value !== null);
  if (!known.length || !trend.ticks.length) return h("p", { class: "quiet" }, "There is too little to draw a trend of.");
  const [low, high] = [trend.ticks[0][0], trend.ticks[trend.ticks.length - 1][0]];
  const x = (n) => LEFT + ((width - LEFT - RIGHT) * n) / Math.max(trend.marks.length - 1, 1);
  const y = (value) => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * (value - low)) / (high - low || 1);
  return h(
    "figure",
    { class: "trend" },
    h("figcaption", {}, trend.title),
    h(
      "svg",
      { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": `${trend.title}. ${told}` },
      trend.ticks.map(([value, words]) => [
        h("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
        h("text", { x: LEFT - 8, y: y(value) + 4, "text-anchor": "end" }, words),
      ]),
      steps(trend.marks).map(([from, to]) => {
        const [before, after] = [trend.marks[from], trend.marks[to]];
        return h("line", { class: after.open ? "step open" : "step", x1: x(from), y1: y(before.value), x2: x(to), y2: y(after.value) });
      }),
      trend.marks.map((mark, n) => (mark.value === null ? null : dot(mark, x(n), y(mark.value)))),
      places(trend.marks.length).map((n) =>
        h("text", { x: x(n), y: HEIGHT - 5, "text-anchor": n === 0 ? "start" : n === trend.marks.length - 1 ? "end" : "middle" }, trend.marks[n].label),
      ),
    ),
  );
}

/** Neighbours that both have a number. */
function steps(marks) {
  const pairs = marks.slice(1).map((_, n) => [n, n + 1]);
  return pairs.filter(([from, to]) => marks[from].value !== null && marks[to].value !== null);
}

function dot(mark, cx, cy) {
  const said = `${mark.label}: ${mark.words}${mark.open ? ", not over yet" : ""}`;
  return h("circle", { class: mark.open ? "dot open" : "dot", cx, cy, r: 3 }, h("title", {}, said));
}

/** Which marks are named below: both ends and the middle. */
function places(count) {
  return [...new Set([0, Math.floor((count - 1) / 2), count - 1])];
}
