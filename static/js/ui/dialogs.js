// @ts-check
// Questions in front of the page: yes or no, and forms. Esc is no.

import { Problem, UNWRITTEN } from "./api.js";
import { make } from "./dom.js";

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {string} [hint]
 * @property {"text" | "password" | "number" | "textarea" | "select" | "checks"} [kind] text without it
 * @property {string | readonly string[]} [value] of checks: those that are ticked
 * @property {readonly (readonly [string, string])[]} [options] of select and checks: value and label
 * @property {boolean} [required]
 * @property {boolean} [fixed] shown, not to be changed
 * @property {string} [autocomplete]
 */

/** Another button, which changes nothing. @typedef {{label: string, run: (answers: Answers) => Promise<string>}} Trial */
/** @typedef {Record<string, string | string[]>} Answers by the fields' names; of checks, those that are ticked */

/**
 * @param {{title: string, text: string, action: string, danger?: boolean}} question
 * @returns {Promise<boolean>}
 */
export async function ask(question) {
  return (await askForm({ ...question, fields: [], onsubmit: async () => {} })) !== null;
}

/**
 * The form stays until `onsubmit` succeeds; what it throws is told at the fields.
 * @param {{title: string, text?: string, action: string, danger?: boolean, fields: readonly Field[],
 *   onsubmit: (answers: Answers) => Promise<void>, trial?: Trial}} wanted
 * @returns {Promise<Answers | null>} null: it was left
 */
export function askForm({ title, text = "", action, danger = false, fields, onsubmit, trial }) {
  const heading = make("h2", { id: "dialog-title" }, title);
  const trouble = make("p", { class: "form-error", role: "alert", hidden: true });
  const inputs = fields.map(makeField);
  const submit = make("button", { class: `button ${danger ? "danger" : "primary"}`, type: "submit" }, action);
  const cancel = make("button", { class: "button", type: "button" }, "Cancel");
  const form = make("form", { class: "form", method: "dialog", novalidate: fields.length === 0 },
    heading, text ? make("p", {}, text) : null, trouble, ...inputs.map(({ element }) => element),
    make("div", { class: "dialog-actions" }, submit, ...(trial ? makeTrial(trial, () => answersOf(inputs)) : []), cancel));
  const dialog = make("dialog", { class: "dialog", "aria-labelledby": "dialog-title" }, form);
  return new Promise((resolve) => {
    /** @type {Answers | null} */
    let answers = null;
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answers);
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      submit.disabled = true;
      const given = answersOf(inputs);
      const error = await onsubmit(given).then(() => null, (/** @type {unknown} */ reason) => reason);
      submit.disabled = false;
      if (error) return tell(error, trouble, inputs);
      answers = given;
      dialog.close();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** @param {readonly Made[]} inputs @returns {Answers} */
function answersOf(inputs) {
  return Object.fromEntries(inputs.map(({ field, read }) => [field.name, read()]));
}

/** @param {Trial} trial @param {() => Answers} answers @returns {HTMLElement[]} */
function makeTrial({ label, run }, answers) {
  const said = make("p", { class: "hint trial", role: "status" });
  const button = make("button", { class: "button", type: "button" }, label);
  button.addEventListener("click", async () => {
    said.textContent = "One moment…";
    said.textContent = await run(answers()).catch(sentenceOf);
    said.scrollIntoView({ block: "nearest" });
  });
  return [button, said];
}

/** Has what a full disk has not taken yet told to the person, once however much they do at a time. */
export function tellUnwritten() {
  /** @type {HTMLDialogElement | null} */
  let open = null;
  window.addEventListener(UNWRITTEN, (event) => {
    if (open) return;
    const done = make("button", { class: "button primary", type: "button" }, "I know");
    const dialog = (open = make("dialog", { class: "dialog", role: "alertdialog", "aria-labelledby": "unwritten-title", "aria-describedby": "unwritten-text" },
      make("div", { class: "form" }, make("h2", { id: "unwritten-title" }, "Done, but not written down"),
        make("p", { id: "unwritten-text" }, /** @type {CustomEvent<string>} */ (event).detail), make("div", { class: "dialog-actions" }, done))));
    done.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      open = null;
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * Something that is shown once.
 * @param {{title: string, text: string, secret: string}} shown
 * @returns {Promise<void>} when it was read
 */
export function showSecret({ title, text, secret }) {
  const value = make("input", { readonly: true, value: secret, "aria-label": title, class: "secret" });
  const copy = make("button", { class: "button primary", type: "button", hidden: !navigator.clipboard }, "Copy");
  const done = make("button", { class: "button", type: "button" }, "Done");
  const dialog = make("dialog", { class: "dialog", "aria-labelledby": "dialog-title" },
    make("div", { class: "form" }, make("h2", { id: "dialog-title" }, title), make("p", {}, text), value,
      make("div", { class: "dialog-actions" }, copy, done)));
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(secret);
    copy.textContent = "Copied";
  });
  done.addEventListener("click", () => dialog.close());
  value.addEventListener("focus", () => value.select());
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * @param {unknown} error
 * @param {HTMLElement} trouble where the sentence stands
 * @param {readonly Made[]} inputs
 */
function tell(error, trouble, inputs) {
  trouble.textContent = sentenceOf(error);
  trouble.hidden = false;
  const named = error instanceof Problem ? error.fields : {};
  for (const { field, element, input } of inputs) {
    const mistake = named[field.name] ?? Object.entries(named).find(([name]) => name.startsWith(`${field.name}.`))?.[1];
    input.toggleAttribute("aria-invalid", mistake !== undefined);
    element.querySelector(".field-error")?.remove();
    if (mistake) element.append(make("p", { class: "field-error" }, mistake));
  }
  (inputs.find(({ input }) => input.hasAttribute("aria-invalid"))?.input ?? inputs[0]?.input)?.focus();
}

/** @param {unknown} error @returns {string} */
export function sentenceOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** @typedef {{field: Field, element: HTMLElement, input: HTMLElement, read: () => string | string[]}} Made */

/** @param {Field} field @returns {Made} */
function makeField(field) {
  if (field.kind === "checks") return makeChecks(field);
  const id = `field-${field.name}`;
  const shared = {
    id, name: field.name, required: field.required, autocomplete: field.autocomplete ?? "off",
    "aria-describedby": field.hint ? `${id}-hint` : null,
  };
  const input = makeInput(field, shared);
  const hint = field.hint ? make("p", { class: "hint", id: `${id}-hint` }, field.hint) : null;
  const element = make("div", { class: "field" }, make("label", { for: id }, field.label), input, hint);
  return { field, element, input, read: () => input.value };
}

/** @param {Field} field @param {Record<string, any>} shared */
function makeInput({ kind = "text", value = "", options = [], fixed }, shared) {
  if (kind === "select") {
    const choices = options.map(([choice, label]) => make("option", { value: choice, selected: choice === value }, label));
    return make("select", { ...shared, disabled: fixed }, ...choices);
  }
  if (kind === "textarea") return make("textarea", { ...shared, rows: 3, readonly: fixed }, String(value));
  return make("input", { ...shared, type: kind, value: String(value), readonly: fixed, spellcheck: "false", autocapitalize: "none" });
}

/** @param {Field} field @returns {Made} */
function makeChecks({ options = [], value = [], ...field }) {
  const boxes = options.map(([choice]) => make("input", { type: "checkbox", name: field.name, value: choice, checked: value.includes(choice) }));
  const labels = options.map(([, label], index) => make("label", { class: "choice" }, boxes[index], label));
  const hint = field.hint ? make("p", { class: "hint" }, field.hint) : null;
  const element = make("fieldset", { class: "field" }, make("legend", {}, field.label), ...labels, hint);
  return { field, element, input: boxes[0], read: () => boxes.filter((box) => box.checked).map((box) => box.value) };
}
