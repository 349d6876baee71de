// npm run mutants: changes one expression at a time in the files that .cargo/mutants.toml names, and runs the core's tests
// against each. Takes hours. Fails if fewer than 90 % of the mutants are caught; docs/mutants.md says why others are not.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { capture, isMain, main, root, StepError } from "./steps.mjs";
import { prepareTools } from "./toolchain.mjs";

const MIN_PERCENT = 90;
const folder = join(root, "target", "mutants");

const countLines = (name) => {
  const text = readFileSync(join(folder, "mutants.out", name), "utf8");
  return text.split("\n").filter(Boolean).length;
};

/** Runs cargo-mutants, with further arguments (`--file`, `--shard`), and judges what it has found. */
const testMutants = async (args) => {
  const env = await prepareTools(["cargo-mutants"]);
  mkdirSync(folder, { recursive: true });
  const command = ["mutants", "--package", "edge-otp-core", "--output", folder, "--colors", "never", ...args];
  const { code, output } = await capture("cargo", command, { env });
  process.stdout.write(output);
  // 0: all caught, 2: some missed, 3: a timeout.
  if (![0, 2, 3].includes(code)) throw new StepError(`cargo mutants failed with ${code}`);
  const caught = countLines("caught.txt") + countLines("timeout.txt");
  const missed = countLines("missed.txt");
  const percent = (100 * caught) / (caught + missed);
  process.stdout.write(`${caught} caught, ${missed} missed: ${percent.toFixed(1)} %\n`);
  if (!(percent >= MIN_PERCENT)) throw new StepError(`At least ${MIN_PERCENT} % must be caught.`);
};

if (isMain(import.meta.url)) main(() => testMutants(process.argv.slice(2)));
