// @ts-check
// The gateway's API, as its own pages use it: by the browser's log-in.

import { heardFrom } from "./gateway_clock.js";
import { sitePath } from "./site.js";

/** What the API refuses (RFC 9457). */
export class Problem extends Error {
  /** @param {number} status @param {string} sentence for people @param {Record<string, string>} [fields] by their names */
  constructor(status, sentence, fields = {}) {
    super(sentence);
    this.status = status;
    this.fields = fields;
  }
}

const BASE = "/api/v1/";
/** An event of the window: something was done that a full disk has not taken yet. Its detail is a sentence. */
export const UNWRITTEN = "spicegate-unwritten";

/**
 * @param {string} method
 * @param {string} path below the API
 * @param {object} [body]
 * @returns {Promise<any>} null for an empty answer
 * @throws {Problem}
 */
export async function call(method, path, body) {
  const headers = { Accept: "application/json, application/problem+json", ...(body ? { "Content-Type": "application/json" } : {}) };
  const response = await fetch(sitePath(BASE + path), { method, headers, body: body ? JSON.stringify(body) : null })
    .catch(() => { throw new Problem(0, "The gateway cannot be reached. Check your network and try again."); });
  heardFrom(response);
  const text = await response.text();
  const answer = /json/.test(response.headers.get("Content-Type") ?? "") && text ? JSON.parse(text) : null;
  if (response.status === 202) window.dispatchEvent(new CustomEvent(UNWRITTEN, { detail: answer.detail }));
  if (response.ok) return answer;
  if (response.status === 401) throw new Problem(401, "You are not logged in any more: load the page again.");
  throw new Problem(response.status, answer?.detail ?? answer?.title ?? (text.slice(0, 200) || response.statusText), fieldsOf(answer));
}

/** @param {string} path @returns {Promise<any>} */
export const get = (path) => call("GET", path);

/**
 * @param {string} path of a list that comes in pages
 * @param {number} [most] rows; the rest is left to filters
 * @returns {Promise<any[]>}
 */
export async function getAll(path, most = 2000) {
  const items = [];
  let after = "";
  do {
    const page = await get(`${path}${path.includes("?") ? "&" : "?"}limit=200${after}`);
    items.push(...page.items);
    after = page.next ? `&after=${encodeURIComponent(page.next)}` : "";
  } while (after && items.length < most);
  return items;
}

/** @param {any} answer @returns {Record<string, string>} */
function fieldsOf(answer) {
  const errors = Array.isArray(answer?.errors) ? answer.errors : [];
  /** @type {[string, string][]} */
  const pairs = errors.map((/** @type {any} */ error) => [String(error.field ?? error.pointer ?? ""), String(error.detail ?? error.message ?? "")]);
  return Object.fromEntries(pairs.filter(([name]) => name));
}
