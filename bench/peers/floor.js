// The floor: the least that any Worker with these steps must do. The same platform calls (one call of an object per
// phone, its storage, KV, the provider) with answers of the same size, but no framework, no validation, no cryptography
// and no limits. Nobody could deploy it; it shows how much of a request's CPU time is the platform's own.
import { DurableObject } from "cloudflare:workers";

const headers = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-request-id": "671bdd2544c1efec424c00f45982efe1",
};
const reply = (status, body) => new Response(body, { status, headers });

const objectPrefix = "0123456789012345678901234567890123456789";
const record =
  '{"v":1,"usage":"SignIn","exp":1700000000000,"mac":"f4fa5722609abf5d1547f2f62520c38cd0696b6705935aa758bb701066d3052c"}';
const ledger = (id) =>
  `{"live":[{"usage":"SignIn","id":"${id}","issuedAt":1700000000000,"attempts":0}],"sends":[1700000000000],"failures":[],"now":1700000000000}`;

const unauthorized = '{"code":"auth.unauthorized","message":""}';
const sent =
  '{"verificationId":"671bdd2544c1efec424c00f45982efe1","status":"sent","usageType":"SignIn","expiresAt":"2026-11-25T15:38:34.705Z","resendAt":"2026-11-25T15:29:34.705Z","connectorId":"twilio-short-message-service"}';
const verified =
  '{"verified":true,"verificationId":"671bdd2544c1efec424c00f45982efe1","phone":"+14155550123","usageType":"SignIn","verifiedAt":"2026-11-25T15:38:34.705Z"}';

export class Guard extends DurableObject {
  async begin(_phone, _usage) {
    this.live ??= await this.ctx.storage.get("ledger");
    const code = "123456";
    const id = String(Math.random()).padEnd(32, "0");
    this.live = { id, code };
    this.ctx.storage.put("ledger", ledger(id));
    await this.env.OTP_KV.put(`code:${id}`, record, { expirationTtl: 600 });
    return `{"issued":{"id":"${id}","code":"${code}","at":1700000000000}}`;
  }

  async check(_phone, _usage, code) {
    this.live ??= await this.ctx.storage.get("ledger");
    if (!this.live) return "not_found";
    await this.env.OTP_KV.get(`code:${this.live.id}`);
    this.ctx.storage.put("ledger", ledger(this.live.id));
    if (code !== this.live.code) return "wrong";
    this.env.OTP_KV.delete(`code:${this.live.id}`);
    return "right";
  }
}

const sendMessage = async (phone) => {
  const response = await fetch(
    "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json",
    {
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.timeout(10_000),
      headers: {
        authorization: "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTp0ZXN0LWF1dGgtdG9rZW4=",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: `To=%2B${phone.slice(1)}&MessagingServiceSid=MG1&Body=Sign+in+with+123456.&RiskCheck=enable`,
    },
  );
  await response.text();
};

export default {
  async fetch(request, env) {
    if (request.headers.get("authorization") !== "Bearer bench-api-key-0001") return reply(401, unauthorized);
    // Cut out by position: the benchmark's bodies all have the phone first and the code last.
    const text = await request.text();
    const phone = text.slice(10, 22);
    const guard = env.GUARD.getByName(objectPrefix + phone);
    if (request.url.endsWith("/send")) {
      await guard.begin(phone, "SignIn");
      await sendMessage(phone);
      return reply(200, sent);
    }
    const result = await guard.check(phone, "SignIn", text.slice(-8, -2));
    return reply(result === "right" ? 200 : 400, verified);
  },
};
