// A client that goes away while it sends its body: a bad request, and no failure of the Worker.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { apiKey, instrumented, newPhone, secrets, startWorker } from "./worker.mjs";

let otp;
before(async () => {
  otp = await startWorker({ build: instrumented, vars: { RESEND_COOLDOWNS: "0" } });
});
after(() => otp.close());

const breakOff = (path, key, headers = {}) =>
  otp.call(`/test/broken-body?path=${path}`, {
    method: "GET",
    key,
    headers: { "content-type": "application/json", ...headers },
  });

test("a body that breaks off is a bad request, and no line of the log is an error", async () => {
  for (const [path, key] of [
    ["/send", apiKey],
    ["/verify", apiKey],
    ["/api/connectors", secrets.ADMIN_KEY],
  ]) {
    for (const headers of [{}, { "content-length": "500" }]) {
      const { status, code, json } = await breakOff(path, key, headers);
      assert.deepEqual([status, code], [400, "guard.invalid_input"], path);
      assert.equal(json.data.issues[0].path, "");
    }
  }
  assert.doesNotMatch(otp.logs(), /internal|"level":"error"/);
});

test("neither a body that breaks off nor another failure drops the connector that was read last", async () => {
  assert.equal((await otp.send({ phone: newPhone() })).status, 200);
  await otp.kv.put("connector", "garbage");
  await breakOff("/send", apiKey);
  await breakOff("/send", "not-one-of-the-keys");
  otp.provider.answer = () => Response.json({ code: 21211 }, { status: 400 });
  assert.equal((await otp.send({ phone: newPhone() })).status, 502);
  otp.provider.accept();
  assert.equal((await otp.send({ phone: newPhone() })).status, 200, "for thirty seconds");
  otp.provider.answer = () => Response.json({ code: 20003 }, { status: 401 });
  assert.equal((await otp.send({ phone: newPhone() })).status, 502);
  assert.equal(
    (await otp.send({ phone: newPhone() })).code,
    "connector.invalid_config",
    "refused credentials",
  );
});
