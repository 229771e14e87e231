// @ts-check
// The gateway's clock: what it says of times is meant by it, and this computer's clock may be wrong by hours.

/** Answers tell whole seconds, and take some time to come. */
const TOLERANCE_MS = 2000;

/** What the gateway's clock is ahead of ours, in milliseconds. */
let ahead = 0;

/** The gateway's clock says so now. @param {number} at milliseconds since 1970 */
export function heardTime(at) {
  const difference = at - Date.now();
  if (Number.isNaN(difference)) return;
  ahead = Math.abs(difference) > TOLERANCE_MS ? difference : 0;
}

/** Every answer tells its date. @param {Response} response */
export function heardFrom(response) {
  heardTime(Date.parse(response.headers.get("Date") ?? ""));
}

/** @returns {number} milliseconds since 1970 */
export function gatewayNow() {
  return Date.now() + ahead;
}
