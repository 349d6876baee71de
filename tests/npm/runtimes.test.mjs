// The packed package in every runtime, as installed from its tarball: Node 20 and later (import and require), Deno, Bun,
// Vercel's edge runtime, Chromium.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { inChromium } from "./chromium.mjs";
import { inEdgeRuntime } from "./edge-light.mjs";
import { allPassed, installed, nodes, outcomeOf, succeed, tool } from "./setup.mjs";

let home;
before(async () => {
  home = await installed();
});

const suite = async (program, ...args) => allPassed(outcomeOf(await succeed(program, args, { cwd: home })));

test("Node, by import and by require", async (t) => {
  const seen = new Set();
  for (const node of nodes().filter(existsSync)) {
    const version = (await succeed(node, ["--version"])).trim();
    if (seen.has(version)) continue;
    seen.add(version);
    await t.test(`Node ${version}, import`, () => suite(node, "main.mjs"));
    await t.test(`Node ${version}, require`, () => suite(node, "main.cjs"));
    // Without require(esm) the CommonJS twins serve.
    await t.test(`Node ${version}, require of CommonJS only`, () =>
      suite(node, "--no-experimental-require-module", "main.cjs"),
    );
  }
  const majors = [...seen].map((version) => Number(/\d+/.exec(version)[0]));
  assert.ok(majors.includes(20), "Node 20 is among them");
  assert.ok(Math.max(...majors) >= 22, "Node 22 or later is among them");
});

test("Deno", async (t) => {
  t.diagnostic((await succeed(tool("deno"), ["--version"])).split("\n")[0]);
  await suite(tool("deno"), "run", "--node-modules-dir=manual", "--no-remote", "main.mjs");
});

test("Bun", async (t) => {
  t.diagnostic(`bun ${(await succeed(tool("bun"), ["--version"])).trim()}`);
  await suite(tool("bun"), "run", "main.mjs");
  await suite(tool("bun"), "run", "main.cjs");
});

test("Vercel's edge runtime", async () => {
  allPassed(await inEdgeRuntime(join(home, "page.mjs")));
});

test("Chromium, its modules unbundled", async (t) => {
  const outcome = await inChromium(t, home, {
    module: "/page.mjs",
    imports: {
      "edge-otp": "/node_modules/edge-otp/entry/default.js",
      "edge-otp/guards": "/node_modules/edge-otp/guards.js",
    },
  });
  if (outcome) allPassed(outcome);
});
