import assert from "node:assert/strict";
import { test } from "node:test";
import { findProblems, findSection, readVersions } from "./release.mjs";

const changelog = `# Changelog

## Unreleased

- New.

## 1.2.3 (2026-11-30)

- Fixed.
- Changed.

## [1.2.2] - 2026-11-01

- Old.
`;

test("a section of the changelog is found by its version, without its heading", () => {
  assert.equal(findSection(changelog, "1.2.3"), "- Fixed.\n- Changed.");
  assert.equal(findSection(changelog, "1.2.2"), "- Old.");
  assert.equal(findSection(changelog, "Unreleased"), "- New.");
  assert.equal(findSection(changelog, "1.2"), undefined);
  assert.equal(findSection("# Changelog\n\n## 1.0.0\n\n## 0.9.0\n\n- x\n", "1.0.0"), undefined);
});

const files = (versions = {}) => {
  const { workspace, core, locked, pkg } = {
    workspace: "1.2.3",
    core: "1.2.3",
    locked: "1.2.3",
    pkg: "1.2.3",
    ...versions,
  };
  const lock = ["edge-otp", "edge-otp-core", "edge-otp-npm"].map(
    (name) => `[[package]]\nname = "${name}"\nversion = "${locked}"\n`,
  );
  const texts = {
    "Cargo.toml": `[workspace.package]\nversion = "${workspace}"\n[workspace.dependencies]\nedge-otp-core = { path = "crates/core", version = "${core}" }\n`,
    "Cargo.lock": lock.join("\n"),
    "pkg/package.json": JSON.stringify({ version: pkg }),
  };
  return (name) => texts[name];
};

test("a release with one version everywhere and notes has no problem", () => {
  assert.deepEqual(findProblems(readVersions(files()), "v1.2.3", "- Fixed."), []);
});

test("each place with another version is a problem", () => {
  for (const [place, count] of Object.entries({ core: 1, locked: 3, pkg: 1 })) {
    const problems = findProblems(readVersions(files({ [place]: "1.2.4" })), "v1.2.3", "- Fixed.");
    assert.equal(problems.length, count, `${place}: ${problems}`);
  }
});

test("a tag of another version, missing notes and a malformed version are problems", () => {
  assert.match(findProblems(readVersions(files()), "v1.2.4", "- Fixed.").join(), /the tag is v1\.2\.4/);
  assert.match(findProblems(readVersions(files()), "1.2.3", "- Fixed.").join(), /the tag is 1\.2\.3/);
  assert.match(findProblems(readVersions(files()), "v1.2.3", undefined).join(), /no section for 1\.2\.3/);
  const malformed = { workspace: "1.2", core: "1.2", locked: "1.2", pkg: "1.2" };
  assert.match(findProblems(readVersions(files(malformed)), "v1.2", "x").join(), /no semantic version/);
});
