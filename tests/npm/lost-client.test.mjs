// A client of a Worker of one's own whose connection is reset while the provider is asked, in workerd alone: what the
// package has begun is finished, as in the Worker that edge-otp is.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { packageWasmModule } from "../../bench/lib/product.mjs";
import { startWorkerd } from "../../bench/lib/workerd.mjs";
import { twilio } from "./fixtures/provider.mjs";
import { newPhone } from "./fixtures/suite.mjs";
import { installed } from "./setup.mjs";

const worker = `
import { createOtp, OtpError, VerificationGuard } from "edge-otp";
export { VerificationGuard };
const connector = ${JSON.stringify(twilio)};
export default {
  async fetch(request, { OTP_KV: kv, GUARD: guard, OTP_SECRET: secret }) {
    const otp = createOtp({ kv, guard, secret, connector });
    try {
      return Response.json(await otp.send(await request.json()));
    } catch (error) {
      return Response.json({ code: error.code }, { status: error.status });
    }
  },
};
`;

const bundle = async () => {
  const entry = join(await installed(), "lost-client-worker.js");
  writeFileSync(entry, worker);
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    external: ["cloudflare:*"],
    plugins: [
      {
        name: "external wasm",
        setup: ({ onResolve }) =>
          onResolve({ filter: /\.wasm$/ }, () => ({ path: "./index_bg.wasm", external: true })),
      },
    ],
    write: false,
  });
  return Buffer.from(outputFiles[0].contents);
};

/** The provider: it holds its responses back until `refuse` is called. */
const waiting = [];
let notify = () => {};
const arrival = () =>
  new Promise((resolve) => {
    notify = resolve;
  });
const answer = (status, body) => {
  for (const response of waiting.splice(0))
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};

let server;
let workerd;
before(async () => {
  server = createServer((request, response) => {
    request.resume();
    waiting.push(response);
    notify();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const modules = [{ name: "index.js", code: await bundle() }, packageWasmModule()];
  workerd = await startWorkerd(
    { modules, text: { OTP_SECRET: "0".repeat(32) }, objects: { GUARD: "VerificationGuard" } },
    { provider: `127.0.0.1:${server.address().port}`, keepsObjects: true },
  );
});
after(async () => {
  await workerd?.stop();
  server.closeAllConnections();
  server.close();
});

const send = async (phone) => {
  const response = await fetch(`http://127.0.0.1:${workerd.ports.http}/`, {
    method: "POST",
    body: JSON.stringify({ phone }),
  });
  return response.json();
};

const sendAndVanish = async (phone) => {
  const body = JSON.stringify({ phone });
  const socket = connect(workerd.ports.http, "127.0.0.1").on("error", () => {});
  const asked = arrival();
  socket.write(`POST / HTTP/1.1\r\nhost: app.example\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  await asked;
  socket.resetAndDestroy();
  // Long enough for workerd to see the reset; a shorter time makes the test easier to pass, not to fail.
  await sleep(300);
};

test("a refusal after the client has gone gives the send back", { timeout: 120_000 }, async () => {
  const phone = newPhone();
  await sendAndVanish(phone);
  answer(400, { code: 21211, message: "no" });
  for (;;) {
    const asked = arrival();
    const sent = send(phone);
    const first = await Promise.race([sent, asked]);
    if (!first) {
      answer(201, { sid: "SM1", status: "accepted", error_code: null });
      assert.equal((await sent).status, "sent");
      break;
    }
    assert.equal(first.code, "request.message_rate_limited");
    await sleep(50);
  }
});
