// @ts-check
// The account page: wiring only.

import { Account } from "./ui/account/account.js";
import { tellUnwritten } from "./ui/dialogs.js";

tellUnwritten();
const place = document.querySelector("#account");
const form = /** @type {HTMLFormElement | null} */ (document.querySelector(".password-form"));
if (place && form) new Account(/** @type {HTMLElement} */ (place), form).open();
