// @ts-check
// The viewer's page: wiring only.

import { DisplayClient } from "./render/display_client.js";

// The worker's modules load while the page's do.
DisplayClient.prepare();

const { SpiceViewer } = await import("./ui/spice_viewer.js");
const { noteRecent } = await import("./ui/recent.js");
const { refreshRights } = await import("./ui/own_rights.js");
const plainTitle = document.title;
let served = true;

/** The tab of the browser says what the page shows. @type {Record<string, string>} */
const MARKS = { connecting: "… ", waiting: "⟳ ", failed: "✕ ", closed: "✕ " };

document.addEventListener("spice-state", (event) => {
  const { state } = /** @type {CustomEvent<{state: string}>} */ (event).detail;
  document.title = `${MARKS[state] ?? ""}${plainTitle}`;
  if (state !== "connected") return;
  if (!served) void refreshRights(/** @type {Element} */ (event.target));
  served = false;
});

document.addEventListener("spice-firstframe", (event) => {
  const machine = /** @type {Element} */ (event.target).getAttribute("machine");
  if (machine) noteRecent(machine);
});

customElements.define("spice-viewer", SpiceViewer);
