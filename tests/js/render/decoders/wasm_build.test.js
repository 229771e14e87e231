// Whether the sources make it byte for byte is asked in tests/record/test_wasm.py, where the compiler is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";

test("the WebAssembly module asks its page for nothing", () => {
  const bytes = readFileSync(new URL("../../../../static/wasm/decoders.wasm", import.meta.url));
  assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(bytes)), []);
});
