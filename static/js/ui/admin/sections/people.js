// @ts-check
// People: users with their roles, and what roles and users may do in each group of machines.

import { call, getAll } from "../../api.js";
import { ask, askForm } from "../../dialogs.js";
import { make } from "../../dom.js";
import { momentText } from "../../times.js";
import { Panel } from "../panel.js";

/** @typedef {import("../context.js").Context} Context */
/** @typedef {{id: number, name: string, role: string, origin: string, disabled: boolean, created_at: string, last_login_at: string | null}} User */
/** @typedef {{id: number, role: string | null, user_id: number | null, group: string, rights: string[]}} Grant */

/** @type {readonly (readonly [string, string])[]} */
const ROLES = [["admin", "admin: everything"], ["operator", "operator: watches and acts, changes no people"], ["user", "user: opens machines"], ["viewer", "viewer: sees machines, no more"]];
/** @type {readonly (readonly [string, string])[]} */
const RIGHTS = [["view", "View: see and hear"], ["control", "Control: keyboard, pointer, microphone"], ["clipboard_in", "Paste into the machine"], ["clipboard_out", "Copy out of the machine"], ["files", "Send files, share a folder"], ["devices", "USB, smartcards, printers"]];
const EVERY_GROUP = "*";

/** @param {Context} context @returns {import("../context.js").Section} */
export function peopleSection(context) {
  const people = new People(context);
  return {
    id: "people",
    title: "People",
    element: people.element,
    onshow: () => people.load(),
    onwritten: (resource) => {
      if ((resource === "users" || resource === "grants") && people.element.isConnected) people.load();
    },
    find: (query) => people.users.setQuery(query),
    query: () => people.users.query,
  };
}

class People {
  element = make("div");
  users;
  #grants;
  #context;
  /** @type {User[]} */
  #known = [];

  /** @param {Context} context */
  constructor(context) {
    this.#context = context;
    const may = context.may("people.change");
    this.users = new Panel(this.#userKind(may));
    this.#grants = new Panel(this.#grantKind(may));
    this.element.append(this.users.element, this.#grants.element);
  }

  async load() {
    await this.#context.attempt(async () => {
      const [users, grants] = await Promise.all([getAll("users"), getAll("grants")]);
      this.#known = users;
      this.users.set(users);
      this.#grants.set(grants);
    });
  }

  /** @param {boolean} may @returns {import("../panel.js").PanelKind<User>} */
  #userKind(may) {
    const isOther = (/** @type {User} */ { id }) => id !== this.#context.me.user_id;
    return {
      id: "people",
      title: "Users",
      noun: "user",
      tools: may ? [tool("Add a user", () => this.#addUser())] : [],
      columns: [
        { id: "name", label: "Name", value: ({ name }) => name },
        { id: "role", label: "Role", value: ({ role }) => role },
        { id: "state", label: "State", value: ({ disabled }) => (disabled ? "barred" : "may log in") },
        { id: "origin", label: "Log-in", value: ({ origin }) => (origin === "proxy" ? "by the proxy" : "password"), minor: true },
        { id: "last", label: "Last log-in", value: ({ last_login_at }) => last_login_at, text: ({ last_login_at }) => momentText(last_login_at) },
        { id: "created", label: "Since", value: ({ created_at }) => created_at, text: ({ created_at }) => momentText(created_at), minor: true },
      ],
      rows: { key: ({ id }) => String(id), words: ({ name, role, origin, disabled }) => `${name} ${role} ${origin} ${disabled ? "barred" : ""}` },
      order: { sort: "name" },
      actions: may ? [
        { label: "Edit", single: true, run: ([user]) => this.#editUser(user) },
        { label: "Password", single: true, possible: (user) => isOther(user) && user.origin === "local", run: ([user]) => this.#resetPassword(user) },
        { label: "Log out", possible: isOther, run: (users) => this.#logOut(users) },
        { label: "Remove", danger: true, possible: isOther, run: (users) => this.#removeUsers(users) },
      ] : [],
      empty: () => ["There is no user."],
      onopen: (user) => (may ? this.#editUser(user) : undefined),
    };
  }

  /** @param {boolean} may @returns {import("../panel.js").PanelKind<Grant>} */
  #grantKind(may) {
    return {
      id: "grants",
      title: "Grants",
      about: "What a role or a user may do at the machines of a group. Admins need none; who is granted nothing sees nothing.",
      noun: "grant",
      tools: may ? [tool("Add a grant", () => this.#setGrant(null))] : [],
      columns: [
        { id: "whom", label: "For", value: (grant) => this.#whom(grant) },
        { id: "group", label: "Group", value: ({ group }) => groupText(group) },
        { id: "rights", label: "Rights", value: ({ rights }) => rightsText(rights) },
      ],
      rows: { key: ({ id }) => String(id), words: (grant) => `${this.#whom(grant)} ${groupText(grant.group)} ${grant.rights.join(" ")}` },
      order: { sort: "whom" },
      actions: may ? [
        { label: "Edit", single: true, run: ([grant]) => this.#setGrant(grant) },
        { label: "Withdraw", danger: true, run: (grants) => this.#context.act(grants, ({ id }) => call("DELETE", `grants/${id}`), "withdrawn") },
      ] : [],
      empty: () => [make("p", {}, "Nobody but admins may open a machine."), ...(may ? [tool("Add a grant", () => this.#setGrant(null))] : [])],
      onopen: (grant) => (may ? this.#setGrant(grant) : undefined),
    };
  }

  /** @param {Grant} grant */
  #whom({ role, user_id }) {
    if (role) return `every ${role}`;
    return this.#known.find(({ id }) => id === user_id)?.name ?? `user ${user_id}`;
  }

  #addUser() {
    return askForm({
      title: "Add a user",
      action: "Add",
      fields: [
        { name: "name", label: "Name", required: true, hint: "Small letters, digits, and . _ @ - inside." },
        { name: "role", label: "Role", kind: "select", options: ROLES, value: "user" },
        { name: "password", label: "Password", kind: "password", required: true, autocomplete: "new-password", hint: `At least ${this.#context.passwordLength} characters. Tell it to them in person; they change it under “Account”.` },
      ],
      onsubmit: (answers) => call("POST", "users", answers),
    });
  }

  /** @param {User} user */
  #editUser(user) {
    return askForm({
      title: user.name,
      text: "What the user has open ends with the right to it.",
      action: "Save",
      fields: [
        { name: "role", label: "Role", kind: "select", options: ROLES, value: user.role },
        { name: "state", label: "Log-in", kind: "select", options: [["open", "May log in"], ["barred", "Barred"]], value: user.disabled ? "barred" : "open" },
      ],
      onsubmit: ({ role, state }) => call("PATCH", `users/${user.id}`, { role, disabled: state === "barred" }),
    });
  }

  /** @param {User} user */
  #resetPassword(user) {
    return askForm({
      title: `New password for ${user.name}`,
      text: "All their log-ins end.",
      action: "Set it",
      fields: [{ name: "new", label: "New password", kind: "password", required: true, autocomplete: "new-password", hint: `At least ${this.#context.passwordLength} characters.` }],
      onsubmit: (answers) => call("POST", `users/${user.id}/password`, answers),
    });
  }

  /** @param {User[]} users */
  #logOut(users) {
    return this.#context.act(users, ({ id }) => call("DELETE", `users/${id}/sessions`), users.length === 1 ? "user logged out" : "users logged out");
  }

  /** @param {User[]} users */
  async #removeUsers(users) {
    const what = users.length === 1 ? users[0].name : `${users.length} users`;
    const text = `${what} will be removed, with log-ins, keys, tickets and grants.`;
    if (!await ask({ title: "Remove?", text, action: "Remove", danger: true })) return;
    await this.#context.act(users, ({ id }) => call("DELETE", `users/${id}`), "removed");
  }

  /** @param {Grant | null} grant null: a new one */
  #setGrant(grant) {
    /** @type {[string, string][]} */
    const whom = [...ROLES.slice(1).map(([role]) => /** @type {[string, string]} */ ([`role:${role}`, `every ${role}`])),
      ...this.#known.map(({ id, name }) => /** @type {[string, string]} */ ([`user:${id}`, name]))];
    const groups = new Set([...this.#context.state.machines.values()].flatMap((machine) => machine.groups));
    const chosen = grant ? (grant.role ? `role:${grant.role}` : `user:${grant.user_id}`) : "role:user";
    return askForm({
      title: grant ? "Edit the grant" : "Add a grant",
      action: "Save",
      fields: [
        { name: "whom", label: "For", kind: "select", options: whom, value: chosen, fixed: grant !== null },
        { name: "group", label: "Group of machines", required: true, value: grant?.group ?? EVERY_GROUP, fixed: grant !== null, hint: `${EVERY_GROUP} is all machines.${groups.size ? ` Groups are: ${[...groups].join(", ")}.` : ""}` },
        { name: "rights", label: "Rights", kind: "checks", options: RIGHTS, value: grant?.rights ?? ["view"] },
      ],
      onsubmit: ({ whom: target, group, rights }) => {
        const [kind, value] = String(target).split(":");
        return call("PUT", "grants", { group, rights, ...(kind === "role" ? { role: value } : { user_id: Number(value) }) });
      },
    });
  }
}

/** @param {string} group */
function groupText(group) {
  return group === EVERY_GROUP ? "all machines" : group;
}

/** @param {readonly string[]} rights */
function rightsText(rights) {
  return rights.length === RIGHTS.length ? "everything" : rights.join(", ").replaceAll("_", " ") || "nothing";
}

/** @param {string} label @param {() => unknown} run */
function tool(label, run) {
  const button = make("button", { type: "button", class: "button" }, label);
  button.addEventListener("click", run);
  return button;
}
