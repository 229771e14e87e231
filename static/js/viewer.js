// @ts-check
// The viewer's page: wiring only.

import { SpiceViewer } from "./ui/spice_viewer.js";

customElements.define("spice-viewer", SpiceViewer);

const viewer = document.querySelector("spice-viewer");
const plainTitle = document.title;

/** The tab of the browser says what the page shows. @type {Record<string, string>} */
const MARKS = { connecting: "… ", waiting: "⟳ ", failed: "✕ ", closed: "✕ " };

viewer?.addEventListener("spice-state", (event) => {
  const { state } = /** @type {CustomEvent<{state: string}>} */ (event).detail;
  document.title = `${MARKS[state] ?? ""}${plainTitle}`;
});
