// @ts-check
// Where the gateway's pages are: behind a proxy they may stand below a path.

/** @param {string} path of ours, beginning with / @returns {string} */
export function sitePath(path) {
  return `${document.documentElement.dataset.base ?? ""}${path}`;
}
