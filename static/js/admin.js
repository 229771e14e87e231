// @ts-check
// The dashboard's page: wiring only.

import { Dashboard } from "./ui/admin/dashboard.js";
import { tellUnwritten } from "./ui/dialogs.js";

tellUnwritten();
const place = /** @type {HTMLElement | null} */ (document.querySelector("#dashboard"));
const status = /** @type {HTMLElement | null} */ (document.querySelector(".live"));
if (place && status) new Dashboard(place, status).open(Number(place.dataset.passwordLength));
