// Limits and settings: cooldowns and caps, countries, invalid values, the deadline, a rotation of the secret.
import assert from "node:assert/strict";
import { test } from "node:test";
import { apiKey, instrumented, newPhone, secrets, startWorker, twilio } from "./worker.mjs";

const using = async (options, work) => {
  const otp = await startWorker(options);
  try {
    await work(otp);
  } finally {
    await otp.close();
  }
};

/** Asserts a refusal until `min` to `max` seconds after the sends that began at `began`, whatever time has passed since. */
const assertRateLimited = (response, limit, began, min, max = min) => {
  assert.equal(response.status, 429);
  assert.equal(response.code, "request.message_rate_limited");
  const { limit: actual, retryAfter } = response.json.data;
  assert.equal(actual, limit);
  const passed = Math.ceil((Date.now() - began) / 1000);
  assert.ok(retryAfter >= min - passed && retryAfter <= max, `${retryAfter} s`);
  assert.equal(response.headers.get("retry-after"), String(retryAfter));
};

test("the cooldown applies to all usage types and is in the response", () =>
  using({}, async (otp) => {
    const began = Date.now();
    const phone = newPhone();
    const { json } = await otp.send({ phone, usageType: "SignIn" });
    assertRateLimited(await otp.send({ phone, usageType: "SignIn" }), "cooldown", began, 60);
    assertRateLimited(await otp.send({ phone, usageType: "Register" }), "cooldown", began, 60);
    const resendAt = Date.parse(json.resendAt);
    assert.ok(resendAt >= began + 60_000 && resendAt <= Date.now() + 61_000, json.resendAt);
  }));

test("cooldowns increase, and expire", () =>
  using({ build: instrumented, vars: { RESEND_COOLDOWNS: "60,150" } }, async (otp) => {
    const began = Date.now();
    const phone = newPhone();
    assert.equal((await otp.send({ phone })).status, 200);
    assertRateLimited(await otp.send({ phone }), "cooldown", began, 60);
    await otp.call("/test/clock?ms=60000", { method: "GET" });
    assert.equal((await otp.send({ phone })).status, 200);
    assertRateLimited(await otp.send({ phone }), "cooldown", began, 150);
  }));

test("sends per hour and per day are limited", async () => {
  await using({ vars: { RESEND_COOLDOWNS: "0", SENDS_PER_HOUR: "2" } }, async (otp) => {
    const began = Date.now();
    const phone = newPhone();
    await otp.send({ phone });
    await otp.send({ phone, usageType: "SignIn" });
    assertRateLimited(await otp.send({ phone }), "hour", began, 3_600);
  });
  await using({ vars: { RESEND_COOLDOWNS: "0", SENDS_PER_DAY: "2" } }, async (otp) => {
    const began = Date.now();
    const phone = newPhone();
    await otp.send({ phone });
    await otp.send({ phone });
    assertRateLimited(await otp.send({ phone }), "day", began, 86_400);
  });
});

test("two sends an hour that the provider rejects do not count, the third does", () =>
  using({ vars: { SENDS_PER_DAY: "1" } }, async (otp) => {
    const began = Date.now();
    const phone = newPhone();
    otp.provider.answer = () => Response.json({ code: 21211 }, { status: 400 });
    for (let i = 0; i < 3; i += 1) assert.equal((await otp.send({ phone })).status, 502);
    otp.provider.accept();
    assertRateLimited(await otp.send({ phone }), "day", began, 86_400);
    const other = newPhone();
    otp.provider.answer = () => Response.json({ code: 21211 }, { status: 400 });
    for (let i = 0; i < 2; i += 1) assert.equal((await otp.send({ phone: other })).status, 502);
    otp.provider.accept();
    assert.equal((await otp.send({ phone: other })).status, 200);
    assertRateLimited(await otp.send({ phone: other }), "day", began, 86_400);
  }));

test("a phone of a country outside ALLOWED_COUNTRIES is rejected", () =>
  using({ vars: { ALLOWED_COUNTRIES: "US, 49" } }, async (otp) => {
    for (const [phone, status] of [
      ["+14155550999", 200],
      ["+4915112345678", 200],
      ["+18765550123", 403],
      ["+447700900123", 403],
    ]) {
      const response = await otp.send({ phone });
      assert.equal(response.status, status, phone);
      if (status === 403) assert.equal(response.code, "phone.not_allowed");
      if (status === 403) assert.deepEqual(response.json.data, { reason: "country" });
    }
    assert.equal(otp.provider.requests.length, 2);
  }));

test("GB in ALLOWED_COUNTRIES includes Ofcom's numbers for examples, not those of the islands", () =>
  using({ vars: { ALLOWED_COUNTRIES: "GB" } }, async (otp) => {
    assert.equal((await otp.send({ phone: "+447700900123" })).status, 200);
    assert.equal((await otp.send({ phone: "+447700300123" })).status, 403, "Jersey");
  }));

const numbers = [
  ["+610412345678", 400, "trunk_zero"],
  ["+6141234567", 400, "impossible_length"],
  ["+5215512345678", 400, "impossible_length"],
  ["+2101234567", 400, "unknown_code"],
  ["+18005550123", 403, "service_number"],
  ["+881612345678", 403, "service_number"],
];

test("numbers that cannot exist and service numbers reach neither guard nor provider", () =>
  using({}, async (otp) => {
    const path = `/api/connectors/${twilio.connectorId}/test`;
    const key = secrets.ADMIN_KEY;
    for (const [phone, status, reason] of numbers) {
      const responses = [
        await otp.send({ phone }),
        await otp.call(path, { key, body: { phone, config: twilio.config } }),
        await otp.call("/api/verification-codes", { key, body: { phone: phone.slice(1) } }),
      ];
      for (const response of responses) {
        assert.equal(response.status, status, phone);
        assert.deepEqual(response.json.data, { reason }, phone);
        assert.ok(!response.json.message.includes(phone.slice(1)), "a message holds no number");
      }
      const { code } = await otp.verify({ phone, code: "123456" });
      assert.equal(code, "verification_code.not_found", "verify checks the form only");
    }
    const { message } = (await otp.send({ phone: "+610412345678" })).json;
    assert.match(message, /without the 0 after \+61/);
    assert.equal((await otp.send({ phone: "+61412345678" })).status, 200);
    assert.equal(otp.provider.requests.length, 1);
  }));

test("PHONE_CHECK and ALLOW_SERVICE_NUMBERS are in force", async () => {
  await using({ vars: { PHONE_CHECK: "e164" } }, async (otp) => {
    for (const [phone] of numbers) assert.equal((await otp.send({ phone })).status, 200, phone);
    assert.equal((await otp.send({ phone: "61412345678" })).code, "phone.invalid");
  });
  await using({ vars: { ALLOW_SERVICE_NUMBERS: "toll_free, +8816" } }, async (otp) => {
    for (const [phone, status, reason] of numbers)
      assert.equal((await otp.send({ phone })).status, reason === "service_number" ? 200 : status, phone);
    assert.equal((await otp.send({ phone: "+19005550123" })).status, 403);
  });
});

test("CODE_LENGTH, MAX_ATTEMPTS and ALLOW_MOCK are in force", async () => {
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
    await otp.logsWith("mock SMS");
    assert.equal(otp.provider.requests.length, 0);
  });
});

test("a send is unknown if the provider does not respond before the deadline", () =>
  using({ vars: { PROVIDER_TIMEOUT_MS: "300" } }, async (otp) => {
    otp.provider.answer = () => new Promise(() => {});
    let phone;
    let asked;
    // On a busy machine the deadline may pass before the provider is asked.
    while (!asked) {
      phone = newPhone();
      const response = await otp.send({ phone });
      assert.equal(response.status, 202);
      assert.equal(response.json.status, "unknown");
      asked = otp.provider.requests.find(({ form }) => form.To === phone);
    }
    const [code] = /\d{6}/.exec(asked.form.Body);
    assert.equal((await otp.verify({ phone, code })).status, 200);
  }));

test("a phone of a blocked country is rejected, by country and not by dialling code", () =>
  using({ vars: { BLOCKED_COUNTRIES: "JM, GG", ALLOWED_COUNTRIES: "1, 44" } }, async (otp) => {
    for (const [phone, status] of [
      ["+14155550999", 200],
      ["+18765550123", 403],
      ["+447700900123", 200],
      ["+447781123456", 403],
    ]) {
      const response = await otp.send({ phone });
      assert.equal(response.status, status, phone);
      if (status === 403) assert.deepEqual(response.json.data, { reason: "country" });
    }
  }));

const manage = (otp, method, path) => otp.call(`/api/limits${path}`, { method, key: secrets.ADMIN_KEY });

test("an IP address, an IPv6 /64, has its own limit, which an operator lifts", () =>
  using({ vars: { LIMITS: "on", SENDS_PER_IP_HOUR: "2" } }, async (otp) => {
    const began = Date.now();
    const send = (ip) => otp.send({ phone: newPhone(), ip });
    assert.equal((await send("2001:db8:1:2::1")).status, 200);
    assert.equal((await send("[2001:db8:1:2::2]:443")).status, 200);
    assertRateLimited(await send("2001:db8:1:2:3::"), "ip", began, 3_600, 3_750);
    assert.equal((await send("2001:db8:1:3::1")).status, 200);
    assert.equal((await send("2a06:98c0:3600::103")).status, 200, "of Workers, not of a person");
    assert.deepEqual((await manage(otp, "GET", "")).json, [], "addresses are not listed");
    assert.equal((await manage(otp, "DELETE", "/ip/2001:db8:1:2::7")).status, 204);
    assert.equal((await send("2001:db8:1:2::1")).status, 200);
  }));

test("20 sends at the same moment are all that a prefix gets", () =>
  using({ vars: { LIMITS: "on" } }, async (otp) => {
    const began = Date.now();
    const phones = Array.from({ length: 60 }, (_, at) => `+3361234${String(at).padStart(4, "0")}`);
    const responses = await Promise.all(phones.map((phone) => otp.send({ phone })));
    assert.equal(responses.filter(({ status }) => status === 200).length, 20);
    assert.equal(otp.provider.requests.length, 20);
    assertRateLimited(
      responses.find(({ status }) => status !== 200),
      "prefix",
      began,
      3_600,
      3_750,
    );
    assert.equal((await otp.send({ phone: "+33612350000" })).status, 200, "the next prefix");
    const { json, status } = await manage(otp, "GET", "");
    assert.equal(status, 200);
    const [{ since, until, ...stop }, ...others] = json;
    assert.deepEqual([stop, others], [{ kind: "prefix", key: "+3361234", country: "FR" }, []]);
    assert.ok(Date.parse(since) <= Date.now() && Date.parse(until) > Date.now() + 3_400_000);
    assert.equal((await manage(otp, "DELETE", "/prefix/%2B3361234")).status, 204);
    assert.deepEqual((await manage(otp, "GET", "")).json, []);
    assert.equal(
      (await otp.send({ phone: "+33612340060" })).status,
      200,
      "lifted: a phone that has had no send",
    );
    for (const path of ["/prefix/x", "/phone/1", "/ip/1.2.3", "/country/fr", "/total/none"])
      assert.equal((await manage(otp, "DELETE", path)).code, "entity.not_found", path);
    assert.equal((await manage(otp, "GET", "/ip/1.2.3.4")).code, "request.method_not_allowed");
    assert.equal((await manage(otp, "POST", "")).code, "request.method_not_allowed");
    assert.equal((await otp.call("/api/limits", { method: "GET" })).status, 401, "for operators only");
  }));

test("all sends together have a limit over countries, and safe numbers only that one", () =>
  using(
    { vars: { LIMITS: "on", SENDS_PER_DAY_TOTAL: "3", SENDS_PER_PREFIX_HOUR: "1", SAFE_LIST: "+3361" } },
    async (otp) => {
      const began = Date.now();
      assert.equal((await otp.send({ phone: "+33612345678" })).status, 200);
      assert.equal((await otp.send({ phone: "+4915112345678" })).status, 200);
      assertRateLimited(await otp.send({ phone: "+4915112345679" }), "prefix", began, 3_600, 3_750);
      assert.equal((await otp.send({ phone: "+33612345679" })).status, 200, "safe");
      // Of its prefix, too: the limit that ends last is named.
      assertRateLimited(await otp.send({ phone: "+4915112345679" }), "total", began, 86_400, 88_200);
      assertRateLimited(await otp.send({ phone: "+447700900123" }), "total", began, 86_400, 88_200);
      assertRateLimited(await otp.send({ phone: "+33612345677" }), "total", began, 86_400, 88_200);
      assert.equal((await manage(otp, "DELETE", "/total/all")).status, 204);
      assert.equal((await otp.send({ phone: "+447700900123" })).status, 200);
    },
  ));

test("record mode refuses nothing, and logs and lists what it would have refused", () =>
  using({ vars: { LIMITS: "record", SENDS_PER_PREFIX_HOUR: "1" } }, async (otp) => {
    for (const phone of ["+33612345678", "+33612345679"])
      assert.equal((await otp.send({ phone })).status, 200);
    const log = (await otp.logsWith("recorded")).replaceAll("\\", "");
    assert.match(log, /"?limit"?: ?['"]prefix['"],[^}]*"?recorded"?: ?true/);
    assert.ok(!log.includes("3361234"), "no prefix in a log");
    const { json } = await manage(otp, "GET", "");
    assert.deepEqual(
      json.map(({ kind, key }) => [kind, key]),
      [["prefix", "+3361234"]],
    );
  }));

test("a send calls the object of its country, and none if limits are off", async () => {
  const countObjects = async (vars) => {
    let count;
    await using({ vars }, async (otp) => {
      await otp.send({ phone: newPhone(), ip: "203.0.113.7" });
      await otp.verify({ phone: newPhone(), code: "123456" });
      count = (await otp.objectIds()).length;
    });
    return count;
  };
  const phones = 2;
  assert.equal(await countObjects({ LIMITS: "off" }), phones);
  assert.equal(await countObjects({ LIMITS: "on" }), phones + 2, "of the country and of the address");
  assert.equal(await countObjects({ LIMITS: "on", SENDS_PER_DAY_TOTAL: "9" }), phones + 2);
  assert.equal(await countObjects({ LIMITS: "on", SAFE_LIST: "+1415555" }), phones);
});

test("each invalid setting makes every request fail and is named", async () => {
  const invalid = {
    vars: {
      CODE_LENGTH: "5",
      MAX_ATTEMPTS: "6",
      DAILY_FAILURES: "many",
      RESEND_COOLDOWNS: "60;120",
      SENDS_PER_HOUR: "0",
      SENDS_PER_DAY: "-1",
      ALLOWED_COUNTRIES: "Utopia",
      PROVIDER_TIMEOUT_MS: "1e4",
      LIMITS: "maybe",
      SAFE_LIST: "Utopia",
    },
    secrets: { OTP_SECRET: "too short", API_KEYS: " , ", OTP_SECRET_PREVIOUS: "too short" },
  };
  for (const [kind, values] of Object.entries(invalid)) {
    for (const [name, value] of Object.entries(values)) {
      await using({ [kind]: { [name]: value } }, async (otp) => {
        for (const [path, method] of [
          ["/health", "GET"],
          ["/send", "POST"],
          ["/verify", "POST"],
          ["/none", "GET"],
        ]) {
          const response = await otp.call(path, {
            method,
            body: method === "POST" ? { phone: newPhone() } : undefined,
          });
          assert.equal(response.status, 500, `${name} ${path}`);
          assert.equal(response.code, "config.invalid");
          assert.equal(response.json.data.issues[0].path, name);
          if (value.length > 4) assert.ok(!response.text.includes(value), "the value is not in the response");
        }
        assert.equal(otp.provider.requests.length, 0);
      });
    }
  }
});

test("a send adds one KV record and one guard object, and a success deletes the record", () =>
  using({}, async (otp) => {
    const phone = newPhone();
    await otp.send({ phone: newPhone() });
    const countRecords = async () =>
      (await otp.kvEntries()).filter(({ name }) => name.startsWith("code:")).length;
    const [keys, objects] = [await countRecords(), (await otp.objectIds()).length];
    await otp.send({ phone });
    assert.equal(await countRecords(), keys + 1, "one record per send");
    assert.equal((await otp.objectIds()).length, objects + 1, "one object per phone");
    const { code } = otp.provider;
    await otp.verify({ phone, code: code === "000000" ? "000001" : "000000" });
    assert.equal(await countRecords(), keys + 1, "a wrong code writes nothing to KV");
    await otp.verify({ phone, code });
    assert.equal(await countRecords(), keys, "a used record is deleted");
  }));

test("with a lost KV record nothing is compared and nothing is counted", () =>
  using({}, async (otp) => {
    const phone = newPhone();
    const { json } = await otp.send({ phone });
    const key = `code:${json.verificationId}`;
    const record = await otp.kv.get(key);
    await otp.kv.delete(key);
    const response = await otp.verify({ phone, code: "000000" });
    assert.deepEqual([response.status, response.code], [503, "storage.unavailable"]);
    await otp.kv.put(key, "not a record");
    assert.equal((await otp.verify({ phone, code: otp.provider.code })).status, 503);
    await otp.kv.put(key, record);
    const wrong = otp.provider.code === "000000" ? "000001" : "000000";
    assert.equal((await otp.verify({ phone, code: wrong })).json.data.attemptsLeft, 4);
    assert.equal((await otp.verify({ phone, code: otp.provider.code })).status, 200);
  }));

test("a locked phone is sent no code until an operator unlocks it", async () => {
  const otp = await startWorker({ vars: { RESEND_COOLDOWNS: "0", DAILY_FAILURES: "1" } });
  const unlock = (body, options) =>
    otp.call("/api/phones/unlock", { body, key: secrets.ADMIN_KEY, ...options });
  try {
    const phone = newPhone();
    await otp.send({ phone });
    const { code } = otp.provider;
    await otp.verify({ phone, code: code === "000000" ? "000001" : "000000" });
    const locked = await otp.send({ phone });
    assert.deepEqual([locked.status, locked.code], [429, "verification_code.locked"]);
    assert.equal(Number(locked.headers.get("retry-after")), locked.json.data.retryAfter);
    assert.ok(locked.json.data.retryAfter > 86_000 && locked.json.data.retryAfter <= 86_400);
    assert.equal((await unlock({ phone }, { key: apiKey })).status, 401, "for operators only");
    assert.equal((await unlock({ phone: "1" })).code, "phone.invalid");
    assert.equal((await unlock({ phone, all: true })).code, "guard.invalid_input");
    assert.equal((await unlock({ phone: phone.slice(1) })).status, 204);
    assert.equal((await otp.verify({ phone, code })).status, 200, "its code is still live");
    assert.equal((await unlock({ phone: newPhone() })).status, 204, "a phone that was never locked");
    const logs = await otp.logsWith("phone.unlock");
    assert.ok(!logs.includes(phone.slice(1)));
  } finally {
    await otp.close();
  }
});

test("a rotation of the secret gives no phone new attempts", async () => {
  const otp = await startWorker({ vars: { RESEND_COOLDOWNS: "0" } });
  try {
    const [attacked, pending] = [newPhone(), newPhone()];
    await otp.send({ phone: attacked });
    const wrong = otp.provider.code === "000000" ? "000001" : "000000";
    for (let i = 0; i < 5; i += 1) await otp.verify({ phone: attacked, code: wrong });
    await otp.send({ phone: pending });
    const { code } = otp.provider;
    const rotated = {
      OTP_SECRET: "new-0123456789abcdef0123456789abcdef",
      OTP_SECRET_PREVIOUS: secrets.OTP_SECRET,
    };
    await otp.server.update((options) => ({
      ...options,
      workers: options.workers.map((worker) => ({ ...worker, secrets: { ...worker.secrets, ...rotated } })),
    }));
    assert.equal(
      (await otp.verify({ phone: pending, code })).status,
      200,
      "a code sent before the rotation is still valid",
    );
    assert.equal((await otp.send({ phone: attacked })).status, 200);
    const fresh = otp.provider.code;
    const stillWrong = fresh === "000000" ? "000001" : "000000";
    const attemptsLeft = [];
    for (let i = 0; i < 5; i += 1)
      attemptsLeft.push((await otp.verify({ phone: attacked, code: stillWrong })).json.data.attemptsLeft);
    assert.deepEqual(attemptsLeft, [4, 3, 2, 1, 0]);
    assert.equal((await otp.verify({ phone: attacked, code: fresh })).code, "verification_code.locked");
  } finally {
    await otp.close();
  }
});
