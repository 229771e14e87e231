// @ts-check

/** The peer broke the protocol. Nothing else is thrown for what a peer sent. */
export class ProtocolError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "ProtocolError";
  }
}

/** The peer answered the link with an error code of `LinkErr`. */
export class LinkRefused extends Error {
  /**
   * @param {number} code a `LinkErr`
   * @param {string} [message]
   */
  constructor(code, message = `the link was refused with code ${code}`) {
    super(message);
    this.name = "LinkRefused";
    this.code = code;
  }
}

/** Our own code asked for something impossible, such as encoding a value that does not fit. */
export class UsageError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "UsageError";
  }
}
