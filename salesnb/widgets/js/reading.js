// Numbers as people type them: "1,2 Mio", "€ 40.000", "12.5k" in the reader's own format.

const WORDS = [
  [/^(k|tsd\.?|tausend|thousand)$/, 1e3],
  [/^(m|mm|mio\.?|mill?ion(en|s)?)$/, 1e6],
  [/^(b|bn|mrd\.?|mill?iard(en?|s)|billions?)$/, 1e9],
];

/**
 * Read a number in a locale's format.
 * @returns {{value: number} | {wrong: string}} wrong says in words what cannot be read
 */
export function readNumber(text, locale) {
  const parts = new Intl.NumberFormat(locale).formatToParts(11111.5);
  const decimal = parts.find((part) => part.type === "decimal")?.value ?? ".";
  const found = text.trim().match(/^(?<sign>[-−]?)\D{0,4}?(?<digits>[\d.,'’\s]*\d)\s*(?<word>\D*)$/u);
  if (!found) return { wrong: `${JSON.stringify(text)} is not a number.` };
  const { sign, digits, word } = found.groups;
  const times = factor(word.trim().toLowerCase());
  if (times === null) return { wrong: `What ${JSON.stringify(word.trim())} means is not known.` };
  const plain = digits.replace(/[\s'’]/g, "");
  const other = decimal === "," ? "." : ",";
  const [whole, ...fractions] = plain.split(decimal);
  const grouped = whole.split(other);
  const odd = grouped.slice(1).some((part) => part.length !== 3) || grouped[0].length > 3;
  if (fractions.length > 1 || fractions.join("").includes(other) || (grouped.length > 1 && odd)) {
    return { wrong: `${JSON.stringify(text)} could be read in two ways; decimals stand behind "${decimal}".` };
  }
  // Fifteen digits hold what was typed: 1.005 million is no 1,004,999.9999999999.
  const value = Number((Number(`${grouped.join("")}.${fractions[0] ?? "0"}`) * times).toPrecision(15));
  return { value: sign ? -value : value };
}

function factor(word) {
  if (!word || !/\p{L}/u.test(word) || /^(\p{Sc}|usd|eur|gbp|jpy|chf|h|hours?|heads?)$/iu.test(word)) return 1;
  const bare = word.replace(/\p{Sc}/gu, "").trim();
  return WORDS.find(([pattern]) => pattern.test(bare))?.[1] ?? null;
}
