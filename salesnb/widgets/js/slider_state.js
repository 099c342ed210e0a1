import { slide } from "./sliding.js";
import { expected, marginal } from "./tabled.js";

// So near to an end of what is near the best, as a share of its width, a line is said to come to it.
const EDGE = 0.1;

/** The sliders' state in the page: amounts in smallest units, and what they bring. */
export class Sliders {
  constructor(given, amounts, locks) {
    this.given = given;
    this.lines = given.lines;
    this.amounts = [...amounts];
    this.locks = locks;
    this.ends = [];
    this.mine = given.resources.map((_, r) => this.lines.flatMap((line, n) => (line.resource === r ? [n] : [])));
    this.tops = given.resources.map(() => 1);
    this.rescale();
  }

  /** Lines of a resource share a scale, so that their lengths can be compared; it never shrinks under a hand. */
  rescale() {
    this.mine.forEach((mine, r) => {
      const seen = mine.map((n) => Math.max(this.lines[n].today, this.amounts[n]));
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

  top(n) {
    return this.tops[this.lines[n].resource];
  }

  resource(n) {
    return this.given.resources[this.lines[n].resource];
  }

  used(r) {
    return this.mine[r].reduce((sum, n) => sum + this.amounts[n], 0);
  }

  /** Expected sales of the segment; of a further resource, what it brings over none of it. */
  brings(n) {
    return expected(this.lines[n].table, this.amounts[n] / this.resource(n).unit);
  }

  /** What a line counts for among the expected sales: a further resource beside today's amount of it. */
  outcome(n) {
    return this.lines[n].start + this.brings(n);
  }

  total() {
    return this.lines.reduce((sum, _, n) => sum + this.outcome(n), 0);
  }

  /** What the next portion of the resource brings here. */
  next(n) {
    const resource = this.resource(n);
    return marginal(this.lines[n].table, this.amounts[n] / resource.unit) * resource.portion;
  }

  /** Where a line stands to what is near the best: "" within or not known, "low" or "high" close to that end, "outside". */
  near(n) {
    const ends = this.ends[n];
    if (!ends || this.locks[n]) return "";
    const [low, high] = ends;
    const [amount, line] = [this.amounts[n], this.lines[n]];
    if (amount < low || amount > high) return "outside";
    const close = Math.max(line.step, (high - low) * EDGE);
    if (low > line.low && amount - low <= close) return "low";
    return high < line.high && high - amount <= close ? "high" : "";
  }
}

/** The amount that a key asks for; null where it asks for none. */
export function byKey(event, amount, line, top) {
  const part = (of) => Math.max(line.step, Math.round(top / of / line.step) * line.step);
  const [small, page] = [event.shiftKey ? line.step : part(100), part(10)];
  const asked = {
    ArrowRight: amount + small,
    ArrowUp: amount + small,
    ArrowLeft: amount - small,
    ArrowDown: amount - small,
    PageUp: amount + page,
    PageDown: amount - page,
    Home: line.low,
    End: line.high,
  };
  return asked[event.key] ?? null;
}

/** Write numbers as the reader does. */
export function formats(given) {
  const money = (digits) =>
    new Intl.NumberFormat(given.locale, { style: "currency", currency: given.currency, maximumFractionDigits: digits, minimumFractionDigits: digits });
  const short = (of) => new Intl.NumberFormat(given.locale, { ...of, notation: "compact", maximumSignificantDigits: 3 });
  const [whole, exact] = [money(0), money(given.digits)];
  const [sum, few] = [short({ style: "currency", currency: given.currency }), short({})];
  const count = new Intl.NumberFormat(given.locale, { maximumFractionDigits: 0 });
  const amount = (resource, units) => {
    const major = units / resource.unit;
    if (!resource.counts) return (units % resource.unit ? exact : whole).format(major);
    return `${count.format(major)} ${resource.counts}`;
  };
  return {
    sales: (major) => whole.format(major),
    shortly: (major) => sum.format(major),
    tick: (resource, major) => (resource.counts ? few : sum).format(major),
    amount,
    about: (resource, units) => amount(resource, Math.round(units / resource.unit) * resource.unit),
    change: (resource, units) => (units ? `${units > 0 ? "+" : "−"}${amount(resource, Math.abs(units))}` : "–"),
  };
}
