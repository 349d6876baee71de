// npm run bench: measures edge-otp beside what one would choose otherwise, as ratios of one run. Prints a Markdown report;
// a full run also writes it to bench/RESULTS.md, with its charts, and a full one of `load` to bench/LOAD.md. README.md
// describes the options.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { main, root, run, StepError, step } from "../scripts/steps.mjs";

const bench = join(root, "bench");

/** The sections, and how much each measures in a full and in a quick run; `seconds` ends rounds early on a busy machine. */
const sections = {
  worker: {
    full: { warmUpRounds: 6, rounds: 8, requests: 500, seconds: 145 },
    quick: { warmUpRounds: 1, rounds: 1, requests: 200 },
  },
  start: { full: { rounds: 25 }, quick: { rounds: 2 } },
  memory: { full: { warmUp: 20_000, requests: 100_000 }, quick: { warmUp: 1_000, requests: 2_000 } },
  node: { full: { rounds: 3, requests: 15_000 }, quick: { rounds: 1, requests: 400 } },
  size: { full: {}, quick: {} },
  race: { full: { rounds: 5 }, quick: { rounds: 1 } },
  load: { full: { loadSeconds: 600 }, quick: { loadSeconds: 4 } },
};

/** What runs only if it is named: it takes ten minutes. */
const onlyByName = new Set(["load"]);

/** Where the report of a full run is written to, by the sections that are named. */
const files = { "": "RESULTS.md", load: "LOAD.md" };

const options = {
  quick: { type: "boolean", default: false },
  rounds: { type: "string" },
  requests: { type: "string" },
  "warm-up": { type: "string" },
  seconds: { type: "string" },
  beside: { type: "string" },
  "no-build": { type: "boolean", default: false },
};

const parseCount = (name, text) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new StepError(`--${name} takes a number above 0`);
  return value;
};

/** What is asked for on the command line. */
const parseCommand = () => {
  let parsed;
  try {
    parsed = parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new StepError(error.message);
  }
  const { values, positionals } = parsed;
  const unknown = positionals.filter((name) => !(name in sections));
  if (unknown.length > 0)
    throw new StepError(
      `No such section: ${unknown.join(", ")}. There are: ${Object.keys(sections).join(", ")}.`,
    );
  const { quick, beside } = values;
  const amounts = {};
  for (const [name, amount] of Object.entries({
    rounds: "rounds",
    requests: "requests",
    "warm-up": "warmUpRounds",
    seconds: "loadSeconds",
  }))
    if (values[name] !== undefined) amounts[amount] = parseCount(name, values[name]);
  const isFull = !quick && !beside && Object.keys(amounts).length === 0;
  const all = Object.keys(sections).filter((name) => !onlyByName.has(name));
  const chosen = positionals.length > 0 ? positionals : all;
  const file = isFull ? files[positionals.join(" ")] : undefined;
  return { chosen, quick, beside, amounts, file, build: !values["no-build"] };
};

/** Installs the peers (exact versions), unless they are there and package.json has not changed since. */
const installPeers = async () => {
  const wanted = readFileSync(join(bench, "package.json"), "utf8");
  const stamp = join(bench, "node_modules", ".installed-from");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const args = ["install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  await step("peers (hono, better-auth)", () => run("npm", args, { cwd: bench }));
  writeFileSync(stamp, wanted);
};

const measureSection = async (name, { quick, beside, amounts }) => {
  const report = (text) => process.stdout.write(`  ${name}: ${text}\n`);
  const { seconds = Infinity, ...amount } = sections[name][quick ? "quick" : "full"];
  // Rounds that are asked for are all measured, however long they take.
  const limits = { seconds: amounts.rounds === undefined ? seconds : Infinity };
  const section = await import(`./sections/${name}.mjs`);
  return step(name, () => section[name]({ ...amount, ...amounts, ...limits, beside, report }));
};

/** What a report points to beside its sections. */
const further = {
  "RESULTS.md": "\n- Memory over ten minutes of load, while objects come and go: [LOAD.md](LOAD.md).",
};

const reportOf = (parts, facts, file) => `# Results

Made by \`npm run bench\`; [README.md](README.md) says how to read it. Ratios say how many times as good edge-otp is: above 1
edge-otp is better, below 1 the other is. Numbers hold for this machine and this run; ratios carry over.

${facts}

${parts.map(({ summary }) => `- ${summary}`).join("\n")}${further[file] ?? ""}

${parts.map(({ text }) => text).join("\n\n")}
`;

main(async () => {
  const command = parseCommand();
  await installPeers();
  // Imported here, because it needs what is installed first.
  const { buildProduct } = await import("./lib/product.mjs");
  if (command.build) await step("build", buildProduct);
  const { currentLoad, facts } = await import("./lib/facts.mjs");
  const load = currentLoad();
  const started = performance.now();
  const parts = [];
  for (const name of command.chosen) parts.push(await measureSection(name, command));
  const seconds = (performance.now() - started) / 1000;
  const report = reportOf(parts, facts({ load, seconds }), command.file);
  process.stdout.write(`\n${report}`);
  if (!command.file) return;
  writeFileSync(join(bench, command.file), report);
  for (const [name, svg] of parts.flatMap(({ files }) => Object.entries(files ?? {})))
    writeFileSync(join(bench, name), svg);
});
