// @ts-check
// A machine as a form, and back.

/** @typedef {import("../shapes.js").Machine} Machine */

/** @param {Machine | null} machine null: a new one @returns {import("../../dialogs.js").Field[]} */
export function machineFields(machine) {
  const options = machine?.stored?.options ?? {};
  return [
    { name: "name", label: "Name", required: true, value: machine?.name ?? "", fixed: machine !== null, hint: "Letters, digits, . _ and -; it is part of the machine's link." },
    { name: "url", label: "Address", required: true, value: machine?.address ?? "", hint: "spice://host:5900, spice+tls://host:5901, spice+unix:///path or spice+ws://host:5959" },
    { name: "title", label: "Title", value: options.title ?? "", hint: "What people read; the name without it." },
    { name: "groups", label: "Groups", value: machine?.groups.join(", ") ?? "", hint: "Separated by commas. People are granted rights in groups." },
    { name: "labels", label: "Labels", kind: "textarea", value: labelLines(machine?.labels ?? {}), hint: "One a line, for example: os = Debian" },
    { name: "password_file", label: "Password file", value: options.password_file ?? "", hint: "A file's name in the directory of the machines' secrets." },
    { name: "password_env", label: "… or variable", value: options.password_env ?? "", hint: "An environment variable that begins with SPICEGATE_MACHINE_." },
    { name: "ca_file", label: "CA file", value: options.ca_file ?? "", hint: "For TLS with an authority of your own; beside the password files." },
    { name: "host_subject", label: "Certificate's subject", value: options.host_subject ?? "", hint: "As libvirt and Proxmox give it: O=Example,CN=vm1.example.net" },
  ];
}

/**
 * @param {import("../../dialogs.js").Answers} answers
 * @returns {{url: string, groups: string[], labels: Record<string, string>, options: Record<string, string | null>}}
 */
export function draftOf(answers) {
  /** @param {string} name */
  const text = (name) => String(answers[name] ?? "").trim();
  const names = ["title", "password_file", "password_env", "ca_file", "host_subject"];
  return {
    url: text("url"),
    groups: text("groups").split(",").map((group) => group.trim()).filter(Boolean),
    labels: labelsOf(text("labels")),
    options: Object.fromEntries(names.map((name) => [name, text(name) || null])),
  };
}

/** @param {string} lines `name = value` each; a name alone has an empty value @returns {Record<string, string>} */
export function labelsOf(lines) {
  const pairs = lines.split("\n").map((line) => line.split("=")).map(([name, ...value]) => /** @type {const} */ ([name.trim(), value.join("=").trim()]));
  return Object.fromEntries(pairs.filter(([name]) => name !== ""));
}

/** @param {Record<string, string>} labels */
function labelLines(labels) {
  return Object.entries(labels).map(([name, value]) => (value ? `${name} = ${value}` : name)).join("\n");
}
