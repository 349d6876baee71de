// Prose is folded: no line of a document or comment is so long that an editor or a diff has to wrap it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "./steps.mjs";

const LIMIT = 125;

/** Written by a command, or one line to a paragraph because the console and npm's page show them. */
const unfolded =
  /^(?:bench\/(?:RESULTS|LOAD)\.md|docs\/(?:connectors\/.*|fault-matrix\.md|index\.md|settings\.md)|pkg\/README\.md|crates\/core\/data\/.*)$/;

const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => file && !unfolded.test(file));

const longLines = (file, isProse) =>
  readFileSync(join(root, file), "utf8")
    .split("\n")
    .flatMap((line, at) => (isProse(line) && line.length > LIMIT ? [`${file}:${at + 1}`] : []));

test("every line of the documents is folded, but for tables, code and addresses", () => {
  const found = files
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) => {
      let isCode = false;
      return longLines(file, (line) => {
        if (line.trimStart().startsWith("```")) isCode = !isCode;
        return !isCode && !/^\s*(?:\||!?\[|<)/.test(line);
      });
    });
  assert.deepEqual(found, []);
});

test("every line of the comments is folded, but for tables and addresses", () => {
  const found = files
    .filter((file) => /\.(?:rs|js|mjs|ts|toml|jsonc|yml)$/.test(file))
    .flatMap((file) =>
      longLines(
        file,
        (line) => /^\s*(?:\/\/[/!]? |\/?\*\*? |# )/.test(line) && !/\| .* \|$|https?:/.test(line),
      ),
    );
  assert.deepEqual(found, []);
});
