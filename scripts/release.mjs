// npm run release: checks that every version is the same and that the changelog has a section for it, and writes what a
// release consists of into .release/: the notes and the packed npm package. Publishes nothing; release.yml does.
//   npm run release -- v1.2.3      before a release: the tag must be the version
//   npm run release -- --dry-run   at any time: "Unreleased" serves as the section
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isMain, main, root, run, StepError } from "./steps.mjs";

/** The section of a changelog under the heading of a version, without the heading; undefined if there is none. */
export const findSection = (changelog, version) => {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.split(/\s/, 1)[0].replace(/^\[|\]$/g, "") === version);
  return section?.slice(section.indexOf("\n")).trim() || undefined;
};

/** The first group of a pattern in a text, or "none". */
const match = (text, pattern) => pattern.exec(text)?.[1] ?? "none";

/** Every place that states the version: {place: version}. `read` gives the text of a file. */
export const readVersions = (read) => {
  const [cargo, lock] = [read("Cargo.toml"), read("Cargo.lock")];
  const locked = ["edge-otp", "edge-otp-core", "edge-otp-npm"].map((name) => [
    `Cargo.lock, ${name}`,
    match(lock, new RegExp(`^name = "${name}"\\nversion = "([^"]+)"`, "m")),
  ]);
  return {
    "Cargo.toml, workspace.package": match(cargo, /^\[workspace\.package\]\nversion = "([^"]+)"/m),
    "Cargo.toml, edge-otp-core": match(cargo, /^edge-otp-core = .*version = "([^"]+)"/m),
    "pkg/package.json": JSON.parse(read("pkg/package.json")).version,
    ...Object.fromEntries(locked),
  };
};

/** What is wrong with a release of these versions under a tag, as lines; a dry run has no tag. */
export const findProblems = (versions, tag, notes) => {
  const [[, version], ...others] = Object.entries(versions);
  const problems = others
    .filter(([, other]) => other !== version)
    .map(([place, other]) => `${place} has version ${other}, Cargo.toml has ${version}`);
  if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version)) problems.push(`${version} is no semantic version`);
  if (tag !== undefined && tag !== `v${version}`) problems.push(`the tag is ${tag}, the version ${version}`);
  if (!notes) problems.push(`CHANGELOG.md has no section for ${version}`);
  return problems;
};

const read = (file) => readFileSync(join(root, file), "utf8");

const pack = async (folder) => {
  const args = ["pack", "--json", "--loglevel=error", "--pack-destination", folder];
  const [packed] = JSON.parse(await run("npm", args, { cwd: join(root, "pkg"), ownTools: false }));
  process.stdout.write(`  ${packed.filename}: ${packed.files.length} files, ${packed.size} bytes\n`);
  const unbuilt = ["CHANGELOG.md", "wasm/edge_otp_bg.wasm", "worker/index.js", "dist/index.cjs"].filter(
    (needed) => !packed.files.some(({ path }) => path === needed),
  );
  if (unbuilt.length > 0) throw new StepError(`Not in the package: ${unbuilt.join(", ")}. npm run build`);
};

const release = async (tag) => {
  const versions = readVersions(read);
  const version = versions["Cargo.toml, workspace.package"];
  const changelog = read("CHANGELOG.md");
  const unreleased = tag === undefined ? findSection(changelog, "Unreleased") : undefined;
  const notes = findSection(changelog, version) ?? unreleased;
  const problems = findProblems(versions, tag, notes);
  if (problems.length > 0) throw new StepError(problems.join("\n"));
  const folder = join(root, ".release");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  writeFileSync(join(folder, "notes.md"), `${notes}\n`);
  process.stdout.write(`  edge-otp ${version}${tag ? "" : " (dry run)"}\n`);
  await pack(folder);
};

if (isMain(import.meta.url)) {
  main(async () => {
    const [argument] = process.argv.slice(2);
    if (!argument) throw new StepError("Say which tag, or --dry-run: npm run release -- v1.2.3");
    await release(argument === "--dry-run" ? undefined : argument);
  });
}
