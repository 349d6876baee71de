// A reporter for node:test: a dot for each test, what failed with its reason, what the tests print, and the totals.
import { relative } from "node:path";

const WIDTH = 100;

const describe = ({ name, file, line, details }) => {
  const cause = details.error?.cause ?? details.error;
  const reason = cause?.stack ?? cause?.message ?? String(cause);
  return `✗ ${name} (${file ? relative(process.cwd(), file) : ""}:${line ?? ""})\n${reason.replaceAll(/^/gm, "    ")}\n`;
};

/** A suite or a file fails with each of its tests; only what failed by itself is reported. */
const failedByItself = ({ details }) => details.error?.failureType !== "subtestsFailed";

export default async function* report(events) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const failures = [];
  let column = 0;
  const mark = (sign) => {
    column = (column + 1) % WIDTH;
    return column === 0 ? `${sign}\n` : sign;
  };
  for await (const { type, data } of events) {
    const isTest = data?.details?.type !== "suite";
    if (type === "test:pass" && isTest) {
      const skipped = data.skip !== undefined || data.todo !== undefined;
      count[skipped ? "skipped" : "passed"] += 1;
      yield mark(skipped ? "s" : ".");
    } else if (type === "test:fail" && failedByItself(data)) {
      count.failed += 1;
      failures.push(describe(data));
      yield mark("X");
    } else if (type === "test:stdout" || type === "test:stderr") {
      yield column === 0 ? data.message : `\n${data.message}`;
      column = 0;
    }
  }
  const { passed, failed, skipped } = count;
  yield `\n${failures.join("")}`;
  yield `tests ${passed + failed + skipped}: ${passed} passed, ${failed} failed, ${skipped} skipped\n`;
}
