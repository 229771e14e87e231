// @ts-check
// Sessions: who is at which machine, and what can be done about it.

import { call } from "../../api.js";
import { ask, askForm } from "../../dialogs.js";
import { make } from "../../dom.js";
import { gatewayNow } from "../../gateway_clock.js";
import { bytesText, durationText } from "../../numbers.js";
import { sitePath } from "../../site.js";
import { momentText, shortSpan } from "../../times.js";
import { LivePicture } from "../../live_picture.js";
import { Panel } from "../panel.js";
import { Preview } from "../preview.js";
import { drawSparkline, sparkline } from "../sparkline.js";
import { whoAndWhere, whoText } from "../who.js";

/** @typedef {import("../context.js").Context} Context */
/** @typedef {import("../shapes.js").Session} Session */

/** @type {readonly (readonly [string, string])[]} */
const SEVERITIES = [["info", "Information"], ["warning", "Warning"], ["error", "Urgent"]];
const WATCH_SECONDS = 30;

/** @param {Context} context @returns {import("../context.js").Section} */
export function sessionsSection(context) {
  const { state } = context;
  const actions = actionsOf(context);
  const panel = new Panel({
    id: "sessions",
    title: "Sessions",
    noun: "session",
    filterHint: "Words, or a network: 10.0.0.0/8",
    columns: columns(context),
    rows: {
      key: ({ id }) => id,
      words: (session) => `${session.id} ${whoText(session)} ${session.machine} ${session.address} ${session.method} ${session.rights.join(" ")}`,
      addresses: ({ address }) => [address],
    },
    order: { sort: "since", descending: true },
    actions,
    empty: () => [
      make("p", {}, "Nobody is at a machine. Sessions stand here while they last."),
      make("a", { class: "button primary", href: sitePath("/") }, "Open a machine"),
    ],
    onopen: (session) => openDetails(session, context, actions),
  });
  const preview = context.may("sessions.watch") ? new Preview(panel.grid, previewOf) : null;
  if (preview) panel.element.append(preview.element);
  return {
    id: "sessions",
    title: "Sessions",
    element: panel.element,
    onchange: () => {
      panel.set(state.sessions.values());
      preview?.check();
    },
    find: (query) => panel.setQuery(query),
    query: () => panel.query,
  };
}

/** @param {Context} context @returns {import("../grid.js").Column<Session>[]} */
function columns({ state }) {
  const rates = state.sessionRates;
  /** @param {Session} session */
  const rate = ({ id }) => rates.rate(id).in + rates.rate(id).out;
  return [
    { id: "user", label: "User", value: whoText },
    { id: "machine", label: "Machine", value: ({ machine }) => machine },
    { id: "since", label: "For", value: ({ since }) => since, text: ({ since }) => shortSpan((gatewayNow() - Date.parse(since)) / 1000) },
    { id: "address", label: "Address", value: ({ address }) => address },
    { id: "rights", label: "May", value: ({ rights }) => rightsText(rights), minor: true },
    { id: "trip", label: "Round trip", value: ({ round_trip }) => round_trip, text: ({ round_trip }) => (round_trip === null ? "–" : durationText(round_trip * 1000)), number: true },
    { id: "frames", label: "Frames/s", value: ({ frame_rate }) => frame_rate, text: ({ frame_rate }) => frame_rate?.toFixed(0) ?? "–", number: true },
    { id: "updates", label: "Updates/s", value: (session) => state.updates(session), text: (session) => state.updates(session)?.toFixed(0) ?? "–", number: true, minor: true },
    { id: "spark", label: "Last minute", draw: (cell, { id }) => drawSparkline(cell.querySelector("svg") ?? cell.appendChild(sparkline()), rates.rate(id).history), minor: true },
    { id: "rate", label: "Bytes/s", value: rate, text: (session) => `${bytesText(rate(session))}/s`, number: true },
  ];
}

/** @param {Context} context @returns {import("../panel.js").Action<Session>[]} */
function actionsOf(context) {
  return [
    ...(context.may("sessions.watch") ? [{ label: "Watch", single: true, run: (/** @type {Session[]} */ [session]) => watch(context, session) }] : []),
    ...(context.may("sessions.act") ? [
      { label: "Message", run: (/** @type {Session[]} */ sessions) => message(context, sessions) },
      { label: "Kill", danger: true, run: (/** @type {Session[]} */ sessions) => kill(context, sessions) },
    ] : []),
  ];
}

/** @param {Session[]} sessions */
function whom(sessions) {
  const [first] = sessions;
  return sessions.length === 1 ? `${whoText(first)} at ${first.machine}` : `${sessions.length} sessions`;
}

/** @param {Context} context @param {Session[]} sessions */
async function kill(context, sessions) {
  const text = `${whom(sessions)} will be told that an administrator ended the session.`;
  if (!await ask({ title: sessions.length === 1 ? "Kill this session?" : "Kill these sessions?", text, action: "Kill", danger: true })) return;
  await context.act(sessions, ({ id }) => call("DELETE", `sessions/${id}`), sessions.length === 1 ? "session ended" : "sessions ended");
}

/** @param {Context} context @param {Session[]} sessions */
async function message(context, sessions) {
  await askForm({
    title: `Message ${whom(sessions)}`,
    text: "It is shown over the picture.",
    action: "Send",
    fields: [
      { name: "text", label: "Message", kind: "textarea", required: true },
      { name: "severity", label: "Kind", kind: "select", options: SEVERITIES, value: "info" },
    ],
    onsubmit: async (answers) => {
      if (sessions.length === 1) {
        await call("POST", `sessions/${sessions[0].id}/messages`, answers);
        context.toast.show("The message is sent.");
      } else await context.act(sessions, ({ id }) => call("POST", `sessions/${id}/messages`, answers), "messages sent");
    },
  });
}

/**
 * Spends a ticket as the button of its link's page does.
 * @param {string} machine @param {string} ticket
 * @returns {Promise<string>} the address of the guest's viewer
 */
async function comeAsGuest(machine, ticket) {
  const answer = await fetch(sitePath(`/t/${encodeURIComponent(machine)}`), { method: "POST", body: new URLSearchParams({ ticket }) });
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.url;
}

/** Opens the machine with a ticket that gives no more than the picture. @param {Context} context @param {Session} session */
async function watch(context, { machine, user }) {
  const tab = window.open("", "_blank");
  await context.attempt(async () => {
    try {
      const { secret } = await call("POST", "tickets", { machine, rights: ["view"], lifetime: WATCH_SECONDS, note: `watching ${user}` });
      const screen = await comeAsGuest(machine, secret);
      if (tab) tab.location.href = screen;
      else location.assign(screen);
    } catch (error) {
      tab?.close();
      throw error;
    }
  });
}

/** @param {Session} session @param {Context} context @returns {import("../drawer.js").Fact[]} */
function factsOf(session, { state }) {
  const { traffic, channels } = session;
  const rate = state.sessionRates.rate(session.id);
  return [
    ["User", whoText(session)],
    ["Machine", session.machine],
    ["Session", session.id],
    ["Opened by", session.method],
    ["Rights", session.rights],
    ["Address", session.address],
    ["Since", momentText(session.since)],
    ["Round trip", session.round_trip === null ? "not measured" : durationText(session.round_trip * 1000)],
    ["Frames drawn", session.frame_rate === null ? "unknown: its viewer does not say" : `${session.frame_rate.toFixed(1)}/s`],
    ["Updates from the machine", `${state.updates(session)?.toFixed(0) ?? "–"}/s`],
    ["From the person", `${bytesText(traffic.bytes_in)} in ${traffic.messages_in} messages, ${bytesText(rate.in)}/s`],
    ["To the person", `${bytesText(traffic.bytes_out)} in ${traffic.messages_out} messages, ${bytesText(rate.out)}/s`],
    ["Channels", channels.map(({ type, id }) => `${type} ${id}`)],
  ];
}

/** @param {readonly import("../panel.js").Action<Session>[]} actions @param {Session} session */
function buttons(actions, session) {
  return [make("p", { class: "dialog-actions" }, ...actions.map(({ label, danger, run }) => {
    const button = make("button", { type: "button", class: `button ${danger ? "danger" : ""}` }, label);
    button.addEventListener("click", () => run([session]));
    return button;
  }))];
}

/** @param {Session} session @returns {import("../preview.js").Shown} */
function previewOf(session) {
  const caption = whoAndWhere(session);
  const { id } = session;
  return { key: id, path: `sessions/${id}/picture`, label: `Screen of ${caption}`, caption };
}

/**
 * All that is known of a session, with what it shows, which follows what changes.
 * @param {Session} opened @param {Context} context @param {readonly import("../panel.js").Action<Session>[]} actions
 */
function openDetails(opened, context, actions) {
  const title = whoAndWhere(opened);
  const { id } = opened;
  const picture = context.may("sessions.watch")
    ? new LivePicture({ path: `sessions/${id}/picture`, label: `Screen of ${title}`, nothing: "No picture. Native clients send none.", pause: 3000 })
    : null;
  context.drawer.open(() => {
    const session = context.state.sessions.get(id);
    return session ? { title, picture: picture?.element, facts: factsOf(session, context), more: buttons(actions, session) } : null;
  }, () => picture?.close());
}

/** @param {readonly string[]} rights */
function rightsText(rights) {
  if (rights.length === 6) return "everything";
  return rights.length === 1 ? "view only" : rights.join(", ");
}
