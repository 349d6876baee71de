// A thousand requests at the same time. All numbers are exact.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newPhone, startWorker } from "./worker.mjs";

let otp;
before(async () => {
  otp = await startWorker();
});
after(() => otp.close());

const countByCode = (responses) => {
  const counts = {};
  for (const { status, code } of responses) counts[code ?? status] = (counts[code ?? status] ?? 0) + 1;
  return counts;
};

const runInParallel = (count, work) => Promise.all(Array.from({ length: count }, (_, index) => work(index)));

test("200 parallel sends give one SMS", async () => {
  const phone = newPhone();
  const before = otp.provider.requests.length;
  const responses = await runInParallel(200, () => otp.send({ phone }));
  assert.equal(otp.provider.requests.length, before + 1);
  assert.deepEqual(countByCode(responses), { 200: 1, "request.message_rate_limited": 199 });
});

test("1,000 parallel right codes give exactly one success", async () => {
  const phone = newPhone();
  await otp.send({ phone });
  const { code } = otp.provider;
  const counts = countByCode(await runInParallel(1_000, () => otp.verify({ phone, code })));
  assert.deepEqual(counts, { 200: 1, "verification_code.not_found": 999 });
});

test("1,000 parallel wrong codes give exactly MAX_ATTEMPTS comparisons", async () => {
  const phone = newPhone();
  await otp.send({ phone });
  const { code } = otp.provider;
  const wrong = (index) => String((Number(code) + 1 + index) % 1_000_000).padStart(6, "0");
  const responses = await runInParallel(1_000, (index) => otp.verify({ phone, code: wrong(index) }));
  assert.deepEqual(countByCode(responses), {
    "verification_code.code_mismatch": 5,
    "verification_code.exceed_max_try": 995,
  });
  const attemptsLeft = responses
    .map(({ json }) => json.data?.attemptsLeft)
    .filter((value) => value !== undefined);
  assert.deepEqual(attemptsLeft.sort(), [0, 1, 2, 3, 4]);
  assert.equal((await otp.verify({ phone, code })).code, "verification_code.exceed_max_try");
});

test("the right code among four wrong ones succeeds", async () => {
  for (let round = 0; round < 20; round += 1) {
    const phone = newPhone();
    await otp.send({ phone });
    const { code } = otp.provider;
    const wrong = code === "000000" ? "000001" : "000000";
    const codes = [wrong, wrong, wrong, wrong];
    codes.splice(round % 5, 0, code);
    const responses = await Promise.all(codes.map((tried) => otp.verify({ phone, code: tried })));
    assert.equal(responses[round % 5].status, 200, `round ${round}: ${responses.map(({ code: c }) => c)}`);
    assert.equal(responses.filter(({ status }) => status === 200).length, 1);
  }
});

test("a resend parallel to an attempt never leaves two valid codes", async () => {
  const instance = await startWorker({ vars: { RESEND_COOLDOWNS: "0" } });
  try {
    for (let round = 0; round < 20; round += 1) {
      const phone = newPhone();
      await instance.send({ phone });
      const old = instance.provider.code;
      const [verified] = await Promise.all([instance.verify({ phone, code: old }), instance.send({ phone })]);
      const fresh = instance.provider.code;
      if (fresh === old) continue;
      const later = await instance.verify({ phone, code: old });
      assert.notEqual(later.status, 200, `round ${round}: ${verified.status}`);
      assert.equal((await instance.verify({ phone, code: fresh })).status, 200);
    }
  } finally {
    await instance.close();
  }
});
