// Decimals without binary fractions: a whole number of units of the last place, as BigInt, and how many places there are.
const FORM = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
// Places a mean may have beyond those of what it is the mean of.
const MORE_PLACES = 4;
const MOST_EXPONENT = 400;

/** Return the decimal a text writes: `{units, places}`; null for what is none, or is too large to be written out. */
export function parse(text) {
  const found = FORM.exec(text.trim());
  if (!found || !(found[2] || found[3]) || Math.abs(Number(found[4] ?? 0)) > MOST_EXPONENT) return null;
  const [, sign, whole, fraction = "", exponent = "0"] = found;
  const units = BigInt(`${whole}${fraction}`) * (sign === "-" ? -1n : 1n);
  const places = fraction.length - Number(exponent);
  return places >= 0 ? { units, places } : { units: units * 10n ** BigInt(-places), places: 0 };
}

function widen({ units, places }, wanted) {
  return units * 10n ** BigInt(wanted - places);
}

/** Return the sum of two decimals. */
export function add(one, other) {
  const places = Math.max(one.places, other.places);
  return { units: widen(one, places) + widen(other, places), places };
}

/** Return -1, 0 or 1 as one decimal is less than, equal to or more than another. */
export function compare(one, other) {
  const places = Math.max(one.places, other.places);
  const difference = widen(one, places) - widen(other, places);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** Return a decimal divided by a whole number, rounded half away from zero to some more places. */
export function divide(one, count) {
  const places = one.places + MORE_PLACES;
  const units = widen(one, places);
  const half = BigInt(count) / 2n;
  const size = ((units < 0n ? -units : units) + half) / BigInt(count);
  return trim({ units: units < 0n ? -size : size, places });
}

function trim({ units, places }) {
  let [left, right] = [units, places];
  while (right > 0 && left % 10n === 0n) [left, right] = [left / 10n, right - 1];
  return { units: left, places: right };
}

/** Return a decimal as text. */
export function format({ units, places }) {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  return `${units < 0n ? "-" : ""}${whole}${places ? `.${digits.slice(-places)}` : ""}`;
}
