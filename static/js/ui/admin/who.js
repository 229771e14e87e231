// @ts-check
// Who sits at a machine, in words.

/**
 * @param {{user: string, method: string}} session somebody who came by a ticket bears the name of who gave it
 * @returns {string}
 */
export function whoText({ user, method }) {
  return method === "ticket" ? `guest of ${user}` : user || "somebody";
}

/** At the beginning of a sentence. @param {{user: string, method: string, machine: string}} session @returns {string} */
export function whoAndWhere(session) {
  const who = whoText(session);
  return `${session.method === "ticket" || !session.user ? who.charAt(0).toUpperCase() + who.slice(1) : who} at ${session.machine}`;
}
