// Peer: Hono + a Durable Object per phone. The Worker of someone who knows that KV cannot count: the object keeps the
// MAC and the guesses, and every look at them is one undisturbed step. No KV at all.
import { DurableObject } from "cloudflare:workers";
import { appOver, drawCode, LIFETIME, MAX_ATTEMPTS, macKey, macText, sendText } from "./hono-common.js";

const COOLDOWN = 60_000;

export class OtpCounter extends DurableObject {
  /** Makes a code's MAC the live one, at most once a minute. */
  async begin(mac) {
    const live = await this.ctx.storage.get("live");
    const now = Date.now();
    if (live && now < live.sentAt + COOLDOWN) return false;
    this.ctx.storage.put("live", { mac, attempts: 0, sentAt: now, expiresAt: now + LIFETIME * 1000 });
    this.ctx.storage.setAlarm(now + LIFETIME * 1000);
    return true;
  }

  /** Counts a guess and compares it. While storage answers, the runtime lets no other event in. */
  async check(mac) {
    const live = await this.ctx.storage.get("live");
    if (!live || Date.now() >= live.expiresAt) return "no_code";
    if (live.attempts >= MAX_ATTEMPTS) return "too_many_attempts";
    if (crypto.subtle.timingSafeEqual(live.mac, mac)) {
      this.ctx.storage.delete("live");
      return "right";
    }
    this.ctx.storage.put("live", { ...live, attempts: live.attempts + 1 });
    return "wrong_code";
  }

  /** The message did not go out. */
  async cancel() {
    await this.ctx.storage.delete("live");
  }

  async alarm() {
    await this.ctx.storage.deleteAll();
  }
}

const statuses = { no_code: 404, too_many_attempts: 429, wrong_code: 400 };
const macOf = async (env, phone, code) => crypto.subtle.sign("HMAC", await macKey(env), macText(phone, code));

export default appOver({
  async send(env, phone) {
    const code = drawCode();
    const object = env.COUNTER.getByName(phone);
    if (!(await object.begin(await macOf(env, phone, code)))) return [429, { error: "too_soon" }];
    if (await sendText(env, phone, code)) return [200, { status: "sent", expiresIn: LIFETIME }];
    await object.cancel();
    return [502, { error: "provider" }];
  },

  async verify(env, phone, code) {
    const found = await env.COUNTER.getByName(phone).check(await macOf(env, phone, code));
    return found === "right" ? [200, { verified: true }] : [statuses[found], { error: found }];
  },
});
