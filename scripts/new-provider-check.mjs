// The check `provider` of npm test: in a copy of the repository the generator adds a sample provider. Its contract tests
// fail; then every marked line is written, and they pass, as do format, lints, and its fake.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { capture, root, run, StepError } from "./steps.mjs";
import { prepareRust } from "./toolchain.mjs";

// Below target/, which git and the formatters leave out.
const copy = join(root, "target", "new-provider");
const name = "sample-two";
const id = `${name}-sms`;
const marker = `TODO(${name})`;

const made = [
  "node_modules",
  "target",
  "dist",
  "build",
  "wasm",
  "worker",
  ".git",
  ".wrangler",
  "corpus",
  "artifacts",
];
const entries = [
  ...[
    ".cargo",
    ".gitignore",
    "Cargo.toml",
    "Cargo.lock",
    "clippy.toml",
    "rust-toolchain.toml",
    "rustfmt.toml",
  ],
  ...[
    "biome.json",
    "CHANGELOG.md",
    "console",
    "crates",
    "docs",
    "fuzz",
    "package.json",
    "scripts",
    "src",
    "tests",
  ],
];

const copyRepository = () => {
  const target = join(copy, "target");
  mkdirSync(copy, { recursive: true });
  for (const entry of readdirSync(copy)) {
    if (join(copy, entry) !== target) rmSync(join(copy, entry), { recursive: true, force: true });
  }
  for (const entry of entries) {
    cpSync(join(root, entry), join(copy, entry), {
      recursive: true,
      filter: (source) => !made.includes(basename(source)),
    });
  }
  // cargo names what it compiles after crate and version, not after the folder: with the same version it would take the
  // sample's crates for the repository's, since both are kept in one build folder.
  const manifest = join(copy, "Cargo.toml");
  const text = readFileSync(manifest, "utf8");
  const [, version] = /^\[workspace\.package\]\nversion = "(.+)"$/m.exec(text);
  writeFileSync(manifest, text.replaceAll(`version = "${version}"`, `version = "${version}-${name}"`));
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "dir");
};

/** The lines that replace the marked ones, by file, in their order. */
const written = {
  "crates/core/src/provider/sample_two.rs": [
    "//! Sample Two, which does not exist: <https://docs.example.com/sms>.",
    "//! Oddities: numbers have their `+`. A success has an `id`, an error an `error`.",
    "    // The sender is a name or a number.",
    `        // "Errors" of the documentation.
        (RejectionKind::Throttled(None), &["slow_down"]),`,
    "    // None.",
    "    // In the order of the documentation.",
    '            description: ["Text messages to nobody.", "发送短信。"],',
    "        // The key is a bearer token.",
    `        let body = response.json();
        if let Some(code) = body.get("error").and_then(serde_json::Value::as_str) {
            return DeliveryOutcome::from_code(response, ERROR_CODES, code);
        }
        if response.is_success() && body.get("id").is_some_and(serde_json::Value::is_string) {
            return DeliveryOutcome::Accepted;
        }`,
  ],
  [`docs/connectors/${id}.md`]: [
    "Sends text messages to nobody.",
    "1. Open an account at [example.com](https://example.com).",
    "| `apiKey` | yes | API key; encrypted at rest | the settings |",
    "| `sender` | yes | the sender | your choice |",
    "- 160 characters.",
    "| `unauthorized` | invalid key | `connector.general` (502) |",
  ],
  "docs/connectors/README.md": [
    `| \`${id}\` | nowhere | your text | API key, a sender | [Sample Two](${id}.md) |`,
  ],
  [`tests/vectors/${id}.json`]: [
    '"source":"invented",',
    `{"id":"${id}/type/SignIn","config":"default","send":{"to":"+14155550132","type":"SignIn","payload":{"code":"123456"}},"request":{"method":"POST","url":"https://api.example.com/","headers":{"content-type":"application/json","authorization":"Bearer test-key"},"body":"{\\"from\\":\\"Acme\\",\\"to\\":\\"+14155550132\\",\\"text\\":\\"Your sign-in code is 123456. It expires in 10 minutes.\\"}"},"logto":"ok"}`,
    `{"id":"${id}/response/success","status":200,"body":"{\\"id\\":\\"1\\"}","meaning":"accepted","fidelity":"documented","logto":"ok"},`,
    `{"id":"${id}/response/unauthorized","status":401,"body":"{\\"error\\":\\"unauthorized\\"}","meaning":"rejected","fidelity":"documented","logto":"general"},`,
    `{"id":"${id}/response/rate_limit","status":429,"body":"{\\"error\\":\\"slow_down\\"}","meaning":"rejected","fidelity":"documented","logto":"general"},`,
  ],
  "tests/vectors/failures.json": [
    `      "unauthorized": {"vector":"${id}/response/unauthorized","status":502,"reason":"credentials","code":"unauthorized"},`,
    `      "rate_limit": {"vector":"${id}/response/rate_limit","status":429,"reason":"throttled","code":"slow_down"}`,
  ],
  "tests/edge/fake-provider/providers.mjs": [
    "  const reject = (status, error) => respond(status, { error });",
    '  checkEndpoint(request, "POST", ["api.example.com"], "/");',
    '  check(isKnown, "credentials", reject(401, "unauthorized"));',
    '  checkFields(sms, ["from", "to", "text"], [], () => reject(400, "incomplete"));',
    '  check(isE164(sms.to), "to", reject(400, "number"));',
    '    response: respond(200, { id: "1" }),',
  ],
};

/** Writes the marked lines of a file. */
const fillIn = (path, lines) => {
  const left = [...lines];
  const text = readFileSync(join(copy, path), "utf8")
    .split("\n")
    .map((line) => (line.includes(marker) ? (left.shift() ?? line) : line))
    .join("\n");
  if (left.length > 0 || text.includes(marker)) {
    throw new StepError(`${path}: the generator has marked another number of lines than ${lines.length}.`);
  }
  writeFileSync(join(copy, path), text);
};

/** The files of the copy that have a marked line. */
const listMarked = (folder = "") =>
  readdirSync(join(copy, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (made.includes(entry.name)) return [];
    if (entry.isDirectory()) return listMarked(path);
    return readFileSync(join(copy, path), "utf8").includes(marker) ? [path] : [];
  });

const contract = [
  "test",
  "--quiet",
  "-p",
  "edge-otp-core",
  "--test",
  "contract",
  "--test",
  "vectors",
  "--no-fail-fast",
];

/** Sends the request of the provider's vectors to its fake. */
const askFake = `
  import { configOf, FakeProvider } from "./tests/edge/fake-provider/index.mjs";
  import { readFileSync } from "node:fs";
  const { requests, responses } = JSON.parse(readFileSync("tests/vectors/${id}.json", "utf8"));
  const answer = await new FakeProvider("${id}", configOf("${id}")).handle(requests[0].request).text();
  if (answer !== responses[0].body) throw new Error("the fake answers " + answer);`;

/** Adds the sample provider in a copy; gives the number of checks. */
export const checkNewProvider = async () => {
  const env = await prepareRust();
  const options = { cwd: copy, env: { ...env, CARGO_TARGET_DIR: join(copy, "target") } };
  copyRepository();
  await run("node", ["scripts/new-provider.mjs", name], options);
  const again = await capture("node", ["scripts/new-provider.mjs", name], options);
  if (again.code === 0 || !again.output.includes("cannot be used")) {
    throw new StepError(`The generator takes a name twice:\n${again.output}`);
  }
  const before = await capture("cargo", contract, options);
  const failed = [
    "build_request_makes_the_requests_of_the_vectors",
    "parse_response_reads_the_responses_of_the_vectors",
  ];
  const silent = failed.filter((test) => !new RegExp(`^ +\\S*${test}$`, "m").test(before.output));
  if (before.code === 0 || silent.length > 0) {
    throw new StepError(
      `These tests do not fail for a provider that is not written: ${silent}\n${before.output}`,
    );
  }
  const forgotten = listMarked().filter((path) => !(path in written));
  if (forgotten.length > 0)
    throw new StepError(`The generator has marked lines in ${forgotten.join(", ")}, too.`);
  for (const [path, lines] of Object.entries(written)) fillIn(path, lines);
  await run("cargo", ["fmt", "--all", "--check"], options);
  await run("cargo", contract, options);
  await run("cargo", ["clippy", "--quiet", "-p", "edge-otp-core", "--", "-D", "warnings"], options);
  await run(
    "biome",
    ["ci", "--vcs-enabled=false", "--error-on-warnings", "console/logos.mjs", "tests/edge"],
    options,
  );
  await run("node", ["--input-type=module", "-e", askFake], options);
  return 6;
};
