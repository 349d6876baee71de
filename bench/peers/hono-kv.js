// Peer: Hono + KV. The Worker that most people would write first: the code's MAC and the count of wrong guesses in one
// KV record that goes away by itself after ten minutes.
import { appOver, drawCode, LIFETIME, MAX_ATTEMPTS, macKey, macText, sendText } from "./hono-common.js";

const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

const otpOver = (sendText) => ({
  async send(env, phone) {
    const code = drawCode();
    const mac = toText(await crypto.subtle.sign("HMAC", await macKey(env), macText(phone, code)));
    const record = { mac, attempts: 0, expiresAt: Date.now() + LIFETIME * 1000 };
    await env.OTP_KV.put(`otp:${phone}`, JSON.stringify(record), { expirationTtl: LIFETIME });
    if (await sendText(env, phone, code)) return [200, { status: "sent", expiresIn: LIFETIME }];
    await env.OTP_KV.delete(`otp:${phone}`);
    return [502, { error: "provider" }];
  },

  async verify(env, phone, code) {
    const record = await env.OTP_KV.get(`otp:${phone}`, "json");
    if (!record || Date.now() >= record.expiresAt) return [404, { error: "no_code" }];
    if (record.attempts >= MAX_ATTEMPTS) return [429, { error: "too_many_attempts" }];
    const key = await macKey(env);
    if (await crypto.subtle.verify("HMAC", key, toBytes(record.mac), macText(phone, code))) {
      await env.OTP_KV.delete(`otp:${phone}`);
      return [200, { verified: true }];
    }
    const counted = { ...record, attempts: record.attempts + 1 };
    // KV takes no lifetime below a minute; the record itself says when the code ends.
    const expirationTtl = Math.max(60, Math.ceil((record.expiresAt - Date.now()) / 1000));
    await env.OTP_KV.put(`otp:${phone}`, JSON.stringify(counted), { expirationTtl });
    return [400, { error: "wrong_code" }];
  },
});

/** The app with another way to Twilio. */
export const appWith = (sendText) => appOver(otpOver(sendText));

export default appWith(sendText);
