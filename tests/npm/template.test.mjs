// template/ as it is deployed; tests/documents plays it as a new user.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { installed, root, succeed } from "./setup.mjs";

const env = {
  PATH: `${join(root, "node_modules", ".bin")}:${process.env.PATH}`,
  // What wrangler prints is read.
  WRANGLER_LOG: "log",
};

test("wrangler deploy bundles the template", async (t) => {
  const home = await installed();
  const project = mkdtempSync(join(tmpdir(), "edge-otp-template-"));
  t.after(() => rmSync(project, { recursive: true, force: true }));
  cpSync(join(root, "template"), project, { recursive: true });
  cpSync(join(home, "node_modules"), join(project, "node_modules"), {
    recursive: true,
    verbatimSymlinks: true,
  });

  const output = await succeed("npm", ["run", "deploy", "--", "--dry-run"], { cwd: project, env });
  assert.match(output, /env\.GUARD/);
  assert.match(output, /env\.OTP_KV/);
});

const folderOf = (t) => {
  const folder = mkdtempSync(join(tmpdir(), "edge-otp-deploy-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(root, "template"), folder, { recursive: true });
  return folder;
};

const NOT_FOUND = 'Worker "my-otp" not found.';
const NOT_LOGGED_IN = "In a non-interactive environment, it's necessary to set a CLOUDFLARE_API_TOKEN.";

/**
 * A wrangler that notes how it was called; `deployed` are the secrets that the Worker has, or what wrangler says instead,
 * until it has logged in if that is what it says.
 */
const fakeWrangler = (folder, deployed = NOT_FOUND) => {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const print = (names) => `echo '${JSON.stringify(names.map((name) => ({ name })))}'`;
  const fail = (text) => `cat >&2 <<'END'\n${text}\nEND\nexit 1`;
  const session = join(folder, "session");
  const list = Array.isArray(deployed)
    ? print(deployed)
    : `if [ -f ${session} ]; then ${print(["OTP_SECRET", "API_KEYS"])}; exit 0; fi\n${fail(deployed)}`;
  writeFileSync(
    join(bin, "wrangler"),
    `#!/bin/sh\necho "$@" >> ${join(folder, "calls")}\nif [ "$1" = login ]; then touch ${session}; fi\nif [ "$1" = secret ]; then\n${list}\nfi\n`,
  );
  chmodSync(join(bin, "wrangler"), 0o755);
  return { PATH: `${bin}:${process.env.PATH}` };
};

/** Runs the deployment with what a person types. */
const deploy = (folder, environment, typed, ...args) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ["scripts/deploy.mjs", ...args], {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: ["pipe", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.on("close", (code) =>
      resolve({ code, output, calls: readFileSync(join(folder, "calls"), "utf8") }),
    );
    child.stdin.end(typed);
  });

const readSecrets = (folder) =>
  Object.fromEntries(
    [...readFileSync(join(folder, "secrets.env"), "utf8").matchAll(/^(\w+)="(.*)"$/gm)].map(
      ([, ...pair]) => pair,
    ),
  );

test("the first deployment asks for every secret and makes random ones", async (t) => {
  const folder = folderOf(t);
  const typed = "\nshort\nan-api-key-of-mine\n\n";
  const { code, output, calls } = await deploy(
    folder,
    fakeWrangler(folder),
    typed,
    "--ask",
    "--name",
    "mine",
  );
  assert.equal(code, 0);
  const { OTP_SECRET, API_KEYS, ADMIN_KEY } = readSecrets(folder);
  assert.equal(API_KEYS, "an-api-key-of-mine");
  assert.ok(OTP_SECRET.length >= 32 && ADMIN_KEY.length >= 32 && OTP_SECRET !== ADMIN_KEY);
  assert.match(output, /At least 16 characters, no quotes/);
  for (const secret of [OTP_SECRET, API_KEYS, ADMIN_KEY])
    assert.ok(!output.includes(secret) && !calls.includes(secret));
  assert.match(calls, /^deploy --secrets-file secrets\.env --name mine$/m);
});

test("a later deployment asks for what is missing only, and one in a build for nothing", async (t) => {
  const some = folderOf(t);
  await deploy(some, fakeWrangler(some, ["OTP_SECRET", "API_KEYS"]), "\n", "--ask");
  assert.deepEqual(Object.keys(readSecrets(some)), ["ADMIN_KEY"]);
  const all = folderOf(t);
  const names = ["OTP_SECRET", "API_KEYS", "ADMIN_KEY"];
  const { calls } = await deploy(all, fakeWrangler(all, names), "", "--ask");
  assert.match(calls, /^deploy$/m);
  assert.ok(!existsSync(join(all, "secrets.env")));
  const build = folderOf(t);
  assert.equal((await deploy(build, fakeWrangler(build), "")).calls, "deploy\n");
});

test("where the deployed secrets cannot be listed, none is replaced and nothing is deployed", async (t) => {
  const folder = folderOf(t);
  const { code, calls } = await deploy(folder, fakeWrangler(folder, "fetch failed"), "\n\n\n", "--ask");
  assert.equal(code, 1);
  assert.doesNotMatch(calls, /^deploy/m);
  assert.ok(!existsSync(join(folder, "secrets.env")));
});

test("somebody who is not logged in logs in before the secrets are listed", async (t) => {
  const folder = folderOf(t);
  const { code, calls } = await deploy(folder, fakeWrangler(folder, NOT_LOGGED_IN), "\n", "--ask");
  assert.equal(code, 0);
  assert.deepEqual(Object.keys(readSecrets(folder)), ["ADMIN_KEY"]);
  const list = "secret list --format json";
  assert.deepEqual(calls.trim().split("\n"), [list, "login", list, "deploy --secrets-file secrets.env"]);
});

test("the secrets of the Worker that is deployed are listed", async (t) => {
  const folder = folderOf(t);
  const given = ["--ask", "--name", "mine", "--env=staging", "--minify"];
  const { calls } = await deploy(
    folder,
    fakeWrangler(folder, ["OTP_SECRET", "API_KEYS", "ADMIN_KEY"]),
    "",
    ...given,
  );
  assert.match(calls, /^secret list --format json --name mine --env=staging$/m);
  assert.match(calls, /^deploy --name mine --env=staging --minify$/m);
});

test("the Deploy to Cloudflare button finds empty secrets, each described and required", () => {
  const read = (name) => readFileSync(join(root, "template", name), "utf8");
  const example = [...read(".dev.vars.example").matchAll(/^(\w+)="(.*)"$/gm)].map(([, ...pair]) => pair);
  assert.ok(example.length >= 3);
  for (const [name, value] of example) assert.equal(value, "", name);
  const { bindings } = JSON.parse(read("package.json")).cloudflare;
  const names = example.map(([name]) => name);
  for (const name of names) assert.ok(bindings[name].description.length > 20, name);
  const [, required] = /"required": (\[.*\])/.exec(read("wrangler.jsonc"));
  assert.deepEqual(JSON.parse(required), names);
});
