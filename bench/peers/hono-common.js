// What both Hono peers share, written as one would in a project of one's own: the key check, the shapes of input, a
// code from the runtime's dice, its MAC by WebCrypto, the call to Twilio.
import { Hono } from "hono";
import { bearerAuth } from "hono/bearer-auth";

export const LIFETIME = 600;
export const MAX_ATTEMPTS = 5;

const encoder = new TextEncoder();
let imported;

/** The MAC key, imported once per isolate. */
export const macKey = (env) => {
  imported ??= crypto.subtle.importKey(
    "raw",
    encoder.encode(env.OTP_SECRET),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign", "verify"],
  );
  return imported;
};

export const macText = (phone, code) => encoder.encode(`${phone}:${code}`);

/** Six digits, each code as likely as any other. */
export const drawCode = () => {
  const limit = 4_294_000_000;
  const [draw] = crypto.getRandomValues(new Uint32Array(1));
  return draw < limit ? String(draw % 1_000_000).padStart(6, "0") : drawCode();
};

/** Whether Twilio took the message. */
export const sendText = async (env, phone, code) => {
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

const isPhone = (value) => typeof value === "string" && /^\+[1-9]\d{6,14}$/.test(value);
const isCode = (value) => typeof value === "string" && /^\d{6}$/.test(value);

/**
 * The app around a way to keep codes.
 * @param {{ send: (env: any, phone: string) => Promise<[number, object]>,
 *   verify: (env: any, phone: string, code: string) => Promise<[number, object]> }} otp
 */
export const appOver = ({ send, verify }) => {
  const app = new Hono();
  const key = bearerAuth({ verifyToken: (token, c) => token === c.env.API_KEY });
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.post("/send", key, async (c) => {
    const { phone } = await c.req.json();
    if (!isPhone(phone)) return c.json({ error: "bad_phone" }, 400);
    const [status, answer] = await send(c.env, phone);
    return c.json(answer, status);
  });
  app.post("/verify", key, async (c) => {
    const { phone, code } = await c.req.json();
    if (!isPhone(phone) || !isCode(code)) return c.json({ error: "bad_input" }, 400);
    const [status, answer] = await verify(c.env, phone, code);
    return c.json(answer, status);
  });
  app.onError((_, c) => c.json({ error: "internal" }, 500));
  return app;
};
