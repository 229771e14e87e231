// @ts-check
// Moments as people read them.

/** @type {readonly [string, number][]} */
const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];

/**
 * @param {number} seconds
 * @returns {string} for example "2 minutes"
 */
export function spanText(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const [unit, length] = UNITS.find(([, size]) => whole >= size) ?? UNITS[UNITS.length - 1];
  const count = Math.floor(whole / length);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

/**
 * @param {number} seconds
 * @returns {string} for tables, for example "2 h 5 min" or "12 s"
 */
export function shortSpan(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

/** @type {Intl.DateTimeFormatOptions} */
const THIS_YEAR = { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" };
const NEAR = new Intl.DateTimeFormat(undefined, THIS_YEAR);
const FAR = new Intl.DateTimeFormat(undefined, { ...THIS_YEAR, year: "numeric" });
const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** @param {string | number | null} moment ISO 8601 or seconds since 1970 @returns {Date | null} */
export function dateOf(moment) {
  if (moment === null || moment === undefined || moment === "") return null;
  const date = new Date(typeof moment === "number" ? moment * 1000 : moment);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** @param {string | number | null} moment @returns {string} in the reader's language and zone; "–" for never */
export function momentText(moment) {
  const date = dateOf(moment);
  if (!date) return "–";
  return (date.getFullYear() === new Date().getFullYear() ? NEAR : FAR).format(date);
}

/** @param {string} moment @returns {string} to the second */
export function exactMoment(moment) {
  const date = dateOf(moment);
  return date ? EXACT.format(date) : "–";
}
