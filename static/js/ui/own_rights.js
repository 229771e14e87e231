// @ts-check
// A page that was served with what may be done then, and asks anew when its viewer has connected again: rights may have
// changed while nothing connected it with the gateway.

/**
 * Brings a viewer's `view-only` up to that of its page as the gateway serves it now.
 * @param {Element} viewer
 * @param {string} [address] of the page
 * @returns {Promise<void>} a gateway that does not answer leaves it as it is
 */
export async function refreshRights(viewer, address = location.href) {
  const before = viewer.hasAttribute("view-only");
  const response = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("spice-viewer");
  // What the session itself was told meanwhile is newer.
  if (fresh && viewer.hasAttribute("view-only") === before) viewer.toggleAttribute("view-only", fresh.hasAttribute("view-only"));
}
