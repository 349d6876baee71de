// What runs in a Node process: our `createOtp`, and better-auth's phone-number plugin, each over memory and over
// SQLite. Each is given the same fetch and asked for the same two things: to send a code and to verify one.
import { generateKeySync } from "node:crypto";

const phoneService = "MG00000000000000000000000000000002";
const account = "AC00000000000000000000000000000001";
const secret = generateKeySync("hmac", { length: 256 }).export().toString("hex");
const LIMIT = 5;

/** Stands in for Twilio: answers at once and remembers which code went to which phone. */
const createProvider = () => {
  const codes = new Map();
  const fetch = async (_url, { body }) => {
    const form = new URLSearchParams(String(body));
    codes.set(form.get("To"), /\d{6}/.exec(form.get("Body"))[0]);
    const answer = { sid: "SM00000000000000000000000000000003", status: "accepted", error_code: null };
    return Response.json(answer, { status: 201 });
  };
  const take = (phone) => {
    const code = codes.get(phone);
    codes.delete(phone);
    return code;
  };
  return { fetch, take };
};

/** edge-otp, with the kv and the guard that `stores` gives. */
const edgeOtp = async (stores) => {
  const { createOtp } = await import("edge-otp");
  const guards = await import("edge-otp/guards");
  const { fetch, take } = createProvider();
  const otp = createOtp({
    ...(await stores(guards)),
    secret,
    fetch,
    // The peer has no limits against SMS pumping.
    policy: { maxAttempts: LIMIT, limits: "off" },
    connector: {
      connectorId: "twilio-short-message-service",
      config: {
        accountSID: account,
        authToken: "a-token",
        fromMessagingServiceSID: phoneService,
        templates: [{ usageType: "Generic", content: "Your sign-in code is {{code}}." }],
      },
    },
  });
  let compared = 0;
  return {
    async send(phone) {
      await otp.send({ phone });
      return take(phone);
    },
    async verify(phone, code) {
      const { verified, reason } = await otp.verify({ phone, code });
      if (reason === "code_mismatch") compared += 1;
      return verified;
    },
    comparisons: () => compared,
  };
};

/** The callback that a project writes for better-auth to reach Twilio. */
const sendBy =
  (fetch) =>
  async ({ phoneNumber, code }) => {
    const response = await fetch(`https://api.twilio.com/2010-04-01/Accounts/${account}/Messages.json`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${account}:a-token`)}` },
      body: new URLSearchParams({
        To: phoneNumber,
        MessagingServiceSid: phoneService,
        Body: `Your sign-in code is ${code}.`,
      }),
    });
    if (!response.ok || (await response.json()).error_code !== null) throw new Error("not sent");
  };

/** better-auth, with the database that `databaseOf` gives; it only verifies the code: no user, no session. */
const betterAuth = async (databaseOf) => {
  const { betterAuth: create } = await import("better-auth");
  const { phoneNumber } = await import("better-auth/plugins/phone-number");
  const { fetch, take } = createProvider();
  let compared = 0;
  const options = {
    baseURL: "http://localhost:3000",
    secret,
    logger: { disabled: true },
    telemetry: { enabled: false },
    // A wrong guess that was compared is put back with its count raised; its answer alone does not show it.
    databaseHooks: {
      verification: {
        create: {
          before: async ({ value }) => {
            if (!value.endsWith(":0")) compared += 1;
          },
        },
      },
    },
    plugins: [phoneNumber({ sendOTP: sendBy(fetch), allowedAttempts: LIMIT, expiresIn: 600 })],
  };
  const auth = create({ ...options, database: await databaseOf(options) });
  return {
    async send(phone) {
      await auth.api.sendPhoneNumberOTP({ body: { phoneNumber: phone } });
      return take(phone);
    },
    verify: (phone, code) =>
      auth.api.consumePhoneNumberOTP({ body: { phoneNumber: phone, code } }).then(
        ({ status }) => status,
        (error) => {
          if (error.name !== "APIError") throw error;
          return false;
        },
      ),
    comparisons: () => compared,
  };
};

const sqlite = async () => {
  const { DatabaseSync } = await import("node:sqlite");
  return new DatabaseSync(":memory:");
};

/** A KV for edge-otp in the same database as its guard: the package brings none, so this is what a user writes. */
const sqliteKv = (database) => {
  database.exec("CREATE TABLE kv (key TEXT PRIMARY KEY, value TEXT NOT NULL, until INTEGER) WITHOUT ROWID");
  const get = database.prepare(
    "SELECT value FROM kv WHERE key = ? AND (until IS NULL OR until > unixepoch())",
  );
  const put = database.prepare("INSERT OR REPLACE INTO kv VALUES (?, ?, unixepoch() + ?)");
  const remove = database.prepare("DELETE FROM kv WHERE key = ?");
  return {
    get: async (key) => get.get(key)?.value ?? null,
    put: async (key, value, { expirationTtl = null } = {}) => {
      put.run(key, value, expirationTtl);
    },
    delete: async (key) => {
      remove.run(key);
    },
  };
};

/** @type {Record<string, () => Promise<{ send: (phone: string) => Promise<string>,
 *   verify: (phone: string, code: string) => Promise<boolean>, comparisons: () => number }>>} */
export const otps = {
  // The provider's own share of the CPU time, which both sides have.
  "the provider alone": async () => {
    const { fetch, take } = createProvider();
    const send = sendBy(fetch);
    return {
      async send(phone) {
        await send({ phoneNumber: phone, code: "123456" });
        return take(phone);
      },
      verify: async (_phone, code) => code === "123456",
      comparisons: () => 0,
    };
  },
  "edge-otp, memory": () =>
    edgeOtp(({ memoryGuard, memoryKv }) => ({ kv: memoryKv(), guard: memoryGuard() })),
  "better-auth, memory": () =>
    betterAuth(async () => {
      const { memoryAdapter } = await import("better-auth/adapters/memory");
      return memoryAdapter({ user: [], session: [], account: [], verification: [] });
    }),
  "edge-otp, SQLite": () =>
    edgeOtp(async ({ sqliteGuard, sqliteSchema }) => {
      const database = await sqlite();
      database.exec(sqliteSchema());
      return { kv: sqliteKv(database), guard: sqliteGuard(database) };
    }),
  "better-auth, SQLite": () =>
    betterAuth(async (options) => {
      const { getMigrations } = await import("better-auth/db/migration");
      const database = await sqlite();
      await (await getMigrations({ ...options, database })).runMigrations();
      return database;
    }),
};
