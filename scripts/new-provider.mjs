// npm run new-provider -- acme: adds the SMS provider `acme-sms` to the core, its guide, vectors, fake and console parts.
// What is left to write is marked `TODO(acme)`; until then the contract tests fail.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listProviders, providerFolder } from "./providers.mjs";
import { capture, isMain, main, root, StepError } from "./steps.mjs";

const usage = "npm run new-provider -- acme";

/** Rust's keywords, and types of its prelude. */
const reserved = new Set(
  `abstract as async await become box break const continue crate do dyn else enum extern false final fn for gen if impl in
  let loop macro match mod move mut override priv pub ref return self static struct super trait true try type typeof unsafe
  unsized use virtual where while yield Box Err None Ok Option Result Self Some String Vec`.split(/\s+/),
);
/** Words by which a module's path would hide a crate of Rust itself. */
const rustCrates = ["alloc", "core", "std", "test"];

const capitalize = (word) => word[0].toUpperCase() + word.slice(1);

/** Derives all names of a provider from the given one. */
export const deriveNames = (given) => {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(given) || given.length > 40) {
    throw new StepError(
      `"${given}" is not a name: small letters, digits and single hyphens, a letter first, at most 40 characters.\n  ${usage}`,
    );
  }
  const name = given.replace(/-sms$/, "");
  const type = name.split("-").map(capitalize).join("");
  return {
    name,
    id: `${name}-sms`,
    module: name.replaceAll("-", "_"),
    type,
    title: name.split("-").map(capitalize).join(" "),
    variable: `${type[0].toLowerCase()}${type.slice(1)}Sms`,
    abbreviation: type.slice(0, 2),
  };
};

const read = (path) => readFileSync(join(root, path), "utf8");

/** Fills the names into a file of scripts/provider-template/. */
const fillTemplate = (file, names) =>
  read(join("scripts", "provider-template", file)).replace(/%([A-Z]+)%/g, (_, key) => {
    const value = names[key.toLowerCase()];
    if (value === undefined) throw new Error(`${file}: ${key} has no value`);
    return value;
  });

/** The crates that the core uses, under the names that its code has for them. */
const listCrates = () => [
  ...rustCrates,
  ...[...read("crates/core/Cargo.toml").matchAll(/^([a-z0-9_-]+)(?:\.workspace)? = [{"t]/gm)].map(
    ([, crate]) => crate.replaceAll("-", "_"),
  ),
];

/** Refuses names that are in use, or that would hide another name. */
export const checkNames = (names) => {
  const refuse = (reason) => {
    throw new StepError(`The name "${names.name}" cannot be used: ${reason}.`);
  };
  const providers = listProviders();
  const same = (text) => text.replaceAll(/[-_]/g, "").toLowerCase();
  const isTaken = ({ id, module, type }) =>
    id === names.id || same(module) === same(names.module) || same(type) === same(names.type);
  const taken = providers.find(isTaken);
  if (taken) refuse(`there is the provider ${taken.id} (${providerFolder}/${taken.module}.rs)`);
  for (const path of [
    join(providerFolder, `${names.module}.rs`),
    join("docs", "connectors", `${names.id}.md`),
  ]) {
    if (existsSync(join(root, path))) refuse(`there is a file ${path}`);
  }
  if (reserved.has(names.module) || reserved.has(names.type)) refuse("Rust reserves it");
  if (listCrates().includes(names.module)) refuse("a crate that the core uses has it");
  const others = fillTemplate("provider.rs.txt", { ...names, type: "_", title: "_" });
  if (new RegExp(`\\b${names.type}\\b`).test(others))
    refuse(`the provider's file uses the type ${names.type}`);
  const fakes = read("tests/edge/fake-provider/providers.mjs");
  if (new RegExp(`\\b${names.variable}\\b`).test(fakes)) refuse(`the fake providers use ${names.variable}`);
};

/** Inserts text before the one place in a file's text where the pattern matches. */
const insertBefore = (path, text, pattern, inserted) => {
  const found = [...text.matchAll(new RegExp(pattern, "gm"))];
  if (found.length !== 1) {
    throw new StepError(`${path}: ${found.length} lines match ${pattern}, where the new one belongs.`);
  }
  return text.slice(0, found[0].index) + inserted + text.slice(found[0].index);
};

/** Inserts the module's declaration among the others, which rustfmt keeps in order. */
const insertModule = (text, module) => {
  const lines = text.split("\n");
  const isModule = (line) => /^(pub )?mod \w+;$/.test(line);
  const nameOf = (line) => /mod (\w+);/.exec(line)[1];
  const first = lines.lastIndexOf("", lines.indexOf("mod mock;"));
  let at = first + 1;
  while (isModule(lines[at] ?? "") && nameOf(lines[at]) < module) at += 1;
  return lines.toSpliced(at, 0, `mod ${module};`).join("\n");
};

/** The new content of each file that a provider concerns, by its path. */
const makeChanges = (names) => {
  const { id, module, type, title, variable, abbreviation } = names;
  const changes = {
    [join(providerFolder, `${module}.rs`)]: fillTemplate("provider.rs.txt", names),
    [`docs/connectors/${id}.md`]: fillTemplate("guide.md.txt", names),
    [`tests/vectors/${id}.json`]: fillTemplate("vectors.json.txt", names),
  };
  const insert = (path, pattern, inserted) => {
    changes[path] = insertBefore(path, changes[path] ?? read(path), pattern, inserted);
  };
  const registry = join(providerFolder, "mod.rs");
  changes[registry] = insertModule(read(registry), module);
  insert(registry, "^    http_sms::", `    ${module}::${type},\n`);
  insert("crates/core/tests/support/mod.rs", '^        "http-sms"$', `        "${id}"\n`);
  insert(
    "crates/core/tests/vectors.rs",
    '^    \\("http-sms",',
    `    ("${id}", [[1, 0, 0], [4, 0, 0], [2, 0, 0]]),\n`,
  );
  insert(
    "docs/connectors/README.md",
    "^\\| `http-sms` \\|",
    `| \`${id}\` | TODO(${names.name}) | your text | API key, a sender | [${title}](${id}.md) |\n`,
  );
  insert("tests/vectors/failures.json", '^    "http-sms": \\{$', fillTemplate("failures.json.txt", names));
  const fakes = "tests/edge/fake-provider/providers.mjs";
  insert(fakes, "^export const providers = \\{$", fillTemplate("fake.mjs.txt", names));
  insert(fakes, '^  "http-sms": ', `  "${id}": ${variable},\n`);
  insert("console/logos.mjs", '^  "http-sms": ', `  "${id}": ["${abbreviation}", 205],\n`);
  insert("CHANGELOG.md", "^- `POST /send`", `- The connector \`${id}\`.\n`);
  return changes;
};

const nextSteps = ({ name, id }) => `
The provider ${id} is registered, and its tests fail. What to do:

  1. git grep -n 'TODO(${name})' lists the lines to write, from the provider's documentation.
  2. cargo test -p edge-otp-core --test contract --test vectors
     until these pass; add vectors, and change their totals in crates/core/tests/vectors.rs.
  3. npm test -- format scripts clippy unit edge
     runs it in workerd against its fake (tests/edge/fake-provider/providers.mjs).
  4. npm run generate
     writes schemas and types. In the console: Chinese labels of new fields (console/src/i18n/fields-zh.ts),
     the hue of the logo (console/logos.mjs) and, unless it is one for most countries, a group
     (console/src/ui/factory.ts). A provider of mainland China has its guide in docs/connectors/zh-CN as well.

CONTRIBUTING.md describes each file.
`;

/** Adds a provider to the repository; gives the paths that were written. */
const addProvider = async (given) => {
  const names = deriveNames(given);
  checkNames(names);
  // Every change is made before any is written.
  const changes = makeChanges(names);
  for (const [path, text] of Object.entries(changes)) {
    writeFileSync(join(root, path), text);
    process.stdout.write(`  ${path}\n`);
  }
  // For lines whose length depends on the name.
  const { code, output } = await capture("cargo", ["fmt", "--all"]);
  if (code !== 0) process.stdout.write(`\n!!! cargo fmt --all failed: ${output}\n`);
  process.stdout.write(nextSteps(names));
};

if (isMain(import.meta.url)) {
  main(async () => {
    const given = process.argv.slice(2);
    if (given.length !== 1) throw new StepError(`One name is needed:\n  ${usage}`);
    await addProvider(given[0]);
  });
}
