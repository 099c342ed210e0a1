// The chance of any target, from the outlook's quantiles, which stand at the middles of equal parts of (0, 1).
// The same as salesnb/outlook/gauge.py; both are held to tests/vectors/gauge.json.

const [LEAST_SHOWN, MOST_SHOWN] = [0.01, 0.99];

/**
 * What may be said of a target.
 * @returns {{probability: ?number, baseRate: ?number}} both null where there is too little history
 */
export function chanceOf(gauge, target) {
  if (!gauge.enough) return { probability: null, baseRate: null };
  const rate = baseRate(gauge, target);
  if (rate !== null) return { probability: null, baseRate: rate };
  const found = 1 - below(gauge.quantiles, target);
  return { probability: Math.min(Math.max(found, LEAST_SHOWN), MOST_SHOWN), baseRate: null };
}

/** The largest target that is attained with at least this probability. */
export function reachable(gauge, probability) {
  const { quantiles } = gauge;
  const last = quantiles.length - 1;
  const place = Math.min(Math.max((1 - probability) * quantiles.length - 0.5, 0), last);
  const low = Math.floor(place);
  return quantiles[low] + (place - low) * (quantiles[Math.min(low + 1, last)] - quantiles[low]);
}

/** P(total < target): evenly between neighbouring quantiles, of equal ones the first counts. */
function below(quantiles, target) {
  const count = quantiles.length;
  const place = firstNotBelow(quantiles, target);
  if (place === 0) return 0;
  if (place === count) return 1;
  const [low, high] = [quantiles[place - 1], quantiles[place]];
  const share = high > low ? (target - low) / (high - low) : 0;
  return (place - 0.5 + share) / count;
}

function firstNotBelow(rising, value) {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How often targets like it were attained before; null where probabilities beat that, or it is reached already. */
function baseRate(gauge, target) {
  const { base, toDate } = gauge;
  if (!base || target <= toDate || !base.attained.length) return null;
  const multiple = base.usual > 0 ? (target - base.known) / base.usual : Infinity;
  const points = base.attained;
  const after = firstNotBelow(points.map(([at]) => at), multiple);
  if (after === 0) return points[0][1];
  if (after === points.length) return points[points.length - 1][1];
  const [[low, from], [high, to]] = [points[after - 1], points[after]];
  return from + ((multiple - low) / (high - low)) * (to - from);
}
