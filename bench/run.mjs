// npm run bench: measures edge-otp beside what else one would choose, as ratios of one run. Prints a Markdown report
// and writes it to bench/RESULTS.md. `npm run bench -- worker race` measures only these, `--quick` only whether all
// of it runs; neither writes the file.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildDist, buildPackage, buildWorker } from "../scripts/build.mjs";
import { installPackages, main, root, run, StepError, step } from "../scripts/steps.mjs";

const bench = join(root, "bench");
const sections = ["size", "worker", "node", "race"];

/** Installs the peers (exact versions), if they are not there or package.json has changed since. */
const installPeers = async () => {
  const wanted = readFileSync(join(bench, "package.json"), "utf8");
  const stamp = join(bench, "node_modules", ".installed-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const args = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  await step("peers (hono, better-auth, twilio)", () => run("npm", args, { cwd: bench }));
  writeFileSync(stamp, wanted);
};

main(async () => {
  const given = process.argv.slice(2);
  const quick = given.includes("--quick");
  const asked = given.filter((name) => name !== "--quick");
  const unknown = asked.filter((name) => !sections.includes(name));
  if (unknown.length > 0) {
    throw new StepError(
      `No such part: ${unknown.join(", ")}. There are: ${sections.join(", ")}, and --quick.`,
    );
  }
  await installPackages();
  await installPeers();
  await buildWorker();
  await buildPackage();
  await buildDist();
  // Imported here, because they need the packages that are installed first.
  const { facts, loadBefore } = await import("./lib/facts.mjs");
  const load = loadBefore();
  const parts = [];
  for (const name of sections) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const measured = await import(`./sections/${name}.mjs`);
    parts.push(await step(name, () => measured[name]({ quick })));
  }
  const report = `# What was measured

Made by \`npm run bench\`; how to read it is in [README.md](README.md). In brackets how many times as good edge-otp is as
that column: above 1 edge-otp is better, below 1 the other is. Numbers hold for this machine and this run; ratios travel.

${await facts(load)}

${parts.join("\n\n")}
`;
  process.stdout.write(`\n${report}`);
  if (!quick && asked.length === 0) writeFileSync(join(bench, "RESULTS.md"), report);
});
