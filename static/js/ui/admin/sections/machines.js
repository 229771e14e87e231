// @ts-check
// Machines: those of the configuration to look at, those of the store also to change.

import { call, get } from "../../api.js";
import { ask, askForm } from "../../dialogs.js";
import { gatewayNow } from "../../gateway_clock.js";
import { make } from "../../dom.js";
import { bytesText } from "../../numbers.js";
import { sitePath } from "../../site.js";
import { momentText, shortSpan } from "../../times.js";
import { Panel } from "../panel.js";
import { checkupFacts, checkupText, faultOf } from "./checkup.js";
import { draftOf, machineFields } from "./machine_form.js";

/** @typedef {import("../context.js").Context} Context */
/** @typedef {import("../shapes.js").Machine} Machine */

const STATES = { up: "Up", away: "Not reachable", unknown: "Not asked yet" };

/** @param {Context} context @returns {import("../context.js").Section} */
export function machinesSection(context) {
  const { state, drawer } = context;
  const actions = actionsOf(context);
  const panel = new Panel({
    id: "machines",
    title: "Machines",
    noun: "machine",
    tools: context.may("machines.change") ? [button("Add a machine", () => addMachine(context), "primary")] : [],
    filterHint: "Filter by name, label, group or address",
    columns: columns(context),
    rows: { key: ({ name }) => name, words: wordsOf },
    order: { sort: "title" },
    actions,
    empty: () => (context.may("machines.change")
      ? [make("p", {}, "There is no machine yet."), button("Add a machine", () => addMachine(context), "primary")]
      : [make("p", {}, "There is no machine yet. An administrator adds machines.")]),
    onopen: ({ name }) => drawer.open(() => {
      const machine = state.machines.get(name);
      return machine ? { title: machine.title, facts: factsOf(machine), more: buttons(actions, machine) } : null;
    }),
  });
  return {
    id: "machines",
    title: "Machines",
    element: panel.element,
    onchange: () => panel.set(state.machines.values()),
    find: (query) => panel.setQuery(query),
    query: () => panel.query,
  };
}

/** @param {Context} context @returns {import("../grid.js").Column<Machine>[]} */
function columns({ state }) {
  /** @param {Machine} machine bytes a second of all its channels */
  const rate = ({ name, channels }) => channels.reduce((sum, { type, id }) => {
    const { in: received, out } = state.channelRates.rate(`${name}/${type}/${id}`);
    return sum + received + out;
  }, 0);
  return [
    { id: "title", label: "Machine", value: ({ title }) => title },
    { id: "state", label: "State", value: ({ state: is }) => STATES[is], draw: drawState },
    { id: "since", label: "For", value: ({ since }) => since, text: ({ since }) => shortSpan((gatewayNow() - Date.parse(since)) / 1000) },
    { id: "sessions", label: "Sessions", value: ({ sessions }) => sessions, number: true },
    { id: "rate", label: "Bytes/s", value: rate, text: (machine) => `${bytesText(rate(machine))}/s`, number: true },
    { id: "address", label: "Address", value: ({ address }) => address, minor: true },
    { id: "groups", label: "Groups", value: ({ groups }) => groups.join(", "), minor: true },
    { id: "labels", label: "Labels", value: ({ labels }) => labelTexts(labels).join(", "), minor: true },
    { id: "origin", label: "From", value: ({ origin }) => originText(origin), minor: true },
  ];
}

/** @param {Context} context @returns {import("../panel.js").Action<Machine>[]} */
function actionsOf(context) {
  /** @param {Machine} machine */
  const isOurs = ({ origin }) => origin === "store";
  return [
    { label: "Open", single: true, run: ([{ name }]) => location.assign(sitePath(`/m/${encodeURIComponent(name)}`)) },
    ...(context.may("machines.test") ? [{ label: "Test", run: (/** @type {Machine[]} */ machines) => test(context, machines) }] : []),
    ...(context.may("machines.change") ? [
      { label: "Edit", single: true, possible: isOurs, run: (/** @type {Machine[]} */ [machine]) => editMachine(context, machine) },
      { label: "Remove", danger: true, possible: isOurs, run: (/** @type {Machine[]} */ machines) => removeMachines(context, machines) },
    ] : []),
  ];
}

/** @param {Context} context */
async function addMachine(context) {
  let name = "";
  const added = await askForm({
    title: "Add a machine",
    text: "It is there at once. Its password stays in a file or variable on the gateway's computer.",
    action: "Add",
    fields: machineFields(null),
    trial: { label: "Test first", run: testDraft },
    onsubmit: async (answers) => {
      name = String(answers.name);
      await call("POST", "machines", { name, ...draftOf(answers) });
    },
  });
  if (added) context.toast.show(`${name} is added.`);
}

/** @param {import("../../dialogs.js").Answers} answers */
async function testDraft(answers) {
  return checkupText(await call("POST", "machines/test", { name: answers.name || "new", ...draftOf(answers) }));
}

/** @param {Context} context @param {Machine} machine */
async function editMachine(context, { name }) {
  await context.attempt(async () => {
    /** @type {Machine} */
    const machine = await get(`machines/${encodeURIComponent(name)}`);
    await askForm({
      title: `Edit ${machine.title}`,
      text: "Sessions that run go on; new ones get the new address.",
      action: "Save",
      fields: machineFields(machine),
      onsubmit: async (answers) => {
        await call("PUT", `machines/${encodeURIComponent(name)}`, { version: machine.stored?.version, ...draftOf(answers) });
      },
    });
  });
}

/** @param {Context} context @param {Machine[]} machines */
async function removeMachines(context, machines) {
  const what = machines.length === 1 ? machines[0].title : `${machines.length} machines`;
  const text = `${what} will be taken out of the gateway: its sessions end, its tickets go. The machine itself is not touched.`;
  if (!await ask({ title: "Remove?", text, action: "Remove", danger: true })) return;
  await context.act(machines, ({ name }) => call("DELETE", `machines/${encodeURIComponent(name)}`), "removed");
}

/** @param {Context} context @param {Machine[]} machines */
async function test(context, machines) {
  if (machines.length > 1) {
    return context.act(machines, async ({ name }) => {
      const found = await call("POST", `machines/${encodeURIComponent(name)}/test`);
      if (!found.ok) throw new Error(`${name}: ${faultOf(found)}`);
    }, "can be reached");
  }
  const [{ name, title }] = machines;
  context.toast.show(`Asking ${title}…`);
  await context.attempt(async () => {
    const found = await call("POST", `machines/${encodeURIComponent(name)}/test`);
    context.toast.hide();
    context.drawer.open(() => ({ title: `${title} ${found.ok ? "works" : "does not work"}`, facts: checkupFacts(found) }));
  });
}

/** @param {HTMLElement} cell @param {Machine} machine */
function drawState(cell, { state, error }) {
  const text = STATES[state];
  if (cell.dataset.state === state && cell.title === (error || text)) return;
  cell.dataset.state = state;
  cell.title = error || text;
  cell.replaceChildren(make("span", { class: "state" }, text));
}

/** @param {Machine} machine @returns {import("../drawer.js").Fact[]} */
function factsOf(machine) {
  return [
    ["Name", machine.name],
    ["State", `${STATES[machine.state]} since ${momentText(machine.since)}`],
    ...(machine.error ? [/** @type {const} */ (["Why", machine.error])] : []),
    ["Address", machine.address],
    ["Sessions", machine.sessions],
    ["Groups", machine.groups],
    ["Labels", labelTexts(machine.labels)],
    ["Channels", machine.channels.map(({ type, id }) => `${type} ${id}`)],
    ["Comes from", `${originText(machine.origin)}${machine.origin === "config" ? ": change it in spicegate.toml and reload" : ""}`],
  ];
}

/** @param {Record<string, string>} labels */
function labelTexts(labels) {
  return Object.entries(labels).map(([name, value]) => (value ? `${name}: ${value}` : name));
}

/** @param {Machine} machine */
function wordsOf(machine) {
  const { name, title, address, groups, labels, origin, state, error } = machine;
  return [name, title, address, groups.join(" "), labelTexts(labels).join(" "), originText(origin), STATES[state], error].join(" ");
}

/** @param {string} origin */
function originText(origin) {
  return origin === "config" ? "configuration" : "dashboard";
}

/** @param {string} label @param {() => unknown} run @param {string} [kind] */
function button(label, run, kind = "") {
  const made = make("button", { type: "button", class: `button ${kind}` }, label);
  made.addEventListener("click", run);
  return made;
}

/** @param {readonly import("../panel.js").Action<Machine>[]} actions @param {Machine} machine */
function buttons(actions, machine) {
  return [make("p", { class: "dialog-actions" }, ...actions.filter(({ possible }) => possible?.(machine) ?? true)
    .map(({ label, danger, run }) => button(label, () => run([machine]), danger ? "danger" : "")))];
}
