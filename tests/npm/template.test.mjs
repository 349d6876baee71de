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

const env = { PATH: `${join(root, "node_modules", ".bin")}:${process.env.PATH}` };

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

/** A wrangler that notes how it was called; `deployed` are the secrets that the Worker has. */
const fakeWrangler = (folder, deployed) => {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const list =
    deployed === undefined ? "exit 1" : `echo '${JSON.stringify(deployed.map((name) => ({ name })))}'`;
  writeFileSync(
    join(bin, "wrangler"),
    `#!/bin/sh\necho "$@" >> ${join(folder, "calls")}\nif [ "$1" = secret ]; then ${list}; fi\n`,
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
