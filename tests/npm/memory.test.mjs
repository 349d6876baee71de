// 100,000 sends and verifies in one process: neither the JavaScript heap nor the wasm's memory may grow with them.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { installed, succeed, tool } from "./setup.mjs";

const MIB = 1024 * 1024;

test("memory stays flat over 100,000 sends and verifies", async (t) => {
  const home = await installed();
  const output = await succeed(tool("node"), ["--expose-gc", join(home, "many.mjs")], {
    cwd: home,
    timeout: 900_000,
  });
  const samples = JSON.parse(output.trim().split("\n").at(-1));
  for (const { done, heap, wasm, rss, seconds } of samples) {
    const mib = (bytes) => `${(bytes / MIB).toFixed(2)} MiB`;
    t.diagnostic(`${done}: heap ${mib(heap)}, wasm ${mib(wasm)}, rss ${mib(rss)}, ${seconds.toFixed(1)} s`);
  }
  // The first tenth fills caches and lets the compiler settle.
  const [first, last] = [samples[1], samples.at(-1)];
  assert.equal(last.done, 100_000);
  assert.equal(last.wasm, first.wasm, "the wasm's memory does not grow");
  assert.ok(last.heap - first.heap < 1 * MIB, `the heap grew by ${last.heap - first.heap} bytes`);
  assert.ok(last.rss - first.rss < 48 * MIB, `the process grew by ${last.rss - first.rss} bytes`);
});
