import { readNumber } from "./reading.js";

/** Write and read values of a KPI by its unit, as the reader does; money is whole minor units. */
export function goalFigures({ locale, currency, digits }) {
  const whole = new Intl.NumberFormat(locale, { style: "currency", currency, maximumFractionDigits: 0, minimumFractionDigits: 0 });
  const exact = new Intl.NumberFormat(locale, { style: "currency", currency, maximumFractionDigits: digits, minimumFractionDigits: digits });
  const count = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const ratio = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const minor = 10 ** digits;
  const show = (value, unit) => {
    if (value === null || value === undefined) return "–";
    if (unit.startsWith("money")) return whole.format(value / minor);
    if (unit === "count") return count.format(value);
    return unit === "ratio" ? ratio.format(value) : number.format(value);
  };
  return {
    show,
    /** As it stands in a field: nothing of what was typed is rounded away. */
    typed: (value, unit) => {
      if (value === null || value === undefined) return "";
      return unit === "money" && value % minor ? exact.format(value / minor) : show(value, unit);
    },
    change: (value, unit) => (value === null ? "–" : value === 0 ? show(0, unit) : `${value > 0 ? "+" : "−"}${show(Math.abs(value), unit)}`),
    percent: (share) => `${Math.round(100 * share)} %`,
    /** Read what was typed: `value` in the KPI's whole unit, `text` as the kernel reads it; or what is `wrong`. */
    read: (text, unit) => {
      const found = readNumber(text, locale);
      if (found.wrong) return found;
      if (found.value < 0) return { wrong: `${JSON.stringify(text.trim())} is below zero: give zero or more.` };
      const share = unit === "ratio" && /%\s*$/.test(text);
      if (unit === "count" && !Number.isInteger(found.value)) return { wrong: `${JSON.stringify(text.trim())} is not a whole number, and this KPI counts things.` };
      const value = share ? found.value / 100 : unit === "money" ? Math.round(found.value * minor) : unit === "money_per_day" ? found.value * minor : found.value;
      return { value, text: `${plainly(found.value)}${share ? "%" : ""}` };
    },
    /** A value as the kernel reads it. */
    plain: (value, unit) => plainly(unit.startsWith("money") ? value / minor : value),
    /** The smallest step that people think in: whole major units of money. */
    whole: (unit) => (unit === "money" ? minor : unit === "count" ? 1 : 0),
  };
}

/** Digits without an exponent, whatever the size. */
function plainly(value) {
  return value.toLocaleString("en-US", { useGrouping: false, maximumFractionDigits: 12 });
}
