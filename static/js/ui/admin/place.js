// @ts-check
// Where in the dashboard somebody is, as the address's fragment says it: `#sessions`, or `#sessions:alice` with a filter.

/** @param {string} hash with its # @returns {{section: string, query: string | null}} null: it says nothing of a filter */
export function placeOf(hash) {
  const text = hash.replace(/^#/, "");
  const colon = text.indexOf(":");
  if (colon < 0) return { section: decoded(text), query: null };
  return { section: decoded(text.slice(0, colon)), query: decoded(text.slice(colon + 1)) };
}

/** @param {string} section @param {string} query */
export function hashOf(section, query) {
  return query ? `#${section}:${encodeURIComponent(query)}` : `#${section}`;
}

/** What people type need not be encoded well. @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
