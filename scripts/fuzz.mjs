// The fuzz targets from fresh seeds, with a fixed number of inputs and a fixed seed, so that a run does the same each time:
// 20,000 of each in `npm test`, a million with `npm run fuzz`. fuzz/README.md describes longer runs.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { targets, writeSeeds } from "../fuzz/seeds.mjs";
import { capture, isMain, main, StepError } from "./steps.mjs";
import { prepareTools } from "./toolchain.mjs";

const INPUTS = 20_000;
const ALL_INPUTS = 1_000_000;
// No sanitizer: that needs a nightly tool chain, and the core has no unsafe code.
const withoutSanitizer = ["--sanitizer", "none"];

const build = async (env) => {
  const { code, output } = await capture("cargo", ["fuzz", "build", ...withoutSanitizer], { env });
  if (code === 0) return true;
  // libFuzzer is C++.
  const compiler = await capture("c++", ["--version"], { env });
  if (compiler.code === 0 || process.env.CI) throw new StepError(`cargo fuzz build failed\n${output}`);
  process.stdout.write("\n!!! A C++ compiler is missing, which libFuzzer needs. Fuzzing is SKIPPED.\n\n");
  return false;
};

/** The panic in libFuzzer's output and the file with the input; all of it if there is none. */
const describeCrash = (output) => {
  const panic = /^.*panicked at .*\n(.*\n){0,5}/m.exec(output)?.[0];
  const file = /^\s*(fuzz\/artifacts\S+)/m.exec(output)?.[1];
  return panic ? `${panic}Input: ${file}` : output;
};

const runTarget = async (target, inputs, folder, env) => {
  const corpus = join(folder, target);
  writeSeeds(target, corpus);
  const limits = [`-runs=${inputs}`, "-seed=1", "-timeout=60", "-print_final_stats=1"];
  const args = ["fuzz", "run", ...withoutSanitizer, target, corpus, "--", ...limits];
  const { code, output } = await capture("cargo", args, { env: { ...env, RUST_BACKTRACE: "0" } });
  if (code !== 0) throw new StepError(`${target} has found a crash\n${describeCrash(output)}`);
  const executed = Number(/number_of_executed_units:\s*(\d+)/.exec(output)?.[1] ?? 0);
  if (executed < inputs) throw new StepError(`${target}: only ${executed} inputs ran`);
  const coverage = [...output.matchAll(/cov: (\d+)/g)].at(-1)?.[1];
  process.stdout.write(`  ${target}: ${executed} inputs, ${coverage} edges, no crash\n`);
};

/** Builds the targets, all by default, and runs each with so many inputs; gives how many there are. */
export const fuzz = async (inputs = INPUTS, wanted = targets) => {
  const env = await prepareTools(["cargo-fuzz"]);
  if (!(await build(env))) return 0;
  const folder = mkdtempSync(join(tmpdir(), "edge-otp-fuzz-"));
  try {
    for (const target of wanted) await runTarget(target, inputs, folder, env);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return wanted.length;
};

if (isMain(import.meta.url))
  main(async () => {
    const named = process.argv.slice(2);
    await fuzz(ALL_INPUTS, named.length > 0 ? named : targets);
  });
