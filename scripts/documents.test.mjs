// Every command in README.md and CONTRIBUTING.md is run by a check of `npm test` or by a workflow.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checks } from "./checks.mjs";
import { readCommands } from "./documents.mjs";
import { root } from "./steps.mjs";

const read = (path) => readFileSync(join(root, path), "utf8");
const checkNames = Object.keys(checks);

/** The commands that the workflows run, but for the release's. */
const workflowCommands = readdirSync(join(root, ".github", "workflows"))
  .filter((file) => file !== "release.yml")
  .flatMap((file) => {
    const text = read(`.github/workflows/${file}`);
    const lines = [...text.matchAll(/^ +(?:- )?run: (?!\|)(.+)$/gm)].map(([, command]) => command);
    const blocks = [...text.matchAll(/^( +)- run: \|\n((?:\1 .*\n|\n)+)/gm)].map(([, indent, block]) =>
      block.replaceAll(new RegExp(`^${indent} {4}`, "gm"), ""),
    );
    return [...lines, ...blocks];
  });

/** The checks that `npm test -- a b` in a workflow runs. */
const checksInWorkflows = new Set(
  workflowCommands.flatMap((command) => /^npm test -- ([a-z ]+)$/.exec(command)?.[1].split(" ") ?? []),
);

/** What a check runs of the commands that no workflow runs as they are: the check, and the file that shows it. */
const runByCheck = [
  { command: /^npm test$/, check: "format", file: "scripts/test.mjs" },
  {
    command: /^npm start$|^curl -s http:\/\/127\.0\.0\.1:8787\//,
    check: "start",
    file: "tests/start/start.test.mjs",
  },
  {
    command: /^npm install (?:&& npm run dev|edge-otp)$/,
    check: "documents",
    file: "tests/documents/guides.test.mjs",
  },
  { command: /^npm run deploy$/, check: "npm", file: "tests/npm/template.test.mjs" },
  { command: /^npm run site$/, check: "documents", file: "tests/documents/site.test.mjs" },
  { command: /^npm run generate$/, check: "generated", file: "scripts/generate.mjs" },
  { command: /^npm run new-provider -- /, check: "provider", file: "scripts/new-provider-check.mjs" },
];

/** Commands that need an account at Cloudflare, with what runs the same without one. */
const needAccount = [
  {
    command: "npx wrangler kv key put connector --binding OTP_KV --remote --path connector.json",
    instead: [
      "template/scripts/dev.mjs",
      /"kv", "key", "put", "connector", "--path", "connector\.example\.json"/,
    ],
  },
];

/** Why a command is not run anywhere; undefined if it is. */
const findGap = (command) => {
  const [, names] = /^npm test -- ([a-z ]+)$/.exec(command) ?? [];
  if (names) return names.split(" ").find((name) => !checksInWorkflows.has(name));
  const byCheck = runByCheck.find((entry) => entry.command.test(command));
  if (byCheck)
    return checkNames.includes(byCheck.check) && existsSync(join(root, byCheck.file))
      ? undefined
      : byCheck.check;
  const account = needAccount.find((entry) => entry.command === command);
  if (account) return account.instead[1].test(read(account.instead[0])) ? undefined : account.instead[0];
  const isRun = workflowCommands.some((run) => run.split("\n").includes(command) || run.includes(command));
  return isRun ? undefined : "no workflow runs it";
};

for (const document of ["README.md", "CONTRIBUTING.md"]) {
  test(`every command in ${document} is run by a check or a workflow`, () => {
    const commands = readCommands(document);
    assert.ok(commands.length >= 8, `${commands.length} commands`);
    const gaps = commands
      .map(({ command }) => [command, findGap(command)])
      .filter(([, gap]) => gap !== undefined);
    assert.deepEqual(gaps, []);
  });
}

test("the workflows run every check of npm test, and no other", () => {
  assert.deepEqual([...checksInWorkflows].sort(), [...checkNames].sort());
});

test("CONTRIBUTING.md lists the checks in their order", () => {
  const text = read("CONTRIBUTING.md").replaceAll("\n", " ");
  assert.ok(text.includes(`\`${checkNames.join(" ")}\``), checkNames.join(" "));
});

test("every npm script that a document or a workflow names exists", () => {
  const scriptsOf = (path) => JSON.parse(read(path)).scripts;
  const scripts = { ...scriptsOf("package.json"), ...scriptsOf("template/package.json") };
  const named = [...readCommands("README.md"), ...readCommands("CONTRIBUTING.md")].map(
    ({ command }) => command,
  );
  for (const command of [...named, ...workflowCommands]) {
    const [, name] = /^npm run ([a-z-]+)/.exec(command) ?? [];
    if (name) assert.ok(scripts[name], command);
  }
});

test("every file that a command in CONTRIBUTING.md names exists", () => {
  for (const { command } of readCommands("CONTRIBUTING.md")) {
    const [, rust] = /^cargo test -p edge-otp-core --test (\w+)/.exec(command) ?? [];
    if (rust) assert.ok(existsSync(join(root, "crates", "core", "tests", `${rust}.rs`)), command);
    const [, node] = /^node --test (\S+)/.exec(command) ?? [];
    if (node) assert.ok(existsSync(join(root, node)), command);
  }
});

test("readCommands reads prompts, continued lines, here-documents and code in a sentence", () => {
  const text = [
    ...["Run `npm test -- unit`; `a.rs` is a file.", "", "```console", "$ npm start  # builds", "output"],
    ...[
      "$ curl -s x \\",
      "    -d '{}'",
      "$ cat > f <<END",
      '{"a":"#"}',
      "END",
      "```",
      "```sh",
      "npm ci",
      "```",
    ],
    ...["```json", "npm no", "```", ""],
  ].join("\n");
  assert.deepEqual(
    readCommands("x.md", text).map(({ command }) => command),
    ["npm start", "curl -s x \\\n    -d '{}'", 'cat > f <<END\n{"a":"#"}\nEND', "npm ci", "npm test -- unit"],
  );
});
