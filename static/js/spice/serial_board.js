// @ts-check
/**
 * Which message each channel of a session has handled last. A server that shares one image cache among its display channels
 * makes one of them wait for another (WAIT_FOR_CHANNELS); channels that are to see each other share a board.
 */
export class SerialBoard {
  /** @type {Map<string, {serial: number, waiting: {serial: number, done: () => void}[]}>} */
  #channels = new Map();

  /**
   * @param {number} type
   * @param {number} id
   */
  join(type, id) {
    this.#channels.set(key(type, id), { serial: 0, waiting: [] });
  }

  /**
   * The channel is gone: nobody waits for it any longer.
   * @param {number} type
   * @param {number} id
   */
  leave(type, id) {
    this.#channels.get(key(type, id))?.waiting.forEach(({ done }) => done());
    this.#channels.delete(key(type, id));
  }

  /**
   * @param {number} type
   * @param {number} id
   * @param {number} serial of the message that was handled
   */
  report(type, id, serial) {
    const channel = this.#channels.get(key(type, id));
    if (!channel) return;
    channel.serial = serial;
    if (!channel.waiting.length) return;
    channel.waiting.filter((wait) => wait.serial <= serial).forEach(({ done }) => done());
    channel.waiting = channel.waiting.filter((wait) => wait.serial > serial);
  }

  /**
   * @param {number} type
   * @param {number} id
   * @param {number} serial
   * @returns {Promise<void> | undefined} undefined when there is nothing to wait for: handled, or no channel of ours
   */
  reached(type, id, serial) {
    const channel = this.#channels.get(key(type, id));
    if (!channel || channel.serial >= serial) return undefined;
    return new Promise((resolve) => {
      channel.waiting.push({ serial, done: resolve });
    });
  }
}

/**
 * @param {number} type
 * @param {number} id
 */
function key(type, id) {
  return `${type}:${id}`;
}
