// Writes the seeds of each fuzz target, from tests/vectors and a few of our own forms: `node fuzz/seeds.mjs` into
// fuzz/corpus/, where cargo-fuzz looks for them.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { listProviders } from "../scripts/providers.mjs";

const here = dirname(fileURLToPath(import.meta.url));

const readVectors = (name) =>
  JSON.parse(readFileSync(join(here, "..", "tests", "vectors", `${name}.json`), "utf8"));

/** The providers in the order of their registry, by which a seed of `provider_response` selects one. */
const providers = listProviders().map(({ id }) => id);

/** Status and `Retry-After` before each body: 200, 400, and 429 with one. */
const heads = [
  [0, 0],
  [1, 0],
  [6, 1],
];

const responses = () => {
  const { failures } = readVectors("failures");
  return providers.flatMap((id, index) => {
    const known = (readVectors(id).responses ?? []).map(({ body }) => body);
    const others = Object.values(failures[id] ?? {}).map(({ answer }) => answer?.body);
    const bodies = [...known, ...others, '{"a":1}', "OK", "0"].filter((body) => typeof body === "string");
    return bodies.flatMap((body) =>
      heads.map((head) => Buffer.concat([Buffer.from([index, ...head]), Buffer.from(body)])),
    );
  });
};

const connectors = () => {
  const stored = (connectorId, config) => JSON.stringify({ connectorId, config });
  const ofProviders = providers.flatMap((id) => {
    const { default: config, config: vectors = [] } = readVectors(id);
    // Two templates are enough to mutate; nine only make long inputs.
    const short = config.templates ? { ...config, templates: config.templates.slice(3, 5) } : config;
    const own = vectors.map((vector) => vector.config?.is).filter((is) => is && typeof is === "object");
    return [short, ...own].map((each) => stored(id, each));
  });
  const byRegion = { usageType: "Generic", locale: "zh-CN", templateCode: { china: "1", overseas: "2" } };
  const tencent = { accessKeyId: "a", accessKeySecret: "b", signName: "c", sdkAppId: "d", region: "e" };
  return [
    "{}",
    '{"connectorId":"http-sms"}',
    stored("tencent-short-message-service", { ...tencent, templates: [byRegion] }),
    stored("http-sms", {
      endpoint: "https://a.example",
      authorization: `sealed.v1.8f689978.${"0a".repeat(40)}`,
    }),
    ...ofProviders,
  ];
};

const bodies = [
  '{"phone":"+14155550123"}',
  '{"phone":"+8613800138000","usageType":"SignIn","locale":"zh-CN","ip":"203.0.113.7"}',
  '{"phone":"+447700900123","usageType":"MfaVerification","locale":"sr-Latn-RS","ip":"2001:db8::1"}',
  '{"phone":"+14155550123","code":"123456"}',
  '{"phone":"+14155550123","code":"\u200e\uff11\u0662 3-4"}',
  '{"phone":"+610412345678","locale":"zh_CN","ip":"[2001:db8::1]:443, 10.0.0.1"}',
  '{"phone":"+14155550123","code":"0000000000","usageType":"Generic","verificationId":"00ff00ff00ff00ff"}',
  '{"phone":"14155550123","code":12,"usageType":"x","locale":null,"ip":"::ffff:1.2.3.4","more":[]}',
  '{"phone":"14155550123","verificationCode":"123456"}',
  "null",
];

const templates = () => [
  "{{code}}",
  "Your code is {{ code }}. {{locale}} {{code.x}} {{unknown}} {{{code}}} {{code",
  "{{ \ufeffcode\u00a0}}",
  "验证码：{{code}}，10分钟内有效 😀",
  "^{}\\[~]|€ {{code}}",
  ...[60, 67, 70, 134, 153, 160, 306].flatMap((length) => ["a".repeat(length), "字".repeat(length)]),
];

const phones = () => [
  "+14155550123",
  "+8613800138000",
  "+1234567",
  "+123456789012345",
  ...readVectors("odd-phones"),
];

const locales = [
  "en",
  "de-AT\nde\nfr\n",
  "zh-Hans-CN\nzh-Hans\nzh\nzh-TW",
  "sr-Latn-RS\nSR-LATN\n\n",
  "x-\n-",
];

const documents = () => {
  const members = (count) => `{${Array.from({ length: count }, (_, number) => `"${number}":0`).join(",")}}`;
  const nested = [63, 64, 65, 200].flatMap((depth) => [
    "[".repeat(depth) + "]".repeat(depth),
    `${'{"a":'.repeat(depth)}0${"}".repeat(depth)}`,
  ]);
  return [
    '{"a":[1,-0.5e+10,true,false,null,"\\u00e9\\ud83d\\ude00\\n",{}],"b":{"c":[[]]}}',
    '{"a":1,"a":2}',
    '["\\ud83d","\\ude00\\ud83d","\\\\ud83d"]',
    "[]",
    ' "x" ',
    "-0",
    "18446744073709551616",
    members(1_025),
    ...nested,
    ...bodies,
  ];
};

const records = () => {
  const now = 1_800_000_000_000;
  const receipt = {
    verificationId: "0a",
    status: "unknown",
    usageType: "SignIn",
    expiresAt: "2026-11-21T10:10:00Z",
    resendAt: "2026-11-21T10:01:00Z",
    connectorId: "http-sms",
  };
  const times = { issuedAt: now, countedAt: now };
  const codes = ["SignIn", "Generic"].map((usage) => ({ usage, id: "0a", ...times, attempts: 1 }));
  const failures = { recent: [now + 2], sinceSuccess: 1, total: 1, last: now + 2 };
  const sends = { counted: [now, now + 1], refunds: [now] };
  const ledger = { ledger: { codes, sends, failures, now: now + 2 } };
  const issued = { id: "0a", code: "123456", expiresAt: now, resendAt: now };
  const key = { fingerprint: "00ff", owner: "0a", at: now, deadline: now + 30_000 };
  const connector = { connectorId: "http-sms", config: { authorization: "x" }, id: "abc", createdAt: now };
  return [
    { v: 1, kid: "0a1b2c3d", usage: "SignIn", exp: now + 600_000, mac: "00ff" },
    ledger,
    { idempotency: { ...key, ended: false } },
    { idempotency: { ...key, receipt, ended: true } },
    { moved: { to: "00ff", at: now, state: ledger } },
    { reserveSend: { phone: "+14155550123", usageType: "SignIn" } },
    { verify: { phone: "+14155550123", usageType: "SignIn", code: "123456", id: "0a" } },
    { revokeSend: { id: "0a" } },
    "unlock",
    { beginIdempotent: { fingerprint: "00ff", previousFingerprint: "ff00", owner: "0a" } },
    { grantIdempotent: { owner: "0a", receipt, timeout: 15 } },
    { endIdempotent: { owner: "0a", receipt } },
    { exportState: { to: "00ff" } },
    { sendReserved: issued },
    { verified: { id: "0a", at: now } },
    { idempotency: { completed: receipt } },
    { granted: true },
    { stateExported: ledger },
    { rejected: { mismatch: { attemptsLeft: 4 } } },
    { rejected: { rateLimited: { limit: "cooldown", retryAfter: 7 } } },
    "unavailable",
    connector,
    [{ connector, archivedAt: now }],
  ].map((record) => JSON.stringify(record));
};

/** The dialects in the order of their registry, by which a seed of `bridge_request` selects one. */
const dialects = [
  ...["generic", "logto", "supabase", "zitadel", "kratos"],
  ...["authgear", "authentik", "fusionauth", "casdoor", "clerk"],
];

const bridgeRequests = () => {
  const file = join(here, "..", "tests", "bridges", "vectors.json");
  const { accepted, refused } = JSON.parse(readFileSync(file, "utf8"));
  return [...accepted, ...refused].map(({ dialect, headers = {}, form = false, body }) => {
    const first = dialects.indexOf(dialect) + (form ? 0x80 : 0);
    return Buffer.concat([
      Buffer.from([first]),
      Buffer.from(`${Object.values(headers).at(-1) ?? ""}\n${body}`),
    ]);
  });
};

const seeds = {
  connector_config: connectors,
  json: documents,
  locale: () => locales,
  phone: phones,
  provider_response: responses,
  request_body: () => bodies,
  bridge_request: bridgeRequests,
  stored_record: records,
  template: templates,
};

/** The names of the targets. */
export const targets = Object.keys(seeds);

/** Writes the seeds of a target into a folder. */
export const writeSeeds = (target, folder) => {
  mkdirSync(folder, { recursive: true });
  for (const [number, seed] of seeds[target]().entries()) {
    writeFileSync(join(folder, `seed-${String(number).padStart(4, "0")}`), seed);
  }
};

if (fileURLToPath(import.meta.url) === process.argv[1]) {
  for (const target of targets) writeSeeds(target, join(here, "corpus", target));
}
