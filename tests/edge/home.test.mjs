// GET / in a browser: links, or what is missing and how to set it. Every other client gets JSON, as of any route.
import assert from "node:assert/strict";
import { test } from "node:test";
import { secrets, startWorker } from "./worker.mjs";

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const open = (otp, path = "/", init = {}) =>
  otp.worker.fetch(`http://otp.example${path}`, { headers: browser, ...init });

/** What every page must have: nothing is loaded, nothing is framed or stored. */
const assertPage = async (response, status) => {
  assert.equal(response.status, status);
  assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(response.headers.get("vary"), "accept");
  const policy = response.headers.get("content-security-policy");
  assert.match(policy, /^default-src 'none'; style-src 'nonce-[0-9a-f]{32}'; .*frame-ancestors 'none'$/);
  const html = await response.text();
  const [, nonce] = /<style nonce="([0-9a-f]{32})">/.exec(html);
  assert.ok(policy.includes(`'nonce-${nonce}'`));
  assert.ok(!/<script|onclick|src=/.test(html));
  return html;
};

test("a Worker with its secrets shows links to a browser and JSON to others", async (t) => {
  const otp = await startWorker();
  t.after(() => otp.close());
  const html = await assertPage(await open(otp), 200);
  for (const link of ["/console", "/openapi.json", "/health"]) {
    assert.ok(html.includes(`href="${link}"`), link);
  }
  for (const value of Object.values(secrets)) assert.ok(!html.includes(value));
  for (const [path, init] of [
    ["/", { headers: {} }],
    ["/", { headers: { accept: "application/json" } }],
    ["/", { method: "POST" }],
    ["/other", {}],
  ]) {
    const response = await open(otp, path, init);
    assert.deepEqual([response.status, (await response.json()).code], [404, "request.not_found"], path);
  }
  assert.equal((await open(otp, "/", { method: "HEAD" })).status, 200);
});

test("a Worker without secrets says which are missing and how to set them; its API stays JSON", async (t) => {
  const otp = await startWorker({
    connector: undefined,
    // Empty, because one that is left out is read from a developer's .dev.vars.
    secrets: { OTP_SECRET: "", API_KEYS: " ", ADMIN_KEY: "" },
  });
  t.after(() => otp.close());
  const html = await assertPage(await open(otp), 500);
  for (const name of ["OTP_SECRET", "API_KEYS", "ADMIN_KEY"])
    assert.ok(html.includes(`npx wrangler secret put ${name}`), name);
  assert.match(html, /<code>API_KEYS<\/code> is not set/);
  const { status, json } = await otp.send({ phone: "+14155550123" });
  assert.deepEqual([status, json.code], [500, "config.invalid"]);
  assert.deepEqual(
    json.data.issues.map(({ path }) => path),
    ["OTP_SECRET", "API_KEYS"],
  );
  const plain = await open(otp, "/", { headers: {} });
  assert.deepEqual([plain.status, (await plain.json()).code], [500, "config.invalid"]);
});

test("a wrong variable is named on the page, without its value and without advice about secrets", async (t) => {
  const otp = await startWorker({ vars: { CODE_LENGTH: "<b>99</b>" } });
  t.after(() => otp.close());
  const html = await assertPage(await open(otp), 500);
  assert.match(html, /<code>CODE_LENGTH<\/code> must be/);
  assert.ok(!html.includes("<b>") && !html.includes("wrangler secret put"));
});
