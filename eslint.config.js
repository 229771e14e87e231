// The rules of the browser's modules: the recommended ones, and those that keep a module readable.
import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    files: ["static/js/**/*.js"],
    languageOptions: {
      ecmaVersion: 2023,
      sourceType: "module",
      globals: { ...globals.browser, ...globals.worker },
    },
    rules: {
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "max-lines": ["error", { max: 600, skipComments: true }],
      "max-lines-per-function": ["error", { max: 80, skipComments: true, skipBlankLines: true }],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  {
    // Pure protocol code runs without a page: it may not name the DOM.
    files: ["static/js/spice/**/*.js"],
    languageOptions: { globals: { ...globals["shared-node-browser"] } },
    rules: { "no-restricted-globals": ["error", "window", "document"] },
  },
  { files: ["static/js/**/*.gen.js"], rules: { "max-lines": "off" } },
  {
    files: ["tests/js/**/*.js"],
    languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: { ...globals.node } },
    rules: { eqeqeq: "error", "prefer-const": "error" },
  },
];
