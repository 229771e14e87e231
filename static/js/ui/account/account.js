// @ts-check
// One's own log-ins, API keys, tickets and password.

import { call, get, getAll } from "../api.js";
import { askForm, sentenceOf, showSecret } from "../dialogs.js";
import { make } from "../dom.js";
import { Toast } from "../notices.js";
import { forEachRow } from "../admin/many.js";
import { Panel } from "../admin/panel.js";
import { keyKind, loginKind, ticketKind } from "./kinds.js";

const DAY = 86_400;
/** @type {readonly (readonly [string, string])[]} */
const EXPIRES = [[String(30 * DAY), "In 30 days"], [String(90 * DAY), "In 90 days"], [String(365 * DAY), "In a year"], ["", "Never"]];
/** @type {readonly (readonly [string, string])[]} */
const SCOPES = [["read", "read: see what you may see"], ["operate", "operate: also tickets, sessions, tests"], ["admin", "admin: everything that you may do"]];

export class Account {
  #place;
  #form;
  #toast = new Toast();
  #logins = new Panel(loginKind((rows) => this.#end("me/sessions", rows, this.#loadLogins)));
  #tickets = new Panel(ticketKind((rows) => this.#end("tickets", rows, this.#loadTickets)));
  #keys;

  /** @param {HTMLElement} place @param {HTMLFormElement} form that changes the password */
  constructor(place, form) {
    this.#place = place;
    this.#form = form;
    const create = make("button", { type: "button", class: "button" }, "New key");
    create.addEventListener("click", () => this.#makeKey());
    this.#keys = new Panel(keyKind((rows) => this.#end("me/keys", rows, this.#loadKeys), [create]));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#changePassword();
    });
  }

  async open() {
    document.body.append(this.#toast.element);
    try {
      const { permissions } = await get("me");
      const mayKeys = permissions.includes("keys");
      this.#place.append(this.#logins.element, ...(mayKeys ? [this.#keys.element] : []), this.#tickets.element);
      await Promise.all([this.#loadLogins(), this.#loadTickets(), ...(mayKeys ? [this.#loadKeys()] : [])]);
    } catch (error) {
      this.#place.append(make("p", { class: "form-error", role: "alert" }, sentenceOf(error)));
    }
  }

  /** @returns {Promise<void>} */
  #loadLogins = async () => this.#logins.set(await getAll("me/sessions"));
  /** @returns {Promise<void>} */
  #loadKeys = async () => this.#keys.set(await getAll("me/keys"));
  /** @returns {Promise<void>} */
  #loadTickets = async () => this.#tickets.set(await getAll("tickets", 500));

  /** @param {string} path @param {readonly {id: number}[]} rows @param {() => Promise<void>} reload */
  async #end(path, rows, reload) {
    const faults = await forEachRow(rows, ({ id }) => call("DELETE", `${path}/${id}`));
    if (faults.length) this.#toast.show(sentenceOf(faults[0]));
    await reload().catch((error) => this.#toast.show(sentenceOf(error)));
  }

  async #makeKey() {
    let secret = "";
    const made = await askForm({
      title: "New API key",
      action: "Make the key",
      fields: [
        { name: "name", label: "What it is for", required: true, hint: "For example: nightly backup" },
        { name: "scopes", label: "What it may do", kind: "checks", options: SCOPES, value: ["read"] },
        { name: "expires_in", label: "Expires", kind: "select", options: EXPIRES, value: EXPIRES[1][0] },
      ],
      onsubmit: async ({ name, scopes, expires_in }) => {
        secret = (await call("POST", "me/keys", { name, scopes, expires_in: expires_in ? Number(expires_in) : null })).secret;
      },
    });
    if (!made) return;
    await this.#loadKeys();
    await showSecret({ title: "Your new API key", text: "Copy it now: it is shown this once. Programs send it as “Authorization: Bearer …”.", secret });
  }

  async #changePassword() {
    const form = this.#form;
    const trouble = /** @type {HTMLElement} */ (form.querySelector(".form-error"));
    const given = new FormData(form);
    try {
      if (given.get("new") !== given.get("again")) throw new Error("The two new passwords are not the same.");
      const { ended } = await call("POST", "me/password", { old: given.get("old"), new: given.get("new") });
      form.reset();
      trouble.hidden = true;
      this.#toast.show(`The password is changed; ${ended} other log-in${ended === 1 ? "" : "s"} ended.`);
      await this.#loadLogins();
    } catch (error) {
      trouble.textContent = sentenceOf(error);
      trouble.hidden = false;
    }
  }
}

