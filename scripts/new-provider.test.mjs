import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkNames, deriveNames } from "./new-provider.mjs";
import { listProviders, providerFolder } from "./providers.mjs";
import { root } from "./steps.mjs";

test("deriveNames makes all names of a provider from one", () => {
  assert.deepEqual(deriveNames("two-words"), {
    name: "two-words",
    id: "two-words-sms",
    module: "two_words",
    type: "TwoWords",
    title: "Two Words",
    variable: "twoWordsSms",
    abbreviation: "Tw",
  });
  assert.deepEqual(deriveNames("acme-sms"), deriveNames("acme"));
});

test("deriveNames refuses what is not a name", () => {
  const long = "a".repeat(41);
  for (const given of ["", "Acme", "acme_sms", "1acme", "-acme", "acme-", "a--b", "../x", "a b", "é", long]) {
    assert.throws(() => deriveNames(given), /is not a name: .*\n {2}npm run new-provider -- acme$/, given);
  }
});

test("checkNames refuses names that are in use or that would hide another name", () => {
  const refuses = (given, reason) => assert.throws(() => checkNames(deriveNames(given)), reason, given);
  for (const { id, module } of listProviders()) {
    refuses(module.replaceAll("_", "-"), /cannot be used: there is the provider/);
    if (id.endsWith("-sms")) refuses(id, /cannot be used: there is the provider/);
  }
  refuses("gateway-api", /there is the provider gatewayapi-sms/);
  for (const given of ["request", "config", "tc3", "aliyun-rpc"]) refuses(given, /there is a file/);
  for (const given of ["type", "match", "result", "gen"]) refuses(given, /Rust reserves it/);
  for (const given of ["core", "serde-json", "url", "std"]) refuses(given, /a crate/);
  for (const given of ["message", "sms-request", "delivery"])
    refuses(given, /the provider's file uses the type/);
  checkNames(deriveNames("acme"));
});

test("no line of the generator is left to write", () => {
  const folders = [providerFolder, "docs/connectors", "tests/vectors", "tests/edge/fake-provider"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(folder, entry.name)),
  );
  const marked = files.filter((file) => /TODO\([a-z0-9-]+\)/.test(readFileSync(join(root, file), "utf8")));
  assert.deepEqual(marked, []);
});
