// For Node, Deno, Bun, browsers and every bundler: the wasm travels inside a module, as text with one character per
// byte. No file has to be found, copied or fetched, so this works from a bundle as it does from node_modules, and at
// once: no top-level await.
import text, { shift } from "../dist/wasm.js";
import { provide } from "../lib/engine.js";

provide(() => {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = text.charCodeAt(at) - shift;
  return bytes;
});

export * from "../lib/index.js";
