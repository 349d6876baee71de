// npm run coverage: the lines of the core that its tests run, in percent, and those that they do not run. It fails below
// MIN_PERCENT. Test modules are not counted.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { isMain, main, root, run, StepError, step } from "./steps.mjs";
import { prepareCoverage } from "./toolchain.mjs";

const MIN_PERCENT = 95;

/** The number of the first line of a source's test module; Infinity if there is none. */
const findTests = (source) => {
  const index = /^#\[cfg\(test\)\]\nmod /m.exec(source)?.index;
  return index === undefined ? Number.POSITIVE_INFINITY : source.slice(0, index).split("\n").length;
};

/** The executable lines of each file of an LCOV report: [{file, covered, uncovered}], the latter line numbers. */
export const parseCoverage = (lcov, readSource) =>
  [...lcov.matchAll(/^SF:(.+)$([\s\S]*?)^end_of_record$/gm)].map(([, file, record]) => {
    const end = findTests(readSource(file));
    const lines = [...record.matchAll(/^DA:(\d+),(\d+)/gm)]
      .map(([, line, count]) => ({ line: Number(line), isCovered: count !== "0" }))
      .filter(({ line }) => line < end);
    const uncovered = lines.filter(({ isCovered }) => !isCovered).map(({ line }) => line);
    return { file, covered: lines.length - uncovered.length, uncovered };
  });

/** Formats line numbers as ranges: `3, 7-9`. */
export const formatLines = (lines) => {
  const ranges = [];
  for (const line of lines) {
    const last = ranges.at(-1);
    if (last?.[1] === line - 1) last[1] = line;
    else ranges.push([line, line]);
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
};

/** Runs the core's tests; gives the report in LCOV's format. */
const measure = async () => {
  const env = await prepareCoverage();
  const folder = mkdtempSync(join(tmpdir(), "edge-otp-coverage-"));
  try {
    const report = join(folder, "lcov.info");
    const args = ["llvm-cov", "test", "--package", "edge-otp-core", "--lcov", "--output-path", report];
    await step("coverage of the core's tests", () => run("cargo", args, { env }));
    return readFileSync(report, "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

if (isMain(import.meta.url)) {
  main(async () => {
    const files = parseCoverage(await measure(), (file) => readFileSync(file, "utf8"));
    const covered = files.reduce((sum, file) => sum + file.covered, 0);
    const uncovered = files.reduce((sum, file) => sum + file.uncovered.length, 0);
    if (covered === 0) throw new StepError("No line was run.");
    for (const file of files.filter((file) => file.uncovered.length > 0)) {
      process.stdout.write(`  ${relative(root, file.file)}: ${formatLines(file.uncovered)}\n`);
    }
    const percent = (100 * covered) / (covered + uncovered);
    process.stdout.write(
      `${percent.toFixed(1)} % of ${covered + uncovered} lines; above are the ${uncovered} others\n`,
    );
    if (percent < MIN_PERCENT)
      throw new StepError(`The core's tests must run ${MIN_PERCENT} % of its lines.`);
  });
}
