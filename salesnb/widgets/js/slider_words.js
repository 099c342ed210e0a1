// What is said beside a slider and above all of them; numbers come written in the reader's format.

/** What kept a line from where it was wanted, in words; nothing where nothing did. */
export function stopWords(state, n, stopped, numbers) {
  const line = state.lines[n];
  const shown = (amount) => numbers.amount(state.resource(n), amount);
  return {
    "": "",
    locked: "It is locked: take the lock off to move it.",
    low: `It is at its lower limit of ${shown(line.low)}.`,
    high: `It is at its upper limit of ${shown(line.high)}.`,
    others: "The others can give or take no more: they are locked or at their limits.",
  }[stopped];
}

/** Why an amount that was typed cannot be, in words; nothing where it can. */
export function typedWords(state, n, wanted, stopped, reached, numbers) {
  const line = state.lines[n];
  const shown = (amount) => numbers.amount(state.resource(n), amount);
  const stays = `It stays at ${shown(state.amounts[n])}.`;
  if (stopped === "locked") return `It is locked: take the lock off to change it. ${stays}`;
  if (stopped === "others") {
    return `With these locks and limits it can have ${wanted > reached ? "at most" : "at least"} ${shown(reached)}, not ${shown(wanted)}. ${stays}`;
  }
  return stopped ? `It may have ${shown(line.low)} to ${shown(line.high)}, not ${shown(wanted)}. ${stays}` : "";
}

/** Warn of a line that comes to the end of what is near the best, or is beyond it. */
export function nearWords(state, n, numbers) {
  const place = state.near(n);
  if (!place) return "";
  const [low, high] = state.ends[n].map((amount) => numbers.about(state.resource(n), amount));
  if (place === "outside") return `Outside ${low} to ${high}: more than 1 % of the expected sales is lost.`;
  return place === "low" ? `Below ${low} more than 1 % of the expected sales is lost.` : `Above ${high} more than 1 % of the expected sales is lost.`;
}

/** Name the lines that a move has taken out of what is near the best, beside the one in hand. */
export function leftWords(state, n, before, name) {
  const left = state.lines.map((_, m) => m).filter((m) => m !== n && state.near(m) === "outside" && before[m] !== "outside");
  if (!left.length) return "";
  const more = left.length > 1 ? ` and ${left.length - 1} more` : "";
  return `${name(left[0])}${more} ${left.length > 1 ? "leave" : "leaves"} what costs less than 1 %.`;
}

/** What all amounts bring, against the goal, and how much of each resource is used. */
export function outcomeWords(state, numbers) {
  const { given } = state;
  const total = state.total();
  const parts = [`Expected ${numbers.sales(total)}`];
  if (given.goal) {
    const gap = total - given.goal.amount;
    parts.push(`${numbers.sales(Math.abs(gap))} ${gap < 0 ? "below" : "above"} the goal of ${numbers.sales(given.goal.amount)}`);
  }
  given.resources.forEach((resource, r) => {
    const used = state.used(r);
    const of = numbers.amount(resource, resource.total);
    parts.push(`${resource.name} ${numbers.amount(resource, used)}${used === resource.total ? "" : ` of ${of}`}`);
  });
  return parts.join(" · ");
}
