// template/ as a user takes it: copied, the packed package installed, its own commands run.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startDependent } from "./dependent.mjs";
import { freePort } from "./servers.mjs";
import { installed, root, succeed } from "./setup.mjs";

const env = { PATH: `${join(root, "node_modules", ".bin")}:${process.env.PATH}` };

test("the template deploys and runs", async (t) => {
  const home = await installed();
  const project = mkdtempSync(join(tmpdir(), "edge-otp-template-"));
  t.after(() => rmSync(project, { recursive: true, force: true }));
  cpSync(join(root, "template"), project, { recursive: true });
  cpSync(join(home, "node_modules"), join(project, "node_modules"), {
    recursive: true,
    verbatimSymlinks: true,
  });

  await t.test("wrangler deploy bundles it", async () => {
    const output = await succeed("npm", ["run", "deploy", "--", "--dry-run"], { cwd: project, env });
    assert.match(output, /env\.GUARD/);
    assert.match(output, /env\.OTP_KV/);
  });

  await t.test("wrangler dev serves it", async (t) => {
    await succeed("npm", ["run", "connector"], { cwd: project, env });
    const port = await freePort();
    const args = ["run", "dev", "--", "--ip", "127.0.0.1", "--port", String(port)];
    const { child: dev, stop } = startDependent("npm", args, {
      cwd: project,
      env: { ...env, WRANGLER_SEND_METRICS: "false", CI: "1" },
    });
    t.after(stop);
    let log = "";
    for (const stream of [dev.stdout, dev.stderr]) stream.on("data", (chunk) => (log += chunk));
    const call = (path, body, key = "development-api-key") =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        signal: AbortSignal.timeout(10_000),
        method: body ? "POST" : "GET",
        headers: { authorization: `Bearer ${key}`, ...(body ? { "content-type": "application/json" } : {}) },
        body: body && JSON.stringify(body),
      });
    for (let tries = 0; ; tries += 1) {
      if ((await call("/health").catch(() => undefined))?.status === 200) break;
      assert.ok(tries < 300 && dev.exitCode === null, `it does not answer:\n${log}`);
      await sleep(100);
    }
    const request = { phone: "+14155550123", usageType: "SignIn" };
    const sent = await (await call("/send", request)).json();
    assert.equal(sent.status, "sent", JSON.stringify(sent));
    let code;
    for (let tries = 0; !code && tries < 100; tries += 1) {
      await sleep(50);
      code = /(\d{6}) is your sign-in code/.exec(log)?.[1];
    }
    assert.ok(code, `no message in the terminal:\n${log}`);
    const verified = await (await call("/verify", { ...request, code })).json();
    assert.equal(verified.verified, true, JSON.stringify(verified));
    assert.equal((await call("/console")).status, 200);
    assert.equal((await call("/api/connectors", undefined, "development-admin-key")).status, 200);
  });
});
