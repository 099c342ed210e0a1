// Response curves: expected sales for an amount, and what the next unit brings.
// The same as salesnb/allocation/forms.py; both are held to tests/vectors/responding.json.

const FORMS = {
  power: {
    value: (z, s) => z ** s,
    slope: (z, s) => s * z ** (s - 1),
  },
  exponential: {
    value: (z) => -Math.expm1(-z),
    slope: (z) => Math.exp(-z),
  },
  log: {
    value: (z) => Math.log1p(z),
    slope: (z) => 1 / (1 + z),
  },
  hill: {
    value: (z, s) => 1 - 1 / (1 + z ** s),
    slope: (z, s) => {
      if (z === 0) return s > 1 ? 0 : s < 1 ? Infinity : 1;
      const power = z ** s;
      return ((s * power) / z) / (1 + power) ** 2;
    },
  },
};

/** Expected sales for an amount (0 or more): base + height * form(amount / scale). */
export function expected(curve, amount) {
  return curve.base + curve.height * FORMS[curve.form].value(amount / curve.scale, curve.shape);
}

/** What one more unit of the resource brings at an amount. */
export function marginal(curve, amount) {
  return (curve.height / curve.scale) * FORMS[curve.form].slope(amount / curve.scale, curve.shape);
}
