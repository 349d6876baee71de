// Peer: what a careful TypeScript team would write with Hono for the same promises, for one provider and one policy.
// Codes are MACs in KV, counts live in a Durable Object per phone whose name is a MAC of the number, keys are compared
// in constant time, and every field of the input is checked.
import { DurableObject } from "cloudflare:workers";
import { type Context, Hono } from "hono";

export type Env = {
  OTP_KV: KVNamespace;
  GUARD: DurableObjectNamespace<Guard>;
  OTP_SECRET: string;
  API_KEYS: string;
  MAX_ATTEMPTS: string;
  DAILY_FAILURES: string;
  SENDS_PER_DAY: string;
};
type App = { Bindings: Env };
type LiveCode = { id: string; at: number; attempts: number };
type Ledger = { live: Record<string, LiveCode>; sends: number[]; failures: number[] };
type Checked =
  | { status: "ok"; id: string }
  | { status: "code_mismatch"; left: number }
  | { status: "not_found" | "expired" | "exceed_max_try" | "locked" };
type Connector = {
  connectorId: string;
  config: {
    accountSID: string;
    authToken: string;
    fromMessagingServiceSID: string;
    templates: { usageType: string; content: string }[];
  };
};
type Input = { phone: string; usageType: string; code?: string };
type Parsed = { body: Input; error?: undefined } | { body?: undefined; error: Response };

const LIFETIME = 600_000;
const COOLDOWN = 60_000;
const DAY = 86_400_000;
const CONNECTOR_LIFETIME = 30_000;
const MAX_BODY = 8192;
const USAGE_TYPES = new Set([
  "SignIn",
  "Register",
  "ForgotPassword",
  "Generic",
  "OrganizationInvitation",
  "UserPermissionValidation",
  "BindNewIdentifier",
  "MfaVerification",
  "BindMfa",
]);

const encoder = new TextEncoder();
const hex = (bytes: ArrayBuffer) =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

let importedKey: Promise<CryptoKey> | undefined;
/** The MAC key, imported once per isolate. */
const macKey = (secret: string) => {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  importedKey ??= crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  return importedKey;
};
/** The MAC of length-prefixed parts, as hex. */
const macOf = async (secret: string, ...parts: string[]) => {
  const text = parts.map((part) => `${part.length}:${part}`).join("|");
  return hex(await crypto.subtle.sign("HMAC", await macKey(secret), encoder.encode(text)));
};

const constantTimeEqual = (a: string, b: string) => {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at += 1) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
};

/** Six digits, all codes equally likely. */
const drawCode = () => {
  const drawn = new Uint32Array(1);
  do crypto.getRandomValues(drawn);
  while ((drawn[0] as number) >= 4_294_000_000);
  return String((drawn[0] as number) % 1_000_000).padStart(6, "0");
};

const withinDay = (times: number[], now: number) => times.filter((time) => time > now - DAY);

export class Guard extends DurableObject<Env> {
  #ledger?: Ledger;

  async #load() {
    this.#ledger ??= (await this.ctx.storage.get<Ledger>("ledger")) ?? { live: {}, sends: [], failures: [] };
    return this.#ledger;
  }

  /** Counts a send and makes a new code the live one. */
  async begin(phone: string, usage: string) {
    const ledger = await this.#load();
    const now = Date.now();
    ledger.sends = withinDay(ledger.sends, now);
    ledger.failures = withinDay(ledger.failures, now);
    if (ledger.sends.length >= Number(this.env.SENDS_PER_DAY)) return { limited: true as const };
    const id = hex(crypto.getRandomValues(new Uint8Array(16)).buffer);
    const code = drawCode();
    ledger.sends.push(now);
    ledger.live[usage] = { id, at: now, attempts: 0 };
    await this.ctx.storage.put("ledger", ledger);
    const mac = await macOf(this.env.OTP_SECRET, "otp", usage, phone, id, code);
    const record = JSON.stringify({ v: 1, usage, exp: now + LIFETIME, mac });
    await this.env.OTP_KV.put(`code:${id}`, record, { expirationTtl: LIFETIME / 1000 });
    return { limited: false as const, id, code, at: now };
  }

  /** Counts a guess before it is compared, so that guesses sent at once cannot exceed the limit. */
  async check(phone: string, usage: string, code: string): Promise<Checked> {
    const ledger = await this.#load();
    const live = ledger.live[usage];
    const now = Date.now();
    if (!live) return { status: "not_found" };
    if (now >= live.at + LIFETIME) return { status: "expired" };
    const limit = Number(this.env.MAX_ATTEMPTS);
    if (live.attempts >= limit) return { status: "exceed_max_try" };
    ledger.failures = withinDay(ledger.failures, now);
    if (ledger.failures.length >= Number(this.env.DAILY_FAILURES)) return { status: "locked" };
    live.attempts += 1;
    ledger.failures.push(now);
    await this.ctx.storage.put("ledger", ledger);
    const record = await this.env.OTP_KV.get(`code:${live.id}`);
    if (!record) return { status: "not_found" };
    const mac = await macOf(this.env.OTP_SECRET, "otp", usage, phone, live.id, code);
    if (!constantTimeEqual(JSON.parse(record).mac, mac))
      return { status: "code_mismatch", left: limit - live.attempts };
    // Another request may have used the code while KV answered.
    if (ledger.live[usage]?.id !== live.id) return { status: "not_found" };
    delete ledger.live[usage];
    ledger.failures = [];
    await this.ctx.storage.put("ledger", ledger);
    this.ctx.waitUntil(this.env.OTP_KV.delete(`code:${live.id}`));
    return { status: "ok", id: live.id };
  }
}

const guardOf = async (env: Env, phone: string) =>
  env.GUARD.get(env.GUARD.idFromName(await macOf(env.OTP_SECRET, "guard", phone)));

let cachedConnector: { at: number; value: Connector | null } | undefined;
const connectorOf = async (env: Env) => {
  if (cachedConnector && cachedConnector.at > Date.now() - CONNECTOR_LIFETIME) return cachedConnector.value;
  const value = JSON.parse((await env.OTP_KV.get("connector")) ?? "null") as Connector | null;
  cachedConnector = { at: Date.now(), value };
  return value;
};

/** Hands the code to Twilio; whether it accepted the message. */
const sendMessage = async ({ config }: Connector, phone: string, text: string) => {
  const response = await fetch(
    `https://api.twilio.com/2010-04-01/Accounts/${config.accountSID}/Messages.json`,
    {
      method: "POST",
      redirect: "manual",
      signal: AbortSignal.timeout(10_000),
      headers: {
        authorization: `Basic ${btoa(`${config.accountSID}:${config.authToken}`)}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({
        To: phone,
        MessagingServiceSid: config.fromMessagingServiceSID,
        Body: text,
        RiskCheck: "enable",
      }).toString(),
    },
  );
  const answer = JSON.parse(await response.text()) as { status?: string };
  return response.ok && answer.status !== "failed";
};

/** The input of a request, or the answer that refuses it. */
const parseInput = async (c: Context<App>, keys: string[]): Promise<Parsed> => {
  const text = await c.req.text();
  if (text.length > MAX_BODY) return { error: c.json({ code: "request.too_large" }, 413) };
  const invalid = (code: string): Parsed => ({ error: c.json({ code }, 400) });
  let body: Input;
  try {
    body = JSON.parse(text);
  } catch {
    return invalid("guard.invalid_input");
  }
  if (typeof body !== "object" || !body) return invalid("guard.invalid_input");
  if (Object.keys(body).some((key) => !keys.includes(key))) return invalid("guard.invalid_input");
  if (!/^\+[1-9]\d{6,14}$/.test(body.phone ?? "")) return invalid("phone.invalid");
  body.usageType ??= "Generic";
  if (!USAGE_TYPES.has(body.usageType)) return invalid("guard.invalid_input");
  return { body };
};

export const app = new Hono<App>();

app.use("*", async (c, next) => {
  await next();
  c.res.headers.set("cache-control", "no-store");
  c.res.headers.set("x-content-type-options", "nosniff");
  c.res.headers.set("x-request-id", crypto.randomUUID());
});

app.use("*", async (c, next) => {
  const key = /^Bearer (.+)$/.exec(c.req.header("authorization") ?? "")?.[1] ?? "";
  const given = await macOf(c.env.OTP_SECRET, "key", key);
  let known = false;
  for (const expected of c.env.API_KEYS.split(/[\s,]+/)) {
    if (constantTimeEqual(given, await macOf(c.env.OTP_SECRET, "key", expected))) known = true;
  }
  if (!known) return c.json({ code: "auth.unauthorized", message: "unknown key" }, 401);
  if (!/^application\/json/.test(c.req.header("content-type") ?? ""))
    return c.json({ code: "request.unsupported_media_type", message: "" }, 415);
  await next();
});

app.post("/send", async (c) => {
  const { body, error } = await parseInput(c, ["phone", "usageType", "locale", "ip"]);
  if (error) return error;
  const connector = await connectorOf(c.env);
  if (!connector) return c.json({ code: "connector.not_found" }, 501);
  const { templates } = connector.config;
  const template =
    templates.find(({ usageType }) => usageType === body.usageType) ??
    templates.find(({ usageType }) => usageType === "Generic");
  if (!template) return c.json({ code: "connector.template_not_found" }, 422);
  const issued = await (await guardOf(c.env, body.phone)).begin(body.phone, body.usageType);
  if (issued.limited) return c.json({ code: "request.message_rate_limited" }, 429);
  const text = template.content.replaceAll("{{code}}", issued.code);
  if (!(await sendMessage(connector, body.phone, text))) return c.json({ code: "connector.general" }, 502);
  return c.json({
    verificationId: issued.id,
    status: "sent",
    usageType: body.usageType,
    expiresAt: new Date(issued.at + LIFETIME).toISOString(),
    resendAt: new Date(issued.at + COOLDOWN).toISOString(),
    connectorId: connector.connectorId,
  });
});

app.post("/verify", async (c) => {
  const { body, error } = await parseInput(c, ["phone", "usageType", "code", "verificationId"]);
  if (error) return error;
  const { phone, usageType, code = "" } = body;
  if (!/^\d{6,10}$/.test(code)) return c.json({ code: "guard.invalid_input" }, 400);
  const checked = await (await guardOf(c.env, phone)).check(phone, usageType, code);
  if (checked.status !== "ok") {
    const data = { attemptsLeft: checked.status === "code_mismatch" ? checked.left : undefined };
    return c.json({ code: `verification_code.${checked.status}`, message: "", data }, 400);
  }
  const verifiedAt = new Date().toISOString();
  return c.json({ verified: true, verificationId: checked.id, phone, usageType, verifiedAt });
});

export default app;
