// Moving one amount while the total stays: the others give and take in proportion, within their bounds.
// The same as salesnb/allocation/sliding.py; both are held to tests/vectors/sliding.json.

// Whole numbers beyond this are not exact as a product of two, and are multiplied as BigInt.
const EXACT = Number.MAX_SAFE_INTEGER;

/**
 * Move one slider as near as can be to where it is wanted.
 * @param {{amount: number, low: number, high: number, locked: boolean}[]} sliders in whole steps
 * @returns {{amounts: number[], stopped: string}} stopped: "", "locked", "low", "high" or "others"
 */
export function slide(sliders, place, wanted) {
  const moved = sliders[place];
  const amounts = sliders.map((slider) => slider.amount);
  if (moved.locked) return { amounts, stopped: wanted === moved.amount ? "" : "locked" };
  const others = [];
  let shared = moved.amount;
  let lows = 0;
  let highs = 0;
  sliders.forEach((slider, n) => {
    if (n === place || slider.locked) return;
    others.push(n);
    shared += slider.amount;
    lows += slider.low;
    highs += slider.high;
  });
  const low = Math.max(moved.low, shared - highs);
  const high = Math.min(moved.high, shared - lows);
  if (low > high) return { amounts, stopped: "others" };
  const value = Math.min(Math.max(wanted, low), high);
  amounts[place] = value;
  split(shared - value, others, sliders, amounts);
  return { amounts, stopped: stoppedBy(wanted, value, moved) };
}

function stoppedBy(wanted, value, moved) {
  if (value === wanted) return "";
  if (wanted < moved.low && value === moved.low) return "low";
  if (wanted > moved.high && value === moved.high) return "high";
  return "others";
}

function split(whole, places, sliders, amounts) {
  let free = places;
  while (free.length) {
    const even = !free.some((n) => sliders[n].amount);
    const weight = (n) => (even ? 1 : sliders[n].amount);
    const total = free.reduce((sum, n) => sum + weight(n), 0);
    const highest = free.reduce((most, n) => Math.max(most, weight(n), sliders[n].high), 1);
    const number = Math.max(whole, total) * highest * free.length < EXACT ? Number : BigInt;
    const [rest, all, zero] = [number(whole), number(total), number(0)];
    let [lacking, exceeding] = [zero, zero];
    const off = free.map((n) => {
      const part = number(weight(n)) * rest;
      const short = number(sliders[n].low) * all - part;
      const over = part - number(sliders[n].high) * all;
      if (short > zero) lacking += short;
      if (over > zero) exceeding += over;
      return { n, short, over };
    });
    if (lacking === zero && exceeding === zero) {
      round(whole, free, weight, total, number, amounts);
      return;
    }
    const left = [];
    for (const { n, short, over } of off) {
      if (short > zero && lacking >= exceeding) amounts[n] = sliders[n].low;
      else if (over > zero && exceeding >= lacking) amounts[n] = sliders[n].high;
      else {
        left.push(n);
        continue;
      }
      whole -= amounts[n];
    }
    free = left;
  }
}

function round(whole, places, weight, total, number, amounts) {
  const all = number(total);
  const parts = places.map((n) => {
    const product = number(weight(n)) * number(whole);
    const rest = product % all;
    amounts[n] = Number((product - rest) / all);
    return { n, rest };
  });
  let left = places.reduce((sum, n) => sum - amounts[n], whole);
  parts.sort((a, b) => (a.rest < b.rest ? 1 : a.rest > b.rest ? -1 : a.n - b.n));
  for (const { n } of parts) {
    if (left <= 0) break;
    amounts[n] += 1;
    left -= 1;
  }
}
