// @ts-check
// CURSOR: the machine's pointer, its shapes and, in server mouse mode, its place.

import { Channel } from "./channel.js";
import { ChannelType } from "./enums.gen.js";
import { ProtocolError } from "./errors.js";

/**
 * Resolves a Cursor of the wire to a picture of type `P`, keeping what the machine wants kept.
 * @template P
 * @typedef {object} Shapes
 * @property {(cursor: any) => P | null} resolve  throws ProtocolError
 * @property {(unique: bigint) => void} forget
 * @property {() => void} clear
 */

/**
 * Where the pointer is shown.
 * @template P
 * @typedef {object} CursorSink
 * @property {(picture: P | null) => void} setShape
 * @property {(visible: boolean) => void} setVisible
 * @property {(x: number, y: number) => void} moveTo   machine pixels
 * @property {() => void} reset
 */

/** @typedef {{x: number, y: number}} Point */

/** @template P */
export class CursorChannel extends Channel {
  /** @type {Shapes<P>} */
  #shapes;
  /** @type {CursorSink<P>} */
  #sink;
  #begun = false;

  /** What the machine last said of a trail: pictures besides the main one, and milliseconds between them. */
  trail = { length: 0, frequency: 0 };

  /**
   * @param {import("../transport/websocket.js").Transport} transport
   * @param {{id: number, connectionId: number, commonCaps: number[], ticket: string | null}} link
   * @param {{shapes: Shapes<P>, sink: CursorSink<P>}} parts
   */
  constructor(transport, link, { shapes, sink }) {
    super(transport, { ...link, type: ChannelType.CURSOR, caps: [] });
    this.#shapes = shapes;
    this.#sink = sink;
  }

  /**
   * @param {{position: Point, trail_length: number, trail_frequency: number, visible: number, cursor: object}} message
   */
  on_init(message) {
    this.#shapes.clear();
    this.#begun = true;
    this.on_trail({ length: message.trail_length, frequency: message.trail_frequency });
    this.on_set(message);
  }

  on_reset() {
    this.#shapes.clear();
    this.#begun = false;
    this.#sink.reset();
  }

  /** @param {{position: Point, visible: number, cursor: object}} message */
  on_set({ position, visible, cursor }) {
    if (!this.#begun) throw new ProtocolError("cursor set before its init");
    this.#sink.setShape(this.#shapes.resolve(cursor));
    this.#sink.moveTo(position.x, position.y);
    this.#sink.setVisible(visible !== 0);
  }

  /** @param {{position: Point}} message */
  on_move({ position }) {
    this.#sink.moveTo(position.x, position.y);
    this.#sink.setVisible(true);
  }

  on_hide() {
    this.#sink.setVisible(false);
  }

  /** @param {{length: number, frequency: number}} message */
  on_trail({ length, frequency }) {
    this.trail = { length, frequency };
  }

  /** @param {{id: bigint}} message */
  on_inval_one({ id }) {
    this.#shapes.forget(id);
  }

  on_inval_all() {
    this.#shapes.clear();
  }
}
