// The first commands of README.md as they are printed there: npm start, a code by SMS, its verification.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { readCommands } from "../../scripts/documents.mjs";
import { root } from "../../scripts/steps.mjs";
import { startDependent } from "../npm/dependent.mjs";
import { freePort } from "../npm/servers.mjs";

const readmeAddress = "http://127.0.0.1:8787";
const readmeCode = "173619";

/** Waits until a text appears in what a process prints. */
const untilPrinted = async (child, log, pattern) => {
  for (;;) {
    const found = pattern.exec(log.text);
    if (found) return found;
    assert.equal(child.exitCode, null, `npm start has ended:\n${log.text}`);
    await sleep(50);
  }
};

test("the README's first commands send a code and verify it", { timeout: 900_000 }, async (t) => {
  const commands = readCommands("README.md").map(({ command }) => command);
  const [start, send, verify] = [
    "npm start",
    `curl -s ${readmeAddress}/send`,
    `curl -s ${readmeAddress}/verify`,
  ].map((wanted) => commands.find((command) => command.startsWith(wanted)));
  assert.ok(start && send && verify?.includes(readmeCode), commands.join("\n"));
  const folder = mkdtempSync(join(tmpdir(), "edge-otp-start-"));
  const port = String(await freePort());
  const address = `http://127.0.0.1:${port}`;
  const { child, stop } = startDependent("sh", ["-c", start], {
    cwd: root,
    env: { PORT: port, STATE_FOLDER: folder, CI: "1" },
  });
  t.after(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const log = { text: "" };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (log.text += chunk));
  await untilPrinted(child, log, /edge-otp is up/);
  const [, consoleAddress, file] = await untilPrinted(child, log, /Console: (\S+), .* ADMIN_KEY in (\S+)/);
  assert.match(readFileSync(file, "utf8"), /^ADMIN_KEY="[^"]{16,}"$/m);
  assert.equal((await fetch(consoleAddress)).status, 200);
  const page = await fetch(address, { headers: { accept: "text/html" } });
  assert.match(await page.text(), /href="\/console"/);

  const [, key] = /^API_KEYS="?([^",\s]+)/m.exec(readFileSync(join(root, ".dev.vars"), "utf8"));
  const run = async (command) => {
    const local = command.replace(readmeAddress, address);
    const env = { ...process.env, KEY: key };
    const { stdout } = await promisify(execFile)("sh", ["-c", local], { env, encoding: "utf8" });
    return JSON.parse(stdout);
  };
  const sent = await run(send);
  assert.equal(sent.status, "sent", JSON.stringify(sent));
  const [, code] = await untilPrinted(child, log, /mock SMS .*"code":"(\d{6})"/);
  const verified = await run(verify.replace(readmeCode, code));
  assert.equal(verified.verified, true, JSON.stringify(verified));
});
