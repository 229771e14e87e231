// @ts-check
// What a machine said when it was asked step by step.

import { durationText } from "../../numbers.js";

/** @typedef {{name: string, ok: boolean | null, detail: string, seconds: number | null}} Step */
/** @typedef {{type: string, id: number, ok: boolean, detail: string, seconds: number}} ChannelStep */
/** @typedef {{ok: boolean, address: string, steps: Step[], channels: ChannelStep[], round_trip: number | null}} Checkup */

/** @type {Record<string, string>} */
const STEPS = { reach: "Reach", tls: "Certificate", link: "Link", ticket: "Password", main: "Main channel" };

/** @param {Checkup} found @returns {import("../drawer.js").Fact[]} */
export function checkupFacts({ address, steps, channels, round_trip }) {
  return [
    ["Address", address],
    ...steps.map((step) => /** @type {const} */ ([STEPS[step.name] ?? step.name, stepText(step)])),
    ...(round_trip === null ? [] : [/** @type {const} */ (["Round trip", durationText(round_trip * 1000)])]),
    ...channels.map((channel) => /** @type {const} */ ([`${channel.type} ${channel.id}`, stepText(channel)])),
  ];
}

/** @param {Checkup} found @returns {string} one sentence */
export function checkupText(found) {
  if (!found.ok) return faultOf(found);
  const trip = found.round_trip === null ? "" : `, round trip ${durationText(found.round_trip * 1000)}`;
  return `It works: ${found.channels.length} channels${trip}.`;
}

/** @param {Checkup} found @returns {string} the first thing that is wrong */
export function faultOf({ steps, channels }) {
  const wrong = [...steps, ...channels].find(({ ok }) => ok === false);
  return wrong?.detail ?? "It did not answer.";
}

/** @param {{ok: boolean | null, detail: string, seconds: number | null}} step */
function stepText({ ok, detail, seconds }) {
  const mark = ok === null ? "not asked" : ok ? "✓" : "✗";
  const time = ok && seconds ? ` (${durationText(seconds * 1000)})` : "";
  return `${mark} ${detail}${time}`.trim();
}
