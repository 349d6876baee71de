// Starts child.mjs: one measurement in a process of its own.
import { join } from "node:path";
import { root, run } from "../../scripts/steps.mjs";

const child = join(root, "bench", "node", "child.mjs");

/** What a new process measured. */
export const runChild = async (...args) =>
  JSON.parse(await run("node", ["--expose-gc", "--no-warnings", child, ...args.map(String)]));
