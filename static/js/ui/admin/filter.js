// @ts-check
// What somebody writes into a filter box: words that must all be there, -words that must not, networks.

import { isWithin, parseNetwork } from "./networks.js";

/**
 * @typedef {object} Subject what a row is looked through for
 * @property {string} text in lower case
 * @property {readonly string[]} addresses
 */

/**
 * @param {string} query
 * @returns {((subject: Subject) => boolean) | null} null: everything is wanted
 */
export function parseFilter(query) {
  const terms = query.toLowerCase().split(/\s+/).filter((term) => term !== "" && term !== "-").map(parseTerm);
  return terms.length ? (subject) => terms.every((term) => term(subject)) : null;
}

/** @param {string} term @returns {(subject: Subject) => boolean} */
function parseTerm(term) {
  if (term.startsWith("-")) {
    const unwanted = parseTerm(term.slice(1));
    return (subject) => !unwanted(subject);
  }
  const network = parseNetwork(term);
  if (network) return ({ addresses }) => addresses.some((address) => isWithin(network, address));
  return ({ text }) => text.includes(term);
}
