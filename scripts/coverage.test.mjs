import assert from "node:assert/strict";
import { test } from "node:test";
import { formatLines, parseCoverage } from "./coverage.mjs";

test("parseCoverage lists the lines without a run, and leaves test modules out", () => {
  const lcov = [
    ...["SF:/a.rs", "FN:1,a", "DA:1,3", "DA:2,0", "DA:4,0", "LF:3", "end_of_record"],
    ...["SF:/b.rs", "DA:1,18446744073709551615", "DA:2,10", "end_of_record", ""],
  ].join("\n");
  const sources = {
    "/a.rs": "fn a() {\n}\n#[cfg(test)]\nmod tests {\n}\n",
    "/b.rs": "#[cfg(test)]\nfn b() {}\n",
  };
  assert.deepEqual(
    parseCoverage(lcov, (file) => sources[file]),
    [
      { file: "/a.rs", covered: 1, uncovered: [2] },
      { file: "/b.rs", covered: 2, uncovered: [] },
    ],
  );
});

test("formatLines joins consecutive lines to ranges", () => {
  assert.equal(formatLines([3, 7, 8, 9, 11, 12]), "3, 7-9, 11-12");
  assert.equal(formatLines([]), "");
});
