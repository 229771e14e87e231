// @ts-check
// What somebody should look at, each with a way to it.

import { make } from "../../dom.js";
import { Panel } from "../panel.js";
import { hashOf } from "../place.js";
import { alertsOf } from "../stats.js";

/** @param {import("../context.js").Context} context @returns {import("../context.js").Section} */
export function alertsSection(context) {
  /** @type {Panel<import("../stats.js").Alert>} */
  const panel = new Panel({
    id: "alerts",
    title: "Alerts",
    noun: "alert",
    about: "Machines that cannot be reached, round trips that are felt, clients too slow for what is sent to them.",
    columns: [
      { id: "sentence", label: "What", value: ({ sentence }) => sentence },
      { id: "section", label: "Where", value: ({ section }) => section },
    ],
    rows: { key: ({ section, query }) => `${section} ${query}`, words: ({ sentence }) => sentence },
    order: { sort: "sentence" },
    actions: [{ label: "Show", single: true, run: ([alert]) => lead(alert) }],
    empty: () => [make("p", {}, "Nothing needs you.")],
    onopen: lead,
  });
  return {
    id: "alerts",
    title: "Alerts",
    element: panel.element,
    onchange: () => panel.set(alertsOf(context.state)),
  };
}

/** @param {import("../stats.js").Alert} alert */
function lead({ section, query }) {
  location.hash = hashOf(section, query);
}
