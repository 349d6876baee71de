// npm test: every check. `npm test -- edge unit` runs the named ones only, with the build that they need.
import { afterBuild, checks } from "./checks.mjs";
import { installPackages, main, StepError, secondsSince, step } from "./steps.mjs";

const names = Object.keys(checks);

/** The names asked for, in the order of the checks, with `build` before what needs it. */
const select = (asked) => {
  const unknown = asked.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new StepError(`No such check: ${unknown.join(", ")}. There are: ${names.join(", ")}.`);
  }
  if (asked.length === 0) return names;
  const wanted = asked.some((name) => afterBuild.includes(name)) ? ["build", ...asked] : asked;
  return names.filter((name) => wanted.includes(name));
};

/** Runs one check: {name, tests} if it passed, {name, failed} otherwise. */
const runCheck = async (name) => {
  try {
    return { name, tests: (await step(name, checks[name])) ?? 0 };
  } catch (error) {
    const reason = error instanceof StepError ? error.message : error.stack;
    process.stdout.write(`\n✗ ${name}: ${reason}\n\n`);
    return { name, failed: true };
  }
};

const runAll = async (selected) => {
  const results = [];
  for (const name of selected) {
    const noBuild = results.some((result) => result.name === "build" && result.failed);
    if (noBuild && afterBuild.includes(name)) {
      process.stdout.write(`✗ ${name}: not run, because the build failed\n`);
      results.push({ name, failed: true });
    } else {
      results.push(await runCheck(name));
    }
  }
  return results;
};

main(async () => {
  const started = Date.now();
  const selected = select(process.argv.slice(2));
  await installPackages();
  const results = await runAll(selected);
  const failed = results.filter((result) => result.failed).map(({ name }) => name);
  const tests = results.reduce((sum, result) => sum + (result.tests ?? 0), 0);
  const passed = results.length - failed.length;
  process.stdout.write(
    `\n${failed.length === 0 ? "✓" : "✗"} checks: ${passed} passed, ${failed.length} failed${failed.length > 0 ? ` (${failed.join(", ")})` : ""}; ${tests} tests in ${secondsSince(started)}\n`,
  );
  if (failed.length > 0) process.exit(1);
});
