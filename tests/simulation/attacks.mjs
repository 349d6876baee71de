// Attacks that pump SMS, traffic of real users beside them, and the defences: what `npm run simulate` and
// tests/edge/pumping.test.mjs play over the real Worker.
import { apiKey, secrets, startWorker } from "../edge/worker.mjs";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** The next full hour: alarms, which the platform runs by its own clock, then have time. */
const START = Math.ceil(Date.now() / (60 * MINUTE)) * 60 * MINUTE;
/** How long a user takes to type the code, and which users do. */
const TYPING = 25 * SECOND;
const isTyped = (at) => at % 10 < 7;

const pad = (number, digits) => String(number).padStart(digits, "0");
/** A different address for each request, as a botnet has. */
const botnet = (at) => `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`;
const events = (count, interval, make) =>
  Array.from({ length: count }, (_, at) => ({ at: START + at * interval, ...make(at) }));

/**
 * The attacks by name, each for a count of requests.
 * @type {Record<string, { text: string, count: number, make: (count: number) => object[] }>}
 */
export const attacks = {
  prefix: {
    text: "one prefix, sequential numbers, 5 a second for 1 min, botnet",
    count: 300,
    make: (count) =>
      events(count, 200, (at) => ({ phone: `+3361234${pad(at % 10_000, 4)}`, ip: botnet(at) })),
  },
  slow: {
    text: "200 prefixes of one country, 1 a minute for 3 h, botnet",
    count: 180,
    make: (count) =>
      events(count, MINUTE, (at) => ({
        phone: `+3361${pad(at % 200, 3)}${pad(at, 4)}`,
        ip: botnet(at),
      })),
  },
  country: {
    text: "any number of one country, 5 a second for 160 s, botnet",
    count: 800,
    make: (count) =>
      events(count, 200, (at) => ({
        phone: `+336${pad((at * 10_007) % 10_000, 4)}${pad(at, 4)}`,
        ip: botnet(at),
      })),
  },
  address: {
    text: "numbers of three countries, 5 a second for 24 s, one IP address",
    count: 120,
    make: (count) =>
      events(count, 200, (at) => ({
        phone: [`+336${pad(at * 10_007, 8)}`, `+4915${pad(at * 10_007, 9)}`, `+4479${pad(at * 10_007, 8)}`][
          at % 3
        ],
        ip: "203.0.113.7",
      })),
  },
  bombing: {
    text: "one number, 5 a second for 12 s, botnet",
    count: 60,
    make: (count) => events(count, 200, (at) => ({ phone: "+33612345678", ip: botnet(at) })),
  },
};

/** Users of four other countries and of France outside the attacked prefix, one each 30 s; 7 of 10 type their codes. */
export const userEvents = (attack, duration) => {
  const numbers = [
    (at) => `+1415${pad(2_000_000 + ((at * 10_007) % 7_000_000), 7)}`,
    (at) => `+4915${pad(112_000_000 + at * 10_007, 9)}`,
    (at) => `+3468${pad((at * 10_007) % 10_000_000, 7)}`,
    (at) => `+8190${pad(12_000_000 + at * 10_007, 8)}`,
  ];
  // The country as a whole is what these attack.
  if (attack === "prefix" || attack === "bombing")
    numbers.push((at) => `+3367${pad((at * 10_007) % 10_000_000, 7)}`);
  const count = Math.ceil(duration / (30 * SECOND));
  return Array.from({ length: count }, (_, at) => {
    const phone = numbers[at % numbers.length](at);
    const send = {
      at: START + at * 30 * SECOND + 7,
      phone,
      ip: `198.51.${100 + (at >> 8)}.${at & 255}`,
      isUser: true,
    };
    return isTyped(at) ? [send, { at: send.at + TYPING, phone, verify: true, isUser: true }] : [send];
  }).flat();
};

const off = {
  SENDS_PER_IP_HOUR: "0",
  SENDS_PER_IP_DAY: "0",
  SENDS_PER_PREFIX_HOUR: "0",
  PREFIX_BREAKER: "0",
  COUNTRY_BREAKER: "0",
};
const without = (...names) =>
  Object.fromEntries(Object.entries(off).filter(([name]) => !names.some((start) => name.startsWith(start))));

/** The defences by name: the settings. */
export const defences = {
  none: { LIMITS: "off", RESEND_COOLDOWNS: "0", SENDS_PER_HOUR: "1000", SENDS_PER_DAY: "1000" },
  "per phone": { LIMITS: "off" },
  "+ IP": { LIMITS: "on", ...without("SENDS_PER_IP") },
  "+ prefix, hour": { LIMITS: "on", ...without("SENDS_PER_PREFIX") },
  "+ prefix, breaker": { LIMITS: "on", ...without("PREFIX_BREAKER") },
  "+ country, breaker": { LIMITS: "on", ...without("COUNTRY_BREAKER") },
  all: { LIMITS: "on" },
};

const BATCH = 500;
const folder = "./tests/simulation";

/**
 * Plays an attack of so many requests, and users beside it, against a defence.
 * @returns {Promise<{ lost: number, users: number, refusedUsers: number, limits: string[], stops: object[] }>} `lost` are
 *   the SMS that the attacker got
 */
export const simulate = async (attack, defence, count = attacks[attack].count) => {
  const otp = await startWorker({
    vars: { LIMITS: undefined, ...defences[defence], SIMULATION_KEY: apiKey },
    build: { configPath: `${folder}/wrangler.toml` },
  });
  try {
    const attacked = attacks[attack].make(count);
    const duration = attacked.at(-1).at - START;
    const all = [...attacked, ...userEvents(attack, duration)].sort((a, b) => a.at - b.at);
    const outcome = { lost: 0, users: 0, refusedUsers: 0, limits: new Set() };
    for (let at = 0; at < all.length; at += BATCH) {
      const batch = all.slice(at, at + BATCH);
      const { json } = await otp.call("/test/play", { body: batch });
      for (const [index, { status, code, limit }] of json.results.entries()) {
        const { isUser, verify } = batch[index];
        if (![200, 429].includes(status)) throw new Error(`${attack}, ${defence}: ${status} ${code}`);
        if (limit) outcome.limits.add(limit);
        if (verify) continue;
        if (isUser) outcome.users += 1;
        if (isUser && status !== 200) outcome.refusedUsers += 1;
        if (!isUser && status === 200) outcome.lost += 1;
      }
    }
    const { json: stops } = await otp.call("/api/limits", { method: "GET", key: secrets.ADMIN_KEY });
    return { ...outcome, limits: [...outcome.limits], stops };
  } finally {
    await otp.close();
  }
};
