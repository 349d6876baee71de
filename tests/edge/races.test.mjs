// A thousand at once. All numbers here are exact.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newPhone, startWorker } from "./worker.mjs";

let otp;
before(async () => {
  otp = await startWorker();
});
after(() => otp.close());

const tally = (answers) => {
  const counts = {};
  for (const { status, code } of answers) counts[code ?? status] = (counts[code ?? status] ?? 0) + 1;
  return counts;
};

const many = (count, work) => Promise.all(Array.from({ length: count }, (_, index) => work(index)));

test("200 parallel sends give one SMS", async () => {
  const phone = newPhone();
  const before = otp.provider.requests.length;
  const answers = await many(200, () => otp.send({ phone }));
  assert.equal(otp.provider.requests.length, before + 1);
  assert.deepEqual(tally(answers), { 200: 1, "request.message_rate_limited": 199 });
});

test("1,000 parallel right codes give exactly one success", async () => {
  const phone = newPhone();
  await otp.send({ phone });
  const { code } = otp.provider;
  const counts = tally(await many(1_000, () => otp.verify({ phone, code })));
  assert.deepEqual(counts, { 200: 1, "verification_code.not_found": 999 });
});

test("1,000 parallel wrong codes give exactly MAX_ATTEMPTS comparisons", async () => {
  const phone = newPhone();
  await otp.send({ phone });
  const { code } = otp.provider;
  const wrong = (index) => String((Number(code) + 1 + index) % 1_000_000).padStart(6, "0");
  const answers = await many(1_000, (index) => otp.verify({ phone, code: wrong(index) }));
  assert.deepEqual(tally(answers), {
    "verification_code.code_mismatch": 5,
    "verification_code.exceed_max_try": 995,
  });
  const left = answers.map(({ json }) => json.data?.attemptsLeft).filter((value) => value !== undefined);
  assert.deepEqual(left.sort(), [0, 1, 2, 3, 4]);
  assert.equal((await otp.verify({ phone, code })).code, "verification_code.exceed_max_try");
});

test("the right code among wrong ones succeeds while the budget lasts", async () => {
  for (let round = 0; round < 20; round += 1) {
    const phone = newPhone();
    await otp.send({ phone });
    const { code } = otp.provider;
    const wrong = code === "000000" ? "000001" : "000000";
    const codes = [wrong, wrong, wrong, wrong];
    codes.splice(round % 5, 0, code);
    const answers = await Promise.all(codes.map((guess) => otp.verify({ phone, code: guess })));
    assert.equal(answers[round % 5].status, 200, `round ${round}: ${answers.map(({ code: c }) => c)}`);
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
  }
});

test("a resend beside guesses never leaves two live codes", async () => {
  const quick = await startWorker({ vars: { RESEND_COOLDOWNS: "0" } });
  try {
    for (let round = 0; round < 20; round += 1) {
      const phone = newPhone();
      await quick.send({ phone });
      const old = quick.provider.code;
      const [verified] = await Promise.all([quick.verify({ phone, code: old }), quick.send({ phone })]);
      const fresh = quick.provider.code;
      if (fresh === old) continue;
      const later = await quick.verify({ phone, code: old });
      assert.notEqual(later.status, 200, `round ${round}: ${verified.status}`);
      assert.equal((await quick.verify({ phone, code: fresh })).status, 200);
    }
  } finally {
    await quick.close();
  }
});
