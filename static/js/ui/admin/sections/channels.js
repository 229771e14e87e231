// @ts-check
// Registered channels: each `RedChannel` of every machine, as the gateway holds it.

import { call } from "../../api.js";
import { ask } from "../../dialogs.js";
import { make } from "../../dom.js";
import { gatewayNow } from "../../gateway_clock.js";
import { bytesText, durationText } from "../../numbers.js";
import { sitePath } from "../../site.js";
import { shortSpan } from "../../times.js";
import { Panel } from "../panel.js";
import { drawSparkline, sparkline } from "../sparkline.js";

/** @typedef {import("../context.js").Context} Context */
/** @typedef {import("../shapes.js").Channel} Channel */
/** @typedef {import("../shapes.js").ChannelClient} ChannelClient */

/** @param {Context} context @returns {import("../context.js").Section} */
export function channelsSection(context) {
  const { state } = context;
  /** @type {import("../panel.js").Action<Channel>[]} */
  const actions = context.may("sessions.act")
    ? [{ label: "Disconnect", danger: true, possible: ({ clients }) => clients.length > 0, run: (rows) => disconnect(context, rows) }]
    : [];
  const panel = new Panel({
    id: "channels",
    title: "Registered channels",
    noun: "channel",
    filterHint: "Words, or a network: 10.0.0.0/8",
    columns: columns(context),
    rows: { key: ({ key }) => key, words: wordsOf, addresses: ({ clients }) => clients.map(({ address }) => address) },
    order: { sort: "machine" },
    actions,
    empty: () => [
      make("p", {}, "No channel is registered. A machine's channels stand here as soon as it is opened."),
      make("a", { class: "button primary", href: sitePath("/") }, "Open a machine"),
    ],
    onopen: (channel) => openDetails(context, channel.key, actions),
  });
  return {
    id: "channels",
    title: "Channels",
    element: panel.element,
    onchange: () => panel.set(state.channels.values()),
    find: (query) => panel.setQuery(query),
    query: () => panel.query,
  };
}

/** @param {Context} context @returns {import("../grid.js").Column<Channel>[]} */
function columns({ state }) {
  const rates = state.channelRates;
  return [
    { id: "machine", label: "Channel", value: ({ machine, place }) => `${machine} ${place ?? ""}`, text: ({ machine, name }) => `${machine} · ${name}` },
    { id: "place", label: "Place", value: ({ place }) => place, number: true, minor: true },
    { id: "references", label: "Refs", value: ({ references }) => references, number: true, minor: true },
    { id: "clients", label: "Clients", value: ({ client_count }) => client_count, number: true },
    { id: "acks", label: "Acks", value: ({ handles_acks }) => (handles_acks ? "yes" : "no"), minor: true },
    { id: "owner", label: "Owner", value: ({ owner }) => owner ?? "loop", minor: true },
    { id: "in", label: "In", value: ({ traffic }) => traffic.bytes_in, text: ({ traffic }) => bytesText(traffic.bytes_in), number: true, minor: true },
    { id: "out", label: "Out", value: ({ traffic }) => traffic.bytes_out, text: ({ traffic }) => bytesText(traffic.bytes_out), number: true },
    { id: "spark", label: "Last minute", draw: (cell, { key }) => drawSpark(cell, rates.rate(key).history), minor: true },
    { id: "rate", label: "Bytes/s", value: ({ key }) => total(rates.rate(key)), text: ({ key }) => `${bytesText(total(rates.rate(key)))}/s`, number: true },
    { id: "messages", label: "Msg/s", value: ({ key }) => rates.rate(key).messages, text: ({ key }) => rates.rate(key).messages.toFixed(0), number: true },
    { id: "window", label: "In flight", value: ({ key }) => state.queue(key).messagesInFlight, text: ({ key }) => flightText(state.queue(key)), number: true, minor: true },
    { id: "queue", label: "Queue", value: ({ key }) => state.queue(key).messages, draw: (cell, { key }) => drawQueue(cell, state.queue(key)), number: true },
    { id: "capabilities", label: "Capabilities", value: capabilitiesOf, minor: true },
  ];
}

/** @param {{in: number, out: number}} rate */
const total = (rate) => rate.in + rate.out;

/** @param {Channel} channel */
function capabilitiesOf({ capabilities }) {
  return [...capabilities.channel, ...capabilities.common].join(" ");
}

/** @param {Channel} channel */
function wordsOf(channel) {
  const people = channel.clients.map(({ user, address, session }) => `${user} ${address} ${session}`);
  return [channel.machine, channel.name, capabilitiesOf(channel), channel.owner ?? "loop", channel.private, ...people].join(" ");
}

/** @param {HTMLElement} cell @param {readonly number[]} history */
function drawSpark(cell, history) {
  const svg = cell.querySelector("svg") ?? cell.appendChild(sparkline());
  drawSparkline(svg, history);
}

/** @param {HTMLElement} cell @param {{messages: number, bytes: number}} queue */
function drawQueue(cell, { messages, bytes }) {
  const text = messages ? `${messages} (${bytesText(bytes)})` : "0";
  if (cell.textContent !== text) cell.textContent = text;
  cell.classList.toggle("waits", messages > 0);
}

/** @param {{messagesInFlight: number, bytesInFlight: number}} flight */
function flightText({ messagesInFlight, bytesInFlight }) {
  return bytesInFlight ? `${messagesInFlight} (${bytesText(bytesInFlight)})` : "0";
}

/** @param {Context} context @param {Channel[]} channels */
async function disconnect(context, channels) {
  const links = channels.flatMap((channel) => channel.clients.map(({ session }) => ({ session, channel })));
  const main = channels.some(({ type }) => type === "main");
  const text = `${links.length} connection${links.length === 1 ? "" : "s"} to ${channels.length === 1 ? channels[0].name : `${channels.length} channels`} will be closed.`
    + (main ? " MAIN takes its whole session with it." : "");
  if (!await ask({ title: "Disconnect?", text, action: "Disconnect", danger: true })) return;
  await context.act(links, ({ session, channel }) => call("DELETE", `sessions/${session}/channels/${channel.type}/${channel.id}`), "disconnected");
}

/** @param {Context} context @param {string} key @param {readonly import("../panel.js").Action<Channel>[]} actions */
function openDetails(context, key, actions) {
  const { state, drawer, feed } = context;
  feed.watch(key);
  drawer.element.addEventListener("close", () => feed.watch(null), { once: true });
  drawer.open(() => {
    const channel = state.channels.get(key);
    if (!channel) return null;
    const { clients } = state.detail?.key === key ? state.detail : channel;
    return {
      title: `${channel.machine} · ${channel.name}`,
      facts: factsOf(channel, state),
      more: [...actionButtons(actions, channel), make("h3", {}, `Clients (${clients.length})`), clientList(clients)],
    };
  });
}

/** @param {Channel} channel @param {import("../state.js").State} state @returns {import("../drawer.js").Fact[]} */
function factsOf(channel, state) {
  const rate = state.channelRates.rate(channel.key);
  const { traffic } = channel;
  return [
    ["Machine", channel.machine],
    ["Type", channel.type],
    ["Id", channel.id],
    ["Place on the list", channel.place],
    ["References", channel.references],
    ["Clients", channel.client_count],
    ["Common capabilities", channel.capabilities.common],
    ["Channel capabilities", channel.capabilities.channel],
    ["Handles acks", channel.handles_acks ? "yes" : "no"],
    ["Owner", channel.owner ?? "the loop"],
    ["Migration flags", channel.migration_flags],
    ["Incoming", channel.incoming],
    ["Outgoing", channel.outgoing],
    ["Private", channel.private],
    ["In", `${bytesText(traffic.bytes_in)} in ${traffic.messages_in} messages, ${bytesText(rate.in)}/s`],
    ["Out", `${bytesText(traffic.bytes_out)} in ${traffic.messages_out} messages, ${bytesText(rate.out)}/s`],
    ["Messages", `${rate.messages.toFixed(0)}/s`],
    ["In flight", flightText(state.queue(channel.key))],
    ["Queue", `${state.queue(channel.key).messages} messages, ${bytesText(state.queue(channel.key).bytes)}`],
  ];
}

/** @param {readonly import("../panel.js").Action<Channel>[]} actions @param {Channel} channel */
function actionButtons(actions, channel) {
  return actions.map(({ label, danger, possible, run }) => {
    const button = make("button", { type: "button", class: `button ${danger ? "danger" : ""}`, disabled: !(possible?.(channel) ?? true) }, label);
    button.addEventListener("click", () => run([channel]));
    return make("p", {}, button);
  });
}

/** @param {readonly ChannelClient[]} clients */
function clientList(clients) {
  if (!clients.length) return make("p", { class: "empty" }, "Nobody is connected to it.");
  return make("ul", {}, ...clients.map((client) => make("li", {},
    make("p", {}, make("strong", {}, client.user || "somebody"), ` from ${client.address}, for ${shortSpan((gatewayNow() - Date.parse(client.since)) / 1000)}`),
    make("p", { class: "hint" }, flowText(client)),
    make("p", {}, ...[...client.capabilities.channel, ...client.capabilities.common].flatMap((name) => [make("span", { class: "chip" }, name), " "])))));
}

/** @param {ChannelClient} client */
function flowText({ window, queue, round_trip, unsent, mini_header }) {
  const trip = round_trip === null ? "" : `round trip ${durationText(round_trip * 1000)}, `;
  const header = mini_header ? "mini header" : "full header";
  if (!window || !queue) return `${trip}forwarded (${header}), ${bytesText(unsent)} unsent`;
  const acks = window.ack_window ? `ack window ${window.messages_in_flight} of ${2 * window.ack_window} (generation ${window.ack_generation})` : "bytes are counted, not acks";
  const flight = `${bytesText(window.bytes_in_flight)} of ${bytesText(window.budget)} in flight${window.waits ? ", waits for the client" : ""}`;
  return `${trip}${acks}, ${flight}, queue ${queue.messages} (${bytesText(queue.bytes)}), ${queue.dropped} dropped, ${header}`;
}
