// Peer of the race: Hono + KV, the Worker that is written first. The code's MAC and the count of wrong guesses are one
// KV record that expires after ten minutes.
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";

const LIFETIME = 600;
const MAX_ATTEMPTS = 5;

const encoder = new TextEncoder();
let importedKey;
/** The MAC key, imported once per isolate. */
const macKey = (env) => {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  importedKey ??= crypto.subtle.importKey("raw", encoder.encode(env.OTP_SECRET), algorithm, false, [
    "sign",
    "verify",
  ]);
  return importedKey;
};
const macInput = (phone, code) => encoder.encode(`${phone}:${code}`);
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Six digits, all codes equally likely. */
const drawCode = () => {
  const [drawn] = crypto.getRandomValues(new Uint32Array(1));
  return drawn < 4_294_000_000 ? String(drawn % 1_000_000).padStart(6, "0") : drawCode();
};

/** Hands the code to Twilio; whether it accepted the message. */
const sendMessage = async (env, phone, code) => {
  const response = await fetch(`https://api.twilio.com/2010-04-01/Accounts/${env.TWILIO_SID}/Messages.json`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${env.TWILIO_SID}:${env.TWILIO_TOKEN}`)}` },
    body: new URLSearchParams({
      To: phone,
      MessagingServiceSid: env.TWILIO_SERVICE,
      Body: `Your sign-in code is ${code}.`,
    }),
    signal: AbortSignal.timeout(10_000),
  });
  const { status, error_code } = await response.json();
  return response.ok && error_code === null && status !== "failed";
};

const app = new Hono();
app.use(bearerAuth({ verifyToken: (token, c) => token === c.env.API_KEYS }));

app.post("/send", async (c) => {
  const { phone } = await c.req.json();
  if (!/^\+[1-9]\d{6,14}$/.test(phone ?? "")) return c.json({ code: "phone.invalid" }, 400);
  const code = drawCode();
  const mac = toText(await crypto.subtle.sign("HMAC", await macKey(c.env), macInput(phone, code)));
  const record = { mac, attempts: 0, expiresAt: Date.now() + LIFETIME * 1000 };
  await c.env.OTP_KV.put(`otp:${phone}`, JSON.stringify(record), { expirationTtl: LIFETIME });
  if (await sendMessage(c.env, phone, code)) return c.json({ status: "sent", expiresIn: LIFETIME });
  await c.env.OTP_KV.delete(`otp:${phone}`);
  return c.json({ code: "connector.general" }, 502);
});

app.post("/verify", async (c) => {
  const { phone, code } = await c.req.json();
  const refuse = (reason, status = 400) => c.json({ code: `verification_code.${reason}` }, status);
  const record = await c.env.OTP_KV.get(`otp:${phone}`, "json");
  if (!record || Date.now() >= record.expiresAt) return refuse("not_found");
  if (record.attempts >= MAX_ATTEMPTS) return refuse("exceed_max_try", 429);
  const key = await macKey(c.env);
  if (await crypto.subtle.verify("HMAC", key, toBytes(record.mac), macInput(phone, code))) {
    await c.env.OTP_KV.delete(`otp:${phone}`);
    return c.json({ verified: true });
  }
  const counted = { ...record, attempts: record.attempts + 1 };
  // KV takes no lifetime below a minute; the record itself says when the code expires.
  const expirationTtl = Math.max(60, Math.ceil((record.expiresAt - Date.now()) / 1000));
  await c.env.OTP_KV.put(`otp:${phone}`, JSON.stringify(counted), { expirationTtl });
  return refuse("code_mismatch");
});

export default app;
