// Response curves as tables: expected sales for an amount, and what the next unit brings.
// The same as salesnb/allocation/tabled.py, which makes them; both are held to tests/vectors/responding.json.

// A slope is told no nearer to 0 than at this share of the top: some curves start vertically.
const LEAST = 1e-4;

/** Expected sales for an amount (0 or more). */
export function expected(table, amount) {
  const { values, slopes, top, bend } = table;
  const cells = values.length - 1;
  if (amount >= top) return values[cells] + ((amount / top - 1) * slopes[cells] * cells) / bend;
  const u = (amount / top) ** (1 / bend) * cells;
  const cell = Math.min(Math.floor(u), cells - 1);
  const t = u - cell;
  const [first, last, rise, end] = [values[cell], values[cell + 1], slopes[cell], slopes[cell + 1]];
  if (cell === 0) return first + (last - first) * t ** exponent(table);
  return first + t * (rise + t * (3 * (last - first) - 2 * rise - end + t * (2 * (first - last) + rise + end)));
}

/** What one more unit of the resource brings at an amount. */
export function marginal(table, amount) {
  const { values, slopes, top, bend } = table;
  const cells = values.length - 1;
  const u = Math.min(Math.max(amount / top, LEAST), 1) ** (1 / bend) * cells;
  const cell = Math.min(Math.floor(u), cells - 1);
  const t = u - cell;
  const [first, last, rise, end] = [values[cell], values[cell + 1], slopes[cell], slopes[cell + 1]];
  const e = exponent(table);
  const within = cell === 0 ? (last - first) * e * t ** (e - 1) : rise + t * (2 * (3 * (last - first) - 2 * rise - end) + 3 * t * (2 * (first - last) + rise + end));
  return (within * cells) / (bend * top * (u / cells) ** (bend - 1));
}

/** Such that the first cell, a power, meets the slope at its end. */
function exponent({ values, slopes }) {
  const rise = values[1] - values[0];
  return rise > 0 ? slopes[1] / rise : 1;
}

/** Between which eight of ten draws lie at an amount; null where there is one draw. */
export function spread(table, amount) {
  const { values, low, high, top, bend } = table;
  if (!low.length) return null;
  const cells = values.length - 1;
  const u = Math.min(amount / top, 1) ** (1 / bend) * cells;
  const cell = Math.min(Math.floor(u), cells - 1);
  const mean = expected(table, amount);
  // How far the ends are from the mean bends less than they do.
  const off = (ends) => mean + (1 - u + cell) * (ends[cell] - values[cell]) + (u - cell) * (ends[cell + 1] - values[cell + 1]);
  return [off(low), off(high)];
}
