// The Worker with a clock that the simulation moves, and a provider that accepts everything and remembers the codes. So a
// day of traffic is a matter of seconds; everything else is the real Worker with its real objects.
import worker, { Otp, VerificationGuard } from "../../src/entry.js";

const RealDate = Date;
let now = RealDate.now();
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length > 0 ? parts : [now]));
  }

  static now() {
    return now;
  }
};

/** The newest code by phone. */
const codes = new Map();
let messages = 0;

globalThis.fetch = async (input, init) => {
  const form = new URLSearchParams(await new Request(input, init).text());
  messages += 1;
  codes.set(form.get("To"), /\d{6}/.exec(form.get("Body"))[0]);
  return Response.json({ sid: "SM1", status: "accepted", error_code: null }, { status: 201 });
};

const call = async (env, path, body) => {
  const pending = [];
  const ctx = { waitUntil: (promise) => pending.push(promise), passThroughOnException: () => {} };
  const request = new Request(`http://otp.example${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${env.SIMULATION_KEY}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const response = await worker.fetch(request, env, ctx);
  const { code, data } = await response.json();
  await Promise.all(pending);
  return { status: response.status, code, limit: data?.limit };
};

/** An event: `{ at, phone, ip }` sends, `{ at, phone, verify: true }` types the code that came, if one did. */
const play = async (env, { at, phone, ip, verify }) => {
  now = at;
  if (!verify) return call(env, "/send", { phone, ip });
  const code = codes.get(phone);
  return code ? call(env, "/verify", { phone, code }) : { status: 0 };
};

export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== "/test/play") return worker.fetch(request, env, ctx);
    const before = messages;
    const results = [];
    for (const event of await request.json()) results.push(await play(env, event));
    return Response.json({ results, messages: messages - before });
  },
};

export { Otp, VerificationGuard };
