/**
 * How a reader writes figures: `figures(locale, currency).money(1234.5)`; nothing known is a dash.
 * @returns {{money: function, count: function, ratio: function, days: function, score: function}}
 */
export function figures(locale, currency) {
  const of = (options) => {
    const format = new Intl.NumberFormat(locale, options);
    return (value) => (value === null || value === undefined ? "–" : format.format(value));
  };
  return {
    money: of({ style: "currency", currency, notation: "compact", maximumSignificantDigits: 3 }),
    count: of({ maximumFractionDigits: 0 }),
    ratio: of({ style: "percent", maximumFractionDigits: 0 }),
    days: of({ maximumFractionDigits: 0 }),
    score: of({ minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  };
}
