// Limits and settings: cooldowns and caps, countries, bad values, a deadline, a rotation of the secret.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { newPhone, secrets, startWorker } from "./worker.mjs";

const using = async (options, work) => {
  const otp = await startWorker(options);
  try {
    await work(otp);
  } finally {
    await otp.close();
  }
};

const limited = (answer, limit, least, most) => {
  assert.equal(answer.status, 429);
  assert.equal(answer.code, "request.message_rate_limited");
  const { limit: told, retryAfter } = answer.json.data;
  assert.equal(told, limit);
  assert.ok(retryAfter >= least && retryAfter <= most, `${retryAfter} s`);
  assert.equal(answer.headers.get("retry-after"), String(retryAfter));
};

test("the cooldown is shared by all usage types and told", () =>
  using({}, async (otp) => {
    const phone = newPhone();
    const { json } = await otp.send({ phone, usageType: "SignIn" });
    limited(await otp.send({ phone, usageType: "SignIn" }), "cooldown", 55, 60);
    limited(await otp.send({ phone, usageType: "Register" }), "cooldown", 55, 60);
    const wait = (Date.parse(json.resendAt) - Date.now()) / 1000;
    assert.ok(wait > 55 && wait <= 61, `${wait} s`);
  }));

test("cooldowns grow, and end", () =>
  using({ vars: { RESEND_COOLDOWNS: "1,2" } }, async (otp) => {
    const phone = newPhone();
    assert.equal((await otp.send({ phone })).status, 200);
    limited(await otp.send({ phone }), "cooldown", 1, 1);
    await sleep(1_050);
    assert.equal((await otp.send({ phone })).status, 200);
    limited(await otp.send({ phone }), "cooldown", 1, 2);
  }));

test("hour and day caps", async () => {
  await using({ vars: { RESEND_COOLDOWNS: "0", SENDS_PER_HOUR: "2" } }, async (otp) => {
    const phone = newPhone();
    await otp.send({ phone });
    await otp.send({ phone, usageType: "SignIn" });
    limited(await otp.send({ phone }), "hour", 3_590, 3_600);
  });
  await using({ vars: { RESEND_COOLDOWNS: "0", SENDS_PER_DAY: "2" } }, async (otp) => {
    const phone = newPhone();
    await otp.send({ phone });
    await otp.send({ phone });
    limited(await otp.send({ phone }), "day", 86_390, 86_400);
  });
});

test("a send that the provider refuses does not count", () =>
  using({ vars: { SENDS_PER_DAY: "1" } }, async (otp) => {
    const phone = newPhone();
    otp.provider.answer = () => Response.json({ code: 21211 }, { status: 400 });
    for (let i = 0; i < 3; i += 1) assert.equal((await otp.send({ phone })).status, 502);
    otp.provider.accept();
    assert.equal((await otp.send({ phone })).status, 200);
    limited(await otp.send({ phone }), "day", 86_390, 86_400);
  }));

test("countries outside the list are refused", () =>
  using({ vars: { ALLOWED_COUNTRIES: "US, 49" } }, async (otp) => {
    for (const [phone, status] of [
      ["+14155550999", 200],
      ["+4915112345678", 200],
      ["+18765550123", 403],
      ["+447700900123", 403],
    ]) {
      const answer = await otp.send({ phone });
      assert.equal(answer.status, status, phone);
      if (status === 403) assert.equal(answer.code, "phone.not_allowed");
    }
    assert.equal(otp.provider.requests.length, 2);
  }));

test("a longer code, fewer attempts, a mock", async () => {
  await using({ vars: { CODE_LENGTH: "8", MAX_ATTEMPTS: "2" } }, async (otp) => {
    const phone = newPhone();
    await otp.send({ phone });
    assert.match(otp.provider.code, /^\d{8}$/);
    const wrong = otp.provider.code === "00000000" ? "00000001" : "00000000";
    assert.equal((await otp.verify({ phone, code: wrong })).json.data.attemptsLeft, 1);
    assert.equal((await otp.verify({ phone, code: "1" })).json.data.attemptsLeft, 0);
    assert.equal(
      (await otp.verify({ phone, code: otp.provider.code })).code,
      "verification_code.exceed_max_try",
    );
  });
  const templates = [{ usageType: "Generic", content: "{{code}}" }];
  const connector = {
    connectorId: "mock-short-message-service",
    config: { accountSID: "a", authToken: "b", fromMessagingServiceSID: "c", templates },
  };
  await using({ vars: { ALLOW_MOCK: "1" }, connector }, async (otp) => {
    const phone = newPhone();
    assert.equal((await otp.send({ phone })).json.connectorId, "mock-short-message-service");
    const shown = /mock SMS (\{.*?\}\})/s.exec(otp.logs().replaceAll('\\"', '"'));
    assert.ok(otp.logs().includes("mock SMS"), shown);
    assert.equal(otp.provider.requests.length, 0);
  });
});

test("a provider that hangs is given up at the deadline", () =>
  using({ vars: { PROVIDER_TIMEOUT_MS: "300" } }, async (otp) => {
    const phone = newPhone();
    otp.provider.answer = () => new Promise(() => {});
    const started = Date.now();
    const answer = await otp.send({ phone });
    assert.equal(answer.status, 202);
    assert.equal(answer.json.status, "unknown");
    assert.ok(Date.now() - started < 5_000);
    assert.equal((await otp.verify({ phone, code: otp.provider.code })).status, 200);
  }));

test("each setting with a bad value stops everything and is named", async () => {
  const bad = {
    vars: {
      CODE_LENGTH: "5",
      MAX_ATTEMPTS: "6",
      DAILY_FAILURES: "many",
      RESEND_COOLDOWNS: "60;120",
      SENDS_PER_HOUR: "0",
      SENDS_PER_DAY: "-1",
      ALLOWED_COUNTRIES: "Utopia",
      PROVIDER_TIMEOUT_MS: "1e4",
    },
    secrets: { OTP_SECRET: "too short", API_KEYS: " , ", OTP_SECRET_PREVIOUS: "too short" },
  };
  for (const [kind, values] of Object.entries(bad)) {
    for (const [name, value] of Object.entries(values)) {
      await using({ [kind]: { [name]: value } }, async (otp) => {
        for (const [path, method] of [
          ["/health", "GET"],
          ["/send", "POST"],
          ["/verify", "POST"],
          ["/none", "GET"],
        ]) {
          const answer = await otp.call(path, {
            method,
            body: method === "POST" ? { phone: newPhone() } : undefined,
          });
          assert.equal(answer.status, 500, `${name} ${path}`);
          assert.equal(answer.code, "config.invalid");
          assert.equal(answer.json.data.issues[0].path, name);
          if (value.length > 4) assert.ok(!answer.text.includes(value), "the value is not told");
        }
        assert.equal(otp.provider.requests.length, 0);
      });
    }
  }
});

test("KV and guard are asked as often as the budget says", () =>
  using({}, async (otp) => {
    const phone = newPhone();
    await otp.send({ phone: newPhone() });
    const records = async () => (await otp.kvEntries()).filter(({ name }) => name.startsWith("code:")).length;
    const [keys, objects] = [await records(), (await otp.objectIds()).length];
    await otp.send({ phone });
    assert.equal(await records(), keys + 1, "one record per send");
    assert.equal((await otp.objectIds()).length, objects + 1, "one object per phone");
    const { code } = otp.provider;
    await otp.verify({ phone, code: code === "000000" ? "000001" : "000000" });
    assert.equal(await records(), keys + 1, "a wrong guess writes nothing to KV");
    await otp.verify({ phone, code });
    assert.equal(await records(), keys, "a spent record is tidied away");
  }));

test("a KV that lost a record compares nothing and counts nothing", () =>
  using({}, async (otp) => {
    const phone = newPhone();
    const { json } = await otp.send({ phone });
    const key = `code:${json.verificationId}`;
    const record = await otp.kv.get(key);
    await otp.kv.delete(key);
    const answer = await otp.verify({ phone, code: "000000" });
    assert.deepEqual([answer.status, answer.code], [503, "storage.unavailable"]);
    await otp.kv.put(key, "not a record");
    assert.equal((await otp.verify({ phone, code: otp.provider.code })).status, 503);
    await otp.kv.put(key, record);
    const wrong = otp.provider.code === "000000" ? "000001" : "000000";
    assert.equal((await otp.verify({ phone, code: wrong })).json.data.attemptsLeft, 4);
    assert.equal((await otp.verify({ phone, code: otp.provider.code })).status, 200);
  }));

test("the secret can be rotated without new guesses for anyone", async () => {
  const otp = await startWorker({ vars: { RESEND_COOLDOWNS: "0" } });
  try {
    const [guessed, waiting] = [newPhone(), newPhone()];
    await otp.send({ phone: guessed });
    const wrong = otp.provider.code === "000000" ? "000001" : "000000";
    for (let i = 0; i < 5; i += 1) await otp.verify({ phone: guessed, code: wrong });
    await otp.send({ phone: waiting });
    const { code } = otp.provider;
    const rotated = {
      OTP_SECRET: "new-0123456789abcdef0123456789abcdef",
      OTP_SECRET_PREVIOUS: secrets.OTP_SECRET,
    };
    await otp.server.update((options) => ({
      ...options,
      workers: options.workers.map((worker) => ({ ...worker, secrets: { ...worker.secrets, ...rotated } })),
    }));
    assert.equal((await otp.verify({ phone: waiting, code })).status, 200, "a code on its way still works");
    await otp.send({ phone: guessed });
    const fresh = otp.provider.code;
    const miss = fresh === "000000" ? "000001" : "000000";
    const left = [];
    for (let i = 0; i < 5; i += 1)
      left.push((await otp.verify({ phone: guessed, code: miss })).json.data.attemptsLeft);
    assert.deepEqual(left, [4, 3, 2, 1, 0]);
    assert.equal((await otp.verify({ phone: guessed, code: fresh })).code, "verification_code.locked");
  } finally {
    await otp.close();
  }
});
